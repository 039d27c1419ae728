"""Where a customer stood at both ends of a period: the input of the customer KPIs.

A standing that contradicts itself cannot be made, so that opening + new + reactivated - lost
= closing holds for any collection of them.
"""

from typing import Any, Literal

from attrs import Attribute, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number

__all__ = ["Standing"]


def _joins(instance: object, attribute: "Attribute[Any]", value: object) -> None:
    del instance
    if value not in (None, "new", "reactivated"):
        raise InvalidValueError(attribute.name, value, 'must be None, "new" or "reactivated"')


@frozen(kw_only=True)
class Standing:
    """Where one customer stood at both ends of a period.

    Attributes:
        customer_id: Who.
        opening: Whether they were active when the period began.
        joined: How they became active within it: "new" for the first time, "reactivated"
            after having been lost; None if they did not.
        left: Whether they were lost within it.
        tier_opening: Their tier when it began, higher is better; None if not known.
        tier_closing: Their tier when it ended.
        profit: What they earned the shop in it, in the caller's money unit; None if unknown.
    """

    customer_id: str
    opening: bool
    joined: Literal["new", "reactivated"] | None = field(default=None, validator=_joins)
    left: bool = False
    tier_opening: int | None = None
    tier_closing: int | None = None
    profit: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.profit is not None:
            checked_number(self.profit, f"profit of customer {self.customer_id}")
        if self.opening and self.joined:
            rule = f"customer {self.customer_id} was active already when the period began"
            raise InvalidValueError("joined", self.joined, rule)
        if self.left and not self.active:
            rule = f"customer {self.customer_id} was not active, so cannot have been lost"
            raise InvalidValueError("left", self.left, rule)

    @property
    def active(self) -> bool:
        """Whether they were active at some time in the period."""
        return self.opening or self.joined is not None

    @property
    def closing(self) -> bool:
        """Whether they were active when the period ended."""
        return self.active and not self.left

    @property
    def kept(self) -> bool:
        """Whether they were active at both ends."""
        return self.opening and not self.left

    @property
    def step(self) -> int | None:
        """Tiers climbed, for those active at both ends whose tiers are known."""
        if not self.kept or self.tier_opening is None or self.tier_closing is None:
            return None
        return self.tier_closing - self.tier_opening
