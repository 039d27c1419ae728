"""Fitting the sBG: all there is to know are those who renewed, and who left, at each renewal.

With R_t the customers who renewed at the t-th renewal and L_t those who left at it,
Σ n_t ln P(t) + n_surv ln S comes down to a product over renewals, in which no Γ is left:

    ln L = Σ_t R_t ln(β+t-1) + L_t ln α - (R_t + L_t) ln(α+β+t-1)
    ∂α   = Σ_t L_t/α - (R_t + L_t)/(α+β+t-1)
    ∂β   = Σ_t R_t/(β+t-1) - (R_t + L_t)/(α+β+t-1)

Cohorts add up. Where customers do not differ, α and β grow without end together: then they
are held so high that the retention is the same at every renewal, a geometric.
"""

import math
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value.fitting.optimise import Optimum, described, maximise, plain_errors
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.tally import read_weights
from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers, as_column
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_columns, refuse

_NAMES = ("alpha", "beta")
_PARTNERS = ({"alpha", "beta"},)
_ALL_APART = "customers differ all they can: some leave at once, the others never"
_HARDLY_APART = "customers hardly differ in their chance to leave"
_BORDERS = {"alpha": (1e-5, 1e6), "beta": (1e-5, 1e6)}
_SHAPES = (2.0, 0.5, 10.0, 100.0)
# alpha + beta where customers do not differ.
_ALIKE = 1e7
_FIGURE = "sBG fit"
_CUSTOMERS, _PERIODS, _MOST = 10, 2, 10_000
_MANY_CUSTOMERS, _MANY_LEAVERS = 200, 50
# A likelihood that is better by less is not better.
_NOT_BETTER = 1e-6
_NO_DIFFERENCE = (
    "customers do not differ in their chance to leave: alpha and beta are held where all have "
    "the same retention (a geometric)"
)


@frozen(kw_only=True, eq=False)
class _Renewals:
    """Who renewed and who left at the 1st, 2nd, … renewal; customers may be fractions."""

    renewed: Numbers
    left: Numbers
    customers: float

    def __add__(self, other: "_Renewals") -> "_Renewals":
        np = require("numpy", extra="models")
        longest = max(len(self.left), len(other.left))

        def joined(one: Numbers, two: Numbers) -> Numbers:
            return np.pad(one, (0, longest - len(one))) + np.pad(two, (0, longest - len(two)))

        return _Renewals(
            renewed=joined(self.renewed, other.renewed),
            left=joined(self.left, other.left),
            customers=self.customers + other.customers,
        )


def scaled(shares: Any, n: Any) -> Numbers:
    """Return survivors of ``n`` customers from their shares.

    Raises:
        InvalidValueError: A number of customers or a first share that is not above 0.
    """
    (count,) = PLAIN.read({"n": n})
    refuse(PLAIN, "n", count, not 0 < count < math.inf, "must be above 0 and finite")
    _, (column,) = read_columns(survivors=as_column(shares))
    if column.size and column[0] <= 0:
        raise InvalidValueError("survivors[0]", float(column[0]), "must be above 0")
    return column * (count / column[0]) if column.size else column


def fit_cohorts(cls: Any, cohorts: Mapping[str, Any]) -> Fit[Any]:
    """Fit to survivors by cohort; see ``SBG.fit_cohorts``.

    Raises:
        InvalidValueError: Survivors that cannot exist, by the cohort's name and index.
        InsufficientDataError: Too few customers, periods, or nobody who left or renewed.
    """
    read = [_cohort(name, survivors) for name, survivors in cohorts.items()]
    np = require("numpy", extra="models")
    nobody = _Renewals(renewed=np.zeros(0), left=np.zeros(0), customers=0.0)
    return _fit(cls, sum(read, nobody))


def _cohort(name: str, survivors: Any) -> _Renewals:
    np = require("numpy", extra="models")
    m, (column,) = read_columns(**{name: as_column(survivors)})
    refuse(m, name, column, column < 0, "must be 0 or more customers")
    risen = np.concatenate(([False], column[1:] > column[:-1]))[: column.size]
    refuse(m, name, column, risen, "must not exceed the survivors of the period before")
    if column.size > _MOST:
        raise InvalidValueError(name, column.size, f"must be at most {_MOST:,} periods")
    return _Renewals(
        renewed=column[1:], left=column[:-1] - column[1:], customers=float(column[:1].sum())
    )


def fit_lifetimes(cls: Any, periods: Any, ended: Any, weights: Any) -> Fit[Any]:
    """Fit to customers one by one; see ``SBG.fit_lifetimes``.

    Raises:
        InvalidValueError: A row that cannot exist, with its number.
        InsufficientDataError: Too few customers, periods, or nobody who left or renewed.
    """
    return _fit(cls, _lifetimes(periods, ended, weights))


