"""Buying histories as the models read them: repeats, recency and age, checked once.

    paper   here        unit
    x       repeats     occasions after the first (an occasion is a day with a purchase)
    t_x     recency     weeks from first to last purchase, 0 for one-time buyers
    T       age         weeks from first purchase to now

A history that cannot exist is refused with the row and the rule: figures read off it would
look like any other. Occasions are days, so two of them are never at the same instant.
"""

import math
from typing import Any

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models._arithmetic import PLAIN, Arithmetic, Numbers, arithmetic_for

# An integer beyond this is not told from its neighbour by a float.
_EXACT = 2.0**53


@frozen(kw_only=True, eq=False)
class Histories:
    """Checked histories: floats for one customer, arrays of floats for many.

    Attributes:
        repeats: x, whole numbers from 0.
        recency: t_x in weeks, 0 exactly where ``repeats`` is 0.
        age: T in weeks, at least ``recency``.
        arithmetic: What these numbers are computed with.
    """

    repeats: Numbers
    recency: Numbers
    age: Numbers
    arithmetic: Arithmetic


def read_histories(repeats: Any, recency: Any, age: Any) -> Histories:
    """Take histories from a caller: plain numbers, or sequences of equal length.

    Args:
        repeats: Purchases after the first, whole numbers from 0.
        recency: Weeks from first to last purchase.
        age: Weeks from first purchase to now.

    Raises:
        InvalidValueError: A history that cannot exist; the field carries its row.
    """
    m, (x, t_x, T) = read_columns(repeats=repeats, recency=recency, age=age)
    refuse(m, "repeats", x, (x < 0) | (x > _EXACT) | (m.floor(x) != x), "must be whole, from 0")
    refuse(m, "recency", t_x, t_x < 0, "must be 0 or more weeks")
    refuse(m, "age", T, T < 0, "must be 0 or more weeks")
    refuse(m, "recency", t_x, t_x > T, "must not exceed the age")
    refuse(m, "recency", t_x, (x == 0) & (t_x > 0), "must be 0 without a repeat purchase")
    refuse(
        m,
        "recency",
        t_x,
        (x > 0) & (t_x == 0),
        "must be above 0 with a repeat purchase",
        way_out="occasions are days: count what falls on one day as one occasion",
    )
    return Histories(repeats=x, recency=t_x, age=T, arithmetic=m)


def read_columns(**columns: Any) -> tuple[Any, list[Numbers]]:
    """Turn named inputs into floats or into arrays of one length, and refuse what is no number.

    Raises:
        InvalidValueError: A value that is no finite number, or columns of unequal length.
    """
    m = arithmetic_for(columns.values())
    read = m.read(columns)
    for name, column in zip(columns, read, strict=True):
        refuse(m, name, column, m.isfinite(column) == 0, "must be a finite number")
    return m, read


def read_spend(purchases: Any, mean_spend: Any) -> tuple[Any, Numbers, Numbers]:
    """Take numbers of purchases and their mean spend from a caller.

    Args:
        purchases: Purchases behind each mean, whole numbers from 0.
        mean_spend: Money per purchase, above 0; not read where there are no purchases.

    Returns:
        The arithmetic, the purchases, and the means with 0 where there are no purchases.

    Raises:
        InvalidValueError: A row that cannot exist; the field carries its number.
    """
    m = arithmetic_for((purchases, mean_spend))
    if m is PLAIN and mean_spend is None:
        mean_spend = math.nan
    x, z = m.read({"purchases": purchases, "mean_spend": mean_spend})
    refuse(m, "purchases", x, m.isfinite(x) == 0, "must be a finite number")
    refuse(m, "purchases", x, (x < 0) | (x > _EXACT) | (m.floor(x) != x), "must be whole, from 0")
    z = m.choose(x > 0, z, 0.0)
    refuse(m, "mean_spend", z, m.isfinite(z) == 0, "must be a finite number")
    refuse(
        m,
        "mean_spend",
        z,
        (x > 0) & (z <= 0),
        "must be above 0",
        way_out="orders without value are occasions, but no spend: do not count them in purchases",
    )
    return m, x, z


def refuse(
    m: Any, field: str, values: Numbers, broken: Any, rule: str, *, way_out: str = ""
) -> None:
    """Raise for the first value whose rule is broken, naming field and row.

    Raises:
        InvalidValueError: Some rule is broken.
    """
    row = m.first_true(broken)
    if row is None:
        return
    if m is PLAIN:
        raise InvalidValueError(field, values, rule, way_out)
    raise InvalidValueError(f"{field}[{row}]", float(values[row]), rule, way_out)


def positive(instance: object, attribute: object, value: float) -> None:
    """Refuse a parameter that is not above 0 and finite (a validator for attrs fields).

    Raises:
        InvalidValueError: It is not.
    """
    del instance
    if not (0 < value < math.inf):
        raise InvalidValueError(getattr(attribute, "name", ""), value, "must be above 0 and finite")
