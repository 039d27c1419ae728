r"""Pairs of answers: how does a customer feel if a feature is there, and if it is not?

Each respondent is asked both questions and chooses one of five answers to each; the pair falls
into one of 25 cells, and each cell has a category. Assumptions: the lack of the feature is
asked as its plain opposite, and respondents know what the feature is.

    functional \ dysfunctional   like   must-be   neutral   live-with   dislike
    like                         Q      A         A         A           O
    must-be                      R      I         I         I           M
    neutral                      R      I         I         I           M
    live-with                    R      I         I         I           M
    dislike                      R      R         R         R           Q

In the variant of Pouliot (1993) the pairs (must-be, must-be) and (live-with, live-with) are
questionable as well: nobody can expect a thing and its opposite.

Sources:
    Berger, C. et al. (1993). Kano's methods for understanding customer-defined quality. Center
    for Quality of Management Journal 2(4), 3-36.
    Pouliot, F. (1993), in the same issue, 28-36.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Literal, NamedTuple

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.words import Word
from crmkit.metrics.cells import cells
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.kano.categories import KanoCategory

__all__ = [
    "EVALUATION_TABLES",
    "KanoAnswer",
    "KanoPair",
    "KanoPairs",
    "KanoVariant",
    "checked_pairs",
    "inverted_pairs",
]

KanoVariant = Literal["berger", "pouliot"]
"""Which table of cells is used."""

Given = str | float | None


class KanoAnswer(Word):
    """How somebody feels about a feature being there, or not being there; steps 1 to 5.

    ``LIKE`` (1), ``MUST_BE`` (2: it must be so), ``NEUTRAL`` (3), ``LIVE_WITH`` (4) and
    ``DISLIKE`` (5).
    """

    LIKE = "like"
    MUST_BE = "must-be"
    NEUTRAL = "neutral"
    LIVE_WITH = "live-with"
    DISLIKE = "dislike"


class KanoPair(NamedTuple):
    """One respondent's answers about one feature.

    Attributes:
        functional: How they feel if the feature is there.
        dysfunctional: How they feel if it is not.
    """

    functional: KanoAnswer
    dysfunctional: KanoAnswer


KanoPairs = Iterable[tuple[Given, Given] | None]
"""What functions over pairs take: (functional, dysfunctional), as words or as steps 1 to 5."""

_STEPS = tuple(KanoAnswer)
_KINDS = int, float, str
#: The pairs as most are given: in whole steps, or in the words themselves.
_PLAIN: Mapping[tuple[object, ...], KanoPair] = MappingProxyType(
    {
        given: KanoPair(functional, dysfunctional)
        for (i, functional), (j, dysfunctional) in product(enumerate(_STEPS, 1), repeat=2)
        for given in ((i, j), (str(functional), str(dysfunctional)))
    }
)
_ROWS = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")


def _berger() -> dict[KanoPair, KanoCategory]:
    return {
        KanoPair(functional, dysfunctional): KanoCategory.of(letter)
        for functional, row in zip(KanoAnswer, _ROWS, strict=True)
        for dysfunctional, letter in zip(KanoAnswer, row, strict=True)
    }


def _pouliot() -> dict[KanoPair, KanoCategory]:
    twice = (KanoAnswer.MUST_BE, KanoAnswer.LIVE_WITH)
    return _berger() | {KanoPair(one, one): KanoCategory.QUESTIONABLE for one in twice}


#: The category of each of the 25 pairs, by variant.
EVALUATION_TABLES: Mapping[str, Mapping[KanoPair, KanoCategory]] = FrozenMapping(
    {"berger": _berger(), "pouliot": _pouliot()}
)


@frozen(kw_only=True)
class CheckedPairs:
    """The pairs that were answered, and how many were not.

    Attributes:
        rows: The pairs in their order; None where either answer is missing.
    """

    rows: tuple[KanoPair | None, ...]

    @property
    def pairs(self) -> tuple[KanoPair, ...]:
        """The pairs that are whole."""
        return tuple(one for one in self.rows if one is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """One note that counts the pairs left out, or none."""
        missing = len(self.rows) - len(self.pairs)
        return (f"{missing:,} of {len(self.rows):,} pairs left out: an answer is missing",) * bool(
            missing
        )


def checked_pairs(answers: KanoPairs, *, field: str = "answers") -> CheckedPairs:
    """Return pairs, checked; a pair with a missing answer is missing.

    Args:
        answers: Pairs (functional, dysfunctional); None for a pair or for an answer is missing.
        field: Name for the errors, which add index and question: "answers[3].functional".

    Raises:
        InvalidValueError: An answer that is none of the five, or not a pair.
    """
    return CheckedPairs(
        rows=tuple(
            _plain(one) or _pair(one, f"{field}[{index}]")
            for index, one in enumerate(cells(answers, field))
        )
    )


def _plain(given: object) -> KanoPair | None:
    """The pair, where it is given as most are; None where it is to be read with care."""
    if type(given) is tuple and all(type(one) in _KINDS for one in given):
        return _PLAIN.get(given)
    return None


def _pair(given: tuple[Given, Given] | None, field: str) -> KanoPair | None:
    if given is None:
        return None
    if not _is_pair(given):
        raise InvalidValueError(field, given, "must be a pair (functional, dysfunctional)")
    functional = _answer(given[0], f"{field}.functional")
    dysfunctional = _answer(given[1], f"{field}.dysfunctional")
    if functional is None or dysfunctional is None:
        return None
    return KanoPair(functional, dysfunctional)


def _is_pair(given: object) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, str) and len(given) == 2


def _answer(given: Given, field: str) -> KanoAnswer | None:
    if given is None:
        return None
    if not isinstance(given, str):
        return _STEPS[int(checked_number(given, field, low=1, high=5, whole=True)) - 1]
    plain = "-".join(given.casefold().split())
    if plain not in list(KanoAnswer):
        rule = f"must be one of {', '.join(KanoAnswer)}, or a step 1 to 5"
        raise InvalidValueError(field, given, rule, "answers_by_wording() reads other wordings")
    return KanoAnswer(plain)


def inverted_pairs(answers: KanoPairs) -> tuple[KanoPair | None, ...]:
    """Return the pairs as if the opposite of the feature had been asked about.

    What to look at where a feature comes out as reverse: A, O and M turn into R, R into one of
    them, I and Q stay.

    Args:
        answers: Pairs (functional, dysfunctional).

    Raises:
        InvalidValueError: An answer that is none of the five.

    >>> [tuple(map(str, pair)) for pair in inverted_pairs([("dislike", "like")])]
    [('like', 'dislike')]
    """
    rows = checked_pairs(answers).rows
    return tuple(
        None if one is None else KanoPair(one.dysfunctional, one.functional) for one in rows
    )
