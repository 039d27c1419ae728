"""Orders netted before anything is counted, and what a customer's orders amount to.

An order is void when it has a purchase and a return, and all its goods came back or refunds
reach what was paid for goods; a void order is no purchase. Counts, days and occasions leave
void orders out. Money does not: what was refunded and what was kept of a void order stays
in the sums, and so does a refund that could not be linked, so that revenue is conserved.

Amounts are minor units of the reporting currency, units thousandths, days since 1970-01-01
in the shop's zone, as in ``Fact``.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally.declare import Tally
from crmkit.domain.tally.expression import Expr, row
from crmkit.domain.tally.readings import reading
from crmkit.domain.tally.rules import At, count, distinct, highest, lowest, total, total_at

__all__ = ["Buying", "NetOrder"]

_BOUGHT = row.kind == "purchase"
_GOODS = _BOUGHT & (row.goods > 0)
_BACK = row.kind == "return"
_ARRIVED = row.kind == "delivered"
_FOLLOWED = row.matter == "contact/outbound/follow_up"

#: A follow-up counts as after the sale up to so many days after delivery (or the order).
FOLLOW_UP_DAYS = 14


def _soon_after(asked: Expr, event: Expr) -> Expr:
    return (asked >= event) & (asked - event <= FOLLOW_UP_DAYS)


@frozen(kw_only=True)
class NetOrder(Tally):
    """One order: all that was bought, charged, sent back and refunded under its key.

    Attributes:
        purchases: Purchase rows with goods.
        charges: Purchase rows without goods: postage or a fee booked alone.
        returns: Return rows.
        units, units_back: Goods bought and sent back, thousandths.
        paid, refunded: For goods, after discount.
        cost, cost_back: Cost of the goods bought and sent back, as far as known.
        costed, costed_back: The parts of ``paid`` and ``refunded`` whose cost is known.
        discount, shipping, tax, fees, adjustments, liabilities, donations: Signed totals
            over all rows of the order.
        day: The day of the order: the first of its purchase rows with goods.
        promised_day: The first day promised for delivery.
        delivered_day: The last day on which something was delivered.
        net: Revenue of the order: paid for goods minus refunded.
        void: Whether it was undone.
        is_order: Whether it counts: a purchase of goods that was not undone.
        late: Delivered after the promised day.
        faults: Return rows for which the shop was to blame.
        coded: Return rows whose reason is known.
        with_offer: Purchase rows with goods that name an offer.
        first_follow_up_day, last_follow_up_day: When the shop asked how it was.
        followed_up: Whether it did so, the first time or the last, within 14 days after
            delivery, or after the order where the day of delivery is not known.
    """

    purchases: int = count(where=_GOODS)
    charges: int = count(where=_BOUGHT & ~(row.goods > 0))
    returns: int = count(where=_BACK)
    units: int = total(row.units, where=_BOUGHT)
    units_back: int = total(row.units, where=_BACK)
    paid: int = total(row.amount, where=_BOUGHT)
    refunded: int = total(row.amount, where=_BACK)
    cost: int = total(row.cost, where=_BOUGHT)
    cost_back: int = total(row.cost, where=_BACK)
    costed: int = total(row.costed, where=_BOUGHT)
    costed_back: int = total(row.costed, where=_BACK)
    discount: int = total(row.discount)
    shipping: int = total(row.shipping)
    tax: int = total(row.tax)
    fees: int = total(row.fees)
    adjustments: int = total(row.adjustments)
    liabilities: int = total(row.liabilities)
    donations: int = total(row.donations)
    day: int | None = lowest(row.day, where=_GOODS)
    promised_day: int | None = lowest(row.due_day, where=_BOUGHT)
    delivered_day: int | None = highest(row.day, where=_ARRIVED)
    faults: int = count(where=_BACK & (row.fault > 0))
    coded: int = count(where=_BACK & row.fault.known())
    with_offer: int = count(where=_GOODS & row.offer_id.known())
    first_follow_up_day: int | None = lowest(row.day, where=_FOLLOWED)
    last_follow_up_day: int | None = highest(row.day, where=_FOLLOWED)

    net = reading(row.paid - row.refunded)
    void = reading(
        (row.purchases > 0)
        & (row.returns > 0)
        & (
            (row.units > 0) & (row.units_back >= row.units)
            | (row.paid > 0) & (row.refunded >= row.paid)
        )
    )
    is_order = reading((row.purchases > 0) & ~row.void)
    late = reading(row.delivered_day > row.promised_day)
    followed_up = reading(
        _soon_after(row.first_follow_up_day, row.delivered_day)
        | _soon_after(row.last_follow_up_day, row.delivered_day)
        | ~row.delivered_day.known()
        & (
            _soon_after(row.first_follow_up_day, row.day)
            | _soon_after(row.last_follow_up_day, row.day)
        )
    )


@frozen(kw_only=True)
class Buying(Tally):
    """What a customer's net orders amount to. Adds up over parts that share no order.

    Attributes:
        orders: Orders that count: bought goods, not void.
        void_orders: Orders undone by returns.
        returned_orders: Orders of which something came back, void ones among them.
        occasions: Days with an order that counts.
        spending_days: Those of them with an order whose net is above 0.
        first_day, last_day: The first and last occasion; None without one.
        first_spending_day: The first day with such an order.
        first_revenue: Net of the orders of the first occasion.
        paid, refunded: For goods, over all orders and unlinked returns.
        revenue: Paid minus refunded over all of them; what the books say.
        order_revenue: Net of the orders that count.
        units, units_back: Goods bought and sent back, thousandths.
        cost, cost_back, costed, costed_back: As in ``NetOrder``.
        discount, shipping, tax, fees, adjustments, liabilities, donations: Signed totals.
        delivered: Orders that count with a known day of delivery.
        promised: Those of them with a promised day.
        late: Those delivered after it.
        owed_days: Days promised for orders that count and that did not arrive so far.
        faulty_orders: Orders of which something came back through the shop's fault.
        coded_orders: Orders of which something came back for a known reason.
        offer_orders: Orders that count and name an offer.
        followed_up_orders: Orders that count after which the shop asked how it was.
        repeats: Occasions after the first.
        recency: Days from the first occasion to the last; None without one.
        units_kept: Goods bought minus sent back.
        repeat_revenue: Order revenue without the first occasion's; None without one.
        spending_repeats: Spending days after the first occasion.
    """

    orders: int = count(where=row.is_order)
    void_orders: int = count(where=row.void)
    returned_orders: int = count(where=(row.purchases > 0) & (row.returns > 0))
    occasions: frozenset[int] = distinct(row.day, where=row.is_order)
    spending_days: frozenset[int] = distinct(row.day, where=row.is_order & (row.net > 0))
    first_day: int | None = lowest(row.day, where=row.is_order)
    last_day: int | None = highest(row.day, where=row.is_order)
    first_spending_day: int | None = lowest(row.day, where=row.is_order & (row.net > 0))
    first_revenue: At = total_at(row.net, lowest=row.day, where=row.is_order)
    paid: int = total(row.paid)
    refunded: int = total(row.refunded)
    revenue: int = total(row.net)
    order_revenue: int = total(row.net, where=row.is_order)
    units: int = total(row.units)
    units_back: int = total(row.units_back)
    cost: int = total(row.cost)
    cost_back: int = total(row.cost_back)
    costed: int = total(row.costed)
    costed_back: int = total(row.costed_back)
    discount: int = total(row.discount)
    shipping: int = total(row.shipping)
    tax: int = total(row.tax)
    fees: int = total(row.fees)
    adjustments: int = total(row.adjustments)
    liabilities: int = total(row.liabilities)
    donations: int = total(row.donations)
    delivered: int = count(where=row.is_order & row.delivered_day.known())
    promised: int = count(where=row.is_order & row.delivered_day.known() & row.promised_day.known())
    late: int = count(where=row.is_order & row.late)
    owed_days: frozenset[int] = distinct(
        row.promised_day, where=row.is_order & ~row.delivered_day.known()
    )
    faulty_orders: int = count(where=(row.purchases > 0) & (row.faults > 0))
    coded_orders: int = count(where=(row.purchases > 0) & (row.coded > 0))
    offer_orders: int = count(where=row.is_order & (row.with_offer > 0))
    followed_up_orders: int = count(where=row.is_order & row.followed_up)

    repeats = reading((row.occasions - 1).at_least(0))
    recency = reading(row.last_day - row.first_day)
    units_kept = reading(row.units - row.units_back)
    repeat_revenue = reading(row.order_revenue - row.first_revenue)
    spending_repeats = reading(
        row.spending_days - (row.first_spending_day == row.first_day).counted()
    )

    @property
    def mean_repeat_spend(self) -> float | None:
        """Mean net revenue, in minor units, of a spending day after the first occasion.

        The customer's first occasion is left out, and so are occasions without spend.
        None without such a day.
        """
        if not self.spending_repeats:
            return None
        mean: float = self.repeat_revenue / self.spending_repeats
        return mean

    def profit(self, gross_margin: Decimal | None) -> int | None:
        """Revenue minus the cost of goods, in minor units.

        Goods whose cost is known count at their cost, the other revenue at the margin.

        Args:
            gross_margin: Share of revenue that remains after the cost of goods, at most 1;
                None where unknown.

        Returns:
            The profit, rounded half-even; None where some revenue has neither a known cost
            nor a margin.

        Raises:
            InvalidValueError: ``gross_margin`` is a float, not finite, or above 1.
        """
        costed = self.costed - self.costed_back
        known = costed - (self.cost - self.cost_back)
        rest = self.revenue - costed
        if gross_margin is None:
            return None if rest else known
        margin = _checked_margin(gross_margin)
        return known + int((margin * rest).quantize(Decimal(1), ROUND_HALF_EVEN))


def _checked_margin(margin: Any) -> Decimal:
    """``margin``, refused where it is no exact share."""
    if isinstance(margin, Decimal) and margin.is_finite() and margin <= 1:
        return margin
    raise InvalidValueError(
        "gross_margin", margin, "must be a Decimal of at most 1", "write Decimal('0.35')"
    )
