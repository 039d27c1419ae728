"""The declared tables as SQLAlchemy's, for every database.

Texts are compared and ordered by code point, whatever the database would choose. MySQL's keys
have 3072 bytes at most; there a text that is part of a key holds 190 characters.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

from crmkit.adapters.stores.kit import schema as declared
from crmkit.adapters.stores.sql.names import PREFIX, Names

__all__ = ["KEYED", "keyed_columns", "metadata_of", "tables_of"]

#: How many characters a text in a key holds on MySQL: four of them fit one key.
KEYED = 190

_BYTES = 255
_MYSQL, _MARIADB = "utf8mb4_0900_bin", "utf8mb4_nopad_bin"
_OPTIONS: dict[str, Any] = {
    f"{family}_{option}": value
    for family in ("mysql", "mariadb")
    for option, value in (("engine", "InnoDB"), ("charset", "utf8mb4"), ("row_format", "DYNAMIC"))
}


def metadata_of(prefix: str = PREFIX, schema: str | None = None) -> MetaData:
    """Return the tables of this crmkit, for a shop's own migrations to know about.

    Args:
        prefix: What the names of tables and indexes begin with.
        schema: The schema they are in; None: the connection's own.

    Returns:
        Metadata to stand beside the shop's own in Alembic's ``target_metadata``.

    Raises:
        InvalidValueError: The prefix has other signs than small letters, digits, underscores.
    """
    metadata = MetaData()
    tables_of(declared.TABLES, Names(prefix, schema), metadata)
    return metadata


def tables_of(
    tables: Iterable[declared.Table], names: Names, metadata: MetaData, *, mariadb: bool = False
) -> dict[str, Table]:
    """Return declared tables, by their declared names.

    Args:
        tables: Their declarations.
        names: What they are called.
        metadata: What they belong to.
        mariadb: Whether MySQL's types are for MariaDB, whatever its driver is called.
    """
    return {each.name: _table(each, names, metadata, mariadb) for each in tables}


def keyed_columns(table: declared.Table) -> frozenset[str]:
    """Return the columns that are part of the key or of an index."""
    return frozenset({*table.key, *(name for index in table.indexes for name in index.columns)})


def _table(table: declared.Table, names: Names, metadata: MetaData, mariadb: bool) -> Table:  # noqa: FBT001
    keyed = keyed_columns(table)
    name = names.of(table.name)
    made = Table(
        name,
        metadata,
        *(_column(column, column.name in keyed, mariadb) for column in table.columns),
        PrimaryKeyConstraint(*table.key, name=f"{name}_pkey"),
        schema=names.schema,
        sqlite_with_rowid=table.wide,
        **_OPTIONS,
    )
    for index in table.indexes:
        _index(index, made, names)
    return made


def _column(column: declared.Column, keyed: bool, mariadb: bool) -> Column[Any]:  # noqa: FBT001
    default = None if column.default is None else text(str(column.default))
    return Column(
        column.name,
        _type(column.kind, keyed, mariadb),
        nullable=column.null,
        server_default=default,
        autoincrement=False,
    )


@cache
def _type(kind: declared.Kind, keyed: bool, mariadb: bool) -> TypeEngine[Any]:  # noqa: FBT001
    if kind == "integer":
        return BigInteger().with_variant(Integer(), "sqlite")
    if kind == "bytes":
        return LargeBinary().with_variant(mysql.VARBINARY(_BYTES), "mysql", "mariadb")
    on_mysql = _mysql_text(kind, keyed, _MARIADB if mariadb else _MYSQL)
    return (
        Text()
        .with_variant(postgresql.TEXT(collation="C"), "postgresql")
        .with_variant(on_mysql, "mysql")
        .with_variant(_mysql_text(kind, keyed, _MARIADB), "mariadb")
    )


def _mysql_text(kind: declared.Kind, keyed: bool, collation: str) -> TypeEngine[Any]:  # noqa: FBT001
    if keyed:
        return mysql.VARCHAR(KEYED, charset="utf8mb4", collation=collation)
    long = mysql.LONGTEXT if kind == "text" else mysql.TEXT
    return long(charset="utf8mb4", collation=collation)


def _index(index: declared.Index, table: Table, names: Names) -> None:
    only = None if index.condition is None else text(index.condition)
    Index(
        names.of(index.name),
        *(table.c[name] for name in index.columns),
        postgresql_where=only,
        sqlite_where=only,
    )
