"""Lets the tests find the trials, and lends them servers."""

import os
import runpy
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE))


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A folder that all processes of this test run share, and with it the servers."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def server_of(shared):
    """A function from a place to the URL of a database there; None where it needs none."""
    from trials.places import SERVERS

    told = runpy.run_path(str(_HERE.parent / "adapters" / "servers.py"))
    database = f"crmkit_trials_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    with ExitStack() as stack:

        def url(place):
            if place not in SERVERS:
                return None
            server = told[SERVERS[place]]()
            return stack.enter_context(told["running"](server, shared, database))

        yield url
