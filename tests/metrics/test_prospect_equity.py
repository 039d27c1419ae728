"""The equity of a prospect: the formula, its limits, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.equity.prospect_equity import prospect_equity

COSTS = {"acquisition_cost": 5, "annual_retention_cost": 10}
discounts = st.floats(0.01, 1)


def test_the_equity_of_a_prospect_follows_the_formula():
    found = prospect_equity(0.1, 100, 0.8, 0.1, **COSTS, currency="EUR")
    kept = 0.8 / 1.1
    assert found.acquisition == pytest.approx(0.1 * 100 - 5)
    assert found.retention == pytest.approx(0.1 * (100 - 10 / 0.8) * kept / (1 - kept))
    assert found.value == pytest.approx(5 + 70 / 3)
    assert found.explain().answer == "EUR 28.33"
    assert "EUR 5.00 a prospect" in str(found)


def test_a_prospect_who_never_stays_costs_one_more_year_of_keeping():
    found = prospect_equity(0.5, 100, 0, 0.25, annual_retention_cost=10, currency="EUR")
    assert (found.acquisition, found.retention) == (50, -0.5 * 10 / 1.25)


@given(st.floats(0, 0.99), st.floats(0, 0.99), discounts, discounts)
def test_a_prospect_is_worth_more_who_stays_more_and_is_discounted_less(r, s, d, e):
    def worth(retention, discount):
        return prospect_equity(0.2, 50, retention, discount, currency="EUR").value

    (low, high), (cheap, dear) = sorted((r, s)), sorted((d, e))
    assert worth(low, d) <= worth(high, d)
    assert worth(r, dear) <= worth(r, cheap)


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("annual_retention", {"annual_retention": 1, "annual_discount": 0}),
        ("annual_retention", {"annual_retention": -0.1}),
        ("acquisition_rate", {"acquisition_rate": 30}),
        ("annual_margin", {"annual_margin": float("inf")}),
        ("annual_margin", {"annual_margin": 1e308, "annual_retention": 1, "annual_discount": 1e-6}),
        ("acquisition_cost", {"acquisition_cost": -1}),
        ("annual_retention_cost", {"annual_retention_cost": -1}),
        ("annual_discount", {"annual_discount": 15}),
        ("annual_discount", {"annual_discount": -0.1}),
        ("currency", {"currency": ""}),
    ],
)
def test_a_prospect_that_cannot_be_is_refused_by_name(name, given_):
    terms = {
        "acquisition_rate": 1,
        "annual_margin": 9,
        "annual_retention": 0.5,
        "annual_discount": 0.1,
    }
    with pytest.raises(InvalidValueError) as refused:
        prospect_equity(**{**terms, "currency": "EUR", **given_})
    assert refused.value.field == name


def test_a_discount_in_per_cent_is_refused_with_how_to_write_it():
    with pytest.raises(InvalidValueError, match=r"annual_discount is 15, .* write 15 % as 0.15"):
        prospect_equity(0.1, 100, 0.8, 15, currency="EUR")
