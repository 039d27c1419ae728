"""What callers give, checked before anything is reckoned from it: numbers, scales, pairs, names.

Whatever cannot be used is refused by name with one of crmkit's own errors. What a number is
written as does not matter: ints, floats, decimals, fractions and numpy's numbers are all read
as floats, and only the float is reckoned with.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from math import inf, isfinite, isnan
from numbers import Real
from sys import float_info
from typing import Any, TypeVar

from crmkit.domain.errors import InvalidValueError

__all__ = [
    "MOST",
    "all_answers",
    "checked_number",
    "checked_word",
    "listed",
    "mapped",
    "paired",
    "valid_scale",
]

_T = TypeVar("_T")
#: What a number may be. int and float are Real; by name they are known at once, and a million
#: answers are read in two thirds of the time.
_NUMBERS = (int, float, Real, Decimal)
_LARGEST = float_info.max

#: Beyond it squares and sums of squares are no numbers any more: nobody measures so much.
MOST = 1e100


def checked_number(
    value: float, field: str, *, low: float = -inf, high: float = inf, whole: bool = False
) -> float:
    """Return ``value`` as a float if it can be an answer.

    Args:
        value: What was given.
        field: Name for the error.
        low: Least possible answer.
        high: Greatest possible answer.
        whole: Whether only whole numbers are answers.

    Raises:
        InvalidValueError: NaN, an infinity, no number, off the scale, or not whole.
    """
    number = _as_float(value)
    if number is None:
        raise InvalidValueError(field, value, "must be a number", "give None for a missing one")
    if not (low <= number <= high and isfinite(number)):
        raise InvalidValueError(field, value, _span(low, high), "give None for a missing one")
    if whole and not number.is_integer():
        raise InvalidValueError(field, value, "must be a whole number")
    return number


def all_answers(
    values: Collection[float], *, low: float = -inf, high: float = inf, whole: bool = False
) -> bool:
    """Tell whether all of many values can be answers, where they are all ints, or all floats.

    Their kinds and ends are looked at together, which takes a fraction of ``checked_number`` for
    each. False says nothing: others may be answers, and only one by one the wrong one is found.

    Args:
        values: What was given, none missing.
        low: Least possible answer.
        high: Greatest possible answer.
        whole: Whether only whole numbers are answers.
    """
    kinds = set(map(type, values))
    if kinds == {float}:
        if whole or not all(map(isfinite, values)):
            return False
    elif kinds != {int}:
        return False
    return max(low, -_LARGEST) <= min(values) and max(values) <= min(high, _LARGEST)


def _as_float(value: Any) -> float | None:
    """The number as a float, infinite where there is none so large; None for what is none."""
    if not isinstance(value, _NUMBERS):
        # Numpy does not call its own yes and no numbers.
        is_yes_or_no = getattr(getattr(value, "dtype", None), "kind", "") == "b"
        return float(bool(value)) if is_yes_or_no and value.shape == () else None
    try:
        number = float(value)
    except OverflowError:
        return inf
    except ValueError:  # a signalling NaN
        return None
    return None if isnan(number) else number


def _span(low: float, high: float) -> str:
    if isfinite(high - low):
        return f"must be from {low:g} to {high:g}"
    return f"must be {low:g} or more, and finite" if isfinite(low) else "must be finite"


def valid_scale(scale: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of an answer scale, or refuse it.

    Raises:
        InvalidValueError: It is no pair of numbers, or its ends are not finite or less than
            one step apart.
    """
    ends = [_as_float(one) for one in listed(scale)]
    known = [one for one in ends if one is not None and isfinite(one)]
    if not len(ends) == len(known) == 2 or known[1] - known[0] < 1:
        raise InvalidValueError("scale", scale, "must be (lowest, highest), a step or more apart")
    return known[0], known[1]


def checked_word(word: Any, field: str, words: Iterable[str]) -> None:
    """Refuse what is not one of some words.

    Args:
        word: What was given.
        field: Name for the error.
        words: Those there are.

    Raises:
        InvalidValueError: It is none of them.
    """
    there = list(words)
    if not (isinstance(word, str) and word in there):
        raise InvalidValueError(field, word, f"must be one of {', '.join(there)}")


def listed(given: Any) -> tuple[Any, ...]:
    """Return the values of what holds several in a row; none of anything else.

    Args:
        given: A list or the like; texts and mappings do not count as such.
    """
    try:
        values = iter(() if isinstance(given, str | bytes | Mapping) else given)
    except TypeError:
        return ()
    return tuple(values)


def paired(given: Any, field: str, what: str) -> tuple[Any, Any]:
    """Return the two halves of a pair.

    Args:
        given: What should be one.
        field: Name for the error.
        what: The halves: "(premium, accepted)".

    Raises:
        InvalidValueError: It is no pair.
    """
    halves = listed(given)
    if len(halves) != 2:
        raise InvalidValueError(field, given, f"must be a pair {what}")
    return halves[0], halves[1]


def mapped(given: Mapping[str, _T], field: str) -> dict[str, _T]:
    """Return a mapping, or anything that holds items by name as one does, as a dictionary.

    Args:
        given: What should be one; a pandas series or frame will do.
        field: Name for the error.

    Raises:
        InvalidValueError: It holds no items by name, or one of the names is no text.
    """
    items = getattr(given, "items", None)
    if not callable(items):
        raise InvalidValueError(field, given, "must be a mapping from names")
    found = dict(items())
    for name in found:
        if not isinstance(name, str):
            raise InvalidValueError(field, name, "must be named by texts")
    return found
