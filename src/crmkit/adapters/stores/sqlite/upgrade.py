"""Tables of an older version are brought up to this one, in the transaction that opens them.

    from 1 to 2   columns of the flat rows for service, voice and marketing; an index
    from 2 to 3   a table for saved models
    from 3 to 4   aliases by line, who stands for whom, identifiers, events and positions,
                  marks of loads; counts of these in the shop's row

Interactions stay as they were written: the wire format reads every schema. Flat rows are
derived from them, so they are derived anew, all but their amounts: at which rate those were
taken only the shop knows, and it is not asked here. No kind of interaction that an older
version kept has an amount in a column that came later.
"""

import sqlite3
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from crmkit.adapters.stores.kit.deriving import by_customer
from crmkit.adapters.stores.kit.schema import ALIASES, FACTS, IDENTIFIERS, SHOPS, Table
from crmkit.adapters.stores.kit.tables import EVER
from crmkit.adapters.stores.sqlite import schema
from crmkit.adapters.stores.sqlite.tables import SQLiteTables
from crmkit.adapters.wire import customer_from_json, shop_from_json
from crmkit.domain.facts import Fact
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of

#: The version from which on the flat rows have all their columns.
_FULL_ROWS = 2
_KEY = ("shop_id", "source", "id", "part")
_AMOUNTS = frozenset(
    {
        *("amount", "cost", "costed", "discount", "shipping", "tax", "fees"),
        *("adjustments", "liabilities", "donations", "spent", "worth"),
    }
)
_DERIVED = tuple(name for name in Fact._fields if name not in {*_KEY, *_AMOUNTS})
_UPDATE = (
    f"UPDATE crmkit_facts SET {', '.join(f'{name} = ?' for name in _DERIVED)}"  # noqa: S608
    f" WHERE {' AND '.join(f'{name} = ?' for name in _KEY)}"
)


class _AnyRate:
    """Stands in for rates where the amounts are not used."""

    def rate(self, _currency: str, _into: str, _day: date, /) -> Decimal:
        """Return one for one."""
        return Decimal(1)


def make_ready(cursor: sqlite3.Cursor) -> None:
    """Make the tables, or bring them up, in the transaction that is open.

    Raises:
        SchemaVersionError: They were made by a newer crmkit.
    """
    found = schema.version(cursor)
    if found == schema.VERSION:
        return
    if not found:
        schema.refuse_leftovers(cursor)
    else:
        # Nothing was ever written there.
        cursor.execute(f"DROP TABLE IF EXISTS {ALIASES.name}")
        _add_columns(cursor, SHOPS)
        _add_columns(cursor, FACTS)
    schema.create(cursor)
    if 1 <= found < _FULL_ROWS:
        _complete_facts(cursor)
    if found:
        _count_anew(cursor)
        _identify(cursor)


def _add_columns(cursor: sqlite3.Cursor, table: Table) -> None:
    have = {row[1] for row in cursor.execute(f"PRAGMA table_info({table.name})")}
    for column in table.columns:
        if column.name not in have:
            text = schema.column_text(column)
            cursor.execute(f"ALTER TABLE {table.name} ADD COLUMN {text}")


def _complete_facts(cursor: sqlite3.Cursor) -> None:
    for (policy,) in cursor.execute(f"SELECT policy FROM {SHOPS.name}").fetchall():  # noqa: S608
        to = Reporting(shop_from_json(policy), _AnyRate())
        cursor.executemany(_UPDATE, _values(SQLiteTables(cursor), to))


def _values(tables: SQLiteTables, to: Reporting) -> Iterator[tuple[Any, ...]]:
    """The values of an update, row by row."""
    for _, history in by_customer(tables.current(to.shop.id, EVER, None)):
        for fact in facts_of(history, to):
            yield tuple(getattr(fact, name) for name in (*_DERIVED, *_KEY))


def _count_anew(cursor: sqlite3.Cursor) -> None:
    """Note when the latest interaction of each shop was recorded."""
    cursor.execute(
        "UPDATE crmkit_shops SET recorded_at = COALESCE((SELECT MAX(recorded_at)"
        " FROM crmkit_interactions AS one WHERE one.shop_id = crmkit_shops.shop_id), 0)"
    )


def _identify(cursor: sqlite3.Cursor) -> None:
    """Keep under which identifiers each record is found."""
    found = cursor.execute("SELECT shop_id, payload FROM crmkit_customers").fetchall()
    records = ((shop_id, customer_from_json(payload)) for shop_id, payload in found)
    SQLiteTables(cursor).insert(
        IDENTIFIERS,
        (
            (shop_id, one.kind.value, one.value, record.id)
            for shop_id, record in records
            for one in record.identifiers
        ),
    )
