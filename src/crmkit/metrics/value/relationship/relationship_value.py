"""Relationship value: five indicators of what a customer was worth over a period, and their sum.

    1 profitability  Π = revenue − cost of goods − recorded costs − cost to serve
      and cash flow  Π − revenue + revenue received in the period
    2 lifetime       how long it has lasted, whether it still does, what is left of it
    3 capability     what the shop learnt from the customer
    4 referral       what those are worth whom the customer brought
    5 potential      what could still be won of the customer's spending

    relationship value = Π + capability + referral + potential

Lifetime is a horizon and never added: money and weeks have no sum. Revenue is net of refunds,
so that returns cost only their handling. Nothing is discounted within the period. What is
not known is not 0: it is left out of the sum and said, and without Π there is no sum. The
coverage is the share of the five indicators that are known. Everything is in whole minor
units; the total is the sum of the rounded parts.

The referral value is that of one customer's view, where the margin of those who were brought
is credited to the one who brought them. Values of several customers must therefore not be
added up by hand: ``total_of`` does it without counting anything twice.

Source: crmkit, after the five indicators of customer relationship value in Chinese textbooks
on customer relationship management (获利能力和现金流, 关系寿命, 能力价值, 推荐价值, 潜在价值);
each indicator names its own source.
"""

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.money import Money, added
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import Period
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.relationship._exact import not_negative
from crmkit.metrics.value.relationship.capability import CapabilityValue
from crmkit.metrics.value.relationship.cost_to_serve import CostToServe
from crmkit.metrics.value.relationship.lifetime import Lifetime
from crmkit.metrics.value.relationship.potential import PotentialValue
from crmkit.metrics.value.relationship.referral import ReferralValue

__all__ = ["INDICATORS", "RelationshipValue", "relationship_value"]

INDICATORS = ("profitability", "lifetime", "capability", "referral", "potential")

_NO_MARGIN = "profitability is not known: the margin is missing, and so there is no total"
_NO_CASH = "cash flow is not known: what was received in the period is missing"
_NO_RATES = "no cost to serve by rates is deducted: there are none"
_FREE = "no cost is recorded and no rate given: profitability is the margin"


def _costs(value: Mapping[str, Money]) -> FrozenMapping:
    return FrozenMapping(
        {name: not_negative(value[name], f"costs[{name!r}]") for name in sorted(value)}
    )


