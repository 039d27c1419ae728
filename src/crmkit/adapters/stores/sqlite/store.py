"""The embedded default: a store in an SQLite database, the shop's own or one of its own.

A connection that is handed in stays the shop's: it is never closed here, and inside the
shop's transaction everything happens under a savepoint and is committed, or rolled back, by
the shop, the tables themselves included. The store opens files for many readers beside one
writer (write-ahead log, BEGIN IMMEDIATE, a busy timeout of 30 s) and overwrites what is
deleted. All its tables begin with ``crmkit_``.
"""

import os
import sqlite3
from typing import Self

from crmkit.adapters.stores.kit.store import TableStore
from crmkit.adapters.stores.sqlite.connections import IN_MEMORY, Connections, Single, opened_at
from crmkit.adapters.stores.sqlite.database import SQLiteDatabase
from crmkit.adapters.stores.sqlite.driver_errors import translated
from crmkit.domain.errors import InvalidValueError, StoreError

__all__ = ["SQLiteStore"]


class SQLiteStore(TableStore):
    """Keeps every promise of a store in an SQLite database."""

    def __init__(self, connection: sqlite3.Connection | Connections, /) -> None:
        """Work on a connection that stays the caller's.

        Args:
            connection: Gives texts as ``str``. To be used from several threads, it must
                have been made with ``check_same_thread=False``.

        Raises:
            SchemaVersionError: The tables there were made by a newer crmkit.
            StoreError: The connection cannot be used.
        """
        if isinstance(connection, sqlite3.Connection):
            if connection.text_factory is not str:
                raise StoreError("the connection must give texts as str; set its text_factory")
            connection = Single(connection)
        database = SQLiteDatabase(connection)
        super().__init__(database)
        with database.reading():
            pass

    @classmethod
    def open(cls, path: str | os.PathLike[str], /) -> Self:
        """Open, or make, a database file; ``":memory:"`` is one that ends with the store.

        Raises:
            SchemaVersionError: The tables there were made by a newer crmkit.
            StoreError: The file cannot be opened or is no database.
        """
        with translated():
            connections = opened_at(os.fspath(path))
        try:
            return cls(connections)
        except BaseException:
            connections.close()
            raise

    @classmethod
    def from_url(cls, url: str, /) -> Self:
        """Open ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``sqlite://``.

        Raises:
            InvalidValueError: The URL has another form.
            StoreError: As ``open`` does.
        """
        prefix, _, path = url.partition("sqlite://")
        if prefix or not (path.startswith("/") or not path) or "sqlite://" not in url:
            raise InvalidValueError(
                "store", url, "must be sqlite:// and a path", "write sqlite:///shop.db"
            )
        return cls.open(path.removeprefix("/") or IN_MEMORY)
