"""Share of mind and share of heart: which brand comes to mind first, and which is liked most?

Both are shares of a segment's respondents. Who named nobody is in the whole and in no brand's
part; who was not asked is left out. Assumptions: naming was unaided, before any brand was
shown, and each respondent names one first.

Source: Kotler, P., Keller, K. L. (2016). Marketing Management, 15th ed., on analysing
competitors: share of market, of mind and of heart. Wilson (1927) for the intervals.
"""

from collections.abc import Iterable
from typing import Any

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import known, share_estimate

__all__ = ["share_of_heart", "share_of_mind", "top_of_mind_share"]


def _share_of(names: Iterable[str | None], brand: Any, field: str, method: str) -> Estimate:
    if not (isinstance(brand, str) and brand):
        raise InvalidValueError("brand", brand, "must be the name of a brand")
    answers = list(cells(names, field))
    for index, name in enumerate(answers):
        if name is not None and not isinstance(name, str):
            rule = "must be a name, empty for nobody"
            raise InvalidValueError(f"{field}[{index}]", name, rule, "give None if not asked")
    asked = [name for name in answers if name is not None]
    missing = len(answers) - len(asked)
    return share_estimate(
        sum(name == brand for name in asked),
        len(asked),
        method=method,
        notes=(f"{missing} missing left out",) if missing else (),
    )


def share_of_mind(first_named: Iterable[str | None], brand: str) -> Estimate:
    """Share of respondents who name a brand first, unaided.

    Args:
        first_named: The brand that each named first; empty for who named none, None for who
            was not asked.
        brand: Whose share.

    Returns:
        The share, 0 to 1, with a Wilson interval; undefined where nobody was asked.

    Raises:
        InvalidValueError: A name that is no text.

    Source:
        Kotler and Keller (2016); Wilson (1927).

    >>> share_of_mind(["lamp", "lux", "lamp", ""], "lamp").value
    0.5
    """
    return _share_of(first_named, brand, "first_named", "named first")


def share_of_heart(most_liked: Iterable[str | None], brand: str) -> Estimate:
    """Share of respondents who like a brand most, or would rather buy it.

    Args:
        most_liked: The brand that each likes most; empty for none, None for not asked.
        brand: Whose share.

    Returns:
        The share, 0 to 1, with a Wilson interval; undefined where nobody was asked.

    Raises:
        InvalidValueError: A name that is no text.

    Source:
        Kotler and Keller (2016); Wilson (1927).

    >>> share_of_heart(["lamp", "lux"], "lamp").value
    0.5
    """
    return _share_of(most_liked, brand, "most_liked", "liked most")


def top_of_mind_share(ranks: Iterable[int | None]) -> Estimate:
    """Share of a segment that names the shop first, unaided.

    Args:
        ranks: At which place each names the shop, 1 for first; 0 for not at all, None for not
            asked.

    Returns:
        The share of rank 1, 0 to 1, with a Wilson interval; undefined where nobody was asked.

    Raises:
        InvalidValueError: A rank that is no whole number from 0.

    Source:
        Kotler and Keller (2016); Wilson (1927).

    >>> top_of_mind_share([1, 2, 0, 1]).value
    0.5
    """
    answers = known(ranks, field="ranks", low=0, whole=True)
    first = sum(rank == 1 for rank in answers.values)
    return share_estimate(first, len(answers.values), method="named first", notes=answers.notes)
