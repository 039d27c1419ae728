"""What a shop has set itself as to how far it goes for its customers after the sale."""

from decimal import Decimal
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.money import to_decimal
from crmkit.domain.naming import by_field
from crmkit.domain.validators import whole
from crmkit.domain.words import Word

__all__ = ["RelationshipLevel", "RelationshipPolicy"]


class RelationshipLevel(Word):
    """How far a shop goes for a customer after the sale, lowest first."""

    BASIC = "basic"
    REACTIVE = "reactive"
    ACCOUNTABLE = "accountable"
    PROACTIVE = "proactive"
    PARTNERSHIP = "partnership"

    @property
    def rank(self) -> int:
        """Its place, from 0 for basic."""
        return list(RelationshipLevel).index(self)


def level_if_given(value: str | None) -> RelationshipLevel | None:
    """Return a level by its word; None stays None."""
    return None if value is None else RelationshipLevel(value)


def _margin(value: Decimal | float | str) -> Decimal:
    return to_decimal("margin", str(value))


@frozen(kw_only=True, field_transformer=by_field)
class RelationshipPolicy:
    """What a shop means to do for its customers, and where its cuts lie.

    The cuts are crmkit's own defaults: a shop that knows its trade gives its own.

    Attributes:
        declared: The level that the shop says it keeps with its customers; None where it says
            nothing. A customer's record may declare another (``Customer.declared_level``).
        few_up_to: Up to so many buyers are few.
        many_from: From so many buyers on they are many.
        low_margin: Below this share of revenue a margin is low.
        high_margin: From this share of revenue on a margin is high.
    """

    declared: RelationshipLevel | None = field(default=None, converter=level_if_given)
    few_up_to: int = field(default=50, validator=whole(1))
    many_from: int = field(default=1000, validator=whole(2))
    low_margin: Decimal = field(default=Decimal("0.2"), converter=_margin)
    high_margin: Decimal = field(default=Decimal("0.4"), converter=_margin)

    @many_from.validator
    def _more_than_few(self, _attribute: object, value: int) -> None:
        if value <= self.few_up_to:
            raise InvalidValueError(
                "many_from", value, f"must be above few_up_to, which is {self.few_up_to}"
            )

    @high_margin.validator
    def _above_low(self, _attribute: Any, value: Decimal) -> None:
        if not 0 <= self.low_margin < value <= 1:
            raise InvalidValueError(
                "high_margin",
                value,
                f"must be above low_margin, which is {self.low_margin}; both from 0 to 1",
            )


DEFAULT_RELATIONSHIP_POLICY = RelationshipPolicy()
"""The policy of a shop that declares nothing."""
