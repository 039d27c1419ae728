"""Two NPS side by side: is one group's really higher?

Assumptions: two independent samples of customers; nobody is in both. The test takes the plain
variances, the interval those with three answers more, one and a half in each group: with small
groups, or where all answer alike, judge by the interval.

    paper    here             unit
    N1, N2   first, second    points
    V        -                of a single answer, P + D - (P - D)² as shares
    SE       standard_error   points
    z        z                standard errors

Sources:
    Reichheld, F. F. (2003). Harvard Business Review 81(12), 46-54, for the score.
    Rocks, B. (2016). The American Statistician 70(4), 365-372, for the adjustment. Its use for a
    difference follows Agresti, A., Caffo, B. (2000), The American Statistician 54(4), 280-288.
"""

from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import known, two_sided_z
from crmkit.metrics.satisfaction.nps import nps_of_counts

__all__ = ["NpsDifference", "nps_difference"]

_METHOD = "difference of two NPS, adjusted-Wald interval"
#: Promoters, and detractors, added to each group: three answers in all, as for a single NPS.
_MORE = 0.375


@frozen(kw_only=True)
class NpsDifference(Shown):
    """How far two NPS lie apart.

    Attributes:
        difference: The first less the second, in points from -200 to 200.
        standard_error: Of the difference, in points; None without answers in both groups.
        z: The difference in standard errors; None where that is not above 0.
        first: NPS of the first group.
        second: NPS of the second group.
    """

    difference: Estimate
    standard_error: float | None
    z: float | None
    first: Estimate
    second: Estimate

    @property
    def p_value(self) -> float | None:
        """Two-sided chance of such a difference if there were none; None where z is."""
        return None if self.z is None else 2 * NormalDist().cdf(-abs(self.z))

    def sheet(self) -> Sheet:
        """Return the difference as it is shown."""
        rows = (("first", self.first), ("second", self.second), ("test", self._test()))
        title = f"NPS difference: {self.difference}"
        return Sheet(title=title, rows=rows, notes=self.difference.notes)

    def _test(self) -> str:
        if self.z is None:
            return "none: no scatter to judge by"
        return f"z {self.z:.3f}, p {self.p_value:.2g}, standard error {self.standard_error:.2f}"

    def explain(self) -> Explanation:
        """Return how the difference came about."""
        return explained(
            "nps_difference",
            self.difference,
            inputs={"test": self._test()},
            left_out=self.difference.notes,
            parts=(
                self.first.explain("nps", called="first group"),
                self.second.explain("nps", called="second group"),
            ),
        )


def nps_difference(
    ratings_a: Iterable[float | None], ratings_b: Iterable[float | None]
) -> NpsDifference:
    """Difference of the NPS of two groups, with a z test.

    Args:
        ratings_a: Whole answers of the first group, 0 to 10; None is a missing one, counted in
            the notes of its NPS.
        ratings_b: The same of the second group.

    Returns:
        The difference with its interval, and the test. Where a group has no answer it is
        undefined; where all answers of both are alike there is an interval, but no test.

    Raises:
        InvalidValueError: A rating that is NaN, not whole or off the scale.

    Source:
        Rocks (2016); Agresti and Caffo (2000).

    >>> nps_difference([10, 9, 8, 3], [9, 5, 4, 7]).difference.value
    50.0
    """
    a, b = _counted(ratings_a, "ratings_a"), _counted(ratings_b, "ratings_b")
    error = sqrt(a.variance() + b.variance()) if a.n and b.n else None
    gap = _gap(a, b)
    return NpsDifference(
        difference=gap,
        standard_error=error,
        z=gap.value / error if error and gap.value is not None else None,
        first=a.nps,
        second=b.nps,
    )


@frozen(kw_only=True)
class _Group:
    promoters: int
    detractors: int
    n: int
    nps: Estimate

    def net(self, more: float = 0) -> float:
        """Promoters less detractors, in points, after some more of each."""
        return 100 * (self.promoters - self.detractors) / (self.n + 4 * more)

    def variance(self, more: float = 0) -> float:
        """Of the net, in squared points, after some more of each (and twice as many between)."""
        n = self.n + 4 * more
        both = (self.promoters + self.detractors + 2 * more) / n
        return (1e4 * both - self.net(more) ** 2) / n


def _counted(ratings: Iterable[float | None], field: str) -> _Group:
    answers = known(ratings, field=field, low=0, high=10, whole=True)
    n = len(answers.values)
    promoters = sum(rating >= 9 for rating in answers.values)
    detractors = sum(rating <= 6 for rating in answers.values)
    told = nps_of_counts(promoters, n - promoters - detractors, detractors)
    return _Group(promoters=promoters, detractors=detractors, n=n, nps=told.noting(*answers.notes))


def _gap(a: _Group, b: _Group) -> Estimate:
    n = a.n + b.n
    if not (a.n and b.n):
        return undefined(
            unit="points", method=_METHOD, note="a group has no answers", low=-200, high=200, n=n
        )
    value, middle = a.net() - b.net(), a.net(_MORE) - b.net(_MORE)
    half = two_sided_z() * sqrt(a.variance(_MORE) + b.variance(_MORE))
    return Estimate(
        value=value,
        low=max(-200.0, min(value, middle - half)),
        high=min(200.0, max(value, middle + half)),
        n=n,
        unit="points",
        method=_METHOD,
    )
