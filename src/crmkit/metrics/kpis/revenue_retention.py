"""What became of the revenue of those who were customers before: net and gross retention.

    start          revenue of the first period, of everyone who brought any
    expansion      what those brought more in the second
    contraction    what they brought less, and stayed
    churn          what those brought who bring nothing any more

    NRR = (start + expansion − contraction − churn) / start
    GRR = (start − contraction − churn) / start,  at most 1

New customers count in neither. Two periods of equal length are meant; for a shop without
contracts use years, or the season decides. Amounts are of 0 or more: a refund belongs to the
order that it undoes.

Over customers both are ratios Σy / Σx, y what became of a customer's x (all of it for NRR, at
most x for GRR). Their interval takes customers as drawn from many: Var = n/(n−1) Σ(y − Rx)² /
(Σx)², Student's t with n − 1. That needs a few dozen customers of whom none dominates; the
bootstrap needs the same, and time. Where nobody's share changed at all neither sees a doubt.

Sources:
    Definitions are practice of subscription businesses. Cochran, W. G. (1977). Sampling
    Techniques, 3rd ed., section 6.4: the variance of a ratio. Efron (1979): the bootstrap.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import fsum, sqrt
from random import Random
from typing import Literal, get_args

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import MOST
from crmkit.metrics.estimate import Estimate, side_by_side, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, student_t_quantile

__all__ = ["RevenueRetention", "revenue_retention", "revenue_retention_of"]

_UNIT = "of the starting revenue"
_EMPTY = "nobody brought revenue at the start"
_LEAST_RESAMPLES = 2000
_Interval = Literal["t", "bootstrap"]
#: What is left of rounding, as a share.
_NOISE = 1e-12
#: What a customer brought, and what became of it.
_Pair = tuple[float, float]
_Ends = Callable[[Sequence[_Pair], float], tuple[float, float]]


@frozen(kw_only=True)
class RevenueRetention(Shown):
    """What became of the revenue of a period.

    Attributes:
        start: Revenue of the first period.
        expansion, contraction, churn: How it changed, each 0 or more.
        net: NRR; above 1 where those who stayed brought more than was lost.
        gross: GRR, 0 to 1.
        customers: Customers behind the start; None where only the amounts are known.
        unit: The unit of the amounts, for people.
        notes: What was left out.
    """

    start: float
    expansion: float
    contraction: float
    churn: float
    net: Estimate
    gross: Estimate
    customers: int | None = None
    unit: str
    notes: tuple[str, ...] = ()

    @property
    def end(self) -> float:
        """What those customers bring in the second period."""
        return self.start + self.expansion - self.contraction - self.churn

    def brief(self) -> str:
        """Return the amounts in a line."""
        return (
            f"{self.start:,.2f} + {self.expansion:,.2f} expansion − {self.contraction:,.2f} "
            f"contraction − {self.churn:,.2f} churn = {self.end:,.2f} {self.unit}"
        )

    def sheet(self) -> Sheet:
        """Return amounts and rates as they are shown."""
        figures = {"net revenue retention": self.net, "gross revenue retention": self.gross}
        rates, reasons = side_by_side(figures)
        return Sheet(title=self.brief(), rows=rates, notes=(*reasons, *self.notes))

    def explain(self) -> Explanation:
        """Return how the rates came about."""
        amounts = ("start", "expansion", "contraction", "churn", "end", "customers")
        return explained(
            "revenue_retention",
            self.brief(),
            inputs={name: getattr(self, name) for name in amounts},
            left_out=self.notes,
            parts=(
                self.net.explain("net_revenue_retention"),
                self.gross.explain("gross_revenue_retention"),
            ),
        )


def revenue_retention(
    start: float, expansion: float, contraction: float, churn: float, *, unit: str = "money"
) -> RevenueRetention:
    """Net and gross revenue retention from amounts.

    Args:
        start: Revenue of the first period, 0 or more.
        expansion: What its customers brought more in the second, 0 or more.
        contraction: What those who stayed brought less, 0 or more.
        churn: What those who left had brought, 0 or more.
        unit: The unit of the amounts, for people.

    Returns:
        The rates, without an interval; undefined for a start of 0.

    Raises:
        InvalidValueError: A negative amount, or more lost than there was.

    Source:
        Practice of subscription businesses.

    >>> found = revenue_retention(100_000, 8_000, 5_000, 7_000)
    >>> found.net.value, found.gross.value
    (0.96, 0.88)
    """
    given = {"start": start, "expansion": expansion, "contraction": contraction, "churn": churn}
    start, expansion, contraction, churn = (
        checked_number(value, name, low=0, high=MOST) for name, value in given.items()
    )
    left = start - contraction - churn
    if left < -_NOISE * start:
        rule = f"contraction and churn must not exceed the start, which is {start:g}"
        raise InvalidValueError("contraction + churn", contraction + churn, rule)
    return RevenueRetention(
        start=start,
        expansion=expansion,
        contraction=contraction,
        churn=churn,
        net=_plain(max(0.0, left) + expansion, start, "net"),
        gross=_plain(max(0.0, left), start, "gross"),
        unit=unit,
    )


def revenue_retention_of(
    before: Mapping[str, float | None],
    after: Mapping[str, float | None],
    *,
    interval: Literal["t", "bootstrap"] = "t",
    resamples: int = _LEAST_RESAMPLES,
    seed: int = 0,
    unit: str = "money",
) -> RevenueRetention:
    """Net and gross revenue retention from what each customer brought.

    Args:
        before: Revenue by customer in the first period, 0 or more; None is unknown.
        after: The same in a second period of the same length; who is not named brought
            nothing, who is new counts in nothing.
        interval: "t", or "bootstrap" (percentiles over resampled customers), slow for many.
        resamples: How many, 2000 or more.
        seed: Seed of the bootstrap.
        unit: The unit of the amounts, for people.

    Returns:
        The rates with 95 % intervals; undefined where nobody brought anything before.

    Raises:
        InvalidValueError: A negative amount, another interval, or too few resamples.

    Source:
        Cochran (1977), section 6.4; Efron (1979).

    >>> found = revenue_retention_of({"ann": 60, "bob": 40}, {"ann": 75, "eve": 30})
    >>> found.net.value, found.gross.value
    (0.75, 0.6)
    """
    _check_options(interval, resamples)
    people, notes = _pairs(before, after)
    kept = [(x, min(x, y)) for x, y in people]
    start = fsum(x for x, _ in people)
    ends = _t_ends if interval == "t" else partial(_drawn_ends, resamples=resamples, seed=seed)
    return RevenueRetention(
        start=start,
        expansion=fsum(y - x for x, y in people if y > x),
        contraction=fsum(x - y for x, y in people if 0 < y < x),
        churn=fsum(x for x, y in people if y == 0),
        net=_rate(people, ends, None, "net"),
        gross=_rate(kept, ends, 1.0, "gross"),
        customers=len(people),
        unit=unit,
        notes=notes,
    )


def _check_options(interval: str, resamples: int) -> None:
    if interval not in get_args(_Interval):
        raise InvalidValueError("interval", interval, 'must be "t" or "bootstrap"')
    checked_number(resamples, "resamples", low=_LEAST_RESAMPLES, whole=True)


def _plain(left: float, start: float, name: str) -> Estimate:
    method, high = f"{name}, from amounts", 1.0 if name == "gross" else None
    if start * MOST < 1:
        return undefined(unit=_UNIT, method=method, note=_EMPTY, low=0, high=high)
    note = "no interval: it needs the amounts of each customer"
    return Estimate(value=left / start, n=0, unit=_UNIT, method=method, notes=(note,))


def _pairs(
    before: Mapping[str, float | None], after: Mapping[str, float | None]
) -> tuple[list[_Pair], tuple[str, ...]]:
    """What those who brought something did before and after, and what was left out."""
    earlier, later = _amounts("before", before), _amounts("after", after)
    unknown = [one for one in earlier if earlier[one] is None or later.get(one, 0) is None]
    people = [
        (was, later.get(one) or 0.0)
        for one, was in earlier.items()
        if was and was * MOST >= 1 and later.get(one, 0) is not None
    ]
    new = sum(1 for one, now in later.items() if now and earlier.get(one, 0) == 0)
    return people, (
        *((f"{len(unknown)} missing left out",) if unknown else ()),
        *((f"{new} who brought nothing before left out",) if new else ()),
    )


def _amounts(name: str, given: Mapping[str, float | None]) -> dict[str, float | None]:
    way_out = "net a refund against the order that it undoes"
    found: dict[str, float | None] = {}
    for customer, amount in given.items():
        field = f"{name}[{customer!r}]"
        if isinstance(amount, int | float) and amount < 0:
            raise InvalidValueError(field, amount, "must be 0 or more", way_out)
        found[customer] = (
            None if amount is None else checked_number(amount, field, low=0, high=MOST)
        )
    return found


def _rate(people: Sequence[_Pair], ends: _Ends, most: float | None, name: str) -> Estimate:
    n, method = len(people), f"{name}, ratio of sums over customers"
    if n == 0:
        return undefined(unit=_UNIT, method=method, note=_EMPTY, low=0, high=most)
    value = fsum(y for _, y in people) / fsum(x for x, _ in people)
    low, high, notes = _span(people, value, ends, most)
    return Estimate(value=value, low=low, high=high, n=n, unit=_UNIT, method=method, notes=notes)


def _span(
    people: Sequence[_Pair], value: float, ends: _Ends, most: float | None
) -> tuple[float, float | None, tuple[str, ...]]:
    if len(people) == 1:
        return 0.0, most, ("a single customer has no interval: the whole range is shown",)
    if all(abs(y - value * x) <= _NOISE * x for x, y in people):
        return value, value, ("all customers changed alike: the interval has no width",)
    low, high = ends(people, value)
    return max(0.0, low), high if most is None else min(most, high), ()


def _t_ends(people: Sequence[_Pair], value: float) -> tuple[float, float]:
    n, whole = len(people), fsum(x for x, _ in people)
    spread = fsum((y - value * x) ** 2 for x, y in people) * n / (n - 1)
    half = student_t_quantile(0.5 + LEVEL / 2, n - 1) * sqrt(spread) / whole
    return value - half, value + half


def _drawn_ends(
    people: Sequence[_Pair], value: float, *, resamples: int, seed: int
) -> tuple[float, float]:
    del value
    random = Random(seed)  # noqa: S311 - resampling, not secrets
    drawn = (random.choices(people, k=len(people)) for _ in range(resamples))
    ratios = sorted(fsum(y for _, y in some) / fsum(x for x, _ in some) for some in drawn)
    cut = round((1 - LEVEL) / 2 * resamples)
    return ratios[cut], ratios[-cut - 1]
