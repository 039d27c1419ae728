"""What can be asked of all customers over time: how many stay, what is to come, what changed."""

from collections.abc import Mapping
from datetime import date, datetime
from math import fsum

from attrs import evolve

from crmkit.domain.money import decimals
from crmkit.domain.relationship import history_of
from crmkit.domain.states import State
from crmkit.domain.tally import BaseSummary, CustomerSummary
from crmkit.domain.times import AsOf, Period, date_of
from crmkit.metrics.kpis.calendar_periods import Every
from crmkit.metrics.kpis.cohort_rows import CohortKind
from crmkit.metrics.kpis.cohorts import Cohorts, cohorts
from crmkit.metrics.kpis.kaplan_meier import KaplanMeier, kaplan_meier
from crmkit.metrics.kpis.lapse_rules import LapseRules, lapse_rules
from crmkit.metrics.kpis.movement import Movement, movement_of
from crmkit.metrics.kpis.revenue_retention import RevenueRetention, revenue_retention_of
from crmkit.metrics.kpis.standings import standings
from crmkit.metrics.value.base.base_factors import factors_of
from crmkit.metrics.value.base.forecast import forecast
from crmkit.metrics.value.base.forecast_points import Forecast
from crmkit.metrics.value.equity.equity_change import EquityChange, equity_change
from crmkit.metrics.value.judging.holdout import Holdout, holdout
from crmkit.opened_base import OpenedBase
from crmkit.readings import Reading

_BY_RULE = (
    "lost by the rule of the lifecycle, not by a message of the customer: those who bought once "
    "are all lost after as many quiet days, so the curve falls in steps"
)
_TIERS = {1: "purchasing", 2: "loyal"}


