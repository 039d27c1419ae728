"""Where the store gets its connections, and how a transaction is kept or undone.

    an engine       every call has a transaction of its own, on a connection of the pool; it
                    is committed here. A stream has a connection of its own.
    a connection    inside a transaction of the shop: a savepoint, and the shop commits;
                    outside: a transaction of its own, committed here
    a session       always the shop's transaction: a savepoint, and the shop commits

An engine whose pool has only one connection (SQLite in memory) is a connection.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import RLock
from typing import Any, ClassVar, Protocol

from attrs import define, field
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from crmkit.adapters.stores.sql.driver_errors import Translator
from crmkit.adapters.stores.sql.flavour import flavour_of
from crmkit.adapters.stores.sql.runner import AlchemyRunner, Runner
from crmkit.adapters.stores.sql.transactions import begin, own, said_of, within
from crmkit.domain.errors import CrmkitError, StoreError

__all__ = ["OfConnection", "OfEngine", "OfSession", "Source"]

#: How a transaction of ours reads one state, and how one that writes sees what was committed
#: while it waited for its turn.
_ONE_STATE = "REPEATABLE READ"
_LATEST = "READ COMMITTED"
#: How one question is asked.
_BY_ITSELF = "AUTOCOMMIT"


class Source(Protocol):
    """Lends runners inside transactions.

    Attributes:
        private: Whether nobody else uses its connections meanwhile.
    """

    private: ClassVar[bool]

    def asking(self) -> AbstractContextManager[Runner]:
        """Ask one question."""
        ...

    def reading(self) -> AbstractContextManager[Runner]:
        """Read, as far as the transaction allows one state."""
        ...

    def writing(self) -> AbstractContextManager[Runner]:
        """Keep all that is done within, or nothing."""
        ...

    def streaming(self) -> AbstractContextManager[Runner]:
        """Read for as long as a caller takes, in nobody's way."""
        ...

    def migrating(self) -> AbstractContextManager[Runner]:
        """Make tables: all of them or none, where the database can."""
        ...

    def shops_transaction(self) -> object | None:
        """Return what stands for the shop's transaction that is open, the same to its end."""
        ...

    def close(self) -> None:
        """Close what was opened here."""
        ...


@define
class OfEngine:
    """An engine; ``opened`` if it was made here.

    Attributes:
        engine: The engine.
        opened: Whether it is disposed of here.
    """

    private: ClassVar[bool] = True

    engine: Engine
    opened: bool = False
    _process: int = field(factory=os.getpid)
    _closed: bool = False

    @contextmanager
    def asking(self) -> Iterator[Runner]:
        """Ask one question on a connection of the pool.

        PostgreSQL is spared the way there and back to begin a transaction, and to end it;
        and psycopg forgets what it has prepared wherever one is rolled back.
        """
        if self.engine.dialect.name != "postgresql":
            with self.reading() as runner:
                yield runner
            return
        with self._connected(_BY_ITSELF) as connection:
            yield _runner(connection)

    @contextmanager
    def reading(self) -> Iterator[Runner]:
        """Read one state on a connection of the pool."""
        with self._connected(_ONE_STATE, postgresql_readonly=True) as connection:
            begin(connection)
            yield _runner(connection)

    @contextmanager
    def streaming(self) -> Iterator[Runner]:
        """Read one state on a connection of its own, a few rows at a time."""
        with self._connected(_ONE_STATE, postgresql_readonly=True) as connection:
            # On SQLite nothing is begun: whoever has read once would hold up every writer.
            yield _runner(connection, streams=_keeps_cursors(connection))

    @contextmanager
    def writing(self) -> Iterator[Runner]:
        """Keep all that is done within, or nothing."""
        with self._connected(_LATEST) as connection, own(connection):
            yield _runner(connection, streams=_keeps_cursors(connection))

    def migrating(self) -> AbstractContextManager[Runner]:
        """Make tables in a transaction."""
        return self.writing()

    @contextmanager
    def _connected(self, level: str, **options: Any) -> Iterator[Connection]:
        if self._closed:
            raise StoreError("the store is closed; open it again")
        if self.opened and self._process != os.getpid():
            # What was opened before a fork is left to the parent.
            self.engine.dispose(close=False)
            self._process = os.getpid()
        said = said_of(self.engine)
        with said():
            connection = self.engine.connect()
        try:
            if self.engine.dialect.name != "sqlite":
                with said():
                    connection.execution_options(isolation_level=level, **options)
            yield connection
        finally:
            # All that mattered is committed or undone; who is lost need not be told again.
            with suppress(CrmkitError), said():
                connection.close()

    def shops_transaction(self) -> None:
        """Return None: every transaction is begun here."""

    def close(self) -> None:
        """Dispose of an engine that was made here."""
        self._closed = True
        if self.opened:
            self.engine.dispose()


