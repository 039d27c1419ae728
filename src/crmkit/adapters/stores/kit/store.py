"""A store over rows: every promise of the port, whatever keeps the rows."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from attrs import evolve

from crmkit.adapters.stores._policy import never_attached, same_books
from crmkit.adapters.stores.kit.adding import Adding
from crmkit.adapters.stores.kit.deriving import (
    derive_all,
    history_alone,
    kept_links,
    person_history,
)
from crmkit.adapters.stores.kit.erasing import Erasing
from crmkit.adapters.stores.kit.joined_stream import histories_known, histories_now, history_known
from crmkit.adapters.stores.kit.merging import Merging, told
from crmkit.adapters.stores.kit.outbox import Outbox, drop_events, kept_events
from crmkit.adapters.stores.kit.progress import (
    keep_mark,
    keep_models,
    keep_position,
    kept_mark,
    kept_models,
    kept_position,
)
from crmkit.adapters.stores.kit.records import found, kept_customer, kept_customers, put_customer
from crmkit.adapters.stores.kit.resolving import (
    alias_lines,
    drop_expired_copies,
    group_of,
    persons_of,
)
from crmkit.adapters.stores.kit.schema import FACTS, INTERACTIONS
from crmkit.adapters.stores.kit.shop_row import ShopRow, keep_shop, kept_shop
from crmkit.adapters.stores.kit.tables import Above, Database, Tables
from crmkit.adapters.stores.kit.tombstones import Tombstones
from crmkit.adapters.stores.kit.unsettled import Unsettled
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, IdentifierKind
from crmkit.domain.events import Event, EventType
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Added, Erased, Extent, Mark
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.times import microseconds, moment, utc

__all__ = ["TableStore"]


class TableStore:
    """Keeps every promise of a store in the tables of a database."""

    def __init__(self, database: Database, /) -> None:
        """Work on a database."""
        self._database = database
        self._unsettled = Unsettled(database)
        self._attached: dict[str, Reporting] = {}

    def attach(self, to: Reporting, /) -> None:
        """Prepare for a shop, keeping its policy; see ``Store.attach``."""
        with self._database.reading() as tables:
            kept = self._check(tables, to)
        if kept != to.shop:
            with self._database.writing() as tables:
                tables.lock(to.shop.id)
                self._check(tables, to)
                keep_shop(tables, to.shop)
        self._attached[to.shop.id] = to

    @staticmethod
    def _check(tables: Tables, to: Reporting) -> Shop | None:
        """Return the policy kept, if under the one given the books mean the same."""
        kept = kept_shop(tables, to.shop.id)
        if kept is not None:
            same_books(kept, to.shop)
        Tombstones.of(tables, to)
        return kept

    def rebuild(self, to: Reporting, /) -> None:
        """Derive everything anew; see ``Store.rebuild``."""
        with self._database.writing() as tables:
            tables.lock(to.shop.id)
            Tombstones.of(tables, to)
            keep_shop(tables, to.shop)
            derive_all(tables, to, self._database.chunk)
        self._attached[to.shop.id] = to

    def shop(self, shop_id: str, /) -> Shop | None:
        """Return the policy kept for a shop, or None where it was never attached."""
        with self._database.reading() as tables:
            return kept_shop(tables, shop_id)

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
        """Keep interactions, all or nothing; see ``Store.add``.

        They are read a chunk at a time, so a generator of any length will do.
        """
        with self._writing(shop_id) as (tables, to, row):
            at = row.recorded(recorded_at)
            outbox = row.outbox(at, publishes=to.shop.publishes)
            adding = Adding(tables, to, at, refuse, self._database.chunk, outbox)
            added = adding.all(interactions)
            if mark is not None:
                keep_mark(tables, shop_id, mark)
            if added.accepted:
                row.kept += added.accepted
                row.happened(adding.latest)
                row.recorded_at = at
                row.told(tables, outbox)
                row.keep(tables)
            return added

    def mark(self, shop_id: str, name: str, /) -> Mark | None:
        """Return how far a load had come, or None where none goes by that name."""
        with self._database.reading() as tables:
            return kept_mark(tables, shop_id, name)

    def extent(self, shop_id: str, /, *, until: datetime | None = None) -> Extent:
        """Return how much is kept of a shop, as counted while adding; see ``Store.extent``."""
        at = None if until is None else microseconds(utc(until))
        with self._database.reading() as tables:
            if kept_shop(tables, shop_id) is None:
                return Extent(kept=0, last_at=None)
            row, later = ShopRow.read(tables, shop_id), 0
            if at is not None and row.last_at is not None and row.last_at > at:
                where = {"shop_id": shop_id, "revision": 0, "at": Above(at)}
                later = tables.count(INTERACTIONS, where)
        last_at = None if row.last_at is None else moment(row.last_at)
        kept, changes = row.kept - later, row.changes
        return Extent(kept=kept, last_at=last_at, changes=changes, writes=self._unsettled.writes)

    def history(
        self, shop_id: str, customer_id: str, /, *, known_at: datetime | None = None
    ) -> list[Interaction]:
        """Return all that happened with a customer and all who stand for it."""
        known = None if known_at is None else microseconds(utc(known_at))
        if known is None:
            with self._database.asking() as tables:
                history = history_alone(tables, shop_id, customer_id)
            if history is not None:
                return history
        with self._database.reading() as tables:
            if known is None:
                return person_history(tables, shop_id, customer_id)
            return history_known(tables, shop_id, customer_id, known)

    def histories(
        self, shop_id: str, /, *, known_at: datetime | None = None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        """Yield every survivor's id and history, by customer id, one at a time in memory."""
        known = None if known_at is None else microseconds(utc(known_at))
        return self._histories(shop_id, known)

    def _histories(
        self, shop_id: str, known: int | None
    ) -> Iterator[tuple[str, list[Interaction]]]:
        with self._database.streaming() as tables:
            if known is None:
                yield from histories_now(tables, shop_id)
            else:
                yield from histories_known(tables, shop_id, known)

    def facts(self, shop_id: str, /) -> Iterator[Fact]:
        """Yield the flat rows of every customer, returns linked."""
        with self._database.streaming() as tables:
            yield from map(Fact._make, tables.stream(FACTS, Fact._fields, {"shop_id": shop_id}))

    def links(self, shop_id: str, customer_id: str, /) -> list[ReturnLink]:
        """Return the current links of a person's returns, in the order of the history."""
        with self._database.reading() as tables:
            survivor = persons_of(tables, shop_id, [customer_id]).get(customer_id, customer_id)
            return kept_links(tables, shop_id, survivor)

    def put_customer(
        self, shop_id: str, customer: Customer, /, *, recorded_at: datetime | None = None
    ) -> Customer:
        """Keep a customer record; see ``Store.put_customer``."""
        with self._changing(shop_id, recorded_at) as (tables, to, row, outbox):
            new = put_customer(tables, to, customer)
            drop_expired_copies(tables, shop_id, new.id, moment(row.recorded_at))
            outbox.tell(EventType.CUSTOMER_CHANGED, new.id, {"version": new.version})
        return new

    def customer(self, shop_id: str, customer_id: str, /) -> Customer | None:
        """Return the record kept under an id itself, whatever it stands for; None without."""
        with self._database.reading() as tables:
            return kept_customer(tables, shop_id, customer_id)

    def customers(self, shop_id: str, /) -> Iterator[Customer]:
        """Yield every record as it is kept, by customer id."""
        with self._database.streaming() as tables:
            yield from kept_customers(tables, shop_id)

    def find(self, shop_id: str, kind: IdentifierKind, value: str, /) -> list[str]:
        """Return the ids under which records with an identifier are kept, in their order."""
        with self._database.reading() as tables:
            return found(tables, shop_id, kind.value, value)

    def put_alias(self, shop_id: str, alias: Alias, /) -> None:
        """Keep a line of the alias table; see ``Store.put_alias``."""
        with self._changing(shop_id, alias.recorded_at) as (tables, to, row, outbox):
            row.lines, row.changes = row.lines + 1, row.changes + 1
            line = evolve(alias, recorded_at=moment(row.recorded_at))
            ended = Merging(tables, to, row.lines, line).all()
            kind = EventType.MERGED if ended is None else EventType.UNMERGED
            outbox.tell(kind, line.customer_id, told(line, ended))

    def aliases(self, shop_id: str, /, *, of: Sequence[str] | None = None) -> list[Alias]:
        """Return lines of the alias table; see ``Store.aliases``."""
        with self._database.reading() as tables:
            return alias_lines(tables, shop_id, of and group_of(tables, shop_id, sorted({*of})))

    def erase(self, shop_id: str, customer_id: str, /, *, erased_at: datetime) -> Erased:
        """Forget a person; see ``Store.erase``."""
        with self._changing(shop_id, erased_at) as (tables, to, row, outbox):
            members = group_of(tables, shop_id, [customer_id])
            erased = Erasing(tables, to, row.recorded_at, members).all()
            row.changes += 1
            outbox.tell(EventType.ERASED, erased.pseudonym, {})
        return erased

    def events(self, shop_id: str, /, *, after: int = 0, limit: int = 1000) -> list[Event]:
        """Return the events behind a position, in their order, ``limit`` at most."""
        with self._database.reading() as tables:
            return kept_events(tables, shop_id, after, limit)

    def position(self, shop_id: str, subscriber: str, /) -> int:
        """Return up to where a subscriber has taken events; 0 where it never did."""
        with self._database.reading() as tables:
            return kept_position(tables, shop_id, subscriber)

    def put_position(self, shop_id: str, subscriber: str, position: int, /) -> None:
        """Keep up to where a subscriber has taken events; see ``Store.put_position``."""
        with self._writing(shop_id) as (tables, _, _):
            keep_position(tables, shop_id, subscriber, position)

    def drop_events(self, shop_id: str, until: int, /) -> int:
        """Drop events up to a position and return how many."""
        with self._database.writing() as tables:
            return drop_events(tables, shop_id, until)

    def put_models(self, shop_id: str, saved: SavedModels, /) -> None:
        """Keep models; see ``Store.put_models``."""
        with self._writing(shop_id) as (tables, _, _):
            keep_models(tables, shop_id, saved)

    def models(self, shop_id: str, /, *, until_day: int) -> SavedModels | None:
        """Return the models kept of the latest day up to one; None where there are none."""
        with self._database.reading() as tables:
            return kept_models(tables, shop_id, until_day)

    def close(self) -> None:
        """Close what the store opened; what was handed in stays open."""
        self._database.close()

    @contextmanager
    def _writing(self, shop_id: str) -> Iterator[tuple[Tables, Reporting, ShopRow]]:
        """Write for a shop, alone."""
        self._unsettled.written()
        with self._database.writing() as tables:
            tables.lock(shop_id)
            to = self._to(tables, shop_id)
            yield tables, to, ShopRow.read(tables, shop_id)

    @contextmanager
    def _changing(
        self, shop_id: str, recorded_at: datetime | None
    ) -> Iterator[tuple[Tables, Reporting, ShopRow, Outbox]]:
        """Write for a shop, keep the events and the shop's row."""
        with self._writing(shop_id) as (tables, to, row):
            row.recorded_at = row.recorded(recorded_at)
            outbox = row.outbox(row.recorded_at, publishes=to.shop.publishes)
            yield tables, to, row, outbox
            row.told(tables, outbox)
            row.keep(tables)

    def _to(self, tables: Tables, shop_id: str) -> Reporting:
        """The shop as it is kept, with the rates and the key it was attached with.

        It is kept again where a rollback took it away.
        """
        kept, to = kept_shop(tables, shop_id), self._attached.get(shop_id)
        if to is None:
            if kept is None:
                raise never_attached(shop_id)
            return Reporting(kept)
        if kept is None:
            keep_shop(tables, to.shop)
        elif kept != to.shop:
            same_books(kept, to.shop)
            return Reporting(kept, to.rates, to.erasure_key)
        return to
