"""Drivers of lifetime value: by how much the value of a base answers to each of them.

The elasticity of a driver is the change of the total lifetime value, in per cent, where the
driver changes by 1 %, taken from a step of 1 % to either side:

    e = (V(1.01 x) − V(0.99 x)) / (0.02 V(x)),   V = Σ (margin · E(M) − cost) · purchases

What customers have done and the chance that they are there today stay as they are; only what
is to come is moved, for everybody at once and in their own terms:

    driver                what is moved
    margin    (value)     the share of revenue that is kept
    spend     (value)     what customers spend on a purchase
    rate      (loyalty)   how often those buy who are there
    leaving   (loyalty)   each one's chance to leave at a purchase (BG/NBD, MBG/NBD), or rate of
                          leaving (Pareto/NBD)
    cost      (strategy)  what the relationship costs per purchase
    discount              the yearly discount rate

Rate and leaving need no new parameters. Let P(t, δ) be the purchases within t weeks, discounted
at δ. Who is there buys at a rate λ until leaving at a rate μ, which is λp in the BG/NBD and
MBG/NBD. So

    c μ:         ∫ λ e^(−cμτ − δτ) dτ = P(c t, δ/c)/c
    c λ:         c P(t, δ) where leaving goes by time: exactly 1
    c λ, c λp:   P(c t, δ/c) where it goes by purchases, and comes faster with them

Without a cost, margin and spend are 1, since the value is in proportion to them. The fourth
driver of the textbooks, the structure of the market, is not in these models: rivals have no
part in them. ``switching_equity`` values customers among rivals.

Source: Gupta, S., Lehmann, D. R., Stuart, J. A. (2004). Valuing customers. Journal of
Marketing Research 41(1), 7-18, for the question; the drivers are those of Chinese textbooks on
customer relationship management (顾客价值, 忠诚度, 关系策略, 市场结构).
"""

from collections.abc import Callable, Mapping
from math import log1p
from typing import Any

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import currency_code
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.value._worth import Case, purchases_ahead
from crmkit.metrics.value.deterministic._closed_form import finite, in_money
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.yearly_rates import WEEKS_A_YEAR, weekly_discount

__all__ = ["ClvDrivers", "clv_drivers"]

_STEP = 0.01
_UP, _DOWN = 1 + _STEP, 1 - _STEP
_BY_PURCHASES = frozenset({"BG/NBD", "MBG/NBD"})
_BY_TIME = frozenset({"Pareto/NBD"})
_OF: Mapping[str, str] = {
    "margin": "value",
    "spend": "value",
    "rate": "loyalty",
    "leaving": "loyalty",
    "cost": "strategy",
    "discount": "",
}
_NO_MARGIN = "the margin is unknown, so the value is, and how it answers"
_NO_VALUE = "the value is 0: no change of it can be told in per cent"
_BELOW_0 = "the value is below 0: a rise in per cent is a greater loss"
_NO_COST = "cost: none was given"
_NO_LEAVING = "leaving: customers of this model stay for ever"
_NO_MARKET = "the structure of the market is not in this model: see switching_equity"


@frozen(kw_only=True)
class ClvDrivers(Shown):
    """By how many per cent lifetime value changes where a driver changes by one per cent.

    Attributes:
        elasticities: By driver; None where the model or the terms do not have it.
        value: Total lifetime value at which they hold; None where it is unknown.
        currency: ISO 4217 code of the money.
        model: Name of the model of buying.
        terms: What else went in, by name, as it is shown.
        notes: What is missing, and why.
    """

    elasticities: Mapping[str, float | None] = field(converter=FrozenMapping, hash=False)
    value: float | None
    currency: str = field(converter=currency_code)
    model: str
    terms: Mapping[str, str] = field(converter=FrozenMapping, hash=False)
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the elasticities as they are shown."""
        worth = "unknown" if self.value is None else in_money(self.value, self.currency)
        rows = ((_called(name), _told(one)) for name, one in self.elasticities.items())
        return Sheet(
            title=f"Drivers of lifetime value: {worth}, change in % per 1 % of the driver",
            rows=tuple(rows),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the elasticities came about."""
        known = {name: one for name, one in self.elasticities.items() if one is not None}
        return explained(
            "clv_drivers",
            ", ".join(f"{name} {one:.4g}" for name, one in known.items()) or None,
            inputs=self.terms,
            coverage=f"{len(known)} of {len(self.elasticities)} drivers",
            left_out=self.notes,
            model=self.model,
        )


def _called(name: str) -> str:
    return f"{name} ({_OF[name]})" if _OF[name] else name


def _told(one: float | None) -> str:
    return "unknown" if one is None else f"{one:+.4g}"


