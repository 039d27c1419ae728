"""LMG: what a predictor adds to R², on average over every order in which they can enter.

It is the Shapley value of the predictors in the game of explaining the outcome. The weights are
never negative and sum to R²; the work doubles with each predictor.

    paper   here        unit
    R²(S)   explained   share of the variance that the predictors of a subset S explain
    p       p           predictors
    LMG_j   weights     of the variance, 0 to 1

    LMG_j = Σ_S |S|! (p − |S| − 1)! / p! · [R²(S ∪ j) − R²(S)],  over S without j

The R² of all subsets come from one walk: at each predictor the rest is taken as it is, and once
more with that predictor swept out of it, so that the matrices shrink as their number grows.

Assumptions: as for relative weights. A predictor that does nothing itself but goes with one that
does gets a part.

Sources: Lindeman, R. H., Merenda, P. F., Gold, R. Z. (1980). Introduction to bivariate and
multivariate analysis. Scott, Foresman, 119-127; Grömping, U. (2006). Relative importance for
linear regression in R: the package relaimpo. Journal of Statistical Software 17(1).
"""

from collections.abc import Sequence
from math import factorial
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.checked import listed
from crmkit.metrics.drivers.correlations import checked_correlations

__all__ = ["MOST", "lmg", "lmg_weights", "refuse_many"]

#: More predictors than this are refused: their subsets are too many.
MOST = 15
#: Numbers held at a time, about.
_HELD = 4_000_000


def lmg_weights(
    correlations: Sequence[Sequence[float]], with_outcome: Sequence[float]
) -> tuple[float, ...]:
    """Return the LMG weights, from correlations. Needs the extra ``models``.

    Args:
        correlations: Of the predictors with one another: a square of rows, 1 on its diagonal.
        with_outcome: Of each predictor with the outcome, -1 to 1; at most 15.

    Returns:
        A weight per predictor, 0 to 1, in their order; they sum to R².

    Raises:
        InvalidValueError: What cannot be correlations, predictors that add up from each other,
            or more than 15 of them.
        MissingExtraError: numpy is not installed.

    Source:
        Lindeman, Merenda & Gold (1980).

    >>> [round(one, 6) for one in lmg_weights([[1, 0.5], [0.5, 1]], [0.6, 0.4])]
    [0.286667, 0.086667]
    """
    refuse_many(len(listed(with_outcome)))
    R, r = checked_correlations(correlations, with_outcome)
    return tuple(lmg(R[None], r[None])[0].tolist())


def refuse_many(predictors: int) -> None:
    """Refuse more predictors than there is time for.

    Raises:
        InvalidValueError: More than 15.
    """
    if predictors > MOST:
        rule = f"must be at most {MOST} for method 'lmg': their subsets are too many"
        way_out = "take method 'johnson', or join questions into blocks"
        raise InvalidValueError("number of predictors", predictors, rule, way_out)


def lmg(R: Any, r: Any) -> Any:
    """Return the LMG weights of many samples, a row each.

    Args:
        R: Correlations of the predictors, samples along the first axis.
        r: Their correlations with the outcome, likewise.
    """
    np = require("numpy", extra="models")
    p = r.shape[1]
    together = np.ones((len(r), p + 1, p + 1))
    together[:, :p, :p] = R
    together[:, :p, p] = together[:, p, :p] = r
    added, step = _added(np, p), max(1, _HELD >> p)
    starts = range(0, max(1, len(r)), step)
    parts = [_explained(np, together[first : first + step]) @ added for first in starts]
    return np.maximum(np.concatenate(parts), 0.0)


def _explained(np: Any, together: Any) -> Any:
    """R² of each subset: that with predictor k in it has the k-th bit of its place set."""
    level = together[:, None]
    while level.shape[-1] > 1:
        column, rest = level[..., 1:, 0], level[..., 1:, 1:]
        swept = rest - column[..., :, None] * column[..., None, :] / level[..., :1, :1]
        level = np.concatenate([rest, swept], axis=1)
    return 1.0 - level[..., 0, 0]


def _added(np: Any, p: int) -> Any:
    """By how much the R² of each subset counts for each predictor."""
    share = np.array([factorial(s) * factorial(p - s - 1) / factorial(p) for s in range(p)])
    subsets = np.arange(2**p)
    inside = (subsets[:, None] >> np.arange(p)) & 1
    size = inside.sum(axis=1)[:, None] - inside  # without the predictor itself
    return np.where(inside == 1, 1.0, -1.0) * share[size]
