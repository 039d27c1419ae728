"""Aliases: which customer id stands for which, since when.

A merge is a line of the alias table, and so is its undoing. Interactions keep the id they
came with; whoever reads them resolves it. So an old id is understood for ever, a source that
is imported again changes nothing, and unmerging is exact.

    line        from ``recorded_at`` on, ``customer_id`` stands for ``stands_for``
    survivor    the id at the end of such a chain; it stands for itself
    members     a survivor and all who stand for it
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from crmkit.domain.customer import Customer
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.times import utc
from crmkit.domain.validators import named, named_if_given, private_text

__all__ = [
    "Alias",
    "known_lines",
    "lines_by_survivor",
    "lines_of",
    "members_by_survivor",
    "standing",
    "survivors",
]


@frozen(kw_only=True)
class Alias:
    """One line of the alias table.

    Attributes:
        customer_id: Who no longer stands for itself, or does so again.
        stands_for: For whom it stands from now on; None: for itself.
        recorded_at: Since when, in UTC; lines are kept in the order of these.
        evidence: Why the two are one person, or why they are not.
        before: The record kept of ``stands_for`` just before; None where there was none.
            Unmerging needs it to tell what the record had of its own.
    """

    customer_id: str = field(validator=named)
    stands_for: str | None = field(validator=named_if_given)
    recorded_at: datetime = field(converter=utc)
    evidence: str | None = field(default=None, validator=private_text, repr=False)
    before: Customer | None = field(default=None, repr=False)

    @stands_for.validator
    def _somebody_else(self, _attribute: object, value: str | None) -> None:
        if value == self.customer_id:
            raise InvalidValueError("stands_for", value, "must be somebody else, or None")


def known_lines(lines: Iterable[Alias], known_at: datetime | None) -> list[Alias]:
    """Return the lines that had been recorded by ``known_at``, in their order."""
    return [one for one in lines if known_at is None or one.recorded_at <= known_at]


def lines_by_survivor(
    lines: Iterable[Alias], ends: Mapping[str, str]
) -> dict[str, Sequence[Alias]]:
    """Return the lines of everybody who is one person, by survivor, in their order.

    Args:
        lines: In the order they were recorded.
        ends: As ``survivors`` gives it.
    """
    found: dict[str, list[Alias]] = defaultdict(list)
    for line in lines:
        found[ends.get(line.customer_id, line.customer_id)].append(line)
    return dict(found)


def lines_of(lines: Sequence[Alias], ids: Iterable[str]) -> list[Alias]:
    """Return the lines of everybody who is one person with any of some ids, in their order."""
    ends = survivors(lines)
    heads = {ends.get(one, one) for one in ids}
    return [line for line in lines if ends.get(line.customer_id, line.customer_id) in heads]


def standing(lines: Iterable[Alias]) -> dict[str, Alias]:
    """Return, by the id that stands for another, the line that says so now, in their order."""
    latest: dict[str, Alias] = {}
    for one in lines:
        latest.pop(one.customer_id, None)  # what stands again stands later
        latest[one.customer_id] = one
    return {id_: one for id_, one in latest.items() if one.stands_for is not None}


def survivors(lines: Iterable[Alias]) -> dict[str, str]:
    """Return for every id that stands for another the survivor at the end of its chain.

    Args:
        lines: In the order they were recorded; no circle among those that stand.
    """
    to = {id_: str(one.stands_for) for id_, one in standing(lines).items()}
    return {id_: _end(id_, to) for id_ in to}


def _end(customer_id: str, to: Mapping[str, str]) -> str:
    while customer_id in to:
        customer_id = to[customer_id]
    return customer_id


def members_by_survivor(ends: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """Return the members of every group of more than one, the survivor first.

    Args:
        ends: As ``survivors`` gives it.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for member, survivor in sorted(ends.items()):
        groups[survivor].append(member)
    return {survivor: (survivor, *members) for survivor, members in groups.items()}
