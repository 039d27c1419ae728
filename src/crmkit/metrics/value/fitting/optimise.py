"""The most likely parameters, how sharply the data tell them, and what to say if they do not.

Everything happens in the logarithms of the parameters, per customer, so that neither the
number of customers nor a parameter's size matters. L-BFGS-B walks from several starts, Newton
steps finish; the Hessian is the difference of analytic gradients.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit._require import require

Objective = Callable[[Any], tuple[float, Any]]
"""From log-parameters to the mean log-likelihood and its gradient."""

_LOG_STEP = 1e-4
_NEWTON_STEPS = 6
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
    """

    point: Any
    value: float
    covariance: Any
    at_border: tuple[str, ...]
    unknown: tuple[str, ...]
    is_flat: bool

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
) -> Optimum:
    """Return the best optimum; later starts are tried only while no sharp one is found.

    Args:
        objective: Mean log-likelihood and gradient over log-parameters.
        starts: Parameters (not logarithms) to start from, best guess first.
        borders: Lowest and highest value of each parameter, in the parameters' order.
        n: Customers that the mean is over.
    """
    best = None
    for start in starts:
        found = _climb(objective, start, borders, n)
        if best is None or found.value > best.value + 1e-12:
            best = found
        if best.is_sharp:
            break
    if best is None:
        raise AssertionError("a search needs a start")
    return best


def _climb(
    objective: Objective,
    start: Sequence[float],
    borders: Mapping[str, tuple[float, float]],
    n: float,
) -> Optimum:
    np, optimize = require("numpy", extra="models"), require("scipy.optimize", extra="models")
    box = np.log(np.array(list(borders.values())))

    def descend(point: Any) -> tuple[float, Any]:
        value, gradient = objective(point)
        return -value, -gradient

    walked = optimize.minimize(
        descend,
        np.clip(np.log(np.array(start)), *box.T),
        jac=True,
        method="L-BFGS-B",
        bounds=box,
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9},
    )
    point = _finish(objective, walked.x, box)
    return _judge(objective, point, tuple(borders), box, n)


def _finish(objective: Objective, point: Any, box: Any) -> Any:
    """Newton steps over the parameters that are free, while they help."""
    np = require("numpy", extra="models")
    for _ in range(_NEWTON_STEPS):
        free = _free(point, box)
        value, gradient = objective(point)
        curvature = _hessian(objective, point)[np.ix_(free, free)]
        if not free.any() or np.linalg.eigvalsh(curvature).max() >= 0:
            break
        step = np.zeros_like(point)
        step[free] = np.linalg.solve(curvature, -gradient[free])
        ahead = np.clip(point + step, *box.T)
        if objective(ahead)[0] < value - _ROUNDING * (1 + abs(value)):
            break
        point = ahead
        if abs(step).max() < _ARRIVED:
            break
    return point


def _judge(objective: Objective, point: Any, names: tuple[str, ...], box: Any, n: float) -> Optimum:
    np = require("numpy", extra="models")
    value, gradient = objective(point)
    free = _free(point, box)
    covariance, unknown = None, tuple(name for name, is_free in zip(names, free, strict=True))
    curvature = -n * _hessian(objective, point)[np.ix_(free, free)]
    if free.any() and np.linalg.eigvalsh(curvature).min() > 0:
        covariance = np.zeros((len(names), len(names)))
        covariance[np.ix_(free, free)] = np.linalg.inv(curvature)
        spread = np.sqrt(np.diag(covariance))
        unknown = tuple(name for name, width in zip(names, spread, strict=True) if width > _UNKNOWN)
    at_border = tuple(name for name, is_free in zip(names, free, strict=True) if not is_free)
    return Optimum(
        point=point,
        value=float(value),
        covariance=covariance,
        at_border=at_border,
        unknown=tuple(name for name in unknown if name not in at_border),
        is_flat=bool(np.all(abs(gradient[free]) < _FLAT)),
    )


def _free(point: Any, box: Any) -> Any:
    lowest, highest = box.T
    return (point > lowest + _AT_BORDER) & (point < highest - _AT_BORDER)


def _hessian(objective: Objective, point: Any) -> Any:
    np = require("numpy", extra="models")
    rows = []
    for i in range(len(point)):
        step = np.zeros_like(point)
        step[i] = _LOG_STEP
        rows.append((objective(point + step)[1] - objective(point - step)[1]) / (2 * _LOG_STEP))
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2


def described(optimum: Optimum, meanings: Mapping[str, str]) -> tuple[str, ...]:
    """Say in words what keeps this optimum from being a sharp one.

    Args:
        optimum: Where the search ended.
        meanings: For each parameter, what it means that it has no optimum.
    """
    notes = [
        f"{name} ran to the border of the search: {meanings[name]}" for name in optimum.at_border
    ]
    if optimum.unknown:
        notes.append(f"the data hardly determine {', '.join(optimum.unknown)}")
    if not optimum.is_flat:
        notes.append("the search ended before the likelihood was flat")
    return tuple(notes)


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
