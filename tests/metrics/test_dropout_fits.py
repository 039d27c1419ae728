"""Fitting BG/NBD and MBG/NBD: planted parameters come back, and hopeless data is told."""

import json
import math

import numpy as np
import pytest
from attrs import evolve

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.value import BGNBD, MBGNBD, from_plain, to_plain
from crmkit.metrics.value.fitting import dropout
from crmkit.metrics.value.fitting.optimise import Optimum, described, plain_errors
from crmkit.metrics.value.fitting.tally import tally

MODELS = (BGNBD, MBGNBD)
NAMES = ("r", "alpha", "a", "b")


def simulated(n, *, r=0.8, alpha=8.0, a=1.0, b=2.5, first_chance=0, seed=3, weeks=(10, 80)):
    """Customers who live by the model; ``r`` or ``a`` None for the same rate, for no leaving."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(*weeks, n)
    rate = np.full(n, 1 / alpha) if r is None else rng.gamma(r, 1 / alpha, n)
    chance = np.zeros(n) if a is None else rng.beta(a, b, n)
    alive = rng.random(n) >= chance * first_chance
    clock, repeats, recency = np.zeros(n), np.zeros(n), np.zeros(n)
    while alive.any():
        clock += rng.exponential(1, n) / rate
        alive &= clock <= age
        repeats, recency = repeats + alive, np.where(alive, clock, recency)
        alive &= rng.random(n) >= chance
    return repeats, recency, age


@pytest.fixture(scope="module")
def shop():
    return simulated(3000, first_chance=1)


def parameters(model):
    return np.array([getattr(model, name) for name in NAMES])


@pytest.mark.parametrize("cls", MODELS)
def test_planted_parameters_come_back_within_their_errors(cls):
    planted = cls(r=0.8, alpha=8.0, a=1.0, b=2.5)
    fit = cls.fit(*simulated(4000, first_chance=cls.FIRST_CHANCES))
    assert fit.converged
    off = np.log(parameters(fit.model) / parameters(planted))
    # Mahalanobis distance; chi-square with 4 degrees of freedom stays below 18.5 in 99.9 %.
    assert off @ np.linalg.solve(np.array(fit.covariance), off) < 18.5


@pytest.mark.parametrize("cls", MODELS)
def test_the_covariance_is_the_inverse_curvature_of_the_likelihood(cls, shop):
    fit = cls.fit(*shop)
    best, step = np.log(parameters(fit.model)), 1e-3

    def likelihood(shift):
        values = dict(zip(NAMES, np.exp(best + shift), strict=True))
        return cls(**values).log_likelihood(*shop).sum()

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
    expected = np.linalg.inv(-curvature)
    assert np.array(fit.covariance) == pytest.approx(expected, rel=2e-3)
    errors = parameters(fit.model) * np.sqrt(np.diag(expected))
    assert list(fit.standard_errors.values()) == pytest.approx(list(errors), rel=2e-3)


@pytest.mark.parametrize("cls", MODELS)
def test_the_slope_of_the_likelihood_is_flat_at_the_fit(cls, shop):
    fit = cls.fit(*shop)
    for name in NAMES:
        up, down = (
            cls(**{n: getattr(fit.model, n) * (f if n == name else 1) for n in NAMES})
            for f in (math.exp(1e-4), math.exp(-1e-4))
        )
        rise = up.log_likelihood(*shop).sum() - down.log_likelihood(*shop).sum()
        assert abs(rise / 2e-4) < 1e-3


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("factor", [7, 7 * 86_400, 1 / 52.18])
def test_days_seconds_or_years_give_the_same_model(cls, factor, shop):
    repeats, recency, age = shop
    weeks, other = cls.fit(*shop), cls.fit(repeats, recency * factor, age * factor)
    expected = parameters(weeks.model) * (1, factor, 1, 1)
    assert parameters(other.model) == pytest.approx(expected, rel=1e-8)
    assert np.array(other.covariance) == pytest.approx(np.array(weeks.covariance), rel=1e-6)
    moved = weeks.log_likelihood - repeats.sum() * math.log(factor)
    assert other.log_likelihood == pytest.approx(moved, rel=1e-10)
    assert (other.converged, other.notes) == (weeks.converged, weeks.notes)


@pytest.mark.parametrize("cls", MODELS)
def test_weights_count_customers(cls, shop):
    columns = [column[:800] for column in shop]
    weights = np.random.default_rng(8).integers(0, 4, 800)
    repeated = cls.fit(*(np.repeat(column, weights) for column in columns))
    weighted = cls.fit(*columns, weights=weights)
    assert parameters(weighted.model) == pytest.approx(parameters(repeated.model), rel=1e-9)
    assert weighted.n == repeated.n == weights.sum()


@pytest.mark.parametrize("cls", MODELS)
def test_the_order_of_customers_does_not_matter(cls, shop):
    backwards = [column[::-1] for column in shop]
    same = cls.fit(*backwards).model
    assert parameters(same) == pytest.approx(parameters(cls.fit(*shop).model), rel=1e-9)


@pytest.mark.parametrize("cls", MODELS)
def test_where_nobody_leaves_the_fit_says_so_and_falls_back_to_an_nbd(cls):
    history = simulated(2000, a=None)
    fit = cls.fit(*history)
    assert not fit.converged
    assert any("no sign that customers leave" in note for note in fit.notes)
    assert any("conditional on a and b" in note for note in fit.notes)
    assert fit.standard_errors["a"] is None
    assert fit.standard_errors["b"] is None
    assert fit.model.r == pytest.approx(0.8, abs=4 * fit.standard_errors["r"])
    assert fit.model.alpha == pytest.approx(8, abs=4 * fit.standard_errors["alpha"])
    repeats, _, age = history
    nbd_rate = (fit.model.r + repeats[0]) / (fit.model.alpha + age[0])
    got = fit.model.expected_purchases(*(float(column[0]) for column in history), weeks=10)
    assert got == pytest.approx(10 * nbd_rate, rel=1e-3)


@pytest.mark.parametrize("cls", MODELS)
def test_customers_alike_in_rate_are_never_a_silent_fit(cls):
    history = simulated(2000, r=None, alpha=10.0, a=1.0, b=3.0, first_chance=cls.FIRST_CHANCES)
    fit = cls.fit(*history)
    error = fit.standard_errors["r"]
    assert not fit.converged or error > 0.25 * fit.model.r
    assert fit.model.r / fit.model.alpha == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("cls", MODELS)
def test_customers_alike_in_their_chance_to_leave_run_to_the_border_and_say_so(cls):
    history = simulated(2000, a=1e7, b=4e7, first_chance=cls.FIRST_CHANCES)
    fit = cls.fit(*history)
    mean_chance = fit.model.a / (fit.model.a + fit.model.b)
    assert mean_chance == pytest.approx(0.2, abs=0.03)
    if not fit.converged:
        assert fit.notes
        assert fit.standard_errors["a"] is fit.standard_errors["b"] is None
    else:
        assert fit.standard_errors["a"] > 0.25 * fit.model.a


def test_a_parameter_at_the_border_takes_its_partners_error_with_it():
    optimum = Optimum(
        point=np.zeros(4),
        value=-1.0,
        covariance=np.diag([0.01, 0.01, 0.0, 0.01]),
        at_border=("a",),
        unknown=(),
        is_flat=True,
    )
    values = dict.fromkeys(NAMES, 2.0)
    errors, covariance = plain_errors(optimum, values, ({"r", "alpha"}, {"a", "b"}))
    assert errors == {"r": 0.2, "alpha": 0.2, "a": None, "b": None}
    assert covariance[3] == (0.0, 0.0, 0.0, 0.01)
    assert not optimum.is_sharp


def test_what_a_border_means_and_does_to_the_errors_is_said():
    optimum = Optimum(
        point=np.zeros(2),
        value=-1.0,
        covariance=np.diag([0.0, 0.1]),
        at_border=("a",),
        unknown=(),
        is_flat=True,
        at_low=("a",),
    )
    meanings = {"a": "alike", "b": "alike"}
    assert described(optimum, meanings, if_low={"a": "unlike", "b": "unlike"}) == (
        "a ran to the border of the search: unlike",
        "standard errors and covariance are conditional on a being there",
    )
    assert "alike" in described(evolve(optimum, at_low=()), meanings)[0]


@pytest.mark.parametrize("cls", MODELS)
def test_customers_without_leaving_and_alike_in_rate_are_told_both(cls):
    """Everyone comes every tenth week, on the day."""
    age = np.random.default_rng(5).uniform(5, 80, 400)
    fit = cls.fit(age // 10, age // 10 * 10, age)
    assert not fit.converged
    assert any("no sign that customers leave" in note for note in fit.notes)
    assert any("r ran to the border" in note or "hardly determine r" in note for note in fit.notes)
    assert fit.standard_errors["r"] is None


@pytest.mark.parametrize("cls", MODELS)
def test_a_search_that_begins_with_a_sample_ends_where_one_without_does(cls, monkeypatch):
    """40,000 and more different histories, in days."""
    repeats, recency, age = simulated(120_000, first_chance=cls.FIRST_CHANCES)
    days = np.ceil(np.array((recency, age)) * 7) / 7
    quick = cls.fit(repeats, *days)
    monkeypatch.setattr(dropout, "sample_stride", lambda _: 1)
    whole = cls.fit(repeats, *days)
    assert parameters(quick.model) == pytest.approx(parameters(whole.model), rel=1e-9)
    assert np.array(quick.covariance) == pytest.approx(np.array(whole.covariance), rel=1e-4)


@pytest.mark.parametrize("parts", [1, 7, 100, 13])
def test_a_tally_counts_equal_rows_and_keeps_their_values_to_the_last_digit(parts):
    rng = np.random.default_rng(4)
    columns = [rng.integers(0, 9, 5000).astype(float), rng.integers(0, 60, 5000) / parts]
    weights = rng.integers(0, 3, 5000).astype(float)
    (first, second), counted = tally(columns, weights)
    expected = {}
    for row in zip(*columns, weights, strict=True):
        expected[row[:2]] = expected.get(row[:2], 0.0) + row[2]
    expected = {row: weight for row, weight in expected.items() if weight}
    assert dict(zip(zip(first, second, strict=True), counted, strict=True)) == expected


@pytest.mark.parametrize("cls", MODELS)
def test_a_base_of_repeat_buyers_alone_is_pointed_out(cls, shop):
    bought_again = shop[0] > 0
    fit = cls.fit(*(column[bought_again] for column in shop))
    assert any("one-time buyers belong in the data" in note for note in fit.notes)


@pytest.mark.parametrize("cls", MODELS)
def test_little_evidence_is_pointed_out(cls, shop):
    fit = cls.fit(*(column[:60] for column in shop))
    assert any("little evidence: 60 customers" in note for note in fit.notes)


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize(
    ("repeats", "recency", "age", "missing"),
    [
        (2, 3.0, 5.0, "customers"),
        ([2], [3.0], [5.0], "customers"),
        ([], [], [], "customers"),
        ([0] * 500, [0.0] * 500, list(range(500)), "repeat buyers"),
        ([0] * 500 + [1], [0.0] * 500 + [2.0], [9.0] * 501, "repeat buyers"),
        ([2] * 50, [3.0] * 50, [5.0] * 50, "different histories"),
    ],
)
def test_a_hopeless_base_is_refused_with_what_it_lacks(cls, repeats, recency, age, missing):
    with pytest.raises(InsufficientDataError) as refusal:
        cls.fit(repeats, recency, age)
    assert refusal.value.what == missing
    assert cls.NAME in str(refusal.value)


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize(
    ("row", "field"),
    [
        ((math.nan, 1, 5), "repeats[7]"),
        ((1.5, 1, 5), "repeats[7]"),
        ((-1, 1, 5), "repeats[7]"),
        ((1, 6, 5), "recency[7]"),
        ((1, -1, 5), "recency[7]"),
        ((0, 1, 5), "recency[7]"),
        ((3, 0, 5), "recency[7]"),
        ((0, 0, math.inf), "age[7]"),
        ((0, 0, -1), "age[7]"),
    ],
)
def test_one_bad_row_is_refused_by_number_and_rule(cls, row, field, shop):
    columns = [column.copy() for column in shop]
    for column, value in zip(columns, row, strict=True):
        column[7] = value
    with pytest.raises(InvalidValueError) as refusal:
        cls.fit(*columns)
    assert refusal.value.field == field
    assert "must" in refusal.value.rule


@pytest.mark.parametrize("weights", [[-1.0], [math.nan], [1.0, 2.0]])
def test_weights_that_cannot_exist_are_refused(weights, shop):
    with pytest.raises(InvalidValueError, match="weights"):
        BGNBD.fit(*shop, weights=weights if len(weights) > 1 else weights * 3000)


@pytest.mark.parametrize("cls", MODELS)
def test_a_fit_survives_json_to_the_last_digit(cls, shop):
    fit = cls.fit(*shop)
    assert from_plain(json.loads(json.dumps(to_plain(fit)))) == fit


@pytest.mark.parametrize(
    "plain", [{}, {"model": "Prophet"}, {"model": "BGNBD"}, {"model": "BGNBD", "parameters": {}}]
)
def test_what_is_no_fit_is_refused(plain):
    with pytest.raises(InvalidValueError):
        from_plain(plain)
