"""Share of wallet: what part of their spend on such goods do customers bring to this shop?

Over many customers there are two figures, and they answer two questions. The aggregated share
is the shop's part of all the money, and large wallets count for more; the mean of the shares
is what a customer gives on average, and all count alike. Where large wallets are split more
widely, the first is the smaller one.

    paper   here      unit
    y, x    own, wallet   money, both in one unit and over the same time
    R       aggregated    Σy / Σx
            mean          mean of y / x

Assumptions: both amounts are of the same goods, time and currency; wallets are known, not
guessed from the spend itself. Intervals take customers as drawn from many. That of the
aggregated share is Student's t with n − 1 on Var = n/(n−1) Σ((y − Rx) / (1 − x/Σx))² / (Σx)²: each
customer's distance is that from the share without them, so that a large wallet does not hide what
it does to it. It needs a few dozen customers of whom none dominates: where large wallets are
split otherwise than small ones, 10 of them hold the true share in some 87 % of samples, 100 in 92.

Source: Cochran, W. G. (1977). Sampling Techniques, 3rd ed., section 6.4, for the variance of a
ratio, and 6.17 for leaving each out (the jackknife). The share itself is practice.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import fsum, sqrt
from typing import Literal

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import MOST, checked_word
from crmkit.metrics.estimate import Estimate, side_by_side, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, mean_estimate, student_t_quantile

__all__ = ["ShareOfWallet", "share_of_wallet"]

_METHOD = "ratio of sums over customers, t interval"
_UNKNOWN = "no customer whose spend and wallet are known"
# Two sums of the same amounts may differ in the last digits.
_SLACK = 1e-9

Amounts = float | None | Iterable[float | None]
_Pair = tuple[float, float]


@frozen(kw_only=True)
class ShareOfWallet(Shown):
    """The part of customers' wallets that comes to the shop.

    Attributes:
        aggregated: Spend here over spend on such goods anywhere, over all of them, 0 to 1.
        mean: Mean of the customers' own shares, 0 to 1.
        shares: Each customer's share in the order given; None where left out.
        problems: What was refused, if that was asked for: row and reason.
        notes: How many were left out.
    """

    aggregated: Estimate
    mean: Estimate
    shares: tuple[float | None, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return both shares as they are shown."""
        rows, reasons = side_by_side({"of all the money": self.aggregated, "mean": self.mean})
        return Sheet(
            title="Share of wallet", rows=rows, notes=(*reasons, *self.notes, *self.problems)
        )

    def explain(self) -> Explanation:
        """Return how both shares came about."""
        return explained(
            "share_of_wallet",
            self.aggregated,
            coverage=f"{self.aggregated.n:,g} of {len(self.shares):,} customers",
            left_out=(*self.notes, *self.problems),
            parts=(
                self.aggregated.explain("aggregated_share_of_wallet"),
                self.mean.explain("mean_share_of_wallet"),
            ),
        )


def share_of_wallet(
    own: Amounts, wallet: Amounts, *, impossible: Literal["raise", "leave_out"] = "raise"
) -> ShareOfWallet:
    """Share of wallet of one customer, or of many.

    Args:
        own: Spend at this shop, 0 or more: a number, or one per customer; None is not known.
        wallet: Spend on such goods anywhere, this shop included, above 0; in the same unit.
        impossible: What to do with a wallet of 0 or less, or smaller than what was spent here:
            refuse it, or leave the row out and name it among the problems.

    Returns:
        The aggregated share, the mean of the shares and each customer's own. A single
        customer's share has the whole range as its interval.

    Raises:
        InvalidValueError: A row that cannot be (unless left out), NaN, or not as many wallets
            as spends.

    Source:
        Cochran (1977), section 6.4.

    >>> share_of_wallet([30, 80], [100, 100]).aggregated.value
    0.55
    """
    spent, wallets = _listed(own, "own"), _listed(wallet, "wallet")
    if len(spent) != len(wallets):
        raise InvalidValueError("wallet", len(wallets), f"must be as many as own: {len(spent)}")
    checked_word(impossible, "impossible", ("raise", "leave_out"))
    rows, problems = _rows(spent, wallets, strict=impossible == "raise")
    known = [pair for pair in rows if pair is not None]
    shares = tuple(None if pair is None else _share(pair) for pair in rows)
    notes = tuple(_left_out(len(rows) - len(known) - len(problems), len(problems)))
    own_shares = [share for share in shares if share is not None]
    return ShareOfWallet(
        aggregated=_aggregated(known).noting(*notes),
        mean=mean_estimate(own_shares, unit="share", low=0, high=1, notes=notes),
        shares=shares,
        problems=tuple(problems),
        notes=notes,
    )


def _listed(amounts: Amounts, field: str) -> list[float | None]:
    return list(cells(amounts, field)) if isinstance(amounts, Iterable) else [amounts]


def _rows(
    spent: Sequence[float | None], wallets: Sequence[float | None], *, strict: bool
) -> tuple[list[_Pair | None], list[str]]:
    rows: list[_Pair | None] = []
    problems: list[str] = []
    for index, (own, wallet) in enumerate(zip(spent, wallets, strict=True)):
        try:
            rows.append(_checked(own, wallet, index))
        except InvalidValueError as error:
            if strict:
                raise
            rows.append(None)
            problems.append(str(error))
    return rows, problems


def _checked(own: float | None, wallet: float | None, index: int) -> _Pair | None:
    here = None if own is None else checked_number(own, f"own[{index}]", low=0, high=MOST)
    all_of_it = (
        None if wallet is None else checked_number(wallet, f"wallet[{index}]", low=-MOST, high=MOST)
    )
    if all_of_it is not None and all_of_it <= 0:
        raise InvalidValueError(f"wallet[{index}]", wallet, "must be above 0")
    if here is None or all_of_it is None:
        return None
    if here > all_of_it * (1 + _SLACK):
        rule = f"must not be below what was spent here, {own!r}"
        raise InvalidValueError(f"wallet[{index}]", wallet, rule)
    return here, all_of_it


def _share(pair: _Pair) -> float:
    return min(1.0, pair[0] / pair[1])


def _left_out(missing: int, refused: int) -> Iterator[str]:
    if missing:
        yield f"{missing:,} missing left out"
    if refused:
        yield f"{refused:,} impossible left out"


def _aggregated(people: Sequence[_Pair]) -> Estimate:
    n = len(people)
    if n == 0:
        return undefined(unit="share", method=_METHOD, note=_UNKNOWN, low=0, high=1)
    whole = fsum(wallet for _, wallet in people)
    value = min(1.0, fsum(own for own, _ in people) / whole)
    low, high, notes = _span(people, value, whole)
    return Estimate(value=value, low=low, high=high, n=n, unit="share", method=_METHOD, notes=notes)


def _span(
    people: Sequence[_Pair], value: float, whole: float
) -> tuple[float, float, tuple[str, ...]]:
    n = len(people)
    if n == 1:
        return 0.0, 1.0, ("a single customer has no interval: the whole range is shown",)
    if all(abs(own - value * wallet) <= _SLACK * wallet for own, wallet in people):
        return value, value, ("all shares are equal: the interval has no width",)
    if any(whole - wallet <= _SLACK * whole for _, wallet in people):
        return 0.0, 1.0, ("one customer has nearly all the money: the whole range is shown",)
    apart = ((own - value * wallet) / (whole - wallet) for own, wallet in people)
    spread = fsum(one * one for one in apart) * n / (n - 1)
    half = student_t_quantile(0.5 + LEVEL / 2, n - 1) * sqrt(spread)
    return max(0.0, value - half), min(1.0, value + half), ()
