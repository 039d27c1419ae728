"""What is derived from interactions and kept beside them: flat rows and return links.

Only returns depend on the rest of a history. So the rows of every other kind are written
once, when it is added, and those of returns anew whenever an order or a return of their
customer arrives, changes or leaves. Customers who are one person with others are derived as
a whole: who they are read as, and what a merge forbids, may change with every fact.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from crmkit.adapters.stores.kit.resolving import alias_lines, all_ends, ends_of
from crmkit.adapters.stores.kit.schema import FACTS, LINKS, MEMBERS
from crmkit.adapters.stores.kit.tables import EVER, Among, Row, Tables
from crmkit.adapters.wire import all_from_kept, list_from_kept
from crmkit.domain.aliases import members_by_survivor
from crmkit.domain.interactions import Interaction, Part, Purchase, Referral, Return
from crmkit.domain.joining import MERGE_SOURCE, joined, read_under
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import LinkRule, ReturnLink, facts_of, link_returns, linked_parts
from crmkit.domain.times import microseconds

#: The kinds on which links depend.
LINKING = frozenset({Purchase.kind, Return.kind})

_LINK = ("source", "id", "line", "rule", "order_key", "units", "amount", "cost", "costed")
_IN_ORDER = ("at", "source", "id", "line", "part")


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of ``size`` items; the last may be shorter."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk


def by_customer(rows: Iterable[Row]) -> Iterator[tuple[str, list[Interaction]]]:
    """Yield a history per customer from (customer_id, payload) in their order."""
    for customer_id, theirs in groupby(rows, key=lambda row: row[0]):
        yield customer_id, all_from_kept([payload for _, payload in theirs])


def history_alone(tables: Tables, shop_id: str, customer_id: str) -> list[Interaction] | None:
    """Return a history by one question; None where that takes more.

    That is where others are one person with the customer, or were referred by it.
    """
    survivor, kept = _own(tables, shop_id, customer_id)
    return kept if survivor is None and not _referred(kept) else None


def person_history(tables: Tables, shop_id: str, customer_id: str) -> list[Interaction]:
    """Return all that happened with a customer and all who are one person with them."""
    survivor, kept = _own(tables, shop_id, customer_id)
    if survivor is None:
        return referrals_resolved(tables, shop_id, kept)
    return _person(tables, shop_id, survivor)[1]


def _own(tables: Tables, shop_id: str, customer_id: str) -> tuple[str | None, list[Interaction]]:
    """Whom a customer is read as, if not alone, and what is read of the customer's own."""
    survivor, length, payloads = tables.own(shop_id, customer_id)
    return survivor, list_from_kept(payloads, length)


def _person(
    tables: Tables, shop_id: str, survivor: str
) -> tuple[set[tuple[str, str]], list[Interaction]]:
    """The keys of all that is kept of a person, and the history that is read of it."""
    where = {"shop_id": shop_id, "survivor": survivor}
    group = [survivor, *(row[0] for row in tables.read(MEMBERS, ("customer_id",), where))]
    members = dict(by_customer(tables.current(shop_id, EVER, group)))
    keys = {(one.source, one.id) for theirs in members.values() for one in theirs}
    history = members.get(survivor, [])
    if set(members) - {survivor}:
        lines = alias_lines(tables, shop_id, group)
        history = joined(survivor, members, lines, dict.fromkeys(members, survivor))
    return keys, referrals_resolved(tables, shop_id, history)


def _referred(history: list[Interaction]) -> set[str]:
    return {one.referred_id for one in history if isinstance(one, Referral)}


def referrals_resolved(
    tables: Tables, shop_id: str, history: list[Interaction]
) -> list[Interaction]:
    """Return a history with those whom it says were referred as they are read now."""
    referred = _referred(history)
    ends = ends_of(tables, shop_id, sorted(referred)) if referred else {}
    if not ends:
        return history
    read = (read_under(one, ends) for one in history)
    return [one for one in read if one is not None]


def drop_facts(tables: Tables, shop_id: str, keys: Iterable[tuple[str, str]]) -> None:
    """Drop the rows of interactions, named by (source, id)."""
    ids: dict[str, list[str]] = defaultdict(list)
    for source, id_ in keys:
        ids[source].append(id_)
    for source, theirs in ids.items():
        tables.delete(FACTS, {"shop_id": shop_id, "source": source}, Among("id", theirs))


