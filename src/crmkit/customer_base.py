"""The customer base: a store, a shop's policy and a clock, asked as of any moment.

Everything is derived from the interactions that the store keeps. ``as_of`` limits them to
what had happened (an aware time, or a date: the end of that local day); ``known_at`` to what
had been recorded by then, so that an old answer can be had again exactly. Without ``as_of``
the answer is as of now.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, overload

from attrs import define

from crmkit.asking_all import AskingAll
from crmkit.asking_one import AskingOne
from crmkit.asking_over_time import AskingOverTime
from crmkit.domain.customer import Customer
from crmkit.domain.errors import MissingExtraError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Added
from crmkit.domain.problems import RowProblem
from crmkit.domain.times import (
    AsOf,
    Period,
)
from crmkit.loading import BATCH, LoadReport, Progress, load
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
from crmkit.metrics.value.base.base_models import BaseModels
from crmkit.metrics.value.relationship.relationship_value import RelationshipValue
from crmkit.worth import RelationshipValues, relationship_values


@define(kw_only=True)
class CustomerBase(AskingOne, AskingAll, AskingOverTime):
    """A shop's customers, ready to be asked about.

    Open one with ``CustomerBase.open``; it is a context manager.

    >>> from crmkit import CustomerBase, Shop
    >>> base = CustomerBase.open("memory:", shop=Shop(id="lamp", currency="EUR"))
    >>> base.record([]).accepted
    0
    """

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

    def save_models(self, *, as_of: AsOf | None = None) -> BaseModels:
        """Fit the models of value and keep them, so that others need not fit them.

        They are those of the last local day that was over, against which everyone is judged.
        Whoever asks about a day with the same facts takes them as they are; whoever cannot
        fit, because numpy is not installed, takes the latest ones and says of when they are.

        Args:
            as_of: The moment judged at; now by default.

        Raises:
            MissingExtraError: numpy or scipy is not installed.
        """
        standards = self._readings.standards(self._moment(as_of), None)
        models = standards.models
        for fit in (models.buying, models.spend):
            if isinstance(fit, MissingExtraError):
                raise fit
        self.store.put_models(self.shop.id, standards.to_save())
        return models

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
        reading = self._readings.at(until, known_at)
        profiles, people = reading.profiles, reading.base.customers.values()
        asked = any(one.dealings.surveys for one in people)
        everything = self._readings.until(until, known_at) if asked else ()
        facts = (fact for fact in everything if not fact.guest)
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
            period or self._fiscal_year(reading.as_of_day),
            profiles=reading.profiles,
            base=reading.base,
            within=reading.within,
            facts=reading.read,
        )
