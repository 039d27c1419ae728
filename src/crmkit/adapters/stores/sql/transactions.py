"""How a transaction is kept or undone: one of our own, or a savepoint in the shop's."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from crmkit.adapters.stores.sql.driver_errors import Translator
from crmkit.domain.errors import CrmkitError, StoreError

__all__ = ["begin", "own", "said_of", "within"]

#: Numbers for the names of savepoints: one may stand inside another.
_numbers = count(1)


def said_of(target: Connection | Engine) -> Translator:
    """Return what turns errors of SQLAlchemy and its driver into those of crmkit."""
    driver: Any = target.dialect.loaded_dbapi
    return Translator((SQLAlchemyError, driver.Error))


@contextmanager
def own(connection: Connection, *, keeps: bool = True) -> Iterator[None]:
    """A transaction that is committed here; without ``keeps`` one that only reads."""
    said = said_of(connection)
    with said():
        transaction = connection.begin()
    try:
        begin(connection)
        with _planned_anew(connection):
            yield
        with said():
            transaction.commit() if keeps else transaction.rollback()
    except BaseException:
        # What went wrong first is what is told.
        with suppress(CrmkitError), said():
            transaction.rollback()
            _undo(connection)
        raise


@contextmanager
def within(connection: Connection) -> Iterator[None]:
    """A savepoint inside the shop's transaction.

    SQLAlchemy's own would count as ended where it could not be released, and not be undone.
    """
    _refuse_autocommit(connection)
    # A savepoint outside any transaction would be one by itself, and be committed.
    begin(connection)
    name = f"crmkit_{next(_numbers)}"
    _run(connection, f"SAVEPOINT {name}")
    try:
        with _planned_anew(connection):
            yield
        _run(connection, f"RELEASE SAVEPOINT {name}")
    except BaseException:
        with suppress(CrmkitError):
            _run(connection, f"ROLLBACK TO SAVEPOINT {name}")
            _run(connection, f"RELEASE SAVEPOINT {name}")
        raise


def _run(connection: Connection, text: str) -> None:
    with said_of(connection)():
        connection.exec_driver_sql(text).close()


def _undo(connection: Connection) -> None:
    """Undo what is left of a transaction whose commit failed: SQLAlchemy holds it for ended."""
    if not (connection.in_transaction() or connection.closed or connection.invalidated):
        connection.connection.rollback()


@contextmanager
def _planned_anew(connection: Connection) -> Iterator[None]:
    """Let statements be planned each time: tables grow while one transaction fills them.

    psycopg prepares what it runs often, and a plan made for an empty table reads all of it.
    """
    driven: Any = connection.connection.driver_connection
    before = getattr(driven, "prepare_threshold", None)
    if before is None:
        yield
        return
    driven.prepare_threshold = None
    try:
        yield
    finally:
        driven.prepare_threshold = before


def begin(connection: Connection) -> None:
    """Begin in truth: SQLite's driver waits with it until something is written."""
    if connection.dialect.name != "sqlite":
        return
    with said_of(connection)():
        driven: Any = connection.connection.driver_connection
    if not driven.in_transaction:
        _run(connection, "BEGIN")


def _refuse_autocommit(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    driven: Any = connection.connection.driver_connection
    asked = getattr(driven, "get_autocommit", None)
    if (asked() if callable(asked) else getattr(driven, "autocommit", False)) is True:
        raise StoreError(
            "the connection commits every statement by itself (AUTOCOMMIT); give one that "
            "begins transactions, or an engine"
        )
