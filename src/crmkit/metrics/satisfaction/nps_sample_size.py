"""How many answers it takes to see a difference between two NPS.

Assumptions: two independent groups of equal size that scatter alike, by a test of 5 % on both
sides. It counts answers, not people asked: divide by the response rate.

    paper   here         unit
    V       variance     of a single answer, P + D - (P - D)² as shares
    δ       difference   points
    n       exact        answers per group

Source: Cohen, J. (1988). Statistical power analysis for the behavioral sciences, 2nd ed.,
section 2.4, with the variance of a net score.
"""

from math import ceil
from statistics import NormalDist

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.intervals import LEVEL, checked_number, two_sided_z

__all__ = ["NpsSampleSize", "nps_sample_size"]


@frozen(kw_only=True)
class NpsSampleSize(Shown):
    """The answers that a comparison of two NPS needs.

    Attributes:
        exact: Answers per group, as computed.
        difference: What is to be seen, in points.
        variance: Of a single answer that counts 1, 0 or -1.
        power: Chance of seeing it if it is there.
    """

    exact: float
    difference: float
    variance: float
    power: float

    @property
    def per_group(self) -> int:
        """Answers that each group needs."""
        return ceil(self.exact)

    def _inputs(self) -> dict[str, str]:
        return {
            "difference": f"{self.difference:g} points",
            "variance": f"{self.variance:.4g}",
            "power": f"{self.power:.0%}",
            "level": f"{LEVEL:.0%}",
        }

    def sheet(self) -> Sheet:
        """Return the number and what it hangs on."""
        title = f"{self.per_group:,} answers per group"
        return Sheet(title=title, rows=tuple(self._inputs().items()))

    def explain(self) -> Explanation:
        """Return how the number came about."""
        answer = f"{self.per_group:,} per group"
        return explained("nps_sample_size", answer, inputs=self._inputs())


def nps_sample_size(
    difference: float, *, promoters: float, detractors: float, power: float = 0.8
) -> NpsSampleSize:
    """Answers per group that are needed to see a difference of two NPS.

    Args:
        difference: What is to be seen, in points, above 0 up to 200.
        promoters: Share of promoters to reckon with, 0 to 1 (of an earlier survey).
        detractors: Share of detractors.
        power: Chance of seeing the difference if it is there, from 0.5 on and below 1.

    Raises:
        InvalidValueError: Shares that add up to more than 1 or leave no scatter, or a
            difference or power out of range.

    Source:
        Cohen (1988), section 2.4.

    >>> nps_sample_size(10, promoters=0.5, detractors=0.2).per_group
    958
    """
    p = checked_number(promoters, "promoters", low=0, high=1)
    d = checked_number(detractors, "detractors", low=0, high=1)
    points = checked_number(difference, "difference", low=-200, high=200)
    if points <= 0:
        raise InvalidValueError("difference", difference, "must be above 0 points")
    strength = checked_number(power, "power")
    if not 0.5 <= strength < 1:
        raise InvalidValueError("power", power, "must be from 0.5 on and below 1")
    variance = p + d - (p - d) ** 2
    if p + d > 1 + 1e-9 or variance <= 0:
        rule = "must leave some scatter, and not add up to more than 1"
        raise InvalidValueError("promoters and detractors", (p, d), rule)
    reach = two_sided_z() + NormalDist().inv_cdf(strength)
    return NpsSampleSize(
        exact=2 * variance * (100 * reach / points) ** 2,
        difference=points,
        variance=variance,
        power=strength,
    )
