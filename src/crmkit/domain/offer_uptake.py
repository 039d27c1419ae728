"""What came of an offer: shown, declined, accepted, released; per customer and in all.

A customer accepts an offer by the first of two things: an accepting answer, or a purchase
that names the offer and was not undone. It takes places of the offer's limits:

    orders that name it and stand                       one place each
    an accepting answer, and no order that names it     one place, however often it is said
    an order that was undone (void)                     none: its place is free again

An answer is redeemed by the orders that name the offer, so it takes no place beside them,
and where all of them were undone it takes none either: the offer is released. A decline
after an acceptance undoes nothing. Each customer's places are counted from their own facts
alone; the places taken in all are their sum.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import frozen

from crmkit.domain.customer import is_guest
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.offer import Offer, in_control
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerTally, NetOrder, Offering
from crmkit.domain.times import day_of, moment
from crmkit.domain.words import Word

__all__ = ["Exposure", "OfferCount", "Progress", "Taking", "exposures", "progress_of", "uptake"]

FORMULA = "orders that name it and stand, and accepting answers without such an order"
SOURCE = "crmkit"


class Taking(Word):
    """How far a customer and an offer have come."""

    NOT_OFFERED = "not_offered"
    SHOWN = "shown"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    RELEASED = "released"


@frozen(kw_only=True)
class Progress:
    """One customer with one offer.

    Attributes:
        offer_id: The offer.
        taking: How far they have come.
        shown: How often it was shown.
        accepted: Places of the limits that the customer takes.
        released: Places that orders took and gave back by being undone.
        declined: How often it was declined.
        first_shown_at, last_shown_at: When it was shown, in UTC.
        accepted_day: The day of the first acceptance that stands, days since 1970-01-01 in
            the shop's zone; None where none stands.
    """

    offer_id: str
    taking: Taking = Taking.NOT_OFFERED
    shown: int = 0
    accepted: int = 0
    released: int = 0
    declined: int = 0
    first_shown_at: datetime | None = None
    last_shown_at: datetime | None = None
    accepted_day: int | None = None


def progress_of(offer: Offer, tally: CustomerTally, *, shop: Shop) -> Progress:
    """Return how far a customer and an offer have come.

    Args:
        offer: The offer.
        tally: All facts of the customer up to the moment of judgement.
        shop: In whose zone days end.

    Raises:
        InvalidValueError: The tally lacks an order that one of its facts names.
    """
    offering = tally.offers.get(offer.id)
    if offering is None:
        return Progress(offer_id=offer.id)
    orders = _orders_naming(offering, tally)
    standing = [order for order in orders if order.is_order]
    places = len(standing) if orders else int(offering.accepted_at is not None)
    return Progress(
        offer_id=offer.id,
        taking=_taking(offering, places, ordered=bool(orders)),
        shown=offering.shown,
        accepted=places,
        released=len(orders) - len(standing),
        declined=offering.declined,
        first_shown_at=_moment(offering.first_shown_at),
        last_shown_at=_moment(offering.last_shown_at),
        accepted_day=_accepted_day(offering, standing, shop) if places else None,
    )


def _orders_naming(offering: Offering, tally: CustomerTally) -> list[NetOrder]:
    if missing := sorted(offering.order_keys - tally.orders.keys()):
        raise InvalidValueError("orders", missing[0], "must be in the tally that names it")
    return [tally.orders[key] for key in offering.order_keys]


def _taking(offering: Offering, places: int, *, ordered: bool) -> Taking:
    if places:
        return Taking.ACCEPTED
    if ordered:
        return Taking.RELEASED
    if offering.declined:
        return Taking.DECLINED
    return Taking.SHOWN if offering.shown else Taking.NOT_OFFERED


def _accepted_day(offering: Offering, standing: list[NetOrder], shop: Shop) -> int:
    days = [order.day for order in standing if order.day is not None]
    if offering.accepted_at is not None:
        days.append(day_of(moment(offering.accepted_at), shop.zone))
    return min(days)


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else moment(micros)


@frozen(kw_only=True)
class OfferCount(Shown):
    """What came of an offer over all customers.

    Attributes:
        offer_id: The offer.
        customers: Customers looked at; guests are not among them.
        control: Those of them who are in the control group.
        shown: How often it was shown.
        shown_customers: To how many of the customers.
        shown_to_control: To how many of the control group, against the plan.
        declined_customers: How many have declined it and not accepted.
        accepted_customers: How many hold it accepted.
        accepted: Places of the global limit that are taken, guests' among them.
        released: Places that undone orders gave back, guests' among them.
    """

    offer_id: str
    customers: int
    control: int
    shown: int
    shown_customers: int
    shown_to_control: int
    declined_customers: int
    accepted_customers: int
    accepted: int
    released: int

    def sheet(self) -> Sheet:
        """Return the counts as they are shown."""
        return Sheet(
            title=f"offer {self.offer_id}",
            rows=(
                ("customers", self.customers),
                ("in the control group", f"{self.control} ({self.shown_to_control} were shown it)"),
                ("shown", f"{self.shown} times to {self.shown_customers} customers"),
                ("declined", f"by {self.declined_customers}"),
                ("accepted", f"{self.accepted} times, by {self.accepted_customers} customers"),
                ("released", f"{self.released} times"),
            ),
        )

    def explain(self) -> Explanation:
        """Return how the places are counted."""
        return Explanation(
            figure="offer_uptake",
            answer=f"{self.accepted} accepted",
            formula=FORMULA,
            source=SOURCE,
            inputs=self.sheet().rows,
            coverage=f"{self.customers} customers",
            left_out=(f"{self.released} orders that were undone",) if self.released else (),
        )


def uptake(tallies: Mapping[str, CustomerTally], offer: Offer, *, shop: Shop) -> OfferCount:
    """Return what came of an offer, each customer counted by ``progress_of``.

    Args:
        tallies: Everyone's, by customer id; guests' orders take places too.
        offer: The offer.
        shop: Whose customers they are.
    """
    everyone = {one: progress_of(offer, tally, shop=shop) for one, tally in tallies.items()}
    known = {one: progress for one, progress in everyone.items() if not is_guest(one)}
    control = [one for one in known if in_control(offer, one, shop=shop)]
    took = [progress.taking for progress in known.values()]
    return OfferCount(
        offer_id=offer.id,
        customers=len(known),
        control=len(control),
        shown=sum(progress.shown for progress in everyone.values()),
        shown_customers=sum(progress.shown > 0 for progress in known.values()),
        shown_to_control=sum(known[one].shown > 0 for one in control),
        declined_customers=took.count(Taking.DECLINED),
        accepted_customers=took.count(Taking.ACCEPTED),
        accepted=sum(progress.accepted for progress in everyone.values()),
        released=sum(progress.released for progress in everyone.values()),
    )


@frozen(kw_only=True)
class Exposure:
    """One customer to whom an offer was, or would have been, shown.

    Attributes:
        customer_id: Who.
        campaign_id: The campaign of the offer.
        control: Whether they are in the control group.
        progress: How far they and the offer have come.
    """

    customer_id: str
    campaign_id: str | None
    control: bool
    progress: Progress

    @property
    def as_assigned(self) -> bool:
        """Whether they were shown it if they were to be, and not if they were not."""
        return self.control == (self.progress.shown == 0)


def exposures(
    tallies: Mapping[str, CustomerTally],
    offer: Offer,
    *,
    shop: Shop,
    assigned: Iterable[str] | None = None,
) -> tuple[Exposure, ...]:
    """Return a row per customer from whom the effect of an offer is to be read.

    Both groups are complete: those of the control group, and those who were to be shown it,
    whether they were or not. To compare only those who were shown it would compare people
    who could be reached with people of whom nobody knows whether they could.

    Args:
        tallies: Everyone's, by customer id.
        offer: The offer.
        shop: Whose customers they are.
        assigned: Whom the offer was meant for, before the control group was left out; None
            takes all customers. Guests never are.

    Returns:
        In the order of the ids, each once. Who has no tally has done nothing.
    """
    meant = tallies if assigned is None else assigned
    return tuple(
        Exposure(
            customer_id=one,
            campaign_id=offer.campaign_id,
            control=in_control(offer, one, shop=shop),
            progress=progress_of(offer, tallies.get(one, CustomerTally()), shop=shop),
        )
        for one in sorted({one for one in meant if not is_guest(one)})
    )
