"""Price tolerance from behaviour: one customer's band, a base's curve, real households."""

import csv
import gzip
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import wilson
from crmkit.metrics.loyalty import cognitive
from crmkit.metrics.price import accepted_price_changes, price_acceptance, price_tolerance
from crmkit.metrics.seeds import plain_generator

CHANGES = st.lists(st.tuples(st.floats(-0.5, 1), st.booleans()), max_size=15)


def test_tolerance_lies_between_the_highest_accepted_and_the_lowest_refused():
    found = price_tolerance([(0.05, True), (0.10, True), (0.25, False), (0.40, False)])
    one = found.tolerance
    assert (one.value, one.low, one.high, one.n) == (0.10, 0.10, 0.25, 4)
    assert (found.accepted, found.refused, found.consistent) == (2, 2, True)
    assert cognitive(price_tolerance=one.value).indicators["price_tolerance"] == 0.4


def test_who_refused_every_rise_tolerates_none():
    one = price_tolerance([(0.1, False), (0.3, False)]).tolerance
    assert (one.value, one.low, one.high) == (0, 0, 0.1)


def test_who_accepted_every_rise_has_no_upper_end():
    found = price_tolerance([(0.1, True), (0.3, True)])
    assert (found.tolerance.value, found.tolerance.low, found.tolerance.high) == (0.3, 0.3, None)
    assert found.lowest_refused is None


def test_answers_that_contradict_one_another_give_the_middle_and_say_so():
    found = price_tolerance([(0.05, False), (0.2, True), (0.4, False)])
    one = found.tolerance
    assert (one.value, one.low, one.high) == (pytest.approx(0.125), 0.05, 0.2)
    assert not found.consistent
    assert "the middle is given" in one.notes[0]
    assert "the middle is given" in str(found)


def test_one_rise_both_accepted_and_refused_contradicts_itself():
    found = price_tolerance([(0.1, True), (0.1, False)])
    one = found.tolerance
    assert (one.value, one.low, one.high, found.consistent) == (0.1, 0.1, 0.1, False)
    assert "the middle is given" in one.notes[0]


def test_without_a_rise_nothing_is_known():
    found = price_tolerance([(-0.1, True), (0, True), (-0.2, False), (0.3, None)])
    one = found.tolerance
    assert (one.value, one.low, one.high, one.n) == (None, 0, None, 0)
    assert found.left_out == ("3 left out: the price fell or stayed", "1 left out: not known yet")
    assert price_tolerance([]).left_out == ()


def test_a_price_that_fell_says_nothing_of_tolerance():
    rises = [(0.1, True), (0.2, False)]
    assert price_tolerance([*rises, (-0.5, False), (0, False)]).tolerance == (
        price_tolerance(rises).tolerance
    )


@given(CHANGES, st.randoms())
def test_neither_the_order_nor_repetition_moves_the_band(changes, random):
    shuffled = random.sample(changes, len(changes)) + changes
    one, other = price_tolerance(changes).tolerance, price_tolerance(shuffled).tolerance
    assert (one.value, one.low, one.high) == (other.value, other.low, other.high)


@given(CHANGES, st.floats(0.001, 1))
def test_accepting_one_more_never_lowers_it_and_refusing_one_more_never_raises_it(changes, rise):
    value = price_tolerance(changes).tolerance.value
    if value is not None:
        assert price_tolerance([*changes, (rise, True)]).tolerance.value >= value - 1e-12
        assert price_tolerance([*changes, (rise, False)]).tolerance.value <= value + 1e-12


@given(CHANGES)
def test_the_value_lies_in_its_band(changes):
    one = price_tolerance(changes).tolerance
    if one.value is not None:
        assert 0 <= one.low <= one.value
        assert one.high is None or one.value <= one.high


def test_prices_become_premiums_in_any_currency():
    assert accepted_price_changes([(10, 11, True), (1000, 1250, False), (2, 1, None)]) == (
        (0.1, True),
        (0.25, False),
        (-0.5, None),
    )


@pytest.mark.parametrize("bad", [(0, 1, True), (1, -1, True), (nan, 1, True), (1, 2, "yes")])
def test_what_cannot_be_a_change_is_refused(bad):
    with pytest.raises(InvalidValueError) as caught:
        accepted_price_changes([(1, 2, True), bad])
    assert caught.value.field == "changes[1]"


@pytest.mark.parametrize("bad", [(-1.5, True), (nan, True), (0.1, 2)])
def test_what_cannot_be_a_premium_is_refused(bad):
    for function in (price_tolerance, price_acceptance):
        with pytest.raises(InvalidValueError):
            function([bad])


