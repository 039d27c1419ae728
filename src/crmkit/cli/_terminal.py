"""What every command needs: the application, its two streams, and errors in one line."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from crmkit._require import MissingExtraError
from crmkit.domain.errors import CrmkitError

try:
    import typer
    from rich.console import Console
except ModuleNotFoundError as error:
    sys.stderr.write(f"crmkit: {MissingExtraError(error.name or 'typer', 'cli')}\n")
    sys.exit(2)

__all__ = ["app", "err", "main", "one_line_errors", "out", "show"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
out = Console()
err = Console(stderr=True)


@app.callback()
def crmkit() -> None:
    """A shop's memory of its customers, and a judgement of them."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what crmkit raises into one line and exit code 2."""
    try:
        yield
    except (CrmkitError, OSError) as error:
        err.print(f"crmkit: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error


def show(parts: Iterable[Any]) -> None:
    """Print texts and tables; nothing in them is markup, and lines are not broken anew."""
    for part in parts:
        out.print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a minus sign gets a ?
    app()
