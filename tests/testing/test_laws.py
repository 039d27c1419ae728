"""The laws hold where they should and say what is broken where they should not."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.testing import FakeClock, FakeRates, ignores_order, obeys_monoid_laws, round_trips

counters = st.lists(st.sampled_from("abc")).map(Counter)


@given(counters, counters, counters)
def test_counters_add_up(x, y, z):
    obeys_monoid_laws(Counter(), x, y, z)


@pytest.mark.parametrize(
    ("zero", "x", "y", "z", "broken"),
    [
        (1, 2, 3, 4, "zero is not neutral"),
        ("", "a", "b", "c", "order matters"),
        (0.0, 0.1, 0.2, 0.3, "grouping matters"),
    ],
)
def test_a_broken_law_is_named(zero, x, y, z, broken):
    with pytest.raises(AssertionError, match=broken):
        obeys_monoid_laws(zero, x, y, z)


def test_a_journey_must_lead_back():
    numbers = iter([1, 2])
    round_trips(5, str, int)
    with pytest.raises(AssertionError, match="elsewhere"):
        round_trips(5, str, lambda text: int(text) + 1)
    with pytest.raises(AssertionError, match="another type"):
        round_trips(5, str, float)
    with pytest.raises(AssertionError, match="second journey"):
        round_trips(5, lambda _: next(numbers), lambda _: 5)


def test_order_may_not_matter():
    ignores_order(sum, [1, 2, 3], [3, 1, 2])
    with pytest.raises(AssertionError, match="order matters"):
        ignores_order(list, [1, 2], [2, 1])


def test_a_clock_tells_what_it_is_told():
    clock = FakeClock(datetime(2026, 3, 1, tzinfo=UTC))
    clock.advance(days=2, seconds=30)
    assert clock() == datetime(2026, 3, 3, 0, 0, 30, tzinfo=UTC)
    assert clock() == clock()
    clock.advance(days=-1)
    assert clock() - datetime(2026, 3, 2, tzinfo=UTC) == timedelta(seconds=30)
    with pytest.raises(InvalidValueError):
        FakeClock(datetime(2026, 3, 1))


def test_rates_begin_when_they_are_told():
    rates = FakeRates({"USD/EUR": Decimal("0.9")}, since=date(2026, 1, 1))
    assert rates.rate("USD", "EUR", date(2026, 1, 1)) == Decimal("0.9")
    assert rates.rate("USD", "EUR", date(2025, 12, 31)) is None
    assert rates.rate("EUR", "USD", date(2026, 1, 1)) is None
