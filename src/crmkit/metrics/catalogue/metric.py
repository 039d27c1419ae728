"""What is to be known of a figure before one reads it: unit, range, direction, needs, source."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal

from attrs import field, frozen, validators

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.labels import label
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.validators import named

__all__ = ["Better", "Metric", "by_name", "found"]

Better = Literal["higher", "lower", "neither"]

#: The unit of figures that are words out of a closed set, or yes and no.
WORD = "word"


@frozen(kw_only=True)
class Metric(Shown):
    """One figure of the catalogue.

    Attributes:
        name: Its name here, in labels ("metric.nps") and in explanations.
        unit: What it is counted in; "money" is the shop's currency, "word" a closed set.
        low: The least it can be; None where there is no bound.
        high: The most it can be; None where there is no bound.
        better: Whether a higher or a lower one is better for the shop, or neither.
        needs: What must be recorded or said for it.
        formula: How it follows from that.
        source: Who says so; "crmkit" where it is this library's own judgement.
        function: The public name that gives it; None where it is part of several answers.
        attribute: Where it stands on what that returns; empty where it is what is returned.
    """

    name: str = field(validator=named)
    unit: str = field(validator=named)
    low: float | None = None
    high: float | None = None
    better: Better = field(validator=validators.in_(("higher", "lower", "neither")))
    needs: str = field(validator=named)
    formula: str = field(validator=named)
    source: str = field(validator=named)
    function: str | None = None
    attribute: str = ""

    @property
    def span(self) -> str:
        """Its range as a person reads it; empty where there is none."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{self.low:g} or more"
        return "" if self.high is None else f"at most {self.high:g}"

    @property
    def call(self) -> str:
        """What to write to get it: the function, and where the figure stands on its answer."""
        tail = f".{self.attribute}" if self.attribute else ""
        return "" if self.function is None else f"{self.function}(…){tail}"

    def __contains__(self, value: object) -> bool:
        """Tell whether a number lies in the range."""
        if not isinstance(value, int | float):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def label(self, language: str = "en") -> str:
        """Return what it is called.

        Args:
            language: "en" or "zh".
        """
        return label(f"metric.{self.name}", language)

    def facts(self) -> dict[str, str]:
        """Return all that is said of it, by what it is about; nothing is empty."""
        told = {
            "English": self.label("en"),
            "中文": self.label("zh"),
            "unit": self.unit,
            "range": self.span,
            "better": self.better,
            "needs": self.needs,
            "formula": self.formula,
            "source": self.source,
            "function": self.call,
        }
        return {name: text for name, text in told.items() if text}

    def sheet(self) -> Sheet:
        """Return the entry as it is shown."""
        return Sheet(title=self.name, rows=tuple(self.facts().items()))


def by_name(*rooms: Iterable[Metric]) -> Mapping[str, Metric]:
    """Return the entries of several rooms by their names.

    Raises:
        InvalidValueError: Two entries of one name.
    """
    entries = [one for room in rooms for one in room]
    table = {one.name: one for one in entries}
    if len(table) < len(entries):
        names = [one.name for one in entries]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidValueError("name", twice, "must stand in the catalogue once")
    return FrozenMapping(table)


def found(name: str, catalogue: Mapping[str, Metric]) -> Metric:
    """Return the entry of a name.

    Raises:
        InvalidValueError: There is none; the error names those that are spelled alike.
    """
    if name not in catalogue:
        close = get_close_matches(name, catalogue, n=3)
        hint = f"is it {' or '.join(close)}?" if close else "`crmkit metrics` lists them all"
        raise InvalidValueError("metric", name, "is not in the catalogue", hint)
    return catalogue[name]
