"""A database that fails, or a process that dies, at the n-th statement.

It goes between a store of tables and its database, so it serves every store of the kit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

_QUESTIONS = frozenset(
    {
        *("insert", "update", "delete", "count", "read", "stream", "current", "person"),
        *("last_returns", "lock"),
    }
)


@attrs.define
class Statements:
    """Counts statements; what ``then`` does happens before, or after, the one numbered ``at``.

    Attributes:
        then: Called once, there.
        at: Which one, from 1 on; 0: none.
        after: Whether it is done first.
    """

    then: Callable[[], Any]
    at: int = 0
    after: bool = False
    count: int = 0

    def run(self, statement: Callable[..., Any], given: tuple[Any, ...], more: Any) -> Any:
        """Run a statement, or what happens in its place."""
        self.count += 1
        hit = self.count == self.at
        if hit and not self.after:
            self.then()
        told = statement(*given, **more)
        if hit and self.after:
            self.then()
        return told


@attrs.frozen
class FaultyTables:
    """Passes every question on and counts it."""

    tables: Any
    statements: Statements

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self.tables, name)
        if name not in _QUESTIONS:
            return asked
        return lambda *given, **more: self.statements.run(asked, given, more)


@attrs.frozen
class FaultyDatabase:
    """A database whose statements are counted, and fail where it is said."""

    database: Any
    statements: Statements

    @property
    def chunk(self) -> int:
        """As the database says."""
        return self.database.chunk

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Read."""
        with self.database.reading() as tables:
            yield FaultyTables(tables, self.statements)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Write."""
        with self.database.writing() as tables:
            yield FaultyTables(tables, self.statements)

    @contextmanager
    def streaming(self) -> Iterator[Any]:
        """Stream."""
        with self.database.streaming() as tables:
            yield FaultyTables(tables, self.statements)

    def close(self) -> None:
        """Close."""
        self.database.close()


def made_faulty(store: Any, then: Callable[[], Any], at: int = 0, *, after: bool = False) -> Any:
    """Put a faulty database under a store and return the counter of its statements."""
    statements = Statements(then, at, after)
    store._database = FaultyDatabase(store._database, statements)
    return statements


def mended(store: Any) -> None:
    """Take the faulty database away again."""
    store._database = store._database.database
