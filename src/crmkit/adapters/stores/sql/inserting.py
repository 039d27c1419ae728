"""Many rows at once: PostgreSQL's COPY, and what MySQL would cut without a word."""

from collections.abc import Iterable, Sequence
from functools import cache

from crmkit.adapters.stores.kit.schema import Table
from crmkit.adapters.stores.kit.tables import Row
from crmkit.adapters.stores.kit.told import Told
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.schema import KEYED, keyed_columns
from crmkit.domain.errors import StoreError

__all__ = ["check_fits", "columns_of", "copy_rows"]

_TYPES = {"id": "text", "text": "text", "integer": "int8", "bytes": "bytea"}
_BOUND = 2**63


def copy_rows(runner: Runner, name: str, table: Table, told: Told) -> None:
    """Add rows with COPY in its binary form.

    The keys were looked up under the shop's lock before: a row that is there all the same
    fails the whole call.
    """
    kinds = {column.name: _TYPES[column.kind] for column in table.columns}
    text = f"COPY {name} ({columns_of(told.names)}) FROM STDIN (FORMAT BINARY)"
    with runner.said(), runner.cursor() as cursor, cursor.copy(text) as copy:
        copy.set_types([kinds[column] for column in told.names])
        write = copy.write_row
        for row in told.rows:
            write(row)


def columns_of(names: Iterable[str]) -> str:
    """Return columns as they are listed."""
    return ", ".join(f'"{name}"' for name in names)


def check_fits(table: Table, rows: Sequence[Row]) -> None:
    """Refuse what MySQL, as it may be set up, would cut or clip instead of refusing it.

    Raises:
        StoreError: An id has more than 190 characters, or a number more than 64 bits.
    """
    texts, numbers = _places(table)
    for row in rows:
        for place, name in texts:
            if row[place] is not None and len(row[place]) > KEYED:
                raise StoreError(
                    f"{name} has {len(row[place])} characters, but MySQL's keys take {KEYED}; "
                    "take a shorter one"
                )
        for place in numbers:
            if row[place] is not None and not -_BOUND <= row[place] < _BOUND:
                raise StoreError("a number is beyond 64 bits; check the amounts and quantities")


@cache
def _places(table: Table) -> tuple[list[tuple[int, str]], list[int]]:
    keyed = keyed_columns(table)
    columns = list(enumerate(table.columns))
    texts = [(i, one.name) for i, one in columns if one.kind == "id" and one.name in keyed]
    return texts, [i for i, one in columns if one.kind == "integer"]
