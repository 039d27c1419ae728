"""CLV: discounted purchases × spend × margin, its interval, and when there is none."""

import json
import math

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value import (
    BGNBD,
    MBGNBD,
    Fit,
    GammaGamma,
    clv,
    from_plain,
    to_plain,
    total_clv,
)

SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
MODELS = (
    BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426),
    MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614),
)
ONE = {
    "repeats": 2,
    "recency": 30.43,
    "age": 38.86,
    "spending_purchases": 2,
    "mean_spend": 22.35,
}
TERMS = {"margin": 0.3, "currency": "USD"}


def fit_of(model, spread, shared=0.0, **changes):
    """A fit with this spread of each log-parameter, and this covariance between any two."""
    size = 3 if isinstance(model, GammaGamma) else 4
    rows = tuple(tuple(spread**2 if i == j else shared for j in range(size)) for i in range(size))
    values = {
        "model": model,
        "log_likelihood": -1.0,
        "standard_errors": {},
        "covariance": rows,
        "converged": True,
        "n": 2357,
        **changes,
    }
    return Fit(**values)


@pytest.mark.parametrize("model", MODELS)
def test_value_is_discounted_purchases_times_spend_times_margin(model):
    purchases = model.discounted_purchases(
        2, 30.43, 38.86, weeks=156, weekly_discount=math.log(1.15) / 52
    )
    worth = clv(model, SPEND, **ONE, **TERMS)
    assert worth.value == pytest.approx(0.3 * purchases * SPEND.expected_spend(2, 22.35))
    assert worth.unit == "USD"


def test_fifteen_percent_a_year_is_0_0026877_a_week():
    purchases = MODELS[0].discounted_purchases(
        2, 30.43, 38.86, weeks=156, weekly_discount=0.0026877
    )
    worth = clv(MODELS[0], SPEND, **ONE, **{**TERMS, "margin": 1})
    assert worth.value == pytest.approx(purchases * SPEND.expected_spend(2, 22.35), rel=5e-6)


@pytest.mark.parametrize("model", MODELS)
def test_without_a_margin_there_is_no_value_and_a_note(model):
    worth = clv(model, SPEND, **ONE, margin=None, currency="USD")
    assert (worth.value, worth.low, worth.high) == (None, None, None)
    assert "revenue is not profit" in worth.notes[0]
    base = total_clv(model, SPEND, **ONE, margin=None, currency="USD")
    assert base.values is None
    assert base.total == worth


def test_without_a_mean_spend_there_is_no_value_and_a_note():
    heavy = GammaGamma(p=1, q=0.9, gamma=5)
    worth = clv(MODELS[0], heavy, **ONE, **TERMS)
    assert worth.value is None
    assert "no mean spend" in worth.notes[0]


def test_without_fits_the_interval_is_open_and_says_so():
    model = MODELS[0]
    no_covariance = fit_of(SPEND, 0.1, covariance=None)
    for fits in (
        {},
        {"fit": fit_of(model, 0.1)},
        {"fit": fit_of(model, 0.1), "spend_fit": no_covariance},
    ):
        worth = clv(model, SPEND, **ONE, **TERMS, **fits)
        assert (worth.low, worth.high) == (None, None)
        assert "no interval" in worth.notes[-1]


def test_the_interval_is_that_of_drawn_parameters():
    """Delta method against 1,000 draws of all seven log-parameters, seed 7."""
    model, spread = MODELS[0], 0.05
    fits = {"fit": fit_of(model, spread, 0.001), "spend_fit": fit_of(SPEND, spread, 0.001)}
    worth = clv(model, SPEND, **ONE, **TERMS, **fits)
    rng = np.random.default_rng(7)
    logs = []
    for _ in range(1000):
        drawn = []
        for one in (model, SPEND):
            fit = fits["fit" if one is model else "spend_fit"]
            names = list(to_plain(fit)["parameters"])
            shifts = rng.multivariate_normal(np.zeros(len(names)), np.array(fit.covariance))
            shifted = {n: getattr(one, n) * math.exp(s) for n, s in zip(names, shifts, strict=True)}
            drawn.append(evolve(one, **shifted))
        logs.append(math.log(clv(*drawn, **ONE, **TERMS).value))
    got = math.log(worth.high / worth.low) / (2 * 1.959964)
    assert got == pytest.approx(np.std(logs), rel=0.08)
    assert math.sqrt(worth.low * worth.high) == pytest.approx(worth.value, rel=1e-12)
    assert "parameters" in worth.method
    assert "not the luck of one customer" in worth.method
    assert worth.n == 2357


