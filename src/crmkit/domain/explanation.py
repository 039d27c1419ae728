"""Why an answer is what it is: formula, source, inputs, coverage, what was left out, model."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from attrs import field, frozen

from crmkit.domain.sheet import Sheet, Shown

__all__ = ["Explained", "Explanation"]


def _texts(value: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    pairs = value.items() if isinstance(value, Mapping) else value
    return tuple((name, _told(one)) for name, one in pairs)


def _told(one: object) -> str:
    if isinstance(one, float):
        return f"{one:,.0f}" if abs(one) >= 1000 else f"{one:.4g}"
    return "missing" if one is None else str(one)


@frozen(kw_only=True)
class Explanation(Shown):
    """How a figure came about, so that a person can check it.

    Attributes:
        figure: What is explained, by its name in the catalogue.
        answer: The answer as a person reads it.
        formula: How it follows from the inputs.
        source: Who says so; "crmkit" where it is this library's own judgement.
        inputs: What went in, by name, as text; "missing" where it is not known.
        coverage: How much of what it needs was there; empty where nothing can be missing.
        left_out: What was not counted, and why.
        model: Which model and which fit stand behind it; empty where there is none.
        parts: The explanations of the figures it is made of.
    """

    figure: str
    answer: str = field(converter=str)
    formula: str
    source: str
    inputs: tuple[tuple[str, str], ...] = field(default=(), converter=_texts)
    coverage: str = ""
    left_out: tuple[str, ...] = ()
    model: str = ""
    parts: "tuple[Explanation, ...]" = ()

    def sheet(self) -> Sheet:
        """Return the explanation as it is shown."""
        told = (
            ("formula", self.formula),
            ("source", self.source),
            *self.inputs,
            ("coverage", self.coverage),
            ("model", self.model),
        )
        return Sheet(
            title=f"{self.figure}: {self.answer}",
            rows=tuple((name, text) for name, text in told if text),
            notes=tuple(f"left out: {one}" for one in self.left_out),
            parts=tuple(part.sheet() for part in self.parts),
        )


class Explained(Protocol):
    """An answer that can say how it came about."""

    def explain(self) -> Explanation:
        """Return formula, source, inputs, coverage, what was left out, and model."""
        ...
