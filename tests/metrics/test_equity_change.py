"""The change of equity adds up to the last minor unit, by customers and by drivers."""

import math
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Money
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import ClvFactors, equity_change
from crmkit.metrics.value.equity.clv_factors import FACTORS

FIRST = ClvFactors(spend=50, margin=0.4, alive=0.8, purchases=5, discounting=0.9, cost=2)
LATER = ClvFactors(spend=60, margin=0.35, alive=0.9, purchases=4, discounting=0.85, cost=1)

factors = st.builds(
    ClvFactors,
    spend=st.floats(0, 1000),
    margin=st.floats(-1, 1),
    alive=st.floats(0, 1),
    purchases=st.floats(0, 100),
    discounting=st.floats(0, 1),
    cost=st.floats(0, 50),
)
worths = st.one_of(st.none(), st.floats(-1e6, 1e6), factors)
bases = st.dictionaries(st.sampled_from("abcdefgh"), worths)


def changed(before, after):
    return equity_change(before, after, currency="EUR")


@given(bases, bases)
def test_all_parts_add_up_by_whole_minor_units(before, after):
    found = changed(before, after)
    assert found.before + found.new - found.lost + found.stayed == found.after
    of_drivers = sum(found.drivers.values(), Money.zero("EUR"))
    of_factors = sum(found.factors.values(), found.rest)
    assert of_drivers == of_factors == found.stayed
    assert found.total == found.after - found.before


@given(bases, bases)
def test_everybody_is_counted_once(before, after):
    found = changed(before, after)
    assert sum(found.counts.values()) == len(before.keys() | after.keys())
    unknown = {who for side in (before, after) for who, one in side.items() if one is None}
    assert set(found.unknown) == unknown
    assert found.counts["unknown"] == len(unknown)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(factors, factors), min_size=1))
def test_with_all_factors_the_rest_is_rounding_alone(pairs):
    found = changed({who: a for who, (a, _) in pairs.items()},
                    {who: b for who, (_, b) in pairs.items()})  # fmt: skip
    assert abs(found.rest.minor) <= 5
    assert found.undivided == 0


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), factors), unique_by=lambda one: one[0]),
       st.lists(st.tuples(st.sampled_from("abcdefgh"), factors), unique_by=lambda one: one[0]),
       st.randoms())  # fmt: skip
def test_the_order_of_the_customers_means_nothing(before, after, random):
    found = changed(dict(before), dict(after))
    random.shuffle(before)
    random.shuffle(after)
    assert changed(dict(before), dict(after)) == found


@given(bases, bases)
def test_backwards_in_time_every_part_changes_its_sign(before, after):
    there, back = changed(before, after), changed(after, before)
    assert back.total == -there.total
    assert (back.new, back.lost) == (there.lost, there.new)
    assert {name: -one for name, one in back.drivers.items()} == dict(there.drivers)


def by_all_orders(a, b):
    """The Shapley values by their definition, exact: the mean over all orders."""
    a, b = ([Fraction(one) for one in each.factors()] for each in (a, b))
    found = [Fraction(0)] * len(a)
    for order in permutations(range(len(a))):
        now = list(a)
        for i in order:
            before = math.prod(now)
            now[i] = b[i]
            found[i] += math.prod(now) - before
    return [one / math.factorial(len(a)) for one in found]


@given(factors, factors)
def test_the_parts_are_the_mean_over_all_orders_of_change(a, b):
    found = changed({"x": a}, {"x": b})
    for name, one in zip(FACTORS, by_all_orders(a, b), strict=True):
        assert float(found.factors[name].amount) == pytest.approx(float(one), abs=0.00501)
    assert found.factors["cost"] == Money.rounded(Decimal(a.cost - b.cost), "EUR")


