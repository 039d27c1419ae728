"""Fitting the Gamma-Gamma model: its likelihood with the analytic gradient, and the refusals.

In the symbols of ``gamma_gamma``, with ψ the digamma function, the derivatives of ln L are

    ∂p  x (ψ(px+q) - ψ(px) + ln(x z̄) - ln(γ + x z̄))
    ∂q  ψ(px+q) - ψ(q) - ln(1 + x z̄/γ)
    ∂γ  q/γ - (px+q)/(γ + x z̄)

Money is measured in the geometric mean of the spends while the search runs, so any unit gives
the same model.
"""

import math
from typing import Any

from attrs import evolve, frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics.value.fitting.optimise import described, maximise, plain_errors
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.tally import BLOCK, Levels, read_weights, sample_stride, tally
from crmkit.metrics.value.models._arithmetic import (
    Arrays,
    Numbers,
    as_column,
    log_gamma,
    log_rising,
)
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_spend

_NAMES = ("p", "q", "gamma")
_PARTNERS = ({"p", "q", "gamma"},)
_MEANINGS = {
    "p": "a customer's purchases hardly differ",
    "q": "customers hardly differ in what they spend",
    "gamma": "customers hardly differ in what they spend",
}
# In units of the geometric mean of the spends.
_BORDERS = {"p": (1e-3, 1e5), "q": (1e-3, 1e5), "gamma": (1e-7, 1e8)}
_STARTS = ((6.0, 4.0, 0.5), (2.0, 3.0, 1.0), (1.0, 1.5, 1.0), (20.0, 10.0, 0.5), (3.0, 100.0, 30.0))
_CUSTOMERS, _MANY_CUSTOMERS = 10, 50
_CORRELATED = 0.3
# Spends that differ by less are one spend written twice.
_ALIKE = 1e-9


@frozen(kw_only=True, eq=False)
class _Spends:
    """Distinct (purchases, mean spend) with purchases; money in its geometric mean."""

    x: Numbers
    z: Numbers
    w: Numbers
    unit: float
    left_out: float

    @property
    def n(self) -> float:
        return float(self.w.sum())

    def some(self) -> "_Spends | None":
        """Every so-manieth row, evenly over all of them; None where that saves nothing."""
        stride = sample_stride(len(self.w))
        if stride == 1:
            return None
        x, z, w = (column[::stride] for column in (self.x, self.z, self.w))
        return evolve(self, x=x, z=z, w=w)


def fit_spend(cls: Any, purchases: Any, mean_spend: Any, weights: Any) -> Fit[Any]:
    """Fit the Gamma-Gamma model; see ``GammaGamma.fit``.

    Raises:
        InvalidValueError: A row that cannot exist, with its number.
        InsufficientDataError: Too few customers with purchases, or all of one mean spend.
    """
    data = _spends(purchases, mean_spend, weights)
    some = data.some()
    optimum = maximise(
        _Likelihood(data),
        starts=_STARTS,
        borders=_BORDERS,
        n=data.n,
        rough=_Likelihood(some) if some else None,
    )
    parameters = dict(zip(_NAMES, (math.exp(value) for value in optimum.point), strict=True))
    has_mean = parameters["q"] > 1
    parameters["gamma"] *= data.unit
    errors, covariance = plain_errors(optimum, parameters, _PARTNERS)
    no_mean = () if has_mean else ("q is 1 or less: spend this heavy-tailed has no mean",)
    return Fit(
        model=cls(**parameters),
        log_likelihood=optimum.value * data.n - data.n * math.log(data.unit),
        standard_errors=errors,
        covariance=covariance,
        converged=optimum.is_sharp and has_mean,
        n=data.n,
        notes=(*_about(data), *described(optimum, _MEANINGS), *no_mean),
    )


def problem(cls: Any, purchases: Any, mean_spend: Any, *, weights: Any) -> Problem:
    """Return what is searched for ``cls``."""
    del cls
    data = _spends(purchases, mean_spend, weights)
    return Problem(
        objective=_Likelihood(data),
        borders=_BORDERS,
        n=data.n,
        units={"gamma": data.unit},
    )


