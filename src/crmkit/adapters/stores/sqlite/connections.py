"""Where the SQLite store gets its connections, and how a transaction is kept or undone.

A file is read and written through a pool: no connection serves two calls at once, and a
stream keeps its own until it ends, so it sees one state of the database. A connection that
was handed in, and one to a database in memory, is the only one there is: a lock guards it.
"""

import os
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock
from typing import Any, Protocol

from attrs import define, field

from crmkit.domain.errors import StoreError

IN_MEMORY = ":memory:"
BUSY_SECONDS = 30.0

_OWN = "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
_WITHIN = "SAVEPOINT crmkit", "RELEASE crmkit", ("ROLLBACK TO crmkit", "RELEASE crmkit")

Guard = AbstractContextManager[Any]


class Connections(Protocol):
    """Lends connections."""

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that nobody else uses meanwhile."""
        ...

    @contextmanager
    def for_stream(self) -> Iterator[tuple[sqlite3.Connection, Guard]]:
        """Lend a connection for as long as a stream takes, and what to hold while fetching."""
        ...

    def shops_transaction(self) -> sqlite3.Connection | None:
        """Return the shop's connection while it is in a transaction; else None."""
        ...

    def close(self) -> None:
        """Close what was opened here."""
        ...


def cursor_of(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """Return a cursor that gives plain tuples, whatever the connection is set to give."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
    """Keep all that is done within, or nothing.

    Inside a transaction of the shop this is a savepoint: to commit is left to the shop.
    """
    cursor = cursor_of(connection)
    begin, keep, undo = _WITHIN if connection.in_transaction else _OWN
    cursor.execute(begin)
    try:
        yield cursor
        cursor.execute(keep)
    except BaseException:
        # After some errors, a full disk for one, SQLite has undone everything itself.
        if connection.in_transaction:
            for statement in undo:
                cursor.execute(statement)
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all that is read within be of one state; inside a transaction it is already."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@define
class Single:
    """The only connection to a database; closed here only if it was ``opened`` here."""

    connection: sqlite3.Connection
    opened: bool = False
    _lock: RLock = field(factory=RLock)

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection under its lock."""
        with self._lock:
            yield self.connection

    @contextmanager
    def for_stream(self) -> Iterator[tuple[sqlite3.Connection, Guard]]:
        """Lend the connection; between a few rows others may use it."""
        yield self.connection, self._lock

    def shops_transaction(self) -> sqlite3.Connection | None:
        """Return the connection while it is in a transaction that was begun elsewhere."""
        return self.connection if self.connection.in_transaction and not self.opened else None

    def close(self) -> None:
        """Close the connection if it was opened here."""
        if self.opened:
            self.connection.close()


@define
class Pool:
    """Connections to one file, as many as are needed at a time."""

    path: str
    _free: deque[sqlite3.Connection] = field(factory=deque)
    _of_parents: list[sqlite3.Connection] = field(factory=list)
    _process: int = field(factory=os.getpid)
    _closed: bool = False

    @contextmanager
    def lent(self) -> Iterator[sqlite3.Connection]:
        """Lend a free connection, or open one."""
        if self._closed:
            raise StoreError("the store is closed; open it again")
        self._leave_to_parent()
        try:
            connection = self._free.popleft()
        except IndexError:
            connection = opened(self.path)
        try:
            yield connection
        finally:
            self._take_back(connection)

    def _leave_to_parent(self) -> None:
        """Keep, but never use or close, what was opened before a fork."""
        if self._process != os.getpid():
            self._of_parents += self._free
            self._free.clear()
            self._process = os.getpid()

    def _take_back(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._free.append(connection)

    @contextmanager
    def for_stream(self) -> Iterator[tuple[sqlite3.Connection, Guard]]:
        """Lend a connection of its own: one state, whatever is written meanwhile."""
        with self.lent() as connection, snapshot(connection):
            yield connection, nullcontext()

    def shops_transaction(self) -> None:
        """Return None: the shop has none of these connections."""

    def close(self) -> None:
        """Close the free connections; those in use are closed when they come back."""
        self._closed = True
        while self._free:
            self._free.pop().close()


def opened_at(path: str) -> Connections:
    """Return the pool for a file, or the one connection to a new database in memory."""
    return Single(opened(path), opened=True) if path == IN_MEMORY else Pool(path)


def opened(path: str) -> sqlite3.Connection:
    """Open a database and set it up for many readers beside one writer."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        _write_ahead(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log.

    SQLite does not wait for a lock here, as it does elsewhere, so that two who open a new
    file at once would fail.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
