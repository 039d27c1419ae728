"""The customer base: a store, a shop's policy and a clock, asked as of any moment.

Everything is derived from the interactions that the store keeps. ``as_of`` limits them to
what had happened (an aware time, or a date: the end of that local day); ``known_at`` to what
had been recorded by then, so that an old answer can be had again exactly. Without ``as_of``
the answer is as of now.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Self, overload

from attrs import define, field

from crmkit.adapters.registry import open_store
from crmkit.domain.customer import is_guest
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added, Store
from crmkit.domain.problems import RowProblem
from crmkit.domain.relationship import Relationship, relationship_of
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
from crmkit.loading import BATCH, LoadReport, Progress, load
from crmkit.metrics.kpis.concentration import Concentration, concentration
from crmkit.metrics.kpis.customer_rfm import CustomerRfm, customer_rfm
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.rfm import RfmCuts, Scheme
from crmkit.metrics.loyalty.observed import (
    BaseLoyalty,
    CustomerLoyalty,
    base_loyalty,
    observed_loyalty,
)
from crmkit.metrics.satisfaction.asked import Satisfaction, asked, stated_satisfaction
from crmkit.metrics.value.valuation import CustomerValue, value_of
from crmkit.profiles import Profiles
from crmkit.readings import Readings


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

    # --- one customer -----------------------------------------------------------------------

    def summary(
        self, customer_id: str, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> CustomerSummary:
        """Return what a customer's history adds up to.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        until = self._moment(as_of)
        return self._summary(customer_id, self._facts_of(customer_id, until, known_at), until)

    def relationship(
        self, customer_id: str, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> Relationship:
        """Return where a customer stands, how they came there, and on what evidence.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        until = self._moment(as_of)
        one = self.summary(customer_id, as_of=until, known_at=known_at)
        gap = self._readings.at(until, known_at).profiles.base_gap
        return relationship_of(one, as_of=until, base_gap=gap, shop=self.shop)

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
        until = self._moment(as_of)
        facts = self._facts_of(customer_id, until, known_at)
        one = self._summary(customer_id, facts, until)
        within = None
        if period is not None:
            window = period.days()
            within = CustomerTally.collect(fact for fact in facts if fact.day in window).buying
        models = self._readings.at(until, known_at).profiles.models
        return value_of(models, one, period=period, within=within)

    # --- one customer, or all ---------------------------------------------------------------

    def satisfaction(
        self,
        customer_id: str | None = None,
        *,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Satisfaction:
        """Return how satisfied a customer says they are, or all customers do.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        until = self._moment(as_of)
        if customer_id is None:
            return stated_satisfaction(self._readings.at(until, known_at).profiles.answers)
        return stated_satisfaction(
            [asked(self.summary(customer_id, as_of=until, known_at=known_at))]
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
        until = self._moment(as_of)
        if customer_id is None:
            return base_loyalty(self._readings.at(until, known_at).profiles.loyalties)
        one = self.summary(customer_id, as_of=until, known_at=known_at)
        return observed_loyalty(one, asked(one), self.shop)

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

    def _facts_of(self, customer_id: str, until: datetime, known_at: datetime | None) -> list[Fact]:
        """The flat rows of one customer up to a moment, at least one."""
        if is_guest(customer_id):
            raise InvalidValueError("customer_id", customer_id, "must not be a guest")
        history = self.store.history(self.shop.id, customer_id, known_at=utc_if_given(known_at))
        past = [one for one in history if one.at <= until]
        if not past:
            raise InvalidValueError(
                "customer_id", customer_id, f"nothing is known of it by {until:%Y-%m-%d %H:%M} UTC"
            )
        return facts_of(past, self.reporting)

    def _summary(self, customer_id: str, facts: list[Fact], until: datetime) -> CustomerSummary:
        day = self.reporting.day(until)
        return CustomerSummary.read(customer_id, CustomerTally.collect(facts), as_of_day=day)

    def _moment(self, as_of: AsOf | None) -> datetime:
        return last_moment(self.clock() if as_of is None else as_of, self.reporting.zone)
