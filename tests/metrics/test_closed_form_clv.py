"""Margin multiple and lifetime value by retention: borders, limits, and what moves them."""

from fractions import Fraction
from math import fsum

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.deterministic._closed_form import geometric, in_money
from crmkit.metrics.value.deterministic.margin_multiple import clv_elasticities, margin_multiple
from crmkit.metrics.value.deterministic.retention_clv import retention_clv

rates = st.floats(0.001, 1)
shares = st.floats(0, 1)


def clv(*terms, **more):
    return retention_clv(*terms, **{"currency": "EUR", "years": None, **more})


def test_a_first_margin_now_adds_exactly_one_without_growth():
    later, now = (margin_multiple(0.75, 0.25, first_margin_now=one) for one in (False, True))
    assert (later.value, now.value) == (1.5, 2.5)
    assert margin_multiple(0, 0.1).value == 0


def test_growth_multiplies_each_margin_after_the_first():
    margins = [0.8**t * 1.05 ** (t - 1) / 1.1**t for t in range(1, 2000)]
    assert margin_multiple(0.8, 0.1, growth=0.05).value == pytest.approx(fsum(margins), rel=1e-12)
    shrinking = margin_multiple(0.8, 0.1, growth=-0.05, first_margin_now=True)
    assert shrinking.value == pytest.approx(1.1 / (1.1 - 0.8 * 0.95), rel=1e-14)


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        ((1, 0, 0), "retention"),
        ((0.8, 0.12, 0.4), "retention"),  # 0.8 × 1.4 = 1.12 to the last digit
        ((0.9, 0.1, 0.3), "retention"),
        ((1.1, 0.1, 0), "retention"),
        ((-0.1, 0.1, 0), "retention"),
        ((0.9, -0.1, 0), "discount"),
        ((0.9, float("nan"), 0), "discount"),
        ((0.9, 0.1, -1), "growth"),
        ((0.9, 0.1, float("inf")), "growth"),
        ((1, 1e-320, 0), "retention"),
    ],
)
def test_a_multiple_without_end_and_terms_that_cannot_be_are_refused(terms, name):
    retention, discount, growth = terms
    with pytest.raises(InvalidValueError) as refused:
        margin_multiple(retention, discount, growth=growth)
    assert refused.value.field == name


def test_elasticities_are_refused_where_the_value_has_no_end():
    with pytest.raises(InvalidValueError, match="no end"):
        clv_elasticities(1, 0)


def test_the_border_is_exact_and_next_to_it_no_digit_is_lost():
    assert margin_multiple(1, 1e-12).value == 1e12
    assert margin_multiple(0.9999999999, 0).value == pytest.approx(9999999999, rel=1e-15)


@given(shares, shares, rates, rates)
def test_the_multiple_rises_with_retention_and_falls_with_discount(r, s, d, e):
    (low, high), (cheap, dear) = sorted((r, s)), sorted((d, e))
    assert margin_multiple(low, d).value <= margin_multiple(high, d).value
    assert margin_multiple(r, cheap).value >= margin_multiple(r, dear).value


@given(st.floats(0.1, 0.99), st.floats(0.01, 1))
def test_elasticities_are_what_a_small_change_does(retention, discount):
    found = clv_elasticities(retention, discount)
    step = Fraction(1, 10**9)

    def multiple(r, d):
        return r / (1 + d - r)

    r, d = Fraction(repr(retention)), Fraction(repr(discount))
    base = multiple(r, d)
    by_retention = (multiple(r * (1 + step), d) / base - 1) / step
    by_discount = (multiple(r, d * (1 + step)) / base - 1) / step
    assert found.retention == pytest.approx(float(by_retention), rel=1e-5)
    assert found.discount == pytest.approx(float(by_discount), rel=1e-5)


def test_a_longer_cycle_is_summed_as_in_case_2b():
    found = clv(260, 0.5, 0.2, promotion=50, years=6, cycle_years=3)
    bought = [260 * 0.5**i / 1.2 ** (3 * i) for i in range(3)]
    mailed = [50 * 0.5 ** ((i - 1) / 3) / 1.2 ** (i - 0.5) for i in range(1, 7)]
    assert found.contributions == pytest.approx(fsum(bought), rel=1e-14)
    assert found.promotions == pytest.approx(fsum(mailed), rel=1e-14)
    assert found.value == pytest.approx(fsum(bought) - fsum(mailed), rel=1e-13)


