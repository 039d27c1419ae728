"""Tables and indexes that are missing, made one by one.

A version says its tables in its own words, so that it makes the same ones for ever:
columns as "name kind", a question mark for what may be empty, a number for a default.
"""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Index as MadeIndex
from sqlalchemy import MetaData
from sqlalchemy import Table as MadeTable
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from crmkit.adapters.stores.kit.schema import Column, Index, Kind, Table
from crmkit.adapters.stores.sql.names import Names
from crmkit.adapters.stores.sql.runner import Runner
from crmkit.adapters.stores.sql.schema import tables_of

__all__ = ["make", "table"]

_THERE = (
    "SELECT COUNT(*) FROM information_schema.statistics"
    " WHERE table_schema = COALESCE(%s, DATABASE()) AND table_name = %s AND index_name = %s"
)


def table(name: str, columns: str, key: str, *indexes: Index, wide: bool = False) -> Table:
    """Return a table as a version declares it."""
    declared = tuple(_column(*one.split()) for one in columns.split(","))
    return Table(name, declared, tuple(key.split()), indexes, wide)


def _column(name: str, kind: str, default: str | None = None) -> Column:
    return Column(
        name=name,
        kind=cast("Kind", kind.removesuffix("?")),
        null=kind.endswith("?"),
        default=None if default is None else int(default),
    )


def make(runner: Runner, names: Names, tables: Iterable[Table]) -> None:
    """Make what is missing of some tables and their indexes."""
    made = tables_of(tables, names, MetaData(), mariadb=runner.flavour.mariadb)
    for each in made.values():
        _run(runner, CreateTable(each, if_not_exists=True))
        for index in sorted(each.indexes, key=lambda index: str(index.name)):
            _make_index(runner, each, index, names)


def _make_index(runner: Runner, of: MadeTable, index: MadeIndex, names: Names) -> None:
    if runner.flavour.name != "mysql":
        _run(runner, CreateIndex(index, if_not_exists=True))
    elif not runner.rows(_THERE, (names.schema, of.name, index.name))[0][0]:
        _run(runner, CreateIndex(index))


def _run(runner: Runner, statement: ExecutableDDLElement) -> None:
    compiled: Any = statement.compile(dialect=runner.flavour.dialect)
    runner.run(str(compiled))
