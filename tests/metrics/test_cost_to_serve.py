"""Cost to serve: parts that add up, and drivers without a rate that are said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money
from crmkit.metrics.value.relationship.cost_to_serve import cost_to_serve

RATES = {"orders": Money(400, "EUR"), "minutes": Money(33, "EUR")}
drivers = st.sampled_from(["orders", "minutes", "calls", "parcels"])
volumes = st.dictionaries(drivers, st.integers(0, 10**6) | st.floats(0, 1e6))
amounts = st.integers(0, 10**6).map(lambda minor: Money(minor, "EUR"))
rates = st.dictionaries(drivers, amounts, min_size=1)


def test_each_part_is_rounded_half_even_and_the_total_is_their_sum():
    found = cost_to_serve({"orders": 2, "minutes": 0.5}, RATES)
    assert found.parts == {"orders": Money(800, "EUR"), "minutes": Money(16, "EUR")}  # 16.5
    assert cost_to_serve({"minutes": Decimal("1.5")}, RATES).parts["minutes"].minor == 50  # 49.5
    assert found.total == Money(816, "EUR")
    assert (found.coverage, found.notes) == (1.0, ())


def test_a_driver_without_a_rate_is_named_and_lowers_the_coverage():
    found = cost_to_serve({"orders": 1, "calls": 3, "visits": 0}, RATES)
    assert found.total == Money(400, "EUR")
    assert found.unpriced == ("calls",)
    assert found.coverage == 0.5
    assert found.notes == ("without a rate, so not in: calls",)


def test_a_driver_that_was_not_counted_is_no_0():
    found = cost_to_serve({"orders": None, "minutes": 10}, RATES)
    assert found.uncounted == ("orders",)
    assert "orders" not in found.parts
    assert found.coverage == 0.5


def test_a_rate_without_a_volume_costs_nothing():
    found = cost_to_serve({}, RATES)
    assert found.total == Money.zero("EUR")
    assert found.volumes == {"orders": 0, "minutes": 0}
    assert found.coverage == 1.0


def test_without_rates_the_currency_must_be_said():
    with pytest.raises(InvalidValueError, match="currency is None"):
        cost_to_serve({"orders": 1}, {})
    found = cost_to_serve({"orders": 1}, {}, currency="EUR")
    assert (found.total, found.coverage) == (Money.zero("EUR"), 0.0)


@pytest.mark.parametrize("volume", [-1, float("nan"), float("inf"), "3", 1e13])
def test_a_volume_that_cannot_be_is_refused_by_name(volume):
    with pytest.raises(InvalidValueError, match="volumes\\['orders'\\]"):
        cost_to_serve({"orders": volume}, RATES)


def test_a_negative_rate_and_a_second_currency_are_refused():
    with pytest.raises(InvalidValueError, match="rates\\['orders'\\]"):
        cost_to_serve({}, {"orders": Money(-1, "EUR")})
    with pytest.raises(CurrencyMismatchError):
        cost_to_serve({}, {"orders": Money(1, "EUR"), "calls": Money(1, "USD")})


def test_it_shows_and_explains_itself():
    found = cost_to_serve({"orders": 2, "calls": 3}, RATES)
    assert str(found).splitlines()[0] == "Cost to serve: EUR 8.00"
    told = found.explain()
    assert dict(told.inputs)["orders"] == "2 × EUR 4.00"
    assert dict(told.inputs)["calls"] == "3 × no rate"
    assert told.coverage == "50% of the drivers in use"


@given(volumes, rates)
def test_the_total_is_the_sum_of_the_parts(counted, each):
    found = cost_to_serve(counted, each)
    assert found.total.minor == sum(part.minor for part in found.parts.values())
    assert 0 <= found.coverage <= 1
    assert set(found.unpriced) == {name for name, n in counted.items() if n and name not in each}


@given(volumes, rates, drivers, st.integers(1, 1000))
def test_more_work_never_costs_less(counted, each, driver, more):
    busier = {**counted, driver: counted.get(driver, 0) + more}
    assert cost_to_serve(busier, each).total >= cost_to_serve(counted, each).total
