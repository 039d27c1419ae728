"""How much of the money hangs on how few customers?

Figures of a whole base, not of a sample, so they carry no interval. Shares, Gini and HHI say
what they should only for amounts of 0 or more; with losses among them the whale curve tells
the story: cumulative profit from the best customer down rises to a peak and falls by what the
unprofitable ones destroy. Without a positive total nothing can be a share of it, and the raw
sums are given.

    paper   here        unit
    x_(i)   ascending   money, sorted
    n       n           customers
    G       gini        0 (equal) to 1 - 1/n

Source: Kaplan, R. S., Narayanan, V. G. (2001). Measuring and managing customer
profitability. Journal of Cost Management 15(5), 5-15 (whale curve). Gini (1912), Lorenz
(1905).
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import ceil, floor, fsum

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import known

__all__ = ["Concentration", "TopShare", "Whale", "concentration"]

_POINTS = 1000
"""Points kept of a curve, for plots; every figure is found on all of them."""


@frozen(kw_only=True)
class TopShare:
    """What the best customers bring.

    Attributes:
        customers: Share of the customers, 0 to 1, best first.
        interpolated: Share of the total that they bring, on the straight line between two
            customers where it is not a whole number of them.
        rounded_up: The same for the next whole number of customers.
    """

    customers: float
    interpolated: float
    rounded_up: float


@frozen(kw_only=True)
class Whale:
    """The cumulative curve from the best customer down.

    Attributes:
        points: (share of customers, cumulative sum), from (0, 0); the sum is a share of the
            total where ``Concentration.normalised``, money otherwise.
        peak: Highest point of the curve.
        peak_at: Share of the customers at which it is reached first.
        destroyed: What is lost after the peak, in the unit of ``peak``.
    """

    points: tuple[tuple[float, float], ...]
    peak: float
    peak_at: float
    destroyed: float


@frozen(kw_only=True)
class Concentration(Shown):
    """How unevenly an amount is spread over customers.

    Attributes:
        n: Customers whose amount is known.
        total: Sum of the amounts, in their unit.
        top_shares: What the best customers bring; empty without a positive total.
        gini: 0 (all equal) to 1 - 1/n (one has all); None with a negative amount or without
            a positive total.
        hhi: Sum of squared shares, 1/n to 1; None as for ``gini``.
        lorenz: (share of customers, share of the total), poorest first; empty as for ``gini``.
        whale: The curve from the best customer down; None without customers.
        normalised: Whether the whale curve is in shares of the total.
        notes: What was left out, and why.
    """

    n: int
    total: float
    top_shares: tuple[TopShare, ...]
    gini: float | None
    hhi: float | None
    lorenz: tuple[tuple[float, float], ...]
    whale: Whale | None
    normalised: bool
    notes: tuple[str, ...] = ()

    @property
    def gini_unbiased(self) -> float | None:
        """Gini times n / (n - 1), which reaches 1; None for fewer than two customers."""
        return None if self.gini is None or self.n < 2 else self.gini * self.n / (self.n - 1)

    def brief(self) -> str:
        """Return what the best customers bring, in a line."""
        tops = (f"top {top.customers:.0%}: {top.interpolated:.1%}" for top in self.top_shares)
        return ", ".join(tops) or "unknown"

    def sheet(self) -> Sheet:
        """Return the shares and indices as they are shown."""
        indices = {"Gini": self.gini, "HHI": self.hhi}
        shown = ((name, f"{one:.4f}") for name, one in indices.items() if one is not None)
        return Sheet(
            title=f"Concentration over {self.n:,} customers",
            rows=(("share", self.brief()), *shown),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the indices came about."""
        return explained(
            "concentration",
            f"over {self.n:,} customers",
            inputs={"customers": self.n, "total": self.total},
            left_out=self.notes,
            parts=(explained(name, told) for name, told in self._figures().items()),
        )

    def _figures(self) -> dict[str, str]:
        """The figures there are, by their name in the catalogue."""
        told = {"top_share": self.brief()} if self.top_shares else {}
        told |= {} if self.gini is None else {"gini": f"{self.gini:.4f}"}
        told |= {} if self.hhi is None else {"hhi": f"{self.hhi:.4f}"}
        if self.whale is not None and self.normalised:
            told["whale_peak"] = f"{self.whale.peak:.1%} at {self.whale.peak_at:.1%} of them"
        return told