@define
class OfConnection:
    """A connection that one call uses at a time; ``opened`` if it was made here.

    Attributes:
        connection: The connection.
        opened: Whether it is closed here, with its engine.
    """

    private: ClassVar[bool] = False

    connection: Connection
    opened: bool = False
    _lock: RLock = field(factory=RLock)

    @contextmanager
    def reading(self) -> Iterator[Runner]:
        """Read in the shop's transaction, or in one that leaves nothing open."""
        with self._lock:
            if self.connection.in_transaction():
                yield _runner(self.connection)
                return
            with own(self.connection, keeps=False):
                yield _runner(self.connection)

    asking = reading
    streaming = reading

    @contextmanager
    def writing(self) -> Iterator[Runner]:
        """Keep all that is done within, or nothing."""
        with self._lock:
            inside = within if self.connection.in_transaction() else own
            with inside(self.connection):
                yield _runner(self.connection)

    @contextmanager
    def migrating(self) -> Iterator[Runner]:
        """Make tables, in the shop's transaction where there is one."""
        if self.connection.in_transaction():
            _refuse_on_mysql(self.connection)
        with self.writing() as runner:
            yield runner

    def shops_transaction(self) -> object | None:
        """Return the transaction that is open on the connection."""
        return self.connection.get_transaction()

    def close(self) -> None:
        """Close a connection that was made here."""
        if self.opened:
            with self._lock, said_of(self.connection)():
                engine = self.connection.engine
                self.connection.close()
                engine.dispose()


@define
class OfSession:
    """A session, or a registry that has one for every thread: always the shop's transaction.

    Attributes:
        session: Asked for its connection at every call.
    """

    private: ClassVar[bool] = False

    session: Session | scoped_session[Session]

    @contextmanager
    def reading(self) -> Iterator[Runner]:
        """Read in the shop's transaction."""
        yield _runner(self._connection())

    asking = reading
    streaming = reading

    @contextmanager
    def writing(self) -> Iterator[Runner]:
        """Keep all that is done within, or nothing, if the shop commits."""
        connection = self._connection()
        with within(connection):
            yield _runner(connection)

    @contextmanager
    def migrating(self) -> Iterator[Runner]:
        """Make tables in the shop's transaction."""
        _refuse_on_mysql(self._connection())
        with self.writing() as runner:
            yield runner

    def _connection(self) -> Connection:
        with Translator((SQLAlchemyError,))():
            return self.session.connection()

    def shops_transaction(self) -> object | None:
        """Return the transaction that is open on the session's connection."""
        return self._connection().get_transaction()

    def close(self) -> None:
        """Do nothing: the session is the shop's."""


def _refuse_on_mysql(connection: Connection) -> None:
    if connection.dialect.name in {"mysql", "mariadb"}:
        raise StoreError(
            "MySQL commits whatever is open when a table is made; give migrate an engine"
        )


def _keeps_cursors(connection: Connection) -> bool:
    """Tell whether other statements may run while rows are fetched, and nobody waits for it."""
    return connection.dialect.name == "postgresql"


def _runner(connection: Connection, *, streams: bool = False) -> Runner:
    flavour = flavour_of(connection.dialect)
    return AlchemyRunner(connection, flavour, said_of(connection), streams)
