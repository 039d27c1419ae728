"""The kit's questions, as SQLite texts.

Each text is made once. A list of values is looked up a few hundred at a time, padded to as
many as the text names, for older SQLites take no more than 999 values in a statement.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cache
from typing import Any

from attrs import define, field

from crmkit.adapters.stores.kit.deriving import chunks
from crmkit.adapters.stores.kit.schema import INTERACTIONS, MEMBERS, Table
from crmkit.adapters.stores.kit.tables import Above, Among, Own, Row, UpTo, Where
from crmkit.adapters.stores.kit.told import told_once
from crmkit.adapters.stores.sqlite.connections import cursor_of
from crmkit.domain.interactions import Return

__all__ = ["SQLiteTables"]

#: How many values one look-up names: the least of these that is enough, the most at once.
_NAMED = (1, 8, 60, 500)
_MOST = _NAMED[-1]
_FETCH = 256

_CURRENT = f"""
    SELECT one.customer_id, one.payload FROM {INTERACTIONS.name} AS one
    WHERE one.shop_id = ? AND one.recorded_at <= ? {{which}} AND NOT EXISTS (
        SELECT 1 FROM {INTERACTIONS.name} AS newer
        WHERE newer.shop_id = one.shop_id AND newer.source = one.source AND newer.id = one.id
            AND newer.revision > 0 AND newer.revision > one.revision AND newer.recorded_at <= ?)
    ORDER BY one.customer_id, one.at, one.source, one.id"""  # noqa: S608 -- names of ours

_OWN = f"""
    SELECT COALESCE(
        (SELECT survivor FROM {MEMBERS.name} WHERE shop_id = :shop AND customer_id = :who),
        (SELECT MAX(survivor) FROM {MEMBERS.name} WHERE shop_id = :shop AND survivor = :who)),
        COUNT(*), '[' || COALESCE(GROUP_CONCAT(payload), '') || ']'
    FROM (
        SELECT one.payload FROM {INTERACTIONS.name} AS one
        WHERE one.shop_id = :shop AND one.customer_id = :who AND NOT EXISTS (
            SELECT 1 FROM {INTERACTIONS.name} AS newer
            WHERE newer.shop_id = one.shop_id AND newer.source = one.source
                AND newer.id = one.id AND newer.revision > 0 AND newer.revision > one.revision)
        ORDER BY one.at, one.source, one.id)"""  # noqa: S608

_LAST_RETURNS = f"""
    SELECT customer_id, MAX(at) FROM {INTERACTIONS.name}
    WHERE shop_id = ? AND kind = '{Return.kind}' AND customer_id IN ({{ids}})
    GROUP BY customer_id"""  # noqa: S608


@define
class SQLiteTables:
    """The rows of an SQLite database, inside the transaction that is open.

    Attributes:
        cursor: Reads and writes; streams have cursors of their own.
        guard: Held while a stream fetches, where others use the same connection.
    """

    cursor: sqlite3.Cursor
    guard: AbstractContextManager[Any] = field(factory=nullcontext)

    def insert(self, table: Table, rows: Iterable[Row], /) -> None:
        """Add whole rows; what all of them say alike is written once.

        Python's driver binds value by value, and takes three times as long for a None.
        """
        rows = list(rows)
        if rows:
            once, names, theirs = told_once(table, rows)
            columns = ", ".join([*once, *names])
            values = ", ".join([*self._written(once.values()), _marks(len(names))])
            self.cursor.executemany(
                f"INSERT INTO {table.name} ({columns}) VALUES ({values})",  # noqa: S608
                theirs,
            )

    def _written(self, values: Collection[Any]) -> Row:
        """Values as SQLite writes them into a statement."""
        if not values:
            return ()
        asked = ", ".join(["quote(?)"] * len(values))
        row: Row = self.cursor.execute(f"SELECT {asked}", tuple(values)).fetchone()
        return row

    def insert_all(self, rows: Mapping[Table, Sequence[Row]], /) -> None:
        """Add whole rows to several tables."""
        for table, theirs in rows.items():
            self.insert(table, theirs)

    def update(self, table: Table, values: Mapping[str, Any], where: Where, /) -> None:
        """Change columns of the rows that meet a condition."""
        names = ", ".join(f"{name} = ?" for name in values)
        text = f"UPDATE {table.name} SET {names}{_condition(where)}"  # noqa: S608
        self.cursor.execute(text, (*values.values(), *_values(where)))

    def delete(self, table: Table, where: Where, among: Among | None = None, /) -> None:
        """Drop the rows that meet a condition."""
        for condition, values in _each(where, among):
            self.cursor.execute(f"DELETE FROM {table.name}{condition}", values)  # noqa: S608

    def count(self, table: Table, where: Where, /) -> int:
        """Count the rows that meet a condition."""
        text = f"SELECT COUNT(*) FROM {table.name}{_condition(where)}"  # noqa: S608
        return int(self.cursor.execute(text, _values(where)).fetchone()[0])

    def read(
        self,
        table: Table,
        columns: Sequence[str],
        where: Where,
        /,
        *,
        among: Among | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[Row]:
        """Return columns of the rows that meet a condition."""
        head, tail = _select(table, columns), _order(order)
        tail += "" if limit is None else f" LIMIT {limit}"
        found: list[Row] = []
        for condition, values in _each(where, among):
            found += self.cursor.execute(head + condition + tail, values).fetchall()
        return found

    def stream(
        self, table: Table, columns: Sequence[str], where: Where, order: Sequence[str] = (), /
    ) -> Iterator[Row]:
        """Yield columns of any number of rows, a few of them in memory at a time."""
        text = _select(table, columns) + _condition(where) + _order(order)
        return self._streamed(text, _values(where))

    def current(self, shop_id: str, known: int, ids: Sequence[str] | None, /) -> Iterator[Row]:
        """Yield (customer_id, payload) of what is read; see ``Tables.current``."""
        if ids is None:
            yield from self._streamed(_CURRENT.format(which=""), (shop_id, known, known))
            return
        for chunk in chunks(sorted(ids), _MOST):
            named, marks = _padded(chunk)
            text = _CURRENT.format(which=f"AND one.customer_id IN ({marks})")
            yield from self._streamed(text, (shop_id, known, *named, known))

    def own(self, shop_id: str, customer_id: str, /) -> Own:
        """Return what is read of a customer alone; see ``Tables.own``."""
        values = {"shop": shop_id, "who": customer_id}
        return Own._make(self.cursor.execute(_OWN, values).fetchone())

    def last_returns(self, shop_id: str, ids: Sequence[str], /) -> list[Row]:
        """Return (customer_id, latest ``at``) of the returns of customers."""
        found: list[Row] = []
        for chunk in chunks(ids, _MOST):
            named, marks = _padded(chunk)
            text = _LAST_RETURNS.format(ids=marks)
            found += self.cursor.execute(text, (shop_id, *named)).fetchall()
        return found

    def lock(self, shop_id: str, /) -> None:
        """Do nothing: whoever writes has the whole database."""

    def _streamed(self, text: str, values: Sequence[Any]) -> Iterator[Row]:
        """The rows of a cursor of its own, so that others may write meanwhile."""
        cursor = cursor_of(self.cursor.connection)
        try:
            with self.guard:
                rows = cursor.execute(text, values).fetchmany(_FETCH)
            while rows:
                yield from rows
                with self.guard:
                    rows = cursor.fetchmany(_FETCH)
        finally:
            # A stream that was left alone may end after its connection.
            with suppress(sqlite3.ProgrammingError):
                cursor.close()


def _select(table: Table, columns: Sequence[str]) -> str:
    return f"SELECT {', '.join(columns)} FROM {table.name}"  # noqa: S608


def _order(columns: Sequence[str]) -> str:
    return f" ORDER BY {', '.join(columns)}" if columns else ""


def _condition(where: Where, more: Sequence[str] = ()) -> str:
    parts = [*(f"{name} {_compared(value)} ?" for name, value in where.items()), *more]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _compared(value: Any) -> str:
    if isinstance(value, Above):
        return ">"
    return "<=" if isinstance(value, UpTo) else "="


def _values(where: Where) -> list[Any]:
    return [one.bound if isinstance(one, Above | UpTo) else one for one in where.values()]


def _each(where: Where, among: Among | None) -> Iterator[tuple[str, list[Any]]]:
    """The condition with its values, once for every part of the list that is looked up."""
    if among is None:
        yield _condition(where), _values(where)
        return
    for chunk in chunks(among.values, _MOST):
        named, marks = _padded(chunk)
        condition = _condition(where, (f"{among.column} IN ({marks})",))
        yield condition, [*_values(where), *named]


@cache
def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _padded(values: Sequence[Any]) -> tuple[list[Any], str]:
    """Values, as many as a look-up names, the last one repeated; and their placeholders."""
    count = next(each for each in _NAMED if each >= len(values))
    return [*values, *[values[-1]] * (count - len(values))], _marks(count)
