"""The published CDNOW results of BG/NBD and Gamma-Gamma, fitted and predicted.

Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy way.
Marketing Science 24(2), 275-284: parameters, log-likelihood, and the spreadsheet note's
example. Fader, P. S., Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value, note
025. Software printed the same optimum to more digits: CLVTools' vignette (BG/NBD), the R and
Python packages (Gamma-Gamma).
"""

import csv
import gzip
import math

import numpy as np
import pytest

from crmkit.metrics.value import BGNBD, MBGNBD, GammaGamma, clv, total_clv

# As printed in the paper.
PRINTED = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
PRINTED_SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
# As printed by CLVTools.
UNROUNDED = BGNBD(r=0.2425945, alpha=4.4136019, a=0.7929199, b=2.4258881)


@pytest.fixture
def table(data):
    def columns(name, *wanted):
        with gzip.open(data(f"cdnow/{name}.csv.gz"), "rt") as lines:
            rows = list(csv.DictReader(lines))
        return [np.array([float(row[column]) for row in rows]) for column in wanted]

    return columns


@pytest.fixture
def buying(table):
    return table("cdnow_customers_summary", "frequency", "recency", "T")


@pytest.fixture
def spending(table):
    return table("cdnow_customers_summary_with_transactions", "x", "zbar")


def test_the_bgnbd_fit_is_the_published_one(buying):
    """r .243, alpha 4.414, a .793, b 2.426, log-likelihood -9582.4."""
    fit = BGNBD.fit(*buying)
    assert fit.model.r == pytest.approx(0.242593, abs=5e-7)
    assert fit.model.alpha == pytest.approx(4.41353, abs=5e-6)
    assert fit.model.a == pytest.approx(0.792886, abs=5e-7)
    assert fit.model.b == pytest.approx(2.425754, abs=1e-6)
    assert fit.log_likelihood == pytest.approx(-9582.4256, abs=5e-5)
    assert (fit.converged, fit.n, fit.notes) == (True, 2357, ())


def test_the_log_likelihood_of_the_fit_is_the_models_own(buying):
    fit = BGNBD.fit(*buying)
    assert fit.model.log_likelihood(*buying).sum() == pytest.approx(fit.log_likelihood, rel=1e-12)


def test_the_gamma_gamma_fit_is_the_published_one(spending):
    """p 6.25, q 3.74, gamma 15.44 over the 946 repeat buyers."""
    fit = GammaGamma.fit(*spending)
    assert fit.model.p == pytest.approx(6.2488, abs=5e-5)
    assert fit.model.q == pytest.approx(3.7446, abs=5e-5)
    assert fit.model.gamma == pytest.approx(15.4477, abs=1e-4)
    assert (fit.converged, fit.n) == (True, 946)
    assert fit.notes == ("1,411 customers without purchases were left out",)


def test_no_neighbour_of_the_mbgnbd_fit_is_more_likely(buying):
    fit = MBGNBD.fit(*buying)
    assert fit.converged
    best = fit.model.log_likelihood(*buying).sum()
    for name in ("r", "alpha", "a", "b"):
        for factor in (0.999, 1.001):
            values = {n: getattr(fit.model, n) for n in ("r", "alpha", "a", "b")}
            values[name] *= factor
            assert MBGNBD(**values).log_likelihood(*buying).sum() < best


def test_the_mbgnbd_calls_fewer_one_time_buyers_alive(buying):
    fit = MBGNBD.fit(*buying)
    assert fit.model.probability_alive(0, 0, 38.86) < 0.6
    assert BGNBD.fit(*buying).model.probability_alive(0, 0, 38.86) == 1.0


def test_an_outlier_among_them_still_gives_the_best_point(buying):
    """One customer with 10,000 repeats: published software returns a point without likelihood."""
    repeats, recency, age = (
        np.append(column, value)
        for column, value in zip(buying, (10_000, 38.0, 38.86), strict=True)
    )
    fit = BGNBD.fit(repeats, recency, age)
    best = fit.model.log_likelihood(repeats, recency, age).sum()
    assert math.isfinite(best)
    assert best == pytest.approx(fit.log_likelihood, rel=1e-9)
    for name in ("r", "alpha", "a", "b"):
        for factor in (0.999, 1.001):
            values = {n: getattr(fit.model, n) for n in ("r", "alpha", "a", "b")}
            values[name] *= factor
            assert BGNBD(**values).log_likelihood(repeats, recency, age).sum() < best


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((2, 30.43, 38.86), -9.458606),
        ((1, 1.71, 38.86), -4.469093),
        ((0, 0, 38.86), -0.554713),
    ],
)
def test_log_likelihood_per_customer(history, expected):
    assert PRINTED.log_likelihood(*history) == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize(
    ("history", "alive", "weeks", "purchases"),
    [
        ((2, 30.43, 38.86), 0.7266, 39, 1.226),
        ((26, 30.86, 31), 0.9689, 52, 25.76),
        ((1, 1.71, 38.86), 0.2121, 39, 0.2032),
        ((0, 0, 38.86), 1.0, 39, 0.1951),
    ],
)
def test_probability_alive_and_expected_purchases(history, alive, weeks, purchases):
    """1.226 is the authors' worked example."""
    half = 0.5 * 10.0 ** -len(str(purchases).partition(".")[2])
    assert PRINTED.probability_alive(*history) == pytest.approx(alive, abs=5e-5)
    got = PRINTED.expected_purchases(*history, weeks=weeks)
    assert got == pytest.approx(purchases, abs=half)


