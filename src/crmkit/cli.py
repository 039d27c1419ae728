"""The command line: parse, call, print. Every figure comes from the library.

Exit codes: 0 when a report was made (rows that could not be used are listed in it), 2 when
nothing could be done; the reason is one line, with the way out.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from crmkit._require import MissingExtraError
from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.domain.shop import Shop

try:
    import typer
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
except ModuleNotFoundError as error:
    sys.exit(str(MissingExtraError(error.name or "typer", "cli")))

if TYPE_CHECKING:
    from crmkit.customer_base import CustomerBase
    from crmkit.report.state import StateOfBase

app = typer.Typer(
    help="A shop's memory of its customers, and a judgement of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console()
_err = Console(stderr=True)


@app.callback()
def _crmkit() -> None:
    """A shop's memory of its customers, and a judgement of them."""
