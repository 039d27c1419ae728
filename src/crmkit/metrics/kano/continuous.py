"""Kano in two means: where a feature lies between need and delight, and how surely.

Each answer gets a number; a feature is the point of its two means, and the quadrants at 2 are
its category. Unlike the mode, the point shows how close a feature is to another category, and
its errors show whether the answers are enough to say so.

    answer       functional (y)   dysfunctional (x)
    like         4                -2
    must-be      2                -1
    neutral      0                0
    live-with    -1               2
    dislike      -2               4

    quadrant     y of 2 or more   y below 2
    x >= 2       performance      basic
    x < 2        excitement       indifferent

The numbers are not symmetric about 0, for "must-be" and "live-with" are weaker than "like" and
"dislike". A negative mean has no quadrant: the feature is reverse, or, where the other mean is
2 or more and the two contradict each other, questionable (that split is crmkit's own).

Source: DuMouchel, W. (1993). Thoughts on graphical and continuous analysis. In Berger et al.,
Kano's methods for understanding customer-defined quality, Center for Quality of Management
Journal 2(4), 20-23.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import stdev
from types import MappingProxyType

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.kano.categories import KanoCategory
from crmkit.metrics.kano.pairs import KanoAnswer, KanoPairs, checked_pairs

__all__ = ["KanoPoint", "kano_continuous"]

_CUT = 2.0
_RANGE = (-2.0, 4.0)
_FUNCTIONAL: Mapping[KanoAnswer, float] = MappingProxyType(
    dict(zip(KanoAnswer, (4.0, 2.0, 0.0, -1.0, -2.0), strict=True))
)
_DYSFUNCTIONAL: Mapping[KanoAnswer, float] = MappingProxyType(
    dict(zip(KanoAnswer, (-2.0, -1.0, 0.0, 2.0, 4.0), strict=True))
)


@frozen(kw_only=True)
class KanoPoint(Shown):
    """The point of a feature, with the errors of both means.

    Attributes:
        category: Its quadrant, or what a negative mean says; None without answers.
        functional: Mean of the answers about the feature being there, -2 to 4.
        dysfunctional: Mean of the answers about its lack, -2 to 4.
        functional_error: Standard error of that mean; None with fewer than two answers.
        dysfunctional_error: Standard error of that mean; None with fewer than two answers.
    """

    category: KanoCategory | None
    functional: Estimate
    dysfunctional: Estimate
    functional_error: float | None
    dysfunctional_error: float | None

    @property
    def unclear(self) -> bool:
        """Whether an interval reaches over a border, so that the quadrant is open."""
        means = (self.functional, self.dysfunctional)
        return any(_reaches(one, cut) for one in means for cut in (0.0, _CUT))

    @property
    def told(self) -> str:
        """The category as a person reads it."""
        told = "unknown" if self.category is None else str(self.category)
        return f"{told} (unclear)" if self.category and self.unclear else told

    def sheet(self) -> Sheet:
        """Return category and means as they are shown."""
        rows = (("if there", self.functional), ("if lacking", self.dysfunctional))
        return Sheet(title=f"Kano, continuous: {self.told}", rows=rows, notes=self.functional.notes)

    def explain(self) -> Explanation:
        """Return how category and means came about."""
        errors = {
            "standard error if there": self.functional_error,
            "standard error if lacking": self.dysfunctional_error,
        }
        parts = (
            self.functional.explain("kano_functional"),
            self.dysfunctional.explain("kano_dysfunctional"),
        )
        return explained("kano_continuous", self.told, inputs=errors, parts=parts)


def _reaches(one: Estimate, cut: float) -> bool:
    return one.low is None or one.high is None or one.low < cut <= one.high


def kano_continuous(answers: KanoPairs) -> KanoPoint:
    """Category of one feature from the means of its answers.

    Args:
        answers: Pairs (functional, dysfunctional), as of ``kano``; reverse and questionable
            ones count with the others.

    Returns:
        Both means with t intervals, and their quadrant; with a single answer an interval is
        the whole scale, without answers the means are undefined.

    Raises:
        InvalidValueError: An answer that is none of the five.

    Source:
        DuMouchel (1993).

    >>> kano_continuous([("like", "dislike"), ("like", "neutral")]).functional.value
    4.0
    """
    checked = checked_pairs(answers)
    y = [_FUNCTIONAL[one.functional] for one in checked.pairs]
    x = [_DYSFUNCTIONAL[one.dysfunctional] for one in checked.pairs]
    functional, dysfunctional = _mean(y, checked.notes), _mean(x, checked.notes)
    return KanoPoint(
        category=_quadrant(functional.value, dysfunctional.value),
        functional=functional,
        dysfunctional=dysfunctional,
        functional_error=_error(y),
        dysfunctional_error=_error(x),
    )


def _mean(values: Sequence[float], notes: tuple[str, ...]) -> Estimate:
    low, high = _RANGE
    return mean_estimate(values, unit="on -2 to 4", low=low, high=high, notes=notes)


def _error(values: Sequence[float]) -> float | None:
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else None


def _quadrant(y: float | None, x: float | None) -> KanoCategory | None:
    if y is None or x is None:
        return None
    if min(x, y) < 0:
        return KanoCategory.QUESTIONABLE if max(x, y) >= _CUT else KanoCategory.REVERSE
    if y >= _CUT:
        return KanoCategory.PERFORMANCE if x >= _CUT else KanoCategory.EXCITEMENT
    return KanoCategory.BASIC if x >= _CUT else KanoCategory.INDIFFERENT
