"""Fitting the BG/BB: its likelihood with the analytic gradient, and the refusals.

The likelihood of a history is a sum over the last opportunity t at which the customer was
there, from t_x to n. In the symbols of ``_opportunities`` its logarithmic terms are

    ln (α)_x + ln (β)_{t-x} - ln (α+β)_t + ln (δ)_t - ln (γ+δ)_t             for t = n,
    the same + ln γ - ln(γ+δ+t)                                              for t < n,

so all that is needed are the logarithms of rising factorials from 0 to the largest n, which are
running sums of ln(z + i), and their derivatives, which are those of 1/(z + i): ψ(z+k) - ψ(z).
The terms depend on x, t and n only; they are summed from t = n down once for all histories that
share x and n, and what these have observed at t_x is summed upwards for the gradient.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics.value.fitting.optimise import Optimum, described, maximise, plain_errors
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.tally import read_weights, tally
from crmkit.metrics.value.models._arithmetic import Numbers, as_column
from crmkit.metrics.value.models._opportunities import read_opportunities
from crmkit.metrics.value.models.fit import Fit

_NAMES = ("alpha", "beta", "gamma", "delta")
_PARTNERS = ({"alpha", "beta"}, {"gamma", "delta"})
_CHANCES = dict(zip(_NAMES, ("buy", "buy", "leave", "leave"), strict=True))
_BORDERS = dict.fromkeys(_NAMES, (1e-5, 1e5))
_NEVER_LEAVES = (1e-6, 1.0)
_STARTS = (
    (1.0, 1.0, 0.7, 3.0),
    (0.3, 0.5, 0.2, 1.0),
    (3.0, 6.0, 2.0, 20.0),
    (10.0, 5.0, 5.0, 10.0),
)
_CUSTOMERS, _REPEATERS = 10, 5
_MANY_CUSTOMERS, _MANY_REPEATERS = 200, 50
# Half of chi-square's 95 % point with one degree of freedom.
_WORTH_A_PARAMETER = 1.92
# ln(γ / δ) below which it is asked whether anybody leaves at all.
_RARELY_LEAVES = -3.0
_NOBODY_LEAVES = (
    "no sign that customers leave: gamma and delta are held where nobody does (a beta-binomial), "
    "alpha and beta are fitted"
)
# Cells of one table of terms.
_BLOCK = 1_000_000


@frozen(kw_only=True, eq=False)
class _Tallied:
    """Distinct histories, and how many customers have each."""

    x: Numbers
    t_x: Numbers
    n: Numbers
    w: Numbers

    @property
    def customers(self) -> float:
        return float(self.w.sum())

    @property
    def repeaters(self) -> float:
        return float(self.w[self.x > 0].sum())


def fit_bgbb(cls: Any, repeats: Any, recency: Any, age: Any, weights: Any) -> Fit[Any]:
    """Fit the BG/BB; see ``BGBB.fit``.

    Raises:
        InvalidValueError: A history that cannot exist, with its row.
        InsufficientDataError: Too few customers, repeat buyers or different histories.
    """
    data = _read(repeats, recency, age, weights)
    _refuse_too_little(data)
    optimum = _search(data, _BORDERS)
    notes, converged = (*_about(data), *described(optimum, _meanings(optimum))), optimum.is_sharp
    if not converged or optimum.point[2] - optimum.point[3] < _RARELY_LEAVES:
        staying = _without_leaving(data)
        if (optimum.value - staying.value) * data.customers < _WORTH_A_PARAMETER:
            optimum, converged, notes = staying, False, (*_about(data), _NOBODY_LEAVES)
    parameters = dict(zip(_NAMES, map(math.exp, optimum.point), strict=True))
    errors, covariance = plain_errors(optimum, parameters, _PARTNERS)
    return Fit(
        model=cls(**parameters),
        log_likelihood=optimum.value * data.customers,
        standard_errors=errors,
        covariance=covariance,
        converged=converged,
        n=data.customers,
        notes=notes,
    )


def problem(cls: Any, repeats: Any, recency: Any, age: Any, *, weights: Any) -> Problem:
    """Return what is searched for ``cls``."""
    del cls
    data = _read(repeats, recency, age, weights)
    return Problem(objective=_Likelihood(data), borders=_BORDERS, n=data.customers)


def _read(repeats: Any, recency: Any, age: Any, weights: Any) -> _Tallied:
    h = read_opportunities(*map(as_column, (repeats, recency, age)))
    columns, w = tally([h.repeats, h.recency, h.age], read_weights(weights, h.repeats))
    return _Tallied(**dict(zip(("x", "t_x", "n"), columns, strict=True)), w=w)


def _refuse_too_little(data: _Tallied) -> None:
    figure = "BG/BB fit"
    if data.customers < _CUSTOMERS:
        raise InsufficientDataError(figure, _CUSTOMERS, int(data.customers), "customers")
    if data.repeaters < _REPEATERS:
        raise InsufficientDataError(figure, _REPEATERS, int(data.repeaters), "repeat buyers")
    if len(data.w) == 1:
        raise InsufficientDataError(figure, 2, 1, "different histories")


def _about(data: _Tallied) -> tuple[str, ...]:
    notes = []
    if data.customers < _MANY_CUSTOMERS or data.repeaters < _MANY_REPEATERS:
        count = f"{data.customers:,.0f} customers, {data.repeaters:,.0f} of them repeat buyers"
        notes.append(f"little evidence: {count}")
    if data.repeaters == data.customers:
        notes.append("every customer is a repeat buyer: one-time buyers belong in the data too")
    return tuple(notes)


def _meanings(optimum: Optimum) -> dict[str, str]:
    """What it means that a parameter has no optimum: large or small, all alike or all apart."""
    return {
        name: f"customers hardly differ in their chance to {chance}"
        if place > 0
        else f"customers differ all they can in their chance to {chance}"
        for (name, chance), place in zip(_CHANCES.items(), optimum.point, strict=True)
    }


def _search(data: _Tallied, borders: Any) -> Optimum:
    return maximise(_Likelihood(data), starts=_STARTS, borders=borders, n=data.customers)


def _without_leaving(data: _Tallied) -> Optimum:
    """The best model in which next to nobody leaves: a beta-binomial."""
    gamma, delta = _NEVER_LEAVES
    return _search(data, {**_BORDERS, "gamma": (gamma, gamma), "delta": (delta, delta)})


class _Rising:
    """ln (z)_k and its derivative over z, for k from 0 to the largest."""

    def __init__(self, np: Any, z: float, largest: int) -> None:
        factors = z + np.arange(largest)
        zero = [0.0]
        self.log = np.concatenate((zero, np.cumsum(np.log(factors))))
        self.slope = np.concatenate((zero, np.cumsum(1 / factors)))


@frozen(kw_only=True, eq=False)
class _Block:
    """Histories that share n: a table of x by t, with the share that were last seen there."""

    n: int
    xs: Any
    log_share: Any

    @property
    def misses(self) -> Any:
        """How many of t opportunities had no purchase, by x and t; below 0 where none can be."""
        np = require("numpy", extra="models")
        return np.arange(self.n + 1) - self.xs[:, None]


class _Likelihood:
    """Mean log-likelihood and its gradient, over log-parameters."""

    def __init__(self, data: _Tallied) -> None:
        self.np = require("numpy", extra="models")
        self.largest = int(data.n.max())
        self.blocks = list(_blocks(data))

    def __call__(self, point: Any) -> tuple[float, Any]:
        np = self.np
        alpha, beta, gamma, delta = np.exp(point)
        rising = [_Rising(np, z, self.largest + 1) for z in (alpha, beta, alpha + beta)]
        rising += [_Rising(np, z, self.largest + 1) for z in (delta, gamma + delta)]
        value, gradient = 0.0, np.zeros(4)
        for block in self.blocks:
            seen, at = self._weighed(block, rising, gamma)
            value += seen
            gradient += self._slopes(block, rising, gamma, at)
        return float(value), gradient * (alpha, beta, gamma, delta)

    def _weighed(self, block: _Block, rising: list[_Rising], gamma: float) -> tuple[float, Any]:
        """The block's part of ln L, and how many were last there at t, by x and t."""
        np, n, misses = self.np, block.n, block.misses
        bought, missed, both, _, _ = rising
        terms = bought.log[block.xs, None] + missed.log[np.maximum(misses, 0)]
        terms += self._staying(n, rising, gamma) - both.log[: n + 1]
        terms[misses < 0] = -np.inf
        logs = np.logaddexp.accumulate(terms[:, ::-1], axis=1)[:, ::-1]
        shares = np.exp(block.log_share)
        has_any = shares > 0
        value = float(shares[has_any] @ logs[has_any])
        ratio = np.where(has_any, block.log_share - np.where(has_any, logs, 0.0), -np.inf)
        return value, np.exp(terms + np.logaddexp.accumulate(ratio, axis=1))

    def _staying(self, n: int, rising: list[_Rising], gamma: float) -> Any:
        """Logarithm of the chance that t is the last opportunity with the customer there."""
        stayed, all_of_it = rising[3].log[: n + 1], rising[4].log
        left = math.log(gamma) + stayed - all_of_it[1 : n + 2]
        left[n] = stayed[n] - all_of_it[n]
        return left

    def _slopes(self, block: _Block, rising: list[_Rising], gamma: float, at: Any) -> Any:
        """The block's part of the gradient over the four parameters."""
        np, n = self.np, block.n
        bought, missed, both, stayed, all_of_it = (each.slope for each in rising)
        by_t = at.sum(axis=0)
        of_both = by_t @ both[: n + 1]
        of_all = by_t[:n] @ all_of_it[1 : n + 1] + by_t[n] * all_of_it[n]
        return np.array(
            (
                at.sum(axis=1) @ bought[block.xs] - of_both,
                (at * missed[np.maximum(block.misses, 0)]).sum() - of_both,
                by_t[:n].sum() / gamma - of_all,
                by_t @ stayed[: n + 1] - of_all,
            )
        )


def _blocks(data: _Tallied) -> Iterator[_Block]:
    np = require("numpy", extra="models")
    for n in np.unique(data.n).astype(int):
        of_n = data.n == n
        x, t_x = data.x[of_n].astype(int), data.t_x[of_n].astype(int)
        share = data.w[of_n] / data.customers
        xs = np.unique(x)
        cuts = [*range(0, len(xs), max(1, _BLOCK // (n + 1))), len(xs)]
        for start, end in pairwise(cuts):
            rows = (x >= xs[start]) & (x <= xs[end - 1])
            table = np.full((end - start, n + 1), -np.inf)
            table[np.searchsorted(xs[start:end], x[rows]), t_x[rows]] = np.log(share[rows])
            yield _Block(n=int(n), xs=xs[start:end], log_share=table)
