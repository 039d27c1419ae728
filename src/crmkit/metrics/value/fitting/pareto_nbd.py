"""Fitting the Pareto/NBD: one likelihood, its analytic gradient, and the refusals.

In the symbols of ``models.pareto_nbd``, with w = Q/(1 + Q) the weight of "has left" and ψ the
digamma function, the derivatives of ln L are

    ∂r  ψ(R) - ψ(r) - ln(c/α) + w ∂r ln Q      ∂α  r/α - R/c + w ∂α ln Q
    ∂s  -ln(B/β) + w ∂s ln Q                   ∂β  s/β - s/B + w ∂β ln Q

and those of ln Q are in ``silences``. Time is measured in mean ages while the search runs, so
any unit gives the same model. A search over many histories begins with some of them, drawn
evenly over all customers.
"""

import math
from typing import Any

from attrs import evolve, frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics.value.fitting.evidence import little_evidence
from crmkit.metrics.value.fitting.optimise import Optimum, described, maximise, plain_errors
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.silences import Silences
from crmkit.metrics.value.fitting.tally import read_weights, tally
from crmkit.metrics.value.models._arithmetic import Arrays, Numbers, as_column, log_rising, softplus
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_histories

_NAMES = ("r", "alpha", "s", "beta")
_PARTNERS = ({"r", "alpha"}, {"s", "beta"})
_RATES = "customers hardly differ in how often they buy"
_LIVES = "the data do not tell how customers differ in how long they stay"
_MEANINGS = {"r": _RATES, "alpha": _RATES, "s": _LIVES, "beta": _LIVES}
# In units of the mean age.
_BORDERS = {"r": (1e-4, 1e4), "alpha": (1e-6, 1e7), "s": (1e-5, 1e4), "beta": (1e-6, 1e7)}
_NEVER_LEAVES = (1e-6, 1.0)
# (r, s, β) to start from; α follows from the mean number of purchases.
_STARTS = ((0.5, 0.6, 0.4), (0.3, 0.3, 0.1), (2.0, 1.5, 2.0), (10.0, 0.5, 0.5), (0.5, 5.0, 20.0))
_CUSTOMERS, _REPEATERS = 10, 5
# Half of chi-square's 95 % point with one degree of freedom.
_WORTH_A_PARAMETER = 1.92
# ln(s / β), of leaving within the mean age, below which it is asked whether anybody leaves.
_RARELY_LEAVES = -3.0
_NOBODY_LEAVES = (
    "no sign that customers leave: s and beta are held where nobody does (an NBD), "
    "r and alpha are fitted"
)
# Rows taken together; with their nodes they stay in a processor's cache.
_BLOCK = 2048
# How many customers lead to the optimum of many, and from how many histories that on.
_SAMPLE, _WORTH_A_SAMPLE = 20_000, 50_000


@frozen(kw_only=True, eq=False)
class _Tallied:
    """Distinct histories, and how many customers have each; time in mean ages."""

    x: Numbers
    t_x: Numbers
    T: Numbers
    w: Numbers
    unit: float

    @property
    def n(self) -> float:
        return float(self.w.sum())

    @property
    def repeaters(self) -> float:
        return float(self.w[self.x > 0].sum())

    def some(self) -> "_Tallied | None":
        """Customers evenly spaced over all of them; None where that saves nothing."""
        if len(self.w) < _WORTH_A_SAMPLE:
            return None
        np = require("numpy", extra="models")
        upto = np.cumsum(self.w)
        drawn = np.searchsorted(upto, (np.arange(_SAMPLE) + 0.5) / _SAMPLE * upto[-1])
        rows, w = np.unique(drawn, return_counts=True)
        columns = (column[rows] for column in (self.x, self.t_x, self.T))
        x, t_x, T = columns
        return evolve(self, x=x, t_x=t_x, T=T, w=w.astype(float))


def fit_pareto_nbd(cls: Any, repeats: Any, recency: Any, age: Any, weights: Any) -> Fit[Any]:
    """Fit ``cls``; see ``BuyingModel.fit``.

    Raises:
        InvalidValueError: A history that cannot exist, with its row.
        InsufficientDataError: Too few customers, repeat buyers or different histories.
    """
    data = _tallied(repeats, recency, age, weights)
    _refuse_too_little(data, cls.NAME)
    optimum = _search(data, _starts(data), _BORDERS)
    notes, converged = (*_about(data), *described(optimum, _MEANINGS)), optimum.is_sharp
    if not converged or optimum.point[2] - optimum.point[3] < _RARELY_LEAVES:
        staying = _without_leaving(data)
        if (optimum.value - staying.value) * data.n < _WORTH_A_PARAMETER:
            optimum, converged = staying, False
            notes = (*_about(data), _NOBODY_LEAVES)
    return _report(cls, data, optimum, notes=notes, converged=converged)


def problem(cls: Any, repeats: Any, recency: Any, age: Any, *, weights: Any) -> Problem:
    """Return what is searched for ``cls``."""
    del cls
    data = _tallied(repeats, recency, age, weights)
    return Problem(
        objective=_Likelihood(data),
        borders=_BORDERS,
        partners=_PARTNERS,
        n=data.n,
        units={"alpha": data.unit, "beta": data.unit},
    )


