"""What a shop may hand in: an engine, a connection, a session, or a URL."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import AssertionPool, SingletonThreadPool, StaticPool

from crmkit._require import MissingExtraError
from crmkit.adapters.stores.sql.driver_errors import Translator
from crmkit.adapters.stores.sql.sources import OfConnection, OfEngine, OfSession, Source
from crmkit.domain.errors import InvalidValueError

__all__ = ["engine_of", "source_of", "split_url"]

#: The driver that is taken where a URL names none.
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_TURN_SECONDS = 600.0
_BUSY_SECONDS = 30
_ONE_ONLY = (StaticPool, SingletonThreadPool, AssertionPool)


def source_of(target: Any) -> Source:
    """Return what lends connections to a target.

    Raises:
        InvalidValueError: It is none of these.
        StoreError: It cannot be reached.
        MissingExtraError: The driver that a URL names is not installed.
    """
    if isinstance(target, str | URL):
        url, _ = split_url(target)
        return _of_engine(engine_of(url), opened=True)
    if isinstance(target, Engine):
        return _of_engine(target)
    if isinstance(target, Connection):
        return OfConnection(target)
    if isinstance(target, Session | scoped_session):
        return OfSession(target)
    if all(callable(getattr(target, name, None)) for name in ("reading", "writing", "migrating")):
        return target  # type: ignore[no-any-return]
    raise InvalidValueError(
        "store",
        type(target).__name__,
        "must be an engine, a connection, a session or a URL of SQLAlchemy",
        _way_out(target),
    )


def _way_out(target: Any) -> str:
    if "asyncio" in type(target).__module__:
        return "inside asyncio: await session.run_sync(lambda session: SQLStore(session)…)"
    if isinstance(target, sessionmaker):
        return "call it: give a session"
    return ""


def split_url(target: str | URL) -> tuple[URL, dict[str, str]]:
    """Return a URL as SQLAlchemy reads it, and the prefix and schema that stand in its query.

    Raises:
        InvalidValueError: It is no URL.
    """
    if isinstance(target, str) and target.startswith("sqlite:"):
        raise InvalidValueError(
            "store",
            "sqlite:…",
            "is a file that is made and brought up by whoever opens it",
            "for SQLite through SQLAlchemy write sql+sqlite:",
        )
    try:
        url = make_url(target.removeprefix("sql+") if isinstance(target, str) else target)
    except ArgumentError as error:
        raise _unknown(str(target).partition(":")[0]) from error
    asked = {name: url.query.get(f"crmkit_{name}") for name in ("prefix", "schema")}
    options = {name: value for name, value in asked.items() if isinstance(value, str)}
    return url.difference_update_query([f"crmkit_{name}" for name in options]), options


def _of_engine(engine: Engine, *, opened: bool = False) -> Source:
    if not isinstance(engine.pool, _ONE_ONLY):
        return OfEngine(engine, opened)
    with Translator((Exception,))():
        return OfConnection(engine.connect(), opened)


def engine_of(url: URL) -> Engine:
    """Make an engine.

    Raises:
        InvalidValueError: There is no such database.
        MissingExtraError: Its driver is not installed.
    """
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    # A pool is not fair: among a hundred threads one may wait for long, but not for ever.
    options["pool_timeout"] = _TURN_SECONDS
    if url.get_backend_name() == "sqlite":
        options = {"hide_parameters": True, **_of_sqlite(url)}
    driven = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    try:
        return create_engine(driven, **options)
    except ModuleNotFoundError as error:
        extra = "mysql" if url.get_backend_name() in {"mysql", "mariadb"} else "sql"
        raise MissingExtraError(error.name or url.drivername, extra) from error
    except NoSuchModuleError as error:
        raise _unknown(url.drivername) from error


def _of_sqlite(url: URL) -> dict[str, Any]:
    connecting = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
    if url.database in {None, "", ":memory:"}:
        return {"connect_args": connecting, "poolclass": StaticPool}
    return {"connect_args": connecting}


def _unknown(scheme: str) -> InvalidValueError:
    # What follows the scheme may hold a password, so it is not shown.
    return InvalidValueError(
        "store",
        f"{scheme}:…",
        "must be a URL that SQLAlchemy reads",
        "write postgresql://user@host/database",
    )
