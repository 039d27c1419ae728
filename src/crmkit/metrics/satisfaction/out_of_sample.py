"""How far off foretold answers are, for customers they were not fitted to.

    paper   here          unit
    e       errors        answer minus what was foretold of it, shares of the scale
    m       of_mean       (answer − mean answer of the others)²
    R²      share_spared  1 − Σ e² ÷ Σ m; below 0 where the mean does better
    ρ       rank_correlation, equal values sharing their mean rank

Assumptions: the errors of different customers are independent, which they are but for the
share of the fit that they have in common. The interval of R² is that of a ratio of two means,
to the first order.

Source: Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions.
JRSS B 36, 111-147.
"""

from collections.abc import Sequence
from math import fsum, sqrt

from attrs import evolve

from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import mean_estimate, two_sided_z

__all__ = ["mean_absolute", "root_mean_square", "share_spared"]

_UNIT = "of the scale"
#: Mean squares below this are what rounding leaves of equal answers.
_ROUNDING = 1e-24


def mean_absolute(errors: Sequence[float]) -> Estimate:
    """Return the mean absolute error, with its t interval.

    Args:
        errors: Shares of the scale, each of a customer out of sample.
    """
    found = mean_estimate([abs(one) for one in errors], unit=_UNIT, low=0, high=1)
    return evolve(found, method="mean absolute error out of sample, t interval")


def root_mean_square(errors: Sequence[float]) -> Estimate:
    """Return the root of the mean squared error, with that of its t interval.

    Args:
        errors: Shares of the scale, each of a customer out of sample.
    """
    square = mean_estimate([one * one for one in errors], unit=_UNIT, low=0, high=1)
    value, low, high = (sqrt(one or 0.0) for one in (square.value, square.low, square.high))
    method = "root of the mean squared error out of sample, and of its t interval"
    return evolve(square, value=value, low=low, high=high, method=method)


def share_spared(squares: Sequence[float], of_mean: Sequence[float]) -> Estimate:
    """Return the share of the mean's squared error that is spared: a ratio, by the delta method.

    Args:
        squares: Squared errors, each of a customer out of sample.
        of_mean: The squared errors of saying the mean, of the same customers.
    """
    n, whole = len(squares), fsum(of_mean)
    method = "1 − squared error ÷ that of the mean, out of sample; delta method"
    if whole <= _ROUNDING * n:
        return undefined(unit="R²", method=method, note="all answers are equal", high=1, n=n)
    left = fsum(squares) / whole
    spread = fsum((a - left * b) ** 2 for a, b in zip(squares, of_mean, strict=True)) / (n - 1)
    half = two_sided_z() * sqrt(spread / n) / (whole / n)
    value, high = 1 - left, min(1.0, 1 - left + half)
    return Estimate(value=value, low=value - half, high=high, n=n, unit="R²", method=method)
