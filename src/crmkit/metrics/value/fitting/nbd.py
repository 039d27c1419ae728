"""Fitting the NBD: down to two customers and one repeat purchase, and never silently wrong.

The search runs over r and the mean rate μ = r/α, which the data tell nearly independently of
each other. With m = μT the purchases expected, and ψ the digamma function,

    ln L     = ln Γ(r+x)/Γ(r) - x ln r + x ln μ - (r+x) ln(1 + m/r)
    ∂r       ψ(r+x) - ψ(r) - ln(1 + m/r) + (m-x)/(r+m)
    ∂ln μ    r (x-m)/(r+m)

Where customers differ no more than chance would have it, r has no optimum: everybody is alike,
and the likelihood's limit is the Poisson's, with all purchases over all weeks as the rate. So
little can be asked of little data, but two customers and one repeat purchase there must be:
one customer shows no difference between customers, and without a purchase the most likely
rate is 0, which no shop has.

Where r is not told, the rate still is. The covariance is then that at this r: with the
logarithms of r and α as its order, ln μ = ln r - ln α always has the variance
c₀₀ + c₁₁ - 2 c₀₁, which for customers alike is 1 / all purchases.
"""

import math
from typing import Any

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics.value.fitting.evidence import little_evidence
from crmkit.metrics.value.fitting.optimise import maximise
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.tally import Levels, read_weights, tally
from crmkit.metrics.value.models._arithmetic import Arrays, Numbers, as_column, log_rising
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_histories

# Time in mean ages. Customers whose rates differ by less than 1 % are alike.
_BORDERS = {"r": (1e-4, 1e4), "rate": (1e-12, 1e12)}
_GRID = tuple(10.0 ** (power / 2) for power in range(-6, 8))
# The r of customers who are alike.
_ALIKE = 1e6
_CUSTOMERS = 2
# A likelihood that rises by less, over all customers, has not risen.
_NO_RISE = 1e-7
_POOLED = (
    "customers differ no more than chance would have it: r has no optimum, and everybody is "
    "given the pooled rate"
)
_UNSURE = "the data hardly determine r: how much customers differ"


@frozen(kw_only=True, eq=False)
class _Tallied:
    """Distinct (repeats, age), and how many customers have each; time in mean ages."""

    x: Numbers
    T: Numbers
    w: Numbers
    unit: float

    @property
    def n(self) -> float:
        return float(self.w.sum())

    @property
    def purchases(self) -> float:
        return float(self.w @ self.x)

    @property
    def rate(self) -> float:
        return self.purchases / float(self.w @ self.T)


@frozen(kw_only=True)
class _Found:
    """The most likely parameters, time in mean ages; with notes where r is not told.

    Attributes:
        covariance: Of ln r and ln α.
    """

    r: float
    rate: float
    value: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    notes: tuple[str, ...]


def fit_nbd(cls: Any, repeats: Any, recency: Any, age: Any, weights: Any) -> Fit[Any]:
    """Fit ``cls``; see ``BuyingModel.fit``.

    Raises:
        InvalidValueError: A history that cannot exist, with its row.
        InsufficientDataError: Fewer than two customers known for any time, or no repeat purchase.
    """
    data = _tallied(repeats, recency, age, weights)
    found = _found(data, _Likelihood(data))
    model = cls(r=found.r, alpha=found.r / found.rate * data.unit)
    # A density per unit of time: each repeat purchase brings in the unit once.
    rescaled = data.purchases * math.log(data.unit)
    return Fit(
        model=model,
        log_likelihood=found.value * data.n - rescaled,
        standard_errors=_errors(model, found),
        covariance=found.covariance,
        converged=not found.notes,
        n=data.n,
        notes=(*_about(data), *found.notes),
    )


def problem(cls: Any, repeats: Any, recency: Any, age: Any, *, weights: Any) -> Problem:
    """Return what is searched for ``cls``, over r and α in place of r and the rate."""
    del cls
    data = _tallied(repeats, recency, age, weights)
    likelihood = _Likelihood(data)

    def over_alpha(point: Any) -> tuple[float, Any]:
        log_r, log_alpha = point
        value, (of_r, of_rate) = likelihood(likelihood.np.array((log_r, log_r - log_alpha)))
        return value, likelihood.np.array((of_r + of_rate, -of_rate))

    return Problem(
        objective=over_alpha,
        borders={"r": _BORDERS["r"], "alpha": _BORDERS["rate"]},
        n=data.n,
        units={"alpha": data.unit},
    )


