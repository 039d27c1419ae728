"""Relative weights: each predictor's part in what all of them explain together.

The predictors are replaced by the uncorrelated variables nearest to them, the outcome is
explained by those, and what each explains is handed back along its correlations with the
predictors. The weights are never negative and sum to R².

    paper    here            unit
    R_xx     R               correlations of the predictors
    r_xy     r               correlations with the outcome
    Q, Λ     Q, values       eigenvectors and eigenvalues of R_xx
    L        L               correlations of the predictors with the uncorrelated ones
    β*       through         coefficients of the uncorrelated ones
    ε_j      weights         of the variance, 0 to 1

    R_xx = QΛQ',  L = QΛ^½Q',  β* = L⁻¹ r_xy,  ε_j = Σ_k L_jk² β*_k²

Assumptions: straight lines, no predictor adding up from the others. The weights say what goes
together, not what causes what. Of predictors that are nearly the same they split evenly what is
common; with more than some twenty predictors of which many are alike, prefer blocks.

Source: Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor
variables in multiple regression. Multivariate Behavioral Research 35(1), 1-19.
"""

from collections.abc import Sequence
from typing import Any

from crmkit._require import require
from crmkit.metrics.drivers.correlations import checked_correlations

__all__ = ["johnson", "relative_weights"]


def relative_weights(
    correlations: Sequence[Sequence[float]], with_outcome: Sequence[float]
) -> tuple[float, ...]:
    """Return Johnson's relative weights, from correlations. Needs the extra ``models``.

    Args:
        correlations: Of the predictors with one another: a square of rows, 1 on its diagonal.
        with_outcome: Of each predictor with the outcome, -1 to 1.

    Returns:
        A weight per predictor, 0 to 1, in their order; they sum to R².

    Raises:
        InvalidValueError: What cannot be correlations, or predictors that add up from each other.
        MissingExtraError: numpy is not installed.

    Source:
        Johnson (2000).

    >>> [round(one, 6) for one in relative_weights([[1, 0.5], [0.5, 1]], [0.6, 0.4])]
    [0.286667, 0.086667]
    """
    R, r = checked_correlations(correlations, with_outcome)
    return tuple(johnson(R[None], r[None])[0].tolist())


def johnson(R: Any, r: Any) -> Any:
    """Return the relative weights of many samples, a row each.

    Args:
        R: Correlations of the predictors, samples along the first axis.
        r: Their correlations with the outcome, likewise.
    """
    np = require("numpy", extra="models")
    values, Q = np.linalg.eigh(R)
    roots, turned = np.sqrt(values)[:, None, :], np.swapaxes(Q, 1, 2)
    L = (Q * roots) @ turned
    through = ((Q / roots) @ turned @ r[..., None])[..., 0]
    return np.einsum("mjk,mk->mj", L**2, through**2)
