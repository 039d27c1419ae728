"""Customers: who they are and how they are recognised.

Interactions name a customer by id alone; a ``Customer`` record adds what is known of the
person. A guest's id is derived from the order, so that guests stay in the books without
ever being counted as customers.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import EMPTY, frozen_mapping
from crmkit.domain.money import Money
from crmkit.domain.naming import by_field
from crmkit.domain.relationship_policy import RelationshipLevel, level_if_given
from crmkit.domain.times import utc, utc_if_given
from crmkit.domain.validators import (
    named,
    private_text,
    slug,
    texts,
    unsaid,
    whole,
    yes_or_no,
)
from crmkit.domain.words import Word

GUEST = "guest:"


def guest_id(source: str, order_id: str) -> str:
    """Return the customer id of whoever placed an order without an account."""
    return f"{GUEST}{source}/{order_id}"


def is_guest(customer_id: str) -> bool:
    """Tell whether a customer id stands for a guest."""
    return customer_id.startswith(GUEST)


class CustomerKind(Word):
    """What a customer is to the shop."""

    INDIVIDUAL = "individual"
    INTERMEDIARY = "intermediary"
    MANUFACTURER = "manufacturer"
    GUEST = "guest"


class IdentifierKind(Word):
    """What kind of name a customer is recognised by."""

    EMAIL = "email"
    PHONE = "phone"
    PLATFORM = "platform"
    ANONYMOUS = "anonymous"


def normalised(kind: IdentifierKind, value: str) -> str:
    """Return an identifier as it is compared: NFKC, trimmed, mail case-folded, phone digits.

    A phone number keeps a leading + and its digits; it is given in E.164 form.

    Raises:
        InvalidValueError: Nothing is left, a mail address has no @, a phone no digits.
    """
    if not isinstance(value, str):
        raise InvalidValueError(f"{kind} identifier", "…", "must be a text")
    text = unicodedata.normalize("NFKC", value).strip()
    if kind is IdentifierKind.EMAIL:
        text = text.casefold()
    if kind is IdentifierKind.PHONE:
        text = "+" * text.startswith("+") + "".join(filter(str.isdigit, text))
    if (
        "\0" in text
        or not text.strip("+")
        or (kind is IdentifierKind.EMAIL and "@" not in text[1:-1])
    ):
        raise InvalidValueError(f"{kind} identifier", "…", "must not be empty or malformed")
    return text


@frozen(kw_only=True, field_transformer=by_field)
class Identifier:
    """A name under which a customer is known somewhere. Its value stays out of reprs.

    Attributes:
        kind: What kind of name it is.
        value: The normalised name.
        source: Who says so.
        verified: Whether the customer has proved it.
        first_seen, last_seen: When it was met, in UTC.
    """

    kind: IdentifierKind = field(converter=IdentifierKind)
    value: str = field(validator=unsaid(named), repr=False)
    source: str = "shop"
    verified: bool = False
    first_seen: datetime | None = field(default=None, converter=utc_if_given)
    last_seen: datetime | None = field(default=None, converter=utc_if_given)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "value", normalised(self.kind, self.value))


class Repair(Word):
    """What is known of whether a contact point still works."""

    VALID = "valid"
    SUSPECT = "suspect"
    BROKEN = "broken"


@frozen(kw_only=True, field_transformer=by_field)
class Bounce:
    """Something sent to a contact point came back.

    Attributes:
        at: When, in UTC.
        hard: Whether for good (no such address); a soft one may pass (a full mailbox).
    """

    at: datetime = field(converter=utc)
    hard: bool = field(validator=yes_or_no)


def _bounces(value: Iterable[Bounce]) -> tuple[Bounce, ...]:
    return tuple(value)


@frozen(kw_only=True, field_transformer=by_field)
class ContactPoint:
    """An address at which a customer can be reached. Its value stays out of reprs.

    Attributes:
        medium: Of what kind ("email", "phone", "post").
        value: The address.
        source: Who says so.
        verified: Whether the customer has proved it.
        repair: Whether it still works, as far as is known.
        valid_from, valid_until: When it is or was in use, in UTC.
        confirmed_at: When it was last known to work, in UTC.
        bounces: What came back from it, in the order of time.
    """

    medium: str = field(validator=slug)
    value: str = field(validator=unsaid(named), repr=False)
    source: str = "shop"
    verified: bool = False
    repair: Repair = field(default=Repair.VALID, converter=Repair)
    valid_from: datetime | None = field(default=None, converter=utc_if_given)
    valid_until: datetime | None = field(default=None, converter=utc_if_given)
    confirmed_at: datetime | None = field(default=None, converter=utc_if_given)
    bounces: tuple[Bounce, ...] = field(default=(), converter=_bounces)


class AcquisitionMode(Word):
    """How the shop came by a customer's data."""

    OWN = "own"
    BOUGHT = "bought"
    RENTED = "rented"
    PARTNER = "partner"


