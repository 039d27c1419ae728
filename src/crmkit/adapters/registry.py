"""Stores by name: a URL, whatever a shop reaches its database with, or a store.

Names map to dotted paths that are imported when asked for; ``mysql+pymysql:`` is looked up as
``mysql:``. A package adds its own with an entry point in the group ``crmkit.stores``: its name
is the scheme, its value a class with a class method ``from_url(url)`` that returns a store.
"""

import sqlite3
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.ports import Store

GROUP = "crmkit.stores"

_SQL = "crmkit.adapters.stores.sql:SQLStore"

#: The stores that crmkit brings, by the scheme of their URLs.
STORES = {
    "mariadb": _SQL,
    "memory": "crmkit.adapters.stores.memory:MemoryStore",
    "mysql": _SQL,
    "postgres": _SQL,
    "postgresql": _SQL,
    "sql": _SQL,
    "sqlite": "crmkit.adapters.stores.sqlite:SQLiteStore",
}

#: What is made into a store, by the package that its class, or one it inherits, comes from.
_HANDLES = {
    "sqlite3": STORES["sqlite"],
    "sqlalchemy": _SQL,
    "django": "crmkit.adapters.stores.sql.django:DjangoStore",
}


def open_store(target: str | sqlite3.Connection | Store | Any) -> Store:
    """Return the store that ``target`` stands for.

    Args:
        target: ``memory:``; ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or
            ``sqlite://`` (in memory); ``postgresql://user@host/database`` and other URLs of
            SQLAlchemy (``sql+sqlite://`` for SQLite through it); the URL of an installed
            store; an SQLite connection; an engine, a connection or a session of SQLAlchemy;
            a connection of Django: these stay the caller's; or a store, which is returned as
            it is.

    Raises:
        InvalidValueError: No store goes by that name; the error lists those that do.
        MissingExtraError: The package that the store needs is not installed.
        StoreError: The store cannot be opened.
    """
    if isinstance(target, str):
        return cast("Store", _class_for(target).from_url(target))
    if all(callable(getattr(target, name, None)) for name in ("attach", "add", "histories")):
        return cast("Store", target)
    for kind in type(target).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in _HANDLES:
            return cast("Store", _loaded(_HANDLES[package])(target))
    raise InvalidValueError(
        "store",
        type(target).__name__,
        "must be a URL, an SQLite connection, what SQLAlchemy reaches a database with, or a store",
    )


def _class_for(url: str) -> Any:
    scheme, colon, _ = url.partition(":")
    for known in (scheme, scheme.partition("+")[0]):
        if colon and known in STORES:
            return _loaded(STORES[known])
    installed = _installed()
    if colon and scheme in installed:
        return installed[scheme].load()
    known = ", ".join(f"{name}:" for name in sorted({*STORES, *installed}))
    # What follows the scheme may hold a password, so it is not shown.
    shown = f"{scheme}:…" if colon else url
    raise InvalidValueError(
        "store", shown, f"must begin with one of {known}", "a file is sqlite:///shop.db"
    )


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _loaded(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
