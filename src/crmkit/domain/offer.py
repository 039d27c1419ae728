"""Offers: what a shop puts before customers, to whom, how often, and with which promise.

An ``Offer`` is data and can be kept as JSON; so is its ``Eligibility``. Whether a customer
may be given it is ruled on in ``crmkit.domain.offer_ruling``; what came of it is counted in
``crmkit.domain.offer_uptake``.

The control group is a share of the customers to whom the offer is not shown, so that what
they do shows what would have happened without it. Who is in it follows from the ids of the
shop, the offer and the customer alone: no list is kept, every process and every day gives
the same answer, offers draw independently of each other, and a larger share keeps everyone
whom a smaller one held.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from attrs import field, frozen
from attrs.converters import optional

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import PromiseMade, Purpose, Risk
from crmkit.domain.interactions.marketing import ANY
from crmkit.domain.level import RelationshipLevel
from crmkit.domain.money import Money, to_decimal
from crmkit.domain.naming import by_field
from crmkit.domain.shop import Shop
from crmkit.domain.states import State
from crmkit.domain.times import last_moment, microseconds, utc, utc_if_given
from crmkit.domain.validators import named, named_if_given, slug, whole, whole_if_given
from crmkit.domain.words import Word

__all__ = ["Eligibility", "Offer", "OfferKind", "OfferPromise", "in_control", "promise_of"]

_HASH_BITS = 256


class OfferKind(Word):
    """What an offer is to bring about."""

    ACQUISITION = "acquisition"
    CROSS_SELL = "cross_sell"
    UP_SELL = "up_sell"
    RETENTION = "retention"
    RECOVERY = "recovery"
    GREETING = "greeting"


def _several(value: Iterable[str]) -> Iterable[str]:
    """Refuse a text where several are meant: it would be taken apart into letters."""
    if isinstance(value, str):
        raise InvalidValueError("value", value, "must be a list of texts", f"write [{value!r}]")
    return value


def _states(value: Iterable[str]) -> frozenset[State]:
    return frozenset(State(one) for one in _several(value))


def _levels(value: Iterable[str]) -> frozenset[RelationshipLevel]:
    return frozenset(RelationshipLevel(one) for one in _several(value))


def _words(value: Iterable[str]) -> frozenset[str]:
    return frozenset(_several(value))


def _texts(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(_several(value))


def _share(value: Decimal | float | str) -> Decimal:
    number = to_decimal("share", str(value))
    if not 0 <= number <= 1:
        raise InvalidValueError("share", value, "must be from 0 to 1", "write 10 % as 0.1")
    return number


def _money_from(least: int) -> Any:
    """A validator of optional money of at least so many minor units."""

    def check(_instance: object, attribute: Any, value: Money | None) -> None:
        if value is not None and value.minor < least:
            raise InvalidValueError(
                attribute.name, str(value), "must be more than 0" if least else "must be 0 or more"
            )

    return check


@frozen(kw_only=True, field_transformer=by_field)
class Eligibility:
    """Who may be given an offer; what is left at its default asks for nothing.

    Attributes:
        states: States of which the customer must be in one.
        levels: Levels of which the relationship must have one.
        minimum_occasions: Net purchase occasions at least.
        maximum_quiet_days: Days since the latest occasion at most; who never bought is not
            eligible.
        minimum_revenue: Net revenue so far at least, in the shop's currency.
        tags: The shop's own labels, all of which the customer must have.
        despite_complaint: Whether it may be given while a complaint of theirs is open.
    """

    states: frozenset[State] = field(default=frozenset(), converter=_states)
    levels: frozenset[RelationshipLevel] = field(default=frozenset(), converter=_levels)
    minimum_occasions: int = field(default=0, validator=whole(0))
    maximum_quiet_days: int | None = field(default=None, validator=whole_if_given(0))
    minimum_revenue: Money | None = field(default=None, validator=_money_from(0))
    tags: frozenset[str] = field(default=frozenset(), converter=_words)
    despite_complaint: bool = False


@frozen(kw_only=True, field_transformer=by_field)
class OfferPromise:
    """What the shop promises to whoever accepts an offer.

    Attributes:
        what: In the shop's own words.
        due_days: Local days after the day of acceptance by the end of which it is kept.
        risk: The risk that it takes off the customer.
    """

    what: str = field(validator=named)
    due_days: int = field(validator=whole(0))
    risk: Risk | None = field(default=None, converter=optional(Risk))


@frozen(kw_only=True, field_transformer=by_field)
class Offer:
    """Something a shop offers to its customers.

    Attributes:
        id: The offer; interactions name it as their ``offer_id``.
        kind: What it is to bring about.
        medium: The channel by which it is put before customers ("email").
        purpose: For what that contact is; consent is asked for it.
        product_ids: The products it is about, none twice.
        price: What they cost under it; or
        discount: what is taken off, more than 0; or
        discount_share: the share that is taken off, above 0 and up to 1. At most one of the
            three is given.
        valid_from: The first moment at which it holds, in UTC; None has no beginning.
        valid_until: The moment from which it no longer holds, in UTC; None has no end.
        per_customer_limit: How often one customer can take it; None sets no limit.
        global_limit: How often it can be taken in all; None sets no limit.
        promise: What is promised to whoever accepts it.
        campaign_id: The campaign it belongs to.
        cost: What it costs to put it before one customer, 0 or more.
        control_share: Share of the customers, 0 to 1, to whom it is not shown.
        eligible: Who may be given it.
    """

    id: str = field(validator=named)
    kind: OfferKind = field(converter=OfferKind)
    medium: str = field(validator=slug)
    purpose: Purpose = field(default=Purpose.PROMOTION, converter=Purpose)
    product_ids: tuple[str, ...] = field(default=(), converter=_texts)
    price: Money | None = field(default=None, validator=_money_from(0))
    discount: Money | None = field(default=None, validator=_money_from(1))
    discount_share: Decimal | None = field(default=None, converter=optional(_share))
    valid_from: datetime | None = field(default=None, converter=utc_if_given)
    valid_until: datetime | None = field(default=None, converter=utc_if_given)
    per_customer_limit: int | None = field(default=None, validator=whole_if_given(1))
    global_limit: int | None = field(default=None, validator=whole_if_given(1))
    promise: OfferPromise | None = None
    campaign_id: str | None = field(default=None, validator=named_if_given)
    cost: Money | None = field(default=None, validator=_money_from(0))
    control_share: Decimal = field(default=Decimal(0), converter=_share)
    eligible: Eligibility = Eligibility()

    @medium.validator
    def _one_channel(self, _attribute: object, value: str) -> None:
        if value == ANY:
            raise InvalidValueError("medium", value, "must be one channel")

    @product_ids.validator
    def _none_twice(self, attribute: Any, value: tuple[str, ...]) -> None:
        for product_id in value:
            named(self, attribute, product_id)
        if len(set(value)) < len(value):
            raise InvalidValueError("product_ids", value, "must name each product once")

    @discount_share.validator
    def _takes_something_off(self, _attribute: object, value: Decimal | None) -> None:
        if value == 0:
            raise InvalidValueError("discount_share", str(value), "must be more than 0")

    def __attrs_post_init__(self) -> None:
        terms = [one for one in (self.price, self.discount, self.discount_share) if one is not None]
        if len(terms) > 1:
            raise InvalidValueError(
                "price", str(terms[0]), "must stand without a discount, and one kind of it"
            )
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise InvalidValueError(
                "valid_until",
                self.valid_until.isoformat(),
                f"must be later than {self.valid_from.isoformat()}",
            )

    def valid_at(self, at: datetime) -> bool:
        """Tell whether the offer holds at a moment: from its beginning up to, not at, its end.

        Raises:
            InvalidValueError: A naive time.
        """
        when = utc(at)
        begun = self.valid_from is None or self.valid_from <= when
        return begun and (self.valid_until is None or when < self.valid_until)


def _digest(*texts: str) -> bytes:
    """A hash of texts in their order; lengths go in, so that no two lists look alike."""
    parts = [text.encode() for text in texts]
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def in_control(offer: Offer, customer_id: str, *, shop: Shop) -> bool:
    """Tell whether a customer is in the group to whom the offer is not shown.

    Args:
        offer: Its ``control_share`` is the chance of it.
        customer_id: The customer, under the id that merges resolve to.
        shop: Whose customer it is.
    """
    part, whole_share = offer.control_share.as_integer_ratio()
    drawn = int.from_bytes(_digest(shop.id, offer.id, customer_id), "big")
    return drawn * whole_share < part << _HASH_BITS


def promise_of(
    offer: Offer, customer_id: str, accepted_at: datetime, *, shop: Shop
) -> PromiseMade | None:
    """Return the promise that the shop makes by the acceptance of an offer.

    Its id follows from the arguments, so that recording it again changes nothing, and does
    not show the customer's.

    Args:
        offer: What was accepted.
        customer_id: By whom.
        accepted_at: When.
        shop: In whose zone days end.

    Returns:
        The promise, due at the end of a local day; None where the offer promises nothing.

    Raises:
        InvalidValueError: A naive time.
    """
    if offer.promise is None:
        return None
    at = utc(accepted_at)
    due = at.astimezone(shop.zone).date() + timedelta(days=offer.promise.due_days)
    name = _digest(shop.id, offer.id, customer_id, str(microseconds(at))).hex()[:32]
    return PromiseMade(
        id=f"offer-{name}",
        promise_id=f"offer-{name}",
        customer_id=customer_id,
        at=at,
        offer_id=offer.id,
        campaign_id=offer.campaign_id,
        what=offer.promise.what,
        due=last_moment(due, shop.zone),
        risk=offer.promise.risk,
    )
