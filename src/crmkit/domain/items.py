"""What one question of a questionnaire asks for, on which steps, and what it tells."""

import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.scales import ReadAs, Scale, reading_of
from crmkit.domain.validators import named

__all__ = ["Indicator", "Item"]


class Indicator(StrEnum):
    """What an item can tell about a customer.

    Satisfaction: ``SATISFACTION``, ``EASE``. Cognitive loyalty: ``TOP_OF_MIND`` (the shop is
    the first to come to mind), ``FIRST_CHOICE`` (the chance of choosing it first),
    ``PRICE_TOLERANCE`` (the premium accepted before leaving), ``PREFERENCE`` (over rivals).
    Affective: ``POSITIVE_AFFECT`` and ``NEGATIVE_AFFECT``, two scales. Intentional:
    ``RECOMMEND``, ``REPURCHASE``, ``EXPAND`` (buy more kinds of things), ``SWITCH`` (leave).
    Behavioural: ``SHARE_OF_WALLET``.
    """

    SATISFACTION = "satisfaction"
    EASE = "ease"
    TOP_OF_MIND = "top_of_mind"
    FIRST_CHOICE = "first_choice"
    PRICE_TOLERANCE = "price_tolerance"
    PREFERENCE = "preference"
    POSITIVE_AFFECT = "positive_affect"
    NEGATIVE_AFFECT = "negative_affect"
    RECOMMEND = "recommend"
    REPURCHASE = "repurchase"
    EXPAND = "expand"
    SWITCH = "switch"
    SHARE_OF_WALLET = "share_of_wallet"


def scale_of(value: Any) -> Scale:
    """Return a scale from itself, from plain data or from its two ends.

    Raises:
        InvalidValueError: It is none of these.
    """
    if isinstance(value, Scale):
        return value
    try:
        return Scale(**value) if isinstance(value, Mapping) else Scale(*value)
    except TypeError as error:
        raise InvalidValueError("scale", value, "must be its two ends, low and high") from error


_W = TypeVar("_W", bound=StrEnum)


def _one_of(words: type[_W], name: str, value: str) -> _W:
    if value not in list(words):
        raise InvalidValueError(name, value, f"must be one of {', '.join(words)}")
    return words(value)


def _indicator(value: str | None) -> Indicator | None:
    return None if value is None else _one_of(Indicator, "indicator", value)


def _reads(value: str) -> ReadAs:
    return _one_of(ReadAs, "reads", value)


def without(sign: str, role: str, name: str) -> None:
    """Refuse a name that holds the sign which ends it in a key.

    Raises:
        InvalidValueError: It does.
    """
    if sign in name:
        raise InvalidValueError(role, name, f"must not hold {sign!r}, which ends it in a key")


def wordings(value: Iterable[str]) -> tuple[str, ...]:
    """Return how steps are worded, the lowest first.

    Raises:
        InvalidValueError: It is a single text, or one of them is no text.
    """
    found = () if isinstance(value, str) else tuple(value)
    if isinstance(value, str) or not all(isinstance(one, str) for one in found):
        raise InvalidValueError("words", value, "must be several texts, one for each step")
    return found


@frozen(kw_only=True)
class Item:
    """What one question of an instrument asks for.

    Attributes:
        name: The word used in answers.
        indicator: What it tells; None where it tells nothing by itself (half of a pair, or a
            quality that is rated).
        scale: The steps there are; an answer on other steps is not an answer to it.
        reads: How a step is read.
        reverse: Whether it is worded against its indicator ("I would stay", for ``SWITCH``).
        words: How the steps are worded, the lowest first; empty where they are numbers.

    Raises:
        InvalidValueError: A part that cannot be.
    """

    name: str = field(validator=named)
    indicator: Indicator | None = field(default=None, converter=_indicator)
    scale: Scale = field(converter=scale_of)
    reads: ReadAs = field(default=ReadAs.SCALE, converter=_reads)
    reverse: bool = False
    words: tuple[str, ...] = field(default=(), converter=wordings)

    def __attrs_post_init__(self) -> None:
        without("@", "item", self.name)
        if self.reads is ReadAs.RANK and (self.scale.low not in {0, 1} or self.reverse):
            raise InvalidValueError(
                "scale", self.scale, "a rank starts at 1, or at 0 for not named, and is not turned"
            )
        if self.reads is ReadAs.PERCENT and not 0 <= self.scale.low < self.scale.high <= 100:
            raise InvalidValueError("scale", self.scale, "a percentage must lie from 0 to 100")
        steps = self.scale.high - self.scale.low + 1
        if self.words and len({_plain(one) for one in self.words}) != steps:
            raise InvalidValueError(
                "words", self.words, f"must word each of the {steps} steps, no two alike"
            )

    def reading(self, value: float) -> float:
        """Return how much of the indicator a step tells, 0 to 1."""
        return reading_of(value, self.scale, self.reads, reverse=self.reverse)

    def step(self, given: int | str | None) -> int | None:
        """Return the step that an answer chooses.

        Args:
            given: The step, as a number or as text, or its wording, whatever its case and kind
                of apostrophe; None, or nothing but blanks, for a question left open.

        Raises:
            InvalidValueError: It is neither a step nor one of the wordings.
        """
        if given is None or (isinstance(given, str) and not given.strip()):
            return None
        plain = [_plain(one) for one in self.words]
        if isinstance(given, str):
            text = _plain(given)
            value = self.scale.low + plain.index(text) if text in plain else _whole(text)
        else:
            value = given
        if value is None or value not in self.scale:
            also = f", or one of {', '.join(map(repr, self.words))}" if self.words else ""
            raise InvalidValueError(
                self.name, given, f"must be a whole step of the scale {self.scale}{also}"
            )
        return int(value)


def _plain(text: str) -> str:
    """A wording as it is compared: trimmed, folded, single blanks, straight apostrophes."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(folded.split())


def _whole(text: str) -> int | None:
    """The number that a text is; Python's own "1_0" is none."""
    try:
        return None if "_" in text else int(text)
    except ValueError:
        return None
