"""Gamma-Gamma: exact at any size, alike for one and many, and never a silent fit."""

import json
import math
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import GammaGamma, from_plain, to_plain

CDNOW = GammaGamma(p=6.25, q=3.74, gamma=15.44)
NAMES = ("p", "q", "gamma")


BIG = GammaGamma(p=4.0, q=3.0, gamma=20.0)


def powers_of_ten(lowest, highest):
    return st.floats(lowest, highest).map(lambda power: 10.0**power)


def models():
    return st.builds(
        lambda p, more, gamma: GammaGamma(p=p, q=1 + more, gamma=gamma),
        powers_of_ten(-2, 3),
        powers_of_ten(-3, 4),
        powers_of_ten(-3, 6),
    )


def spends():
    return st.tuples(st.integers(1, 20) | st.integers(100, 10_000), powers_of_ten(-2, 7))


def any_models():
    """Parameters from 1e-6 to 1e4, and a q down to a hair above 1."""
    return st.builds(
        lambda p, more, gamma: GammaGamma(p=p, q=1 + more, gamma=gamma),
        powers_of_ten(-6, 4),
        powers_of_ten(-12, 4),
        powers_of_ten(-6, 4),
    )


def chances():
    return (
        st.floats(0.001, 0.999)
        | powers_of_ten(-300, -3)
        | powers_of_ten(-15, -3).map(lambda rest: 1 - rest)
    )


def upper_or_lower(shape, low, high):
    """The regularised incomplete gamma, its series or fraction allowed to be long."""
    if shape > 1e5:
        assume(condition=False)
    return mpmath.gammainc(shape, low, high, regularized=True)


def stub(*, days=(1, 2), spending_repeats=0, mean_repeat_spend=None):
    """What the fit reads of a customer's summary."""
    return SimpleNamespace(
        days=days, spending_repeats=spending_repeats, mean_repeat_spend=mean_repeat_spend
    )


def parameters(model):
    return np.array([getattr(model, name) for name in NAMES])


def simulated(n, *, p=6.0, q=4.0, gamma=15.0, seed=25):
    rng = np.random.default_rng(seed)
    purchases = rng.integers(1, 8, n)
    scale = rng.gamma(q, 1 / gamma, n)
    return purchases, rng.gamma(p * purchases) / (scale * purchases)


@given(any_models(), spends())
def test_log_likelihood_equals_the_papers_formula_at_50_digits(model, spent):
    x, z = spent
    with mpmath.workdps(50):
        p, q, gamma, x, z = map(mpmath.mpf, (model.p, model.q, model.gamma, x, z))
        want = mpmath.log(mpmath.gammaprod([p * x + q], [p * x, q]))
        want += q * mpmath.log(gamma) + (p * x - 1) * mpmath.log(z)
        want += p * x * mpmath.log(x) - (p * x + q) * mpmath.log(gamma + x * z)
        assert abs(model.log_likelihood(*spent) - want) < 1e-9 * (1 + abs(want))


@given(any_models(), st.just((0, None)) | spends())
def test_expected_spend_equals_the_papers_weighted_mean_at_50_digits(model, spent):
    got = model.expected_spend(*spent)
    with mpmath.workdps(50):
        p, q, gamma, x, z = map(
            mpmath.mpf, (model.p, model.q, model.gamma, spent[0], spent[1] or 0)
        )
        own = p * x / (p * x + q - 1)
        want = (1 - own) * gamma * p / (q - 1) + own * z
        assert abs(got / want - 1) < 1e-12


@given(any_models(), st.just((0, None)) | spends(), chances())
def test_the_quantile_leaves_the_right_chance_at_40_digits(model, spent, chance):
    """The error of the quantile is that of its chance, over the density of the logarithm."""
    # Beyond that, a scale of this shape is so near 0 that its inverse may be no number.
    assume(math.log1p(-chance) / (model.p * spent[0] + model.q) > -600)
    got = model.spend_quantile(*spent, probability=chance)
    with mpmath.workdps(40):
        p, q, gamma, x, z = map(
            mpmath.mpf, (model.p, model.q, model.gamma, spent[0], spent[1] or 0)
        )
        shape, scale = p * x + q, (gamma + x * z) * p / mpmath.mpf(got)
        ends = (scale, mpmath.inf) if chance < 0.5 else (0, scale)
        tail = upper_or_lower(shape, *ends)
        wanted = mpmath.mpf(chance) if chance < 0.5 else 1 - mpmath.mpf(chance)
        density = mpmath.exp(shape * mpmath.log(scale) - scale - mpmath.loggamma(shape))
        assert abs(mpmath.log(tail / wanted) * tail / density) < 1e-8


