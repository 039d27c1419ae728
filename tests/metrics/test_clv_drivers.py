"""Elasticities of a base's lifetime value: what must be 1, signs, second ways, what is missing."""

import math
import subprocess
import sys

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import BGNBD, MBGNBD, GammaGamma, clv, clv_drivers, total_clv
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD

SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
BG = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MBG = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
PARETO = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
STAYING = NBD(r=0.385, alpha=12.072)
LEAVING = (BG, MBG, PARETO)
ONE = {
    "repeats": 2,
    "recency": 30.43,
    "age": 38.86,
    "spending_purchases": 2,
    "mean_spend": 22.35,
}
MANY = {
    "repeats": [2, 0, 26, 1],
    "recency": [30.43, 0, 30.86, 1.71],
    "age": [38.86, 38.86, 31, 38.86],
    "spending_purchases": [2, 0, 26, 1],
    "mean_spend": [22.35, 0, 30, 5],
}
TERMS = {"margin": 0.3, "currency": "USD"}


def found(model, who=MANY, **more):
    return clv_drivers(model, SPEND, **who, **{**TERMS, **more}).elasticities


@pytest.mark.parametrize("model", [*LEAVING, STAYING])
@pytest.mark.parametrize("horizon", [156, None])
def test_margin_and_spend_are_1_and_the_signs_are_those_of_the_drivers(model, horizon):
    drivers = found(model, horizon_weeks=horizon)
    assert drivers["margin"] == pytest.approx(1, rel=1e-12)
    assert drivers["spend"] == pytest.approx(1, rel=1e-12)
    assert drivers["rate"] > 0
    assert drivers["discount"] < 0
    assert drivers["cost"] is None
    if model is STAYING:
        assert drivers["leaving"] is None
    else:
        assert drivers["leaving"] < 0


@pytest.mark.parametrize("model", LEAVING)
def test_the_total_is_that_of_total_clv_and_one_customer_that_of_clv(model):
    base = clv_drivers(model, SPEND, **MANY, **TERMS)
    assert base.value == pytest.approx(total_clv(model, SPEND, **MANY, **TERMS).total.value)
    one = clv_drivers(model, SPEND, **ONE, **TERMS)
    assert one.value == pytest.approx(clv(model, SPEND, **ONE, **TERMS).value)
    column = {name: [value] for name, value in ONE.items()}
    again = clv_drivers(model, SPEND, **column, **TERMS).elasticities
    for name, elasticity in one.elasticities.items():
        assert again[name] == (None if elasticity is None else pytest.approx(elasticity, rel=1e-9))


def test_spend_is_moved_as_by_the_scale_of_its_model():
    """γ and what was spent 1 % higher: money in another unit."""
    ends = []
    for by in (1.01, 0.99):
        scaled = evolve(SPEND, gamma=by * SPEND.gamma)
        who = {**ONE, "mean_spend": by * ONE["mean_spend"]}
        ends.append(clv(BG, scaled, **who, **TERMS).value)
    at = clv(BG, SPEND, **ONE, **TERMS).value
    assert found(BG, ONE)["spend"] == pytest.approx((ends[0] - ends[1]) / (0.02 * at))


@pytest.mark.parametrize("model", [PARETO, STAYING])
def test_where_leaving_goes_by_time_purchases_go_with_the_rate(model):
    assert found(model)["rate"] == pytest.approx(1, rel=1e-12)
    assert found(model, horizon_weeks=None)["rate"] == pytest.approx(1, rel=1e-12)


def test_who_leaves_by_purchases_gains_less_from_buying_more_often():
    assert 0 < found(BG)["rate"] < 1
    assert 0 < found(MBG)["rate"] < 1


@pytest.mark.parametrize("model", LEAVING)
@pytest.mark.parametrize("horizon", [104, None])
def test_the_discount_is_that_of_clv_at_two_rates(model, horizon):
    def worth(rate):
        terms = {**TERMS, "horizon_weeks": horizon, "annual_discount": rate}
        return clv(model, SPEND, **ONE, **terms).value

    slope = (worth(0.15 * 1.0001) - worth(0.15 * 0.9999)) / (0.0002 * worth(0.15))
    assert found(model, ONE, horizon_weeks=horizon)["discount"] == pytest.approx(slope, abs=2e-4)


def drawn_lifetimes(rates, leave_chances, rng):
    """Purchases within a year of customers who buy and toss for leaving, one path each."""
    left = np.full(len(rates), 52.0)
    bought = np.zeros(len(rates))
    there = np.ones(len(rates), bool)
    while there.any():
        left[there] -= rng.exponential(1 / rates[there])
        there &= left > 0
        bought[there] += 1
        there &= rng.random(len(rates)) >= leave_chances
    return bought.mean()


def test_rate_and_leaving_are_those_of_drawn_futures():
    """A customer who is there: personal rates and chances, all scaled; 400,000 paths, seed 5."""
    x, age = 4, 20.0
    rng = np.random.default_rng(5)
    size = 400_000
    rates = rng.gamma(BG.r + x, 1 / (BG.alpha + age), size)
    chances = rng.beta(BG.a, BG.b + x, size)
    who = {**ONE, "repeats": x, "recency": age, "age": age}
    drivers = found(BG, who, horizon_weeks=52, annual_discount=0)
    by = 1.25  # far enough to be seen above the luck of the draws

    def moved(rate_by, leaving_by):
        return drawn_lifetimes(rate_by * rates, np.minimum(1, leaving_by * chances),
                               np.random.default_rng(6))  # fmt: skip

    of_rate = math.log(moved(by, 1) / moved(1 / by, 1)) / (2 * math.log(by))
    of_leaving = math.log(moved(1, by) / moved(1, 1 / by)) / (2 * math.log(by))
    assert drivers["rate"] == pytest.approx(of_rate, abs=0.02)
    assert drivers["leaving"] == pytest.approx(of_leaving, abs=0.03)


