"""What dropout models say of the time ahead: survival, lifetime, endless worth, counts, quantiles.

The truth is the papers' closed forms at 50 and more digits, written here from the papers; the
draws cover the whole range of parameters, histories and horizons.
"""

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value import BGNBD, MBGNBD
from crmkit.metrics.value.models._arithmetic import PLAIN, Arrays
from crmkit.metrics.value.models._counts import gamma_poisson, gamma_poisson_tails
from crmkit.metrics.value.models._quantiles import weeks_until
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD

MODELS = (BGNBD, MBGNBD)
CDNOW = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
PARETO = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)
FOR_EVER = NBD(r=0.385, alpha=12.072)
TINY = 1e-280


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def beside_1():
    return powers_of_ten(-14, -2).map(lambda off: 1 + off) | st.just(1.0)


def models(most=3):
    return st.builds(
        lambda cls, r, alpha, a, b: cls(r=r, alpha=alpha, a=a, b=b),
        st.sampled_from(MODELS),
        powers_of_ten(-2, most) | beside_1(),
        powers_of_ten(-2, 4),
        powers_of_ten(-6, most) | beside_1(),
        powers_of_ten(-2, most),
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


def of_one_who_is_there(model, repeats, age):
    """R, c, A, B, a hair away from where the closed forms divide by 0."""
    r, alpha, a, b, T = map(mpmath.mpf, (model.r, model.alpha, model.a, model.b, age))
    hair = mpmath.mpf(10) ** -30
    R, B = r + repeats, b + repeats + model.FIRST_CHANCES
    return R + hair * (R == 1), alpha + T, a + hair * (a == int(a)), B


def chance_there(model, repeats, recency, age):
    r, alpha, a, b, t_x, T = map(mpmath.mpf, (model.r, model.alpha, model.a, model.b, recency, age))
    chances = repeats + model.FIRST_CHANCES
    if chances == 0:
        return mpmath.mpf(1)
    return 1 / (1 + a / (b + chances - 1) * ((alpha + T) / (alpha + t_x)) ** (r + repeats))


def hyp2f1(*terms):
    """The truth, or NaN where mpmath finds another with more digits, as it may beside integers."""
    found = []
    for more in (0, 30):
        with mpmath.workdps(mpmath.mp.dps + more):
            try:
                found.append(mpmath.hyp2f1(*terms, maxterms=10**6))
            except (mpmath.NoConvergence, ZeroDivisionError):
                return mpmath.nan
    is_sure = abs(found[0] - found[1]) <= abs(found[1]) * mpmath.mpf(10) ** -13
    return found[1] if is_sure else mpmath.nan


def tosses(R, c, A, B, t):
    """E[(1 - (1 + pt/c)^-R) / p], the papers' way."""
    series = hyp2f1(R, B, A + B - 1, t / (c + t))
    return (A + B - 1) / (A - 1) * (1 - (c / (c + t)) ** R * series)


# --- against the truth --------------------------------------------------------------------------


def true_survival(model, history, weeks):
    R, c, _, B = of_one_who_is_there(model, history[0], history[2])
    A = mpmath.mpf(model.a)
    return hyp2f1(R, A, A + B, -weeks / c) * chance_there(model, *history)


@settings(max_examples=200)
@given(models(), histories(), horizons())
def test_survival_is_the_gauss_function_at_60_digits(model, history, weeks):
    got = model.survival_probability(*history, weeks=weeks)
    with mpmath.workdps(60):
        want = true_survival(model, history, weeks)
        assume(mpmath.isfinite(want))
        assert abs(got - want) <= 1e-9 * want + TINY


@pytest.mark.parametrize("a", [1e-6, 1e-3, 0.1, 0.5, 3.3, 80.3, 700.3])
@pytest.mark.parametrize("b", [0.01, 2.4, 650.0])
@pytest.mark.parametrize("history", [(0, 0.0, 0.0), (2, 30.43, 38.86), (700, 38.86, 38.86)])
@pytest.mark.parametrize("weeks", [1.0, 1e3, 1e6])
def test_survival_is_true_with_peaks_plateaus_and_long_tails(a, b, history, weeks):
    model = BGNBD(r=0.6, alpha=4.4, a=a, b=b)
    got = model.survival_probability(*history, weeks=weeks)
    with mpmath.workdps(300):
        want = true_survival(model, history, weeks)
        assert abs(got - want) <= 1e-9 * want + TINY


@given(models(), histories(), horizons())
def test_lifetime_is_the_integral_of_survival_in_closed_form(model, history, weeks):
    got = model.expected_lifetime(*history, weeks=weeks)
    with mpmath.workdps(80):
        R, c, A, B = of_one_who_is_there(model, history[0], history[2])
        want = c / (R - 1) * tosses(R - 1, c, A, B, mpmath.mpf(weeks))
        want *= chance_there(model, *history)
        assume(mpmath.isfinite(want))
        assert abs(got - want) <= 1e-9 * want + TINY


@given(models(), histories(), horizons())
def test_a_purchase_within_some_weeks_has_the_chance_of_a_negative_binomial(model, history, weeks):
    got = model.purchase_probability(*history, weeks=weeks)
    with mpmath.workdps(50):
        R, c, _, _ = of_one_who_is_there(model, history[0], history[2])
        want = (1 - (c / (c + mpmath.mpf(weeks))) ** R) * chance_there(model, *history)
        assert abs(got - want) <= 1e-10 * want + TINY


@pytest.mark.parametrize(
    ("a", "history", "discount"),
    [
        (1e-6, (2, 30.43, 38.86), 0.0027),
        (0.3, (3000, 38.86, 38.86), 1e-5),
        (0.793, (0, 0.0, 0.0), 0.0027),
        (1.001, (2, 30.43, 38.86), 2.0),
        (4.4, (0, 0.0, 0.0), 1e-5),
        (300.3, (3000, 38.86, 38.86), 0.0027),
    ],
)
def test_endless_worth_is_that_of_every_rate_and_chance(a, history, discount):
    """λ / (δ + λp) averaged over p in closed form, then over λ by a fine sum in 25 digits."""
    model = MBGNBD(r=0.243, alpha=4.414, a=a, b=2.426)
    got = model.dert(*history, weekly_discount=discount)
    with mpmath.workdps(25):
        R, c, _, B = of_one_who_is_there(model, history[0], history[2])
        A = mpmath.mpf(a)
        peak, reach = float(mpmath.log(R / c)), float(9 / mpmath.sqrt(R))
        low = max(peak - 9 * reach - 1, min(peak, math.log(discount)) - 40)
        high = peak + min(9 * reach, float(mpmath.log(60 / R + 9))) + 0.5
        step = min(0.25, reach / 22, (high - low) / 60)
        nodes = [mpmath.mpf(low + i * step) for i in range(int((high - low) / step) + 1)]
        mass = worth = mpmath.mpf(0)
        for v in nodes:
            density = mpmath.exp(R * (v - peak) - c * (mpmath.exp(v) - mpmath.exp(peak)))
            ratio = mpmath.exp(v) / discount
            worth += density * ratio * mpmath.hyp2f1(1, A, A + B, -ratio)
            mass += density
        mass = mpmath.exp(mpmath.loggamma(R) - R * mpmath.log(c) - R * peak) * mpmath.exp(
            c * mpmath.exp(peak)
        )
        want = worth * step / mass * chance_there(model, *history)
        assert abs(got - want) <= 1e-9 * want + TINY


def exact_counts(model, history, weeks, most):
    """[FHL] (8), with the parameters of a customer who is there."""
    R, c, A, B = of_one_who_is_there(model, history[0], history[2])
    alive, t = chance_there(model, *history), mpmath.mpf(weeks)
    chances, below = [], mpmath.mpf(0)
    nb, staying = (c / (c + t)) ** R, mpmath.mpf(1)
    for y in range(most + 1):
        leaving = staying * A / (A + B + y - 1) * (1 - below) if y else 0
        staying *= (B + y - 1) / (A + B + y - 1) if y else 1
        chances.append(alive * (staying * nb + leaving))
        below += nb
        nb *= (R + y) / (y + 1) * t / (c + t)
    chances[0] += 1 - alive
    return chances


@given(models(), histories(), horizons(), st.integers(0, 30))
def test_chances_of_counts_are_those_of_the_paper(model, history, weeks, most):
    got = model.count_probabilities(*history, weeks=weeks, most=most)
    assert len(got) == most + 1
    with mpmath.workdps(200):
        want = exact_counts(model, history, weeks, most)
        for y in range(most + 1):
            assert abs(got[y] - want[y]) <= 1e-9 * want[y] + TINY


def printed_chance_of_newcomer(model, x, t):
    """[FHL] (8) as printed, and the same with a chance to leave after the first purchase."""
    r, alpha, a, b, t = map(mpmath.mpf, (model.r, model.alpha, model.a, model.b, t))
    first, share = model.FIRST_CHANCES, t / (alpha + t)

    def nb(j):
        return mpmath.gammaprod([r + j], [r, j + 1]) * (alpha / (alpha + t)) ** r * share**j

    leaving = mpmath.beta(a + 1, b + x + first - 1) / mpmath.beta(a, b) if x + first else 0
    staying = mpmath.beta(a, b + x + first) / mpmath.beta(a, b)
    return staying * nb(x) + leaving * (1 - mpmath.fsum(nb(j) for j in range(x)))


@given(models(2), powers_of_ten(-2, 4), st.integers(0, 12))
def test_a_newcomers_counts_are_the_printed_formula(model, weeks, most):
    got = model.count_probabilities_of_newcomer(weeks=weeks, most=most)
    with mpmath.workdps(80):
        for x, chance in enumerate(got):
            want = printed_chance_of_newcomer(model, x, weeks)
            assert abs(chance - want) <= 1e-9 * want + TINY


@given(powers_of_ten(-6, 4), powers_of_ten(-2, 4), powers_of_ten(-4, 6), st.integers(1, 200))
def test_tails_of_counts_are_small_without_being_a_difference(shape, rate, weeks, most):
    tails = gamma_poisson_tails(PLAIN, shape, rate, weeks, most)
    assert tails[0] == 1.0
    with mpmath.workdps(400):
        R, c, t = map(mpmath.mpf, (shape, rate, weeks))
        nb, below = (c / (c + t)) ** R, mpmath.mpf(0)
        for y in range(most + 1):
            assert abs(tails[y] - (1 - below)) <= 1e-10 * (1 - below) + TINY
            below += nb
            nb *= (R + y) / (y + 1) * t / (c + t)


@given(
    st.lists(st.tuples(powers_of_ten(-3, 4), powers_of_ten(-2, 3)), min_size=1, max_size=5),
    powers_of_ten(-3, 4),
    st.integers(0, 40),
)
def test_counts_of_many_are_those_of_each(rows, weeks, most):
    shape, rate = map(np.array, zip(*rows, strict=True))
    for function in (gamma_poisson, gamma_poisson_tails):
        many = function(Arrays(), shape, rate, weeks, most)
        for i, (one_shape, one_rate) in enumerate(rows):
            alone = function(PLAIN, one_shape, one_rate, weeks, most)
            assert [each[i] for each in many] == pytest.approx(alone, rel=1e-10, abs=TINY)


# --- what holds between the figures -------------------------------------------------------------


@given(models(), histories(), horizons(), st.integers(0, 60))
def test_counts_are_chances_and_complement_the_chance_to_buy(model, history, weeks, most):
    chances = model.count_probabilities(*history, weeks=weeks, most=most)
    assert all(type(chance) is float and 0 <= chance <= 1 + 1e-12 for chance in chances)
    assert math.fsum(chances) <= 1 + 1e-10
    buys = model.purchase_probability(*history, weeks=weeks)
    assert chances[0] + buys == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("model", [CDNOW, MODIFIED])
@pytest.mark.parametrize("history", [(0, 0, 0), (0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31)])
def test_the_mean_of_the_counts_is_the_expected_number(model, history):
    chances = model.count_probabilities(*history, weeks=39, most=600)
    assert math.fsum(chances) == pytest.approx(1, abs=1e-10)
    mean = math.fsum(y * chance for y, chance in enumerate(chances))
    assert mean == pytest.approx(model.expected_purchases(*history, weeks=39), rel=1e-9)


@given(models(), histories())
def test_at_once_everything_is_as_it_is_now(model, history):
    alive = model.probability_alive(*history)
    assert model.survival_probability(*history, weeks=0) == alive
    assert model.expected_lifetime(*history, weeks=0) == 0
    assert model.purchase_probability(*history, weeks=0) == 0
    none, *some = model.count_probabilities(*history, weeks=0, most=2)
    assert none == pytest.approx(1, abs=1e-15)
    assert some == [0, 0]


@given(models(), histories(), powers_of_ten(-2, 4))
def test_lifetime_grows_by_the_survival(model, history, weeks):
    """Simpson's rule over a short stretch of time."""
    step = weeks * 1e-3
    before, after = (
        model.expected_lifetime(*history, weeks=weeks + step * side) for side in (-1, 1)
    )
    survival = [
        model.survival_probability(*history, weeks=weeks + step * side) for side in (-1, 0, 1)
    ]
    grown = step * (survival[0] + 4 * survival[1] + survival[2]) / 3
    assert after - before == pytest.approx(grown, rel=1e-4, abs=1e-10 * after + TINY)
    assert 0 <= after <= (weeks + step) * model.probability_alive(*history) * (1 + 1e-9)


@given(models(), histories(), powers_of_ten(-4, 0), st.floats(1.01, 3))
def test_endless_worth_falls_as_the_discount_rises(model, history, discount, factor):
    gentle, steep = (
        model.dert(*history, weekly_discount=rate) for rate in (discount, discount * factor)
    )
    assert steep < gentle or gentle < TINY


@pytest.mark.parametrize("model", [CDNOW, MODIFIED])
@pytest.mark.parametrize("history", [(0, 0, 38.86), (2, 30.43, 38.86), (129, 60.0, 62.0)])
@pytest.mark.parametrize("discount", [0.001, 0.0026877, 0.05])
def test_endless_worth_is_what_the_weekly_sum_comes_to(model, history, discount):
    """A week counts in its middle: off by δ²/24 of the sum, and as purchases dwindle by δ/12.

    The second, the leading term of Euler and Maclaurin, is δ/12 of the purchases of a week now.
    """
    weekly = model.discounted_purchases(*history, weeks=20 / discount, weekly_discount=discount)
    endless = model.dert(*history, weekly_discount=discount)
    dwindling = discount / 12 * model.expected_purchases(*history, weeks=1e-6) / 1e-6
    slack = 0.1 * dwindling + (discount**2 / 20 + 1e-8) * endless
    assert endless - dwindling == pytest.approx(weekly, abs=slack)


def test_nothing_discounted_for_ever_comes_at_once_where_the_discount_is_steep():
    rate = (0.243 + 2) / (4.414 + 38.86) * CDNOW.probability_alive(2, 30.43, 38.86)
    assert CDNOW.dert(2, 30.43, 38.86, weekly_discount=1e6) == pytest.approx(rate / 1e6, rel=1e-5)


# --- quantiles ----------------------------------------------------------------------------------


@given(models(), histories(), st.floats(0.001, 0.999))
def test_the_next_purchase_comes_in_time_with_that_probability(model, history, probability):
    weeks = model.next_purchase(*history, probability=probability)
    if weeks is None:
        far = model.purchase_probability(*history, weeks=1e12)
        assert far <= probability
    else:
        alive = model.probability_alive(*history)
        R, c = model.r + history[0], model.alpha + history[2]
        want = c * math.expm1(-math.log1p(-probability / alive) / R)
        slack = 1e-14 / (1 - probability / alive) / R
        assert weeks == pytest.approx(want, rel=1e-10 + 20 * slack)
        reached = model.purchase_probability(*history, weeks=weeks)
        assert reached == pytest.approx(probability, rel=1e-10)


@given(models(), histories(), st.floats(0.001, 0.999))
def test_the_remaining_lifetime_ends_with_that_probability(model, history, probability):
    weeks = model.remaining_lifetime(*history, probability=probability)
    alive = model.probability_alive(*history)
    if weeks is None:
        left = model.survival_probability(*history, weeks=1e12)
        assert left > 1 - probability
    elif weeks == 0:
        assert alive <= 1 - probability
    else:
        left = model.survival_probability(*history, weeks=min(weeks, 1e12))
        assert left == pytest.approx(1 - probability, rel=1e-9)


@given(models(), st.lists(histories(), min_size=1, max_size=5), st.floats(0.05, 0.95))
def test_many_get_the_figures_that_each_gets_alone(model, customers, probability):
    columns = list(zip(*customers, strict=True))

    def figures(*history):
        return (
            model.survival_probability(*history, weeks=52),
            model.expected_lifetime(*history, weeks=52),
            model.purchase_probability(*history, weeks=52),
            model.dert(*history, weekly_discount=0.0027),
            model.next_purchase(*history, probability=probability),
            model.remaining_lifetime(*history, probability=probability),
        )

    bulk = figures(*columns)
    table = model.count_probabilities(*columns, weeks=52, most=5)
    assert table.shape == (len(customers), 6)
    for i, one in enumerate(customers):
        for many, alone in zip(bulk, figures(*one), strict=True):
            assert alone is None or type(alone) is float
            assert many[i] == (None if alone is None else pytest.approx(alone, rel=1e-9, abs=TINY))
        chances = model.count_probabilities(*one, weeks=52, most=5)
        assert list(table[i]) == pytest.approx(list(chances), rel=1e-9, abs=TINY)


def test_someone_long_gone_never_comes_back_and_has_no_time_left():
    gone = (2000, 8.8, 38.86)
    assert CDNOW.next_purchase(*gone) is None
    assert CDNOW.remaining_lifetime(*gone) == 0.0
    assert CDNOW.count_probabilities(*gone, weeks=52, most=2) == (1.0, 0.0, 0.0)
    assert CDNOW.dert(*gone, weekly_discount=0.0027) == 0.0
    never, once = CDNOW.next_purchase([2000, 2], [8.8, 30.43], [38.86] * 2)
    assert never is None
    assert once == pytest.approx(CDNOW.next_purchase(2, 30.43, 38.86), rel=1e-12)


def test_a_purchase_that_takes_longer_than_any_shop_lasts_has_no_moment():
    model = BGNBD(r=0.01, alpha=100.0, a=1.0, b=1.0)
    assert model.next_purchase(0, 0, 0, probability=0.2) == pytest.approx(
        100 * math.expm1(-math.log(0.8) / 0.01), rel=1e-9
    )
    assert model.next_purchase(0, 0, 0, probability=0.5) is None


def test_who_never_leaves_has_no_last_week():
    model = BGNBD(r=0.6, alpha=7.0, a=1e-12, b=2.0)
    assert model.remaining_lifetime(3, 20.0, 30.0) is None
    assert model.remaining_lifetime([3], [20.0], [30.0]) == [None]


def test_the_search_meets_moments_near_and_far():
    for wanted in (1e-25, 1.0, 3e11):
        found = weeks_until(PLAIN, lambda t, w=wanted: t / (t + w) - 0.5, 1.0)
        assert found == pytest.approx(wanted, rel=1e-11)
    many = np.array([1e-25, 1.0, 3e11, 1e15])
    found = weeks_until(Arrays(), lambda t: t / (t + many) - 0.5, many)
    assert list(found) == [pytest.approx(w, rel=1e-11) for w in many[:3]] + [math.inf]


def test_the_search_crosses_steps_and_flats():
    found = weeks_until(PLAIN, lambda t: -1e-9 if t < 5 else 1.0, 1.0)
    assert found == pytest.approx(5, rel=1e-10)


# --- every model --------------------------------------------------------------------------------

EVERY = [CDNOW, MODIFIED, PARETO, FOR_EVER]


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.NAME)
@pytest.mark.parametrize("history", [(0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31)])
@pytest.mark.parametrize("probability", [0.05, 0.3, 0.5, 0.9])
def test_quantiles_of_every_model_give_back_their_probability(model, history, probability):
    weeks = model.next_purchase(*history, probability=probability)
    if weeks is None:
        assert model.purchase_probability(*history, weeks=1e12) <= probability
    else:
        reached = model.purchase_probability(*history, weeks=weeks)
        assert reached == pytest.approx(probability, rel=1e-9)
    weeks = model.remaining_lifetime(*history, probability=probability)
    if weeks is None:
        assert model.survival_probability(*history, weeks=1e12) > 1 - probability
    elif weeks == 0:
        assert model.probability_alive(*history) <= 1 - probability
    else:
        left = model.survival_probability(*history, weeks=weeks)
        assert left == pytest.approx(1 - probability, rel=1e-9)


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.NAME)
def test_customers_drawn_from_every_model_are_what_it_says(model):
    drawn = model.simulate(np.full(100_000, 39.0), seed=20)
    history = drawn.repeats, drawn.recency, drawn.age
    ahead = model.simulate_ahead(*history, weeks=26, seed=21)
    for seen, said in (
        (drawn.repeats, model.expected_purchases_of_newcomer(weeks=39)),
        (drawn.repeats == 2, model.count_probabilities_of_newcomer(weeks=39, most=2)[2]),
        (drawn.alive, model.survival_probability(0, 0, 0, weeks=39)),
        (drawn.alive, model.probability_alive(*history)),
        (ahead, model.expected_purchases(*history, weeks=26)),
        (ahead > 0, model.purchase_probability(*history, weeks=26)),
        (ahead == 1, model.count_probabilities(*history, weeks=26, most=1)[:, 1]),
    ):
        miss = seen - said
        assert abs(np.mean(miss)) <= 4 * np.std(miss) / len(miss) ** 0.5


