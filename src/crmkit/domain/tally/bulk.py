"""Fold facts in bulk: every customer's tally in one pass, and everyone's summary."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from crmkit.domain.collector import collector_paused
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.tally.customers import CustomerTally
from crmkit.domain.tally.orders import Buying
from crmkit.domain.tally.summary import BaseSummary

__all__ = ["added_up", "collect_customers", "summaries"]

#: Rows held at once while collecting: about 250 MB of facts.
_BATCH = 500_000


def collect_customers(
    facts: Iterable[Fact], *, tally: type[CustomerTally] = CustomerTally
) -> dict[str, CustomerTally]:
    """Each customer's tally, in one pass.

    Holds the tallies and a bounded number of rows, in whatever order they come.

    Args:
        facts: Each fact once; see ``Fact`` for the columns.
        tally: ``CustomerTally`` or a shop's own.

    Raises:
        InvalidValueError: A fact has no customer.
    """
    found: dict[str, CustomerTally] = {}
    rows = iter(facts)
    with collector_paused():
        while batch := list(islice(rows, _BATCH)):
            for customer_id, mine in _by_customer(batch):
                part = tally.collect(mine)
                kept = found.get(customer_id)
                found[customer_id] = part if kept is None else kept + part
    return found


def added_up(tallies: Iterable[CustomerTally]) -> CustomerTally:
    """The sum of many tallies, by halves: each is copied as often as the number can be halved."""
    level = list(tallies)
    while len(level) > 1:
        pairs = zip(level[::2], [*level[1::2], CustomerTally()], strict=False)
        level = [one + other for one, other in pairs]
    return level[0] if level else CustomerTally()


def _by_customer(facts: list[Fact]) -> Iterator[tuple[str, list[Fact]]]:
    """The facts of each customer."""
    groups: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.customer_id].append(fact)
    if None in groups:
        raise InvalidValueError(
            "customer_id", None, "must be known in every fact", "give guests an id of their order"
        )
    yield from groups.items()


def summaries(
    facts: Iterable[Fact],
    *,
    as_of: int,
    as_of_day: int,
    tally: type[CustomerTally] = CustomerTally,
    buying: type[Buying] = Buying,
) -> BaseSummary:
    """Everyone as of a moment, folded in Python.

    Args:
        facts: Each fact once, in any order.
        as_of: Microseconds since 1970-01-01 UTC; facts up to and including it count.
        as_of_day: The local day of that moment.
        tally: The declarations to read by, or a shop's own subclass.
        buying: Likewise for what orders amount to.

    Raises:
        InvalidValueError: A fact has no customer.
    """
    tallies = collect_customers((f for f in facts if f.at <= as_of), tally=tally)
    with collector_paused():
        return BaseSummary.read(tallies, as_of_day=as_of_day, buying=buying)
