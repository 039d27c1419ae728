"""The SQL store keeps every promise: on SQLite, PostgreSQL and MariaDB, by engine, in the shop's
transaction on a connection, and in a session."""

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import StaticPool

from crmkit.adapters.stores.sql import SQLStore, metadata_of, migrate
from crmkit.testing import StoreMachine, StoreSuite


def in_memory():
    engine = create_engine("sqlite://", poolclass=StaticPool)
    migrate(engine)
    return engine


class OnAnEngine(StoreSuite):
    @pytest.fixture
    def store(self, engine):
        self.engine = engine
        return SQLStore(engine)

    def reopened(self, store):
        store.close()
        return SQLStore(self.engine)


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
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM crmkit_shops")).scalar() == 0

    def reopened(self, store):
        return SQLStore(self.connection)


class InASession(StoreSuite):
    @pytest.fixture
    def store(self, engine):
        with Session(engine) as session:
            self.session = session
            yield SQLStore(session)
            session.rollback()
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM crmkit_shops")).scalar() == 0

    def reopened(self, store):
        return SQLStore(self.session)


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
    pass


class TestSQLiteInAFile(File, OnAnEngine):
    pass


class TestSQLiteWithinTheShopsTransaction(File, OnAConnection):
    pass


class TestSQLiteInASession(File, InASession):
    pass


class TestPostgreSQL(PostgreSQL, OnAnEngine):
    pass


class TestPostgreSQLWithinTheShopsTransaction(PostgreSQL, OnAConnection):
    pass


class TestPostgreSQLInASession(PostgreSQL, InASession):
    pass


class TestMySQL(MySQL, OnAnEngine):
    pass


class TestMySQLWithinTheShopsTransaction(MySQL, OnAConnection):
    pass


class TestMySQLInASession(MySQL, InASession):
    pass
