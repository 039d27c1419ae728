"""BG/BB: right over the whole range, alike for one customer and many, fitted or refused by name."""

import json
import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import BGBB, from_plain, to_plain
from crmkit.metrics.value.fitting.bgbb import _Likelihood, _Tallied

DONORS = BGBB(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
NAMES = ("alpha", "beta", "gamma", "delta")


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def models():
    shape = powers_of_ten(-6, 4)
    near_1 = powers_of_ten(-15, -2)
    leave = shape | st.just(1.0) | near_1.map(lambda off: 1 + off) | near_1.map(lambda off: 1 - off)
    return st.builds(
        lambda a, b, g, d: BGBB(alpha=a, beta=b, gamma=g, delta=d), shape, shape, leave, shape
    )


@st.composite
def histories(draw, most=3000):
    age = draw(st.integers(0, 12) | st.integers(0, min(most, 80)) | st.integers(0, most))
    recency = draw(st.just(age) | st.just(0) | st.integers(0, age))
    return (draw(st.integers(1, recency)) if recency else 0), recency, age


def horizons(most=10**6):
    return st.sampled_from([0, 1, 5, most]) | powers_of_ten(0, math.log10(most)).map(int)


def shapes(model):
    return [mpmath.mpf(getattr(model, name)) for name in NAMES]


def exact_terms(model, repeats, recency, age):
    """The paper's likelihood: its first term, and the terms of its sum over i."""
    a, b, g, d = shapes(model)
    x, t_x, n = repeats, recency, age

    def bought(t):
        return mpmath.gammaprod([a + x, b + t - x, a + b], [a, b, a + b + t])

    there = bought(n) * mpmath.gammaprod([d + n, g + d], [d, g + d + n])
    gone, term = [], None
    for t in range(t_x, n):
        if term is None:
            term = bought(t) * g * mpmath.gammaprod([d + t, g + d], [d, g + d + t + 1])
        else:
            term *= (b + t - 1 - x) / (a + b + t - 1) * (d + t - 1) / (g + d + t)
        gone.append(term)
    return there, gone


def exact_there(model, *history):
    there, gone = exact_terms(model, *history)
    return there / (there + mpmath.fsum(gone))


def exact_survival(model, age, k):
    _, _, g, d = shapes(model)
    return mpmath.gammaprod([g + d + age, d + age + k], [d + age, g + d + age + k])


def exact_rate(model, repeats, age):
    a, b, _, _ = shapes(model)
    return (a + repeats) / (a + b + age)


def exact_stay(model, age, k):
    """The paper's closed form, with γ moved off its singularity by 1e-35."""
    _, _, g, d = shapes(model)
    d += age
    if g == 1:
        g += mpmath.mpf(10) ** -35
    return d / (g - 1) * (1 - mpmath.gammaprod([g + d, d + 1 + k], [g + d + k, d + 1]))


@given(models(), histories())
def test_the_log_likelihood_is_the_papers_at_60_digits(model, history):
    got = model.log_likelihood(*history)
    with mpmath.workdps(60):
        there, gone = exact_terms(model, *history)
        want = mpmath.log(there + mpmath.fsum(gone))
        assert abs(got - want) < 1e-11 * (1 + abs(want) + history[2])


@given(models(), histories())
def test_the_probability_alive_is_the_papers_at_60_digits(model, history):
    got = model.probability_alive(*history)
    with mpmath.workdps(60):
        want = exact_there(model, *history) * exact_survival(model, history[2], 1)
        assume(want > 1e-290)
        assert abs(got / want - 1) < 1e-9


@given(models(), histories(), horizons())
def test_expected_purchases_and_lifetime_are_the_papers_at_80_digits(model, history, ahead):
    repeats, _, age = history
    got = model.expected_purchases(*history, opportunities=ahead)
    lives = model.expected_lifetime(*history, opportunities=ahead)
    stays = model.survival_probability(*history, opportunities=ahead)
    with mpmath.workdps(80):
        there = exact_there(model, *history)
        life = there * exact_stay(model, age, ahead)
        want = life * exact_rate(model, repeats, age)
        there *= exact_survival(model, age, ahead)
        assume(min(there, want) > 1e-290 or (ahead == 0 and there > 1e-290))
        assert abs(stays / there - 1) < 1e-9
        assert abs(got - want) <= 1e-9 * want
        assert abs(lives - life) <= 1e-9 * life


@given(models(), histories(), powers_of_ten(-10, 2))
def test_dert_is_the_papers_hypergeometric_function_at_60_digits(model, history, discount):
    repeats, _, age = history
    got = model.dert(*history, discount=discount)
    with mpmath.workdps(60):
        _, _, g, d = shapes(model)
        z = 1 / (1 + mpmath.mpf(discount))
        try:
            series = mpmath.hyp2f1(1, d + age + 1, g + d + age + 1, z)
        except mpmath.NoConvergence:
            assume(condition=False)
        want = exact_there(model, *history) * exact_rate(model, repeats, age)
        want *= exact_survival(model, age, 1) * z * series
        assume(want > 1e-290)
        assert abs(got / want - 1) < 1e-9


@given(models(), histories(60), st.integers(0, 300), st.just(0.0) | powers_of_ten(-8, 1))
def test_discounted_purchases_are_the_sum_over_opportunities(model, history, ahead, discount):
    repeats, _, age = history
    got = model.discounted_purchases(*history, opportunities=ahead, discount=discount)
    with mpmath.workdps(40):
        factor = exact_there(model, *history) * exact_rate(model, repeats, age)
        _, _, g, d = shapes(model)
        total, stays = mpmath.mpf(0), mpmath.mpf(1)
        for k in range(ahead):
            stays *= (d + age + k) / (g + d + age + k) / (1 + mpmath.mpf(discount))
            total += stays
        want = factor * total
        assume(want > 1e-290 or ahead == 0)
        assert abs(got - want) <= 1e-9 * want


@given(models(), histories(60), st.integers(0, 300))
def test_the_chance_of_a_purchase_is_the_sum_over_when_it_comes(model, history, ahead):
    repeats, _, age = history
    got = model.purchase_probability(*history, opportunities=ahead)
    with mpmath.workdps(40):
        a, b, g, d = shapes(model)
        a, b, d = a + repeats, b + age - repeats, d + age
        total, open_still = mpmath.mpf(0), mpmath.mpf(1)
        for k in range(ahead):
            open_still *= (d + k) / (g + d + k)
            total += open_still * a / (a + b + k)
            open_still *= (b + k) / (a + b + k)
        want = exact_there(model, *history) * total
        assume(want > 1e-290 or ahead == 0)
        assert abs(got - want) <= 1e-9 * want


def exact_count(model, history, ahead, y):
    """The paper's sum over how many of the opportunities to come the customer is there for."""
    repeats, _, age = history
    a, b, g, d = shapes(model)
    a, b, d = a + repeats, b + age - repeats, d + age
    there = exact_there(model, *history)

    def count(stays):
        betas = mpmath.gammaprod([a + y, b + stays - y, a + b], [a, b, a + b + stays])
        return math.comb(stays, y) * betas

    def leaves(stays):
        return g * mpmath.gammaprod([d + stays, g + d], [d, g + d + stays + 1])

    last = count(ahead) * mpmath.gammaprod([d + ahead, g + d], [d, g + d + ahead])
    counted = last + mpmath.fsum(count(j) * leaves(j) for j in range(y, ahead))
    return there * counted + (0 if y else 1 - there)


@given(models(), histories(60), st.integers(0, 9))
def test_count_probabilities_are_the_papers_sums_at_40_digits(model, history, ahead):
    got = model.count_probabilities(*history, opportunities=ahead)
    assert len(got) == ahead + 1
    with mpmath.workdps(40):
        for y, one in enumerate(got):
            exact = exact_count(model, history, ahead, y)
            assert abs(one - exact) <= 1e-9 * exact + 1e-290


def test_counts_of_thousands_keep_their_digits():
    """Single terms go down to 1e-600."""
    model, history = BGBB(alpha=5000, beta=5000, gamma=1e-6, delta=1.0), (1000, 2000, 2000)
    counts = model.count_probabilities(*history, opportunities=2000, most=1000)
    with mpmath.workdps(40):
        for y in (400, 1000):
            exact = exact_count(model, history, 2000, y)
            assert counts[y] == pytest.approx(float(exact), rel=1e-9, abs=0)


@given(models(), histories(80), st.integers(0, 40))
def test_counts_add_up_to_1_and_to_the_expected_purchases(model, history, ahead):
    counts = model.count_probabilities(*history, opportunities=ahead)
    assert math.fsum(counts) == pytest.approx(1, abs=1e-11)
    mean = math.fsum(y * count for y, count in enumerate(counts))
    expected = model.expected_purchases(*history, opportunities=ahead)
    assert mean == pytest.approx(expected, rel=1e-9, abs=1e-280)
    some = math.fsum(counts[1:])
    bought = model.purchase_probability(*history, opportunities=ahead)
    assert bought == pytest.approx(some, rel=1e-9, abs=1e-280)
    assert model.count_probabilities(*history, opportunities=ahead, most=1)[:1] == counts[:1]


@given(models(), histories(200), st.floats(0.01, 0.99))
def test_the_next_purchase_is_the_first_opportunity_with_that_probability(
    model, history, probability
):
    found = model.next_purchase(*history, probability=probability)
    if found is None:
        within = model.purchase_probability(*history, opportunities=10_000)
        assert within < probability
    else:
        reached, before = (
            model.purchase_probability(*history, opportunities=k) for k in (found, found - 1)
        )
        assert before < probability * (1 + 1e-12)
        assert reached >= probability * (1 - 1e-12)


@given(models(), histories(200), st.floats(0.01, 0.99))
def test_the_remaining_lifetime_is_the_quantile_of_survival(model, history, probability):
    found = model.remaining_lifetime(*history, probability=probability)
    if found is None:
        stays = model.survival_probability(*history, opportunities=2**53)
        assert stays > (1 - probability) * (1 - 1e-9)
        return
    assert model.survival_probability(*history, opportunities=found) <= (1 - probability) * (
        1 + 1e-11
    )
    if found > 0:
        earlier = model.survival_probability(*history, opportunities=found - 1)
        assert earlier > (1 - probability) * (1 - 1e-11)


def figures(model, *columns):
    return (
        model.probability_alive(*columns),
        model.survival_probability(*columns, opportunities=7),
        model.expected_purchases(*columns, opportunities=1000),
        model.expected_lifetime(*columns, opportunities=9),
        model.purchase_probability(*columns, opportunities=70),
        model.dert(*columns, discount=0.01),
        model.discounted_purchases(*columns, opportunities=250, discount=0.01),
        model.discounted_purchases(*columns, opportunities=12, discount=0.1),
    )


@given(models(), st.lists(histories(300), min_size=1, max_size=6))
def test_many_customers_get_what_each_gets_alone(model, customers):
    columns = list(zip(*customers, strict=True))
    bulk = figures(model, *columns)
    counts = model.count_probabilities(*columns, opportunities=5)
    assert counts.shape == (len(customers), 6)
    for i, one in enumerate(customers):
        for many, alone in zip(bulk, figures(model, *one), strict=True):
            assert type(alone) is float
            assert many[i] == pytest.approx(alone, rel=1e-10, abs=1e-280)
        assert model.log_likelihood(*columns)[i] == pytest.approx(
            model.log_likelihood(*one), rel=1e-10, abs=1e-12
        )
        alone = model.count_probabilities(*one, opportunities=5)
        assert list(counts[i]) == pytest.approx(list(alone), rel=1e-10, abs=1e-280)
    for method in (model.next_purchase, model.remaining_lifetime):
        for many, one in zip(method(*columns), customers, strict=True):
            alone = method(*one)
            assert many == alone or many == pytest.approx(alone, rel=1e-9)


@given(models(), histories(300))
def test_a_later_last_purchase_never_makes_a_customer_less_alive(model, history):
    repeats, recency, age = history
    alive = model.probability_alive(*history)
    assert 0 <= alive <= 1
    if recency < age and repeats:
        assert alive <= model.probability_alive(repeats, recency + 1, age) * (1 + 1e-11)


@given(models(), histories(300), powers_of_ten(-6, 0), st.floats(1.01, 10))
def test_a_higher_discount_is_worth_less_and_none_is_worth_the_most(model, history, d, factor):
    low, high = (model.dert(*history, discount=rate) for rate in (d, d * factor))
    assume(low > 1e-280)
    assert high < low
    for ahead in (10, 500):
        cut = model.discounted_purchases(*history, opportunities=ahead, discount=d)
        assert cut <= low * (1 + 1e-11)
        assert cut <= model.expected_purchases(*history, opportunities=ahead) * (1 + 1e-11)


def test_a_newcomer_has_no_history_yet():
    assert DONORS.probability_alive(0, 0, 0) == pytest.approx(2.783 / (0.657 + 2.783))
    assert DONORS.survival_probability(0, 0, 0, opportunities=0) == 1
    assert DONORS.log_likelihood(0, 0, 0) == 0
    assert DONORS.expected_purchases_of_newcomer(opportunities=1) == pytest.approx(
        1.204 / 1.954 * 2.783 / 3.440, rel=1e-14
    )
    assert DONORS.count_probabilities_of_newcomer(opportunities=0) == (1.0,)


@pytest.mark.parametrize("age", [1, 3])
def test_the_likelihood_of_all_orders_of_purchases_adds_up_to_1(age):
    total = 0.0
    for order in range(2**age):
        bought = [k + 1 for k in range(age) if order >> k & 1]
        recency = bought[-1] if bought else 0
        total += math.exp(DONORS.log_likelihood(len(bought), recency, age))
    assert total == pytest.approx(1, rel=1e-14)


def test_a_very_busy_customer_is_told_apart_when_active_and_when_silent():
    busy = BGBB(alpha=100, beta=1, gamma=0.5, delta=20)
    assert busy.probability_alive(3000, 3000, 3000) > 0.99
    assert busy.expected_purchases(3000, 3000, 3000, opportunities=100) > 95
    assert busy.probability_alive(3000, 3000, 9000) == 0.0
    assert busy.expected_purchases(3000, 3000, 9000, opportunities=100) == 0.0
    assert busy.next_purchase(3000, 3000, 9000) is None
    assert busy.remaining_lifetime(3000, 3000, 9000) == 0
    assert busy.count_probabilities(3000, 3000, 9000, opportunities=2) == (1.0, 0.0, 0.0)


def test_so_little_discount_over_so_long_is_refused_by_name():
    with pytest.raises(InvalidValueError, match="opportunities"):
        DONORS.discounted_purchases(1, 1, 6, opportunities=500_000, discount=1e-9)
    for_ever = DONORS.discounted_purchases(1, 1, 6, opportunities=500_000, discount=1e-4)
    assert for_ever == pytest.approx(DONORS.dert(1, 1, 6, discount=1e-4), rel=1e-12)


# --- what cannot be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "field"),
    [
        ((math.nan, 0, 5), "repeats"),
        ((None, 0, 5), "repeats"),
        ((-1, 0, 5), "repeats"),
        ((1.5, 2, 5), "repeats"),
        ((3, 2, 5), "repeats"),
        ((1, 0, 5), "repeats"),
        ((1, math.inf, 5), "recency"),
        ((1, 1.5, 5), "recency"),
        ((1, 6, 5), "recency"),
        ((0, 1, 5), "recency"),
        ((0, 0, -5), "age"),
        ((0, 0, 5.5), "age"),
        ((0, 0, 10_001), "age"),
    ],
)
def test_a_history_that_cannot_exist_is_refused_by_name_and_row(history, field):
    with pytest.raises(InvalidValueError) as alone:
        DONORS.probability_alive(*history)
    assert alone.value.field == field
    columns = [[good, bad] for good, bad in zip((2, 3, 4), history, strict=True)]
    for method in (DONORS.probability_alive, BGBB.fit):
        if None in history:
            continue
        with pytest.raises(InvalidValueError) as among:
            method(*columns)
        assert among.value.field == f"{field}[1]"


