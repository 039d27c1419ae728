"""A store in the shop's own database: PostgreSQL first, MySQL, MariaDB and SQLite beside it.

    engine = create_engine("postgresql+psycopg://…")
    migrate(engine)                          # when the shop says so
    base = CustomerBase.open(session, …)     # in the shop's transaction, committed by the shop

SQLAlchemy is imported here and nowhere else. For Alembic there is ``metadata_of``, for Django
``crmkit.adapters.stores.sql.django``. Needs the extra ``sql`` (``mysql`` for MySQL, MariaDB).
"""

from crmkit.adapters.stores.kit.schema import VERSION
from crmkit.adapters.stores.sql import _needed  # noqa: F401 -- it has to come before SQLAlchemy
from crmkit.adapters.stores.sql.migrating import migrate
from crmkit.adapters.stores.sql.schema import metadata_of
from crmkit.adapters.stores.sql.store import SQLStore

__all__ = ["VERSION", "SQLStore", "metadata_of", "migrate"]
