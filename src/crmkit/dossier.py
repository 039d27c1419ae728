"""One customer's dossier: everything read of them as of a moment, and judged from it.

Each judgement is made once, by the same functions that judge everybody in bulk.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property

from attrs import define, field

from crmkit.domain.customer import Customer
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.level import WINDOW_DAYS, has_contacts
from crmkit.domain.money import Money
from crmkit.domain.relationship import Relationship, relationship_of
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.domain.times import Period
from crmkit.metrics.loyalty.observed import CustomerLoyalty, observed_loyalty
from crmkit.metrics.satisfaction.asked import Asked, asked
from crmkit.metrics.satisfaction.calibrated import expected_answer
from crmkit.metrics.satisfaction.customer import CustomerSatisfaction, customer_satisfaction
from crmkit.metrics.satisfaction.trend import satisfaction_trend, telling
from crmkit.metrics.value.base.customer_value import CustomerValue
from crmkit.metrics.value.base.valuation import value_of
from crmkit.metrics.value.relationship.accounting import Accounts, relationship_value_of
from crmkit.metrics.value.relationship.referral import ReferralValue, ReferredWorth, referral_value
from crmkit.metrics.value.relationship.relationship_value import RelationshipValue
from crmkit.standards import Standards

__all__ = ["Dossier", "accounts_of", "brought", "paid_on"]


@define(slots=False)
class Dossier:
    """What is known of one customer as of a moment.

    Attributes:
        customer_id: Whose.
        until: The last moment that counts, in UTC.
        history: All that happened up to then, in order; not empty.
        to: The shop, its zone and rates.
        find_standards: Gives the standards of the base.
        facts_of_other: Gives the flat rows of another customer, up to the same moment.
        find_record: Gives the customer's record, if one is kept.
    """

    customer_id: str
    until: datetime
    history: Sequence[Interaction] = field(repr=False)
    to: Reporting = field(repr=False)
    find_standards: Callable[[], Standards] = field(repr=False)
    facts_of_other: Callable[[str], Sequence[Fact]] = field(repr=False)
    find_record: Callable[[], Customer | None] = field(repr=False)

    @property
    def shop(self) -> Shop:
        """The shop's policy."""
        return self.to.shop

    @cached_property
    def standards(self) -> Standards:
        """What the customer is judged against."""
        return self.find_standards()

    @cached_property
    def record(self) -> Customer | None:
        """Who the customer is, where a record is kept."""
        return self.find_record()

    @cached_property
    def facts(self) -> list[Fact]:
        """The flat rows, returns linked."""
        return facts_of(self.history, self.to)

    @cached_property
    def as_of_day(self) -> int:
        """The local day judged at."""
        return self.to.day(self.until)

    @cached_property
    def tally(self) -> CustomerTally:
        """What the facts add up to."""
        return CustomerTally.collect(self.facts)

    @cached_property
    def summary(self) -> CustomerSummary:
        """What can be read off it."""
        return self._read(self.tally)

    @cached_property
    def year(self) -> CustomerSummary | None:
        """The same of the last year alone; None where nobody ever spoke."""
        if not has_contacts(self.summary):
            return None
        return self._within(range(self.as_of_day - WINDOW_DAYS + 1, self.as_of_day + 1))

    @cached_property
    def relationship(self) -> Relationship:
        """Where the customer stands."""
        staff = (one.staff_id for one in reversed(self.history) if one.staff_id is not None)
        return relationship_of(
            self.tally,
            self.summary,
            year=self.year,
            as_of=self.until,
            base_gap=self.standards.base_gap,
            shop=self.shop,
            buyers=self.standards.buyers,
            declared=None if self.record is None else self.record.declared_level,
            alive=self.value.alive.value,
            deeds=self.loyalty.behavioural.score,
            owner=next(staff, None),
        )

    @cached_property
    def answers(self) -> tuple[Asked, ...]:
        """The answers that count."""
        return asked(self.summary, instruments=self.shop.instruments)

    @cached_property
    def satisfaction(self) -> CustomerSatisfaction:
        """How satisfied the customer is: asked, and shown."""
        shown = self.standards.shown(self.summary)
        return customer_satisfaction(
            self.answers,
            shown=shown,
            expected=expected_answer(self.standards.calibration, shown),
            trends=satisfaction_trend(
                telling(self.facts, self.shop.instruments), instruments=self.shop.instruments
            ),
            instruments=self.shop.instruments,
        )

    @cached_property
    def loyalty(self) -> CustomerLoyalty:
        """How loyal the customer is."""
        noise = self.standards.noise if self.answers else None
        return observed_loyalty(self.summary, self.answers, self.shop, noise=noise)

    @cached_property
    def value(self) -> CustomerValue:
        """What the relationship has brought so far and may still bring."""
        return value_of(self.standards.models, self.summary)

    def value_of(self, period: Period) -> CustomerValue:
        """Return the same, with revenue and profit of a period."""
        within = self._within(period.days()).buying
        return value_of(self.standards.models, self.summary, period=period, within=within)

    def relationship_value(self, period: Period) -> RelationshipValue:
        """Return the five indicators of the relationship over a period."""
        days = period.days()
        paid = paid_on(days, self.shop)
        within = self._tally_of(days)
        received = within if paid == days else self._tally_of(paid)
        return relationship_value_of(
            accounts_of(self.customer_id, period, within, received, self.as_of_day),
            shop=self.shop,
            summary=self.summary,
            value=self.value,
            referral=brought(self.customer_id, period, self.standards, self.facts_of_other),
            wallet=self.standards.wallet_of(self.summary, self.answers),
            margin=self.standards.models.margin,
        )

    def _within(self, days: range) -> CustomerSummary:
        return self._read(self._tally_of(days))

    def _tally_of(self, days: range) -> CustomerTally:
        return CustomerTally.collect(fact for fact in self.facts if fact.day in days)

    def _read(self, tally: CustomerTally) -> CustomerSummary:
        return CustomerSummary.read(self.customer_id, tally, as_of_day=self.as_of_day)


