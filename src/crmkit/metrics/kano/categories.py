"""The categories of needs, under the names of the textbooks and the letters of the papers.

    here           paper               letter   in Chinese
    basic          must-be             M        基本型
    performance    one-dimensional     O        期望型
    excitement     attractive          A        兴奋型
    indifferent    indifferent         I        无差异型
    reverse        reverse             R        反向型
    questionable   questionable        Q        可疑

Source: Kano, N., Seraku, N., Takahashi, F., Tsuji, S. (1984). Attractive quality and must-be
quality. Hinshitsu 14(2), 39-48; letters as in Berger et al. (1993).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.words import Word

__all__ = ["KanoCategory"]


class KanoCategory(Word):
    """What a feature does to satisfaction; in the order in which ties are broken.

    ``BASIC``: its lack dissatisfies, its presence is taken for granted. ``PERFORMANCE``: the
    more, the more satisfied. ``EXCITEMENT``: it delights, and nobody misses it.
    ``INDIFFERENT``: neither. ``REVERSE``: its lack is liked. ``QUESTIONABLE``: the answers
    contradict each other.
    """

    BASIC = "basic"
    PERFORMANCE = "performance"
    EXCITEMENT = "excitement"
    INDIFFERENT = "indifferent"
    REVERSE = "reverse"
    QUESTIONABLE = "questionable"

    @property
    def letter(self) -> str:
        """Its letter in the papers: M, O, A, I, R or Q."""
        return _LETTERS[self]

    @classmethod
    def of(cls, called: str) -> Self:
        """Return a category by its letter or its word.

        Raises:
            InvalidValueError: There is none.

        >>> KanoCategory.of("O").value
        'performance'
        """
        for one in cls:
            if called in {one.letter, one.value}:
                return one
        there = ", ".join(f"{one.letter} ({one})" for one in cls)
        raise InvalidValueError("category", called, f"must be one of {there}")


_LETTERS: Mapping[KanoCategory, str] = MappingProxyType(
    dict(zip(KanoCategory, "MOAIRQ", strict=True))
)
