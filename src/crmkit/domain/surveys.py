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
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from attrs import field, fields, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.items import Indicator, Item, scale_of, without, wordings
from crmkit.domain.scales import ReadAs, Scale
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


#: What plain data may say of an item.
_PARTS = tuple(part.name for part in fields(Item))
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


def _item(name: str, given: Any, scale: Scale | None, words: Sequence[str]) -> Item:
    """An item from what stands under its name: itself, plain data, or only an indicator."""
    item = given if isinstance(given, Item) else _made(name, given, scale, words)
    if name not in {"", item.name}:
        raise InvalidValueError("items", name, f"must not stand for an item named {item.name!r}")
    return item


def _made(name: str, given: Any, scale: Scale | None, words: Sequence[str]) -> Item:
    said = dict(given) if isinstance(given, Mapping) else {"indicator": given}
    unknown = sorted(map(str, said.keys() - set(_PARTS)))
    if unknown:
        raise InvalidValueError(f"items[{name!r}]", unknown[0], f"must be of {', '.join(_PARTS)}")
    own = said.get("scale") is not None
    said = {"name": name, "scale": scale, "words": () if own else words, **said}
    if said["scale"] is None:
        raise InvalidValueError("scale", None, f"must be stated for the item {name!r}")
    return Item(**said)


def _items(given: Any, scale: Scale | None, words: Sequence[str]) -> tuple[Item, ...]:
    if isinstance(given, Mapping):
        return tuple(_item(name, one, scale, words) for name, one in given.items())
    return tuple(_item("", one, scale, words) for one in given)


@frozen(kw_only=True, init=False)
class Instrument:
    """A questionnaire: its items, each with its scale and what it tells.

    Attributes:
        name: The word used in responses.
        items: What it asks, each name once. May be given as a mapping from name to indicator
            (None where an item tells nothing by itself), to an item, or to plain data.
        scale: The scale of items that state none of their own; None where each states one.
        words: How the steps of that scale are worded, the lowest first.
    """

    name: str = field(validator=named)
    items: tuple[Item, ...]
    scale: Scale | None = None
    words: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        name: str,
        items: Mapping[str, Any] | Iterable[Any],
        scale: Scale | Mapping[str, int] | tuple[int, int] | None = None,
        words: Sequence[str] = (),
    ) -> None:
        shared = None if scale is None else scale_of(scale)
        said = wordings(words)
        self.__attrs_init__(name=name, items=_items(items, shared, said), scale=shared, words=said)

    def __attrs_post_init__(self) -> None:
        without("/", "instrument", self.name)
        if not self.items or len({one.name for one in self.items}) < len(self.items):
            raise InvalidValueError("items", self.name, "must name at least one item, each once")

    def item(self, name: str) -> Item | None:
        """Return the item called ``name``, or None where there is none."""
        return next((one for one in self.items if one.name == name), None)

    def answers(self, given: Mapping[str, int | str | None]) -> tuple[Answer, ...]:
        """Return answers with their scales, ready for a ``SurveyResponse``.

        Args:
            given: What was answered, by item: a step, its wording, or None for a question left
                open.

        Raises:
            InvalidValueError: An item that is not asked, or an answer that is none of its steps.

        >>> mood = Instrument(name="mood", scale=(1, 5), items={"joy": "positive_affect"})
        >>> mood.answers({"joy": 4})[0].value
        4
        """
        found = []
        for name, value in given.items():
            item = self.item(name)
            if item is None:
                asked = ", ".join(one.name for one in self.items)
                raise InvalidValueError("item", name, f"must be one of {asked}")
            found.append(Answer(item=name, value=item.step(value), scale=item.scale))
        return tuple(found)


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
