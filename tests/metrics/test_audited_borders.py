"""Borders at which a figure of surveys, Kano or value turns: what a slip there would change."""

import math

import numpy as np
import pytest

from crmkit.metrics import (
    compare_delivered_value,
    delivered_value,
    kano_of_counts,
    omega,
    post_stratified_mean,
    shrunken_mean,
)
from crmkit.metrics.beta_distribution import beta_quantile
from crmkit.metrics.intervals import two_sided_z
from crmkit.metrics.kano.homogeneity import homogeneity
from crmkit.metrics.surveys.logit import logit


@pytest.mark.parametrize("seed", [92, 1806, 1901])
def test_a_step_that_would_overshoot_the_peak_is_shortened(seed):
    """On these answers plain steps of Newton's fly apart, though there is a peak."""
    rng = np.random.default_rng(seed)
    traits = rng.lognormal(0, 3, (20, 2)).round(2)
    happened = rng.random(20) < 1 / (1 + np.exp(-(traits / traits.std(0)) @ [2, -1]))
    fit = logit(traits.T.tolist(), happened.tolist())
    design = np.c_[np.ones(20), (traits - traits.mean(0)) / traits.std(0)]
    assert np.abs(design.T @ (happened - np.array(fit.chances))).max() < 1e-6


def test_a_category_of_all_answers_has_the_adjusted_interval():
    told = kano_of_counts({"O": 10}).category_strength
    half = two_sided_z() * math.sqrt((1 - (10 / 12) ** 2) / 12)
    assert (told.value, told.low, told.high) == pytest.approx((1, 10 / 12 - half, 1))


def test_what_is_too_rare_is_judged_by_the_smallest_segment():
    counts = {"few": {"x": 20, "y": 5, "z": 5}, "many": {"x": 250, "y": 25, "z": 25}}
    assert set(homogeneity(counts).pooled) == {"y", "z"}
    counts["few"] = {"x": 200, "y": 50, "z": 50}
    assert homogeneity(counts).pooled == ()


def test_the_interval_of_omega_is_that_of_the_score_it_is_of():
    rng = np.random.default_rng(1)
    common = rng.normal(size=80)
    items = {name: common + rng.normal(size=80) for name in "abcd"}
    items["a"] = 30 * rng.normal(size=80) + 3 * common
    raw, even = (omega(items, standardised=one, draws=200).total for one in (False, True))
    assert raw.high < even.value


def test_offers_that_differ_by_rounding_alone_are_alike():
    ours = delivered_value(
        {"product": 0.1, "service": 0.2, "personnel": 0, "image": 0},
        {"money": 0, "time": 0, "energy": 0, "psychic": 0.3},
    )
    theirs = delivered_value(
        {"product": 0.3, "service": 0, "personnel": 0, "image": 0},
        {"money": 0.1, "time": 0.1, "energy": 0.1, "psychic": 0},
    )
    told = compare_delivered_value(ours, theirs)
    assert told.better is None
    assert told.agree
    assert "open" in str(told)


def test_an_interval_without_width_says_why_it_has_none():
    strata = post_stratified_mean({"a": [1, 1], "b": [5, 5]}, {"a": 1, "b": 1}).mean
    assert (strata.value, strata.low, strata.high) == (3, 3, 3)
    assert strata.notes == ("answers are equal within each stratum: the interval has no width",)
    drawn = shrunken_mean([1, 5], prior_mean=3, deviation=0)
    assert drawn.notes == ("answers do not differ within groups: the interval has no width",)


@pytest.mark.parametrize("shapes", [(1e-300, 1), (1e5, 1e-12), (5, 1e-300), (1e12, 1e-6)])
def test_a_distribution_all_at_one_end_has_its_quantiles_there(shapes):
    end = float(shapes[0] > shapes[1])
    for p in (0.025, 0.5, 0.975):
        assert beta_quantile(p, *shapes) == pytest.approx(end, abs=1e-14)
