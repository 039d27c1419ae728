"""What can be asked of one customer."""

from datetime import datetime

from crmkit.card import Card, card_of
from crmkit.domain.consent import Permission, may_contact
from crmkit.domain.offer import Offer
from crmkit.domain.offer_ruling import Ruling, may_offer
from crmkit.domain.offer_uptake import progress_of, uptake
from crmkit.domain.returns import facts_of
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.domain.times import (
    AsOf,
    Period,
)
from crmkit.metrics.loyalty import PriceLists, price_changes_of
from crmkit.metrics.price import PriceTolerance, price_tolerance
from crmkit.metrics.value.base.customer_value import CustomerValue
from crmkit.opened_base import OpenedBase


class AskingOne(OpenedBase):
    """Questions about one customer."""

    def summary(
        self, customer_id: str, *, as_of: AsOf | None = None, known_at: datetime | None = None
    ) -> CustomerSummary:
        """Return what a customer's history adds up to.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        return self._dossier(customer_id, as_of, known_at).summary

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
        return card_of(dossier, period or self._fiscal_year(dossier.as_of_day))

    def price_tolerance(
        self,
        customer_id: str,
        *,
        prices: PriceLists | None = None,
        as_of: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> PriceTolerance:
        """Return by how much prices rose between purchases that a customer made all the same.

        It stands beside what customers say of it in a survey, and is never mixed with that.

        Args:
            customer_id: Whose.
            prices: The shop's price per piece of each product, with the moment from which it
                held; without them rises that were refused are not seen.
            as_of: The last moment that counts; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: Nothing is known of the customer by then, or it is a guest.
        """
        dossier = self._dossier(customer_id, as_of, known_at)
        changes = price_changes_of(dossier.history, prices=prices, until=dossier.until)
        return price_tolerance((one.premium, one.accepted) for one in changes)

    def may_contact(
        self,
        customer_id: str,
        medium: str,
        purpose: str,
        *,
        at: AsOf | None = None,
        known_at: datetime | None = None,
    ) -> Permission:
        """Tell whether somebody may be contacted: only where they have allowed it.

        Of somebody never heard of nothing is allowed.

        Args:
            customer_id: Whom.
            medium: By which channel ("email").
            purpose: For what (a ``Purpose``).
            at: When; now by default.
            known_at: Limits the facts to those recorded by then.

        Raises:
            InvalidValueError: ``medium`` is "any" or no word, or ``purpose`` no ``Purpose``.
        """
        past = self._past(customer_id, self._moment(at), known_at)
        tally = CustomerTally.collect(facts_of(past, self.reporting))
        return may_contact(tally.matters, medium, purpose)

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
        record = dossier.record
        limited = offer.global_limit is not None
        everybody = self._readings.at(dossier.until, known_at).tallies if limited else {}
        return may_offer(
            offer,
            shop=self.shop,
            summary=dossier.summary,
            state=dossier.relationship.state,
            level=dossier.relationship.level.level,
            at=dossier.until,
            permission=may_contact(dossier.summary.matters, offer.medium, offer.purpose),
            taken_by_customer=progress_of(offer, dossier.tally, shop=self.shop).accepted,
            taken_globally=uptake(everybody, offer, shop=self.shop).accepted,
            tags=() if record is None else record.tags,
        )
