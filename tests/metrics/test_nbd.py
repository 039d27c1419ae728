"""NBD scoring: right over the whole range, alike for one customer and many, nobody ever leaves."""

import math
import subprocess
import sys
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value import BGNBD, NBD

CDNOW = NBD(r=0.385, alpha=12.072)
BUSY = NBD(r=2.5, alpha=4.0)


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def models():
    return st.builds(lambda r, alpha: NBD(r=r, alpha=alpha), *[powers_of_ten(-6, 4)] * 2)


@st.composite
def histories(draw):
    repeats = draw(st.just(0) | st.integers(1, 50) | st.integers(100, 5000))
    if repeats == 0:
        return 0, 0.0, draw(st.just(0.0) | powers_of_ten(-6, 3))
    age = draw(powers_of_ten(-6, 3))
    return repeats, age * draw(st.just(1.0) | st.floats(0.01, 1)), age


def horizons():
    return st.sampled_from([0.0, 39.0, 1e4, 1e6]) | powers_of_ten(-6, 6)


def exact(model, history):
    """r, α, x and T at 50 digits."""
    return map(mpmath.mpf, (model.r, model.alpha, history[0], history[2]))


def is_close(got, want):
    return abs(got - want) <= 1e-11 * abs(want) + 1e-300


@given(models(), histories(), horizons())
def test_expected_purchases_and_chances_equal_the_formulas_at_50_digits(model, history, weeks):
    purchases = model.expected_purchases(*history, weeks=weeks)
    chance = model.purchase_probability(*history, weeks=weeks)
    with mpmath.workdps(50):
        r, alpha, x, T = exact(model, history)
        t = mpmath.mpf(weeks)
        assert is_close(purchases, (r + x) / (alpha + T) * t)
        assert is_close(chance, 1 - ((alpha + T) / (alpha + T + t)) ** (r + x))


@given(models(), histories())
def test_log_likelihood_equals_the_papers_product_at_50_digits(model, history):
    got = model.log_likelihood(*history)
    with mpmath.workdps(50):
        r, alpha, x, T = exact(model, history)
        want = mpmath.log(mpmath.gammaprod([r + x], [r]) * alpha**r / (alpha + T) ** (r + x))
        assert abs(got - want) < 1e-12 * (1 + abs(want) + 10 * history[0])


@given(
    models(),
    histories(),
    st.sampled_from([0.0, 0.4, 7.0, 52.0, 60.5, 156.0]),
    st.just(0.0) | powers_of_ten(-20, 2),
    st.sampled_from([1, 4]),
)
def test_discounted_purchases_are_the_sum_over_weeks(model, history, weeks, discount, step):
    got = model.discounted_purchases(*history, weeks=weeks, weekly_discount=discount, step=step)
    with mpmath.workdps(50):
        r, alpha, x, T = exact(model, history)
        ends = [mpmath.mpf(k) for k in range(0, math.floor(weeks) + 1, step)]
        ends += [mpmath.mpf(weeks)] * (ends[-1] < weeks)
        worth = mpmath.fsum(
            (end - start) * mpmath.exp(-discount * (start + end) / 2)
            for start, end in pairwise(ends)
        )
        assert is_close(got, (r + x) / (alpha + T) * worth)


@given(models(), histories(), powers_of_ten(-6, 1))
def test_purchases_for_ever_are_the_rate_over_the_discount(model, history, discount):
    got = model.dert(*history, weekly_discount=discount)
    with mpmath.workdps(50):
        r, alpha, x, T = exact(model, history)
        assert is_close(got, (r + x) / (alpha + T) / mpmath.mpf(discount))


@pytest.mark.parametrize("weeks", [1e5, 1e9, 1e12])
def test_a_horizon_of_any_length_is_discounted_in_closed_form(weeks):
    """2 sinh(δ/2) weeks stand for each other where there is no end."""
    got = CDNOW.discounted_purchases(2, 30.43, 38.86, weeks=weeks, weekly_discount=0.0027)
    rate = CDNOW.expected_purchases(2, 30.43, 38.86, weeks=1)
    assert got == pytest.approx(rate / (2 * math.sinh(0.00135)), rel=1e-11)
    assert CDNOW.discounted_purchases(2, 9, 9, weeks=weeks, weekly_discount=1e4) == 0.0


