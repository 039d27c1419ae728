"""The level that a relationship should have.

The fewer the customers and the better the margin, the further a shop can go for each of them.

    customers   high margin    medium margin   low margin
    many        accountable    reactive        basic or reactive
    some        proactive      accountable     reactive
    few         partnership    proactive       accountable

Source: Kotler, P. (1991), Marketing Management, the grid of levels by number of customers and
margin; where many, few, high and low begin is crmkit's own, and the shop's to say.
"""

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from crmkit.domain.relationship_policy import RelationshipLevel, RelationshipPolicy
from crmkit.domain.words import Word

__all__ = ["CustomerNumber", "MarginClass", "TargetLevel", "target_level", "target_of"]

FORMULA = "Kotler's grid of the number of customers (many, some, few) by margin (high, medium, low)"
SOURCE = "Kotler (1991); cuts: crmkit, or the shop"


class CustomerNumber(Word):
    """How many customers a shop has to look after."""

    FEW = "few"
    SOME = "some"
    MANY = "many"


class MarginClass(Word):
    """How much of a customer's revenue is left to pay for looking after them."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


_BASIC, _REACTIVE, _ACCOUNTABLE, _PROACTIVE, _PARTNERSHIP = RelationshipLevel
_GRID: Mapping[tuple[CustomerNumber, MarginClass], tuple[RelationshipLevel, ...]] = (
    MappingProxyType(
        {
            (CustomerNumber.MANY, MarginClass.HIGH): (_ACCOUNTABLE,),
            (CustomerNumber.MANY, MarginClass.MEDIUM): (_REACTIVE,),
            (CustomerNumber.MANY, MarginClass.LOW): (_BASIC, _REACTIVE),
            (CustomerNumber.SOME, MarginClass.HIGH): (_PROACTIVE,),
            (CustomerNumber.SOME, MarginClass.MEDIUM): (_ACCOUNTABLE,),
            (CustomerNumber.SOME, MarginClass.LOW): (_REACTIVE,),
            (CustomerNumber.FEW, MarginClass.HIGH): (_PARTNERSHIP,),
            (CustomerNumber.FEW, MarginClass.MEDIUM): (_PROACTIVE,),
            (CustomerNumber.FEW, MarginClass.LOW): (_ACCOUNTABLE,),
        }
    )
)


@frozen(kw_only=True)
class TargetLevel:
    """The level that a relationship should have.

    Attributes:
        levels: The levels that are right, lowest first; empty where the margin is unknown.
        number: How many customers the shop has.
        margin: How much this one leaves; None where it is unknown.
    """

    levels: tuple[RelationshipLevel, ...]
    number: CustomerNumber
    margin: MarginClass | None

    def gap(self, level: RelationshipLevel) -> int | None:
        """Return by how many levels ``level`` falls short of the target.

        Returns:
            Above 0 where the shop should do more, below 0 where it does more than pays, 0 where
            it is right; None where the target is unknown.
        """
        if not self.levels:
            return None
        lowest, highest = self.levels[0].rank, self.levels[-1].rank
        return max(0, lowest - level.rank) + min(0, highest - level.rank)

    def __str__(self) -> str:
        if not self.levels:
            return "unknown: the margin is not known"
        return f"{' or '.join(self.levels)} ({self.number} customers, {self.margin} margin)"


def target_level(number: str, margin: str | None) -> TargetLevel:
    """Return the level that a relationship should have.

    Args:
        number: A ``CustomerNumber``: few, some or many.
        margin: A ``MarginClass``: low, medium or high; None where it is unknown.

    Raises:
        ValueError: Another word.

    Source:
        Kotler (1991).

    >>> target_level("few", "high").levels[0].value
    'partnership'
    """
    many = CustomerNumber(number)
    leaves = None if margin is None else MarginClass(margin)
    levels = () if leaves is None else _GRID[many, leaves]
    return TargetLevel(levels=levels, number=many, margin=leaves)


def target_of(buyers: int, margin: float | None, policy: RelationshipPolicy) -> TargetLevel:
    """Return the same of numbers.

    Args:
        buyers: How many customers have bought.
        margin: Profit as a share of revenue; None where it is unknown.
        policy: Where the shop's cuts lie.
    """
    number = CustomerNumber.SOME
    if buyers <= policy.few_up_to:
        number = CustomerNumber.FEW
    elif buyers >= policy.many_from:
        number = CustomerNumber.MANY
    return target_level(number, None if margin is None else _class_of(margin, policy))


def _class_of(margin: float, policy: RelationshipPolicy) -> MarginClass:
    if margin < policy.low_margin:
        return MarginClass.LOW
    return MarginClass.HIGH if margin >= policy.high_margin else MarginClass.MEDIUM
