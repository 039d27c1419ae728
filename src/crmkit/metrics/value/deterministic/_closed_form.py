"""What the closed formulas of lifetime value share: terms, sums of a series, shown money."""

from collections.abc import Mapping
from fractions import Fraction
from math import expm1, inf, isfinite, log

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.money import decimals

__all__ = ["as_float", "finite", "geometric", "in_money", "log_share", "read_out"]

_RULE = "leads to a value too large to tell"


def finite(value: float, name: str, given: object) -> float:
    """Return ``value`` if it is a finite number, else refuse the term ``name`` behind it.

    Raises:
        InvalidValueError: It is infinite or NaN.
    """
    if isfinite(value):
        return value
    raise InvalidValueError(name, given, _RULE)


def as_float(value: Fraction, name: str, given: object) -> float:
    """Return ``value`` as a float, or refuse the term ``name`` that makes it too large.

    Raises:
        InvalidValueError: No float is as large.
    """
    try:
        return float(value)
    except OverflowError:
        raise InvalidValueError(name, given, _RULE) from None


def log_share(share: float) -> float:
    """Return the natural logarithm of a share, minus infinity for 0."""
    return log(share) if share else -inf


def geometric(log_ratio: float, terms: float | None) -> float:
    """Return 1 + q + q² + … of so many ``terms`` (None: of all), q = exp(``log_ratio``) ≤ 1.

    The logarithm keeps every digit where q is next to 1; all terms need q < 1.
    """
    if log_ratio == -inf:
        return 1.0 if terms is None else min(terms, 1.0)
    if log_ratio == 0 and terms is not None:
        return terms
    whole = -1.0 if terms is None else expm1(terms * log_ratio)
    return whole / expm1(log_ratio)


def in_money(value: float, currency: str) -> str:
    """Return an amount in units of ``currency`` as a person reads it."""
    places = decimals(currency)
    return f"{currency} {round(value, places) + 0.0:,.{places}f}"  # + 0.0: no minus before a 0


def read_out(amounts: Mapping[str, float], currency: str) -> str:
    """Return amounts by name in one line."""
    return "; ".join(f"{name}: {in_money(one, currency)}" for name, one in amounts.items())
