"""Times that customers stayed, checked and brought in order: the input of a survival curve.

A spell runs from a customer's start to their end or to when they were last seen. What happens
at a time is counted once for all customers, so that a base of a million with times in days is
some thousand rows.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise
from typing import Any, TypeVar

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number

__all__ = ["Happening", "Spells", "spells"]

_T = TypeVar("_T")
_YES_OR_NO = (True, False)


@frozen(kw_only=True)
class Happening:
    """What happened at a time.

    Attributes:
        time: When.
        at_risk: Customers there and watched just before.
        ended: Those of them who ended.
        censored: Those of them last seen then, and still there.
        entered: Customers who are watched from then on.
    """

    time: float
    at_risk: int
    ended: int
    censored: int
    entered: int


@frozen(kw_only=True)
class Spells:
    """All that happened, in order of time.

    Attributes:
        n: Customers watched.
        ended: Those who ended.
        happenings: What happened, by time.
        notes: What was left out, and gaps in the watching.
    """

    n: int
    ended: int
    happenings: tuple[Happening, ...]
    notes: tuple[str, ...]


@frozen
class _Spell:
    entry: float
    duration: float
    ended: bool
    weight: int


def spells(
    durations: Iterable[float | None],
    *,
    ended: Iterable[bool | None],
    entry: Iterable[float | None] | None = None,
    weights: Iterable[int] | None = None,
) -> Spells:
    """Return what happened when.

    Args:
        durations: Time to each customer's end or to when they were last seen; None is unknown.
        ended: Whether it was their end; None is unknown.
        entry: From when on each was watched; None is unknown.
        weights: How many customers each stands for.

    Raises:
        InvalidValueError: A value that cannot exist, by its index, or lists of unequal length.
    """
    times = list(durations)
    watched = (
        times,
        _as_many("ended", ended, times),
        [0.0] * len(times) if entry is None else _as_many("entry", entry, times),
        [1] * len(times) if weights is None else _as_many("weights", weights, times),
    )
    rows = [_spell(index, *row) for index, row in enumerate(zip(*watched, strict=True))]
    found = [row for row in rows if row is not None and row.weight]
    missing = rows.count(None)
    happenings = tuple(_happenings(found))
    return Spells(
        n=sum(row.weight for row in found),
        ended=sum(row.weight for row in found if row.ended),
        happenings=happenings,
        notes=(
            *((f"{missing} missing left out",) if missing else ()),
            *_gaps(happenings),
        ),
    )


def _as_many(name: str, values: Iterable[_T], times: list[float | None]) -> list[_T]:
    found = list(values)
    if len(found) != len(times):
        raise InvalidValueError(name, f"{len(found)} values", f"there are {len(times)} durations")
    return found


def _spell(
    index: int, duration: float | None, ended: Any, entry: float | None, weight: float
) -> _Spell | None:
    """One customer's time, or None where something of it is unknown."""
    count = checked_number(weight, f"weights[{index}]", low=0, whole=True)
    if duration is None or ended is None or entry is None:
        return None
    if not isinstance(ended, Hashable) or ended not in _YES_OR_NO:
        raise InvalidValueError(f"ended[{index}]", ended, "must be True or False")
    until = checked_number(duration, f"durations[{index}]", low=0)
    since = checked_number(entry, f"entry[{index}]", low=0)
    if since and since >= until:
        rule = f"must be before the duration, which is {until:g}"
        raise InvalidValueError(f"entry[{index}]", entry, rule)
    return _Spell(since, until, bool(ended), int(count))


def _happenings(found: list[_Spell]) -> Iterator[Happening]:
    ends, last_seen, entries = Counter[float](), Counter[float](), Counter[float]()
    for row in found:
        (ends if row.ended else last_seen)[row.duration] += row.weight
        entries[row.entry] += row.weight
    here = entries.pop(0.0, 0)
    for time in sorted({*ends, *last_seen, *entries}):
        yield Happening(
            time=time,
            at_risk=here,
            ended=ends[time],
            censored=last_seen[time],
            entered=entries[time],
        )
        here += entries[time] - ends[time] - last_seen[time]


def _gaps(happenings: tuple[Happening, ...]) -> tuple[str, ...]:
    """Notes on times between entries at which nobody was watched."""
    empty = [(one, other) for one, other in pairwise(happenings) if other.at_risk == 0]
    if not empty:
        return ()
    start, end = empty[0][0].time, empty[0][1].time
    told = f"nobody was watched between {start:g} and {end:g}"
    gone = any(one.ended == one.at_risk > 0 for one, _ in empty)
    after = "the curve is 0 from there, whoever came later" if gone else "the curve is flat there"
    return (f"{told}: {after}",)
