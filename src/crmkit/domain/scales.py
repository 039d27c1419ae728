"""Answer scales, and how a step of one is read.

    reads     a step x becomes                         for
    scale     (x - low) / (high - low)                 ratings, chances in tenths
    rank      1 / x, and 0 where x is 0 (not named)    unaided mention
    percent   x / 100                                  premiums, shares

The rank's reciprocal is crmkit's own.
"""

from enum import StrEnum

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError

__all__ = ["ReadAs", "Scale", "reading_of"]


@frozen(order=False)
class Scale:
    """Whole steps from ``low`` to ``high``, both included.

    Half stars are whole steps of a scale twice as long.
    """

    low: int
    high: int = field()

    @high.validator
    def _not_flat(self, _attribute: object, value: int) -> None:
        if type(self.low) is not int or type(value) is not int:
            raise InvalidValueError("scale", (self.low, value), "must have whole numbers as ends")
        if value <= self.low:
            raise InvalidValueError("scale", (self.low, value), "must rise by at least one step")

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


class ReadAs(StrEnum):
    """How a step of a scale becomes a reading from 0 to 1."""

    SCALE = "scale"
    RANK = "rank"
    PERCENT = "percent"


def reading_of(
    value: float, scale: Scale, reads: ReadAs = ReadAs.SCALE, *, reverse: bool = False
) -> float:
    """Return how much of its indicator an answer tells, 0 to 1.

    Args:
        value: A step of the scale, or a mean of several.
        scale: The steps there were.
        reads: How a step is read.
        reverse: Whether the item is worded against its indicator.
    """
    if reads is ReadAs.RANK:
        return 1 / value if value >= 1 else float(value)
    much = (
        value / 100 if reads is ReadAs.PERCENT else (value - scale.low) / (scale.high - scale.low)
    )
    return 1 - much if reverse else much
