"""The SQL store keeps every promise, on SQLite, PostgreSQL and MariaDB: by an engine, in the
shop's transaction on a connection, and in a session."""

from contextlib import contextmanager

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from crmkit.adapters.stores.sql import SQLStore, metadata_of, migrate
from crmkit.testing import StoreMachine, StoreSuite
from crmkit.testing.faults import Fault


def in_memory():
    engine = create_engine("sqlite://", poolclass=StaticPool)
    migrate(engine)
    return engine


def dumped(connection):
    """Every row of every table, as text."""
    tables = metadata_of().tables.values()
    return "\n".join(str(row) for table in tables for row in connection.execute(table.select()))


def shops_in(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM crmkit_shops")).scalar()


@contextmanager
def listening(engine, step):
    """Call ``step`` before every statement and every commit."""
    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(engine, name, step)
    try:
        yield
    finally:
        for name in names:
            event.remove(engine, name, step)


@contextmanager
def refusing(engine, at):
    """Let the driver refuse the n-th statement; the commit is the last."""
    fault = Fault(lambda: engine.dialect.loaded_dbapi.OperationalError("the disk broke"), at)

    def step(*_):
        fault.step()

    with listening(engine, step):
        yield fault


@contextmanager
def losing(engine, at):
    """Let the server end the connection before its n-th statement, or the commit."""

    def killed():
        raise AssertionError

    fault = Fault(killed, at)

    def step(connection, *_):
        try:
            fault.step()
        except AssertionError:
            (number,) = connection.connection.cursor().execute("SELECT pg_backend_pid()").fetchone()
            other = create_engine(engine.url)
            with other.connect() as killer:
                killer.execute(text("SELECT pg_terminate_backend(:n, 5000)"), {"n": number})
            other.dispose()

    with listening(engine, step):
        yield fault


class OnAnEngine(StoreSuite):
    @pytest.fixture
    def store(self, engine):
        self.engine = engine
        return SQLStore(engine)

    def reopened(self, store):
        store.close()
        return SQLStore(self.engine)

    def dump(self, _store):
        with self.engine.connect() as connection:
            return dumped(connection)


class OnAConnection(StoreSuite):
    """The shop's transaction: nothing of it is there when the shop has rolled back."""

    @pytest.fixture
    def store(self, engine):
        with engine.connect() as connection:
            self.connection = connection
            transaction = connection.begin()
            yield SQLStore(connection)
            assert transaction.is_active
            transaction.rollback()
        assert shops_in(engine) == 0

    def reopened(self, _store):
        return SQLStore(self.connection)

    def dump(self, _store):
        return dumped(self.connection)


class InASession(StoreSuite):
    """The same by a session of the shop."""

    @pytest.fixture
    def store(self, engine):
        with Session(engine) as session:
            self.session = session
            yield SQLStore(session)
            session.rollback()
        assert shops_in(engine) == 0

    def reopened(self, _store):
        return SQLStore(self.session)

    def dump(self, _store):
        return dumped(self.session.connection())


class Memory:
    @pytest.fixture
    def engine(self):
        engine = in_memory()
        yield engine
        engine.dispose()


class File:
    @pytest.fixture
    def engine(self, sqlite_file):
        return sqlite_file


class PostgreSQL:
    @pytest.fixture
    def engine(self, postgres):
        return postgres


class MySQL:
    @pytest.fixture
    def engine(self, mysql):
        return mysql


class TestSQLiteInMemory(Memory, OnAnEngine):
    def faults(self, _store):
        yield lambda step: refusing(self.engine, step)


class TestSQLiteInAFile(File, OnAnEngine):
    pass


class TestSQLiteWithinTheShopsTransaction(File, OnAConnection):
    pass


class TestSQLiteInASession(File, InASession):
    pass


class TestPostgreSQL(PostgreSQL, OnAnEngine):
    def faults(self, _store):
        yield lambda step: refusing(self.engine, step)
        yield lambda step: losing(self.engine, step)


class TestPostgreSQLWithinTheShopsTransaction(PostgreSQL, OnAConnection):
    def faults(self, _store):
        yield lambda step: refusing(self.connection.engine, step)


class TestPostgreSQLInASession(PostgreSQL, InASession):
    pass


class TestMySQL(MySQL, OnAnEngine):
    pass


class TestMySQLWithinTheShopsTransaction(MySQL, OnAConnection):
    pass


class TestMySQLInASession(MySQL, InASession):
    pass


class MemoryMachine(StoreMachine):
    def make(self):
        self.engine = in_memory()
        return SQLStore(self.engine)

    def reopen(self, _store):
        return SQLStore(self.engine)

    def teardown(self):
        super().teardown()
        self.engine.dispose()


class PostgresMachine(StoreMachine):
    emptied = None

    def make(self):
        self.engine = type(self).emptied()
        return SQLStore(self.engine)

    def reopen(self, _store):
        return SQLStore(self.engine)


@pytest.fixture
def machines_postgres(postgres_emptied):
    PostgresMachine.emptied = staticmethod(postgres_emptied)


TestInMemoryBehaviour = MemoryMachine.TestCase
TestInMemoryBehaviour.settings = settings(max_examples=12)
TestPostgreSQLBehaviour = pytest.mark.usefixtures("machines_postgres")(PostgresMachine.TestCase)
# A server is asked many times for every step; the rules are the same.
TestPostgreSQLBehaviour.settings = settings(max_examples=8)
