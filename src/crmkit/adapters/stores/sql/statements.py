"""The kit's questions in SQLAlchemy Core, one definition for every database.

Each is compiled once, into text with places for values: a statement differs only in what it
compares, never in what it is compared with. PostgreSQL looks up a list of any length at once;
elsewhere a look-up names a few hundred values, the last one repeated.
"""

import operator
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Delete,
    LargeBinary,
    MetaData,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy import Table as Made
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.expression import ClauseElement, FromClause

from crmkit.adapters.stores.kit.deriving import chunks
from crmkit.adapters.stores.kit.schema import INTERACTIONS, MEMBERS, META, SHOPS, TABLES, Table
from crmkit.adapters.stores.kit.tables import Above, UpTo, Where
from crmkit.adapters.stores.sql.flavour import Flavour
from crmkit.adapters.stores.sql.names import Names
from crmkit.adapters.stores.sql.schema import tables_of
from crmkit.domain.interactions import Return

__all__ = ["Asked", "Statements", "given", "statements_of"]

#: How many values one look-up names where a list cannot be given as one value.
_AMONG = 500

#: Where PostgreSQL has a row.
_PLACE: ColumnElement[Any] = literal_column("ctid")

_COMPARED = {"=": operator.eq, ">": operator.gt, "<=": operator.le}