@given(models(), histories(), powers_of_ten(-2, 3))
def test_chances_of_counts_equal_the_negative_binomial_at_50_digits(model, history, weeks):
    got = model.count_probabilities(*history, weeks=weeks, most=4)
    with mpmath.workdps(50):
        r, alpha, x, T = exact(model, history)
        shape, rate, t = r + x, alpha + T, mpmath.mpf(weeks)
        for count in range(5):
            want = mpmath.gammaprod([shape + count], [shape, count + 1])
            want *= (rate / (rate + t)) ** shape * (t / (rate + t)) ** count
            assert abs(got[count] - want) <= 1e-9 * want + 1e-290


@given(models(), histories(), horizons())
def test_nobody_leaves_is_the_premise(model, history, weeks):
    assert model.probability_alive(*history) == 1.0
    assert model.survival_probability(*history, weeks=weeks) == 1.0
    assert model.expected_lifetime(*history, weeks=weeks) == weeks


@given(models(), st.lists(histories(), min_size=1, max_size=6), powers_of_ten(-2, 5))
def test_many_customers_get_what_each_gets_alone(model, customers, weeks):
    columns = list(zip(*customers, strict=True))

    def asked(*history):
        return (
            model.log_likelihood(*history),
            model.probability_alive(*history),
            model.expected_purchases(*history, weeks=weeks),
            model.purchase_probability(*history, weeks=weeks),
            model.survival_probability(*history, weeks=weeks),
            model.expected_lifetime(*history, weeks=weeks),
            model.dert(*history, weekly_discount=0.0027),
            model.discounted_purchases(*history, weeks=156, weekly_discount=0.0027),
        )

    bulk = asked(*columns)
    for i, one in enumerate(customers):
        single = asked(*one)
        assert all(type(figure) is float for figure in single)
        assert [many[i] for many in bulk] == pytest.approx(single, rel=1e-12, abs=1e-11)


@given(models(), histories(), powers_of_ten(-3, 3))
def test_another_unit_of_time_changes_no_count(model, history, factor):
    repeats, recency, age = history
    scaled = NBD(r=model.r, alpha=model.alpha * factor)
    for ask in ("expected_purchases", "purchase_probability"):
        other = getattr(scaled, ask)(repeats, recency * factor, age * factor, weeks=9 * factor)
        assert other == pytest.approx(getattr(model, ask)(*history, weeks=9), rel=1e-9, abs=1e-290)


@given(histories(), powers_of_ten(-2, 3), powers_of_ten(-2, 3))
def test_it_is_the_bgnbd_in_which_next_to_nobody_leaves(history, r, alpha):
    """Where a silence would have told, a is too small for that to matter."""
    repeats, _, age = history
    of_repeats = (repeats, age if repeats else 0.0, age)
    staying, leaving = NBD(r=r, alpha=alpha), BGNBD(r=r, alpha=alpha, a=1e-13, b=2.0)
    want = leaving.log_likelihood(*of_repeats)
    assert staying.log_likelihood(*of_repeats) == pytest.approx(want, rel=1e-10, abs=1e-10)
    want = leaving.expected_purchases(*of_repeats, weeks=52)
    assert staying.expected_purchases(*of_repeats, weeks=52) == pytest.approx(want, rel=1e-6)


@given(models(), histories())
def test_a_customer_lies_between_their_own_record_and_the_usual_rate(model, history):
    repeats, _, age = history
    own = repeats / age if age else model.mean_rate
    low, high = sorted((own, model.mean_rate))
    rate = model.expected_purchases(*history, weeks=1)
    assert low * (1 - 1e-9) <= rate <= high * (1 + 1e-9)


def test_when_the_last_purchase_was_changes_nothing():
    early, late = (CDNOW.expected_purchases(2, t_x, 38.86, weeks=39) for t_x in (1, 38))
    assert early == late


