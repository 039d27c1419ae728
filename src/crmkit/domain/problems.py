"""A row that could not be used, as a value: what, where, why."""

import attrs

from crmkit.domain.mapping import EMPTY, FrozenMapping

__all__ = ["KeptBeside", "RowProblem"]


@attrs.frozen(kw_only=True)
class KeptBeside:
    """What was kept of an order or a response without one of its rows.

    When the row comes again mended, all of them come again, as a later revision.

    Attributes:
        id: Of the interaction that was kept.
        revision: Its revision.
        rows: Number and content of the rows it was made of; where several rows are refused,
            they stand with the first.
    """

    id: str
    revision: int
    rows: tuple[tuple[int, FrozenMapping], ...] = attrs.field(default=(), repr=False)


@attrs.frozen
class RowProblem:
    """One row that is part of no interaction.

    Attributes:
        row: Its number in the source, the first row of data being 1; None where the
            problem lies with an interaction that did not come from a row.
        field: The column, or the field of the interaction.
        value: What was found there.
        reason: The rule it breaks, and the way out.
        content: The whole row as read, so that it can be mended and loaded again.
        kept: What was kept of the same order or response; None where nothing was.
    """

    row: int | None
    field: str
    value: str
    reason: str
    content: FrozenMapping = attrs.field(default=EMPTY, repr=False, kw_only=True, hash=False)
    kept: KeptBeside | None = attrs.field(default=None, repr=False, kw_only=True, hash=False)

    def __str__(self) -> str:
        where = "" if self.row is None else f"row {self.row}, "
        return f"{where}{self.field} {self.value!r}: {self.reason}"
