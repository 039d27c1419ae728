"""What can be asked of one customer, of a segment, or of all of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, overload

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.relationship import Relationship
from crmkit.domain.relationship_policy import RelationshipLevel
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import AsOf, Period
from crmkit.metrics.loyalty.observed import BaseLoyalty, CustomerLoyalty, base_loyalty
from crmkit.metrics.satisfaction.asked import stated_satisfaction
from crmkit.metrics.satisfaction.base import BaseSatisfaction
from crmkit.metrics.satisfaction.calibrated import expected_mean
from crmkit.metrics.satisfaction.customer import CustomerSatisfaction
from crmkit.metrics.satisfaction.shown import mean_shown
from crmkit.metrics.satisfaction.trend import satisfaction_trend, telling
from crmkit.metrics.value.relationship.relationship_value import RelationshipValue
from crmkit.opened_base import OpenedBase
from crmkit.profile import Profile
from crmkit.readings import Reading
from crmkit.relationships import BaseRelationship, relationship_of_base
from crmkit.segments import Segment
from crmkit.worth import RelationshipValues, relationship_values

_T = TypeVar("_T")


class AskingOneOrAll(OpenedBase):
    """Questions about one customer, a segment, or everybody."""

    @overload
    def relationship(
        self, customer_id: str, *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> Relationship: ...

    @overload
    def relationship(
        self,
        customer_id: None = ...,
        *,
        segment: Segment | None = ...,
        as_of: AsOf | None = ...,
        known_at: datetime | None = ...,
    ) -> BaseRelationship: ...

    def relationship(
        self,
        customer_id: str | None = None,
        *,
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Relationship | BaseRelationship:
        """Return where a customer stands, how they came there, and on what evidence.

        Args:
            customer_id: Whose; by default everybody's, counted.
            segment: Of whom to count: a tag, a rule over profiles, or ids.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest; or
                nobody is in the segment.
        """
        if customer_id is not None:
            _no_segment(segment)
            return self._dossier(customer_id, as_of, known_at).relationship
        reading = self._reading(as_of, known_at)
        people = _picked(reading.profiles.rows, self._rows_of(reading, segment, known_at))
        return relationship_of_base(people, self._declared(people, known_at))

    def _declared(
        self, people: Iterable[Profile], known_at: datetime | None
    ) -> Mapping[str, RelationshipLevel]:
        """The level that the shop says it keeps with each, where it says so."""
        usual = self.shop.relationship_policy.declared
        own = {one.id: one.declared_level for one in self._records(known_at)}
        levels = ((one.customer_id, own.get(one.customer_id) or usual) for one in people)
        return {customer_id: level for customer_id, level in levels if level is not None}

    @overload
    def satisfaction(
        self, customer_id: str, *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> CustomerSatisfaction: ...

    @overload
    def satisfaction(
        self,
        customer_id: None = ...,
        *,
        segment: Segment | None = ...,
        as_of: AsOf | None = ...,
        known_at: datetime | None = ...,
    ) -> BaseSatisfaction: ...

    def satisfaction(
        self,
        customer_id: str | None = None,
        *,
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerSatisfaction | BaseSatisfaction:
        """Return how satisfied a customer is, or all customers are: asked, and shown, apart.

        Args:
            customer_id: Whose; by default everybody's.
            segment: Of whom, instead of everybody: a tag, a rule over profiles, or ids.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest; or
                nobody is in the segment.
        """
        if customer_id is not None:
            _no_segment(segment)
            return self._dossier(customer_id, as_of, known_at).satisfaction
        until, instruments = self._moment(as_of), self.shop.instruments
        reading = self._readings.at(until, known_at)
        judged, chosen = reading.judged, self._rows_of(reading, segment, known_at)
        shown, calibration = _picked(judged.shown, chosen), judged.standards.calibration
        return BaseSatisfaction(
            asked=stated_satisfaction(_picked(judged.answers, chosen), instruments=instruments),
            shown=mean_shown(shown),
            expected=expected_mean(calibration, shown),
            calibration=calibration,
            trends=satisfaction_trend(
                self._said(_picked(judged.people, chosen), until, known_at), instruments=instruments
            ),
        )

    def _said(
        self, people: Iterable[CustomerSummary], until: datetime, known_at: datetime | None
    ) -> Iterator[Fact]:
        """What those told who ever answered a survey; nothing is read for nobody."""
        ids = {one.customer_id for one in people if one.dealings.surveys}
        if not ids:
            return iter(())
        facts = self._readings.until(until, known_at)
        return telling((one for one in facts if one.customer_id in ids), self.shop.instruments)

    @overload
    def loyalty(
        self, customer_id: str, *, as_of: AsOf | None = ..., known_at: datetime | None = ...
    ) -> CustomerLoyalty: ...

    @overload
    def loyalty(
        self,
        customer_id: None = ...,
        *,
        segment: Segment | None = ...,
        as_of: AsOf | None = ...,
        known_at: datetime | None = ...,
    ) -> BaseLoyalty: ...

    def loyalty(
        self,
        customer_id: str | None = None,
        *,
        segment: Segment | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerLoyalty | BaseLoyalty:
        """Return how loyal a customer is, as far as was observed, or the means over buyers.

        Args:
            customer_id: Whose; by default everybody's.
            segment: Of whom, instead of everybody: a tag, a rule over profiles, or ids.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest; or
                nobody is in the segment.
        """
        if customer_id is not None:
            _no_segment(segment)
            return self._dossier(customer_id, as_of, known_at).loyalty
        reading = self._reading(as_of, known_at)
        return base_loyalty(
            _picked(reading.judged.loyalties, self._rows_of(reading, segment, known_at))
        )

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

    def _reading(self, as_of: AsOf | None, known_at: datetime | None) -> Reading:
        return self._readings.at(self._moment(as_of), known_at)

    def _rows_of(
        self, reading: Reading, segment: Segment | None, known_at: datetime | None
    ) -> range | list[int]:
        """The places of the customers of a segment; all without one."""
        everyone = reading.judged.ids
        if segment is None:
            return range(len(everyone))
        ids = self._members(segment, reading, known_at)
        return [row for row, one in enumerate(everyone) if one in ids]


def _picked(values: Sequence[_T], rows: Iterable[int]) -> list[_T]:
    return [values[row] for row in rows]


def _no_segment(segment: Segment | None) -> None:
    if segment is not None:
        raise InvalidValueError("segment", "given", "must not be given beside a customer_id")
