"""The reference store: everything in dictionaries, nothing derived before it is asked for.

It keeps every promise of ``crmkit.domain.ports.Store`` in the plainest way, so that other
stores can be compared with it. A lock guards every call. Nothing survives the process.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from threading import RLock
from typing import Self

from attrs import evolve

from crmkit.adapters.stores._memory_erasing import erase
from crmkit.adapters.stores._memory_judging import check_key, check_line, check_record, objection
from crmkit.adapters.stores._memory_reading import KnownShop
from crmkit.adapters.stores._memory_shop import NOTHING, KeptShop, Revision
from crmkit.adapters.stores._policy import never_attached, same_books
from crmkit.domain.aliases import Alias, lines_of, standing
from crmkit.domain.customer import Customer, IdentifierKind
from crmkit.domain.errors import InvalidValueError, StaleRecordError
from crmkit.domain.events import Event, EventType
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Added, Erased, Extent, Mark, Refusal
from crmkit.domain.persons import Persons
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink, facts_of, link_returns
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.times import utc, utc_if_given

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps every promise of a store for as long as the process lives."""

    def __init__(self) -> None:
        self._shops: dict[str, KeptShop] = {}
        self._lock = RLock()

    @classmethod
    def from_url(cls, url: str, /) -> Self:
        """Return an empty store for ``memory:``.

        Raises:
            InvalidValueError: The URL says more than its scheme.
        """
        if url not in ("memory:", "memory://"):
            raise InvalidValueError("store", url, "memory: stands alone", "nothing comes after it")
        return cls()

    def attach(self, to: Reporting, /) -> None:
        """Prepare for a shop; see ``Store.attach``."""
        with self._lock:
            kept = self._shops.setdefault(to.shop.id, KeptShop(to))
            same_books(kept.to.shop, to.shop)
            check_key(kept, to.erasure_key)
            kept.to = to

    def rebuild(self, to: Reporting, /) -> None:
        """Take the policy as given now; see ``Store.rebuild``."""
        with self._lock:
            kept = self._shops.get(to.shop.id) or KeptShop(to)
            check_key(kept, to.erasure_key)
            for _, history in KnownShop.of(kept).histories():
                facts_of(history, to)
            kept.to = to
            self._shops[to.shop.id] = kept

    def shop(self, shop_id: str, /) -> Shop | None:
        """Return the policy kept for a shop, or None."""
        with self._lock:
            kept = self._shops.get(shop_id)
            return None if kept is None else kept.to.shop

    def add(
        self,
        shop_id: str,
        interactions: Iterable[Interaction],
        /,
        *,
        recorded_at: datetime,
        refuse: bool = False,
        mark: Mark | None = None,
    ) -> Added:
        """Keep interactions, all or nothing; see ``Store.add``."""
        recorded_at = utc(recorded_at)
        with self._lock:
            kept = self._of(shop_id)
            new: dict[Revision, Interaction] = {}
            known, refused = 0, []
            for one in interactions:
                key = (one.source, one.id, one.revision)
                have = kept.have(key) or new.get(key)
                if error := objection(one, have, kept):
                    if not refuse:
                        raise error
                    refused.append(Refusal(one, error))
                elif have is None:
                    new[key] = one
                else:
                    known += 1
            at = kept.record_at(recorded_at if new else None)
            for one in new.values():
                kept.keep(one, at)
            if mark is not None:
                kept.marks[mark.name] = mark
            return Added(accepted=len(new), known=known, refused=tuple(refused))

    def mark(self, shop_id: str, name: str, /) -> Mark | None:
        """Return how far a load had come, or None."""
        with self._lock:
            kept = self._shops.get(shop_id)
            return None if kept is None else kept.marks.get(name)

    def extent(self, shop_id: str, /, *, until: datetime | None = None) -> Extent:
        """Return how much is kept of a shop; see ``Store.extent``."""
        until = utc_if_given(until)
        with self._lock:
            kept = self._shops.get(shop_id)
            if kept is None:
                return NOTHING
            return kept.extent if until is None else kept.extent_until(until)

    def history(
        self, shop_id: str, customer_id: str, /, *, known_at: datetime | None = None
    ) -> list[Interaction]:
        """Return all that happened with a customer; see ``Store.history``."""
        known_at = utc_if_given(known_at)
        with self._lock:
            kept = self._shops.get(shop_id)
            return [] if kept is None else KnownShop.of(kept, known_at).history(customer_id)

    def histories(
        self, shop_id: str, /, *, known_at: datetime | None = None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every survivor's id and history, by customer id."""
        known_at = utc_if_given(known_at)
        with self._lock:
            kept = self._shops.get(shop_id)
            if kept is None:
                return
            known = KnownShop.of(kept, known_at)
            survivors = known.survivors
        for survivor in survivors:
            with self._lock:
                history = known.history(survivor)
            if history:
                yield survivor, history

    def facts(self, shop_id: str, /) -> Iterator[Fact]:
        """Yield the flat rows of every customer, returns linked."""
        for _, history in self.histories(shop_id):
            yield from facts_of(history, self._shops[shop_id].to)

    def links(self, shop_id: str, customer_id: str, /) -> list[ReturnLink]:
        """Return the current links of a customer's returns, in the order of the history."""
        return link_returns(self.history(shop_id, customer_id))

    def put_customer(
        self, shop_id: str, customer: Customer, /, *, recorded_at: datetime | None = None
    ) -> Customer:
        """Keep a customer record; see ``Store.put_customer``."""
        recorded_at = utc_if_given(recorded_at)
        with self._lock:
            kept = self._of(shop_id)
            check_record(customer.id, kept)
            have = kept.customers.get(customer.id)
            if customer.version != (0 if have is None else have.version):
                raise StaleRecordError(customer.id, customer.version)
            new = evolve(customer, version=customer.version + 1)
            kept.customers[customer.id] = new
            at = kept.record_at(recorded_at)
            kept.drop_expired_copies(new.id, at)
            kept.tell(EventType.CUSTOMER_CHANGED, new.id, at, {"version": new.version})
            return new

    def customer(self, shop_id: str, customer_id: str, /) -> Customer | None:
        """Return the record kept under an id itself, or None where there is none."""
        with self._lock:
            kept = self._shops.get(shop_id)
            return None if kept is None else kept.customers.get(customer_id)

    def customers(self, shop_id: str, /) -> Iterator[Customer]:
        """Yield every record as it is kept, by customer id."""
        with self._lock:
            kept = self._shops.get(shop_id)
            records = {} if kept is None else dict(kept.customers)
        for customer_id in sorted(records):
            yield records[customer_id]

    def find(self, shop_id: str, kind: IdentifierKind, value: str, /) -> list[str]:
        """Return the ids under which records with an identifier are kept, in their order."""
        return [
            one.id
            for one in self.customers(shop_id)
            if any((each.kind, each.value) == (kind, value) for each in one.identifiers)
        ]

    def put_alias(self, shop_id: str, alias: Alias, /) -> None:
        """Keep a line of the alias table; see ``Store.put_alias``."""
        with self._lock:
            kept = self._of(shop_id)
            check_line(alias, kept.lines)
            at = kept.record_at(alias.recorded_at)
            stood_for = standing(kept.lines).get(alias.customer_id)
            if alias.stands_for is None:
                persons = Persons(kept.lines)
                kept.lines = persons.parted_lines(alias.customer_id, kept.customers.get)
            kept.lines.append(evolve(alias, recorded_at=at))
            kept.reads_differently()
            if stood_for is None:
                data = {"stands_for": alias.stands_for}
                kept.tell(EventType.MERGED, alias.customer_id, at, data)
            else:
                data = {"stood_for": stood_for.stands_for}
                kept.tell(EventType.UNMERGED, alias.customer_id, at, data)

    def aliases(self, shop_id: str, /, *, of: Sequence[str] | None = None) -> list[Alias]:
        """Return lines of the alias table; see ``Store.aliases``."""
        with self._lock:
            kept = self._shops.get(shop_id)
            lines = [] if kept is None else list(kept.lines)
        return lines if of is None else lines_of(lines, of)

    def erase(self, shop_id: str, customer_id: str, /, *, erased_at: datetime) -> Erased:
        """Forget a person; see ``Store.erase``."""
        erased_at = utc(erased_at)
        with self._lock:
            return erase(self._of(shop_id), customer_id, erased_at)

    def events(self, shop_id: str, /, *, after: int = 0, limit: int = 1000) -> list[Event]:
        """Return the events behind a position, in their order, ``limit`` at most."""
        with self._lock:
            kept = self._shops.get(shop_id)
            later = [] if kept is None else [one for one in kept.events if one.position > after]
            return later[:limit]

    def position(self, shop_id: str, subscriber: str, /) -> int:
        """Return up to where a subscriber has taken events; 0 where it never did."""
        with self._lock:
            kept = self._shops.get(shop_id)
            return 0 if kept is None else kept.positions.get(subscriber, 0)

    def put_position(self, shop_id: str, subscriber: str, position: int, /) -> None:
        """Keep up to where a subscriber has taken events; see ``Store.put_position``."""
        with self._lock:
            self._of(shop_id).positions[subscriber] = position

    def drop_events(self, shop_id: str, until: int, /) -> int:
        """Drop events up to a position and return how many."""
        with self._lock:
            kept = self._shops.get(shop_id)
            if kept is None:
                return 0
            left = [one for one in kept.events if one.position > until]
            dropped = len(kept.events) - len(left)
            kept.events = left
            return dropped

    def put_models(self, shop_id: str, saved: SavedModels, /) -> None:
        """Keep models; see ``Store.put_models``."""
        with self._lock:
            self._of(shop_id).models[saved.as_of_day] = saved

    def models(self, shop_id: str, /, *, until_day: int) -> SavedModels | None:
        """Return the models kept of the latest day up to one, or None."""
        with self._lock:
            kept = self._shops.get(shop_id)
            days = [] if kept is None else [day for day in kept.models if day <= until_day]
            return kept.models[max(days)] if kept is not None and days else None

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _of(self, shop_id: str) -> KeptShop:
        try:
            return self._shops[shop_id]
        except KeyError:
            raise never_attached(shop_id) from None
