"""BG/NBD and MBG/NBD scoring: right over the whole range, alike for one customer and many."""

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value import BGNBD, MBGNBD

MODELS = (BGNBD, MBGNBD)
CDNOW = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def models():
    return st.builds(
        lambda cls, r, alpha, a, b: cls(r=r, alpha=alpha, a=a, b=b),
        st.sampled_from(MODELS),
        powers_of_ten(-2, 3),
        powers_of_ten(-2, 4),
        powers_of_ten(-6, 3)
        | st.just(1.0)
        | powers_of_ten(-14, -2).map(lambda off: 1 + off)
        | powers_of_ten(-14, -2).map(lambda off: 1 - off),
        powers_of_ten(-2, 3),
    )


@st.composite
def histories(draw):
    repeats = draw(st.just(0) | st.integers(1, 50) | st.integers(100, 5000))
    if repeats == 0:
        return 0, 0.0, draw(st.just(0.0) | powers_of_ten(-6, 3))
    age = draw(powers_of_ten(0, 2.5))
    return repeats, age * draw(st.just(1.0) | st.floats(0.01, 1)), age


def horizons():
    return st.sampled_from([39.0, 1e4, 1e6]) | powers_of_ten(-3, 6)


def exact_alive(model, repeats, recency, age):
    r, alpha, a, b, t_x, T = map(mpmath.mpf, (model.r, model.alpha, model.a, model.b, recency, age))
    chances = repeats + model.FIRST_CHANCES
    if chances == 0:
        return mpmath.mpf(1)
    return 1 / (1 + a / (b + chances - 1) * ((alpha + T) / (alpha + t_x)) ** (r + repeats))


def exact_purchases(model, repeats, recency, age, weeks):
    """The papers' closed form, with a moved off its singularity by 1e-30 at 80 digits."""
    r, alpha, a, b, T, t = map(mpmath.mpf, (model.r, model.alpha, model.a, model.b, age, weeks))
    if a == 1:
        a += mpmath.mpf(10) ** -30
    R, B = r + repeats, b + repeats + model.FIRST_CHANCES
    series = mpmath.hyp2f1(R, B, a + B - 1, t / (alpha + T + t), maxterms=10**6)
    if_alive = (a + B - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** R * series)
    return if_alive * exact_alive(model, repeats, recency, age)


@given(models(), histories(), horizons())
def test_expected_purchases_equal_the_papers_formula_at_80_digits(model, history, weeks):
    got = model.expected_purchases(*history, weeks=weeks)
    with mpmath.workdps(80):
        try:
            want = exact_purchases(model, *history, weeks)
        except mpmath.NoConvergence:
            assume(condition=False)
        assume(want > 1e-280)
        assert abs(got / want - 1) < 1e-9


@given(models(), histories())
def test_probability_alive_equals_the_papers_formula_at_50_digits(model, history):
    got = model.probability_alive(*history)
    with mpmath.workdps(50):
        want = exact_alive(model, *history)
        assert abs(got - want) <= 1e-10 * want + 1e-300


@given(models(), histories())
def test_log_likelihood_equals_the_papers_product_at_50_digits(model, history):
    repeats, recency, age = history
    got = model.log_likelihood(*history)
    with mpmath.workdps(50):
        r, alpha, a, b = map(mpmath.mpf, (model.r, model.alpha, model.a, model.b))
        k = repeats + model.FIRST_CHANCES
        staying = mpmath.beta(a, b + k) * (alpha + age) ** -(r + repeats)
        leaving = 0
        if k > 0:
            leaving = mpmath.beta(a + 1, b + k - 1) * (alpha + recency) ** -(r + repeats)
        bought = mpmath.gammaprod([r + repeats], [r]) * alpha**r
        want = mpmath.log(bought * (staying + leaving) / mpmath.beta(a, b))
        assert abs(got - want) < 1e-10 * (1 + abs(want) + repeats)


@given(models(), histories(), st.sampled_from([0.4, 7.0, 52.0, 60.5, 156.0]), st.floats(0, 0.05))
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


@given(models(), st.lists(histories(), min_size=1, max_size=6), powers_of_ten(-2, 5))
def test_many_customers_get_what_each_gets_alone(model, customers, weeks):
    columns = list(zip(*customers, strict=True))
    bulk = (
        model.log_likelihood(*columns),
        model.probability_alive(*columns),
        model.expected_purchases(*columns, weeks=weeks),
        model.discounted_purchases(*columns, weeks=156, weekly_discount=0.0027),
    )
    for i, one in enumerate(customers):
        single = (
            model.log_likelihood(*one),
            model.probability_alive(*one),
            model.expected_purchases(*one, weeks=weeks),
            model.discounted_purchases(*one, weeks=156, weekly_discount=0.0027),
        )
        assert all(type(figure) is float for figure in single)
        # x logarithms of one rounding each: the last digits go with the number of purchases.
        rel = 1e-12 if one[0] <= 50 else 2e-11
        assert bulk[0][i] == pytest.approx(single[0], rel=rel, abs=1e-12)
        for many, alone in zip(bulk[1:], single[1:], strict=True):
            assert many[i] == pytest.approx(alone, rel=rel, abs=1e-290)


