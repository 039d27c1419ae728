"""What a shop keeps beside its facts, one row for each name: marks, positions, models."""

from typing import Any

from crmkit.adapters.stores.kit.schema import MARKS, MODELS, POSITIONS, Table
from crmkit.adapters.stores.kit.tables import Row, Tables, UpTo
from crmkit.domain.kept import Mark
from crmkit.domain.saved_models import SavedModels


def keep_mark(tables: Tables, shop_id: str, mark: Mark) -> None:
    """Keep how far a load has come."""
    where = {"shop_id": shop_id, "name": mark.name}
    _put(tables, MARKS, where, (shop_id, mark.name, mark.position, mark.seal))


def kept_mark(tables: Tables, shop_id: str, name: str) -> Mark | None:
    """Return how far a load had come, or None."""
    where = {"shop_id": shop_id, "name": name}
    rows = tables.read(MARKS, ("position", "seal"), where)
    return Mark(name=name, position=rows[0][0], seal=rows[0][1]) if rows else None


def keep_position(tables: Tables, shop_id: str, subscriber: str, position: int) -> None:
    """Keep up to where a subscriber has taken events."""
    where = {"shop_id": shop_id, "subscriber": subscriber}
    _put(tables, POSITIONS, where, (shop_id, subscriber, position))


def kept_position(tables: Tables, shop_id: str, subscriber: str) -> int:
    """Return up to where a subscriber has taken events; 0 where it never did."""
    where = {"shop_id": shop_id, "subscriber": subscriber}
    rows = tables.read(POSITIONS, ("position",), where)
    return int(rows[0][0]) if rows else 0


def keep_models(tables: Tables, shop_id: str, saved: SavedModels) -> None:
    """Keep models, in place of those of the same day."""
    where = {"shop_id": shop_id, "as_of_day": saved.as_of_day}
    _put(tables, MODELS, where, (shop_id, saved.as_of_day, saved.text))


def kept_models(tables: Tables, shop_id: str, until_day: int) -> SavedModels | None:
    """Return the models of the latest day up to one; None where there are none."""
    shop = {"shop_id": shop_id}
    days = tables.read(MODELS, ("as_of_day",), shop | {"as_of_day": UpTo(until_day)})
    if not days:
        return None
    (day,) = max(days)
    ((text,),) = tables.read(MODELS, ("models",), shop | {"as_of_day": day})
    return SavedModels(as_of_day=day, text=text)


def _put(tables: Tables, table: Table, where: dict[str, Any], row: Row) -> None:
    """Keep a row in place of the one with its key."""
    tables.delete(table, where)
    tables.insert(table, [row])
