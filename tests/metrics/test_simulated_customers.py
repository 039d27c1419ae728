"""Customers drawn from a model are what its formulas say, and the same for the same seed."""

import math

import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value import BGNBD, MBGNBD

CDNOW = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
MODELS = [CDNOW, MODIFIED]
MANY = 200_000
SEED = 20070101


def agrees(draws, expected):
    """Whether a mean of draws lies within four standard errors."""
    error = np.std(draws) / len(draws) ** 0.5
    return abs(np.mean(draws) - expected) < 4 * error + 1e-12


def one_by_one(model, weeks, n, rng):
    """Newcomers toss after each purchase, and wait an exponential time for the next."""
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    chance = rng.beta(model.a, model.b, n)
    there = rng.random(n) >= chance * model.FIRST_CHANCES
    clock, bought, last = np.zeros(n), np.zeros(n), np.zeros(n)
    waiting = there.copy()
    while waiting.any():
        clock += rng.exponential(1, n) / np.maximum(rate, 1e-300)
        waiting &= clock <= weeks
        bought += waiting
        last = np.where(waiting, clock, last)
        leaves = waiting & (rng.random(n) < chance)
        there &= ~leaves
        waiting &= there
    return bought, last, there


@pytest.mark.parametrize("model", MODELS)
def test_drawn_newcomers_are_those_who_toss_and_wait(model):
    drawn = model.simulate(np.full(MANY, 60.0), seed=SEED)
    bought, last, there = one_by_one(model, 60.0, MANY, np.random.default_rng(SEED + 1))
    for mine, theirs in (
        (drawn.repeats, bought),
        (drawn.repeats == 0, bought == 0),
        (drawn.repeats > 5, bought > 5),
        (drawn.recency, last),
        (drawn.recency**2, last**2),
        (drawn.recency * drawn.repeats, last * bought),
        (drawn.alive, there),
        (drawn.alive * drawn.repeats, there * bought),
    ):
        error = math.hypot(np.std(mine), np.std(theirs)) / MANY**0.5
        assert abs(np.mean(mine) - np.mean(theirs)) < 4 * error


@pytest.mark.parametrize("model", MODELS)
def test_tosses_and_waits_come_to_the_chances_of_counts(model):
    bought, _, there = one_by_one(model, 39.0, MANY, np.random.default_rng(SEED))
    for y, chance in enumerate(model.count_probabilities_of_newcomer(weeks=39, most=8)):
        assert agrees(bought == y, chance)
    assert agrees(there, model.survival_probability(0, 0, 0, weeks=39))
    assert agrees(bought > 0, model.purchase_probability(0, 0, 0, weeks=39))


@pytest.mark.parametrize("model", MODELS)
def test_newcomers_of_all_ages_are_as_alive_as_their_histories_say(model):
    ages = np.random.default_rng(1).uniform(0, 100, MANY)
    drawn = model.simulate(ages, seed=SEED)
    said = model.probability_alive(drawn.repeats, drawn.recency, drawn.age)
    assert np.array_equal(drawn.age, ages)
    for some in (
        slice(None),
        drawn.repeats == 0,
        drawn.repeats == 1,
        drawn.repeats > 3,
        (drawn.repeats > 0) & (drawn.age - drawn.recency > 30),
    ):
        assert agrees(drawn.alive[some] - said[some], 0.0)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("history", [(0, 0, 0), (0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31)])
def test_drawn_futures_are_what_is_expected(model, history):
    columns = [[figure] * MANY for figure in history]
    bought = model.simulate_ahead(*columns, weeks=52, seed=SEED)
    assert agrees(bought, model.expected_purchases(*history, weeks=52))
    for y, chance in enumerate(model.count_probabilities(*history, weeks=52, most=6)):
        assert agrees(bought == y, chance)


@pytest.mark.parametrize("model", MODELS)
def test_what_drawn_customers_do_next_is_expected_of_their_histories(model):
    drawn = model.simulate(np.full(MANY, 39.0), seed=SEED)
    history = drawn.repeats, drawn.recency, drawn.age
    bought = model.simulate_ahead(*history, weeks=39, seed=SEED + 1)
    assert agrees(bought - model.expected_purchases(*history, weeks=39), 0.0)


def test_the_same_seed_gives_the_same_customers_and_another_seed_others():
    ages = [10.0, 60.0, 200.0] * 50
    one, again, other = (CDNOW.simulate(ages, seed=seed) for seed in (7, 7, 8))
    for name in ("repeats", "recency", "age", "alive"):
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.recency, other.recency)
    history = one.repeats, one.recency, one.age
    ahead = [CDNOW.simulate_ahead(*history, weeks=52, seed=seed) for seed in (7, 7, 8)]
    assert np.array_equal(ahead[0], ahead[1])
    assert not np.array_equal(ahead[0], ahead[2])


@pytest.mark.parametrize("model", MODELS)
def test_drawn_histories_can_exist(model):
    ages = np.concatenate([np.zeros(50), np.full(2000, 1e-6), np.full(2000, 1e4)])
    drawn = model.simulate(ages, seed=3)
    assert drawn.repeats.dtype == np.int64
    assert drawn.alive.dtype == bool
    assert drawn.repeats[:50].sum() == 0
    assert np.array_equal(drawn.recency > 0, drawn.repeats > 0)
    assert (drawn.recency <= drawn.age).all()
    assert np.isfinite(model.log_likelihood(drawn.repeats, drawn.recency, drawn.age)).all()


def test_the_given_ages_stay_the_callers_own():
    ages = np.full(3, 39.0)
    drawn = CDNOW.simulate(ages, seed=3)
    ages[:] = 1.0
    assert list(drawn.age) == [39.0] * 3


def test_one_age_or_history_gives_one_customer_and_none_gives_none():
    assert CDNOW.simulate(39, seed=1).repeats.shape == (1,)
    assert CDNOW.simulate([], seed=1).repeats.shape == (0,)
    assert CDNOW.simulate_ahead(2, 30.43, 38.86, weeks=52, seed=1).shape == (1,)
    assert CDNOW.simulate_ahead([], [], [], weeks=52, seed=1).shape == (0,)
    assert CDNOW.simulate_ahead(2, 30.43, 38.86, weeks=0, seed=1).tolist() == [0]


@pytest.mark.parametrize("a", [1e-12, 1e12])
def test_chances_to_leave_that_round_to_0_and_1_are_drawn_too(a):
    """Nobody leaves, or everybody with the first repeat purchase."""
    model = BGNBD(r=50.0, alpha=10.0, a=a, b=1e-3 if a > 1 else 1e3)
    drawn = model.simulate([100.0] * 500, seed=5)
    assert drawn.alive.all() == (a < 1)
    assert (drawn.repeats.max() == 1) == (a > 1)


@pytest.mark.parametrize("seed", [-1, 1.5, None, "seven"])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(InvalidValueError, match="seed"):
        CDNOW.simulate([39.0], seed=seed)


@pytest.mark.parametrize("age", [-1, math.nan, math.inf, 1e13, None])
def test_an_age_that_cannot_exist_is_refused_with_its_row(age):
    with pytest.raises(InvalidValueError, match="ages") as refused:
        CDNOW.simulate([39.0, age], seed=1)
    assert refused.value.field in {"ages[1]", "ages"}


def test_histories_and_horizons_that_cannot_exist_are_refused():
    with pytest.raises(InvalidValueError, match="repeats"):
        CDNOW.simulate_ahead([-1], [0], [5], weeks=52, seed=1)
    with pytest.raises(InvalidValueError, match="weeks"):
        CDNOW.simulate_ahead([2], [1], [5], weeks=-52, seed=1)
