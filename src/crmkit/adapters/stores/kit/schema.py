"""The tables of every store that keeps rows, declared once.

    crmkit_meta          the schema version
    crmkit_shops         of each shop: the policy, how much is kept, the latest of each count
    crmkit_customers     customer records, with a version for optimistic locking
    crmkit_identifiers   under which identifiers they are found
    crmkit_interactions  every revision of every interaction, as canonical text
    crmkit_facts         the flat rows of what is read now, under survivors, returns linked
    crmkit_return_links  return line → order, quantity, money
    crmkit_aliases       which customer id stands for which, since when; lines are only added
    crmkit_members       the same, read: who stands for whom now
    crmkit_tombstones    keyed hashes of what was erased, and when
    crmkit_events        what is to be told to others
    crmkit_positions     how far each of them has come
    crmkit_marks         how far each load has come
    crmkit_models        models fitted to the base, by the day they are of

The shop's id leads every key. Times are microseconds since 1970-01-01 UTC. The columns of
facts are those of ``Fact``: a column added there is the last one here, and makes a new
version of the schema.
"""

from functools import cached_property
from typing import Literal, cast

from attrs import frozen

from crmkit.domain.facts import TEXT_COLUMNS, Fact
from crmkit.domain.interactions import Return

__all__ = ["TABLES", "VERSION", "Column", "Index", "Table"]

VERSION = 4

#: An id or a word, which can be part of a key; a text of any length; a number of 64 bits; bytes.
Kind = Literal["id", "text", "integer", "bytes"]


@frozen
class Column:
    """A column.

    Attributes:
        name: Its name.
        kind: What it holds.
        null: Whether it may be empty.
        default: What it holds where nothing is said.
    """

    name: str
    kind: Kind
    null: bool = False
    default: int | None = None


@frozen
class Index:
    """An index beside the key.

    Attributes:
        name: Its name.
        columns: What it is over.
        only: (column, value) of the rows it holds; value None: those with any value; a
            number: those with a higher one. A database that cannot leave rows out holds all.
    """

    name: str
    columns: tuple[str, ...]
    only: tuple[str, str | int | None] | None = None

    @property
    def condition(self) -> str | None:
        """Which rows it holds, in SQL; None: all."""
        if self.only is None:
            return None
        column, value = self.only
        if isinstance(value, int):
            return f"{column} > {value}"
        return f"{column} IS NOT NULL" if value is None else f"{column} = '{value}'"


@frozen(eq=False, slots=False)
class Table:
    """A table.

    Attributes:
        name: Its name.
        columns: In their order; rows are tuples in this order.
        key: The columns that are unique together.
        indexes: Beside the key.
        wide: Whether its rows are long, so that they are better kept outside the key's tree.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[Index, ...] = ()
    wide: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def may_be_empty(self) -> bool:
        """Whether any of the columns may."""
        return any(column.null for column in self.columns)


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from "name kind", separated by commas; a question mark: may be empty."""
    return tuple(_column(*one.split()) for one in text.split(","))


def _column(name: str, kind: str, default: str | None = None) -> Column:
    return Column(
        name=name,
        kind=cast("Kind", kind.removesuffix("?")),
        null=kind.endswith("?"),
        default=None if default is None else int(default),
    )


def _fact_column(name: str) -> Column:
    kind: Kind = "id" if name in TEXT_COLUMNS else "integer"
    return Column(name, kind, null=name in Fact._field_defaults)


META = Table("crmkit_meta", _columns("name id, value integer"), ("name",))
SHOPS = Table(
    "crmkit_shops",
    _columns(
        "shop_id id, policy text, kept integer 0, last_at integer?, recorded_at integer 0,"
        "changes integer 0, lines integer 0, events integer 0"
    ),
    ("shop_id",),
)
CUSTOMERS = Table(
    "crmkit_customers",
    _columns("shop_id id, customer_id id, version integer, payload text"),
    ("shop_id", "customer_id"),
    wide=True,
)
IDENTIFIERS = Table(
    "crmkit_identifiers",
    _columns("shop_id id, kind id, value id, customer_id id"),
    ("shop_id", "kind", "value", "customer_id"),
    (Index("crmkit_identified", ("shop_id", "customer_id")),),
)
INTERACTIONS = Table(
    "crmkit_interactions",
    _columns(
        "shop_id id, source id, id id, revision integer, recorded_at integer,"
        "customer_id id, kind id, at integer, payload text"
    ),
    ("shop_id", "source", "id", "revision"),
    (
        Index("crmkit_histories", ("shop_id", "customer_id", "at", "source", "id")),
        Index("crmkit_returns", ("shop_id", "customer_id"), only=("kind", Return.kind)),
        # What happened after a moment is counted, not looked for: see ``Store.extent``.
        Index("crmkit_moments", ("shop_id", "revision", "at")),
        # Few have a later revision; whether one is superseded is asked of all that are read.
        Index("crmkit_revised", ("shop_id", "source", "id", "revision"), only=("revision", 0)),
    ),
    wide=True,
)
FACTS = Table(
    "crmkit_facts",
    tuple(map(_fact_column, Fact._fields)),
    ("shop_id", "source", "id", "part"),
    (Index("crmkit_referred", ("shop_id", "referred_id"), only=("referred_id", None)),),
)
# The key is the order in which links are read: that of the customer's history.
LINKS = Table(
    "crmkit_return_links",
    _columns(
        "shop_id id, customer_id id, at integer, source id, id id, line integer, part integer,"
        "rule id, order_key id?, units integer, amount integer, cost integer, costed integer"
    ),
    ("shop_id", "customer_id", "at", "source", "id", "line", "part"),
)
ALIASES = Table(
    "crmkit_aliases",
    _columns(
        "shop_id id, line integer, customer_id id, stands_for id?, recorded_at integer,"
        "evidence text?, earlier text?"
    ),
    ("shop_id", "line"),
    (
        Index("crmkit_aliased", ("shop_id", "customer_id")),
        Index("crmkit_stood_for", ("shop_id", "stands_for")),
    ),
)
MEMBERS = Table(
    "crmkit_members",
    _columns("shop_id id, customer_id id, survivor id"),
    ("shop_id", "customer_id"),
    (Index("crmkit_survivors", ("shop_id", "survivor")),),
)
TOMBSTONES = Table(
    "crmkit_tombstones",
    _columns("shop_id id, hash bytes, erased_at integer"),
    ("shop_id", "hash"),
)
EVENTS = Table(
    "crmkit_events",
    _columns(
        "shop_id id, position integer, id id, type id, recorded_at integer, customer_id id,"
        "data text"
    ),
    ("shop_id", "position"),
    (Index("crmkit_told", ("shop_id", "customer_id")),),
)
POSITIONS = Table(
    "crmkit_positions",
    _columns("shop_id id, subscriber id, position integer"),
    ("shop_id", "subscriber"),
)
MARKS = Table(
    "crmkit_marks",
    _columns("shop_id id, name id, position integer, seal text"),
    ("shop_id", "name"),
)
MODELS = Table(
    "crmkit_models",
    _columns("shop_id id, as_of_day integer, models text"),
    ("shop_id", "as_of_day"),
)

#: Every table, in the order in which they are made.
TABLES = (
    *(META, SHOPS, CUSTOMERS, IDENTIFIERS, INTERACTIONS, FACTS, LINKS, ALIASES, MEMBERS),
    *(TOMBSTONES, EVENTS, POSITIONS, MARKS, MODELS),
)
