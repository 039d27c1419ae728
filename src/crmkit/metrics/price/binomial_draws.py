"""Counts drawn again: what else the same people might have answered.

Assumes independent answers with the share that was observed, so that each count is binomial.
Drawn by inversion: the cumulative chances are tabled once, and each draw is one search.
"""

from bisect import bisect_left
from itertools import accumulate
from math import exp, lgamma, log, log1p
from random import Random

__all__ = ["BinomialDraws"]


class BinomialDraws:
    """A source of counts out of ``n``, of which ``k`` were observed."""

    def __init__(self, k: int, n: int) -> None:
        self.n = n
        self._upto = list(accumulate(_chances(k, n))) if 0 < k < n else None
        self._only = k

    def draw(self, source: Random) -> int:
        """Return another count.

        Args:
            source: Where the random numbers come from.
        """
        if self._upto is None:
            return self._only
        return min(self.n, bisect_left(self._upto, source.random()))


def _chances(k: int, n: int) -> list[float]:
    """The binomial chances of 0 to ``n`` at the share k/n."""
    p, ways = k / n, lgamma(n + 1)
    return [
        exp(ways - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p))
        for i in range(n + 1)
    ]
