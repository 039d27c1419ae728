"""Transactions of the kit over whatever connections a shop gives."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary

from attrs import define

from crmkit.adapters.stores.kit.schema import META, VERSION
from crmkit.adapters.stores.kit.tables import Tables
from crmkit.adapters.stores.sql.driver_errors import MIGRATE
from crmkit.adapters.stores.sql.names import Names
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.sources import Source
from crmkit.adapters.stores.sql.staging import Staging
from crmkit.adapters.stores.sql.statements import Statements, given, statements_of
from crmkit.adapters.stores.sql.tables import SQLTables
from crmkit.domain.errors import SchemaVersionError, StoreError

__all__ = ["SQLDatabase", "take_write_lock", "version_of"]

_CHUNK = 500
_CHUNK_OF_SERVERS = 5000

_THERE = {
    "postgresql": "SELECT COUNT(to_regclass(%s))",
    "mysql": "SELECT COUNT(*) FROM information_schema.tables"
    " WHERE table_schema = COALESCE(%s, DATABASE()) AND table_name = %s",
    "sqlite": "SELECT COUNT(*) FROM {schema}sqlite_master WHERE type = 'table' AND name = {mark}",
}

#: Which tables were found ready, so that a store for every request costs no question.
_ready: WeakKeyDictionary[Any, set[Names]] = WeakKeyDictionary()


@define
class SQLDatabase:
    """A database whose tables were made by ``migrate``.

    Attributes:
        source: Lends connections.
        names: What the tables are called.
        chunk: How many interactions are looked up and written at a time.
    """

    source: Source
    names: Names
    chunk: int = _CHUNK

    @contextmanager
    def asking(self) -> Iterator[Tables]:
        """Ask one question."""
        with self.source.asking() as runner:
            yield self._tables(runner)

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """Read one state, as far as the shop's transaction allows it."""
        with self.source.reading() as runner:
            yield self._tables(runner)

    @contextmanager
    def streaming(self) -> Iterator[Tables]:
        """Read for as long as a caller takes."""
        with self.source.streaming() as runner:
            yield self._tables(runner)

    @contextmanager
    def writing(self) -> Iterator[Tables]:
        """Keep all that is done within, or nothing."""
        with self.source.writing() as runner:
            asks = statements_of(runner.flavour, self.names)
            take_write_lock(runner, asks)
            stages = self.source.private and runner.flavour.copies and Staging.possible()
            staging = Staging(runner, asks) if stages else None
            with staging or nullcontext():
                yield self._tables(runner, staging)

    def shops_transaction(self) -> object | None:
        """Return what stands for the shop's transaction that is open; else None."""
        return self.source.shops_transaction()

    def close(self) -> None:
        """Close what was opened here."""
        self.source.close()

    def _tables(self, runner: Runner, staging: Staging | None = None) -> SQLTables:
        asks = statements_of(runner.flavour, self.names)
        if runner.flavour.name != "sqlite":
            self.chunk = _CHUNK_OF_SERVERS
        ready = _ready.setdefault(runner.database, set())
        if self.names not in ready:
            _check(version_of(runner, asks))
            ready.add(self.names)
        return SQLTables(runner, asks, staging)


def take_write_lock(runner: Runner, asks: Statements) -> None:
    """Let SQLite give the whole database to this transaction, before it has read anything.

    One that reads first is refused when somebody else has written since.
    """
    if runner.flavour.name == "sqlite":
        where = {"name": ""}
        asked = asks.update(META, ("value",), where)
        runner.run(asked.text, asked.values(given(where, set_value=0)))


def version_of(runner: Runner, asks: Statements) -> int:
    """Return the version of the tables there; 0 where there are none."""
    if not _is_there(runner, asks):
        return 0
    where = {"name": "schema"}
    asked = asks.read(META, ("value",), where)
    rows = runner.rows(asked.text, asked.values(given(where)))
    return int(rows[0][0]) if rows else 0


def _is_there(runner: Runner, asks: Statements) -> bool:
    # An error would end a transaction of PostgreSQL, so nothing is tried.
    name, schema = asks.made[META.name].name, asks.names.schema
    text = _THERE[runner.flavour.name]
    values: list[str | None] = [name]
    if runner.flavour.name == "postgresql":
        values = [asks.name(META)]
    elif runner.flavour.name == "mysql":
        values = [schema, name]
    else:
        quoted = asks.name(META).removesuffix(name)
        text = text.format(schema=quoted, mark=runner.flavour.mark)
    return bool(runner.rows(text, values)[0][0])


def _check(found: int) -> None:
    """Refuse tables of another version.

    Raises:
        SchemaVersionError: They were made by a newer crmkit.
        StoreError: There are none, or they are older.
    """
    if found > VERSION:
        raise SchemaVersionError(found, VERSION)
    if not found:
        raise StoreError(f"the database has no tables of crmkit; {MIGRATE}")
    if found < VERSION:
        raise StoreError(
            f"the tables have schema version {found}, this crmkit needs {VERSION}; {MIGRATE}"
        )
