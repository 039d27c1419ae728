"""The one seam at which what SQLite raises becomes a ``StoreError`` with a way out."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from crmkit.domain.errors import StoreError

#: By primary result code: what happened; what to do.
_SAID = {
    sqlite3.SQLITE_BUSY: "another writer keeps the database locked; try again when it is done",
    sqlite3.SQLITE_LOCKED: "the database is in use by the same connection; finish reading first",
    sqlite3.SQLITE_FULL: "the disk is full, nothing of this call was kept; make room, try again",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; check that its folder exists and "
    "may be written",
    sqlite3.SQLITE_READONLY: "the database may only be read; change its permissions or copy it",
    sqlite3.SQLITE_PERM: "access to the database is refused; change its permissions",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database; give the path of another file",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged; restore it from a backup",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written; check it, then try again",
}
_PRIMARY = 0xFF

#: Said of a kept text that is none; what it holds, maybe of a person, is said behind it.
_UNDECODED = "Could not decode to UTF-8"


def said(error: Exception) -> str:
    """Return what a driver error means and what to do about it."""
    code = getattr(error, "sqlite_errorcode", None)
    text = str(error)
    if isinstance(error, UnicodeDecodeError) or _UNDECODED in text:
        code = sqlite3.SQLITE_CORRUPT
    if code is not None and code & _PRIMARY in _SAID:
        return _SAID[code & _PRIMARY]
    if isinstance(error, OverflowError):
        return "a number is beyond 64 bits; check the amounts and quantities"
    if isinstance(error, UnicodeEncodeError):
        return "a text is not valid Unicode; check how the source was decoded"
    if "closed" in text:
        return "the connection is closed; open the store again"
    if "thread" in text:
        return "the connection belongs to another thread; make it with check_same_thread=False"
    return f"SQLite refused: {text}"


@contextmanager
def translated() -> Iterator[None]:
    """Let no driver error out.

    Raises:
        StoreError: SQLite refused; the driver's own error is its cause.
    """
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError) as error:
        quiet = _UNDECODED in str(error)
        raise StoreError(said(error)) from (None if quiet else error)
