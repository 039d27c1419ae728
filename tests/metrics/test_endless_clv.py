"""Lifetime value for ever: the discounted expected residual transactions, spend and margin."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import BGNBD, MBGNBD, GammaGamma, clv, total_clv
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD

SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
MODELS = (
    BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426),
    MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614),
    ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669),
    NBD(r=0.385, alpha=12.072),
)
ONE = {
    "repeats": 2,
    "recency": 30.43,
    "age": 38.86,
    "spending_purchases": 2,
    "mean_spend": 22.35,
}
TERMS = {"margin": 0.3, "currency": "USD"}


@pytest.mark.parametrize("model", MODELS)
def test_it_is_all_purchases_to_come_times_spend_times_margin(model):
    found = clv(model, SPEND, **ONE, **TERMS, horizon_weeks=None)
    purchases = model.dert(2, 30.43, 38.86, weekly_discount=math.log(1.15) / 52)
    assert found.value == pytest.approx(0.3 * purchases * SPEND.expected_spend(2, 22.35))
    assert "for ever" in found.method
    assert "at 0.15 a year" in found.method


@pytest.mark.parametrize("model", MODELS)
def test_a_horizon_that_grows_leads_to_it(model):
    """Weeks are discounted in their middle: off by some 1e-6 of the value."""
    endless = clv(model, SPEND, **ONE, **TERMS, horizon_weeks=None).value
    long = clv(model, SPEND, **ONE, **TERMS, horizon_weeks=15_000).value
    assert long == pytest.approx(endless, rel=3e-6)
    assert clv(model, SPEND, **ONE, **TERMS).value < endless


@given(st.floats(0.01, 1), st.sampled_from(MODELS))
def test_it_falls_with_the_discount(rate, model):
    dear = clv(model, SPEND, **ONE, **TERMS, horizon_weeks=None, annual_discount=rate).value
    cheap = clv(model, SPEND, **ONE, **TERMS, horizon_weeks=None, annual_discount=rate / 2).value
    assert dear < cheap


@pytest.mark.parametrize("model", MODELS)
def test_many_customers_equal_one_by_one(model):
    both = {name: [value, value] for name, value in ONE.items()}
    base = total_clv(model, SPEND, **both, **TERMS, horizon_weeks=None)
    alone = clv(model, SPEND, **ONE, **TERMS, horizon_weeks=None).value
    assert list(base.values) == pytest.approx([alone, alone])
    assert base.total.value == pytest.approx(2 * alone)


def test_it_has_an_interval_where_both_fits_are_known():
    model = MODELS[0]

    def fit(of, size):
        rows = tuple(tuple(0.01 * (i == j) for j in range(size)) for i in range(size))
        return Fit(model=of, log_likelihood=-1.0, standard_errors={}, covariance=rows,
                   converged=True, n=2357)  # fmt: skip

    found = clv(
        model,
        SPEND,
        **ONE,
        **TERMS,
        horizon_weeks=None,
        fit=fit(model, 4),
        spend_fit=fit(SPEND, 3),
    )
    assert 0 < found.low < found.value < found.high


@pytest.mark.parametrize("function", [clv, total_clv])
def test_without_a_discount_it_is_refused(function):
    with pytest.raises(InvalidValueError, match="annual_discount is 0, but must be above 0"):
        function(MODELS[0], SPEND, **ONE, **TERMS, horizon_weeks=None, annual_discount=0)


def test_a_discount_in_per_cent_is_refused_with_how_to_write_it():
    with pytest.raises(InvalidValueError, match=r"write 15 % as 0\.15"):
        clv(MODELS[0], SPEND, **ONE, **TERMS, annual_discount=15)
