"""SQLite keeps every promise of the store port: in memory, in a file, on the shop's connection."""

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.testing import StoreMachine, StoreSuite, breaking


def dumped(store):
    with store._database.connections.lent() as connection:
        return "\n".join(connection.iterdump())


def refusing(text):
    """How the database dies: as the driver says it, at the n-th question or at the end."""
    return lambda store: (
        lambda step: breaking(store, "_database", lambda: sqlite3.OperationalError(text), at=step)
    )


class TestInMemory(StoreSuite):
    @pytest.fixture
    def store(self):
        store = SQLiteStore.open(":memory:")
        yield store
        store.close()

    def dump(self, store):
        return dumped(store)

    def faults(self, store):
        yield refusing("disk I/O error")(store)
        yield refusing("database or disk is full")(store)


class TestInAFile(StoreSuite):
    @pytest.fixture
    def store(self, tmp_path):
        self.path = tmp_path / "shop.db"
        store = SQLiteStore.open(self.path)
        yield store
        store.close()

    def reopened(self, store):
        store.close()
        return SQLiteStore.open(self.path)

    def dump(self, store):
        """All there is in the files themselves, once the log is folded in and room is freed."""
        with store._database.connections.lent() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        files = [self.path.with_name(self.path.name + tail) for tail in ("", "-wal", "-shm")]
        return b"".join(each.read_bytes() for each in files if each.exists())

    def faults(self, store):
        yield refusing("disk I/O error")(store)


class TestOnTheShopsConnection(StoreSuite):
    @pytest.fixture
    def store(self):
        connection = sqlite3.connect(":memory:")
        connection.row_factory = sqlite3.Row
        yield SQLiteStore(connection)
        connection.close()

    def reopened(self, store):
        return SQLiteStore(store._database.connections.connection)

    def dump(self, store):
        return dumped(store)


class TestWithinTheShopsTransaction(StoreSuite):
    @pytest.fixture
    def store(self):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("BEGIN")
        yield SQLiteStore(connection)
        assert connection.in_transaction
        connection.execute("ROLLBACK")
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []
        connection.close()


class SQLiteMachine(StoreMachine):
    def make(self):
        return SQLiteStore.open(":memory:")


class FileMachine(StoreMachine):
    def make(self):
        self.folder = tempfile.TemporaryDirectory()
        return SQLiteStore.open(Path(self.folder.name) / "shop.db")

    def reopen(self, store):
        store.close()
        return SQLiteStore.open(Path(self.folder.name) / "shop.db")

    def teardown(self):
        super().teardown()
        self.folder.cleanup()


TestInMemoryBehaviour = SQLiteMachine.TestCase
TestInAFileBehaviour = FileMachine.TestCase
# A file waits for the disk at every call; the rules are the same.
TestInAFileBehaviour.settings = settings(max_examples=15)
