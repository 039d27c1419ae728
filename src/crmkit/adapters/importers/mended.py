"""How a file of problems is told from a shop's own file, and how its cells are guarded.

It is a CSV in UTF-8 with a byte order mark, which begins with the column ``crmkit_row``. A
spreadsheet may have saved it again with another delimiter or encoding, so nothing that was
told of the first file is taken for granted. Columns that begin with ``crmkit_`` are crmkit's:

    crmkit_row          number of the row in the source
    crmkit_field        what is wrong with it: the column,
    crmkit_value          what was found there,
    crmkit_reason         the rule it breaks; in words for the row's companions
    crmkit_more         fields that stood beyond the last column
    crmkit_id           what was kept without the row: its id,
    crmkit_revision       and the revision under which it is to come again
    crmkit_interaction  an interaction that was refused, as text of its own

A cell that a spreadsheet would take for a formula has an apostrophe before it, and so has one
that begins with an apostrophe; reading takes it off, so that every cell is what it was.
"""

import re
from pathlib import Path
from typing import Final

from crmkit.domain.errors import InvalidValueError

PREFIX: Final = "crmkit_"
ROW: Final = "crmkit_row"
FIELD: Final = "crmkit_field"
VALUE: Final = "crmkit_value"
REASON: Final = "crmkit_reason"
MORE: Final = "crmkit_more"
ID: Final = "crmkit_id"
REVISION: Final = "crmkit_revision"
INTERACTION: Final = "crmkit_interaction"

_MARK = b"\xef\xbb\xbf"
_GUARDED = tuple("=+-@\t\r'")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*")


def is_problems_file(path: Path) -> bool:
    """Return whether a file is one of problems, by its first column; one unread is none."""
    try:
        with path.open("rb") as file:
            first = file.read(len(_MARK) + len(ROW) + 1)
    except OSError:
        return False
    return first.removeprefix(_MARK).lstrip(b'"').startswith(ROW.encode())


def encoding_of(path: Path, told: str | None) -> str | None:
    """Return the encoding of a file of problems: UTF-8 where it is that, else the one told."""
    try:
        with path.open(encoding="utf-8") as text:
            for _ in text:
                pass
    except UnicodeDecodeError:
        return told
    return None


def guarded(cell: str) -> str:
    """Return a cell as a spreadsheet may show it: nothing in it is a formula."""
    if cell.startswith(_GUARDED) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def unguarded(cell: str) -> str:
    """Return what a guarded cell holds."""
    return cell.removeprefix("'")


def revision_of(cell: str) -> int:
    """Return the revision that a cell states; 0 where it is blank.

    Raises:
        InvalidValueError: It is no whole number from 0.
    """
    if not cell:
        return 0
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 18):
        raise InvalidValueError("revision", cell, "must be a whole number from 0")
    return int(cell)
