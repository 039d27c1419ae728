"""Small symmetric systems of equations, solved by the roots of Cholesky."""

from collections.abc import Sequence
from math import sqrt

__all__ = ["inverse", "pinned", "solved"]

#: What is left after elimination, beside what was there, that is rounding.
_NOTHING = 1e-9
#: A part in a combination that is more than rounding.
_SOMETHING = 1e-6

_Matrix = list[list[float]]


def pinned(
    matrix: _Matrix,
    sizes: Sequence[float],
    *,
    rounding: float = _NOTHING,
    part: float = _SOMETHING,
) -> tuple[list[int], list[bool]]:
    """Tell which unknowns a system pins down.

    Args:
        matrix: Symmetric, with no negative direction.
        sizes: Of what magnitude the numbers were of which each unknown's row was found: what
            is small beside them is rounding.
        rounding: How small, as a share of them.
        part: From which part in a combination on an unknown belongs to it.

    Returns:
        The places of unknowns that can be solved for together, in order; and for each unknown
        whether its value is open, since others can take its place.
    """
    kept, untold = list[int](), [False] * len(matrix)
    for j, row in enumerate(matrix):
        beside = [row[k] for k in kept]
        parts = solved([[matrix[a][b] for b in kept] for a in kept], beside)
        rest = row[j] - sum(a * b for a, b in zip(parts, beside, strict=True))
        if rest > rounding * sizes[j]:
            kept.append(j)
            continue
        untold[j] = True
        for k, mine in zip(kept, parts, strict=True):
            untold[k] = untold[k] or abs(mine) > part
    return kept, untold


def solved(matrix: _Matrix, right: Sequence[float]) -> list[float]:
    """Return the solution of a symmetric system without a flat direction."""
    root = _root(matrix)
    found = list[float]()
    for row, value in zip(root, right, strict=True):
        known = sum(a * b for a, b in zip(row, found, strict=False))
        found.append((value - known) / row[len(found)])
    size = len(found)
    for i in reversed(range(size)):
        known = sum(root[k][i] * found[k] for k in range(i + 1, size))
        found[i] = (found[i] - known) / root[i][i]
    return found


def inverse(matrix: _Matrix) -> _Matrix:
    """Return the inverse of a symmetric matrix without a flat direction."""
    size = len(matrix)
    return [solved(matrix, [float(i == j) for j in range(size)]) for i in range(size)]


def _root(matrix: _Matrix) -> _Matrix:
    """The lower triangle whose product with its transpose is the matrix."""
    root = list[list[float]]()
    for i, row in enumerate(matrix):
        mine = list[float]()
        for j in range(i):
            inner = sum(a * b for a, b in zip(mine, root[j], strict=False))
            mine.append((row[j] - inner) / root[j][j])
        rest = row[i] - sum(a * a for a in mine)
        mine.append(sqrt(max(rest, _NOTHING * max(row[i], _NOTHING))))
        root.append(mine)
    return root
