"""Databases for the tests of stores: real servers, one per run, shared by its processes."""

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def _servers():
    import importlib.util

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
