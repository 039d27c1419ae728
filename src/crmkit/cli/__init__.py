"""The command line: parse, call, print. Every figure comes from the library.

A file per command. Exit codes: 0 when the answer was given (rows that could not be used are
listed in it), 2 when nothing could be done; the reason is one line, with the way out.
"""

from crmkit.cli._terminal import app, main
from crmkit.cli.card import card
from crmkit.cli.demo import demo
from crmkit.cli.load import load
from crmkit.cli.metrics import metrics
from crmkit.cli.migrate import migrate
from crmkit.cli.report import report

__all__ = ["app", "main"]

for _command in (report, load, card, metrics, demo, migrate):
    app.command()(_command)
