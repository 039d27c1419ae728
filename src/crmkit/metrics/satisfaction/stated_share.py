"""A customer's answers taken together: how satisfied, how willing to recommend.

Answers to several questions are read from 0 to 1 each, and count alike.
"""

from collections.abc import Iterable

from crmkit.domain.surveys import Indicator
from crmkit.metrics.satisfaction.answers import Asked

__all__ = ["ABOUT_SATISFACTION", "recommending_share", "stated_share"]

#: What a question asks for that is about satisfaction.
ABOUT_SATISFACTION = frozenset({Indicator.SATISFACTION, Indicator.EASE})


def stated_share(answers: Iterable[Asked]) -> float | None:
    """Return how satisfied a customer says they are, 0 to 1; None where nothing was said.

    Args:
        answers: The standing answers; those about satisfaction and ease count alike.
    """
    return _mean_share(one for one in answers if one.indicator in ABOUT_SATISFACTION)


def recommending_share(answers: Iterable[Asked]) -> float | None:
    """Return how far a customer intends to recommend, 0 to 1; None where nothing was said.

    Args:
        answers: The standing answers.
    """
    return _mean_share(one for one in answers if one.indicator is Indicator.RECOMMEND)


def _mean_share(answers: Iterable[Asked]) -> float | None:
    shares = [one.share for one in answers]
    return sum(shares) / len(shares) if shares else None