def derive_person(tables: Tables, to: Reporting, customer_id: str) -> None:
    """Derive every row and link of a person anew.

    Args:
        tables: Inside a transaction that writes.
        to: The shop.
        customer_id: A survivor.
    """
    shop_id = to.shop.id
    keys, history = _person(tables, shop_id, customer_id)
    drop_facts(tables, shop_id, keys)
    drop_derived(tables, shop_id, customer_id)
    tables.insert(FACTS, facts_of(history, to))
    tables.insert(LINKS, _link_rows(shop_id, history, link_returns(history)))


def drop_derived(tables: Tables, shop_id: str, customer_id: str) -> None:
    """Drop the links of a customer, and the rows that only merges made."""
    own = {"shop_id": shop_id, "customer_id": customer_id}
    tables.delete(LINKS, own)
    tables.delete(FACTS, own | {"source": MERGE_SOURCE})


def link_anew(tables: Tables, to: Reporting, changed: Mapping[str, int], size: int) -> None:
    """Derive the links and the rows of returns for those whose links may have changed.

    A link depends on what happened before its return alone, so a customer's links stay as
    they are where nothing changed up to the last return, in whatever revision.

    Args:
        tables: Inside a transaction that writes; what was added is there already.
        to: The shop.
        changed: By customer, the earliest moment at which an order or a return arrived,
            changed or left, in microseconds.
        size: How many customers are looked up at a time.
    """
    for chunk in chunks(sorted(changed), size):
        found = tables.last_returns(to.shop.id, chunk)
        ids = [who for who, last_return in found if changed[who] <= last_return]
        if ids:
            _link(tables, to, ids)


def _link(tables: Tables, to: Reporting, ids: Sequence[str]) -> None:
    """Put the links of some customers, and the rows of their returns, in place of the old."""
    shop_id = to.shop.id
    keys: list[tuple[str, str]] = []
    links: list[Row] = []
    facts: list[Row] = []
    for _, history in by_customer(tables.current(shop_id, EVER, ids)):
        found = link_returns(history)
        parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for link in found:
            parts[link.source, link.id].append(link.part)
        for one in history:
            if isinstance(one, Return):
                keys.append((one.source, one.id))
                facts += one.facts(to, linked_parts(one, parts[keys[-1]]))
        links += _link_rows(shop_id, history, found)
    tables.delete(LINKS, {"shop_id": shop_id}, Among("customer_id", ids))
    drop_facts(tables, shop_id, keys)
    tables.insert(LINKS, links)
    tables.insert(FACTS, facts)


def _link_rows(
    shop_id: str, history: Sequence[Interaction], links: Iterable[ReturnLink]
) -> Iterator[Row]:
    """The rows of the links of one person's returns."""
    back = {(one.source, one.id): one for one in history if isinstance(one, Return)}
    for key, theirs in groupby(links, key=lambda link: (link.source, link.id)):
        one = back[key]
        leading = (shop_id, one.customer_id, microseconds(one.at), *key)
        for i, link in enumerate(theirs):
            part = link.part
            counted = (part.units, part.amount, part.cost, part.costed)
            yield *leading, link.line, i, link.rule.value, part.order_key, *counted


def kept_links(tables: Tables, shop_id: str, customer_id: str) -> list[ReturnLink]:
    """Return the links of a customer, in the order of the history."""
    where = {"shop_id": shop_id, "customer_id": customer_id}
    return [
        ReturnLink(
            source=source,
            id=id_,
            line=line,
            rule=LinkRule(rule),
            part=Part(order_key=key, units=units, amount=amount, cost=cost, costed=costed),
        )
        for source, id_, line, rule, key, units, amount, cost, costed in tables.read(
            LINKS, _LINK, where, order=_IN_ORDER
        )
    ]


def derive_all(tables: Tables, to: Reporting, size: int) -> None:
    """Derive every row and link of a shop anew.

    Args:
        tables: Inside a transaction that writes.
        to: The shop as it is from now on.
        size: How many rows are written at a time.
    """
    shop_id = to.shop.id
    tables.delete(FACTS, {"shop_id": shop_id})
    tables.delete(LINKS, {"shop_id": shop_id})
    ends = all_ends(tables, shop_id)
    groups = members_by_survivor(ends)
    alone = (
        [one for each in history if (one := read_under(each, ends)) is not None]
        for customer_id, history in by_customer(tables.current(shop_id, EVER, None))
        if customer_id not in ends and customer_id not in groups
    )
    for histories in chunks(alone, size):
        facts = (facts_of(each, to) for each in histories)
        tables.insert(FACTS, [fact for theirs in facts for fact in theirs])
        links = (_link_rows(shop_id, each, link_returns(each)) for each in histories)
        tables.insert(LINKS, [row for theirs in links for row in theirs])
    for survivor in groups:
        derive_person(tables, to, survivor)