@pytest.mark.parametrize("ahead", [-1, 0.5, math.nan, math.inf, None, [1, 2]])
def test_a_horizon_that_cannot_exist_is_refused(ahead):
    with pytest.raises(InvalidValueError, match="opportunities"):
        DONORS.expected_purchases(2, 3, 6, opportunities=ahead)
    with pytest.raises(InvalidValueError, match="opportunities"):
        DONORS.simulate_ahead(2, 3, 6, ahead=ahead if ahead != [1, 2] else -2, seed=1)


@pytest.mark.parametrize("discount", [0, -0.1, math.nan, math.inf, None])
def test_a_sum_without_end_needs_a_discount(discount):
    with pytest.raises(InvalidValueError, match="discount"):
        DONORS.dert(2, 3, 6, discount=discount)


@pytest.mark.parametrize("probability", [0, 1, -1, math.nan])
def test_a_quantile_needs_a_probability(probability):
    for method in (DONORS.next_purchase, DONORS.remaining_lifetime):
        with pytest.raises(InvalidValueError, match="probability"):
            method(2, 3, 6, probability=probability)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_a_parameter_that_cannot_exist_is_refused(value):
    with pytest.raises(InvalidValueError, match="gamma"):
        BGBB(alpha=1, beta=1, gamma=value, delta=1)


