"""Customers as they stood at a moment, read off their tallies.

    occasion   a local day with an order that counts
    repeats    occasions after the first
    recency    days from the first occasion to the last
    age        days from the first occasion to the moment
    quiet      days from the last occasion to the moment

All but ``repeats`` are None for a customer without an order. Guests are in the books and
never among the customers: their orders are one ``Buying``, so that customers and guests
together are the shop's total.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Self

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.tally.customers import CustomerTally, Dealings, Ratings
from crmkit.domain.tally.declare import Tally, figures
from crmkit.domain.tally.expression import row
from crmkit.domain.tally.matters import Matter, Offering, Referred
from crmkit.domain.tally.orders import Buying
from crmkit.domain.tally.readings import reading
from crmkit.domain.tally.rules import rules
from crmkit.domain.tally.service import Keeping, Service
from crmkit.domain.times import date_of, moment

__all__ = ["KEYED", "ROLLED", "BaseSummary", "CustomerSummary", "GuestTotals"]

DAYS_A_YEAR = 365.25

_UNITS = "money in minor units, quantities in thousandths"
FORMULA = f"orders netted by their key, void ones left out of counts and days; {_UNITS}"
SOURCE = "Fader, Hardie & Lee (2005a) for repeats, recency and age; netting: crmkit"

#: Columns for machines: said otherwise where a person looks.
_NOT_SHOWN = frozenset(
    {"customer_id", "as_of_day", "guest", "first_at", "last_at", "first_revenue_at"}
)

#: The parts of a tally that a summary holds by key, as they are.
KEYED = ("voice", "matters", "offers", "referrals")
#: What a summary holds of the other keyed parts: the part, and the tally that sums it up.
ROLLED: Mapping[str, tuple[str, type[Tally]]] = {
    "buying": ("orders", Buying),
    "service": ("cases", Service),
    "keeping": ("promises", Keeping),
}


@frozen(kw_only=True)
class CustomerSummary(Shown):
    """One customer as of a day.

    Attributes:
        customer_id: Who.
        as_of_day: Days since 1970-01-01 in the shop's zone; its facts count.
        buying: What the orders amount to.
        service: What the cases amount to.
        keeping: What the promises amount to.
        dealings: Counts and moments over all facts.
        voice: Ratings by question.
        matters: What is counted by a word of its own.
        offers: Each offer by its id.
        referrals: Each person brought by their id.
        age: Days from the first occasion to ``as_of_day``.
        quiet: Days from the last occasion to ``as_of_day``.
    """

    customer_id: str
    as_of_day: int
    buying: Buying
    service: Service
    keeping: Keeping
    dealings: Dealings
    voice: Mapping[str, Ratings]
    matters: Mapping[str, Matter]
    offers: Mapping[str, Offering]
    referrals: Mapping[str, Referred]

    age = reading(row.as_of_day - row.first_day)
    quiet = reading(row.as_of_day - row.last_day)

    @classmethod
    def read(
        cls,
        customer_id: str,
        tally: CustomerTally,
        *,
        as_of_day: int,
        buying: type[Buying] = Buying,
    ) -> Self:
        """The summary of a tally of facts up to and including ``as_of_day``."""
        return cls(
            customer_id=customer_id,
            as_of_day=as_of_day,
            buying=tally.bought(buying),
            service=tally.service,
            keeping=tally.keeping,
            dealings=tally.dealings,
            voice=tally.voice,
            matters=tally.matters,
            offers=tally.offers,
            referrals=tally.referrals,
        )

    @property
    def first_day(self) -> int | None:
        """The first occasion."""
        return self.buying.first_day

    @property
    def last_day(self) -> int | None:
        """The last occasion."""
        return self.buying.last_day

    @property
    def repeats(self) -> int:
        """Occasions after the first."""
        repeats: int = self.buying.repeats
        return repeats

    @property
    def recency(self) -> int | None:
        """Days from the first occasion to the last."""
        days: int | None = self.buying.recency
        return days

    @property
    def recency_weeks(self) -> float | None:
        """``recency`` in weeks."""
        return _weeks(self.recency)

    @property
    def age_weeks(self) -> float | None:
        """``age`` in weeks."""
        return _weeks(self.age)

    @property
    def quiet_weeks(self) -> float | None:
        """``quiet`` in weeks."""
        return _weeks(self.quiet)

    @property
    def years(self) -> float | None:
        """Years since the first occasion, one at least: newcomers are not scaled up."""
        return None if self.age is None else max(self.age / DAYS_A_YEAR, 1.0)

    @property
    def yearly_revenue(self) -> float | None:
        """Net revenue in a year of the relationship, minor units; None without an occasion."""
        return None if self.years is None else self.buying.revenue / self.years

    @property
    def days(self) -> tuple[int, ...]:
        """The days of the occasions, first to last."""
        return tuple(sorted(self.buying.occasions))

    @property
    def gaps(self) -> tuple[int, ...]:
        """Days between one occasion and the next, in order of time."""
        return tuple(later - earlier for earlier, later in pairwise(self.days))

    @property
    def spending_repeats(self) -> int:
        """Days with spend after the first occasion."""
        days: int = self.buying.spending_repeats
        return days

    @property
    def mean_repeat_spend(self) -> float | None:
        """Mean net revenue, in minor units, of those days; None without one."""
        return self.buying.mean_repeat_spend

    def sheet(self) -> Sheet:
        """What is read off the facts, as it is shown; money in minor units."""
        return Sheet(
            title=f"{self.customer_id} as of {date_of(self.as_of_day)}",
            rows=self._shown(),
            notes=(_UNITS,),
        )

    def _shown(self) -> tuple[tuple[str, str], ...]:
        """The figures there are, days and moments as a person reads them."""
        return tuple(
            (name.removesuffix("_at").replace("_", " "), _told(name, value))
            for name, value in self.figures().items()
            if value and name not in _NOT_SHOWN
        )

    def explain(self) -> Explanation:
        """How the figures came about."""
        return Explanation(
            figure="customer_summary",
            answer=self.customer_id,
            formula=FORMULA,
            source=SOURCE,
            inputs=self._shown(),
        )

    def profit(self, gross_margin: Decimal | None) -> int | None:
        """Revenue minus the cost of goods, in minor units; see ``Buying.profit``."""
        return self.buying.profit(gross_margin)

    def figures(self) -> dict[str, Any]:
        """One flat row: the names and values of the frame reader's ``customers``."""
        own = {"customer_id": self.customer_id, "as_of_day": self.as_of_day}
        own |= figures(self.dealings) | figures(self.buying)
        own |= figures(self.service) | figures(self.keeping)
        return own | {"age": self.age, "quiet": self.quiet}


