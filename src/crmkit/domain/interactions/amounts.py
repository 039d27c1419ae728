"""The money of an order or a return by what it is for: one currency, one column per nature."""

from collections.abc import Iterable
from datetime import datetime

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.lines import Line, Nature
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting

__all__ = ["COLUMN", "OTHERS", "SUMS", "converted", "lines_of", "one_currency", "summed"]

#: The columns of a row that hold each nature of money other than goods.
OTHERS = {
    Nature.SHIPPING: "shipping",
    Nature.TAX: "tax",
    Nature.FEE: "fees",
    Nature.ADJUSTMENT: "adjustments",
    Nature.LIABILITY: "liabilities",
    Nature.DONATION: "donations",
}

#: The column of a row in which each nature of money is counted.
COLUMN = {Nature.GOODS: "amount", Nature.DISCOUNT: "discount", **OTHERS}

#: The columns of a row that lines add up to, in the order of rows.
SUMS = Fact._fields[Fact._fields.index("goods") : Fact._fields.index("donations") + 1]

_NOTHING = dict.fromkeys(SUMS, 0)
_COUNTS = frozenset({"goods", "units"})
_GOODS = Nature.GOODS


def lines_of(value: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines as they are kept."""
    return tuple(value)


def one_currency(lines: Iterable[Line], others: Iterable[Money | None]) -> str:
    """Return the currency of all amounts.

    Raises:
        CurrencyMismatchError: There are several.
        InvalidValueError: There are none.
    """
    found = dict.fromkeys([line.amount.currency for line in lines])
    found |= dict.fromkeys([other.currency for other in others if other is not None])
    if not found:
        raise InvalidValueError("lines", (), "must hold at least one line")
    first, *more = found
    if more:
        raise CurrencyMismatchError(first, more[0])
    return first


def summed(lines: Iterable[Line]) -> dict[str, int]:
    """Return what lines add up to, by column: goods counted, money in minor units.

    Costs, which lines need not tell, are 0.
    """
    sums = _NOTHING.copy()
    goods = units = amount = 0
    for line in lines:
        if line.nature is _GOODS:
            goods += 1
            units += line.units
            amount += line.amount.minor
        else:
            sums[COLUMN[line.nature]] += line.amount.minor
    sums["goods"], sums["units"], sums["amount"] = goods, units, amount
    return sums


def converted(sums: dict[str, int], currency: str, to: Reporting, at: datetime) -> dict[str, int]:
    """Return sums with their money in the reporting currency.

    Args:
        sums: By column, money in minor units.
        currency: The currency of the money.
        to: The shop's currency and rates.
        at: Whose rate is taken, by its local day.

    Raises:
        NoRateError: No rate is known for that day.
    """
    if currency == to.shop.currency:
        return sums
    day = to.day(at)
    return {
        name: value if name in _COUNTS else to.minor(Money(value, currency), day)
        for name, value in sums.items()
    }
