"""What closed words, kinds of interaction and figures are called, in English and in Chinese.

One table holds them all. Its keys are "State.loyal" for a member of a closed enum, "kind.purchase"
for a kind of interaction, "metric.nps" for a figure of the catalogue, "report.counts" for what
stands beside them on a report. The Chinese terms are those of the textbooks on customer
relationship management from which crmkit takes its concepts, where those have one; else they
are the field's usual ones. (期望型 and the like are false friends; docs/glossary.md tells the
terms apart.)
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.labels.figures import FIGURES
from crmkit.domain.labels.headings import HEADINGS
from crmkit.domain.labels.keeping import KEEPING
from crmkit.domain.labels.measurement import MEASUREMENT
from crmkit.domain.labels.terms import KINDS, TERMS
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.validators import named

__all__ = ["LABELS", "LANGUAGES", "Label", "label", "language_of"]

_Pairs = Mapping[str, tuple[str, str]]


@frozen
class Label:
    """What a word is called.

    Attributes:
        en: In English.
        zh: In simplified Chinese.
    """

    en: str = field(validator=named)
    zh: str = field(validator=named)


#: The languages there are labels in.
LANGUAGES = ("en", "zh")


def _of(group: str, pairs: _Pairs) -> Iterator[tuple[str, Label]]:
    yield from ((f"{group}.{word}", Label(*both)) for word, both in pairs.items())


def _all() -> Iterator[tuple[str, Label]]:
    for enum, pairs in (*TERMS.items(), *KEEPING.items()):
        yield from _of(enum, pairs)
    for group, pairs in (
        ("kind", KINDS),
        ("metric", FIGURES),
        ("metric", MEASUREMENT),
        ("report", HEADINGS),
    ):
        yield from _of(group, pairs)


#: Every label by its key.
LABELS: Mapping[str, Label] = FrozenMapping(dict(_all()))


def language_of(given: str) -> str:
    """Return a language there are labels in.

    Raises:
        InvalidValueError: There are none in it; the error names those there are.
    """
    if given not in LANGUAGES:
        raise InvalidValueError("language", given, f"must be one of {', '.join(LANGUAGES)}")
    return given


def label(word: str, language: str = "en") -> str:
    """Return what a word is called.

    Args:
        word: A member of a closed enum, or a key such as "kind.purchase" or "metric.nps".
        language: "en" or "zh".

    Raises:
        InvalidValueError: No labels in that language, or none for that word.

    >>> label("metric.nps", "zh")
    '净推荐值'
    """
    key = f"{type(word).__name__}.{word}" if isinstance(word, StrEnum) else word
    if key not in LABELS:
        raise InvalidValueError(
            "word",
            key,
            "has no label",
            'give a member of a closed enum, or a key such as "metric.nps"',
        )
    found: str = getattr(LABELS[key], language_of(language))
    return found
