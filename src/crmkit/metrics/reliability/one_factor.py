"""One factor behind several items: how strongly each item follows it.

Assumptions: what the items have in common is one thing, related to each in a straight line. The
loadings make the residual correlations least by squares (minimum residuals), each loading kept
from -1 to 1, since no item shares more than all its variance. Two items do not tell their
loadings apart: they are taken as equal. Three have an exact solution where one exists.

    paper     here        unit
    r_ij      corr        correlation of items i and j
    λ_i       loadings    correlation of item i with the factor

Sources:
    Harman, H. H., Jones, W. H. (1966). Factor analysis by minimizing residuals (minres).
    Psychometrika 31, 351-368.
    Harman, H. H., Fukuda, Y. (1966). Resolution of the Heywood case in the minres solution.
    Psychometrika 31, 563-571.
"""

from collections.abc import Sequence
from math import fsum, sqrt

__all__ = ["leading_direction", "one_factor", "residual"]

_Matrix = Sequence[Sequence[float]]
_SWEEPS = 5_000
_STEPS = 200


def one_factor(corr: _Matrix, *, tolerance: float = 1e-12) -> list[float]:
    """Return the loading of every item on one factor.

    Args:
        corr: Correlations of two items or more.
        tolerance: How little a sweep may still change a loading, above 0.

    Returns:
        Loadings from -1 to 1, in the order of the items, turned so that their sum is 0 or more.

    Source:
        Harman and Jones (1966); Harman and Fukuda (1966).
    """
    if len(corr) == 2:
        loadings = _two(corr[0][1])
    else:
        loadings = _three(corr) or _least_residuals(corr, tolerance)
    return loadings if fsum(loadings) >= 0 else [-one for one in loadings]


def _two(r: float) -> list[float]:
    root = sqrt(abs(r))
    return [root, root if r >= 0 else -root]


def _three(corr: _Matrix) -> list[float] | None:
    """The loadings that leave no residual, of three items, where no loading exceeds 1."""
    if len(corr) != 3:
        return None
    a, b, c = corr[0][1], corr[0][2], corr[1][2]
    if a * b * c <= 0 or max(a * b / c, a * c / b, b * c / a) > 1:
        return None
    first = sqrt(a * b / c)
    return [first, a / first, b / first]


def _least_residuals(corr: _Matrix, tolerance: float) -> list[float]:
    """Improve one loading after the other; each step is exact, so the residuals only fall."""
    loadings = leading_direction(corr)
    for _ in range(_SWEEPS):
        moved = 0.0
        for i, row in enumerate(corr):
            better = _best(row, loadings, i)
            moved = max(moved, abs(better - loadings[i]))
            loadings[i] = better
        if moved <= tolerance:
            break
    return loadings


def _best(row: Sequence[float], loadings: Sequence[float], i: int) -> float:
    """The loading of item ``i`` that leaves least, the others held."""
    squares = sum(one * one for one in loadings) - loadings[i] ** 2
    shared = sum(map(float.__mul__, row, loadings)) - row[i] * loadings[i]
    return max(-1.0, min(1.0, shared / squares)) if squares > 1e-12 else 0.0


def leading_direction(corr: _Matrix) -> list[float]:
    """Return the first principal component as correlations with the items, sum 0 or more.

    Args:
        corr: Correlations of two items or more.
    """
    found = max(corr, key=lambda row: sum(one * one for one in row))
    size = 1.0
    for _ in range(_STEPS):
        size = sqrt(sum(one * one for one in found))
        before, found = found, [one / size for one in found]
        found = [sum(map(float.__mul__, row, found)) for row in corr]
        if max(abs(a - b) for a, b in zip(before, found, strict=True)) < 1e-9:
            break
    size = sqrt(sum(one * one for one in found))
    turned = 1 if fsum(found) >= 0 else -1
    return [turned * one / sqrt(size) for one in found]


def residual(corr: _Matrix, loadings: Sequence[float]) -> float:
    """Return the root mean square of the correlations that one factor leaves.

    Args:
        corr: Correlations of two items or more.
        loadings: Loading of each item.
    """
    left = [corr[i][j] - loadings[i] * loadings[j] for i in range(len(loadings)) for j in range(i)]
    return sqrt(fsum(one * one for one in left) / len(left))