@frozen
class Asked:
    """A compiled statement.

    Attributes:
        text: What is sent.
        places: Which value stands where.
        fixed: Values that the compiler has set itself.
    """

    text: str
    places: tuple[str, ...]
    fixed: Mapping[str, Any] = field(factory=dict)

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values in the order of their places."""
        values = {**self.fixed, **given} if self.fixed else given
        return tuple(values[name] for name in self.places)


@cache
def statements_of(flavour: Flavour, names: Names) -> "Statements":
    """Return the statements for a database, made once in a process."""
    return Statements(flavour, names)


@define(eq=False)
class Statements:
    """Every statement of the store, for one flavour and one set of names.

    Attributes:
        flavour: Which SQL.
        names: What the tables are called.
        made: SQLAlchemy's tables, by their declared names.
    """

    flavour: Flavour
    names: Names
    made: dict[str, Made] = field(init=False)
    _known: dict[Any, Asked] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.made = tables_of(TABLES, self.names, MetaData(), mariadb=self.flavour.mariadb)

    def name(self, table: Table) -> str:
        """Return a table's name as it is written in statements."""
        preparer = self.flavour.dialect.identifier_preparer
        return preparer.format_table(self.made[table.name])

    def insert(self, table: Table) -> Asked:
        """A whole row."""
        return self._compiled(
            ("insert", table.name), lambda: insert(self.made[table.name]), list(table.names)
        )

    def update(self, table: Table, columns: Sequence[str], where: Where) -> Asked:
        """Columns of the rows that meet a condition."""
        made = self.made[table.name]
        key = ("update", table.name, tuple(columns), _kinds(where))
        return self._compiled(
            key,
            lambda: (
                update(made)
                .values({name: bindparam(f"set_{name}") for name in columns})
                .where(*_conditions(made, where))
            ),
        )

    def delete(self, table: Table, where: Where, among: str | None) -> Asked:
        """The rows that meet a condition."""
        made = self.made[table.name]
        key = ("delete", table.name, _kinds(where), among)

        def made_of() -> Delete:
            if among is not None and self._one_by_one:
                places = _each_by_itself([_PLACE], made, _conditions(made, where), made.c[among])
                return delete(made).where(any_(func.array(places.scalar_subquery())) == _PLACE)
            return delete(made).where(*_conditions(made, where), *self._among(made, among))

        return self._compiled(key, made_of)

    def count(self, table: Table, where: Where) -> Asked:
        """How many rows meet a condition."""
        made = self.made[table.name]
        return self._compiled(
            ("count", table.name, _kinds(where)),
            lambda: select(func.count()).select_from(made).where(*_conditions(made, where)),
        )

    def read(
        self,
        table: Table,
        columns: Sequence[str],
        where: Where,
        among: str | None = None,
        order: Sequence[str] = (),
        *,
        limited: bool = False,
        locking: bool = False,
    ) -> Asked:
        """Columns of the rows that meet a condition."""
        made = self.made[table.name]
        key = (table.name, tuple(columns), _kinds(where), among, tuple(order), limited, locking)

        def made_of() -> Select[Any]:
            wanted = [made.c[name] for name in columns]
            if among is not None and self._one_by_one:
                return _each_by_itself(wanted, made, _conditions(made, where), made.c[among])
            asked = (
                select(*wanted)
                .where(*_conditions(made, where), *self._among(made, among))
                .order_by(*(made.c[name] for name in order))
            )
            if locking:
                return asked.with_for_update()
            return asked.limit(bindparam("limit")) if limited else asked

        return self._compiled(("read", *key), made_of)

    def lock_shop(self) -> Asked:
        """The version of the tables, while the shop's row is locked."""
        return self._compiled(("lock",), self._lock_shop)

    def _lock_shop(self) -> Select[Any]:
        shops, meta = self.made[SHOPS.name], self.made[META.name]
        version = select(meta.c.value).where(meta.c.name == literal_column("'schema'"))
        return (
            select(version.scalar_subquery())
            .select_from(shops)
            .where(shops.c.shop_id == bindparam("shop"))
            .with_for_update(of=shops)
        )

    def current(self, *, some: bool) -> Asked:
        """See ``Tables.current``; with ``some`` of certain customers."""
        return self._compiled(("current", some), lambda: self._current(some=some))

    def _current(self, *, some: bool) -> Select[Any]:
        one = self.made[INTERACTIONS.name].alias("one")
        columns = [one.c[name] for name in ("customer_id", "payload", "at", "source", "id")]
        known = one.c.recorded_at <= bindparam("known")
        where = [one.c.shop_id == bindparam("shop"), known, ~self._newer(one, known=True)]
        if some and self._one_by_one:
            asked = _each_by_itself(columns, one, where, one.c.customer_id)
        else:
            of = self._among(one, "customer_id" if some else None)
            asked = select(*columns).where(*where, *of)
        found = asked.selected_columns
        ordered = asked.order_by(found.customer_id, found.at, found.source, found.id)
        return ordered.with_only_columns(found.customer_id, found.payload)

    def _newer(self, one: FromClause, *, known: bool = False) -> ColumnElement[bool]:
        newer = self.made[INTERACTIONS.name].alias("newer")
        same = [newer.c[name] == one.c[name] for name in ("shop_id", "source", "id")]
        # The first of these lets the index of later revisions alone be recognised.
        later = (newer.c.revision > literal_column("0"), newer.c.revision > one.c.revision)
        recorded = [newer.c.recorded_at <= bindparam("known")] if known else []
        return exists(select(literal_column("1")).where(*same, *later, *recorded))

    def own(self) -> Sequence[Asked]:
        """See ``Tables.own``: the survivor, how many payloads, and their list.

        Elsewhere than on PostgreSQL two statements: the survivor, and each payload; for MySQL
        would cut a list without a word where it is long.
        """
        if self.flavour.name == "postgresql":
            return [self._compiled(("own",), self._own)]
        return [
            self._compiled(("survivor",), lambda: select(self._survivor())),
            self._compiled(("payloads",), self._payloads),
        ]

    def _own(self) -> Select[Any]:
        read = self._payloads().subquery("own")
        in_order: Any = aggregate_order_by(
            literal_column("','"), read.c.at, read.c.source, read.c.id
        )
        together = func.coalesce(func.string_agg(read.c.payload, in_order), literal_column("''"))
        listed = func.concat(literal_column("'['"), together, literal_column("']'"))
        return select(self._survivor(), func.count(), listed).select_from(read)

    def _payloads(self) -> Select[Any]:
        one = self.made[INTERACTIONS.name].alias("one")
        theirs = (one.c.shop_id == bindparam("shop"), one.c.customer_id == bindparam("who"))
        in_order = (one.c.at, one.c.source, one.c.id)
        return (
            select(one.c.payload, *in_order).where(*theirs, ~self._newer(one)).order_by(*in_order)
        )

    def _survivor(self) -> ColumnElement[Any]:
        # Not by one condition with OR, for which databases read all that the shop has merged.
        members, who = self.made[MEMBERS.name], bindparam("who", type_=Text())
        theirs = members.c.shop_id == bindparam("shop")
        stood_for = select(members.c.survivor).where(theirs, members.c.customer_id == who)
        itself = select(func.max(members.c.survivor)).where(theirs, members.c.survivor == who)
        return func.coalesce(stood_for.scalar_subquery(), itself.scalar_subquery())

    def last_returns(self) -> Asked:
        """See ``Tables.last_returns``."""
        return self._compiled(("last_returns",), self._last_returns)

    def _last_returns(self) -> Select[Any]:
        made = self.made[INTERACTIONS.name]
        # The word itself is written, so that the index of returns alone is recognised.
        kind = made.c.kind == literal_column(f"'{Return.kind}'")
        columns, where = (
            [made.c.customer_id, made.c.at],
            [made.c.shop_id == bindparam("shop"), kind],
        )
        if self._one_by_one:
            asked = _each_by_itself(columns, made, where, made.c.customer_id)
        else:
            asked = select(*columns).where(*where, *self._among(made, "customer_id"))
        returns = asked.subquery("returns")
        last = select(returns.c.customer_id, func.max(returns.c.at))
        return last.group_by(returns.c.customer_id)

    def parts(self, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
        """Yield the values of look-ups that together name all of some."""
        if self.flavour.name == "postgresql":
            if values:
                yield {"among": list(values)}
            return
        for chunk in chunks(values, _AMONG):
            padded = [*chunk, *[chunk[-1]] * (_AMONG - len(chunk))]
            yield {f"among_{i}": value for i, value in enumerate(padded)}

    @property
    def _one_by_one(self) -> bool:
        """Whether values of a list are looked up one by one; see ``_each_by_itself``."""
        return self.flavour.name == "postgresql"

    def _among(self, made: FromClause, name: str | None) -> list[ColumnElement[bool]]:
        if name is None:
            return []
        return [made.c[name].in_([bindparam(f"among_{i}") for i in range(_AMONG)])]

    def _compiled(self, key: Any, made: Any, columns: list[str] | None = None) -> Asked:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._compile(made(), columns)
        return known

    def _compile(self, statement: ClauseElement, columns: list[str] | None) -> Asked:
        compiled: Any = statement.compile(dialect=self.flavour.dialect, column_keys=columns)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return Asked(str(compiled), tuple(compiled.positiontup or ()), fixed)


def _each_by_itself(
    columns: Sequence[ColumnElement[Any]],
    made: FromClause,
    where: Sequence[ColumnElement[bool]],
    among: ColumnElement[Any],
) -> Select[Any]:
    """Look one value after the other up along an index.

    PostgreSQL would look for some thousand values among all that a shop has, as long as that
    is not hundreds of thousands, or not counted yet: a load would be slower with every chunk.

    Args:
        columns: What is read.
        made: The table.
        where: What else is asked of its rows.
        among: The column that is one of the values.
    """
    kind = LargeBinary() if isinstance(among.type, LargeBinary) else Text()
    values = cast(bindparam("among"), ARRAY(kind))
    asked = func.unnest(values).table_valued("value").render_derived(name="asked")
    found = (
        select(*columns)
        .select_from(made)
        .where(*where, among == asked.c.value)
        .offset(literal_column("0"))
        .lateral("found")
    )
    return select(*found.c).select_from(asked).join(found, true())


def _kinds(where: Where) -> tuple[tuple[str, str], ...]:
    return tuple((name, _compared(value)) for name, value in where.items())


def _compared(value: Any) -> str:
    if isinstance(value, Above):
        return ">"
    return "<=" if isinstance(value, UpTo) else "="


def _conditions(made: Made, where: Where) -> list[ColumnElement[bool]]:
    return [
        _COMPARED[compared](made.c[name], bindparam(f"where_{name}"))
        for name, compared in _kinds(where)
    ]


def given(where: Where, **more: Any) -> dict[str, Any]:
    """Return the values of a condition, by the names of their places."""
    bounds = {
        f"where_{name}": one.bound if isinstance(one, Above | UpTo) else one
        for name, one in where.items()
    }
    return bounds | more