def test_nobody_asked_is_nobody_answered():
    assert all(answer.shape == (0,) for answer in figures(DONORS, [], [], []))
    assert DONORS.next_purchase([], [], []) == DONORS.remaining_lifetime([], [], []) == []
    assert DONORS.simulate([], seed=1).repeats.shape == (0,)


def test_scoring_one_customer_loads_no_numpy():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['scipy'] = None\n"
        "from crmkit.metrics.value import BGBB\n"
        "m = BGBB(alpha=1.204, beta=.75, gamma=.657, delta=2.783)\n"
        "c = 4, 5, 6\n"
        "print(round(m.expected_purchases(*c, opportunities=5), 3), m.next_purchase(*c),\n"
        "      round(m.dert(*c, discount=.1), 3), m.remaining_lifetime(*c),\n"
        "      len(m.count_probabilities(*c, opportunities=3)))\n"
        "try:\n    m.probability_alive([4], [5], [6])\n"
        "except ImportError as e:\n    print(type(e).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = f"{DONORS.expected_purchases(4, 5, 6, opportunities=5):.3f}".rstrip("0")
    assert run.stdout.split()[0] == expected
    assert run.stdout.split()[-2:] == ["4", "MissingExtraError"]


# --- drawing ----------------------------------------------------------------------------------


