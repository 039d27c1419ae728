"""Customer value analysis: is our quality worth our price, against a competitor's?

    Gale     here              formula
    MPQ      quality_ratio     Σ w own/competitor ÷ Σ w, over attributes of quality
    relP     relative_price    own price ÷ competitor's; Σ w own/competitor ÷ Σ w of several
    -        value_ratio       MPQ ÷ relP
    -        weighted_value    w_Q MPQ + w_P / relP, with w_Q + w_P = 1

Above 1 is better than the competitor, but for the price. A mean of ratios depends on who is
compared with whom: ours against theirs and theirs against ours can both be above 1. The
geometric ratios, exp(Σ w ln(own/competitor) ÷ Σ w), are reciprocal, and stand beside Gale's.

Assumptions: scores are on a scale whose 0 means nothing, so that ratios mean something; weights
are the customers', not the shop's. Scores given as means have no interval; those of respondents
have one by ``customer_value_of_ratings``.

Source: Gale, B. T. (1994). Managing customer value. Free Press.
"""

from collections.abc import Mapping

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.perceived_value.ratios import Comparison, Prices, checked_prices, compared

__all__ = ["AttributeRatio", "CustomerValueAnalysis", "customer_value_analysis", "made_of"]

_UNITS = {"own_score": "weighted score", "competitor_score": "weighted score"}
_METHODS = {
    "own_score": "weighted mean of our scores",
    "competitor_score": "weighted mean of the competitor's scores",
    "quality_ratio": "weighted mean of ratios",
    "quality_ratio_geometric": "weighted geometric mean of ratios",
    "relative_price": "own price ÷ competitor's",
    "value_ratio": "quality ratio ÷ relative price",
    "value_ratio_geometric": "geometric quality ratio ÷ geometric relative price",
    "weighted_value": "weighted quality ratio and inverse relative price",
}
_ENTRIES = {
    "quality_ratio": "market_perceived_quality",
    "quality_ratio_geometric": "market_perceived_quality_geometric",
    "relative_price": "relative_price",
    "value_ratio": "customer_value_ratio",
    "value_ratio_geometric": "customer_value_ratio_geometric",
    "weighted_value": "customer_value_weighted",
    "own_score": "quality_score",
    "competitor_score": "quality_score",
}


@frozen(kw_only=True)
class AttributeRatio:
    """One attribute of quality, ours against the competitor's.

    Attributes:
        name: What was judged.
        weight: Its share of all weights, 0 to 1.
        own: Our score.
        competitor: The competitor's.
        ratio: Ours ÷ theirs: above 1 is better.
    """

    name: str
    weight: float
    own: float
    competitor: float
    ratio: float


@frozen(kw_only=True)
class CustomerValueAnalysis(Shown):
    """Our quality and price against a competitor's.

    Attributes:
        attributes: The attributes of quality, as given.
        own_score: Weighted mean of our scores.
        competitor_score: Weighted mean of the competitor's scores.
        quality_ratio: Gale's market-perceived quality: weighted mean of ratios.
        quality_ratio_geometric: The same as a geometric mean; undefined with a score of 0.
        relative_price: Our price ÷ theirs; undefined without prices.
        value_ratio: Quality ratio ÷ relative price; undefined without prices.
        value_ratio_geometric: The same of the geometric means.
        weighted_value: Quality ratio and inverse relative price, weighted; undefined without
            prices and their weight.
    """

    attributes: tuple[AttributeRatio, ...]
    own_score: Estimate
    competitor_score: Estimate
    quality_ratio: Estimate
    quality_ratio_geometric: Estimate
    relative_price: Estimate
    value_ratio: Estimate
    value_ratio_geometric: Estimate
    weighted_value: Estimate

    @property
    def weakest(self) -> str:
        """The attribute that costs most quality: the most weight below the competitor."""
        return min(self.attributes, key=lambda one: one.weight * (one.ratio - 1)).name

    def sheet(self) -> Sheet:
        """Return the figures, and attribute by attribute, as they are shown."""
        figures = {name: self._figure(name) for name in _METHODS}
        known = ((name, one) for name, one in figures.items() if one.value is not None)
        attributes = Sheet(
            title="Attributes: ours against the competitor's",
            rows=tuple(
                (
                    f"{one.name} (weight {one.weight:.0%})",
                    f"{one.ratio:.2f} = {one.own:g} ÷ {one.competitor:g}",
                )
                for one in self.attributes
            ),
        )
        rows = tuple((name.replace("_", " "), one) for name, one in known)
        title = f"Customer value: quality {self.quality_ratio.told}"
        return Sheet(title=title, rows=rows, parts=(attributes,))

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        ratios = {one.name: one.ratio for one in self.attributes}
        known = (name for name in _METHODS if self._figure(name).value is not None)
        return explained(
            "customer_value_analysis",
            self.quality_ratio.told,
            inputs={f"ratio of {name}": ratio for name, ratio in ratios.items()},
            parts=tuple(self._told(name) for name in known),
        )

    def _told(self, name: str) -> Explanation:
        called = name.replace("_", " ") if name in _UNITS else ""
        return self._figure(name).explain(_ENTRIES[name], called=called)

    def _figure(self, name: str) -> Estimate:
        found: Estimate = getattr(self, name)
        return found


