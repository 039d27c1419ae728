"""Week by week: the repeat purchases that a model expects of newcomers, and those there were.

From the first customer's first day on, through the days that the model has learnt from and
the hold-out alike. No customer's history is used, only when each came: a model that is right
about newcomers follows the curve, one that lets them stay for ever leaves it upwards.

    expected by day d = Σ n_f E[X((d - f)/7)]   over the days f up to d on which n_f first came

Weeks are counted from the split, so that none lies on both sides of it: the first and the
last of all may be shorter than seven days, and stand in no mean. Customers are those of the
hold-out: who came after the split counts neither as expected nor as actual.

    MAPE   mean over weeks of |expected - actual| ÷ actual, of the cumulative purchases
    RMSE   root of the mean over weeks of (expected - actual)², of the week's purchases

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy
way. Marketing Science 24(2), 275-284, section 4: tracking plots.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, pairwise
from math import fsum, sqrt
from typing import Any

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.judging.holdout import Holdout
from crmkit.metrics.value.judging.holdout_scores import expected as expected_of_each
from crmkit.metrics.value.judging.holdout_scores import judged

__all__ = ["TrackedWeek", "Tracking", "tracking"]

_DAYS_A_WEEK = 7
_SHOWN = 4


@frozen(kw_only=True)
class TrackedWeek:
    """One week of the track.

    Attributes:
        week: Which one, 1 the first.
        end: Its last day.
        days: Its days: 7, fewer at both ends of the track.
        is_held_out: Whether it lies after the split.
        actual: Repeat purchases in it.
        expected: Repeat purchases that the model expects in it.
        cumulative_actual: Repeat purchases up to its end.
        cumulative_expected: Those that the model expects up to its end.
    """

    week: int
    end: date
    days: int
    is_held_out: bool
    actual: int
    expected: float
    cumulative_actual: int
    cumulative_expected: float

    def to_row(self) -> dict[str, Any]:
        """Return a flat row."""
        return {
            "week": self.week,
            "end": self.end,
            "days": self.days,
            "held_out": self.is_held_out,
            "actual": self.actual,
            "expected": self.expected,
            "cumulative_actual": self.cumulative_actual,
            "cumulative_expected": self.cumulative_expected,
        }


@frozen(kw_only=True)
class Tracking(Shown):
    """Repeat purchases week by week, as expected and as they came.

    Attributes:
        weeks: The track.
        actual: Purchases in the hold-out.
        expected: Purchases expected in the hold-out, given each customer's history.
        expected_of_newcomers: The same by the track, without the histories.
        mape: Of the cumulative track over the whole weeks of the hold-out; None where there is
            none with a purchase behind it.
        rmse: Of the weekly track over the same weeks; None where there is none.
        model: The model's parameters in a line.
        notes: What the reader must know.
    """

    weeks: tuple[TrackedWeek, ...]
    actual: int
    expected: float
    expected_of_newcomers: float
    mape: float | None
    rmse: float | None
    model: str
    notes: tuple[str, ...] = ()

    @property
    def error(self) -> float | None:
        """Expected ÷ actual − 1 of the hold-out's total; None where nobody bought in it."""
        return self.expected / self.actual - 1 if self.actual else None

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row per week, ready to be plotted."""
        return [week.to_row() for week in self.weeks]

    def brief(self) -> str:
        """Return in a line what was expected and what came."""
        gap = "" if self.error is None else f" ({self.error:+.1%})"
        return f"{self.expected:,.1f} purchases expected, {self.actual:,} came{gap}"

    def sheet(self) -> Sheet:
        """Return the errors and the last weeks as they are shown."""
        last = (
            (
                f"week {one.week}",
                f"{one.cumulative_expected:,.1f} expected by then, {one.cumulative_actual:,} came",
            )
            for one in self.weeks[-_SHOWN:]
        )
        return Sheet(title=self.brief(), rows=(*self._told().items(), *last), notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the errors came about."""
        return explained(
            "tracking", self.brief(), inputs=self._told(), left_out=self.notes, model=self.model
        )

    def _told(self) -> dict[str, str]:
        return {
            "by the track": f"{self.expected_of_newcomers:,.1f} expected",
            "cumulative, MAPE": "unknown" if self.mape is None else f"{self.mape:.1%}",
            "weekly, RMSE": "unknown" if self.rmse is None else f"{self.rmse:.3g} purchases",
        }


