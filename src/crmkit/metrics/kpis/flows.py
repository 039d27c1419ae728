"""The ways that customers went between two moments, counted by origin and end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import share_estimate
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.kpis.two_moments import ACTIVE, LOST, NEW, REACTIVATED

__all__ = ["Flow", "flows"]


@frozen(kw_only=True)
class Flow:
    """The customers who went one way.

    Attributes:
        origin: Their tier when the period began, "active", "new" or "reactivated".
        to: Their tier when it ended, "active" or "lost".
        customers: How many.
        share: Of all those of the same origin, with a Wilson interval.
    """

    origin: str
    to: str
    customers: int
    share: Estimate


def flows(people: Iterable[Standing], names: Mapping[int, str]) -> Iterator[Flow]:
    """Return the ways that anybody went, in the order of the tiers.

    Args:
        people: Where each customer stood at both ends.
        names: The name of each tier by its number, lowest first.
    """
    ways = Counter((_origin(one, names), _end(one, names)) for one in people)
    order = [*names.values(), ACTIVE, NEW, REACTIVATED, LOST]
    wholes = Counter[str]()
    for (origin, _), customers in ways.items():
        wholes[origin] += customers
    for origin, to in sorted(ways, key=lambda way: (order.index(way[0]), order.index(way[1]))):
        customers, whole = ways[origin, to], wholes[origin]
        share = share_estimate(customers, whole, unit="share", method=f"{to} of {origin}")
        yield Flow(origin=origin, to=to, customers=customers, share=share)


def _origin(one: Standing, names: Mapping[int, str]) -> str:
    return one.joined or _tier(one.tier_opening, names)


def _end(one: Standing, names: Mapping[int, str]) -> str:
    return _tier(one.tier_closing, names) if one.closing else LOST


def _tier(tier: int | None, names: Mapping[int, str]) -> str:
    return ACTIVE if tier is None else names[tier]
