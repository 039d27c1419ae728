"""Satisfaction as behaviour shows it, without a survey: a proxy, and labelled as one.

Each rate of a customer (faulty returns, complaints, late deliveries) is drawn towards the
shop's own rate, the more so the fewer orders there are, and halves its component at a fixed
anchor. A signal that could not be observed is left out and its weight shared among the
others; how much of the weight was there is the coverage. Never mix it with what customers
say; where enough of them have said something, compare the two.

    paper   here                unit
    k, n    events, occasions   counts; a complaint that was settled counts a half
    p0      BaseRates           the shop's own rate
    κ       kappa               occasions that the shop's rate is worth
    p̃       (k + κ p0) / (n + κ)
    h       half_returns, …     the rate at which a component is worth a half
    s       components          0 to 1
    m, C    stars, stars_weight mean of the shop's reviews, and reviews it is worth

Weights, half-values and κ are crmkit's own. So is the interval, which tells how much the few
occasions of one customer leave open: a rate varies by p̃ / (n + κ), the stars by s (1 - s) /
(C + n + 1), and both are carried through the formulas above to the first order.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import fsum, log, sqrt
from typing import NamedTuple

from attrs import asdict, field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import mean_estimate, two_sided_z
from crmkit.metrics.satisfaction.signals import (
    DEFAULT_SHOWN_ANCHORS,
    BaseRates,
    ShownAnchors,
    Signals,
)

__all__ = ["ShownSatisfaction", "behavioural_satisfaction", "mean_shown"]

_UNIT = "of 100"
_METHOD = "proxy: halving scores of behaviour; interval to the first order"


@frozen(kw_only=True)
class ShownSatisfaction(Shown):
    """How satisfied a customer's behaviour shows them to be: a proxy, never an answer.

    Attributes:
        score: 0 to 100; undefined where nothing was observed.
        components: Each signal's part, 0 to 1; None where it was not observed.
        coverage: Share, 0 to 1, of the weight that was observed.
        signals, base_rates, anchors: What it was made from.
        notes: What was left out.
    """

    score: Estimate
    components: Mapping[str, float | None] = field(converter=FrozenMapping, hash=False)
    coverage: float
    signals: Signals
    base_rates: BaseRates
    anchors: ShownAnchors
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What it is: "proxy"."""
        return "proxy"

    def __str__(self) -> str:
        known = self.score.value is not None and self.coverage < 1
        return f"{self.score}, {self.coverage:.0%} of the signals" if known else str(self.score)

    def sheet(self) -> Sheet:
        """Return the proxy and its components as they are shown."""
        known = ((name, value) for name, value in self.components.items() if value is not None)
        rows = (("score", self), *((name, f"{value:.2f}") for name, value in known))
        return Sheet(title="Satisfaction (shown; a proxy)", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the proxy came about."""
        given, rates = asdict(self.signals), asdict(self.base_rates)
        parts = {
            f"part: {name}": None if value is None else f"{value:.4f}"
            for name, value in self.components.items()
        }
        return explained(
            "behavioural_satisfaction",
            f"{self.label}: {self}",
            inputs={
                **{name.replace("_", " "): value for name, value in given.items()},
                **{f"shop: {name}".replace("_", " "): value for name, value in rates.items()},
                **parts,
            },
            coverage=f"{self.coverage:.0%} of the weight",
            left_out=self.notes,
        )


class _Part(NamedTuple):
    """A component and the variance of what it is known from."""

    score: float
    variance: float


def _halved(
    count: float | None, of: float | None, rate: float | None, half: float, kappa: float
) -> _Part | None:
    """The component of a rate that is drawn towards the shop's."""
    if count is None or not of or rate is None:
        return None
    drawn = (count + kappa * rate) / (of + kappa)
    score = 0.5 ** (drawn / half)
    return _Part(score, (log(2) / half * score) ** 2 * drawn / (of + kappa))


def _starred(signals: Signals, rates: BaseRates) -> _Part | None:
    if signals.stars is None or not signals.reviews or rates.stars is None:
        return None
    reviews = rates.stars_weight + signals.reviews
    score = ((rates.stars_weight * rates.stars + signals.stars) / reviews - 1) / 4
    return _Part(score, score * (1 - score) / (reviews + 1))


def _answered(hours: float | None, half: float) -> _Part | None:
    return None if hours is None else _Part(0.5 ** (hours / half), 0.0)


def _parts(one: Signals, rates: BaseRates, anchors: ShownAnchors) -> dict[str, _Part | None]:
    kappa, unsettled = anchors.kappa, one.unsettled(anchors.resolved)
    late, due = one.lateness(records_arrivals=rates.records_arrivals)
    found = {
        "returns": _halved(
            one.faulty_returns, one.orders, rates.returns, anchors.half_returns, kappa
        ),
        "complaints": _halved(
            unsettled, one.orders, rates.complaints, anchors.half_complaints, kappa
        ),
        "late": _halved(late, due, rates.late, anchors.half_late, kappa),
        "stars": _starred(one, rates),
        "response": _answered(one.hours_over_sla, anchors.half_hours),
    }
    return {name: part if anchors.weights[name] else None for name, part in found.items()}


def behavioural_satisfaction(
    signals: Signals,
    *,
    base_rates: BaseRates,
    anchors: ShownAnchors = DEFAULT_SHOWN_ANCHORS,
    without: Collection[str] = (),
) -> ShownSatisfaction:
    """Satisfaction as a customer's behaviour shows it: a labelled proxy.

    Args:
        signals: What the customer went through.
        base_rates: The shop's own rates (``base_rates(...)`` of everyone's signals).
        anchors: Half-values, weights, and what the shop's rates are worth.
        without: Components that shall not count, as ("stars",) where the stars are what the
            proxy is compared with.

    Returns:
        The score, 0 to 100, over the signals there are. Without orders, deliveries or
        reviews their signals are missing, however good the shop's rate; with nothing
        observed the score is undefined.

    Source:
        crmkit's own; the shrinkage is the mean of a gamma posterior whose prior is the shop.
    """
    anchors = anchors.without(*without)
    parts = _parts(signals, base_rates, anchors)
    known = {name: part for name, part in parts.items() if part is not None}
    weight = fsum(anchors.weights[name] for name in known)
    return ShownSatisfaction(
        score=_score(known, weight, anchors, signals),
        components={name: None if part is None else part.score for name, part in parts.items()},
        coverage=weight / fsum(anchors.weights.values()),
        signals=signals,
        base_rates=base_rates,
        anchors=anchors,
        notes=tuple(_missing(parts, anchors)),
    )


def _score(
    known: Mapping[str, _Part], weight: float, anchors: ShownAnchors, signals: Signals
) -> Estimate:
    if weight == 0:
        note = "no signal of behaviour was observed"
        return undefined(unit=_UNIT, method=_METHOD, note=note, low=0, high=100)
    value = 100 * fsum(anchors.weights[name] * part.score for name, part in known.items()) / weight
    spread = fsum(
        (anchors.weights[name] / weight) ** 2 * one.variance for name, one in known.items()
    )
    half = 100 * two_sided_z() * sqrt(spread)
    low, high = (max(0.0, value - half), min(100.0, value + half)) if spread else (0.0, 100.0)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=_occasions(signals, reviewed="stars" in known),
        unit=_UNIT,
        method=_METHOD,
    )


