"""The reference store: everything in dictionaries, nothing derived before it is asked for.

It keeps every promise of ``crmkit.domain.ports.Store`` in the plainest way, so that other
stores can be compared with it. A lock guards every call. Nothing survives the process.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from threading import RLock
from typing import Self

from attrs import define, evolve, field

from crmkit.adapters.stores._policy import never_attached, same_books
from crmkit.domain.customer import Customer
from crmkit.domain.errors import (
    InvalidValueError,
    NoRateError,
    StaleRecordError,
    StoreConflictError,
)
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction, in_order
from crmkit.domain.ports import Added, Extent, Refusal
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink, facts_of, link_returns
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.times import utc, utc_if_given

_NOTHING = Extent(kept=0, last_at=None)

_Id = tuple[str, str]
_Revision = tuple[str, str, int]


@define
class _Kept:
    """What is kept for one shop.

    Attributes:
        to: The policy and the rates as given last.
        revisions: Every interaction by (source, id) and revision, with when it was recorded.
        claims: By customer, the ids of which some revision is theirs.
        customers: Customer records by id.
        models: Saved models by the day they are of.
        extent: How much is kept.
        firsts: When the first revisions happened, in order up to ``sorted_to``.
        sorted_to: How many of them are in order.
    """

    to: Reporting
    revisions: dict[_Id, dict[int, tuple[datetime, Interaction]]] = field(factory=dict)
    claims: dict[str, set[_Id]] = field(factory=lambda: defaultdict(set))
    customers: dict[str, Customer] = field(factory=dict)
    models: dict[int, SavedModels] = field(factory=dict)
    extent: Extent = _NOTHING
    firsts: list[datetime] = field(factory=list)
    sorted_to: int = 0

    def have(self, key: _Revision) -> Interaction | None:
        kept = self.revisions.get(key[:2], {}).get(key[2])
        return None if kept is None else kept[1]

    def keep(self, one: Interaction, recorded_at: datetime) -> None:
        revisions = self.revisions.setdefault((one.source, one.id), {})
        revisions[one.revision] = recorded_at, one
        self.claims[one.customer_id].add((one.source, one.id))
        self.extent = Extent(
            kept=self.extent.kept + 1, last_at=max(one.at, self.extent.last_at or one.at)
        )
        if one.revision == 0:
            self.firsts.append(one.at)

    def extent_until(self, until: datetime) -> Extent:
        if self.sorted_to < len(self.firsts):
            self.firsts.sort()
            self.sorted_to = len(self.firsts)
        later = len(self.firsts) - bisect_right(self.firsts, until)
        return evolve(self.extent, kept=self.extent.kept - later)

    def read(self, key: _Id, known_at: datetime | None) -> Interaction | None:
        """The highest revision that had been recorded by ``known_at``."""
        known = [
            (revision, one)
            for revision, (recorded_at, one) in self.revisions[key].items()
            if known_at is None or recorded_at <= known_at
        ]
        return max(known, key=lambda each: each[0])[1] if known else None

    def history(self, customer_id: str, known_at: datetime | None = None) -> list[Interaction]:
        read = [self.read(key, known_at) for key in self.claims.get(customer_id, ())]
        return in_order(one for one in read if one is not None and one.customer_id == customer_id)


class MemoryStore:
    """Keeps every promise of a store for as long as the process lives."""

    def __init__(self) -> None:
        self._shops: dict[str, _Kept] = {}
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
            kept = self._shops.setdefault(to.shop.id, _Kept(to))
            same_books(kept.to.shop, to.shop)
            kept.to = to

    def rebuild(self, to: Reporting, /) -> None:
        """Take the policy as given now; see ``Store.rebuild``."""
        with self._lock:
            kept = self._shops.setdefault(to.shop.id, _Kept(to))
            for customer_id in kept.claims:
                facts_of(kept.history(customer_id), to)
            kept.to = to

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
    ) -> Added:
        """Keep interactions, all or nothing; see ``Store.add``."""
        recorded_at = utc(recorded_at)
        with self._lock:
            kept = self._of(shop_id)
            new: dict[_Revision, Interaction] = {}
            known, refused = 0, []
            for one in interactions:
                key = (one.source, one.id, one.revision)
                have = kept.have(key) or new.get(key)
                if error := _objection(one, have, kept.to):
                    if not refuse:
                        raise error
                    refused.append(Refusal(one, error))
                elif have is None:
                    new[key] = one
                else:
                    known += 1
            for one in new.values():
                kept.keep(one, recorded_at)
            return Added(accepted=len(new), known=known, refused=tuple(refused))

    def extent(self, shop_id: str, /, *, until: datetime | None = None) -> Extent:
        """Return how much is kept of a shop; see ``Store.extent``."""
        until = utc_if_given(until)
        with self._lock:
            kept = self._shops.get(shop_id)
            if kept is None:
                return _NOTHING
            return kept.extent if until is None else kept.extent_until(until)

    def history(
        self, shop_id: str, customer_id: str, /, *, known_at: datetime | None = None
    ) -> list[Interaction]:
        """Return all that happened with a customer, by (at, source, id)."""
        known_at = None if known_at is None else utc(known_at)
        with self._lock:
            kept = self._shops.get(shop_id)
            return [] if kept is None else kept.history(customer_id, known_at)

    def histories(
        self, shop_id: str, /, *, known_at: datetime | None = None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every customer's id and history, by customer id."""
        with self._lock:
            kept = self._shops.get(shop_id)
            ids = [] if kept is None else sorted(kept.claims)
        for customer_id in ids:
            if history := self.history(shop_id, customer_id, known_at=known_at):
                yield customer_id, history

    def facts(self, shop_id: str, /) -> Iterator[Fact]:
        """Yield the flat rows of every customer, returns linked."""
        for _, history in self.histories(shop_id):
            yield from facts_of(history, self._shops[shop_id].to)

    def links(self, shop_id: str, customer_id: str, /) -> list[ReturnLink]:
        """Return the current links of a customer's returns, in the order of the history."""
        return link_returns(self.history(shop_id, customer_id))

    def put_customer(self, shop_id: str, customer: Customer, /) -> Customer:
        """Keep a customer record; see ``Store.put_customer``."""
        with self._lock:
            kept = self._of(shop_id)
            have = kept.customers.get(customer.id)
            if customer.version != (0 if have is None else have.version):
                raise StaleRecordError(customer.id, customer.version)
            new = evolve(customer, version=customer.version + 1)
            kept.customers[customer.id] = new
            return new

    def customer(self, shop_id: str, customer_id: str, /) -> Customer | None:
        """Return the record of a customer, or None where there is none."""
        with self._lock:
            kept = self._shops.get(shop_id)
            return None if kept is None else kept.customers.get(customer_id)

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

    def _of(self, shop_id: str) -> _Kept:
        try:
            return self._shops[shop_id]
        except KeyError:
            raise never_attached(shop_id) from None


def _objection(
    one: Interaction, have: Interaction | None, to: Reporting
) -> StoreConflictError | NoRateError | None:
    """Why ``one`` cannot be kept beside ``have``, its kept revision, if there is one."""
    if have is not None:
        same = have == one
        return None if same else StoreConflictError(one.source, one.id, one.revision)
    try:
        one.facts(to)
    except NoRateError as error:
        return error
    return None
