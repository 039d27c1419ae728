"""Where the stores under trial live; each place gives a new, empty one as often as it is asked.

sqlite      ``SQLiteStore`` on a file
sql-sqlite  ``SQLStore`` on an SQLite file
postgres    ``SQLStore`` on a PostgreSQL server
mariadb     ``SQLStore`` on a MariaDB server
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from crmkit.adapters.stores.sql import SQLStore, migrate
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.domain.ports import Store

#: Places that are servers, and what starts them in ``tests/adapters/servers.py``.
SERVERS = {"postgres": "Postgres", "mariadb": "MariaDB"}
PLACES = ("sqlite", "sql-sqlite", *SERVERS)

_FILE = "sqlite:///"
_SQL_FILE = "sql+sqlite:///"
#: How a database is taken away from those who are still connected.
_FORCE = {"postgresql": " WITH (FORCE)"}


class Place(Protocol):
    """Somewhere stores live.

    Attributes:
        name: How it is called.
        folder: For files of a trial.
    """

    name: str
    folder: Path

    def fresh(self) -> str:
        """Return the URL of a new, empty database, its tables made."""
        ...

    def drop(self, url: str) -> None:
        """Take a database away again."""
        ...


class Files:
    """SQLite files in a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self._numbers = count()

    def fresh(self) -> str:
        """Return the URL of a file that is not there yet; SQLAlchemy's has its tables."""
        path = self.folder / f"shop-{next(self._numbers)}.db"
        if self.name == "sqlite":
            return f"{_FILE}{path}"
        migrate(f"{_SQL_FILE}{path}")
        return f"{_SQL_FILE}{path}"

    def drop(self, url: str) -> None:
        """Delete the file and those beside it."""
        path = Path(url.rpartition("sqlite:///")[2])
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()


class Server:
    """Databases on a server that runs; nothing stays connected, so that forks share nothing."""

    def __init__(self, name: str, folder: Path, url: str) -> None:
        self.name, self.folder = name, folder
        self._url = make_url(url)

    def fresh(self) -> str:
        """Make a database with its tables and return its URL."""
        name = f"crmkit_trial_{uuid4().hex}"
        self._run(f"CREATE DATABASE {name}")
        url = self._url.set(database=name).render_as_string(hide_password=False)
        migrate(url)
        return url

    def drop(self, url: str) -> None:
        """Drop the database, whoever is connected."""
        force = _FORCE.get(self._url.get_backend_name(), "")
        self._run(f"DROP DATABASE {make_url(url).database}{force}")

    def run(self, url: str, statement: str) -> None:
        """Run a statement of the server's own in a database."""
        self._run(statement, url)

    def _run(self, statement: str, url: str | None = None) -> None:
        engine = create_engine(url or self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def place_called(name: str, server: str | None) -> Iterator[Place]:
    """Lend a place.

    Args:
        name: One of ``PLACES``.
        server: The URL of a database on the server, where the place is one.
    """
    folder = Path(tempfile.mkdtemp(prefix="crmkit-endurance-"))
    try:
        yield Files(name, folder) if server is None else Server(name, folder, server)
    finally:
        shutil.rmtree(folder)


def store_at(url: str) -> Store:
    """Open a store."""
    return SQLiteStore.from_url(url) if url.startswith(_FILE) else SQLStore.from_url(url)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Lend a store and close it."""
    store = store_at(url)
    try:
        yield store
    finally:
        store.close()
