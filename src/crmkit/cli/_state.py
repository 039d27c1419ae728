"""The report of a base: printed, and written as JSON and as rows."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from attrs import fields

from crmkit.cli._terminal import show
from crmkit.customer_base import CustomerBase
from crmkit.domain.errors import UnreadableLogError
from crmkit.profiles import Profile
from crmkit.report.plain import plain
from crmkit.report.state import StateOfBase, state_of_base
from crmkit.report.terminal import tables

__all__ = ["last_day", "print_state"]


def last_day(base: CustomerBase) -> date:
    """Return the last day of the log.

    Raises:
        UnreadableLogError: There is no fact at all.
    """
    last = base.last_day()
    if last is None:
        raise UnreadableLogError(
            "no usable row", "a report needs at least one", "see the rows not used above"
        )
    return last


def print_state(
    base: CustomerBase,
    as_of: date | None,
    *,
    language: str = "en",
    json_file: Path | None = None,
    csv_file: Path | None = None,
) -> StateOfBase:
    """Print the state of a base, write what was asked for, and return it."""
    last = last_day(base)
    day = as_of or last
    state = state_of_base(base, as_of=day)
    # Files first: whoever reads the terminal may stop reading early.
    if json_file is not None:
        json_file.write_text(json.dumps(plain(state), indent=2, ensure_ascii=False) + "\n", "utf-8")
    if csv_file is not None:
        _write_rows(csv_file, base.profiles(as_of=day).to_rows())
    show(tables(state, language))
    show(f"wrote {path}" for path in (json_file, csv_file) if path is not None)
    return state


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """One row per customer; missing is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(Profile)])
        writer.writeheader()
        writer.writerows(rows)
