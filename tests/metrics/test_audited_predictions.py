"""Every method of every model over the whole range: finite, in range, one as many, and right.

Parameters run from 1e-12 to 1e12, purchases from 0 to 10,000, ages from 0 to 1e6 weeks. A call
ends in figures that can be, or in one of crmkit's own errors. Truths are taken from the papers'
formulas with mpmath, at digits enough for what cancels in them.
"""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.domain.errors import CrmkitError
from crmkit.metrics.value import BGBB, BGNBD, MBGNBD, NBD, SBG, GammaGamma, ParetoNBD

ANY_MOMENT = (BGNBD, MBGNBD, NBD, ParetoNBD)
CHANCES = {"probability_alive", "purchase_probability", "survival_probability", "survival"}
CHANCES |= {"survival_given", "churn_probability", "retention", "count_probabilities"}


def powers(low, high):
    return st.floats(low, high).map(lambda power: 10.0**power)


PARAMETER = powers(-6, 4) | powers(-12, 12) | st.sampled_from([1.0, 1 + 1e-12, 1 - 1e-7, 2.0])
WEEKS = st.sampled_from([0.0, 39.0, 1e6]) | powers(-6, 6)
DISCOUNT = powers(-9, 0)
PROBABILITY = st.just(0.5) | powers(-12, -0.01) | powers(-12, -1).map(lambda off: 1 - off)


def models(*classes):
    def of(cls):
        names = [one.name for one in cls.__attrs_attrs__]
        return st.builds(cls, **dict.fromkeys(names, PARAMETER))

    return st.one_of(*map(of, classes))


@st.composite
def histories(draw):
    x = draw(st.sampled_from([0, 0, 1, 2, 10_000]) | st.integers(0, 300))
    age = draw(st.sampled_from([38.86, 1e-9]) | powers(-3, 6) | st.just(0.0 if x == 0 else 1.0))
    share = draw(st.just(1.0) | powers(-9, 0) | powers(-12, -1).map(lambda off: 1 - off))
    return x, age * share if x else 0.0, age


@st.composite
def opportunities(draw):
    age = draw(st.integers(0, 60))
    recency = draw(st.sampled_from([0, age]) | st.integers(0, age))
    return draw(st.integers(min(recency, 1), recency)), recency, age


def answers(model, method, rows, asked):
    """The answers to each row; None where it is refused, by an error of ours."""
    found = []
    for row in rows:
        try:
            found.append(getattr(model, method)(*row, **asked))
        except CrmkitError:
            found.append(None)
            continue
        figures = np.atleast_1d(np.array(found[-1] if found[-1] is not None else 0.0, float))
        assert np.isfinite(figures).all()
        if method != "log_likelihood":
            assert (figures >= 0).all()
        if method in CHANCES:
            assert (figures <= 1).all()
    return found


def check(model, method, rows, **asked):
    """Each row alone is as it should be, and as it is among the others."""
    one = answers(model, method, rows, asked)
    columns = [list(column) for column in zip(*rows, strict=True)]
    try:
        many = getattr(model, method)(*columns, **asked)
    except CrmkitError:
        return
    for alone, among in zip(one, many, strict=True):
        if alone is None or among is None:
            assert alone is None
            assert among is None
            continue
        slack = 1e-8 if method == "log_likelihood" else 1e-290
        assert np.asarray(among) == pytest.approx(np.asarray(alone), rel=1e-8, abs=slack)


@settings(deadline=None)
@given(
    models(*ANY_MOMENT), st.lists(histories(), min_size=2, max_size=3), WEEKS, DISCOUNT, PROBABILITY
)
def test_buying_at_any_moment(model, rows, weeks, discount, probability):
    for method in ("log_likelihood", "probability_alive"):
        check(model, method, rows)
    for method in (
        "expected_purchases",
        "purchase_probability",
        "survival_probability",
        "expected_lifetime",
    ):
        check(model, method, rows, weeks=weeks)
    for most in (0, 12):
        check(model, "count_probabilities", rows, weeks=weeks, most=most)
    for method in ("next_purchase", "remaining_lifetime"):
        check(model, method, rows, probability=probability)
    check(model, "dert", rows, weekly_discount=discount)
    check(model, "discounted_purchases", rows, weeks=min(weeks, 156.5), weekly_discount=discount)


