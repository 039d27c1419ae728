"""What loadings say of the items together: composite reliability, average variance extracted.

Assumptions: standardised loadings on one factor, residuals that do not correlate.

    paper   here                          unit
    λ_i     loadings                      correlation of item i with the factor, -1 to 1
    θ_i     1 - λ_i²                      variance of item i that is its own
    CR, ω   composite_reliability         share of the variance of the items' sum, 0 to 1
    AVE     average_variance_extracted    mean share of the items' variances, 0 to 1

Source: Fornell, C., Larcker, D. F. (1981). Evaluating structural equation models with
unobservable variables and measurement error. Journal of Marketing Research 18(1), 39-50;
McDonald, R. P. (1999). Test theory: a unified treatment (ω).
"""

from collections.abc import Iterable, Sequence
from math import fsum

from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number

__all__ = [
    "average_variance_extracted",
    "composite_reliability",
    "mean_square",
    "reliability_of_sum",
]


def composite_reliability(loadings: Iterable[float]) -> Estimate:
    """Reliability of the sum of items, from their loadings on one factor.

    Args:
        loadings: Standardised loading of each item, -1 to 1; two or more.

    Returns:
        From 0 to 1, without an interval: loadings alone do not say of how many respondents
        they are, and n counts items. Undefined of fewer than two.

    Raises:
        InvalidValueError: A loading that is NaN or beyond -1 to 1.

    Source:
        Fornell and Larcker (1981): (Σλ)² ÷ ((Σλ)² + Σ(1 - λ²)).

    >>> round(composite_reliability([0.7, 0.8, 0.9]).value, 6)
    0.844575
    """
    found = _checked(loadings)
    method = "(Σλ)² of (Σλ)² + Σ(1 - λ²)"
    if len(found) < 2:
        return _too_few("reliability", method)
    value = reliability_of_sum(found, [1.0] * len(found))
    return Estimate(value=value, n=len(found), unit="reliability", method=method)


def average_variance_extracted(loadings: Iterable[float]) -> Estimate:
    """Mean share of an item's variance that the factor explains (AVE).

    Args:
        loadings: Standardised loading of each item, -1 to 1; two or more.

    Returns:
        From 0 to 1; .5 or more is the usual demand. Without an interval, as
        ``composite_reliability``.

    Raises:
        InvalidValueError: A loading that is NaN or beyond -1 to 1.

    Source:
        Fornell and Larcker (1981): Σλ² ÷ k.

    >>> round(average_variance_extracted([0.7, 0.8, 0.9]).value, 6)
    0.646667
    """
    found = _checked(loadings)
    if len(found) < 2:
        return _too_few("of the variance", "mean of λ²")
    return Estimate(
        value=mean_square(found), n=len(found), unit="of the variance", method="mean of λ²"
    )


def _checked(loadings: Iterable[float]) -> list[float]:
    return [
        checked_number(one, f"loadings[{at}]", low=-1, high=1)
        for at, one in enumerate(cells(loadings, "loadings"))
    ]


def _too_few(unit: str, method: str) -> Estimate:
    return undefined(unit=unit, method=method, note="needs 2 items or more", low=0, high=1)


def reliability_of_sum(loadings: Sequence[float], sds: Sequence[float]) -> float:
    """Return ω of the sum of items.

    Args:
        loadings: Standardised loading of each.
        sds: Standard deviation of each; all 1 for the sum of standardised items.
    """
    common = fsum(one * sd for one, sd in zip(loadings, sds, strict=True)) ** 2
    own = fsum((1 - one * one) * sd * sd for one, sd in zip(loadings, sds, strict=True))
    # Loadings of 1 and -1 cancel out: a sum that never varies measures nothing.
    return common / (common + own) if common > 0 else 0.0


def mean_square(loadings: Sequence[float]) -> float:
    """Return the mean of the squared loadings."""
    return fsum(one * one for one in loadings) / len(loadings)