@pytest.mark.parametrize("shape", [1e6, 3e8])
@pytest.mark.parametrize("chance", [1e-6, 0.3, 0.999])
def test_the_quantile_of_a_customer_with_very_many_purchases(shape, chance):
    """The integral of the density itself, over twelve of its widths, at 30 digits."""
    model = GammaGamma(p=1.0, q=2.0, gamma=1.0)
    got = model.spend_quantile(shape - 2, 50.0, probability=chance)
    with mpmath.workdps(30):
        a = mpmath.mpf(shape)
        g = (1 + (a - 2) * 50) / mpmath.mpf(got)

        def density(t):
            return mpmath.exp((a - 1) * mpmath.log(t) - t - mpmath.loggamma(a))

        width = mpmath.sqrt(a)
        above = mpmath.quad(density, [g + k * width / 2 for k in range(25)])
        assert abs(above / chance - 1) < 1e-8


@given(models(), spends())
def test_expected_spend_lies_between_the_customer_and_the_population(model, spent):
    low, high = sorted((model.population_mean, spent[1]))
    assert low * (1 - 1e-9) <= model.expected_spend(*spent) <= high * (1 + 1e-9)


@given(models(), st.lists(spends(), min_size=1, max_size=5))
def test_many_customers_get_what_each_gets_alone(model, customers):
    columns = list(zip(*customers, strict=True))
    for method in (model.log_likelihood, model.expected_spend):
        alone = [method(*one) for one in customers]
        assert all(type(figure) is float for figure in alone)
        assert list(method(*columns)) == pytest.approx(alone, rel=1e-12, abs=1e-8)


def test_without_purchases_a_customer_is_expected_to_spend_as_the_population():
    assert CDNOW.expected_spend(0, None) == pytest.approx(CDNOW.population_mean, rel=1e-14)
    many = CDNOW.expected_spend([0, 2], [None, 22.35])
    assert list(many) == pytest.approx([CDNOW.population_mean, CDNOW.expected_spend(2, 22.35)])
    assert CDNOW.log_likelihood(0, None) == 0.0


@pytest.mark.parametrize("q", [1.0, 0.7])
def test_without_a_mean_no_spend_is_expected(q):
    with pytest.raises(InvalidValueError, match="above 1"):
        GammaGamma(p=1, q=q, gamma=1).expected_spend(2, 10.0)


@pytest.mark.parametrize(
    ("purchases", "mean", "field"),
    [
        (1.5, 10, "purchases"),
        (-1, 10, "purchases"),
        (math.nan, 10, "purchases"),
        (2, 0, "mean_spend"),
        (2, -3, "mean_spend"),
        (2, math.nan, "mean_spend"),
        (2, None, "mean_spend"),
        (2, math.inf, "mean_spend"),
    ],
)
def test_a_spend_that_cannot_exist_is_refused_by_name_and_row(purchases, mean, field):
    with pytest.raises(InvalidValueError) as alone:
        CDNOW.expected_spend(purchases, mean)
    assert alone.value.field == field
    for ask in (CDNOW.expected_spend, GammaGamma.fit):
        with pytest.raises(InvalidValueError) as among:
            ask([1, 1, purchases], [5.0, 6.0, mean])
        assert among.value.field == f"{field}[2]"


def test_planted_parameters_come_back_within_their_errors():
    fit = GammaGamma.fit(*simulated(3000))
    assert fit.converged
    assert fit.notes == ()
    off = np.log(parameters(fit.model) / (6.0, 4.0, 15.0))
    # Chi-square with 3 degrees of freedom stays below 16.3 in 99.9 %.
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 16.3


def test_no_neighbour_of_the_fit_is_more_likely():
    spent = simulated(500)
    fit = GammaGamma.fit(*spent)
    best = fit.model.log_likelihood(*spent).sum()
    assert best == pytest.approx(fit.log_likelihood, rel=1e-10)
    for name in NAMES:
        for factor in (0.999, 1.001):
            values = {n: getattr(fit.model, n) * (factor if n == name else 1) for n in NAMES}
            assert GammaGamma(**values).log_likelihood(*spent).sum() < best


@pytest.mark.parametrize("factor", [100, 1e6, 1e-3])
def test_cents_or_millions_give_the_same_model(factor):
    purchases, mean = simulated(500)
    units, other = GammaGamma.fit(purchases, mean), GammaGamma.fit(purchases, mean * factor)
    expected = parameters(units.model) * (1, 1, factor)
    assert parameters(other.model) == pytest.approx(expected, rel=1e-8)
    moved = units.log_likelihood - 500 * math.log(factor)
    assert other.log_likelihood == pytest.approx(moved, rel=1e-10)


