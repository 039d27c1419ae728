"""The outbox: events, kept in the transaction of what they tell of.

Their positions are counted in the shop's row, which every writer holds; so an event that is
seen has none before it that is not.
"""

import json
from typing import Any

from attrs import define, field

from crmkit.adapters.stores.kit.schema import EVENTS
from crmkit.adapters.stores.kit.tables import Above, Row, Tables, UpTo
from crmkit.domain.errors import StoreError
from crmkit.domain.events import Event, EventType, new_event_id
from crmkit.domain.interactions import Interaction
from crmkit.domain.times import moment

_COLUMNS = ("position", "id", "type", "recorded_at", "customer_id", "data")


@define
class Outbox:
    """The events of one call.

    Attributes:
        shop_id: The shop.
        last: The position of the latest event kept before.
        recorded_at: When the call was, in microseconds.
        publishes: Whether the shop wants them.
    """

    shop_id: str
    last: int
    recorded_at: int
    publishes: bool
    _rows: list[Row] = field(factory=list)

    def recorded(self, one: Interaction) -> None:
        """Tell of an interaction."""
        if self.publishes:
            data = {
                "kind": one.kind,
                "source": one.source,
                "id": one.id,
                "revision": one.revision,
                "at": one.at.isoformat(),
            }
            self.tell(EventType.RECORDED, one.customer_id, data)

    def tell(self, type_: EventType, customer_id: str, data: dict[str, Any]) -> None:
        """Tell of anything."""
        if self.publishes:
            self.last += 1
            leading = (self.shop_id, self.last, new_event_id(), type_.value, self.recorded_at)
            self._rows.append((*leading, customer_id, as_text(data)))

    def keep(self, tables: Tables) -> None:
        """Keep those told since the last time."""
        if self._rows:
            tables.insert(EVENTS, self.taken())

    def taken(self) -> list[Row]:
        """Return the rows of those told since the last time, for somebody else to keep."""
        rows, self._rows = self._rows, []
        return rows


def as_text(data: dict[str, Any]) -> str:
    """Return data as they are kept."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def kept_events(tables: Tables, shop_id: str, after: int, limit: int) -> list[Event]:
    """Return the events behind a position."""
    rows = tables.read(
        EVENTS,
        _COLUMNS,
        {"shop_id": shop_id, "position": Above(after)},
        order=("position",),
        limit=limit,
    )
    return [
        Event(
            position=position,
            id=id_,
            type=EventType(type_),
            recorded_at=moment(recorded_at),
            customer_id=customer_id,
            data=_as_told(data),
        )
        for position, id_, type_, recorded_at, customer_id, data in rows
    ]


def _as_told(text: str) -> Any:
    """The data of an event as they were kept."""
    try:
        return json.loads(text)
    except ValueError:
        # Without its cause, which quotes what is kept.
        raise StoreError(
            "an event that is kept cannot be read; the database is damaged, restore a backup"
        ) from None


def drop_events(tables: Tables, shop_id: str, until: int) -> int:
    """Drop the events up to a position and return how many there were."""
    where = {"shop_id": shop_id, "position": UpTo(until)}
    dropped = tables.count(EVENTS, where)
    tables.delete(EVENTS, where)
    return dropped
