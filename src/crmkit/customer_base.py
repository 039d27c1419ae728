"""The customer base: a store, a shop's policy and a clock, asked as of any moment.

Everything is derived from the interactions that the store keeps. ``as_of`` limits them to
what had happened (an aware time, or a date: the end of that local day); ``known_at`` to what
had been recorded by then, so that an old answer can be had again exactly. Without ``as_of``
the answer is as of now.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Self, overload

from attrs import define, field

from crmkit.adapters.registry import open_store
from crmkit.card import Card, card_of
from crmkit.domain.consent import Permission, may_contact
from crmkit.domain.customer import Customer, is_guest
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.offer import Offer
from crmkit.domain.offer_ruling import Ruling, may_offer
from crmkit.domain.offer_uptake import Exposure, OfferCount, exposures, progress_of, uptake
from crmkit.domain.ports import Added, Store
from crmkit.domain.problems import RowProblem
from crmkit.domain.relationship import Relationship
from crmkit.domain.reporting import Rates, Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerSummary, CustomerTally, collect_customers
from crmkit.domain.times import (
    AsOf,
    Clock,
    Period,
    date_of,
    last_moment,
    microseconds,
    system_clock,
    utc_if_given,
)
from crmkit.dossier import Dossier
from crmkit.loading import BATCH, LoadReport, Progress, load
from crmkit.metrics.kpis.concentration import Concentration, concentration
from crmkit.metrics.kpis.customer_rfm import CustomerRfm, customer_rfm
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.rfm import RfmCuts, Scheme
from crmkit.metrics.loyalty.observed import (
    BaseLoyalty,
    CustomerLoyalty,
    base_loyalty,
)
from crmkit.metrics.satisfaction.asked import stated_satisfaction
from crmkit.metrics.satisfaction.base import BaseSatisfaction
from crmkit.metrics.satisfaction.customer import CustomerSatisfaction
from crmkit.metrics.satisfaction.shown import mean_shown
from crmkit.metrics.satisfaction.trend import satisfaction_trend
from crmkit.metrics.value.relationship_value import RelationshipValue
from crmkit.metrics.value.valuation import CustomerValue
from crmkit.profiles import Profiles
from crmkit.readings import Readings
from crmkit.worth import RelationshipValues, relationship_values


@define(kw_only=True)
class CustomerBase:
    """A shop's customers, ready to be asked about.

    Open one with ``CustomerBase.open``; it is a context manager.

    >>> from crmkit import CustomerBase, Shop
    >>> base = CustomerBase.open("memory:", shop=Shop(id="lamp", currency="EUR"))
    >>> base.record([]).accepted
    0
    """

    store: Store
    reporting: Reporting
    clock: Clock = system_clock
    _readings: Readings = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._readings = Readings(self.store, self.reporting)

    @classmethod
    def open(
        cls,
        target: Any,
        *,
        shop: Shop,
        clock: Clock = system_clock,
        rates: Rates | None = None,
        rebuild: bool = False,
    ) -> Self:
        """Open a shop's customer base.

        Args:
            target: A URL ("memory:", "sqlite:///crm.db"), a connection, or a store.
            shop: The shop; its id is the tenant, its policy rules every answer.
            clock: Tells the time; tests hand in their own.
            rates: Exchange rates, for a shop that sells in several currencies.
            rebuild: Derive everything anew, where the zone or currency has changed.

        Raises:
            ShopMismatchError: The store keeps the shop with another zone or currency.
            InvalidValueError: There is no such kind of store.
            StoreError: The store cannot be opened.
        """
        store, to = open_store(target), Reporting(shop, rates)
        (store.rebuild if rebuild else store.attach)(to)
        return cls(store=store, reporting=to, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened; a store or connection that was handed in stays open."""
        self.store.close()

    @property
    def shop(self) -> Shop:
        """The shop's policy."""
        return self.reporting.shop

    # --- facts in ---------------------------------------------------------------------------

    def record(self, interactions: Iterable[Interaction]) -> Added:
        """Keep what happened, all or nothing.

        Args:
            interactions: In any order; what is kept already changes nothing.

        Raises:
            StoreConflictError: An id and revision is kept with other content.
            NoRateError: An amount cannot be brought into the shop's currency.
        """
        return self.store.add(self.shop.id, interactions, recorded_at=self.clock())

    def load(
        self,
        items: Iterable[Interaction | RowProblem],
        *,
        progress: Callable[[Progress], Any] | None = None,
        batch: int = BATCH,
    ) -> LoadReport:
        """Keep a stream of interactions; what cannot be kept becomes a problem in the report.

        Args:
            items: As importers yield them.
            progress: Called every few hundred interactions and at the end, with what prints
                as "12,000 rows of 541,909".
            batch: Interactions per transaction.
        """
        return load(
            self.store,
            self.shop.id,
            items,
            clock=self.clock,
            progress=progress,
            batch=batch,
        )

    def put_customer(self, customer: Customer) -> Customer:
        """Keep a customer's record; the one returned carries its new version.

        Raises:
            StaleRecordError: It was changed since this one was read.
        """
        return self.store.put_customer(self.shop.id, customer)

    def customer(self, customer_id: str) -> Customer | None:
        """Return a customer's record, or None where none is kept."""
        return self.store.customer(self.shop.id, customer_id)

    # --- one customer -----------------------------------------------------------------------

    def summary(
        self, customer_id: str, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> CustomerSummary:
        """Return what a customer's history adds up to.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        return self._dossier(customer_id, as_of, known_at).summary

    def relationship(
        self, customer_id: str, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> Relationship:
        """Return where a customer stands, how they came there, and on what evidence.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        return self._dossier(customer_id, as_of, known_at).relationship

    def value(
        self,
        customer_id: str,
        *,
        period: Period | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerValue:
        """Return what the relationship with a customer has brought and may still bring.

        Args:
            customer_id: Whose.
            period: The days that revenue and profit shall be of, a fiscal year say; all so
                far by default.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        dossier = self._dossier(customer_id, as_of, known_at)
        return dossier.value if period is None else dossier.value_of(period)

    def card(
        self,
        customer_id: str,
        *,
        period: Period | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Card:
        """Return all that is known and judged of a customer.

        The standards of the base are read once a day; from then on a card is quick.

        Args:
            customer_id: Whose.
            period: The days that the relationship value is of; by default the fiscal year.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        dossier = self._dossier(customer_id, as_of, known_at)
        record = self.store.customer(self.shop.id, customer_id)
        return card_of(dossier, period or self._fiscal_year(dossier.as_of_day), record)

    def may_contact(
        self,
        customer_id: str,
        medium: str,
        purpose: str,
        *,
        at: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Permission:
        """Tell whether a customer may be contacted: only where they have allowed it.

        Args:
            customer_id: Whom.
            medium: By which channel ("email").
            purpose: For what (a ``Purpose``).
            at: When; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        return may_contact(
            self.summary(customer_id, as_of=at, known_at=known_at).matters, medium, purpose
        )

    def may_offer(
        self,
        offer: Offer,
        customer_id: str,
        *,
        at: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Ruling:
        """Tell whether an offer may be put before a customer: consent first, then every rule.

        Args:
            offer: The offer.
            customer_id: Before whom.
            at: When; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        dossier = self._dossier(customer_id, at, known_at)
        record = self.store.customer(self.shop.id, customer_id)
        limited = offer.global_limit is not None
        return may_offer(
            offer,
            shop=self.shop,
            summary=dossier.summary,
            state=dossier.relationship.state,
            level=dossier.relationship.level.level,
            at=dossier.until,
            permission=may_contact(dossier.summary.matters, offer.medium, offer.purpose),
            taken_by_customer=progress_of(offer, dossier.tally, shop=self.shop).accepted,
            taken_globally=self.uptake(offer, as_of=at, known_at=known_at).accepted
            if limited
            else 0,
            tags=() if record is None else record.tags,
        )

    # --- one customer, or all ---------------------------------------------------------------

    @overload
    def satisfaction(
        self, customer_id: str, *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> CustomerSatisfaction: ...

    @overload
    def satisfaction(
        self, customer_id: None = ..., *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> BaseSatisfaction: ...

    def satisfaction(
        self,
        customer_id: str | None = None,
        *,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerSatisfaction | BaseSatisfaction:
        """Return how satisfied a customer is, or all customers are: asked, and shown, apart.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        if customer_id is not None:
            return self._dossier(customer_id, as_of, known_at).satisfaction
        until, instruments = self._moment(as_of), self.shop.instruments
        profiles = self._readings.at(until, known_at).profiles
        facts = (fact for fact in self._readings.until(until, known_at) if not fact.guest)
        return BaseSatisfaction(
            asked=stated_satisfaction(profiles.answers, instruments=instruments),
            shown=mean_shown(profiles.shown),
            trends=satisfaction_trend(facts, instruments=instruments),
        )

    @overload
    def loyalty(
        self, customer_id: str, *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> CustomerLoyalty: ...

    @overload
    def loyalty(
        self, customer_id: None = ..., *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> BaseLoyalty: ...

    def loyalty(
        self,
        customer_id: str | None = None,
        *,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerLoyalty | BaseLoyalty:
        """Return how loyal a customer is, as far as was observed, or the means over buyers.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        if customer_id is not None:
            return self._dossier(customer_id, as_of, known_at).loyalty
        until = self._moment(as_of)
        return base_loyalty(self._readings.at(until, known_at).profiles.loyalties)

    @overload
    def relationship_value(
        self,
        customer_id: str,
        *,
        period: Period | None = ...,
        as_of: AsOf | None = ...,
        known_at: datetime | None = ...,
    ) -> RelationshipValue: ...

    @overload
    def relationship_value(
        self,
        customer_id: None = ...,
        *,
        period: Period | None = ...,
        as_of: AsOf | None = ...,
        known_at: datetime | None = ...,
    ) -> RelationshipValues: ...

    def relationship_value(
        self,
        customer_id: str | None = None,
        *,
        period: Period | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> RelationshipValue | RelationshipValues:
        """Return the five indicators of a relationship over a period, or of all of them.

        Args:
            customer_id: Whose; by default everybody's, with guests and the shop's total.
            period: The days; by default the fiscal year of ``as_of``, as far as it has come.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        if customer_id is not None:
            dossier = self._dossier(customer_id, as_of, known_at)
            return dossier.relationship_value(period or self._fiscal_year(dossier.as_of_day))
        until = self._moment(as_of)
        reading = self._readings.at(until, known_at)
        return relationship_values(
            self._readings.until(until, known_at),
            profiles=reading.profiles,
            base=reading.base,
            period=period or self._fiscal_year(reading.as_of_day),
        )

    # --- all customers ----------------------------------------------------------------------

    def summaries(
        self, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> BaseSummary:
        """Return what every customer's history adds up to, and the guests' together."""
        return self._readings.at(self._moment(as_of), known_at).base

    def profiles(self, *, as_of: AsOf | None = None, known_at: datetime | None = None) -> Profiles:
        """Return every customer judged, one row each."""
        return self._readings.at(self._moment(as_of), known_at).profiles

    def kpis(
        self, period: Period, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> PeriodKpis:
        """Return the performance over a period, with what is known at ``as_of``."""
        until = self._moment(as_of)
        reading = self._readings.at(until, known_at)
        window, micros = period.days(), microseconds(until)
        facts = (
            fact
            for fact in self._readings.facts(known_at)
            if fact.day in window and fact.at <= micros
        )
        within = collect_customers(facts, tally=CustomerTally)
        return period_kpis(
            period,
            now=reading.base,
            within=BaseSummary.read(within, as_of_day=reading.as_of_day),
            tallies=reading.tallies,
            shop=self.shop,
            base_gap=reading.profiles.base_gap,
        )

    def uptake(
        self, offer: Offer, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> OfferCount:
        """Return what came of an offer: shown, accepted, released, and who is held out."""
        tallies = self._readings.at(self._moment(as_of), known_at).tallies
        return uptake(tallies, offer, shop=self.shop)

    def exposures(
        self, offer: Offer, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> Iterator[Exposure]:
        """Yield who was meant to see an offer and who was held out, and what came of it."""
        tallies = self._readings.at(self._moment(as_of), known_at).tallies
        yield from exposures(tallies, offer, shop=self.shop)

    def concentration(
        self, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> Concentration:
        """Return how unevenly net revenue is spread over customers, in major units."""
        rows = self.profiles(as_of=as_of, known_at=known_at).rows
        return concentration(float(one.revenue.amount) for one in rows if one.occasions)

    def rfm(
        self,
        *,
        scheme: Scheme = "fixed",
        cuts: RfmCuts | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerRfm:
        """Return recency, frequency and money scores of every buyer.

        Args:
            scheme: "fixed" by ``cuts``, "quintile", "nested" or "stone".
            cuts: For "fixed"; the default ones leave money unscored.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InsufficientDataError: Fewer than five buyers to rank.
        """
        people = self.summaries(as_of=as_of, known_at=known_at).customers.values()
        return customer_rfm(people, shop=self.shop, scheme=scheme, cuts=cuts)

    def last_day(self) -> date | None:
        """Return the local day of the latest interaction kept; None without any."""
        last = self.store.extent(self.shop.id).last_at
        return None if last is None else date_of(self.reporting.day(last))

    # --- reading ----------------------------------------------------------------------------

    def _dossier(self, customer_id: str, as_of: AsOf | None, known_at: datetime | None) -> Dossier:
        """What is known of one customer up to a moment: at least one fact."""
        if is_guest(customer_id):
            raise InvalidValueError("customer_id", customer_id, "must not be a guest")
        until = self._moment(as_of)
        past = self._past(customer_id, until, known_at)
        if not past:
            raise InvalidValueError(
                "customer_id", customer_id, f"nothing is known of it by {until:%Y-%m-%d %H:%M} UTC"
            )
        return Dossier(
            customer_id=customer_id,
            until=until,
            history=past,
            to=self.reporting,
            find_standards=lambda: self._readings.standards(until, known_at),
            facts_of_other=lambda other: facts_of(
                self._past(other, until, known_at), self.reporting
            ),
        )

    def _past(
        self, customer_id: str, until: datetime, known_at: datetime | None
    ) -> list[Interaction]:
        known = utc_if_given(known_at)
        history = self.store.history(self.shop.id, customer_id, known_at=known)
        return [one for one in history if one.at <= until]

    def _fiscal_year(self, day: int) -> Period:
        return Period.fiscal_year_of(date_of(day), starts=self.shop.fiscal_year_starts)

    def _moment(self, as_of: AsOf | None) -> datetime:
        return last_moment(self.clock() if as_of is None else as_of, self.reporting.zone)
