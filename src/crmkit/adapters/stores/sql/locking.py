"""Writers of one shop take turns, whichever isolation the transaction has.

    PostgreSQL   the shop's row is locked. Under REPEATABLE READ and SERIALIZABLE the server
                 itself refuses a row that changed since the transaction began to read.
    MySQL        would go on with what it read before. So each shop has a count of its turns
                 in crmkit_meta, and a transaction that sees an old count is refused.
    SQLite       whoever writes has the whole database.

Who finds nothing to lock, because the shop is new, locks the row of the version first. So all
who make new shops wait for one another, and never in a circle.
"""

from hashlib import sha256

from crmkit.adapters.stores.kit.schema import META, VERSION
from crmkit.adapters.stores.sql.driver_errors import AGAIN
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.statements import Statements, given
from crmkit.domain.errors import SchemaVersionError, StoreError

__all__ = ["lock"]

_SCHEMA = {"name": "schema"}


def lock(runner: Runner, asks: Statements, shop_id: str) -> None:
    """Wait until no other transaction writes for a shop; hold it to the end of this one.

    Raises:
        StoreError: What this transaction has read is out of date.
        SchemaVersionError: The tables were changed by a newer crmkit.
    """
    if runner.flavour.name == "postgresql":
        _lock_row(runner, asks, shop_id)
    elif runner.flavour.name == "mysql":
        _take_turn(runner, asks, shop_id)


def _lock_row(runner: Runner, asks: Statements, shop_id: str) -> None:
    asked = asks.lock_shop()
    values = asked.values({"shop": shop_id})
    found = runner.rows(asked.text, values)
    if not found:
        _lock_version(runner, asks)
        found = runner.rows(asked.text, values)
    if found and found[0][0] != VERSION:
        raise SchemaVersionError(found[0][0] or 0, VERSION)


def _lock_version(runner: Runner, asks: Statements) -> None:
    asked = asks.read(META, ("value",), _SCHEMA, locking=True)
    runner.rows(asked.text, asked.values(given(_SCHEMA)))


def _take_turn(runner: Runner, asks: Statements, shop_id: str) -> None:
    where = {"name": f"turn/{sha256(shop_id.encode()).hexdigest()}"}
    locking = asks.read(META, ("value",), where, locking=True)
    values = locking.values(given(where))
    latest = runner.rows(locking.text, values)
    if not latest:
        _lock_version(runner, asks)
        latest = runner.rows(locking.text, values)
    if not latest:
        runner.many(asks.insert(META).text, [(where["name"], 0)])
        latest = [(0,)]
    seeing = asks.read(META, ("value",), where)
    if runner.rows(seeing.text, values) != latest:
        raise StoreError(f"another transaction wrote for the same shop meanwhile; {AGAIN}")
    update = asks.update(META, ("value",), where)
    runner.run(update.text, update.values(given(where, set_value=latest[0][0] + 1)))
