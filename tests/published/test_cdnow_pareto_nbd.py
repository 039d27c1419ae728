"""The published CDNOW results of the Pareto/NBD, fitted and predicted.

Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy way.
Marketing Science 24(2), 275-284, table 2: parameters and log-likelihood of the Pareto/NBD.
CLVTools' vignette printed the same optimum to more digits, with standard errors, and the
customer with 26 repeat purchases.
"""

import csv
import gzip

import numpy as np
import pytest

from crmkit.metrics.value import ParetoNBD

# As printed in the paper.
PRINTED = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669)


@pytest.fixture(scope="module")
def buying(request):
    data = request.getfixturevalue("data")
    with gzip.open(data("cdnow/cdnow_customers_summary.csv.gz"), "rt") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[c]) for row in rows]) for c in ("frequency", "recency", "T")]


@pytest.fixture(scope="module")
def fit(buying):
    return ParetoNBD.fit(*buying)


def test_the_fit_is_the_published_one(fit):
    """r .553, alpha 10.578, s .606, beta 11.669, log-likelihood -9595.0 (-9594.976)."""
    assert fit.model.r == pytest.approx(0.553, abs=1e-3)
    assert fit.model.alpha == pytest.approx(10.578, abs=5e-3)
    assert fit.model.s == pytest.approx(0.606, abs=1e-3)
    assert fit.model.beta == pytest.approx(11.669, abs=2e-2)
    assert fit.log_likelihood == pytest.approx(-9594.976, abs=5e-3)
    assert (fit.converged, fit.n, fit.notes) == (True, 2357, ())


def test_its_standard_errors_are_the_published_ones(fit):
    """.0476, .843, .187 and 6.21: beta is told to little better than its own size."""
    published = {"r": 0.0476, "alpha": 0.843, "s": 0.187, "beta": 6.21}
    assert fit.standard_errors == pytest.approx(published, rel=5e-3)


def test_no_neighbour_of_the_fit_is_more_likely(buying, fit):
    names = ("r", "alpha", "s", "beta")
    best = fit.model.log_likelihood(*buying).sum()
    assert best == pytest.approx(fit.log_likelihood, rel=1e-12)
    for name in names:
        for factor in (0.999, 1.001):
            values = {n: getattr(fit.model, n) for n in names}
            values[name] *= factor
            assert ParetoNBD(**values).log_likelihood(*buying).sum() < best


@pytest.mark.parametrize(
    ("history", "alive", "next_39_weeks"),
    [
        ((2, 30.43, 38.86), 0.8692, 1.4551),
        ((26, 30.86, 31.0), 0.9979, 20.117),
        ((0, 0, 38.86), 0.2953, 0.1071),
        ((1, 1.71, 38.86), 0.1680, 0.1711),
    ],
)
def test_four_customers_are_judged_as_published(history, alive, next_39_weeks):
    assert PRINTED.probability_alive(*history) == pytest.approx(alive, abs=5e-5)
    got = PRINTED.expected_purchases(*history, weeks=39)
    assert got == pytest.approx(next_39_weeks, rel=5e-4)


def test_the_busiest_customers_next_year_is_the_published_one():
    """Customer with 26 repeat purchases in CLVTools: 25.46 over 52 weeks, alive .9979."""
    assert PRINTED.expected_purchases(26, 30.86, 31.0, weeks=52) == pytest.approx(25.46, abs=5e-3)


@pytest.mark.parametrize(
    ("weeks", "purchases"), [(1, 0.05098), (2, 0.09958), (3, 0.14606), (52, 1.473)]
)
def test_newcomers_buy_as_published(weeks, purchases):
    got = PRINTED.expected_purchases_of_newcomer(weeks=weeks)
    assert got == pytest.approx(purchases, abs=5e-6 if weeks < 52 else 5e-4)


@pytest.mark.parametrize("factor", [7, 7 * 86_400])
def test_days_and_seconds_give_one_model(buying, fit, factor):
    repeats, recency, age = buying
    other = ParetoNBD.fit(repeats, recency * factor, age * factor).model
    assert (other.r, other.s) == pytest.approx((fit.model.r, fit.model.s), rel=1e-6)
    assert other.beta == pytest.approx(fit.model.beta * factor, rel=1e-6)


def test_an_outlier_among_them_still_gives_the_best_point(buying):
    """One customer with 10,000 repeats: published software returns a point without likelihood."""
    columns = [np.append(c, extra) for c, extra in zip(buying, (10_000, 38.0, 38.86), strict=True)]
    fit = ParetoNBD.fit(*columns)
    best = fit.model.log_likelihood(*columns).sum()
    assert best == pytest.approx(fit.log_likelihood, rel=1e-10)
    names = ("r", "alpha", "s", "beta")
    for name in names:
        for factor in (0.99, 1.01):
            values = {n: getattr(fit.model, n) for n in names}
            values[name] *= factor
            assert ParetoNBD(**values).log_likelihood(*columns).sum() < best
