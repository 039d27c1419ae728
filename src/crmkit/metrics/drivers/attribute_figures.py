"""Two figures per attribute, each as it was given or the mean of what respondents answered."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import fsum
from numbers import Real
from random import Random
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.metrics.answer_table import answer_table
from crmkit.metrics.intervals import checked_number

__all__ = ["AttributeFigures", "Place", "attribute_figures"]

Place = tuple[float, float]
"""Importance and performance of an attribute."""

_Figure = float | tuple[float | None, ...]


@frozen(kw_only=True)
class AttributeFigures:
    """Importance and performance of attributes.

    Attributes:
        importance: By attribute, a figure or the answers of the respondents.
        performance: The same, in the same order.
        n: Respondents; None where both are figures.
        notes: How many answers are missing.
    """

    importance: Mapping[str, _Figure] = field(converter=FrozenMapping, hash=False)
    performance: Mapping[str, _Figure] = field(converter=FrozenMapping, hash=False)
    n: int | None
    notes: tuple[str, ...] = ()

    def places(self, rows: Sequence[int] | None = None) -> dict[str, Place] | None:
        """Return the place of every attribute; None where nobody in the rows rated one.

        Args:
            rows: Which respondents count; all where it is None.
        """
        found: dict[str, Place] = {}
        for name in self.importance:
            important = _mean(self.importance[name], rows)
            good = _mean(self.performance[name], rows)
            if important is None or good is None:
                return None
            found[name] = important, good
        return found

    def redrawn(self, draws: int, source: Random) -> Iterator[dict[str, Place]]:
        """Yield the places in samples of the respondents; none where there are figures alone.

        Args:
            draws: Samples.
            source: Where the numbers come from.
        """
        if self.n is None:
            return
        everyone = range(self.n)
        for _ in range(draws):
            if found := self.places(source.choices(everyone, k=self.n)):
                yield found


def _mean(figure: _Figure, rows: Sequence[int] | None) -> float | None:
    if not isinstance(figure, tuple):
        return figure
    answers = figure if rows is None else map(figure.__getitem__, rows)
    known = [one for one in answers if one is not None]
    return fsum(known) / len(known) if known else None


def attribute_figures(
    importance: Any, performance: Any, *, scales: tuple[tuple[float, float], tuple[float, float]]
) -> AttributeFigures:
    """Return both figures of each attribute, checked.

    Args:
        importance: By attribute, figures or answers.
        performance: By the same attributes, figures or answers.
        scales: The least and the greatest of the one and of the other.

    Raises:
        InvalidValueError: NaN, off the scale, figures among answers, other attributes in the one
            than in the other, or other respondents.
        InsufficientDataError: An attribute that nobody answered.
    """
    one, other = (
        _read(given, name, scale)
        for given, name, scale in zip(
            (importance, performance), ("importance", "performance"), scales, strict=True
        )
    )
    if one.keys() != other.keys():
        alone = ", ".join(sorted(one.keys() ^ other.keys()))
        raise InvalidValueError("performance", alone, "must be of the attributes of importance")
    figures = AttributeFigures(
        importance=one,
        performance={name: other[name] for name in one},
        n=_respondents(one, other),
        notes=_missing(one, "importance") + _missing(other, "performance"),
    )
    if figures.places() is None:
        raise InsufficientDataError("an attribute's mean", 1, 0, "answers to each attribute")
    return figures


def _read(given: Any, name: str, scale: tuple[float, float]) -> dict[str, _Figure]:
    """Figures or answers by attribute."""
    low, high = scale
    values = given.values() if isinstance(given, Mapping) else ()
    numbers = [isinstance(one, Real | Decimal) for one in values]
    if not any(numbers):
        return dict(answer_table(given, field=name, low=low, high=high).columns)
    if not all(numbers):
        rule = "must be figures for all attributes, or answers for all"
        raise InvalidValueError(name, "figures and answers", rule)
    return {
        key: checked_number(one, f"{name}[{key!r}]", low=low, high=high)
        for key, one in given.items()
    }


def _respondents(*both: Mapping[str, _Figure]) -> int | None:
    """How many answered, which must be the same on both sides."""
    counts = {len(figure) for side in both for figure in side.values() if isinstance(figure, tuple)}
    if len(counts) > 1:
        rule = "must be of the same respondents as importance: a row each, in the same order"
        raise InvalidValueError("performance", sorted(counts), rule)
    return counts.pop() if counts else None


def _missing(side: Mapping[str, _Figure], name: str) -> tuple[str, ...]:
    answers = (one for one in side.values() if isinstance(one, tuple))
    missing = sum(column.count(None) for column in answers)
    return (f"{missing:,} missing answers on {name} left out",) * bool(missing)
