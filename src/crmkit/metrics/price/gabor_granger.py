"""Gabor-Granger: how many would buy at each price, and which price brings most?

Respondents are asked at several prices whether they would buy. Assumptions: who would buy at a
price would buy at any lower one, so shares that rise with the price are noise and are evened out
(isotonic regression); saying yes is as good as buying, which it rarely is, so the level is too
high and only the comparison of prices is to be trusted. Do not use it to forecast sales. The
interval of the best price takes the answers at different prices as independent, which makes it
rather too wide where the same people were asked at all of them.

    paper   here       unit
    p       price      money
    P(p)    demand     share who would buy, 0 to 1, never rising with the price
    R(p)    revenue    money per respondent: p P(p)
    π(p)    profit     money per respondent: (p - unit cost) P(p)

Sources:
    Gabor, A., Granger, C. W. J. (1966). Price as an indicator of quality: report on an enquiry.
    Economica 33, 43-70.
    Barlow et al. (1972) for isotonic regression; Wilson (1927) for the intervals of shares.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number, wilson
from crmkit.metrics.isotonic import isotonic
from crmkit.metrics.price.answers_by_price import AskedAt, Replies, asked_at
from crmkit.metrics.price.binomial_draws import BinomialDraws
from crmkit.metrics.resampling import DRAWS, checked_draws, percentile_interval
from crmkit.metrics.seeds import plain_generator

__all__ = ["GaborGranger", "PricePoint", "gabor_granger"]

_METHOD = "price of the highest {}, bootstrap of the answers"


@frozen(kw_only=True)
class PricePoint:
    """What one price would bring.

    Attributes:
        price: In money.
        yes: Who would buy, of ``demand.n`` asked.
        demand: Share who would buy, evened out so that it never rises with the price.
        revenue: Money per respondent.
        profit: Money per respondent after the unit cost; None where no cost was given.
        best_in: Share of the samples drawn in which this price is the best.
    """

    price: float
    yes: int
    demand: Estimate
    revenue: Estimate
    profit: Estimate | None
    best_in: float

    @property
    def earned(self) -> Estimate:
        """What the best price is chosen by: the profit where a cost was given, else revenue."""
        return self.revenue if self.profit is None else self.profit


@frozen(kw_only=True)
class GaborGranger(Shown):
    """Demand over price, and the best price.

    Attributes:
        points: What each price would bring, prices ascending.
        best: The price of the highest revenue (of the highest profit where a unit cost was
            given), the lowest of those that tie. Its interval ends at prices that were asked.
        unit_cost: What one piece costs, or None.
        left_out: Which prices and respondents were left out.
        notes: What was evened out.
    """

    points: tuple[PricePoint, ...]
    best: Estimate
    unit_cost: float | None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return what each price would bring."""
        told = (
            (
                f"at {one.price:g}",
                f"{one.demand.told} would buy; {one.earned.told} each; best in {one.best_in:.0%}",
            )
            for one in self.points
        )
        return Sheet(
            title=f"Best price {self.best}", rows=tuple(told), notes=(*self.left_out, *self.notes)
        )

    def explain(self) -> Explanation:
        """Return how the best price came about."""
        return explained(
            "gabor_granger",
            self.best,
            inputs={
                "prices": ", ".join(f"{one.price:g}" for one in self.points),
                "unit cost": "not given" if self.unit_cost is None else self.unit_cost,
                "evened out": "; ".join(self.notes) or "nothing",
            },
            left_out=self.left_out,
            parts=(
                self.best.explain("best_price"),
                *(
                    one.demand.explain("demand_at_price", called=f"demand at {one.price:g}")
                    for one in self.points
                ),
                *(
                    one.revenue.explain("revenue_at_price", called=f"revenue at {one.price:g}")
                    for one in self.points
                ),
            ),
        )


