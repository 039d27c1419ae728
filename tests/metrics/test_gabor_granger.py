"""Gabor-Granger: the worked example, isotonic demand, the best price and its interval."""

from itertools import pairwise
from math import comb, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import wilson
from crmkit.metrics.price import gabor_granger
from crmkit.metrics.price.binomial_draws import BinomialDraws
from crmkit.metrics.seeds import plain_generator

SHARES = {8: 0.9, 10: 0.8, 12: 0.6, 14: 0.35, 16: 0.2}
STUDY = {price: (round(100 * share), 100) for price, share in SHARES.items()}
STUDIES = st.dictionaries(
    st.integers(1, 60),
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=6,
)


def test_the_worked_example():
    found = gabor_granger(STUDY)
    assert found.best.value == 10
    assert [one.revenue.value for one in found.points] == pytest.approx([7.2, 8.0, 7.2, 4.9, 3.2])
    assert [one.demand.value for one in found.points] == list(SHARES.values())
    assert (found.best.low, found.best.high) == (8, 12)
    assert found.notes == found.best.notes == ()


def test_demand_and_revenue_carry_wilsons_interval():
    one = gabor_granger(STUDY).points[1]
    low, high = wilson(80, 100)
    assert (one.demand.low, one.demand.high, one.demand.n) == (low, high, 100)
    assert (one.revenue.low, one.revenue.high) == pytest.approx((10 * low, 10 * high))
    assert one.yes == 80


def test_a_unit_cost_moves_the_best_price_up():
    found = gabor_granger(STUDY, unit_cost=9)
    assert found.best.value == 12
    assert [one.profit.value for one in found.points] == pytest.approx([-0.9, 0.8, 1.8, 1.75, 1.4])
    assert "profit" in found.best.method
    assert found.points[0].profit.low < found.points[0].profit.high < 0
    assert gabor_granger(STUDY).points[0].profit is None


def test_shares_that_rise_with_the_price_are_evened_out():
    found = gabor_granger({5: (50, 100), 6: (70, 100), 7: (20, 100)})
    assert [one.demand.value for one in found.points] == pytest.approx([0.6, 0.6, 0.2])
    assert found.best.value == 6
    assert found.notes == ("shares that rise with the price are evened out",)
    assert [one.yes for one in found.points] == [50, 70, 20]


@given(STUDIES)
def test_demand_never_rises_and_the_best_price_earns_most(study):
    found = gabor_granger(study, draws=100)
    shares = [one.demand.value for one in found.points]
    assert all(a >= b for a, b in pairwise(shares))
    assert [one.price for one in found.points] == sorted(study)
    assert sum(one.best_in for one in found.points) <= 1 + 1e-9
    if found.best.value is None:
        assert not any(yes for yes, _ in study.values())
    else:
        assert found.best.low <= found.best.value <= found.best.high
        assert {found.best.low, found.best.value, found.best.high} <= set(study)
        earned = {one.price: one.revenue.value for one in found.points}
        assert earned[found.best.value] >= max(earned.values()) * (1 - 1e-9)


@given(STUDIES, st.sampled_from([0.01, 3.0, 100.0]))
def test_the_best_price_scales_with_the_currency(study, rate):
    one, other = (
        gabor_granger({price * by: said for price, said in study.items()}, draws=100).best
        for by in (1, rate)
    )
    if one.value is not None:
        assert other.value == pytest.approx(rate * one.value)
        assert other.low == pytest.approx(rate * one.low)


@given(STUDIES, st.floats(0, 30), st.floats(0, 30))
def test_a_higher_cost_never_lowers_the_best_price(study, one, two):
    low, high = (
        gabor_granger(study, unit_cost=cost, draws=100).best for cost in sorted((one, two))
    )
    if high.value is not None:
        assert high.value >= low.value


def test_of_prices_that_tie_the_lowest_is_best():
    assert gabor_granger({8: (90, 100), 12: (60, 100)}).best.value == 8
    assert gabor_granger({12: (60, 100), 8: (90, 100)}).best.value == 8
    # In floating point 4 × 0.3 is a hair below 6 × 0.2.
    assert gabor_granger({4: (3, 10), 6: (2, 10)}).best.value == 4


def test_answers_one_by_one_are_counted():
    found = gabor_granger({5: [True, True, None, False], 6: (True, False), 7: iter([False, True])})
    assert [(one.yes, one.demand.n) for one in found.points] == [(2, 3), (1, 2), (1, 2)]
    assert found.left_out == ("1 missing left out",)
    assert gabor_granger({5: [1, 0, 1]}).points[0].yes == 2


def test_a_price_nobody_answered_at_is_left_out():
    found = gabor_granger({5: (3, 4), 6: (0, 0), 7: []})
    assert [one.price for one in found.points] == [5]
    assert found.left_out == ("left out, nobody answered: 6, 7",)


def test_a_best_price_at_the_border_says_to_ask_further_out():
    assert "highest asked" in gabor_granger({5: (9, 10), 9: (8, 10)}).best.notes[0]
    assert "lowest asked" in gabor_granger({5: (9, 10), 9: (1, 10)}).best.notes[0]


@pytest.mark.parametrize(
    ("study", "cost", "why"),
    [
        ({}, None, "no answers"),
        ({5: (0, 0)}, None, "no answers"),
        ({5: (0, 9), 6: (0, 9)}, None, "no price brings any revenue"),
        ({5: (9, 9)}, 6, "no price brings any profit"),
    ],
)
def test_where_nothing_is_earned_there_is_no_best_price(study, cost, why):
    best = gabor_granger(study, unit_cost=cost).best
    assert (best.value, best.low, best.high) == (None, 0, None)
    assert best.notes == (why,)


@pytest.mark.parametrize(
    "study",
    [
        {0: (1, 2)},
        {-3: (1, 2)},
        {nan: (1, 2)},
        {5: (3, 2)},
        {5: (-1, 2)},
        {5: (1.5, 2)},
        {5: [True, 0.5]},
        {5: ["yes"]},
    ],
)
def test_what_cannot_be_an_answer_is_refused(study):
    with pytest.raises(InvalidValueError) as caught:
        gabor_granger(study)
    assert caught.value.field.startswith("answers[")


def test_bad_options_are_refused():
    for options in ({"unit_cost": -1}, {"draws": 99}, {"seed": -1}):
        with pytest.raises(InvalidValueError):
            gabor_granger(STUDY, **options)


def test_the_study_explains_itself():
    found = gabor_granger(STUDY, unit="EUR", unit_cost=2)
    told = found.explain()
    assert dict(told.inputs)["unit cost"] == "2"
    assert told.parts[0].figure == "best_price"
    assert told.parts[2].figure == "demand at 10"
    assert "Best price EUR 10.00" in str(found)
    assert "at 8" in str(found)


def test_counts_are_drawn_from_the_binomial():
    source, table = plain_generator(1), BinomialDraws(3, 5)
    drawn = [table.draw(source) for _ in range(20_000)]
    for k in range(6):
        chance = comb(5, k) * 0.6**k * 0.4 ** (5 - k)
        assert drawn.count(k) / 20_000 == pytest.approx(chance, abs=0.012)
    assert {BinomialDraws(0, 5).draw(source), BinomialDraws(5, 5).draw(source)} == {0, 5}


def test_a_large_study_finds_the_best_price_in_nearly_every_sample():
    found = gabor_granger({price: (50 * yes, 5_000) for price, (yes, _) in STUDY.items()})
    assert found.points[1].best_in == 1
    assert (found.best.low, found.best.high) == (10, 10)
