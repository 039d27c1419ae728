"""Intervals for shares, differences, means and counts, with the standard library alone.

Assumptions: observations are independent and equally weighted. A share's interval is
Wilson's score interval, sound from n = 1 up; a mean's is Student's t, which wants roughly
symmetric data or a large n. Do not use the t interval for a handful of skewed amounts.

    paper   here        unit
    r, n    k, n        answers
    p       k / n       share, 0 to 1
    z       z           standard normal quantile

Sources:
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. JASA 22, 209-212.
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions. Statistics in Medicine 17, 873-890, method 10.
"""

from collections.abc import Iterable, Sequence
from math import fsum, inf, sqrt
from statistics import NormalDist, fmean

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import all_answers, checked_number, valid_scale
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.student_t import student_t_quantile

__all__ = [
    "Known",
    "checked_number",
    "count_interval",
    "known",
    "mean_estimate",
    "newcombe_difference",
    "on_scale",
    "share_estimate",
    "student_t_quantile",
    "two_sided_z",
    "valid_scale",
    "wilson",
]

LEVEL = 0.95


def two_sided_z(level: float = LEVEL) -> float:
    """Standard normal quantile that leaves ``1 - level`` in both tails together.

    Args:
        level: Coverage, above 0 and below 1.

    Raises:
        InvalidValueError: A level that is no coverage.
    """
    if not 0 < level < 1:
        raise InvalidValueError("level", level, "must lie between 0 and 1")
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(k: float, n: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval for a share of ``k`` out of ``n``.

    Args:
        k: Successes, 0 to ``n``.
        n: Trials; 0 gives the whole range 0 to 1.
        level: Coverage.

    Raises:
        InvalidValueError: Successes below 0 or above the trials.

    Source:
        Wilson (1927).

    >>> tuple(round(end, 4) for end in wilson(81, 263))
    (0.2553, 0.3662)
    """
    if not 0 <= k <= n < inf:
        raise InvalidValueError("k", k, f"must lie between 0 and n, which is {n!r}")
    if n == 0:
        return 0.0, 1.0
    p, z = k / n, two_sided_z(level)
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    spread = 1 + z * z / n
    return max(0.0, min(p, (centre - half) / spread)), min(1.0, max(p, (centre + half) / spread))


def newcombe_difference(
    k1: float, n1: float, k2: float, n2: float, *, level: float = LEVEL
) -> tuple[float, float]:
    """Interval for the difference of two independent shares, k1/n1 minus k2/n2.

    Args:
        k1: Successes in the first group.
        n1: Size of the first group, above 0.
        k2: Successes in the second group.
        n2: Size of the second group, above 0.
        level: Coverage.

    Raises:
        InvalidValueError: An empty group, or successes that do not fit their group.

    Source:
        Newcombe (1998), method 10 (square and add the Wilson limits).

    >>> tuple(round(end, 4) for end in newcombe_difference(56, 70, 48, 80))
    (0.0524, 0.3339)
    """
    for field, n in (("n1", n1), ("n2", n2)):
        if not n > 0:
            raise InvalidValueError(field, n, "must be above 0")
    (l1, u1), (l2, u2) = wilson(k1, n1, level=level), wilson(k2, n2, level=level)
    p1, p2 = k1 / n1, k2 / n2
    d = p1 - p2
    return d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def count_interval(k: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Score interval for the mean of a Poisson count that came out as ``k``.

    Args:
        k: Events counted, 0 or more.
        level: Coverage.

    Source:
        Solving (k - m)² = z² m for m, as Wilson's interval does for a share.
    """
    z = two_sided_z(level)
    half = z * sqrt(k + z * z / 4)
    return max(0.0, k + z * z / 2 - half), k + z * z / 2 + half


@frozen(kw_only=True)
class Known:
    """The answers that were given, and how many were not.

    Attributes:
        values: The answers, in their order.
        missing: How many were None.
    """

    values: tuple[float, ...]
    missing: int

    @property
    def notes(self) -> tuple[str, ...]:
        """One note that counts the missing answers, or none."""
        return (f"{self.missing} missing left out",) if self.missing else ()


def known(
    values: Iterable[float | None],
    *,
    field: str,
    low: float = -inf,
    high: float = inf,
    whole: bool = False,
) -> Known:
    """Drop and count the missing answers; refuse what cannot be an answer.

    Args:
        values: Answers; None is a missing one.
        field: Name for the errors, which add the index: "ratings[3]".
        low: Least possible answer.
        high: Greatest possible answer.
        whole: Whether only whole numbers are answers.

    Raises:
        InvalidValueError: NaN, an infinity, no number, off the scale, or not whole.
    """
    given = list(cells(values, field))
    kept = [value for value in given if value is not None]
    if not all_answers(kept, low=low, high=high, whole=whole):
        kept = [
            checked_number(value, f"{field}[{index}]", low=low, high=high, whole=whole)
            for index, value in enumerate(given)
            if value is not None
        ]
    return Known(values=tuple(map(float, kept)), missing=len(given) - len(kept))


def on_scale(low: float, high: float) -> str:
    """Return the unit of a mean on a scale; a mean of readings from 0 to 1 is a part of it."""
    return "of the scale" if (low, high) == (0, 1) else f"on {low:g} to {high:g}"


def share_estimate(
    k: int,
    n: int,
    *,
    unit: str = "share",
    method: str = "share",
    empty: str = "no answers",
    notes: tuple[str, ...] = (),
) -> Estimate:
    """A share of ``k`` out of ``n`` with its Wilson interval; undefined without trials.

    Args:
        k: Successes.
        n: Trials.
        unit: Unit for people.
        method: What the share is, in a few words.
        empty: The note for a share of nothing.
        notes: Notes to carry.
    """
    name = f"{method}, Wilson interval"
    if n == 0:
        none = undefined(unit=unit, method=name, note=empty, low=0, high=1)
        return none.noting(*notes)
    low, high = wilson(k, n)
    return Estimate(value=k / n, low=low, high=high, n=n, unit=unit, method=name, notes=notes)


def mean_estimate(
    values: Sequence[float],
    *,
    unit: str,
    low: float | None = None,
    high: float | None = None,
    empty: str = "no answers",
    notes: tuple[str, ...] = (),
) -> Estimate:
    """A mean with its t interval, clipped to the scale (and then a note says so).

    Args:
        values: Observations.
        unit: Unit for people.
        low: Least possible value, or None where the scale is open.
        high: Greatest possible value, or None where the scale is open.
        empty: The note for a mean of nothing.
        notes: Notes to carry.

    Returns:
        The mean. No observation: undefined over the whole scale. One observation: the
        mean with the whole scale as its interval and a note.
    """
    name, n = "mean, t interval", len(values)
    if n == 0:
        none = undefined(unit=unit, method=name, note=empty, low=low, high=high)
        return none.noting(*notes)
    mean = min(max(fmean(values), min(values)), max(values))  # rounding may leave their range
    ends, more = _t_interval(values, mean, low, high)
    return Estimate(
        value=mean, low=ends[0], high=ends[1], n=n, unit=unit, method=name, notes=(*notes, *more)
    )


def _t_interval(
    values: Sequence[float], mean: float, low: float | None, high: float | None
) -> tuple[tuple[float | None, float | None], tuple[str, ...]]:
    n = len(values)
    if n == 1:
        return (low, high), ("a single answer has no t interval: the whole scale is shown",)
    if min(values) == max(values):
        return (mean, mean), ("all answers are equal: the t interval has no width",)
    deviation = sqrt(fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = student_t_quantile(0.5 + LEVEL / 2, n - 1) * deviation / sqrt(n)
    below, above = mean - half, mean + half
    ends = below if low is None else max(low, below), above if high is None else min(high, above)
    return ends, ("interval clipped to the scale",) if ends != (below, above) else ()
