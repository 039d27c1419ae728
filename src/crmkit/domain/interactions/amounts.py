"""The money of an order or a return by what it is for: one currency, one column per nature."""

from collections.abc import Iterable

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money

__all__ = ["COLUMN", "by_nature", "lines_of", "one_currency"]

#: The columns of a row that hold each nature of money other than goods.
COLUMN = {
    Nature.SHIPPING: "shipping",
    Nature.TAX: "tax",
    Nature.FEE: "fees",
    Nature.ADJUSTMENT: "adjustments",
    Nature.LIABILITY: "liabilities",
    Nature.DONATION: "donations",
}


_NOTHING = dict.fromkeys(Nature, 0)


def lines_of(value: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines as they are kept."""
    return tuple(value)


def one_currency(lines: Iterable[Line], others: Iterable[Money | None]) -> str:
    """Return the currency of all amounts.

    Raises:
        CurrencyMismatchError: There are several.
        InvalidValueError: There are none.
    """
    amounts = [line.amount for line in lines] + [other for other in others if other is not None]
    currencies = list(dict.fromkeys(amount.currency for amount in amounts))
    if len(currencies) != 1:
        if currencies:
            raise CurrencyMismatchError(currencies[0], currencies[1])
        raise InvalidValueError("lines", (), "must hold at least one line")
    return currencies[0]


def by_nature(lines: Iterable[Line]) -> dict[Nature, int]:
    """Return what the lines of each nature amount to, in minor units."""
    totals = _NOTHING.copy()
    for line in lines:
        totals[line.nature] += line.amount.minor
    return totals
