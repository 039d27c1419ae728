"""Forgetting a person: their facts stay in the books, and nothing says whose they were.

Every id of the person becomes a pseudonym of its own, so that a merge of theirs stays one.
The ids of interactions, orders, cases and promises are counted through in their old order:
what is at the same moment stays in its order, and returns keep the orders they were linked
to. What a kind keeps out of its repr is personal (texts, remarks, extras, evidence) and goes;
what statistics need (what, when, how much, which scale, which product) stays.

    key      the shop's secret
    mark     keyed hash of an id, kept so that what comes again can be told: of interactions,
             of customers, and of orders, whose rows may come under other ids

An interaction that was corrected from one customer to another has revisions of both under one
id. The id stays, since it is the other's too, and so do the other's revisions; those of the
person are stripped. An order is marked only where the person's is the latest revision.
"""

import hmac
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, fields, frozen

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import GUEST, Customer, is_guest
from crmkit.domain.events import Event, EventType
from crmkit.domain.happened import key_of
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.mapping import EMPTY

__all__ = ["Forgetting", "Marks", "is_pseudonym", "new_token", "pseudonym_for"]

#: Fields that name what several facts belong to, by the room their ids are unique in.
KEYS = ("order_id", "case_id", "promise_id")
_ERASED = "erased"
_PSEUDONYM = re.compile(rf"({_ERASED}:|{GUEST}{_ERASED}/)[0-9a-f]{{32}}(\.[0-9]+)?")


def new_token() -> str:
    """Return the token of one erasure: 16 random bytes, as hex."""
    return secrets.token_hex(16)


def pseudonym_for(customer_id: str, token: str, place: int) -> str:
    """Return the id that a person's id is replaced by; a guest stays a guest.

    Args:
        customer_id: The id.
        token: Random, of this erasure.
        place: The id's place among those of the person.
    """
    name = f"{_ERASED}:{token}" + (f".{place}" if place else "")
    return f"{GUEST}{_ERASED}/{token}.{place}" if is_guest(customer_id) else name


def is_pseudonym(customer_id: str) -> bool:
    """Tell whether an id is what is left of a person who was erased."""
    return _PSEUDONYM.fullmatch(customer_id) is not None


@frozen
class Marks:
    """Hashes ids under the key of a shop.

    Attributes:
        key: The shop's secret.
        shop_id: Enters every hash, so that shops with one key do not share marks.
    """

    key: bytes
    shop_id: str

    def of(self, kind: str, *names: str) -> bytes:
        """Return the mark of an id: "customer", "interaction" or "order", and its names."""
        text = "".join(f"{len(one)}:{one}" for one in (self.shop_id, kind, *names))
        return hmac.digest(self.key, text.encode(), "sha256")

    @property
    def check(self) -> bytes:
        """The mark by which another key is noticed."""
        return self.of("check")

    def of_customer(self, customer_id: str) -> bytes:
        """Return the mark of a customer's id."""
        return self.of("customer", customer_id)

    def of_interaction(self, one: Interaction) -> bytes:
        """Return the mark of an interaction's own id."""
        return self.of("interaction", one.source, one.id)

    def of_people(self, one: Interaction) -> list[bytes]:
        """Return the marks of whom, and of which order, an interaction tells."""
        told = [self.of_customer(one.customer_id)]
        if isinstance(one, Referral):
            told.append(self.of_customer(one.referred_id))
        order_id = _at(one, "order_id")
        return told if order_id is None else [*told, self.of_order(one.source, order_id)]

    def of_order(self, source: str, order_id: str) -> bytes:
        """Return the mark of an order."""
        return self.of("order", source, order_id)


