"""Contact points that are kept in repair: added, confirmed, bounced, aged. Nothing is deleted.

A contact point is current from ``valid_from`` until ``valid_until``; one that was replaced stays
with the day it ended. What came back is kept on the point, so that it never matters in which
order the news arrive:

    broken     a hard bounce since the point was last known to work, or ``SOFT_LIMIT`` soft ones
               within ``SOFT_WINDOW``
    suspect    fewer soft bounces than that
    valid      none, or something arrived since

What is verified is never overwritten by what is not: another value that nobody has proved is
added beside, and the same value without proof takes nothing away.

How likely an old one still works is ``crmkit.domain.contact_validity``'s to say.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from attrs import evolve

from crmkit.domain.customer import (
    Bounce,
    ContactPoint,
    Customer,
    IdentifierKind,
    Repair,
    normalised,
)
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.times import utc

__all__ = [
    "SOFT_LIMIT",
    "SOFT_WINDOW",
    "bounced",
    "confirmed",
    "knows",
    "reached",
    "with_point",
]

#: As many soft bounces within the window are as good as a hard one. crmkit's own convention.
SOFT_LIMIT = 3
SOFT_WINDOW = timedelta(days=30)

_NEVER = datetime.max.replace(tzinfo=UTC)
_IDENTIFIERS = {"email": IdentifierKind.EMAIL, "phone": IdentifierKind.PHONE}
_WORST = (Repair.VALID, Repair.SUSPECT, Repair.BROKEN)


def _compared(medium: str, value: str) -> str:
    """A value as it is compared with others of its medium."""
    kind = _IDENTIFIERS.get(medium)
    return " ".join(value.casefold().split()) if kind is None else normalised(kind, value)


def _same(point: ContactPoint, medium: str, value: str) -> bool:
    return point.medium == medium and _lenient(point) == _compared(medium, value)


def _lenient(point: ContactPoint) -> str:
    """A kept value as it is compared; one that is malformed equals nothing but itself."""
    try:
        return _compared(point.medium, point.value)
    except InvalidValueError:
        return point.value


def with_point(
    customer: Customer,
    medium: str,
    value: str,
    *,
    at: datetime,
    source: str = "shop",
    verified: bool = False,
    replaces: str | None = None,
) -> Customer:
    """Return a record that knows a contact point.

    Args:
        customer: The record.
        medium: Of what kind ("email", "phone", "post").
        value: The address.
        at: Since when it is in use, and when it was proved, if it was.
        source: Who says so.
        verified: Whether the customer has proved it.
        replaces: The value of the same medium that it takes the place of; that one ends at
            ``at``, unless it is verified and the new one is not: then both stay.

    Returns:
        The record itself where it knew all that already.

    Raises:
        InvalidValueError: A malformed address, a naive time, or ``replaces`` is not in use.
    """
    new = ContactPoint(
        medium=medium,
        value=value,
        source=source,
        verified=verified,
        valid_from=at,
        confirmed_at=at if verified else None,
    )
    _compared(medium, value)
    made = customer if replaces is None else _ended(customer, replaces, new)
    known = _latest(made, medium, value)
    if known is None or _ends(known) <= utc(at):
        return evolve(made, contact_points=(*made.contact_points, new))
    if not verified:
        return made
    return _with(made, known, _worked(evolve(known, verified=True), utc(at)))


def _ended(customer: Customer, old: str, new: ContactPoint) -> Customer:
    """The record after the old value has made way for the new one, if it does."""
    known = _latest(customer, new.medium, old)
    if known is None or known.valid_until is not None:
        raise InvalidValueError("replaces", "…", f"must be in use as a point of {new.medium}")
    stays = (known.verified and not new.verified) or _same(known, new.medium, new.value)
    return customer if stays else _with(customer, known, evolve(known, valid_until=new.valid_from))


def bounced(customer: Customer, medium: str, value: str, at: datetime, *, hard: bool) -> Customer:
    """Return a record on which something sent to a contact point came back.

    Args:
        customer: The record.
        medium: Of what kind ("email", "phone", "post").
        value: The address; one that is known only as an identifier becomes a contact point.
        at: When it came back. The same bounce again changes nothing.
        hard: Whether for good; soft ones make it suspect, then broken.

    Raises:
        InvalidValueError: The record has no such contact point, or a naive time.
    """
    found, known = _found(customer, medium, value)
    bounce = Bounce(at=at, hard=hard)
    bounces = sorted({*known.bounces, bounce}, key=lambda one: (one.at, one.hard))
    made = evolve(known, bounces=bounces)
    if known.confirmed_at is None or bounce.at >= known.confirmed_at:
        judged = _judged(made.bounces, known.confirmed_at)
        made = evolve(made, repair=max(known.repair, judged, key=_WORST.index))
    return _with(found, known, made)


def reached(customer: Customer, medium: str, value: str, at: datetime) -> Customer:
    """Return a record on which a contact point worked: something arrived there.

    Args:
        customer: The record.
        medium: Of what kind ("email", "phone", "post").
        value: The address; one that is known only as an identifier becomes a contact point.
        at: When. What came back earlier no longer counts; at the same moment or later it does.

    Raises:
        InvalidValueError: The record has no such contact point, or a naive time.
    """
    found, known = _found(customer, medium, value)
    return _with(found, known, _worked(known, utc(at)))


def confirmed(
    customer: Customer, medium: str, value: str, at: datetime, *, source: str = "shop"
) -> Customer:
    """Return a record on which the customer has proved a contact point; it is added if new.

    Raises:
        InvalidValueError: A malformed address or a naive time.
    """
    return with_point(customer, medium, value, at=at, source=source, verified=True)


def _worked(known: ContactPoint, at: datetime) -> ContactPoint:
    last = at if known.confirmed_at is None else max(at, known.confirmed_at)
    return evolve(known, confirmed_at=last, repair=_judged(known.bounces, last))


def _judged(bounces: Iterable[Bounce], since: datetime | None) -> Repair:
    """What the bounces since a point last worked say of it."""
    counted = [one for one in bounces if since is None or one.at >= since]
    if not counted:
        return Repair.VALID
    soft = [one.at for one in counted if not one.hard]
    runs = zip(soft, soft[SOFT_LIMIT - 1 :], strict=False)
    broken = len(soft) < len(counted) or any(last - first <= SOFT_WINDOW for first, last in runs)
    return Repair.BROKEN if broken else Repair.SUSPECT


def _latest(customer: Customer, medium: str, value: str) -> ContactPoint | None:
    """The contact point of a value: the one in use, else the one that ended last."""
    found = [one for one in customer.contact_points if _same(one, medium, value)]
    return max(found, key=_ends, default=None)


def _ends(point: ContactPoint) -> datetime:
    return point.valid_until or _NEVER


def knows(customer: Customer, medium: str, value: str) -> bool:
    """Tell whether a record has a contact point, or an identifier that can be made one."""
    kind = _IDENTIFIERS.get(medium)
    named = ((one.kind, one.value) for one in customer.identifiers)
    return _latest(customer, medium, value) is not None or (
        kind is not None and (kind, _compared(medium, value)) in named
    )


def _found(customer: Customer, medium: str, value: str) -> tuple[Customer, ContactPoint]:
    """The contact point of a value, and the record that has it."""
    known = _latest(customer, medium, value)
    if known is not None:
        return customer, known
    kind = _IDENTIFIERS.get(medium)
    for one in customer.identifiers:
        if one.kind is kind and one.value == _compared(medium, value):
            made = ContactPoint(
                medium=medium,
                value=one.value,
                source=one.source,
                verified=one.verified,
                valid_from=one.first_seen,
            )
            return evolve(customer, contact_points=(*customer.contact_points, made)), made
    raise InvalidValueError("value", "…", f"must be one that the customer has for {medium}")


def _with(customer: Customer, old: ContactPoint, new: ContactPoint) -> Customer:
    """The record with one contact point in the place of another; itself where they are equal."""
    if old == new and old in customer.contact_points:
        return customer
    points = tuple(new if one is old else one for one in customer.contact_points)
    return evolve(customer, contact_points=points)
