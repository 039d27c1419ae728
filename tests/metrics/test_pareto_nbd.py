"""Pareto/NBD scoring: right over the whole range, alike for one customer and many."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.metrics.value import ParetoNBD
from crmkit.metrics.value.models.history import read_histories

NODES, WEIGHTS = (list(map(mpmath.mpf, half)) for half in np.polynomial.legendre.leggauss(40))


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def shapes():
    beside_1 = powers_of_ten(-14, -2)
    return powers_of_ten(-6, 4) | powers_of_ten(-1, 1) | beside_1.map(lambda off: 1 + off)


@st.composite
def models(draw):
    alpha = draw(powers_of_ten(-6, 4))
    beta = draw(st.just(alpha) | powers_of_ten(-6, 4))
    s = draw(st.just(1.0) | shapes() | powers_of_ten(-14, -2).map(lambda off: 1 - off))
    return ParetoNBD(r=draw(shapes()), alpha=alpha, s=s, beta=beta)


@st.composite
def histories(draw):
    repeats = draw(st.just(0) | st.integers(1, 50) | st.integers(100, 5000))
    if repeats == 0:
        return 0, 0.0, draw(st.just(0.0) | powers_of_ten(-6, 3))
    age = draw(powers_of_ten(-2, 2.5))
    return repeats, age * draw(st.just(1.0) | st.floats(0.01, 1)), age


def horizons():
    return st.sampled_from([39.0, 1e4, 1e6]) | powers_of_ten(-3, 6)


def integral(term, upto, scale):
    """Gauss-Legendre on intervals that double, from the shortest scale of the term on."""
    ends = [mpmath.mpf(0), min(scale, upto)]
    while ends[-1] < upto:
        ends.append(min(2 * ends[-1], upto))
    total = mpmath.mpf(0)
    for left, right in pairwise(ends):
        half, middle = (right - left) / 2, (right + left) / 2
        parts = zip(WEIGHTS, NODES, strict=True)
        total += half * mpmath.fsum(w * term(middle + half * node) for w, node in parts)
    return total


def exact(model, history):
    """r, alpha, s, beta and the history at the digits of the moment."""
    own = (model.r, model.alpha, model.s, model.beta)
    return [*map(mpmath.mpf, own), *map(mpmath.mpf, history)]


def exact_odds_gone(model, history):
    r, alpha, s, beta, x, t_x, T = exact(model, history)
    R = r + x

    def term(y):
        stayed = ((beta + T) / (beta + t_x + y)) ** s
        return ((alpha + T) / (alpha + t_x + y)) ** R * stayed * s / (beta + t_x + y)

    scale = min((alpha + t_x) / (R + 1), (beta + t_x) / (s + 1))
    return integral(term, T - t_x, scale)


def is_close(got, want, rel=1e-10):
    return abs(got - want) <= rel * abs(want) + mpmath.mpf(10) ** -300


@given(models(), histories())
def test_the_chances_to_be_there_and_to_be_gone_equal_the_integral(model, history):
    alive, gone = model.probability_alive(*history), model._gone(read_histories(*history))
    with mpmath.workdps(30):
        odds = exact_odds_gone(model, history)
        assert is_close(alive, 1 / (1 + odds))
        assert is_close(gone, odds / (1 + odds))


@given(models(), histories())
def test_the_log_likelihood_equals_the_integral(model, history):
    got = model.log_likelihood(*history)
    with mpmath.workdps(40):
        r, alpha, s, beta, x, _, T = exact(model, history)
        buying = mpmath.loggamma(r + x) - mpmath.loggamma(r) + r * mpmath.log(alpha)
        want = buying - (r + x) * mpmath.log(alpha + T) + s * mpmath.log(beta / (beta + T))
        want += mpmath.log1p(exact_odds_gone(model, history))
        # The likelihood itself, and not its logarithm, to ten digits or those of its power.
        assert abs(got - want) < 1e-10 + 1e-14 * (abs(want) + 50 * x)


@given(models(), histories(), horizons())
def test_expected_purchases_and_weeks_equal_the_papers_formula_at_80_digits(model, history, weeks):
    purchases = model.expected_purchases(*history, weeks=weeks)
    there = model.expected_lifetime(*history, weeks=weeks)
    stays = model.survival_probability(*history, weeks=weeks)
    with mpmath.workdps(80):
        r, alpha, s, beta, x, _, T = exact(model, history)
        s += mpmath.mpf(10) ** -30 if s == 1 else 0
        B = beta + T
        lasting = B / (s - 1) * (1 - (B / (B + mpmath.mpf(weeks))) ** (s - 1))
        with mpmath.workdps(30):
            alive = 1 / (1 + exact_odds_gone(model, history))
        assert is_close(purchases, alive * (r + x) / (alpha + T) * lasting)
        assert is_close(there, alive * lasting)
        assert is_close(stays, alive * (B / (B + mpmath.mpf(weeks))) ** s)


@given(models(), histories(), horizons())
def test_the_chance_of_a_purchase_equals_the_integral(model, history, weeks):
    got = model.purchase_probability(*history, weeks=weeks)
    with mpmath.workdps(30):
        r, alpha, s, beta, x, _, T = exact(model, history)
        R, c, B = r + x, alpha + T, beta + T

        def term(u):
            return R / c * (c / (c + u)) ** (R + 1) * (B / (B + u)) ** s

        want = integral(term, mpmath.mpf(weeks), min(c / (R + 2), B / (s + 1)))
        assert is_close(got, want / (1 + exact_odds_gone(model, history)))


@given(models(), histories(), powers_of_ten(-6, 1))
def test_dert_equals_the_exponential_integral_at_50_digits(model, history, discount):
    got = model.dert(*history, weekly_discount=discount)
    with mpmath.workdps(50):
        r, alpha, s, beta, x, _, T = exact(model, history)
        z = (beta + T) * mpmath.mpf(discount)
        try:
            fading = mpmath.expint(s, z) * mpmath.exp(z)
        except (mpmath.NoConvergence, ValueError):
            assume(condition=False)
        alive = 1 / (1 + exact_odds_gone(model, history))
        assert is_close(got, alive * (r + x) / (alpha + T) * (beta + T) * fading)


@given(models(), histories(), st.sampled_from([0.4, 7.0, 60.5, 156.0]), st.floats(0, 0.05))
def test_discounted_purchases_are_the_sum_over_weeks(model, history, weeks, discount):
    ends = [*map(float, range(math.floor(weeks) + 1))]
    ends += [weeks] * (ends[-1] < weeks)
    within = [model.expected_purchases(*history, weeks=end) for end in ends]
    want = math.fsum(
        (within[i] - within[i - 1]) * math.exp(-discount * (ends[i] + ends[i - 1]) / 2)
        for i in range(1, len(ends))
    )
    assume(want > 1e-250)
    got = model.discounted_purchases(*history, weeks=weeks, weekly_discount=discount)
    assert got == pytest.approx(want, rel=2e-11)


@given(models(), histories(), powers_of_ten(-2, 4), st.integers(0, 30))
def test_the_chances_of_counts_equal_the_integral(model, history, weeks, k):
    got = model.count_probabilities(*history, weeks=weeks, most=max(k, 1))
    assert sum(got) <= 1 + 1e-10
    with mpmath.workdps(30):
        r, alpha, s, beta, x, _, T = exact(model, history)
        R, c, B, t = r + x, alpha + T, beta + T, mpmath.mpf(weeks)

        def bought(u):
            ways = mpmath.rf(R, k) / mpmath.factorial(k)
            return ways * (c / (c + u)) ** R * (u / (c + u)) ** k

        def term(u):
            return bought(u) * s / (B + u) * (B / (B + u)) ** s

        want = (B / (B + t)) ** s * bought(t)
        want += integral(term, t, min(c / (R + k + 1), B / (s + 1), t / (k + 1)))
        odds = exact_odds_gone(model, history)
        assert is_close(got[k], (want + (odds if k == 0 else 0)) / (1 + odds))


@given(models(), st.lists(histories(), min_size=1, max_size=6), powers_of_ten(-2, 5))
def test_many_customers_get_what_each_gets_alone(model, customers, weeks):
    def figures(*histories):
        return (
            model.log_likelihood(*histories),
            model.probability_alive(*histories),
            model.expected_purchases(*histories, weeks=weeks),
            model.purchase_probability(*histories, weeks=weeks),
            model.expected_lifetime(*histories, weeks=weeks),
            model.dert(*histories, weekly_discount=0.0027),
            model.discounted_purchases(*histories, weeks=156, weekly_discount=0.0027),
        )

    bulk = figures(*zip(*customers, strict=True))
    counts = model.count_probabilities(*zip(*customers, strict=True), weeks=weeks, most=3)
    for i, one in enumerate(customers):
        single = figures(*one)
        assert all(type(figure) is float for figure in single)
        for many, alone in zip(bulk, single, strict=True):
            assert many[i] == pytest.approx(alone, rel=2e-11, abs=1e-11 if many is bulk[0] else 0)
        alone = model.count_probabilities(*one, weeks=weeks, most=3)
        assert counts[i] == pytest.approx(alone, rel=2e-11)


@given(models(), histories(), powers_of_ten(-3, 3))
def test_another_unit_of_time_changes_no_probability(model, history, factor):
    repeats, recency, age = history
    scaled = evolve(model, alpha=model.alpha * factor, beta=model.beta * factor)
    moved = (repeats, recency * factor, age * factor)
    assert scaled.probability_alive(*moved) == pytest.approx(
        model.probability_alive(*history), rel=1e-8, abs=1e-290
    )
    assert scaled.expected_purchases(*moved, weeks=52 * factor) == pytest.approx(
        model.expected_purchases(*history, weeks=52), rel=1e-8, abs=1e-290
    )


@given(models(), histories(), st.floats(0.01, 1))
def test_a_later_last_purchase_never_makes_a_customer_less_alive(model, history, earlier):
    repeats, recency, age = history
    before = model.probability_alive(repeats, recency * earlier, age)
    assert 0 <= before <= model.probability_alive(*history) * (1 + 1e-10) <= 1 + 1e-10


@given(models(), histories(), powers_of_ten(-1, 5))
def test_expected_purchases_start_at_0_rise_and_flatten(model, history, weeks):
    at = [model.expected_purchases(*history, weeks=weeks * step) for step in (0, 1, 2)]
    assert at[0] == 0
    assert 0 <= at[1] <= at[2] * (1 + 1e-12)
    assert at[2] - at[1] <= at[1] * (1 + 1e-12)


@given(models(), histories(), powers_of_ten(-6, 0), st.floats(1.01, 3))
def test_what_is_to_come_is_worth_less_at_a_higher_discount(model, history, discount, more):
    low, high = (model.dert(*history, weekly_discount=rate) for rate in (discount, discount * more))
    assert 0 <= high < low or low < 1e-290


@given(models(), histories(), powers_of_ten(-2, 4))
def test_no_purchase_and_a_purchase_make_a_whole(model, history, weeks):
    (none,) = model.count_probabilities(*history, weeks=weeks, most=0)
    some = model.purchase_probability(*history, weeks=weeks)
    assert none + some == pytest.approx(1, abs=1e-10)
