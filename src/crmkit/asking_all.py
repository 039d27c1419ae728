"""What can be asked of all customers together."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from crmkit.domain.offer import Offer
from crmkit.domain.offer_uptake import Exposure, OfferCount, exposures, uptake
from crmkit.domain.states import State
from crmkit.domain.tally import BaseSummary
from crmkit.domain.times import (
    AsOf,
    Period,
    date_of,
)
from crmkit.metrics.kpis.concentration import Concentration, concentration
from crmkit.metrics.kpis.customer_rfm import STONE_DAYS, CustomerRfm, customer_rfm
from crmkit.metrics.kpis.period import PeriodKpis, period_kpis
from crmkit.metrics.kpis.rfm import RfmCuts, Scheme
from crmkit.metrics.value.base_factors import factors_of
from crmkit.metrics.value.clv_factors import ClvFactors
from crmkit.metrics.value.customer_equity import CustomerEquity, customer_equity
from crmkit.metrics.value.equity_change import EquityChange, equity_change
from crmkit.metrics.value.forecast import Forecast, forecast
from crmkit.metrics.value.prospects import Prospects
from crmkit.opened_base import OpenedBase
from crmkit.profiles import Profiles


class AskingAll(OpenedBase):
    """Questions about all customers."""

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
        within = reading.within(period.days())
        return period_kpis(
            period,
            now=reading.base,
            within=BaseSummary.read(within, as_of_day=reading.as_of_day),
            tallies=reading.tallies,
            shop=self.shop,
            base_gap=reading.profiles.base_gap,
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

    def equity(
        self,
        *,
        prospects: Prospects | Iterable[Prospects] | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> CustomerEquity:
        """Return what the customers are worth, those of today and those who may be won.

        Args:
            prospects: Those who may become customers; ``()`` for none, None where that is not
                known.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Terms of prospects that cannot be.
        """
        worth = self.profiles(as_of=as_of, known_at=known_at).worth
        return customer_equity(worth.clv, prospects=prospects, currency=self.shop.currency)

    def equity_change(self, period: Period, *, known_at: datetime | None = None) -> EquityChange:
        """Return how the worth of the customers changed over a period, and through what.

        New are those who bought first in it or came back in it from being lost, lost those
        who are lost at its end.

        Args:
            period: From the day before its first to its last.
            known_at: Limits the facts to those recorded by then.
        """
        days = period.days()
        before, after = (
            self._factors(self._moment(date_of(day)), known_at) for day in (days[0] - 1, days[-1])
        )
        return equity_change(before, after, currency=self.shop.currency)

    def _factors(self, until: datetime, known_at: datetime | None) -> dict[str, ClvFactors | None]:
        """The factors of the lifetime value of everyone who is not lost."""
        reading = self._readings.at(until, known_at)
        there = [
            reading.base.customers[one.customer_id]
            for one in reading.profiles
            if one.state is not State.LOST
        ]
        return factors_of(reading.profiles.models, there)

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
            scheme: "fixed" by ``cuts``, "quintile", "nested", or "stone", whose frequency and
                money are of the last 24 months.
            cuts: For "fixed"; the default ones leave money unscored.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InsufficientDataError: Fewer than five buyers to rank.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        recent = None
        if scheme == "stone":
            days = range(reading.as_of_day - STONE_DAYS + 1, reading.as_of_day + 1)
            recent = {who: one.buying for who, one in reading.within(days).items()}
        people = reading.base.customers.values()
        return customer_rfm(people, shop=self.shop, scheme=scheme, cuts=cuts, recent=recent)

    def last_day(self) -> date | None:
        """Return the local day of the latest interaction kept; None without any."""
        last = self.store.extent(self.shop.id).last_at
        return None if last is None else date_of(self.reporting.day(last))
