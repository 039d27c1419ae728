"""Data that are kept for a time, or on no ground: whose they are, and their end."""

from collections.abc import Callable, Iterator
from datetime import datetime

from attrs import evolve

from crmkit.domain.customer import Acquisition, Customer
from crmkit.domain.errors import InvalidValueError, StaleRecordError
from crmkit.domain.persons import Persons
from crmkit.domain.provenance import (
    Expirations,
    Expiring,
    expired,
    expiring,
    lacks_lawful_basis,
)
from crmkit.domain.times import AsOf
from crmkit.opened_base import OpenedBase

#: How often a change is tried where others change the same record.
TRIES = 5


class KeepingProvenance(OpenedBase):
    """Keeps data for as long as they may be kept."""

    def expired(self, *, as_of: AsOf | None = None) -> Expirations:
        """Return the records whose data have expired and are still kept; nothing is changed.

        Args:
            as_of: The moment; now by default. A later one shows what will expire by then.
        """
        at = self._moment(as_of)
        return Expirations(at=at, rows=tuple(self._expiring(at)))

    def drop_expired(self, *, as_of: AsOf | None = None, dry_run: bool = True) -> Expirations:
        """Strip the records whose data have expired of everything personal, for good.

        Orders and all else that happened stay. Whoever has bought is stripped too: put down
        the shop's own data with an acquisition of its own before.

        Args:
            as_of: The moment; now by default.
            dry_run: Only say whom it is about.

        Raises:
            InvalidValueError: ``as_of`` lies ahead, and it is no dry run.
            StaleRecordError: Others changed a record again and again.
        """
        found = self.expired(as_of=as_of)
        if dry_run:
            return found
        if as_of is not None and found.at > self.clock():
            raise InvalidValueError("as_of", str(as_of), "must not lie ahead", "try a dry run")
        for one in found.rows:
            self._strip(one.customer_id)
        return evolve(found, dropped=True)

    def without_lawful_basis(self) -> tuple[str, ...]:
        """Return the ids of those of whom personal data are kept on no recorded ground."""
        return tuple(sorted(one.id for one in self._records() if lacks_lawful_basis(one)))

    def _expiring(self, at: datetime) -> Iterator[Expiring]:
        tallies = self._readings.at(at, None).base.customers
        survivor = self._persons().survivor

        def has_bought(customer_id: str) -> bool:
            summary = tallies.get(survivor(customer_id))
            return summary is not None and summary.buying.orders > 0

        records = self.store.customers(self.shop.id)
        return expiring(records, at, has_bought=has_bought)

    def _strip(self, customer_id: str) -> None:
        """Put one record without what has expired; what members bring to it stays."""

        def once(persons: Persons) -> Iterator[Customer]:
            own, alone = self._own_record(customer_id), persons.without(customer_id)
            if own is None or not expired(own.acquisition, self.clock()):
                return  # somebody has put down the shop's own data since
            record = alone.record(customer_id, self._own_record) or own
            kept = alone.own_part(record, self._own_record)
            if kept != own:
                kept = evolve(kept, acquisition=self._acquisition_of(alone, customer_id))
            yield kept

        self._put_all(customer_id, once)

    def _put_all(self, customer_id: str, once: Callable[[Persons], Iterator[Customer]]) -> None:
        """Put what a change of a person yields; begin again, a few times, after others."""
        for left in reversed(range(TRIES)):
            try:
                for one in once(self._read_persons(customer_id)):
                    self.store.put_customer(self.shop.id, one, recorded_at=self.clock())
            except StaleRecordError:
                if not left:
                    raise
            else:
                return

    def _acquisition_of(self, persons: Persons, customer_id: str) -> Acquisition | None:
        """How the data of the members were come by, the earliest merged first; no lease."""
        own: Iterator[Customer | None] = map(self._own_record, persons.members(customer_id)[1:])
        known = (one.acquisition for one in own if one is not None)
        return next((one for one in known if one is not None and one.expires is None), None)
