"""What a store says, and what it keeps, as values that compare."""

import re
from typing import Any

from crmkit.adapters.stores.kit.schema import EVENTS, META, TABLES
from crmkit.adapters.wire import customer_to_json, to_json
from crmkit.domain.customer import IdentifierKind
from crmkit.domain.ports import Store

#: What erasing draws anew each time.
_TOKEN = re.compile(r"[0-9a-f]{32}")
_EVENT_ID = EVENTS.names.index("id")


def told(store: Store, shop_id: str) -> dict[str, Any]:
    """Return everything that a store answers about a shop, but when it was recorded.

    Events are compared without their order and ids: who writes together writes in any order.
    """
    histories = list(store.histories(shop_id))
    extent = store.extent(shop_id)
    records = list(store.customers(shop_id))
    return {
        "histories": [(who, [to_json(one) for one in theirs]) for who, theirs in histories],
        "facts": sorted(store.facts(shop_id), key=repr),
        "links": [(who, store.links(shop_id, who)) for who, _ in histories],
        "kept": (extent.kept, extent.last_at, extent.changes),
        "customers": [customer_to_json(one) for one in records],
        "found": [
            (one.value, store.find(shop_id, IdentifierKind(one.kind), one.value))
            for record in records
            for one in record.identifiers
        ],
        "aliases": [(one.customer_id, one.stands_for) for one in store.aliases(shop_id)],
        "events": sorted(
            (str(one.type), one.customer_id, sorted(one.data.items()))
            for one in store.events(shop_id, limit=10**9)
        ),
    }


def rows(store: Any, shop_id: str) -> dict[str, list[Any]]:
    """Return every row that a store of tables keeps of a shop; events without their ids.

    What erasing draws at random is left out.
    """
    with store._database.reading() as tables:
        return {
            table.name: sorted(
                (_plain(table, row) for row in tables.stream(table, table.names, _of(shop_id))),
                key=repr,
            )
            for table in TABLES
            if table is not META
        }


def _of(shop_id: str) -> dict[str, str]:
    return {"shop_id": shop_id}


def _plain(table: Any, row: tuple[Any, ...]) -> tuple[Any, ...]:
    if table is EVENTS:
        row = (*row[:_EVENT_ID], "", *row[_EVENT_ID + 1 :])
    return tuple(
        bytes(cell).hex()
        if isinstance(cell, bytes | memoryview)
        else _TOKEN.sub("#", cell)
        if isinstance(cell, str)
        else cell
        for cell in row
    )
