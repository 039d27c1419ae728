"""How often a customer will buy: the interval holds at least so many futures as it says."""

import subprocess
import sys

import numpy as np
import pytest
from attrs import evolve

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import bootstrap, prediction_interval
from crmkit.metrics.value import BGBB, BGNBD, MBGNBD, NBD, ParetoNBD

MODELS = (
    BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426),
    MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614),
    ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669),
    NBD(r=0.385, alpha=12.072),
)
HISTORIES = ((0, 0.0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31.0), (300, 50.0, 50.5))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("history", HISTORIES)
def test_its_ends_are_the_quantiles_of_the_counts(model, history):
    told = prediction_interval(model, *history, weeks=39, level=0.9)
    low, high = told.low, told.high
    chances = np.cumsum(model.count_probabilities(*history, weeks=39, most=high))
    assert chances[high] >= 0.95
    assert high == 0 or chances[high - 1] < 0.95
    assert chances[low] > 0.05
    assert low == 0 or chances[low - 1] <= 0.05
    assert told.value == pytest.approx(model.expected_purchases(*history, weeks=39))
    assert (told.unit, told.n, told.level) == ("purchases", 1, 0.9)
    assert "luck only" in told.method


@pytest.mark.parametrize("model", MODELS)
def test_many_customers_get_what_each_one_gets(model):
    columns = [np.array(column) for column in zip(*HISTORIES, strict=True)]
    band = prediction_interval(model, *columns, weeks=39)
    each = [prediction_interval(model, *history, weeks=39) for history in HISTORIES]
    assert band.low.tolist() == [one.low for one in each]
    assert band.high.tolist() == [one.high for one in each]
    assert band.values == pytest.approx([one.value for one in each])


@pytest.mark.parametrize("model", MODELS)
def test_at_least_so_many_futures_lie_within(model):
    shop = model.simulate(np.full(20_000, 40.0), seed=1)
    history = shop.repeats, shop.recency, shop.age
    band = prediction_interval(model, *history, weeks=26, level=0.8)
    futures = model.simulate_ahead(*history, weeks=26, seed=2)
    assert np.mean((band.low <= futures) & (futures <= band.high)) > 0.8 - 0.01


def test_of_refits_it_is_wider_than_of_the_model_alone():
    model = NBD(r=0.6, alpha=8.0)
    ages = np.full(40, 20.0)
    shop = model.simulate(ages, seed=3)
    refits = bootstrap(NBD.fit(shop.repeats, shop.recency, shop.age), age=ages, seed=1)
    busy = 12, 19.0, 20.0
    luck = prediction_interval(refits.fit.model, *busy, weeks=200)
    both = prediction_interval(refits, *busy, weeks=200)
    assert both.value == luck.value
    assert both.low <= luck.low
    assert both.high > luck.high
    assert "mean of 200 refits: luck and parameters" in both.method


def test_of_refits_it_is_the_mean_of_their_distributions():
    one, other = MODELS[3], NBD(r=2.0, alpha=3.0)
    shop = one.simulate(np.full(60, 40.0), seed=3)
    fit = NBD.fit(shop.repeats, shop.recency, shop.age)
    refits = evolve(bootstrap(fit, age=shop.age, replications=1), refits=(one, None, other))
    history = 3, 20.0, 40.0
    tables = [m.count_probabilities(*history, weeks=52, most=200) for m in (one, other)]
    upto = np.cumsum(np.mean(tables, axis=0))
    told = prediction_interval(refits, *history, weeks=52)
    assert (told.low, told.high) == ((upto > 0.025).argmax(), (upto >= 0.975).argmax())
    with pytest.raises(InsufficientDataError, match="refits that did not fail"):
        prediction_interval(evolve(refits, refits=(None,)), *history, weeks=52)


def test_opportunities_take_the_place_of_weeks():
    donors = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
    told = prediction_interval(donors, 6, 6, 6, opportunities=5)
    assert (told.low, told.high) == (0, 5)
    with pytest.raises(InvalidValueError, match="weeks is 5, but must not be given for a BG/BB"):
        prediction_interval(donors, 6, 6, 6, weeks=5)
    with pytest.raises(InvalidValueError, match="weeks is None, but must be given for a BG/NBD"):
        prediction_interval(MODELS[0], 6, 6, 6, opportunities=5)


def test_no_time_ahead_brings_no_purchase():
    told = prediction_interval(MODELS[0], 2, 30.43, 38.86, weeks=0)
    assert (told.value, told.low, told.high) == (0, 0, 0)


def test_no_customers_are_no_error():
    band = prediction_interval(MODELS[0], [], [], [], weeks=5)
    assert (len(band.low), len(band.high)) == (0, 0)


def test_what_cannot_be_is_refused():
    with pytest.raises(InvalidValueError, match="level"):
        prediction_interval(MODELS[0], 2, 30.43, 38.86, weeks=39, level=1.0)
    with pytest.raises(InvalidValueError, match=r"recency\[1\]"):
        prediction_interval(MODELS[0], [2, 2], [30.0, 50.0], [38.0, 38.0], weeks=39)
    with pytest.raises(InvalidValueError, match="must keep the purchases to reckon with below"):
        prediction_interval(NBD(r=1e4, alpha=1.0), 0, 0, 1.0, weeks=50)


def test_one_customer_needs_no_numpy():
    code = (
        "import sys; from crmkit.metrics.value import BGNBD, prediction_interval as ask;"
        "m = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426);"
        "print(ask(m, 2, 30.43, 38.86, weeks=39), 'numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "1.23 purchases (0 to 5, n 1) False"
