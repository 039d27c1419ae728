"""Answers to several questions side by side: one column per question, one row per respondent.

A table is a mapping from a question's name to its answers, all equally long; a data frame is one
too (anything with ``columns`` and columns by name). None is a missing answer, NaN is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any, Protocol

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.metrics.intervals import checked_number

__all__ = ["AnswerTable", "Table", "answer_table"]


class _Frame(Protocol):
    """A data frame: names of columns, and columns by name."""

    @property
    def columns(self) -> Iterable[Any]: ...

    def __getitem__(self, name: Any) -> Any: ...


Table = Mapping[str, Iterable[float | None]] | _Frame
"""What functions over several questions take."""


@frozen(kw_only=True)
class AnswerTable:
    """Checked answers.

    Attributes:
        columns: The answers, by question; None where one is missing. All equally long.
    """

    columns: Mapping[str, tuple[float | None, ...]] = field(converter=FrozenMapping, hash=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The questions, in their order."""
        return tuple(self.columns)

    @property
    def rows(self) -> list[tuple[float | None, ...]]:
        """The answers, respondent by respondent."""
        return list(zip(*self.columns.values(), strict=True))

    @property
    def complete(self) -> list[tuple[float, ...]]:
        """The rows of those who answered every question."""
        found = []
        for row in self.rows:
            known = tuple(one for one in row if one is not None)
            if len(known) == len(row):
                found.append(known)
        return found

    def __getitem__(self, name: str) -> tuple[float | None, ...]:
        """Return the answers to a question, so that a table of answers is a table itself."""
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def only(self, names: Sequence[str]) -> "AnswerTable":
        """Return the answers to some of the questions, in the order given.

        Raises:
            InvalidValueError: A question that is not there.
        """
        for name in names:
            if name not in self.columns:
                there = ", ".join(self.columns)
                raise InvalidValueError("question", name, f"must be one of {there}")
        return AnswerTable(columns={name: self.columns[name] for name in names})

    def left_out(self) -> tuple[str, ...]:
        """Return a note of how many respondents did not answer everything, or none."""
        missing = len(self) - len(self.complete)
        return (f"{missing:,} of {len(self):,} respondents left out: not all answered",) * bool(
            missing
        )


def answer_table(
    table: Table, *, field: str = "answers", low: float = -inf, high: float = inf
) -> AnswerTable:
    """Return a table of answers, checked.

    Args:
        table: The answers by question: a mapping, or a data frame.
        field: Name for the errors, which add question and index: "answers['price'][3]".
        low: Least possible answer.
        high: Greatest possible answer.

    Raises:
        InvalidValueError: No question, columns of unequal length, NaN, or off the scale.
    """
    names = list(table) if isinstance(table, Mapping) else [str(name) for name in table.columns]
    if not names:
        raise InvalidValueError(field, "no questions", "must hold at least one")
    columns = {
        name: tuple(
            None
            if one is None
            else checked_number(one, f"{field}[{name!r}][{row}]", low=low, high=high)
            for row, one in enumerate(table[name])
        )
        for name in names
    }
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidValueError(field, lengths, "must all be equally long: a row per respondent")
    return AnswerTable(columns=columns)
