"""How much each dimension matters: points that respondents spread, or one set for all."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import fsum, isclose
from numbers import Real
from statistics import fmean
from typing import cast

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import FrozenMapping
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.intervals import checked_number

__all__ = ["Importance", "Importances", "importances"]

Importance = Mapping[str, float] | Table
"""Points by dimension, alike for all; or a column of points by dimension, a row per respondent."""

_POINTS = 100


@frozen(kw_only=True)
class Importances:
    """Weights of the dimensions.

    Attributes:
        rows: Each respondent's weights, together 1, in the order of the dimensions; None where
            they did not weigh all of them.
        mean: Mean weight by dimension, 0 to 1; empty where nobody weighed them all.
        notes: What had to be normalised.
    """

    rows: tuple[tuple[float, ...] | None, ...]
    mean: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    notes: tuple[str, ...] = ()


def importances(importance: Importance, dimensions: Sequence[str], n: int) -> Importances:
    """Return the weights of each respondent.

    Args:
        importance: Points by dimension, of all or of each; 0 or more. They count in proportion,
            usually out of 100.
        dimensions: The dimensions, in their order.
        n: Respondents.

    Raises:
        InvalidValueError: A dimension without points or unknown, points below 0, points that
            add up to 0, or not as many rows as respondents.
    """
    alike = _numbers(importance)
    if alike is not None:
        return _alike(alike, dimensions, n)
    columns = answer_table(cast("Table", importance), field="importance", low=0)
    return _by_respondent(columns, dimensions, n)


def _numbers(importance: Importance) -> dict[str, float] | None:
    """One number by dimension; None where they are columns."""
    if not isinstance(importance, Mapping):
        return None
    numbers: dict[str, float] = {
        name: checked_number(cast("float", one), f"importance[{name!r}]", low=0)
        for name, one in importance.items()
        if isinstance(one, Real | Decimal)
    }
    return numbers if len(numbers) == len(importance) else None


def _fitting(given: Sequence[str], dimensions: Sequence[str]) -> None:
    if set(given) != set(dimensions):
        rule = f"must be given for each of {', '.join(dimensions)}"
        raise InvalidValueError("importance", ", ".join(given) or "empty", rule)


def _alike(points: Mapping[str, float], dimensions: Sequence[str], n: int) -> Importances:
    _fitting(tuple(points), dimensions)
    given = [points[name] for name in dimensions]
    row, total = _normalised(given, "importance"), fsum(given)
    whole = isclose(total, 1, abs_tol=1e-9) or isclose(total, _POINTS)
    return Importances(
        rows=(row,) * n,
        mean=dict(zip(dimensions, row, strict=True)),
        notes=() if whole else (f"importance of sum {total:g} normalised",),
    )


def _by_respondent(table: AnswerTable, dimensions: Sequence[str], n: int) -> Importances:
    _fitting(table.names, dimensions)
    if len(table) != n:
        raise InvalidValueError("importance", len(table), f"must have {n} rows, as perceived")
    table = table.only(dimensions)
    rows = [_weights(row, place) for place, row in enumerate(table.rows)]
    columns = zip(*(row for row in rows if row is not None), strict=True)
    odd = sum(not isclose(fsum(row), _POINTS) for row in table.complete)
    told = f"{odd:,} of {n:,} respondents' points do not add up to {_POINTS}: normalised"
    return Importances(
        rows=tuple(rows),
        # Without a single complete row there are no columns, and no means.
        mean=dict(zip(dimensions, map(fmean, columns), strict=False)),
        notes=(told,) if odd else (),
    )


def _weights(row: Sequence[float | None], place: int) -> tuple[float, ...] | None:
    known = [one for one in row if one is not None]
    return _normalised(known, f"importance of row {place}") if len(known) == len(row) else None


def _normalised(points: Sequence[float], field: str) -> tuple[float, ...]:
    total = fsum(points)
    if total <= 0:
        raise InvalidValueError(field, list(points), "must add up to more than 0")
    return tuple(one / total for one in points)
