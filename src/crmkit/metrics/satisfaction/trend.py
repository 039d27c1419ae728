"""Satisfaction over time: the mean answer of each period, and where it is heading.

Every answer counts in the period it was given in; a later one overwrites nothing. The
direction is that of a straight line through all answers, and is only called rising or falling
where the interval of its slope leaves out 0. Assumptions: answers are independent and scatter
alike in every period; a few customers who answer often weigh more than others.

    symbol   here                          unit
    x        periods since the first one   periods; empty ones in between count
    y        share                         0 to 1
    b        slope                         of the scale per period

Source: ordinary least squares, b = Σ(x - x̄)(y - ȳ) / Σ(x - x̄)², with a t interval on n - 2
degrees of freedom.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import fsum, sqrt
from statistics import fmean
from typing import Literal, NamedTuple, get_args

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.facts import Fact
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.scales import Scale, reading_of
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.surveys import BUILT_IN, Instrument, Item, Question, item_of
from crmkit.domain.times import date_of
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, mean_estimate, student_t_quantile

__all__ = [
    "Per",
    "Trend",
    "TrendDirection",
    "explained_trends",
    "satisfaction_trend",
    "told_in_short",
    "trend",
]

Per = Literal["day", "week", "month", "quarter", "year"]

_METHOD = "slope of a straight line, t interval"
_UNIT = "of the scale per period"
_LEAST = 3
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
        notes: What the reader must know.
    """

    question: str = ""
    periods: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    slope: Estimate
    notes: tuple[str, ...] = ()

    @property
    def direction(self) -> TrendDirection:
        """Where the answers are heading."""
        low, high = self.slope.low, self.slope.high
        if self.slope.value is None or low is None or high is None:
            return TrendDirection.UNKNOWN
        if low > _NOISE:
            return TrendDirection.RISING
        return TrendDirection.FALLING if high < -_NOISE else TrendDirection.STEADY

    def sheet(self) -> Sheet:
        """Return the trend as it is shown."""
        title = f"{self.question or 'answers'}: {self.direction}"
        return Sheet(title=title, rows=tuple(self.periods.items()), notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the direction was found."""
        return explained(
            "satisfaction_trend",
            self.direction,
            inputs={"slope": self.slope, **self.periods},
            left_out=self.notes,
            called=f"trend of {self.question}" if self.question else "",
        )


def explained_trends(trends: Mapping[str, Trend]) -> Explanation:
    """Return where answers are heading, in a row for each question.

    Args:
        trends: By question.
    """
    ways = Counter(one.direction for one in trends.values())
    counted = (f"{ways[way]:,} {way}" for way in TrendDirection if ways[way])
    return explained(
        "satisfaction_trend",
        ", ".join(counted) or "no question asked",
        inputs={
            "change": _UNIT,
            **{name: f"{one.direction}, {one.slope.bare}" for name, one in trends.items()},
        },
    )


def told_in_short(trends: Mapping[str, Trend]) -> str:
    """Return which questions rise and fall, and how many do neither.

    Args:
        trends: By question.
    """
    by_way: defaultdict[TrendDirection, list[str]] = defaultdict(list)
    for name, one in trends.items():
        by_way[one.direction].append(name)
    moving = (TrendDirection.RISING, TrendDirection.FALLING)
    named = (f"{way}: {', '.join(by_way[way])}" for way in moving if way in by_way)
    counted = (f"{way}: {len(each):,}" for way, each in by_way.items() if way not in moving)
    return "\n".join([*named, *sorted(counted)])


class _Moment(NamedTuple):
    """A period by its place in time, and its name."""

    place: int
    name: str


def _period(day: int, per: Per) -> _Moment:
    date = date_of(day)
    if per == "day":
        return _Moment(day, date.isoformat())
    if per == "week":
        year, week, weekday = date.isocalendar()
        return _Moment((day - weekday + 1) // 7, f"{year}-W{week:02}")
    if per == "month":
        return _Moment(12 * date.year + date.month, f"{date:%Y-%m}")
    if per == "quarter":
        quarter = (date.month + 2) // 3
        return _Moment(4 * date.year + quarter, f"{date.year}-Q{quarter}")
    return _Moment(date.year, str(date.year))


def _places(whens: Sequence[str | int], per: Per) -> list[_Moment]:
    """The period of each answer; labels are placed by their order."""
    days = [when for when in whens if isinstance(when, int)]
    labels = {when for when in whens if isinstance(when, str)}
    if days and labels:
        raise InvalidValueError("when", "days and labels", "must be all days or all labels")
    place = {label: number for number, label in enumerate(sorted(labels))}
    return [
        _period(when, per) if isinstance(when, int) else _Moment(place[when], when)
        for when in whens
    ]


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
    if per not in get_args(Per):
        raise InvalidValueError("per", per, "must be day, week, month, quarter or year")
    given = list(answers)
    open_ones = sum(share is None for _, share in given)
    known = [
        (when, checked_number(share, f"answers[{index}]", low=0, high=1))
        for index, (when, share) in enumerate(given)
        if share is not None
    ]
    moments = _places([when for when, _ in known], per)
    by_period: defaultdict[_Moment, list[float]] = defaultdict(list)
    for moment, (_, share) in zip(moments, known, strict=True):
        by_period[moment].append(share)
    return Trend(
        question=question,
        periods={
            moment.name: mean_estimate(shares, unit="of the scale", low=0, high=1)
            for moment, shares in sorted(by_period.items())
        },
        slope=_slope(
            [(moment.place, one) for moment, (_, one) in zip(moments, known, strict=True)]
        ),
        notes=(*notes, *((f"{open_ones:,} left open",) if open_ones else ())),
    )


def _slope(points: Sequence[tuple[int, float]]) -> Estimate:
    n = len(points)
    if n < _LEAST or len({x for x, _ in points}) < 2:
        needs = f"needs {_LEAST} answers in two periods, got {n} in {len({x for x, _ in points})}"
        return undefined(unit=_UNIT, method=_METHOD, note=needs, n=n)
    middle, mean = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = fsum((x - middle) ** 2 for x, _ in points)
    slope = fsum((x - middle) * (y - mean) for x, y in points) / spread
    rest = fsum((y - mean - slope * (x - middle)) ** 2 for x, y in points)
    half = student_t_quantile(0.5 + LEVEL / 2, n - 2) * sqrt(rest / (n - 2) / spread)
    return Estimate(
        value=slope, low=slope - half, high=slope + half, n=n, unit=_UNIT, method=_METHOD
    )


def _scale_of(row: Fact) -> Scale | None:
    """The scale of an answer; None for a question left open."""
    if row.rating is None or row.scale_low is None or row.scale_high is None:
        return None
    return Scale(row.scale_low, row.scale_high)


def _expected(rows: Iterable[Fact], item: Item | None) -> Scale | None:
    """The scale that counts: the declared one, else the one used most often."""
    if item is not None:
        return item.scale
    used = Counter(scale for scale in map(_scale_of, rows) if scale is not None)
    return max(used, key=lambda scale: (used[scale], scale.low, scale.high), default=None)


def _of_question(question: str, rows: Sequence[Fact], item: Item | None, per: Per) -> Trend:
    counts = _expected(rows, item)
    kept = [(row, scale) for row in rows if (scale := _scale_of(row)) in {None, counts}]
    off = len(rows) - len(kept)
    return trend(
        ((row.day, None if scale is None else _share(row, scale, item)) for row, scale in kept),
        per=per,
        question=question,
        notes=(f"{off:,} on another scale than {counts} left out",) if off else (),
    )


def _share(row: Fact, scale: Scale, item: Item | None) -> float:
    rating = row.rating or 0
    return reading_of(rating, scale) if item is None else item.reading(rating)


def satisfaction_trend(
    rows: Iterable[Fact],
    *,
    per: Per = "month",
    instruments: tuple[Instrument, ...] = BUILT_IN,
) -> dict[str, Trend]:
    """Return the trend of every question that was asked, of one customer or of a base.

    Args:
        rows: Flat rows; those that are no answers to a survey are passed over.
        per: The calendar period, in local days, that answers are grouped by.
        instruments: The declared questionnaires. An answer on another scale than declared
            (for an item that is not, than used most often) is left out, and counted in the
            notes.
    """
    by_question: defaultdict[str, list[Fact]] = defaultdict(list)
    for row in rows:
        if row.kind == "survey_response" and row.instrument and row.item:
            by_question[f"{row.instrument}/{row.item}"].append(row)
    return {
        question: _of_question(question, given, item_of(Question.parse(question), instruments), per)
        for question, given in sorted(by_question.items())
    }
