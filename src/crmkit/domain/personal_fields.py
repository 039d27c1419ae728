"""The register of personal data: every field that says something about a person.

For each it says what kind of data it is, what it is kept for, and what becomes of it when the
person is erased:

    goes        it is dropped
    replaced    a random pseudonym, or a new id, takes its place
    stays       it stays in the books, and nothing says whose it was

The fields of interactions are read off their kinds: what a kind keeps out of its repr is
personal by itself and must be described here; ids are replaced; the rest is what statistics
need. Everything here is part of an export.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from attrs import Attribute, field, fields, frozen

from crmkit.domain.interactions import KINDS
from crmkit.domain.personal_data import (
    DEFAULT_PERSONAL_DATA,
    DataCategory,
    OwnField,
    PersonalData,
)
from crmkit.domain.words import Word

__all__ = ["Holder", "OnErasure", "PersonalField", "personal_fields"]


class OnErasure(Word):
    """What becomes of a field when the person is erased."""

    GOES = "goes"
    REPLACED = "replaced"
    STAYS = "stays"


@frozen(kw_only=True)
class PersonalField:
    """One field that says something about a person.

    Attributes:
        where: What it is a field of: "customer", "identifier", "contact_point",
            "acquisition", "alias", the word of a kind of interaction, or "extra".
        name: The field, with "extra." or "attributes." before a shop's own.
        category: What kind of data it is.
        purpose: What it is kept for.
        on_erasure: What becomes of it when the person is erased.
    """

    where: str
    name: str
    category: DataCategory = field(converter=DataCategory)
    purpose: str
    on_erasure: OnErasure = field(converter=OnErasure)


class Holder(Protocol):
    """Something of the shop's that holds personal data outside of crmkit.

    Its other tables, a cache, the mail tool. Both calls must be safe to repeat: whatever
    breaks off is started again.
    """

    @property
    def name(self) -> str:
        """What it is called in an export."""
        ...

    def export(self, customer_ids: Sequence[str], /) -> Any:
        """Return all it holds about the person with these ids, as JSON-ready data."""
        ...

    def erase(self, customer_ids: Sequence[str], /) -> None:
        """Forget the person with these ids."""
        ...


_RECOGNISE = "to recognise the customer"
_REACH = "to reach the customer"
_TREAT = "to treat the customer as they wish"
_PROVE = "to show where the data come from, and on what ground they are kept"

#: The fields of records and of what belongs to them; all of them go.
_RECORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "customer": {
        "id": ("reference", _RECOGNISE),
        "kind": ("identity", _RECOGNISE),
        "name": ("identity", _RECOGNISE),
        "identifiers": ("identity", _RECOGNISE),
        "birthday": ("trait", "greetings, and to tell customers of one name apart"),
        "language": ("trait", _REACH),
        "region": ("trait", _TREAT),
        "contact_points": ("contact", _REACH),
        "acquisition": ("origin", _PROVE),
        "people": ("reference", "who acts for an organisation"),
        "tags": ("other", "the shop's own groups of customers"),
        "declared_level": ("other", "how far the shop goes for the customer"),
        "attributes": ("other", "the shop's own fields"),
        "notes": ("words", "remarks for the next contact"),
        "version": ("other", "so that two changes at once do not undo each other"),
    },
    "identifier": {
        "kind": ("identity", _RECOGNISE),
        "value": ("identity", _RECOGNISE),
        "source": ("origin", _PROVE),
        "verified": ("proof", "whether the customer has proved it"),
        "first_seen": ("behaviour", "since when it is known"),
        "last_seen": ("behaviour", "whether it is still in use"),
    },
    "contact_point": {
        "medium": ("contact", _REACH),
        "value": ("contact", _REACH),
        "source": ("origin", _PROVE),
        "verified": ("proof", "whether the customer has proved it"),
        "repair": ("contact", "whether it still works"),
        "valid_from": ("contact", "since when it is in use"),
        "valid_until": ("contact", "until when it was in use"),
        "confirmed_at": ("contact", "when it was last known to work"),
        "bounces": ("contact", "whether it still works"),
    },
    "acquisition": {
        "mode": ("origin", _PROVE),
        "source": ("origin", _PROVE),
        "campaign_id": ("origin", "what campaigns bring"),
        "cost": ("origin", "what campaigns cost"),
        "lawful_basis": ("proof", _PROVE),
        "expires": ("proof", _PROVE),
    },
}

#: The fields of the alias table.
_ALIAS = {
    "customer_id": ("reference", "that two ids are one person", "replaced"),
    "stands_for": ("reference", "that two ids are one person", "replaced"),
    "recorded_at": ("behaviour", "since when two ids are one person", "stays"),
    "evidence": ("proof", "why two ids are one person", "goes"),
    "before": ("identity", "to undo a merge exactly", "goes"),
}

_TOGETHER = "to see together what belongs together"
#: The ids in interactions; each is replaced.
_IDS = {
    "id": "not to count anything twice",
    "customer_id": "whose it is",
    "referred_id": "who brought whom",
    "order_id": _TOGETHER,
    "case_id": _TOGETHER,
    "promise_id": _TOGETHER,
}

#: What interactions keep out of their reprs; all of it goes.
_TEXTS = {
    "extra": ("other", "the source's own fields"),
    "evidence": ("proof", "that a consent was given or withdrawn"),
    "topic": ("words", "what was spoken about"),
    "note": ("words", "why something came back"),
    "what": ("words", "what was promised"),
    "title": ("words", "the customer's words"),
    "text": ("words", "the customer's words"),
}
_BOOKS = "the shop's books and statistics"


def personal_fields(own: PersonalData = DEFAULT_PERSONAL_DATA) -> tuple[PersonalField, ...]:
    """Return the whole register, and a shop's own fields where it declares them.

    Args:
        own: What the shop says of its own fields (``Shop.personal_data``).
    """
    return (*_of_records(), *_of_aliases(), *_of_interactions(), *_of_shop(own))


def _of_records() -> Iterator[PersonalField]:
    for where, told in _RECORDS.items():
        for name, (category, purpose) in told.items():
            yield PersonalField(
                where=where,
                name=name,
                category=category,
                purpose=purpose,
                on_erasure=OnErasure.GOES,
            )


def _of_aliases() -> Iterator[PersonalField]:
    for name, (category, purpose, on_erasure) in _ALIAS.items():
        yield PersonalField(
            where="alias", name=name, category=category, purpose=purpose, on_erasure=on_erasure
        )


def _of_interactions() -> Iterator[PersonalField]:
    for word, kind in KINDS.items():
        yield from (_of_interaction(word, one) for one in fields(kind))


def _of_interaction(word: str, one: "Attribute[Any]") -> PersonalField:
    category, purpose, on_erasure = "behaviour", _BOOKS, OnErasure.STAYS
    if one.name in _IDS:
        category, purpose, on_erasure = "reference", _IDS[one.name], OnErasure.REPLACED
    elif not one.repr:
        category, purpose, on_erasure = *_TEXTS[one.name], OnErasure.GOES
    return PersonalField(
        where=word, name=one.name, category=category, purpose=purpose, on_erasure=on_erasure
    )


def _of_shop(own: PersonalData) -> Iterator[PersonalField]:
    for name, one in sorted(own.attributes.items()):
        yield _own("customer", f"attributes.{name}", one, OnErasure.GOES)
    for name, one in sorted(own.extra.items()):
        yield _own(
            "extra", f"extra.{name}", one, OnErasure.GOES if one.personal else OnErasure.STAYS
        )


def _own(where: str, name: str, one: OwnField, on_erasure: OnErasure) -> PersonalField:
    return PersonalField(
        where=where, name=name, category=one.category, purpose=one.purpose, on_erasure=on_erasure
    )
