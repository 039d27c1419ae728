"""The most likely parameters, how sharply the data tell them, and what to say if they do not.

Everything happens in the logarithms of the parameters, per customer, so that neither the
number of customers nor a parameter's size matters. L-BFGS-B walks from several starts, Newton
steps finish; the Hessian is the difference of analytic gradients. It costs eight gradients or
more, so a step uses the one at hand for as long as it serves. A likelihood of many customers may
bring a rough one, of a part of them: that leads to where the fine one's last steps begin.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from crmkit._require import require

Objective = Callable[[Any], tuple[float, Any]]
"""From log-parameters to the mean log-likelihood and its gradient."""

_LOG_STEP = 1e-4
_NEWTON_STEPS = 20
# A step that is not this much shorter than the one before asks for a Hessian of its own.
_SHORTER = 0.1
# How far from the point of a Hessian it still is that of the covariance.
_SAME_PLACE = 1e-5
# How well L-BFGS-B goes before Newton's steps; with more patience where these do not arrive.
_WALKS = (
    {"maxiter": 200, "ftol": 1e-9, "gtol": 1e-5},
    {"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9},
)
# A mean log-likelihood whose slope is below this is flat.
_FLAT = 1e-6
# A mean log-likelihood that falls by less has not fallen.
_ROUNDING = 1e-12
# A Newton step shorter than this, in logarithms, ends the search.
_ARRIVED = 1e-11
# How near a border, in logarithms, counts as at it.
_AT_BORDER = 0.02
# A parameter known to no better than a factor of e^3 is not known.
_UNKNOWN = 3.0


@frozen(kw_only=True)
class Optimum:
    """Where the search ended.

    Attributes:
        point: Log-parameters.
        value: Mean log-likelihood there.
        covariance: Of the log-parameters, zero for those held at a border; None if the
            likelihood has no sharp peak.
        at_border: Names of parameters that ran to a border.
        unknown: Names of parameters that the data hardly tell.
        is_flat: Whether the likelihood rises no further.
        at_low: Those of ``at_border`` that ran to the lower one.
    """

    point: Any
    value: float
    covariance: Any
    at_border: tuple[str, ...]
    unknown: tuple[str, ...]
    is_flat: bool
    at_low: tuple[str, ...] = ()

    @property
    def is_sharp(self) -> bool:
        """Whether this is a maximum inside the borders that the data determine."""
        inside = not self.at_border and not self.unknown
        return self.is_flat and inside and self.covariance is not None


def maximise(
    objective: Objective,
    *,
    starts: Sequence[Sequence[float]],
    borders: Mapping[str, tuple[float, float]],
    n: float,
    rough: Objective | None = None,
    thorough: bool = False,
) -> Optimum:
    """Return the best optimum; later starts are tried only while no sharp one is found.

    A later start is followed to its end where its first walk already leads higher.

    Args:
        objective: Mean log-likelihood and gradient over log-parameters.
        starts: Parameters (not logarithms) to start from, best guess first.
        borders: Lowest and highest value of each parameter, in the parameters' order.
        n: Customers that the mean is over.
        rough: The same over some of the customers: it leads close to the optimum quickly, and
            has no part in where that is.
        thorough: Try every start, as the likelihood of few customers may have several peaks.
    """
    np = require("numpy", extra="models")
    box = np.log(np.array(list(borders.values())))
    best = None
    for start in starts:
        begin = np.clip(np.log(np.array(start)), *box.T)
        point = _walk(rough or objective, begin, box, _WALKS[0])
        if best is not None and objective(point)[0] <= best.value:
            continue
        best = _judge(objective, _climb(objective, point, box, rough), tuple(borders), box, n)
        if best.is_sharp and not thorough:
            break
    if best is None:
        raise AssertionError("a search needs a start")
    return best


@frozen(kw_only=True, eq=False)
class _Place:
    """A point with its value and gradient, and a Hessian of a point ``off`` from it."""

    point: Any
    value: float
    gradient: Any
    curvature: Any = None
    off: float = math.inf


def _climb(objective: Objective, point: Any, box: Any, rough: Objective | None) -> _Place:
    """From where the first walk ended to the top."""
    curvature = None if rough is None else _hessian(rough, point)
    place, arrived = _finish(objective, _at(objective, point, curvature), box)
    for patience in _WALKS if rough else _WALKS[1:]:
        if arrived:
            break
        walked = _walk(objective, place.point, box, patience)
        place, arrived = _finish(objective, _at(objective, walked), box)
    return place


def _at(objective: Objective, point: Any, curvature: Any = None) -> _Place:
    value, gradient = objective(point)
    return _Place(point=point, value=value, gradient=gradient, curvature=curvature)


def _walk(objective: Objective, point: Any, box: Any, patience: Mapping[str, float]) -> Any:
    optimize = require("scipy.optimize", extra="models")

    def descend(at: Any) -> tuple[float, Any]:
        value, gradient = objective(at)
        return -value, -gradient

    return optimize.minimize(
        descend, point, jac=True, method="L-BFGS-B", bounds=box, options=dict(patience)
    ).x


def _finish(objective: Objective, place: _Place, box: Any) -> tuple[_Place, bool]:
    """Newton steps over the parameters that are free, while they help; whether they arrived."""
    before = math.inf
    for _ in range(_NEWTON_STEPS):
        if place.curvature is None:
            place = evolve(place, curvature=_hessian(objective, place.point), off=0.0)
        ahead, length = _step(objective, place, box)
        if ahead is None and place.off == 0:
            return place, False
        if ahead is None:
            place = evolve(place, curvature=None)
            continue
        place = ahead
        if length < _ARRIVED:
            return place, True
        if length > _SHORTER * before:
            place = evolve(place, curvature=None)
        before = length
    return place, False


def _step(objective: Objective, place: _Place, box: Any) -> tuple[_Place | None, float]:
    """One Newton step and its length; None where it does not lead upwards."""
    np = require("numpy", extra="models")
    free = _free(place, box)
    if not free.any():
        return place, 0.0
    curvature = place.curvature[np.ix_(free, free)]
    if np.linalg.eigvalsh(curvature).max() >= 0:
        return None, math.inf
    step = np.zeros_like(place.point)
    step[free] = np.linalg.solve(curvature, -place.gradient[free])
    point = np.clip(place.point + step, *box.T)
    value, gradient = objective(point)
    if value < place.value - _ROUNDING * (1 + abs(value)):
        return None, math.inf
    off = place.off + abs(step).max()
    ahead = evolve(place, point=point, value=value, gradient=gradient, off=off)
    return ahead, float(abs(step).max())


def _judge(
    objective: Objective, place: _Place, names: tuple[str, ...], box: Any, n: float
) -> Optimum:
    np = require("numpy", extra="models")
    free = _free(place, box)
    covariance, unknown = None, names
    if place.curvature is None or place.off > _SAME_PLACE:
        place = evolve(place, curvature=_hessian(objective, place.point))
    curvature = -n * place.curvature[np.ix_(free, free)]
    if free.any() and np.linalg.eigvalsh(curvature).min() > 0:
        covariance = np.zeros((len(names), len(names)))
        covariance[np.ix_(free, free)] = np.linalg.inv(curvature)
        spread = np.sqrt(np.diag(covariance))
        unknown = tuple(name for name, width in zip(names, spread, strict=True) if width > _UNKNOWN)
    at_border = tuple(name for name, is_free in zip(names, free, strict=True) if not is_free)
    return Optimum(
        point=place.point,
        value=float(place.value),
        covariance=covariance,
        at_border=at_border,
        unknown=tuple(name for name in unknown if name not in at_border),
        is_flat=bool(np.all(abs(place.gradient[free]) < _FLAT)),
        at_low=tuple(
            name
            for name, one in zip(names, place.point - box[:, 0], strict=True)
            if name in at_border and one <= _AT_BORDER
        ),
    )


def _free(place: _Place, box: Any) -> Any:
    """Which parameters are inside the borders, or at one that the likelihood leads away from."""
    lowest, highest = box.T
    low = (place.point <= lowest + _AT_BORDER) & (place.gradient < _FLAT)
    high = (place.point >= highest - _AT_BORDER) & (place.gradient > -_FLAT)
    return ~(low | high | (lowest == highest))


def _hessian(objective: Objective, point: Any) -> Any:
    np = require("numpy", extra="models")
    rows = []
    for i in range(len(point)):
        step = np.zeros_like(point)
        step[i] = _LOG_STEP
        rows.append((objective(point + step)[1] - objective(point - step)[1]) / (2 * _LOG_STEP))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def described(
    optimum: Optimum, meanings: Mapping[str, str], *, if_low: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Say in words what keeps this optimum from being a sharp one.

    Args:
        optimum: Where the search ended.
        meanings: For each parameter, what it means that it has no optimum.
        if_low: What it means instead where it ran to its lower border.
    """
    told = {**meanings, **{name: (if_low or meanings)[name] for name in optimum.at_low}}
    notes = [f"{name} ran to the border of the search: {told[name]}" for name in optimum.at_border]
    if optimum.at_border and optimum.covariance is not None:
        notes.append(conditional_on(optimum.at_border))
    if optimum.unknown:
        notes.append(f"the data hardly determine {', '.join(optimum.unknown)}")
    if not optimum.is_flat:
        notes.append("the search ended before the likelihood was flat")
    return tuple(notes)


def conditional_on(held: Sequence[str]) -> str:
    """Say what the standard errors and the covariance beside held parameters mean."""
    return f"standard errors and covariance are conditional on {' and '.join(held)} being there"


def plain_errors(
    optimum: Optimum, parameters: Mapping[str, float], partners: Sequence[set[str]]
) -> tuple[dict[str, float | None], tuple[tuple[float, ...], ...] | None]:
    """Standard errors of the parameters (delta method), and the covariance as plain tuples.

    Args:
        optimum: Where the search ended.
        parameters: The parameters themselves, in the order of the log-parameters.
        partners: Parameters that run away together: if one is unknown, so are the others.
    """
    if optimum.covariance is None:
        return dict.fromkeys(parameters), None
    lost = {*optimum.at_border, *optimum.unknown}
    hidden = lost.union(*(group for group in partners if group & lost))
    spread = optimum.covariance.diagonal() ** 0.5
    errors = {
        name: None if name in hidden else float(value * width)
        for (name, value), width in zip(parameters.items(), spread, strict=True)
    }
    if optimum.unknown:
        return errors, None
    return errors, tuple(tuple(map(float, row)) for row in optimum.covariance)
