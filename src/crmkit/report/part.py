"""A table of a report, and the words it is made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from crmkit.domain.labels import label
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet
from crmkit.metrics.estimate import Estimate

__all__ = ["Part", "Row", "Words"]

Row = tuple[str, ...]

#: Columns of words; all others but the first hold figures.
WORDS = frozenset({"reason", "why", "state", "example", "need", "doubt", "effect", "lever", "way"})


def _rows(value: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(value)


@frozen(kw_only=True)
class Part:
    """A table of the report.

    Attributes:
        title: What it is about.
        columns: The keys of its columns ("state"), or texts that are no key ("EUR").
        rows: Its cells, as text.
        notes: What the reader must know of them.
        language: The language it is in.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(converter=_rows)
    notes: tuple[str, ...] = ()
    language: str = "en"

    @property
    def heads(self) -> tuple[str, ...]:
        """What its columns are called."""
        return tuple(Words(self.language).head(one) for one in self.columns)

    def sheet(self) -> Sheet:
        """Return it for a notebook: a row's first cell, and the others in one line."""
        return Sheet(
            title=self.title,
            rows=tuple((row[0], _told(self.columns, self.heads, row)) for row in self.rows),
            notes=self.notes,
        )

    @property
    def figures(self) -> tuple[bool, ...]:
        """Which columns hold figures, and are set to the right."""
        return tuple(i > 0 and one not in WORDS for i, one in enumerate(self.columns))


@frozen
class Words:
    """The words of a report in one language, and figures as it shows them."""

    language: str

    def __call__(self, key: str) -> str:
        """What a key is called."""
        return label(f"report.{key}", self.language)

    def head(self, column: str) -> str:
        """A column's key in that language, or a text that is no key as it is."""
        return self(column) if column.islower() else column

    def figure(self, one: Estimate, *, percent: bool = False) -> tuple[str, str]:
        """A figure and its interval, or what is missing."""
        if one.value is None:
            return self("unknown"), one.notes[0] if one.notes else ""
        shape = "{:.1%}" if percent else "{:,.2f}"
        ends = ""
        if one.low is not None and one.high is not None:
            ends = f"{shape.format(one.low)} {self('to')} {shape.format(one.high)}"
        return shape.format(one.value), ends

    def money(self, value: Money | None) -> str:
        """An amount, or that it is unknown."""
        return self("unknown") if value is None else str(value)

    def part(
        self, title: str, columns: str, rows: Iterable[Row], notes: Iterable[str] = ()
    ) -> Part:
        """Return a table; the keys of its columns are given in one text."""
        keys, told = tuple(columns.split()), tuple(notes)
        return Part(title=title, columns=keys, rows=rows, notes=told, language=self.language)

    def counted(self, counts: Mapping[Any, int]) -> Iterator[Row]:
        """Yield how many there are of each word of a closed enum."""
        yield from ((label(word, self.language), f"{count:,}") for word, count in counts.items())


def _told(columns: Sequence[str], heads: Sequence[str], row: Row) -> str:
    """All cells of a row but the first in one line: what stands second, then the others."""
    shown = [row[1]]
    for key, head, cell in zip(columns[2:], heads[2:], row[2:], strict=True):
        if key == "interval" and cell:
            shown[-1] += f" ({cell})"
        elif cell:
            shown.append(f"{head} {cell}")
    return ", ".join(shown)
