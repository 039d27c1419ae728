"""The shop: the policy that every derivation reads. Its id is the tenant."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.money import Money, currency_code, to_decimal
from crmkit.domain.times import day_number, zone_of
from crmkit.domain.validators import named, whole


def _share(value: Decimal | float | str | None) -> Decimal | None:
    if value is None:
        return None
    number = to_decimal("share", str(value))
    if not 0 <= number <= 1:
        raise InvalidValueError("share", value, "must be from 0 to 1", "write 40 % as 0.4")
    return number


def _zone_name(value: str) -> str:
    return zone_of(value).key


@frozen(kw_only=True)
class Shop:
    """One shop and its policy.

    Attributes:
        id: The tenant; part of every key in every store.
        currency: The reporting currency, ISO 4217.
        timezone: The IANA zone in which days begin and end.
        fiscal_year_starts: First month of the fiscal year, 1 to 12.
        gross_margin: Share of revenue left after the cost of goods, 0 to 1, used where
            order lines carry no cost; None where it is unknown.
        annual_discount: Yearly discount rate of future money, 0 to 1.
        lapse_days: No customer counts as dormant before this many quiet days.
        loyal_occasions: Net purchase occasions from which a buyer counts as loyal.
        yearly_volume: Yearly spend at which the loyalty indicator "volume" reaches
            1 − 1/e; None leaves that indicator missing.
        observed_since: First day that the log covers, where it is cut off on the left:
            customers first seen near it are "first seen", not "new".
    """

    id: str = field(validator=named)
    currency: str = field(converter=currency_code)
    timezone: str = field(default="UTC", converter=_zone_name)
    fiscal_year_starts: int = field(default=1, validator=whole(1, 12))
    gross_margin: Decimal | None = field(default=None, converter=_share)
    annual_discount: Decimal = field(default=Decimal("0.15"), converter=_share)
    lapse_days: int = field(default=30, validator=whole(1))
    loyal_occasions: int = field(default=3, validator=whole(2))
    yearly_volume: Money | None = field(default=None)
    observed_since: date | None = None

    @yearly_volume.validator
    def _in_reporting_currency(self, _attribute: object, value: Money | None) -> None:
        if value is not None and (value.currency != self.currency or value.minor <= 0):
            raise InvalidValueError(
                "yearly_volume", str(value), f"must be more than 0 in {self.currency}"
            )

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the shop's days begin and end."""
        return zone_of(self.timezone)

    def first_seen_only(self, day: int) -> bool:
        """Tell whether a first order on ``day`` may hide earlier ones the log does not hold."""
        return (
            self.observed_since is not None
            and day < day_number(self.observed_since) + self.lapse_days
        )
