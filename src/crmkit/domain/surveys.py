"""Survey answers, and the instruments that ask for them, as data.

An instrument names its items; an item names its scale, the indicator it feeds, and how its
steps are read. NPS feeds the intention to recommend, CSAT and CES feed satisfaction only,
"loyalty" asks for all that the four dimensions of loyalty need. A shop adds its own as data:

    Instrument(name="tidy", scale=Scale(1, 4), items={"shop": Indicator.SATISFACTION})

A reading is 0 to 1 and says how much of the indicator there is. Much is good but for
``NEGATIVE_AFFECT`` and ``SWITCH``, which are turned where they are judged.

Sources: Reichheld (2003) for recommendation, 0 to 10; Dixon, Freeman and Toman (2010) for
ease, 1 to 7; Juster, F. T. (1966), JASA 61, 658-696, for chances in tenths; Watson, Clark and
Tellegen (1988) for affect, 1 to 5.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self, TypeVar

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.scales import ReadAs, Scale, reading_of
from crmkit.domain.validators import named

__all__ = [
    "BUILT_IN",
    "REVIEW",
    "Answer",
    "Indicator",
    "Instrument",
    "Item",
    "Question",
    "ReadAs",
    "Scale",
    "instrument",
    "item_of",
]

#: The word under which the stars of reviews are counted beside the answers to surveys.
REVIEW = "review"


@frozen(kw_only=True)
class Answer:
    """One answer on its scale.

    Attributes:
        item: What was asked.
        value: The step chosen; None where the question was left open.
        scale: The steps there were.
    """

    item: str = field(validator=named)
    value: int | None
    scale: Scale

    def __attrs_post_init__(self) -> None:
        if self.value is not None and self.value not in self.scale:
            raise InvalidValueError(
                "value", self.value, f"must be a whole step of the scale {self.scale}"
            )


_SCALE_BEHIND = re.compile(r"#-?\d+\.\.-?\d+\Z")


class Question(NamedTuple):
    """A question at a touchpoint on a scale: answers are counted apart for each.

    Written "instrument/item@touchpoint"; the key of its answers has the scale behind it.

    >>> Question.parse("csat/satisfaction@delivery#1..5").touchpoint
    'delivery'
    """

    instrument: str
    item: str
    touchpoint: str | None = None

    @classmethod
    def parse(cls, key: str) -> Self:
        """Return the question that ``key`` is of, with or without a scale."""
        text = _SCALE_BEHIND.sub("", key)
        instrument, _, rest = text.partition("/")
        item, _, touchpoint = rest.partition("@")
        return cls(instrument, item, touchpoint or None)

    @property
    def name(self) -> str:
        """The question whatever the touchpoint: "instrument/item"."""
        return f"{self.instrument}/{self.item}"

    def key(self, scale: Scale) -> str:
        """Return the word under which answers on a scale are counted."""
        return f"{self}#{scale.low}..{scale.high}"

    def __str__(self) -> str:
        return self.name + (f"@{self.touchpoint}" if self.touchpoint else "")


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


def _scale(value: Any) -> Scale:
    if isinstance(value, Scale):
        return value
    return Scale(**value) if isinstance(value, Mapping) else Scale(*value)


def _scale_if_given(value: Any) -> Scale | None:
    return None if value is None else _scale(value)


_W = TypeVar("_W", bound=StrEnum)


def _one_of(words: type[_W], name: str, value: str) -> _W:
    if value not in list(words):
        raise InvalidValueError(name, value, f"must be one of {', '.join(words)}")
    return words(value)


def _indicator(value: str) -> Indicator:
    return _one_of(Indicator, "indicator", value)


def _reads(value: str) -> ReadAs:
    return _one_of(ReadAs, "reads", value)


def _without(sign: str, role: str, name: str) -> None:
    if sign in name:
        raise InvalidValueError(role, name, f"must not hold {sign!r}, which ends it in a key")


@frozen(kw_only=True)
class Item:
    """What one question of an instrument asks for.

    Attributes:
        name: The word used in answers.
        indicator: What it tells.
        scale: The steps there are; an answer on other steps is not an answer to it.
        reads: How a step is read.
        reverse: Whether it is worded against its indicator ("I would stay", for ``SWITCH``).
    """

    name: str = field(validator=named)
    indicator: Indicator = field(converter=_indicator)
    scale: Scale = field(converter=_scale)
    reads: ReadAs = field(default=ReadAs.SCALE, converter=_reads)
    reverse: bool = False

    def __attrs_post_init__(self) -> None:
        _without("@", "item", self.name)
        if self.reads is ReadAs.RANK and (self.scale.low not in {0, 1} or self.reverse):
            raise InvalidValueError(
                "scale", self.scale, "a rank starts at 1, or at 0 for not named, and is not turned"
            )
        if self.reads is ReadAs.PERCENT and not 0 <= self.scale.low < self.scale.high <= 100:
            raise InvalidValueError("scale", self.scale, "a percentage must lie from 0 to 100")

    def reading(self, value: float) -> float:
        """Return how much of the indicator a step tells, 0 to 1."""
        return reading_of(value, self.scale, self.reads, reverse=self.reverse)


def _item(name: str, given: Any, scale: Scale | None) -> Item:
    """An item from what stands under its name: itself, plain data, or only an indicator."""
    if isinstance(given, Item):
        return given
    fields = dict(given) if isinstance(given, Mapping) else {"indicator": given}
    fields = {"name": name, "scale": scale, **fields}
    if fields["scale"] is None:
        raise InvalidValueError("scale", None, f"must be stated for the item {name!r}")
    return Item(**fields)


def _items(given: Any, scale: Scale | None) -> tuple[Item, ...]:
    if isinstance(given, Mapping):
        return tuple(_item(name, one, scale) for name, one in given.items())
    return tuple(_item("", one, scale) for one in given)


@frozen(kw_only=True, init=False)
class Instrument:
    """A questionnaire: its items, each with its scale and what it tells.

    Attributes:
        name: The word used in responses.
        items: What it asks, each name once. May be given as a mapping from name to indicator
            (on ``scale``), to an item, or to plain data.
        scale: The scale of items that state none of their own; None where each states one.
    """

    name: str = field(validator=named)
    items: tuple[Item, ...]
    scale: Scale | None = None

    def __init__(
        self,
        *,
        name: str,
        items: Mapping[str, Any] | Iterable[Any],
        scale: Scale | Mapping[str, int] | tuple[int, int] | None = None,
    ) -> None:
        shared = _scale_if_given(scale)
        self.__attrs_init__(name=name, items=_items(items, shared), scale=shared)

    def __attrs_post_init__(self) -> None:
        _without("/", "instrument", self.name)
        if not self.items or len({one.name for one in self.items}) < len(self.items):
            raise InvalidValueError("items", self.name, "must name at least one item, each once")

    def item(self, name: str) -> Item | None:
        """Return the item called ``name``, or None where there is none."""
        return next((one for one in self.items if one.name == name), None)


_JUSTER = Scale(0, 10)
_AGREEMENT = Scale(1, 7)
_AFFECT = Scale(1, 5)
_PERCENT = Scale(0, 100)

_RANK_OF_MENTION = Item(
    name="top_of_mind", indicator=Indicator.TOP_OF_MIND, scale=_JUSTER, reads=ReadAs.RANK
)


def _percent(indicator: Indicator) -> Item:
    return Item(name=indicator, indicator=indicator, scale=_PERCENT, reads=ReadAs.PERCENT)


def _rated(indicator: Indicator, scale: Scale) -> Item:
    return Item(name=indicator, indicator=indicator, scale=scale)


BUILT_IN: tuple[Instrument, ...] = (
    Instrument(name="nps", scale=Scale(0, 10), items={"recommend": Indicator.RECOMMEND}),
    Instrument(name="csat", scale=Scale(1, 5), items={"satisfaction": Indicator.SATISFACTION}),
    Instrument(name="ces", scale=Scale(1, 7), items={"ease": Indicator.EASE}),
    Instrument(name="repurchase", scale=_JUSTER, items={"repurchase": Indicator.REPURCHASE}),
    Instrument(
        name="loyalty",
        items=(
            _rated(Indicator.SATISFACTION, Scale(1, 10)),
            _rated(Indicator.EASE, _AGREEMENT),
            _RANK_OF_MENTION,
            _rated(Indicator.FIRST_CHOICE, _JUSTER),
            _percent(Indicator.PRICE_TOLERANCE),
            _rated(Indicator.PREFERENCE, _AGREEMENT),
            _rated(Indicator.POSITIVE_AFFECT, _AFFECT),
            _rated(Indicator.NEGATIVE_AFFECT, _AFFECT),
            _rated(Indicator.RECOMMEND, Scale(0, 10)),
            _rated(Indicator.REPURCHASE, _JUSTER),
            _rated(Indicator.EXPAND, _JUSTER),
            _rated(Indicator.SWITCH, _JUSTER),
            _percent(Indicator.SHARE_OF_WALLET),
        ),
    ),
)


def instrument(name: str, known: tuple[Instrument, ...] = BUILT_IN) -> Instrument | None:
    """Return the instrument called ``name``, or None where it is not known."""
    return next((one for one in known if one.name == name), None)


def item_of(question: Question, known: tuple[Instrument, ...] = BUILT_IN) -> Item | None:
    """Return the declared item that a question is, or None where it is not declared."""
    declared = instrument(question.instrument, known)
    return None if declared is None else declared.item(question.item)
