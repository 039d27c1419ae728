"""How far a quantile of a sample may be off: an interval between two of its own values.

Assumes independent observations and nothing about their distribution. The number of values
below the true q-quantile is Binomial(n, q), so the interval runs from the l-th to the u-th
smallest value, where each tail holds at most half of what the level leaves. An end is open
(None) where the sample is too small to bound it.

Source: Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd ed., section 3.2.
"""

from collections.abc import Sequence
from math import exp, floor, lgamma, log, log1p, sqrt
from typing import TypeVar

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import LEVEL

__all__ = ["quantile_interval"]

_T = TypeVar("_T")
# Beyond so many standard deviations a binomial tail is below 1e-22.
_FAR = 10


def quantile_interval(
    ranked: Sequence[_T], q: float, *, level: float = LEVEL
) -> tuple[_T | None, _T | None]:
    """Return the ends of an interval for the ``q`` quantile.

    Args:
        ranked: The values, ascending.
        q: Which quantile, above 0 and below 1.
        level: Coverage at least, above 0 and below 1.

    Raises:
        InvalidValueError: A quantile or level that is not between 0 and 1.

    Source:
        Conover (1999), section 3.2.

    >>> quantile_interval(range(1, 11), 0.5)
    (2, 9)
    """
    for name, share in (("q", q), ("level", level)):
        if not 0 < share < 1:
            raise InvalidValueError(name, share, "must lie between 0 and 1")
    n, tail = len(ranked), (1 - level) / 2
    low, high = _rank(n, q, tail), n + 1 - _rank(n, 1 - q, tail)
    return (ranked[low - 1] if low > 0 else None, ranked[high - 1] if high <= n else None)


def _rank(n: int, q: float, tail: float) -> int:
    """The largest l for which fewer than l of n lie below the quantile with chance ``tail``."""
    rank = max(0, floor(n * q - _FAR * sqrt(n * q * (1 - q))))
    below = 0.0
    while rank < n and (below := below + _chance(n, q, rank)) <= tail:
        rank += 1
    return rank


def _chance(n: int, q: float, k: int) -> float:
    """P(X = k) for X ~ Binomial(n, q)."""
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(q) + (n - k) * log1p(-q))