def problem(cls: Any, *data: Any, weights: Any) -> Problem:
    """Return what is searched for ``cls``: survivors of a cohort, or periods and who ended."""
    del cls
    if len(data) == 1:
        read = _cohort("survivors", *data)
    else:
        periods, ended = data
        read = _lifetimes(periods, ended, weights)
    return Problem(objective=_Likelihood(read), borders=_BORDERS, n=read.customers)


def _lifetimes(periods: Any, ended: Any, weights: Any) -> _Renewals:
    np = require("numpy", extra="models")
    m, (t, has_left) = read_columns(periods=as_column(periods), ended=as_column(ended))
    broken = (t < 0) | (t > _MOST) | (m.floor(t) != t)
    refuse(m, "periods", t, broken, f"must be a whole number from 0 to {_MOST:,}")
    refuse(m, "ended", has_left, (has_left != 0) & (has_left != 1), "must be true or false")
    w, survived = read_weights(weights, t), t.astype(int)
    longest = int(survived.max(initial=0)) + 1
    at = np.bincount(survived, w, minlength=longest + 1)
    left = np.bincount(survived, w * has_left, minlength=longest)
    later = at[::-1].cumsum()[::-1]
    return _Renewals(renewed=later[1:], left=left, customers=float(w.sum()))


def _fit(cls: Any, data: _Renewals) -> Fit[Any]:
    _refuse_too_little(data)
    optimum, alike = _search(data), _geometric(data)
    meaning = _HARDLY_APART if optimum.point.max() > 0 else _ALL_APART
    notes, converged = described(optimum, dict.fromkeys(_NAMES, meaning)), optimum.is_sharp
    if (optimum.value - alike.value) * data.customers < _NOT_BETTER:
        optimum, notes, converged = alike, (_NO_DIFFERENCE,), False
    parameters = dict(zip(_NAMES, map(math.exp, optimum.point), strict=True))
    errors, covariance = plain_errors(optimum, parameters, _PARTNERS)
    return Fit(
        model=cls(**parameters),
        log_likelihood=optimum.value * data.customers,
        standard_errors=errors,
        covariance=covariance,
        converged=converged,
        n=data.customers,
        notes=(*_about(data), *notes),
    )


def _refuse_too_little(data: _Renewals) -> None:
    seen = int(((data.renewed + data.left) > 0).sum())
    for needed, got, what in (
        (_CUSTOMERS, data.customers, "customers at the start; shares need n"),
        (_PERIODS, seen, "renewals with customers at them"),
        (1, math.ceil(data.left.sum()), "customers who left"),
        (1, math.ceil(data.renewed.sum()), "customers who renewed"),
    ):
        if got < needed:
            raise InsufficientDataError(_FIGURE, needed, int(got), what)


def _about(data: _Renewals) -> tuple[str, ...]:
    notes, left = [], float(data.left.sum())
    if data.customers < _MANY_CUSTOMERS or left < _MANY_LEAVERS:
        notes.append(f"little evidence: {data.customers:,.0f} customers, {left:,.0f} of them left")
    if math.isclose(left, data.customers):
        notes.append("nobody is left: how long customers last beyond that is a guess")
    return tuple(notes)


def _search(data: _Renewals) -> Optimum:
    first = _mean_chance(data)
    starts = [(first * shape, (1 - first) * shape) for shape in _SHAPES]
    return maximise(_Likelihood(data), starts=starts, borders=_BORDERS, n=data.customers)


def _mean_chance(data: _Renewals) -> float:
    return float(data.left.sum() / (data.left.sum() + data.renewed.sum()))


def _geometric(data: _Renewals) -> Optimum:
    """The best model in which all customers are alike."""
    np, leaving = require("numpy", extra="models"), _mean_chance(data)
    point = np.log(np.array((leaving, 1 - leaving)) * _ALIKE)
    return Optimum(
        point=point,
        value=_Likelihood(data)(point)[0],
        covariance=None,
        at_border=_NAMES,
        unknown=(),
        is_flat=True,
    )


class _Likelihood:
    """Mean log-likelihood and its gradient, over log-parameters."""

    def __init__(self, data: _Renewals) -> None:
        self.np = require("numpy", extra="models")
        self.renewed, self.left = data.renewed / data.customers, data.left / data.customers
        self.both = self.renewed + self.left
        self.before = self.np.arange(len(self.left))

    def __call__(self, point: Any) -> tuple[float, Any]:
        np = self.np
        alpha, beta = np.exp(point)
        stay, total = beta + self.before, alpha + beta + self.before
        value = self.renewed @ np.log(stay / total) + self.left @ np.log(alpha / total)
        of_all = (self.both / total).sum()
        of_alpha = self.left.sum() / alpha - of_all
        of_beta = (self.renewed / stay).sum() - of_all
        return float(value), np.array((of_alpha, of_beta)) * (alpha, beta)
