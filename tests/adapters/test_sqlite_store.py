"""SQLite keeps every promise of the store port: in memory, in a file, on the shop's connection."""

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.testing import StoreMachine, StoreSuite


class TestInMemory(StoreSuite):
    @pytest.fixture
    def store(self):
        store = SQLiteStore.open(":memory:")
        yield store
        store.close()


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


class TestOnTheShopsConnection(StoreSuite):
    @pytest.fixture
    def store(self):
        connection = sqlite3.connect(":memory:")
        connection.row_factory = sqlite3.Row
        yield SQLiteStore(connection)
        connection.close()

    def reopened(self, store):
        return SQLiteStore(store._database.connections.connection)


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
