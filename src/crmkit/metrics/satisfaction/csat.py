"""CSAT: how satisfied are the customers who answered?

Assumptions: the steps of the scale are equally far apart (for the mean), and those who
answered are like those who did not. The top box makes no use of the distances. Do not
compare top boxes of scales with different numbers of steps.

Sources:
    Fornell, C. (1992). A national customer satisfaction barometer. Journal of Marketing
    56(1), 6-21 (means rescaled to 0-100). Box scores are practice.
"""

from collections.abc import Iterable

from attrs import evolve, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import known, mean_estimate, on_scale, share_estimate, valid_scale

__all__ = ["Csat", "csat"]


@frozen(kw_only=True)
class Csat(Shown):
    """Three readings of the same satisfaction ratings.

    Attributes:
        mean: Mean rating, on the answer scale.
        score: The mean carried over to 0 to 100.
        top_box: Share, 0 to 1, of ratings in the two highest steps (in the highest alone
            where the scale has two or three steps).
    """

    mean: Estimate
    score: Estimate
    top_box: Estimate

    def __str__(self) -> str:
        return f"top box {self.top_box}; mean {self.mean}"

    def sheet(self) -> Sheet:
        """Return the readings as they are shown in a notebook."""
        rows = (("top box", self.top_box), ("mean", self.mean), ("score", self.score))
        return Sheet(title="CSAT", rows=rows, notes=self.top_box.notes)

    def explain(self) -> Explanation:
        """Return how the readings came about."""
        own = self.top_box.explain("csat")
        parts = (self.mean.explain("csat_mean"), self.score.explain("csat_score"))
        return evolve(own, parts=parts)


def csat(ratings: Iterable[float | None], *, scale: tuple[float, float] = (1, 5)) -> Csat:
    """Customer satisfaction from ratings.

    Args:
        ratings: Answers on ``scale``; None is a missing answer, counted in the notes.
        scale: Lowest and highest step.

    Returns:
        Mean and score with t intervals clipped to their scale, and the top box with a Wilson
        interval. Without ratings all three are undefined; with a single one the mean's
        interval is the whole scale.

    Raises:
        InvalidValueError: A rating that is NaN or off the scale, or an impossible scale.

    Source:
        Fornell (1992) for the score; Wilson (1927) for the interval of the top box.

    >>> csat([5, 4, 4, 3, 5]).top_box.value
    0.8
    """
    low, high = valid_scale(scale)
    answers = known(ratings, field="ratings", low=low, high=high)
    ratings, notes = answers.values, answers.notes
    scores = [100 * (rating - low) / (high - low) for rating in ratings]
    return Csat(
        mean=mean_estimate(ratings, unit=on_scale(low, high), low=low, high=high, notes=notes),
        score=mean_estimate(scores, unit="of 100", low=0, high=100, notes=notes),
        top_box=_top_box(ratings, low, high, notes),
    )


def _top_box(
    ratings: tuple[float, ...], low: float, high: float, notes: tuple[str, ...]
) -> Estimate:
    from_step = high - 1 if high - low > 2 else high
    happy = sum(rating >= from_step for rating in ratings)
    return share_estimate(
        happy, len(ratings), method=f"share of {from_step:g} or more", notes=notes
    )
