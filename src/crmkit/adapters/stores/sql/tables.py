"""The kit's rows, through any connection that runs SQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit.adapters.stores.kit.schema import Table
from crmkit.adapters.stores.kit.tables import Among, Own, Row, Where
from crmkit.adapters.stores.kit.told import told
from crmkit.adapters.stores.sql.inserting import check_fits, copy_rows
from crmkit.adapters.stores.sql.locking import lock
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.staging import Staging
from crmkit.adapters.stores.sql.statements import Statements, given

__all__ = ["SQLTables"]

#: From how many rows on COPY is quicker than statements.
_COPIED = 20


@frozen
class SQLTables:
    """The rows of a database, inside the transaction that is open.

    Attributes:
        runner: Runs statements.
        asks: The statements.
        staging: Moves many rows while the next ones are made, where that can be.
    """

    runner: Runner
    asks: Statements
    staging: Staging | None = None

    @property
    def _asked(self) -> Runner:
        """The runner, once no rows are on their way."""
        if self.staging is not None:
            self.staging.settle()
        return self.runner

    def insert(self, table: Table, rows: Iterable[Row], /) -> None:
        """Add whole rows."""
        rows = list(rows)
        if not rows:
            return
        if self.runner.flavour.copies and len(rows) >= _COPIED:
            copy_rows(self._asked, self.asks.name(table), table, told(table, rows))
            return
        if self.runner.flavour.name == "mysql":
            check_fits(table, rows)
        self._asked.many(self.asks.insert(table).text, rows)

    def insert_all(self, rows: Mapping[Table, Sequence[Row]], /) -> None:
        """Add whole rows to several tables; see ``Tables.insert_all``."""
        if self.staging is not None and self.staging.takes(rows):
            self.staging.move(rows)
            return
        for table, theirs in rows.items():
            self.insert(table, theirs)

    def update(self, table: Table, values: Mapping[str, Any], where: Where, /) -> None:
        """Change columns of the rows that meet a condition."""
        asked = self.asks.update(table, tuple(values), where)
        new = {f"set_{name}": value for name, value in values.items()}
        self._asked.run(asked.text, asked.values(given(where, **new)))

    def delete(self, table: Table, where: Where, among: Among | None = None, /) -> None:
        """Drop the rows that meet a condition."""
        asked = self.asks.delete(table, where, among and among.column)
        for part in self._parts(among):
            self._asked.run(asked.text, asked.values(given(where, **part)))

    def count(self, table: Table, where: Where, /) -> int:
        """Count the rows that meet a condition."""
        asked = self.asks.count(table, where)
        ((count,),) = self._asked.rows(asked.text, asked.values(given(where)))
        return int(count)

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
    ) -> Sequence[Row]:
        """Return columns of the rows that meet a condition; see ``Tables.read``."""
        limited = limit is not None
        asked = self.asks.read(
            table, columns, where, among and among.column, order, limited=limited
        )
        found: list[Row] = []
        for part in self._parts(among):
            values = asked.values(given(where, limit=limit, **part))
            if self.staging is not None and self.staging.reads(among):
                return self.staging.read(asked.text, values)
            found += self._asked.rows(asked.text, values)
        return found

    def stream(
        self, table: Table, columns: Sequence[str], where: Where, order: Sequence[str] = (), /
    ) -> Iterator[Row]:
        """Yield columns of any number of rows."""
        asked = self.asks.read(table, columns, where, None, order)
        return self._asked.stream(asked.text, asked.values(given(where)))

    def current(self, shop_id: str, known: int, ids: Sequence[str] | None, /) -> Iterator[Row]:
        """Yield (customer_id, payload) of what is read; see ``Tables.current``."""
        asked = self.asks.current(some=ids is not None)
        among = None if ids is None else Among("customer_id", sorted(ids))
        for part in self._parts(among):
            values = asked.values({"shop": shop_id, "known": known, **part})
            yield from self._asked.stream(asked.text, values)

    def own(self, shop_id: str, customer_id: str, /) -> Own:
        """Return what is read of a customer alone; see ``Tables.own``."""
        values = {"shop": shop_id, "who": customer_id}
        (first, *rest) = (
            self._asked.rows(asked.text, asked.values(values)) for asked in self.asks.own()
        )
        if not rest:
            return Own._make(first[0])
        return Own.of(first[0][0], [payload for payload, *_ in rest[0]])

    def last_returns(self, shop_id: str, ids: Sequence[str], /) -> list[Row]:
        """Return (customer_id, latest ``at``) of the returns of customers."""
        asked = self.asks.last_returns()
        found: list[Row] = []
        for part in self.asks.parts(ids):
            found += self._asked.rows(asked.text, asked.values({"shop": shop_id, **part}))
        return found

    def lock(self, shop_id: str, /) -> None:
        """Wait until no other transaction writes for this shop; hold it to the end."""
        lock(self._asked, self.asks, shop_id)

    def _parts(self, among: Among | None) -> Iterable[dict[str, Any]]:
        return [{}] if among is None else self.asks.parts(among.values)
