"""What a trial did, counted, and what it found wrong."""

import time
from collections import Counter

import attrs

#: Findings told in full; the others are counted.
_TOLD = 12


@attrs.define
class Outcome:
    """The result of one trial at one place.

    Attributes:
        trial: Its name.
        place: Where the stores lived.
        did: How often what was done.
        found: What was wrong, a sentence each; empty is well.
        seconds: How long it took.
    """

    trial: str
    place: str
    did: Counter[str] = attrs.field(factory=Counter, converter=Counter)
    found: list[str] = attrs.field(factory=list)
    seconds: float = 0.0
    _began: float = attrs.field(factory=time.monotonic, init=False)

    def count(self, what: str, times: int = 1) -> None:
        """Note that something was done."""
        self.did[what] += times

    def wrong(self, what: str) -> None:
        """Note that something is wrong."""
        self.found.append(what)

    def alike(self, what: str, told: object, expected: object) -> None:
        """Note where what was told differs from what was expected."""
        if told != expected:
            self.wrong(f"{what}: {differing(told, expected)}")

    def over(self) -> "Outcome":
        """Return this, timed."""
        self.seconds = round(time.monotonic() - self._began, 1)
        return self

    def plain(self) -> dict[str, object]:
        """Return this as JSON can hold it."""
        more = len(self.found) - _TOLD
        told = self.found[:_TOLD] + ([f"and {more:,} more"] if more > 0 else [])
        return {
            "trial": self.trial,
            "place": self.place,
            "did": dict(self.did),
            "found": told,
            "seconds": self.seconds,
        }


def differing(told: object, expected: object) -> str:
    """Say where two states differ, shortly."""
    if isinstance(told, dict) and isinstance(expected, dict):
        keys = [key for key in {*told, *expected} if told.get(key) != expected.get(key)]
        return "; ".join(f"{key}: {differing(told.get(key), expected.get(key))}" for key in keys)
    if isinstance(told, list) and isinstance(expected, list):
        return _of_lists(told, expected)
    return f"{told!r:.300}, not {expected!r:.300}"


def _of_lists(told: list[object], expected: list[object]) -> str:
    have, want = Counter(map(repr, told)), Counter(map(repr, expected))
    lost, more = list((want - have).elements()), list((have - want).elements())
    if not lost and not more:
        return f"{len(told)} in another order"
    return f"{len(lost)} lost {lost[:1]!s:.300}, {len(more)} too many {more[:1]!s:.300}"
