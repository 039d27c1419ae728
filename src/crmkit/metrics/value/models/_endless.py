"""Discounting without end, at each moment rather than week by week.

With G(t) the purchases expected within t weeks, all that is to come is worth today

    DERT = ∫ e^(-δt) dG(t) = ∫ δ e^(-δt) G(t) dt = ∫ e^(w - e^w) G(e^w / δ) dw.

The last integrand is analytic within π/2 of the real line and falls off on both sides: the
trapezoid rule with step h errs by e^(-π²/h), and makes DERT a weighted sum of G at moments
that are the same for every customer. As in ``_weeks``, they are carried over to Chebyshev
points where those are fewer.

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). RFM and CLV: using iso-value curves
for customer base analysis. Journal of Marketing Research 42(4), 415-430, for DERT; for the
rule see ``_tosses``.
"""

import math
from functools import lru_cache

from crmkit.metrics.value.models._weeks import carried_over

_STEP = 0.3
# G rises, so what lies before e^-30 of the discount's own time adds less than e^-29 to the sum.
_FIRST, _LAST = -30.0, 3.9
_KEPT = 128


def longest_moment(weekly_discount: float) -> float:
    """Return the last moment, in weeks, that still counts."""
    return math.exp(_LAST) / weekly_discount


@lru_cache(maxsize=_KEPT)
def endless_moments(
    points: int, *, weekly_discount: float, alpha: float
) -> tuple[tuple[float, float], ...]:
    """Pairs (t, weight) whose weighted sum of G(t) is DERT.

    Args:
        points: From ``points_needed``, for the longest moment.
        weekly_discount: δ, per week, above 0.
        alpha: α of the model, in weeks.
    """
    places = [_LAST - i * _STEP for i in range(math.ceil((_LAST - _FIRST) / _STEP))][::-1]
    ends = [math.exp(w) / weekly_discount for w in places]
    weights = [_STEP * math.exp(w - math.exp(w)) for w in places]
    if len(ends) <= points:
        return tuple(zip(ends, weights, strict=True))
    return tuple(carried_over(ends, weights, points, alpha))
