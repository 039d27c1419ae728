"""Profile likelihood intervals: where the likelihood has fallen by 1.92, all else refitted."""

import csv
import gzip
import math

import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import profile_interval
from crmkit.metrics.value import BGBB, BGNBD, MBGNBD, NBD, SBG, Fit, GammaGamma, ParetoNBD

HALF_CHI2 = 1.920729410347062


@pytest.fixture(scope="module")
def cdnow(request):
    data = request.getfixturevalue("data")
    with gzip.open(data("cdnow/cdnow_customers_summary.csv.gz"), "rt") as lines:
        rows = list(csv.DictReader(lines))
    return [np.array([float(row[c]) for row in rows]) for c in ("frequency", "recency", "T")]


def drawn(model, n=600, seed=1):
    shop = model.simulate(np.linspace(20.0, 80.0, n), seed=seed)
    return shop.repeats, shop.recency, shop.age


def off(interval, other):
    """How far the ends of two intervals are apart, in logarithms."""
    return math.log(interval.low / other.low), math.log(interval.high / other.high)


def test_of_a_parameter_that_is_sharply_told_it_is_the_interval_of_the_fit(cdnow):
    """CDNOW, r of the BG/NBD: 0.2193 to 0.2686, and 0.2192 to 0.2685 by the delta method."""
    fit = BGNBD.fit(*cdnow)
    profile = profile_interval(fit, "r", *cdnow)
    assert profile.value == fit.model.r
    assert (profile.level, profile.n, profile.notes) == (0.95, 2357, ())
    assert off(profile, fit.interval("r")) == pytest.approx((0, 0), abs=1e-3)


def test_of_a_ridge_it_is_not_the_interval_of_the_fit(cdnow):
    """CDNOW, beta of the Pareto/NBD: up to 44 weeks, where the delta method says 33."""
    fit = ParetoNBD.fit(*cdnow)
    below, above = off(profile_interval(fit, "beta", *cdnow), fit.interval("beta"))
    assert 0.05 < below < 0.15
    assert 0.2 < above < 0.4


def test_a_ridge_without_end_has_none(cdnow):
    """At 99.99 % the Pareto/NBD with one rate of leaving for all (beta endless) is not ruled out.

    Its log-likelihood on CDNOW is 6.9 below the optimum; the interval reaches down by 7.57.
    """
    fit = ParetoNBD.fit(*cdnow)
    profile = profile_interval(fit, "beta", *cdnow, level=0.9999)
    assert profile.high is None
    assert profile.low < fit.model.beta
    assert profile.notes == ("open above: the likelihood never falls far enough as beta grows",)


CASES = {
    "BG/NBD": (BGNBD(r=0.8, alpha=8.0, a=1.0, b=2.5), "a"),
    "MBG/NBD": (MBGNBD(r=0.8, alpha=8.0, a=1.0, b=2.5), "b"),
    "Pareto/NBD": (ParetoNBD(r=0.8, alpha=8.0, s=0.7, beta=15.0), "s"),
    "NBD": (NBD(r=0.6, alpha=10.0), "alpha"),
}


def refitted(fit, data, name, value):
    """The best log-likelihood with a parameter held, by a search that knows no slopes."""
    from scipy.optimize import minimize

    others = [one for one in fit.parameters if one != name]

    def loss(logs):
        values = dict(zip(others, np.exp(np.clip(logs, -20, 20)), strict=True))
        return -type(fit.model)(**{**values, name: value}).log_likelihood(*data).sum()

    start = np.log([fit.parameters[one] for one in others])
    options = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000, "maxfev": 4000}
    return -minimize(loss, start, method="Nelder-Mead", options=options).fun


@pytest.mark.parametrize("case", CASES)
def test_at_its_ends_the_best_of_the_rest_is_less_likely_by_half_of_chi_square(case):
    model, name = CASES[case]
    data = drawn(model)
    fit = type(model).fit(*data)
    profile = profile_interval(fit, name, *data)
    assert profile.low < getattr(fit.model, name) < profile.high
    for end in (profile.low, profile.high):
        fall = fit.log_likelihood - refitted(fit, data, name, end)
        assert fall == pytest.approx(HALF_CHI2, abs=2e-4)


def test_it_serves_spend_and_contracts_and_opportunities():
    spend = GammaGamma(p=6.0, q=4.0, gamma=15.0)
    purchases = 1 + np.arange(400) % 5
    means = spend.simulate(purchases, seed=4)
    survivors = [1000, 869, 743, 653, 593, 551, 517, 491]
    donors = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8).simulate(np.full(2000, 6), seed=3)
    gifts = donors.repeats, donors.recency, donors.age
    for fit, data in (
        (GammaGamma.fit(purchases, means), (purchases, means)),
        (SBG.fit(survivors), (survivors,)),
        (BGBB.fit(*gifts), gifts),
    ):
        for name in fit.parameters:
            profile = profile_interval(fit, name, *data)
            assert profile.low < profile.value < profile.high
            assert max(map(abs, off(profile, fit.interval(name)))) < 0.7


