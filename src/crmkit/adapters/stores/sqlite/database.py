"""Transactions of the kit over SQLite connections."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import define

from crmkit.adapters.stores.kit.tables import Tables
from crmkit.adapters.stores.sqlite import schema, upgrade
from crmkit.adapters.stores.sqlite.connections import Connections, cursor_of, snapshot, transaction
from crmkit.adapters.stores.sqlite.driver_errors import translated
from crmkit.adapters.stores.sqlite.tables import SQLiteTables

__all__ = ["SQLiteDatabase"]


@define
class SQLiteDatabase:
    """A database of which the tables are made, or brought up, by whoever comes first.

    Attributes:
        connections: Lends connections.
        chunk: How many interactions are looked up and written at a time.
    """

    connections: Connections
    chunk: int = 500

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """Read one state."""
        with translated(), self.connections.lent() as connection:
            cursor = _ready(connection)
            with snapshot(connection):
                yield SQLiteTables(cursor)

    # To begin a transaction costs next to nothing.
    asking = reading

    @contextmanager
    def writing(self) -> Iterator[Tables]:
        """Keep all that is done within, or nothing."""
        with (
            translated(),
            self.connections.lent() as connection,
            transaction(connection) as cursor,
        ):
            # A rollback by the shop may have taken the tables away again.
            upgrade.make_ready(cursor)
            yield SQLiteTables(cursor)

    @contextmanager
    def streaming(self) -> Iterator[Tables]:
        """Read for as long as a caller takes."""
        with self.reading():
            pass
        with translated(), self.connections.for_stream() as (connection, guard):
            yield SQLiteTables(cursor_of(connection), guard)

    def shops_transaction(self) -> object | None:
        """Return the shop's connection while it is in a transaction; else None."""
        return self.connections.shops_transaction()

    def close(self) -> None:
        """Close what was opened here."""
        with translated():
            self.connections.close()


def _ready(connection: sqlite3.Connection) -> sqlite3.Cursor:
    cursor = cursor_of(connection)
    if schema.version(cursor) != schema.VERSION:
        with transaction(connection) as making:
            upgrade.make_ready(making)
    return cursor