def test_weights_count_customers_and_customers_without_purchases_are_left_out():
    purchases, mean = simulated(400)
    weights = np.random.default_rng(8).integers(0, 4, 400)
    repeated = GammaGamma.fit(np.repeat(purchases, weights), np.repeat(mean, weights))
    weighted = GammaGamma.fit([*purchases, 0, 0], [*mean, None, 0.0], weights=[*weights, 2, 1])
    assert parameters(weighted.model) == pytest.approx(parameters(repeated.model), rel=1e-9)
    assert weighted.n == repeated.n
    assert weighted.notes == ("3 customers without purchases were left out",)


@pytest.mark.parametrize(
    ("purchases", "mean", "missing"),
    [
        ([1] * 50, [20.0] * 50, "different mean spends"),
        ([1] * 5, [20.0, 3, 4, 5, 6], "customers with spend"),
        ([0] * 50, [0.0] * 50, "customers with spend"),
        (2, 20.0, "customers with spend"),
    ],
)
def test_hopeless_spends_are_refused_with_what_they_lack(purchases, mean, missing):
    with pytest.raises(InsufficientDataError) as refusal:
        GammaGamma.fit(purchases, mean)
    assert refusal.value.what == missing


def test_heavy_tailed_spend_is_told_and_then_expects_nothing():
    rng = np.random.default_rng(1)
    fit = GammaGamma.fit(rng.integers(1, 6, 500), np.exp(rng.normal(3, 2, 500)))
    assert fit.model.q <= 1
    assert not fit.converged
    assert any("has no mean" in note for note in fit.notes)
    with pytest.raises(InvalidValueError):
        fit.model.expected_spend(1, 20.0)


def test_customers_who_hardly_differ_run_to_the_border_and_say_so():
    rng = np.random.default_rng(1)
    fit = GammaGamma.fit(rng.integers(1, 6, 500), 20 + rng.normal(0, 0.01, 500))
    assert not fit.converged
    assert set(fit.standard_errors.values()) == {None}
    assert any("ran to the border" in note for note in fit.notes)


def test_spend_that_goes_with_the_number_of_purchases_is_pointed_out():
    rng = np.random.default_rng(1)
    purchases = rng.integers(1, 6, 500)
    fit = GammaGamma.fit(purchases, purchases * rng.gamma(5, size=500))
    assert any("are correlated (+0." in note for note in fit.notes)


def test_a_fit_survives_json_to_the_last_digit():
    fit = GammaGamma.fit(*simulated(200))
    assert from_plain(json.loads(json.dumps(to_plain(fit)))) == fit


@given(models(), st.lists(spends(), min_size=1, max_size=4), st.floats(0.01, 0.99))
def test_many_customers_get_the_quantile_that_each_gets_alone(model, customers, chance):
    columns = list(zip(*customers, strict=True))
    alone = [model.spend_quantile(*one, probability=chance) for one in customers]
    assert all(type(figure) is float for figure in alone)
    assert list(model.spend_quantile(*columns, probability=chance)) == pytest.approx(
        alone, rel=1e-10
    )


@given(models(), spends(), st.floats(0.001, 0.99), st.floats(1.001, 10))
def test_a_higher_chance_is_a_higher_spend(model, spent, chance, factor):
    higher = 1 - (1 - chance) / factor
    low, high = (model.spend_quantile(*spent, probability=each) for each in (chance, higher))
    assert low < high


def test_quantiles_equal_scipys_inverse_gamma():
    for x, z, chance in ((0, None, 0.9), (1, 5.0, 0.025), (2, 22.35, 0.5), (9, 40.0, 0.975)):
        shape, scale = 6.25 * x + 3.74, 6.25 * (15.44 + x * (z or 0))
        want = stats.invgamma.ppf(chance, shape, scale=scale)
        assert CDNOW.spend_quantile(x, z, probability=chance) == pytest.approx(want, rel=1e-10)


def test_a_customer_of_many_purchases_is_known_closely_and_one_of_none_is_not():
    few, many = (
        [CDNOW.spend_quantile(x, 30.0, probability=chance) for chance in (0.025, 0.975)]
        for x in (0, 1000)
    )
    assert few == pytest.approx([11.5, 100.5], rel=0.01)
    assert many == pytest.approx([29.3, 30.8], abs=0.1)


