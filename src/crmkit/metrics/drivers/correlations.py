"""Correlations of predictors with one another and with an outcome: checked, and solved.

    symbol   here            unit
    R_xx     correlations    of the predictors, -1 to 1
    r_xy     with_outcome    of each predictor with the outcome, -1 to 1
    β        betas           standard deviations of the outcome per one of the predictor
    VIF_j    inflations      how many times the variance of β_j is that without the others

Assumption: relations are straight lines. Many matrices may lie along a first axis.

Source: β = R_xx⁻¹ r_xy, R² = r_xy'β, VIF_j the j-th diagonal element of R_xx⁻¹ (Belsley, D. A.,
Kuh, E., Welsch, R. E. (1980). Regression diagnostics. Wiley; there too the condition index, the
root of the greatest eigenvalue of R_xx over the least, with some 30 as the point of worry).
"""

from collections.abc import Sequence
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.checked import checked_number, listed

__all__ = ["betas", "checked_correlations", "condition_index", "inflations", "refuse_collinear"]

#: The least eigenvalue of correlations from which the predictors can be told apart.
SINGULAR = 1e-10
#: What is left of a column in the null space by rounding alone.
_TRACE = 1e-4
_ROUNDING = 1e-9


def checked_correlations(
    correlations: Sequence[Sequence[float]], with_outcome: Sequence[float]
) -> tuple[Any, Any]:
    """Return both as arrays, if there can be predictors and an outcome so correlated.

    Raises:
        InvalidValueError: No square matrix with ones on its diagonal, another number of
            predictors in the two, a correlation beyond -1 and 1, or correlations that cannot
            stand together.
        MissingExtraError: numpy is not installed.
    """
    np = require("numpy", extra="models")
    r = np.array(_numbers(with_outcome, "with_outcome"))
    rows = [_numbers(one, f"correlations[{i}]") for i, one in enumerate(listed(correlations))]
    even = len({len(row) for row in rows}) < 2
    R = np.array(rows if even else [])
    _refuse_shape(np, R, r)
    names = [f"number {place + 1}" for place in range(len(r))]
    refuse_collinear(R, names)
    explained = float(r @ betas(R, r))
    if np.linalg.eigvalsh(R)[0] < 0 or explained > 1 + _ROUNDING:
        rule = "must be such as predictors and an outcome can have together"
        raise InvalidValueError("with_outcome", with_outcome, rule)
    return R, r


def _numbers(given: Sequence[float], field: str) -> list[float]:
    return [checked_number(one, f"{field}[{i}]") for i, one in enumerate(listed(given))]


def _refuse_shape(np: Any, R: Any, r: Any) -> None:
    if r.ndim != 1 or not len(r) or R.shape != (len(r), len(r)):
        rule = "must be square, with a row per correlation with the outcome"
        raise InvalidValueError("correlations", R.shape, rule)
    if not np.all(np.abs(r) <= 1):
        raise InvalidValueError("with_outcome", r.tolist(), "must lie from -1 to 1")
    alike = np.allclose(R, R.T, atol=_ROUNDING) and np.allclose(np.diag(R), 1, atol=_ROUNDING)
    if not (alike and np.all(np.abs(R) <= 1 + _ROUNDING)):
        rule = "must be from -1 to 1, the same both ways, and 1 on the diagonal"
        raise InvalidValueError("correlations", R.tolist(), rule)


def refuse_collinear(R: Any, names: Sequence[str]) -> None:
    """Refuse predictors of which one adds up from the others.

    Args:
        R: Their correlations.
        names: What each is called.

    Raises:
        InvalidValueError: It names all that take part.
    """
    np = require("numpy", extra="models")
    values, vectors = np.linalg.eigh(R)
    null = vectors[:, np.abs(values) < SINGULAR]
    if not null.size:
        return
    takes_part = np.abs(null).max(axis=1) > _TRACE
    involved = ", ".join(name for name, is_in in zip(names, takes_part, strict=True) if is_in)
    raise InvalidValueError(
        "predictors", involved, "one of them adds up from the others", "leave one of them out"
    )


def betas(R: Any, r: Any) -> Any:
    """Return the standardised coefficients."""
    np = require("numpy", extra="models")
    return np.linalg.solve(R, r[..., None])[..., 0]


def inflations(R: Any) -> Any:
    """Return the variance inflation factor of each predictor."""
    np = require("numpy", extra="models")
    return np.diag(np.linalg.inv(R))


def condition_index(R: Any) -> float:
    """Return the root of the greatest eigenvalue over the least."""
    np = require("numpy", extra="models")
    values = np.linalg.eigvalsh(R)
    return float(np.sqrt(values[-1] / values[0]))
