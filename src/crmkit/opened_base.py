"""What every question to a customer base starts from: its store, read as of a moment."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Self

from attrs import define, field

from crmkit.adapters.registry import open_store
from crmkit.domain.customer import Customer, is_guest
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.persons import Persons
from crmkit.domain.ports import Store
from crmkit.domain.provenance import vanished
from crmkit.domain.reporting import Rates, Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.times import (
    AsOf,
    Clock,
    Period,
    date_of,
    last_moment,
    system_clock,
    utc_if_given,
)
from crmkit.dossier import Dossier
from crmkit.readings import Reading, Readings
from crmkit.segments import Segment, members_of


@define(kw_only=True)
class OpenedBase:
    """A store, a shop's policy and a clock, and how they are read together.

    Attributes:
        store: Where the facts are.
        reporting: The shop, its zone and rates.
        clock: Tells what is now.
    """

    store: Store
    reporting: Reporting
    clock: Clock = system_clock
    _readings: Readings = field(init=False, repr=False)
    _people: tuple[tuple[int, int], Persons] = field(
        default=((0, 0), Persons()), init=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        self._readings = Readings(self.store, self.reporting)

    @classmethod
    def open(
        cls,
        target: Any,
        *,
        shop: Shop,
        clock: Clock = system_clock,
        rates: Rates | None = None,
        rebuild: bool = False,
        erasure_key: bytes | None = None,
    ) -> Self:
        """Open a shop's customer base.

        Args:
            target: A URL ("memory:", "sqlite:///crm.db"), a connection, or a store.
            shop: The shop; its id is the tenant, its policy rules every answer.
            clock: Tells the time; tests hand in their own.
            rates: Exchange rates, for a shop that sells in several currencies.
            rebuild: Derive everything anew, where the zone or currency has changed.
            erasure_key: The shop's secret, at least 16 bytes, under which the ids of erased
                people are hashed. Keep it outside of the database; whoever erases needs it,
                and from the first erasure on whoever opens the shop.

        Raises:
            ShopMismatchError: The store keeps the shop with another zone or currency.
            ErasureKeyError: People were erased, and the key is missing or another one.
            InvalidValueError: There is no such kind of store.
            StoreError: The store cannot be opened.
        """
        store, to = open_store(target), Reporting(shop, rates, erasure_key)
        (store.rebuild if rebuild else store.attach)(to)
        return cls(store=store, reporting=to, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened; a store or connection that was handed in stays open."""
        self.store.close()

    @property
    def shop(self) -> Shop:
        """The shop's policy."""
        return self.reporting.shop

    def _dossier(self, customer_id: str, as_of: AsOf | None, known_at: datetime | None) -> Dossier:
        """What is known of one customer up to a moment: at least one fact."""
        until = self._moment(as_of)
        past = self._past(customer_id, until, known_at)
        # Whose history it is: the survivor's.
        who = past[0].customer_id if past else self._persons(known_at).survivor(customer_id)
        if is_guest(who):
            raise InvalidValueError(
                "customer_id", who, "must not be a guest", "link it to its account (link_guest)"
            )
        if not past:
            raise InvalidValueError(
                "customer_id", who, f"nothing is known of it by {until:%Y-%m-%d %H:%M} UTC"
            )
        return Dossier(
            customer_id=who,
            until=until,
            history=past,
            to=self.reporting,
            find_standards=lambda: self._readings.standards(until, known_at),
            facts_of_other=lambda other: facts_of(
                self._past(other, until, known_at), self.reporting
            ),
            find_record=lambda: self._record(who, known_at),
        )

    def _read_persons(self, *of: str) -> Persons:
        """Which ids are one person, read now: those of some ids, or everybody."""
        return Persons(self.store.aliases(self.shop.id, of=of or None))

    def _persons(self, known_at: datetime | None = None) -> Persons:
        """The same, read once for as long as nobody is merged, unmerged or erased."""
        extent = self.store.extent(self.shop.id)
        read_so = extent.changes, extent.writes
        kept = self._people  # one read and one assignment: threads may ask at once
        if kept[0] != read_so:
            self._people = kept = read_so, self._read_persons()
        return kept[1].known(utc_if_given(known_at))

    def _own_record(self, customer_id: str) -> Customer | None:
        """The record kept under an id itself, without what has expired."""
        record = self.store.customer(self.shop.id, customer_id)
        return None if record is None else vanished(record, self.clock())

    def _record(self, customer_id: str, known_at: datetime | None = None) -> Customer | None:
        """The record of a person, by any id of theirs."""
        return self._persons(known_at).record(customer_id, self._own_record)

    def _records(self, known_at: datetime | None = None) -> Iterator[Customer]:
        """The record of everybody who has one."""
        now = self.clock()
        kept = (vanished(one, now) for one in self.store.customers(self.shop.id))
        return self._persons(known_at).records(kept)

    def _members(
        self, segment: Segment, reading: Reading, known_at: datetime | None = None
    ) -> frozenset[str]:
        """The ids of the customers of a segment."""
        return members_of(
            segment,
            reading.judged.ids,
            resolve=self._persons(known_at).survivor,
            find_profiles=lambda: reading.profiles,
            find_records=lambda: self._records(known_at),
        )

    def _past(
        self, customer_id: str, until: datetime, known_at: datetime | None
    ) -> list[Interaction]:
        known = utc_if_given(known_at)
        history = self.store.history(self.shop.id, customer_id, known_at=known)
        return [one for one in history if one.at <= until]

    def _fiscal_year(self, day: int) -> Period:
        return Period.fiscal_year_of(date_of(day), starts=self.shop.fiscal_year_starts)

    def _no_later(self, day: date, as_of: AsOf | None) -> datetime:
        """The end of a day, or ``as_of`` where that is earlier."""
        end = self._moment(day)
        return end if as_of is None else min(end, self._moment(as_of))

    def _moment(self, as_of: AsOf | None) -> datetime:
        return last_moment(self.clock() if as_of is None else as_of, self.reporting.zone)
