"""The tables of the SQLite store.

    crmkit_meta          the schema version
    crmkit_shops         the policy of each shop, how many interactions, the latest of them
    crmkit_customers     customer records, with a version for optimistic locking
    crmkit_interactions  every revision of every interaction, as canonical text
    crmkit_facts         the flat rows of what is read now, returns linked
    crmkit_return_links  return line → order, quantity, money
    crmkit_aliases       which customer id stands for which, since when
    crmkit_tombstones    keyed hashes of what was erased, and when

Aliases and tombstones are here from the start so that merging and erasing need no new
schema; nothing writes or reads them yet. The shop's id leads every key. Times are
microseconds since 1970-01-01 UTC. The columns of facts are those of ``Fact``: a column
added there is a column here, and a new schema version.
"""

import sqlite3

from crmkit.domain.errors import SchemaVersionError
from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.interactions import Return

VERSION = 1

# Tables that refuse a text where a number belongs came with SQLite 3.37.
_STRICT = sqlite3.sqlite_version_info >= (3, 37)
_ROWID = " STRICT" if _STRICT else ""
_KEYED = " STRICT, WITHOUT ROWID" if _STRICT else " WITHOUT ROWID"


def _fact_column(name: str) -> str:
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
        {", ".join(map(_fact_column, Fact._fields))},
        PRIMARY KEY (shop_id, source, id, part)){_KEYED}""",
    # The key is the order in which links are read: that of the customer's history.
    "crmkit_return_links": f"""(
        shop_id TEXT NOT NULL, customer_id TEXT NOT NULL, at INTEGER NOT NULL,
        source TEXT NOT NULL, id TEXT NOT NULL, line INTEGER NOT NULL, part INTEGER NOT NULL,
        rule TEXT NOT NULL, order_key TEXT, units INTEGER NOT NULL, amount INTEGER NOT NULL,
        cost INTEGER NOT NULL, costed INTEGER NOT NULL,
        PRIMARY KEY (shop_id, customer_id, at, source, id, line, part)){_KEYED}""",
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
}

_CREATE = (
    *(f"CREATE TABLE IF NOT EXISTS {name} {columns}" for name, columns in _TABLES.items()),
    *(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}" for name, columns in _INDEXES.items()),
)


def is_ready(cursor: sqlite3.Cursor) -> bool:
    """Tell whether the tables are there.

    Raises:
        SchemaVersionError: They are those of another version.
    """
    try:
        found = cursor.execute("SELECT value FROM crmkit_meta WHERE name = 'schema'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return False
        raise
    if found is not None and found[0] != VERSION:
        raise SchemaVersionError(found[0], VERSION)
    return found is not None


def create(cursor: sqlite3.Cursor) -> None:
    """Make the tables in the transaction that is open.

    The statements run one by one, for a script would commit what the shop has begun.
    """
    for statement in _CREATE:
        cursor.execute(statement)
    cursor.execute("INSERT OR IGNORE INTO crmkit_meta VALUES ('schema', ?)", (VERSION,))