@given(models(), histories(), powers_of_ten(-3, 3))
def test_another_unit_of_time_changes_no_probability(model, history, factor):
    repeats, recency, age = history
    scaled = evolve(model, alpha=model.alpha * factor)
    assert scaled.probability_alive(repeats, recency * factor, age * factor) == pytest.approx(
        model.probability_alive(*history), rel=1e-9, abs=1e-290
    )


@given(models(), histories(), st.floats(0.01, 1))
def test_a_later_last_purchase_never_makes_a_customer_less_alive(model, history, earlier):
    repeats, recency, age = history
    before = model.probability_alive(repeats, recency * earlier, age)
    assert 0 <= before <= model.probability_alive(*history) * (1 + 1e-12) <= 1 + 1e-12


@given(models(), histories(), powers_of_ten(-1, 5))
def test_expected_purchases_start_at_0_rise_and_flatten(model, history, weeks):
    at = [model.expected_purchases(*history, weeks=weeks * step) for step in (0, 1, 2)]
    assert at[0] == 0
    assert 0 <= at[1] <= at[2] * (1 + 1e-12)
    assert at[2] - at[1] <= at[1] * (1 + 1e-12)


@given(models(), histories(), st.floats(0, 0.2), st.floats(1e-4, 0.2))
def test_a_higher_discount_is_worth_less(model, history, discount, more):
    low, high = (
        model.discounted_purchases(*history, weeks=156, weekly_discount=rate)
        for rate in (discount, discount + more)
    )
    assert high < low or low == 0 or low < 1e-290


@pytest.mark.parametrize("cls", MODELS)
def test_without_dropout_purchases_come_at_the_nbd_rate(cls):
    model = cls(r=0.6, alpha=7.0, a=1e-12, b=2.0)
    assert model.expected_purchases(3, 20.0, 30.0, weeks=52) == pytest.approx(
        (0.6 + 3) / (7 + 30) * 52, rel=1e-9
    )
    assert model.log_likelihood(3, 20.0, 30.0) == pytest.approx(
        math.lgamma(3.6) - math.lgamma(0.6) + 0.6 * math.log(7) - 3.6 * math.log(37), abs=1e-9
    )


@pytest.mark.parametrize("model", [CDNOW, MODIFIED])
def test_a_newcomer_is_a_customer_of_this_moment(model):
    assert model.expected_purchases_of_newcomer(weeks=52) == pytest.approx(
        model.expected_purchases(0, 0, 0, weeks=52), rel=1e-14
    )


def test_the_modified_model_lets_one_time_buyers_leave():
    """At the first purchase they stay with chance b / (a + b); then silence tells."""
    assert CDNOW.probability_alive(0, 0, 38.86) == 1.0
    assert MODIFIED.probability_alive(0, 0, 0) == pytest.approx(1.614 / (0.891 + 1.614))
    assert MODIFIED.probability_alive(0, 0, 38.86) < MODIFIED.probability_alive(0, 0, 3)


@pytest.mark.parametrize("model", [CDNOW, MODIFIED])
def test_expected_purchases_agree_with_simulated_customers(model):
    """Repeat purchases within 60 weeks of a first one, 200,000 customers, seed 20050401."""
    rng = np.random.default_rng(20050401)
    n, weeks = 200_000, 60.0
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    chance = rng.beta(model.a, model.b, n)
    alive = rng.random(n) >= chance * model.FIRST_CHANCES
    clock, bought = np.zeros(n), np.zeros(n)
    while alive.any():
        clock += rng.exponential(1, n) / np.maximum(rate, 1e-300)
        alive &= clock <= weeks
        bought += alive
        alive &= rng.random(n) >= chance
    error = bought.std() / n**0.5
    assert abs(bought.mean() - model.expected_purchases_of_newcomer(weeks=weeks)) < 4 * error


def test_busy_customers_are_told_apart_when_active_and_when_silent():
    assert CDNOW.expected_purchases(2000, 38.8, 38.86, weeks=39) > 1000
    assert CDNOW.expected_purchases(2000, 8.8, 38.86, weeks=39) == 0.0
    assert CDNOW.probability_alive(2000, 8.8, 38.86) == 0.0


