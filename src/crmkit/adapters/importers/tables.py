"""A log as a table: named columns, and rows of text cells in the order of the file.

Blank lines are no rows; the first row of data is row 1. Cells that are too many are
forgiven where they are blank; any other row of another width is ``Broken``. In JSON lines
the columns are all names that occur in the file, numbers keep the digits they are written
with, null is blank, and a nested value is its JSON text. A file of problems is known by its
first column and read as it is written, whatever was told of the file they come from.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from crmkit.adapters.importers.files import regular, text_encoding, text_lines
from crmkit.adapters.importers.layouts import Layout, layout
from crmkit.adapters.importers.mended import encoding_of, is_problems_file, unguarded
from crmkit.adapters.importers.refusals import Broken
from crmkit.domain.errors import UnreadableLogError
from crmkit.domain.mapping import EMPTY, FrozenMapping

_SAMPLE = 64
_BYTE_ORDER_MARKS = ("\ufeff", "ï»¿")


@frozen(kw_only=True)
class Table:
    """A file whose rows can be read again and again.

    Attributes:
        path: The file.
        encoding: The codec of its text.
        layout: How its lines are split.
        names: Its columns, none twice.
        headed: Whether its first line names them.
        guarded: Whether it is a file of problems, whose cells are guarded.
    """

    path: Path
    encoding: str
    layout: Layout
    names: tuple[str, ...] = ()
    headed: bool = True
    guarded: bool = False

    def rows(self) -> Iterator[list[str] | Broken]:
        """Yield every row of data: its cells, or what is wrong with it.

        Raises:
            UnreadableLogError: The file cannot be read to its end.
        """
        lines = text_lines(self.path, self.encoding)
        if self.layout.format == "jsonl":
            return _objects(lines, self.names)
        rows = self.records(lines)
        if self.headed:
            next(rows, None)
        return _fitted(rows, self.names)

    def records(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Yield the fields of each line that is not blank."""
        if self.layout.format == "aligned":
            yield from (cells for line in lines if (cells := line.split()))
            return
        try:
            for cells in csv.reader(lines, delimiter=self.layout.delimiter):
                if cells:
                    yield list(map(unguarded, cells)) if self.guarded else cells
        except csv.Error as error:
            raise UnreadableLogError(
                str(self.path), f"a field has no end ({error})", "close its quotes"
            ) from error


def _fitted(rows: Iterator[list[str]], names: tuple[str, ...]) -> Iterator[list[str] | Broken]:
    width = len(names)
    for cells in rows:
        if len(cells) == width:
            yield cells
        elif len(cells) > width and not "".join(cells[width:]).strip():
            yield cells[:width]
        else:
            yield _misfit(cells, names)


def _misfit(cells: list[str], names: tuple[str, ...]) -> Broken:
    reason = f"has {len(cells)} fields instead of {len(names)}"
    if any("\n" in cell or "\r" in cell for cell in cells):
        reason += "; a quote that is not closed may have joined lines"
    content: dict[str, Any] = dict(zip(names, cells, strict=False))
    if len(cells) > len(names):
        content["more"] = cells[len(names) :]
    return Broken(" ".join(cells).strip(), reason, FrozenMapping(content))


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def _object(line: str) -> dict[str, str] | Broken:
    """The fields of one JSON line as text."""
    try:
        read = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return Broken(line.strip(), "is no JSON object on one line", EMPTY)
    if not isinstance(read, dict):
        return Broken(line.strip(), "is JSON, but no object", EMPTY)
    fields = {name: _cell(value) for name, value in read.items()}
    if "\\u" in line and _unkeepable("".join((*fields, *fields.values()))):
        return Broken(ascii(line.strip()), "holds characters that are no text", EMPTY)
    return fields


def _unkeepable(text: str) -> bool:
    """Half characters and NUL come in only as JSON escapes; no store keeps them."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def _objects(lines: Iterator[str], names: tuple[str, ...]) -> Iterator[list[str] | Broken]:
    for line in lines:
        if line.strip():
            fields = _object(line)
            if isinstance(fields, Broken):
                yield fields
            else:
                yield [fields.get(name, "") for name in names]


def _names_of_objects(lines: Iterator[str]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for line in lines:
        if line.strip() and isinstance(fields := _object(line), dict):
            names.update(dict.fromkeys(fields))
    return tuple(names)


def _unlike(names: Sequence[str]) -> tuple[str, ...]:
    """Column names, blank ones numbered and repeated ones told apart."""
    unlike: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        bare = name.strip() or f"column {place}"
        unlike[bare if bare not in unlike else f"{bare} (column {place})"] = None
    return tuple(unlike) if len(unlike) == len(names) else tuple(map(str, range(len(names))))


def _header(first: list[str]) -> list[str]:
    """The first line's fields without a byte order mark or blank ends."""
    cells = [cell.strip() for cell in first]
    for mark in _BYTE_ORDER_MARKS:
        cells[0] = cells[0].removeprefix(mark).strip('"')
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def open_table(
    path: Path | str,
    *,
    encoding: str | None = None,
    format: str | None = None,  # noqa: A002
    delimiter: str | None = None,
    headerless: Sequence[tuple[str, ...]] = (),
) -> Table:
    """Open a log and find out how it is laid out.

    Args:
        path: The file, plain or gzip.
        encoding: Its encoding; UTF-8 with or without byte order mark if None.
        format: "csv", "jsonl" or "aligned"; seen from the file if None.
        delimiter: What stands between the fields of a CSV; seen from the file if None.
        headerless: Names to give the columns of a file whose first line is data: the entry
            that is as wide, where that line is nothing but numbers.

    Raises:
        UnreadableLogError: The file is missing, empty, or no text in that encoding.
        InvalidValueError: An encoding, a format or a delimiter that cannot be.
    """
    found = regular(path)
    problems = is_problems_file(found)
    if problems:
        encoding, format, delimiter = encoding_of(found, encoding), "csv", None  # noqa: A001
    codec = text_encoding(encoding)
    sample = list(islice(text_lines(found, codec), _SAMPLE))
    laid = layout(found, sample, format=format, delimiter=delimiter)
    table = Table(path=found, encoding=codec, layout=laid, guarded=problems)
    if laid.format == "jsonl":
        return evolve(table, names=_names_of_objects(text_lines(found, codec)), headed=False)
    first = next(table.records(text_lines(found, codec)), None)
    if first is None:
        raise UnreadableLogError(str(found), "is empty", "export it again")
    header = _header(first)
    unheaded = headerless_names(header, headerless)
    if unheaded is not None:
        return evolve(table, names=unheaded, headed=False)
    return evolve(table, names=_unlike(header))


def headerless_names(
    first: Sequence[str], headerless: Sequence[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Return the names for the columns of a file whose first line is data.

    Args:
        first: The fields of its first line.
        headerless: The names there are, by their number.

    Returns:
        The names that are as many; None where there are none, or the line is a header.
    """
    if not all(map(_numeric, first)):
        return None
    return next((names for names in headerless if len(names) == len(first)), None)


def _numeric(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit()
