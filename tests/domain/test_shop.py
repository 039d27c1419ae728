"""A shop's policy is checked when it is made."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from crmkit.domain.errors import InvalidValueError, NoRateError
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.times import day_number
from crmkit.testing import FakeRates
from crmkit.testing.strategies import shops


@given(shops())
def test_every_policy_within_its_ranges_is_a_shop(shop):
    assert shop.zone == ZoneInfo(shop.timezone)
    assert shop.gross_margin is None or 0 <= shop.gross_margin <= 1


def test_shares_are_kept_exactly():
    shop = Shop(id="lamp", currency="EUR", gross_margin=0.4, annual_discount="0.1")
    assert (shop.gross_margin, shop.annual_discount) == (Decimal("0.4"), Decimal("0.1"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"currency": "euro"},
        {"timezone": "Nowhere"},
        {"fiscal_year_starts": 13},
        {"gross_margin": "40"},
        {"gross_margin": -0.1},
        {"gross_margin": "NaN"},
        {"lapse_days": 0},
        {"loyal_occasions": 1},
        {"yearly_volume": Money(100, "USD")},
        {"yearly_volume": Money(0, "EUR")},
    ],
)
def test_a_policy_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        Shop(**({"id": "lamp", "currency": "EUR"} | wrong))


def test_first_orders_near_the_start_of_the_log_may_hide_earlier_ones():
    shop = Shop(id="lamp", currency="EUR", observed_since=date(2026, 1, 1), lapse_days=30)
    start = day_number(date(2026, 1, 1))
    assert shop.first_seen_only(start)
    assert shop.first_seen_only(start + 29)
    assert not shop.first_seen_only(start + 30)
    assert not Shop(id="lamp", currency="EUR").first_seen_only(start)


def test_other_currencies_are_brought_in_at_the_rate_of_the_day():
    rates = FakeRates({"USD/EUR": Decimal("0.915"), "JPY/EUR": Decimal("0.006")})
    to = Reporting(Shop(id="lamp", currency="EUR"), rates)
    assert to.minor(Money(1990, "EUR"), 0) == 1990
    assert to.minor(Money(1000, "USD"), 0) == 915
    assert to.minor(Money(-100, "USD"), 0) == -92
    assert to.minor(Money(1250, "JPY"), 0) == 750


@pytest.mark.parametrize(
    "rates", [None, FakeRates({}), FakeRates({"USD/EUR": Decimal(1)}, date.max)]
)
def test_an_amount_without_a_rate_is_refused_by_name(rates):
    to = Reporting(Shop(id="lamp", currency="EUR"), rates)
    with pytest.raises(NoRateError, match="USD") as caught:
        to.minor(Money(1, "USD"), day_number(date(2026, 3, 1)))
    assert (caught.value.into, caught.value.day) == ("EUR", "2026-03-01")
    with pytest.raises(InvalidValueError):
        to.minor(Money(1, "USD"), 0)
