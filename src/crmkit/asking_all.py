"""What can be asked of all customers together."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from crmkit.domain.offer import Offer
from crmkit.domain.offer_uptake import Exposure, OfferCount, exposures, uptake
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
from crmkit.metrics.loyalty import PriceLists, price_changes_of
from crmkit.metrics.price import PriceAcceptance, price_acceptance
from crmkit.metrics.value.base.base_models import value_columns
from crmkit.metrics.value.clv_drivers import ClvDrivers, clv_drivers
from crmkit.metrics.value.equity.customer_equity import CustomerEquity, customer_equity
from crmkit.metrics.value.equity.prospects import Prospects
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
            base_gap=reading.find_standards().base_gap,
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

    def clv_drivers(
        self, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> ClvDrivers:
        """Return by how many per cent lifetime value answers to 1 % of each of its drivers.

        Args:
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InsufficientDataError: There is too little to fit the models to.
            MissingExtraError: numpy is not installed.
        """
        reading = self._readings.at(self._moment(as_of), known_at)
        models = reading.profiles.models
        buying, spend = models.fits
        return clv_drivers(
            buying.model,
            spend.model,
            **value_columns(reading.base.customers.values(), self.shop),
            margin=models.margin,
            currency=self.shop.currency,
            annual_discount=float(self.shop.annual_discount),
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

    def price_acceptance(
        self,
        *,
        prices: PriceLists | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> PriceAcceptance:
        """Return how many put up with a rise of prices, by how much they rose.

        Args:
            prices: The shop's price per piece of each product, with the moment from which it
                held; without them rises that were refused are not seen, and all were accepted.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.
        """
        until = self._moment(as_of)
        people = self._readings.at(until, known_at).base.customers.values()
        return price_acceptance(
            (one.premium, one.accepted)
            for who in people
            if len(who.days) > 1
            for one in price_changes_of(
                self._past(who.customer_id, until, known_at), prices=prices, until=until
            )
        )

    def last_day(self) -> date | None:
        """Return the local day of the latest interaction kept; None without any."""
        last = self.store.extent(self.shop.id).last_at
        return None if last is None else date_of(self.reporting.day(last))