def test_a_partner_without_end_leaves_the_others_their_ends():
    """p of this Gamma-Gamma has no upper end, and gamma no lower one; q is told nevertheless."""
    purchases = 1 + np.arange(400) % 5
    means = GammaGamma(p=6.0, q=4.0, gamma=15.0).simulate(purchases, seed=3)
    fit = GammaGamma.fit(purchases, means)
    assert not fit.converged
    p, q, gamma = (profile_interval(fit, name, purchases, means) for name in fit.parameters)
    assert (p.high, gamma.low) == (None, None)
    assert 2.5 < q.low < q.value < q.high < 5
    assert 8 < p.low < 12


def test_lifetimes_give_what_survivors_give():
    survivors = [100, 80, 70, 64]
    periods = np.repeat([0, 1, 2, 3], [20, 10, 6, 64])
    ended = np.repeat([True, True, True, False], [20, 10, 6, 64])
    fit = SBG.fit(survivors)
    one = profile_interval(fit, "beta", survivors)
    other = profile_interval(fit, "beta", periods, ended)
    weighted = profile_interval(fit, "beta", [0, 1, 2, 3], [1, 1, 1, 0], weights=[20, 10, 6, 64])
    assert (one.low, one.high) == pytest.approx((other.low, other.high))
    assert (one.low, one.high) == pytest.approx((weighted.low, weighted.high))


def test_tallied_customers_give_what_customers_give():
    data = drawn(CASES["NBD"][0])
    fit = NBD.fit(*data)
    halves = [np.repeat(column, 2) for column in data]
    once = profile_interval(fit, "r", *data)
    twice = profile_interval(fit, "r", *halves, weights=np.full(1200, 0.5))
    assert (once.low, once.high) == pytest.approx((twice.low, twice.high), rel=1e-6)


def test_the_unit_of_time_changes_nothing_but_the_time_parameters():
    repeats, recency, age = drawn(CASES["BG/NBD"][0])
    weeks = BGNBD.fit(repeats, recency, age)
    days = BGNBD.fit(repeats, 7 * recency, 7 * age)
    for name, unit in (("a", 1), ("alpha", 7)):
        one = profile_interval(weeks, name, repeats, recency, age)
        other = profile_interval(days, name, repeats, 7 * recency, 7 * age)
        assert (other.low, other.high) == pytest.approx((unit * one.low, unit * one.high), 1e-5)


def test_a_higher_level_is_wider():
    data = drawn(CASES["MBG/NBD"][0])
    fit = MBGNBD.fit(*data)
    narrow, wide = (profile_interval(fit, "r", *data, level=level) for level in (0.5, 0.95))
    assert wide.low < narrow.low < fit.model.r < narrow.high < wide.high
    assert (narrow.level, wide.level) == (0.5, 0.95)


def test_a_parameter_that_the_fit_holds_is_freed():
    """Nobody leaves here, so the fit holds s and beta; leaving a little is still not ruled out.

    The delta method takes that nobody leaves for known, and so gives r a narrower interval.
    """
    data = drawn(NBD(r=0.5, alpha=6.0), n=80)
    fit = ParetoNBD.fit(*data)
    assert fit.interval("s").low is None
    profile = profile_interval(fit, "s", *data)
    assert profile.low is None
    assert "open below" in profile.notes[0]
    held, freed = fit.interval("r"), profile_interval(fit, "r", *data)
    assert freed.low < held.low * 1.05
    assert freed.high > held.high * 0.98


def test_customers_who_are_all_alike_leave_r_without_an_upper_end():
    rng = np.random.default_rng(5)
    repeats = rng.poisson(2.0, 100)
    data = repeats, np.where(repeats > 0, 10.0, 0.0), np.full(100, 20.0)
    profile = profile_interval(NBD.fit(*data), "r", *data)
    assert profile.high is None
    assert profile.low > 1


def test_what_cannot_be_profiled_is_refused():
    data = drawn(CASES["NBD"][0])
    fit = NBD.fit(*data)
    with pytest.raises(InvalidValueError, match="must be one of r, alpha"):
        profile_interval(fit, "beta", *data)
    with pytest.raises(InvalidValueError, match="must be of the 600 customers of the fit"):
        profile_interval(fit, "r", *(column[1:] for column in data))
    with pytest.raises(InvalidValueError, match="level"):
        profile_interval(fit, "r", *data, level=95)


def test_a_model_of_another_kind_is_refused():
    from attrs import frozen

    @frozen(kw_only=True)
    class Other:
        r: float = 1.0
        NAME = "other"

    fit = Fit(
        model=Other(),
        log_likelihood=0.0,
        standard_errors={"r": 0.1},
        covariance=((0.01,),),
        converged=True,
        n=1,
    )
    with pytest.raises(InvalidValueError, match="fitted by maximum likelihood"):
        profile_interval(fit, "r", [1.0])
