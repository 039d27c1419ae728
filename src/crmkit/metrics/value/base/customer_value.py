"""What a relationship has brought and what it may still bring: the answers of ``valuation``."""

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import Period
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.value.base.scores import YEAR_WEEKS

__all__ = ["BaseValues", "CustomerValue"]


@frozen(kw_only=True)
class CustomerValue(Shown):
    """What a relationship has brought and what it may still bring.

    Attributes:
        customer_id: Whose.
        period: The days that revenue and profit are of; None for all so far.
        revenue: Net of refunds, without tax and shipping. A refund counts on its own day.
        profit: That revenue less the cost of goods; None where it is unknown.
        tenure: Days since the first net purchase occasion; None without one.
        alive: Chance that the customer will still buy, 0 to 1.
        expected_purchases: Occasions to expect within the next 52 weeks.
        expected_spend: Net revenue to expect of an occasion, in major units.
        future_revenue: Discounted revenue to expect within three years, in major units.
        clv: Discounted profit to expect within three years, in major units.
        models: A line per model: what was fitted, or why not.
        notes: What is missing and why.
    """

    customer_id: str
    period: Period | None
    revenue: Money
    profit: Money | None
    tenure: int | None
    alive: Estimate
    expected_purchases: Estimate
    expected_spend: Estimate
    future_revenue: Estimate
    clv: Estimate
    models: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return what it brought and what may come, as they are shown."""
        profit = "unknown" if self.profit is None else str(self.profit)
        when = "" if self.period is None else f" {self.period}:"
        rows, reasons = side_by_side({one: figure for one, _, figure in self._outlook()})
        known = (one for _, _, one in self._outlook() if one.value is not None)
        doubts = dict.fromkeys(note for one in known for note in one.notes)
        return Sheet(
            title=f"{self.customer_id}:{when} revenue {self.revenue}, profit {profit}",
            rows=rows,
            notes=(*reasons, *doubts, *self.notes),
        )

    def _outlook(self) -> tuple[tuple[str, str, Estimate], ...]:
        """What may come: how it is shown, its name in the catalogue, and the figure."""
        return (
            ("still a customer", "probability_alive", self.alive),
            (f"next {YEAR_WEEKS} weeks", "expected_purchases", self.expected_purchases),
            ("per occasion", "expected_spend", self.expected_spend),
            ("lifetime value", "clv", self.clv),
        )

    def explain(self) -> Explanation:
        """Return how the figures came about, and which fit stands behind them."""
        tenure = None if self.tenure is None else f"{self.tenure:,} days"
        brought = (("revenue", self.revenue), ("profit", self.profit), ("tenure", tenure))
        return explained(
            "customer_value",
            f"revenue {self.revenue}, lifetime value {self.clv.told}",
            inputs={"period": "all so far" if self.period is None else self.period},
            left_out=self.notes,
            model="\n".join(self.models),
            parts=(
                *(explained(name, one) for name, one in brought),
                *(figure.explain(name) for _, name, figure in self._outlook()),
            ),
        )


@frozen(kw_only=True)
class BaseValues:
    """What the customers of a base may still bring, one by one and together.

    Attributes:
        rows: One value per customer, in the order asked.
        alive: How many are expected to be still there; the interval is the luck of each.
        expected_purchases: Occasions to expect of all within the next 52 weeks.
        clv: Lifetime value to come, of all.
    """

    rows: tuple[CustomerValue, ...]
    alive: Estimate
    expected_purchases: Estimate
    clv: Estimate
