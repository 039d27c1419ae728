"""The wallet allocation rule: the share of wallet that a brand's rank among rivals implies.

What counts is not how well a brand is rated but whether it is rated better than the others
that the customer uses too. Rank r of N brands used:

    share = (1 − r / (N + 1)) · 2 / N

Equally rated brands share the mean of their ranks, so that the shares of a customer's brands
always add up to 1. Assumptions: all brands that the customer uses are ranked, and only those;
a brand left open is one not used. The rule is a regularity of surveys, not a law: it gives the
mean share of brands so ranked, not what this customer spends.

    paper   here     unit
    Rank    rank     1 is the best, to N
    N       brands   brands the customer uses

Source: Keiningham, T. L., Aksoy, L., Buoye, A., Cooil, B. (2011). Customer loyalty isn't
enough. Grow your share of wallet. Harvard Business Review 89(10), 29-31; and the book of the
same authors and Williams, L. (2015), The Wallet Allocation Rule.
"""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import mapped
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.intervals import checked_number, mean_estimate

__all__ = [
    "MeanWalletAllocation",
    "WalletAllocation",
    "mean_wallet_allocation",
    "wallet_allocation",
    "wallet_allocation_of",
]


@frozen(kw_only=True)
class WalletAllocation(Shown):
    """The shares of wallet that one customer's ratings imply.

    Attributes:
        shares: Share, 0 to 1, by brand used; they add up to 1.
        ranks: Rank by brand, 1 the best; the mean of the ranks where several are rated alike.
        notes: How many brands are not used.
    """

    shares: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    ranks: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the shares as they are shown, the largest first."""
        ranked = sorted(self.shares, key=lambda name: self.ranks[name])
        rows = tuple(
            (name, f"{self.shares[name]:.1%} (rank {self.ranks[name]:g})") for name in ranked
        )
        return Sheet(title="Share of wallet by rank", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the shares came about."""
        return explained(
            "wallet_allocation",
            ", ".join(f"{name} {share:.1%}" for name, share in self.shares.items()) or None,
            inputs={f"rank of {name}": f"{rank:g}" for name, rank in self.ranks.items()},
            left_out=self.notes,
        )


@frozen(kw_only=True)
class MeanWalletAllocation(Shown):
    """The shares of wallet that the ratings of many customers imply.

    Attributes:
        shares: Mean share by brand over all customers who use any of them; a brand that one
            of them does not use gets nothing of theirs. The values add up to 1.
        among_users: Mean share by brand over those who use it.
        customers: Those who use at least one brand.
        notes: How many use none.
    """

    shares: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    among_users: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    customers: int
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the shares as they are shown."""
        rows, reasons = side_by_side(
            {
                **self.shares,
                **{f"{name}, among its users": one for name, one in self.among_users.items()},
            }
        )
        return Sheet(title="Share of wallet by rank", rows=rows, notes=(*reasons, *self.notes))

    def explain(self) -> Explanation:
        """Return how the shares came about."""
        return explained(
            "wallet_allocation",
            ", ".join(f"{name} {one.told}" for name, one in self.shares.items()),
            inputs={"customers": f"{self.customers:,}"},
            left_out=self.notes,
            parts=tuple(
                one.explain("wallet_allocation", called=name) for name, one in self.shares.items()
            ),
        )


def wallet_allocation(rank: float, brands: int) -> float:
    """Share of wallet that a rank among brands implies.

    Args:
        rank: 1 for the best to ``brands``; half ranks where two are rated alike.
        brands: How many brands the customer uses, 1 or more.

    Returns:
        The share, 0 to 1.

    Raises:
        InvalidValueError: A rank outside 1 to ``brands``, or no brand.

    Source:
        Keiningham et al. (2011).

    >>> round(wallet_allocation(1, 3), 3)
    0.5
    """
    n = checked_number(brands, "brands", low=1, whole=True)
    place = checked_number(rank, "rank", low=1, high=n)
    return (1 - place / (n + 1)) * 2 / n


def wallet_allocation_of(ratings: Mapping[str, float | None]) -> WalletAllocation:
    """Shares of wallet that one customer's ratings of brands imply.

    Args:
        ratings: The rating of each brand, higher is better, all on one scale; None for a
            brand that the customer does not use.

    Returns:
        Shares and ranks of the brands used, in the order given; none where none is used.

    Raises:
        InvalidValueError: A rating that is no number.

    Source:
        Keiningham et al. (2011).

    >>> dict(wallet_allocation_of({"here": 9, "there": 7}).ranks)
    {'here': 1.0, 'there': 2.0}
    """
    given = mapped(ratings, "ratings")
    used = {
        name: checked_number(rating, f"ratings[{name!r}]")
        for name, rating in given.items()
        if rating is not None
    }
    ranks = dict(zip(used, _ranked(tuple(used.values())), strict=True))
    missing = len(given) - len(used)
    return WalletAllocation(
        shares={name: wallet_allocation(rank, len(used)) for name, rank in ranks.items()},
        ranks=ranks,
        notes=(f"{missing} not used",) if missing else (),
    )


def _ranked(ratings: Sequence[float]) -> list[float]:
    """The rank of each rating, the highest first; equal ones share the mean of their ranks."""
    return [
        sum(other > one for other in ratings) + (sum(other == one for other in ratings) + 1) / 2
        for one in ratings
    ]


def mean_wallet_allocation(ratings: Table) -> MeanWalletAllocation:
    """Shares of wallet that the ratings of many customers imply.

    Args:
        ratings: The ratings by brand, a row per customer, all on one scale; None for a brand
            that a customer does not use.

    Returns:
        Mean shares over all who use any of the brands, and over the users of each, with t
        intervals over customers.

    Raises:
        InvalidValueError: No brand, columns of unequal length, or a rating that is no number.

    Source:
        Keiningham et al. (2011).

    >>> round(mean_wallet_allocation({"a": [9, 8], "b": [7, None]}).shares["a"].value, 3)
    0.833
    """
    table = answer_table(ratings, field="ratings")
    rows = [wallet_allocation_of(dict(zip(table.names, row, strict=True))) for row in table.rows]
    users = [row.shares for row in rows if row.shares]
    none = len(rows) - len(users)
    return MeanWalletAllocation(
        shares={name: _mean([one.get(name, 0.0) for one in users]) for name in table.names},
        among_users={
            name: _mean([one[name] for one in users if name in one]) for name in table.names
        },
        customers=len(users),
        notes=(f"{none:,} who use none left out",) if none else (),
    )


def _mean(shares: Sequence[float]) -> Estimate:
    return mean_estimate(shares, unit="share", low=0, high=1)
