"""A file of problems that came from no other file: interactions that the store refused.

Rows of a shop's own log are not understood here; what read the log reads them.
"""

from os import PathLike
from pathlib import Path

from crmkit.adapters.importers.mended import INTERACTION
from crmkit.adapters.importers.refusals import Refused, Row, problem
from crmkit.adapters.importers.row_logs import RowLog
from crmkit.adapters.importers.tables import Table, open_table
from crmkit.domain.errors import UnreadableLogError
from crmkit.domain.interactions import Interaction
from crmkit.domain.problems import RowProblem

__all__ = ["RefusedLog", "read_refused"]

_OTHERS = Refused(INTERACTION, "", "must hold an interaction; load it with what read its log")


class _NothingElse:
    """Refuses every row that holds no interaction."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def key(self, cells: list[str]) -> None:
        """Return None: each row stands alone."""

    def look(self, cells: list[str]) -> None:
        """See nothing in it."""

    def settle(self) -> None:
        """Decide nothing."""

    def build(self, rows: list[Row]) -> list[Interaction | RowProblem]:
        """Return the problems of the rows."""
        return [problem(self._names, row, INTERACTION, _OTHERS) for row in rows]


class RefusedLog(RowLog[Interaction]):
    """The interactions in a file of problems. It can be iterated again."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)

    def _builder(self) -> _NothingElse:
        return _NothingElse(self._table.names)

    def __repr__(self) -> str:
        return f"RefusedLog({str(self._table.path)!r})"


def read_refused(path: str | PathLike[str], *, encoding: str | None = None) -> RefusedLog:
    """Open a file of problems that a load of interactions left.

    Args:
        path: The file.
        encoding: Of the file, where a spreadsheet saved it in another than UTF-8.

    Raises:
        UnreadableLogError: It cannot be read, or holds no interactions.
    """
    table = open_table(Path(path), encoding=encoding)
    if INTERACTION not in table.names:
        raise UnreadableLogError(
            str(path), f"has no column {INTERACTION}", "load it with what read its log"
        )
    return RefusedLog(table)
