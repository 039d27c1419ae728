"""Amounts times factors: exact in between, rounded half-even to the minor unit once."""

from decimal import Decimal
from fractions import Fraction
from math import inf, prod
from typing import cast

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money
from crmkit.metrics.intervals import checked_number

__all__ = ["Number", "exact", "known_sum", "not_negative", "times"]

Number = int | float | Decimal


def exact(value: Number, name: str, *, low: float = -inf, high: float = inf) -> Fraction:
    """Return ``value`` as it is written, so that 0.1 is a tenth.

    Raises:
        InvalidValueError: No number, NaN, infinite, or out of range.
    """
    # checked_number takes a Decimal as it is, though it is no float to a type checker.
    return Fraction(repr(checked_number(cast("float", value), name, low=low, high=high)))


def times(amount: Money, *factors: Fraction) -> Money:
    """Return ``amount`` times all ``factors``, rounded half-even to the minor unit."""
    return Money(round(amount.minor * prod(factors, start=Fraction(1))), amount.currency)


def not_negative(amount: Money, name: str, currency: str | None = None) -> Money:
    """Return ``amount`` if it is 0 or more (and in ``currency``, where that is given).

    Raises:
        InvalidValueError: It is below 0.
        CurrencyMismatchError: It is in another currency.
    """
    if currency not in (None, amount.currency):
        raise CurrencyMismatchError(str(currency), amount.currency)
    if amount.minor < 0:
        raise InvalidValueError(name, str(amount), "must be 0 or more")
    return amount


def known_sum(amounts: list[Money | None], currency: str) -> Money | None:
    """Return the sum of the known amounts; None where there are some and none is known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Money.zero(currency)) if known or not amounts else None
