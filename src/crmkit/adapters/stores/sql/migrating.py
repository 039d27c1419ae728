"""The tables are made, or brought up, when the shop says so and never else.

Versions are numbered and go forward; each is a module of its own in ``migrations`` that knows
the tables as they were then. Where the database can (PostgreSQL, SQLite), all is done in one
transaction; where it cannot (MySQL), what was interrupted is taken up again. Two who migrate
at once do it once.
"""

from crmkit.adapters.stores.kit.schema import META, VERSION
from crmkit.adapters.stores.sql.database import take_write_lock, version_of
from crmkit.adapters.stores.sql.migrations import VERSIONS
from crmkit.adapters.stores.sql.migrations.making import make
from crmkit.adapters.stores.sql.names import PREFIX, Names
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.statements import Statements, statements_of
from crmkit.adapters.stores.sql.store import Target
from crmkit.adapters.stores.sql.targets import source_of, split_url
from crmkit.domain.errors import SchemaVersionError, StoreError

__all__ = ["migrate"]

_SECONDS = 60
#: Any number, the same for everybody who migrates.
_LOCK = 0x63726D6B6974


def migrate(target: Target, /, *, prefix: str = PREFIX, schema: str | None = None) -> int:
    """Make crmkit's tables, or bring those of an older version up to this one.

    Args:
        target: As for ``SQLStore``. In a transaction of the shop nothing is committed; MySQL,
            which cannot do that, takes an engine or a URL only.
        prefix: What the names of the tables begin with.
        schema: The schema they are in, which must be there; None: the connection's own.

    Returns:
        The version that was there before; 0 where there was none.

    Raises:
        SchemaVersionError: The tables there were made by a newer crmkit.
        StoreError: The database refused, or somebody else migrates and does not end.
    """
    named = {"prefix": prefix, "schema": schema}
    if isinstance(target, str):
        target, told = split_url(target)
        named |= told
    names = Names(str(named["prefix"]), named["schema"])
    source = source_of(target)
    try:
        with source.migrating() as runner:
            return _migrated(runner, statements_of(runner.flavour, names))
    finally:
        source.close()


def _migrated(runner: Runner, asks: Statements) -> int:
    _lock(runner)
    try:
        # The table of the version is there in every version, and always the same.
        make(runner, asks.names, [META])
        take_write_lock(runner, asks)
        return _bring_up(runner, asks)
    finally:
        _unlock(runner)


def _bring_up(runner: Runner, asks: Statements) -> int:
    found = version_of(runner, asks)
    if found > VERSION:
        raise SchemaVersionError(found, VERSION)
    for version, upgrade in VERSIONS.items():
        if version > found:
            upgrade(runner, asks.names)
    if found != VERSION:
        _stamp(runner, asks)
    return found


def _stamp(runner: Runner, asks: Statements) -> None:
    where = {"name": "schema"}
    dropping = asks.delete(META, where, None)
    runner.run(dropping.text, ("schema",))
    runner.many(asks.insert(META).text, [("schema", VERSION)])


def _lock(runner: Runner) -> None:
    if runner.flavour.name == "postgresql":
        runner.rows("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    elif runner.flavour.name == "mysql":
        ((held,),) = runner.rows("SELECT GET_LOCK('crmkit_migrate', %s)", (_SECONDS,))
        if not held:
            raise StoreError("somebody else migrates and does not end; try again when it has")


def _unlock(runner: Runner) -> None:
    if runner.flavour.name == "mysql":
        # Whoever waits must see the version; tables are committed as they are made anyway.
        runner.run("COMMIT")
        runner.rows("SELECT RELEASE_LOCK('crmkit_migrate')")
