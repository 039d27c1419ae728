"""What a store over rows asks of a database: small questions, inside a transaction.

``Tables`` is the whole of it: rows are tuples in the order of the columns asked for, texts
are compared and ordered by code point, numbers hold 64 bits. A condition names columns and
what they must equal, or a bound (``Above``, ``UpTo``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol, Self

from crmkit.adapters.stores.kit.schema import Table

__all__ = ["EVER", "Above", "Among", "Database", "Own", "Row", "Tables", "UpTo", "Where"]

#: Later than anything was recorded.
EVER = 2**63 - 1

Row = tuple[Any, ...]


class Above(NamedTuple):
    """More than a number."""

    bound: int


class UpTo(NamedTuple):
    """A number, or less."""

    bound: int


#: What columns must equal, or how far they may go.
Where = Mapping[str, Any]


class Among(NamedTuple):
    """One of some values: any number of them, each once."""

    column: str
    values: Sequence[Any]


class Own(NamedTuple):
    """What is read of a customer's own interactions.

    Attributes:
        survivor: Whom the customer is read as; None where nobody stands for anybody.
        length: How many payloads there are.
        payloads: The payloads, in one JSON list: a database puts them together quicker than
            Python takes them one by one.
    """

    survivor: str | None
    length: int
    payloads: str

    @classmethod
    def of(cls, survivor: str | None, payloads: Sequence[str]) -> Self:
        """Put payloads together."""
        return cls(survivor, len(payloads), f"[{','.join(payloads)}]")


class Tables(Protocol):
    """The rows of a database, inside one transaction."""

    def insert(self, table: Table, rows: Iterable[Row], /) -> None:
        """Add whole rows; none of their keys is there."""
        ...

    def insert_all(self, rows: Mapping[Table, Sequence[Row]], /) -> None:
        """Add whole rows to several tables.

        A database may still be at it when this returns: what goes wrong is raised by whatever
        is asked next, at the latest where the transaction ends.
        """
        ...

    def update(self, table: Table, values: Mapping[str, Any], where: Where, /) -> None:
        """Change columns of the rows that meet a condition."""
        ...

    def delete(self, table: Table, where: Where, among: Among | None = None, /) -> None:
        """Drop the rows that meet a condition."""
        ...

    def count(self, table: Table, where: Where, /) -> int:
        """Count the rows that meet a condition."""
        ...

    def read(
        self,
        table: Table,
        columns: Sequence[str],
        where: Where,
        /,
        *,
        among: Among | None = None,
        order: Sequence[str] = (),
        limit: int | None = None,
    ) -> Sequence[Row]:
        """Return columns of the rows that meet a condition.

        A database may still look them up when this returns: whoever wants the first of them
        waits for all, and gets what went wrong.

        Args:
            table: The table.
            columns: What is returned of it.
            where: The condition.
            among: One more condition; with it, neither ``order`` nor ``limit`` is asked for.
            order: The columns that the rows are ordered by.
            limit: How many of them at most.
        """
        ...

    def stream(
        self, table: Table, columns: Sequence[str], where: Where, order: Sequence[str] = (), /
    ) -> Iterator[Row]:
        """Yield columns of any number of rows, a few of them in memory at a time."""
        ...

    def current(self, shop_id: str, known: int, ids: Sequence[str] | None, /) -> Iterator[Row]:
        """Yield (customer_id, payload) of each interaction's revision that is read.

        That is the highest among those recorded up to ``known``, if it is about one of
        ``ids`` (None: anybody), by (customer_id, at, source, id). A few rows are in memory
        at a time, and others of the transaction may write while it is read.
        """
        ...

    def own(self, shop_id: str, customer_id: str, /) -> Own:
        """Return what is read of a customer alone, by (at, source, id).

        The survivor is the one that ``crmkit_members`` names for the customer, or the
        customer where it is named there for somebody.
        """
        ...

    def last_returns(self, shop_id: str, ids: Sequence[str], /) -> list[Row]:
        """Return (customer_id, latest ``at``) of the returns of customers, in any revision."""
        ...

    def lock(self, shop_id: str, /) -> None:
        """Wait until no other transaction writes for this shop; hold it to the end."""
        ...


class Database(Protocol):
    """Transactions over tables.

    Attributes:
        chunk: How many interactions are looked up and written at a time.
    """

    chunk: int

    def asking(self) -> AbstractContextManager[Tables]:
        """Ask one question; a second one may be answered from a later state."""
        ...

    def reading(self) -> AbstractContextManager[Tables]:
        """Read one state; the tables are there, in the version of this crmkit."""
        ...

    def writing(self) -> AbstractContextManager[Tables]:
        """Keep all that is done within, or nothing; the tables are there."""
        ...

    def streaming(self) -> AbstractContextManager[Tables]:
        """Read for as long as a caller takes; others may read and write meanwhile."""
        ...

    def close(self) -> None:
        """Close what was opened here; what was handed in stays open."""
        ...
