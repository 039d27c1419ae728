"""One question over time: the mean answer of each period, and where the answers are heading.

Every answer counts in the period it was given in; a later one overwrites nothing. The
direction is that of a straight line through all answers, and is only called rising or falling
where the interval of its slope leaves out 0 (and, of several questions asked at once, where it
stands after correction). Assumptions: answers are independent and scatter alike in every
period; a few customers who answer often weigh more than others.

    symbol   here                          unit
    x        periods since the first one   periods; empty ones in between count
    y        share                         0 to 1
    b        slope                         of the scale per period

Source: ordinary least squares, b = Σ(x - x̄)(y - ȳ) / Σ(x - x̄)², with a t interval on n - 2
degrees of freedom, and the p value of b = 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import fsum, sqrt
from numbers import Integral
from statistics import fmean
from typing import NamedTuple

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import date_of
from crmkit.metrics.beta_distribution import beta_share
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import paired
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, mean_estimate, student_t_quantile
from crmkit.metrics.kpis.calendar_periods import Per, checked_per, name_of, place_of

__all__ = ["UNIT", "Trend", "TrendDirection", "trend"]

#: The unit of a slope.
UNIT = "of the scale per period"
_METHOD = "slope of a straight line, t interval"
_LEAST = 3
#: The first and the last day that a calendar has, counted from 1970-01-01.
_FIRST, _LAST = -719_162, 2_932_896
#: Slopes below this are what is left of rounding.
_NOISE = 1e-12


class TrendDirection(StrEnum):
    """Where answers are heading; ``STEADY`` is no slope that stands out from the noise."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Trend(Shown):
    """Answers to one question, period by period.

    Attributes:
        question: What was asked; empty where that was not said.
        periods: Mean share of the scale, 0 to 1, by period, in order; periods without an
            answer are not there.
        slope: Change of that share from one period to the next.
        p_value: Chance of a slope as far from 0 if there were none; None where it is undefined.
        p_adjusted: The same, corrected for the questions asked at once; None where it was asked
            alone.
        notes: What the reader must know.
    """

    question: str = ""
    periods: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    slope: Estimate
    p_value: float | None = None
    p_adjusted: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def alone(self) -> TrendDirection:
        """Where the answers would be heading if nothing else had been asked."""
        low, high = self.slope.low, self.slope.high
        if self.slope.value is None or low is None or high is None:
            return TrendDirection.UNKNOWN
        if low > _NOISE:
            return TrendDirection.RISING
        return TrendDirection.FALLING if high < -_NOISE else TrendDirection.STEADY

    @property
    def direction(self) -> TrendDirection:
        """Where the answers are heading, corrected for the questions asked at once."""
        chance = self.p_adjusted
        corrected_away = chance is not None and chance > 1 - LEVEL
        return TrendDirection.STEADY if corrected_away else self.alone

    def sheet(self) -> Sheet:
        """Return the trend as it is shown."""
        title = f"{self.question or 'answers'}: {self.direction}"
        rows = (*self.periods.items(), ("change", self.slope))
        return Sheet(title=title, rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the direction was found."""
        return explained(
            "satisfaction_trend",
            self.direction,
            inputs={"slope": self.slope, **self.periods},
            left_out=self.notes,
            called=f"trend of {self.question}" if self.question else "",
        )


class _Moment(NamedTuple):
    """A period by its place in time, and its name."""

    place: int
    name: str


def _moments(whens: Sequence[str | int], per: Per) -> list[_Moment]:
    """The period of each answer; labels are placed by their order."""
    for when in whens:
        if not isinstance(when, Integral | str) or isinstance(when, bool):
            raise InvalidValueError("when", when, "must be a day, or the label of a period")
        if not (isinstance(when, str) or _FIRST <= when <= _LAST):
            raise InvalidValueError("when", when, "must be a day of the years 1 to 9999")
    days = {int(when) for when in whens if not isinstance(when, str)}
    labels = {when for when in whens if isinstance(when, str)}
    if days and labels:
        raise InvalidValueError("when", "days and labels", "must be all days or all labels")
    places = {day: place_of(date_of(day), per) for day in days}
    named = {place: _Moment(place, name_of(place, per)) for place in set(places.values())}
    found: dict[str | int, _Moment] = {day: named[place] for day, place in places.items()}
    found |= {label: _Moment(number, label) for number, label in enumerate(sorted(labels))}
    return [found[when] for when in whens]


def trend(
    answers: Iterable[tuple[str | int, float | None]],
    *,
    per: Per = "month",
    question: str = "",
    notes: tuple[str, ...] = (),
) -> Trend:
    """Return where answers are heading.

    Args:
        answers: When, and the share of the scale, 0 to 1; None is a question left open,
            counted in the notes. When is a local day (days since 1970-01-01), or the label
            of a period; labels are put in the order of their letters.
        per: The calendar period that days are grouped by.
        question: What was asked.
        notes: Notes to carry.

    Returns:
        The mean of each period with its t interval, and the slope; with fewer than three
        answers, or all in one period, the slope is undefined and the direction unknown.

    Raises:
        InvalidValueError: A share outside 0 to 1, another word for ``per``, or days mixed
            with labels.

    >>> trend([("2026-01", 0.5), ("2026-02", 0.6), ("2026-03", 0.7)]).direction.value
    'rising'
    """
    checked_per(per)
    given = [
        paired(one, f"answers[{at}]", "(when, share)")
        for at, one in enumerate(cells(answers, "answers"))
    ]
    known = [
        (when, checked_number(share, f"answers[{index}]", low=0, high=1))
        for index, (when, share) in enumerate(given)
        if share is not None
    ]
    open_ones = len(given) - len(known)
    moments = _moments([when for when, _ in known], per)
    by_period: defaultdict[_Moment, list[float]] = defaultdict(list)
    for moment, (_, share) in zip(moments, known, strict=True):
        by_period[moment].append(share)
    slope, p_value = _line(
        [(moment.place, one) for moment, (_, one) in zip(moments, known, strict=True)]
    )
    return Trend(
        question=question,
        periods={
            moment.name: mean_estimate(shares, unit="of the scale", low=0, high=1)
            for moment, shares in sorted(by_period.items())
        },
        slope=slope,
        p_value=p_value,
        notes=(*notes, *((f"{open_ones:,} left open",) if open_ones else ())),
    )


def _line(points: Sequence[tuple[int, float]]) -> tuple[Estimate, float | None]:
    """The slope with its interval, and its p value."""
    n, periods = len(points), len({x for x, _ in points})
    if n < _LEAST or periods < 2:
        needs = f"needs {_LEAST} answers in two periods, got {n} in {periods}"
        return undefined(unit=UNIT, method=_METHOD, note=needs, n=n), None
    middle, mean = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = fsum((x - middle) ** 2 for x, _ in points)
    slope = fsum((x - middle) * (y - mean) for x, y in points) / spread
    rest = fsum((y - mean - slope * (x - middle)) ** 2 for x, y in points)
    error = sqrt(rest / (n - 2) / spread)
    half = student_t_quantile(0.5 + LEVEL / 2, n - 2) * error
    found = Estimate(
        value=slope, low=slope - half, high=slope + half, n=n, unit=UNIT, method=_METHOD
    )
    return found, _chance_of(slope, error, n - 2)


def _chance_of(slope: float, error: float, df: int) -> float:
    """Two-sided p value of a t statistic: an incomplete beta function."""
    if abs(slope) <= _NOISE:
        return 1.0
    return beta_share(df * error * error / (df * error * error + slope * slope), df / 2, 0.5)
