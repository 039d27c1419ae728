"""The figures of a feature's counts: better and worse, strengths, and Fong's test.

    paper     here             formula                                  range
    SI, CS+   better           (A + O) / (A + O + M + I)                0 to 1
    DI, CS-   worse            -(O + M) / (A + O + M + I)               -1 to 0
    TS        total strength   (A + O + M) / n                          0 to 1
    CS        category strength  (f1 - f2) / n                          0 to 1
    -         lead needed      1.65 √((f1 + f2)(2n - f1 - f2) / 2n)     answers

n counts all answers, R and Q with them; f1 and f2 are the two largest counts. f1 and f2 are
chosen after the answers are seen, so the interval of the category strength is a little narrow.

Sources:
    Berger et al. (1993) for better and worse; Wilson (1927) for their intervals.
    Lee, M. C., Newcomb, J. F. (1997). Applying the Kano methodology to meet customer
    requirements: NASA's microgravity science program. Quality Management Journal 4(3), 95-106.
    Fong, D. (1996). Using the self-stated importance questionnaire to interpret Kano
    questionnaire results. Center for Quality of Management Journal 5(3), 21-23.
    Bonett, D. G., Price, R. M. (2012). Adjusted Wald confidence interval for a difference of
    binomial proportions based on paired data. Journal of Educational and Behavioral Statistics
    37(4), 479-488.
"""

from collections.abc import Mapping
from math import sqrt

from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import share_estimate, two_sided_z
from crmkit.metrics.kano.categories import KanoCategory

__all__ = [
    "Counts",
    "better",
    "category_strength",
    "lead_needed",
    "total_strength",
    "two_largest",
    "worse",
]

Counts = Mapping[str, int]
"""Respondents by category; all six are there."""

_BASIC, _PERFORMANCE, _EXCITEMENT, _INDIFFERENT, _REVERSE, _ = KanoCategory
_EMPTY = "no answers that make it a basic, performance, excitement or indifferent feature"
_NINETY = 1.65
"""The 95 % point of the normal distribution as Fong prints it; 90 % in both tails."""


def _directed(counts: Counts) -> int:
    return sum(counts[one] for one in (_BASIC, _PERFORMANCE, _EXCITEMENT, _INDIFFERENT))


def better(counts: Counts) -> Estimate:
    """How much satisfaction rises where the feature is there, 0 to 1; Wilson interval."""
    k = counts[_EXCITEMENT] + counts[_PERFORMANCE]
    method = "(excitement + performance) of those and basic and indifferent"
    return share_estimate(k, _directed(counts), method=method, empty=_EMPTY)


def worse(counts: Counts) -> Estimate:
    """How much satisfaction falls where the feature is lacking, -1 to 0; Wilson interval."""
    k = counts[_PERFORMANCE] + counts[_BASIC]
    method = "-(performance + basic) of those and excitement and indifferent"
    share = share_estimate(k, _directed(counts), method=method, empty=_EMPTY)
    return Estimate(
        # From 0, for the negative of 0 is written "-0".
        value=None if share.value is None else 0 - share.value,
        low=0 - (share.high or 0),
        high=0 - (share.low or 0),
        n=share.n,
        unit=share.unit,
        method=share.method,
        notes=share.notes,
    )


def total_strength(counts: Counts) -> Estimate:
    """Share of all answers that make it a need, of whatever kind; Wilson interval."""
    k = counts[_BASIC] + counts[_PERFORMANCE] + counts[_EXCITEMENT]
    method = "(basic + performance + excitement) of all answers"
    return share_estimate(k, sum(counts.values()), method=method)


def category_strength(counts: Counts) -> Estimate:
    """By how much the largest category leads the second, as a share of all answers."""
    (first, second), n = two_largest(counts), sum(counts.values())
    method = "largest less second largest category, of all answers, adjusted-Wald interval"
    if n == 0:
        return undefined(unit="share", method=method, note="no answers", low=0, high=1)
    # Bonett and Price (2012): one answer more for each of the two, two more in all.
    p, q = (first + 1) / (n + 2), (second + 1) / (n + 2)
    half = two_sided_z() * sqrt((p + q - (p - q) ** 2) / (n + 2))
    value = (first - second) / n
    low, high = max(0.0, min(value, p - q - half)), min(1.0, max(value, p - q + half))
    return Estimate(value=value, low=low, high=high, n=n, unit="share", method=method)


def two_largest(counts: Counts) -> tuple[int, int]:
    """Return the two largest counts, the largest first."""
    second, first = sorted(counts.values())[-2:]
    return first, second


def lead_needed(counts: Counts) -> float | None:
    """Answers by which the largest category must lead the second; None without answers."""
    n = sum(counts.values())
    together = sum(two_largest(counts))
    return _NINETY * sqrt(together * (2 * n - together) / (2 * n)) if n else None
