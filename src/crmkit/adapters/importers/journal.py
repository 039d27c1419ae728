"""A file of records that only grows, and can be cut back to where it was kept.

What ``keep`` gives back tells where that was: the length, and a digest of all before it. A
journal that was changed, exchanged or lost since is noticed and not gone on with.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from crmkit.domain.errors import StoreError

_BLOCK = 1 << 16


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk says into an error of crmkit's.

    Raises:
        StoreError: The disk is full, or the file may not be written.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise StoreError(f"{path}: {reason}; make room, or name another file") from error


class Journal:
    """Records on disk, each on a line as JSON.

    Args:
        path: Where.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._length = 0
        self._digest = blake2b(digest_size=8)

    def start(self) -> None:
        """Begin with nothing."""
        self.close()
        with writing(self._path):
            self._file = self._path.open("wb")
        self._length, self._digest = 0, blake2b(digest_size=8)

    def resume(self, state: str) -> bool:
        """Go on from where ``keep`` gave back ``state``; return whether that is still there."""
        self.close()
        length, _, digest = state.partition("-")
        if not (length.isascii() and length.isdigit()) or not self._path.is_file():
            return False
        found = self._read_to(int(length))
        if found.hexdigest() != digest:
            return False
        self._length, self._digest = int(length), found
        with writing(self._path):
            self._file = self._path.open("r+b")
            self._file.truncate(self._length)
            self._file.seek(self._length)
        return True

    def _read_to(self, length: int) -> blake2b:
        """The digest of the first bytes."""
        digest = blake2b(digest_size=8)
        with writing(self._path), self._path.open("rb") as file:
            while length > 0 and (block := file.read(min(_BLOCK, length))):
                digest.update(block)
                length -= len(block)
        return digest

    def put(self, record: Mapping[str, Any]) -> None:
        """Write a record."""
        line = json.dumps(record, default=str).encode() + b"\n"
        with writing(self._path):
            self._opened.write(line)
        self._length += len(line)
        self._digest.update(line)

    def keep(self) -> str:
        """See that everything is on the disk, and return what ``resume`` goes on from."""
        with writing(self._path):
            self._opened.flush()
            os.fsync(self._opened.fileno())
        return f"{self._length}-{self._digest.hexdigest()}"

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record, the first one first."""
        with writing(self._path):
            self._opened.flush()
        with self._path.open("rb") as file:
            for line in file:
                yield json.loads(line)

    def remove(self) -> None:
        """Take the journal from the disk."""
        self.close()
        with writing(self._path):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; it stays on the disk."""
        if self._file is not None:
            with writing(self._path):
                self._file.close()
            self._file = None

    @property
    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise StoreError(f"{self._path}: is not being written")
        return self._file
