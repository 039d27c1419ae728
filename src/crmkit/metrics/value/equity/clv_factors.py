"""Factors of a lifetime value: what one customer is worth, taken apart.

    CLV = spend × margin × alive × purchases × discounting − cost

Each factor belongs to a driver of lifetime value: what a purchase brings (spend, margin) to
value; whether and how often the customer comes (alive, purchases) to loyalty; what is spent
on the relationship (cost) to strategy. Discounting stands by itself. How rivals fare shows in
how often and for how much the customer buys: the market is no factor of its own here
(``switching_equity`` has it).

Source: crmkit, after the four determinants of lifetime value in Chinese textbooks on customer
relationship management (顾客价值, 忠诚度, 关系策略, 市场结构).
"""

from collections.abc import Mapping
from math import prod
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.money import MOST
from crmkit.metrics.intervals import checked_number

__all__ = ["DRIVERS", "FACTORS", "ClvFactors"]

#: The factors whose product it is, in the order of reading.
FACTORS = ("spend", "margin", "alive", "purchases", "discounting")

#: To which driver of lifetime value each factor belongs.
DRIVERS: Mapping[str, tuple[str, ...]] = {
    "value": ("spend", "margin"),
    "loyalty": ("alive", "purchases"),
    "strategy": ("cost",),
    "discounting": ("discounting",),
}


def _kept(instance: object, attribute: Any, value: float) -> None:
    del instance
    if checked_number(value, attribute.name, low=-MOST) > 1:
        raise InvalidValueError(attribute.name, value, "must be 1 or less", "write 40 % as 0.4")


def _at_least_0(instance: object, attribute: Any, value: float) -> None:
    del instance
    checked_number(value, attribute.name, low=0, high=MOST)


def _share(instance: object, attribute: Any, value: float) -> None:
    del instance
    checked_number(value, attribute.name, low=0, high=1)


@frozen(kw_only=True)
class ClvFactors:
    """The factors of one customer's lifetime value at one date.

    Attributes:
        spend: Revenue to expect of a purchase, in units of the currency, 0 or more.
        margin: Share of it that is kept, at most 1.
        alive: Chance that the customer is still there, 0 to 1.
        purchases: Purchases to expect within the horizon of one who is there, 0 or more.
        discounting: What is left of their worth once discounted to today, 0 to 1.
        cost: Discounted cost of the relationship, in units of the currency, 0 or more.

    >>> one = ClvFactors(spend=50, margin=0.4, alive=0.8, purchases=5, discounting=0.9, cost=2)
    >>> round(one.value, 2)
    70.0
    """

    spend: float = field(validator=_at_least_0)
    margin: float = field(validator=_kept)
    alive: float = field(default=1.0, validator=_share)
    purchases: float = field(validator=_at_least_0)
    discounting: float = field(default=1.0, validator=_share)
    cost: float = field(default=0.0, validator=_at_least_0)

    @property
    def product(self) -> float:
        """Lifetime value before the cost of the relationship."""
        return prod(self.factors())

    @property
    def value(self) -> float:
        """Lifetime value, in units of the currency."""
        return self.product - self.cost

    def factors(self) -> tuple[float, ...]:
        """Return the factors of the product, in their order."""
        return tuple(getattr(self, name) for name in FACTORS)
