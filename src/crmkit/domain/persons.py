"""Persons: which ids are one person, and the record that the person has.

The record of a person is that of the survivor, its gaps filled from the members'. As soon
as the survivor's record is put again it is the whole record: whoever put it had seen what
the members brought, and may have taken some of it away. The members' own records stay as
they were, so that unmerging gives them back.

Data that are lent (an acquisition that expires) are never taken over so: what such a member
brings stays in its own record, is read beside the survivor's, and vanishes with the lease.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from attrs import define, evolve, field

from crmkit.domain.aliases import (
    Alias,
    known_lines,
    members_by_survivor,
    standing,
    survivors,
)
from crmkit.domain.customer import Customer
from crmkit.domain.merged_record import combined, parted

__all__ = ["FindRecord", "Persons"]

FindRecord = Callable[[str], Customer | None]
"""Gives the record kept under an id itself."""


def _lines(value: Iterable[Alias]) -> tuple[Alias, ...]:
    return tuple(value)


@define(slots=False)
class Persons:
    """The alias table of a shop, read.

    Attributes:
        lines: All that are known, in the order in which they were recorded.
    """

    lines: tuple[Alias, ...] = field(default=(), converter=_lines, repr=False)

    @cached_property
    def standing(self) -> Mapping[str, Alias]:
        """By the id that stands for another, the line that says so, in their order."""
        return standing(self.lines)

    @cached_property
    def ends(self) -> Mapping[str, str]:
        """For every id that stands for another the survivor."""
        return survivors(self.lines)

    @cached_property
    def _groups(self) -> Mapping[str, Sequence[str]]:
        return members_by_survivor(self.ends)

    @cached_property
    def _merges(self) -> Mapping[str, Sequence[Alias]]:
        """By survivor, the lines of its members, in their order."""
        found: dict[str, list[Alias]] = defaultdict(list)
        for line in self.standing.values():
            found[self.ends[line.customer_id]].append(line)
        return found

    def known(self, known_at: datetime | None) -> "Persons":
        """Return them as they were known at a moment; None for now."""
        if known_at is None or not self.lines:
            return self
        return Persons(known_lines(self.lines, known_at))

    def survivor(self, customer_id: str) -> str:
        """Return the id under which a person is read."""
        return self.ends.get(customer_id, customer_id)

    def members(self, customer_id: str) -> tuple[str, ...]:
        """Return every id of a person: the survivor, then the others as they were merged."""
        survivor = self.survivor(customer_id)
        return (survivor, *(line.customer_id for line in self._merges.get(survivor, ())))

    def without(self, customer_id: str) -> "Persons":
        """Return them as if an id stood for itself."""
        return Persons(one for one in self.standing.values() if one.customer_id != customer_id)

    def record(self, customer_id: str, own: FindRecord) -> Customer | None:
        """Return the record of a person, under the survivor's id; None without any.

        Args:
            customer_id: Any id of theirs.
            own: Gives the record kept under an id itself.
        """
        survivor = self.survivor(customer_id)
        merges = self._merges.get(survivor, ())
        if not merges:
            return own(survivor)
        return _read_as_one(survivor, merges, {id_: own(id_) for id_ in self._groups[survivor]})

    def records(self, kept: Iterable[Customer]) -> Iterator[Customer]:
        """Yield the record of every person who has one; only those merged are held at once.

        Args:
            kept: Every record as it is kept.
        """
        held: dict[str, Customer] = {}
        for one in kept:
            if one.id in self.ends or one.id in self._groups:
                held[one.id] = one
            else:
                yield one
        for survivor in sorted({self.survivor(id_) for id_ in held}):
            found = self.record(survivor, held.get)
            if found is not None:
                yield found

    def own_part(self, record: Customer, own: FindRecord) -> Customer:
        """Return a person's record as it is kept: without what members have on lease.

        Args:
            record: As somebody would put it, under the survivor's id.
            own: Gives the record kept under an id itself.
        """
        leased = [one for id_ in self.members(record.id)[1:] if _is_lent(one := own(id_))]
        if not leased:
            return record
        lent = {one.id for one in leased if one}
        rest = Persons(one for one in self.standing.values() if one.customer_id not in lent)
        without = rest.record(record.id, own) or Customer(id=record.id)
        for one in leased:
            record = parted(record, without, one) if one else record
        return record

    def parted_records(self, customer_id: str, own: FindRecord) -> list[Customer]:
        """Return the records to be put so that an id can stand for itself again.

        A record that was not put since the merge is left alone. From the others, of all who
        have taken the id in, goes what came from it.

        Args:
            customer_id: An id that stands for another.
            own: Gives the record kept under an id itself.
        """
        after = self.without(customer_id)
        absorbed = after.record(customer_id, own)
        if absorbed is None:
            return []
        found: dict[str, Customer] = {}
        for line in self._way_up(customer_id):
            above = str(line.stands_for)
            now = self.without(above).record(above, own)
            if now is not None and _put_since(line, now):
                before = _beside(after, line, lambda id_: found.get(id_) or own(id_))
                left = parted(now, before, absorbed)
                found[above] = after.without(above).own_part(left, own)
        return list(found.values())

    def parted_lines(self, customer_id: str, own: FindRecord) -> list[Alias]:
        """Return all lines, the copies of records in them without what came from one id.

        A copy that was made while the id stood for somebody, of a record that was put since,
        says what came from the id. When the id is parted it must not: it would come back
        with the next id that is parted, even where the person was erased meanwhile.

        Args:
            customer_id: An id that stands for another.
            own: Gives the record kept under an id itself.
        """
        lines = list(self.lines)
        absorbed = self.without(customer_id).record(customer_id, own)
        if absorbed is None:
            return lines
        stand = [i for i, line in enumerate(lines) if self.standing.get(line.customer_id) is line]
        for way in self._way_up(customer_id):
            since = next(i for i in stand if self.lines[i] is way)
            for place in range(since + 1, len(lines)):
                copy = lines[place].before
                if lines[place].stands_for == way.stands_for and _put_since(way, copy):
                    then = Persons(lines[i] for i in stand if i < place).without(customer_id)
                    lines[place] = _copied_without(lines[place], _beside(then, way, own), absorbed)
        return lines

    def _way_up(self, customer_id: str) -> Iterator[Alias]:
        """The lines from an id to its survivor."""
        while customer_id in self.standing:
            line = self.standing[customer_id]
            yield line
            customer_id = str(line.stands_for)


def _beside(persons: Persons, line: Alias, own: FindRecord) -> Customer:
    """What the record above a line would say, had the line never been.

    Args:
        persons: Without the line.
        line: The line.
        own: Gives the record kept under an id itself.
    """
    above = str(line.stands_for)
    others = (one for one in persons.standing.values() if one.stands_for == above)
    views = (persons.without(one.customer_id).record(one.customer_id, own) for one in others)
    return combined(line.before or Customer(id=above), (one for one in views if one))


def _copied_without(line: Alias, before: Customer, absorbed: Customer) -> Alias:
    """A line whose copy of a record says nothing that came from an absorbed one alone."""
    copy = line.before
    return line if copy is None else evolve(line, before=parted(copy, before, absorbed))


def _put_since(line: Alias, record: Customer | None) -> bool:
    """Tell whether the record of whom an id stands for was put since it does."""
    versions = (0 if one is None else one.version for one in (line.before, record))
    return len(set(versions)) > 1


def _is_lent(record: Customer | None) -> bool:
    acquisition = None if record is None else record.acquisition
    return acquisition is not None and acquisition.expires is not None


def _read_as_one(
    survivor: str, merges: Iterable[Alias], own: Mapping[str, Customer | None]
) -> Customer | None:
    """The records of a person, each merge in its turn; last what is lent."""
    lent = [one for line in merges if _is_lent(one := own[line.customer_id])]
    found = {id_: one for id_, one in own.items() if one not in lent}
    heads: dict[str, str] = {}
    for line in merges:
        to = above = str(line.stands_for)
        while to in heads:
            to = heads[to]
        heads[line.customer_id] = to
        theirs = found.pop(line.customer_id, None)
        if theirs is not None and not _put_since(line, own[above]):
            found[to] = combined(found.get(to) or Customer(id=to), [theirs])
    return _with_lent(survivor, found.get(survivor), [one for one in lent if one])


def _with_lent(survivor: str, record: Customer | None, lent: Sequence[Customer]) -> Customer | None:
    return combined(record or Customer(id=survivor), lent) if lent else record
