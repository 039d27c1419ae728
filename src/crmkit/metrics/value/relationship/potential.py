"""Potential value: what a customer buys elsewhere and could be won.

    potential = max(0, wallet − spend) × P(capture) × margin

The *wallet* is what the customer spends in the category with anybody, the *spend* what they
spend here, over the same period. The wallet may be stated by the customer, taken from a
benchmark, or set to what the big spenders among their peers spend here (``peer_wallet``): a
lower bound of a wallet, since peers buy elsewhere too. A spend beyond the wallet means that
the wallet is wrong: the value is 0 and flagged.

Source: crmkit, after the share of wallet in Keiningham, T., Aksoy, L., Buoye, A., Cooil, B.
(2011). Customer loyalty isn't enough. Grow your share of wallet. Harvard Business Review
89(10), 29-31.
"""

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.lifecycle import quantile
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.order_statistics import quantile_interval
from crmkit.metrics.value.relationship._exact import Number, exact, not_negative, times

__all__ = ["PEERS_NEEDED", "PeerWallet", "PotentialValue", "peer_wallet", "potential_value"]

PEERS_NEEDED = 5
_BEYOND = "the spend exceeds the wallet: nothing is left to win, and the wallet is too low"
_BELOW = "the spend is below 0 (refunds of earlier purchases) and counts as 0"


@frozen(kw_only=True)
class PotentialValue(Shown):
    """What could still be won of a customer's spending.

    Attributes:
        value: Profit to be won; None where something it needs is missing.
        wallet: What the customer spends in the category with anybody.
        spend: What they spend here.
        headroom: Wallet less spend, never below 0; None without a wallet.
        capture: Chance of winning it, 0 to 1.
        margin: Share of revenue that is kept, at most 1.
        exceeded: Whether the spend is more than the wallet.
        notes: What is missing or odd.
    """

    value: Money | None
    wallet: Money | None
    spend: Money
    headroom: Money | None
    capture: Number | None
    margin: Number | None
    exceeded: bool = False
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return value and inputs as they are shown."""
        value = "unknown" if self.value is None else self.value
        rows = tuple((name, "unknown" if one is None else one) for name, one in self._inputs())
        return Sheet(title=f"Potential value: {value}", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the value came about."""
        inputs = dict(self._inputs())
        return explained(
            "potential_value",
            self.value,
            inputs=inputs,
            coverage=f"{sum(one is not None for one in inputs.values())} of {len(inputs)} inputs",
            left_out=self.notes,
        )

    def _inputs(self) -> tuple[tuple[str, object], ...]:
        return (
            ("wallet", self.wallet),
            ("spend", self.spend),
            ("capture", _share(self.capture)),
            ("margin", _share(self.margin)),
        )


def _share(value: Number | None) -> str | None:
    return None if value is None else f"{value:.4g}"


def potential_value(
    wallet: Money | None, spend: Money, *, capture: Number | None, margin: Number | None
) -> PotentialValue:
    """Value what a customer still buys elsewhere.

    Args:
        wallet: What the customer spends in the category with anybody, 0 or more.
        spend: What they spend here over the same period; below 0 counts as 0.
        capture: Chance of winning the rest, 0 to 1.
        margin: Share of revenue that is kept, at most 1.

    Returns:
        The value; None with a note that names it where an input is None. A spend beyond the
        wallet gives 0 and a flag.

    Raises:
        InvalidValueError: A negative wallet, a chance or a margin that cannot be.
        CurrencyMismatchError: Wallet and spend in two currencies.

    Source:
        crmkit.

    >>> euros = lambda amount: Money.of(amount, "EUR")
    >>> str(potential_value(euros(1200), euros(300), capture=0.25, margin=0.30).value)
    'EUR 67.50'
    """
    zero = Money.zero(spend.currency)
    here = max(spend, zero)
    room = None if wallet is None else not_negative(wallet, "wallet") - here
    exceeded = room is not None and room < zero
    headroom = zero if exceeded else room
    factors = [
        None if capture is None else exact(capture, "capture", low=0, high=1),
        None if margin is None else _at_most_all(margin),
    ]
    given = {"wallet": wallet, "chance of capture": capture, "margin": margin}
    return PotentialValue(
        value=_product(headroom, factors),
        wallet=wallet,
        spend=spend,
        headroom=headroom,
        capture=capture,
        margin=margin,
        exceeded=exceeded,
        notes=(
            *(f"the {name} is not known" for name, one in given.items() if one is None),
            *((_BEYOND,) if exceeded else ()),
            *((_BELOW,) if spend < zero else ()),
        ),
    )


def _at_most_all(margin: Number) -> Fraction:
    kept = exact(margin, "margin")
    if kept > 1:
        raise InvalidValueError("margin", margin, "must be 1 or less", "write 40 % as 0.4")
    return kept


def _product(headroom: Money | None, factors: list[Fraction | None]) -> Money | None:
    known = [factor for factor in factors if factor is not None]
    if headroom is None or len(known) < len(factors):
        return None
    return times(headroom, *known)


@frozen(kw_only=True)
class PeerWallet(Shown):
    """What the big spenders among a customer's peers spend: a benchmark for the wallet.

    Attributes:
        value: The ``q`` quantile of the peers' spend; None with fewer than five peers.
        low, high: Ends of its 95 % interval, peers' own spends; None where they are open.
        q: Which quantile, 0 to 1.
        n: Peers with a known spend.
        notes: What is missing or left out.
    """

    value: Money | None
    low: Money | None = None
    high: Money | None = None
    q: float
    n: int
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the benchmark as it is shown."""
        value = "unknown" if self.value is None else self.value
        ends = tuple("open" if end is None else str(end) for end in (self.low, self.high))
        rows = (("interval", " to ".join(ends)), ("peers", f"{self.n:,}"))
        return Sheet(title=f"Peers' wallet: {value}", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the benchmark came about."""
        return explained(
            "peer_wallet",
            self.value,
            inputs={"q": self.q, "peers": self.n},
            left_out=self.notes,
        )


def peer_wallet(spends: Iterable[Money | None], q: float = 0.8) -> PeerWallet:
    """Take a wallet from what the peers of a customer spend.

    Args:
        spends: Spend of each peer over the period, in one currency; None where unknown.
        q: Which quantile, above 0 and below 1.

    Returns:
        The quantile, linear between order statistics, rounded half-even to the minor unit;
        without five peers None and a note.

    Raises:
        InvalidValueError: A quantile that is none.
        CurrencyMismatchError: Spends in two currencies.

    Source:
        crmkit; interval by Conover (1999).

    >>> str(peer_wallet(Money.of(spend, "EUR") for spend in (100, 200, 300, 400, 500)).value)
    'EUR 420.00'
    """
    given = list(spends)
    ranked = sorted(spend for spend in given if spend is not None)
    low, high = quantile_interval(ranked, q)
    missing = len(given) - len(ranked)
    notes = (f"{missing} missing left out",) if missing else ()
    if (n := len(ranked)) < PEERS_NEEDED:
        lacking = f"a wallet from peers needs at least {PEERS_NEEDED} peers, got {n}"
        return PeerWallet(value=None, q=q, n=n, notes=(lacking, *notes))
    middle = round(quantile([spend.minor for spend in ranked], q))
    value = Money(middle, ranked[0].currency)
    return PeerWallet(value=value, low=low, high=high, q=q, n=n, notes=notes)