def test_drawn_newcomers_are_the_ones_the_model_expects():
    """100,000 newcomers over 8 opportunities, seed 2010."""
    drawn = DONORS.simulate([8] * 100_000, seed=2010)
    assert drawn.repeats.mean() == pytest.approx(
        DONORS.expected_purchases_of_newcomer(opportunities=8),
        abs=4 * drawn.repeats.std() / 100_000**0.5,
    )
    shares = np.bincount(drawn.repeats, minlength=9) / 100_000
    counts = DONORS.count_probabilities_of_newcomer(opportunities=8)
    assert abs(shares - counts).max() < 4 * 0.5 / 100_000**0.5
    alive = DONORS.survival_probability(0, 0, 0, opportunities=8)
    assert drawn.alive.mean() == pytest.approx(alive, abs=4 * 0.5 / 100_000**0.5)
    judged = DONORS.survival_probability(drawn.repeats, drawn.recency, 8, opportunities=0)
    assert judged.mean() == pytest.approx(drawn.alive.mean(), abs=4 * 0.5 / 100_000**0.5)
    assert ((drawn.repeats == 0) == (drawn.recency == 0)).all()


def test_drawn_futures_are_the_ones_the_model_expects():
    """A donor of 2 in 4 of 6 years, drawn 100,000 times over 10 years, seed 7."""
    n = 100_000
    drawn = DONORS.simulate_ahead([2] * n, 4, 6, ahead=10, seed=7)
    expected = DONORS.expected_purchases(2, 4, 6, opportunities=10)
    assert drawn.mean() == pytest.approx(expected, abs=4 * drawn.std() / n**0.5)
    assert drawn.dtype == np.int64


