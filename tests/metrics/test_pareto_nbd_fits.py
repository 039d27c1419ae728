"""Fitting the Pareto/NBD: planted parameters come back, and hopeless data is told."""

import csv
import gzip
import json
import math

import numpy as np
import pytest

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import ParetoNBD, from_plain, to_plain
from crmkit.metrics.value.fitting import pareto_nbd as fitting

NAMES = ("r", "alpha", "s", "beta")
PLANTED = ParetoNBD(r=0.8, alpha=8.0, s=1.2, beta=20.0)


def simulated(n, model=PLANTED, *, seed=3, weeks=(10, 80)):
    """Customers of a model, by age in whole days."""
    ages = np.round(np.random.default_rng(seed).uniform(*weeks, n) * 7) / 7
    drawn = model.simulate(ages, seed=seed)
    return drawn.repeats, drawn.recency, drawn.age


@pytest.fixture(scope="module")
def shop():
    return simulated(3000)


@pytest.fixture(scope="module")
def fitted(shop):
    return ParetoNBD.fit(*shop)


def parameters(model):
    return np.array([getattr(model, name) for name in NAMES])


def likelihood(point, history):
    return ParetoNBD(**dict(zip(NAMES, np.exp(point), strict=True))).log_likelihood(*history).sum()


def test_planted_parameters_come_back_within_their_errors():
    fit = ParetoNBD.fit(*simulated(6000))
    assert fit.converged
    assert fit.notes == ()
    off = np.log(parameters(fit.model) / parameters(PLANTED))
    # Mahalanobis distance; chi-square with 4 degrees of freedom stays below 18.5 in 99.9 %.
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 18.5


def test_the_slopes_are_those_of_the_likelihood(shop):
    """With alpha below, above and beside beta, busy and silent customers, and T = t_x."""
    repeats, recency, age = (column[:300].copy() for column in shop)
    repeats[:3], recency[:3], age[:3] = (900, 900, 40), (30.0, 2.0, 30.0), (31.0, 60.0, 30.0)
    data = fitting.buying_data(repeats, recency, age, None).in_mean_ages()
    objective = fitting._Likelihood(data)
    for values in (
        (0.5, 0.3, 0.6, 0.4),
        (0.5, 0.4, 0.6, 0.3),
        (3, 1e-3, 0.05, 30),
        (40, 9, 2, 0.01),
    ):
        point, unit = np.log(values), np.log([1, data.unit, 1, data.unit])
        value, slopes = objective(point)
        whole = likelihood(point + unit, (repeats, recency, age))
        assert value * 300 - repeats.sum() * math.log(data.unit) == pytest.approx(whole, rel=1e-11)
        for i, step in enumerate(np.eye(4) * 1e-5):
            rise = (objective(point + step)[0] - objective(point - step)[0]) / 2e-5
            assert slopes[i] == pytest.approx(rise, rel=1e-6, abs=1e-7)


def test_the_covariance_is_the_inverse_curvature_of_the_likelihood(shop, fitted):
    best, unit = np.log(parameters(fitted.model)), np.eye(4) * 1e-3
    curvature = np.array(
        [
            [
                likelihood(best + i + j, shop)
                - likelihood(best + i - j, shop)
                - likelihood(best + j - i, shop)
                + likelihood(best - i - j, shop)
                for j in unit
            ]
            for i in unit
        ]
    ) / (4 * 1e-6)
    expected = np.linalg.inv(-curvature)
    assert np.array(fitted.covariance) == pytest.approx(expected, rel=5e-3)
    errors = parameters(fitted.model) * np.sqrt(np.diag(expected))
    assert list(fitted.standard_errors.values()) == pytest.approx(list(errors), rel=5e-3)


def test_the_likelihood_of_the_fit_is_the_models_own_and_flat(shop, fitted):
    best = np.log(parameters(fitted.model))
    assert fitted.log_likelihood == pytest.approx(likelihood(best, shop), rel=1e-12)
    for step in np.eye(4) * 1e-4:
        rise = likelihood(best + step, shop) - likelihood(best - step, shop)
        assert abs(rise / 2e-4) < 1e-3


@pytest.mark.parametrize("factor", [7, 7 * 86_400, 1 / 52.18])
def test_days_seconds_or_years_give_the_same_model(factor, shop, fitted):
    repeats, recency, age = shop
    other = ParetoNBD.fit(repeats, recency * factor, age * factor)
    expected = parameters(fitted.model) * (1, factor, 1, factor)
    assert parameters(other.model) == pytest.approx(expected, rel=1e-7)
    assert np.array(other.covariance) == pytest.approx(np.array(fitted.covariance), rel=1e-5)
    moved = fitted.log_likelihood - repeats.sum() * math.log(factor)
    assert other.log_likelihood == pytest.approx(moved, rel=1e-10)
    assert (other.converged, other.notes) == (fitted.converged, fitted.notes)


def test_weights_count_customers(shop):
    columns = [column[:800] for column in shop]
    weights = np.random.default_rng(8).integers(0, 4, 800)
    repeated = ParetoNBD.fit(*(np.repeat(column, weights) for column in columns))
    weighted = ParetoNBD.fit(*columns, weights=weights)
    assert parameters(weighted.model) == pytest.approx(parameters(repeated.model), rel=1e-8)
    assert weighted.n == repeated.n == weights.sum()


