"""Pareto/NBD at its borders, against simulated customers, and with the standard library alone."""

import subprocess
import sys

import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value import NBD, ParetoNBD
from crmkit.metrics.value.models._gauss import nodes

CDNOW = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)


@pytest.mark.parametrize("count", [1, 4, 8, 31, 64, 200])
def test_the_nodes_are_those_of_gauss_and_legendre(count):
    places, weights = np.polynomial.legendre.leggauss(count)
    mine = np.array(sorted(nodes(count)))
    assert mine[:, 0] == pytest.approx((1 + places) / 2, rel=1e-12)
    assert mine[:, 1] == pytest.approx(weights / 2, rel=1e-10)


def test_alpha_far_from_beta_and_equal_to_it_are_no_special_cases():
    """(20, 30, 38.86) with alpha .01 and beta 10,000: .9815669 to 60 digits."""
    apart = ParetoNBD(r=0.553, alpha=0.01, s=0.606, beta=1e4)
    assert apart.probability_alive(20, 30, 38.86) == pytest.approx(0.9815669, abs=5e-8)
    same = ParetoNBD(r=0.553, alpha=11.0, s=0.606, beta=11.0)
    beside = ParetoNBD(r=0.553, alpha=11.0 * (1 + 1e-9), s=0.606, beta=11.0)
    assert same.probability_alive(2, 30.43, 38.86) == pytest.approx(
        beside.probability_alive(2, 30.43, 38.86), rel=1e-8
    )


def test_busy_customers_are_told_apart_when_active_and_when_silent():
    assert CDNOW.expected_purchases(2000, 38.8, 38.86, weeks=39) > 1000
    assert CDNOW.probability_alive(2000, 38.86, 38.86) == 1.0
    assert 0 < CDNOW.probability_alive(2000, 30.43, 38.86) < 1e-100
    assert CDNOW.probability_alive(2000, 8.8, 38.86) == 0.0
    assert CDNOW.expected_purchases(2000, 8.8, 38.86, weeks=39) == 0.0


def test_a_newcomer_is_a_customer_of_this_moment():
    assert CDNOW.probability_alive(0, 0, 0) == 1.0
    assert CDNOW.expected_purchases_of_newcomer(weeks=52) == pytest.approx(
        0.553 * 11.669 / (10.578 * -0.394) * (1 - (11.669 / 63.669) ** -0.394), rel=1e-12
    )


def test_where_nobody_leaves_it_is_the_nbd():
    model, nbd = ParetoNBD(r=0.6, alpha=7.0, s=1e-12, beta=10.0), NBD(r=0.6, alpha=7.0)
    history = (3, 20.0, 30.0)
    assert model.log_likelihood(*history) == pytest.approx(nbd.log_likelihood(*history), abs=1e-9)
    assert model.expected_purchases(*history, weeks=52) == pytest.approx(
        nbd.expected_purchases(*history, weeks=52), rel=1e-9
    )


def test_the_median_weeks_to_the_next_purchase_have_that_probability():
    for history in ((2, 30.43, 38.86), (26, 30.86, 31.0)):
        weeks = CDNOW.next_purchase(*history)
        assert CDNOW.purchase_probability(*history, weeks=weeks) == pytest.approx(0.5, rel=1e-9)
    assert CDNOW.next_purchase(0, 0, 38.86) is None


def test_simulated_customers_buy_stay_and_are_judged_as_the_model_says():
    """200,000 customers of the model, each seen for up to 60 weeks and for 26 more."""
    n = 200_000
    ages = np.random.default_rng(3).uniform(5, 60, n)
    drawn = CDNOW.simulate(ages, seed=1987)
    history = (drawn.repeats, drawn.recency, drawn.age)
    expected = CDNOW.expected_purchases([0] * 2, [0] * 2, [0] * 2, weeks=30.0)[0]
    at_30 = CDNOW.simulate(np.full(n, 30.0), seed=7)
    assert at_30.repeats.mean() == pytest.approx(expected, abs=4 * at_30.repeats.std() / n**0.5)
    busy = drawn.repeats > 2
    for some in (busy, drawn.repeats == 0, drawn.repeats == 1):
        alive = CDNOW.probability_alive(*(column[some] for column in history))
        assert drawn.alive[some].mean() == pytest.approx(alive.mean(), abs=2 / some.sum() ** 0.5)
    ahead = CDNOW.simulate_ahead(*history, weeks=26, seed=11)
    for some in (busy, ~busy):
        chosen = [column[some] for column in history]
        mean = CDNOW.expected_purchases(*chosen, weeks=26).mean()
        assert ahead[some].mean() == pytest.approx(
            mean, abs=4 * ahead[some].std() / some.sum() ** 0.5
        )
        none = 1 - CDNOW.purchase_probability(*chosen, weeks=26)
        assert (ahead[some] == 0).mean() == pytest.approx(none.mean(), abs=2 / some.sum() ** 0.5)


def test_the_last_purchase_is_simulated_where_the_likelihood_has_it():
    """The model's own parameters are likelier on its customers than any beside them."""
    drawn = CDNOW.simulate(np.random.default_rng(5).uniform(20, 60, 100_000), seed=2)
    history = (drawn.repeats, drawn.recency, drawn.age)
    best = CDNOW.log_likelihood(*history).sum()
    for name in ("r", "alpha", "s", "beta"):
        for factor in (0.8, 1.25):
            values = {n: getattr(CDNOW, n) for n in ("r", "alpha", "s", "beta")}
            values[name] *= factor
            assert ParetoNBD(**values).log_likelihood(*history).sum() < best - 10


def test_bulk_takes_lists_arrays_and_nothing():
    from_lists = CDNOW.expected_purchases([2, 0], [30.43, 0], [38.86, 38.86], weeks=39)
    from_arrays = CDNOW.expected_purchases(
        np.array([2, 0]), np.array([30.43, 0]), np.array([38.86] * 2), weeks=39
    )
    assert list(from_lists) == list(from_arrays)
    assert CDNOW.expected_purchases([], [], [], weeks=39).shape == (0,)
    assert CDNOW.purchase_probability([], [], [], weeks=39).shape == (0,)
    assert CDNOW.discounted_purchases([], [], [], weeks=39, weekly_discount=0.1).shape == (0,)
    assert CDNOW.dert([], [], [], weekly_discount=0.1).shape == (0,)


@pytest.mark.parametrize("name", ["r", "alpha", "s", "beta"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_parameter_that_cannot_exist_is_refused(name, value):
    with pytest.raises(InvalidValueError, match=name):
        ParetoNBD(**{**dict.fromkeys(("r", "alpha", "s", "beta"), 1.0), name: value})


def test_scoring_one_customer_loads_no_numpy():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['scipy'] = None\n"
        "from crmkit.metrics.value import ParetoNBD\n"
        "m = ParetoNBD(r=.553, alpha=10.578, s=.606, beta=11.669)\n"
        "h = (2, 30.43, 38.86)\n"
        "print(round(m.probability_alive(*h), 4), round(m.expected_purchases(*h, weeks=39), 4))\n"
        "print(round(m.dert(*h, weekly_discount=.0027), 3), m.next_purchase(*h) > 0)\n"
        "print(round(m.count_probabilities(*h, weeks=39, most=2)[1], 4))\n"
        "try:\n    m.probability_alive([2], [30.43], [38.86])\n"
        "except ImportError as e:\n    print(type(e).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [
        "0.8692",
        "1.4551",
        "6.484",
        "True",
        "0.2193",
        "MissingExtraError",
    ]