def test_the_same_seed_draws_the_same_and_another_another():
    one, same, other = (DONORS.simulate([6] * 50, seed=seed) for seed in (1, 1, 2))
    assert list(one.repeats) == list(same.repeats) != list(other.repeats)
    with pytest.raises(InvalidValueError, match="seed"):
        DONORS.simulate([6], seed=-1)


def test_each_customer_is_drawn_for_as_long_as_asked():
    drawn = BGBB(alpha=1e6, beta=1e-6, gamma=1e-9, delta=1e6).simulate([0, 1, 5], seed=3)
    assert list(drawn.repeats) == list(drawn.recency) == list(drawn.age) == [0, 1, 5]


# --- fitting ----------------------------------------------------------------------------------


def parameters(model):
    return np.array([getattr(model, name) for name in NAMES])


def shop(n=3000, model=DONORS, ages=(4, 12), seed=5):
    rng = np.random.default_rng(seed)
    drawn = model.simulate(rng.integers(*ages, n), seed=seed)
    return drawn.repeats, drawn.recency, drawn.age


@pytest.fixture(scope="module")
def donors():
    return shop()


@pytest.fixture(scope="module")
def fit(donors):
    return BGBB.fit(*donors)


def test_planted_parameters_come_back_within_their_errors():
    planted = BGBB(alpha=0.9, beta=1.5, gamma=0.8, delta=5.0)
    fit = BGBB.fit(*shop(6000, planted, (8, 25)))
    assert fit.converged
    off = np.log(parameters(fit.model) / parameters(planted))
    # Mahalanobis distance; chi-square with 4 degrees of freedom stays below 18.5 in 99.9 %.
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 18.5