def test_leaving_by_time_is_that_of_a_lifetime_of_a_known_form():
    """Pareto/NBD for ever: ∫ (1 + c t/(β+T))^−s e^−δt dt, with c 1 % up and down."""
    b, force = PARETO.beta + ONE["age"], math.log(1.15) / 52
    steps = np.arange(0.05, 20_000, 0.1)

    def lifetime(by):
        return float(((1 + by * steps / b) ** -PARETO.s * np.exp(-force * steps)).sum() * 0.1)

    slope = (lifetime(1.01) - lifetime(0.99)) / (0.02 * lifetime(1))
    drivers = found(PARETO, ONE, horizon_weeks=None)
    assert drivers["leaving"] == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("model", [BG, MBG])
def test_leaving_at_purchases_is_that_of_an_integral_over_personal_chances(model):
    """A customer who is there, for a year: E over λ and p of λ ∫ e^−cλpt dt, c 1 % off."""
    x, k = 2, 2 + model.FIRST_CHANCES
    shape, rate = model.r + x, model.alpha + ONE["age"]
    t = (np.arange(2000) + 0.5) * 52 / 2000
    nodes, weights = np.polynomial.legendre.leggauss(200)
    u = (nodes + 1) / 2
    p = u ** (1 / model.a)  # takes the pole of the Beta at 0 out
    density = (1 - p) ** (model.b + k - 1) * weights

    def bought(by):
        of_t = ((rate + by * np.outer(t, p)) / rate) ** -(shape + 1)
        return float((of_t * density).sum())

    slope = (bought(1.01) - bought(0.99)) / (0.02 * bought(1))
    drivers = found(model, ONE, horizon_weeks=52, annual_discount=0)
    assert drivers["leaving"] == pytest.approx(slope, rel=1e-5)


@given(st.floats(0.01, 5), st.sampled_from(LEAVING))
def test_a_cost_takes_from_what_margin_and_spend_are_of(cost, model):
    drivers = found(model, ONE, cost_per_purchase=cost)
    value = clv_drivers(model, SPEND, **ONE, **TERMS, cost_per_purchase=cost).value
    gross = clv(model, SPEND, **ONE, **TERMS).value
    assert drivers["margin"] == pytest.approx(gross / value)
    assert drivers["cost"] == pytest.approx(1 - gross / value)
    assert drivers["margin"] + drivers["cost"] == pytest.approx(1)


def test_without_a_discount_the_discount_does_nothing():
    assert found(BG, annual_discount=0)["discount"] == 0
    assert found(BG, annual_discount=1)["discount"] < 0


def test_what_cannot_be_told_is_none_with_a_note():
    unknown = clv_drivers(BG, SPEND, **ONE, **{**TERMS, "margin": None})
    assert unknown.value is None
    assert set(unknown.elasticities.values()) == {None}
    assert "margin is unknown" in unknown.notes[0]
    assert unknown.explain().answer == "unknown"
    nothing = clv_drivers(BG, SPEND, **ONE, **{**TERMS, "margin": 0})
    assert (nothing.value, set(nothing.elasticities.values())) == (0, {None})
    nobody = clv_drivers(BG, SPEND, **{name: [] for name in ONE}, **TERMS)
    assert "value is 0" in nobody.notes[0]


def test_a_value_below_0_is_noted():
    loss = clv_drivers(BG, SPEND, **ONE, **{**TERMS, "margin": -0.3})
    assert loss.elasticities["margin"] == pytest.approx(1)
    assert any("below 0" in note for note in loss.notes)


def test_those_who_are_long_gone_are_no_trouble():
    gone = {**MANY, "repeats": [500] * 4, "recency": [5] * 4, "age": [400] * 4}
    for model in (BG, MBG):
        told = clv_drivers(model, SPEND, **gone, **TERMS)
        assert all(one is None or math.isfinite(one) for one in told.elasticities.values())


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("annual_discount", {"annual_discount": 15}),
        ("annual_discount", {"annual_discount": 0, "horizon_weeks": None}),
        ("horizon_weeks", {"horizon_weeks": -1}),
        ("margin", {"margin": 30}),
        ("cost_per_purchase", {"cost_per_purchase": -1}),
        ("repeats", {"repeats": -1}),
        ("currency", {"currency": "$"}),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, given_):
    with pytest.raises(InvalidValueError) as refused:
        clv_drivers(BG, SPEND, **{**ONE, **TERMS, **given_})
    assert refused.value.field == name


def test_it_shows_each_driver_and_says_what_the_models_do_not_have():
    told = clv_drivers(BG, SPEND, **ONE, **TERMS, cost_per_purchase=1)
    assert "leaving (loyalty)" in str(told)
    assert "cost (strategy)" in str(told)
    assert "switching_equity" in told.notes[-1]
    assert told.explain().coverage == "6 of 6 drivers"
    assert told.explain().model == "BG/NBD"


def test_one_customer_needs_the_standard_library_only():
    code = (
        "import sys\n"
        "from crmkit.metrics import BGNBD, GammaGamma, clv_drivers\n"
        "model = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)\n"
        "spend = GammaGamma(p=6.25, q=3.74, gamma=15.44)\n"
        "clv_drivers(model, spend, repeats=2, recency=30.43, age=38.86, mean_spend=22.35,\n"
        "    spending_purchases=2, margin=0.3, currency='USD')\n"
        "print('numpy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
