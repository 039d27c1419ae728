"""Counts drawn again: what else the same people might have answered.

Assumes independent answers with the share that was observed, so that each count is binomial.
Drawn by inversion: the cumulative chances are tabled once, and each draw is one search.
"""

from bisect import bisect_left
from itertools import accumulate
from math import ceil, exp, floor, lgamma, log, log1p, sqrt
from random import Random

__all__ = ["BinomialDraws"]

#: Beyond so many standard deviations a tail is below 1e-22 but for small counts, below 1e-12.
_FAR = 12


class BinomialDraws:
    """A source of counts out of ``n``, of which ``k`` were observed."""

    def __init__(self, k: int, n: int) -> None:
        spread = _FAR * sqrt(k * (n - k) / n)
        self._first = max(0, floor(k - spread))
        self._last = min(n, ceil(k + spread))
        self._upto = list(accumulate(_chances(k, n, self._first, self._last)))

    def draw(self, source: Random) -> int:
        """Return another count.

        Args:
            source: Where the random numbers come from.
        """
        if self._first == self._last:
            return self._first
        return min(self._last, self._first + bisect_left(self._upto, source.random()))


def _chances(k: int, n: int, first: int, last: int) -> list[float]:
    """The binomial chances of the counts from ``first`` to ``last`` at the share k/n."""
    if first == last:
        return []
    p, ways = k / n, lgamma(n + 1)
    return [
        exp(ways - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p))
        for i in range(first, last + 1)
    ]
