"""Where the stores under trial live; each asks for a new, empty one as often as it likes."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from crmkit.adapters.registry import open_store
from crmkit.domain.ports import Store

#: Every place there is; ``named`` says which of them can be had here.
PLACES = ("sqlite",)


class Place(Protocol):
    """Somewhere stores live.

    Attributes:
        name: How it is called.
        folder: For files.
    """

    name: str
    folder: Path

    def fresh(self) -> str:
        """Return the URL of a new, empty database."""
        ...

    def drop(self, url: str) -> None:
        """Take a database away again."""
        ...


class Files:
    """SQLite files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def fresh(self) -> str:
        """Return the URL of a file that is not there yet."""
        return f"sqlite:///{self.folder}/shop-{next(self._numbers)}.db"

    def drop(self, url: str) -> None:
        """Delete the file and those beside it."""
        for path in path_of(url).parent.glob(f"{path_of(url).name}*"):
            path.unlink()


def path_of(url: str) -> Path:
    """Return the file of an SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def scratch() -> Iterator[Path]:
    """Lend a folder."""
    folder = Path(tempfile.mkdtemp(prefix="crmkit-endurance-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def place_called(name: str, server: str | None) -> Iterator[Place]:
    """Lend a place.

    Args:
        name: One of ``PLACES``.
        server: The URL of the server, where it needs one.
    """
    with scratch() as folder:
        yield Files(folder)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Lend a store and close it."""
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()
