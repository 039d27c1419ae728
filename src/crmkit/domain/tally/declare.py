"""Declare a figure once; the Python fold and the frame reader both read the declaration.

A ``Tally`` is a commutative monoid: ``T()`` is the zero, ``T.of(row)`` is what one row
says, ``+`` joins two tallies that share no row, and ``T.collect(rows)`` is
``sum(map(T.of, rows), T())``, in any order. A row is any object whose attributes are the
columns: a ``Fact``, or a tally of finer grain.

    >>> from attrs import frozen
    >>> from crmkit.domain.tally import Tally, count, highest, reading, row, total
    >>> @frozen(kw_only=True)
    ... class Basket(Tally):
    ...     lines: int = count()
    ...     units: int = total(row.units, where=row.kind == "goods")
    ...     dearest: int | None = highest(row.amount)
    ...     extra = reading(row.lines - row.units)
    >>> Basket().dearest is None
    True

A shop declares a measure of its own by subclassing a tally and adding fields or readings.
"""

from collections.abc import Iterable
from typing import Any, Self

import attrs

from crmkit.domain.tally.fold import fold_of, join_of
from crmkit.domain.tally.readings import readings
from crmkit.domain.tally.rules import rules

__all__ = ["Tally", "figures"]


@attrs.frozen(kw_only=True)
class Tally:
    """What rows amount to, in a form that adds up. Subclass it and declare rules."""

    @classmethod
    def collect(cls, rows: Iterable[Any], *, over: "type[Tally] | None" = None) -> Self:
        """What all rows say together.

        Args:
            rows: In any order; attributes are columns.
            over: The tally class of the rows, where rows are tallies themselves. Needed
                where a column is one of their sets or an ``At``, and faster always.
        """
        tally: Self = fold_of(cls, over)(rows)
        return tally

    @classmethod
    def of(cls, row: Any, *, over: "type[Tally] | None" = None) -> Self:
        """What one row says."""
        return cls.collect((row,), over=over)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        tally: Self = join_of(type(self))(self, other)
        return tally


def figures(value: Any) -> dict[str, Any]:
    """The plain figures of a tally: its fields, then its readings.

    Sets are their size; an ``At`` is its total, and its extreme under the name with
    ``_at``. Keyed parts and whole parts are left out: they have figures of their own.
    """
    found: dict[str, Any] = {}
    for name, rule in rules(type(value)).items():
        stored = getattr(value, name)
        if rule.how == "distinct":
            found[name] = len(stored)
        elif rule.how == "total_at":
            found |= {name: stored.total, f"{name}_at": stored.extreme}
        elif rule.part is None:
            found[name] = stored
    return found | {name: getattr(value, name) for name in readings(type(value))}
