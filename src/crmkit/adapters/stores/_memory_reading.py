"""How the memory store reads a shop: every id resolved, by the lines known at a moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self

from attrs import frozen

from crmkit.adapters.stores._memory_shop import Id, KeptShop
from crmkit.domain.aliases import (
    Alias,
    known_lines,
    lines_by_survivor,
    members_by_survivor,
    survivors,
)
from crmkit.domain.interactions import Interaction, in_order
from crmkit.domain.joining import joined

__all__ = ["KnownShop"]


@frozen
class KnownShop:
    """What had been recorded of a shop by some moment.

    Attributes:
        kept: The shop.
        known_at: The moment; None for everything.
        lines: The alias lines known by then, by survivor.
        ends: What every id that stands for another ends at.
        groups: The members of every group of more than one, the survivor first.
    """

    kept: KeptShop
    known_at: datetime | None
    lines: Mapping[str, Sequence[Alias]]
    ends: Mapping[str, str]
    groups: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, kept: KeptShop, known_at: datetime | None = None) -> Self:
        """Return what is known of a shop."""
        lines = known_lines(kept.lines, known_at)
        ends = survivors(lines)
        by_survivor = lines_by_survivor(lines, ends)
        return cls(kept, known_at, by_survivor, ends, members_by_survivor(ends))

    @property
    def survivors(self) -> list[str]:
        """Who stands for itself, in order; some may have no history."""
        return sorted({self.ends.get(one, one) for one in self.kept.claims})

    def histories(self) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every survivor's id and history."""
        for survivor in self.survivors:
            if history := self.history(survivor):
                yield survivor, history

    def history(self, customer_id: str) -> list[Interaction]:
        """Return all that happened with a customer and all who stand for it."""
        survivor = self.ends.get(customer_id, customer_id)
        if not self.lines:
            return self._own(survivor)
        members = self.groups.get(survivor, (survivor,))
        theirs = {member: self._own(member) for member in members}
        return joined(survivor, theirs, self.lines.get(survivor, ()), self.ends)

    def _own(self, customer_id: str) -> list[Interaction]:
        """All that happened under an id itself, as it came."""
        read = [self._read(key) for key in self.kept.claims.get(customer_id, ())]
        return in_order(one for one in read if one is not None and one.customer_id == customer_id)

    def _read(self, key: Id) -> Interaction | None:
        """The highest revision known."""
        known = [
            (revision, one)
            for revision, (recorded_at, one) in self.kept.revisions[key].items()
            if self.known_at is None or recorded_at <= self.known_at
        ]
        return max(known, key=lambda each: each[0])[1] if known else None
