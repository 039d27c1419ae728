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

from collections.abc import Iterable, Sequence
from math import fsum, sqrt

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import listed
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number, known, two_sided_z
from crmkit.metrics.surveys.weighted import checked_weights, effective_size

__all__ = ["nps", "nps_of_counts"]

_SCALE = (0, 10)
_METHOD = "net promoters, adjusted-Wald interval"


def nps(
    ratings: Iterable[float | None],
    *,
    weights: Iterable[float] | None = None,
    scale: tuple[float, float] = _SCALE,
) -> Estimate:
    """Share of promoters minus share of detractors.

    Args:
        ratings: Whole answers from 0 to 10 to "how likely are you to recommend us?"; None is
            a missing answer, counted in the notes.
        weights: How much each answer counts, 0 or more, one per rating; all alike by default.
        scale: Only (0, 10); the cuts mean nothing on another one, so others are refused.

    Returns:
        Points from -100 to +100: the plain value with an adjusted-Wald interval, sound from a
        handful of ratings up. Without ratings it is undefined. With weights, Kish's effective
        size takes the place of n.

    Raises:
        InvalidValueError: A rating that is NaN, not whole or off the scale, another scale, or
            weights that are negative or not as many as the ratings.

    Source:
        Reichheld (2003): promoters answer 9 or 10, detractors 0 to 6. Rocks (2016).

    >>> nps([10, 9, 8, 3]).value
    25.0
    """
    if listed(scale) != _SCALE:
        raise InvalidValueError(
            "scale", scale, "must be (0, 10)", "use csat() for ratings on another scale"
        )
    given = list(cells(ratings, "ratings"))
    answers = known(given, field="ratings", low=0, high=10, whole=True)
    if weights is not None:
        heavy = checked_weights(weights, len(given))
        kept = [w for w, rating in zip(heavy, given, strict=True) if rating is not None]
        return _weighted(answers.values, kept).noting(*answers.notes)
    promoters = sum(rating >= 9 for rating in answers.values)
    detractors = sum(rating <= 6 for rating in answers.values)
    return _net(promoters, detractors, len(answers.values)).noting(*answers.notes)


def nps_of_counts(promoters: int, passives: int, detractors: int) -> Estimate:
    """NPS from how many there are of each.

    Args:
        promoters: Who answered 9 or 10.
        passives: Who answered 7 or 8.
        detractors: Who answered 0 to 6.

    Returns:
        As ``nps``.

    Raises:
        InvalidValueError: A count that is not whole, or below 0.

    Source:
        Reichheld (2003); Rocks (2016).

    >>> nps_of_counts(50, 30, 20).value
    30.0
    """
    given = {"promoters": promoters, "passives": passives, "detractors": detractors}
    P, N, D = (int(checked_number(n, name, low=0, whole=True)) for name, n in given.items())
    return _net(P, D, P + N + D)


def _weighted(ratings: Sequence[float], weights: Sequence[float]) -> Estimate:
    n = effective_size(weights)
    if n == 0:
        return _net(0, 0, 0, empty="no answer with a weight above 0" if ratings else "no answers")
    most = max(weights)  # in parts of the heaviest, so that no sum runs out of range
    weights = [weight / most for weight in weights]
    whole = fsum(weights)
    pairs = list(zip(ratings, weights, strict=True))
    promoters = fsum(weight for rating, weight in pairs if rating >= 9) / whole
    detractors = fsum(weight for rating, weight in pairs if rating <= 6) / whole
    told = f"{len(ratings):,} answers, weighted, say as much as {n:.4g}"
    return _net(promoters * n, detractors * n, n).noting(told)


def _net(promoters: float, detractors: float, n: float, *, empty: str = "no answers") -> Estimate:
    if n == 0:
        return undefined(unit="points", method=_METHOD, note=empty, low=-100, high=100)
    low, high = _adjusted_wald(promoters, detractors, n)
    value = 100 * (promoters - detractors) / n
    return Estimate(
        value=value, low=min(low, value), high=max(high, value), n=n, unit="points", method=_METHOD
    )


def _adjusted_wald(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    # Three quarters of a promoter and of a detractor more, and one and a half passives.
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = two_sided_z() * sqrt((p + d - (p - d) ** 2) / (n + 3))
    return max(-100.0, 100 * (p - d - half)), min(100.0, 100 * (p - d + half))
