"""Single rows of the SQLite store's tables: shops, customers and links, to and from text."""

import sqlite3
from typing import Any

from crmkit.adapters.wire import customer_from_json, shop_from_json, shop_to_json
from crmkit.domain.customer import Customer
from crmkit.domain.interactions import Part
from crmkit.domain.returns import LinkRule, ReturnLink
from crmkit.domain.shop import Shop


def kept_shop(cursor: sqlite3.Cursor, shop_id: str) -> Shop | None:
    """Return the policy kept for a shop, or None."""
    query = "SELECT policy FROM crmkit_shops WHERE shop_id = ?"
    found = cursor.execute(query, (shop_id,)).fetchone()
    return None if found is None else shop_from_json(found[0])


def keep_shop(cursor: sqlite3.Cursor, shop: Shop) -> None:
    """Keep the policy of a shop, in place of the one before."""
    values = (shop.id, shop_to_json(shop))
    cursor.execute(
        "INSERT INTO crmkit_shops (shop_id, policy) VALUES (?, ?)"
        " ON CONFLICT (shop_id) DO UPDATE SET policy = excluded.policy",
        values,
    )


def kept_customer(cursor: sqlite3.Cursor, shop_id: str, customer_id: str) -> Customer | None:
    """Return the record kept of a customer, or None."""
    query = "SELECT payload FROM crmkit_customers WHERE shop_id = ? AND customer_id = ?"
    found = cursor.execute(query, (shop_id, customer_id)).fetchone()
    return None if found is None else customer_from_json(found[0])


def link(source: str, id_: str, line: int, rule: str, *part: Any) -> ReturnLink:
    """Return a link as it was kept."""
    names = ("order_key", "units", "amount", "cost", "costed")
    return ReturnLink(
        source=source,
        id=id_,
        line=line,
        rule=LinkRule(rule),
        part=Part(**dict(zip(names, part, strict=True))),
    )
