"""Rates and shares of a year, exact, with no room for per cents or for rates of other units."""

from fractions import Fraction

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value._exact import Number, exact

__all__ = ["yearly"]


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