def tracking(model: Any, held_out: Holdout) -> Tracking:
    """Repeat purchases week by week, expected against actual, and how far off they are.

    Args:
        model: A fit (of ``held_out.fit``), or a model of buying at any moment.
        held_out: The customers, cut by ``holdout``.

    Returns:
        Weeks from the first customer's first day to the end of the hold-out. Without customers
        there is none, and a note says so.

    Raises:
        InvalidValueError: A model of another kind.
        MissingExtraError: numpy is not installed.

    Source:
        Fader, Hardie & Lee (2005), section 4.
    """
    one = judged(model)
    weeks = tuple(_weeks(one.model.expected_purchases_of_newcomer, held_out))
    ahead = [week for week in weeks if week.is_held_out]
    whole = [week for week in ahead if week.days == _DAYS_A_WEEK]
    return Tracking(
        weeks=weeks,
        actual=held_out.total,
        expected=fsum(expected_of_each(one.model, held_out)),
        expected_of_newcomers=fsum(week.expected for week in ahead),
        mape=_mape(whole),
        rmse=_rmse(whole),
        model=one.line,
        notes=(*one.notes, *held_out.notes),
    )


def _weeks(newcomer: Callable[..., float], held_out: Holdout) -> Iterator[TrackedWeek]:
    """The track; ``newcomer`` says what to expect of one within some weeks."""
    if not held_out.customers:
        return
    start, ends = held_out.first_days[0][0], _ends(held_out)
    actual = _up_to(held_out.repeat_days, ends)
    expected = _expected_by(newcomer, held_out, ends)
    steps = zip(
        pairwise((start - timedelta(days=1), *ends)),
        pairwise((0, *actual)),
        pairwise((0.0, *expected)),
        strict=True,
    )
    for week, ((before, end), (had, has), (thought, thinks)) in enumerate(steps, start=1):
        yield TrackedWeek(
            week=week,
            end=end,
            days=(end - before).days,
            is_held_out=end > held_out.split,
            actual=has - had,
            expected=thinks - thought,
            cumulative_actual=has,
            cumulative_expected=thinks,
        )


def _ends(held_out: Holdout) -> list[date]:
    """The last days of the weeks: each a whole number of weeks from the split, and the end."""
    start, split, until = held_out.first_days[0][0], held_out.split, held_out.until
    back, ahead = ((day.days // _DAYS_A_WEEK) for day in (split - start, until - split))
    ends = [split + timedelta(weeks=week) for week in range(-back, ahead + 1)]
    return ends if ends[-1] == until else [*ends, until]


def _up_to(counts: Sequence[tuple[date, int]], ends: Sequence[date]) -> list[int]:
    """How many are counted by each of these days; both are in order."""
    days = [day for day, _ in counts]
    sums = list(accumulate((count for _, count in counts), initial=0))
    return [sums[bisect_right(days, end)] for end in ends]


def _expected_by(
    newcomer: Callable[..., float], held_out: Holdout, ends: Sequence[date]
) -> list[float]:
    """Repeat purchases expected by each of these days; once for each time since a first one."""

    @cache
    def after(days: int) -> float:
        return newcomer(weeks=days / _DAYS_A_WEEK)

    return [
        fsum(
            count * after((end - first).days)
            for first, count in held_out.first_days
            if first <= end
        )
        for end in ends
    ]


def _mape(weeks: Sequence[TrackedWeek]) -> float | None:
    known = [week for week in weeks if week.cumulative_actual]
    gaps = (abs(one.cumulative_expected / one.cumulative_actual - 1) for one in known)
    return fsum(gaps) / len(known) if known else None


def _rmse(weeks: Sequence[TrackedWeek]) -> float | None:
    squares = ((week.expected - week.actual) ** 2 for week in weeks)
    return sqrt(fsum(squares) / len(weeks)) if weeks else None
