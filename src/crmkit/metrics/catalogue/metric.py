"""What is to be known of a figure before one reads it: unit, range, direction, needs, source.

A ``Metric`` is one figure. A ``Composite`` is an answer that holds several of them, so that
it has no unit and no range of its own.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal

from attrs import field, frozen, validators

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.labels import label
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.validators import named

__all__ = ["Better", "Composite", "Entry", "Metric", "by_name", "found"]

Better = Literal["higher", "lower", "neither"]

#: The unit of figures that are words out of a closed set, or yes and no.
WORD = "word"


@frozen(kw_only=True)
class Entry(Shown):
    """One entry of the catalogue.

    Attributes:
        name: Its name here, in labels ("metric.nps") and in explanations.
        needs: What must be recorded or said for it.
        formula: How it follows from that.
        source: Who says so; "crmkit" where it is this library's own judgement.
        function: The public name that gives it; None where it is part of several answers.
        attribute: Where it stands on what that returns; empty where it is what is returned.
    """

    name: str = field(validator=named)
    needs: str = field(validator=named)
    formula: str = field(validator=named)
    source: str = field(validator=named)
    function: str | None = None
    attribute: str = ""

    @property
    def call(self) -> str:
        """What to write to get it: the function, and where the figure stands on its answer."""
        tail = f".{self.attribute}" if self.attribute else ""
        return "" if self.function is None else f"{self.function}(…){tail}"

    @property
    def measure(self) -> str:
        """What it is measured in, as a person reads it; empty for several figures."""
        return ""

    @property
    def direction(self) -> str:
        """Which way is better for the shop; empty where neither is."""
        return ""

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
            **self._own_facts(),
            "needs": self.needs,
            "formula": self.formula,
            "source": self.source,
            "function": self.call,
        }
        return {name: text for name, text in told.items() if text}

    def _own_facts(self) -> dict[str, str]:
        return {}

    def sheet(self) -> Sheet:
        """Return the entry as it is shown."""
        return Sheet(title=self.name, rows=tuple(self.facts().items()))


@frozen(kw_only=True)
class Metric(Entry):
    """One figure.

    Attributes:
        unit: What it is counted in; "money" is the shop's currency, "word" a closed set.
        low: The least it can be; None where there is no bound.
        high: The most it can be; None where there is no bound.
        better: Whether a higher or a lower one is better for the shop, or neither.
    """

    unit: str = field(validator=named)
    low: float | None = None
    high: float | None = None
    better: Better = field(validator=validators.in_(("higher", "lower", "neither")))

    @property
    def span(self) -> str:
        """Its range as a person reads it; empty where there is none."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{self.low:g} or more"
        return "" if self.high is None else f"at most {self.high:g}"

    @property
    def measure(self) -> str:
        """Unit and range, as a person reads them."""
        return ", ".join(filter(None, (self.unit, self.span)))

    @property
    def direction(self) -> str:
        """Which way is better for the shop; empty where neither is."""
        return "" if self.better == "neither" else self.better

    def __contains__(self, value: object) -> bool:
        """Tell whether a number lies in the range."""
        if not isinstance(value, int | float):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _own_facts(self) -> dict[str, str]:
        return {"unit": self.unit, "range": self.span, "better": self.better}


@frozen(kw_only=True)
class Composite(Entry):
    """An answer that holds several figures.

    Attributes:
        holds: The names of entries it holds, in the order of reading.
    """

    holds: tuple[str, ...] = field(validator=validators.min_len(1))

    def _own_facts(self) -> dict[str, str]:
        return {"holds": ", ".join(self.holds)}


def by_name(*rooms: Iterable[Entry]) -> Mapping[str, Entry]:
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


def found(name: str, catalogue: Mapping[str, Entry]) -> Entry:
    """Return the entry of a name.

    Raises:
        InvalidValueError: There is none; the error names those that are spelled alike.
    """
    if name not in catalogue:
        close = get_close_matches(name, catalogue, n=3)
        hint = f"is it {' or '.join(close)}?" if close else "`crmkit metrics` lists them all"
        raise InvalidValueError("metric", name, "is not in the catalogue", hint)
    return catalogue[name]
