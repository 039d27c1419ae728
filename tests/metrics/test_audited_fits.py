"""Fits to data that no model is made for: a finite optimum, a note on what is off, or a refusal."""

import json
import math

import numpy as np
import pytest
from attrs import asdict

from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.metrics.value import (
    BGBB,
    BGNBD,
    MBGNBD,
    NBD,
    SBG,
    GammaGamma,
    ParetoNBD,
    from_plain,
    to_plain,
)

BUYING = (BGNBD, MBGNBD, NBD, ParetoNBD)


@pytest.fixture(scope="module")
def customers():
    ages = np.random.default_rng(5).uniform(5, 60, 400)
    drawn = MBGNBD(r=0.5, alpha=6.0, a=0.9, b=1.6).simulate(ages, seed=3)
    return drawn.repeats.astype(float), drawn.recency, drawn.age


def hostile(x, t_x, T):
    """Names of data sets, each with repeats, recency, age and weights."""
    rng = np.random.default_rng(1)
    n = len(x)
    one = np.ones(n)
    return {
        "all of this moment": (0 * x, 0 * x, 0 * x, one),
        "weights of 0": (x, t_x, T, 0 * one),
        "hardly any weight": (x, t_x, T, 1e-12 * one),
        "fractions of customers": (x, t_x, T, rng.uniform(0.01, 0.2, n)),
        "a world of customers": (x, t_x, T, 1e12 * one),
        "weights of all sizes": (x, t_x, T, 10.0 ** rng.uniform(-12, 12, n)),
        "half of them twice": (*(np.r_[c, c[: n // 2]] for c in (x, t_x, T)), np.ones(n + n // 2)),
        "seconds": (x, t_x * 604_800, T * 604_800, one),
        "aeons": (x, t_x * 1e-150, T * 1e-150, one),
        "only the last day": (x, np.where(x > 0, T, 0), T, one),
        "all but three bought once": (
            *(np.r_[c, np.zeros(20_000)] for c in ([1.0, 2.0, 1.0], [0.1, 0.2, 0.3])),
            np.r_[[40.0, 40.0, 40.0], rng.integers(1, 300, 20_000) / 7],
            np.ones(20_003),
        ),
        "bought at once, then never": (
            np.repeat([0.0, 1.0], [300, 100]),
            np.repeat([0.0, 1e-6], [300, 100]),
            np.full(400, 50.0),
            np.ones(400),
        ),
        "only wholesalers": (rng.poisson(3000, 50) + 0.0, one[:50] * 49, one[:50] * 50, one[:50]),
    }


@pytest.mark.parametrize("cls", BUYING)
def test_hostile_histories_are_fitted_or_refused(cls, customers):
    for name, (x, t_x, T, w) in hostile(*customers).items():
        try:
            fit = cls.fit(x, t_x, T, weights=w)
        except CrmkitError:
            continue
        here = w @ fit.model.log_likelihood(x, t_x, T)
        assert here == pytest.approx(fit.log_likelihood, rel=1e-7, abs=1e-6), name
        assert fit.converged or fit.notes, name
        assert fit == from_plain(json.loads(json.dumps(to_plain(fit), allow_nan=False))), name
        if fit.converged:
            for parameter, value in asdict(fit.model).items():
                for factor in (0.97, 1.03):
                    beside = cls(**{**asdict(fit.model), parameter: value * factor})
                    lower = w @ beside.log_likelihood(x, t_x, T)
                    assert lower <= here + 1e-9 * (1 + abs(here)), (name, parameter)


@pytest.mark.parametrize("cls", BUYING)
@pytest.mark.parametrize("purchases", [300, 10_000])
def test_a_customer_who_buys_far_too_often_is_named(cls, purchases, customers):
    plain = cls.fit(*customers)
    assert not any(note.startswith("outlier") for note in plain.notes)
    x, t_x, T = (
        np.r_[column, value]
        for column, value in zip(customers, (purchases, 39.0, 39.0), strict=True)
    )
    fit = cls.fit(x, t_x, T)
    told = [note for note in fit.notes if note.startswith("outlier")]
    assert len(told) == 1
    assert f"{purchases:,} repeat purchases" in told[0]
    unweighted = np.r_[np.ones(len(x) - 1), 0.0]
    left_out = cls.fit(x, t_x, T, weights=unweighted)
    assert not any(note.startswith("outlier") for note in left_out.notes)


def test_rates_that_differ_boundlessly_are_not_called_alike():
    x = np.repeat([1.0, 0.0], [3, 20_000])
    t_x = np.repeat([0.1, 0.0], [3, 20_000])
    T = np.r_[[40.0, 40.0, 40.0], np.random.default_rng(3).integers(1, 300, 20_000) / 7]
    for cls in (BGNBD, MBGNBD, ParetoNBD):
        fit = cls.fit(x, t_x, T)
        if fit.model.r <= 1.1e-4:
            assert not any("hardly differ in how often" in note for note in fit.notes)


def fits():
    rng = np.random.default_rng(2)
    drawn = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8).simulate(np.full(300, 6.0), seed=2)
    counts = rng.integers(1, 8, 300)
    spend = GammaGamma(p=6.0, q=4.0, gamma=15.0).simulate(counts, seed=1)
    yield BGBB.fit(drawn.repeats, drawn.recency, drawn.age)
    yield SBG.fit([1000, 869, 743, 653, 593, 551])
    yield SBG.fit([1000, 800, 640, 512])
    yield GammaGamma.fit(counts, spend)
    yield GammaGamma.fit(counts, np.exp(rng.normal(3, 3, 300)))


def test_other_fits_go_to_json_and_back():
    for fit in fits():
        plain = json.loads(json.dumps(to_plain(fit), allow_nan=False))
        assert from_plain(plain) == fit
        assert math.isfinite(fit.log_likelihood)


@pytest.mark.parametrize(
    ("part", "junk"),
    [
        ("model", None),
        ("model", "Prophet"),
        ("parameters", None),
        ("parameters", {"r": 1.0}),
        ("parameters", {"alpha": -1.0, "beta": 1.0}),
        ("parameters", {"alpha": "many", "beta": 1.0}),
        ("parameters", {"alpha": math.nan, "beta": 1.0}),
        ("standard_errors", 3),
        ("standard_errors", "none"),
        ("covariance", 7),
        ("notes", None),
        ("log_likelihood", None),
        ("log_likelihood", math.nan),
        ("n", "all"),
        ("n", math.inf),
    ],
)
def test_junk_is_no_fit(part, junk):
    plain = to_plain(SBG.fit([1000, 869, 743, 653]))
    with pytest.raises(InvalidValueError):
        from_plain({**plain, part: junk})
    with pytest.raises(InvalidValueError):
        from_plain({name: value for name, value in plain.items() if name != part})