@frozen(kw_only=True, field_transformer=by_field)
class Acquisition:
    """How a customer was won.

    Attributes:
        mode: Whose data they were at first.
        source: Where they came from ("search", "fair in Madrid").
        campaign_id: The campaign that won them, if any.
        cost: What it cost to win them.
        lawful_basis: On what ground the data are kept ("consent", "contract").
        expires: When they must be forgotten, in UTC; rented data have such a day.
    """

    mode: AcquisitionMode = field(default=AcquisitionMode.OWN, converter=AcquisitionMode)
    source: str | None = None
    campaign_id: str | None = None
    cost: Money | None = None
    lawful_basis: str | None = None
    expires: datetime | None = field(default=None, converter=utc_if_given)

    def __attrs_post_init__(self) -> None:
        if self.mode is AcquisitionMode.RENTED and self.expires is None:
            raise InvalidValueError("expires", None, "rented data must say until when")


def _points(value: Iterable[ContactPoint]) -> tuple[ContactPoint, ...]:
    return tuple(_each(value, ContactPoint))


def _identifiers(value: Iterable[Identifier]) -> tuple[Identifier, ...]:
    return tuple(_each(value, Identifier))


def _each(value: Any, kind: type) -> Iterable[Any]:
    """Whatever is given, where each of it is of a kind; errors do not say what it is."""
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InvalidValueError("value", "…", f"must hold values of {kind.__name__}")
    for one in value:
        if not isinstance(one, kind):
            raise InvalidValueError("value", "…", f"must hold values of {kind.__name__}")
        yield one


def _birthday(_instance: object, attribute: Any, value: Any) -> None:
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise InvalidValueError(attribute.name, "…", "must be a date")


def _words(value: Iterable[str]) -> frozenset[str]:
    return frozenset(value)


def _texts(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(_each(value, str))


@frozen(kw_only=True, field_transformer=by_field)
class Customer:
    """What is known of a customer. Personal fields stay out of the repr.

    Attributes:
        id: The shop's id of the customer.
        kind: Individual, intermediary, manufacturer or guest.
        name: The name, if known.
        identifiers: Every name under which the customer is known, none twice.
        birthday: Day of birth, if known.
        language: BCP 47 tag of the preferred language.
        region: Region of the address.
        contact_points: Where they can be reached.
        acquisition: How they were won, if known.
        people: Ids of the customers who act for an organisation.
        tags: The shop's own labels.
        declared_level: How far the shop says it goes for them, where it is not what it says of
            everybody (``Shop.relationship_policy``).
        attributes: The shop's own structured fields, JSON-ready.
        notes: Unstructured remarks.
        version: For optimistic locking: 0 for a new record, then as the store counts.
    """

    id: str = field(validator=named)
    kind: CustomerKind = field(default=CustomerKind.INDIVIDUAL, converter=CustomerKind)
    name: str | None = field(default=None, validator=private_text, repr=False)
    identifiers: tuple[Identifier, ...] = field(default=(), converter=_identifiers, repr=False)
    birthday: date | None = field(default=None, validator=_birthday, repr=False)
    language: str | None = field(default=None, validator=private_text, repr=False)
    region: str | None = field(default=None, validator=private_text, repr=False)
    contact_points: tuple[ContactPoint, ...] = field(default=(), converter=_points, repr=False)
    acquisition: Acquisition | None = field(default=None, repr=False)
    people: tuple[str, ...] = field(default=(), converter=_texts, repr=False)
    tags: frozenset[str] = field(default=frozenset(), converter=_words, repr=False)
    declared_level: RelationshipLevel | None = field(default=None, converter=level_if_given)
    attributes: Mapping[str, Any] = field(
        default=EMPTY, converter=frozen_mapping, repr=False, hash=False
    )
    notes: tuple[str, ...] = field(
        default=(), converter=_texts, validator=unsaid(texts), repr=False
    )
    version: int = field(default=0, validator=whole(0))

    @identifiers.validator
    def _none_twice(self, _attribute: object, value: tuple[Identifier, ...]) -> None:
        if len({(one.kind, one.value) for one in value}) < len(value):
            raise InvalidValueError("identifiers", "…", "must name each identifier once")

    @kind.validator
    def _guests_are_named_so(self, _attribute: object, value: CustomerKind) -> None:
        if (value is CustomerKind.GUEST) != is_guest(self.id):
            raise InvalidValueError(
                "kind", str(value), f"ids that start with {GUEST!r} are guests, and only they"
            )