def test_the_likelihood_of_the_fit_is_the_models_own_and_flat(fit, donors):
    assert fit.converged
    assert fit.model.log_likelihood(*donors).sum() == pytest.approx(fit.log_likelihood, rel=1e-12)
    for name in NAMES:
        up, down = (
            BGBB(**{n: getattr(fit.model, n) * (f if n == name else 1) for n in NAMES})
            for f in (math.exp(1e-4), math.exp(-1e-4))
        )
        rise = up.log_likelihood(*donors).sum() - down.log_likelihood(*donors).sum()
        assert abs(rise / 2e-4) < 1e-3


@pytest.mark.parametrize("point", [(0.0, 0.0, 0.0, 0.0), (1.0, -2.0, 3.0, -4.0)])
def test_the_gradient_is_that_of_the_likelihood(donors, point):
    x, t_x, n = (np.asarray(column, float)[:200] for column in donors)
    objective = _Likelihood(_tallied_once(x, t_x, n))
    value, gradient = objective(np.array(point))
    model = BGBB(**dict(zip(NAMES, np.exp(point), strict=True)))
    assert value == pytest.approx(model.log_likelihood(x, t_x, n).mean(), rel=1e-12)
    for i in range(4):
        step = np.eye(4)[i] * 1e-5
        rise = objective(point + step)[0] - objective(point - step)[0]
        assert gradient[i] == pytest.approx(rise / 2e-5, rel=1e-6, abs=1e-9)


def test_the_covariance_is_the_inverse_curvature_of_the_likelihood(fit, donors):
    best, step = np.log(parameters(fit.model)), 1e-3

    def likelihood(shift):
        values = dict(zip(NAMES, np.exp(best + shift), strict=True))
        return BGBB(**values).log_likelihood(*donors).sum()

    unit = np.eye(4) * step
    curvature = np.array(
        [
            [
                likelihood(i + j) - likelihood(i - j) - likelihood(j - i) + likelihood(-i - j)
                for j in unit
            ]
            for i in unit
        ]
    ) / (4 * step**2)
    assert np.array(fit.covariance) == pytest.approx(np.linalg.inv(-curvature), rel=2e-3)


def test_weights_count_customers_and_their_order_does_not_matter(donors):
    columns = [column[:600] for column in donors]
    weights = np.random.default_rng(8).integers(0, 4, 600)
    repeated = BGBB.fit(*(np.repeat(column, weights)[::-1] for column in columns))
    weighted = BGBB.fit(*columns, weights=weights)
    assert parameters(weighted.model) == pytest.approx(parameters(repeated.model), rel=1e-8)
    assert weighted.n == repeated.n == weights.sum()