def _tallied(repeats: Any, recency: Any, age: Any, weights: Any) -> _Tallied:
    h = read_histories(*map(as_column, (repeats, recency, age)))
    w = read_weights(weights, h.repeats)
    _refuse_too_little(h.repeats, h.age, w)
    (x, T), w = tally([h.repeats, h.age], w)
    unit = float(w @ T) / float(w.sum())
    return _Tallied(x=x, T=T / unit, w=w, unit=unit)


def _refuse_too_little(repeats: Numbers, age: Numbers, weights: Numbers) -> None:
    """A customer of this moment tells nothing, so is not counted."""
    known = float(weights[age > 0].sum())
    if known < _CUSTOMERS:
        raise InsufficientDataError("NBD fit", _CUSTOMERS, int(known), "customers with an age")
    purchases = float(weights @ repeats)
    if purchases < 1:
        raise InsufficientDataError("NBD fit", 1, int(purchases), "repeat purchase")


class _Likelihood:
    """Mean log-likelihood and its gradient, over the logarithms of r and the mean rate."""

    def __init__(self, data: _Tallied) -> None:
        self.np, self.m = require("numpy", extra="models"), Arrays()
        self.digamma = require("scipy.special", extra="models").digamma
        self.data, self.share = data, data.w / data.n
        level = Levels.of(data.x)
        self.xs, self.at_x = level.values, level.sums(self.share)
        self.mean = float(self.share @ data.x)

    def value(self, r: float, rate: float) -> float:
        """Mean log-likelihood."""
        used = self.np.log1p(rate * self.data.T / r)
        counted = self.at_x @ log_rising(self.m, r, self.xs)
        spread = self.share @ ((r + self.data.x) * used)
        return float(counted + self.mean * math.log(rate / r) - spread)

    def __call__(self, point: Any) -> tuple[float, Any]:
        r, rate = map(float, self.np.exp(point))
        expected = rate * self.data.T
        off = (expected - self.data.x) / (r + expected)
        of_r = self.at_x @ (self.digamma(r + self.xs) - self.digamma(r))
        of_r += self.share @ (off - self.np.log1p(expected / r))
        return self.value(r, rate), self.np.array((r * of_r, -r * (self.share @ off)))

    def information(self, r: float, rate: float) -> float:
        """Curvature of the log-likelihood over ln μ, at this r."""
        expected = rate * self.data.T
        slopes = r * expected * (r + self.data.x) / (r + expected) ** 2
        return float(self.data.w @ slopes)


def _found(data: _Tallied, likelihood: _Likelihood) -> _Found:
    best = max(((r, data.rate) for r in _GRID), key=lambda start: likelihood.value(*start))
    optimum = maximise(likelihood, starts=[best], borders=_BORDERS, n=data.n)
    r, rate = (math.exp(each) for each in optimum.point)
    value, notes = optimum.value, () if optimum.is_sharp else (_UNSURE,)
    alike = likelihood.value(_ALIKE, data.rate)
    if "r" in optimum.at_border or (value - alike) * data.n < _NO_RISE:
        r, rate, value, notes = _ALIKE, data.rate, alike, (_POOLED,)
    if notes:
        # r is held, and of its partner only the rate is told.
        covariance = ((0.0, 0.0), (0.0, 1 / likelihood.information(r, rate)))
    else:
        covariance = _of_alpha(optimum.covariance)
    return _Found(r=r, rate=rate, value=value, covariance=covariance, notes=notes)


def _of_alpha(covariance: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """From ln r and ln μ to ln r and ln α = ln r - ln μ."""
    (of_r, both), (_, of_rate) = covariance.tolist()
    shared = of_r - both
    return (of_r, shared), (shared, of_rate + of_r - 2 * both)


def _errors(model: Any, found: _Found) -> dict[str, float | None]:
    if found.notes:
        return {"r": None, "alpha": None}
    (of_r, _), (_, of_alpha) = found.covariance
    return {"r": model.r * of_r**0.5, "alpha": model.alpha * of_alpha**0.5}


def _about(data: _Tallied) -> tuple[str, ...]:
    repeaters = float(data.w[data.x > 0].sum())
    notes = little_evidence(data.n, repeaters)
    if repeaters == data.n:
        every = "every customer is a repeat buyer: one-time buyers belong in the data too"
        notes = (*notes, every)
    return notes
