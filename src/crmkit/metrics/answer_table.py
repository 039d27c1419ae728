"""Answers to several questions side by side: one column per question, one row per respondent.

A table is a mapping from a question's name to its answers, all equally long; a data frame is one
too (anything with ``columns`` and columns by name). None is a missing answer, NaN is refused;
only in pandas it stands for a missing one. A table of responses knows its scales, and keeps them.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isfinite
from typing import Any, Protocol

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.scales import Scale
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import MOST
from crmkit.metrics.intervals import checked_number

__all__ = ["AnswerTable", "Table", "answer_table"]


class _Frame(Protocol):
    """A data frame: names of columns, and columns by name."""

    @property
    def columns(self) -> Iterable[Any]: ...

    def __getitem__(self, name: Any) -> Any: ...


Ends = tuple[float, float]
"""The lowest and the highest step of a scale."""

Table = Mapping[str, Iterable[float | None]] | _Frame
"""What functions over several questions take."""


@frozen(kw_only=True)
class AnswerTable:
    """Checked answers.

    Attributes:
        columns: The answers, by question; None where one is missing. All equally long.
        scales: The scale of each question, as far as the table came with it.
    """

    columns: Mapping[str, tuple[float | None, ...]] = field(converter=FrozenMapping, hash=False)
    scales: Mapping[str, Ends] = field(default=EMPTY, converter=FrozenMapping, hash=False)

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
        return AnswerTable(
            columns={name: self.columns[name] for name in names},
            scales={name: self.scales[name] for name in names if name in self.scales},
        )

    def on_one_scale(self, field: str) -> None:
        """Refuse questions of which it is known that they were answered on several scales.

        Args:
            field: Name for the error.

        Raises:
            InvalidValueError: They were.
        """
        if len(set(self.scales.values())) > 1:
            told = ", ".join(f"{name} on {_told(one)}" for name, one in self.scales.items())
            raise InvalidValueError(
                field, told, "must be answered on one scale", "take the questions of one scale"
            )

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
        InvalidValueError: No table, no question, two of one name, columns of unequal length,
            NaN, off the scale, or beyond 1e100 either way.
    """
    given, least, most = _columns_of(table, field), max(low, -MOST), min(high, MOST)
    names = list(given)
    scales = _scales_of(table, names)
    _same_scale(scales, (low, high), field)
    columns = {
        name: tuple(
            None
            if one is None
            else checked_number(one, f"{field}[{name!r}][{row}]", low=least, high=most)
            for row, one in enumerate(cells(column, f"{field}[{name!r}]"))
        )
        for name, column in given.items()
    }
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidValueError(field, lengths, "must all be equally long: a row per respondent")
    return AnswerTable(columns=columns, scales=scales)


def _columns_of(table: Table, field: str) -> dict[str, Iterable[float | None]]:
    """The columns by name; a frame may name them by numbers, too."""
    if not (isinstance(table, Mapping) or hasattr(table, "columns")):
        raise InvalidValueError(field, table, "must be a mapping, or a data frame")
    keys = list(table) if isinstance(table, Mapping) else list(table.columns)
    names = list(map(str, keys))
    if not names:
        raise InvalidValueError(field, "no questions", "must hold at least one")
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidValueError(field, ", ".join(twice), "must be the name of one question alone")
    return {name: table[key] for name, key in zip(names, keys, strict=True)}


def _scales_of(table: Table, names: Sequence[str]) -> dict[str, Ends]:
    """The scales that a table of responses knows of its questions."""
    known = getattr(table, "scales", EMPTY)
    if not isinstance(known, Mapping):
        return {}
    given = {name: known[name] for name in names if name in known}
    return {
        name: (one.low, one.high) if isinstance(one, Scale) else one for name, one in given.items()
    }


def _same_scale(scales: Mapping[str, Ends], asked: Ends, field: str) -> None:
    """Refuse a scale that is known not to be that of a question."""
    if not (isfinite(asked[0]) and isfinite(asked[1])):
        return
    for name, one in scales.items():
        if one != asked:
            raise InvalidValueError(
                f"{field}[{name!r}]",
                f"on {_told(one)}",
                f"must be on the scale given, {_told(asked)}",
                "give the scale it was answered on",
            )


def _told(ends: Ends) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"