def test_bulk_takes_lists_arrays_iterators_and_nothing():
    from_lists = CDNOW.expected_purchases([2, 0], [30.43, 0], [38.86, 38.86], weeks=39)
    from_arrays = CDNOW.expected_purchases(
        np.array([2, 0]), np.array([30.43, 0]), np.array([38.86] * 2), weeks=39
    )
    from_iterators = CDNOW.expected_purchases(iter([2, 0]), iter([30.43, 0]), 38.86, weeks=39)
    assert list(from_lists) == list(from_arrays) == list(from_iterators)
    assert CDNOW.expected_purchases([], [], [], weeks=39).shape == (0,)
    assert CDNOW.discounted_purchases([], [], [], weeks=39, weekly_discount=0.1).shape == (0,)


@pytest.mark.parametrize(
    ("history", "field"),
    [
        ((math.nan, 0, 5), "repeats"),
        ((-1, 0, 5), "repeats"),
        ((1.5, 1, 5), "repeats"),
        ((1e300, 1, 5), "repeats"),
        ((1, math.inf, 5), "recency"),
        ((1, -1, 5), "recency"),
        ((1, 6, 5), "recency"),
        ((0, 1, 5), "recency"),
        ((1, 0, 5), "recency"),
        ((0, 0, -5), "age"),
        ((0, 0, None), "age"),
    ],
)
def test_a_history_that_cannot_exist_is_refused_by_name_and_row(history, field):
    with pytest.raises(InvalidValueError) as alone:
        CDNOW.probability_alive(*history)
    assert alone.value.field == field
    columns = [[good, bad] for good, bad in zip((2, 3, 4), history, strict=True)]
    with pytest.raises(InvalidValueError) as among:
        CDNOW.probability_alive(*columns)
    assert among.value.field == f"{field}[1]"


def test_columns_of_unequal_length_or_of_words_are_refused():
    with pytest.raises(InvalidValueError, match="equally long"):
        CDNOW.probability_alive([1, 2], [1, 1, 1], [2, 2])
    with pytest.raises(InvalidValueError, match="repeats"):
        CDNOW.probability_alive(["many"], [1], [2])
    with pytest.raises(InvalidValueError, match="one dimension"):
        CDNOW.probability_alive([[1], [1]], [1, 1], [2, 2])


@pytest.mark.parametrize("weeks", [-1, math.nan, math.inf, None, [1, 2]])
def test_a_horizon_that_cannot_exist_is_refused(weeks):
    with pytest.raises(InvalidValueError, match="weeks"):
        CDNOW.expected_purchases(2, 30.43, 38.86, weeks=weeks)


def test_a_horizon_without_end_is_cut_where_the_discount_leaves_nothing():
    for_ever = CDNOW.discounted_purchases(2, 30.43, 38.86, weeks=1e9, weekly_discount=0.0027)
    long = CDNOW.discounted_purchases(2, 30.43, 38.86, weeks=10_000, weekly_discount=0.0027)
    assert for_ever == pytest.approx(long, rel=1e-9)
    with pytest.raises(InvalidValueError, match="discount more"):
        CDNOW.discounted_purchases(2, 30.43, 38.86, weeks=1e9, weekly_discount=1e-12)


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_a_parameter_that_cannot_exist_is_refused(cls, value):
    with pytest.raises(InvalidValueError, match="alpha"):
        cls(r=1, alpha=value, a=1, b=1)


def test_scoring_one_customer_loads_no_numpy():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['scipy'] = None\n"
        "from crmkit.metrics.value import BGNBD, GammaGamma, clv\n"
        "m = BGNBD(r=.243, alpha=4.414, a=.793, b=2.426)\n"
        "g = GammaGamma(p=6.25, q=3.74, gamma=15.44)\n"
        "v = clv(m, g, repeats=2, recency=30.43, age=38.86, spending_purchases=2,\n"
        "        mean_spend=22.35, margin=.3, currency='USD')\n"
        "print(round(m.expected_purchases(2, 30.43, 38.86, weeks=39), 3), round(v.value, 2))\n"
        "try:\n    m.probability_alive([2], [30.43], [38.86])\n"
        "except ImportError as e:\n    print(type(e).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["1.226", "22.13", "MissingExtraError"]


@pytest.mark.parametrize("history", [(2, 30.43, 38.86), (0, 0, 38.86), (129, 60.0, 62.0)])
@pytest.mark.parametrize("model", [CDNOW, MODIFIED])
def test_discounting_by_four_weeks_is_off_by_less_than_a_ten_thousandth(model, history):
    terms = {"weeks": 156, "weekly_discount": 0.0026877}
    exact = model.discounted_purchases(*history, **terms)
    rough = model.discounted_purchases(*history, **terms, step=4)
    assert rough != exact
    assert rough == pytest.approx(exact, rel=1e-4)
    # A last stretch of less than four weeks is discounted in its own middle.
    short = model.discounted_purchases(*history, weeks=2, weekly_discount=0.5, step=4)
    whole = model.expected_purchases(*history, weeks=2)
    assert short == pytest.approx(whole * math.exp(-0.5), rel=1e-9)