def test_a_quantile_without_a_mean_is_given_and_one_beyond_all_numbers_refused():
    heavy = GammaGamma(p=1.0, q=0.5, gamma=10.0)
    want = stats.invgamma.ppf(0.5, 0.5, scale=10.0)
    assert heavy.spend_quantile(0, None, probability=0.5) == pytest.approx(want, rel=1e-10)
    endless = GammaGamma(p=1.0, q=0.001, gamma=10.0)
    with pytest.raises(InvalidValueError, match="beyond all numbers"):
        endless.spend_quantile(0, None, probability=0.9)
    with pytest.raises(InvalidValueError, match=r"probability\[1\]"):
        endless.spend_quantile([500, 0], [3.0, None], probability=0.9)


@pytest.mark.parametrize("chance", [0, 1, -0.1, 1.5, math.nan, None, [0.1, 0.2]])
def test_a_chance_that_cannot_exist_is_refused(chance):
    with pytest.raises(InvalidValueError, match="probability"):
        CDNOW.spend_quantile(2, 22.35, probability=chance)


@given(any_models(), spends(), powers_of_ten(-2, 6))
def test_cents_or_millions_only_rescale_what_is_expected(model, spent, factor):
    x, z = spent
    other = GammaGamma(p=model.p, q=model.q, gamma=model.gamma * factor)
    want = model.expected_spend(x, z) * factor
    assert other.expected_spend(x, z * factor) == pytest.approx(want, rel=1e-12)
    want = model.spend_quantile(x, z, probability=0.4) * factor
    assert other.spend_quantile(x, z * factor, probability=0.4) == pytest.approx(want, rel=1e-9)
    want = model.log_likelihood(x, z) - math.log(factor)
    assert other.log_likelihood(x, z * factor) == pytest.approx(want, rel=1e-9, abs=1e-7)


def test_at_a_q_just_above_1_the_unknown_have_a_huge_mean_and_the_known_their_own():
    model = GammaGamma(p=2.0, q=1 + 2**-40, gamma=3.0)
    assert model.expected_spend(0, None) == pytest.approx(6 * 2.0**40, rel=1e-12)
    assert model.expected_spend(10**9, 20.0) == pytest.approx(20, rel=1e-8)


def test_simulated_newcomers_have_the_models_mean_and_quantiles():
    """200,000 customers with 3 purchases each, seed 25; their own means vary less."""
    drawn = BIG.simulate(np.full(200_000, 3), seed=25)
    assert drawn.min() > 0
    error = drawn.std() / len(drawn) ** 0.5
    assert abs(drawn.mean() - BIG.population_mean) < 4 * error
    # x z̄ / γ is a ratio of Gammas of shapes px and q.
    middle = 20.0 * stats.betaprime.median(12, 3) / 3
    assert np.median(drawn) == pytest.approx(middle, rel=0.01)


def test_the_fit_of_simulated_customers_finds_the_model():
    purchases = np.random.default_rng(8).integers(1, 8, 3000)
    fit = GammaGamma.fit(purchases, BIG.simulate(purchases, seed=4))
    off = np.log(parameters(fit.model) / parameters(BIG))
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 16.3


@pytest.mark.parametrize(("purchases", "mean"), [(0, None), (1, 90.0), (12, 25.0)])
def test_simulated_futures_follow_what_is_expected_of_the_customer(purchases, mean):
    n, ahead = 100_000, 5
    drawn = BIG.simulate_ahead([purchases] * n, [mean] * n, [ahead] * n, seed=3)
    error = drawn.std() / n**0.5
    assert abs(drawn.mean() - ahead * BIG.expected_spend(purchases, mean)) < 4 * error


def test_over_very_many_purchases_the_future_shows_the_customers_own_mean():
    """Its quantiles are those of the personal mean, by which spend_quantile is tested again."""
    n, ahead = 50_000, 10**6
    drawn = BIG.simulate_ahead([2] * n, [40.0] * n, [ahead] * n, seed=3) / ahead
    for chance in (0.05, 0.5, 0.95):
        edge = BIG.spend_quantile(2, 40.0, probability=chance)
        assert (drawn < edge).mean() == pytest.approx(chance, abs=0.005)


def test_no_further_purchases_cost_nothing_and_seeds_repeat():
    drawn = BIG.simulate_ahead([2, 0, 3], [10.0, None, 5.0], [0, 0, 2], seed=1)
    assert list(drawn[:2]) == [0.0, 0.0]
    assert drawn[2] > 0
    assert list(BIG.simulate([1, 2], seed=5)) == list(BIG.simulate([1, 2], seed=5))
    assert list(BIG.simulate([1, 2], seed=5)) != list(BIG.simulate([1, 2], seed=6))
    assert BIG.simulate(3, seed=1).shape == BIG.simulate_ahead(1, 9.0, 4, seed=1).shape == (1,)
    assert BIG.simulate([], seed=1).shape == (0,)


