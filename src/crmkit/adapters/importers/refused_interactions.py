"""Interactions that a store refused, read again from a file of problems.

They stand as text in the column ``crmkit_interaction``; a number in ``crmkit_revision``
replaces their revision, which is how one that is kept with other content comes in its place.
"""

from collections.abc import Sequence

from crmkit.adapters.importers.mended import INTERACTION, REVISION, revision_of
from crmkit.adapters.importers.refusals import Refused, Row, problem
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.problems import RowProblem


class RefusedInteractions:
    """The rows of a table that hold an interaction.

    Args:
        names: The table's columns.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._place = names.index(INTERACTION) if INTERACTION in names else None
        self._revision = names.index(REVISION) if REVISION in names else None

    def holds(self, cells: Sequence[str]) -> bool:
        """Return whether a row holds one."""
        return self._place is not None and bool(cells[self._place].strip())

    def read(self, row: Row) -> Interaction | RowProblem:
        """Return the interaction of a row that holds one, or what is wrong with it."""
        from crmkit.adapters.wire import from_json, from_plain, to_plain

        cells = row[1]
        revision = "" if self._revision is None else cells[self._revision].strip()
        try:
            read = from_json("" if self._place is None else cells[self._place])
            if revision:
                read = from_plain({**to_plain(read), "revision": revision_of(revision)})
        except InvalidValueError as error:
            refused = Refused(error.field, "…", Refused.by(error).reason)
            return problem(self._names, row, INTERACTION, refused)
        return read
