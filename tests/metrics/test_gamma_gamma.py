"""Gamma-Gamma: exact at any size, alike for one and many, and never a silent fit."""

import json
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import GammaGamma, from_plain, to_plain

CDNOW = GammaGamma(p=6.25, q=3.74, gamma=15.44)
NAMES = ("p", "q", "gamma")


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


def parameters(model):
    return np.array([getattr(model, name) for name in NAMES])


def simulated(n, *, p=6.0, q=4.0, gamma=15.0, seed=25):
    rng = np.random.default_rng(seed)
    purchases = rng.integers(1, 8, n)
    scale = rng.gamma(q, 1 / gamma, n)
    return purchases, rng.gamma(p * purchases) / (scale * purchases)


@given(models(), spends())
def test_log_likelihood_equals_the_papers_formula_at_50_digits(model, spent):
    x, z = spent
    with mpmath.workdps(50):
        p, q, gamma, x, z = map(mpmath.mpf, (model.p, model.q, model.gamma, x, z))
        want = mpmath.log(mpmath.gammaprod([p * x + q], [p * x, q]))
        want += q * mpmath.log(gamma) + (p * x - 1) * mpmath.log(z)
        want += p * x * mpmath.log(x) - (p * x + q) * mpmath.log(gamma + x * z)
        size = model.p * spent[0] + model.q
        assert abs(model.log_likelihood(*spent) - want) < 1e-11 * (100 + abs(want) + size)


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
