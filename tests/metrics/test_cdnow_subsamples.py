"""Fits to few real customers: never an exception, never a point that a neighbour beats.

Samples of CDNOW's customers, drawn without putting back. Of so few, many have no sharp
optimum: that must be said. The long profile draws 200 samples of each size.
"""

import csv
import gzip
import math
import os

import numpy as np
import pytest

from crmkit.metrics.value import BGNBD, MBGNBD, GammaGamma
from crmkit.metrics.value.fitting import dropout, spend

DRAWS = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 12
SIZES = (30, 50, 100)
# Natural logarithms; of the likelihood of all customers.
BESIDE, MORE_LIKELY = 0.05, 1e-6
# Notes that tell of the data, not of the optimum.
OF_THE_DATA = ("little evidence", "every customer", "spend and number of purchases")


@pytest.fixture(scope="module")
def table(data):
    def columns(name, *wanted):
        with gzip.open(data(f"cdnow/{name}.csv.gz"), "rt") as lines:
            rows = list(csv.DictReader(lines))
        return [np.array([float(row[column]) for row in rows]) for column in wanted]

    return columns


@pytest.fixture(scope="module")
def buying(table):
    return table("cdnow_customers_summary", "frequency", "recency", "T")


@pytest.fixture(scope="module")
def spending(table):
    purchases, means = table("cdnow_customers_summary_with_transactions", "x", "zbar")
    return purchases[purchases > 0], means[purchases > 0]


def samples(columns, size):
    rng = np.random.default_rng(20_050_401 + size)
    for _ in range(DRAWS):
        rows = rng.choice(len(columns[0]), size, replace=False)
        yield [column[rows] for column in columns]


def neighbours(model, borders):
    """Models beside this one in each parameter, inside the borders of the search."""
    for name, (low, high) in borders.items():
        for step in (-BESIDE, BESIDE):
            moved = getattr(model, name) * math.exp(step)
            values = {each: getattr(model, each) for each in borders}
            yield type(model)(**{**values, name: min(max(moved, low), high)})


def borders_of(fit, columns):
    """The search's borders in the data's unit; where nobody leaves, those of the NBD."""
    unit = columns[2].mean()
    borders = {**dropout._BORDERS}
    borders["alpha"] = tuple(unit * border for border in borders["alpha"])
    if any("no sign that customers leave" in note for note in fit.notes):
        for name, value in dropout._NEVER_LEAVES.items():
            borders[name] = (value, value)
    return borders


def assert_honest(fit):
    told = [fit.log_likelihood, *(getattr(fit.model, name) for name in fit.standard_errors)]
    told += [error for error in fit.standard_errors.values() if error is not None]
    told += [one for row in fit.covariance or () for one in row]
    assert all(map(math.isfinite, told))
    said = [note for note in fit.notes if not note.startswith(OF_THE_DATA)]
    assert fit.converged or said
    assert not fit.converged or None not in fit.standard_errors.values()
    if any("ran to the border" in note for note in fit.notes) and fit.covariance:
        assert any("conditional on" in note for note in fit.notes)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cls", [BGNBD, MBGNBD])
def test_few_customers_get_an_optimum_that_no_neighbour_beats(cls, size, buying):
    for columns in samples(buying, size):
        fit = cls.fit(*columns)
        assert_honest(fit)
        best = fit.model.log_likelihood(*columns).sum()
        assert best == pytest.approx(fit.log_likelihood, rel=1e-9)
        for model in neighbours(fit.model, borders_of(fit, columns)):
            assert model.log_likelihood(*columns).sum() < best + MORE_LIKELY


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("cls", [BGNBD, MBGNBD])
def test_few_customers_are_scored_with_finite_numbers(cls, size, buying):
    for columns in samples(buying, size):
        model = cls.fit(*columns).model
        expected = model.expected_purchases(*columns, weeks=39)
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()
        alive = model.probability_alive(*columns)
        assert ((alive >= 0) & (alive <= 1)).all()


@pytest.mark.parametrize("size", SIZES)
def test_few_spenders_get_an_optimum_that_no_neighbour_beats(size, spending):
    for columns in samples(spending, size):
        fit = GammaGamma.fit(*columns)
        assert_honest(fit)
        if fit.model.q <= 1:
            assert not fit.converged
            assert any("no mean" in note for note in fit.notes)
        best = fit.model.log_likelihood(*columns).sum()
        assert best == pytest.approx(fit.log_likelihood, rel=1e-9)
        unit = math.exp(np.log(columns[1]).mean())
        borders = {**spend._BORDERS}
        borders["gamma"] = tuple(unit * border for border in borders["gamma"])
        for model in neighbours(fit.model, borders):
            assert model.log_likelihood(*columns).sum() < best + MORE_LIKELY


@pytest.mark.parametrize("cls", [BGNBD, MBGNBD])
def test_two_repeat_buyers_among_ten_customers_are_enough_to_be_told_how_little_it_is(cls, buying):
    once, again = np.flatnonzero(buying[0] == 0)[:8], np.flatnonzero(buying[0] > 0)[:2]
    fit = cls.fit(*(column[[*once, *again]] for column in buying))
    assert any("little evidence: 10 customers, 2 of them" in note for note in fit.notes)
    assert_honest(fit)
