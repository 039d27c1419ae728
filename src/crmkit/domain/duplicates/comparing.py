"""How two people compare: each comparison's level, and what all of them say together."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from math import log2, prod
from typing import NamedTuple

from attrs import field, frozen

from crmkit.domain.duplicates.names import level_of_names
from crmkit.domain.duplicates.people import Person
from crmkit.domain.duplicates.weights import DOUBLES, HOUSEHOLD, LEVELS

__all__ = ["Commonness", "Verdict", "comparable", "compared"]

#: Of several ways in which the names of two people compare, the best is taken.
_BEST_NAME = (
    "same name",
    "same name, a part left out",
    "similar name",
    "same single name",
    "other name",
)
_ALIKE = frozenset(_BEST_NAME[:-1])
_BEST_BIRTHDAY = (
    "same birthday",
    "birthday, day and month swapped",
    "birthday, one digit other",
    "other birthday",
)

#: Fewer people than this say nothing of how common a match is.
_FEWEST = 100


class _Found(NamedTuple):
    """A level that was found, and the share of strangers who would agree as much by chance."""

    reason: str
    share: float


@frozen
class Commonness:
    """How many people have a value, by what kind of value it is.

    Attributes:
        people: How many people there are.
        held: By (kind, value), by how many of them it is held.
    """

    people: int
    held: Counter[tuple[str, Hashable]] = field(repr=False)

    @classmethod
    def of(cls, people: Sequence[Person]) -> "Commonness":
        """Count the values of people."""
        held: Counter[tuple[str, Hashable]] = Counter()
        for one in people:
            held.update((kind, value) for kind in _KINDS for value in getattr(one, kind))
            held.update(("words", word) for word in {word for name in one.names for word in name})
        return cls(len(people), held)

    def share(self, kind: str, values: Iterable[Hashable]) -> float:
        """Return the share of others who have the rarest of the values that two people share."""
        return max(min(self.held[kind, value] for value in values) - 2, 0) / self._enough

    def share_of_name(self, words: Iterable[str]) -> float:
        """Return the share who have a name by chance, its words being drawn one by one."""
        return prod((self.held["words", word] - 1) / self._enough for word in words)

    @property
    def _enough(self) -> int:
        return max(self.people, _FEWEST)


_KINDS = ("names", "birthdays", "regions", "mailboxes", "phones", "addresses", "anonymous")


@frozen
class Verdict:
    """What speaks for two people being one.

    Attributes:
        weights: By reason, in bits, against the rival.
        rival: What speaks best against it: "household" or "strangers".
        probability: That they are one person, 0 to 1.
    """

    weights: tuple[tuple[str, float], ...]
    rival: str
    probability: float


def compared(one: Person, other: Person, common: Commonness) -> Verdict | None:
    """Return what speaks for two people being one; None where nothing they have agrees.

    The odds of a match against each rival are multiplied by what each comparison says:
    ``DOUBLES`` matches per record against ``people / 2`` pairs of strangers per record, and
    against ``HOUSEHOLD / 2`` pairs of a household.
    """
    names = list(_names(one, other, common))
    if not (_share_something(one, other) or any(each.reason in _ALIKE for each in names)):
        return None
    found = [*names, *_levels(one, other, common)]
    pairs = max(common.people, _FEWEST) / 2
    home = [LEVELS[each.reason].against_household() for each in found]
    street = [LEVELS[each.reason].against_stranger(each.share) for each in found]
    against_home = log2(DOUBLES / (HOUSEHOLD / 2)) + sum(home)
    against_street = log2(DOUBLES / pairs) + sum(street)
    at_home = against_home < against_street
    reasons = (each.reason for each in found)
    return Verdict(
        weights=tuple(zip(reasons, home if at_home else street, strict=True)),
        rival="household" if at_home else "strangers",
        probability=1 / (1 + 2.0**-against_home + 2.0**-against_street),
    )


def comparable(one: Person, other: Person) -> bool:
    """Tell whether two people can be one: neither acts for the other."""
    return not (one.agents & other.members or other.agents & one.members)


def _share_something(one: Person, other: Person) -> bool:
    """Whether they have more in common than their names and region."""
    return not (
        one.mailboxes.isdisjoint(other.mailboxes)
        and one.phones.isdisjoint(other.phones)
        and one.platform.isdisjoint(other.platform)
        and one.anonymous.isdisjoint(other.anonymous)
        and one.birthdays.isdisjoint(other.birthdays)
        and one.addresses.isdisjoint(other.addresses)
    )


def _levels(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    """What they compare in besides their names."""
    yield from _mails(one, other, common)
    yield from _phones(one, other, common)
    yield from _ids(one, other, common)
    yield from _birthdays(one, other, common)
    yield from _places(one, other, common)
    if one.is_firm != other.is_firm:
        yield _Found("a person and a firm", 0.0)


def _mails(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    if not (one.mails and other.mails):
        return
    boxes = one.mailboxes & other.mailboxes
    if not boxes:
        yield _Found("other e-mail", 0.0)
    elif one.proved_mails & other.proved_mails:
        yield _Found("same verified e-mail", common.share("mailboxes", boxes))
    elif one.mails & other.mails:
        yield _Found("same e-mail", common.share("mailboxes", boxes))
    else:
        yield _Found("same mailbox, written otherwise", common.share("mailboxes", boxes))


def _phones(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    if not (one.phones and other.phones):
        return
    same = one.phones & other.phones
    if not same:
        yield _Found("other phone", 0.0)
    elif one.proved_phones & other.proved_phones:
        yield _Found("same verified phone", common.share("phones", same))
    else:
        yield _Found("same phone", common.share("phones", same))


def _ids(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    if one.platform & other.platform:
        yield _Found("same platform id", 0.0)
    if same := one.anonymous & other.anonymous:
        yield _Found("same anonymous id", common.share("anonymous", same))


def _names(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    if not (one.names and other.names):
        return
    if same := one.names & other.names:
        by_chance = {words: common.share_of_name(words) for words in same}
        rarest = min(by_chance, key=lambda words: (by_chance[words], words))
        share = max(common.share("names", same), by_chance[rarest])
        yield _Found(level_of_names(rarest, rarest), share)
        return
    found = [
        (_BEST_NAME.index(level_of_names(mine, theirs)), sorted({*mine} & {*theirs}))
        for mine in one.names
        for theirs in other.names
    ]
    place, words = min(found)
    shared = _BEST_NAME[place] == "same name, a part left out"
    yield _Found(_BEST_NAME[place], common.share_of_name(words) if shared else 0.0)


def _birthdays(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    if not (one.birthdays and other.birthdays):
        return
    if same := one.birthdays & other.birthdays:
        yield _Found("same birthday", common.share("birthdays", same))
        return
    levels = (_days(mine, theirs) for mine in one.birthdays for theirs in other.birthdays)
    yield _Found(min(levels, key=_BEST_BIRTHDAY.index), 0.0)


def _days(one: date, other: date) -> str:
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "birthday, day and month swapped"
    digits = zip(one.isoformat(), other.isoformat(), strict=True)
    slips = sum(mine != theirs for mine, theirs in digits)
    return "birthday, one digit other" if slips == 1 else "other birthday"


def _places(one: Person, other: Person, common: Commonness) -> Iterator[_Found]:
    """The address, and the region where the addresses say nothing of it."""
    same = one.addresses & other.addresses
    if same:
        yield _Found("same address", common.share("addresses", same))
        return
    if one.addresses and other.addresses:
        yield _Found("other address", 0.0)
    if one.regions and other.regions:
        shared = one.regions & other.regions
        if shared:
            yield _Found("same region", common.share("regions", shared))
        else:
            yield _Found("other region", 0.0)
