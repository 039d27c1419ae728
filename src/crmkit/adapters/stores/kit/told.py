"""Many rows of a wide table, as little of them as must be sent: half of it is empty."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from crmkit.adapters.stores.kit.schema import Table
from crmkit.adapters.stores.kit.tables import Row

__all__ = ["Told", "told", "told_once"]


class Told(NamedTuple):
    """What some rows say.

    Attributes:
        once: What is said by all of them alike, by column.
        names: The other columns that hold something.
        rows: The rows with these alone.
    """

    once: dict[str, Any]
    names: Sequence[str]
    rows: Iterable[Row]


def told(table: Table, rows: Iterable[Row]) -> Told:
    """Return rows without the columns in which none of them says anything.

    Args:
        table: Whose rows they are; a column that may not be empty is never left out.
        rows: Whole rows; without any, there may be no columns.
    """
    if not table.may_be_empty:
        return Told({}, table.names, rows)
    columns = list(zip(*rows, strict=True))
    used = [i for i, values in enumerate(columns) if not _alike(values) or values[0] is not None]
    return _told(table, columns, used, {})


def told_once(table: Table, rows: Sequence[Row]) -> Told:
    """Return rows without the columns in which all of them say the same.

    Args:
        table: Whose rows they are; no two have the same key.
        rows: Whole rows, at least one.
    """
    columns = list(zip(*rows, strict=True))
    alike = {i for i, values in enumerate(columns) if _alike(values)} if len(rows) > 1 else ()
    once = {table.names[i]: columns[i][0] for i in alike if columns[i][0] is not None}
    return _told(table, columns, [i for i in range(len(columns)) if i not in alike], once)


def _told(table: Table, columns: Sequence[Row], used: Sequence[int], once: dict[str, Any]) -> Told:
    rows = zip(*(columns[i] for i in used), strict=True)
    return Told(once, [table.names[i] for i in used], rows)


def _alike(values: Sequence[Any]) -> bool:
    first = values[0]
    if isinstance(first, str) and "\0" in first:
        # No fact holds one; SQLite would cut the text there without a word.
        return False
    return bool(first == values[-1]) and values.count(first) == len(values)
