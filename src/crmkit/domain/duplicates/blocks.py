"""Which people are compared at all: those who share a key. So work grows with the records.

Two people who share none of these keys are never compared. A key that more than ``MOST`` people
share would make pairs without end, and says little; it is left out, and counted as such.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from attrs import field, frozen

from crmkit.domain.duplicates.people import Person

__all__ = ["MOST", "Blocks", "LeftOut"]

#: The most people of one key that are compared with each other.
MOST = 100
#: The words of a name that make keys.
_WORDS = 4

_Key = tuple[int, str]

#: What people of a block have in common, the most telling first.
KINDS = (
    "e-mail",
    "phone",
    "platform id",
    "anonymous id",
    "birthday and an initial",
    "name",
    "address",
    "a word of the name, the beginning of another and the region",
)


@frozen(kw_only=True)
class LeftOut:
    """Keys that too many people share, so that nobody was compared because of them.

    Attributes:
        kind: What they have in common.
        blocks: How many such values.
        people: How many people have them, counted once for each value.
        pairs: How many pairs they would have made.
    """

    kind: str
    blocks: int
    people: int
    pairs: int

    def __str__(self) -> str:
        return (
            f"{self.people:,} people share {self.blocks:,} values of {self.kind}; those "
            f"{self.pairs:,} pairs were compared only where they share something rarer too"
        )


def _keys(one: Person) -> Iterator[_Key]:
    """The keys of a person, the most telling first; some may come twice."""
    yield from ((0, value) for value in sorted(one.mailboxes))
    yield from ((1, value) for value in sorted(one.phones))
    yield from ((2, value) for value in sorted(one.platform))
    yield from ((3, value) for value in sorted(one.anonymous))
    names = sorted(one.names)
    initials = sorted({word[0] for words in names for word in words})
    yield from ((4, f"{day} {sign}") for day in sorted(one.birthdays) for sign in initials)
    yield from ((5, " ".join(words)) for words in names)
    yield from ((6, value) for value in sorted(one.addresses))
    for words in names:
        for region in sorted(one.regions) or [""]:
            pairs = permutations(words[:_WORDS], 2)
            yield from ((7, f"{word} {beside[:2]} {region}") for word, beside in pairs)


@frozen
class Blocks:
    """People by the keys they share.

    Attributes:
        members: By key, the places of those who share it: two at least, ``most`` at most.
        keys: Of each person, the keys of the blocks they are in, the most telling first.
        left_out: Keys that too many share.
    """

    members: dict[_Key, list[int]] = field(repr=False)
    keys: list[tuple[_Key, ...]] = field(repr=False)
    left_out: tuple[LeftOut, ...]

    @classmethod
    def of(cls, people: Sequence[Person], most: int) -> "Blocks":
        """Sort people into blocks of at most so many."""
        found: dict[_Key, list[int]] = defaultdict(list)
        for place, one in enumerate(people):
            for key in dict.fromkeys(_keys(one)):
                found[key].append(place)
        kept = {key: group for key, group in sorted(found.items()) if 1 < len(group) <= most}
        keys: list[list[_Key]] = [[] for _ in people]
        for key, group in kept.items():
            for place in group:
                keys[place].append(key)
        return cls(kept, [tuple(one) for one in keys], _left_out(found, most))

    @property
    def pairs(self) -> int:
        """How many pairs are compared at most."""
        return sum(_pairs(len(group)) for group in self.members.values())

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        """Yield the pairs of each block that belong to no block before it."""
        for key, group in self.members.items():
            yield [pair for pair in combinations(group, 2) if self._first(*pair) == key]

    def _first(self, one: int, other: int) -> _Key:
        theirs = self.keys[other]
        return next(key for key in self.keys[one] if key in theirs)


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _left_out(found: dict[_Key, list[int]], most: int) -> tuple[LeftOut, ...]:
    blocks: Counter[int] = Counter()
    people: Counter[int] = Counter()
    pairs: Counter[int] = Counter()
    for (kind, _), group in found.items():
        if len(group) > most:
            blocks[kind] += 1
            people[kind] += len(group)
            pairs[kind] += _pairs(len(group))
    return tuple(
        LeftOut(kind=KINDS[kind], blocks=blocks[kind], people=people[kind], pairs=pairs[kind])
        for kind in sorted(blocks)
    )
