"""A base judged again and again: the same figures at the end of each calendar period."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import Period
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.kpis.calendar_periods import Every, checked_every, first_day, place_of

__all__ = ["OverTime", "days_within", "judged_on"]

#: More dates than this are hardly meant.
MOST_DATES = 120

_T = TypeVar("_T")

Figures = Mapping[str, Estimate]
"""Figures by their names in the catalogue."""


def _by_day(value: Any) -> Any:
    return FrozenMapping(value)


def _by_figure(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return FrozenMapping({name: FrozenMapping(row) for name, row in value.items()})


@frozen(kw_only=True)
class OverTime(Shown, Generic[_T]):
    """The same question asked as of several days.

    Attributes:
        what: What was judged ("loyalty").
        judged: The whole answer as of each day, in order.
        figures: Its main figures by name and day; those never known are left out.
    """

    what: str
    judged: Mapping[date, _T] = field(converter=_by_day, hash=False, repr=False)
    figures: Mapping[str, Mapping[date, Estimate]] = field(converter=_by_figure, hash=False)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a flat row per figure and day, as a chart or a data frame takes them."""
        return [
            {
                "figure": name,
                "date": day,
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "n": one.n,
                "unit": one.unit,
            }
            for name, row in self.figures.items()
            for day, one in row.items()
        ]

    def sheet(self) -> Sheet:
        """Return each figure's way through time as it is shown."""
        days = list(self.judged)
        rows = tuple(
            (name, " → ".join(one.told for one in row.values()))
            for name, row in self.figures.items()
        )
        return Sheet(title=f"{self.what.capitalize()}, {days[0]} to {days[-1]}", rows=rows)

    def explain(self) -> Explanation:
        """Return how the figures came about, as of the last day."""
        last = list(self.judged)[-1]
        return explained(
            "over_time",
            f"{len(self.judged):,} days",
            inputs={"what": self.what, "days": ", ".join(map(str, self.judged))},
            parts=tuple(row[last].explain(name) for name, row in self.figures.items()),
        )


def days_within(period: Period, every: Every) -> list[date]:
    """Return the last days of the calendar periods that end within a period, and its own last.

    Args:
        period: The days.
        every: "week", "month", "quarter" or "year".

    Raises:
        InvalidValueError: Another word, or more than 120 days.
    """
    kind, last = checked_every(every, "every"), period.end - timedelta(days=1)
    places = range(place_of(period.start, kind), place_of(last, kind))
    days = [first_day(place + 1, kind) - timedelta(days=1) for place in places]
    if len(days) >= MOST_DATES:
        raise InvalidValueError(
            "every", every, f"must give at most {MOST_DATES} days", "take longer steps"
        )
    return [*days, last]


def judged_on(
    days: list[date],
    what: str,
    judge: Callable[[date], _T],
    figures_of: Callable[[_T], Figures],
) -> OverTime[_T]:
    """Return a question asked as of each day.

    Args:
        days: When, in order.
        what: What is judged.
        judge: Gives the answer as of a day.
        figures_of: Gives an answer's main figures.
    """
    judged = {day: judge(day) for day in days}
    read = {day: figures_of(one) for day, one in judged.items()}
    names = list(dict.fromkeys(name for figures in read.values() for name in figures))
    rows = {name: {day: read[day][name] for day in days if name in read[day]} for name in names}
    known = {
        name: row
        for name, row in rows.items()
        if any(one.value is not None for one in row.values())
    }
    return OverTime(what=what, judged=judged, figures=known)
