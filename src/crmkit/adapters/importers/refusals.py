"""Why a row, or one of its cells, could not be used; and the problem it becomes."""

from collections.abc import Sequence
from typing import NamedTuple

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.problems import RowProblem

_SHOWN = 60


class Refused(NamedTuple):
    """A cell that could not be used.

    Attributes:
        role: What the cell stands for.
        value: What it holds.
        reason: The rule it breaks, and the way out.
    """

    role: str
    value: str
    reason: str

    @classmethod
    def by(cls, error: InvalidValueError) -> "Refused":
        """Return what a value's own rules say against it."""
        tail = f"; {error.way_out}" if error.way_out else ""
        return cls(error.field, str(error.value), f"{error.rule}{tail}")


class Broken(NamedTuple):
    """A row that could not be split into the fields of its table.

    Attributes:
        value: The row as far as it is shown.
        reason: What is wrong with it.
        content: Its fields as far as they are known.
    """

    value: str
    reason: str
    content: FrozenMapping

    def at(self, row: int) -> RowProblem:
        """Return the problem of this row."""
        return RowProblem(row, "row", shown(self.value), self.reason, content=self.content)


#: A row of a table: its number and its cells.
Row = tuple[int, list[str]]


def shown(value: str) -> str:
    """Return a value as a problem shows it: cut where long, mail addresses left out."""
    if "@" in value:
        return "…"
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"


def problem(names: Sequence[str], row: Row, column: str, refused: Refused) -> RowProblem:
    """Return the problem of one row of a table with columns ``names``."""
    number, cells = row
    content = FrozenMapping(dict(zip(names, cells, strict=True)))
    return RowProblem(number, column, shown(refused.value), refused.reason, content=content)