@settings(deadline=None)
@given(
    models(BGBB),
    st.lists(opportunities(), min_size=2, max_size=3),
    st.integers(0, 40),
    DISCOUNT,
    PROBABILITY,
)
def test_buying_at_opportunities(model, rows, ahead, discount, probability):
    for method in ("log_likelihood", "probability_alive"):
        check(model, method, rows)
    for method in (
        "expected_purchases",
        "purchase_probability",
        "survival_probability",
        "expected_lifetime",
        "count_probabilities",
    ):
        check(model, method, rows, opportunities=ahead)
    check(model, "expected_purchases", rows, opportunities=10**12)
    for method in ("next_purchase", "remaining_lifetime"):
        check(model, method, rows, probability=probability)
    check(model, "dert", rows, discount=discount)
    check(model, "discounted_purchases", rows, opportunities=ahead, discount=discount)


@settings(deadline=None)
@given(
    models(SBG),
    st.lists(st.integers(1, 10**9), min_size=2, max_size=3),
    DISCOUNT,
    PROBABILITY,
)
def test_contracts(model, periods, discount, probability):
    rows = [(period,) for period in periods]
    for method in ("survival", "churn_probability", "retention"):
        check(model, method, rows)
    check(model, "survival_given", [(period, 7) for period in periods])
    check(model, "expected_remaining", rows, periods=periods[0])
    check(model, "remaining_lifetime", rows, probability=probability)
    check(model, "derl", rows, discount=discount)
    for ended in (True, False):
        alone = [model.log_likelihood(period, ended=ended) for period in periods]
        among = model.log_likelihood(periods, ended=[ended] * len(periods))
        assert among == pytest.approx(alone, rel=1e-9, abs=1e-300)
    assert model.discounted_lifetime(discount) >= 1


@settings(deadline=None)
@given(
    models(GammaGamma),
    st.lists(st.tuples(st.integers(0, 10_000), powers(-9, 9)), min_size=2, max_size=3),
    PROBABILITY,
)
def test_spend(model, rows, probability):
    check(model, "log_likelihood", rows)
    check(model, "expected_spend", rows)
    check(model, "spend_quantile", rows, probability=probability)


def test_a_tie_is_a_tie_for_one_and_for_many():
    # S(22) = 22/44 of who has renewed 21 times.
    model = SBG(alpha=1.0, beta=1.0)
    assert model.remaining_lifetime(21) == 22
    assert model.remaining_lifetime([1, 21, 400]) == [2, 22, 401]


# --- truths ------------------------------------------------------------------------------------


def living(model, x, age):
    """R, c, A and B of a customer of a dropout model who is there."""
    B = mpmath.mpf(model.b) + x + type(model).FIRST_CHANCES
    return mpmath.mpf(model.r) + x, mpmath.mpf(model.alpha) + age, mpmath.mpf(model.a), B


def mean_over_chances(A, B, gain):
    """E[gain(p)], p ~ Beta(A, B), by sums over ln(p / (1 - p)) far beyond where they count."""
    total = mass = mpmath.mpf(0)
    for place in range(-2400, 400):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(place) / 20))
        weight = p**A * (1 - p) ** B
        total, mass = total + weight * gain(p), mass + weight
    return total / mass


