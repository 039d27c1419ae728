"""Where the mean of all would lie, whatever those who kept silent think.

Nothing is assumed of them: at worst each would have given the lowest answer, at best the
highest. The bounds are therefore wide where many are silent, and no interval of a sample: they
narrow only by more answers. If they are too wide to decide by, no weighting makes it safe.

    paper   here       unit
    K0, K1  scale      lowest and highest answer
    P(z=1)  answered   share of the eligible

Source: Manski, C. F. (1989). Anatomy of the selection problem. Journal of Human Resources 24(3),
343-360.
"""

from collections.abc import Iterable
from math import fsum

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, known, mean_estimate, on_scale, valid_scale

__all__ = ["NonresponseBounds", "nonresponse_bounds"]

#: More people than there will ever be.
_MOST = 1e15


@frozen(kw_only=True)
class NonresponseBounds(Shown):
    """The mean of all the eligible, as far as the answers of some settle it.

    Attributes:
        answered: Mean of those who answered, which takes the others to be alike.
        lowest: Mean of all if every silent one would have given the lowest answer.
        highest: The same with the highest answer.
        missing: Eligible who did not answer.
        eligible: All who could have answered.
    """

    answered: Estimate
    lowest: float
    highest: float
    missing: int
    eligible: int

    @property
    def width(self) -> float:
        """What the silence leaves open, on the answer scale."""
        return self.highest - self.lowest

    def sheet(self) -> Sheet:
        """Return the bounds as they are shown."""
        rows = (("of those who answered", self.answered), ("silent", self._silence()))
        return Sheet(title=f"Mean of all: {self._span()}", rows=rows)

    def _span(self) -> str:
        return f"{self.lowest:.4g} to {self.highest:.4g} {self.answered.unit}"

    def _silence(self) -> str:
        return f"{self.missing:,} of {self.eligible:,}"

    def explain(self) -> Explanation:
        """Return how the bounds came about."""
        return explained(
            "nonresponse_bounds",
            self._span(),
            inputs={"mean of those who answered": self.answered, "silent": self._silence()},
            parts=(
                explained("nonresponse_lowest", f"{self.lowest:.4g}"),
                explained("nonresponse_highest", f"{self.highest:.4g}"),
            ),
        )


def nonresponse_bounds(
    answers: Iterable[float | None],
    *,
    eligible: int | None = None,
    scale: tuple[float, float] = (1, 5),
) -> NonresponseBounds:
    """Lowest and highest mean that all could have, given the answers of some.

    Args:
        answers: Answers on ``scale``; None is somebody who did not answer.
        eligible: How many could have answered; by default as many as there are answers,
            given or None.
        scale: Lowest and highest step.

    Returns:
        Both bounds; with nobody eligible, or nobody who answered, the ends of the scale.

    Raises:
        InvalidValueError: An answer that is NaN or off the scale, an impossible scale, or
            fewer eligible than answers.

    Source:
        Manski (1989).

    >>> nonresponse_bounds([5, 4, None, None]).lowest
    2.75
    """
    low, high = valid_scale(scale)
    given = known(answers, field="answers", low=low, high=high)
    asked = len(given.values) + given.missing
    n = (
        asked
        if eligible is None
        else int(checked_number(eligible, "eligible", low=0, high=_MOST, whole=True))
    )
    if n < asked:
        raise InvalidValueError("eligible", n, f"must be at least the answers, which are {asked:,}")
    missing, total = n - len(given.values), fsum(given.values)
    return NonresponseBounds(
        answered=mean_estimate(given.values, unit=on_scale(low, high), low=low, high=high),
        lowest=(total + missing * low) / n if n else low,
        highest=(total + missing * high) / n if n else high,
        missing=missing,
        eligible=n,
    )