@pytest.mark.parametrize(
    ("weeks", "rounded", "unrounded"),
    [
        (0.1429, 0.0078, 0.0078),
        (1, 0.0533, 0.0532),
        (3, 0.1509, 0.1506),
        (31.8571, 1.0420, 1.0405),
        (32, 1.0452, 1.0437),
        (78, 1.8605, 1.8580),
    ],
)
def test_purchases_of_a_newcomer_follow_the_authors_spreadsheet(weeks, rounded, unrounded):
    got = PRINTED.expected_purchases_of_newcomer(weeks=weeks)
    assert got == pytest.approx(rounded, abs=5.1e-5)
    got = UNROUNDED.expected_purchases_of_newcomer(weeks=weeks)
    assert got == pytest.approx(unrounded, abs=1e-4)


def test_purchases_of_a_newcomer_within_a_year():
    assert PRINTED.expected_purchases_of_newcomer(weeks=52) == pytest.approx(1.446, abs=5e-4)


@pytest.mark.parametrize(
    ("weeks", "discounted", "plain"),
    [(52, 1.4615, 1.5587), (156, 2.9880, 3.5520), (520, 4.6557, 7.3193)],
)
def test_discounted_purchases_over_one_three_and_ten_years(weeks, discounted, plain):
    history = (2, 30.43, 38.86)
    got = PRINTED.discounted_purchases(*history, weeks=weeks, weekly_discount=0.0027)
    assert got == pytest.approx(discounted, abs=5.1e-5)
    got = PRINTED.discounted_purchases(*history, weeks=weeks, weekly_discount=0)
    assert got == pytest.approx(plain, abs=5.1e-5)


def test_at_the_removable_singularity():
    model = BGNBD(r=0.243, alpha=4.414, a=1, b=2.426)
    got = model.expected_purchases(2, 30.43, 38.86, weeks=39)
    assert got == pytest.approx(1.102136786, abs=5e-10)


def test_a_very_busy_customer_and_a_very_long_horizon():
    busy = PRINTED.expected_purchases(2000, 38.8, 38.86, weeks=39)
    assert busy == pytest.approx(1366.1463, abs=5e-5)
    long = PRINTED.expected_purchases(2, 30.43, 38.86, weeks=1e4)
    assert long == pytest.approx(24.64452655, abs=5e-9)


@pytest.mark.parametrize(("spent", "expected"), [((2, 22.35), -3.551317), ((1, 11.77), -3.737710)])
def test_gamma_gamma_log_likelihood_per_customer(spent, expected):
    assert PRINTED_SPEND.log_likelihood(*spent) == pytest.approx(expected, abs=5e-7)


def test_the_population_spends_35_dollars_a_purchase():
    assert PRINTED_SPEND.population_mean == pytest.approx(35.219, abs=5e-4)
    assert PRINTED_SPEND.expected_spend(0, None) == pytest.approx(35.219, abs=5e-4)


def test_value_is_discounted_purchases_times_spend_times_margin():
    """The worked example at delta .0027 a week, which is 15.07 % a year of 52 weeks."""
    worth = clv(
        PRINTED,
        PRINTED_SPEND,
        repeats=2,
        recency=30.43,
        age=38.86,
        spending_purchases=2,
        mean_spend=22.35,
        margin=0.3,
        currency="USD",
        annual_discount=math.expm1(52 * 0.0027),
    )
    spend = 6.25 * (15.44 + 2 * 22.35) / (6.25 * 2 + 3.74 - 1)
    assert worth.value == pytest.approx(2.9880 * spend * 0.3, rel=2e-5)


def test_the_whole_base_is_worth_the_sum_of_its_customers(buying, spending):
    buying_fit, spend_fit = BGNBD.fit(*buying), GammaGamma.fit(*spending)
    terms = {"margin": 0.3, "currency": "USD", "fit": buying_fit, "spend_fit": spend_fit}
    names = ("repeats", "recency", "age", "spending_purchases", "mean_spend")
    columns = dict(zip(names, (*buying, *spending), strict=True))
    base = total_clv(buying_fit.model, spend_fit.model, **columns, **terms)
    assert base.total.value == pytest.approx(base.values.sum(), rel=1e-12)
    assert base.total.low < base.total.value < base.total.high
    for i in (0, 1, 20, 2356):
        one = {name: float(column[i]) for name, column in columns.items()}
        alone = clv(buying_fit.model, spend_fit.model, **one, **terms)
        got = (base.values[i], base.low[i], base.high[i])
        assert got == pytest.approx((alone.value, alone.low, alone.high), rel=1e-7)