def test_the_order_of_customers_does_not_matter(shop, fitted):
    same = ParetoNBD.fit(*(column[::-1] for column in shop)).model
    assert parameters(same) == pytest.approx(parameters(fitted.model), rel=1e-8)


def test_a_search_that_begins_with_some_customers_ends_with_all(monkeypatch, shop, fitted):
    monkeypatch.setattr(fitting, "_WORTH_A_SAMPLE", 100)
    monkeypatch.setattr(fitting, "_SAMPLE", 500)
    other = ParetoNBD.fit(*shop)
    assert parameters(other.model) == pytest.approx(parameters(fitted.model), rel=1e-7)
    assert np.array(other.covariance) == pytest.approx(np.array(fitted.covariance), rel=1e-4)


def test_some_customers_are_drawn_evenly_by_weight(monkeypatch, shop):
    data = fitting.buying_data(*shop, None).in_mean_ages()
    some = fitting._some(data)
    assert some.n == fitting._SAMPLE
    monkeypatch.setattr(fitting, "_SAMPLE", 600)
    few = fitting._some(data)
    assert len(few.w) <= 600
    assert few.repeaters / few.n == pytest.approx(data.repeaters / data.n, abs=2 / 600)


def test_where_nobody_leaves_the_fit_says_so_and_falls_back_to_an_nbd():
    history = simulated(2000, ParetoNBD(r=0.8, alpha=8.0, s=1e-9, beta=1.0))
    fit = ParetoNBD.fit(*history)
    assert not fit.converged
    assert any("no sign that customers leave" in note for note in fit.notes)
    assert fit.standard_errors["s"] is None
    assert fit.standard_errors["beta"] is None
    assert fit.model.r == pytest.approx(0.8, abs=4 * fit.standard_errors["r"])
    assert fit.model.alpha == pytest.approx(8, abs=4 * fit.standard_errors["alpha"])
    repeats, _, age = history
    nbd_rate = (fit.model.r + repeats[0]) / (fit.model.alpha + age[0])
    got = fit.model.expected_purchases(*(float(column[0]) for column in history), weeks=10)
    assert got == pytest.approx(10 * nbd_rate, rel=1e-3)


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (ParetoNBD(r=1e6, alpha=1e7, s=1.0, beta=20.0), ("r", "alpha")),
        (ParetoNBD(r=0.8, alpha=4.0, s=1e6, beta=3e7), ("s", "beta")),
    ],
)
def test_customers_alike_are_never_a_silent_fit(model, names):
    fit = ParetoNBD.fit(*simulated(2000, model))
    shape, rate = names
    mean, planted = (getattr(of, shape) / getattr(of, rate) for of in (fit.model, model))
    assert mean == pytest.approx(planted, rel=0.15)
    if fit.converged:
        assert fit.standard_errors[shape] > 0.25 * getattr(fit.model, shape)
    else:
        assert fit.notes


def test_repeat_buyers_alone_and_little_evidence_are_pointed_out(shop):
    alone = ParetoNBD.fit(*(column[shop[0] > 0] for column in shop))
    assert any("one-time buyers belong in the data" in note for note in alone.notes)
    few = ParetoNBD.fit(*(column[:60] for column in shop))
    assert any("little evidence: 60 customers" in note for note in few.notes)


@pytest.mark.parametrize(
    ("repeats", "recency", "age", "missing"),
    [
        (2, 3.0, 5.0, "customers"),
        ([], [], [], "customers"),
        ([0] * 500, [0.0] * 500, list(range(500)), "repeat buyers"),
        ([2] * 50, [3.0] * 50, [5.0] * 50, "different histories"),
    ],
)
def test_a_hopeless_base_is_refused_with_what_it_lacks(repeats, recency, age, missing):
    with pytest.raises(InsufficientDataError, match="Pareto/NBD") as refusal:
        ParetoNBD.fit(repeats, recency, age)
    assert refusal.value.what == missing


@pytest.mark.parametrize(
    ("row", "field"),
    [((math.nan, 1, 5), "repeats[7]"), ((1, 6, 5), "recency[7]"), ((0, 0, math.inf), "age[7]")],
)
def test_one_bad_row_is_refused_by_number(row, field, shop):
    columns = [column.astype(float) for column in shop]
    for column, value in zip(columns, row, strict=True):
        column[7] = value
    with pytest.raises(InvalidValueError) as refusal:
        ParetoNBD.fit(*columns)
    assert refusal.value.field == field


def test_a_fit_survives_json(fitted):
    assert from_plain(json.loads(json.dumps(to_plain(fitted)))) == fitted


@pytest.mark.parametrize("size", [30, 50, 100])
def test_no_small_sample_of_cdnow_breaks_it_or_is_beaten_by_a_neighbour(size, data):
    with gzip.open(data("cdnow/cdnow_customers_summary.csv.gz"), "rt") as lines:
        rows = list(csv.DictReader(lines))
    table = [np.array([float(row[c]) for row in rows]) for c in ("frequency", "recency", "T")]
    rng = np.random.default_rng(size)
    for _ in range(6):
        chosen = rng.choice(len(rows), size, replace=False)
        history = [column[chosen] for column in table]
        fit = ParetoNBD.fit(*history)
        assert fit.converged or fit.notes
        best, point = fit.log_likelihood, np.log(parameters(fit.model))
        assert likelihood(point, history) == pytest.approx(best, rel=1e-9)
        for step in np.eye(4) * 0.01:
            for neighbour in (point + step, point - step):
                assert likelihood(neighbour, history) < best + 1e-7 * abs(best)
