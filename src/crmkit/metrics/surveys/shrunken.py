"""Means and shares of groups with few answers, drawn towards what is usual.

Three delighted answers do not make a product the best of all: each group's figure is a mean of
its own answers and of the prior, which weighs as much as so many answers. Assumptions: groups
are drawn from one population and scatter alike within. Do not shrink groups that are known to
be of different kinds towards one mean.

    paper   here              unit
    m, p0   prior_mean,       the usual answer, or share
            prior_share
    C, κ    prior_weight      answers
    σ²_w    deviation²        squared steps of the scale, within a group

A mean becomes (C m + Σx) / (C + n), a share of k in n (κ p0 + k) / (κ + n) with the quantiles
of Beta(κ p0 + k, κ (1 - p0) + n - k).

Sources: Bühlmann, H. (1967). Experience rating and credibility. ASTIN Bulletin 4, 199-207.
Efron, B., Morris, C. (1975), JASA 70, 311-319. The weight of 10 is practice; ``shrinkage_of``
finds it from data.
"""

from collections.abc import Iterable
from math import fsum, inf, isinf, sqrt
from typing import Any

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.beta_distribution import beta_quantile
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import (
    LEVEL,
    checked_number,
    known,
    on_scale,
    two_sided_z,
    valid_scale,
)
from crmkit.metrics.surveys.weighted import clipped

__all__ = ["shrunken_mean", "shrunken_share"]

#: What the prior weighs, in answers, where nothing is known of the groups.
_WEIGHT = 10.0
_POOLED = "full pooling: the prior alone"


def shrunken_mean(
    answers: Iterable[float | None],
    *,
    prior_mean: float,
    prior_weight: float = _WEIGHT,
    deviation: float | None = None,
    scale: tuple[float, float] = (1, 5),
) -> Estimate:
    """Mean of few answers, drawn towards the usual one.

    Args:
        answers: Answers of one group on ``scale``; None is a missing one, counted in the notes.
        prior_mean: The usual answer, on ``scale``.
        prior_weight: How many answers that weighs, 0 or more; infinite for full pooling.
        deviation: Standard deviation of answers within a group (``Shrinkage.deviation``), 0 or
            more; without it nothing says how wide the interval is.
        scale: Lowest and highest step.

    Returns:
        The mean. Its interval is the normal posterior's, clipped to the scale; without
        ``deviation`` it is the whole scale. Without answers the value is the prior mean, and
        undefined where the prior has no weight.

    Raises:
        InvalidValueError: An answer or mean that is NaN or off the scale, an impossible scale,
            or a negative weight or deviation.

    Source:
        Bühlmann (1967).

    >>> round(shrunken_mean([5, 5, 5], prior_mean=4.2).value, 4)
    4.3846
    """
    low, high = valid_scale(scale)
    m, C = checked_number(prior_mean, "prior_mean", low=low, high=high), _weight(prior_weight)
    spread = None if deviation is None else checked_number(deviation, "deviation", low=0)
    given = known(answers, field="answers", low=low, high=high)
    n, unit, method = len(given.values), on_scale(low, high), "shrunken mean"
    if n == 0 and C == 0:
        none = undefined(unit=unit, method=method, note="no answers", low=low, high=high)
        return none.noting(*given.notes)
    mean = m if isinf(C) else m + fsum(x - m for x in given.values) / (C + n)
    ends, notes = _posterior(mean, C + n, spread, low, high)
    if n == 0 or isinf(C):
        notes = (_POOLED if n else "no answers: the prior alone", *notes)
    return Estimate(
        value=mean,
        low=ends[0],
        high=ends[1],
        n=n,
        unit=unit,
        method=method,
        notes=(*given.notes, *notes),
    )


def _weight(weight: Any) -> float:
    if isinstance(weight, float) and weight == inf:
        return inf
    if isinstance(weight, bool):
        raise InvalidValueError("prior_weight", weight, "must be 0 answers or more")
    return checked_number(weight, "prior_weight", low=0)


def _posterior(
    mean: float, weight: float, deviation: float | None, low: float, high: float
) -> tuple[tuple[float, float], tuple[str, ...]]:
    if deviation is None:
        return (low, high), ("no deviation within groups is given: the whole scale is shown",)
    if isinf(weight):
        return (mean, mean), ()
    half, alike = two_sided_z() * deviation / sqrt(weight), "answers do not differ within groups"
    return clipped(mean, half, low, high, still=alike)


def shrunken_share(
    k: int, n: int, *, prior_share: float, prior_weight: float = _WEIGHT
) -> Estimate:
    """Share of few answers, drawn towards the usual one.

    Args:
        k: Answers that are so.
        n: Answers.
        prior_share: The usual share, above 0 and below 1.
        prior_weight: How many answers that weighs, above 0; infinite for full pooling.

    Returns:
        The posterior mean with a credible interval of 95 % (beta quantiles, moved out to the
        mean where nearly all of the distribution lies at one end).

    Raises:
        InvalidValueError: Counts that are not whole, more of them than answers, or a prior
            out of range.

    Source:
        Beta-binomial posterior; Efron and Morris (1975) for shrinking towards what is usual.

    >>> round(shrunken_share(3, 3, prior_share=0.8).value, 5)
    0.84615
    """
    trials = checked_number(n, "n", low=0, whole=True)
    hits = checked_number(k, "k", low=0, high=trials, whole=True)
    p0, kappa = checked_number(prior_share, "prior_share"), _weight(prior_weight)
    if not 0 < p0 < 1:
        raise InvalidValueError("prior_share", prior_share, "must lie between 0 and 1")
    if kappa == 0:
        raise InvalidValueError("prior_weight", prior_weight, "must be above 0 answers")
    notes: tuple[str, ...] = ("no answers: the prior alone",) if n == 0 else ()
    if isinf(kappa):
        share, low, high, notes = p0, p0, p0, (_POOLED,)
    else:
        a, b = kappa * p0 + hits, kappa * (1 - p0) + trials - hits
        tail = (1 - LEVEL) / 2
        share = a / (a + b)
        # A distribution all at one end has its quantiles there, and its mean beside them.
        low = min(share, beta_quantile(tail, a, b))
        high = max(share, beta_quantile(1 - tail, a, b))
    return Estimate(
        value=share,
        low=low,
        high=high,
        n=int(trials),
        unit="share",
        method="shrunken share, credible interval",
        notes=notes,
    )
