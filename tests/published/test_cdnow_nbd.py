"""The NBD on CDNOW: the optimum of the whole cohort, and hundreds of tiny shops drawn from it.

Ehrenberg, A. S. C. (1959). The pattern of consumer purchases. Applied Statistics 8(1), 26-41,
on the cohort of Fader, Hardie & Lee (2005). r .385, alpha 12.072 and the log-likelihood
-9763.66 were computed independently of this library, as the limit without dropout of the
published BG/NBD likelihood.
"""

import csv
import gzip

import numpy as np
import pytest

from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics.value import NBD


@pytest.fixture
def buying(data):
    with gzip.open(data("cdnow/cdnow_customers_summary.csv.gz"), "rt") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[name]) for row in rows]) for name in ("frequency", "recency", "T")]


def test_the_fit_is_the_known_one(buying):
    fit = NBD.fit(*buying)
    assert fit.model.r == pytest.approx(0.385, abs=5e-4)
    assert fit.model.alpha == pytest.approx(12.072, abs=5e-3)
    assert fit.log_likelihood == pytest.approx(-9763.66, abs=5e-3)
    assert fit.model.log_likelihood(*buying).sum() == pytest.approx(fit.log_likelihood, rel=1e-12)
    assert (fit.converged, fit.n, fit.notes) == (True, 2357, ())


def test_a_customer_with_ten_thousand_purchases_still_gives_the_best_point(buying):
    columns = [
        np.append(column, value)
        for column, value in zip(buying, (10_000, 38.0, 38.86), strict=True)
    ]
    fit = NBD.fit(*columns)
    assert fit.converged
    assert fit.model.r < 0.385
    assert_no_neighbour_is_more_likely(fit, columns)


def assert_no_neighbour_is_more_likely(fit, history):
    """Customers alike have their best point at an endless r; at a million it is as good."""
    best = fit.model.log_likelihood(*history).sum()
    assert best == pytest.approx(fit.log_likelihood, rel=1e-9, abs=1e-7)
    for r, alpha in ((0.99, 1), (1.01, 1), (1, 0.99), (1, 1.01), (0.5, 0.5), (2, 2)):
        other = NBD(r=fit.model.r * r, alpha=fit.model.alpha * alpha)
        assert other.log_likelihood(*history).sum() <= best + (1e-7 if fit.model.r < 1e6 else 1e-5)


@pytest.mark.parametrize("n", [5, 10, 30, 50, 100])
def test_two_hundred_shops_of_that_size_are_fitted_or_told_what_they_lack(buying, n):
    rng = np.random.default_rng(1959)
    fitted, refused = 0, 0
    for _ in range(200):
        drawn = rng.choice(len(buying[0]), n, replace=False)
        history = [column[drawn] for column in buying]
        if history[0].sum() == 0:
            with pytest.raises(InsufficientDataError, match="repeat purchase"):
                NBD.fit(*history)
            refused += 1
            continue
        fit = NBD.fit(*history)
        assert_no_neighbour_is_more_likely(fit, history)
        assert np.isfinite(fit.covariance).all()
        assert fit.covariance[1][1] > 0
        assert np.isfinite(fit.model.expected_purchases(*history, weeks=39)).all()
        assert fit.converged or any("r" in note for note in fit.notes)
        fitted += 1
    assert fitted + refused == 200
    assert refused < 30