@frozen
class Forgetting:
    """How one person's facts are stripped.

    Attributes:
        people: Pseudonyms by the id they replace, the survivor's first.
        ids: New ids by (source, id) of an interaction; without those that stay.
        keys: New ids by field, source and id of an order, a case or a promise.
        orders: (source, id) of every order of which the latest word is the person's.
        kept_extras: Names in ``extra`` that the shop has declared not to be personal.
    """

    people: Mapping[str, str]
    ids: Mapping[tuple[str, str], str]
    keys: Mapping[tuple[str, str, str], str]
    orders: frozenset[tuple[str, str]] = frozenset()
    kept_extras: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        token: str,
        members: Sequence[str],
        interactions: Iterable[Interaction],
        kept_extras: Iterable[str] = (),
    ) -> "Forgetting":
        """Return how a person is forgotten.

        Args:
            token: Random.
            members: Every id of the person, the survivor first.
            interactions: All theirs, in every revision; and every other revision, somebody
                else's, of the same ids. What has nothing of theirs may be among them.
            kept_extras: Names in ``extra`` that may stay.
        """
        people = {one: pseudonym_for(one, token, place) for place, one in enumerate(members)}
        every = list(interactions)
        theirs = [one for one in every if one.customer_id in people]
        shared = {_id(one) for one in every if one.customer_id not in people}
        return cls(
            people=people,
            ids=_counted({_id(one) for one in theirs} - shared, token),
            keys=_keys(theirs, token),
            orders=_orders(every, people),
            kept_extras=frozenset(kept_extras),
        )

    @property
    def pseudonym(self) -> str:
        """Who the person is from now on."""
        return next(iter(self.people.values()))

    def marks(self, marks: Marks) -> frozenset[bytes]:
        """Return what is to be kept so that what comes again is told."""
        return frozenset(
            [
                *map(marks.of_customer, self.people),
                *(marks.of("interaction", *each) for each in self.ids),
                *(marks.of_order(*each) for each in self.orders),
            ]
        )

    def stripped(self, one: Interaction) -> Interaction:
        """Return an interaction of the person, or one that refers to them, without them.

        What is about somebody else alone comes back as it is.
        """
        changes: dict[str, Any] = {}
        if isinstance(one, Referral) and one.referred_id in self.people:
            changes["referred_id"] = self.people[one.referred_id]
        if one.customer_id in self.people:
            changes |= self._of_person(one)
        return evolve(one, **changes) if changes else one

    def lines(self, lines: Iterable[Alias]) -> list[Alias]:
        """Return the lines of the alias table without the person; others' as they are.

        A line that undoes a merge with the person may tell of them, too, in its evidence.
        """
        stood_for: dict[str, str | None] = {}
        told = []
        for line in lines:
            undone = stood_for.get(line.customer_id) in self.people
            stood_for[line.customer_id] = line.stands_for
            told.append(self._line(line, of_person=undone and line.stands_for is None))
        return told

    def _line(self, line: Alias, *, of_person: bool) -> Alias:
        if of_person or self.people.keys() & {line.customer_id, line.stands_for}:
            return Alias(
                customer_id=self.people.get(line.customer_id, line.customer_id),
                stands_for=self.people.get(line.stands_for or "", line.stands_for),
                recorded_at=line.recorded_at,
            )
        before = None if line.before is None else self.record(line.before)
        return line if before is line.before else evolve(line, before=before)

    def record(self, record: Customer) -> Customer:
        """Return the record of somebody else, for whom the person may have acted.

        Who has read it before must read it again, so that the person does not come back.
        """
        if not self.people.keys() & set(record.people):
            return record
        people = [self.people.get(one, one) for one in record.people]
        return evolve(record, people=people, version=record.version + 1)

    def event(self, event: Event) -> Event:
        """Return an event without the person; others' come back as they are."""
        about = self.people.get(event.customer_id, event.customer_id)
        data = dict(event.data)
        if event.type is EventType.RECORDED:
            if about != event.customer_id:
                data["id"] = self.ids.get((data["source"], data["id"]), data["id"])
        else:
            data = {name: self._renamed(value) for name, value in data.items()}
        if about == event.customer_id and data == event.data:
            return event
        return evolve(event, customer_id=about, data=data)

    def _renamed(self, value: Any) -> Any:
        return self.people.get(value, value) if isinstance(value, str) else value

    def _of_person(self, one: Interaction) -> dict[str, Any]:
        changes = {each.name: each.default for each in fields(type(one)) if not each.repr}
        for name in KEYS:
            if (old := _at(one, name)) is not None:
                changes[name] = self.keys[name, one.source, old]
        extra = {name: one.extra[name] for name in one.extra if name in self.kept_extras}
        return changes | {
            "id": self.ids.get(_id(one), one.id),
            "customer_id": self.people[one.customer_id],
            "extra": extra or EMPTY,
        }


def _at(one: Interaction, name: str) -> str | None:
    return getattr(one, name, None)


def _id(one: Interaction) -> tuple[str, str]:
    return one.source, one.id


def _keys(theirs: Iterable[Interaction], token: str) -> dict[tuple[str, str, str], str]:
    """New ids of the orders, cases and promises that are named."""
    found: dict[tuple[str, str, str], str] = {}
    for name in KEYS:
        named = {(one.source, old) for one in theirs if (old := _at(one, name)) is not None}
        found |= {(name, *old): new for old, new in _counted(named, token).items()}
    return found


def _orders(every: Iterable[Interaction], people: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """The orders named where the person's is the latest revision."""
    latest: dict[tuple[str, str], Interaction] = {}
    for one in sorted(every, key=lambda one: one.revision):
        latest[_id(one)] = one
    mine = (one for one in latest.values() if one.customer_id in people)
    return frozenset((one.source, name) for one in mine if (name := _at(one, "order_id")))


def _counted(found: Iterable[tuple[str, str]], token: str) -> dict[tuple[str, str], str]:
    """A new id for each (source, id), in the order of the keys they make."""
    in_order = sorted(found, key=lambda each: key_of(*each))
    return {old: f"{token}.{place:08d}" for place, old in enumerate(in_order)}