def test_spend_that_all_but_vanishes_is_drawn_above_0():
    drawn = GammaGamma(p=1e-4, q=2.0, gamma=1.0).simulate([1] * 1000, seed=1)
    assert np.isfinite(drawn).all()
    assert drawn.min() > 0


@pytest.mark.parametrize(
    ("draw", "field"),
    [
        (lambda: BIG.simulate([2, 0], seed=1), "purchases[1]"),
        (lambda: BIG.simulate([1.5], seed=1), "purchases[0]"),
        (lambda: BIG.simulate([math.nan], seed=1), "purchases[0]"),
        (lambda: BIG.simulate([1], seed=-1), "seed"),
        (lambda: BIG.simulate_ahead([1], [5.0], [-1], seed=1), "future_purchases[0]"),
        (lambda: BIG.simulate_ahead([1], [5.0], [0.5], seed=1), "future_purchases[0]"),
        (lambda: BIG.simulate_ahead([1], [0.0], [1], seed=1), "mean_spend[0]"),
        (lambda: GammaGamma(p=1, q=1, gamma=1).simulate([1], seed=1), "q"),
        (lambda: GammaGamma(p=1, q=0.9, gamma=1).simulate_ahead([1], [1.0], [1], seed=1), "q"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(draw, field):
    with pytest.raises(InvalidValueError) as refusal:
        draw()
    assert refusal.value.field == field


def test_summaries_are_read_as_days_with_spend_after_the_first_occasion():
    purchases, mean = simulated(60)
    people = [
        stub(spending_repeats=int(x), mean_repeat_spend=100 * z)
        for x, z in zip(purchases, mean, strict=True)
    ]
    unseen = [
        stub(days=()),
        stub(spending_repeats=0, mean_repeat_spend=None),
        stub(spending_repeats=2, mean_repeat_spend=-5.0),
    ]
    fit = GammaGamma.fit_summaries([*people, *unseen], currency="EUR")
    want = GammaGamma.fit(purchases, mean)
    assert parameters(fit.model) == pytest.approx(parameters(want.model), rel=1e-6)
    assert fit.n == 60
    assert fit.notes[0] == "2 customers without purchases were left out"
    yen = GammaGamma.fit_summaries(people, currency="JPY")
    assert yen.model.gamma == pytest.approx(100 * want.model.gamma, rel=1e-6)


def test_summaries_of_no_currency_or_of_nobody_are_refused():
    with pytest.raises(InvalidValueError, match="currency"):
        GammaGamma.fit_summaries([], currency="euro")
    with pytest.raises(InsufficientDataError, match="customers with spend"):
        GammaGamma.fit_summaries([], currency="EUR")


@pytest.mark.parametrize("purchases", [1, 5])
@pytest.mark.parametrize(("spend", "side"), [(1e4, "above"), (1e9, "above"), (1e-6, "below")])
def test_one_outlier_is_named(purchases, spend, side):
    x, z = simulated(500)
    fit = GammaGamma.fit(np.append(x, purchases), np.append(z, spend))
    assert any(note.startswith("outlier: ") and f"far {side}" in note for note in fit.notes)
    assert any(f"{spend:,.6g}" in note for note in fit.notes)


@pytest.mark.parametrize("scatter", [0.3, 0.5, 0.8, 1.0, 1.5, 2.0])
def test_log_normal_spend_has_the_datas_mean_or_a_note_that_it_has_not(scatter):
    rng = np.random.default_rng(7)
    purchases, mean = rng.integers(1, 8, 500), np.exp(rng.normal(3, scatter, 500))
    fit = GammaGamma.fit(purchases, mean)
    told = [note for note in fit.notes if "that of the data" in note or "has no mean" in note]
    is_right = fit.model.q > 1 and abs(fit.model.population_mean / mean.mean() - 1) < 0.2
    assert is_right != bool(told)
    assert is_right or scatter >= 1
    assert told or scatter < 1.5


def test_one_customer_apart_from_constant_spend_is_told_twice():
    purchases = np.random.default_rng(7).integers(1, 9, 400)
    fit = GammaGamma.fit(purchases, np.where(np.arange(400) < 399, 20.0, 25.0))
    assert not fit.converged
    assert any("ran to the border" in note for note in fit.notes)
    assert any(note.startswith("outlier: a mean spend of 25") for note in fit.notes)