class AskingOverTime(OpenedBase):
    """Questions about how the base changes."""

    def cohorts(
        self,
        *,
        period: Every = "month",
        kind: CohortKind = "classic",
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Cohorts:
        """Return how many of those who came in a period are there later, and what they spent.

        Args:
            period: "week" (from Monday), "month", "quarter" or "year".
            kind: "classic" (bought in that period), "rolling" (in it or later) or "survival"
                (not lost by its end, by the lifecycle).
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Another period or kind.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        buyers = _buyers(reading)
        lost = None
        if kind == "survival":
            days = self._lost(reading).values()
            lost = [None if day is None else date_of(day) for day in days]
        return cohorts(
            [self._spent(reading, one) for one in buyers],
            until=date_of(reading.as_of_day),
            period=period,
            kind=kind,
            lost=lost,
            unit=self.shop.currency,
        )

    def survival(
        self, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> KaplanMeier:
        """Return how long customers stay: days from their first purchase until they are lost.

        Lost is whom the lifecycle calls so, for the first time; the others are still there,
        and censored at ``as_of``.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        firsts = [one.days[0] for one in _buyers(reading)]
        lost = self._lost(reading).values()
        lasts = [reading.as_of_day if day is None else day for day in lost]
        told = kaplan_meier(
            [last - first for first, last in zip(firsts, lasts, strict=True)],
            ended=[day is not None for day in lost],
        )
        return evolve(told, notes=(*told.notes, _BY_RULE))

    def movement(
        self, period: Period, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> Movement:
        """Return who came, went, rose and fell over a period, by the loyalty of their buying.

        Both ends are judged with what is known at ``as_of``. Tiers are "purchasing" and, from
        ``Shop.loyal_occasions`` on, "loyal".
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        people = standings(
            reading.base.customers.values(),
            period,
            shop=self.shop,
            base_gap=reading.find_standards().base_gap,
            profits={},
        )
        return movement_of(people, tiers=_TIERS)

    def holdout(
        self, *, split: date, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> Holdout:
        """Return the histories up to a day, and what came after it, to try models on.

        Args:
            split: The last day that a model may learn from.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: The split is not before the end.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        return holdout(_buyers(reading), split=split, until=date_of(reading.as_of_day))

    def lapse_rules(
        self, *, split: date, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> LapseRules:
        """Return how often each rule would have called a customer lost who came back.

        Personal rules, fixed windows and the model of that day are tried on what came between
        the split and ``as_of``. Void orders are void on both sides of the split.

        Args:
            split: The last day that the rules may know.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: The split is not before the end.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        earlier = self._readings.at(self._moment(split), known_at).profiles
        then = {one.customer_id: one.alive for one in earlier}
        buyers = _buyers(reading)
        return lapse_rules(
            [map(date_of, one.days) for one in buyers],
            split=split,
            until=date_of(reading.as_of_day),
            shop=self.shop,
            alive=[then.get(one.customer_id) for one in buyers],
        )

    def forecast(
        self,
        *,
        weeks: float = 52,
        step_weeks: float = 4,
        newcomers_per_week: float | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
        seed: int = 0,
    ) -> Forecast:
        """Return what the customers of today are expected to do: occasions, revenue, profit.

        Args:
            weeks: The horizon, above 0.
            step_weeks: From point to point; at most 120 points.
            newcomers_per_week: How many first purchases a week shall be counted beside them.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.
            seed: Of the drawn futures that the intervals rest on.

        Raises:
            InvalidValueError: A horizon, step or number of newcomers that cannot be.
            MissingExtraError: numpy is not installed.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        return forecast(
            reading.profiles.models,
            list(reading.base.customers.values()),
            weeks=weeks,
            step_weeks=step_weeks,
            newcomers_per_week=newcomers_per_week,
            seed=seed,
        )

    def equity_change(self, period: Period, *, known_at: datetime | None = None) -> EquityChange:
        """Return how the worth of the customers changed over a period, and through what.

        New are those who bought first in it, lost those who are lost at its end and were not
        at its beginning, each end judged with what was known then.

        Args:
            period: From the day before its first to its last.
            known_at: Limits the facts to those recorded by then.
        """
        days = period.days()
        before, after = (
            self._readings.at(self._moment(date_of(day)), known_at)
            for day in (days[0] - 1, days[-1])
        )
        return equity_change(
            factors_of(before.profiles.models, _buyers(before)),
            factors_of(after.profiles.models, _buyers(after)),
            currency=self.shop.currency,
            lost=_called_lost(after) - _called_lost(before),
        )

    def revenue_retention(
        self,
        before: Period,
        after: Period,
        *,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> RevenueRetention:
        """Return what became of the revenue of one period in another one.

        Revenue is net of refunds, each counted when it was given; a customer whose refunds
        exceeded what was paid counts as 0, and a note says how many did.

        Args:
            before: The period whose customers are followed.
            after: The period they are looked for in, as long and not before it.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        sums = [
            {who: one.buying.revenue for who, one in self._people_within(reading, days).items()}
            for days in (before.days(), after.days())
        ]
        scale = 10.0 ** -decimals(self.shop.currency)
        earlier, later = (
            {who: scale * max(0, revenue) for who, revenue in each.items()} for each in sums
        )
        negative = sum(revenue < 0 for each in sums for revenue in each.values())
        told = revenue_retention_of(earlier, later, unit=self.shop.currency)
        note = f"{negative:,} with more refunded than paid in a period count as 0 in it"
        return evolve(told, notes=(*told.notes, note)) if negative else told

    @staticmethod
    def _people_within(reading: Reading, days: range) -> Mapping[str, CustomerSummary]:
        return BaseSummary.read(reading.within(days), as_of_day=reading.as_of_day).customers

    @staticmethod
    def _spent(reading: Reading, one: CustomerSummary) -> Mapping[date, float]:
        """Net spend on each day with an order, in major units."""
        scale = 10.0 ** -decimals(reading.shop.currency)
        orders = [
            each for each in reading.tallies[one.customer_id].orders.values() if each.is_order
        ]
        return {
            date_of(day): scale * fsum(each.net for each in orders if each.day == day)
            for day in one.days
        }

    @staticmethod
    def _lost(reading: Reading) -> dict[str, int | None]:
        """The day on which each buyer was first lost, in their order; None for who was not."""
        gap, shop = reading.find_standards().base_gap, reading.shop
        return {
            one.customer_id: next(
                (move.day for move in history_of(one, gap, shop) if move.to is State.LOST), None
            )
            for one in _buyers(reading)
        }


def _called_lost(reading: Reading) -> set[str]:
    return {one.customer_id for one in reading.profiles if one.state is State.LOST}


def _buyers(reading: Reading) -> list[CustomerSummary]:
    people = reading.base.customers
    return [people[who] for who in sorted(people) if people[who].days]
