"""An index of satisfaction after the American Customer Satisfaction Index (ACSI).

Three questions, usually on 1 to 10: satisfaction overall, how far expectations were met, and
how close the offer comes to the ideal one. Their weighted mean is carried over to 0 to 100.

    paper   here            unit
    x_k     responses[k]    steps of the scale
    w_k     weights[k]      share, together 1
    ACSI    score           100 Σ w_k (mean x_k - lowest) / (highest - lowest)

Assumptions: the steps of the scale are equally far apart, all questions are asked on the same
one, and those who answered all of them are like those who did not. The weights of the official
index come out of a latent-variable model of each industry and are not published, so a score
found here ranks with the official ones only roughly. Compare scores of the same weights only:
with weights="first_component" fix them after the first wave and supply them from then on.

Source: Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J., Bryant, B. E. (1996). The American
Customer Satisfaction Index: nature, purpose, and findings. Journal of Marketing 60(4), 7-18.
"""

from collections.abc import Mapping, Sequence
from math import fsum, isclose
from statistics import fmean
from typing import Literal

from attrs import evolve, field, frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import Table, answer_table
from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, mean_estimate
from crmkit.metrics.one_scale import OneScale, one_scale
from crmkit.metrics.resampling import DRAWS, percentile_interval, redrawn
from crmkit.metrics.satisfaction.first_component import first_component, spread_of_rows

__all__ = ["Acsi", "Weights", "acsi"]

Weights = Mapping[str, float] | Sequence[float] | Literal["first_component"] | None
"""Weights by question or in their order, those of the first component, or None for equal ones."""

_Scores = Sequence[Sequence[float]]
_METHOD = "weighted mean of the items"
#: Respondents from which the percentile bootstrap is fit to be read.
_ENOUGH = 20


@frozen(kw_only=True)
class Acsi(Shown):
    """The index and what it is made of.

    Attributes:
        score: The index, 0 to 100.
        items: The mean of each question, 0 to 100.
        weights: The weight of each question, 0 to 1, together 1.
        weighting: Where the weights come from.
    """

    score: Estimate
    items: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    weights: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    weighting: Literal["equal", "supplied", "first component"]

    def sheet(self) -> Sheet:
        """Return index, items and weights as they are shown in a notebook."""
        items = (
            (f"{name} (weight {self.weights[name]:.3g})", one) for name, one in self.items.items()
        )
        return Sheet(
            title=f"Satisfaction index, {self.weighting} weights",
            rows=(("index", self.score), *items),
            notes=self.score.notes,
        )

    def explain(self) -> Explanation:
        """Return how the index came about."""
        own = self.score.explain("acsi")
        told = ", ".join(f"{name} {weight:.4f}" for name, weight in self.weights.items())
        return evolve(
            own,
            inputs=((f"weights ({self.weighting})", told), *own.inputs),
            parts=tuple(one.explain("acsi_item", called=name) for name, one in self.items.items()),
        )


def acsi(
    responses: Table,
    *,
    weights: Weights = None,
    scale: OneScale = (1, 10),
    draws: int = DRAWS,
    seed: int = 0,
) -> Acsi:
    """Satisfaction index, 0 to 100, from two questions or more (the ACSI has three).

    Args:
        responses: Answers by question, one row per respondent; None is a missing answer. Only
            respondents who answered every question count; the notes say how many did not.
        weights: None for equal ones; one per question, 0 or more (normalised to a sum of 1,
            and a note says so); or "first_component": the loadings of the first principal
            component of the raw answers, normalised.
        scale: Lowest and highest step, of all questions, or by question: then all must be the
            same.
        draws: Samples of the bootstrap, 100 or more; used with "first_component" only.
        seed: Of those samples, from 0.

    Returns:
        The index with the t interval of the respondents' own indices where the weights are
        fixed, and with a percentile bootstrap that finds the weights anew where they come from
        the answers. Without a complete respondent it is undefined over 0 to 100.

    Raises:
        InvalidValueError: An answer that is NaN or off the scale, several scales, fewer than
            two questions, weights that do not fit, or a first component that is not one (or
            not positive in every question).
        InsufficientDataError: The first component of fewer than three respondents.

    Source:
        Fornell et al. (1996).

    >>> acsi({"overall": [8, 9], "expected": [7, 9], "ideal": [6, 9]}).score.value
    77.77777777777777
    """
    table = answer_table(responses, field="responses")
    low, high = one_scale(scale, table.names)
    table = answer_table(table, field="responses", low=low, high=high)
    if len(table.names) < 2:
        raise InvalidValueError(
            "responses", table.names, "must hold 2 questions or more", "use csat"
        )
    scores = [tuple(100 * (x - low) / (high - low) for x in row) for row in table.complete]
    shares, notes = _shares(weights, table.names, scores)
    score = _score(scores, shares, (*table.left_out(), *notes))
    if isinstance(weights, str):
        score = _bootstrapped(score, scores, shares, draws=draws, seed=seed)
    return Acsi(
        score=score,
        items={name: _item(scores, place) for place, name in enumerate(table.names)},
        weights=dict(zip(table.names, shares, strict=True)),
        weighting=_weighting(weights),
    )


