"""Reading a table in two passes, so that rows that belong together are built at once.

The first pass reads the file to its end, which finds out whether it can be read at all, and
notes for each key (an order number, say) its last row. The second builds each group when its
last row has passed, wherever its other rows were. In memory are one number per key and the
rows of the groups that are open.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from crmkit.adapters.importers.refusals import Broken, Row
from crmkit.adapters.importers.tables import Table
from crmkit.domain.errors import UnreadableLogError
from crmkit.domain.problems import RowProblem

T = TypeVar("T")


class Builder(Protocol[T]):
    """Makes interactions of the rows of a table, in one reading of it."""

    def key(self, cells: list[str]) -> str | None:
        """Return what a row has in common with those it belongs to; None if it stands alone."""
        ...

    def look(self, cells: list[str]) -> None:
        """See a row in the first pass."""
        ...

    def settle(self) -> None:
        """Decide, after the first pass, what only the whole file can tell."""
        ...

    def build(self, rows: list[Row]) -> list[T | RowProblem]:
        """Return what rows of one key say: each is in one interaction or one problem."""
        ...


class RowLog(ABC, Generic[T]):
    """A file of rows, read anew by each iteration.

    Attributes:
        rows: Rows seen so far; blank lines and the header are none.
        rows_used: Rows that are part of an interaction handed out so far.
        rows_refused: Rows that became a problem so far. After an iteration,
            ``rows == rows_used + rows_refused``.
        total_rows: Rows of the file, known once an iteration has begun; else None.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self.rows = self.rows_used = self.rows_refused = 0
        self.total_rows: int | None = None

    @abstractmethod
    def _builder(self) -> Builder[T]:
        """Return what makes interactions of the rows, for one iteration."""

    def __iter__(self) -> Iterator[T | RowProblem]:
        builder = self._builder()
        self.rows = self.rows_used = self.rows_refused = 0
        last = self._scan(builder)
        waiting: defaultdict[str, list[Row]] = defaultdict(list)
        for cells in self._table.rows():
            self.rows = row = self.rows + 1
            if isinstance(cells, Broken):
                self.rows_refused += 1
                yield cells.at(row)
            elif (key := builder.key(cells)) is None:
                yield from self._built(builder, [(row, cells)])
            else:
                waiting[key].append((row, cells))
                if last.get(key) == row:
                    yield from self._built(builder, waiting.pop(key))
        for rows in waiting.values():
            yield from self._built(builder, rows)

    def _scan(self, builder: Builder[T]) -> dict[str, int]:
        """Read the file once; return the last row of each key."""
        last: dict[str, int] = {}
        row = 0
        for row, cells in enumerate(self._table.rows(), start=1):
            if not isinstance(cells, Broken):
                builder.look(cells)
                if (key := builder.key(cells)) is not None:
                    last[key] = row
        if not row:
            raise UnreadableLogError(
                str(self._table.path), "has a header and no rows", "export it again"
            )
        builder.settle()
        self.total_rows = row
        return last

    def _refused_rows(self, built: Iterable[T | RowProblem]) -> int:
        """Return how many rows became nothing but problems; by default one for each problem."""
        return sum(isinstance(one, RowProblem) for one in built)

    def _built(self, builder: Builder[T], rows: list[Row]) -> list[T | RowProblem]:
        built = builder.build(rows)
        refused = self._refused_rows(built)
        self.rows_refused += refused
        self.rows_used += len(rows) - refused
        return built
