"""Service quality: what was perceived less what was expected, by dimension.

    paper   here          unit
    P, E    perceived, expected   steps of the scale
    G_d     dimensions[d] mean of P - E over items and respondents, -(range) to range
    w_d     weights[d]    share, together 1 (100 points per respondent)
            overall       mean of G_d
            weighted      Σ w_d G_d

Perceptions alone give SERVPERF: the dimensions are then scores on the scale, and ``kind`` says
so; they predict satisfaction better than gaps do and take half the questions, but do not show
where a promise was too high. The same gap serves a promise to staff: promised in the place of
expected, delivered in that of perceived.

One scale and one instrument per call: a gap of 1 on 1 to 7 is no gap of 1 on 1 to 5, so answers on
several scales are refused (name the scale of each item to have it checked), and so is an item that
stands in no dimension, as those of another instrument do.

Assumptions: respondents are independent, and the steps of the scale are equally far apart. Nobody
can exceed an expectation at the top of the scale, so gaps are mostly negative; compare dimensions
and dates rather than to hold them against 0.

Source: Parasuraman, A., Zeithaml, V. A., Berry, L. L. (1988). SERVQUAL: a multiple-item scale for
measuring consumer perceptions of service quality. Journal of Retailing 64(1), 12-40. Cronin, J. J.,
Taylor, S. A. (1992). Measuring service quality: a reexamination and extension. Journal of Marketing
56(3), 55-68 (SERVPERF). The rule of half: practice.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from math import fsum
from statistics import fmean
from typing import Literal

from attrs import evolve, field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, Table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.one_scale import OneScale
from crmkit.metrics.service.gaps import Dimensions, by_dimension, checked_dimensions, gap_table
from crmkit.metrics.service.importance import Importance, Importances, importances

__all__ = ["ServiceGap", "service_gap"]

_UNIT = "steps of the scale"
_EVEN = "mean over respondents of their mean over the dimensions"
_BY_WEIGHT = "mean over respondents of their dimensions weighted by importance"


@frozen(kw_only=True)
class ServiceGap(Shown):
    """Service quality by dimension.

    Attributes:
        kind: "gap" (perceived less expected) or "performance" (perceived alone, SERVPERF).
        scale: Lowest and highest step of the answers.
        dimensions: Mean of each dimension over respondents, in steps: from minus to plus the
            range of the scale for gaps, on the scale for performance.
        items: Mean of each item, likewise.
        overall: Mean of the dimensions, each counted alike, of those who have all of them.
        weighted: Mean of the dimensions by importance, of those who have all of both; None where
            no importance was given.
        weights: Mean weight of each dimension, 0 to 1, together 1; empty where none was given.
    """

    kind: Literal["gap", "performance"]
    scale: tuple[float, float]
    dimensions: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    items: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    overall: Estimate
    weighted: Estimate | None = None
    weights: Mapping[str, float] = field(default=EMPTY, converter=FrozenMapping, hash=False)

    @property
    def ranking(self) -> tuple[str, ...]:
        """The dimensions by weight times shortfall, the one most in need first.

        The shortfall is what perception lacks of the expectation, or of the top of the scale where
        expectations were not asked. Without importance each dimension weighs the same. Dimensions
        that are unknown are left out.
        """
        aim = 0 if self.kind == "gap" else self.scale[1]
        lacks = {
            name: self.weights.get(name, 1) * (aim - one.value)
            for name, one in self.dimensions.items()
            if one.value is not None
        }
        return tuple(sorted(lacks, key=lambda name: -lacks[name]))

    def _totals(self) -> tuple[tuple[str, Estimate], ...]:
        weighted = () if self.weighted is None else (("weighted", self.weighted),)
        return (("overall", self.overall), *weighted)

    def sheet(self) -> Sheet:
        """Return dimensions and totals as they are shown in a notebook, items below."""
        low, high = self.scale
        what = "gap (perceived less expected)" if self.kind == "gap" else "performance (SERVPERF)"
        notes = dict.fromkeys(chain.from_iterable(one.notes for _, one in self._totals()))
        return Sheet(
            title=f"Service {what}, scale {low:g} to {high:g}",
            rows=(*self.dimensions.items(), *self._totals()),
            notes=tuple(notes),
            parts=(Sheet(title="Items", rows=tuple(self.items.items())),),
        )

    def explain(self) -> Explanation:
        """Return how the dimensions and totals came about."""
        name = f"service_{self.kind}"
        weights = ", ".join(f"{one} {weight:.3f}" for one, weight in self.weights.items())
        dimensions, items = self.dimensions.items(), self.items.items()
        return explained(
            name,
            self.overall.told,
            inputs={
                "scale": f"{self.scale[0]:g} to {self.scale[1]:g}",
                "items": len(items),
                "weights": weights or None,
                "most in need": ", ".join(self.ranking[:1]) or None,
            },
            parts=(
                *(one.explain(f"{name}_dimension", called=each) for each, one in dimensions),
                *(one.explain(f"{name}_{kind}") for kind, one in self._totals()),
                *(one.explain(f"{name}_item", called=each) for each, one in items),
            ),
        )


def service_gap(
    expected: Table | None,
    perceived: Table,
    *,
    dimensions: Dimensions,
    importance: Importance | None = None,
    scale: OneScale = (1, 7),
) -> ServiceGap:
    """Gaps between perceived and expected service by dimension, or SERVPERF scores.

    Args:
        expected: Answers by item, one row per respondent; None is a missing answer. None for the
            whole table where only perceptions were asked: then dimensions are scores (SERVPERF).
        perceived: Answers by item, the same items and respondents in the same order.
        dimensions: The items of each dimension: ``SERVQUAL``, ``E_S_QUAL`` or the shop's own.
        importance: Points by dimension (one number for all, or one per respondent, usually 100
            in all), 0 or more; normalised, and a note says so where they are neither 100 nor 1.
        scale: Lowest and highest step, of all items, or by item: then all must be the same.

    Returns:
        Means over respondents with t intervals. A respondent who left more than half of a
        dimension open does not count in it, nor in the totals; the notes say how many. What
        nobody answered is undefined.

    Raises:
        InvalidValueError: An item in no dimension or in two, or without answers; an answer that
            is NaN or off the scale; several scales; tables of unequal length; importance that
            does not fit.

    Source:
        Parasuraman, Zeithaml and Berry (1988); Cronin and Taylor (1992) for perceptions alone.

    >>> found = service_gap(
    ...     {"quick": [6, 7], "kind": [5, 6]},
    ...     {"quick": [5, 5], "kind": [6, 6]},
    ...     dimensions={"speed": ["quick"], "manners": ["kind"]},
    ... )
    >>> found.dimensions["speed"].value, found.ranking
    (-1.5, ('speed', 'manners'))
    """
    groups = checked_dimensions(dimensions)
    table, (low, high) = gap_table(
        expected, perceived, tuple(chain.from_iterable(groups.values())), scale
    )
    span = (low, high) if expected is None else (low - high, high - low)
    people = by_dimension(table, groups)
    weigh = None if importance is None else importances(importance, people.names, len(people))
    return ServiceGap(
        kind="performance" if expected is None else "gap",
        scale=(low, high),
        dimensions=_columns(people, span, "left more than half of it open"),
        items=_columns(table, span, "did not answer"),
        overall=_overall(people, span),
        weighted=None if weigh is None else _weighted(people, weigh, span),
        weights=EMPTY if weigh is None else weigh.mean,
    )


def _columns(table: AnswerTable, span: tuple[float, float], why: str) -> Mapping[str, Estimate]:
    return {
        name: _mean([one for one in column if one is not None], len(table), span, why)
        for name, column in table.columns.items()
    }


def _mean(values: Sequence[float], of: int, span: tuple[float, float], why: str) -> Estimate:
    left_out = of - len(values)
    notes = (f"{left_out:,} of {of:,} respondents left out: {why}",) if left_out else ()
    return mean_estimate(values, unit=_UNIT, low=span[0], high=span[1], notes=notes)


def _overall(people: AnswerTable, span: tuple[float, float]) -> Estimate:
    means = [fmean(row) for row in people.complete]
    found = _mean(means, len(people), span, "a dimension of theirs is unknown")
    return evolve(found, method=f"{_EVEN}, t interval")


def _weighted(people: AnswerTable, weigh: Importances, span: tuple[float, float]) -> Estimate:
    sums = []
    for row, weights in zip(people.rows, weigh.rows, strict=True):
        known = [one for one in row if one is not None]
        if weights is not None and len(known) == len(row):
            sums.append(fsum(w * x for w, x in zip(weights, known, strict=True)))
    found = _mean(sums, len(people), span, "a dimension or its importance is unknown")
    return evolve(found, method=f"{_BY_WEIGHT}, t interval").noting(*weigh.notes)
