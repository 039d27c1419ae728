"""Intervals by resampling respondents: the percentile bootstrap, with a seed.

Assumptions: respondents are independent, and as many as make each answer likely to be drawn
(some 20). Do not use it for extremes, or where all answers are equal.

Source: Efron, B., Tibshirani, R. (1993). An introduction to the bootstrap, chapter 13.
"""

from collections.abc import Callable, Sequence

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.lifecycle import quantile
from crmkit.metrics.checked import checked_number
from crmkit.metrics.intervals import LEVEL
from crmkit.metrics.seeds import plain_generator

__all__ = ["DRAWS", "checked_draws", "percentile_interval", "redrawn"]

#: How many samples are drawn where nothing is said.
DRAWS = 2_000
_LEAST = 100
_MOST = 1_000_000


def checked_draws(draws: int) -> int:
    """Return how many samples are to be drawn.

    Raises:
        InvalidValueError: It is no whole number, or not from 100 to a million.
    """
    number = int(checked_number(draws, "draws", whole=True))
    if number < _LEAST:
        raise InvalidValueError("draws", draws, f"must be {_LEAST} or more")
    if number > _MOST:
        rule = f"must be {_MOST:,} at most"
        raise InvalidValueError("draws", draws, rule, "more would not narrow the interval")
    return number


def redrawn(
    statistic: Callable[[Sequence[int]], float | None], n: int, *, draws: int = DRAWS, seed: int = 0
) -> list[float]:
    """Return a statistic of samples drawn with replacement, where it is defined.

    Args:
        statistic: Takes the places, from 0, of the rows drawn; None where it is undefined.
        n: Rows there are, 1 or more.
        draws: Samples, 100 or more.
        seed: From 0; the same seed gives the same samples.

    Raises:
        InvalidValueError: Too few draws or rows, or a seed that is no whole number from 0.
    """
    many = checked_draws(draws)
    if n < 1:
        raise InvalidValueError("n", n, "must be 1 or more")
    source, places = plain_generator(seed), range(n)
    found = (statistic(source.choices(places, k=n)) for _ in range(many))
    return [one for one in found if one is not None]


def percentile_interval(
    drawn: Sequence[float], *, level: float = LEVEL
) -> tuple[float, float] | None:
    """Return the percentile interval of what was redrawn; None of fewer than 100 values.

    Args:
        drawn: The statistic of each sample (``redrawn``).
        level: Coverage.
    """
    if len(drawn) < _LEAST:
        return None
    return quantile(drawn, (1 - level) / 2), quantile(drawn, (1 + level) / 2)
