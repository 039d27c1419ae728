"""Many rows for PostgreSQL: copied into staging tables, and moved while the next are made.

To put a row into its table and its indexes takes the server about as long as Python takes to
make it. So rows are copied into tables of the session, without keys and indexes, which takes
next to nothing; then the server is told to move them, and to look the next ones up, and is
not waited for until something else must be known.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import chain
from typing import Any, Self

from attrs import define, field

from crmkit.adapters.stores.kit.schema import Table
from crmkit.adapters.stores.kit.tables import Among, Row
from crmkit.adapters.stores.kit.told import told_once
from crmkit.adapters.stores.sql.answers import Answer
from crmkit.adapters.stores.sql.inserting import columns_of, copy_rows
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.statements import Statements
from crmkit.domain.errors import CrmkitError

__all__ = ["Staging"]

#: From how many rows on.
_MANY = 1000

_MAY = "SELECT has_database_privilege(current_database(), 'TEMP')"

_Statement = tuple[str, Sequence[Any]]


@define
class Staging:
    """Sends statements ahead, on a connection that nobody else uses meanwhile.

    Attributes:
        runner: Runs statements.
        asks: What the tables are called.
    """

    runner: Runner
    asks: Statements
    _made: set[str] = field(factory=set)
    _may: bool | None = None
    _driven: Any = None
    _pipeline: ExitStack = field(factory=ExitStack)

    @staticmethod
    def possible() -> bool:
        """Tell whether the driver can send statements ahead: with libpq 14 or newer."""
        from psycopg import Pipeline

        return Pipeline.is_supported()

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
        # All is copied before the first is moved: a pipeline takes no COPY.
        moves = [self._copied(table, theirs) for table, theirs in rows.items() if theirs]
        for text, values in chain.from_iterable(moves):
            self._send(text, values, prepare=False)

    def _copied(self, table: Table, rows: Sequence[Row]) -> Iterable[_Statement]:
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
        taken = ", ".join([*["%s"] * len(told.once), copied])
        moved = f"INSERT INTO {name} ({into}) SELECT {taken} FROM {staged}"  # noqa: S608
        return (moved, tuple(told.once.values())), (f"TRUNCATE {staged}", ())

    def reads(self, among: Among | None) -> bool:
        """Tell whether so much is looked up that something can be done meanwhile."""
        return among is not None and len(among.values) >= _MANY

    def read(self, text: str, values: Sequence[Any]) -> Sequence[Row]:
        """Ask for rows without waiting for them; they are read where all before is moved."""
        cursor = self._send(text, values)

        def wait() -> list[Row]:
            with self.runner.said():
                rows: list[Row] = cursor.fetchall()
                return rows

        return Answer(wait)

    def _send(self, text: str, values: Sequence[Any], *, prepare: bool | None = None) -> Any:
        """Send a statement and return the cursor that its answer comes to."""
        with self.runner.said():
            if self._driven is None:
                with self.runner.cursor() as cursor:
                    self._driven = cursor.connection
                self._pipeline.enter_context(self._driven.pipeline())
            return self._driven.execute(text, values or None, prepare=prepare)

    def settle(self) -> None:
        """Wait until all that was sent is done.

        Raises:
            StoreError: It could not be.
        """
        self._driven = None
        with self.runner.said():
            self._pipeline.close()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        """Wait until all is done; what went wrong first is what is told."""
        if kind is None:
            self.settle()
            return
        with suppress(CrmkitError):
            self.settle()
