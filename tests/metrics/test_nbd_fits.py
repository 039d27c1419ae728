"""Fitting the NBD: right where the data tell, pooled and said so where they do not."""

import json
import math

import numpy as np
import pytest

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import NBD, from_plain, to_plain

NAMES = ("r", "alpha")


def simulated(n, *, r=0.8, alpha=10.0, seed=3, weeks=(10, 80)):
    """Customers who live by the model; ``r`` None for the same rate, 1 / alpha."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(*weeks, n)
    rate = np.full(n, 1 / alpha) if r is None else rng.gamma(r, 1 / alpha, n)
    repeats = rng.poisson(rate * age).astype(float)
    return repeats, np.where(repeats > 0, age / 2, 0.0), age


def alike(total, n=20, age=30.0):
    """Customers of one age who share these purchases as evenly as they can."""
    repeats = np.array([total // n + (i < total % n) for i in range(n)], dtype=float)
    return repeats, np.where(repeats > 0, 1.0, 0.0), np.full(n, age)


@pytest.fixture(scope="module")
def shop():
    return simulated(2000)


def parameters(model):
    return np.array([getattr(model, name) for name in NAMES])


def rate_spread(fit):
    """Standard error of the logarithm of the mean rate: var ln r + var ln α - 2 cov."""
    (of_r, both), (_, of_alpha) = fit.covariance
    return (of_r + of_alpha - 2 * both) ** 0.5


def test_planted_parameters_come_back_within_their_errors():
    fit = NBD.fit(*simulated(4000))
    assert (fit.converged, fit.notes) == (True, ())
    off = np.log(parameters(fit.model) / (0.8, 10.0))
    # Chi-square with 2 degrees of freedom stays below 13.8 in 99.9 %.
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 13.8


def test_the_covariance_is_the_inverse_curvature_of_the_likelihood(shop):
    fit = NBD.fit(*shop)
    best, step = np.log(parameters(fit.model)), 1e-3

    def likelihood(shift):
        values = dict(zip(NAMES, np.exp(best + shift), strict=True))
        return NBD(**values).log_likelihood(*shop).sum()

    def bend(i, j):
        corners = likelihood(i + j) + likelihood(-i - j) - likelihood(i - j) - likelihood(j - i)
        return corners / (4 * step**2)

    unit = np.eye(2) * step
    expected = np.linalg.inv(-np.array([[bend(i, j) for j in unit] for i in unit]))
    assert np.array(fit.covariance) == pytest.approx(expected, rel=1e-3)
    errors = parameters(fit.model) * np.sqrt(np.diag(expected))
    assert list(fit.standard_errors.values()) == pytest.approx(list(errors), rel=1e-3)


@pytest.mark.parametrize("columns", [simulated(2000), simulated(25), alike(25), alike(1)])
@pytest.mark.parametrize("factor", [7, 7 * 86_400, 1 / 52.18])
def test_days_seconds_or_years_give_the_same_model(columns, factor):
    repeats, recency, age = columns
    weeks, other = NBD.fit(*columns), NBD.fit(repeats, recency * factor, age * factor)
    assert parameters(other.model) == pytest.approx(parameters(weeks.model) * (1, factor), rel=1e-7)
    assert np.array(other.covariance) == pytest.approx(np.array(weeks.covariance), rel=1e-6)
    moved = weeks.log_likelihood - repeats.sum() * math.log(factor)
    assert other.log_likelihood == pytest.approx(moved, rel=1e-10)
    assert (other.converged, other.notes) == (weeks.converged, weeks.notes)


def test_weights_count_customers_and_order_does_not_matter(shop):
    columns = [column[:800] for column in shop]
    weights = np.random.default_rng(8).integers(0, 4, 800)
    repeated = NBD.fit(*(np.repeat(column, weights)[::-1] for column in columns))
    weighted = NBD.fit(*columns, weights=weights)
    assert parameters(weighted.model) == pytest.approx(parameters(repeated.model), rel=1e-9)
    assert weighted.n == repeated.n == weights.sum()


@pytest.mark.parametrize("total", [1, 2, 7, 25])
def test_customers_who_differ_no_more_than_chance_are_given_the_pooled_rate(total):
    history = alike(total)
    fit = NBD.fit(*history)
    assert not fit.converged
    assert any("everybody is given the pooled rate" in note for note in fit.notes)
    assert fit.standard_errors == {"r": None, "alpha": None}
    assert fit.model.mean_rate == pytest.approx(total / 600, rel=1e-12)
    rates = fit.model.expected_purchases(*history, weeks=1)
    assert rates == pytest.approx(np.full(20, total / 600), rel=1e-4)
    assert fit.log_likelihood == pytest.approx(total * math.log(total / 600) - total, rel=1e-4)


@pytest.mark.parametrize("total", [1, 7, 25])
def test_the_pooled_rate_has_the_spread_of_a_poissons(total):
    assert rate_spread(NBD.fit(*alike(total))) == pytest.approx(total**-0.5, rel=1e-4)


def test_where_differences_are_hardly_told_the_rate_still_has_an_interval():
    fit = NBD.fit([0, 1, 0, 2, 2], [0, 9, 0, 9, 9], [40, 40, 20, 10, 40])
    assert not fit.converged
    assert any("hardly determine r" in note for note in fit.notes)
    assert fit.standard_errors == {"r": None, "alpha": None}
    assert 0.3 < rate_spread(fit) < 1.5


@pytest.mark.parametrize("n", [30, 50, 100])
@pytest.mark.parametrize(("r", "alpha"), [(0.4, 12.0), (2.0, 60.0), (None, 40.0)])
def test_the_interval_of_the_mean_rate_covers_it_as_often_as_it_says(n, r, alpha):
    """95 % on the log scale; 150 shops each. Between 90 and 98 % is what is asked."""
    covered, truth = 0, math.log((r or 1) / alpha)
    for seed in range(150):
        fit = NBD.fit(*simulated(n, r=r, alpha=alpha, seed=seed, weeks=(20, 60)))
        covered += abs(math.log(fit.model.mean_rate) - truth) < 1.96 * rate_spread(fit)
    # Drawn 150 times, 90 % and 98 % themselves are within 7 and 4 shops of 135 and 147.
    assert 128 <= covered <= 150


def test_two_customers_and_one_purchase_are_enough():
    fit = NBD.fit([1, 0], [3, 0], [10, 30])
    assert fit.model.mean_rate == pytest.approx(1 / 40, rel=0.5)
    assert fit.notes[0].startswith("little evidence: 2 customers")
    assert rate_spread(fit) > 0.9


@pytest.mark.parametrize(
    ("repeats", "recency", "age", "missing", "got"),
    [
        ([], [], [], "customers with an age", 0),
        (2, 3.0, 5.0, "customers with an age", 1),
        ([2, 0], [3.0, 0], [5.0, 0], "customers with an age", 1),
        ([0] * 500, [0.0] * 500, [0.0] * 500, "customers with an age", 0),
        ([0] * 500, [0.0] * 500, list(range(500)), "repeat purchase", 0),
    ],
)
def test_a_hopeless_base_is_refused_with_what_it_lacks(repeats, recency, age, missing, got):
    with pytest.raises(InsufficientDataError) as refusal:
        NBD.fit(repeats, recency, age)
    assert (refusal.value.what, refusal.value.got) == (missing, got)
    assert "NBD" in str(refusal.value)


@pytest.mark.parametrize(
    ("row", "field"), [((math.nan, 1, 5), "repeats[7]"), ((3, 0, 5), "recency[7]")]
)
def test_one_bad_row_is_refused_by_number(row, field, shop):
    columns = [column.copy() for column in shop]
    for column, value in zip(columns, row, strict=True):
        column[7] = value
    with pytest.raises(InvalidValueError) as refusal:
        NBD.fit(*columns)
    assert refusal.value.field == field


def test_customers_of_this_moment_change_nothing():
    columns = simulated(50)
    more = NBD.fit(*(np.append(column, [0.0, 0.0, 0.0]) for column in columns))
    assert parameters(more.model) == pytest.approx(parameters(NBD.fit(*columns).model), rel=1e-8)


def test_a_base_of_repeat_buyers_alone_is_pointed_out(shop):
    bought_again = shop[0] > 0
    fit = NBD.fit(*(column[bought_again] for column in shop))
    assert any("one-time buyers belong in the data" in note for note in fit.notes)


@pytest.mark.parametrize("columns", [simulated(200), alike(3)])
def test_a_fit_survives_json_to_the_last_digit(columns):
    fit = NBD.fit(*columns)
    assert from_plain(json.loads(json.dumps(to_plain(fit)))) == fit
