"""A shop's own row: its policy, and how much is kept of it."""

from datetime import datetime
from typing import Any, Self

from attrs import define

from crmkit.adapters.stores.kit.outbox import Outbox
from crmkit.adapters.stores.kit.schema import SHOPS
from crmkit.adapters.stores.kit.tables import Tables
from crmkit.adapters.wire import shop_from_json, shop_to_json
from crmkit.domain.shop import Shop
from crmkit.domain.times import microseconds, utc

_COUNTS = ("kept", "last_at", "recorded_at", "changes", "lines", "events")


@define
class ShopRow:
    """What the shop's row says; changed here, kept by ``keep``.

    Attributes:
        shop_id: The shop.
        kept: How many interactions are kept, every revision counted.
        last_at: When the latest of them happened, in microseconds.
        recorded_at: The latest moment at which anything was recorded.
        changes: How often what is kept was read differently since.
        lines: How many lines the alias table has.
        events: The position of the latest event.
    """

    shop_id: str
    kept: int
    last_at: int | None
    recorded_at: int
    changes: int
    lines: int
    events: int

    @classmethod
    def read(cls, tables: Tables, shop_id: str) -> Self:
        """Return the row of a shop that is there."""
        (row,) = tables.read(SHOPS, _COUNTS, {"shop_id": shop_id})
        return cls(shop_id, *row)

    def keep(self, tables: Tables) -> None:
        """Keep the row as it is now."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _COUNTS}
        tables.update(SHOPS, values, {"shop_id": self.shop_id})

    def recorded(self, at: datetime | None) -> int:
        """Return when something counts as recorded: never before what is kept already."""
        return self.recorded_at if at is None else max(microseconds(utc(at)), self.recorded_at)

    def happened(self, at: int | None) -> None:
        """Note when the latest of some interactions happened."""
        times = [each for each in (at, self.last_at) if each is not None]
        self.last_at = max(times, default=None)

    def outbox(self, recorded_at: int, *, publishes: bool) -> Outbox:
        """Return the outbox of a call that goes on behind the latest event."""
        return Outbox(self.shop_id, self.events, recorded_at, publishes)

    def told(self, tables: Tables, outbox: Outbox) -> None:
        """Keep the events of a call."""
        outbox.keep(tables)
        self.events = outbox.last


def kept_shop(tables: Tables, shop_id: str) -> Shop | None:
    """Return the policy kept for a shop, or None."""
    found = tables.read(SHOPS, ("policy",), {"shop_id": shop_id})
    return shop_from_json(found[0][0]) if found else None


def keep_shop(tables: Tables, shop: Shop) -> None:
    """Keep the policy of a shop, in place of the one before."""
    where, policy = {"shop_id": shop.id}, shop_to_json(shop)
    if tables.read(SHOPS, ("shop_id",), where):
        tables.update(SHOPS, {"policy": policy}, where)
    else:
        tables.insert(SHOPS, [(shop.id, policy, 0, None, 0, 0, 0, 0)])
