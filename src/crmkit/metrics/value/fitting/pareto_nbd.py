"""Fitting the Pareto/NBD: one likelihood, its analytic gradient, and the refusals.

In the symbols of ``models.pareto_nbd``, with w = Q/(1 + Q) the weight of "has left" and ψ the
digamma function, the derivatives of ln L are

    ∂r  ψ(R) - ψ(r) - ln(c/α) + w ∂r ln Q      ∂α  r/α - R/c + w ∂α ln Q
    ∂s  -ln(B/β) + w ∂s ln Q                   ∂β  s/β - s/B + w ∂β ln Q

and those of ln Q are in ``silences``. Time is measured in mean ages while the search runs, so
any unit gives the same model. A search over many histories begins with some of them, drawn
evenly over all customers.
"""

from typing import Any

from crmkit._require import require
from crmkit.metrics.value.fitting.buying_data import (
    BuyingData,
    Leaving,
    buying_data,
    fit_of,
    judged,
)
from crmkit.metrics.value.fitting.optimise import Optimum, maximise
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.silences import Silences
from crmkit.metrics.value.models._arithmetic import Arrays, log_rising, softplus
from crmkit.metrics.value.models.fit import Fit

_NAMES = ("r", "alpha", "s", "beta")
_PARTNERS = ({"r", "alpha"}, {"s", "beta"})
_RATES = "customers hardly differ in how often they buy"
_LIVES = "the data do not tell how customers differ in how long they stay"
_APART = "customers differ boundlessly in how often they buy"
_MEANINGS = {"r": _RATES, "alpha": _RATES, "s": _LIVES, "beta": _LIVES}
_IF_LOW = {**_MEANINGS, "r": _APART, "alpha": _APART}
# In units of the mean age.
_BORDERS = {"r": (1e-4, 1e4), "alpha": (1e-6, 1e7), "s": (1e-5, 1e4), "beta": (1e-6, 1e7)}
_NEVER_LEAVES = {"s": 1e-6, "beta": 1.0}
# (r, s, β) to start from; α follows from the mean number of purchases.
_STARTS = ((0.5, 0.6, 0.4), (0.3, 0.3, 0.1), (2.0, 1.5, 2.0), (10.0, 0.5, 0.5), (0.5, 5.0, 20.0))
_LEAVING = Leaving(held=_NEVER_LEAVES, meanings=_MEANINGS, if_low=_IF_LOW)
# Rows taken together; with their nodes they stay in a processor's cache.
_BLOCK = 2048
# How many customers lead to the optimum of many, and from how many histories that on.
_SAMPLE, _WORTH_A_SAMPLE = 20_000, 50_000


def fit_pareto_nbd(cls: Any, repeats: Any, recency: Any, age: Any, weights: Any) -> Fit[Any]:
    """Fit ``cls``; see ``BuyingModel.fit``.

    Raises:
        InvalidValueError: A history that cannot exist, with its row.
        InsufficientDataError: Too few customers, repeat buyers or different histories.
    """
    data = buying_data(repeats, recency, age, weights).in_mean_ages()
    data.refuse_too_little(cls.NAME)
    found = judged(
        _search(data, _starts(data), _BORDERS),
        lambda: _search(data, _starts(data)[:2], _LEAVING.borders(_BORDERS)),
        leaving=_LEAVING,
        n=data.n,
    )
    return fit_of(cls, data, found, times=("alpha", "beta"), partners=_PARTNERS)


def problem(cls: Any, repeats: Any, recency: Any, age: Any, *, weights: Any) -> Problem:
    """Return what is searched for ``cls``."""
    del cls
    data = buying_data(repeats, recency, age, weights).in_mean_ages()
    return Problem(
        objective=_Likelihood(data),
        borders=_BORDERS,
        n=data.n,
        units={"alpha": data.unit, "beta": data.unit},
    )


def _starts(data: BuyingData) -> list[tuple[float, ...]]:
    mean = data.mean_repeats
    return [(r, r / mean, s, beta) for r, s, beta in _STARTS]


def _some(data: BuyingData) -> BuyingData:
    """Customers evenly spaced over all of them."""
    np = require("numpy", extra="models")
    upto = np.cumsum(data.w)
    drawn = np.searchsorted(upto, (np.arange(_SAMPLE) + 0.5) / _SAMPLE * upto[-1])
    rows, w = np.unique(drawn, return_counts=True)
    return data.rows(rows, w.astype(float))


class _Likelihood:
    """Mean log-likelihood and its gradient, over log-parameters.

    Attributes:
        xs: Distinct numbers of repeats.
        at_x: Share of customers with each of them.
        blocks: Share, repeats, recency and age of rows that are alike.
    """

    def __init__(self, data: BuyingData) -> None:
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


def _search(data: BuyingData, starts: Any, borders: Any) -> Optimum:
    rough = _Likelihood(_some(data)) if len(data.w) >= _WORTH_A_SAMPLE else None
    return maximise(_Likelihood(data), starts=starts, borders=borders, n=data.n, rough=rough)
