"""From a questionnaire as it was filled in to pairs: other wordings, columns of a table.

Every survey words the five answers in its own way, and the wordings of two waves of one survey
may differ. A wording that is not declared is refused by name: read for another answer, it would
change categories without a trace.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.checked import checked_word, mapped
from crmkit.metrics.kano.pairs import KanoAnswer

__all__ = ["answers_by_wording", "pairs_by_feature"]

_G = TypeVar("_G")


def answers_by_wording(
    texts: Iterable[str | None], wordings: Mapping[str, str], *, field: str = "texts"
) -> tuple[KanoAnswer | None, ...]:
    """Return the five answers behind their wordings.

    Args:
        texts: What was chosen, as worded; None or an empty text is missing. Spaces around a
            wording and upper case do not matter.
        wordings: The answer ("like", "must-be", "neutral", "live-with", "dislike") that each
            wording stands for.
        field: Name for the errors, which add the index.

    Raises:
        InvalidValueError: A wording that is not declared, or one declared for no answer, or for
            two of them.

    >>> wordings = {"I enjoy it that way": "like", "I am neutral": "neutral"}
    >>> [str(one) for one in answers_by_wording(["i am neutral", None], wordings)]
    ['neutral', 'None']
    """
    known: dict[str, KanoAnswer] = {}
    for text, answer in mapped(wordings, "wordings").items():
        checked_word(answer, f"wordings[{text!r}]", KanoAnswer)
        meant = KanoAnswer(answer)
        if known.setdefault(_plain(text), meant) is not meant:
            raise InvalidValueError("wordings", text, "stands for two answers", "give it once")
    given = enumerate(cells(texts, field))
    return tuple(_read(text, known, f"{field}[{index}]") for index, text in given)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _read(text: str | None, known: Mapping[str, KanoAnswer], field: str) -> KanoAnswer | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise InvalidValueError(field, text, "must be a text", "give None for a missing one")
    if not text.strip():
        return None
    if _plain(text) not in known:
        raise InvalidValueError(
            field, text, "is no wording that was declared", "add it to wordings"
        )
    return known[_plain(text)]


def pairs_by_feature(
    columns: Mapping[str, Iterable[_G | None]],
    *,
    functional: str = "_functional",
    dysfunctional: str = "_dysfunctional",
) -> dict[str, tuple[tuple[_G | None, _G | None], ...]]:
    """Return pairs by feature from a column per question, as surveys are stored.

    Args:
        columns: Answers by question, a row per respondent; "gift_wrap_functional" and
            "gift_wrap_dysfunctional" are the two questions about "gift_wrap".
        functional: How the name of a question ends that asks about the feature being there.
        dysfunctional: How the name of a question ends that asks about it not being there.

    Returns:
        Pairs by feature, in the order of the functional questions; pass them to ``kano_table``.

    Raises:
        InvalidValueError: A question of neither kind, one without its other half, or two halves
            of unequal length.

    >>> pairs_by_feature({"wrap_functional": [1], "wrap_dysfunctional": [3]})
    {'wrap': ((1, 3),)}
    """
    # The longer ending is tried first, for one may end as the other does.
    ends = sorted((functional, dysfunctional), key=len, reverse=True)
    halves: dict[str, dict[str, tuple[_G | None, ...]]] = {functional: {}, dysfunctional: {}}
    for name, column in mapped(columns, "columns").items():
        end = next((end for end in ends if name.endswith(end) and name != end), None)
        if end is None:
            rule = f"must end in {functional} or {dysfunctional}"
            raise InvalidValueError("question", name, rule)
        halves[end][name.removesuffix(end)] = tuple(cells(column, name))
    _both_halves(halves[functional].keys(), halves[dysfunctional].keys())
    return {
        feature: _side_by_side(feature, column, halves[dysfunctional][feature])
        for feature, column in halves[functional].items()
    }


def _both_halves(functional: Iterable[str], dysfunctional: Iterable[str]) -> None:
    if alone := sorted(set(functional) ^ set(dysfunctional)):
        raise InvalidValueError("questions", ", ".join(alone), "must be asked both ways")


def _side_by_side(
    feature: str, functional: tuple[_G | None, ...], dysfunctional: tuple[_G | None, ...]
) -> tuple[tuple[_G | None, _G | None], ...]:
    if len(functional) != len(dysfunctional):
        lengths = (len(functional), len(dysfunctional))
        raise InvalidValueError(feature, lengths, "must have as many answers to both questions")
    return tuple(zip(functional, dysfunctional, strict=True))
