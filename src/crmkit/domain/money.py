"""Money: whole minor units of a named currency. Never a float, never two currencies in a sum.

Minor units follow ISO 4217: most currencies have two decimals, some none (JPY), some three
(KWD). An amount enters once, at the border: exactly through ``Money.of``, or rounded
half-even to the minor unit through ``Money.rounded``.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Self

from attrs import field, frozen

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError

#: The largest amount, so that sums of thousands of them fit the 64 bits of every engine.
MOST = 10**15

#: The decimal places before the point of the largest amount: more is not worth reckoning.
_MOST_DIGITS = 16

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}


def decimals(currency: str) -> int:
    """Return how many decimals the minor unit of ``currency`` has (ISO 4217)."""
    return _DECIMALS.get(currency, 2)


def currency_code(value: str) -> str:
    """Return ``value`` if it is shaped like an ISO 4217 code.

    Raises:
        InvalidValueError: It is not three capital letters.
    """
    if len(value) == 3 and value.isascii() and value.isalpha() and value.isupper():
        return value
    raise InvalidValueError("currency", value, "must be an ISO 4217 code such as EUR")


def to_decimal(field_name: str, value: Decimal | int | str) -> Decimal:
    """Return ``value`` as a finite Decimal.

    Raises:
        InvalidValueError: It is a float, not a number, or not finite.
    """
    if isinstance(value, float):
        raise InvalidValueError(field_name, value, "must not be a float", "give it as text")
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise InvalidValueError(field_name, value, "must be a number") from error
    if not number.is_finite():
        raise InvalidValueError(field_name, value, "must be finite")
    return number


def _in_range(_instance: object, _attribute: object, value: int) -> None:
    if type(value) is not int:
        raise InvalidValueError("minor", value, "must be a whole number of minor units")
    if abs(value) > MOST:
        raise InvalidValueError("minor", value, f"must be within ±{MOST:,}")


@frozen(order=False)
class Money:
    """An exact amount of money.

    Attributes:
        minor: Minor units (cents), any sign, within ±``MOST``.
        currency: ISO 4217 code.

    >>> Money.of("19.90", "EUR") + Money.of("0.10", "EUR")
    Money(minor=2000, currency='EUR')
    >>> str(Money.of("1250", "JPY"))
    'JPY 1,250'
    """

    minor: int = field(validator=_in_range)
    currency: str = field(converter=currency_code)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        """Return exactly ``amount`` in major units.

        Raises:
            InvalidValueError: A float, no number, or more decimals than the currency has.
        """
        exact = cls.rounded(amount, currency)
        if exact.amount != Decimal(amount):
            raise InvalidValueError(
                "amount",
                amount,
                f"{currency} has {decimals(currency)} decimals",
                "round it on purpose with Money.rounded",
            )
        return exact

    @classmethod
    def rounded(cls, amount: Decimal | int | str, currency: str) -> Self:
        """Return ``amount`` in major units, rounded half-even to the minor unit.

        Raises:
            InvalidValueError: A float or no number.
        """
        number, places = to_decimal("amount", amount), decimals(currency_code(currency))
        if number.adjusted() > _MOST_DIGITS:
            raise InvalidValueError("amount", amount, f"must be within ±{MOST:,} minor units")
        return cls(int(number.scaleb(places).to_integral_value(ROUND_HALF_EVEN)), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return no money of ``currency``."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.{decimals(self.currency)}f}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(self.currency, other.currency)
        return other.minor


def added(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of ``amounts``; no amounts are no money of ``currency``.

    Raises:
        CurrencyMismatchError: An amount is in another currency.
    """
    return sum(amounts, Money.zero(currency))


def shared(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` minor units by ``weights`` so that the parts add up to it exactly.

    Each part is rounded down; what is left goes, a unit each, to the largest remainders,
    earlier parts first. Weights that are all 0 share equally.

    >>> shared(100, [1, 1, 1])
    [34, 33, 33]
    """
    if not weights:
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    left = total - sum(part for part, _ in parts)
    first = sorted(range(len(parts)), key=lambda i: -parts[i][1])[:left]
    return [part + (i in first) for i, (part, _) in enumerate(parts)]
