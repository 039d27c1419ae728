"""Rates and shares of a year: no room for per cents, and one way to the weeks of the models."""

from fractions import Fraction
from math import log1p

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.relationship._exact import Number, exact

__all__ = ["WEEKS_A_YEAR", "weekly_discount", "yearly"]

WEEKS_A_YEAR = 52


def yearly(value: Number, name: str) -> Fraction:
    """Return a rate or share as it is written, so that 0.1 is a tenth.

    Raises:
        InvalidValueError: No number, below 0, or above 1 as only a percentage is.
    """
    found = exact(value, name, low=0)
    if found > 1:
        way_out = f"write {value:g} % as {float(found) / 100:g}"
        raise InvalidValueError(name, value, "must be from 0 to 1", way_out)
    return found


def weekly_discount(annual_discount: Number) -> float:
    """Return the continuous discount rate of a week, as the models take it, of a rate a year.

    Args:
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.

    Raises:
        InvalidValueError: No number, below 0, or above 1 as only a percentage is.

    >>> round(weekly_discount(0.15), 7)
    0.0026877
    """
    return log1p(yearly(annual_discount, "annual_discount")) / WEEKS_A_YEAR
