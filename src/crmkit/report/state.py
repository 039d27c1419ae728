"""The state of a customer base as of a moment: everything a report shows, as one value."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from crmkit.customer_base import CustomerBase
from crmkit.domain.level import RelationshipLevel
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.states import State
from crmkit.domain.tally import Buying
from crmkit.domain.times import AsOf, Period, date_of
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.kpis.concentration import Concentration
from crmkit.metrics.kpis.period import NO_MARGIN, PeriodKpis
from crmkit.metrics.loyalty.base import BaseLoyalty
from crmkit.metrics.satisfaction.base import BaseSatisfaction
from crmkit.metrics.value.relationship.base_relationship_value import BaseRelationshipValue
from crmkit.profiles import Profile, Profiles
from crmkit.relationships import BaseRelationship
from crmkit.report.findings import Findings, findings_of
from crmkit.report.parts import parts_of, title_of

__all__ = ["Books", "Counts", "StateOfBase", "state_of_base"]


@frozen(kw_only=True)
class Counts:
    """How many there are.

    Attributes:
        customers: Known customers; guests are none.
        buyers: Those with a net order.
        repeat_buyers: Those with a second net occasion.
        guests: Guests; each is one order or return.
        orders: Net orders, guests' included.
        void_orders: Orders that came back in full.
        returned_orders: Orders of which something came back.
    """

    customers: int
    buyers: int
    repeat_buyers: int
    guests: int
    orders: int
    void_orders: int
    returned_orders: int


@frozen(kw_only=True)
class Books:
    """The money of the whole log; customers and guests add up to the total.

    Attributes:
        paid, refunded, revenue: For goods, after discount; revenue is their difference.
        customer_revenue, guest_revenue: The two parts of revenue.
        profit: Revenue less the cost of goods; None where it is unknown.
        beside: The other heads, signed.
    """

    paid: Money
    refunded: Money
    revenue: Money
    customer_revenue: Money
    guest_revenue: Money
    profit: Money | None
    beside: Mapping[str, Money]


@frozen(kw_only=True)
class StateOfBase(Shown):
    """Everything a report shows.

    Attributes:
        shop_id: Whose base.
        as_of: The last day that counts.
        first_day: Day of the first fact; None without any.
        counts, books: How many, and how much, over the whole log.
        kpis: The twelve months up to ``as_of``.
        states, levels: Customers by state, and by relationship level.
        relationship: On what evidence, and against what pays and what is declared.
        satisfaction: What was asked, what behaviour shows, and what answers it foretells.
        loyalty: The means of the four dimensions, and customers by phase and type.
        findings: Movement, needs, drivers, causes of loss: what only some logs can tell.
        relationship_value: The indicators over the same twelve months, guests included.
        alive: Customers expected to be still there.
        expected_purchases: Occasions to expect of all customers in the next 52 weeks.
        equity: Lifetime value to come, of all customers.
        models: One line per model: what was fitted, or why not.
        concentration: Of net revenue over buyers.
        ranked_by: What "most valuable" means here.
        most_valuable, most_at_risk: Ten of each.
        notes: What the reader must know.
    """

    shop_id: str
    as_of: date
    first_day: date | None
    counts: Counts
    books: Books
    kpis: PeriodKpis
    states: Mapping[State, int]
    levels: Mapping[RelationshipLevel, int]
    relationship: BaseRelationship
    satisfaction: BaseSatisfaction
    loyalty: BaseLoyalty
    findings: Findings
    relationship_value: BaseRelationshipValue
    alive: Estimate
    expected_purchases: Estimate
    equity: Estimate
    models: tuple[str, ...]
    concentration: Concentration
    ranked_by: str
    most_valuable: tuple[Profile, ...]
    most_at_risk: tuple[Profile, ...]
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return the report as a notebook shows it."""
        parts = tuple(part.sheet() for part in parts_of(self))
        return Sheet(title=title_of(self), notes=self.notes, parts=parts)


_BESIDE = (
    "discount",
    "shipping",
    "tax",
    "fees",
    "adjustments",
    "liabilities",
    "donations",
)


def state_of_base(base: CustomerBase, *, as_of: AsOf | None = None) -> StateOfBase:
    """Return the state of a base.

    Args:
        base: The base.
        as_of: The last moment that counts; now by default.
    """
    profiles = base.profiles(as_of=as_of)
    today = date_of(profiles.as_of_day)
    firsts = [
        one.dealings.first_seen_day
        for one in base.summaries(as_of=as_of).customers.values()
        if one.dealings.first_seen_day is not None
    ]
    books, year = _books(profiles), Period.year_to(today)
    relationship = base.relationship(as_of=as_of)
    return StateOfBase(
        shop_id=base.shop.id,
        as_of=today,
        first_day=date_of(min(firsts)) if firsts else None,
        counts=_counts(profiles),
        books=books,
        kpis=base.kpis(year, as_of=as_of),
        states=relationship.states,
        levels=relationship.levels,
        relationship=relationship,
        satisfaction=base.satisfaction(as_of=as_of),
        loyalty=base.loyalty(as_of=as_of),
        findings=findings_of(base, year, as_of=as_of),
        relationship_value=base.relationship_value(period=year, as_of=as_of).together,
        alive=profiles.worth.alive,
        expected_purchases=profiles.worth.expected_purchases,
        equity=profiles.worth.clv,
        models=profiles.models.lines(),
        concentration=base.concentration(as_of=as_of),
        ranked_by=profiles.ranked_by,
        most_valuable=tuple(profiles.most_valuable()),
        most_at_risk=tuple(profiles.most_at_risk()),
        notes=() if books.profit is not None else (NO_MARGIN,),
    )


def _counts(profiles: Profiles) -> Counts:
    everyone = profiles.everyone
    return Counts(
        customers=len(profiles),
        buyers=sum(one.occasions > 0 for one in profiles.rows),
        repeat_buyers=sum(one.occasions > 1 for one in profiles.rows),
        guests=profiles.guests,
        orders=everyone.orders,
        void_orders=everyone.void_orders,
        returned_orders=everyone.returned_orders,
    )


def _books(profiles: Profiles) -> Books:
    everyone, currency = profiles.everyone, profiles.shop.currency

    def money(buying: Buying, head: str) -> Money:
        return Money(getattr(buying, head), currency)

    revenue, of_guests = money(everyone, "revenue"), money(profiles.guest_buying, "revenue")
    profit = everyone.profit(profiles.shop.gross_margin)
    return Books(
        paid=money(everyone, "paid"),
        refunded=money(everyone, "refunded"),
        revenue=revenue,
        customer_revenue=revenue - of_guests,
        guest_revenue=of_guests,
        profit=None if profit is None else Money(profit, currency),
        beside={head: money(everyone, head) for head in _BESIDE},
    )
