"""Rows of a service-profit chain: one per unit, or per unit and period, and the pairs of a link.

A row of fewer than five people is withheld before anything is found, so that no figure hangs on
it; so is one of which nobody knows how many people it is. With a lag the earlier figure of a row
is paired with the later one of the same unit so many periods on.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.intervals import checked_number

__all__ = ["SERVICE_PROFIT_CHAIN", "ChainRows", "LinkPairs", "chain_rows"]

#: The figures of the chain, in the order in which each is said to lead to the next.
SERVICE_PROFIT_CHAIN: tuple[str, ...] = (
    "internal_service_quality",
    "employee_satisfaction",
    "employee_retention",
    "customer_satisfaction",
    "customer_retention",
    "profit",
)

_Place = tuple[Hashable, int]
_T = TypeVar("_T")


class LinkPairs(NamedTuple):
    """The complete pairs of a link, and what was left out."""

    earlier: list[float]
    later: list[float]
    notes: tuple[str, ...]


@frozen(kw_only=True)
class ChainRows:
    """Rows that may be used.

    Attributes:
        table: The figures by name, in the order of the chain.
        follows: By row, the row so many periods later, or None; the row itself without a lag.
        lag: Periods between the two figures of a link.
        withheld: Rows of too few people.
        notes: What was left out, and what the reader must know of the rows.
    """

    table: AnswerTable
    follows: tuple[int | None, ...]
    lag: int
    withheld: int
    notes: tuple[str, ...]

    def pairs(self, earlier: str, later: str) -> LinkPairs:
        """Return the complete pairs of a link.

        Args:
            earlier: The name of its first figure.
            later: The name of its second.
        """
        first, second = self.table.columns[earlier], self.table.columns[later]
        met = [(first[row], second[to]) for row, to in enumerate(self.follows) if to is not None]
        whole = [(x, y) for x, y in met if x is not None and y is not None]
        return LinkPairs(
            [x for x, _ in whole], [y for _, y in whole], tuple(self._left(len(met), len(whole)))
        )

    def _left(self, met: int, whole: int) -> Iterable[str]:
        rows = len(self.follows)
        if met < rows:
            yield f"{rows - met:,} of {rows:,} rows left out: no row {self.lag} periods later"
        if whole < met:
            yield f"{met - whole:,} of {met:,} pairs left out: a figure is missing"


def chain_rows(
    table: Table,
    order: Sequence[str] | None,
    *,
    people: Iterable[int | None] | None,
    least: int,
    lag: int,
    units: Iterable[Hashable] | None,
    periods: Iterable[int | None] | None,
) -> ChainRows:
    """Return the rows of a chain that may be used.

    Args:
        table: Figures by name, one row per unit, or per unit and period.
        order: The names, in the order of the chain; None for that of ``SERVICE_PROFIT_CHAIN``
            where the table holds no other names, else for the table's own.
        people: How many people stand behind each row, or None where that is no matter.
        least: The fewest of them.
        lag: Periods between the two figures of a link, 0 or more.
        units: Which unit each row is of.
        periods: In which period, as a whole number.

    Raises:
        InvalidValueError: Fewer than two figures, one that is not there or twice, columns of
            unequal length, a lag without units and periods, or two rows of one unit and period.
    """
    figures = _ordered(table, order)
    ahead = int(checked_number(lag, "lag", low=0, whole=True))
    n = len(figures)
    counts = _column("people", people, n)
    kept = [row for row in range(n) if counts is None or _enough(counts[row], row, least)]
    names, dates = _column("units", units, n), _column("periods", periods, n)
    usable = AnswerTable(
        columns={name: tuple(one[row] for row in kept) for name, one in figures.columns.items()}
    )
    if not ahead:
        follows: tuple[int | None, ...] = tuple(range(len(kept)))
    elif names is None or dates is None:
        rule = "must be given with a lag, to tell what follows what"
        raise InvalidValueError("units" if names is None else "periods", None, rule)
    else:
        follows = _following(_places(names, dates), kept, ahead)
    return ChainRows(
        table=usable,
        follows=follows,
        lag=ahead,
        withheld=n - len(kept),
        notes=(*_withheld(n - len(kept), n, least), *_panel(names, kept)),
    )


def _ordered(table: Table, order: Sequence[str] | None) -> AnswerTable:
    there = list(table) if isinstance(table, Mapping) else [str(name) for name in table.columns]
    if order is None:
        known = [name for name in SERVICE_PROFIT_CHAIN if name in there]
        order = known if len(known) == len(there) else there
    for name in order:
        if name not in there:
            raise InvalidValueError("order", name, f"must be one of {', '.join(there)}")
    if len(order) < 2 or len(set(order)) < len(order):
        raise InvalidValueError("order", tuple(order), "must be two figures or more, each once")
    return answer_table({name: table[name] for name in order}, field="figures")


def _column(name: str, given: Iterable[_T] | None, n: int) -> list[_T] | None:
    if given is None:
        return None
    column = list(given)
    if len(column) != n:
        raise InvalidValueError(name, len(column), f"must be {n}, one per row")
    return column


def _enough(people: int | None, row: int, least: int) -> bool:
    if people is None:
        return False
    return checked_number(people, f"people[{row}]", low=0, whole=True) >= least


def _places(units: Sequence[Hashable], periods: Sequence[int | None]) -> list[_Place | None]:
    """Unit and period of each row; None where one of them is unknown."""
    found: list[_Place | None] = []
    seen: set[_Place] = set()
    for row, (unit, period) in enumerate(zip(units, periods, strict=True)):
        if unit is None or period is None:
            found.append(None)
            continue
        place = (unit, int(checked_number(period, f"periods[{row}]", whole=True)))
        if place in seen:
            raise InvalidValueError(f"units[{row}]", place, "must have one row per period")
        seen.add(place)
        found.append(place)
    return found


def _following(
    places: Sequence[_Place | None], kept: Sequence[int], lag: int
) -> tuple[int | None, ...]:
    at = {places[row]: new for new, row in enumerate(kept) if places[row] is not None}
    return tuple(
        None if (place := places[row]) is None else at.get((place[0], place[1] + lag))
        for row in kept
    )


def _withheld(rows: int, of: int, least: int) -> tuple[str, ...]:
    told = f"{rows:,} of {of:,} rows withheld: fewer than {least} people, or nobody knows how many"
    return (told,) if rows else ()


def _panel(units: Sequence[Hashable] | None, kept: Sequence[int]) -> tuple[str, ...]:
    """A note where units come more than once."""
    if units is None or len(distinct := {units[row] for row in kept}) == len(kept):
        return ()
    told = f"{len(kept):,} rows of {len(distinct):,} units, taken to be independent"
    return (f"{told}: the intervals are too narrow where rows of a unit are alike",)
