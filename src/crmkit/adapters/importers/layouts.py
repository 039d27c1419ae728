"""How a log's lines are split: CSV with some delimiter, JSON lines, or aligned columns.

What is not told is seen from the first lines: a line that opens a brace is JSON; else the
delimiter that splits the header, and most lines after it into as many fields; else white
space, if that does.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from crmkit.domain.errors import InvalidValueError, UnreadableLogError

FORMATS = ("csv", "jsonl", "aligned")
_DELIMITERS = (",", ";", "\t", "|")
_SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl"}
_AGREEING = 0.5


@frozen
class Layout:
    """How lines are split.

    Attributes:
        format: "csv", "jsonl" or "aligned" (columns apart by white space).
        delimiter: What stands between the fields of a CSV.
    """

    format: str
    delimiter: str = ","


def _checked(format: str | None, delimiter: str | None) -> None:  # noqa: A002
    if format is not None and format not in FORMATS:
        raise InvalidValueError("format", format, f"must be one of {', '.join(FORMATS)}")
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0 '):
        raise InvalidValueError("delimiter", delimiter, "must be one character, such as , or ;")


def _splits(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """The share of rows with as many fields as the first, and how many those are."""
    width = len(rows[0]) if rows else 0
    if width < 2:
        return 0.0, width
    return sum(len(row) == width for row in rows) / len(rows), width


def _by_delimiter(sample: Sequence[str], delimiter: str) -> tuple[float, int]:
    try:
        return _splits([row for row in csv.reader(sample, delimiter=delimiter) if row])
    except csv.Error:
        return 0.0, 0


def _seen(sample: Sequence[str]) -> Layout:
    best = max(_DELIMITERS, key=lambda mark: _by_delimiter(sample, mark))
    if _by_delimiter(sample, best)[1] >= 2:
        return Layout("csv", best)
    share, _ = _splits([line.split() for line in sample if line.strip()])
    return Layout("aligned") if share > _AGREEING else Layout("csv")


def layout(
    path: Path,
    sample: Sequence[str],
    *,
    format: str | None = None,  # noqa: A002
    delimiter: str | None = None,
) -> Layout:
    """Return how the lines of a log are split.

    Args:
        path: The file; its suffix tells JSON lines, whatever compression follows.
        sample: Its first lines.
        format: One of ``FORMATS``, if told.
        delimiter: One character, if told; it makes the log a CSV.

    Raises:
        InvalidValueError: A format or a delimiter that cannot be.
        UnreadableLogError: It is one JSON document, not lines of JSON.
    """
    _checked(format, delimiter)
    if delimiter is not None and format in {None, "csv"}:
        return Layout("csv", delimiter)
    first = next((line.strip() for line in sample if line.strip()), "")
    if format is None:
        format = next((_SUFFIXES[end] for end in path.suffixes if end in _SUFFIXES), None)  # noqa: A001
    if format == "jsonl" or (format is None and first.startswith("{")):
        return Layout("jsonl")
    if format is None and first.startswith("["):
        raise UnreadableLogError(
            str(path), "is one JSON document", "write one object per line, without brackets"
        )
    if format == "aligned":
        return Layout("aligned")
    found = _seen(sample)
    return Layout("csv") if format == "csv" and found.format != "csv" else found
