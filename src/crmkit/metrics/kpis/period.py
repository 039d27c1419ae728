"""The performance of a shop over a period: customers, orders and money that reconcile.

Voidness is judged once, with what is known now: an order that came back later is none, in
whatever period it was placed. Money keeps its period: what was paid counts when it was paid,
a refund when it was given. Customers and guests together are the shop's total.
"""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerTally, NetOrder
from crmkit.domain.times import Period
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.kpis.customer_kpis import CustomerKpis, customer_kpis
from crmkit.metrics.kpis.standings import standings

__all__ = ["NO_MARGIN", "PeriodKpis", "period_kpis"]

NO_MARGIN = "profit is unknown: give lines a cost, or the shop a gross margin"
_HEADS = (
    "paid",
    "refunded",
    "revenue",
    "shipping",
    "tax",
    "fees",
    "adjustments",
    "liabilities",
    "donations",
)


@frozen(kw_only=True)
class PeriodKpis(Shown):
    """What happened in a period.

    Attributes:
        period: Closed-open local days.
        customers: New, lost and kept customers with their rates; guests are none.
        orders: Orders placed in it that are not void now, guests' included.
        void_orders: Orders placed in it that came back since.
        average_order: Mean net revenue of its orders, in major units.
        paid: Paid for goods in it, after discount.
        refunded: Refunded for goods in it.
        revenue: Paid less refunded: customers' and guests'.
        customer_revenue, guest_revenue: Its two parts.
        shipping, tax, fees, adjustments, liabilities, donations: Booked in it, signed.
        profit: Revenue less the cost of goods; None where it is unknown.
        notes: What is missing.
    """

    period: Period
    customers: CustomerKpis
    orders: int
    void_orders: int
    average_order: Estimate
    paid: Money
    refunded: Money
    revenue: Money
    customer_revenue: Money
    guest_revenue: Money
    shipping: Money
    tax: Money
    fees: Money
    adjustments: Money
    liabilities: Money
    donations: Money
    profit: Money | None
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the period as it is shown."""
        rates, reasons = side_by_side(self.customers.rates())
        void = f", and {self.void_orders:,} void" if self.void_orders else ""
        return Sheet(
            title=str(self.period),
            rows=(
                ("customers", self.customers.brief()),
                *rates,
                ("orders", f"{self.orders:,}{void}"),
                ("average order", self.average_order),
                ("revenue", f"{self.paid} paid - {self.refunded} refunded = {self.revenue}"),
                ("profit", "unknown" if self.profit is None else self.profit),
            ),
            notes=(*reasons, *self.customers.notes, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how the figures of the period came about."""
        inputs: dict[str, object] = {"orders": self.orders, "void orders": self.void_orders}
        return explained(
            "period_kpis",
            f"{self.revenue} revenue from {self.orders:,} orders",
            inputs=inputs | {head: getattr(self, head) for head in (*_HEADS, "profit")},
            left_out=self.notes,
            parts=(self.customers.explain(), self.average_order.explain("average_order")),
        )


def period_kpis(
    period: Period,
    *,
    now: BaseSummary,
    within: BaseSummary,
    tallies: Mapping[str, CustomerTally],
    shop: Shop,
    base_gap: float | None,
) -> PeriodKpis:
    """Return the performance over a period.

    Args:
        period: Closed-open local days.
        now: Everyone with all that is known now.
        within: Everyone with the facts of the period alone; its money is the period's.
        tallies: What ``now`` was read off.
        shop: Whose policy rules.
        base_gap: ``usual_gap`` of the base.
    """
    everyone, guests = within.everyone(), within.guests.buying
    placed = [order for order in _orders(tallies.values()) if order.day in period.days()]
    kept = [_major(order.net, shop) for order in placed if order.is_order]
    money = {name: Money(getattr(everyone, name), shop.currency) for name in _HEADS}
    guest_revenue = Money(guests.revenue, shop.currency)
    profit = everyone.profit(shop.gross_margin)
    people = standings(
        now.customers.values(),
        period,
        shop=shop,
        base_gap=base_gap,
        profits={} if profit is None else _profits(now, within, shop),
    )
    return PeriodKpis(
        period=period,
        customers=customer_kpis(people, money_unit=shop.currency),
        orders=len(kept),
        void_orders=sum(order.void for order in placed),
        average_order=mean_estimate(kept, unit=shop.currency),
        **money,
        customer_revenue=money["revenue"] - guest_revenue,
        guest_revenue=guest_revenue,
        profit=None if profit is None else Money(profit, shop.currency),
        notes=() if profit is not None else (NO_MARGIN,),
    )


def _orders(tallies: Iterable[CustomerTally]) -> Iterator[NetOrder]:
    for tally in tallies:
        yield from tally.orders.values()


def _major(minor: int, shop: Shop) -> float:
    return float(Money(minor, shop.currency).amount)


def _profits(now: BaseSummary, within: BaseSummary, shop: Shop) -> dict[str, float | None]:
    """Profit of the period by customer: 0 for those of whom the period has no facts."""
    profits: dict[str, float | None] = dict.fromkeys(now.customers, 0.0)
    for name, one in within.customers.items():
        profit = one.profit(shop.gross_margin)
        profits[name] = None if profit is None else _major(profit, shop)
    return profits
