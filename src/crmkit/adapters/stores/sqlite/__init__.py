"""The embedded default: a store in an SQLite database, the shop's own or one of its own."""

from crmkit.adapters.stores.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
