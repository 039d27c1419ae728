"""The shop: the policy that every derivation reads. Its id is the tenant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.money import Money, currency_code, to_decimal
from crmkit.domain.naming import by_field
from crmkit.domain.personal_data import DEFAULT_PERSONAL_DATA, PersonalData
from crmkit.domain.relationship_policy import DEFAULT_RELATIONSHIP_POLICY, RelationshipPolicy
from crmkit.domain.states import DEFAULT_LIFECYCLE, Lifecycle
from crmkit.domain.surveys import BUILT_IN, Instrument
from crmkit.domain.times import day_number, zone_of
from crmkit.domain.validators import named, whole, whole_if_given, yes_or_no

#: What a rate of serving can be of.
SERVING_DRIVERS = ("order", "return", "delivery", "contact", "contact_minute", "case", "visit")


def _share(value: Decimal | float | str | None) -> Decimal | None:
    if value is None:
        return None
    number = to_decimal("share", str(value))
    if not 0 <= number <= 1:
        raise InvalidValueError("share", value, "must be from 0 to 1", "write 40 % as 0.4")
    return number


def _instruments(value: Iterable[Instrument]) -> tuple[Instrument, ...]:
    return tuple(value)


def _prices(value: Mapping[str, Money | Sequence[Any]]) -> Mapping[str, Money]:
    """Prices by name; a stored one is [minor units, currency]."""
    read = {n: one if isinstance(one, Money) else Money(*one) for n, one in value.items()}
    return FrozenMapping(read) if read else EMPTY


def _zone_name(value: str) -> str:
    return zone_of(value).key


@frozen(kw_only=True, field_transformer=by_field)
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
        lifecycle: The moves from state to state that there are.
        relationship_policy: How far the shop says it goes for its customers, and from where on
            they are many, or their margin high.
        intent_visits: Days with products looked at, within a fortnight, that show intent.
        instruments: The questionnaires that are understood.
        offers_contact: Whether every buyer is told how to reach the shop.
        answer_hours: Hours within which customers are promised an answer, if any.
        serving_rates: What it costs to serve a customer, by driver: one order, return,
            delivery, contact, contact_minute, case or visit. For activities whose costs are
            recorded one by one (``CostIncurred``), leave the driver out.
        contribution_values: What a contribution of each kind is worth ("idea", "review");
            a kind that is not here is counted and not valued.
        acquisition_cost: What it costs to win a customer by other means than referral.
        yearly_wallet: What a customer spends a year on such goods with all shops; None
            takes the 80 % quantile of what customers spend here.
        capture_chance: Chance, 0 to 1, to win the part spent elsewhere.
        payment_days: Days from an order to its payment.
        observed_since: First day that the log covers, where it is cut off on the left:
            customers first seen near it are "first seen", not "new".
        publishes: Whether every change leaves an event for others to take (an outbox).
        personal_data: What the shop says of its own fields in ``extra`` and ``attributes``;
            what it says nothing of is personal.
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
    lifecycle: Lifecycle = DEFAULT_LIFECYCLE
    relationship_policy: RelationshipPolicy = DEFAULT_RELATIONSHIP_POLICY
    intent_visits: int = field(default=3, validator=whole(1))
    instruments: tuple[Instrument, ...] = field(default=BUILT_IN, converter=_instruments)
    offers_contact: bool = False
    answer_hours: int | None = field(default=None, validator=whole_if_given(0))
    serving_rates: Mapping[str, Money] = field(default=EMPTY, converter=_prices, hash=False)
    contribution_values: Mapping[str, Money] = field(default=EMPTY, converter=_prices, hash=False)
    acquisition_cost: Money | None = field(default=None)
    yearly_wallet: Money | None = field(default=None)
    capture_chance: Decimal | None = field(default=None, converter=_share)
    payment_days: int = field(default=0, validator=whole(0))
    observed_since: date | None = None
    publishes: bool = field(default=False, validator=yes_or_no)
    personal_data: PersonalData = DEFAULT_PERSONAL_DATA

    @yearly_volume.validator
    @yearly_wallet.validator
    @acquisition_cost.validator
    def _in_reporting_currency(self, attribute: Any, value: Money | None) -> None:
        if value is not None and (value.currency != self.currency or value.minor <= 0):
            raise InvalidValueError(
                attribute.name, str(value), f"must be more than 0 in {self.currency}"
            )

    @serving_rates.validator
    @contribution_values.validator
    def _prices_in_reporting_currency(self, attribute: Any, value: Mapping[str, Money]) -> None:
        for name, price in value.items():
            if price.currency != self.currency or price.minor < 0:
                raise InvalidValueError(
                    f"{attribute.name}.{name}", str(price), f"must be 0 or more in {self.currency}"
                )

    @serving_rates.validator
    def _known_drivers(self, _attribute: object, value: Mapping[str, Money]) -> None:
        for name in value:
            if name not in SERVING_DRIVERS:
                raise InvalidValueError(
                    "serving_rates", name, f"must be one of {', '.join(SERVING_DRIVERS)}"
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
