"""The four parts of what customers get, and the four of what they give.

    整体客户价值   total customer value: 产品 product, 服务 service, 人员 personnel, 形象 image
    整体客户成本   total customer cost: 货币 money, 时间 time, 精力/体力 energy, 精神 psychic

All are counted in money of one currency: time as hours times what an hour is worth to the
customer, energy and psychic cost as what they would pay to be spared them. Image can be a
burden and an annoyance can be a pleasure, so these two may be negative; the others may not.

Source: Kotler, P., Keller, K. L. (2006). Marketing management, 12th edition, chapter 5.
"""

from collections.abc import Mapping

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.words import Word
from crmkit.metrics.checked import MOST, checked_number, mapped

__all__ = ["SIGNED", "CostPart", "ValuePart", "checked_parts"]


class ValuePart(Word):
    """What a customer gets: ``PRODUCT``, ``SERVICE``, ``PERSONNEL`` and ``IMAGE`` value."""

    PRODUCT = "product"
    SERVICE = "service"
    PERSONNEL = "personnel"
    IMAGE = "image"


class CostPart(Word):
    """What a customer gives: ``MONEY``, ``TIME``, ``ENERGY`` and ``PSYCHIC`` cost."""

    MONEY = "money"
    TIME = "time"
    ENERGY = "energy"
    PSYCHIC = "psychic"


#: The parts that may be negative.
SIGNED: frozenset[str] = frozenset({ValuePart.IMAGE, CostPart.PSYCHIC})


def checked_parts(
    amounts: Mapping[str, float | None], parts: type[Word], field: str
) -> dict[str, float | None]:
    """Return an amount, or None where it is not known, for each of the four parts.

    Args:
        amounts: Money by part; None, or left out, is not known.
        parts: Which four parts they are.
        field: Name for the errors.

    Raises:
        InvalidValueError: A part there is not, NaN, or a negative amount of a part that cannot
            be negative.
    """
    amounts = mapped(amounts, field)
    for name in amounts:
        if name not in list(parts):
            raise InvalidValueError(field, name, f"must be one of {', '.join(parts)}")
    return {part: _amount(amounts.get(part), part, field) for part in parts}


def _amount(given: float | None, part: str, field: str) -> float | None:
    if given is None:
        return None
    low = -MOST if part in SIGNED else 0
    return checked_number(given, f"{field}['{part}']", low=low, high=MOST)