@given(
    st.sampled_from(MODELS),
    st.lists(
        st.tuples(st.integers(0, 60), st.floats(0.05, 1), st.floats(1, 200), st.floats(1, 999)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([0.3, 1.0, -0.2]),
)
def test_many_customers_get_what_each_gets_alone(model, customers, margin):
    rows = [
        {
            "repeats": repeats,
            "recency": age * share if repeats else 0.0,
            "age": age,
            "spending_purchases": repeats,
            "mean_spend": mean if repeats else None,
        }
        for repeats, share, age, mean in customers
    ]
    terms = {
        "margin": margin,
        "currency": "EUR",
        "fit": fit_of(model, 0.1, 0.002),
        "spend_fit": fit_of(SPEND, 0.1, 0.002),
    }
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    base = total_clv(model, SPEND, **columns, **terms)
    alone = [clv(model, SPEND, **row, **terms) for row in rows]
    assert list(base.values) == pytest.approx([one.value for one in alone], rel=1e-11)
    assert list(base.low) == pytest.approx([one.low for one in alone], rel=1e-6)
    assert list(base.high) == pytest.approx([one.high for one in alone], rel=1e-6)
    assert base.total.value == pytest.approx(sum(one.value for one in alone), rel=1e-11)
    assert base.total.low <= base.total.value <= base.total.high
    if len(rows) == 1:
        assert (base.total.low, base.total.high) == pytest.approx((alone[0].low, alone[0].high))
    # Shared parameters err together, but never worse than all ends at once.
    assert base.total.high - base.total.low <= (base.high - base.low).sum() * (1 + 1e-9)


def test_customers_who_are_gone_are_worth_nothing_and_nobody_is_no_error():
    gone = {**ONE, "repeats": 2000, "recency": 8.8}
    fits = {"fit": fit_of(MODELS[0], 0.1), "spend_fit": fit_of(SPEND, 0.1)}
    worth = clv(MODELS[0], SPEND, **gone, **TERMS, **fits)
    assert (worth.value, worth.low, worth.high) == (0, 0, 0)
    empty = total_clv(MODELS[0], SPEND, **{name: [] for name in ONE}, **TERMS, **fits)
    assert (empty.total.value, len(empty.values)) == (0, 0)


def test_the_notes_of_a_doubtful_fit_are_passed_on():
    doubtful = fit_of(MODELS[0], 0.1, converged=False, notes=("little evidence: 30 customers",))
    worth = clv(MODELS[0], SPEND, **ONE, **TERMS, fit=doubtful)
    assert "BGNBD: little evidence: 30 customers" in worth.notes


def test_a_fit_that_went_through_json_gives_the_same_interval():
    fits = {"fit": fit_of(MODELS[0], 0.1), "spend_fit": fit_of(SPEND, 0.1)}
    again = {name: from_plain(json.loads(json.dumps(to_plain(f)))) for name, f in fits.items()}
    assert clv(MODELS[0], SPEND, **ONE, **TERMS, **fits) == clv(
        again["fit"].model, again["spend_fit"].model, **ONE, **TERMS, **again
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": 30},
        {"margin": math.nan},
        {"horizon_weeks": -1},
        {"annual_discount": -0.1},
        {"annual_discount": math.nan},
        {"repeats": -1},
        {"mean_spend": -5},
        {"fit": fit_of(MODELS[1], 0.1)},
    ],
)
def test_what_cannot_exist_is_refused_by_name(wrong):
    with pytest.raises(InvalidValueError) as refusal:
        clv(MODELS[0], SPEND, **{**ONE, **TERMS, **wrong})
    assert refusal.value.field == next(iter(wrong))
