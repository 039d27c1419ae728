"""A store in the shop's own SQL database, and in its transaction."""

from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, scoped_session

from crmkit.adapters.stores.kit.store import TableStore
from crmkit.adapters.stores.sql.database import SQLDatabase
from crmkit.adapters.stores.sql.names import PREFIX, Names
from crmkit.adapters.stores.sql.sources import Source
from crmkit.adapters.stores.sql.targets import source_of, split_url

__all__ = ["SQLStore", "Target"]

#: What a shop may hand in.
Target = Engine | Connection | Session | scoped_session[Session] | URL | str | Source


class SQLStore(TableStore):
    """Keeps every promise of a store in PostgreSQL, MySQL, MariaDB or SQLite.

    The tables are made by ``migrate``, never by the store. What crmkit begins, it commits;
    inside a transaction of the shop everything happens under a savepoint, and it is the shop
    that commits, or rolls back and leaves nothing.
    """

    def __init__(
        self, target: Target, /, *, prefix: str = PREFIX, schema: str | None = None
    ) -> None:
        """Work on what stays the shop's.

        Args:
            target: An engine: every call has a transaction of its own. A connection: the
                same, unless it is in a transaction, which then is the shop's. A session, or
                a ``scoped_session``: always the shop's transaction. A URL: an engine of the
                store's own.
            prefix: What the names of the tables begin with.
            schema: The schema they are in; None: the connection's own.

        Raises:
            StoreError: There are no tables, or old ones; or the database cannot be reached.
            SchemaVersionError: The tables there were made by a newer crmkit.
            InvalidValueError: The target is none of these.
            MissingExtraError: The driver that a URL names is not installed.
        """
        database = SQLDatabase(source_of(target), Names(prefix, schema))
        super().__init__(database)
        try:
            with database.reading():
                pass
        except BaseException:
            database.close()
            raise

    @classmethod
    def from_url(cls, url: str, /) -> Self:
        """Open ``postgresql://user@host/database`` and other URLs of SQLAlchemy.

        ``crmkit_prefix`` and ``crmkit_schema`` may stand in the query, for tables of other
        names; ``sql+sqlite:///shop.db`` is SQLite as SQLAlchemy drives it.

        Raises:
            StoreError: There are no tables, or old ones; or the database cannot be reached.
        """
        target, options = split_url(url)
        return cls(target, **options)
