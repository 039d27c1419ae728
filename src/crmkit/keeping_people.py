"""Who customers are: records, identifiers, merging, guests, duplicates."""

from attrs import evolve

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, CustomerKind, IdentifierKind, is_guest, normalised
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.merging import Merged, MergePreview, Unmerged, previewed
from crmkit.domain.persons import Persons
from crmkit.domain.survivor import Person, SurvivorRule, chosen, evidence_of
from crmkit.opened_base import OpenedBase


class KeepingPeople(OpenedBase):
    """Keeps who customers are."""

    def customer(self, customer_id: str) -> Customer | None:
        """Return the record of a person, or None where none is kept.

        Under the survivor's id where others stand for it: what the survivor's own record does
        not say is filled from theirs, until it is put again.

        Args:
            customer_id: Any id of theirs.
        """
        return self._record(customer_id)

    def put_customer(self, customer: Customer) -> Customer:
        """Keep a customer's record; the one returned carries its new version.

        Where the id stands for another it is kept as the survivor's: change what ``customer``
        returned, and put that.

        Raises:
            StaleRecordError: It was changed since this one was read.
            ErasedError: The person was erased, and nothing has happened with them since.
        """
        persons = self._read_persons(customer.id)
        survivor = persons.survivor(customer.id)
        if survivor != customer.id:
            individual = customer.kind is CustomerKind.GUEST
            kind = CustomerKind.INDIVIDUAL if individual else customer.kind
            customer = evolve(customer, id=survivor, kind=kind)
        return self._put(persons.own_part(customer, self._own_record))

    def find(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        platform: str | None = None,
        anonymous: str | None = None,
    ) -> tuple[str, ...]:
        """Return the ids of those whose record has an identifier, guests among them, in order.

        Give one of them; it is compared as records keep it (see ``normalised``).

        Args:
            email: A mail address.
            phone: A phone number in E.164 form.
            platform: The id of an account on a platform.
            anonymous: The id of a visitor nobody knows.

        Raises:
            InvalidValueError: None is given, or several, or it is malformed.
        """
        asked = {"email": email, "phone": phone, "platform": platform, "anonymous": anonymous}
        given = {name: value for name, value in asked.items() if value is not None}
        if len(given) != 1:
            told = ", ".join(given) or "nothing"
            raise InvalidValueError("identifier", told, f"give one of {', '.join(asked)}")
        ((name, value),) = given.items()
        kind = IdentifierKind(name)
        return self._named(kind, normalised(kind, value))

    def _named(self, kind: IdentifierKind, value: str) -> tuple[str, ...]:
        """Those of whom a record with an identifier is kept, and who still have it."""
        persons = self._persons()
        ids = map(persons.survivor, self.store.find(self.shop.id, kind, value))
        views = (persons.record(id_, self._own_record) for id_ in sorted(set(ids)))
        return tuple(
            one.id
            for one in views
            if one and any((each.kind, each.value) == (kind, value) for each in one.identifiers)
        )

    def stands_for(self, customer_id: str) -> str:
        """Return the id under which a person is read: their own where nobody merged them."""
        return self._persons().survivor(customer_id)

    def also_known_as(self, customer_id: str) -> tuple[str, ...]:
        """Return every id of a person: the survivor's, then the others as they were merged."""
        return self._persons().members(customer_id)

    def merge_preview(self, customer_id: str, other_id: str) -> MergePreview:
        """Return what merging two customers, or linking a guest, would do; nothing is kept.

        Args:
            customer_id: One of them, by any of their ids.
            other_id: The other; the order changes nothing.

        Raises:
            InvalidValueError: They are one person already, nothing is kept of one of them, one
                was erased, or both are guests.
        """
        persons = self._read_persons(customer_id, other_id)
        one, other = (self._to_merge(id_, persons) for id_ in (customer_id, other_id))
        return previewed(one, other, at=self.clock(), to=self.reporting)

    def merge(self, customer_id: str, other_id: str, *, evidence: str | None = None) -> Merged:
        """Read two customers as one person from now on; ``unmerge`` undoes it.

        Interactions and records stay as they came; the absorbed id stands for the survivor
        wherever it is asked for or comes again.

        Args:
            customer_id: One of them, by any of their ids.
            other_id: The other; the order changes nothing.
            evidence: Why they are one person, for whoever asks later.

        Raises:
            InvalidValueError: They are one person already, nothing is kept of one of them, one
                was erased, or one is a guest.
        """
        persons = self._read_persons(customer_id, other_id)
        one, other = (self._to_merge(id_, persons) for id_ in (customer_id, other_id))
        for each in (one, other):
            if each.guest:
                raise InvalidValueError(
                    "customer_id", each.customer_id, "is a guest", "link it with link_guest"
                )
        return self._absorb(*chosen(one, other), evidence)

    def link_guest(self, guest_id: str, customer_id: str, *, verified_by: str) -> Merged:
        """Read a guest's order as a customer's from now on; ``unlink_guest`` undoes it.

        Args:
            guest_id: The guest (``guest_id`` makes it of the order).
            customer_id: Whose order it is.
            verified_by: What shows it, an ``Evidence``; an equal e-mail address does not.

        Raises:
            InvalidValueError: It is no guest or linked already, the customer is a guest, nothing
                is kept of one of them, or what is given is no evidence.
        """
        evidence = evidence_of(verified_by)
        persons = self._read_persons(guest_id, customer_id)
        guest, customer = (self._to_merge(id_, persons) for id_ in (guest_id, customer_id))
        _check_guest(guest_id, guest)
        if customer.guest:
            raise InvalidValueError(
                "customer_id", customer_id, "is a guest", "name the account it is linked to"
            )
        return self._absorb(*chosen(guest, customer), str(evidence))

    def unlink_guest(self, guest_id: str, *, evidence: str | None = None) -> Unmerged:
        """Read a guest's order as nobody's again.

        Args:
            guest_id: The guest.
            evidence: Why it is not the customer's, for whoever asks later.

        Raises:
            InvalidValueError: It is no guest, or not linked.
        """
        if not is_guest(guest_id):
            raise InvalidValueError("guest_id", guest_id, "must be a guest", "else unmerge it")
        return self.unmerge(guest_id, evidence=evidence)

    def unmerge(self, customer_id: str, *, evidence: str | None = None) -> Unmerged:
        """Let an id stand for itself again, with its own history and record.

        The survivor's record stays as it is, or, where it was put since, loses what came from
        the absorbed one alone.

        Args:
            customer_id: The id that was absorbed.
            evidence: Why they are two, for whoever asks later.

        Raises:
            InvalidValueError: It stands for itself, or was erased.
            StaleRecordError: Somebody changed the record at the same time; nothing was undone.
        """
        persons = self._read_persons(customer_id)
        line = persons.standing.get(customer_id)
        if line is None:
            others = ", ".join(persons.members(customer_id)[1:])
            way_out = f"these stand for it: {others}" if others else ""
            raise InvalidValueError("customer_id", customer_id, "stands for itself", way_out)
        Person(customer_id=customer_id).check_not_erased()
        records = persons.parted_records(customer_id, self._own_record)
        for one in records:  # first: whoever repeats after a failure finds them parted already
            self._put(one)
        self._put_line(customer_id, None, evidence)
        return Unmerged(
            customer_id=customer_id,
            stood_for=str(line.stands_for),
            records=tuple(one.id for one in records),
        )

    def _to_merge(self, customer_id: str, persons: Persons) -> Person:
        survivor = persons.survivor(customer_id)
        return Person(
            customer_id=survivor,
            own=self._own_record(survivor),
            record=persons.record(survivor, self._own_record),
            history=self.store.history(self.shop.id, survivor),
        )

    def _absorb(
        self, survivor: Person, absorbed: Person, rule: SurvivorRule, evidence: str | None
    ) -> Merged:
        self._put_line(absorbed.customer_id, survivor, evidence)
        return Merged(survivor=survivor.customer_id, absorbed=absorbed.customer_id, rule=rule)

    def _put_line(self, customer_id: str, survivor: Person | None, evidence: str | None) -> None:
        line = Alias(
            customer_id=customer_id,
            stands_for=None if survivor is None else survivor.customer_id,
            recorded_at=self.clock(),
            evidence=evidence,
            before=None if survivor is None else survivor.own,
        )
        self.store.put_alias(self.shop.id, line)

    def _put(self, record: Customer) -> Customer:
        return self.store.put_customer(self.shop.id, record, recorded_at=self.clock())


def _check_guest(guest_id: str, guest: Person) -> None:
    if not is_guest(guest_id):
        raise InvalidValueError("guest_id", guest_id, "must be a guest", "merge two accounts")
    if not guest.guest:
        raise InvalidValueError(
            "guest_id", guest_id, f"is linked to {guest.customer_id} already", "unlink it first"
        )
