"""A straight line, or plane, through observations: ordinary least squares, with its errors.

With the standard library alone, for a handful of predictors. The columns are centred and
orthogonalised twice over (Gram and Schmidt), and never squared, so that digits are kept.

    paper    here            unit
    b        coefficients    outcome per unit of the predictor; the intercept first
    e        residuals       outcome
    h        leverages       0 to 1
    s²       variance        squared outcome, on n - k degrees of freedom

Assumptions: rows are independent. Classical errors take the scatter to be alike everywhere; the
robust ones (HC3) do not, and want some 20 rows.

Source: Giraud, L., Langou, J., Rozložník, M. (2005), Computers & Mathematics with Applications
50, 1069-1075, for the algorithm; MacKinnon, J. G., White, H. (1985), Journal of Econometrics
29, 305-325, for HC3.
"""

from collections.abc import Sequence
from math import fsum, sqrt
from typing import Literal

from attrs import frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.intervals import LEVEL, student_t_quantile

__all__ = ["Errors", "LeastSquares", "least_squares"]

Errors = Literal["classical", "hc3"]
_COLLINEAR = 1e-10

_Rows = Sequence[Sequence[float]]


@frozen(kw_only=True)
class LeastSquares:
    """A fitted plane.

    Attributes:
        coefficients: The intercept, then one per predictor in their order.
        standard_errors: Of the coefficients.
        residuals: Outcome less what the plane says, row by row.
        r_squared: Share of the outcome's variance that it explains, 0 to 1; None where the
            outcome does not vary.
        n: Rows.
        errors: Which standard errors they are.
    """

    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    residuals: tuple[float, ...]
    r_squared: float | None
    n: int
    errors: Errors

    @property
    def degrees(self) -> int:
        """Degrees of freedom that are left."""
        return self.n - len(self.coefficients)

    def interval(self, place: int) -> tuple[float, float]:
        """Return the t interval of a coefficient.

        Args:
            place: 0 for the intercept, from 1 on for the predictors.
        """
        half = student_t_quantile(0.5 + LEVEL / 2, self.degrees) * self.standard_errors[place]
        return self.coefficients[place] - half, self.coefficients[place] + half


def least_squares(
    predictors: _Rows, outcome: Sequence[float], *, errors: Errors = "classical"
) -> LeastSquares:
    """Fit a plane with an intercept.

    Args:
        predictors: One sequence per predictor, each as long as ``outcome``.
        outcome: What is to be explained.
        errors: "classical", or "hc3" for errors that bear unequal scatter.

    Raises:
        InsufficientDataError: Not more rows than coefficients.
        InvalidValueError: Predictors that are constant, or add up from each other; unequal
            lengths.

    Source:
        MacKinnon and White (1985) for the robust errors.

    >>> least_squares([[1, 2, 3, 4]], [2.0, 4.1, 5.9, 8.0]).coefficients[1]
    1.98
    """
    n, k = len(outcome), len(predictors) + 1
    for column in predictors:
        if len(column) != n:
            raise InvalidValueError("predictors", len(column), f"must be {n} long, as the outcome")
    if n <= k:
        raise InsufficientDataError("least squares", k + 1, n, "complete rows")
    centres = [fsum(column) / n for column in predictors]
    centred = [[x - c for x in column] for column, c in zip(predictors, centres, strict=True)]
    bases, triangle = _orthogonal(centred, [min(column) == max(column) for column in predictors])
    mean = fsum(outcome) / n
    rest = [y - mean for y in outcome]
    onto = []
    for base in bases:
        onto.append(fsum(q * y for q, y in zip(base, rest, strict=True)))
        rest = [y - onto[-1] * q for q, y in zip(base, rest, strict=True)]
    slopes = _solved(triangle, onto)
    unexplained, whole = fsum(e * e for e in rest), fsum((y - mean) ** 2 for y in outcome)
    return LeastSquares(
        coefficients=(mean - fsum(b * c for b, c in zip(slopes, centres, strict=True)), *slopes),
        standard_errors=_standard_errors(bases, triangle, centres, rest, errors),
        residuals=tuple(rest),
        r_squared=max(0.0, 1 - unexplained / whole) if min(outcome) < max(outcome) else None,
        n=n,
        errors=errors,
    )


def _orthogonal(
    columns: _Rows, still: Sequence[bool]
) -> tuple[list[list[float]], list[list[float]]]:
    """Orthonormal columns of the same span, and the triangle that leads back."""
    bases: list[list[float]] = []
    triangle: list[list[float]] = []
    for place, column in enumerate(columns):
        left, row = list(column), [0.0] * len(columns)
        length = sqrt(fsum(x * x for x in left))
        for _ in range(2):  # a second round takes away what rounding left
            for other, base in enumerate(bases):
                share = fsum(q * x for q, x in zip(base, left, strict=True))
                row[other] += share
                left = [x - share * q for q, x in zip(base, left, strict=True)]
        row[place] = sqrt(fsum(x * x for x in left))
        if row[place] <= _COLLINEAR * length or still[place]:
            raise InvalidValueError(
                "predictors",
                f"number {place + 1}",
                "must vary, and not add up from the others",
                "leave it out",
            )
        triangle.append(row)
        bases.append([x / row[place] for x in left])
    return bases, triangle


def _solved(triangle: _Rows, right: Sequence[float]) -> list[float]:
    """Solve the triangle, whose rows hold the columns' parts, from the last predictor on."""
    found = [0.0] * len(right)
    for place in reversed(range(len(right))):
        known = fsum(
            triangle[later][place] * found[later] for later in range(place + 1, len(right))
        )
        found[place] = (right[place] - known) / triangle[place][place]
    return found


def _standard_errors(
    bases: _Rows,
    triangle: _Rows,
    centres: Sequence[float],
    residuals: Sequence[float],
    errors: Errors,
) -> tuple[float, ...]:
    """Errors of intercept and slopes: each is a weighted sum of the outcomes."""
    n, k = len(residuals), len(bases)
    units = [[float(i == j) for i in range(k)] for j in range(k)]
    inverse = [_solved(triangle, unit) for unit in units]  # inverse[j][i]: slope i per base j
    weights = [_combined(bases, [inverse[j][i] for j in range(k)], n) for i in range(k)]
    level = [
        1 / n - fsum(c * one[row] for c, one in zip(centres, weights, strict=True))
        for row in range(n)
    ]
    scatter = _scatter(bases, residuals, errors)
    return tuple(
        sqrt(fsum(w * w * s for w, s in zip(one, scatter, strict=True)))
        for one in (level, *weights)
    )


def _combined(bases: _Rows, shares: Sequence[float], n: int) -> list[float]:
    return [fsum(s * base[row] for s, base in zip(shares, bases, strict=True)) for row in range(n)]


def _scatter(bases: _Rows, residuals: Sequence[float], errors: Errors) -> list[float]:
    """The variance of each outcome."""
    n = len(residuals)
    if errors == "classical":
        return [fsum(e * e for e in residuals) / (n - len(bases) - 1)] * n
    leverages = (1 / n + fsum(base[row] ** 2 for base in bases) for row in range(n))
    return [
        (e / (1 - h)) ** 2 if h < 1 - 1e-12 else e * e
        for e, h in zip(residuals, leverages, strict=True)
    ]
