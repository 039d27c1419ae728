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
from crmkit.metrics.intervals import valid_scale
from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors

__all__ = ["Dimension", "in_range", "rescaled", "valid_weights", "weighted_mean", "weighted_score"]

_LEAST_COVERAGE = 0.5


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


@frozen(kw_only=True)
class Dimension:
    """A dimension of loyalty.

    Attributes:
        score: Weighted mean of the known indicators, 0 to 1; None below 50 % coverage.
        coverage: Share, 0 to 1, of the indicators' weight that is known.
        indicators: Each indicator, 0 to 1; None where missing.
        anchors: The fixed points the indicators were measured against.
        notes: Which indicators are missing, and what else the reader must know.
    """

    score: float | None
    coverage: float
    indicators: Mapping[str, float | None] = field(converter=_own, hash=False)
    anchors: Anchors = DEFAULT_ANCHORS
    notes: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        in_range(self.score, "score")
        in_range(self.coverage, "coverage")

    def __str__(self) -> str:
        score = "unknown" if self.score is None else f"{self.score:.2f}"
        return f"{score} (coverage {self.coverage:.0%})"


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
    indicators: Mapping[str, float | None],
    *,
    anchors: Anchors,
    weights: Mapping[str, float] | None = None,
    notes: tuple[str, ...] = (),
) -> Dimension:
    """A dimension from its indicators.

    Args:
        indicators: Each 0 to 1, or None where missing.
        anchors: The fixed points they were measured against.
        weights: Weight of each indicator; equal where None.
        notes: Notes to carry.

    Raises:
        InvalidValueError: An indicator out of range, or impossible weights.
    """
    weighing = valid_weights(weights, tuple(indicators))
    missing = [name for name, value in indicators.items() if value is None]
    left = fsum(weighing[name] for name in indicators if name not in missing)
    coverage = min(1.0, left / fsum(weighing.values()))
    enough = coverage >= _LEAST_COVERAGE - 1e-12
    return Dimension(
        score=weighted_mean(indicators, weighing) if enough else None,
        coverage=coverage,
        indicators=indicators,
        anchors=anchors,
        notes=(*notes, *_missing_notes(missing, coverage, enough=enough)),
    )


def _missing_notes(missing: list[str], coverage: float, *, enough: bool) -> tuple[str, ...]:
    if not missing:
        return ()
    names = ", ".join(missing)
    if enough:
        return (f"missing: {names}",)
    return (f"no score: only {coverage:.0%} of the indicators are known; missing: {names}",)
