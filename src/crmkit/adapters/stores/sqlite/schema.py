"""The declared tables, as SQLite makes them.

Tables refuse a text where a number belongs (STRICT, from SQLite 3.37 on). Short rows live in
the tree of their key; long ones are kept beside it.
"""

import sqlite3

from crmkit.adapters.stores.kit.schema import META, TABLES, VERSION, Column, Index, Table
from crmkit.domain.errors import SchemaVersionError, StoreError

__all__ = ["VERSION", "column_text", "create", "refuse_leftovers", "version"]

_STRICT = sqlite3.sqlite_version_info >= (3, 37)
_KINDS = {"id": "TEXT", "text": "TEXT", "integer": "INTEGER", "bytes": "BLOB"}


def column_text(column: Column) -> str:
    """Return how a column is declared."""
    text = f"{column.name} {_KINDS[column.kind]}"
    if not column.null:
        text += " NOT NULL"
    return text if column.default is None else f"{text} DEFAULT {column.default}"


def _table_text(table: Table) -> str:
    columns = ", ".join(map(column_text, table.columns))
    key = f"PRIMARY KEY ({', '.join(table.key)})"
    options = ["STRICT"] * _STRICT + ["WITHOUT ROWID"] * (not table.wide)
    return f"CREATE TABLE IF NOT EXISTS {table.name} ({columns}, {key}) {', '.join(options)}"


def _index_text(table: Table, index: Index) -> str:
    text = f"CREATE INDEX IF NOT EXISTS {index.name} ON {table.name} ({', '.join(index.columns)})"
    return text if index.condition is None else f"{text} WHERE {index.condition}"


_CREATE = (
    *map(_table_text, TABLES),
    *(_index_text(table, index) for table in TABLES for index in table.indexes),
)
_STAMP = f"INSERT OR REPLACE INTO {META.name} VALUES ('schema', ?)"  # noqa: S608


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
        if "no such column" in str(error):
            raise _foreign(META) from error
        raise
    if found is None:
        return 0
    if not isinstance(found[0], int) or not 1 <= found[0] <= VERSION:
        raise SchemaVersionError(found[0], VERSION)
    return found[0]


def create(cursor: sqlite3.Cursor) -> None:
    """Make the tables and indexes that are missing, in the transaction that is open.

    The statements run one by one, for a script would commit what the shop has begun.

    Raises:
        StoreError: A table of somebody else has a name of ours.
    """
    for table in TABLES:
        have = _columns(cursor, table)
        if have and have != table.names:
            raise _foreign(table)
    for statement in _CREATE:
        cursor.execute(statement)
    cursor.execute(_STAMP, (VERSION,))


def refuse_leftovers(cursor: sqlite3.Cursor) -> None:
    """Refuse tables of ours where no version is: they are made together, or not at all.

    Raises:
        StoreError: There are some.
    """
    for table in TABLES:
        have = _columns(cursor, table)
        if have and have != table.names:
            raise _foreign(table)
        if have:
            raise StoreError(
                f"there is a table {table.name}, but not the version of crmkit's tables; the file "
                "is damaged, restore a backup"
            )


def _columns(cursor: sqlite3.Cursor, table: Table) -> tuple[str, ...]:
    """The names of a table's columns; none where it is not there."""
    return tuple(row[1] for row in cursor.execute(f"PRAGMA table_info({table.name})"))


def _foreign(table: Table) -> StoreError:
    return StoreError(
        f"there is a table {table.name} that crmkit did not make; give crmkit another database"
    )
