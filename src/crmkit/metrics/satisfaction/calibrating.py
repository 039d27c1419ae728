"""Calibrate the proxy of satisfaction on customers who also said how satisfied they are.

The answers are regressed on the proxy by isotonic regression: the closest curve that never
falls. Neighbouring proxies are taken together until ten customers share them. How good the
curve is, is judged on customers it was not fitted to: each of several parts of them is
foretold from the others, and so is the mean answer, for comparison. If the answers are stars,
the proxy must be made without stars (``behavioural_satisfaction(..., without=("stars",))``),
or customers would be foretold from their own answers.

    paper     here              unit
    x         scores            proxy, 0 to 100
    y         stated            answer as a share of its scale, 0 to 1
    g*(x)     knots             expected answer, 0 to 1
    e         errors            y minus what was foretold of it, out of sample
    R²        r_squared         1 − Σ e² ÷ Σ (y − mean of the others)²
    ρ         rank_correlation  Spearman's, −1 to 1

Assumptions: customers answer independently of each other, and a better experience never makes
answers worse on average. Those who answer are not like those who do not: what is foretold of
the others is what they would answer if they were. Do not calibrate on a selection by answer.

The interval of a single answer holds 95 % of the errors out of sample, separately for low and
for high proxies.

Sources:
    Barlow, R. E., Bartholomew, D. J., Bremner, J. M., Brunk, H. D. (1972). Statistical
    inference under order restrictions. Wiley.
    Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions.
    JRSS B 36, 111-147.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil, floor, sqrt
from statistics import fmean
from typing import NamedTuple

from attrs import evolve

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.correlation import spearman
from crmkit.metrics.intervals import LEVEL, checked_number
from crmkit.metrics.isotonic import isotonic
from crmkit.metrics.satisfaction.calibrated import (
    ErrorBand,
    Knot,
    ShownCalibration,
    answer_at,
)
from crmkit.metrics.satisfaction.out_of_sample import (
    mean_absolute,
    root_mean_square,
    share_spared,
)
from crmkit.metrics.satisfaction.shown import ShownSatisfaction
from crmkit.metrics.satisfaction.signals import ShownAnchors
from crmkit.metrics.seeds import plain_generator

__all__ = ["NEEDED", "calibrate_shown"]

#: Customers with both a proxy and an answer, below whom nothing is calibrated.
NEEDED = 200
_FIGURE = "calibration of the proxy"
#: A band of the interval holds as many errors at least; there are at most so many bands.
_IN_A_BAND, _BANDS = 100, 5
#: So many customers share a step of the curve at least: the answer of one tells little.
_TOGETHER = 10
_LIKE = "those who answered may not be like those who did not"


class _Pair(NamedTuple):
    score: float
    stated: float


class _Foretold(NamedTuple):
    """A customer out of sample: the answer, what was foretold, and what the others' mean is."""

    score: float
    stated: float
    foretold: float
    mean: float


def calibrate_shown(
    shown: Iterable[ShownSatisfaction | float | None],
    stated: Iterable[float | None],
    *,
    needed: int = NEEDED,
    folds: int = 5,
    seed: int = 0,
) -> ShownCalibration:
    """Calibrate the proxy on customers who said how satisfied they are.

    Args:
        shown: The proxy of each customer, or its score, 0 to 100; None where nothing was seen.
        stated: What each of them answered, as a share of its scale, 0 to 1; None where nothing.
            If these are stars, the proxies must be made without them.
        needed: Customers with both, at least; 20 or more.
        folds: Parts of which each is foretold from the others, 2 to 20.
        seed: Which customers come into which part; from 0.

    Returns:
        The calibration with its errors out of sample. The order of the customers is no matter.

    Raises:
        InsufficientDataError: Fewer than ``needed`` customers have both.
        InvalidValueError: Not as many answers as proxies, one that cannot be, or proxies
            judged by different anchors.

    Source:
        Barlow et al. (1972) for the curve, Stone (1974) for the error.

    >>> found = calibrate_shown([40.0, 80.0] * 100, [0.25, 0.75] * 100)
    >>> found.of(80).value, found.rmse.value
    (0.75, 0.0)
    """
    _check(needed, folds)
    proxies, answers = list(shown), list(stated)
    if len(proxies) != len(answers):
        raise InvalidValueError("stated", len(answers), f"must be as many as shown: {len(proxies)}")
    pairs = sorted(_pairs(proxies, answers))
    if len(pairs) < needed:
        what = "customers of whom behaviour and an answer are known"
        raise InsufficientDataError(_FIGURE, needed, len(pairs), what)
    out = [one for each in _folded(pairs, folds, seed) for one in _foretold(*each)]
    made = _made(pairs, sorted(out), missing=len(proxies) - len(pairs), folds=folds)
    return evolve(made, anchors=_anchors(proxies), notes=tuple(_notes(made)))


def _check(needed: int, folds: int) -> None:
    checked_number(needed, "needed", low=20, whole=True)
    checked_number(folds, "folds", low=2, high=20, whole=True)