def test_the_band_explains_itself():
    told = price_tolerance([(0.1, True), (0.2, False), (-0.1, True)]).explain()
    assert dict(told.inputs)["rises accepted"] == "1, up to 10.0%"
    assert told.left_out == ("1 left out: the price fell or stayed",)


def test_a_base_accepts_each_premium_with_wilsons_interval():
    changes = [(0.1, True)] * 80 + [(0.1, False)] * 20
    changes += [(0.2, True)] * 30 + [(0.2, False)] * 70
    found = price_acceptance(changes)
    low, high = wilson(80, 100)
    one = found.premiums[0].accepted
    assert (one.value, one.low, one.high, one.n) == (0.8, low, high, 100)
    assert [each.premium for each in found.premiums] == pytest.approx([0.1, 0.2])
    # From .8 at 10 % to .3 at 20 %: half of them at 16 %.
    assert found.median.value == pytest.approx(0.16)
    assert found.median.low < 0.16 < found.median.high
    assert found.n == 200


def test_the_line_to_the_first_premium_starts_at_all_of_them():
    assert price_acceptance([(0.1, False)] * 9).median.value == pytest.approx(0.05)


def test_of_premiums_that_half_accept_the_lowest_is_the_median():
    half = [(0.1, True), (0.1, False), (0.2, True), (0.2, False), (0.3, False)]
    assert price_acceptance(half).median.value == pytest.approx(0.1)


def test_shares_that_rise_with_the_premium_are_evened_out():
    changes = [(0.1, True), (0.1, False), (0.2, True), (0.2, True), (0.3, False)]
    shares = [one.accepted.value for one in price_acceptance(changes).premiums]
    assert shares == [0.75, 0.75, 0]


def test_where_more_than_half_accept_everything_the_median_has_only_a_lower_end():
    one = price_acceptance([(0.1, True)] * 30).median
    assert (one.value, one.low, one.high) == (None, 0.1, None)
    assert "more than half" in one.notes[0]
    many = [(0.1, True)] * 12 + [(0.1, False)] * 8
    assert price_acceptance(many).median.high is None


def test_a_base_without_a_rise_has_no_curve():
    found = price_acceptance([(-0.1, True)])
    assert (found.premiums, found.median.value, found.n) == ((), None, 0)
    assert "unknown" in str(found)


def test_premiums_are_rounded_to_the_step_and_never_to_nought():
    found = price_acceptance([(0.01, True), (0.06, True), (0.09, False)], step=0.05)
    assert [one.premium for one in found.premiums] == pytest.approx([0.05, 0.1])
    for step in (0, -1, nan):
        with pytest.raises(InvalidValueError):
            price_acceptance([], step=step)


def test_the_planted_median_is_found_and_covered():
    """Tolerances uniform from 0 to 40 %: half accept 20 %. Fifty bases of 300 rises."""
    random, covered, found = plain_generator(7), 0, []
    for _ in range(50):
        changes = [
            (rise := random.uniform(0, 0.4), random.uniform(0, 0.4) > rise) for _ in range(300)
        ]
        one = price_acceptance(changes, step=0.02, draws=150).median
        covered += one.low <= 0.2 <= one.high
        found.append(one.value)
    assert sum(found) / 50 == pytest.approx(0.2, abs=0.02)
    assert covered >= 43


def test_households_that_met_a_dearer_brand_at_the_shelf(data):
    """300 households of a scanner panel: was the brand bought last bought again, now dearer?"""
    np, optimize = pytest.importorskip("numpy"), pytest.importorskip("scipy.optimize")
    with gzip.open(data("brand_choice_panel/Catsup.csv.gz"), "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    last, changes = {}, []
    for row in rows:
        if row["id"] in last:
            brand, price = last[row["id"]]
            changes.append((price, float(row[f"price.{brand}"]), row["choice"] == brand))
        last[row["id"]] = row["choice"], float(row[f"price.{row['choice']}"])
    found = price_acceptance(accepted_price_changes(changes), step=0.1)
    assert (found.n, found.left_out) == (1174, ("1,324 left out: the price fell or stayed",))
    assert (found.premiums[0].accepted.n, found.premiums[0].yes) == (465, 237)
    assert found.median.value == pytest.approx(0.1105, abs=1e-3)
    raw = np.array([one.yes / one.accepted.n for one in found.premiums])
    weights = np.array([one.accepted.n for one in found.premiums])
    nearest = optimize.isotonic_regression(raw, weights=weights, increasing=False).x
    assert [one.accepted.value for one in found.premiums] == pytest.approx(list(nearest))
    assert found.explain().parts[0].figure == "median_tolerance"