def test_histories_in_one_table_or_in_many_have_one_likelihood(donors, monkeypatch):
    x, t_x, n = (np.asarray(column, float) for column in donors)
    once = _tallied_once(x, t_x, n)
    whole = _Likelihood(once)(np.zeros(4))
    monkeypatch.setattr("crmkit.metrics.value.fitting.bgbb._BLOCK", 7)
    parts = _Likelihood(once)
    assert len(parts.blocks) > 12
    assert parts(np.zeros(4))[0] == pytest.approx(whole[0], rel=1e-13)
    assert parts(np.zeros(4))[1] == pytest.approx(whole[1], rel=1e-11)


def _tallied_once(*columns):
    rows, w = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    x, t_x, n = rows.T
    return _Tallied(x=x, t_x=t_x, n=n, w=w)


def test_where_nobody_leaves_the_fit_says_so():
    staying = BGBB(alpha=2.0, beta=3.0, gamma=1e-9, delta=1.0)
    fit = BGBB.fit(*shop(2000, staying, (8, 20)))
    assert not fit.converged
    assert any("no sign that customers leave" in note for note in fit.notes)
    assert fit.standard_errors["gamma"] is fit.standard_errors["delta"] is None
    assert fit.model.alpha == pytest.approx(2, abs=4 * fit.standard_errors["alpha"])
    assert fit.model.beta == pytest.approx(3, abs=4 * fit.standard_errors["beta"])
    assert fit.model.probability_alive(0, 0, 10) > 0.99


@pytest.mark.parametrize(
    ("alike", "pair"),
    [
        (BGBB(alpha=3e6, beta=7e6, gamma=1.0, delta=6.0), ("alpha", "beta")),
        (BGBB(alpha=1.0, beta=1.0, gamma=1e6, delta=7e6), ("gamma", "delta")),
    ],
)
def test_customers_alike_are_never_a_silent_fit(alike, pair):
    fit = BGBB.fit(*shop(2000, alike, (8, 20)))
    first, second = (getattr(fit.model, name) for name in pair)
    planted = getattr(alike, pair[0]) / sum(getattr(alike, name) for name in pair)
    assert first / (first + second) == pytest.approx(planted, abs=0.03)
    error = fit.standard_errors[pair[0]]
    assert (not fit.converged and fit.notes) or error > 0.25 * first


def test_a_base_of_repeat_buyers_or_of_few_is_pointed_out(donors):
    again = donors[0] > 0
    few = BGBB.fit(*(column[again][:60] for column in donors))
    assert any("one-time buyers belong in the data" in note for note in few.notes)
    assert any("little evidence: 60 customers" in note for note in few.notes)


@pytest.mark.parametrize(
    ("repeats", "recency", "age", "missing"),
    [
        (2, 3, 5, "customers"),
        ([], [], [], "customers"),
        ([0] * 500, [0] * 500, [6] * 500, "repeat buyers"),
        ([2] * 50, [3] * 50, [5] * 50, "different histories"),
    ],
)
def test_a_hopeless_base_is_refused_with_what_it_lacks(repeats, recency, age, missing):
    with pytest.raises(InsufficientDataError) as refusal:
        BGBB.fit(repeats, recency, age)
    assert refusal.value.what == missing
    assert "BG/BB" in str(refusal.value)


@pytest.mark.parametrize(
    ("repeats", "recency", "age"),
    [
        ([0, 1] * 50, [0, 1] * 50, 1),
        ([0] * 40 + [6] * 60, [0] * 40 + [6] * 60, 6),
        ([1] * 50 + [2] * 50, [1] * 50 + [2] * 50, 6),
    ],
)
def test_a_base_that_says_too_little_is_no_silent_fit(repeats, recency, age):
    fit = BGBB.fit(repeats, recency, [age] * 100)
    assert not fit.converged
    assert fit.notes
    assert math.isfinite(fit.log_likelihood)


def test_long_histories_are_fitted_too():
    model = BGBB(alpha=0.5, beta=2.0, gamma=0.5, delta=60.0)
    fit = BGBB.fit(*shop(1500, model, (300, 310)))
    off = np.log(parameters(fit.model) / parameters(model))
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 18.5


def test_a_fit_survives_json_to_the_last_digit(fit):
    assert from_plain(json.loads(json.dumps(to_plain(fit)))) == fit
