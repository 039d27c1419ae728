"""The rows of a platform's tables: looked up by key, and each one accounted for.

Nothing here knows a platform; ``olist.py`` beside it shows the use. A row becomes a fact of
its own, or part of one ("joined"), or is refused with a reason; what nothing refers to stays
"unused". A fact is kept whole or not at all: where one of its rows cannot be used, none is.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import define

from crmkit import Money
from crmkit.domain import Customer, Interaction, InvalidValueError, RowProblem

T = TypeVar("T", Customer, Interaction)

FATES = ("fact", "joined", "refused", "unused")


@define(eq=False)
class Row:
    """A row of a table, and what became of it."""

    table: str
    number: int
    cells: dict[str, str]
    fate: str = "unused"

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def refused(self, error: InvalidValueError) -> RowProblem:
        """Set the row aside, and say why."""
        self.fate = "refused"
        field = f"{self.table}.{error.field}"
        return RowProblem(self.number, field, str(error.value), error.rule)


class CellError(InvalidValueError):
    """A cell cannot be used; the error knows its row."""

    def __init__(self, row: Row, column: str, rule: str) -> None:
        super().__init__(column, row[column], rule)
        self.row = row


def text(row: Row, column: str) -> str | None:
    """Return a text as it was written; None for a blank."""
    return row[column] if row[column].strip() else None


def whole(row: Row, column: str) -> int:
    """Return a whole number."""
    try:
        return int(row[column])
    except ValueError as error:
        raise CellError(row, column, "must be a whole number") from error


def money(row: Row, column: str, currency: str) -> Money:
    """Return an amount of 0 or more."""
    try:
        amount = Money.of(row[column], currency)
    except InvalidValueError as error:
        raise CellError(row, column, "must be an amount such as 19.90") from error
    if amount.minor < 0:
        raise CellError(row, column, "must be 0 or more")
    return amount


def moment(row: Row, column: str, zone: ZoneInfo) -> datetime:
    """Return a time; one that names no zone is of ``zone``."""
    try:
        at = datetime.fromisoformat(row[column])
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CellError(row, column, "must be a time such as 2017-10-02 10:56:33") from error


def read_rows(path: Path, table: str) -> list[Row]:
    """Read a CSV file, or the same with .gz; line ends inside quotes stay as they are."""
    packed = path.with_name(f"{path.name}.gz")
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    records = csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), restval="")
    return [Row(table, number, cells) for number, cells in enumerate(records, start=1)]


def grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Return rows by the value of a column."""
    groups = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return dict(groups)


class Tables:
    """Tables by name, each with its file and the column by which its rows are looked up."""

    def __init__(self, folder: Path, files: Mapping[str, tuple[str, str]]) -> None:
        self.rows = {table: read_rows(folder / file, table) for table, (file, _) in files.items()}
        self.keys = {table: key for table, (_, key) in files.items()}
        self.by_key = {table: grouped(self.rows[table], key) for table, key in self.keys.items()}
        self.made: Counter[str] = Counter()
        self._ids: set[tuple[str, str]] = set()
        self._parts: list[Row] = []

    def all(self, table: str, key: str) -> list[Row]:
        """Return the rows of a table under a key."""
        return self.by_key[table].get(key, [])

    def the(self, table: str, row: Row) -> Row:
        """Return the row of another table that a row must name."""
        column = self.keys[table]
        found = self.all(table, row[column])
        if not found:
            raise CellError(row, column, f"must be one of {table}")
        return found[0]

    def cells(self, table: str, key: str) -> dict[str, str]:
        """Return the cells of a row that adds to a fact; none where there is no such row."""
        found = self.all(table, key)
        self._parts += found
        return found[0].cells if found else {}

    def kept(
        self, make: Callable[..., Iterable[T]], row: Row, *parts: list[Row]
    ) -> Iterator[T | RowProblem]:
        """Yield what is made of a row and its parts, or a problem for each of these rows."""
        self._parts = list(chain.from_iterable(parts))
        try:
            made = list(make(row, *parts))
        except InvalidValueError as error:
            yield from self._refused([row, *chain.from_iterable(parts)], error)
            return
        ids = {(type(one).__name__, one.id) for one in made}
        if ids & self._ids:
            yield row.refused(CellError(row, self.keys[row.table], "must be there only once"))
            return
        row.fate = "fact"
        for part in self._parts:
            part.fate = "joined"
        self._ids |= ids
        self.made.update(kind for kind, _ in ids)
        yield from made

    def _refused(self, rows: list[Row], error: InvalidValueError) -> Iterator[RowProblem]:
        """Yield the problem of the row at fault, and of those that fall with it."""
        culprit = error.row if isinstance(error, CellError) else rows[0]
        yield culprit.refused(error)
        for row in rows:
            if row is not culprit:
                yield row.refused(
                    CellError(row, self.keys[row.table], "falls with a row that cannot be used")
                )

    def account(self) -> dict[str, Counter[str]]:
        """Return what became of the rows of each table."""
        return {table: Counter(row.fate for row in rows) for table, rows in self.rows.items()}

    def told(self) -> Iterator[str]:
        """Yield the account as lines of text, and the rows that nothing refers to."""
        yield f"{'rows of':<14}{'all':>8}" + "".join(f"{fate:>9}" for fate in FATES)
        for table, fates in self.account().items():
            counts = "".join(f"{fates[fate]:>9,}" for fate in FATES)
            yield f"{table:<14}{len(self.rows[table]):>8,}{counts}"
        for row in chain.from_iterable(self.rows.values()):
            if row.fate == "unused":
                yield f"unused: {row.table} row {row.number}, {row[self.keys[row.table]]}"
