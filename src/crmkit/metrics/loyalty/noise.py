"""How uncertain one customer's attitude score is: the standard error of measurement.

The same customer, asked again, would answer a little differently. How much follows from how
far the indicators of a dimension agree over the base: with the reliability ω of their mean and
its standard deviation over customers,

    SEM = sd √(1 − ω)

and a score is uncertain by 1.96 SEM either way, the change between two scores by 1.96 √2 SEM.

Each dimension is judged from its largest set of two indicators or more that 30 customers or
more answered all of. A score of fewer or other indicators has a greater error, by the square
root of their number, if their errors are alike. Assumptions: the error is alike for all
customers; what the indicators of a dimension do not share is error. That is so for intentions
and affect; cognitive indicators measure different things, so that their error is rather
overstated than understated. Where one indicator runs against the others ω would take that for
agreement, and alpha stands in. What customers do is observed and has no such error.

    paper   here     unit
    k       size     indicators
    ω       reliability  0 to 1
    σ       sd       score, 0 to 1

Source: Lord, F. M., Novick, M. R. (1968). Statistical theories of mental test scores, 3.4
(standard error of measurement). McDonald, R. P. (1999). Test theory (ω).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import fsum, sqrt
from statistics import fmean, stdev

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import two_sided_z
from crmkit.metrics.loyalty.dimension import Dimension
from crmkit.metrics.loyalty.loyalty import Loyalty
from crmkit.metrics.loyalty.phase import ORDER
from crmkit.metrics.reliability.composite_reliability import reliability_of_sum
from crmkit.metrics.reliability.cronbach_alpha import raw_alpha
from crmkit.metrics.reliability.item_set import correlations, covariances
from crmkit.metrics.reliability.measurement_error import MeasurementError, measurement_error
from crmkit.metrics.reliability.one_factor import one_factor

__all__ = ["ADVERSE", "DimensionNoise", "LoyaltyNoise", "loyalty_noise"]

_ATTITUDE = ORDER[:3]
#: The indicator of which much is bad, so that it counts turned round.
ADVERSE = "negative"
_LEAST = 30

_Row = Mapping[str, float]


@frozen(kw_only=True)
class DimensionNoise(Shown):
    """How far the scores of one dimension are off.

    Attributes:
        name: Which dimension.
        indicators: From which indicators it was judged.
        error: The error of a score of all these indicators, 0 to 1.
        n: Customers who answered all of them.
    """

    name: str
    indicators: tuple[str, ...]
    error: MeasurementError
    n: int

    def of(self, weights: Iterable[float]) -> float:
        """Return the standard error of a mean of indicators, in the unit of the score.

        Args:
            weights: The weights of the indicators that are known, not all 0.
        """
        given = list(weights)
        alike = len(self.indicators) * fsum(one * one for one in given)
        return (self.error.sem.value or 0.0) * sqrt(alike) / fsum(given)

    def sheet(self) -> Sheet:
        """Return the error as it is shown."""
        return Sheet(
            title=f"Error of a {self.name} score",
            rows=(("judged from", ", ".join(self.indicators)), ("customers", f"{self.n:,}")),
            parts=(self.error.sheet(),),
        )

    def explain(self) -> Explanation:
        """Return how the error came about."""
        return explained(
            "loyalty_noise",
            self.error.sem,
            inputs={
                "dimension": self.name,
                "indicators": ", ".join(self.indicators),
                "customers": f"{self.n:,}",
            },
            parts=(self.error.explain(),),
        )


@frozen(kw_only=True)
class LoyaltyNoise(Shown):
    """How far the attitude scores of a base are off.

    Attributes:
        dimensions: By dimension; one that cannot be judged is not there.
        notes: Which cannot be judged, and why.
    """

    dimensions: Mapping[str, DimensionNoise] = field(converter=FrozenMapping, hash=False)
    notes: tuple[str, ...] = ()

    def error(self, dimension: Dimension, only: Iterable[str] | None = None) -> float | None:
        """Return the standard error of a dimension's score.

        Args:
            dimension: The dimension of one customer.
            only: The indicators that count; by default all that are known.

        Returns:
            From 0 to 1; None for one without a score, or whose error is not known.
        """
        own = self.dimensions.get(dimension.name)
        weights = [
            dimension.weights.get(name, 1.0)
            for name, value in dimension.indicators.items()
            if value is not None and (only is None or name in only)
        ]
        if own is None or dimension.score is None or not any(weights):
            return None
        return own.of(weights)

    def band(self, dimension: Dimension) -> Estimate:
        """Return a dimension's score with the band in which it would lie if asked again.

        Args:
            dimension: The dimension of one customer.

        Returns:
            The score, 0 to 1, and 1.96 standard errors either way; an open interval where
            the error is not known, undefined without a score.
        """
        method = "score ± 1.96 standard errors of measurement"
        score, error = dimension.score, self.error(dimension)
        if score is None:
            note = "no score"
            return undefined(unit="score", method=method, note=note, low=0, high=1)
        if error is None:
            note = "its error of measurement is not known"
            return Estimate(value=score, n=1, unit="score", method=method, notes=(note,))
        half = two_sided_z() * error
        low, high = max(0.0, score - half), min(1.0, score + half)
        return Estimate(value=score, low=low, high=high, n=1, unit="score", method=method)

    def sheet(self) -> Sheet:
        """Return the errors as they are shown."""
        rows = tuple(
            (name, f"±{one.error.sem.told} in a score (n {one.n:,})")
            for name, one in self.dimensions.items()
        )
        return Sheet(title="Errors of measurement", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the errors came about."""
        return explained(
            "loyalty_noise",
            ", ".join(f"{name} {one.error.sem.told}" for name, one in self.dimensions.items())
            or None,
            left_out=self.notes,
            parts=tuple(one.explain() for one in self.dimensions.values()),
        )