def _part_of_orders(tallies: Sequence[CustomerTally]) -> Any:
    """The declaration of an order in these tallies; a shop may have its own."""
    tally = type(tallies[0]) if tallies else CustomerTally
    return rules(tally)["orders"].part


def _told(name: str, value: Any) -> str:
    """A figure as a person reads it; a shop's own measure may be of any kind."""
    if not isinstance(value, int):
        return str(value)
    if name.endswith("_day"):
        return str(date_of(value))
    return f"{moment(value):%Y-%m-%d %H:%M} UTC" if name.endswith("_at") else f"{value:,}"


def _weeks(days: int | None) -> float | None:
    return None if days is None else days / 7


@frozen(kw_only=True)
class GuestTotals:
    """All guests together.

    Attributes:
        guests: How many; a guest is as good as an order, so nobody's return is seen.
        buying: What their orders amount to.
    """

    guests: int
    buying: Buying


@frozen(kw_only=True)
class BaseSummary:
    """Everyone as of a day.

    Attributes:
        as_of_day: Days since 1970-01-01 in the shop's zone.
        customers: Each customer, in the order of their ids; guests are not among them.
        guests: The guests' totals.
    """

    as_of_day: int
    customers: Mapping[str, CustomerSummary]
    guests: GuestTotals

    @classmethod
    def read(
        cls,
        tallies: Mapping[str, CustomerTally],
        *,
        as_of_day: int,
        buying: type[Buying] = Buying,
    ) -> Self:
        """Everyone's summary, from the tallies of facts up to and including ``as_of_day``."""
        guests = [t for t in tallies.values() if t.dealings.guest]
        orders = (order for guest in guests for order in guest.orders.values())
        return cls(
            as_of_day=as_of_day,
            customers={
                c: CustomerSummary.read(c, t, as_of_day=as_of_day, buying=buying)
                for c, t in sorted(tallies.items())
                if not t.dealings.guest
            },
            guests=GuestTotals(
                guests=len(guests),
                buying=buying.collect(orders, over=_part_of_orders(guests)),
            ),
        )

    def everyone(self) -> Buying:
        """What all orders amount to, customers' and guests'; its revenue is the books'.

        Its occasions are the days on which anybody bought.
        """
        return sum((c.buying for c in self.customers.values()), self.guests.buying)
