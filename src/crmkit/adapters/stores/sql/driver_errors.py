"""The one seam at which what a driver raises becomes a ``StoreError`` with a way out.

Servers quote the values they refuse; ids of customers are among them. So the text of an error
that goes on as ``__cause__`` is cut to what names no value.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen
from sqlalchemy import exc

from crmkit.adapters.stores.sqlite.driver_errors import said as said_by_sqlite
from crmkit.domain.errors import StoreError

__all__ = ["AGAIN", "MIGRATE", "Translator"]

MIGRATE = (
    "make or bring up its tables with crmkit.adapters.stores.sql.migrate(engine), or on the "
    "command line with: crmkit migrate URL"
)
AGAIN = "nothing of this call was kept; roll the transaction back and try it again"

_RACE = f"another transaction wrote for the same shop meanwhile; {AGAIN}"
_DEADLOCK = f"two transactions waited for each other; {AGAIN}, with its shops in one order"
_WAITED = f"another transaction writes for the same shop and does not end; {AGAIN} when it has"
_FULL = "the disk is full, nothing of this call was kept; make room, try again"
_NO_TABLES = f"the database has no tables of crmkit; {MIGRATE}"
_DENIED = "access to the database is refused; grant what is missing, or use another user"
_READ_ONLY = "the database may only be read; write through another connection"
_NUMBER = "a number is beyond 64 bits; check the amounts and quantities"
_TEXT = "the database cannot keep this text (a NUL character?); mend it where the source is read"
_LONG = "an id is too long for the keys of this database; take a shorter one"
_DROPPED = "the connection to the database was lost, nothing of this call was kept; try again"
_UNREACHABLE = "the database cannot be reached; check its address, and that it is running"
_BUSY = "the database takes no more connections; use fewer, or allow more"

#: By SQLSTATE, or by its class.
_BY_STATE = {
    "40001": _RACE,
    "23505": _RACE,
    "40P01": _DEADLOCK,
    "55P03": _WAITED,
    "57014": f"the statement took longer than the database allows; {AGAIN}, or allow more time",
    "25P02": "an earlier statement of the transaction failed; roll it back first",
    "25006": _READ_ONLY,
    "53100": _FULL,
    "53300": _BUSY,
    "42P01": _NO_TABLES,
    "3F000": _NO_TABLES,
    "42501": _DENIED,
    "22003": _NUMBER,
    "22021": _TEXT,
    "22P05": _TEXT,
    "54000": _LONG,
    "57P01": _DROPPED,
    "57P02": _DROPPED,
    "57P03": _UNREACHABLE,
    "3D000": _UNREACHABLE,
    "08": _DROPPED,
    "28": _DENIED,
}
#: By the number of MySQL's and MariaDB's errors.
_BY_NUMBER = {
    **dict.fromkeys((1020, 1062), _RACE),
    **dict.fromkeys((1205, 3572), _WAITED),
    **dict.fromkeys((1021, 1114), _FULL),
    **dict.fromkeys((1044, 1045, 1142, 1143), _DENIED),
    **dict.fromkeys((1290, 1792, 1836), _READ_ONLY),
    **dict.fromkeys((1049, 2002, 2003, 2005), _UNREACHABLE),
    **dict.fromkeys((0, 1053, 1927, 2006, 2013, 2055, 4031), _DROPPED),
    **dict.fromkeys((1040, 1203), _BUSY),
    1146: _NO_TABLES,
    1213: _DEADLOCK,
    1264: _NUMBER,
    1366: _TEXT,
    1406: _LONG,
}
#: What SQLAlchemy says itself, the more special first.
_OF_ALCHEMY: tuple[tuple[type[Exception], str], ...] = (
    (exc.TimeoutError, "no connection of the pool became free; let it hold more, or use fewer"),
    (exc.PendingRollbackError, "the transaction failed earlier; roll it back first"),
    (exc.ResourceClosedError, "the connection is closed; open another"),
    (exc.UnboundExecutionError, "the session has no single database; give it a bind"),
)


@frozen
class Translator:
    """Lets no driver error out.

    Attributes:
        errors: What the driver, and what lies between, raise.
    """

    errors: tuple[type[Exception], ...]

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Turn errors from within into the tree of crmkit.

        Raises:
            StoreError: The database refused; the driver's own error is its cause.
        """
        try:
            yield
        except (UnicodeEncodeError, OverflowError) as error:
            raise StoreError(said(error)) from error
        except self.errors as error:
            text = said(error)
            _forget_values(error)
            raise StoreError(text) from error


def said(error: Exception) -> str:
    """Return what an error means and what to do about it."""
    if isinstance(error, UnicodeEncodeError):
        return "a text is not valid Unicode; check how the source was decoded"
    if getattr(error, "connection_invalidated", False):
        return _DROPPED
    for kind, text in _OF_ALCHEMY:
        if isinstance(error, kind):
            return text
    return _said_by_driver(_driven(error))


def _said_by_driver(error: Exception) -> str:
    if isinstance(error, sqlite3.Error | OverflowError):
        return _NO_TABLES if "no such table" in str(error) else said_by_sqlite(error)
    number = error.args[0] if error.args else None
    if isinstance(number, int):
        known = _BY_NUMBER.get(number)
    else:
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
        known = _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    return known or _said_without_code(error)


def _said_without_code(error: Exception) -> str:
    text = _first_line(error)
    if "NUL" in text or "surrogates" in text:
        return _TEXT
    if "closed" in text or "lost" in text or "consuming input" in text:
        return _DROPPED
    if "connection" in text and ("fail" in text or "refused" in text):
        return _UNREACHABLE
    return f"the database refused: {text}"


def _driven(error: Exception) -> Exception:
    """The driver's own error, under what lies between."""
    origin = getattr(error, "orig", None)
    if isinstance(origin, Exception):
        return origin
    cause = error.__cause__
    return cause if isinstance(cause, Exception) and _has_code(cause) else error


def _has_code(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] != "django"


def _first_line(error: Exception) -> str:
    parts = [str(part) for part in error.args if isinstance(part, str)]
    return (parts or [str(error)])[0].partition("\n")[0]


def _forget_values(error: Exception) -> None:
    """Take the values of a statement out of the texts of its error."""
    if isinstance(error, exc.StatementError):
        error.hide_parameters = True
        # The same values again, in other words: "(driver.Error) Key (id)=(ann) exists".
        error.args = tuple(_named(part) for part in error.args)
    for each in {id(error): error, id(_driven(error)): _driven(error)}.values():
        if not isinstance(each, exc.SQLAlchemyError | sqlite3.Error | OverflowError):
            each.args = tuple(_named(part) for part in each.args)


def _named(part: Any) -> Any:
    """What stands before the first value."""
    if not isinstance(part, str):
        return part
    return part.partition("\n")[0].partition("'")[0]
