"""Two customers turn out to be one person: which of their ids survives.

The survivor is decided by what is known of the two, never by the order in which they are
named. The first of these that tells them apart decides:

    account     a customer beats a guest
    known       whoever is known beats whoever is anonymous: known is who has a name, an e-mail
                address, a phone number, a platform account or a contact point, or has bought
    older       the one with whom something happened first
    seen        the one with an identifier that was met first
    id          the lower id, in code point order
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from attrs import field, frozen

from crmkit.domain.customer import GUEST, Customer, IdentifierKind, is_guest
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction, Purchase
from crmkit.domain.words import Word

__all__ = ["WHY", "Evidence", "Person", "SurvivorRule", "chosen", "evidence_of"]

_NEVER = datetime.max.replace(tzinfo=UTC)
#: How pseudonyms of erased people begin.
_ERASED = ("erased:", f"{GUEST}erased/")


class SurvivorRule(Word):
    """Which rule decided who survives a merge."""

    ACCOUNT = "account"
    KNOWN = "known"
    OLDER = "older"
    SEEN = "seen"
    ID = "id"


WHY: Mapping[SurvivorRule, str] = {
    SurvivorRule.ACCOUNT: "a customer survives, a guest is linked to them",
    SurvivorRule.KNOWN: "who is known survives, not who is anonymous",
    SurvivorRule.OLDER: "who was there first survives",
    SurvivorRule.SEEN: "whose identifier was met first survives",
    SurvivorRule.ID: "nothing else tells them apart, so the lower id survives",
}


class Evidence(Word):
    """What shows that a guest's order is a customer's. An equal e-mail address does not."""

    SIGNED_IN = "signed_in"
    ORDER_CLAIMED = "order_claimed"
    LINK_CONFIRMED = "link_confirmed"
    PAYMENT_ACCOUNT = "payment_account"
    LOYALTY_CARD = "loyalty_card"
    STAFF_CHECKED = "staff_checked"


#: What people take for evidence and is none.
_NO_EVIDENCE = frozenset({"email", "e-mail", "mail", "phone", "name", "address"})


def evidence_of(given: str) -> Evidence:
    """Return what shows that a guest's order is a customer's.

    Raises:
        InvalidValueError: It is none; an equal e-mail address, say.
    """
    if "@" in given or given.casefold() in _NO_EVIDENCE:
        raise InvalidValueError(
            "verified_by",
            "…" if "@" in given else given,
            "is no evidence: whoever orders as a guest can type anybody's",
            f"give one of {', '.join(Evidence)}",
        )
    return Evidence(given)


@frozen(kw_only=True)
class Person:
    """What is known of a person before a merge.

    Attributes:
        customer_id: The id under which they are read.
        own: The record kept under that id itself.
        record: The record of the person, where members have one as well.
        history: All that happened with them.
    """

    customer_id: str
    own: Customer | None = field(default=None, repr=False)
    record: Customer | None = field(default=None, repr=False)
    history: Sequence[Interaction] = field(default=(), repr=False)

    @property
    def guest(self) -> bool:
        """Whether it is a guest."""
        return is_guest(self.customer_id)

    @property
    def known(self) -> bool:
        """Whether the person is more than an anonymous visitor."""
        return _is_named(self.record) or any(isinstance(one, Purchase) for one in self.history)

    @property
    def first_at(self) -> datetime | None:
        """When the first of all happened."""
        return self.history[0].at if self.history else None

    @property
    def first_seen(self) -> datetime | None:
        """When an identifier of theirs was first met."""
        identifiers = () if self.record is None else self.record.identifiers
        return min((one.first_seen for one in identifiers if one.first_seen), default=None)

    def check_not_erased(self) -> None:
        """Refuse the pseudonym of somebody forgotten: the books of the erased are closed.

        Raises:
            InvalidValueError: It is one.
        """
        if self.customer_id.startswith(_ERASED):
            raise InvalidValueError(
                "customer_id", self.customer_id, "is the pseudonym of somebody who was erased"
            )

    def check(self) -> None:
        """Refuse whom nobody can be merged with.

        Raises:
            InvalidValueError: Nothing is kept of them, or they were erased.
        """
        self.check_not_erased()
        if self.record is None and not self.history:
            raise InvalidValueError(
                "customer_id",
                self.customer_id,
                "nothing is kept of it",
                "put its record first (put_customer), or record what happened",
            )


def _is_named(record: Customer | None) -> bool:
    return record is not None and bool(
        record.name
        or record.contact_points
        or any(one.kind is not IdentifierKind.ANONYMOUS for one in record.identifiers)
    )


def chosen(one: Person, other: Person) -> tuple[Person, Person, SurvivorRule]:
    """Return who survives, who is absorbed, and which rule decided.

    Args:
        one: A person.
        other: Another; the order of the two changes nothing.

    Raises:
        InvalidValueError: They are one person already, nothing is kept of one of them, one was
            erased, or both are guests.
    """
    if one.customer_id == other.customer_id:
        raise InvalidValueError("customer_id", one.customer_id, "must not be the same person")
    for person in (one, other):
        person.check()
    if one.guest and other.guest:
        raise InvalidValueError(
            "customer_id", other.customer_id, "both are guests", "link each to its account"
        )
    first, second = sorted((one, other), key=_rank)
    ranks = zip(_rank(first), _rank(second), SurvivorRule, strict=True)
    return first, second, next(rule for ours, theirs, rule in ranks if ours != theirs)


def _rank(person: Person) -> tuple[bool, bool, datetime, datetime, str]:
    """The lowest survives; one place per rule."""
    return (
        person.guest,
        not person.known,
        person.first_at or _NEVER,
        person.first_seen or _NEVER,
        person.customer_id,
    )
