"""How far a parameter may be off: where the likelihood has fallen too far, all others refitted.

    P(v)       = max ln L over the other parameters, this one held at v
    interval   = all v with max P - P(v) <= z²/2      (1.92 for 95 %)

Where the log-likelihood is a parabola in the logarithm of the parameter, this is the interval
of the fit (delta method); where it is a ridge, this one follows it. It may have no end: where
the likelihood never falls that far, the data do not bound the parameter, and the end is None.
It counts as that where it only falls because another parameter (as s for β) came to the
border of the search and cannot follow.

It also serves fits that hold parameters at a border, which it frees.

Source: Venzon, D. J., Moolgavkar, S. H. (1988). A method for computing profile-likelihood-based
confidence intervals. Applied Statistics 37(1), 87-94; Cox, D. R., Hinkley, D. V. (1974).
Theoretical statistics, 9.3.
"""

import math
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import LEVEL, two_sided_z
from crmkit.metrics.value.fitting.optimise import Optimum, maximise
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.models._dropout import DropoutModel
from crmkit.metrics.value.models.bgbb import BGBB
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD
from crmkit.metrics.value.models.sbg import SBG

__all__ = ["profile_interval"]

_METHOD = "profile likelihood: the other parameters fitted anew at each value"
# First steps from the top, in logarithms: at least, at most, and where nothing tells.
_LEAST, _MOST, _UNTOLD = 1e-3, 1.0, 0.5
# A slope of the log-likelihood, at a border over a logarithm, that is none.
_PULL = 0.01
# How closely an end is found, in logarithms.
_CLOSE = 1e-7


def profile_interval(
    fit: Fit[Any], name: str, *data: Any, weights: Any = None, level: float = LEVEL
) -> Estimate:
    """Return a parameter with the interval of its profile likelihood.

    Args:
        fit: A fit by maximum likelihood of any model here.
        name: One of ``fit.parameters``.
        *data: The columns that were fitted, in the order of the model's ``fit``: repeats,
            recency and age; purchases and mean spend for the Gamma-Gamma. For the sBG one
            column is the survivors of a cohort, two are those of ``fit_lifetimes``.
        weights: As they were given to the fit.
        level: Coverage of the interval, above 0 and below 1.

    Returns:
        The parameter in its own unit; an end is None where the likelihood never falls far
        enough, and the notes say so.

    Raises:
        InvalidValueError: No such parameter, or other data than those of the fit.
        MissingExtraError: numpy or scipy is not installed.

    Source:
        Venzon & Moolgavkar (1988).
    """
    value, fall = fit.interval(name).value, two_sided_z(level) ** 2 / 2
    problem = _problem_of(fit.model, data, weights)
    if not math.isclose(problem.n, fit.n):
        raise InvalidValueError("data", problem.n, f"must be of the {fit.n:g} customers of the fit")
    profile = _Profile(problem, name, fit.model, fall)
    ends = {"low": profile.end(-1), "high": profile.end(+1)}
    return Estimate(
        value=value,
        **_around(value, ends),
        level=level,
        n=fit.n,
        unit="",
        method=_METHOD,
        notes=_notes(name, ends, is_found=profile.is_flat),
    )


def _problem_of(model: Any, data: tuple[Any, ...], weights: Any) -> Problem:
    from crmkit.metrics.value.fitting import bgbb, dropout, nbd, pareto_nbd, sbg, spend

    rooms: dict[type, Any] = {
        DropoutModel: dropout,
        ParetoNBD: pareto_nbd,
        NBD: nbd,
        GammaGamma: spend,
        BGBB: bgbb,
        SBG: sbg,
    }
    room = next((one for kind, one in rooms.items() if isinstance(model, kind)), None)
    if room is None:
        raise InvalidValueError("fit", model, "must be of a model fitted by maximum likelihood")
    problem: Problem = room.problem(type(model), *data, weights=weights)
    return problem


def _around(value: float | None, ends: dict[str, float | None]) -> dict[str, float | None]:
    """A fit that prefers the simpler of two likely models may lie a little outside."""
    outer = {"low": min, "high": max}
    return {
        side: None if end is None or value is None else outer[side](end, value)
        for side, end in ends.items()
    }


def _notes(name: str, ends: dict[str, float | None], *, is_found: bool) -> tuple[str, ...]:
    words = {"low": ("below", "falls"), "high": ("above", "grows")}
    notes = [
        f"open {where}: the likelihood never falls far enough as {name} {moves}"
        for side, (where, moves) in words.items()
        if ends[side] is None
    ]
    if not is_found:
        notes.append("some searches for the other parameters ended before the likelihood was flat")
    return tuple(notes)


class _Profile:
    """The likelihood along one parameter, the others at their best."""

    def __init__(self, problem: Problem, name: str, model: Any, fall: float) -> None:
        self.np = require("numpy", extra="models")
        self.problem, self.name, self.fall = problem, name, fall
        self.index = list(problem.borders).index(name)
        self.top = self._search([problem.place_of(model)], {})
        self.known = [self.top]
        self.is_flat = self.top.is_flat

    def end(self, side: int) -> float | None:
        """The end on this side (-1 below, 1 above); None where there is none."""
        border = math.log(self.problem.borders[self.name][side > 0])
        inside, step = self._at(self.top), self._first_step()
        while inside != border:
            place = side * min(side * inside + step, side * border)
            found = self._best(place)
            if self._excess(found) > 0:
                return self._crossing(inside, place)
            inside, step = place, 2 * step
        return None

    def _crossing(self, inside: float, outside: float) -> float | None:
        brentq = require("scipy.optimize", extra="models").brentq
        place = brentq(lambda at: self._excess(self._best(at)), inside, outside, xtol=_CLOSE)
        found = self._best(place)
        self.is_flat &= found.is_flat
        unit = self.problem.units.get(self.name, 1.0)
        return None if self._is_kept_back(found) else math.exp(place) * unit

    def _first_step(self) -> float:
        """The half-width that the curvature at the top tells."""
        covariance = self.top.covariance
        width = 0.0 if covariance is None else float(covariance[self.index, self.index]) ** 0.5
        return min(_MOST, max(_LEAST, width * (2 * self.fall) ** 0.5)) if width else _UNTOLD

    def _at(self, found: Optimum) -> float:
        return float(found.point[self.index])

    def _best(self, place: float) -> Optimum:
        """The best of the other parameters, from the nearest known ones and from the top."""
        nearest = min(self.known, key=lambda one: abs(self._at(one) - place))
        starts = [self.np.exp(one.point) for one in (nearest, self.top)]
        value = math.exp(place)
        found = self._search(starts, {self.name: (value, value)})
        self.known.append(found)
        return found

    def _search(self, starts: Any, held: dict[str, tuple[float, float]]) -> Optimum:
        problem = self.problem
        borders = {**problem.borders, **held}
        return maximise(problem.objective, starts=starts, borders=borders, n=problem.n)

    def _excess(self, found: Optimum) -> float:
        """How much further the likelihood has fallen than it may."""
        return (self.top.value - found.value) * self.problem.n - self.fall

    def _is_kept_back(self, found: Optimum) -> bool:
        """Whether another parameter would follow further, and keep the likelihood up."""
        _, slopes = self.problem.objective(found.point)
        pulls = dict(zip(self.problem.borders, abs(slopes) * self.problem.n, strict=True))
        return any(pulls[name] > _PULL for name in found.at_border if name != self.name)
