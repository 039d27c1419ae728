"""Affective loyalty: does the customer like the shop?

Positive and negative affect are two scales, not two ends of one: a customer may feel much of
both. So they are kept apart, and the score is their balance, which needs both.

    paper   here        unit
    PA      positive    0 to 1
    NA      negative    0 to 1

Source: Watson, D., Clark, L. A., Tellegen, A. (1988). Development and validation of brief
measures of positive and negative affect: the PANAS scales. Journal of Personality and Social
Psychology 54, 1063-1070. Oliver (1999), affective loyalty.
"""

from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors
from crmkit.metrics.loyalty.dimension import Dimension, in_range

__all__ = ["affective"]


def affective(
    *,
    positive: float | None = None,
    negative: float | None = None,
    anchors: Anchors = DEFAULT_ANCHORS,
) -> Dimension:
    """Loyalty as it shows in what the customer feels.

    Args:
        positive: Positive affect towards the shop, 0 to 1.
        negative: Negative affect towards the shop, 0 to 1; more is worse.
        anchors: Fixed points, returned with the score.

    Returns:
        The dimension with both affects as given and the balance (1 + PA - NA) / 2 as score.
        With one of them the coverage is 0.5, and there is no score.

    Raises:
        InvalidValueError: NaN or an affect outside 0 to 1.

    Source:
        Watson, Clark and Tellegen (1988).

    >>> affective(positive=0.75, negative=0.25).score
    0.75
    """
    pa, na = in_range(positive, "positive"), in_range(negative, "negative")
    indicators = {"positive": pa, "negative": na}
    missing = [name for name, value in indicators.items() if value is None]
    return Dimension(
        score=None if pa is None or na is None else (1 + pa - na) / 2,
        coverage=1 - len(missing) / 2,
        indicators=indicators,
        anchors=anchors,
        notes=(f"no score: the balance needs both; missing: {', '.join(missing)}",)
        if missing
        else (),
        name="affective",
    )
