"""The first principal component of a few items, with the standard library.

It is the direction in which respondents differ most. The covariance matrix is squared over and
over (the power iteration, 2, 4, 8, … steps at a time) until one direction is left of it.

Assumptions: the items are on one scale, so that their raw spreads may be compared: an item on
which respondents differ more weighs more.

Source: Hotelling, H. (1933). Analysis of a complex of statistical variables into principal
components. Journal of Educational Psychology 24, 417-441; (1936) Psychometrika 1, 27-35, for
the squaring.
"""

from collections.abc import Callable, Sequence
from math import fsum, sqrt
from statistics import fmean

__all__ = ["first_component", "spread_of_rows"]

_Matrix = list[list[float]]
#: A matrix of trace 1 is one direction alone where the trace of its square is 1 as well.
_ALONE = 1 - 1e-14
#: Two leading directions that 2 to the 50th steps do not part are equally strong.
_SQUARINGS = 50


def spread_of_rows(rows: Sequence[Sequence[float]]) -> Callable[[Sequence[int]], _Matrix]:
    """Return a function from the places of rows to the covariance matrix of the items in them.

    The products are formed once, for those who draw many samples.

    Args:
        rows: One sequence of numbers per respondent.
    """
    centres = [fmean(column) for column in zip(*rows, strict=True)]
    columns = [
        [x - centre for x in column]
        for column, centre in zip(zip(*rows, strict=True), centres, strict=True)
    ]
    k = len(columns)
    products = {
        (i, j): [x * y for x, y in zip(columns[i], columns[j], strict=True)]
        for i in range(k)
        for j in range(i, k)
    }

    def spread(places: Sequence[int]) -> _Matrix:
        n = len(places)
        means = [sum(map(column.__getitem__, places)) / n for column in columns]
        above = {
            (i, j): sum(map(product.__getitem__, places)) / n - means[i] * means[j]
            for (i, j), product in products.items()
        }
        return [[above[min(i, j), max(i, j)] for j in range(k)] for i in range(k)]

    return spread


def first_component(spread: Sequence[Sequence[float]]) -> tuple[float, ...] | None:
    """Return the first component's loadings, of length 1, the largest of them positive.

    Args:
        spread: A covariance matrix.

    Returns:
        The loadings; None where nothing varies, or several directions are equally strong.

    >>> [round(one, 4) for one in first_component([[2.0, 1.0], [1.0, 2.0]])]
    [0.7071, 0.7071]
    """
    matrix, alone = _with_trace_one(spread), False
    for _ in range(_SQUARINGS):
        if matrix is None or alone:
            break
        alone = sum(one * one for row in matrix for one in row) >= _ALONE
        matrix = _with_trace_one(_squared(matrix))
    if matrix is None or not alone:
        return None
    longest = max(range(len(matrix)), key=lambda place: matrix[place][place])
    column = [row[longest] for row in matrix]
    length = sqrt(fsum(one * one for one in column))
    return tuple(one / length for one in column)


def _squared(matrix: _Matrix) -> _Matrix:
    # The matrix is symmetric: its rows are its columns.
    return [[sum(x * y for x, y in zip(a, b, strict=True)) for b in matrix] for a in matrix]


def _with_trace_one(matrix: Sequence[Sequence[float]]) -> _Matrix | None:
    trace = sum(row[place] for place, row in enumerate(matrix))
    return [[one / trace for one in row] for row in matrix] if trace > 0 else None
