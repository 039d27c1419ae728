"""Statements, as text with places for values, run on a connection.

Whoever can run text and lend a DB-API cursor can carry the store: SQLAlchemy's connection
here, Django's in ``crmkit.adapters.stores.sql.django``.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any, Protocol

from attrs import define
from sqlalchemy import Connection

from crmkit.adapters.stores.kit.tables import Row
from crmkit.adapters.stores.sql.driver_errors import Translator
from crmkit.adapters.stores.sql.flavour import Flavour

__all__ = ["AlchemyRunner", "Runner"]

_FETCH = 1000


class Runner(Protocol):
    """Runs statements in one transaction."""

    @property
    def flavour(self) -> Flavour:
        """Which SQL it takes."""
        ...

    @property
    def said(self) -> Translator:
        """What turns errors of its driver into those of crmkit."""
        ...

    @property
    def database(self) -> Any:
        """What stands for the database as long as the process knows it."""
        ...

    def rows(self, text: str, values: Sequence[Any] = (), /) -> list[Row]:
        """Run a statement and return its rows."""
        ...

    def run(self, text: str, values: Sequence[Any] = (), /) -> None:
        """Run a statement that has none."""
        ...

    def many(self, text: str, rows: list[Row], /) -> None:
        """Run a statement once for each of some rows of values."""
        ...

    def stream(self, text: str, values: Sequence[Any], /) -> Iterator[Row]:
        """Yield the rows of a statement; other statements may run meanwhile."""
        ...

    def cursor(self) -> AbstractContextManager[Any]:
        """Lend a cursor of the driver."""
        ...


@define
class AlchemyRunner:
    """Runs on a connection of SQLAlchemy, inside the transaction that is open.

    Attributes:
        connection: The connection.
        flavour: Which SQL it takes.
        said: What turns errors of its driver into those of crmkit.
        streams: Whether rows are fetched as they are asked for; otherwise all at once.
    """

    connection: Connection
    flavour: Flavour
    said: Translator
    streams: bool = False

    @property
    def database(self) -> Any:
        """The engine."""
        return self.connection.engine

    def rows(self, text: str, values: Sequence[Any] = (), /) -> list[Row]:
        """Run a statement and return its rows."""
        with self.said():
            result = self.connection.exec_driver_sql(text, tuple(values) or None)
            return [tuple(row) for row in result.fetchall()]

    def run(self, text: str, values: Sequence[Any] = (), /) -> None:
        """Run a statement that has none."""
        with self.said():
            self.connection.exec_driver_sql(text, tuple(values) or None).close()

    def many(self, text: str, rows: list[Row], /) -> None:
        """Run a statement once for each of some rows of values."""
        with self.said():
            self.connection.exec_driver_sql(text, rows).close()

    def stream(self, text: str, values: Sequence[Any], /) -> Iterator[Row]:
        """Yield the rows of a statement; other statements may run meanwhile."""
        if not self.streams:
            yield from self.rows(text, values)
            return
        options = {"stream_results": True, "max_row_buffer": _FETCH}
        with self.said():
            result = self.connection.exec_driver_sql(text, tuple(values), execution_options=options)
        with closing(result):
            while True:
                with self.said():
                    rows = result.fetchmany(_FETCH)
                if not rows:
                    return
                yield from (tuple(row) for row in rows)

    def cursor(self) -> AbstractContextManager[Any]:
        """Lend a cursor of the driver."""
        return closing(self.connection.connection.cursor())
