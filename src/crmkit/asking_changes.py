"""What can be asked of how satisfaction, loyalty and relationship change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from crmkit.asking_one_or_all import AskingOneOrAll
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import AsOf, Period, day_number
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.kpis.calendar_periods import Every
from crmkit.metrics.loyalty import (
    BaseLoyalty,
    CustomerLoyalty,
    LoyaltyMovement,
    base_loyalty,
    loyalty_movement,
    loyalty_noise,
    observed_loyalty,
)
from crmkit.metrics.satisfaction import Asked, BaseSatisfaction, CustomerSatisfaction
from crmkit.over_time import OverTime, days_within, judged_on
from crmkit.readings import Reading
from crmkit.segments import Segment

_Loyalties = Mapping[str, CustomerLoyalty]


class AskingChanges(AskingOneOrAll):
    """Questions about how customers change."""

    def satisfaction_over_time(
        self,
        period: Period,
        *,
        customer_id: str | None = None,
        segment: Segment | None = None,
        every: Every = "month",
        known_at: datetime | None = None,
    ) -> OverTime[Any]:
        """Return satisfaction at the end of each calendar period, of one customer or of all.

        Args:
            period: The days; its last day is judged as well.
            customer_id: Whose; by default everybody's.
            segment: Of whom, instead of everybody; who belongs to it is judged on each day.
            every: "week", "month", "quarter" or "year".
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer within the period, or nobody is
                in the segment on one of the days.
        """
        if customer_id is not None:
            return self._of_one(
                "satisfaction",
                customer_id,
                self._days_known(customer_id, period, every, known_at),
                lambda day: self.satisfaction(customer_id, as_of=day, known_at=known_at),
            )
        return judged_on(
            days_within(period, every),
            "satisfaction",
            lambda day: self.satisfaction(segment=segment, as_of=day, known_at=known_at),
            _of_satisfaction,
        )

    def relationship_over_time(
        self,
        period: Period,
        *,
        segment: Segment | None = None,
        every: Every = "month",
        known_at: datetime | None = None,
    ) -> OverTime[Any]:
        """Return where customers stand at the end of each calendar period.

        Where one customer stood when is ``relationship(customer_id).history``.

        Args:
            period: The days; its last day is judged as well.
            segment: Of whom, instead of everybody; who belongs to it is judged on each day.
            every: "week", "month", "quarter" or "year".
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nobody is in the segment on one of the days.
        """
        return judged_on(
            days_within(period, every),
            "relationship",
            lambda day: self.relationship(segment=segment, as_of=day, known_at=known_at),
            lambda one: {"state_confidence": one.confidence},
        )

    def loyalty_over_time(
        self,
        period: Period,
        *,
        customer_id: str | None = None,
        segment: Segment | None = None,
        every: Every = "month",
        known_at: datetime | None = None,
    ) -> OverTime[Any]:
        """Return loyalty at the end of each calendar period, of one customer or of all.

        A phase once reached is kept until its dimension falls clearly below the threshold.

        Args:
            period: The days; its last day is judged as well.
            customer_id: Whose; by default everybody's.
            segment: Of whom, instead of everybody; who belongs to it is judged on each day.
            every: "week", "month", "quarter" or "year".
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer within the period, or nobody is
                in the segment on one of the days.
        """
        before: dict[str, CustomerLoyalty] = {}

        def of_one(day: date) -> CustomerLoyalty:
            one = self._dossier(str(customer_id), day, known_at)
            found = self._standing(one.summary, one.answers, one.loyalty, before)
            before[one.customer_id] = found
            return found

        def of_base(day: date) -> BaseLoyalty:
            reading = self._reading(day, known_at)
            found = self._loyalties(reading, before)
            before.update(found)
            everyone = list(found.values())
            return base_loyalty(everyone[row] for row in self._rows_of(reading, segment, known_at))

        if customer_id is not None:
            days = self._days_known(customer_id, period, every, known_at)
            return self._of_one("loyalty", customer_id, days, of_one)
        return judged_on(days_within(period, every), "loyalty", of_base, _of_loyalty)

    def loyalty_movement(
        self, period: Period, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> LoyaltyMovement:
        """Return how customers moved between the phases and types of loyalty over a period.

        A customer's change is marked only beyond the error of measurement of the base.

        Args:
            period: From the day before its first to its last.
            as_of: The last moment that counts, of a period that is not over; by default its end.
            known_at: Limits the facts to those recorded by then.
        """
        first, last = (
            self._reading(self._no_later(end - timedelta(days=1), as_of), known_at)
            for end in (period.start, period.end)
        )
        before = self._loyalties(first, {})
        after = self._loyalties(last, before)
        return loyalty_movement(
            {who: one.loyalty for who, one in before.items()},
            {who: one.loyalty for who, one in after.items()},
            noise=loyalty_noise(one.loyalty for one in before.values()),
        )

    def _loyalties(self, reading: Reading, before: _Loyalties) -> dict[str, CustomerLoyalty]:
        """Everybody's loyalty, in the order of their ids, with the phase that stood before."""
        judged = reading.judged
        columns = judged.people, judged.answers, judged.loyalties
        return {
            one[0].customer_id: self._standing(*one, before) for one in zip(*columns, strict=True)
        }

    def _standing(
        self,
        summary: CustomerSummary,
        answers: Sequence[Asked],
        usual: CustomerLoyalty,
        before: _Loyalties,
    ) -> CustomerLoyalty:
        """One customer's loyalty, with the phase that stood before, if any did."""
        earlier = before.get(summary.customer_id)
        if earlier is None or not earlier.loyalty.standing_phase:
            return usual
        return observed_loyalty(summary, answers, self.shop, previous=earlier.loyalty)

    def _days_known(
        self, customer_id: str, period: Period, every: Every, known_at: datetime | None
    ) -> list[date]:
        """The days on which something is known of a customer."""
        days = days_within(period, every)
        first = self._dossier(customer_id, days[-1], known_at).history[0].at
        return [day for day in days if day_number(day) >= self.reporting.day(first)]

    @staticmethod
    def _of_one(
        what: str, customer_id: str, days: list[date], judge: Callable[[date], Any]
    ) -> OverTime[Any]:
        return judged_on(days, f"{what} of {customer_id}", judge, _of_customer)


def _of_satisfaction(one: BaseSatisfaction) -> dict[str, Estimate]:
    return {
        "nps": one.nps,
        "csat": one.csat.top_box,
        "ces": one.ces.easy,
        "behavioural_satisfaction": one.shown,
    }


def _of_loyalty(one: BaseLoyalty) -> dict[str, Estimate]:
    dimensions = ("cognitive", "affective", "intentional", "behavioural")
    return {**{name: getattr(one, name) for name in dimensions}, "loyalty": one.overall}


def _of_customer(one: CustomerSatisfaction | CustomerLoyalty) -> dict[str, Estimate]:
    """A customer's figures; those that are no estimates of a sample have no interval."""
    if isinstance(one, CustomerLoyalty):
        scores = {part.name: part.score for part in one.dimensions}
        scores["loyalty"] = one.loyalty.overall
        return {name: _plain(score, "score") for name, score in scores.items()}
    shown = {} if one.shown is None else {"behavioural_satisfaction": one.shown.score}
    return {"satisfied": _plain(one.stated, "of the scale"), **shown}


def _plain(value: float | None, unit: str) -> Estimate:
    notes = () if value is not None else ("not known",)
    return Estimate(
        value=value, n=int(value is not None), unit=unit, method="as judged", notes=notes
    )
