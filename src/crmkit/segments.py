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
    find_profiles: Callable[[], Iterable[Profile]],
    record_of: Callable[[str], Customer | None],
) -> frozenset[str]:
    """Return the ids of the customers of a segment.

    Args:
        segment: Which customers.
        ids: All of them.
        find_profiles: Gives their profiles, for a rule; else nobody waits for the models.
        record_of: Gives a customer's record, for a tag.

    Raises:
        InvalidValueError: Nobody is in it, or an id that is no customer's.
    """
    if isinstance(segment, str):
        found = frozenset(one for one in ids if _tagged(record_of(one), segment))
    elif callable(segment):
        found = frozenset(one.customer_id for one in find_profiles() if segment(one))
    else:
        found = frozenset(segment)
        strangers = found - frozenset(ids)
        if strangers:
            told = ", ".join(sorted(strangers)[:3])
            raise InvalidValueError("segment", told, "must be ids of customers known by then")
    if not found:
        told = f"tag {segment!r}" if isinstance(segment, str) else "the segment"
        way_out = "ids go in a list: segment=[...]" if isinstance(segment, str) else ""
        raise InvalidValueError("segment", told, "must hold at least one customer", way_out)
    return found


def _tagged(record: Customer | None, tag: str) -> bool:
    return record is not None and tag in record.tags
