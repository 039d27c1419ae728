"""How long do customers stay, when many of them have not left yet?

A customer who is still there has told only that their time is longer than so far (censored):
leaving them out makes lifetimes too short, counting them as gone does so too. The product-limit
estimator uses them for as long as they were watched.

Assumptions: customers whom one stops watching would have gone on as those who remain; all
customers share one curve. Among equal times those who ended come before those censored then.
With late entry (``entry``) a customer counts from then on, and the curve is that of customers
who were there at the first entry.

    paper   here            unit
    t       time            the caller's unit of time
    d, n    ended, at_risk  customers
    S(t)    survival        chance to be there beyond t, 0 to 1

    S(t) = Π (1 − d/n);  Var S = S² Σ d / (n (n − d));  interval on log(−log S)

Where nobody ended yet S is 1 and its interval is Wilson's of those at risk. Where the last one
ended S is 0, and the upper end is the one before, for S never rises (Wilson's where there is
none). Beyond the last time nothing is known unless S is 0 by then.

Sources:
    Kaplan, E. L., Meier, P. (1958). Nonparametric estimation from incomplete observations.
    JASA 53, 457-481. Greenwood, M. (1926): the variance. Kalbfleisch, J. D., Prentice, R. L.
    (1980). The Statistical Analysis of Failure Time Data: the log-log interval.
    Brookmeyer, R., Crowley, J. (1982). A confidence interval for the median survival time.
    Biometrics 38, 29-41.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any

from attrs import asdict, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, two_sided_z, wilson
from crmkit.metrics.kpis.spells import spells
from crmkit.metrics.kpis.survival_steps import SurvivalStep, area_under, survival_steps

__all__ = ["KaplanMeier", "SurvivalStep", "kaplan_meier"]

_SURVIVAL = "product limit, Greenwood, log-log interval"
_MEDIAN = "where the curve falls to the share, Brookmeyer-Crowley interval"
_MEAN = "area under the curve, normal interval"
_NOBODY = "nobody was watched"
#: A share that differs from another by less is the same one, after rounding.
_NOISE = 1e-12


@frozen(kw_only=True)
class KaplanMeier(Shown):
    """A survival curve with its uncertainty.

    Attributes:
        n: Customers watched.
        ended: Those who ended.
        censored: Those who were there when last seen.
        steps: The curve, at every time at which something happened, in order.
        unit: The unit of time, for people.
        level: Coverage of the intervals.
        notes: What was left out, and what the reader must know.
    """

    n: int
    ended: int
    censored: int
    steps: tuple[SurvivalStep, ...]
    unit: str
    level: float
    notes: tuple[str, ...] = ()

    @property
    def last(self) -> float | None:
        """The last time at which anybody was watched; None without customers."""
        return self.steps[-1].time if self.steps else None

    @property
    def median(self) -> Estimate:
        """The time by which half have ended; undefined where the curve stays above a half."""
        return self.quantile(0.5)

    @property
    def mean(self) -> Estimate:
        """``mean_until`` the last time at which anybody was watched."""
        return self.mean_until()

    def at(self, time: float) -> Estimate:
        """Return the chance to be there beyond a time.

        Args:
            time: 0 or more; beyond the last time watched the answer is undefined, unless all
                have ended by then.

        Raises:
            InvalidValueError: A time that is negative or no number.
        """
        when = checked_number(time, "time", low=0)
        if self.last is None:
            return undefined(unit="share", method=_SURVIVAL, note=_NOBODY, low=0, high=1)
        value, low, high = self._height(when)
        if when > self.last and value > 0:
            note = f"nobody was watched for longer than {self.last:g} {self.unit}"
            return undefined(unit="share", method=_SURVIVAL, note=note, low=0, high=high, n=self.n)
        return self._estimate(value, (low, high), "share", _SURVIVAL)

    def at_risk(self, time: float) -> int:
        """Return how many were there and watched just before a time.

        Args:
            time: 0 or more.

        Raises:
            InvalidValueError: A time that is negative or no number.
        """
        when = checked_number(time, "time", low=0)
        place = bisect_left(self.steps, when, key=lambda step: step.time)
        return self.steps[place].at_risk if place < len(self.steps) else 0

    def quantile(self, share: float) -> Estimate:
        """Return the earliest time by which a share of the customers has ended.

        Args:
            share: Above 0 and below 1.

        Returns:
            The time. An end of the interval is open where the data do not reach it; the whole
            is undefined where the curve stays above.

        Raises:
            InvalidValueError: A share that is not between 0 and 1.

        Source:
            Brookmeyer and Crowley (1982), on the log-log scale.
        """
        if not 0 < share < 1:
            raise InvalidValueError("share", share, "must lie between 0 and 1")
        stays = 1 - share + _NOISE
        fallen = [step for step in self.steps if step.survival < 1]
        low, value, high = (
            next((step.time for step in fallen if getattr(step, name) <= stays), None)
            for name in ("low", "survival", "high")
        )
        if value is None:
            note = f"fewer than {share:.0%} had ended when last seen" if self.n else _NOBODY
            none = undefined(unit=self.unit, method=_MEDIAN, note=note, low=low or 0, n=self.n)
            return none.noting(*self.notes)
        return self._estimate(value, (low, high), self.unit, _MEDIAN)

    def mean_until(self, time: float | None = None) -> Estimate:
        """Return the mean time there, counting at most ``time`` for anybody.

        Args:
            time: Where counting stops, 0 or more; None is the last time watched.

        Returns:
            The restricted mean; undefined where ``time`` is beyond what was watched.

        Raises:
            InvalidValueError: A time that is negative or no number.

        Source:
            Kaplan and Meier (1958), section 4: Var = Σ A² d / (n (n − d)), A the area to come.
        """
        end = self.last if time is None else checked_number(time, "time", low=0)
        if end is None or self.last is None:
            return undefined(unit=self.unit, method=_MEAN, note=_NOBODY, low=0)
        if end > self.last and self.steps[-1].survival > 0:
            note = f"nobody was watched for longer than {self.last:g} {self.unit}"
            return undefined(unit=self.unit, method=_MEAN, note=note, low=0, n=self.n)
        area, error = area_under(self.steps, end)
        half = two_sided_z(self.level) * error
        found = self._estimate(
            area, (max(0.0, area - half), min(end, area + half)), self.unit, _MEAN
        )
        return found.noting(f"time beyond {end:g} {self.unit} is not counted")

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the curve as flat rows, one for each step."""
        return [asdict(step) for step in self.steps]

    def brief(self) -> str:
        """Return in a line what was watched."""
        return f"{self.n:,} customers, {self.ended:,} ended, {self.censored:,} still there"

    def sheet(self) -> Sheet:
        """Return the curve as it is shown."""
        return Sheet(
            title=self.brief(),
            rows=(("median", self.median.told), ("mean", self.mean.told), *self._shown()),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the curve came about."""
        last = self.steps[-1].survival if self.steps else None
        told = "unknown" if last is None else f"{last:.1%} beyond {self.last:g} {self.unit}"
        return explained(
            "kaplan_meier",
            self.brief(),
            inputs={"customers": self.n, "ended": self.ended, "censored": self.censored},
            left_out=self.notes,
            parts=(
                explained("survival", told),
                self.median.explain("median_survival"),
                self.mean.explain("mean_survival"),
            ),
        )

    def _shown(self) -> tuple[tuple[str, str], ...]:
        """Some points of the curve, evenly over the steps at which somebody ended."""
        falls = [step for step in self.steps if step.ended]
        some = falls[:: max(1, len(falls) // 10)]
        return tuple(
            (f"{one.time:g} {self.unit}", f"{one.survival:.1%} ({one.low:.1%} to {one.high:.1%})")
            for one in some
        )

    def _height(self, when: float) -> tuple[float, float, float]:
        """The curve at a time, and the ends of its interval."""
        place = bisect_right(self.steps, when, key=lambda step: step.time)
        if place:
            step = self.steps[place - 1]
            return step.survival, step.low, step.high
        here = self.steps[0].at_risk
        return 1.0, *wilson(here, here, level=self.level)

    def _estimate(
        self, value: float, ends: tuple[float | None, float | None], unit: str, method: str
    ) -> Estimate:
        return Estimate(
            value=value,
            low=ends[0],
            high=ends[1],
            level=self.level,
            n=self.n,
            unit=unit,
            method=method,
            notes=self.notes,
        )


def kaplan_meier(
    durations: Iterable[float | None],
    *,
    ended: Iterable[bool | None],
    entry: Iterable[float | None] | None = None,
    weights: Iterable[int] | None = None,
    level: float = LEVEL,
    unit: str = "days",
) -> KaplanMeier:
    """Survival of customers, some of whom are still there.

    Args:
        durations: Time from each customer's start to their end, or to when they were last
            seen, 0 or more; None is unknown.
        ended: Whether it was their end (True) or they were still there (False); as many.
        entry: From when on each was watched, 0 (from the start) up to below the duration;
            by default all from the start.
        weights: How many customers each entry stands for, whole numbers of 0 or more.
        level: Coverage of the intervals, above 0 and below 1.
        unit: The unit of time, for people.

    Returns:
        The curve. Without customers its figures are undefined.

    Raises:
        InvalidValueError: A negative duration, an entry that is not before its duration, a
            weight that counts nobody; the error names the index.

    Source:
        Kaplan and Meier (1958).

    >>> curve = kaplan_meier([6, 6, 7, 9], ended=[True, False, True, False])
    >>> curve.at(7).value, curve.median.value
    (0.375, 7.0)
    """
    two_sided_z(level)
    watched = spells(durations, ended=ended, entry=entry, weights=weights)
    return KaplanMeier(
        n=watched.n,
        ended=watched.ended,
        censored=watched.n - watched.ended,
        steps=tuple(survival_steps(watched.happenings, level)),
        unit=unit,
        level=level,
        notes=watched.notes,
    )
