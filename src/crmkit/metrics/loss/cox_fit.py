"""The partial likelihood of Cox, at its highest: Newton's method with the standard library.

    paper   here         meaning
    β       effects      logarithms of the hazard ratios
    U       score        first derivatives of the log-likelihood
    I       information  minus the second derivatives
    S0      total        Σ over those at risk of exp(β x)

    log L = Σ β x over who left - Σ d log S0

Effects that cannot be told from one another (two exposures that always come together) are
found beforehand, from the information at β = 0. Where nobody exposed left, or nobody else, the
likelihood rises without end, and so it may in several effects together where it does in none
alone (every leaver exposed to A, or to B and C). Newton's steps then go on outwards until
nothing more is gained, and the information about that direction has faded away: all effects
that take part in it are without end, the others are judged with them out there.

The variance is the inverse information. Where leaving at a moment is a chance of everyone who
is there ("discrete"), it is that of binomial trials with the chances of the model,
I⁻¹ B I⁻¹ with B = Σ p (1 - p) (x - mean)(x - mean)ᵀ: the inverse information alone takes the
leaving for Poisson and gives too wide an interval where chances are large. Where customers left
more than once, their leavings go together, and both would be too narrow: then I⁻¹ B I⁻¹ with
B = Σ U Uᵀ over customers (``by_customer``) stands in for an effect where it is the greater one;
of few exposed customers it would be too small.

Effects can have no end together although each has one alone (every leaver exposed to A, or to B
and C). Then the information about some sum or difference of them fades away as they are held
further out, and all that take part in it are without end.

Sources:
    Cox, D. R. (1972). Regression models and life-tables. JRSS B 34, 187-220. Cox, D. R.
    (1975). Partial likelihood. Biometrika 62, 269-276. Zou, G. (2004). A modified Poisson
    regression approach to prospective studies with binary data. American Journal of
    Epidemiology 159, 702-706 (why the variance wants mending). Heinze, G., Schemper, M.
    (2001). A solution to the problem of monotone likelihood in Cox regression. Biometrics 57,
    114-119 (what monotone likelihood is).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product
from math import exp, fsum, log, sqrt
from operator import add, mul, truediv

from attrs import frozen

from crmkit.metrics.loss.linear import inverse, pinned, solved
from crmkit.metrics.loss.risk_sets import RiskSets, Ties

__all__ = ["CoxFit", "cox_fit"]

#: Beyond this the exponential of a number is none.
_MOST = 600.0
_STEPS, _HALVINGS = 200, 40
_CLOSE = 1e-10
#: Less information about an effect is what is left of none.
_FADED = 1e-4
#: A smaller part in what is without end is what is left of none.
_PART = 1e-3

_Matrix = list[list[float]]
#: B of the variance, from the effects.
Middle = Callable[[Sequence[float]], _Matrix]


@frozen(kw_only=True)
class CoxFit:
    """Effects at the maximum.

    Attributes:
        effects: Logarithms of the hazard ratios; None where there is none.
        errors: Their standard errors; None likewise.
        endless: Which effects have no end: +1 upwards, -1 downwards, 0 none.
        untold: Which cannot be told from others, or were never to be compared.
        log_likelihood: At the maximum.
    """

    effects: tuple[float | None, ...]
    errors: tuple[float | None, ...]
    endless: tuple[int, ...]
    untold: tuple[bool, ...]
    log_likelihood: float


@frozen
class _Slope:
    height: float
    score: list[float]
    information: _Matrix
    masses: list[float]


def cox_fit(sets: RiskSets, size: int, ties: Ties, middle: Middle | None = None) -> CoxFit:
    """Return the effects that make what happened likeliest.

    Args:
        sets: Who was at risk, and who left.
        size: How many exposures there are.
        ties: As the risk sets were made; decides the variance.
        middle: Gives B of the variance where customers left more than once; None where not.
    """
    start = _slope(sets, [0.0] * size)
    kept, untold = pinned(start.information, start.masses)
    effects, end = _climbed(sets, kept, start)
    flat = _flat(kept, end)
    free = [i for i in kept if i not in flat]
    middles: list[Middle] = [] if middle is None else [middle]
    middles.append(partial(_binomial, sets) if ties == "discrete" else lambda _: end.information)
    variances = _variances(effects, free, end.information, middles)
    told = [not untold[i] and i in variances for i in range(size)]
    endless = [0 if untold[i] or told[i] else (1 if effects[i] > 0 else -1) for i in range(size)]
    return CoxFit(
        effects=tuple(effects[i] if told[i] else None for i in range(size)),
        errors=tuple(sqrt(variances[i]) if told[i] else None for i in range(size)),
        endless=tuple(endless),
        untold=tuple(untold),
        log_likelihood=end.height,
    )


def _climbed(sets: RiskSets, free: Sequence[int], here: _Slope) -> tuple[list[float], _Slope]:
    """Newton's steps from effects of 0, halved where they lead down."""
    effects = [0.0] * len(here.score)
    for _ in range(_STEPS if free else 0):
        score = [here.score[i] for i in free]
        step = solved(_part(here.information, free), score)
        gain = sum(up * by for up, by in zip(score, step, strict=True))
        before = effects
        effects, here = _stepped(sets, effects, dict(zip(free, step, strict=True)), here)
        if gain < _CLOSE or effects == before:
            break
    return effects, here