@pytest.mark.parametrize("cls", [BGNBD, MBGNBD])
@pytest.mark.parametrize(("a", "b"), [(1 + 1e-12, 3.0), (1 + 1e-12, 6.4e10), (40.0, 6.4e10)])
def test_next_to_nobody_leaves_and_no_digit_is_lost(cls, a, b):
    model, x, T, t = cls(r=6.0, alpha=1e-3, a=a, b=b), 36, 1e-9, 1e4
    with mpmath.workdps(30):
        R, c, A, B = living(model, x, T)
        alive = 1 / (1 + A / (B - 1) * (c / (mpmath.mpf(model.alpha) + T)) ** R)
        stays = mean_over_chances(A, B, lambda p: (1 + p * t / c) ** -R)
        bought = mean_over_chances(A, B, lambda p: (1 - (1 + p * t / c) ** -R) / p)
    survival = model.survival_probability(x, T, T, weeks=t)
    assert survival == pytest.approx(float(alive * stays), rel=1e-10, abs=1e-300)
    expected = model.expected_purchases(x, T, T, weeks=t)
    assert expected == pytest.approx(float(alive * bought), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("probability", [1e-12, 1e-9, 1e-5, 0.2])
@pytest.mark.parametrize("model", [BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)])
def test_the_first_moment_anybody_leaves_keeps_its_digits(model, probability):
    weeks = model.remaining_lifetime(0, 0, 3.0, probability=probability)
    with mpmath.workdps(60):
        R, c, A, B = living(model, 0, 3.0)
        left = 1 - mpmath.hyp2f1(R, A, A + B, -mpmath.mpf(weeks) / c)
    assert float(left) == pytest.approx(probability, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("off", [1e-12, 1e-9, 1e-5])
def test_the_last_moment_to_buy_keeps_its_digits(off):
    model = NBD(r=3.0, alpha=10.0)
    weeks = model.next_purchase(4, 9.0, 10.0, probability=1 - off)
    with mpmath.workdps(50):
        kept = mpmath.mpf(1) - mpmath.mpf(1 - off)
        want = 20 * (kept ** (-mpmath.mpf(1) / 7) - 1)
    assert weeks == pytest.approx(float(want), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("probability", [1e-11, 1e-4])
def test_a_life_at_a_moments_risk_keeps_its_digits(probability):
    model = ParetoNBD(r=3.5, alpha=7275.0, s=3.67, beta=3.25)
    weeks = model.remaining_lifetime(7, 282.0, 282.0, probability=probability)
    with mpmath.workdps(50):
        want = (3.25 + 282) * ((1 - mpmath.mpf(probability)) ** (-1 / mpmath.mpf(3.67)) - 1)
    assert weeks == pytest.approx(float(want), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("cls", [BGNBD, MBGNBD, ParetoNBD])
@pytest.mark.parametrize("r", [50.0, 1e6, 1.2e8])
def test_the_likelihood_of_who_is_gone_loses_nothing_to_a_silence(cls, r):
    names = {"a": 2.0, "b": 2.0} if cls is not ParetoNBD else {"s": 2.0, "beta": 2.0}
    x, t_x, T = 3, 2.7e-7, 24.0
    got = cls(r=r, alpha=9.86, **names).log_likelihood(x, t_x, T)
    with mpmath.workdps(60):
        r, alpha, R = mpmath.mpf(r), mpmath.mpf(9.86), mpmath.mpf(r) + x
        bought = mpmath.rf(r, x) * alpha**r

        def silent(y):
            return (alpha + y) ** -R

        if cls is ParetoNBD:
            # All but nothing of the integral is next to t_x.
            stays = silent(T) * (2 / (2 + mpmath.mpf(T))) ** 2
            scale = alpha / R
            cuts = [t_x + scale * k for k in (0, 1, 4, 10, 30, 100, 300)]
            leaves = mpmath.quad(lambda y: silent(y) / silent(t_x) * 8 / (2 + y) ** 3, cuts)
            want = mpmath.log(bought * (stays + leaves * silent(t_x)))
        else:
            k = x + cls.FIRST_CHANCES
            stays = mpmath.beta(2, 2 + k) * silent(T)
            leaves = mpmath.beta(3, 1 + k) * silent(t_x)
            want = mpmath.log(bought * (stays + leaves) / mpmath.beta(2, 2))
    assert got == pytest.approx(float(want), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("k", [0, 1, 60])
@pytest.mark.parametrize(
    ("model", "history", "weeks"),
    [
        (ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669), (2, 30.43, 38.86), 39.0),
        (ParetoNBD(r=254.0, alpha=1.53, s=1.0, beta=0.036), (2, 0.0046, 0.00465), 17694.8),
        (ParetoNBD(r=6.75, alpha=2.9e-6, s=1.0, beta=2.9e-6), (2400, 0.37, 0.37), 39.0),
        (ParetoNBD(r=1.2e-12, alpha=0.52, s=0.32, beta=0.83), (0, 0.0, 3.5e-4), 39.0),
    ],
)
def test_chances_of_counts_for_the_busiest_equal_the_integral(model, history, weeks, k):
    got = model.count_probabilities(*history, weeks=weeks, most=60)[k]
    alive = model.probability_alive(*history)
    x, _, T = history
    # Simpson's rule over ln u, at 64 binary digits where the machine has them.
    y = np.linspace(math.log(weeks) - 80, math.log(weeks), 100_001, dtype=np.longdouble)
    R, c, s, B = np.longdouble(model.r) + x, model.alpha + T, model.s, model.beta + T
    ways = np.sum(np.log((R + np.arange(k)) / np.arange(1, k + 1)))

    def chance(y):
        u = np.exp(y)
        return np.exp(ways + k * (y - np.log(c + u)) - R * np.log1p(u / c) - s * np.log1p(u / B))

    u = np.exp(y)
    density = u * s / B * chance(y) / (1 + u / B)
    thirds = density[:-1:2] + 4 * density[1::2] + density[2::2]
    left = thirds.sum() * (y[1] - y[0]) / 3
    want = alive * (left + chance(y[-1])) + ((1 - alive) if k == 0 else 0)
    assert got == pytest.approx(float(want), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("cls", ANY_MOMENT)
def test_in_no_time_nothing_is_bought_by_customers_however_alike(cls):
    names = {one.name: 1e11 if one.name == "r" else 1.3 for one in cls.__attrs_attrs__}
    for history in ((0, 0.0, 0.0), (198, 1e-9, 1e-9), (5, 0.2, 0.9)):
        chances = cls(**names).count_probabilities(*history, weeks=0, most=60)
        assert chances == (1.0, *[0.0] * 60)


@pytest.mark.parametrize("history", [(9359, 38.86, 38.86), (6996, 5e-10, 1e-9), (40, 30.0, 30.0)])
def test_the_busiest_are_discounted_week_by_week(history):
    model = MBGNBD(r=15.2, alpha=6.4e-5, a=1.0, b=1.7)
    weeks, discount = 400, 0.004
    bought = [model.expected_purchases(*history, weeks=week) for week in range(weeks + 1)]
    want = math.fsum(
        (bought[week] - bought[week - 1]) * math.exp(-discount * (week - 0.5))
        for week in range(1, weeks + 1)
    )
    asked = {"weeks": weeks, "weekly_discount": discount}
    assert model.discounted_purchases(*history, **asked) == pytest.approx(
        want, rel=1e-9, abs=1e-300
    )
    columns = [[value, 0] for value in history]
    assert model.discounted_purchases(*columns, **asked)[0] == pytest.approx(
        want, rel=1e-9, abs=1e-300
    )


def test_the_shortest_of_lives_are_discounted_week_by_week():
    model, who = ParetoNBD(r=0.004, alpha=0.24, s=1910.0, beta=0.18), (9876, 0.005, 0.005)
    bought = [model.expected_purchases(*who, weeks=week) for week in range(301)]
    want = math.fsum(
        (b - a) * math.exp(-0.01 * (k + 0.5)) for k, (a, b) in enumerate(pairwise(bought))
    )
    got = model.discounted_purchases(*who, weeks=300, weekly_discount=0.01)
    assert got == pytest.approx(want, rel=1e-9, abs=1e-300)


@settings(deadline=None)
@given(models(*ANY_MOMENT), histories(), powers(-3, 3), powers(-8, 8))
def test_the_unit_of_time_changes_nothing(model, history, weeks, unit):
    x, t_x, T = history
    times = {
        name: getattr(model, name) * unit for name in ("alpha", "beta") if hasattr(model, name)
    }
    names = {one.name: getattr(model, one.name) for one in type(model).__attrs_attrs__}
    other, then = type(model)(**{**names, **times}), (x, t_x * unit, T * unit)
    silence = (model.r + x) * math.log((model.alpha + T) / (model.alpha + t_x)) + 1
    # A unit rounds the times; what a long silence says hangs on their last digits.
    if T - t_x < 1e-3 * T or silence > 1e3 or max(names.values()) > 1e4:
        return
    for method, scale, asked in (
        ("probability_alive", 1.0, {}),
        ("expected_purchases", 1.0, {"weeks": weeks}),
        ("survival_probability", 1.0, {"weeks": weeks}),
        ("expected_lifetime", unit, {"weeks": weeks}),
    ):
        before = getattr(model, method)(*history, **asked)
        after = getattr(other, method)(*then, **{name: v * unit for name, v in asked.items()})
        assert after == pytest.approx(before * scale, rel=1e-8, abs=1e-290)