@pytest.mark.parametrize("history", [(0, 0, 0), (0, 0, 40), (4, 12.0, 20.0)])
def test_simulated_futures_follow_the_formulas(history):
    """100,000 customers of one history over 26 weeks, seed 1959."""
    n, weeks = 100_000, 26.0
    columns = [np.full(n, float(figure)) for figure in history]
    bought = BUSY.simulate_ahead(*columns, weeks=weeks, seed=1959)
    error = bought.std() / n**0.5
    assert abs(bought.mean() - BUSY.expected_purchases(*history, weeks=weeks)) < 4 * error
    chances = BUSY.count_probabilities(*history, weeks=weeks, most=3)
    for count, chance in enumerate(chances):
        assert abs((bought == count).mean() - chance) < 4 * (chance / n) ** 0.5


def test_simulated_newcomers_are_histories_of_customers_who_stay():
    """The last of purchases that fall anywhere comes after the middle if any does."""
    drawn = BUSY.simulate(np.full(100_000, 30.0), seed=1959)
    assert drawn.alive.all()
    assert ((drawn.recency > 0) == (drawn.repeats > 0)).all()
    assert drawn.recency.max() <= 30
    late = BUSY.purchase_probability(0, 0, 0, weeks=15)
    assert (drawn.recency > 15).mean() == pytest.approx(late, abs=0.005)
    fit = NBD.fit(drawn.repeats, drawn.recency, drawn.age)
    assert fit.model.r == pytest.approx(2.5, abs=4 * fit.standard_errors["r"])
    assert fit.model.alpha == pytest.approx(4, abs=4 * fit.standard_errors["alpha"])


def test_more_purchases_than_can_be_counted_are_not_drawn():
    rich = NBD(r=1e4, alpha=1e-6)
    assert rich.simulate_ahead(0, 0, 0, weeks=1e12, seed=1)[0] == pytest.approx(1e15, rel=1e-6)


@given(models(), histories(), st.floats(0.01, 0.99))
def test_the_next_purchase_comes_for_certain_and_nobody_ever_leaves(model, history, chance):
    weeks = model.next_purchase(*history, probability=chance)
    if weeks is not None:
        got = model.purchase_probability(*history, weeks=weeks)
        assert got == pytest.approx(chance, rel=1e-9)
    assert model.remaining_lifetime(*history, probability=chance) is None


def test_scoring_one_customer_loads_no_numpy():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['scipy'] = None\n"
        "from crmkit.metrics.value import NBD, GammaGamma\n"
        "m = NBD(r=.385, alpha=12.072)\n"
        "g = GammaGamma(p=6.25, q=3.74, gamma=15.44)\n"
        "print(round(m.expected_purchases(2, 30.43, 38.86, weeks=39), 3),\n"
        "      round(m.discounted_purchases(2, 30.43, 38.86, weeks=39, weekly_discount=.01), 3),\n"
        "      round(g.spend_quantile(2, 22.35, probability=.5), 2))\n"
        "try:\n    m.probability_alive([2], [30.43], [38.86])\n"
        "except ImportError as e:\n    print(type(e).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["1.826", "1.512", "23.63", "MissingExtraError"]


def test_bulk_takes_lists_arrays_and_nothing():
    from_lists = CDNOW.expected_purchases([2, 0], [30.43, 0], [38.86, 38.86], weeks=39)
    from_arrays = CDNOW.expected_purchases(
        np.array([2, 0]), np.array([30.43, 0]), np.array([38.86] * 2), weeks=39
    )
    assert list(from_lists) == list(from_arrays)
    assert CDNOW.expected_purchases([], [], [], weeks=39).shape == (0,)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
@pytest.mark.parametrize("name", ["r", "alpha"])
def test_a_parameter_that_cannot_exist_is_refused(name, value):
    with pytest.raises(InvalidValueError, match=name):
        NBD(**{"r": 1, "alpha": 1, name: value})


@pytest.mark.parametrize(
    ("history", "field"),
    [((math.nan, 0, 5), "repeats"), ((0, 1, 5), "recency"), ((0, 0, -5), "age")],
)
def test_a_history_that_cannot_exist_is_refused_by_name_and_row(history, field):
    columns = [[good, bad] for good, bad in zip((2, 3, 4), history, strict=True)]
    with pytest.raises(InvalidValueError) as among:
        CDNOW.expected_purchases(*columns, weeks=1)
    assert among.value.field == f"{field}[1]"