def concentration(
    values: Iterable[float | None], *, shares: Iterable[float] = (0.01, 0.05, 0.1, 0.2)
) -> Concentration:
    """Concentration of revenue or profit over customers.

    Args:
        values: One amount per customer, any order; None is unknown, counted in the notes.
        shares: Shares of the customers, above 0 up to 1, whose part in the total is wanted.

    Returns:
        Top shares, Gini, HHI, Lorenz and whale curve, each where it is defined.

    Raises:
        InvalidValueError: A NaN or infinite amount, or a share out of range.

    Source:
        Kaplan and Narayanan (2001); Gini as Σ(2i - n - 1) x_(i) / (n Σx).

    >>> round(concentration([1, 2, 3, 4, 5]).gini, 5)
    0.26667
    """
    wanted = tuple(shares)
    for share in wanted:
        if not 0 < share <= 1:
            raise InvalidValueError("shares", share, "must lie above 0 and up to 1")
    amounts = known(values, field="values")
    best_first = sorted(amounts.values, reverse=True)
    sums = [0.0, *accumulate(best_first)]
    positive = sums[-1] > 0
    even = positive and best_first[-1] >= 0
    return Concentration(
        n=len(best_first),
        total=sums[-1],
        top_shares=tuple(_top(sums, share) for share in wanted) if positive else (),
        gini=_gini(best_first) if even else None,
        hhi=fsum((x / sums[-1]) ** 2 for x in best_first) if even else None,
        lorenz=_lorenz(best_first) if even else (),
        whale=_whale(sums) if best_first else None,
        normalised=positive,
        notes=(*amounts.notes, *_notes(best_first, positive=positive)),
    )


def _top(sums: Sequence[float], share: float) -> TopShare:
    # 0.1 * 30 is a hair above 3; without the rounding the next whole number would be 4.
    place = round(share * (len(sums) - 1), 9)
    below, above = floor(place), ceil(place)
    between = sums[below] + (place - below) * (sums[above] - sums[below])
    return TopShare(
        customers=share, interpolated=between / sums[-1], rounded_up=sums[above] / sums[-1]
    )


def _gini(best_first: Sequence[float]) -> float:
    n = len(best_first)
    ranked = fsum((n + 1 - 2 * i) * x for i, x in enumerate(best_first, start=1))
    return min(1.0, max(0.0, ranked / (n * fsum(best_first))))


def _lorenz(best_first: Sequence[float]) -> tuple[tuple[float, float], ...]:
    sums = [0.0, *accumulate(reversed(best_first))]
    return tuple((k / len(best_first), sums[k] / sums[-1]) for k in _kept(len(best_first)))


def _whale(sums: Sequence[float]) -> Whale:
    n, whole = len(sums) - 1, sums[-1] if sums[-1] > 0 else 1.0
    top = max(range(n + 1), key=sums.__getitem__)
    return Whale(
        points=tuple((k / n, sums[k] / whole) for k in sorted({*_kept(n), top})),
        peak=sums[top] / whole,
        peak_at=top / n,
        destroyed=(sums[top] - sums[-1]) / whole,
    )


def _kept(n: int) -> Sequence[int]:
    """Indices 0 to n, thinned evenly where there are many."""
    if n <= _POINTS:
        return range(n + 1)
    return [step * n // _POINTS for step in range(_POINTS + 1)]


def _notes(best_first: Sequence[float], *, positive: bool) -> tuple[str, ...]:
    if not best_first:
        return ("no amounts",)
    if not positive:
        return ("the total is not positive: no shares, and the whale curve is in money",)
    if best_first[-1] < 0:
        return ("negative amounts: no Gini, HHI or Lorenz curve; read the whale curve",)
    return ()