def _stepped(
    sets: RiskSets, effects: list[float], step: dict[int, float], here: _Slope
) -> tuple[list[float], _Slope]:
    share, found, there = 1.0, effects, here
    for _ in range(_HALVINGS):
        found = [one + share * step.get(i, 0.0) for i, one in enumerate(effects)]
        there = _slope(sets, found)
        if there.height >= here.height:
            return found, there
        share /= 2
    return list(effects), here


def _slope(sets: RiskSets, effects: Sequence[float]) -> _Slope:
    """The log-likelihood and its derivatives."""
    pulls = _pulls(sets, effects)
    times, (totals, shares) = sets.times, _shares(sets, pulls)
    means = _by_name(sets, shares, len(effects), len(times))
    masses = [list(map(mul, times, share)) for share in shares]
    height = fsum(d * pull for d, pull in zip(sets.left, pulls, strict=True))
    gone = _by_name(sets, [[d] for d in sets.left], len(effects), 1)
    return _Slope(
        height - fsum(map(mul, times, map(log, totals))),
        [own[0] - fsum(map(mul, times, mean)) for own, mean in zip(gone, means, strict=True)],
        _spread(sets, masses, means),
        [sum(mass) for mass in _by_name(sets, masses, len(effects), len(times))],
    )


def _pulls(sets: RiskSets, effects: Sequence[float]) -> list[float]:
    """β x of each combination."""
    sums = (sum(effects[i] for i in kind) for kind in sets.combinations)
    return [max(-_MOST, min(_MOST, one)) for one in sums]


def _shares(sets: RiskSets, pulls: Sequence[float]) -> tuple[list[float], list[list[float]]]:
    """S0, and the part of each combination in it: the chance that who leaves is one of it."""
    parts = [
        [n * weight for n in here] for here, weight in zip(sets.here, map(exp, pulls), strict=True)
    ]
    totals = list[float](map(sum, zip(*parts, strict=True)))
    return totals, [list(map(truediv, part, totals)) for part in parts]


def _by_name(
    sets: RiskSets, columns: Sequence[Sequence[float]], size: int, rows: int
) -> list[list[float]]:
    """The sums, for each exposure, of the columns of the combinations it is part of."""
    found = [[0.0] * rows for _ in range(size)]
    for kind, column in zip(sets.combinations, columns, strict=True):
        for i in kind:
            found[i] = list(map(add, found[i], column))
    return found


def _spread(
    sets: RiskSets, masses: Sequence[Sequence[float]], means: Sequence[Sequence[float]]
) -> _Matrix:
    """Σ mass (x - mean)(x - mean)ᵀ over the factors and the combinations."""
    size, rows = len(means), len(sets.counts)
    whole = list[float](map(sum, zip(*masses, strict=True))) or [0.0] * rows
    own = _by_name(sets, masses, size, rows)
    matrix = [[0.0] * size for _ in range(size)]
    for kind, mass in zip(sets.combinations, map(sum, masses), strict=True):
        for i, j in product(kind, kind):
            matrix[i][j] += mass
    for i in range(size):
        weighed = list(map(mul, whole, means[i]))
        for j in range(i + 1):
            beside = sum(map(mul, own[i], means[j])) + sum(map(mul, own[j], means[i]))
            matrix[i][j] += sum(map(mul, weighed, means[j])) - beside
            matrix[j][i] = matrix[i][j]
    return matrix


def _flat(kept: Sequence[int], end: _Slope) -> frozenset[int]:
    """The effects about which nothing is known at the end, alone or together."""
    _, lost = pinned(_part(end.information, kept), [_FADED] * len(kept), rounding=1.0, part=_PART)
    return frozenset(i for i, one in zip(kept, lost, strict=True) if one)


def _variances(
    effects: Sequence[float],
    free: Sequence[int],
    information: _Matrix,
    middles: Iterable[Middle],
) -> dict[int, float]:
    """The variances I⁻¹ B I⁻¹ of the free effects, by place: the greatest of each B."""
    back = inverse(_part(information, free))
    found = [_between(back, _part(middle(effects), free)) for middle in middles]
    return {i: max(0.0, *(one[k][k] for one in found)) for k, i in enumerate(free)}


def _binomial(sets: RiskSets, effects: Sequence[float]) -> _Matrix:
    """B of the variance where leaving is a chance of everyone who is there."""
    pulls = _pulls(sets, effects)
    times, (totals, shares) = sets.times, _shares(sets, pulls)
    usual = list(map(truediv, sets.leavings, totals))
    masses = [
        [
            time * share * max(0.0, 1 - chance * exp(pull))
            for time, share, chance in zip(times, own, usual, strict=True)
        ]
        for own, pull in zip(shares, pulls, strict=True)
    ]
    return _spread(sets, masses, _by_name(sets, shares, len(effects), len(times)))


def _part(matrix: _Matrix, places: Sequence[int]) -> _Matrix:
    return [[matrix[i][j] for j in places] for i in places]


def _between(outer: _Matrix, middle: _Matrix) -> _Matrix:
    """The product outer · middle · outer, all symmetric."""
    columns = [
        [sum(a * b for a, b in zip(row, col, strict=True)) for col in middle] for row in outer
    ]
    return [[sum(a * b for a, b in zip(row, col, strict=True)) for col in outer] for row in columns]
