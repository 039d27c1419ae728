"""A report, a load and the catalogue in a terminal, as rich tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmkit._require import require
from crmkit.domain.labels import label
from crmkit.domain.problems import RowProblem
from crmkit.loading import LoadReport
from crmkit.metrics.catalogue import ROOMS, Entry
from crmkit.report.part import Part, Row
from crmkit.report.parts import parts_of, title_of
from crmkit.report.state import StateOfBase

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["catalogue", "loaded", "tables"]

_MOST_REASONS = 10


def _table(
    title: str, columns: Sequence[str], rows: Iterable[Row], figures: Sequence[bool]
) -> "Table":
    """A table whose figures are set to the right."""
    table = require("rich.table", extra="cli").Table
    box = require("rich.box", extra="cli").SIMPLE_HEAD
    made = table(title=title, title_justify="left", min_width=len(title) + 2, box=box)
    text = require("rich.text", extra="cli").Text
    for i, (column, right) in enumerate(zip(columns, figures, strict=True)):
        side = "right" if right else "left"
        made.add_column(column, justify=side, no_wrap=i == 0, overflow="fold")
    for row in rows:
        made.add_row(*map(text, row))  # a customer's id is never markup
    done: Table = made
    return done


def _of(part: Part) -> Any:
    """A part as a table; without rows its title alone, as a line."""
    if not part.rows:
        return f"{part.title}:"
    return _table(part.title, part.heads, part.rows, part.figures)


def loaded(report: LoadReport, *, what: str, language: str = "en") -> Iterator[Any]:
    """Yield what became of a file: a line, and a table of its problems by reason."""
    yield f"{what}: {report}"
    reasons = report.reasons()
    if reasons:
        first = {(p.field, p.reason): p for p in reversed(report.problems)}
        rows = [
            (name, reason, f"{count:,}", _where(first[name, reason]))
            for name, reason, count in reasons[:_MOST_REASONS]
        ]
        yield _of(
            Part(
                title=label("report.rows_not_used", language),
                columns=("field", "reason", "rows", "example"),
                rows=rows,
                language=language,
            )
        )
    if len(reasons) > _MOST_REASONS:
        yield f"… and {len(reasons) - _MOST_REASONS} more reasons"


def _where(problem: RowProblem) -> str:
    """The row and the value that show what is meant."""
    value = problem.value if len(problem.value) <= 20 else f"{problem.value[:19]}…"
    return value if problem.row is None else f"row {problem.row:,}: {value}"


def tables(state: StateOfBase, language: str = "en") -> Iterator[Any]:
    """Yield the parts of the report, in the order to read them.

    Args:
        state: The figures.
        language: "en" or "zh"; of labels alone, notes and reasons stay English.
    """
    yield title_of(state, language)
    for part in parts_of(state, language):
        yield _of(part)
        yield from part.notes
    for note in state.notes:
        yield f"{label('report.note', language)}: {note}"


def catalogue(language: str = "en") -> Iterator[Any]:
    """Yield the catalogue of figures, a table for each of its rooms.

    Args:
        language: "en" or "zh"; of what the figures are called.
    """
    columns = ("name", "called", "unit, range", "better")
    for title, entries in ROOMS.items():
        yield _table(title, columns, (_entry(one, language) for one in entries), (False,) * 4)


def _entry(one: Entry, language: str) -> Row:
    return one.name, one.label(language), one.measure, one.direction