def test_the_borders_of_retention():
    gone = clv(100, 0, 0.1, promotion=10, years=5)
    assert gone.contributions == 100  # today's purchase
    assert gone.promotions == pytest.approx(10 / 1.1**0.5)  # the first year's
    assert clv(100, 0, 0.1, promotion=10, years=0).value == 100
    assert clv(100, 1, 0, promotion=10, years=4).value == 5 * 100 - 4 * 10
    assert clv(100, 1, 1e-12).value == pytest.approx(100 * (1e12 + 1), rel=1e-14)


@given(st.floats(1, 1000), shares, rates, st.integers(1, 5))
def test_a_horizon_that_grows_leads_to_that_for_ever(contribution, retention, discount, cycle):
    terms = {"promotion": 1, "cycle_years": cycle}
    endless = clv(contribution, retention, discount, **terms)
    long = clv(contribution, retention, discount, years=cycle * 100_000, **terms)
    assert long.value == pytest.approx(endless.value, rel=1e-9, abs=1e-9)
    short = clv(contribution, retention, discount, years=cycle, **terms)
    assert short.contributions <= long.contributions <= endless.contributions * (1 + 1e-12)
    assert short.promotions <= long.promotions <= endless.promotions * (1 + 1e-12)


@given(shares, shares, rates, rates, st.integers(0, 40))
def test_contributions_rise_with_retention_and_fall_with_discount(r, s, d, e, years):
    (low, high), (cheap, dear) = sorted((r, s)), sorted((d, e))
    slack = 1 + 1e-12
    assert clv(1, low, d, years=years).value <= clv(1, high, d, years=years).value * slack
    assert clv(1, r, dear, years=years).value <= clv(1, r, cheap, years=years).value * slack


@given(st.floats(0.05, 0.95), st.floats(0.05, 1))
def test_for_ever_it_is_the_margin_multiple_with_a_first_margin_now(retention, discount):
    multiple = margin_multiple(retention, discount, first_margin_now=True).value
    assert clv(1, retention, discount).value == pytest.approx(multiple, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("retention", {"retention": 1.5}),
        ("retention", {"retention": 1, "discount": 0, "years": None}),
        ("discount", {"discount": -0.1}),
        ("promotion", {"promotion": -1}),
        ("contribution", {"contribution": float("nan")}),
        ("contribution", {"contribution": 1e308, "retention": 1, "discount": 0.01}),
        ("contribution", {"contribution": -1e308, "promotion": 1e308}),
        ("years", {"years": -1}),
        ("years", {"years": 2.5}),
        ("years", {"years": 5, "cycle_years": 2}),
        ("cycle_years", {"cycle_years": 0}),
        ("currency", {"currency": "euro"}),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, given_):
    terms = {"contribution": 1, "retention": 0.5, "discount": 0.1, "currency": "EUR", "years": 20}
    with pytest.raises(InvalidValueError) as refused:
        retention_clv(**{**terms, **given_})
    assert refused.value.field == name


@given(st.floats(-5, 0), st.integers(0, 50))
def test_a_series_is_the_sum_of_its_terms(log_ratio, terms):
    q = 2.718281828459045**log_ratio
    assert geometric(log_ratio, terms) == pytest.approx(fsum(q**i for i in range(terms)))
    assume(log_ratio < -1e-3)
    assert geometric(log_ratio, None) == pytest.approx(1 / (1 - q))


def test_money_is_shown_in_its_own_decimals_and_0_without_a_sign():
    assert in_money(-1234.567, "EUR") == "EUR -1,234.57"
    assert in_money(-0.001, "EUR") == "EUR 0.00"
    assert in_money(1234.6, "JPY") == "JPY 1,235"


def test_they_say_how_they_came_about():
    multiple = margin_multiple(0.9, 0.12, first_margin_now=True)
    assert str(multiple).startswith("Margin multiple: 5.091")
    assert ("first margin", "now") in multiple.explain().inputs
    elasticities = clv_elasticities(0.9, 0.12)
    assert "retention  5.091" in str(elasticities)
    why = elasticities.explain()
    assert why.answer == "retention 5.091, margin 1, discount -0.5455"
    assert [part.answer for part in why.parts] == ["5.091", "1", "-0.5455"]
    value = clv(260, 0.5, 0.2, promotion=50, cycle_years=2)
    assert value.explain().answer == f"EUR {value.value:.2f}"
    assert dict(value.explain().inputs)["horizon"] == "for ever"
    assert "2 years" in str(value)
    assert "per purchase" in value._repr_html_()