def test_a_paper_that_leaves_a_question_open_makes_no_model():
    hooks = {
        *("_fit", "_log_likelihood", "_alive", "_purchases", "_discounted"),
        *("_discounted_for_ever", "_buying_within", "_staying", "_weeks_staying"),
        *("_counts", "_simulated"),
    }
    assert BuyingModel.__abstractmethods__ == hooks


# --- what is refused, and what needs no numpy ---------------------------------------------------


@pytest.mark.parametrize("probability", [0, 1, -0.1, 1.5, math.nan, None, "half"])
def test_a_probability_that_leaves_nothing_open_is_refused(probability):
    for ask in (CDNOW.next_purchase, CDNOW.remaining_lifetime):
        with pytest.raises(InvalidValueError, match="probability"):
            ask(2, 30.43, 38.86, probability=probability)


@pytest.mark.parametrize("most", [-1, 1.5, math.nan, math.inf, None, 1e9])
def test_a_number_of_purchases_that_cannot_be_is_refused(most):
    with pytest.raises(InvalidValueError, match="most"):
        CDNOW.count_probabilities(2, 30.43, 38.86, weeks=39, most=most)


@pytest.mark.parametrize("weeks", [-1, math.nan, math.inf, None, 1e13])
def test_a_horizon_that_cannot_exist_is_refused_everywhere(weeks):
    history = (2, 30.43, 38.86)
    for ask in (
        CDNOW.survival_probability,
        CDNOW.expected_lifetime,
        CDNOW.purchase_probability,
        lambda *h, weeks: CDNOW.count_probabilities(*h, weeks=weeks, most=3),
    ):
        with pytest.raises(InvalidValueError, match="weeks"):
            ask(*history, weeks=weeks)


