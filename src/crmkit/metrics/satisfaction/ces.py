"""CES: how easy was it for customers to get what they came for?

Assumptions: as for CSAT. Two questions are in use and point in opposite directions: "the
company made it easy" (agreement, 1 to 7, high is easy) and "how much effort did you put
forth" (1 to 5, high is hard). Say which one was asked with ``easy=``.

Sources:
    Dixon, M., Freeman, K., Toman, N. (2010). Stop trying to delight your customers. Harvard
    Business Review 88(7/8), 116-122.
"""

from collections.abc import Iterable
from math import floor
from typing import Literal

from attrs import evolve, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import known, mean_estimate, on_scale, share_estimate, valid_scale

__all__ = ["Ces", "ces"]


@frozen(kw_only=True)
class Ces(Shown):
    """Two readings of the same effort ratings; for both, more is easier.

    Attributes:
        mean: Mean rating, on the answer scale, turned so that its high end is easy.
        easy: Share, 0 to 1, of ratings above the middle of the scale (5 to 7 on 1 to 7).
    """

    mean: Estimate
    easy: Estimate

    def __str__(self) -> str:
        return f"easy {self.easy}; mean {self.mean}"

    def sheet(self) -> Sheet:
        """Return the readings as they are shown in a notebook."""
        rows = (("found it easy", self.easy), ("mean", self.mean))
        return Sheet(title="CES", rows=rows, notes=self.easy.notes)

    def explain(self) -> Explanation:
        """Return how the readings came about."""
        return evolve(self.easy.explain("ces"), parts=(self.mean.explain("ces_mean"),))


def ces(
    ratings: Iterable[float | None],
    *,
    scale: tuple[float, float] = (1, 7),
    easy: Literal["high", "low"] = "high",
) -> Ces:
    """Customer effort from ratings.

    Args:
        ratings: Answers on ``scale``; None is a missing answer, counted in the notes.
        scale: Lowest and highest step.
        easy: Which end of the scale means little effort; with "low" the ratings are turned
            round first and a note says so.

    Returns:
        The mean with a t interval clipped to the scale, and the share that found it easy
        with a Wilson interval. Without ratings both are undefined; with a single one the
        mean's interval is the whole scale.

    Raises:
        InvalidValueError: A rating that is NaN or off the scale, an impossible scale, or
            another word for ``easy``.

    Source:
        Dixon, Freeman and Toman (2010); the share from the first whole step above the middle
        is practice.

    >>> ces([7, 6, 5, 3, 2]).easy.value
    0.6
    """
    if easy not in ("high", "low"):
        raise InvalidValueError("easy", easy, 'must be "high" or "low"')
    low, high = valid_scale(scale)
    answers = known(ratings, field="ratings", low=low, high=high)
    turned, notes = answers.values, answers.notes
    if easy == "low":
        turned = tuple(low + high - rating for rating in turned)
        notes = (*notes, "ratings turned round: high is easy here")
    step = floor((low + high) / 2) + 1
    found_easy = sum(rating >= step for rating in turned)
    return Ces(
        mean=mean_estimate(turned, unit=on_scale(low, high), low=low, high=high, notes=notes),
        easy=share_estimate(
            found_easy, len(turned), method=f"share of {step:g} or more", notes=notes
        ),
    )