def clv_drivers(
    model: BuyingModel,
    spend: GammaGamma,
    *,
    repeats: Any,
    recency: Any,
    age: Any,
    spending_purchases: Any,
    mean_spend: Any,
    margin: float | None,
    currency: str,
    cost_per_purchase: float = 0,
    horizon_weeks: float | None = 156,
    annual_discount: float = 0.15,
) -> ClvDrivers:
    """Return how the lifetime value of customers answers to its drivers.

    Args:
        model: A model of buying, in weeks: MBG/NBD, Pareto/NBD, …
        spend: A Gamma-Gamma, in units of ``currency``.
        repeats: Purchases after the first, of one customer or of each.
        recency: Weeks from first to last purchase.
        age: Weeks from first purchase to now.
        spending_purchases: Purchases behind ``mean_spend``.
        mean_spend: Revenue per purchase; not read without purchases.
        margin: Share of revenue that is kept, at most 1; None if unknown.
        currency: ISO 4217 code of the money.
        cost_per_purchase: What the relationship costs with each purchase, beyond what the
            margin has in it already: rewards, service, postage; 0 or more.
        horizon_weeks: How far ahead, in weeks; None for ever, which needs a discount.
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.

    Raises:
        InvalidValueError: A history or a term that cannot exist, or a spend without a mean.
        MissingExtraError: Many customers, but numpy is not installed.

    Source:
        Gupta, Lehmann & Stuart (2004).

    >>> from crmkit.metrics.value import BGNBD
    >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> money = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    >>> who = {"repeats": 2, "recency": 30.43, "age": 38.86}
    >>> what = {"spending_purchases": 2, "mean_spend": 22.35, "margin": 0.3, "currency": "USD"}
    >>> found = clv_drivers(cdnow, money, **who, **what).elasticities
    >>> round(found["margin"], 6), round(found["leaving"], 3)
    (1.0, -0.306)
    """
    case = Case(
        model=model,
        spend=spend,
        repeats=repeats,
        recency=recency,
        age=age,
        spending_purchases=spending_purchases,
        mean_spend=mean_spend,
        margin=margin,
        horizon_weeks=horizon_weeks,
        annual_discount=annual_discount,
        fit=None,
        spend_fit=None,
    )
    cost = checked_number(cost_per_purchase, "cost_per_purchase", low=0)
    value, found, notes = _answers(case, cost)
    return ClvDrivers(
        elasticities=found,
        value=value,
        currency=currency,
        model=model.NAME,
        terms={
            "margin": "unknown" if margin is None else f"{margin:.4g}",
            "cost per purchase": in_money(cost, currency),
            "horizon": "for ever" if horizon_weeks is None else f"{horizon_weeks:g} weeks",
            "discount": f"{annual_discount:.4g} a year",
        },
        notes=(*notes, _NO_MARKET),
    )


def _answers(
    case: Case, cost: float
) -> tuple[float | None, dict[str, float | None], tuple[str, ...]]:
    """The value, its elasticities, and what is to be said of them."""
    nothing: dict[str, float | None] = dict.fromkeys(_OF)
    if case.margin is None:
        return None, nothing, (_NO_MARGIN,)
    future = _Future(case, case.margin, cost)
    value = finite(future.worth(), "margin", case.margin)
    if not value:
        return value, nothing, (_NO_VALUE,)
    moves: dict[str, Callable[[float], float] | None] = {
        "margin": lambda by: future.worth(margin=by),
        "spend": lambda by: future.worth(margin=by),
        "rate": future.at_rate,
        "leaving": future.at_leaving if future.leaves else None,
        "cost": (lambda by: future.worth(cost=by)) if cost else None,
        "discount": future.at_discount,
    }
    told = {
        name: None if move is None else (move(_UP) - move(_DOWN)) / (2 * _STEP * value)
        for name, move in moves.items()
    }
    said = (
        (_BELOW_0, value < 0),
        (_NO_COST, not cost),
        (_NO_LEAVING, not future.leaves),
    )
    return value, told, tuple(note for note, is_so in said if is_so)


class _Future:
    """What customers are worth from now on, at terms a little off those of the case."""

    def __init__(self, case: Case, margin: float, cost: float) -> None:
        self._case, self._margin, self._cost = case, margin, cost
        self._force = weekly_discount(case.annual_discount)
        self._purchases = self._ahead(case.horizon_weeks, self._force)
        self._spent = case.spend.expected_spend(case.spending_purchases, case.mean_spend)

    @property
    def leaves(self) -> bool:
        """Whether customers of the model can leave in a way that is known here."""
        return self._case.model.NAME in _BY_PURCHASES | _BY_TIME

    def worth(self, *, margin: float = 1, cost: float = 1, purchases: Numbers = None) -> float:
        """The value with margin, cost or purchases moved."""
        bought = self._purchases if purchases is None else purchases
        of_each = margin * self._margin * self._spent - cost * self._cost
        together = of_each * bought
        return float(together.sum() if hasattr(together, "sum") else together)

    def at_rate(self, by: float) -> float:
        """The value where those who are there buy ``by`` times as often."""
        by_count = self._case.model.NAME in _BY_PURCHASES
        return self.worth(purchases=self._faster(by) if by_count else by * self._purchases)

    def at_leaving(self, by: float) -> float:
        """The value where those who are there leave ``by`` times as readily."""
        return self.worth(purchases=self._faster(by) / by)

    def _faster(self, by: float) -> Numbers:
        """The purchases where time itself runs ``by`` times as fast, but the discount does not."""
        weeks = self._case.horizon_weeks
        return self._ahead(None if weeks is None else by * weeks, self._force / by)

    def at_discount(self, by: float) -> float:
        """The value at ``by`` times the yearly discount rate."""
        force = log1p(by * self._case.annual_discount) / WEEKS_A_YEAR
        return self.worth(purchases=self._ahead(self._case.horizon_weeks, force))

    def _ahead(self, weeks: float | None, force: float) -> Numbers:
        history = (self._case.repeats, self._case.recency, self._case.age)
        return purchases_ahead(self._case.model, history, weeks, force)