def customer_value_analysis(
    weights: Mapping[str, float],
    own: Mapping[str, float],
    competitor: Mapping[str, float],
    *,
    own_price: Prices = None,
    competitor_price: Prices = None,
    price_weights: Mapping[str, float] | None = None,
    quality_weight: float | None = None,
) -> CustomerValueAnalysis:
    """Quality and price against a competitor, from scores.

    Args:
        weights: Importance of each attribute of quality, 0 or more in any unit.
        own: Our score on each attribute, 0 or more.
        competitor: The competitor's score on each, above 0; or the mean of the others'.
        own_price: Our price, above 0; or several by name.
        competitor_price: The competitor's, likewise.
        price_weights: Importance of each of several prices; equal if None.
        quality_weight: How much quality matters against price, 0 to 1, for ``weighted_value``.

    Returns:
        Ratios without intervals, for means say nothing of their errors; what needs a price is
        undefined without one.

    Raises:
        InvalidValueError: Attributes that differ between weights and scores, a competitor's
            score or a price of 0, a negative weight or score, weights nowhere above 0, one price
            without the other, or a quality weight outside 0 to 1.

    Source:
        Gale (1994).

    >>> value = customer_value_analysis({"taste": 1, "looks": 1}, {"taste": 9, "looks": 8},
    ...     {"taste": 6, "looks": 8}, own_price=5, competitor_price=4)
    >>> value.quality_ratio.value, value.value_ratio.value
    (1.25, 1.0)
    """
    prices = checked_prices(own_price, competitor_price, price_weights, quality_weight)
    found = compared(weights, own, competitor, prices)
    return made_of(found, n=len(found.weights), intervals={}, note="means as given: no interval")


def made_of(
    found: Comparison,
    *,
    n: int,
    intervals: Mapping[str, tuple[float, float] | None],
    note: str,
) -> CustomerValueAnalysis:
    """Return the analysis of a comparison.

    Args:
        found: Scores and figures.
        n: What stands behind them: attributes, or respondents.
        intervals: By figure, where there are any.
        note: A note for figures without an interval.
    """

    def estimate(name: str) -> Estimate:
        value, method = found.figures[name], _METHODS[name]
        unit = _UNITS.get(name, "to 1 of the competitor")
        if value is None:
            return undefined(unit=unit, method=method, note=found.why_not(name), low=0, n=n)
        low, high = intervals.get(name) or (None, None)
        notes = (note,) * (low is None and bool(note))
        return Estimate(value=value, low=low, high=high, n=n, unit=unit, method=method, notes=notes)

    return CustomerValueAnalysis(
        attributes=tuple(
            AttributeRatio(
                name=name,
                weight=weight,
                own=found.own[name],
                competitor=found.competitor[name],
                ratio=found.own[name] / found.competitor[name],
            )
            for name, weight in found.weights.items()
        ),
        **{name: estimate(name) for name in _METHODS},
    )
