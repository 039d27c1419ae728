"""Answers that do not all count alike: checked weights, Kish's effective size, weighted means.

Assumptions: answers are independent, and weights say how much each counts, not how often it was
given. The interval is Student's with the effective size in place of n; it takes weights and
answers to be unrelated within what the weights make up for.

    paper   here               unit
    w       weights            any; only their proportions matter
    n_eff   effective_size     answers, (Σw)² / Σw²

Source: Kish, L. (1965). Survey sampling. Wiley, section 11.7.
"""

from collections.abc import Iterable, Sequence
from math import fsum, sqrt

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, student_t_quantile

__all__ = ["checked_weights", "clipped", "effective_size", "weighted_mean_estimate"]


def checked_weights(weights: Iterable[float], n: int, *, field: str = "weights") -> list[float]:
    """Return the weights of ``n`` answers.

    Args:
        weights: One per answer, 0 or more.
        n: How many answers there are.
        field: Name for the errors, which add the index.

    Raises:
        InvalidValueError: A weight below 0 or none, or another number of weights.
    """
    found = [
        checked_number(one, f"{field}[{index}]", low=0)
        for index, one in enumerate(cells(weights, field))
    ]
    if len(found) != n:
        raise InvalidValueError(field, len(found), f"must be as many as the answers, which are {n}")
    return found


def effective_size(weights: Sequence[float]) -> float:
    """How many equally weighted answers would say as much; 0 without any weight.

    Args:
        weights: 0 or more each.

    Source:
        Kish (1965).

    >>> effective_size([1, 1, 1, 1])
    4.0
    """
    most = max(weights, default=0.0)
    if most <= 0:
        return 0.0
    parts = [one / most for one in weights]  # so that no square runs out of range
    return fsum(parts) ** 2 / fsum(one * one for one in parts)


def weighted_mean_estimate(
    values: Sequence[float],
    weights: Sequence[float],
    *,
    unit: str,
    method: str,
    low: float,
    high: float,
    notes: tuple[str, ...] = (),
) -> Estimate:
    """A weighted mean with a t interval on its effective size, clipped to the scale.

    Args:
        values: Observations.
        weights: One per observation, 0 or more.
        unit: Unit for people.
        method: How the weights came about, in a few words.
        low: Least possible value.
        high: Greatest possible value.
        notes: Notes to carry.

    Returns:
        The mean, with the effective size as its n. Without weight it is undefined; with an
        effective size below two its interval is the whole scale, and a note says so.
    """
    name, n = f"{method}, t interval", effective_size(weights)
    if n == 0:
        none = undefined(unit=unit, method=name, note="no answers", low=low, high=high)
        return none.noting(*notes)
    most = max(weights)
    parts = [one / most for one in weights]
    whole = fsum(parts)
    mean = fsum(w * x for w, x in zip(parts, values, strict=True)) / whole
    mean = min(max(mean, min(values)), max(values))
    scatter = fsum(w * (x - mean) ** 2 for w, x in zip(parts, values, strict=True)) / whole
    if n < 2:
        ends, more = (low, high), _too_few(n)
    else:
        half = student_t_quantile(0.5 + LEVEL / 2, n - 1) * sqrt(scatter / (n - 1))
        ends, more = clipped(mean, half, low, high)
    return Estimate(
        value=mean, low=ends[0], high=ends[1], n=n, unit=unit, method=name, notes=(*notes, *more)
    )


def _too_few(n: float) -> tuple[str, ...]:
    return (f"an effective size of {n:.3g} has no interval: the whole scale is shown",)


def clipped(
    mean: float, half: float, low: float, high: float, *, still: str = "all answers are equal"
) -> tuple[tuple[float, float], tuple[str, ...]]:
    """Return the ends of an interval on a scale, and a note where it was cut or has no width.

    Args:
        mean: Its middle.
        half: Half its width.
        low: Least possible value.
        high: Greatest possible value.
        still: Why it has no width, where it has none.
    """
    if half == 0:
        return (mean, mean), (f"{still}: the interval has no width",)
    ends = max(low, mean - half), min(high, mean + half)
    cut = ends != (mean - half, mean + half)
    return ends, ("interval clipped to the scale",) * cut
