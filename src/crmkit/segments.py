"""A part of the customers: by a tag of their records, by a rule over their profiles, or by ids."""

from collections.abc import Callable, Iterable

from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.profile import Profile

__all__ = ["Segment", "members_of"]

Segment = str | Iterable[str] | Callable[[Profile], bool]
"""A tag ("club"), a rule (``lambda one: one.at_risk``), or customer ids."""


def members_of(
    segment: Segment,
    ids: Iterable[str],
    *,
    resolve: Callable[[str], str],
    find_profiles: Callable[[], Iterable[Profile]],
    find_records: Callable[[], Iterable[Customer]],
) -> frozenset[str]:
    """Return the ids of the customers of a segment.

    Args:
        segment: Which customers.
        ids: All of them.
        resolve: Gives the id under which a customer is read.
        find_profiles: Gives their profiles, for a rule; else nobody waits for the models.
        find_records: Gives the record of everybody who has one, for a tag.

    Raises:
        InvalidValueError: Nobody is in it, or an id that is no customer's.
    """
    if isinstance(segment, str):
        tagged = frozenset(one.id for one in find_records() if segment in one.tags)
        found = tagged.intersection(ids)
    elif callable(segment):
        found = frozenset(one.customer_id for one in find_profiles() if segment(one))
    else:
        found = frozenset(map(resolve, segment))
        strangers = found - frozenset(ids)
        if strangers:
            told = ", ".join(sorted(strangers)[:3])
            raise InvalidValueError("segment", told, "must be ids of customers known by then")
    if not found:
        told = f"tag {segment!r}" if isinstance(segment, str) else "the segment"
        way_out = "ids go in a list: segment=[...]" if isinstance(segment, str) else ""
        raise InvalidValueError("segment", told, "must hold at least one customer", way_out)
    return found