@frozen(kw_only=True)
class RelationshipValue(Shown):
    """What a relationship was worth over a period: made from its inputs, so that it adds up.

    Attributes:
        customer_id: Whose; empty for guests taken together.
        period: The days it is of.
        revenue: Net of refunds, without tax and shipping.
        margin: Revenue less the cost of goods; None where it is not known.
        costs: Recorded costs by activity, each 0 or more.
        serving: Cost to serve by rates; None where there are no rates.
        received: Revenue received in the period; None where it is not known.
        lifetime: How long, and how long still; None where nothing of it is known.
        capability: What was learnt from the customer.
        referral: What those are worth whom the customer brought.
        potential: What could still be won.
        profitability: Margin less costs and cost to serve; None without a margin.
        cash_flow: Profitability less revenue, plus what was received; None without either.
        total: Profitability and those of the three other amounts that are known; None without
            profitability.
        coverage: Share, 0 to 1, of the five indicators that are known in full.
        notes: What is missing.
    """

    customer_id: str = ""
    period: Period
    revenue: Money
    margin: Money | None
    costs: Mapping[str, Money] = field(default=EMPTY, converter=_costs, hash=False)
    serving: CostToServe | None = None
    received: Money | None = None
    lifetime: Lifetime | None = None
    capability: CapabilityValue | None = None
    referral: ReferralValue | None = None
    potential: PotentialValue | None = None
    profitability: Money | None = field(init=False)
    cash_flow: Money | None = field(init=False)
    total: Money | None = field(init=False)
    coverage: float = field(init=False)
    notes: tuple[str, ...] = field(init=False)

    @profitability.default
    def _margin_less_costs(self) -> Money | None:
        served = () if self.serving is None else (self.serving.total,)
        spent = added((*self.costs.values(), *served), self.revenue.currency)
        return None if self.margin is None else self.margin - spent

    @cash_flow.default
    def _as_received(self) -> Money | None:
        if self.profitability is None or self.received is None:
            return None
        return self.profitability - self.revenue + self.received

    @total.default
    def _of_the_known(self) -> Money | None:
        known = (amount for amount in self.amounts().values() if amount is not None)
        together = added(known, self.revenue.currency)
        return None if self.profitability is None else together

    @coverage.default
    def _share_known(self) -> float:
        return 1 - len(self.lacking) / len(INDICATORS)

    @notes.default
    def _what_is_missing(self) -> tuple[str, ...]:
        found = {"cost to serve": self.serving, "lifetime": self.lifetime, **self._others()}
        reasons = (
            f"{name}: {note}"
            for name, one in found.items()
            if one is not None
            for note in one.notes
        )
        return (*self._about_money(), *self._nothing_known(), *reasons)

    def _nothing_known(self) -> Iterator[str]:
        """The indicators of which nothing is known; Π says so itself."""
        found = {"lifetime": self.lifetime, **self._others()}
        yield from (f"{name} is not known" for name, one in found.items() if one is None)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The indicators that are not known, or not in full, by name."""
        known = {name: amount is not None for name, amount in self.amounts().items()}
        known["lifetime"] = self.lifetime is not None and not self.lifetime.missing
        return tuple(name for name in INDICATORS if not known[name])

    def amounts(self) -> dict[str, Money | None]:
        """Return the four indicators that are money, by name; None where not known."""
        found = self._others().items()
        others = {name: None if one is None else one.value for name, one in found}
        return {"profitability": self.profitability, **others}

    def sheet(self) -> Sheet:
        """Return the indicators as they are shown."""
        amounts = {name: _told(amount) for name, amount in self.amounts().items()}
        whose = f"{self.customer_id}: " if self.customer_id else ""
        return Sheet(
            title=f"{whose}relationship value {_told(self.total)} ({self.period})",
            rows=(
                ("revenue", str(self.revenue)),
                ("profitability", amounts.pop("profitability")),
                ("cash flow", _told(self.cash_flow)),
                ("lifetime", "unknown" if self.lifetime is None else self.lifetime.brief()),
                *amounts.items(),
                ("coverage", f"{self.coverage:.0%} of the five indicators"),
            ),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the value came about, indicator by indicator."""
        found = (self.serving, self.lifetime, *self._others().values())
        return explained(
            "relationship_value",
            self.total,
            inputs={"period": self.period, **self.amounts()},
            coverage=f"{self.coverage:.0%} of the five indicators",
            left_out=self._nothing_known(),
            parts=(*self._money(), *(one.explain() for one in found if one is not None)),
        )

    def _others(self) -> dict[str, CapabilityValue | ReferralValue | PotentialValue | None]:
        return {
            "capability": self.capability,
            "referral": self.referral,
            "potential": self.potential,
        }

    def _about_money(self) -> tuple[str, ...]:
        no_rates = _NO_RATES if self.costs else _FREE
        told = (
            (_NO_MARGIN, self.margin),
            (no_rates, self.serving),
            (_NO_CASH, self.received),
        )
        return tuple(note for note, one in told if one is None)

    def _money(self) -> Iterator[Explanation]:
        """How the two amounts of the first indicator came about."""
        yield explained(
            "profitability",
            self.profitability,
            inputs={
                "revenue": self.revenue,
                "margin": self.margin,
                **{f"cost of {activity}": cost for activity, cost in self.costs.items()},
                "cost to serve": self.serving and self.serving.total,
            },
            left_out=self._about_money(),
        )
        yield explained("cash_flow", self.cash_flow, inputs={"received": self.received})


def _told(amount: Money | None) -> str:
    return "unknown" if amount is None else str(amount)


def relationship_value(
    *,
    period: Period,
    currency: str,
    revenue: Money,
    margin: Money | None,
    costs: Mapping[str, Money] = EMPTY,
    serving: CostToServe | None = None,
    received: Money | None = None,
    lifetime: Lifetime | None = None,
    capability: CapabilityValue | None = None,
    referral: ReferralValue | None = None,
    potential: PotentialValue | None = None,
    customer_id: str = "",
) -> RelationshipValue:
    """Bring the five indicators of a relationship together.

    Args:
        period: The days they are of, usually a fiscal year.
        currency: ISO 4217 code of all money.
        revenue: Net of refunds, without tax and shipping.
        margin: Revenue less the cost of goods; None where it is not known.
        costs: Recorded costs by activity, each 0 or more.
        serving: Cost to serve of what was not recorded as a cost; None without rates.
        received: Revenue received in the period (what was sold on credit counts when paid).
        lifetime: Tenure and what is left.
        capability: What was learnt from the customer.
        referral: What those are worth whom the customer brought.
        potential: What could still be won.
        customer_id: Whose; empty for guests taken together.

    Raises:
        InvalidValueError: A cost below 0.
        CurrencyMismatchError: Money in another currency.

    Source:
        crmkit, after the five indicators of customer relationship value.

    >>> year, euros = Period.fiscal_year(2026), lambda amount: Money.of(amount, "EUR")
    >>> value = relationship_value(
    ...     period=year, currency="EUR", revenue=euros(1200), margin=euros(504),
    ...     costs={"service": euros(96), "marketing": euros(40)},
    ... )
    >>> str(value.profitability), round(value.coverage, 1)
    ('EUR 368.00', 0.2)
    """
    return RelationshipValue(
        customer_id=customer_id,
        period=period,
        revenue=Money.zero(currency) + revenue,
        margin=margin,
        costs=costs,
        serving=serving,
        received=received,
        lifetime=lifetime,
        capability=capability,
        referral=referral,
        potential=potential,
    )
