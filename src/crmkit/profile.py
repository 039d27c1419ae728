"""One customer judged, as a row."""

from datetime import date
from typing import Any

from attrs import asdict, frozen

from crmkit.domain.level import RelationshipLevel
from crmkit.domain.money import Money
from crmkit.domain.states import State
from crmkit.metrics.loyalty.typology import LoyaltyClass

__all__ = ["Profile"]


@frozen(kw_only=True)
class Profile:
    """One customer, judged.

    Attributes:
        customer_id: Who.
        state: Where the customer stands.
        state_confidence: Share, 0 to 1, of the known signs that agree with the state.
        level: How far the shop goes for them after the sale.
        level_gap: By how many levels the shop falls short of what pays for them; below 0 where it
            goes beyond, None where their margin is unknown.
        orders, occasions: Net orders, and days with one.
        revenue: Net of refunds, without tax and shipping.
        profit: Revenue less the cost of goods; None where it is unknown.
        first_order, last_order: Days of the first and the latest occasion.
        quiet: Days since the latest occasion.
        dormant_after: Quiet days beyond which this customer is dormant.
        satisfied: Mean share of the scale over satisfaction and ease, 0 to 1.
        recommends: Share of the scale of the intention to recommend, 0 to 1.
        satisfaction_shown: What their behaviour shows of it, 0 to 100: a proxy.
        satisfaction_expected: What they would answer by it, as a share of the scale, 0 to 1;
            None where fewer than 200 customers answered.
        open_cases, complaints: Cases not closed; cases that were complaints.
        cognitive, affective, intentional, behavioural, loyalty: Loyalty scores, 0 to 1.
        phase: How far loyalty has grown, 0 to 4.
        loyalty_class: The class of Dick and Basu.
        alive: Chance that the customer will still buy, 0 to 1.
        expected_purchases: Occasions to expect within the next 52 weeks.
        future_revenue, future_low, future_high: Discounted revenue to expect within three
            years and its interval, major units.
        clv, clv_low, clv_high: Lifetime value to come and its interval, major units.
        at_risk: Whether the customer is slipping away and not yet lost.
        at_stake: If at risk, what a year of this customer brought in major units, times the
            chance of having left.
        reason: Why the customer is at risk; empty otherwise.
    """

    customer_id: str
    state: State
    state_confidence: float | None
    level: RelationshipLevel
    level_gap: int | None
    orders: int
    occasions: int
    revenue: Money
    profit: Money | None
    first_order: date | None
    last_order: date | None
    quiet: int | None
    dormant_after: float | None
    satisfied: float | None
    recommends: float | None
    satisfaction_shown: float | None
    satisfaction_expected: float | None
    open_cases: int
    complaints: int
    cognitive: float | None
    affective: float | None
    intentional: float | None
    behavioural: float | None
    loyalty: float | None
    phase: int | None
    loyalty_class: LoyaltyClass
    alive: float | None
    expected_purchases: float | None
    future_revenue: float | None
    future_low: float | None
    future_high: float | None
    clv: float | None
    clv_low: float | None
    clv_high: float | None
    at_risk: bool
    at_stake: float | None
    reason: str

    @property
    def worth(self) -> tuple[float | None, float | None, float | None]:
        """Lifetime value and its interval; where profit is unknown, revenue to come."""
        if self.clv is not None:
            return self.clv, self.clv_low, self.clv_high
        return self.future_revenue, self.future_low, self.future_high

    def to_row(self) -> dict[str, Any]:
        """Return a flat row of plain values: money in major units as text."""
        row = asdict(self, recurse=False)
        for name in ("state", "level", "loyalty_class"):
            row[name] = str(row[name])
        row["revenue"] = str(self.revenue.amount)
        row["profit"] = None if self.profit is None else str(self.profit.amount)
        for name in ("first_order", "last_order"):
            row[name] = None if row[name] is None else row[name].isoformat()
        return row
