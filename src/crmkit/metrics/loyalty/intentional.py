"""Intentional (conative) loyalty: what does the customer mean to do?

Assumptions: stated intentions are on their way to deeds but overstate them; compare them over
time and between customers, not with purchase rates. The intention to switch to a rival is
turned round and counts as "stay" beside the other three, so that who would both buy again and
leave is in between; where nobody asked it, the mean of the others stands.

Sources: Oliver (1999), conative loyalty; Zeithaml, V. A., Berry, L. L., Parasuraman, A.
(1996). The behavioral consequences of service quality. Journal of Marketing 60(2), 31-46.
"""

from collections.abc import Mapping

from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors
from crmkit.metrics.loyalty.dimension import Dimension, in_range, weighted_score

__all__ = ["intentional"]


def intentional(
    *,
    repurchase: float | None = None,
    expand: float | None = None,
    recommend: float | None = None,
    switch: float | None = None,
    anchors: Anchors = DEFAULT_ANCHORS,
    weights: Mapping[str, float] | None = None,
) -> Dimension:
    """Loyalty as the customer means to practise it.

    Args:
        repurchase: Intention to buy again, 0 to 1 (``rescaled(answer, scale)``).
        expand: Intention to buy more kinds of things, 0 to 1.
        recommend: Intention to recommend, 0 to 1.
        switch: Intention to leave for a rival, 0 to 1; more is worse.
        anchors: Fixed points, returned with the score.
        weights: Weights of "repurchase", "expand", "recommend" and "stay"; equal where None.

    Returns:
        The dimension with the indicators repurchase, expand, recommend and stay (1 - switch).
        With equal weights one of them alone is too little for a score.

    Raises:
        InvalidValueError: NaN or an intention outside 0 to 1.

    Source:
        Zeithaml, Berry and Parasuraman (1996).

    >>> intentional(repurchase=1.0, expand=0.5).score
    0.75
    """
    leaving = in_range(switch, "switch")
    indicators = {
        "repurchase": in_range(repurchase, "repurchase"),
        "expand": in_range(expand, "expand"),
        "recommend": in_range(recommend, "recommend"),
        "stay": None if leaving is None else 1 - leaving,
    }
    return weighted_score("intentional", indicators, anchors=anchors, weights=weights)
