"""A store in the database of a Django project, on Django's own connections.

    store = DjangoStore()                                # or DjangoStore("crm") of DATABASES
    base = CustomerBase.open(store, shop=Shop(…))        # one for the whole process

Every call takes the connection that Django holds for this thread. Inside ``atomic`` crmkit's
rows live and die with the shop's: a call is a savepoint, so an error of crmkit undoes what the
call did and leaves the transaction usable. Outside, a call is a transaction of its own. Hooks
of ``on_commit`` are neither run nor dropped by it.

The tables are made by ``manage.py migrate``, with ``crmkit.adapters.stores.sql.django_app``
among INSTALLED_APPS, or where a migration of the shop's own runs ``upgrade``.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from functools import cache
from typing import Any, ClassVar

from attrs import frozen

from crmkit._require import require
from crmkit.adapters.stores.kit.store import TableStore
from crmkit.adapters.stores.kit.tables import Row
from crmkit.adapters.stores.sql.database import SQLDatabase
from crmkit.adapters.stores.sql.driver_errors import Translator
from crmkit.adapters.stores.sql.flavour import Flavour
from crmkit.adapters.stores.sql.migrating import migrate
from crmkit.adapters.stores.sql.names import PREFIX, Names
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.domain.errors import CrmkitError, InvalidValueError, StoreError

require("django", extra="django")

from django.core.exceptions import SynchronousOnlyOperation  # noqa: E402 -- it was asked for above
from django.db import Error, connections, transaction  # noqa: E402

__all__ = ["DjangoStore", "OfDjango", "upgrade"]

_FETCH = 1000

#: How a transaction begins that only reads, and reads one state.
_ONE_STATE = {
    "postgresql": ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",),
    "mysql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION READ ONLY"),
    "sqlite": ("BEGIN DEFERRED",),
}


class DjangoStore(TableStore):
    """Keeps every promise of a store in a database of Django: PostgreSQL, MySQL, SQLite."""

    def __init__(self, using: str | Any = "default", /, *, prefix: str = PREFIX) -> None:
        """Work in one of the project's databases.

        Args:
            using: Its alias in DATABASES, or a connection of Django, whose alias is taken:
                every thread goes on with a connection of its own.
            prefix: What the names of the tables begin with.

        Raises:
            StoreError: There are no tables, or old ones; or the database cannot be reached.
            SchemaVersionError: The tables there were made by a newer crmkit.
            InvalidValueError: The store does not speak to such a database, or the prefix has
                other signs than small letters, digits, underscores.
        """
        alias = using if isinstance(using, str) else using.alias
        database = SQLDatabase(OfDjango(alias), Names(prefix))
        super().__init__(database)
        with database.reading():
            pass


def upgrade(_apps: Any, schema_editor: Any, *, prefix: str = PREFIX) -> None:
    """Make the tables, or bring them up to this crmkit: for ``migrations.RunPython``.

    There is no way back; what runs for that may leave the tables as they are
    (``migrations.RunPython.noop``). An older crmkit refuses them by itself.

    Args:
        schema_editor: Names the database.
        prefix: What the names of the tables begin with.
    """
    migrate(OfDjango(schema_editor.connection.alias), prefix=prefix)


@frozen
class OfDjango:
    """Lends runners on the connection that Django holds for this thread.

    Attributes:
        alias: Which of the project's databases.
    """

    private: ClassVar[bool] = False

    alias: str

    @contextmanager
    def reading(self) -> Iterator["DjangoRunner"]:
        """Read in the shop's transaction; without one, in one that leaves nothing open."""
        runner = self._runner()
        if _in_transaction(runner.connection):
            yield runner
            return
        for text in _ONE_STATE[runner.flavour.name]:
            runner.run(text)
        try:
            yield runner
        finally:
            # Nothing was written, and what went wrong within is what is told.
            with suppress(CrmkitError):
                runner.run("ROLLBACK")

    @contextmanager
    def streaming(self) -> Iterator[Runner]:
        """Read for as long as a caller takes.

        No transaction is begun: whatever the shop does on this connection while it takes its
        time is the shop's own.
        """
        yield self._runner()

    asking = reading

    @contextmanager
    def writing(self) -> Iterator["DjangoRunner"]:
        """Keep all that is done within, or nothing: a savepoint, or a transaction of its own."""
        runner = self._runner()
        with ExitStack() as block:
            with runner.said():
                block.enter_context(transaction.atomic(using=self.alias))
            yield runner
            with runner.said():
                block.close()  # to release or commit may fail as well

    @contextmanager
    def migrating(self) -> Iterator[Runner]:
        """Make tables, in the shop's transaction where there is one.

        Raises:
            StoreError: There is one, and MySQL would commit it.
        """
        waiting = self._runner()
        if waiting.flavour.name == "mysql" and _in_transaction(waiting.connection):
            raise StoreError(
                "MySQL commits whatever is open when a table is made; migrate outside of atomic"
            )
        with self.writing() as runner:
            yield runner

    def shops_transaction(self) -> object | None:
        """Return the outermost ``atomic`` that is open in this thread, or what stands for it."""
        connection = self._runner().connection
        if connection.in_atomic_block:
            blocks: list[object] = getattr(connection, "atomic_blocks", None) or [connection]
            return blocks[0]
        return None if connection.get_autocommit() else connection

    def close(self) -> None:
        """Do nothing: the connections are Django's."""

    def _runner(self) -> "DjangoRunner":
        connection = connections[self.alias]
        said = Translator((Error, SynchronousOnlyOperation))
        with said():
            connection.ensure_connection()
        return DjangoRunner(connection, _flavour_of(connection), said)


