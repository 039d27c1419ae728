"""Which contact points are in use, which of them work, and how likely an old one still does.

How likely an address still works halves with every half-life of its medium. The lengths are
this library's own convention, not a measurement: measure your own bounces and lapses and pass
``half_lives``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from crmkit.domain.customer import ContactPoint, Customer, Repair
from crmkit.domain.times import utc

__all__ = ["HALF_LIVES", "current", "likely_valid", "working_points"]

#: After how long half of the addresses of a medium no longer work. crmkit's own convention.
HALF_LIVES: Mapping[str, timedelta] = MappingProxyType(
    {
        "email": timedelta(days=900),
        "phone": timedelta(days=1800),
        "post": timedelta(days=2200),
    }
)
#: The half-life of a medium that is not in the table.
OTHER_HALF_LIFE = timedelta(days=900)
#: By how much a point that is suspect is less likely to work than one that is not.
SUSPECTED = 0.5


def current(customer: Customer, at: datetime) -> tuple[ContactPoint, ...]:
    """Return the contact points in use at a moment, in the order of the record."""
    at = utc(at)
    return tuple(
        one
        for one in customer.contact_points
        if (one.valid_from is None or one.valid_from <= at)
        and (one.valid_until is None or at < one.valid_until)
    )


def likely_valid(
    point: ContactPoint, at: datetime, *, half_lives: Mapping[str, timedelta] = HALF_LIVES
) -> float | None:
    """Return how likely a contact point still works, as a share from 0 to 1.

    It is 1 when the point was last known to work, or came into use, and halves with every
    half-life of its medium; half of that while it is suspect, 0 once it is broken or ended.

    Args:
        point: The contact point.
        at: When.
        half_lives: By medium, after how long half of the addresses no longer work.

    Returns:
        None where nothing says since when it is known.

    Source:
        Exponential decay; the half-lives are crmkit's own convention (``HALF_LIVES``).

    >>> from datetime import UTC, datetime
    >>> since = datetime(2024, 1, 1, tzinfo=UTC)
    >>> point = ContactPoint(medium="email", value="ann@shop.example", confirmed_at=since)
    >>> likely_valid(point, since + timedelta(days=900))
    0.5
    """
    at = utc(at)
    if point.repair is Repair.BROKEN or (point.valid_until is not None and point.valid_until <= at):
        return 0.0
    known = [one for one in (point.confirmed_at, point.valid_from) if one and one <= at]
    if not known:
        return None
    half = half_lives.get(point.medium, OTHER_HALF_LIFE)
    share = float(0.5 ** ((at - max(known)) / half))
    return share * SUSPECTED if point.repair is Repair.SUSPECT else share


def working_points(customer: Customer, at: datetime) -> tuple[ContactPoint, ...]:
    """Return the contact points in use that are not broken, the most trusted first.

    Verified ones come before others, then those most likely to work; then by medium and value.
    """
    usable = [one for one in current(customer, at) if one.repair is not Repair.BROKEN]
    return tuple(
        sorted(
            usable,
            key=lambda one: (
                not one.verified,
                -(likely_valid(one, at) or 0.0),
                one.medium,
                one.value,
            ),
        )
    )
