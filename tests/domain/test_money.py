"""Money is exact, never a float, and never two currencies at once."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money, added, decimals, shared
from crmkit.testing import obeys_monoid_laws, round_trips
from crmkit.testing.strategies import currencies, money

euros = money(currency=st.just("EUR"))


@given(euros, euros, euros)
def test_amounts_of_one_currency_add_up(x, y, z):
    obeys_monoid_laws(Money.zero("EUR"), x, y, z)
    assert x + y - y == x
    assert x + -x == Money.zero("EUR")


@given(money(), currencies())
def test_two_currencies_never_meet(one, currency):
    other = Money(1, currency)
    if currency == one.currency:
        assert (one + other).minor == one.minor + 1
    else:
        for meet in (Money.__add__, Money.__sub__, Money.__lt__, Money.__ge__):
            with pytest.raises(CurrencyMismatchError):
                meet(one, other)


@given(money())
def test_the_amount_in_major_units_leads_back(one):
    round_trips(one, lambda each: each.amount, lambda major: Money.of(major, one.currency))


@given(euros, euros)
def test_comparing_is_comparing_minor_units(x, y):
    assert (x < y, x <= y, x > y, x >= y) == (
        x.minor < y.minor,
        x.minor <= y.minor,
        x.minor > y.minor,
        x.minor >= y.minor,
    )


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        ("19.90", "EUR", 1990, "EUR 19.90"),
        ("1250", "JPY", 1250, "JPY 1,250"),
        ("-1.234", "KWD", -1234, "KWD -1.234"),
        (5, "USD", 500, "USD 5.00"),
        (Decimal("0.01"), "GBP", 1, "GBP 0.01"),
    ],
)
def test_minor_units_follow_the_currency(amount, currency, minor, text):
    one = Money.of(amount, currency)
    assert one.minor == minor
    assert str(one) == text


@pytest.mark.parametrize(("currency", "expected"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("XYZ", 2)])
def test_decimals_are_those_of_the_standard(currency, expected):
    assert decimals(currency) == expected


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.005", 0), ("0.015", 2), ("-0.005", 0), ("-0.015", -2), ("2.675", 268)]
)
def test_rounding_is_half_even(amount, minor):
    assert Money.rounded(amount, "EUR").minor == minor


@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [
        (19.90, "EUR", "must not be a float"),
        ("1.005", "EUR", "has 2 decimals"),
        ("0.5", "JPY", "has 0 decimals"),
        ("ten", "EUR", "must be a number"),
        ("NaN", "EUR", "must be finite"),
        ("Infinity", "EUR", "must be finite"),
        (None, "EUR", "must be a number"),
        ("1", "eur", "ISO 4217"),
        ("1", "EURO", "ISO 4217"),
    ],
)
def test_what_is_no_exact_amount_is_refused(amount, currency, rule):
    with pytest.raises(InvalidValueError, match=rule):
        Money.of(amount, currency)


def test_minor_units_are_whole():
    with pytest.raises(InvalidValueError):
        Money(1.5, "EUR")


@given(st.lists(euros))
def test_a_sum_is_that_of_its_minor_units(amounts):
    assert added(amounts, "EUR").minor == sum(one.minor for one in amounts)


def test_a_sum_of_two_currencies_raises():
    with pytest.raises(CurrencyMismatchError):
        added([Money(1, "EUR"), Money(1, "USD")], "EUR")


weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=20)


@given(st.integers(-(10**12), 10**12), weights)
def test_shares_add_up_exactly_and_none_is_off_by_a_unit(total, parts_of):
    parts = shared(total, parts_of)
    assert sum(parts) == total
    assert len(parts) == len(parts_of)
    whole = sum(parts_of)
    if whole:
        for part, weight in zip(parts, parts_of, strict=True):
            assert abs(part * whole - total * weight) < whole


@given(st.integers(0, 10**9), weights)
def test_a_share_grows_with_its_weight(total, parts_of):
    pairs = sorted(zip(parts_of, shared(total, parts_of), strict=True))
    for (light, less), (heavy, more) in pairwise(pairs):
        if light < heavy and sum(parts_of):
            assert less <= more


def test_weights_of_nothing_share_equally():
    assert shared(7, [0, 0, 0]) == [3, 2, 2]
    assert shared(7, []) == []
    assert shared(-7, [1, 1]) == [-3, -4]


@pytest.mark.parametrize("text", ["1e5000", "-1e5000", "1e999990", "1e999999999", "1e17"])
def test_an_amount_beyond_reckoning_is_refused_at_once(text):
    with pytest.raises(InvalidValueError, match="within ±"):
        Money.rounded(text, "EUR")