def _pairs(
    proxies: Sequence[ShownSatisfaction | float | None], answers: Sequence[float | None]
) -> Iterator[_Pair]:
    for at, (proxy, answer) in enumerate(zip(proxies, answers, strict=True)):
        score = proxy.score.value if isinstance(proxy, ShownSatisfaction) else proxy
        shown = _checked(score, f"shown[{at}]", high=100)
        stated = _checked(answer, f"stated[{at}]", high=1)
        if shown is not None and stated is not None:
            yield _Pair(shown, stated)


def _checked(value: float | None, name: str, *, high: float) -> float | None:
    return None if value is None else checked_number(value, name, low=0, high=high)


def _anchors(proxies: Iterable[ShownSatisfaction | float | None]) -> ShownAnchors | None:
    """The anchors of all proxies; None where only scores were given."""
    found: ShownAnchors | None = None
    for one in proxies:
        if isinstance(one, ShownSatisfaction):
            if found is not None and one.anchors != found:
                raise InvalidValueError("shown", one.anchors, "must be judged by the same anchors")
            found = one.anchors
    return found


def _knots(pairs: Sequence[_Pair]) -> tuple[Knot, ...]:
    """The ends of every level stretch of the isotonic regression; ``pairs`` are sorted."""
    pools = _pools(pairs)
    means = [fmean(one.stated for one in pool) for pool in pools]
    levels = isotonic(means, [len(pool) for pool in pools])
    points = [
        Knot(score, level)
        for pool, level in zip(pools, levels, strict=True)
        for score in sorted({pool[0].score, pool[-1].score})
    ]
    inner = zip(points, points[1:], points[2:], strict=False)
    bends = [b for a, b, c in inner if not a.answer == b.answer == c.answer]
    return (points[0], *bends, *points[1:][-1:])


def _pools(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """Neighbouring scores, taken together until enough customers share them."""
    pools: list[list[_Pair]] = [[]]
    left = len(pairs)
    for _, same in groupby(pairs, _score):
        mine = list(same)
        if len(pools[-1]) >= _TOGETHER <= left:
            pools.append([])
        pools[-1] += mine
        left -= len(mine)
    return pools


def _score(one: _Pair) -> float:
    return one.score


def _folded(
    pairs: Sequence[_Pair], folds: int, seed: int
) -> Iterator[tuple[list[_Pair], list[_Pair]]]:
    """For each part the others and the part; every stretch of the scores is in every part."""
    source = plain_generator(seed)
    places = [
        one for _ in range(0, len(pairs), folds) for one in source.sample(range(folds), folds)
    ]
    dealt = list(zip(pairs, places, strict=False))
    for fold in range(folds):
        yield [one for one, at in dealt if at != fold], [one for one, at in dealt if at == fold]


def _foretold(others: Sequence[_Pair], part: Iterable[_Pair]) -> Iterator[_Foretold]:
    knots, mean = _knots(others), fmean(one.stated for one in others)
    for one in part:
        yield _Foretold(one.score, one.stated, answer_at(knots, one.score), mean)


def _made(
    pairs: Sequence[_Pair], out: Sequence[_Foretold], *, missing: int, folds: int
) -> ShownCalibration:
    errors = [one.stated - one.foretold for one in out]
    of_mean = [one.stated - one.mean for one in out]
    return ShownCalibration(
        knots=_knots(pairs),
        bands=tuple(_bands(out)),
        rmse=root_mean_square(errors),
        mae=mean_absolute(errors),
        rmse_of_mean=root_mean_square(of_mean),
        mae_of_mean=mean_absolute(of_mean),
        r_squared=share_spared([e * e for e in errors], [e * e for e in of_mean]),
        rank_correlation=spearman([one.score for one in pairs], [one.stated for one in pairs]),
        residual=sqrt(fmean(e * e for e in errors)),
        n=len(pairs),
        missing=missing,
        folds=folds,
    )


def _notes(made: ShownCalibration) -> Iterator[str]:
    yield f"proxy; {_LIKE}"
    if made.missing:
        yield f"{made.missing:,} of {made.n + made.missing:,} left out: no proxy or no answer"
    if not made.beats_mean:
        yield "out of sample the proxy foretells answers no better than their mean does"


def _bands(out: Sequence[_Foretold]) -> Iterator[ErrorBand]:
    """The middle 95 % of the errors, for low proxies and for high ones; ``out`` is sorted."""
    least, held = max(_IN_A_BAND, ceil(len(out) / _BANDS)), list[_Foretold]()
    left = len(out)
    for score, same in groupby(out, lambda one: one.score):
        mine = list(same)
        held, left = [*held, *mine], left - len(mine)
        if left == 0 or (len(held) >= least and left >= least):
            yield _band(100.0 if left == 0 else score, held)
            held = []


def _band(upto: float, held: Sequence[_Foretold]) -> ErrorBand:
    errors, tail = sorted(one.stated - one.foretold for one in held), (1 - LEVEL) / 2
    n = len(errors)
    low, high = floor((n + 1) * tail), ceil((n + 1) * (1 - tail))
    return ErrorBand(upto, errors[max(low, 1) - 1], errors[min(high, n) - 1])
