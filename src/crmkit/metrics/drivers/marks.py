"""Ratings of an attribute as marks: rated low, rated high, and the middle between them."""

from collections.abc import Sequence

from attrs import frozen

__all__ = ["LEAST", "Marks", "marks_of"]

#: Fewer than this rated low, high or between tell nothing.
LEAST = 5


@frozen(kw_only=True)
class Marks:
    """Who rated an attribute low and who high.

    Attributes:
        name: The attribute.
        low: 1 for each respondent who rated it low, else 0.
        high: 1 for each respondent who rated it high, else 0.
        limits: Ratings up to the first are low, from the second on high.
    """

    name: str
    low: tuple[float, ...]
    high: tuple[float, ...]
    limits: tuple[float, float]

    @property
    def rated(self) -> tuple[int, int]:
        """How many rated it low, and high."""
        return int(sum(self.low)), int(sum(self.high))

    @property
    def between(self) -> int:
        """How many rated it neither low nor high."""
        return len(self.low) - sum(self.rated)

    @property
    def columns(self) -> tuple[tuple[float, ...], ...]:
        """The marks that enter the fit: those that enough respondents have, against enough.

        Without a middle, "rated high" alone is entered and is held against "rated low".
        """
        low, high = (count >= LEAST for count in self.rated)
        if self.between < LEAST:
            return (self.high,) * (low and high)
        return (self.low,) * low + (self.high,) * high

    @property
    def entered(self) -> str:
        """What the only mark that enters the fit stands for."""
        if self.between < LEAST:
            return "range"
        return "penalty" if self.rated[0] >= LEAST else "reward"

    @property
    def missing(self) -> tuple[str, ...]:
        """What cannot be told, and why."""
        low, high = self.limits
        return (
            *_too_few(self.rated[0], f"low (up to {low:g})", "its penalty"),
            *_too_few(self.rated[1], f"high (from {high:g})", "its reward"),
            *_too_few(self.between, f"between {low:g} and {high:g}", "penalty and reward"),
        )


def _too_few(count: int, how: str, what: str) -> tuple[str, ...]:
    who = f"{count} respondents" if count else "nobody"
    note = f"{who} rated it {how}: {LEAST} are needed for {what}"
    return (note,) * (count < LEAST)


def marks_of(name: str, ratings: Sequence[float], limits: tuple[float, float]) -> Marks:
    """Return the marks of an attribute.

    Args:
        name: The attribute.
        ratings: One per respondent.
        limits: Ratings up to the first are low, from the second on high.
    """
    low, high = limits
    return Marks(
        name=name,
        low=tuple(float(one <= low) for one in ratings),
        high=tuple(float(one >= high) for one in ratings),
        limits=limits,
    )
