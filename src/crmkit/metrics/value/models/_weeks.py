"""Discounting week by week, without asking the model for every week.

Purchases expected in week k are worth e^(-δ(k - ½)) of today's: the sum over weeks of
[G(k) - G(k-1)] e^(-δ(k-½)) is, by Abel's summation, a sum of G(k) with positive weights. G,
the purchases expected within k weeks, is smooth in y = ln(1 + k/α) with its nearest
singularity π away from the real line, so a polynomial in y through a few Chebyshev points
stands for all the weeks, and the sum over weeks is carried over to those points once for all
customers. Where that takes as many points as there are weeks, the weeks themselves are used.

Source: Trefethen, L. N. (2013). Approximation theory and approximation practice, chapter 8.
"""

import math
from functools import lru_cache
from typing import Any

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models._arithmetic import Numbers

# Beyond this many units of the discount, nothing is left: e^-45.
_FORGOTTEN = 45.0
# Two thousand years, week by week.
_LONGEST = 100_000
_DIGITS = 32.0
_POINTS_ROUNDED_TO = 8
_HEIGHTS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 2.2)
_NO_GAIN = 1e9
# A fit is asked at its parameters and a step to either side of each, for a few point counts.
_KEPT = 128


def points_needed(m: Any, *, shape: Numbers, weeks: float, alpha: float) -> Numbers:
    """How many Chebyshev points follow G to its last digits.

    With f within e^M on an ellipse of half height h around an interval of length Y, n points err
    by e^(M - n asinh(2h/Y)). (1 + pt/c)^-R is within e^(R(h²/8 + reach to the left)) there; the
    height that asks for the fewest points is taken.

    Args:
        m: The arithmetic of ``shape``.
        shape: Shape of the purchase rate, R = r + x.
        weeks: The horizon.
        alpha: α of the model, in weeks.
    """
    length = math.log1p(weeks / alpha)
    count = shape * 0.0 + _NO_GAIN
    for height in _HEIGHTS:
        thickness = 2 * height / length if length else _NO_GAIN
        reach = (math.hypot(1, thickness) - 1) * length / 2
        bound = _DIGITS + shape * (height**2 / 8 + reach)
        count = m.smaller(count, bound / math.asinh(thickness))
    return _POINTS_ROUNDED_TO * m.ceil(count / _POINTS_ROUNDED_TO)


@lru_cache(maxsize=_KEPT)
def discounted_moments(
    points: int, *, weeks: float, weekly_discount: float, alpha: float, step: int = 1
) -> tuple[tuple[float, float], ...]:
    """Pairs (t, weight) whose weighted sum of G(t) is the discounted sum over weeks.

    They are the same for every customer, and are kept for the next one.

    Args:
        points: From ``points_needed``.
        weeks: The horizon; the last fraction of a week counts in its own middle.
        weekly_discount: δ, per week.
        alpha: α of the model, in weeks.
        step: How many weeks are discounted together, in their middle.
    """
    if weekly_discount == 0 or weeks == 0:
        return ((weeks, 1.0),)
    ends, weights = _weighted_weeks(weeks, weekly_discount, step)
    if len(ends) <= points:
        return tuple(zip(ends, weights, strict=True))
    return tuple(carried_over(ends, weights, points, alpha))


def _weighted_weeks(
    weeks: float, weekly_discount: float, step: int
) -> tuple[list[float], list[float]]:
    if weeks * weekly_discount > _FORGOTTEN:
        weeks = math.ceil(_FORGOTTEN / weekly_discount)
    if weeks > _LONGEST:
        way_out = "ask for fewer, discount more, or not at all"
        raise InvalidValueError("weeks", weeks, f"at most {_LONGEST:,} can be discounted", way_out)
    ends = [float(k) for k in range(step, math.floor(weeks) + 1, step)]
    if not ends or ends[-1] < weeks:
        ends.append(weeks)
    starts = [0.0, *ends[:-1]]
    worth = [
        math.exp(-weekly_discount * (start + end) / 2)
        for start, end in zip(starts, ends, strict=True)
    ]
    later = [*worth[1:], 0.0]
    return ends, [now - then for now, then in zip(worth, later, strict=True)]


def carried_over(
    ends: list[float], weights: list[float], points: int, alpha: float
) -> list[tuple[float, float]]:
    """Return pairs (t, weight) at Chebyshev points whose sum of G(t) is that over the ends.

    Args:
        ends: Weeks at which G is asked for, rising.
        weights: The weight of each.
        points: From ``points_needed``, for the last end.
        alpha: α of the model, in weeks.
    """
    length = math.log1p(ends[-1] / alpha)
    angles = [math.acos(max(-1.0, 2 * math.log1p(end / alpha) / length - 1)) for end in ends]
    sums = _chebyshev_sums(angles, weights, points)
    carried = []
    for j in range(points):
        angle = math.pi * j / points
        weight = math.fsum(s * math.cos(i * angle) for i, s in enumerate(sums))
        t = alpha * math.expm1(length * (1 + math.cos(angle)) / 2)
        carried.append((t, weight / points if j == 0 else 2 * weight / points))
    return carried


def _chebyshev_sums(angles: list[float], weights: list[float], points: int) -> list[float]:
    """Weighted sums of cos(i·angle), i = 0…points; the first and last count half."""
    sums = [0.0] * (points + 1)
    for angle, weight in zip(angles, weights, strict=True):
        twice, before, now = 2 * math.cos(angle), math.cos(angle), 1.0
        for i in range(points + 1):
            sums[i] += weight * now
            before, now = now, twice * now - before
    sums[0] /= 2
    sums[points] /= 2
    return sums
