"""NPS: how many would recommend the shop, net of those who would warn of it?

Assumptions: one answer per customer, those who answered are like those who did not. The
figure throws away most of the scale, so it needs many answers: with 100 of them the interval
is 30 points wide. Do not use it to compare two small groups.

    paper   here         unit
    P, D    promoters, detractors   answers
    p', d'  p, d         shares after adding three answers
    n       n            answers

Sources:
    Reichheld, F. F. (2003). The one number you need to grow. Harvard Business Review 81(12),
    46-54.
    Rocks, B. (2016). Interval estimation for the "Net Promoter Score". The American
    Statistician 70(4), 365-372 (adjusted Wald covers best).
"""

from collections.abc import Iterable
from math import sqrt

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import known, two_sided_z

__all__ = ["nps"]

_SCALE = (0, 10)
_METHOD = "net promoters, adjusted-Wald interval"


def nps(ratings: Iterable[float | None], *, scale: tuple[float, float] = _SCALE) -> Estimate:
    """Share of promoters minus share of detractors.

    Args:
        ratings: Whole answers from 0 to 10 to "how likely are you to recommend us?"; None is
            a missing answer, counted in the notes.
        scale: Only (0, 10); the cuts mean nothing on another one, so others are refused.

    Returns:
        Points from -100 to +100: the plain value with an adjusted-Wald interval, sound from a
        handful of ratings up. Without ratings it is undefined.

    Raises:
        InvalidValueError: A rating that is NaN, not whole or off the scale, or another scale.

    Source:
        Reichheld (2003): promoters answer 9 or 10, detractors 0 to 6. Rocks (2016).

    >>> nps([10, 9, 8, 3]).value
    25.0
    """
    if tuple(scale) != _SCALE:
        raise InvalidValueError(
            "scale", scale, "must be (0, 10)", "use csat() for ratings on another scale"
        )
    answers = known(ratings, field="ratings", low=0, high=10, whole=True)
    promoters = sum(rating >= 9 for rating in answers.values)
    detractors = sum(rating <= 6 for rating in answers.values)
    return _net(promoters, detractors, len(answers.values)).noting(*answers.notes)


def _net(promoters: int, detractors: int, n: int) -> Estimate:
    if n == 0:
        return undefined(unit="points", method=_METHOD, note="no answers", low=-100, high=100)
    low, high = _adjusted_wald(promoters, detractors, n)
    value = 100 * (promoters - detractors) / n
    return Estimate(
        value=value, low=min(low, value), high=max(high, value), n=n, unit="points", method=_METHOD
    )


def _adjusted_wald(promoters: int, detractors: int, n: int) -> tuple[float, float]:
    # Three quarters of a promoter and of a detractor more, and one and a half passives.
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = two_sided_z() * sqrt((p + d - (p - d) ** 2) / (n + 3))
    return max(-100.0, 100 * (p - d - half)), min(100.0, 100 * (p - d + half))