def paid_on(days: range, shop: Shop) -> range:
    """Return the days of order whose payment falls on some days."""
    return range(days.start - shop.payment_days, days.stop - shop.payment_days)


def accounts_of(
    customer_id: str,
    period: Period,
    within: CustomerTally,
    received: CustomerTally,
    as_of_day: int,
) -> Accounts:
    """Return what happened with one customer, or with all guests, within a period.

    Args:
        customer_id: Whose; empty for guests taken together.
        period: The days.
        within: The facts of these days.
        received: The facts of the days whose payment falls into them (``paid_on``).
        as_of_day: The day judged at.
    """
    return Accounts(
        period=period,
        within=CustomerSummary.read(customer_id, within, as_of_day=as_of_day),
        received=received.buying,
    )


def brought(
    customer_id: str,
    period: Period,
    standards: Standards,
    facts_of_other: Callable[[str], Sequence[Fact]],
) -> ReferralValue:
    """Return what those are worth whom a customer brought.

    Their margin counts where it falls into the period and into the attribution window; what
    winning them would have cost is saved in the period in which they were referred.

    Args:
        customer_id: Who brought them.
        period: The days.
        standards: Who brought whom, and the shop's policy.
        facts_of_other: Gives the flat rows of those who were brought.
    """
    shop, tree = standards.shop, standards.referrals
    days = period.days()
    worths = {}
    for _, edge in tree.below(customer_id):
        window = range(max(days.start, edge.day), min(days.stop, edge.day + tree.window))
        facts = (one for one in facts_of_other(edge.referred_id) if one.day in window)
        profit = CustomerTally.collect(facts).buying.profit(shop.gross_margin)
        margin = None if profit is None else Money(profit, shop.currency)
        worths[edge.referred_id] = ReferredWorth(margin=margin, joined=edge.day in days)
    return referral_value(
        tree,
        customer_id,
        worths,
        currency=shop.currency,
        saved=shop.acquisition_cost,
        saved_anyway=shop.acquisition_cost,
    )
