"""Histories as they are read: those of one person under the survivor's id, in one stream."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from typing import NamedTuple, Self

from crmkit.adapters.stores.kit.deriving import by_customer, person_history
from crmkit.adapters.stores.kit.resolving import alias_lines, all_ends
from crmkit.adapters.stores.kit.tables import EVER, Tables
from crmkit.domain.aliases import (
    Alias,
    known_lines,
    lines_by_survivor,
    members_by_survivor,
    survivors,
)
from crmkit.domain.interactions import Interaction
from crmkit.domain.joining import joined, read_under
from crmkit.domain.times import moment

_History = tuple[str, list[Interaction]]


class _Known(NamedTuple):
    """Who stood for whom at a moment, in microseconds; lines by survivor."""

    moment: int
    lines: Mapping[str, Sequence[Alias]]
    ends: Mapping[str, str]

    @classmethod
    def at(cls, tables: Tables, shop_id: str, known: int) -> Self:
        lines = known_lines(alias_lines(tables, shop_id), moment(known))
        ends = survivors(lines)
        return cls(known, lines_by_survivor(lines, ends), ends)

    def history(self, tables: Tables, shop_id: str, members: Sequence[str]) -> list[Interaction]:
        theirs = dict(by_customer(tables.current(shop_id, self.moment, members)))
        return joined(members[0], theirs, self.lines.get(members[0], ()), self.ends)


def histories_now(tables: Tables, shop_id: str) -> Iterator[_History]:
    """Yield every survivor's id and history, by customer id."""
    ends = all_ends(tables, shop_id)
    persons = (
        (survivor, history)
        for survivor in sorted(set(ends.values()))
        if (history := person_history(tables, shop_id, survivor))
    )
    return _together(tables, shop_id, EVER, ends, persons)


def histories_known(tables: Tables, shop_id: str, known: int) -> Iterator[_History]:
    """Yield the same as it had been recorded by a moment, in microseconds."""
    then = _Known.at(tables, shop_id, known)
    persons = (
        (survivor, history)
        for survivor, members in sorted(members_by_survivor(then.ends).items())
        if (history := then.history(tables, shop_id, members))
    )
    return _together(tables, shop_id, known, then.ends, persons)


def history_known(tables: Tables, shop_id: str, customer_id: str, known: int) -> list[Interaction]:
    """Return the history of one person as it had been recorded by a moment."""
    then = _Known.at(tables, shop_id, known)
    survivor = then.ends.get(customer_id, customer_id)
    members = members_by_survivor(then.ends).get(survivor, (survivor,))
    return then.history(tables, shop_id, members)


def _together(
    tables: Tables,
    shop_id: str,
    known: int,
    ends: Mapping[str, str],
    persons: Iterator[_History],
) -> Iterator[_History]:
    """Those who are nobody else, and the persons, in one order."""
    grouped = {*ends, *ends.values()}
    alone = (
        (customer_id, _resolved(history, ends))
        for customer_id, history in by_customer(tables.current(shop_id, known, None))
        if customer_id not in grouped
    )
    return merge(alone, persons, key=lambda each: each[0]) if ends else alone


def _resolved(history: list[Interaction], ends: Mapping[str, str]) -> list[Interaction]:
    if not ends:
        return history
    read = (read_under(one, ends) for one in history)
    return [one for one in read if one is not None]
