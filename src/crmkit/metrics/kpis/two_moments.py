"""States of a base at two moments, checked, and where each customer stood by them.

A state is a tier, True (a customer, without a tier), False (was a customer, and is lost) or
None (not known); who is not named never was a customer.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.kpis.standing import Standing

__all__ = ["ACTIVE", "LOST", "NEW", "REACTIVATED", "States", "places_of", "standings_between"]

ACTIVE, LOST, NEW, REACTIVATED = "active", "lost", "new", "reactivated"
"""What ends and origins are called that are no tiers; ``ACTIVE`` is a customer without one."""

States = Mapping[str, str | bool | None]


def standings_between(
    before: States, after: States, tiers: Sequence[str]
) -> tuple[list[Standing], int]:
    """Return where each customer stood who was active in between, and how many are unknown.

    Args:
        before: Each customer's state at the first moment.
        after: The same at the second.
        tiers: The names of the tiers, lowest first.

    Raises:
        InvalidValueError: A state that is none of the tiers, or tiers that cannot be.
    """
    places = places_of(tiers)
    for name, states in (("before", before), ("after", after)):
        _check_states(name, states, places)
    ids = list(dict.fromkeys(chain(before, after)))
    known = [one for one in ids if not _unknown(one, before, after)]
    found = (_standing(one, before, after, places) for one in known)
    return [one for one in found if one is not None], len(ids) - len(known)


def places_of(tiers: Sequence[str]) -> dict[str, int]:
    """Return the place of each tier, 0 the lowest.

    Args:
        tiers: Their names, lowest first.

    Raises:
        InvalidValueError: A name given twice, empty, or called as an origin or an end is.
    """
    if isinstance(tiers, str):
        raise InvalidValueError("tiers", tiers, "must be names, lowest first", "give a list")
    for index, name in enumerate(tiers):
        if not _is_name(name):
            rule = "must be a name that no origin or end has"
            raise InvalidValueError(f"tiers[{index}]", name, rule)
        if name in tiers[:index]:
            raise InvalidValueError(f"tiers[{index}]", name, "must be given once")
    return {name: place for place, name in enumerate(tiers)}


def _is_name(tier: object) -> bool:
    return isinstance(tier, str) and tier not in {"", ACTIVE, LOST, NEW, REACTIVATED}


def _check_states(name: str, states: Mapping[str, object], places: Mapping[str, int]) -> None:
    for customer, state in states.items():
        tier = isinstance(state, str) and state in places
        if not (tier or state is None or isinstance(state, bool)):
            known = ", ".join(places) or "none are given"
            rule = f"must be True, False, None or one of the tiers ({known})"
            raise InvalidValueError(f"{name}[{customer!r}]", state, rule)


def _unknown(one: str, before: States, after: States) -> bool:
    return any(one in states and states[one] is None for states in (before, after))


def _standing(
    one: str,
    before: States,
    after: States,
    places: Mapping[str, int],
) -> Standing | None:
    """Where a customer stood; None where not active in between, or not known to have been."""
    was, now = before.get(one, False), after.get(one, False)
    opening, closing = was is not False, now is not False
    if not (opening or closing or one not in before):
        return None
    return Standing(
        customer_id=one,
        opening=opening,
        joined=None if opening else "reactivated" if one in before else "new",
        left=not closing,
        tier_opening=places.get(was) if isinstance(was, str) else None,
        tier_closing=places.get(now) if isinstance(now, str) else None,
    )
