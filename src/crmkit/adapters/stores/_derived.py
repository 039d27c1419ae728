"""What the SQLite store derives from interactions and keeps beside them: facts and links.

Only returns depend on the rest of a history. So the rows of every other kind are written
once, when it is added, and those of returns anew whenever an order or a return of their
customer arrives, changes or leaves.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from crmkit.adapters.wire import from_json
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction, Part, Purchase, Return
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import ReturnLink, facts_of, link_returns, linked_parts
from crmkit.domain.times import microseconds

#: The kinds on which links depend.
LINKING = frozenset({Purchase.kind, Return.kind})

#: Later than anything was recorded.
EVER = 2**63 - 1

#: How many keys one look-up names: older SQLites take no more than 999 values.
CHUNK = 500

_CURRENT = """
    SELECT one.customer_id, one.payload FROM crmkit_interactions AS one
    WHERE one.shop_id = :shop AND one.recorded_at <= :known {which} AND NOT EXISTS (
        SELECT 1 FROM crmkit_interactions AS newer
        WHERE newer.shop_id = one.shop_id AND newer.source = one.source AND newer.id = one.id
            AND newer.revision > one.revision AND newer.recorded_at <= :known)
    ORDER BY one.customer_id, one.at, one.source, one.id"""

#: What is read of all customers, and of one.
OF_ALL = _CURRENT.format(which="")
OF_ONE = _CURRENT.format(which="AND one.customer_id = :customer")

_LAST_RETURNS = f"""
    SELECT customer_id, MAX(at) FROM crmkit_interactions
    WHERE shop_id = ? AND kind = '{Return.kind}'
        AND customer_id IN ({", ".join("?" * CHUNK)})
    GROUP BY customer_id"""  # noqa: S608 -- placeholders only

_PUT_FACT = f"INSERT INTO crmkit_facts VALUES ({', '.join('?' * len(Fact._fields))})"  # noqa: S608
_PUT_LINK = f"INSERT INTO crmkit_return_links VALUES ({', '.join('?' * 13)})"  # noqa: S608
_DROP_FACTS = "DELETE FROM crmkit_facts WHERE shop_id = ? AND source = ? AND id = ?"
_DROP_LINKS = "DELETE FROM crmkit_return_links WHERE shop_id = ? AND customer_id = ?"


def padded(keys: Sequence[str]) -> list[str]:
    """Return ``keys`` as many as a look-up names, the last one repeated."""
    return [*keys, *[keys[-1]] * (CHUNK - len(keys))]


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield lists of items, each for one look-up."""
    remaining = iter(items)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def by_customer(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[Interaction]]]:
    """Yield a history per customer from rows in their order."""
    for customer_id, theirs in groupby(rows, key=lambda row: row[0]):
        yield customer_id, [from_json(payload) for _, payload in theirs]


def put_facts(cursor: sqlite3.Cursor, facts: Iterable[Fact]) -> None:
    """Write flat rows."""
    cursor.executemany(_PUT_FACT, facts)


def drop_facts(cursor: sqlite3.Cursor, shop_id: str, ids: Iterable[tuple[str, str]]) -> None:
    """Drop the rows of interactions, named by (source, id)."""
    cursor.executemany(_DROP_FACTS, ((shop_id, *key) for key in ids))


def link_anew(cursor: sqlite3.Cursor, to: Reporting, changed: Mapping[str, int]) -> None:
    """Derive the links and the rows of returns for those whose links may have changed.

    A link depends on what happened before its return alone, so a customer's links stay as
    they are where nothing changed up to the last return, in whatever revision.

    Args:
        cursor: Writes; what was added is there already.
        to: The shop.
        changed: By customer, the earliest moment at which an order or a return arrived,
            changed or left, in microseconds.
    """
    for chunk in chunks(sorted(changed)):
        found = cursor.execute(_LAST_RETURNS, (to.shop.id, *padded(chunk))).fetchall()
        for customer_id, last_return in found:
            if changed[customer_id] <= last_return:
                _link_one(cursor, to, customer_id)


def _link_one(cursor: sqlite3.Cursor, to: Reporting, customer_id: str) -> None:
    values = {"shop": to.shop.id, "customer": customer_id, "known": EVER}
    rows = cursor.execute(OF_ONE, values).fetchall()
    history = [from_json(payload) for _, payload in rows]
    links = link_returns(history)
    cursor.execute(_DROP_LINKS, (to.shop.id, customer_id))
    returns = [one for one in history if isinstance(one, Return)]
    _put_links(cursor, to.shop.id, returns, links)
    drop_facts(cursor, to.shop.id, ((one.source, one.id) for one in returns))
    parts = _parts(links)
    for one in returns:
        put_facts(cursor, one.facts(to, linked_parts(one, parts[one.source, one.id])))


def _parts(links: Iterable[ReturnLink]) -> dict[tuple[str, str], list[Part]]:
    parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for link in links:
        parts[link.source, link.id].append(link.part)
    return parts


def _put_links(
    cursor: sqlite3.Cursor, shop_id: str, returns: Iterable[Return], links: Iterable[ReturnLink]
) -> None:
    back = {(one.source, one.id): one for one in returns}
    for key, theirs in groupby(links, key=lambda link: (link.source, link.id)):
        one = back[key]
        leading = (shop_id, one.customer_id, microseconds(one.at), *key)
        cursor.executemany(
            _PUT_LINK, ((*leading, link.line, i, *_columns(link)) for i, link in enumerate(theirs))
        )


def _columns(link: ReturnLink) -> tuple[Any, ...]:
    part = link.part
    return link.rule.value, part.order_key, part.units, part.amount, part.cost, part.costed


def derive_all(cursor: sqlite3.Cursor, reading: sqlite3.Cursor, to: Reporting) -> None:
    """Derive every row and link of a shop anew.

    Args:
        cursor: Writes.
        reading: Another cursor of the same connection.
        to: The shop as it is from now on.
    """
    cursor.execute("DELETE FROM crmkit_facts WHERE shop_id = ?", (to.shop.id,))
    cursor.execute("DELETE FROM crmkit_return_links WHERE shop_id = ?", (to.shop.id,))
    reading.execute(OF_ALL, {"shop": to.shop.id, "known": EVER})
    for _, history in by_customer(reading):
        put_facts(cursor, facts_of(history, to))
        returns = [one for one in history if isinstance(one, Return)]
        if returns:
            _put_links(cursor, to.shop.id, returns, link_returns(history))
