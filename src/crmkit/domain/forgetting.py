"""Forgetting a person: their facts stay in the books, and nothing says whose they were.

Every id of the person becomes a pseudonym of its own, so that a merge of theirs stays one.
The ids of interactions, orders, cases and promises are counted through in their old order:
what is at the same moment stays in its order, and returns keep the orders they were linked
to. What a kind keeps out of its repr is personal (texts, remarks, extras, evidence) and goes;
what statistics need (what, when, how much, which scale, which product) stays.

    key      the shop's secret
    mark     keyed hash of an id, kept so that what comes again can be told: of interactions,
             of customers, and of orders, whose rows may come under other ids
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, fields, frozen

from crmkit.domain.customer import GUEST, is_guest
from crmkit.domain.happened import key_of
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.mapping import EMPTY

__all__ = ["Forgetting", "Marks", "pseudonym_for"]

#: Fields that name what several facts belong to, by the room their ids are unique in.
KEYS = ("order_id", "case_id", "promise_id")
_ERASED = "erased"


def pseudonym_for(customer_id: str, token: str, place: int) -> str:
    """Return the id that a person's id is replaced by; a guest stays a guest.

    Args:
        customer_id: The id.
        token: Random, of this erasure.
        place: The id's place among those of the person.
    """
    name = f"{_ERASED}:{token}" + (f".{place}" if place else "")
    return f"{GUEST}{_ERASED}/{token}.{place}" if is_guest(customer_id) else name


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
        text = "\\x1f".join([self.shop_id, kind, *names])
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
        order_id = getattr(one, "order_id", None)
        if order_id is not None:
            told.append(self.of("order", one.source, order_id))
        return told


@frozen
class Forgetting:
    """How one person's facts are stripped.

    Attributes:
        token: Random, of this erasure.
        people: Pseudonyms by the id they replace.
        ids: New ids by (source, id) of an interaction.
        keys: New ids by field, source and id of an order, a case or a promise.
        kept_extras: Names in ``extra`` that the shop has declared not to be personal.
    """

    token: str
    people: Mapping[str, str]
    ids: Mapping[tuple[str, str], str]
    keys: Mapping[tuple[str, str, str], str]
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
            interactions: All theirs, in every revision.
            kept_extras: Names in ``extra`` that may stay.
        """
        theirs = list(interactions)
        people = {one: pseudonym_for(one, token, place) for place, one in enumerate(members)}
        ids = _counted({(one.source, one.id) for one in theirs}, token, sort=lambda key: key)
        keys: dict[tuple[str, str, str], str] = {}
        for name in KEYS:
            named = {(name, one.source, old) for one in theirs if (old := _at(one, name))}
            keys |= _counted(named, token, sort=lambda key: key_of(*key[1:]))
        return cls(token, people, ids, keys, frozenset(kept_extras))

    @property
    def pseudonym(self) -> str:
        """Who the person is from now on."""
        return next(iter(self.people.values()))

    def stripped(self, one: Interaction) -> Interaction:
        """Return an interaction of the person, or one that refers to them, without them."""
        changes: dict[str, Any] = {}
        if isinstance(one, Referral) and one.referred_id in self.people:
            changes["referred_id"] = self.people[one.referred_id]
        if one.customer_id in self.people:
            changes |= self._of_person(one)
        return evolve(one, **changes)

    def _of_person(self, one: Interaction) -> dict[str, Any]:
        changes = {each.name: each.default for each in fields(type(one)) if not each.repr}
        for name in KEYS:
            if (old := _at(one, name)) is not None:
                changes[name] = self.keys[name, one.source, old]
        extra = {name: one.extra[name] for name in one.extra if name in self.kept_extras}
        return changes | {
            "id": self.ids[one.source, one.id],
            "customer_id": self.people[one.customer_id],
            "extra": extra or EMPTY,
        }


def _at(one: Interaction, name: str) -> str | None:
    return getattr(one, name, None)


def _counted(found: Iterable[Any], token: str, *, sort: Any) -> dict[Any, str]:
    """A new id for each, sorted as the old ones were."""
    return {old: f"{token}.{place:08d}" for place, old in enumerate(sorted(found, key=sort))}
