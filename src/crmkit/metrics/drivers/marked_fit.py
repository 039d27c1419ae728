"""The whole explained by the marks of all attributes at once.

The errors of penalty and reward hang together. Their covariance is read off a second fit of the
same plane, in which "low less high" stands in the place of "low": there the coefficient of
"high" is b_low + b_high, and Cov = (Var(b_low + b_high) − Var(b_low) − Var(b_high)) / 2.
"""

from collections.abc import Iterator, Sequence

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.drivers.impact import (
    Effects,
    Impact,
    ImpactClass,
    impact_of,
    no_asymmetry,
    no_steps,
    steps,
)
from crmkit.metrics.drivers.marks import Marks
from crmkit.metrics.intervals import LEVEL, student_t_quantile
from crmkit.metrics.least_squares import LeastSquares, least_squares

__all__ = ["marked_fit"]

_ROUNDING = 1e-9
_Columns = Sequence[Sequence[float]]


def marked_fit(
    marks: Sequence[Marks], whole: Sequence[float], *, margin: float
) -> tuple[list[Impact], float]:
    """Return what each attribute does, and the share of the variance that all explain.

    Args:
        marks: One per attribute.
        whole: Satisfaction with the whole, which varies.
        margin: The least effect that matters, in steps of the whole.

    Raises:
        InvalidValueError: The marks of one attribute add up from those of others; it is named.
        InsufficientDataError: Fewer rows than marks and two.
    """
    first = _fitted([column for one in marks for column in one.columns], whole, marks)
    second = _fitted([column for one in marks for column in _turned(one)], whole, marks)
    return list(_impacts(marks, first, second, margin)), first.r_squared or 0.0


def _turned(one: Marks) -> _Columns:
    """The columns with "low less high" in the place of "low", where both are there."""
    if len(one.columns) < 2:
        return one.columns
    return tuple(low - high for low, high in zip(*one.columns, strict=True)), one.columns[1]


def _fitted(columns: _Columns, whole: Sequence[float], marks: Sequence[Marks]) -> LeastSquares:
    try:
        return least_squares(columns, whole, errors="hc3")
    except InvalidValueError as error:
        owners = [one.name for one in marks for _ in one.columns]
        named = {f"number {place}": name for place, name in enumerate(owners, start=1)}
        raise InvalidValueError(
            "ratings",
            named.get(error.value, error.value),
            "was rated low and high by the same respondents as others",
            "leave it out, or join them",
        ) from error


def _impacts(
    marks: Sequence[Marks], first: LeastSquares, second: LeastSquares, margin: float
) -> Iterator[Impact]:
    place = 1
    for one in marks:
        entered = len(one.columns)
        if entered == 2:
            effects = _effects(first, second, place, margin)
            yield impact_of(one.name, effects, one.rated, margin)
        else:
            yield _in_part(one, first, place)
        place += entered


def _effects(first: LeastSquares, second: LeastSquares, place: int, margin: float) -> Effects:
    low, high = (error**2 for error in first.standard_errors[place : place + 2])
    together = second.standard_errors[place + 1] ** 2
    return Effects(
        penalty=-first.coefficients[place],
        reward=first.coefficients[place + 1],
        penalty_variance=low,
        reward_variance=high,
        covariance=(low + high - together) / 2,  # of the penalty, which is −b_low
        t=student_t_quantile(0.5 + LEVEL / 2, first.degrees),
        n=first.n,
        nothing=_ROUNDING * margin,
    )


def _in_part(one: Marks, fit: LeastSquares, place: int) -> Impact:
    """What can be told of an attribute that lacks low, high or middle ratings."""
    told = {name: no_steps(one.missing[0], fit.n) for name in ("penalty", "reward", "range")}
    if one.columns:
        low, high = fit.interval(place)
        value, name = fit.coefficients[place], one.entered
        if name == "penalty":
            value, low, high = -value, -high, -low
        told[name] = steps(value, (low, high), fit.n)
    return Impact(
        name=one.name,
        **told,
        asymmetry=no_asymmetry(one.missing[0], fit.n),
        kind=ImpactClass.UNCLEAR,
        rated_low=one.rated[0],
        rated_high=one.rated[1],
        notes=one.missing,
    )
