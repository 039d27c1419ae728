"""What the memory store keeps of one shop: nothing is derived before it is asked for."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import define, evolve, field

from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer
from crmkit.domain.events import Event, EventType, new_event_id
from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Extent, Mark
from crmkit.domain.provenance import vanished
from crmkit.domain.reporting import Reporting
from crmkit.domain.saved_models import SavedModels

NOTHING = Extent(kept=0, last_at=None)
#: When a thing counts as recorded whose time nobody gave, where nothing was recorded before.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Id = tuple[str, str]
Revision = tuple[str, str, int]


@define
class KeptShop:
    """What is kept for one shop.

    Attributes:
        to: The policy, the rates and the erasure key as given last.
        revisions: Every interaction by (source, id) and revision, with when it was recorded.
        claims: By customer, the ids of which some revision is theirs.
        customers: Customer records by id.
        lines: The alias table.
        models: Saved models by the day they are of.
        marks: How far loads have come, by name.
        tombstones: Keyed hashes of what was erased, and when.
        key_check: The mark of the key they were made with; None before the first erasure.
        events: Those that were not dropped.
        told: The position of the latest event.
        positions: How far each subscriber has come.
        latest: The latest moment at which anything was recorded.
        extent: How much is kept.
        firsts: When the first revisions happened, in order up to ``sorted_to``.
        sorted_to: How many of them are in order.
    """

    to: Reporting
    revisions: dict[Id, dict[int, tuple[datetime, Interaction]]] = field(factory=dict)
    claims: dict[str, set[Id]] = field(factory=lambda: defaultdict(set))
    customers: dict[str, Customer] = field(factory=dict)
    lines: list[Alias] = field(factory=list)
    models: dict[int, SavedModels] = field(factory=dict)
    marks: dict[str, Mark] = field(factory=dict)
    tombstones: dict[bytes, datetime] = field(factory=dict)
    key_check: bytes | None = None
    events: list[Event] = field(factory=list)
    told: int = 0
    positions: dict[str, int] = field(factory=dict)
    latest: datetime = _EPOCH
    extent: Extent = NOTHING
    firsts: list[datetime] = field(factory=list)
    sorted_to: int = 0

    def record_at(self, at: datetime | None) -> datetime:
        """Note when something is recorded: never before what is kept already."""
        self.latest = self.latest if at is None else max(at, self.latest)
        return self.latest

    def have(self, key: Revision) -> Interaction | None:
        """Return a revision as it is kept."""
        kept = self.revisions.get(key[:2], {}).get(key[2])
        return None if kept is None else kept[1]

    def keep(self, one: Interaction, recorded_at: datetime) -> None:
        """Keep a new revision and tell of it."""
        self.file(one, recorded_at)
        last_at = max(one.at, self.extent.last_at or one.at)
        self.extent = evolve(self.extent, kept=self.extent.kept + 1, last_at=last_at)
        if one.revision == 0:
            self.firsts.append(one.at)
        named = {"kind": one.kind, "source": one.source, "id": one.id, "revision": one.revision}
        data = {**named, "at": one.at.isoformat()}
        self.tell(EventType.RECORDED, one.customer_id, recorded_at, data)

    def file(self, one: Interaction, recorded_at: datetime) -> None:
        """Put a revision where it is found."""
        self.revisions.setdefault((one.source, one.id), {})[one.revision] = recorded_at, one
        self.claims[one.customer_id].add((one.source, one.id))

    def unfile(self, key: Id) -> list[tuple[datetime, Interaction]]:
        """Take out every revision of an id."""
        taken = list(self.revisions.pop(key).values())
        for _, one in taken:
            self.claims[one.customer_id].discard(key)
            if not self.claims[one.customer_id]:
                del self.claims[one.customer_id]
        return taken

    def reads_differently(self) -> None:
        """Note that what is kept is read differently from now on."""
        self.extent = evolve(self.extent, changes=self.extent.changes + 1)

    def extent_until(self, until: datetime) -> Extent:
        """Return the extent without the first revisions of what happened later."""
        if self.sorted_to < len(self.firsts):
            self.firsts.sort()
            self.sorted_to = len(self.firsts)
        later = len(self.firsts) - bisect_right(self.firsts, until)
        return evolve(self.extent, kept=self.extent.kept - later)

    def drop_expired_copies(self, customer_id: str, at: datetime) -> None:
        """Take what has expired out of the copies of a record that lines hold."""
        self.lines = [
            evolve(line, before=vanished(line.before, at))
            if line.before is not None and line.stands_for == customer_id
            else line
            for line in self.lines
        ]

    def tell(
        self, type_: EventType, customer_id: str, at: datetime, data: Mapping[str, Any]
    ) -> None:
        """Leave an event, where the shop publishes."""
        if not self.to.shop.publishes:
            return
        self.told += 1
        event = Event(
            position=self.told,
            id=new_event_id(),
            type=type_,
            recorded_at=at,
            customer_id=customer_id,
            data=data,
        )
        self.events.append(event)