def gabor_granger(
    answers: Mapping[float, Replies],
    *,
    unit_cost: float | None = None,
    unit: str = "money",
    draws: int = DRAWS,
    seed: int = 0,
) -> GaborGranger:
    """Demand over price, from who would buy at each.

    Args:
        answers: By price, above 0: a pair (yes, asked) of whole numbers, or one answer (True,
            False, None for missing) per respondent.
        unit_cost: What one piece costs, 0 or more; the best price is then that of the highest
            profit.
        unit: What prices are counted in, as "EUR".
        draws: Samples for the interval of the best price, 100 or more.
        seed: From 0; the same seed gives the same interval.

    Returns:
        Demand with Wilson intervals, revenue and profit per price, and the best price.
        Undefined where no price would bring anything.

    Raises:
        InvalidValueError: A price that is not above 0, more yes than asked, an answer that is
            none, a negative cost, too few draws, or a seed that is no whole number from 0.

    Source:
        Gabor and Granger (1966).

    >>> gabor_granger({8: (90, 100), 10: (80, 100), 12: (60, 100)}).best.value
    10.0
    """
    draws = checked_draws(draws)
    cost = None if unit_cost is None else checked_number(unit_cost, "unit_cost", low=0)
    said, left_out = asked_at(answers)
    shares = _demand([one.yes for one in said], said)
    margins = [one.price - (cost or 0.0) for one in said]
    bests = _redrawn_bests(said, margins, draws=draws, seed=seed)
    times = Counter(bests)
    points = tuple(
        _point(one, share, cost, unit, times[one.price] / draws)
        for one, share in zip(said, shares, strict=True)
    )
    raw = [one.yes / one.n for one in said]
    evened = ("shares that rise with the price are evened out",) * (list(shares) != raw)
    goal = "revenue" if cost is None else "profit"
    return GaborGranger(
        points=points,
        best=_best(said, _where(margins, shares), bests, goal, unit),
        unit_cost=cost,
        left_out=left_out,
        notes=evened,
    )


def _demand(yes: Sequence[int], said: Sequence[AskedAt]) -> tuple[float, ...]:
    shares = [k / one.n for k, one in zip(yes, said, strict=True)]
    return isotonic(shares, [one.n for one in said], increasing=False)


def _where(margins: Sequence[float], shares: Sequence[float]) -> int | None:
    """The place of the lowest price that brings most; None where none brings anything."""
    brought = [margin * share for margin, share in zip(margins, shares, strict=True)]
    most = max(brought, default=0.0)
    if most <= 0:
        return None
    # 12 × 0.6 is a hair below 8 × 0.9: what ties but for rounding ties.
    return next(at for at, one in enumerate(brought) if one >= most * (1 - 1e-12))


def _redrawn_bests(
    said: Sequence[AskedAt], margins: Sequence[float], *, draws: int, seed: int
) -> list[float]:
    """The best price of each sample in which there is one."""
    source = plain_generator(seed)
    tables = [BinomialDraws(one.yes, one.n) for one in said]
    places = (
        _where(margins, _demand([table.draw(source) for table in tables], said))
        for _ in range(draws)
    )
    return [said[at].price for at in places if at is not None]


def _point(one: AskedAt, share: float, cost: float | None, unit: str, best_in: float) -> PricePoint:
    low, high = wilson(share * one.n, one.n)
    demand = Estimate(
        value=share,
        low=low,
        high=high,
        n=one.n,
        unit="share",
        method="share who would buy, never rising with the price, Wilson interval",
    )
    return PricePoint(
        price=one.price,
        yes=one.yes,
        demand=demand,
        revenue=_per_respondent(demand, one.price, unit, "price × demand"),
        profit=None
        if cost is None
        else _per_respondent(demand, one.price - cost, unit, "(price - unit cost) × demand"),
        best_in=best_in,
    )


def _per_respondent(demand: Estimate, margin: float, unit: str, method: str) -> Estimate:
    value, *ends = (margin * (end or 0.0) for end in (demand.value, demand.low, demand.high))
    return Estimate(
        value=value, low=min(ends), high=max(ends), n=demand.n, unit=unit, method=method
    )


def _best(
    said: Sequence[AskedAt], at: int | None, bests: Sequence[float], goal: str, unit: str
) -> Estimate:
    method, n = _METHOD.format(goal), sum(one.n for one in said)
    if at is None:
        why = f"no price brings any {goal}" if said else "no answers"
        return undefined(unit=unit, method=method, note=why, low=0, n=n)
    prices = [one.price for one in said]
    ends = percentile_interval(bests) or (prices[0], prices[-1])
    border = f"the best price is the {'lowest' if at == 0 else 'highest'} asked: ask further out"
    return Estimate(
        value=prices[at],
        # Between two prices nobody was asked: the ends move out to prices that were.
        low=max(price for price in prices if price <= ends[0]),
        high=min(price for price in prices if price >= ends[1]),
        n=n,
        unit=unit,
        method=method,
        notes=(border,) * (at in {0, len(prices) - 1}),
    )
