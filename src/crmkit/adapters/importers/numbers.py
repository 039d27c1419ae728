"""Numbers as people and programs write them, read exactly or not at all.

``1234.5``, ``-3`` and ``1,234.50`` are read; with a decimal comma ``1.234,50`` is. A text
that can be read two ways (``1,234``) is refused, and so is what no shop can mean: infinity,
or 10¹² and more. A currency sign is refused: the currency is told, not guessed.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.money import Money

_LONGEST = 40
_DIGITS = 12
_MINOR_LIMIT = 10**15
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})"),
    ",": re.compile(r"[+-]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})"),
}
_PLAIN_COMMA = re.compile(r"[+-]?\d*(?:,\d+)?")


def decimal_mark(mark: str) -> str:
    """Return ``mark`` if it can stand before decimals.

    Raises:
        InvalidValueError: It is neither a dot nor a comma.
    """
    if mark not in _GROUPED:
        raise InvalidValueError("decimal", mark, "must be '.' or ','")
    return mark


def _unmarked(text: str, mark: str) -> str | None:
    """``text`` as ``Decimal`` reads it, or None where it can be read two ways or none."""
    bare = text.strip()
    other = "," if mark == "." else "."
    if other in bare:
        if not _GROUPED[mark].fullmatch(bare):
            return None
        bare = bare.replace(other, "")
    elif mark == "," and not _PLAIN_COMMA.fullmatch(bare):
        return None
    return bare.replace(mark, ".")


def _decimal(text: str, mark: str) -> Decimal | None:
    if len(text) > _LONGEST:
        return None
    try:
        if mark == ".":
            return Decimal(text)
    except InvalidOperation:
        pass
    try:
        return Decimal(_unmarked(text, mark) or "")
    except InvalidOperation:
        return None


def number(role: str, text: str, mark: str = ".") -> Decimal:
    """Return the number that ``text`` says.

    Args:
        role: What it stands for, for the error.
        text: As found in a cell.
        mark: What stands before the decimals, "." or ",".

    Raises:
        InvalidValueError: It is no number, can be read two ways, or is 10¹² or more.

    >>> number("price", "1,234.50")
    Decimal('1234.50')
    """
    value = _decimal(text, mark)
    if value is None or not value.is_finite():
        other = "," if mark == "." else "."
        raise InvalidValueError(
            role, text, "must be a number", f"or tell decimal={other!r}" * (other in text)
        )
    if value.adjusted() >= _DIGITS:
        raise InvalidValueError(role, text, "must be below 10¹²")
    return value


def money(role: str, value: Decimal, currency: str) -> Money:
    """Return ``value`` in major units, rounded half-even to the minor unit.

    Raises:
        InvalidValueError: It is 10¹⁵ minor units or more.
    """
    amount = Money.rounded(value, currency)
    if abs(amount.minor) >= _MINOR_LIMIT:
        raise InvalidValueError(role, str(value), "must be below 10¹⁵ minor units")
    return amount


_YES = frozenset({"1", "true", "yes", "y", "t", "refund", "refunded", "return", "returned"})
_NO = frozenset({"", "0", "false", "no", "n", "f", "sale", "order", "none", "null"})
_FLAGS: Mapping[str, bool] = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}


def flag(role: str, text: str) -> bool:
    """Return what a yes-or-no cell says; blank is no.

    Raises:
        InvalidValueError: It says neither.
    """
    word = text.strip().casefold()
    if word not in _FLAGS:
        raise InvalidValueError(role, text, "must be yes or no")
    return _FLAGS[word]
