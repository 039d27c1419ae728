"""Delivered value over several respondents, who each put money on the parts.

    figure       formula                                       interval
    difference   mean of the respondents' differences          bootstrap over respondents
    ratio        mean total value ÷ mean total cost            bootstrap over respondents

The ratio is that of the means, not the mean of ratios: one respondent for whom the thing cost
next to nothing would make the latter anything. Respondents who left a part open are left out,
for without it their difference is not known.

Source: Kotler and Keller (2006), chapter 5; interval: Efron, B., Tibshirani, R. (1993).
"""

from collections.abc import Callable, Iterable, Sequence
from math import fsum

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.perceived_value.delivered_value import DeliveredValue, checked_judgement
from crmkit.metrics.resampling import DRAWS, checked_draws, percentile_interval, redrawn
from crmkit.metrics.seeds import checked_seed

__all__ = ["MeanDeliveredValue", "mean_delivered_value"]

_Figure = Callable[[Sequence[tuple[float, float]]], float | None]


@frozen(kw_only=True)
class MeanDeliveredValue(Shown):
    """What an offer gives and takes in the judgement of several.

    Attributes:
        difference: Mean of total value less total cost.
        ratio: Mean total value per unit of mean total cost; undefined unless that is above 0.
        respondents: Who was asked.
        left_out: Who left a part open.
    """

    difference: Estimate
    ratio: Estimate
    respondents: int
    left_out: int

    def sheet(self) -> Sheet:
        """Return the figures as they are shown."""
        rows = (("difference", self.difference), ("ratio", self.ratio))
        return Sheet(title="Mean delivered value", rows=rows, notes=self._notes())

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        kept = self.respondents - self.left_out
        parts = (
            self.difference.explain("value_difference"),
            self.ratio.explain("value_cost_ratio"),
        )
        return explained(
            "mean_delivered_value",
            self.difference.told,
            inputs={"respondents": self.respondents},
            coverage=f"{kept} of {self.respondents} respondents",
            left_out=self._notes(),
            parts=parts,
        )

    def _notes(self) -> tuple[str, ...]:
        told = f"{self.left_out:,} of {self.respondents:,} respondents left out: a part left open"
        return (told,) * bool(self.left_out)


def mean_delivered_value(
    judgements: Iterable[DeliveredValue], *, draws: int = DRAWS, seed: int = 0
) -> MeanDeliveredValue:
    """Delivered value in the mean of several respondents' judgements of one offer.

    Args:
        judgements: One per respondent, in one unit.
        draws: Samples of the bootstrap, 100 or more.
        seed: From 0; the same seed gives the same interval.

    Returns:
        Difference and ratio with percentile intervals over respondents; a single respondent has
        none.

    Raises:
        InvalidValueError: Judgements in different units, too few draws, or an impossible seed.

    Source:
        Kotler and Keller (2006); Efron and Tibshirani (1993).
    """
    checked_draws(draws)
    checked_seed(seed)
    asked = tuple(cells(judgements, "judgements"))
    for place, one in enumerate(asked):
        checked_judgement(one, f"judgements[{place}]")
    unit = _unit(asked)
    whole = [
        (one.total_value.value, one.total_cost.value)
        for one in asked
        if one.total_value.value is not None and one.total_cost.value is not None
    ]

    def estimate(figure: _Figure, unit: str, method: str) -> Estimate:
        if not whole or (value := figure(whole)) is None:
            note = "the mean cost is not above 0" if whole else "no judgements that are whole"
            return undefined(unit=unit, method=method, note=note, n=len(whole))
        low, high = _interval(figure, whole, draws, seed)
        return Estimate(value=value, low=low, high=high, n=len(whole), unit=unit, method=method)

    return MeanDeliveredValue(
        difference=estimate(_difference, unit, "mean value less cost, percentile bootstrap"),
        ratio=estimate(_ratio, "value per cost", "mean value ÷ mean cost, percentile bootstrap"),
        respondents=len(asked),
        left_out=len(asked) - len(whole),
    )


def _unit(asked: Sequence[DeliveredValue]) -> str:
    units = sorted({one.difference.unit for one in asked})
    if len(units) > 1:
        raise InvalidValueError("unit", ", ".join(units), "must be one for all judgements")
    return units[0] if units else "money"


def _interval(
    figure: _Figure, rows: Sequence[tuple[float, float]], draws: int, seed: int
) -> tuple[float | None, float | None]:
    drawn = redrawn(
        lambda places: figure([rows[place] for place in places]), len(rows), draws=draws, seed=seed
    )
    return (percentile_interval(drawn) or (None, None)) if len(rows) > 1 else (None, None)


def _difference(rows: Sequence[tuple[float, float]]) -> float:
    return fsum(value - cost for value, cost in rows) / len(rows)


def _ratio(rows: Sequence[tuple[float, float]]) -> float | None:
    cost = fsum(cost for _, cost in rows)
    return fsum(value for value, _ in rows) / cost if cost > 0 else None