def _occasions(signals: Signals, *, reviewed: bool) -> float:
    """Orders, and reviews where they count, behind a score; a response alone is one."""
    due = (signals.delivered or 0) + (signals.overdue or 0)
    seen = max(signals.orders or 0, due) + ((signals.reviews or 0) if reviewed else 0)
    return max(1, seen)


def _missing(parts: Mapping[str, _Part | None], anchors: ShownAnchors) -> Iterator[str]:
    unseen = [name for name, part in parts.items() if part is None and anchors.weights[name]]
    if unseen:
        yield f"not observed, or without a rate of the shop's: {', '.join(unseen)}"
    if ignored := [name for name in parts if not anchors.weights[name]]:
        yield f"not counted: {', '.join(ignored)}"


def mean_shown(everyone: Iterable[ShownSatisfaction]) -> Estimate:
    """Return the mean proxy of a base, over the customers of whom anything was observed.

    Args:
        everyone: The proxy of each customer.
    """
    scores = [one.score.value for one in everyone]
    known = [score for score in scores if score is not None]
    unseen = len(scores) - len(known)
    notes = (f"proxy; nothing observed of {unseen:,} of {len(scores):,} customers",)
    return mean_estimate(
        known,
        unit=_UNIT,
        low=0,
        high=100,
        empty="no signal of behaviour was observed of anybody",
        notes=notes if unseen else ("proxy",),
    )
