"""Many rows for PostgreSQL: copied into staging tables, and moved while the next are made.

To put a row into its table and its indexes takes the server about as long as Python takes to
make it. So rows are copied into tables of the session, without keys and indexes, which takes
next to nothing; then the server is told to move them, and is not waited for until something
else is asked.
"""

import selectors
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

from attrs import define, field

from crmkit.adapters.stores.kit.schema import Table
from crmkit.adapters.stores.kit.tables import Row
from crmkit.adapters.stores.kit.told import told_once
from crmkit.adapters.stores.sql.inserting import columns_of, copy_rows
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.statements import Statements
from crmkit.domain.errors import CrmkitError

__all__ = ["Staging"]

#: From how many rows on.
_MANY = 1000

_MAY = "SELECT has_database_privilege(current_database(), 'TEMP')"


@define
class Staging:
    """Moves rows on a connection that nobody else uses meanwhile.

    Attributes:
        runner: Runs statements.
        asks: What the tables are called.
    """

    runner: Runner
    asks: Statements
    _made: set[str] = field(factory=set)
    _may: bool | None = None
    _moving: bool = False

    def takes(self, rows: Mapping[Table, Sequence[Row]]) -> bool:
        """Tell whether rows are enough to go this way, and whether the server allows it."""
        if sum(map(len, rows.values())) < _MANY:
            return False
        self.settle()
        if self._may is None:
            ((self._may,),) = self.runner.rows(_MAY)
        return self._may

    def move(self, rows: Mapping[Table, Sequence[Row]]) -> None:
        """Begin to move rows; ``settle`` comes before anything else is asked."""
        moves = [self._copied(table, theirs) for table, theirs in rows.items() if theirs]
        with self.runner.said(), self.runner.cursor() as cursor:
            driven = cursor.connection.pgconn
            driven.send_query("; ".join(moves).encode())
            self._moving = True
            while driven.flush():
                _wait(driven.socket, selectors.EVENT_WRITE)

    def _copied(self, table: Table, rows: Sequence[Row]) -> str:
        """The statements that move some rows, which are copied."""
        name, staged = self.asks.name(table), f"crmkit_staged_{table.name}"
        if staged not in self._made:
            # Without what the table asks of its columns: not all of them are copied.
            begun = f"CREATE TEMPORARY TABLE {staged} ON COMMIT DROP"
            self.runner.run(f"{begun} AS SELECT * FROM {name} WITH NO DATA")  # noqa: S608
            self._made.add(staged)
        told = told_once(table, rows)
        copy_rows(self.runner, staged, table, told)
        into, copied = columns_of([*told.once, *told.names]), columns_of(told.names)
        taken = ", ".join([*self._written(told.once.values()), copied])
        return f"INSERT INTO {name} ({into}) SELECT {taken} FROM {staged}; TRUNCATE {staged}"  # noqa: S608

    def _written(self, values: Iterable[Any]) -> list[str]:
        """Values as the driver writes them into a statement."""
        from psycopg.sql import Literal

        with self.runner.cursor() as cursor:
            return [Literal(value).as_string(cursor) for value in values]

    def settle(self) -> None:
        """Wait until all is moved.

        Raises:
            StoreError: It could not be.
        """
        if not self._moving:
            return
        with self.runner.said(), self.runner.cursor() as cursor:
            results = _results(cursor.connection.pgconn)
            self._moving = False
            _raise_first(results)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Wait until all is moved; what went wrong first is what is told."""
        if kind is None:
            self.settle()
            return
        with suppress(CrmkitError):
            self.settle()


def _results(driven: Any) -> list[Any]:
    """Everything that the server has to say, however long it takes."""
    found: list[Any] = []
    while True:
        while driven.is_busy():
            _wait(driven.socket, selectors.EVENT_READ)
            driven.consume_input()
        result = driven.get_result()
        if result is None:
            return found
        found.append(result)


def _wait(socket: int, event: int) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(socket, event)
        selector.select()


def _raise_first(results: list[Any]) -> None:
    """Raise what went wrong first, as the driver does."""
    from psycopg import errors, pq

    for result in results:
        if result.status != pq.ExecStatus.COMMAND_OK:
            state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
            text = result.error_message.decode("utf-8", "replace")
            kind = errors.lookup(state) if state else errors.OperationalError
            raise kind(text)