def _spends(purchases: Any, mean_spend: Any, weights: Any) -> _Spends:
    np = require("numpy", extra="models")
    _, x, z = read_spend(as_column(purchases), as_column(mean_spend))
    w = read_weights(weights, x)
    has_spent = x > 0
    (xs, zs), ws = tally([x[has_spent], z[has_spent]], w[has_spent])
    if ws.sum() < _CUSTOMERS:
        got = int(ws.sum())
        raise InsufficientDataError("Gamma-Gamma fit", _CUSTOMERS, got, "customers with spend")
    if zs.max() <= zs.min() * (1 + _ALIKE):
        raise InsufficientDataError("Gamma-Gamma fit", 2, 1, "different mean spends")
    unit = math.exp(float(ws @ np.log(zs)) / float(ws.sum()))
    return _Spends(x=xs, z=zs / unit, w=ws, unit=unit, left_out=float(w[~has_spent].sum()))


def _about(data: _Spends) -> tuple[str, ...]:
    notes = []
    if data.left_out:
        notes.append(f"{data.left_out:,.0f} customers without purchases were left out")
    if data.n < _MANY_CUSTOMERS:
        notes.append(f"little evidence: {data.n:,.0f} customers with spend")
    related = _correlation(data)
    if abs(related) > _CORRELATED:
        notes.append(
            f"spend and number of purchases are correlated ({related:+.2f}); "
            "the model takes them to be unrelated"
        )
    return tuple(notes)


def _correlation(data: _Spends) -> float:
    share = data.w / data.n
    x, z = data.x - share @ data.x, data.z - share @ data.z
    scale = float((share @ x**2) * (share @ z**2)) ** 0.5
    return float(share @ (x * z)) / scale if scale else 0.0


class _Likelihood:
    """Mean log-likelihood and its gradient, over log-parameters.

    With S = x z̄, ln L = ln Γ(px+q) - ln Γ(px) - ln Γ(q) - px ln(1 + γ/S) - q ln(1 + S/γ) - ln z̄.

    Attributes:
        x: The distinct numbers of purchases.
        at_x: Share of customers with each.
        blocks: Of the rows, small enough to stay in a processor's cache: S, and the shares of
            customers and of purchases as the two rows of a matrix.
        log_z: Mean of ln z̄.
    """

    def __init__(self, data: _Spends) -> None:
        np = self.np = require("numpy", extra="models")
        self.m, self.digamma = Arrays(), require("scipy.special", extra="models").digamma
        share, level = data.w / data.n, Levels.of(data.x)
        self.x, self.at_x = level.values, level.sums(share)
        total, both = data.x * data.z, np.array((share, share * data.x))
        self.blocks = [
            (total[start : start + BLOCK], np.ascontiguousarray(both[:, start : start + BLOCK]))
            for start in range(0, len(total), BLOCK)
        ]
        self.log_z = float(share @ np.log(data.z))

    def __call__(self, point: Any) -> tuple[float, Any]:
        np, m, x, digamma = self.np, self.m, self.x, self.digamma
        p, q, gamma = np.exp(point)
        spread, own, pulled = self._sizes(q, p, gamma)
        value = self.at_x @ (log_rising(m, q, p * x) - log_gamma(m, p * x)) - p * own - q * spread
        of_both = digamma(p * x + q)
        gradient = (
            self.at_x @ (x * (of_both - digamma(p * x))) - own,
            self.at_x @ (of_both - digamma(q)) - spread,
            q / gamma - pulled,
        )
        return float(value) - self.log_z, np.array(gradient) * (p, q, gamma)

    def _sizes(self, q: float, p: float, gamma: float) -> tuple[float, float, float]:
        """Means of ln(1 + S/γ), of x ln(1 + γ/S) and of (q + p x)/(γ + S)."""
        np = self.np
        spread, own, pulled = 0.0, 0.0, 0.0
        for total, both in self.blocks:
            spread += both[0] @ np.log1p(total / gamma)
            own += both[1] @ np.log1p(gamma / total)
            pulled += np.array((q, p)) @ (both @ (1 / (gamma + total)))
        return spread, own, pulled