def test_a_worked_case_by_drivers():
    found = changed({"x": evolve(FIRST, discounting=1)}, {"x": evolve(LATER, discounting=1)})
    exact = by_all_orders(evolve(FIRST, discounting=1), evolve(LATER, discounting=1))
    spend, margin, alive, purchases, _ = (round(100 * one) for one in exact)
    assert found.drivers["value"].minor == spend + margin
    assert found.drivers["loyalty"].minor == alive + purchases
    assert found.drivers["strategy"] == Money.of("1.00", "EUR")
    assert found.drivers["discounting"] == Money.zero("EUR")
    assert (found.before, found.after) == (Money.of("78.00", "EUR"), Money.of("74.60", "EUR"))


def test_a_driver_that_did_not_move_has_no_part():
    found = changed({"x": FIRST}, {"x": evolve(FIRST, spend=55)})
    assert found.drivers["value"] == found.total == Money.of("7.20", "EUR")
    assert not any(one for name, one in found.drivers.items() if name != "value")


def test_new_and_lost_customers_stand_apart_from_those_who_stayed():
    found = changed({"ann": 100.0, "bob": 50.0}, {"ann": 130.0, "cid": 40.0})
    assert [found.new.minor, found.lost.minor, found.stayed.minor] == [4000, 5000, 3000]
    assert dict(found.counts) == {"new": 1, "lost": 1, "stayed": 1, "unknown": 0}
    assert found.drivers["rest"] == found.stayed
    assert "1 of those who stayed came without factors" in found.notes[0]


def test_who_is_unknown_at_either_date_is_left_out_of_both_and_named():
    found = changed({"ann": 100.0, "bob": None, "cid": 10.0}, {"ann": 100, "bob": 7, "cid": None})
    assert (found.before, found.after) == (Money.of("100", "EUR"), Money.of("100", "EUR"))
    assert found.unknown == ("bob", "cid")
    assert "2 unknown at either date: bob, cid" in str(found)
    assert found.explain().coverage == "1 of 3 customers"


def test_nobody_at_both_dates_is_no_change():
    found = changed({}, {})
    assert found.total == Money.zero("EUR")
    assert found.explain().answer == "EUR 0.00"
    assert changed({}, {"new": FIRST}).new == Money.of("70.00", "EUR")


def test_long_lists_of_the_unknown_are_cut():
    found = changed({f"c{at}": None for at in range(9)}, {})
    assert found.notes == ("9 unknown at either date: c0, c1, c2, c3, c4, …",)


def test_currencies_without_minor_units_add_up_too():
    found = equity_change({"x": 10.4, "y": 10.4}, {"x": 20.4}, currency="JPY")
    assert (found.before.minor, found.after.minor, found.lost.minor) == (21, 20, 10)
    assert found.before + found.new - found.lost + found.stayed == found.after


@pytest.mark.parametrize("given_", [math.nan, math.inf, 1e16, "much"])
def test_a_worth_that_cannot_be_is_refused_with_its_customer(given_):
    with pytest.raises(InvalidValueError, match=r"after\['ann'\]"):
        changed({}, {"ann": given_})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spend", -1),
        ("margin", 40),
        ("margin", math.nan),
        ("alive", 1.1),
        ("purchases", math.inf),
        ("discounting", -0.1),
        ("cost", -1),
    ],
)
def test_a_factor_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(InvalidValueError) as refused:
        evolve(FIRST, **{name: value})
    assert refused.value.field == name


def test_it_shows_the_way_from_the_first_equity_to_the_second():
    found = changed({"x": FIRST, "y": 3}, {"x": LATER, "z": 7})
    text = str(found)
    for part in ("EUR 73.00 → EUR 70.26", "1 new", "EUR +7.00", "1 lost", "EUR -3.00"):
        assert part in text
    assert "of that, loyalty" in text
    assert "<table" in found._repr_html_()


def test_what_the_worth_of_a_lost_customer_falls_by_is_lost():
    first, second = {"ann": 100.0, "bob": 50.0}, {"ann": 30.0, "bob": 60.0, "cid": 5.0}
    found = equity_change(first, second, currency="EUR", lost={"ann", "nobody"})
    assert [found.new.minor, found.lost.minor, found.stayed.minor] == [500, 7000, 1000]
    assert dict(found.counts) == {"new": 1, "lost": 1, "stayed": 1, "unknown": 0}
    assert found.before + found.new - found.lost + found.stayed == found.after
