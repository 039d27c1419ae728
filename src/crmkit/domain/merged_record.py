"""The records of customers who are one person, read as one record, and parted again.

    own        the record kept under the survivor's id
    others     those of the members, in the order in which they were merged
    gap        what a record does not say: None, or the kind "individual", which is the default

Nothing is dropped silently: where two records say different things the survivor's holds, and
``conflicts`` names what does not. Parting goes by value: what came from the absorbed record
alone goes with it, what was changed since or said by another stays.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from crmkit.domain.customer import ContactPoint, Customer, CustomerKind, Identifier

__all__ = ["Conflict", "combined", "conflicts", "parted"]

#: Fields of which a record says one thing or nothing.
SINGLE = (
    "kind",
    "name",
    "birthday",
    "language",
    "region",
    "acquisition",
    "declared_level",
)
#: Fields of several things that are the same or not.
PLAIN = ("people", "notes")
_GAPS = (None, CustomerKind.INDIVIDUAL, CustomerKind.GUEST)

_T = TypeVar("_T")
_Key = Callable[[Any], Hashable]
_Join = Callable[[Any, Any], Any]


@frozen(kw_only=True)
class Conflict:
    """A field of which the records of one person say different things.

    Attributes:
        name: The field; where it is one of the shop's own "attributes.size".
        kept: What the combined record says.
        dropped: What another record says and the combined one does not.
    """

    name: str
    kept: Any = field(repr=False, hash=False)
    dropped: Any = field(repr=False, hash=False)


def combined(own: Customer, others: Iterable[Customer]) -> Customer:
    """Return one record of a person, under the id and version of the survivor's own.

    What the survivor's record says holds; its gaps are filled from the others, the earlier
    merged first. Identifiers, contact points, tags, notes and people are united. Of the same
    identifier or contact point the verified one holds, and of the same attribute the
    survivor's.

    Args:
        own: The survivor's own record.
        others: Those of the members, in the order in which they were merged.
    """
    for other in others:
        own = evolve(own, **_joint(own, other))
    return own


def _joint(own: Customer, other: Customer) -> dict[str, Any]:
    """The fields of two records taken together."""
    single = {name: _first(getattr(own, name), getattr(other, name)) for name in SINGLE}
    plain = {name: _with_new(getattr(own, name), getattr(other, name)) for name in PLAIN}
    return {
        **single,
        **plain,
        "identifiers": _united(own.identifiers, other.identifiers, _name_of, _seen_by_both),
        "contact_points": _united(
            own.contact_points, other.contact_points, _address_of, _known_to_both
        ),
        "tags": own.tags | other.tags,
        "attributes": {**other.attributes, **own.attributes},
    }


def _first(ours: Any, theirs: Any) -> Any:
    return theirs if ours in _GAPS and theirs not in _GAPS else ours


def _with_new(ours: Sequence[_T], theirs: Iterable[_T]) -> tuple[_T, ...]:
    return (*ours, *(one for one in dict.fromkeys(theirs) if one not in ours))


def _united(ours: Iterable[_T], theirs: Iterable[_T], key: _Key, join: _Join) -> tuple[_T, ...]:
    """Ours, the same of theirs joined to them, then what they alone have."""
    found: list[_T] = list(ours)
    places = {key(one): place for place, one in reversed([*enumerate(found)])}
    for one in theirs:
        if key(one) in places:
            place = places[key(one)]
            found[place] = join(found[place], one)
        else:
            places[key(one)] = len(found)
            found.append(one)
    return tuple(found)


def _name_of(one: Identifier) -> Hashable:
    return one.kind, one.value


def _address_of(one: ContactPoint) -> Hashable:
    """What is in use is the same at one address; what has ended is history, and stays."""
    ended = one.valid_until is not None
    return one.medium, one.value, (one.valid_from, one.valid_until) if ended else None


def _seen_by_both(ours: Identifier, theirs: Identifier) -> Identifier:
    return evolve(
        theirs if theirs.verified and not ours.verified else ours,
        first_seen=_earlier(ours.first_seen, theirs.first_seen),
        last_seen=_later(ours.last_seen, theirs.last_seen),
    )


def _known_to_both(ours: ContactPoint, theirs: ContactPoint) -> ContactPoint:
    """The verified one; whether it works is told by whoever heard of it last."""
    heard = theirs if _heard(theirs) > _heard(ours) else ours
    return evolve(
        theirs if theirs.verified and not ours.verified else ours,
        repair=heard.repair,
        valid_from=_earlier(ours.valid_from, theirs.valid_from),
        confirmed_at=_later(ours.confirmed_at, theirs.confirmed_at),
        bounces=sorted({*ours.bounces, *theirs.bounces}, key=lambda one: (one.at, one.hard)),
    )


def _heard(one: ContactPoint) -> float:
    moments = [each.at for each in one.bounces]
    moments += [] if one.confirmed_at is None else [one.confirmed_at]
    return max((at.timestamp() for at in moments), default=float("-inf"))


def _earlier(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)


def _later(*moments: datetime | None) -> datetime | None:
    return max((at for at in moments if at is not None), default=None)


def conflicts(own: Customer, others: Iterable[Customer]) -> tuple[Conflict, ...]:
    """Return what other records say differently from the combined one, field by field.

    Args:
        own: The survivor's own record.
        others: Those of the members, in the order in which they were merged.
    """
    others = tuple(others)
    kept = combined(own, others)
    return tuple(one for other in others for one in _against(kept, other))


def _against(kept: Customer, other: Customer) -> Iterator[Conflict]:
    for name in SINGLE:
        holds, says = getattr(kept, name), getattr(other, name)
        if says not in _GAPS and says != holds:
            yield Conflict(name=name, kept=holds, dropped=says)
    for name, says in other.attributes.items():
        if says != kept.attributes[name]:
            yield Conflict(name=f"attributes.{name}", kept=kept.attributes[name], dropped=says)


def parted(now: Customer, without: Customer, absorbed: Customer) -> Customer:
    """Return a survivor's record without what came from an absorbed one.

    Args:
        now: The record as it was put since the merge.
        without: What it would say if there had been no merge.
        absorbed: The record of whoever is parted from it.

    Returns:
        Under the id and version of ``now``. What was changed since the merge stays.
    """
    together = combined(without, [absorbed])
    changes: dict[str, Any] = {
        name: _back(*(getattr(one, name) for one in (now, together, without, absorbed)))
        for name in SINGLE
    }
    for name in (*PLAIN, "tags"):
        changes[name] = _left(*(getattr(one, name) for one in (now, without, absorbed)))
    for name, key in (("identifiers", _name_of), ("contact_points", _address_of)):
        three = tuple(getattr(one, name) for one in (now, together, without))
        changes[name] = _left_by_key(*three, key=key)
    four = (one.attributes for one in (now, together, without, absorbed))
    return evolve(now, **changes, attributes=_left_by_name(*four))


def _back(now: Any, together: Any, without: Any, absorbed: Any) -> Any:
    """What a field said without the absorbed record; as it is now where it was changed."""
    theirs = absorbed not in _GAPS and now == absorbed
    return without if theirs or now == together else now


def _left(now: Iterable[_T], without: Iterable[_T], absorbed: Iterable[_T]) -> tuple[_T, ...]:
    gone = set(absorbed) - set(without)
    return tuple(one for one in now if one not in gone)


def _left_by_key(
    now: Iterable[_T], together: Iterable[_T], without: Iterable[_T], *, key: _Key
) -> Iterator[_T]:
    """Those of now that the absorbed record did not bring, as they were before it."""
    joint = {key(one): one for one in reversed([*together])}
    before = {key(one): one for one in reversed([*without])}
    for one in now:
        if key(one) in before:
            yield before[key(one)] if one == joint[key(one)] else one
        elif key(one) not in joint:
            yield one


def _left_by_name(
    now: Mapping[str, Any],
    together: Mapping[str, Any],
    without: Mapping[str, Any],
    absorbed: Mapping[str, Any],
) -> dict[str, Any]:
    """The shop's own fields without those that the absorbed record brought."""
    left = {}
    for name, value in now.items():
        theirs = name in absorbed and value == absorbed[name]
        if not theirs and (name not in together or value != together[name]):
            left[name] = value
        elif name in without:
            left[name] = without[name]
    return left
