"""The arithmetic of customer value analysis: weighted ratios of scores and of prices.

Source: Gale (1994).
"""

from collections.abc import Iterable, Mapping
from math import exp, fsum, log

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.checked import MOST, checked_number, mapped

__all__ = [
    "CheckedPrices",
    "Comparison",
    "Prices",
    "checked_prices",
    "checked_weights",
    "compared",
    "figures_of",
]

Prices = float | Mapping[str, float] | None
"""A price, several by name, or none."""

_Numbers = Mapping[str, float]


@frozen(kw_only=True)
class CheckedPrices:
    """Prices that can be compared.

    Attributes:
        weights: The share of each price, 1 in all; empty without prices.
        own: Our prices.
        competitor: The competitor's.
        quality_weight: How much quality matters against price, 0 to 1; None if not said.
    """

    weights: _Numbers
    own: _Numbers
    competitor: _Numbers
    quality_weight: float | None


@frozen(kw_only=True)
class Comparison:
    """Scores with the figures made of them.

    Attributes:
        weights: The share of each attribute, 1 in all.
        own: Our scores.
        competitor: The competitor's.
        figures: The figures by name; None where undefined.
        priced: Whether there are prices.
    """

    weights: _Numbers
    own: _Numbers
    competitor: _Numbers
    figures: Mapping[str, float | None]
    priced: bool

    def why_not(self, figure: str) -> str:
        """Return what is missing for a figure that is undefined."""
        if figure == "quality_ratio_geometric" or (self.priced and figure != "weighted_value"):
            return "a score of 0 has no logarithm"
        return "say how much quality matters against price" if self.priced else "no prices given"


def checked_weights(weights: _Numbers, field: str) -> dict[str, float]:
    """Return weights that sum to 1.

    Raises:
        InvalidValueError: A weight that is negative or no number, or none above 0.
    """
    given = {
        name: checked_number(weight, f"{field}[{name!r}]", low=0)
        for name, weight in mapped(weights, field).items()
    }
    whole = fsum(given.values())
    if whole == 0:
        raise InvalidValueError(field, given, "must hold one above 0 at least")
    return {name: weight / whole for name, weight in given.items()}


def checked_prices(
    own: Prices,
    competitor: Prices,
    weights: _Numbers | None,
    quality_weight: float | None,
) -> CheckedPrices:
    """Return prices that can be compared, or none.

    Raises:
        InvalidValueError: One price without the other, names that differ, a price that is not
            above 0, or a quality weight outside 0 to 1.
    """
    if quality_weight is not None:
        checked_number(quality_weight, "quality_weight", low=0, high=1)
    known = None if quality_weight is None else float(quality_weight)
    ours, theirs = _named(own, "own_price"), _named(competitor, "competitor_price")
    shares = checked_weights(weights or dict.fromkeys(ours, 1.0), "price_weights") if ours else {}
    for field, prices in (("own_price", ours), ("competitor_price", theirs)):
        _same_names(field, prices, shares)
    return CheckedPrices(weights=shares, own=ours, competitor=theirs, quality_weight=known)


def _named(prices: Prices, field: str) -> dict[str, float]:
    if prices is None:
        return {}
    given = mapped(prices, field) if isinstance(prices, Mapping) else {"price": prices}
    return {name: _above_zero(f"{field}[{name!r}]", price) for name, price in given.items()}


def compared(
    weights: _Numbers, own: _Numbers, competitor: _Numbers, prices: CheckedPrices
) -> Comparison:
    """Return scores with the figures made of them.

    Args:
        weights: Importance of each attribute.
        own: Our scores, 0 or more.
        competitor: The competitor's, above 0.
        prices: Prices, checked.

    Raises:
        InvalidValueError: Attributes that differ, a negative score, a competitor's score of 0,
            or weights nowhere above 0.
    """
    shares = checked_weights(weights, "weights")
    own, competitor = mapped(own, "own"), mapped(competitor, "competitor")
    for field, scores in (("own", own), ("competitor", competitor)):
        _same_names(field, scores, shares)
    ours = {name: checked_number(own[name], f"own[{name!r}]", low=0, high=MOST) for name in shares}
    theirs = {name: _above_zero(f"competitor[{name!r}]", competitor[name]) for name in shares}
    return Comparison(
        weights=shares,
        own=ours,
        competitor=theirs,
        figures=figures_of(shares, ours, theirs, prices),
        priced=bool(prices.own),
    )


def figures_of(
    shares: _Numbers, own: _Numbers, competitor: _Numbers, prices: CheckedPrices
) -> dict[str, float | None]:
    """Return the figures by name, of scores and prices that were checked."""
    quality = _mean_ratio(shares, own, competitor)
    geometric = _geometric(shares, own, competitor)
    figures: dict[str, float | None] = {
        "own_score": fsum(share * own[name] for name, share in shares.items()),
        "competitor_score": fsum(share * competitor[name] for name, share in shares.items()),
        "quality_ratio": quality,
        "quality_ratio_geometric": geometric,
    }
    return figures | _priced(quality, geometric, prices)


def _priced(
    quality: float, geometric: float | None, prices: CheckedPrices
) -> dict[str, float | None]:
    if not prices.own:
        names = ("relative_price", "value_ratio", "value_ratio_geometric", "weighted_value")
        return dict.fromkeys(names)
    price = _mean_ratio(prices.weights, prices.own, prices.competitor)
    price_geometric = _geometric(prices.weights, prices.own, prices.competitor)
    weight = prices.quality_weight
    return {
        "relative_price": price,
        "value_ratio": quality / price,
        "value_ratio_geometric": _divided(geometric, price_geometric),
        "weighted_value": None if weight is None else weight * quality + (1 - weight) / price,
    }


def _divided(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one / other


def _mean_ratio(shares: _Numbers, own: _Numbers, competitor: _Numbers) -> float:
    return fsum(share * own[name] / competitor[name] for name, share in shares.items())


def _geometric(shares: _Numbers, own: _Numbers, competitor: _Numbers) -> float | None:
    used = {name: share for name, share in shares.items() if share}
    if not all(own[name] > 0 for name in used):
        return None
    return exp(fsum(share * log(own[name] / competitor[name]) for name, share in used.items()))


def _same_names(field: str, given: Iterable[str], wanted: Iterable[str]) -> None:
    names, needed = list(given), list(wanted)
    if set(names) != set(needed):
        raise InvalidValueError(field, names, f"must be of {', '.join(needed) or 'nothing'}")


def _above_zero(field: str, given: float) -> float:
    number = checked_number(given, field, low=0, high=MOST)
    if not number * MOST > 1:
        raise InvalidValueError(field, given, "must be above 0: nothing can be divided by it")
    return number
