"""Rows without the columns in which none of them says anything: half of a wide row is empty."""

from collections.abc import Iterable, Sequence
from typing import Any

from crmkit.adapters.stores.kit.schema import Table
from crmkit.adapters.stores.kit.tables import Row

__all__ = ["filled"]


def filled(table: Table, rows: Iterable[Row]) -> tuple[Sequence[str], Iterable[Row]]:
    """Return the names of the columns that hold something, and the rows with these alone.

    Args:
        table: Whose rows they are; a column that may not be empty is never left out.
        rows: Whole rows; without any, there may be no columns.
    """
    if not table.may_be_empty:
        return table.names, rows
    columns = list(zip(*rows, strict=True))
    used = [i for i, values in enumerate(columns) if _says_anything(values)]
    return [table.names[i] for i in used], zip(*(columns[i] for i in used), strict=True)


def _says_anything(values: Sequence[Any]) -> bool:
    return values[0] is not None or values.count(None) < len(values)
