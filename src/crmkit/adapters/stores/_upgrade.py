"""Tables of an older version are brought up to this one, in the transaction that opens them.

    from 1 to 2   columns of the flat rows for service, voice and marketing; an index
    from 2 to 3   a table for saved models

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

from crmkit.adapters.stores import _schema
from crmkit.adapters.stores._derived import EVER, OF_ALL, by_customer
from crmkit.adapters.wire import shop_from_json
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
    found = _schema.version(cursor)
    if found == _schema.VERSION:
        return
    _schema.create(cursor)
    if 1 <= found < _FULL_ROWS:
        _complete_facts(cursor)


def _complete_facts(cursor: sqlite3.Cursor) -> None:
    have = {row[1] for row in cursor.execute("PRAGMA table_info(crmkit_facts)")}
    for name in Fact._fields:
        if name not in have:
            cursor.execute(f"ALTER TABLE crmkit_facts ADD COLUMN {_schema.fact_column(name)}")
    for (policy,) in cursor.execute("SELECT policy FROM crmkit_shops").fetchall():
        to = Reporting(shop_from_json(policy), _AnyRate())
        cursor.executemany(_UPDATE, _values(cursor.connection.cursor(), to))


def _values(reading: sqlite3.Cursor, to: Reporting) -> Iterator[tuple[Any, ...]]:
    """The values of an update, row by row."""
    reading.row_factory = None
    reading.execute(OF_ALL, {"shop": to.shop.id, "known": EVER})
    for _, history in by_customer(reading):
        for fact in facts_of(history, to):
            yield tuple(getattr(fact, name) for name in (*_DERIVED, *_KEY))