@frozen(eq=False)
class DjangoRunner:
    """Runs on a connection of Django, inside the transaction that is open.

    Attributes:
        connection: The connection.
        flavour: Which SQL it takes.
        said: What turns errors of its driver into those of crmkit.
    """

    connection: Any
    flavour: Flavour
    said: Translator

    @property
    def database(self) -> Any:
        """What stands for the database, whichever thread asks."""
        named = self.connection.settings_dict
        place = (str(named.get(part)) for part in ("NAME", "HOST", "PORT"))
        return _place(self.connection.alias, *place)

    def rows(self, text: str, values: Sequence[Any] = (), /) -> list[Row]:
        """Run a statement and return its rows."""
        with self.said(), self.cursor() as cursor:
            cursor.execute(text, tuple(values) or None)
            return [tuple(row) for row in cursor.fetchall()]

    def run(self, text: str, values: Sequence[Any] = (), /) -> None:
        """Run a statement that has none."""
        with self.said(), self.cursor() as cursor:
            cursor.execute(text, tuple(values) or None)

    def many(self, text: str, rows: list[Row], /) -> None:
        """Run a statement once for each of some rows of values."""
        with self.said(), self.cursor() as cursor:
            cursor.executemany(text, rows)

    def stream(self, text: str, values: Sequence[Any], /) -> Iterator[Row]:
        """Yield the rows of a statement; other statements may run meanwhile.

        PostgreSQL keeps what was not fetched yet, unless the project forbids cursors of the
        server (DISABLE_SERVER_SIDE_CURSORS); elsewhere all is fetched at once. Inside
        ``atomic`` such a stream ends with the block, as a queryset's ``iterator()`` does.
        """
        unfit = self.connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
        if self.flavour.name != "postgresql" or unfit:
            yield from self.rows(text, values)
            return
        with self.said():
            cursor = self.connection.chunked_cursor()
        with closing(cursor):
            with self.said():
                cursor.execute(text, tuple(values))
                rows = cursor.fetchmany(_FETCH)
            while rows:
                yield from rows
                with self.said():
                    rows = cursor.fetchmany(_FETCH)

    def cursor(self) -> AbstractContextManager[Any]:
        """Lend a cursor of Django, which lends all that the driver's has."""
        cursor: AbstractContextManager[Any] = self.connection.cursor()
        return cursor


class _Place:
    """A database, as long as the process knows it."""


@cache
def _place(*_named: str) -> _Place:
    return _Place()


def _in_transaction(connection: Any) -> bool:
    """Tell whether the shop has begun a transaction, by ``atomic`` or by hand."""
    return bool(connection.in_atomic_block or not connection.get_autocommit())


def _flavour_of(connection: Any) -> Flavour:
    vendor: str = connection.vendor
    if vendor not in _ONE_STATE:
        raise InvalidValueError("using", vendor, "must be PostgreSQL, MySQL, MariaDB or SQLite")
    mariadb = vendor == "mysql" and connection.mysql_is_mariadb
    copies = connection.Database.__name__ == "psycopg"
    return Flavour(vendor, "format", mariadb, copies)