def _tallied(repeats: Any, recency: Any, age: Any, weights: Any) -> _Tallied:
    h = read_histories(*map(as_column, (repeats, recency, age)))
    w = read_weights(weights, h.repeats)
    (x, t_x, T), w = tally([h.repeats, h.recency, h.age], w)
    total = float((w * T).sum())
    unit = total / float(w.sum()) if total > 0 else 1.0
    return _Tallied(x=x, t_x=t_x / unit, T=T / unit, w=w, unit=unit)


def _refuse_too_little(data: _Tallied, name: str) -> None:
    figure = f"{name} fit"
    if data.n < _CUSTOMERS:
        raise InsufficientDataError(figure, _CUSTOMERS, int(data.n), "customers")
    if data.repeaters < _REPEATERS:
        raise InsufficientDataError(figure, _REPEATERS, int(data.repeaters), "repeat buyers")
    if len(data.w) == 1:
        raise InsufficientDataError(figure, 2, 1, "different histories")


def _about(data: _Tallied) -> tuple[str, ...]:
    notes = little_evidence(data.n, data.repeaters)
    if data.repeaters == data.n:
        alone = "every customer is a repeat buyer: one-time buyers belong in the data too"
        notes = (*notes, alone)
    return notes


def _starts(data: _Tallied) -> list[tuple[float, ...]]:
    mean = float((data.w * data.x).sum()) / data.n
    return [(r, r / mean, s, beta) for r, s, beta in _STARTS]


class _Likelihood:
    """Mean log-likelihood and its gradient, over log-parameters.

    Attributes:
        xs: Distinct numbers of repeats.
        at_x: Share of customers with each of them.
        blocks: Share, repeats, recency and age of rows that are alike.
    """

    def __init__(self, data: _Tallied) -> None:
        np = self.np = require("numpy", extra="models")
        self.m, self.digamma = Arrays(), require("scipy.special", extra="models").digamma
        self.xs, x_of = np.unique(data.x, return_inverse=True)
        share = data.w / data.n
        self.at_x = np.bincount(x_of, share, minlength=len(self.xs))
        silence = np.log1p((data.T - data.t_x) / (_STARTS[0][-1] + data.t_x))
        alike = np.argsort(x_of + silence / (1 + silence.max()), kind="stable")
        columns = [column[alike] for column in (share, data.x, data.t_x, data.T)]
        self.blocks = [
            [column[start : start + _BLOCK] for column in columns]
            for start in range(0, len(share), _BLOCK)
        ]

    def __call__(self, point: Any) -> tuple[float, Any]:
        np, xs, digamma = self.np, self.xs, self.digamma
        r, alpha, s, beta = parameters = np.exp(point)
        silences = Silences(r, alpha, s, beta)
        value = self.at_x @ log_rising(self.m, r, xs)
        slopes = np.array((self.at_x @ (digamma(r + xs) - digamma(r)), 0.0, 0.0, 0.0))
        for share, x, t_x, T in self.blocks:
            gone, R = silences(x, t_x, T), r + x
            spent, aged = (
                used - start for used, start in zip(gone.used, point[[1, 3]], strict=True)
            )
            odds = softplus(self.m, gone.odds)
            value += share @ (odds - r * spent - s * aged - x * gone.used[0])
            left = share * np.exp(gone.odds - odds)
            slopes[0] -= share @ spent
            slopes[1] += share @ (r / alpha - R / (alpha + T))
            slopes[2] -= share @ aged
            slopes[3] += share @ (s / beta - s / (beta + T))
            slopes += [left @ slope for slope in gone.slopes]
        return float(value), slopes * parameters


def _search(data: _Tallied, starts: Any, borders: Any) -> Optimum:
    some = data.some()
    rough = _Likelihood(some) if some else None
    return maximise(_Likelihood(data), starts=starts, borders=borders, n=data.n, rough=rough)


def _without_leaving(data: _Tallied) -> Optimum:
    """The best model in which next to nobody leaves: an NBD."""
    s, beta = _NEVER_LEAVES
    held = {**_BORDERS, "s": (s, s), "beta": (beta, beta)}
    starts = [(r, alpha, s, beta) for r, alpha, _, _ in _starts(data)]
    return _search(data, starts[:2], held)


def _report(
    cls: Any, data: _Tallied, optimum: Optimum, *, notes: tuple[str, ...], converged: bool
) -> Fit[Any]:
    """Back from mean ages to the caller's unit of time."""
    parameters = dict(zip(_NAMES, map(float, optimum.point), strict=True))
    parameters = {name: math.exp(value) for name, value in parameters.items()}
    parameters["alpha"] *= data.unit
    parameters["beta"] *= data.unit
    errors, covariance = plain_errors(optimum, parameters, _PARTNERS)
    # A density per unit of time: each repeat purchase brings in the unit once.
    rescaled = float(data.w @ data.x) * math.log(data.unit)
    return Fit(
        model=cls(**parameters),
        log_likelihood=optimum.value * data.n - rescaled,
        standard_errors=errors,
        covariance=covariance,
        converged=converged,
        n=data.n,
        notes=notes,
    )
