"""How facts become rows of one shop: its zone, its currency, its rates, its erasure key."""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from attrs import define, field

from crmkit.domain.errors import InvalidValueError, NoRateError
from crmkit.domain.money import Money, decimals
from crmkit.domain.shop import Shop
from crmkit.domain.times import date_of, day_of

#: The shortest key of an erasure.
KEY_BYTES = 16


class Rates(Protocol):
    """Exchange rates by day, from whoever the shop trusts."""

    def rate(self, currency: str, into: str, day: date, /) -> Decimal | None:
        """Return what one unit of ``currency`` was worth in ``into``, or None if unknown."""
        ...


@define(slots=False)
class Reporting:
    """The shop and, if it sells in several currencies, its rates.

    Attributes:
        shop: The shop whose zone and currency rule.
        rates: Rates into the shop's currency; None refuses every other currency.
        erasure_key: The secret under which the ids of erased people are hashed; at least 16
            bytes. Without it nobody can be erased.
    """

    shop: Shop
    rates: Rates | None = None
    erasure_key: bytes | None = field(default=None, repr=False)

    @erasure_key.validator
    def _long_enough(self, _attribute: object, value: Any) -> None:
        if value is not None and (not isinstance(value, bytes) or len(value) < KEY_BYTES):
            raise InvalidValueError(
                "erasure_key", "…", f"must be at least {KEY_BYTES} secret bytes"
            )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's zone."""
        return self.shop.zone

    def day(self, at: datetime) -> int:
        """Return the shop's local day of ``at``."""
        return day_of(at, self.zone)

    def minor(self, money: Money, day: int) -> int:
        """Return ``money`` in minor units of the reporting currency, at the rate of its day.

        Raises:
            NoRateError: It is in another currency and no rate is known for that day.
        """
        if money.currency == self.shop.currency:
            return money.minor
        return self._converted(money, date_of(day))

    def _converted(self, money: Money, day: date) -> int:
        into = self.shop.currency
        rate = self.rates.rate(money.currency, into, day) if self.rates is not None else None
        if rate is None:
            raise NoRateError(money.currency, into, day.isoformat())
        scaled = (money.amount * rate).scaleb(decimals(into))
        return int(scaled.to_integral_value(ROUND_HALF_EVEN))