def _weighting(weights: Weights) -> Literal["equal", "supplied", "first component"]:
    if weights is None:
        return "equal"
    return "first component" if isinstance(weights, str) else "supplied"


def _item(scores: _Scores, place: int) -> Estimate:
    return mean_estimate([row[place] for row in scores], unit="of 100", low=0, high=100)


def _score(scores: _Scores, shares: Sequence[float], notes: tuple[str, ...]) -> Estimate:
    indices = [_weighted(row, shares) for row in scores]
    found = mean_estimate(indices, unit="of 100", low=0, high=100, notes=notes)
    return evolve(found, method=f"{_METHOD}, t interval of the respondents' indices")


def _weighted(values: Sequence[float], shares: Sequence[float]) -> float:
    # Hundredths over the sum of the weights: then a mean of hundreds is 100 to the last digit.
    return 100 * fsum(w * (x / 100) for w, x in zip(shares, values, strict=True)) / fsum(shares)


def _shares(
    weights: Weights, names: Sequence[str], scores: _Scores
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The weights with a sum of 1, and notes."""
    if weights is None:
        return (1 / len(names),) * len(names), ()
    if isinstance(weights, str):
        return _component_of_all(weights, names, scores), ()
    given = _given(weights, names)
    total = fsum(given)
    if total <= 0:
        raise InvalidValueError("weights", given, "must add up to more than 0")
    note = () if isclose(total, 1, abs_tol=1e-9) else (f"weights of sum {total:g} normalised to 1",)
    return tuple(one / total for one in given), note


def _given(weights: Mapping[str, float] | Sequence[float], names: Sequence[str]) -> list[float]:
    by_name = weights if isinstance(weights, Mapping) else _in_order(weights, names)
    if set(by_name) != set(names):
        raise InvalidValueError("weights", weights, f"must be one for each of {', '.join(names)}")
    return [checked_number(by_name[name], f"weights[{name!r}]", low=0) for name in names]


def _in_order(weights: Sequence[float], names: Sequence[str]) -> Mapping[str, float]:
    given = list(cells(weights, "weights"))
    return dict(zip(names, given, strict=True)) if len(given) == len(names) else {}


def _component_of_all(asked: str, names: Sequence[str], scores: _Scores) -> tuple[float, ...]:
    if asked != "first_component":
        raise InvalidValueError("weights", asked, 'must be numbers, "first_component" or None')
    if len(scores) < 3:
        raise InsufficientDataError("the first component", 3, len(scores), "complete respondents")
    loadings = first_component(spread_of_rows(scores)(range(len(scores))))
    if loadings is None:
        raise InvalidValueError(
            "weights", asked, "needs answers that vary most in one direction", "use equal weights"
        )
    against = [name for name, one in zip(names, loadings, strict=True) if one <= 0]
    if against:
        raise InvalidValueError(
            "weights",
            asked,
            f"needs questions that rise together, and {', '.join(against)} does not",
            "turn questions that are asked the other way round, or leave them out",
        )
    return _normalised(loadings)


def _normalised(loadings: Sequence[float]) -> tuple[float, ...]:
    return tuple(one / fsum(loadings) for one in loadings)


def _bootstrapped(
    score: Estimate, scores: _Scores, shares: Sequence[float], *, draws: int, seed: int
) -> Estimate:
    """The score with an interval that knows that the weights were found from the answers."""
    spread, columns = spread_of_rows(scores), list(zip(*scores, strict=True))

    def index(places: Sequence[int]) -> float | None:
        loadings = first_component(spread(places))
        if loadings is None or min(loadings) <= 0:
            return None
        means = [sum(map(column.__getitem__, places)) / len(places) for column in columns]
        return _weighted(means, _normalised(loadings))

    drawn = redrawn(index, len(scores), draws=draws, seed=seed)
    low, high = percentile_interval(drawn) or (0.0, 100.0)
    value = _weighted([fmean(column) for column in columns], shares)
    return evolve(
        score,
        low=min(low, value),
        high=max(high, value),
        method=f"{_METHOD}, bootstrap of respondents with weights found anew",
        notes=(*score.notes, *_doubts(len(scores), draws - len(drawn), draws)),
    )


def _doubts(n: int, lost: int, draws: int) -> tuple[str, ...]:
    few = f"fewer than {_ENOUGH} respondents: the bootstrap is rough"
    without = f"{lost:,} of {draws:,} samples without positive weights left out"
    return (few,) * (n < _ENOUGH) + (without,) * (lost > 0)
