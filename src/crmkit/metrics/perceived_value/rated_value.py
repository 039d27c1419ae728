"""Perceived value as customers rate it: what they get, less what they give, as weighed by them.

Where money's worth of each part cannot be had, respondents rate the parts, from none to very
much; the importance of the parts weighs them, benefits among themselves and costs among
themselves.

    text         here         unit
    v, c         ratings      on the scale, high is much value, or much cost
    w            weights      sum to 1 over the benefits, and to 1 over the costs
    Σwv - Σwc    index        minus to plus the width of the scale

Assumptions: ratings of benefits and of costs are on one scale, and a step means as much on the
one as on the other. A cost is rated as cost: high is bad. Parts that were not asked weigh
nothing, and the coverage says so: such an index is not comparable with one of all eight.

Source: Zeithaml, V. A. (1988). Consumer perceptions of price, quality, and value. Journal of
Marketing 52(3), 2-22, for value as get against give; the parts as of Kotler and Keller (2006);
the index is crmkit's own.
"""

from collections.abc import Mapping, Sequence
from math import fsum

from attrs import evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import mapped
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, mean_estimate, on_scale, valid_scale
from crmkit.metrics.perceived_value.parts import CostPart, ValuePart

__all__ = ["PerceivedValue", "perceived_value"]

_BENEFITS: tuple[str, ...] = tuple(ValuePart)
_COSTS: tuple[str, ...] = tuple(CostPart)


@frozen(kw_only=True)
class PerceivedValue(Shown):
    """Value as respondents rate it.

    Attributes:
        index: Weighted benefits less weighted costs, minus to plus the width of the scale.
        value: Weighted mean rating of the benefits, on the scale.
        cost: Weighted mean rating of the costs, on the scale.
        parts: Mean rating of each part that was asked, on the scale.
        weights: Importance of each part that was asked; 1 in all for benefits, 1 for costs.
        left_out: What was not counted.
    """

    index: Estimate
    value: Estimate
    cost: Estimate
    parts: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    weights: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    left_out: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that were not asked."""
        return tuple(name for name in (*_BENEFITS, *_COSTS) if name not in self.parts)

    @property
    def coverage(self) -> float:
        """Share of the eight parts that were asked, 0 to 1."""
        return len(self.parts) / (len(_BENEFITS) + len(_COSTS))

    def sheet(self) -> Sheet:
        """Return index and parts as they are shown."""
        parts = (
            (name, f"{one}, weight {self.weights[name]:.0%}") for name, one in self.parts.items()
        )
        rows = (("value", self.value), ("cost", self.cost), *parts, ("coverage", self._coverage()))
        return Sheet(title=f"Perceived value: {self.index}", rows=rows, notes=self.left_out)

    def explain(self) -> Explanation:
        """Return how the index came about."""
        figures = {
            "perceived_value_index": self.index,
            "perceived_benefits": self.value,
            "perceived_costs": self.cost,
        }
        return explained(
            "perceived_value",
            self.index.told,
            inputs={f"weight of {name}": weight for name, weight in self.weights.items()},
            coverage=self._coverage(),
            left_out=self.left_out,
            parts=tuple(one.explain(name) for name, one in figures.items()),
        )

    def _coverage(self) -> str:
        lacking = f"; not asked: {', '.join(self.missing)}" if self.missing else ""
        return f"{len(self.parts)} of {len(_BENEFITS) + len(_COSTS)} parts{lacking}"


def perceived_value(
    ratings: Table,
    importance: Mapping[str, float] | None = None,
    *,
    scale: tuple[float, float] = (0, 10),
) -> PerceivedValue:
    """Perceived value from ratings of its parts.

    Args:
        ratings: Ratings by part, one row per respondent: any of "product", "service",
            "personnel", "image" (high is much value) and any of "money", "time", "energy",
            "psychic" (high is much cost). Respondents with a rating missing are left out.
        importance: How much each part matters, 0 or more in any unit; equal if None.
        scale: Lowest and highest rating.

    Returns:
        Index, benefits, costs and parts, each with a t interval over respondents; undefined if
        nobody rated all that was asked.

    Raises:
        InvalidValueError: A part there is not, no benefit or no cost, a rating off the scale, a
            part without importance, or importance that is negative or nowhere above 0.

    Source:
        Zeithaml (1988); the index is crmkit's own.

    >>> perceived_value({"product": [8, 9, 7], "money": [5, 6, 4]}).index.value
    3.0
    """
    low, high = valid_scale(scale)
    table = answer_table(ratings, field="ratings", low=low, high=high)
    benefits, costs = _asked(table, _BENEFITS), _asked(table, _COSTS)
    _only_parts(table)
    chosen = table.only((*benefits, *costs))
    weights = _weights(benefits, importance) | _weights(costs, importance)
    rows = [dict(zip(chosen.names, row, strict=True)) for row in chosen.complete]
    got, given = (
        [fsum(weights[name] * row[name] for name in side) for row in rows]
        for side in (benefits, costs)
    )
    net = [value - cost for value, cost in zip(got, given, strict=True)]
    return PerceivedValue(
        index=_mean(net, low - high, high - low, "weighted benefits less weighted costs"),
        value=_mean(got, low, high, "weighted benefits"),
        cost=_mean(given, low, high, "weighted costs"),
        parts={
            name: _mean([row[name] for row in rows], low, high, "rating") for name in chosen.names
        },
        weights=weights,
        left_out=chosen.left_out(),
    )


def _asked(table: AnswerTable, parts: Sequence[str]) -> tuple[str, ...]:
    asked = tuple(name for name in parts if name in table.columns)
    if not asked:
        raise InvalidValueError(
            "ratings", list(table.names), f"must hold one of {', '.join(parts)}"
        )
    return asked


def _only_parts(table: AnswerTable) -> None:
    for name in table.names:
        if name not in (*_BENEFITS, *_COSTS):
            rule = f"must be one of {', '.join((*_BENEFITS, *_COSTS))}"
            raise InvalidValueError("ratings", name, rule)


def _weights(parts: Sequence[str], importance: Mapping[str, float] | None) -> dict[str, float]:
    if importance is None:
        return dict.fromkeys(parts, 1 / len(parts))
    importance = mapped(importance, "importance")
    for name in parts:
        if name not in importance:
            raise InvalidValueError(
                "importance", list(importance), f"must say how much {name} matters"
            )
    given = {
        name: checked_number(importance[name], f"importance[{name!r}]", low=0) for name in parts
    }
    whole = fsum(given.values())
    if whole == 0:
        raise InvalidValueError("importance", given, "must be above 0 for one of them at least")
    return {name: weight / whole for name, weight in given.items()}


def _mean(values: Sequence[float], low: float, high: float, what: str) -> Estimate:
    one = mean_estimate(values, unit=on_scale(low, high), low=low, high=high)
    return evolve(one, method=f"{what}: {one.method}")
