"""Reading a table in two passes, so that rows that belong together are built at once.

The first pass reads the file to its end, which finds out whether it can be read at all, and
notes for each key (an order number, say) its last row. The second builds each group when its
last row has passed, wherever its other rows were. In memory are one number per key and the
rows of the groups that are open.

In a file of problems, a row may hold an interaction that was refused; it is read as such.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from attrs import evolve

from crmkit.adapters.importers.refusals import Broken, Row
from crmkit.adapters.importers.refused_interactions import RefusedInteractions
from crmkit.adapters.importers.tables import Table
from crmkit.domain.errors import UnreadableLogError
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.problems import KeptBeside, RowProblem

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
        self._refused = RefusedInteractions(table.names)
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
            elif self._refused.holds(cells):
                yield self._again(row, cells)
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
            if not (isinstance(cells, Broken) or self._refused.holds(cells)):
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
        if len(built) == 1:
            return built
        return _beside_what_was_kept(self._table.names, rows, built)

    def _again(self, row: int, cells: list[str]) -> Any:
        """The interaction that was refused before and stands in this row."""
        read = self._refused.read((row, cells))
        wrong = isinstance(read, RowProblem)
        self.rows_refused += wrong
        self.rows_used += not wrong
        return read


def _beside_what_was_kept(
    names: Sequence[str], rows: list[Row], built: list[T | RowProblem]
) -> list[T | RowProblem]:
    """What was built, its problems with what was kept of the same order or response."""
    kept: list[Any] = [one for one in built if not isinstance(one, RowProblem)]
    if not kept or len(kept) == len(built):
        return built
    refused = {one.row for one in built if isinstance(one, RowProblem)}
    beside = KeptBeside(
        id=kept[0].id,
        revision=max(one.revision for one in kept),
        rows=tuple(
            (number, FrozenMapping(dict(zip(names, cells, strict=True))))
            for number, cells in rows
            if number not in refused
        ),
    )
    told: list[T | RowProblem] = []
    for one in built:
        if isinstance(one, RowProblem):
            told.append(evolve(one, kept=beside))
            beside = evolve(beside, rows=())
        else:
            told.append(one)
    return told