def loyalty_noise(everyone: Iterable[Loyalty]) -> LoyaltyNoise:
    """Return the errors of measurement of attitude scores, from the answers of a base.

    Args:
        everyone: The judgement of each customer, made from dimensions.

    Returns:
        The error by dimension, for those of which 30 customers or more answered the same two
        indicators or more, and not all alike.

    Source:
        Lord and Novick (1968), SEM = sd √(1 − ω).
    """
    rows: dict[str, list[_Row]] = {name: [] for name in _ATTITUDE}
    for one in everyone:
        for part in one.parts:
            if part.name in rows:
                rows[part.name].append(_turned(part))
    found = {name: _noise(name, answers) for name, answers in rows.items()}
    return LoyaltyNoise(
        dimensions={name: one for name, one in found.items() if isinstance(one, DimensionNoise)},
        notes=tuple(one for one in found.values() if isinstance(one, str)),
    )


def _turned(part: Dimension) -> _Row:
    """The known indicators, much being good."""
    return {
        name: 1 - value if name == ADVERSE else value
        for name, value in part.indicators.items()
        if value is not None
    }


def _noise(name: str, answers: Sequence[_Row]) -> DimensionNoise | str:
    """The error of a dimension, or why there is none."""
    names = _judged_from(answers)
    if not names:
        return f"{name}: fewer than {_LEAST} customers answered the same two indicators"
    columns = [[row[one] for row in answers if row.keys() >= set(names)] for one in names]
    if any(min(column) == max(column) for column in columns):
        return f"{name}: all customers gave the same answer to an indicator"
    means = [fmean(row) for row in zip(*columns, strict=True)]
    error = measurement_error(stdev(means), _omega(columns), scale=(0, 1), unit="score")
    return DimensionNoise(name=name, indicators=names, error=error, n=len(means))


def _judged_from(answers: Sequence[_Row]) -> tuple[str, ...]:
    """The largest set of indicators that enough customers answered; empty where there is none."""
    patterns = Counter(frozenset(row) for row in answers)
    asked = list(dict.fromkeys(name for row in answers for name in row))
    for size in range(len(asked), 1, -1):
        counts = {
            names: sum(many for known, many in patterns.items() if known >= set(names))
            for names in combinations(sorted(asked), size)
        }
        names = max(counts, key=lambda one: counts[one])
        if counts[names] >= _LEAST:
            return names
    return ()


def _omega(columns: Sequence[Sequence[float]]) -> float:
    """The reliability of the mean; alpha, at least 0, where indicators run against the others."""
    cov = covariances(columns)
    loadings = one_factor(correlations(cov))
    if min(loadings) < 0:
        return max(0.0, raw_alpha(cov, range(len(cov))) or 0.0)
    return min(1.0, reliability_of_sum(loadings, [sqrt(cov[i][i]) for i in range(len(cov))]))
