"""From the counts of a feature to its category: the mode, or the rule of Blauth.

The mode is the category most respondents have. Blauth's rule asks first whether the feature is
a need at all: where M, O and A together outnumber I, R and Q, the largest of the three wins,
else the largest of the other three. What is tied, exactly or within some percentage points,
goes to the first of M > O > A > I > R > Q: the need that hurts most when it fails comes first.

Source: Berger et al. (1993), with Blauth's rule and M > O > A > I; that R and Q come last is
crmkit's own.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.checked import checked_number, checked_word, mapped
from crmkit.metrics.kano.categories import KanoCategory
from crmkit.metrics.kano.coefficients import Counts

__all__ = ["KanoRule", "checked_counts", "tied_first"]

KanoRule = Literal["mode", "blauth"]
"""How a feature's category follows from its counts."""

_NEEDS = (KanoCategory.BASIC, KanoCategory.PERFORMANCE, KanoCategory.EXCITEMENT)
_OTHERS = (KanoCategory.INDIFFERENT, KanoCategory.REVERSE, KanoCategory.QUESTIONABLE)


def checked_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """Return respondents by category, with 0 for the categories left out.

    Args:
        counts: Respondents by letter or by word.

    Raises:
        InvalidValueError: An unknown category or one given twice, or a count that is not whole
            or below 0.
    """
    found: dict[str, int] = {}
    for called, count in mapped(counts, "counts").items():
        category = KanoCategory.of(called)
        if category in found:
            raise InvalidValueError("counts", called, "must be given once")
        found[category] = int(checked_number(count, f"counts['{called}']", low=0, whole=True))
    return {category: found.get(category, 0) for category in KanoCategory}


def tied_first(
    counts: Counts, *, tie_points: float = 0, rule: KanoRule = "mode"
) -> tuple[KanoCategory, ...]:
    """Return the categories that the rule cannot tell apart, the winner first; none of none.

    Args:
        counts: Respondents by category.
        tie_points: Categories within so many percentage points of the largest are tied.
        rule: "mode" or "blauth".

    Raises:
        InvalidValueError: An unknown rule, or ``tie_points`` outside 0 to 100.
    """
    points = checked_number(tie_points, "tie_points", low=0, high=100)
    among, n = _among(counts, rule), sum(counts.values())
    most = max(counts[one] for one in among)
    return tuple(
        one
        for one in among
        # Rounded, so that 45 and 40 of 100 are 5 points apart whichever way it is reckoned.
        if counts[one] and round(100 * (most - counts[one]) / n, 9) <= points
    )


def _among(counts: Counts, rule: KanoRule) -> tuple[KanoCategory, ...]:
    checked_word(rule, "rule", get_args(KanoRule))
    if rule == "mode":
        return tuple(KanoCategory)
    needs = sum(counts[one] for one in _NEEDS)
    return _NEEDS if needs > sum(counts[one] for one in _OTHERS) else _OTHERS
