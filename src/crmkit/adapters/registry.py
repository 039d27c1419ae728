"""Stores by name: a URL, a database connection or a store, made into a store.

Names map to dotted paths that are imported when asked for. A package adds its own with an
entry point in the group ``crmkit.stores``: its name is the scheme, its value a class with a
class method ``from_url(url)`` that returns a store.
"""

import sqlite3
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.ports import Store

GROUP = "crmkit.stores"

#: The stores that crmkit brings, by the scheme of their URLs.
STORES = {
    "memory": "crmkit.adapters.stores.memory:MemoryStore",
    "sqlite": "crmkit.adapters.stores.sqlite:SQLiteStore",
}


def open_store(target: str | sqlite3.Connection | Store) -> Store:
    """Return the store that ``target`` stands for.

    Args:
        target: ``memory:``; ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or
            ``sqlite://`` (in memory); the URL of an installed store; an SQLite connection,
            which stays the caller's; or a store, which is returned as it is.

    Raises:
        InvalidValueError: No store goes by that name; the error lists those that do.
        StoreError: The store cannot be opened.
    """
    if isinstance(target, str):
        return cast("Store", _class_for(target).from_url(target))
    if isinstance(target, sqlite3.Connection):
        return cast("Store", _loaded(STORES["sqlite"])(target))
    if all(callable(getattr(target, name, None)) for name in ("attach", "add", "histories")):
        return target
    raise InvalidValueError(
        "store", type(target).__name__, "must be a URL, an SQLite connection or a store"
    )


def _class_for(url: str) -> Any:
    scheme, colon, _ = url.partition(":")
    if colon and scheme in STORES:
        return _loaded(STORES[scheme])
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
