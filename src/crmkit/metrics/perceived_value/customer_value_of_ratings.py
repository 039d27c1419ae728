"""Customer value analysis from respondents' ratings, with bootstrap intervals.

Each attribute's score is the mean of its ratings; the figures are those of
``customer_value_analysis``. Respondents are drawn anew, and with them all they said, so that
attributes that hang together stay together. Where the same respondents rate both, both are
drawn together; else each group by itself. Prices are facts and do not vary, and neither do the
weights.

Source: Gale (1994); interval: Efron, B., Tibshirani, R. (1993). An introduction to the
bootstrap, chapter 13.
"""

from collections.abc import Mapping, Sequence

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.intervals import checked_number, valid_scale
from crmkit.metrics.perceived_value.customer_value_analysis import CustomerValueAnalysis, made_of
from crmkit.metrics.perceived_value.ratios import (
    CheckedPrices,
    Prices,
    checked_prices,
    compared,
    figures_of,
)
from crmkit.metrics.resampling import DRAWS, checked_draws, percentile_interval
from crmkit.metrics.seeds import plain_generator

__all__ = ["customer_value_of_ratings"]


def customer_value_of_ratings(
    weights: Mapping[str, float],
    own: Table,
    competitor: Table,
    *,
    scale: tuple[float, float] = (1, 10),
    same_respondents: bool = True,
    own_price: Prices = None,
    competitor_price: Prices = None,
    price_weights: Mapping[str, float] | None = None,
    quality_weight: float | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> CustomerValueAnalysis:
    """Quality and price against a competitor, from respondents' ratings.

    Args:
        weights: Importance of each attribute of quality, 0 or more in any unit.
        own: Ratings of us by attribute, one row per respondent; None is missing.
        competitor: Ratings of the competitor, likewise.
        scale: Lowest and highest rating, from 0 up.
        same_respondents: Whether a row of both tables is the same respondent.
        own_price: As of ``customer_value_analysis``.
        competitor_price: As of ``customer_value_analysis``.
        price_weights: As of ``customer_value_analysis``.
        quality_weight: As of ``customer_value_analysis``.
        draws: Samples of the bootstrap, 100 or more.
        seed: From 0; the same seed gives the same intervals.

    Returns:
        The figures of the mean ratings with percentile intervals over respondents; with fewer
        than two of them there are no intervals. n counts respondents who rated us on anything.

    Raises:
        InvalidValueError: A rating off the scale, an attribute nobody rated, tables of unequal
            length from the same respondents, too few draws, or as of
            ``customer_value_analysis``.

    Source:
        Gale (1994); Efron and Tibshirani (1993).
    """
    low, high = valid_scale(scale)
    checked_number(low, "scale", low=0)
    draws = checked_draws(draws)
    ours = answer_table(own, field="own", low=low, high=high)
    theirs = answer_table(competitor, field="competitor", low=low, high=high)
    if same_respondents and len(ours) != len(theirs):
        lengths = (len(ours), len(theirs))
        rule = "must be equal where the same respondents rate both"
        raise InvalidValueError("rows", lengths, rule, "give same_respondents=False otherwise")
    prices = checked_prices(own_price, competitor_price, price_weights, quality_weight)
    found = compared(weights, _scores(ours, "own"), _scores(theirs, "competitor"), prices)
    source, many = plain_generator(seed), min(len(ours), len(theirs)) > 1
    drawn: list[dict[str, float | None]] = []
    for _ in range(draws if many else 0):
        places = source.choices(range(len(ours)), k=len(ours))
        others = places if same_respondents else source.choices(range(len(theirs)), k=len(theirs))
        drawn.append(_redrawn(found.weights, (ours, places), (theirs, others), prices))
    return made_of(
        found,
        n=sum(any(one is not None for one in row) for row in ours.rows),
        intervals={name: _interval(name, drawn) for name in found.figures},
        note="too few respondents for an interval",
    )


def _scores(table: AnswerTable, field: str) -> dict[str, float]:
    scores = {name: _mean(column) for name, column in table.columns.items()}
    if empty := [name for name, score in scores.items() if score is None]:
        raise InvalidValueError(field, ", ".join(empty), "must be rated by somebody")
    return {name: score for name, score in scores.items() if score is not None}


def _mean(column: Sequence[float | None]) -> float | None:
    known = [rating for rating in column if rating is not None]
    return sum(known) / len(known) if known else None


def _redrawn(
    shares: Mapping[str, float],
    own: tuple[AnswerTable, Sequence[int]],
    competitor: tuple[AnswerTable, Sequence[int]],
    prices: CheckedPrices,
) -> dict[str, float | None]:
    """The figures of respondents drawn anew; none where an attribute lost all its ratings."""
    ours, theirs = (
        {name: _mean([table.columns[name][place] for place in places]) for name in shares}
        for table, places in (own, competitor)
    )
    known = {name: score for name, score in ours.items() if score is not None}
    positive = {name: score for name, score in theirs.items() if score}
    if len(known) < len(shares) or len(positive) < len(shares):
        return {}
    return figures_of(shares, known, positive, prices)


def _interval(name: str, drawn: Sequence[Mapping[str, float | None]]) -> tuple[float, float] | None:
    values = [value for one in drawn if (value := one.get(name)) is not None]
    return percentile_interval(values)
