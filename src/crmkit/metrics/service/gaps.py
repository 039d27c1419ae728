"""From two tables of answers to one value per respondent and dimension."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.checked import listed, mapped
from crmkit.metrics.one_scale import OneScale, one_scale

__all__ = ["Dimensions", "by_dimension", "checked_dimensions", "gap_table"]

Dimensions = Mapping[str, Sequence[str]]
"""The items of each dimension."""

_Row = tuple[float | None, ...]


def checked_dimensions(dimensions: Dimensions) -> dict[str, tuple[str, ...]]:
    """Return dimensions that hold items, each in one of them.

    Args:
        dimensions: The items of each dimension.

    Raises:
        InvalidValueError: No dimension, one without items, or an item in two places.
    """
    groups = mapped(dimensions, "dimensions")
    if not groups:
        raise InvalidValueError("dimensions", "none", "must hold at least one")
    found: dict[str, str] = {}
    for dimension, items in groups.items():
        if not listed(items):
            rule = "must be a list of items"
            raise InvalidValueError(f"dimensions[{dimension!r}]", items, rule)
        for item in items:
            if item in found:
                told = f"{item} in {found[item]} and {dimension}"
                raise InvalidValueError("dimensions", told, "an item must stand in one, once")
            found[item] = dimension
    return {dimension: tuple(items) for dimension, items in groups.items()}


def gap_table(
    expected: Table | None, perceived: Table, items: Sequence[str], scale: OneScale
) -> tuple[AnswerTable, tuple[float, float]]:
    """Return perceived less expected by item, or what was perceived, and the scale.

    Args:
        expected: Answers by item; None where only perceptions were asked.
        perceived: Answers by item, the same respondents in the same order.
        items: Those of all dimensions.
        scale: Of all items.

    Raises:
        InvalidValueError: An item that is in no dimension, or has no answers; an answer that is
            off the scale; tables of unequal length.
    """
    low, high = one_scale(scale, items)
    found = _asked(perceived, items, "perceived", low, high)
    if expected is None:
        return found, (low, high)
    before = _asked(expected, items, "expected", low, high)
    if len(before) != len(found):
        raise InvalidValueError(
            "expected", len(before), f"must have {len(found)} rows, as perceived"
        )
    columns = {name: _less(found.columns[name], before.columns[name]) for name in items}
    return AnswerTable(columns=columns), (low, high)


def _asked(table: Table, items: Sequence[str], field: str, low: float, high: float) -> AnswerTable:
    answers = answer_table(table, field=field, low=low, high=high)
    for name in items:
        if name not in answers.columns:
            raise InvalidValueError(
                field, f"without {name}", "must hold every item of the dimensions"
            )
    homeless = [name for name in answers.names if name not in items]
    if homeless:
        raise InvalidValueError(
            field,
            ", ".join(homeless),
            "every item must stand in a dimension",
            "name its dimension, or give the table without it",
        )
    return answers.only(items)


def _less(perceived: Iterable[float | None], expected: Iterable[float | None]) -> _Row:
    pairs = zip(perceived, expected, strict=True)
    return tuple(None if p is None or e is None else p - e for p, e in pairs)


def by_dimension(table: AnswerTable, dimensions: Dimensions) -> AnswerTable:
    """Return each respondent's mean over the items of each dimension.

    Args:
        table: Values by item.
        dimensions: The items of each dimension.

    Returns:
        One column per dimension; None where a respondent left more than half of it open.
    """
    return AnswerTable(
        columns={
            dimension: tuple(_mean_of_most(row) for row in table.only(items).rows)
            for dimension, items in dimensions.items()
        }
    )


def _mean_of_most(row: _Row) -> float | None:
    known = [one for one in row if one is not None]
    return fmean(known) if 2 * len(known) >= len(row) else None
