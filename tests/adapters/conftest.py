"""Databases for the tests of stores: real servers, one per run, shared by its processes."""

import importlib.util
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from crmkit.adapters.stores.sql import metadata_of, migrate

_HERE = Path(__file__).parent


def _servers():
    spec = importlib.util.spec_from_file_location("crmkit_test_servers", _HERE / "servers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


servers = _servers()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """A folder that all processes of this test run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def own_database():
    """The name of the database of this process."""
    return f"crmkit_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"


@pytest.fixture(scope="session")
def postgres_url(run_folder, own_database):
    """The URL of an empty PostgreSQL database; ``CRMKIT_TEST_POSTGRES_URL`` names another."""
    if url := os.environ.get("CRMKIT_TEST_POSTGRES_URL"):
        yield url
        return
    with servers.running(servers.Postgres(), run_folder, own_database) as url:
        yield url


@pytest.fixture(scope="session")
def mysql_url(run_folder, own_database):
    """The URL of an empty MariaDB database; ``CRMKIT_TEST_MYSQL_URL`` names a MySQL one."""
    if url := os.environ.get("CRMKIT_TEST_MYSQL_URL"):
        yield url
        return
    with servers.running(servers.MariaDB(), run_folder, own_database) as url:
        yield url


def emptied(engine):
    """An engine whose tables are there, and empty but for the version."""
    migrate(engine)
    with engine.begin() as connection:
        # Far quicker for a few rows than TRUNCATE, which makes every table and index anew.
        for name in metadata_of().tables:
            where = " WHERE name <> 'schema'" if name == "crmkit_meta" else ""
            connection.execute(text(f"DELETE FROM {name}{where}"))  # noqa: S608 -- names of ours
    return engine


@pytest.fixture(scope="session")
def postgres_engine(postgres_url):
    engine = create_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def mysql_engine(mysql_url):
    engine = create_engine(mysql_url)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres(postgres_engine):
    """An engine on PostgreSQL, with empty tables."""
    return emptied(postgres_engine)


@pytest.fixture
def mysql(mysql_engine):
    """An engine on MySQL or MariaDB, with empty tables."""
    return emptied(mysql_engine)


@pytest.fixture
def sqlite_file(tmp_path):
    """An engine on an SQLite file, with empty tables."""
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    yield emptied(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_emptied(postgres_engine):
    """A function that gives the engine on PostgreSQL, with empty tables."""
    return lambda: emptied(postgres_engine)
