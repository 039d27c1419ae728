"""Chances of yes or no from traits: logistic regression by Newton's method.

With the standard library alone, for a handful of traits and some thousands of rows. Traits are
centred and scaled before the fit, so that their units do not matter.

    paper   here           unit
    p       chances        0 to 1
    β       coefficients   log odds per unit of the trait; the intercept first

Source: McCullagh, P., Nelder, J. A. (1989). Generalized linear models, 2nd ed., section 4.4.
"""

from collections.abc import Sequence
from math import exp, fsum, log1p, sqrt

from attrs import frozen

from crmkit.domain.errors import InvalidValueError

__all__ = ["Logit", "logit"]

_ROUNDS = 100
_HALVINGS = 40
_NEAR = 1e-10
_COLLINEAR = 1e-10

_Rows = list[list[float]]


@frozen(kw_only=True)
class Logit:
    """A fitted logistic regression.

    Attributes:
        coefficients: The intercept, then one per trait in their order.
        chances: Of yes, row by row.
    """

    coefficients: tuple[float, ...]
    chances: tuple[float, ...]


def logit(traits: Sequence[Sequence[float]], happened: Sequence[bool]) -> Logit:
    """Fit the chance that something happened.

    Args:
        traits: One sequence per trait, each as long as ``happened``.
        happened: Whether it did, row by row; both must occur.

    Raises:
        InvalidValueError: Traits that are constant or add up from each other, or that tell
            yes from no without fail, so that there is no largest likelihood.

    Source:
        McCullagh and Nelder (1989).
    """
    if len(set(happened)) < 2:
        raise InvalidValueError("happened", set(happened), "must hold both yes and no")
    centres = [fsum(column) / len(column) for column in traits]
    scales = [
        sqrt(fsum((x - c) ** 2 for x in column) / len(column))
        for column, c in zip(traits, centres, strict=True)
    ]
    rows = [
        [1.0, *((x - c) / (s or 1.0) for x, c, s in zip(row, centres, scales, strict=True))]
        for row in zip(*traits, strict=True)
    ] or [[1.0] for _ in happened]
    beta = _climbed(rows, [float(one) for one in happened])
    slopes = [b / (s or 1.0) for b, s in zip(beta[1:], scales, strict=True)]
    shift = fsum(b * c for b, c in zip(slopes, centres, strict=True))
    return Logit(
        coefficients=(beta[0] - shift, *slopes),
        chances=tuple(_chance(_log_odds(beta, row)) for row in rows),
    )


def _log_odds(beta: Sequence[float], row: Sequence[float]) -> float:
    return fsum(b * x for b, x in zip(beta, row, strict=True))


def _chance(log_odds: float) -> float:
    if log_odds < 0:
        return 1 - _chance(-log_odds)
    return 1 / (1 + exp(-log_odds))


def _climbed(rows: _Rows, outcome: Sequence[float]) -> list[float]:
    """Newton's method on the likelihood, which has one peak, or rises without end."""
    beta = [0.0] * len(rows[0])
    for start in (True, *(False,) * _ROUNDS):
        step = _step(rows, outcome, beta)
        if step is None and start:
            rule = "must vary, and not add up from each other"
            raise InvalidValueError("traits", "these", rule, "leave one of them out")
        if step is None:
            break
        if all(abs(s) <= _NEAR * (1 + abs(b)) for b, s in zip(beta, step, strict=True)):
            return beta
        beta = _uphill(rows, outcome, beta, step)
    raise InvalidValueError(
        "traits", "tell yes from no", "must not do so without fail", "leave out or merge some"
    )


def _step(rows: _Rows, outcome: Sequence[float], beta: Sequence[float]) -> list[float] | None:
    chances = [_chance(_log_odds(beta, row)) for row in rows]
    slope = [
        fsum((y - p) * row[j] for y, p, row in zip(outcome, chances, rows, strict=True))
        for j in range(len(beta))
    ]
    return _solved(_curvature(rows, chances), slope)


def _uphill(
    rows: _Rows, outcome: Sequence[float], beta: list[float], step: Sequence[float]
) -> list[float]:
    """The end of the step, halved until the likelihood does not fall by it."""
    height = _log_likelihood(rows, outcome, beta)
    for halving in range(_HALVINGS):
        ahead = [b + s / 2**halving for b, s in zip(beta, step, strict=True)]
        if _log_likelihood(rows, outcome, ahead) >= height - _NEAR * abs(height):
            return ahead
    return beta


def _log_likelihood(rows: _Rows, outcome: Sequence[float], beta: Sequence[float]) -> float:
    odds = (_log_odds(beta, row) * (1 if y else -1) for row, y in zip(rows, outcome, strict=True))
    return fsum(min(0.0, one) - log1p(exp(-abs(one))) for one in odds)


def _curvature(rows: _Rows, chances: Sequence[float]) -> _Rows:
    k = len(rows[0])
    return [
        [
            fsum(p * (1 - p) * row[i] * row[j] for p, row in zip(chances, rows, strict=True))
            for j in range(k)
        ]
        for i in range(k)
    ]


def _solved(matrix: _Rows, right: Sequence[float]) -> list[float] | None:
    """Solve a symmetric positive system by elimination, place by place; None where it has none."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    k = len(rows)
    for place in range(k):
        if rows[place][place] <= _COLLINEAR * matrix[place][place]:
            return None
        for below in range(place + 1, k):
            factor = rows[below][place] / rows[place][place]
            rows[below] = [x - factor * y for x, y in zip(rows[below], rows[place], strict=True)]
    found = [0.0] * k
    for place in reversed(range(k)):
        known = fsum(rows[place][later] * found[later] for later in range(place + 1, k))
        found[place] = (rows[place][k] - known) / rows[place][place]
    return found
