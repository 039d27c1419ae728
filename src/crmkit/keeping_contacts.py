"""How customers can be reached: contact points and their repair.

Every change reads the record, changes it, and puts it; where somebody else was quicker it reads
again, a few times. Where several ids are one person, the person's record is changed; what
a member has on lease stays on that member's own record.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from crmkit.domain.consent_ledger import ConsentLedger, ledger_of
from crmkit.domain.contact_points import bounced, confirmed, knows, reached, with_point
from crmkit.domain.customer import Customer, CustomerKind, is_guest
from crmkit.domain.duplicates import LEAST, DuplicateSearch, find_duplicates
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Purpose
from crmkit.domain.persons import Persons
from crmkit.domain.provenance import expired
from crmkit.domain.repair import RepairTask, RepairWorth, ranked, to_repair
from crmkit.domain.times import AsOf, utc, utc_if_given
from crmkit.keeping_provenance import KeepingProvenance
from crmkit.repairs import worths_of

Change = Callable[[Customer], Customer]


class KeepingContacts(KeepingProvenance):
    """Keeps how customers can be reached."""

    def find_duplicates(self, *, least: float = LEAST) -> DuplicateSearch:
        """Return a search over all records for those that may be one person's.

        Customers who are merged are one and no pair; data that have expired are not read.

        Args:
            least: The probability from which a pair is shown, above 0, at most 1.

        Raises:
            InvalidValueError: ``least`` is out of range.
        """
        return find_duplicates(self._records(), least=least)

    def add_contact_point(
        self,
        customer_id: str,
        medium: str,
        value: str,
        *,
        at: datetime | None = None,
        source: str = "shop",
        verified: bool = False,
        replaces: str | None = None,
    ) -> Customer:
        """Keep a contact point; what is verified is never overwritten by what is not.

        Args:
            customer_id: Whose; without a record one is made.
            medium: Of what kind ("email", "phone", "post").
            value: The address.
            at: Since when it is in use; now by default.
            source: Who says so.
            verified: Whether the customer has proved it.
            replaces: The value that it takes the place of, which ends then; but a verified one
                stays beside one that is not.

        Returns:
            The record as it is read now.

        Raises:
            InvalidValueError: A malformed address, or ``replaces`` is not in use.
            StaleRecordError: Others changed the record again and again.
        """
        when = self._when(at)
        return self._change(
            customer_id,
            lambda one: with_point(
                one, medium, value, at=when, source=source, verified=verified, replaces=replaces
            ),
        )

    def confirm_contact_point(
        self,
        customer_id: str,
        medium: str,
        value: str,
        *,
        at: datetime | None = None,
        source: str = "shop",
    ) -> Customer:
        """Keep that the customer has proved a contact point, adding it where it is new.

        Raises:
            InvalidValueError: A malformed address.
            StaleRecordError: Others changed the record again and again.
        """
        when = self._when(at)
        return self._change(
            customer_id, lambda one: confirmed(one, medium, value, when, source=source)
        )

    def reached(
        self, customer_id: str, medium: str, value: str, *, at: datetime | None = None
    ) -> Customer:
        """Keep that something arrived at a contact point: it works.

        Raises:
            InvalidValueError: The customer has no such contact point.
            StaleRecordError: Others changed the record again and again.
        """
        when = self._when(at)
        return self._change_known(
            customer_id, medium, value, lambda one: reached(one, medium, value, when)
        )

    def bounced(
        self,
        customer_id: str,
        medium: str,
        value: str,
        *,
        hard: bool,
        at: datetime | None = None,
    ) -> Customer:
        """Keep that something sent to a contact point came back.

        Args:
            customer_id: Whose.
            medium: Of what kind ("email", "phone", "post").
            value: The address.
            hard: Whether for good; several soft ones within a month are as good as that.
            at: When; now by default. The same bounce told twice counts once.

        Raises:
            InvalidValueError: The customer has no such contact point.
            StaleRecordError: Others changed the record again and again.
        """
        when = self._when(at)
        return self._change_known(
            customer_id, medium, value, lambda one: bounced(one, medium, value, when, hard=hard)
        )

    def repair_tasks(
        self,
        *,
        as_of: AsOf | None = None,
        purpose: str = Purpose.CARE,
        least_valid: float | None = None,
    ) -> tuple[RepairTask, ...]:
        """Return the contact points to repair, those of the most valuable customers first.

        All are ranked by one figure: lifetime value to come; where the base has none, revenue
        to come; else net revenue so far. Guests are nobody to be asked.

        Args:
            as_of: The moment; now by default. Records are read as they are now.
            purpose: For what the customer would be contacted (a ``Purpose``).
            least_valid: Points less likely to work than this share are among them too.

        Raises:
            InvalidValueError: ``purpose`` is no ``Purpose``, or the share is out of range.
        """
        if least_valid is not None and not 0 <= least_valid <= 1:
            raise InvalidValueError("least_valid", least_valid, "must be from 0 to 1")
        at, asked = self._moment(as_of), Purpose(purpose)
        profiles = self._readings.at(at, None).profiles
        worths = worths_of(profiles)
        unknown = RepairWorth(amount=None, of=profiles.ranked_by)
        return ranked(
            task
            for record in self._records()
            if not is_guest(record.id)
            for task in to_repair(
                record,
                at,
                worth=worths.get(record.id, unknown),
                may_contact=lambda who, by: self.consent_ledger(who).permission(by, asked, at=at),
                least_valid=least_valid,
            )
        )

    def consent_ledger(
        self, customer_id: str, *, known_at: datetime | None = None
    ) -> ConsentLedger:
        """Return every change of a customer's consents in order, with source and evidence.

        Args:
            customer_id: Whose, by any id of theirs; of somebody never heard of it is empty.
            known_at: Limits it to what had been recorded by then.
        """
        known = utc_if_given(known_at)
        history = self.store.history(self.shop.id, customer_id, known_at=known)
        return ledger_of(self._persons(known_at).survivor(customer_id), history)

    def _change(self, customer_id: str, change: Change) -> Customer:
        """Change the record of a person."""

        def once(persons: Persons) -> Iterator[Customer]:
            kept = self._kept(persons, customer_id)
            if expired(kept.acquisition, self.clock()):
                raise InvalidValueError(
                    "customer_id",
                    customer_id,
                    "is kept with data that have expired",
                    "put an acquisition of the shop's own first",
                )
            yield from _changed(kept, change)

        self._put_all(customer_id, once)
        return self._record(customer_id) or Customer(id=customer_id)

    def _change_known(self, customer_id: str, medium: str, value: str, change: Change) -> Customer:
        """Change the record of a person, and what members have on lease, where they know it."""

        def once(persons: Persons) -> Iterator[Customer]:
            kept = self._kept(persons, customer_id)
            own = map(self._own_record, persons.members(customer_id)[1:])
            lent = (one for one in own if one and one.acquisition and one.acquisition.expires)
            found = [one for one in (kept, *lent) if knows(one, medium, value)]
            for one in found or [kept]:
                yield from _changed(one, change)

        self._put_all(customer_id, once)
        return self._record(customer_id) or Customer(id=customer_id)

    def _kept(self, persons: Persons, customer_id: str) -> Customer:
        """The record of a person as it is put: without what members have on lease."""
        survivor = persons.survivor(customer_id)
        kind = CustomerKind.GUEST if is_guest(survivor) else CustomerKind.INDIVIDUAL
        record = persons.record(survivor, self._own_record) or Customer(id=survivor, kind=kind)
        return persons.own_part(record, self._own_record)

    def _when(self, at: datetime | None) -> datetime:
        return self.clock() if at is None else utc(at)


def _changed(record: Customer, change: Change) -> Iterator[Customer]:
    """The changed record, where the change changes anything."""
    after = change(record)
    if after != record:
        yield after
