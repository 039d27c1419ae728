"""Delivered value: what a customer gets for what they give, in money.

    text    here            formula
    TCV     total value     product + service + personnel + image
    TCC     total cost      money + time + energy + psychic
    CDV     difference      TCV - TCC
    -       ratio           TCV / TCC; undefined unless TCC is above 0

The difference is what to decide by: it is what the customer is left with. The ratio may rank
two offers the other way round, for it rewards being small and cheap.

A part that is not known is never 0: 0 is said by giving 0. With a part missing the totals, the
difference and the ratio it belongs to are undefined, the coverage says how many of the eight
there are, and the known parts still bound what the figure can be. Two offers of which the same
part is unknown are compared by ``compare_delivered_value``, over the parts known of both.

Assumption: parts add up, and one does not count what is in another (a free delivery is service
value or a lower price, not both).

Source: Kotler, P., Keller, K. L. (2006). Marketing management, 12th edition, chapter 5; bounds
and coverage are crmkit's own.
"""

from collections.abc import Iterable, Mapping
from math import fsum
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.perceived_value.parts import SIGNED, CostPart, ValuePart, checked_parts

__all__ = ["DeliveredValue", "checked_judgement", "delivered_value"]

_Parts = Mapping[str, float | None]


@frozen(kw_only=True)
class DeliveredValue(Shown):
    """What an offer gives and takes.

    Attributes:
        benefits: Money's worth of each of the four parts of value; None where not known.
        costs: Money's worth of each of the four parts of cost; None where not known.
        total_value: Sum of the benefits.
        total_cost: Sum of the costs.
        difference: Total value less total cost: what to decide by.
        ratio: Total value per unit of total cost; undefined unless the cost is above 0.
    """

    benefits: Mapping[str, float | None] = field(converter=FrozenMapping, hash=False)
    costs: Mapping[str, float | None] = field(converter=FrozenMapping, hash=False)
    total_value: Estimate
    total_cost: Estimate
    difference: Estimate
    ratio: Estimate

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that are not known."""
        return _missing(self.benefits, self.costs)

    @property
    def coverage(self) -> float:
        """Share of the eight parts that are known, 0 to 1."""
        return 1 - len(self.missing) / (len(self.benefits) + len(self.costs))

    def sheet(self) -> Sheet:
        """Return the figures and what they are made of, as they are shown."""
        rows = (
            ("total value", f"{self.total_value} = {_listed(self.benefits)}"),
            ("total cost", f"{self.total_cost} = {_listed(self.costs)}"),
            ("ratio", self.ratio),
            *(("known parts leave", bounds) for bounds in self._bounds()),
            ("coverage", self._coverage()),
        )
        return Sheet(title=f"Delivered value: {self.difference.told}", rows=rows)

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        figures = {
            "total_customer_value": self.total_value,
            "total_customer_cost": self.total_cost,
            "value_difference": self.difference,
            "value_cost_ratio": self.ratio,
        }
        return explained(
            "delivered_value",
            self.difference.told,
            inputs={**self.benefits, **self.costs},
            coverage=self._coverage(),
            parts=tuple(one.explain(name) for name, one in figures.items()),
        )

    def _bounds(self) -> tuple[str, ...]:
        """What the known parts say of a difference that is not known."""
        low, high = self.difference.low, self.difference.high
        if low is not None:
            return (f"a difference of {low:,g} or more",)
        return () if high is None else (f"a difference of {high:,g} or less",)

    def _coverage(self) -> str:
        whole = len(self.benefits) + len(self.costs)
        lacking = f"; missing: {', '.join(self.missing)}" if self.missing else ""
        return f"{whole - len(self.missing)} of {whole} parts{lacking}"


def _listed(parts: _Parts) -> str:
    return ", ".join(
        f"{name} {'unknown' if amount is None else f'{amount:,g}'}"
        for name, amount in parts.items()
    )


def _missing(*sides: _Parts) -> tuple[str, ...]:
    return tuple(name for side in sides for name, amount in side.items() if amount is None)


def delivered_value(benefits: _Parts, costs: _Parts, *, unit: str = "money") -> DeliveredValue:
    """Value delivered to a customer: total value less total cost, and their ratio.

    Args:
        benefits: Money's worth of "product", "service", "personnel" and "image" value. None, or
            left out, is not known; say 0 where there is none.
        costs: Money's worth of "money", "time", "energy" and "psychic" cost, likewise.
        unit: What the amounts are counted in; a currency ("EUR") is shown as such.

    Returns:
        Totals, difference and ratio: point values without an interval, for nothing is sampled.
        With a part missing the figures it belongs to are undefined, between the bounds that the
        known parts leave.

    Raises:
        InvalidValueError: A part there is not, NaN, or a negative amount of anything but image
            value and psychic cost.

    Source:
        Kotler and Keller (2006).

    >>> ours = delivered_value(
    ...     {"product": 70, "service": 20, "personnel": 5, "image": 5},
    ...     {"money": 65, "time": 10, "energy": 5, "psychic": 0},
    ... )
    >>> ours.difference.value, ours.ratio.value
    (20.0, 1.25)
    """
    _checked_unit(unit)
    got = checked_parts(benefits, ValuePart, "benefits")
    given = checked_parts(costs, CostPart, "costs")
    value = _total(got.items(), unit, "sum of the four benefits")
    cost = _total(given.items(), unit, "sum of the four costs")
    return DeliveredValue(
        benefits=got,
        costs=given,
        total_value=value,
        total_cost=cost,
        difference=_difference(value, cost),
        ratio=_ratio(value, cost),
    )


def _checked_unit(unit: Any) -> None:
    if not isinstance(unit, str):
        raise InvalidValueError("unit", unit, "must be a text", "as 'EUR'")


def checked_judgement(given: Any, field: str) -> None:
    """Refuse what is no delivered value.

    Raises:
        InvalidValueError: It is none.
    """
    if not isinstance(given, DeliveredValue):
        raise InvalidValueError(field, given, "must be what delivered_value() returned")


def _total(parts: Iterable[tuple[str, float | None]], unit: str, method: str) -> Estimate:
    amounts = dict(parts)
    known = [amount for amount in amounts.values() if amount is not None]
    lacking = _missing(amounts)
    total = fsum(known)
    if not lacking:
        return Estimate(value=total, n=len(known), unit=unit, method=method)
    # What is not known adds something or nothing, but for the parts that may be negative.
    low = None if SIGNED.intersection(lacking) else total
    return undefined(unit=unit, method=method, note=_unknown(lacking), low=low, n=len(known))


def _unknown(lacking: tuple[str, ...]) -> str:
    return f"{' and '.join(lacking)} not known; give 0 where there is none"


def _difference(value: Estimate, cost: Estimate) -> Estimate:
    method, n = "total value less total cost", value.n + cost.n
    if value.value is not None and cost.value is not None:
        return Estimate(value=value.value - cost.value, n=n, unit=value.unit, method=method)
    at_least = value.low if value.value is None else value.value
    costs_at_least = cost.low if cost.value is None else cost.value
    return undefined(
        unit=value.unit,
        method=method,
        note=" and ".join((*value.notes, *cost.notes)),
        low=None if at_least is None or cost.value is None else at_least - cost.value,
        high=None
        if costs_at_least is None or value.value is None
        else value.value - costs_at_least,
        n=n,
    )


def _ratio(value: Estimate, cost: Estimate) -> Estimate:
    method, n, unit = "total value ÷ total cost", value.n + cost.n, "value per cost"
    notes = (*value.notes, *cost.notes)
    if notes:
        return undefined(unit=unit, method=method, note=" and ".join(notes), n=n)
    if value.value is None or cost.value is None or cost.value <= 0:
        return undefined(unit=unit, method=method, note="the total cost is not above 0", n=n)
    return Estimate(value=value.value / cost.value, n=n, unit=unit, method=method)
