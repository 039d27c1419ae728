"""The curves of the price sensitivity meter, and where two of them cross.

Each curve is the share of respondents who would say so of a price, known at the prices that
anybody named and a straight line between two of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from attrs import frozen

__all__ = ["QUESTIONS", "Crossing", "Curves", "crossing", "curves_of"]

#: The four questions, in rising order of their prices.
QUESTIONS = ("too_cheap", "cheap", "expensive", "too_expensive")


@frozen(kw_only=True)
class Crossing:
    """Where a falling curve meets a rising one.

    Attributes:
        low: Lowest price at which they meet.
        high: Highest price at which they meet; above ``low`` where they run together.
    """

    low: float
    high: float

    @property
    def price(self) -> float:
        """The middle of where they meet."""
        return (self.low + self.high) / 2


@frozen(kw_only=True)
class Curves:
    """Six curves over the same prices.

    Attributes:
        prices: The prices that anybody named, ascending.
        counts: By curve, how many of ``n`` would say so at each price. Counts, and no shares,
            so that two curves that meet do so exactly.
        n: Respondents.
    """

    prices: tuple[float, ...]
    counts: Mapping[str, tuple[int, ...]]
    n: int

    def points(self, name: str) -> tuple[tuple[float, float], ...]:
        """Return a curve as (price, share)."""
        pairs = zip(self.prices, self.counts[name], strict=True)
        return tuple((price, count / self.n) for price, count in pairs)


def curves_of(rows: Sequence[Sequence[float]]) -> Curves:
    """Return the curves of some respondents.

    Args:
        rows: The four prices of each, in the order of the questions.
    """
    n = len(rows)
    prices = tuple(sorted({price for row in rows for price in row}))
    columns = zip(*rows, strict=True) if rows else ((),) * len(QUESTIONS)
    up_to = dict(zip(QUESTIONS, (_up_to(prices, column) for column in columns), strict=True))
    beyond = {name: tuple(n - count for count in counts) for name, counts in up_to.items()}
    counts = {
        "too_cheap": beyond["too_cheap"],
        "cheap": beyond["cheap"],
        "not_cheap": up_to["cheap"],
        "expensive": up_to["expensive"],
        "not_expensive": beyond["expensive"],
        "too_expensive": up_to["too_expensive"],
    }
    return Curves(prices=prices, counts=counts, n=n)


def _up_to(prices: Sequence[float], named: Sequence[float]) -> tuple[int, ...]:
    times = Counter(named)
    return tuple(accumulate(times[price] for price in prices))


def crossing(curves: Curves, falling: str, rising: str) -> Crossing | None:
    """Return where a falling curve meets a rising one; None where they do not.

    Args:
        curves: The curves.
        falling: The name of one that never rises.
        rising: The name of one that never falls.
    """
    above = [a - b for a, b in zip(curves.counts[falling], curves.counts[rising], strict=True)]
    level = [price for price, gap in zip(curves.prices, above, strict=True) if gap == 0]
    if level:
        return Crossing(low=level[0], high=level[-1])
    for (price, gap), (next_price, next_gap) in pairwise(zip(curves.prices, above, strict=True)):
        if gap > 0 > next_gap:
            met = price + (next_price - price) * gap / (gap - next_gap)
            return Crossing(low=met, high=met)
    return None
