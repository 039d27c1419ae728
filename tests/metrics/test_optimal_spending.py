"""Best spending on winning and keeping customers: against grids, marginals and limits."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.equity.optimal_spending import optimal_spending
from crmkit.metrics.value.equity.prospect_equity import prospect_equity
from crmkit.metrics.value.equity.spend_response import SpendResponse

WINNING = SpendResponse(spend=10, rate=0.2, ceiling=0.4)
KEEPING = SpendResponse(spend=20, rate=0.6, ceiling=0.8)
TERMS = {"annual_margin": 100, "annual_discount": 0.1, "currency": "EUR"}


@st.composite
def curves(draw):
    ceiling = draw(st.floats(0.01, 0.99))
    rate = ceiling * draw(st.floats(0.01, 0.99))
    return SpendResponse(spend=draw(st.floats(0.01, 1000)), rate=rate, ceiling=ceiling)


markets = st.fixed_dictionaries(
    {
        "annual_margin": st.floats(-100, 5000),
        "annual_discount": st.floats(0, 1),
        "currency": st.just("EUR"),
    }
)


def equity(winning, keeping, spent, kept, terms):
    return prospect_equity(
        winning.rate_at(spent),
        terms["annual_margin"],
        keeping.rate_at(kept),
        terms["annual_discount"],
        currency="EUR",
        acquisition_cost=spent,
        annual_retention_cost=kept,
    ).value


def steps(around):
    """Spendings near and far from one, from 0 on."""
    near = [around * (1 + side * step) for step in (1e-3, 0.01, 0.1, 0.5) for side in (1, -1)]
    return [0.0, *near, *(around + 10.0**power for power in range(-3, 5))]


@given(curves(), curves(), markets)
def test_no_other_spending_is_worth_more(winning, keeping, terms):
    best = optimal_spending(acquisition=winning, retention=keeping, **terms)
    top = best.best.value
    slack = 1e-9 * max(1.0, abs(top), best.acquisition_cost)
    assert best.best.value >= best.now.value - slack
    for spent in [best.acquisition_cost, *steps(best.acquisition_cost)]:
        for kept in [best.annual_retention_cost, *steps(best.annual_retention_cost)]:
            assert equity(winning, keeping, spent, kept, terms) <= top + slack


def test_a_fine_grid_finds_the_same():
    found = optimal_spending(acquisition=WINNING, retention=KEEPING, **TERMS)
    grid = {
        (spent / 4, kept / 4): equity(WINNING, KEEPING, spent / 4, kept / 4, TERMS)
        for spent in range(161)
        for kept in range(0, 241, 4)
    }
    spent, kept = max(grid, key=grid.get)
    assert found.acquisition_cost == pytest.approx(spent, abs=0.25)
    assert found.annual_retention_cost == pytest.approx(kept, abs=1)
    assert 0 <= found.best.value - grid[spent, kept] < 0.01
    assert found.gain == pytest.approx(found.best.value - found.now.value)


@given(curves(), curves(), markets)
def test_beyond_the_break_even_a_prospect_costs_more_than_they_bring(winning, keeping, terms):
    found = optimal_spending(acquisition=winning, retention=keeping, **terms)
    end = found.breaks_even_at
    assume(end is not None)
    assume(found.best.value > 1e-6 * found.acquisition_cost > 0)
    kept = found.annual_retention_cost
    assert equity(winning, keeping, end, kept, terms) == pytest.approx(0, abs=1e-9 * end)
    assert equity(winning, keeping, end * 1.01, kept, terms) < 0
    assert equity(winning, keeping, end * 0.99, kept, terms) > 0
    assert end > found.acquisition_cost


def test_who_brings_too_little_is_not_approached():
    poor = {**TERMS, "annual_margin": 5}
    found = optimal_spending(acquisition=WINNING, retention=KEEPING, **poor)
    assert (found.acquisition_cost, found.acquisition_rate) == (0, 0)
    assert (found.best.value, found.breaks_even_at) == (0, None)
    assert found.now.value < 0
    assert found.gain == -found.now.value
    assert "no spending on prospects pays" in str(found)


def test_a_customer_who_brings_nothing_is_not_kept():
    found = optimal_spending(
        acquisition=WINNING, retention=KEEPING, **{**TERMS, "annual_margin": -10}
    )
    assert (found.annual_retention_cost, found.annual_retention) == (0, 0)
    assert found.customer_value == pytest.approx(-10)


def test_a_spend_without_a_ceiling_is_held():
    held = SpendResponse(spend=20, rate=0.6)
    found = optimal_spending(acquisition=WINNING, retention=held, **TERMS)
    assert (found.annual_retention_cost, found.annual_retention) == (20, 0.6)
    assert found.customer_value == pytest.approx((110 - 20) / (1.1 - 0.6))
    both = optimal_spending(acquisition=SpendResponse(spend=10, rate=0.2), retention=held, **TERMS)
    assert both.best == both.now
    assert both.breaks_even_at is None
    assert len(both.notes) == 2
    assert "keeping customers is held" in both.notes[1]


def test_a_curve_goes_through_its_point_and_up_to_its_ceiling():
    assert WINNING.rate_at(10) == 0.2
    assert WINNING.rate_at(0) == 0
    assert WINNING.rate_at(30) == pytest.approx(0.35)
    assert WINNING.rate_at(1e9) == 0.4
    assert WINNING.speed == pytest.approx(math.log(2) / 10)
    with pytest.raises(InvalidValueError, match="without a ceiling"):
        SpendResponse(spend=1, rate=0.5).rate_at(2)


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("ceiling", {"ceiling": 0.2}),
        ("ceiling", {"ceiling": 40}),
        ("rate", {"rate": 20}),
        ("rate", {"rate": 0}),
        ("spend", {"spend": 0}),
        ("spend", {"spend": -1}),
        ("spend", {"spend": math.nan}),
        ("spend", {"spend": 1e-320}),
    ],
)
def test_a_curve_that_cannot_be_is_refused_by_name(name, given_):
    with pytest.raises(InvalidValueError) as refused:
        SpendResponse(**{"spend": 10, "rate": 0.2, "ceiling": 0.4, **given_})
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("annual_discount", {"annual_discount": 10}),
        ("annual_margin", {"annual_margin": math.inf}),
        ("annual_margin", {"annual_margin": 1e308, "annual_discount": 1}),
        ("retention.ceiling", {"annual_discount": 0, "retention": SpendResponse(
            spend=1, rate=0.5, ceiling=1)}),
        ("retention.rate", {"annual_discount": 0, "retention": SpendResponse(spend=1, rate=1)}),
        ("currency", {"currency": "€"}),
    ],
)  # fmt: skip
def test_a_market_that_cannot_be_is_refused_by_name(name, given_):
    with pytest.raises(InvalidValueError) as refused:
        optimal_spending(**{"acquisition": WINNING, "retention": KEEPING, **TERMS, **given_})
    assert refused.value.field == name


def test_it_says_how_it_came_about():
    found = optimal_spending(acquisition=WINNING, retention=KEEPING, **TERMS)
    told = found.explain()
    assert told.answer == "EUR 41.62 per prospect"
    assert [part.answer for part in told.parts] == ["EUR 26.00", "EUR 41.62"]
    assert "EUR 80.62" in str(found)
