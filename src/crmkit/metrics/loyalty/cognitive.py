"""Cognitive loyalty: does the customer think of this shop first, and hold it for better?

Assumptions: each indicator is an individual's answer or an observed share, already on 0 to 1
except the price premium, which is capped by an anchor. A rank of unaided mention becomes
1/rank; a stated chance of choosing first (Juster, 0 to 10) becomes its tenth.

Source: Oliver (1999), cognitive loyalty; Juster, F. T. (1966). Consumer buying intentions and
purchase probability. JASA 61, 658-696. The price transform is crmkit's own.
"""

from collections.abc import Mapping
from math import inf

from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors
from crmkit.metrics.loyalty.dimension import Dimension, in_range, weighted_score

__all__ = ["cognitive"]


def cognitive(
    *,
    top_of_mind: float | None = None,
    first_choice: float | None = None,
    price_tolerance: float | None = None,
    preference: float | None = None,
    anchors: Anchors = DEFAULT_ANCHORS,
    weights: Mapping[str, float] | None = None,
) -> Dimension:
    """Loyalty as it shows in what the customer thinks.

    Args:
        top_of_mind: Chance of thinking of this shop first, 0 to 1.
        first_choice: Chance of choosing this shop first, 0 to 1.
        price_tolerance: Greatest premium accepted before leaving, as a share of the price
            (0.10 is 10 %); -1 or more, and below 0 it scores 0.
        preference: Preference over competitors, 0 to 1.
        anchors: Fixed points.
        weights: Weights of the four; equal where None.

    Returns:
        The dimension with its four indicators.

    Raises:
        InvalidValueError: NaN or an input out of its range.

    Source:
        Oliver (1999); the premium scores in proportion to ``anchors.price_cap``.

    >>> cognitive(price_tolerance=0.1, preference=0.8).indicators["price_tolerance"]
    0.4
    """
    premium = in_range(price_tolerance, "price_tolerance", -1, inf)
    indicators = {
        "top_of_mind": in_range(top_of_mind, "top_of_mind"),
        "first_choice": in_range(first_choice, "first_choice"),
        "price_tolerance": _capped(premium, anchors.price_cap),
        "preference": in_range(preference, "preference"),
    }
    return weighted_score("cognitive", indicators, anchors=anchors, weights=weights)


def _capped(premium: float | None, cap: float) -> float | None:
    return None if premium is None else min(1.0, max(0.0, premium / cap))
