"""The command line: parse, call, print. Every figure comes from the library.

Exit codes: 0 when a report was made (rows that could not be used are listed in it), 2 when
nothing could be done; the reason is one line, with the way out.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

from attrs import define, evolve, fields

from crmkit._require import MissingExtraError
from crmkit.adapters.importers import PRESETS, OrderLog, SurveyLog, read_orders, read_surveys
from crmkit.adapters.registry import open_store
from crmkit.customer_base import CustomerBase
from crmkit.domain.errors import CrmkitError, InvalidValueError, UnreadableLogError
from crmkit.domain.ports import Store
from crmkit.domain.shop import Shop
from crmkit.loading import Progress
from crmkit.profiles import Profile
from crmkit.report.plain import plain
from crmkit.report.state import state_of_base
from crmkit.report.terminal import loaded, tables

try:
    import typer
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar
except ModuleNotFoundError as error:
    sys.stderr.write(f"crmkit: {MissingExtraError(error.name or 'typer', 'cli')}\n")
    sys.exit(2)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
_out = Console()
_err = Console(stderr=True)

_HELP_COLUMNS = (
    "A column of the log: ROLE=NAME, where ROLE is customer, order, time, product, quantity, "
    "price or amount. Repeat it for each."
)


@app.callback()
def _crmkit() -> None:
    """A shop's memory of its customers, and a judgement of them."""


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn what crmkit raises into one line and exit code 2."""
    try:
        yield
    except (CrmkitError, OSError) as error:
        _err.print(f"crmkit: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error


def _day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidValueError("--as-of", value, "must be a day such as 2026-01-31") from error


def _columns(given: Sequence[str]) -> dict[str, str]:
    columns = {}
    for each in given:
        role, equals, name = each.partition("=")
        if not equals or not role or not name:
            raise InvalidValueError(
                "--column", each, "must be ROLE=NAME", "say customer=CustomerID"
            )
        columns[role.strip()] = name.strip()
    return columns


@app.command()
def report(  # noqa: PLR0917  typer reads the signature as the command line
    files: Annotated[
        list[Path] | None, typer.Argument(help="Order logs: CSV, CSV.gz, JSON lines.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="A known layout: cdnow, online-retail.")
    ] = None,
    column: Annotated[list[str] | None, typer.Option(help=_HELP_COLUMNS)] = None,
    surveys: Annotated[list[Path] | None, typer.Option(help="Survey answers. Repeatable.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The last day that counts; else that of the log.")
    ] = None,
    gross_margin: Annotated[
        str | None, typer.Option(help="Share of revenue left after cost of goods, 0 to 1.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="Reporting currency (ISO 4217), unless the preset says.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="The shop's zone, such as Europe/Madrid; else UTC.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the files; else UTF-8.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV files; else it is found.")] = None,
    decimal: Annotated[str, typer.Option(help="The decimal mark of numbers: . or ,")] = ".",
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How to read 3/4/2026; else it is found."),
    ] = None,
    shop: Annotated[str, typer.Option(help="The shop's id.")] = "shop",
    store: Annotated[
        str, typer.Option(help="Where to keep it: sqlite:///crm.db; else in memory.")
    ] = "memory:",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Derive the store anew in another zone or currency.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the report as JSON.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write one row per customer as CSV.")
    ] = None,
) -> None:
    """Read a shop's log and print the state of its customer base.

    Give at least one file, or a --store that was filled before:

    crmkit report orders.csv --currency EUR --surveys surveys.csv --gross-margin 0.4
    """
    with _one_line_errors():
        day = _day(as_of)
        sources = _Sources(
            files=files or [],
            surveys=surveys or [],
            preset=preset,
            columns=_columns(column or []),
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            day_first=day_first,
        )
        kept = open_store(store)
        policy = _policy(
            sources,
            shop_id=shop,
            store=kept,
            currency=currency,
            timezone=timezone,
            gross_margin=gross_margin,
        )
        with CustomerBase.open(kept, shop=policy, rebuild=rebuild) as base:
            sources.load(base)
            _print_state(base, day, json_file, csv_file)


@define(kw_only=True)
class _Sources:
    """The files to read, and how."""

    files: Sequence[Path]
    surveys: Sequence[Path]
    preset: str | None
    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    decimal: str
    day_first: bool | None

    @property
    def any(self) -> bool:
        return bool(self.files or self.surveys)

    def load(self, base: CustomerBase) -> None:
        """Read every file into the base, with a progress bar, and say what became of it."""
        for path, log in self._logs(base.shop):
            with _progress(path) as tick:
                outcome = base.load(log, progress=tick)
            for part in loaded(outcome, what=path.name):
                _out.print(part, markup=False, highlight=False)

    def _logs(self, shop: Shop) -> Iterator[tuple[Path, OrderLog | SurveyLog]]:
        for path in self.files:
            yield (
                path,
                read_orders(
                    path,
                    preset=self.preset,
                    columns=self.columns or None,
                    currency=shop.currency,
                    timezone=shop.timezone,
                    encoding=self.encoding,
                    delimiter=self.delimiter,
                    decimal=self.decimal,
                    day_first=self.day_first,
                ),
            )
        for path in self.surveys:
            yield (
                path,
                read_surveys(
                    path,
                    timezone=shop.timezone,
                    encoding=self.encoding,
                    delimiter=self.delimiter,
                    day_first=self.day_first,
                ),
            )


def _policy(
    sources: _Sources,
    *,
    shop_id: str,
    store: Store,
    currency: str | None,
    timezone: str | None,
    gross_margin: str | None,
) -> Shop:
    """The shop's policy: what was given, else what the store keeps, else the preset's."""
    kept = store.shop(shop_id)
    if not sources.any and kept is None:
        raise UnreadableLogError(
            "no log",
            "a report needs one",
            "try: crmkit report orders.csv --currency EUR, or name a --store filled before",
        )
    layout = PRESETS.get(sources.preset) if sources.preset else None
    told = {"currency": currency, "timezone": timezone, "gross_margin": gross_margin}
    given: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    if kept is not None:
        return evolve(kept, **given)
    defaults: dict[str, Any] = (
        {} if layout is None else {"currency": layout.currency, "timezone": layout.timezone}
    )
    if "currency" not in given | defaults:
        raise UnreadableLogError(
            "no currency", "amounts need one", "say --currency EUR, or use a --preset"
        )
    return Shop(id=shop_id, **{**defaults, **given})


@contextmanager
def _progress(path: Path) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on the terminal's error stream; none where that is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=_err, transient=True, disable=not _err.is_terminal) as bar:
        task = bar.add_task(f"reading {path.name}", total=None)

        def tick(done: Progress) -> None:
            bar.update(task, completed=done.rows, total=done.total)

        yield tick


def _print_state(
    base: CustomerBase, as_of: date | None, json_file: Path | None, csv_file: Path | None
) -> None:
    last = base.last_day()
    if last is None:
        raise UnreadableLogError(
            "no usable row", "a report needs at least one", "see the rows not used above"
        )
    day = as_of or last
    state = state_of_base(base, as_of=day)
    # Files first: whoever reads the terminal may stop reading early.
    if json_file is not None:
        json_file.write_text(json.dumps(plain(state), indent=2, ensure_ascii=False) + "\n", "utf-8")
    if csv_file is not None:
        _write_rows(csv_file, base.profiles(as_of=day).to_rows())
    for part in tables(state):
        _out.print(part, markup=False, highlight=False)
    for path in filter(None, (json_file, csv_file)):
        _out.print(f"wrote {path}", markup=False, highlight=False)


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """One row per customer; missing is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(Profile)])
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a minus sign gets a ?
    app()


if __name__ == "__main__":
    main()
