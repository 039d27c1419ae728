"""Concentration: against brute force, and beyond the reach of shares."""

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.kpis import concentration

AMOUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any)
SIGNED = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40)


@given(AMOUNTS)
def test_gini_is_half_the_mean_difference_over_the_mean(values):
    n, total = len(values), sum(values)
    differences = sum(abs(a - b) for a in values for b in values)
    assert concentration(values).gini == pytest.approx(differences / (2 * n * total), abs=1e-9)


@given(AMOUNTS)
def test_figures_lie_in_range(values):
    result = concentration(values)
    n = len(values)
    assert 0 <= result.gini <= 1 - 1 / n + 1e-12
    assert 1 / n - 1e-12 <= result.hhi <= 1 + 1e-12
    for top in result.top_shares:
        assert top.customers - 1e-9 <= top.interpolated <= top.rounded_up + 1e-12
        assert top.rounded_up <= 1


@given(AMOUNTS, st.integers(2, 5))
def test_copies_of_the_base_change_neither_gini_nor_interpolated_shares(values, copies):
    one, many = concentration(values), concentration(values * copies)
    assert many.gini == pytest.approx(one.gini, abs=1e-9)
    for a, b in zip(one.top_shares, many.top_shares, strict=True):
        assert a.customers == b.customers
    assert many.hhi == pytest.approx(one.hhi / copies)


@given(AMOUNTS, st.integers(1, 1000))
def test_another_money_unit_changes_no_share(values, factor):
    one, other = concentration(values), concentration([value * factor for value in values])
    assert other.gini == pytest.approx(one.gini, abs=1e-9)
    assert other.hhi == pytest.approx(one.hhi)


@given(AMOUNTS)
def test_the_lorenz_curve_rises_convexly_from_corner_to_corner(values):
    points = concentration(values).lorenz
    assert points[0] == (0, 0)
    assert points[-1] == (1, 1)
    steps = [b[1] - a[1] for a, b in pairwise(points)]
    assert all(step >= 0 for step in steps)
    assert all(later >= earlier - 1e-12 for earlier, later in pairwise(steps))


@given(SIGNED)
def test_the_whale_curve_ends_at_the_total_and_its_peak_is_the_positive_part(values):
    result = concentration(values)
    scale = result.total if result.normalised else 1
    assert result.whale.points[0] == (0, 0)
    assert result.whale.points[-1][1] * scale == pytest.approx(sum(values))
    assert result.whale.peak * scale == pytest.approx(sum(v for v in values if v > 0))
    assert result.whale.destroyed * scale == pytest.approx(-sum(v for v in values if v < 0))
    assert result.whale.peak == max(height for _, height in result.whale.points)


def test_losses_leave_gini_and_hhi_undefined():
    result = concentration([10, 5, -3])
    assert (result.gini, result.gini_unbiased, result.hhi, result.lorenz) == (None, None, None, ())
    assert result.top_shares
    assert result.normalised
    assert "negative amounts" in result.notes[0]


@pytest.mark.parametrize("values", [[5, -5], [-1, -2], [0, 0]])
def test_without_a_positive_total_there_are_no_shares_but_raw_sums(values):
    result = concentration(values)
    assert (result.top_shares, result.gini, result.hhi) == ((), None, None)
    assert not result.normalised
    assert result.whale.points[-1] == (1, sum(values))
    assert "not positive" in result.notes[0]
    assert "share  unknown" in str(result)
    assert result.explain().parts == ()


def test_no_customers_have_no_concentration():
    result = concentration([None])
    assert (result.n, result.total, result.whale, result.gini) == (0, 0, None, None)
    assert result.notes == ("1 missing left out", "no amounts")


def test_one_customer_has_all_and_no_corrected_gini():
    result = concentration([7])
    assert (result.gini, result.hhi, result.gini_unbiased) == (0, 1, None)


def test_a_share_between_two_customers_is_interpolated_or_rounded_up():
    top = concentration([60, 30, 10], shares=[0.5]).top_shares[0]
    assert top.interpolated == pytest.approx(0.75)
    assert top.rounded_up == pytest.approx(0.9)


def test_a_whole_number_of_customers_is_not_rounded_up_by_a_hair():
    assert 0.07 * 100 > 7
    top = concentration([1] * 100, shares=[0.07]).top_shares[0]
    assert top.rounded_up == pytest.approx(0.07)


def test_curves_of_a_large_base_are_thinned_and_keep_their_peak():
    result = concentration([*range(2503), -5])
    assert len(result.whale.points) <= 1002
    assert result.whale.peak == max(height for _, height in result.whale.points)
    assert result.whale.points[-1] == (1, 1)
    even = concentration(range(2503)).lorenz
    assert (even[0], even[-1], len(even)) == ((0, 0), (1, 1), 1001)


@pytest.mark.parametrize("bad", [nan, inf, "12"])
def test_an_amount_that_is_none_is_refused_by_its_index(bad):
    with pytest.raises(InvalidValueError) as caught:
        concentration([1, None, bad])
    assert caught.value.field == "values[2]"


@pytest.mark.parametrize("share", [0, -0.1, 1.01, nan, 20])
def test_an_impossible_share_is_refused(share):
    with pytest.raises(InvalidValueError, match="shares"):
        concentration([1], shares=[share])


def test_concentration_shows_itself_in_words():
    found = concentration([60, 30, 10], shares=[0.5])
    assert "share  top 50%: 75.0%" in str(found)
    assert [(part.figure, part.answer) for part in found.explain().parts] == [
        ("top_share", "top 50%: 75.0%"),
        ("gini", "0.3333"),
        ("hhi", "0.4600"),
        ("whale_peak", "100.0% at 100.0% of them"),
    ]
