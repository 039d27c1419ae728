"""Intervals by the delta method: on the log scale of amounts, the logit scale of probabilities."""

import math

import numpy as np
import pytest

from crmkit.metrics.value import BGNBD, MBGNBD, NBD, Fit, GammaGamma, clv
from crmkit.metrics.value._worth import doubts_of, with_interval

MODEL = MBGNBD(r=0.5, alpha=6.0, a=0.9, b=2.5)
COVARIANCE = (
    (0.04, 0.03, 0.0, 0.0),
    (0.03, 0.05, 0.0, 0.0),
    (0.0, 0.0, 0.09, 0.08),
    (0.0, 0.0, 0.08, 0.10),
)
HISTORY = (3, 20.0, 30.0)


def fitted(model=MODEL, covariance=COVARIANCE):
    return Fit(
        model=model,
        log_likelihood=-1.0,
        standard_errors=dict.fromkeys(("r", "alpha", "a", "b")),
        covariance=covariance,
        converged=True,
        n=100,
    )


def spread_of(figure, covariance=COVARIANCE):
    """The standard deviation of a figure, by slopes of our own."""
    logs, step, slopes = np.log([0.5, 6.0, 0.9, 2.5]), 1e-5, []
    for i in range(4):
        ends = []
        for side in (-1, 1):
            moved = np.exp(logs + side * step * np.eye(4)[i])
            ends.append(figure(MBGNBD(**dict(zip(["r", "alpha", "a", "b"], moved, strict=True)))))
        slopes.append((ends[1] - ends[0]) / (2 * step))
    return math.sqrt(np.array(slopes) @ np.array(covariance) @ slopes)


def test_a_probability_has_its_interval_on_the_logit_scale():
    def alive(model):
        p = model.probability_alive(*HISTORY)
        return math.log(p / (1 - p))

    value, (low, high) = with_interval(
        lambda model: model.probability_alive(*HISTORY), fitted(), scale="probability"
    )
    half = 1.959964 * spread_of(alive)
    assert math.log(low / (1 - low)) == pytest.approx(alive(MODEL) - half, rel=1e-5)
    assert math.log(high / (1 - high)) == pytest.approx(alive(MODEL) + half, rel=1e-5)
    assert value == MODEL.probability_alive(*HISTORY)


def test_an_amount_has_its_interval_on_the_log_scale():
    def coming(model):
        return model.expected_purchases(*HISTORY, weeks=52)

    value, (low, high) = with_interval(coming, fitted())
    half = 1.959964 * spread_of(lambda model: math.log(coming(model)))
    assert math.log(value / low) == pytest.approx(half, rel=1e-5)
    assert math.log(high / value) == pytest.approx(half, rel=1e-5)


def test_a_probability_never_leaves_0_to_1_however_unsure():
    unsure = tuple(tuple(1e4 * each for each in row) for row in COVARIANCE)
    columns = [np.array(c) for c in zip(HISTORY, (0, 0.0, 500.0), (50, 30.0, 30.0), strict=True)]
    value, (low, high) = with_interval(
        lambda model: model.probability_alive(*columns),
        fitted(covariance=unsure),
        scale="probability",
    )
    assert (low >= 0).all()
    assert (low <= value).all()
    assert (value <= high).all()
    assert (high <= 1).all()


def test_an_interval_without_end_overflows_nothing():
    unsure = tuple(tuple(1e12 * each for each in row) for row in COVARIANCE)
    _, (low, high) = with_interval(
        lambda model: model.expected_purchases(*HISTORY, weeks=52), fitted(covariance=unsure)
    )
    assert 0 < low < 1e-100
    assert 1e100 < high < math.inf


def test_a_chance_below_all_squares_has_an_interval_of_its_own_size():
    """P(alive) is some 1e-150: its fourth power is 0 to a float."""
    gone = (120, 10.0, 300.0)
    value, (low, high) = with_interval(
        lambda model: model.probability_alive(*gone), fitted(), scale="probability"
    )
    assert 0 < low < value < high < 1e-50


def test_what_is_certain_has_no_width():
    bgnbd = BGNBD(r=0.5, alpha=6.0, a=0.9, b=2.5)
    value, ends = with_interval(
        lambda model: model.probability_alive(0, 0, 30.0), fitted(bgnbd), scale="probability"
    )
    assert (value, ends) == (1.0, (1.0, 1.0))


def test_held_parameters_are_told_as_such():
    assert doubts_of(fitted()) == ()
    assert doubts_of(fitted(covariance=None)) == (
        "no interval: the data do not tell how sure the parameters are",
    )
    held = ((*COVARIANCE[0][:2], 0, 0), (*COVARIANCE[1][:2], 0, 0), (0,) * 4, (0,) * 4)
    assert doubts_of(fitted(covariance=held)) == (
        "interval: conditional on a and b as held in the fit, so too narrow",
    )


def test_a_value_on_held_parameters_says_that_its_interval_is_too_narrow():
    shop = NBD(r=0.5, alpha=6.0).simulate(np.linspace(20, 60, 80), seed=1)
    buying = BGNBD.fit(shop.repeats, shop.recency, shop.age)
    assert not buying.converged
    purchases = 1 + np.arange(300) % 5
    true = GammaGamma(p=6.0, q=4.0, gamma=15.0)
    spend = GammaGamma.fit(purchases, true.simulate(purchases, seed=1))
    terms = {"repeats": 2, "recency": 9.0, "age": 30.0, "spending_purchases": 2, "mean_spend": 5.0}
    told = clv(
        buying.model,
        spend.model,
        **terms,
        margin=0.3,
        currency="EUR",
        fit=buying,
        spend_fit=spend,
    )
    assert told.low < told.value < told.high
    assert "BGNBD: interval: conditional on a and b as held in the fit, so too narrow" in told.notes
