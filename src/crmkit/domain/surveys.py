"""Survey answers and the instruments that ask for them.

An instrument names its scale and the indicator each item feeds; a shop adds its own as
data. NPS feeds the intention to recommend, the repurchase intention feeds itself, CSAT and
CES feed satisfaction only.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.validators import named


@frozen(order=False)
class Scale:
    """Whole steps from ``low`` to ``high``, both included.

    Half stars are whole steps of a scale twice as long.
    """

    low: int
    high: int = field()

    @high.validator
    def _not_flat(self, _attribute: object, value: int) -> None:
        if value <= self.low:
            raise InvalidValueError("scale", (self.low, value), "must rise by at least one step")

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


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


class Indicator(StrEnum):
    """What an item can tell about a customer."""

    SATISFACTION = "satisfaction"
    EASE = "ease"
    RECOMMEND = "recommend"
    REPURCHASE = "repurchase"
    EXPAND = "expand"


@frozen(kw_only=True)
class Instrument:
    """A questionnaire: its scale and what each item feeds.

    Attributes:
        name: The word used in responses.
        scale: The scale of its items.
        items: Indicator by item.
    """

    name: str = field(validator=named)
    scale: Scale
    items: Mapping[str, Indicator] = field(converter=FrozenMapping, hash=False)


BUILT_IN: tuple[Instrument, ...] = (
    Instrument(name="nps", scale=Scale(0, 10), items={"recommend": Indicator.RECOMMEND}),
    Instrument(name="csat", scale=Scale(1, 5), items={"satisfaction": Indicator.SATISFACTION}),
    Instrument(name="ces", scale=Scale(1, 7), items={"ease": Indicator.EASE}),
    Instrument(name="repurchase", scale=Scale(0, 10), items={"repurchase": Indicator.REPURCHASE}),
)


def instrument(name: str, known: tuple[Instrument, ...] = BUILT_IN) -> Instrument | None:
    """Return the instrument called ``name``, or None where it is not known."""
    return next((one for one in known if one.name == name), None)
