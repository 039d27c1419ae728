"""One dimension of loyalty: indicators from 0 to 1 and their weighted mean.

A missing indicator is never read as 0. The mean is over the indicators that are there, and
with less than half of their weight there is no score at all, only the note which are missing.
The four dimensions follow Oliver (1999); they are formative (an index), so their indicators
need not correlate.

Source: Oliver, R. L. (1999). Whence consumer loyalty? Journal of Marketing 63, 33-44. The
transforms and the 50 % rule are crmkit's own.
"""

from collections.abc import Mapping
from math import fsum, inf, isfinite, isnan

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import CATALOGUE, explained
from crmkit.metrics.intervals import valid_scale
from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors

__all__ = [
    "Dimension",
    "in_range",
    "rescaled",
    "told",
    "valid_weights",
    "weighted_mean",
    "weighted_score",
]

_LEAST_COVERAGE = 0.5
_MISSING = "missing: "


def in_range(value: float | None, name: str, low: float = 0.0, high: float = 1.0) -> float | None:
    """Return ``value`` if it is missing or lies in its range.

    Raises:
        InvalidValueError: NaN, infinite, or out of range.
    """
    if value is None:
        return None
    if isnan(value) or not low <= value <= high or not isfinite(value):
        span = f"must be from {low:g} to {high:g}" if high < inf else f"must be {low:g} or more"
        raise InvalidValueError(name, value, span, "give None if it is not known")
    return float(value)


def rescaled(value: float | None, scale: tuple[float, float]) -> float | None:
    """Carry an answer over to 0 to 1: its distance from the lowest step over the whole scale.

    Args:
        value: The answer, or None if there is none.
        scale: Lowest and highest step.

    Raises:
        InvalidValueError: An answer off its scale, or an impossible scale.

    >>> rescaled(9, (0, 10))
    0.9
    """
    low, high = valid_scale(scale)
    known = in_range(value, "value", low, high)
    return None if known is None else (known - low) / (high - low)


def _own(indicators: Mapping[str, float | None]) -> Mapping[str, float | None]:
    return {name: in_range(value, name) for name, value in indicators.items()}


def told(value: float | None, unknown: str = "missing") -> str:
    """A score as a person reads it, to two digits."""
    return unknown if value is None else f"{value:.2f}"


@frozen(kw_only=True)
class Dimension(Shown):
    """A dimension of loyalty.

    Attributes:
        score: Weighted mean of the known indicators, 0 to 1; None below 50 % coverage.
        coverage: Share, 0 to 1, of the indicators' weight that is known.
        indicators: Each indicator, 0 to 1; None where missing.
        anchors: The fixed points the indicators were measured against.
        notes: Which indicators are missing, and what else the reader must know.
        name: Which of the four it is; empty for one of a caller's own.
        weights: Weight of each indicator; empty where they are equal.
    """

    score: float | None
    coverage: float
    indicators: Mapping[str, float | None] = field(converter=_own, hash=False)
    anchors: Anchors = DEFAULT_ANCHORS
    notes: tuple[str, ...] = ()
    name: str = ""
    weights: Mapping[str, float] = field(default=EMPTY, converter=FrozenMapping, hash=False)

    def __attrs_post_init__(self) -> None:
        in_range(self.score, "score")
        in_range(self.coverage, "coverage")

    @property
    def missing(self) -> tuple[str, ...]:
        """The indicators that are not known."""
        return tuple(name for name, value in self.indicators.items() if value is None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes that say more than which indicators are missing."""
        return tuple(note for note in self.notes if _MISSING not in note)

    def __str__(self) -> str:
        score = "unknown" if self.score is None else f"{self.score:.2f}"
        if not self.missing:
            return score
        if len(self.missing) == len(self.indicators):
            return f"{score}: nothing is known of it"
        missing = ", ".join(self.missing).replace("_", " ")
        return f"{score} ({self.coverage:.0%} known; {_MISSING}{missing})"

    def sheet(self) -> Sheet:
        """Return the dimension with its indicators as they are shown in a notebook."""
        known = self.indicators.items()
        rows = tuple((name.replace("_", " "), told(value)) for name, value in known)
        title = f"{self.name.capitalize()} loyalty: {self}".lstrip()
        return Sheet(title=title, rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the score came about."""
        weights = {f"weight of {name}": f"{weight:g}" for name, weight in self.weights.items()}
        known = self.name in CATALOGUE
        return explained(
            self.name if known else "loyalty_dimension",
            told(self.score, "unknown"),
            inputs={
                **{name.replace("_", " "): told(one) for name, one in self.indicators.items()},
                **weights,
            },
            coverage=f"{self.coverage:.0%} of the indicators' weight",
            left_out=self.notes,
            called="" if known else f"{self.name} loyalty".lstrip(),
        )


def valid_weights(weights: Mapping[str, float] | None, names: tuple[str, ...]) -> dict[str, float]:
    """Weights for every name: those given, or equal ones.

    Raises:
        InvalidValueError: An unknown or missing name, a negative weight, or only zeros.
    """
    if weights is None:
        return dict.fromkeys(names, 1.0)
    if set(weights) != set(names):
        raise InvalidValueError("weights", dict(weights), f"must name {', '.join(names)}")
    given = {name: weights[name] for name in names}
    if any(not 0 <= weight < inf for weight in given.values()) or not any(given.values()):
        raise InvalidValueError("weights", given, "must be 0 or more, and not all 0")
    return given


def weighted_mean(values: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    """Mean of the known values by their weights; None if no weight is on a known one."""
    known = {name: value for name, value in values.items() if value is not None}
    total = fsum(weights[name] for name in known)
    if total == 0:
        return None
    mean = fsum(weights[name] * value for name, value in known.items()) / total
    return min(1.0, max(0.0, mean))


def weighted_score(
    name: str,
    indicators: Mapping[str, float | None],
    *,
    anchors: Anchors,
    weights: Mapping[str, float] | None = None,
    notes: tuple[str, ...] = (),
) -> Dimension:
    """A dimension from its indicators.

    Args:
        name: Which of the four it is.
        indicators: Each 0 to 1, or None where missing.
        anchors: The fixed points they were measured against.
        weights: Weight of each indicator; equal where None.
        notes: Notes to carry.

    Raises:
        InvalidValueError: An indicator out of range, or impossible weights.
    """
    weighing = valid_weights(weights, tuple(indicators))
    missing = [each for each, value in indicators.items() if value is None]
    left = fsum(weighing[each] for each in indicators if each not in missing)
    coverage = min(1.0, left / fsum(weighing.values()))
    enough = coverage >= _LEAST_COVERAGE - 1e-12
    return Dimension(
        score=weighted_mean(indicators, weighing) if enough else None,
        coverage=coverage,
        indicators=indicators,
        anchors=anchors,
        notes=(*notes, *_missing_notes(missing, coverage, enough=enough)),
        name=name,
        weights=EMPTY if weights is None else weighing,
    )


def _missing_notes(missing: list[str], coverage: float, *, enough: bool) -> tuple[str, ...]:
    if not missing:
        return ()
    names = ", ".join(missing).replace("_", " ")
    if enough:
        return (f"{_MISSING}{names}",)
    return (f"no score: only {coverage:.0%} of the indicators are known; {_MISSING}{names}",)
