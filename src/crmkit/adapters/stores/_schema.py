"""The tables of the SQLite store.

    crmkit_meta          the schema version
    crmkit_shops         the policy of each shop, how many interactions, the latest of them
    crmkit_customers     customer records, with a version for optimistic locking
    crmkit_interactions  every revision of every interaction, as canonical text
    crmkit_facts         the flat rows of what is read now, returns linked
    crmkit_return_links  return line → order, quantity, money
    crmkit_models        models fitted to the base, by the day they are of
    crmkit_aliases       which customer id stands for which, since when
    crmkit_tombstones    keyed hashes of what was erased, and when

Aliases and tombstones are here from the start so that merging and erasing need no new
schema; nothing writes or reads them yet. The shop's id leads every key. Times are
microseconds since 1970-01-01 UTC. The columns of facts are those of ``Fact``: a column
added there is the last one here, and makes a new version of the schema. Tables of an older
version are brought up where they are opened (``_upgrade``).
"""

import sqlite3

from crmkit.domain.errors import SchemaVersionError
from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.interactions import Return

VERSION = 3

# Tables that refuse a text where a number belongs came with SQLite 3.37.
_STRICT = sqlite3.sqlite_version_info >= (3, 37)
_ROWID = " STRICT" if _STRICT else ""
_KEYED = " STRICT, WITHOUT ROWID" if _STRICT else " WITHOUT ROWID"


def fact_column(name: str) -> str:
    """Return how a column of the flat rows is declared."""
    kind = "TEXT" if name in TEXT_COLUMNS else "INTEGER"
    return f"{name} {kind}" if name in Fact._field_defaults else f"{name} {kind} NOT NULL"


_TABLES = {
    "crmkit_meta": f"(name TEXT PRIMARY KEY, value INTEGER NOT NULL){_KEYED}",
    "crmkit_shops": f"""(
        shop_id TEXT PRIMARY KEY, policy TEXT NOT NULL,
        kept INTEGER NOT NULL DEFAULT 0, last_at INTEGER){_KEYED}""",
    "crmkit_customers": f"""(
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL,
        version INTEGER NOT NULL, payload TEXT NOT NULL,
        PRIMARY KEY (shop_id, customer_id)){_ROWID}""",
    # Payloads are long, so the rows stay out of the key's tree.
    "crmkit_interactions": f"""(
        shop_id TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
        revision INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
        customer_id TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
        payload TEXT NOT NULL,
        UNIQUE (shop_id, source, id, revision)){_ROWID}""",
    "crmkit_facts": f"""(
        {", ".join(map(fact_column, Fact._fields))},
        PRIMARY KEY (shop_id, source, id, part)){_KEYED}""",
    # The key is the order in which links are read: that of the customer's history.
    "crmkit_return_links": f"""(
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL, at INTEGER NOT NULL,
        source TEXT NOT NULL, id TEXT NOT NULL, line INTEGER NOT NULL, part INTEGER NOT NULL,
        rule TEXT NOT NULL, order_key TEXT, units INTEGER NOT NULL, amount INTEGER NOT NULL,
        cost INTEGER NOT NULL, costed INTEGER NOT NULL,
        PRIMARY KEY (shop_id, customer_id, at, source, id, line, part)){_KEYED}""",
    "crmkit_models": f"""(
        shop_id TEXT NOT NULL, as_of_day INTEGER NOT NULL, models TEXT NOT NULL,
        PRIMARY KEY (shop_id, as_of_day)){_KEYED}""",
    "crmkit_aliases": f"""(
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL, stands_for TEXT,
        recorded_at INTEGER NOT NULL,
        PRIMARY KEY (shop_id, customer_id, recorded_at)){_KEYED}""",
    "crmkit_tombstones": f"""(
        shop_id TEXT NOT NULL, hash BLOB NOT NULL, erased_at INTEGER NOT NULL,
        PRIMARY KEY (shop_id, hash)){_KEYED}""",
}

_INDEXES = {
    "crmkit_histories": "crmkit_interactions (shop_id, customer_id, at, source, id)",
    "crmkit_returns": f"crmkit_interactions (shop_id, customer_id) WHERE kind = '{Return.kind}'",
    # What happened after a moment is counted, not looked for: see ``Store.extent``.
    "crmkit_moments": "crmkit_interactions (shop_id, revision, at)",
}

_CREATE = (
    *(f"CREATE TABLE IF NOT EXISTS {name} {columns}" for name, columns in _TABLES.items()),
    *(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}" for name, columns in _INDEXES.items()),
)


def version(cursor: sqlite3.Cursor) -> int:
    """Return the version of the tables there; 0 where there are none.

    Raises:
        SchemaVersionError: They were made by a newer crmkit, or by none.
    """
    try:
        found = cursor.execute("SELECT value FROM crmkit_meta WHERE name = 'schema'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return 0
        raise
    if found is None:
        return 0
    if not 1 <= found[0] <= VERSION:
        raise SchemaVersionError(found[0], VERSION)
    return int(found[0])


def create(cursor: sqlite3.Cursor) -> None:
    """Make the tables and indexes that are missing, in the transaction that is open.

    The statements run one by one, for a script would commit what the shop has begun.
    """
    for statement in _CREATE:
        cursor.execute(statement)
    cursor.execute("INSERT OR REPLACE INTO crmkit_meta VALUES ('schema', ?)", (VERSION,))