@pytest.mark.parametrize("discount", [0, -1, math.nan, 1e-13, 1e7])
def test_a_discount_without_which_the_sum_has_no_end_is_refused(discount):
    with pytest.raises(InvalidValueError, match="weekly_discount"):
        CDNOW.dert(2, 30.43, 38.86, weekly_discount=discount)


def test_nobody_asked_is_nobody_answered():
    assert CDNOW.next_purchase([], [], []) == []
    assert CDNOW.remaining_lifetime([], [], []) == []
    assert CDNOW.count_probabilities([], [], [], weeks=39, most=3).shape == (0, 4)
    assert CDNOW.dert([], [], [], weekly_discount=0.1).shape == (0,)
    assert CDNOW.survival_probability([], [], [], weeks=39).shape == (0,)


def test_every_figure_of_one_customer_needs_the_standard_library_only():
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['scipy'] = None\n"
        "from crmkit.metrics.value import MBGNBD\n"
        "m, h = MBGNBD(r=.525, alpha=6.183, a=.891, b=1.614), (2, 30.43, 38.86)\n"
        "print(round(m.dert(*h, weekly_discount=.0027), 4))\n"
        "print(round(m.survival_probability(*h, weeks=52), 4))\n"
        "print(round(m.expected_lifetime(*h, weeks=52), 2))\n"
        "print(round(m.next_purchase(*h), 2), round(m.remaining_lifetime(*h), 2))\n"
        "print(round(m.count_probabilities(*h, weeks=39, most=3)[3], 4))\n"
        "try:\n    m.simulate([1], seed=1)\n"
        "except ImportError as e:\n    print(type(e).__name__)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    want = "4.913 0.4927 30.37 28.3 49.34 0.0839 MissingExtraError"
    assert run.stdout.split() == want.split()
