"""Shrinkage: few answers count little, many count fully, and the weight is learnt from groups."""

import pickle
from math import inf, nan, sqrt
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import shrinkage_of, shrinkage_of_shares, shrunken_mean, shrunken_share
from crmkit.metrics.seeds import plain_generator

ANSWERS = st.lists(st.integers(1, 5), max_size=30)
WEIGHTS = st.floats(0.1, 1000)


@given(ANSWERS, st.floats(1, 5), WEIGHTS)
def test_a_mean_lies_between_the_prior_and_the_answers(answers, prior, weight):
    told = shrunken_mean(answers, prior_mean=prior, prior_weight=weight)
    ends = [prior, fmean(answers) if answers else prior]
    assert min(ends) - 1e-9 <= told.value <= max(ends) + 1e-9
    assert told.n == len(answers)
    heavier = shrunken_mean(answers, prior_mean=prior, prior_weight=2 * weight)
    assert abs(heavier.value - prior) <= abs(told.value - prior) + 1e-9


@given(ANSWERS, st.integers(1, 4))
def test_a_better_answer_raises_the_mean(answers, rating):
    one = shrunken_mean([*answers, rating], prior_mean=3)
    assert shrunken_mean([*answers, rating + 1], prior_mean=3).value > one.value


def test_the_interval_is_the_normal_posterior_where_the_scatter_is_known():
    told = shrunken_mean([4, 4, 3, 4], prior_mean=3, prior_weight=5, deviation=0.9)
    half = stats.norm.ppf(0.975) * 0.9 / sqrt(9)
    assert (told.low, told.high) == pytest.approx((told.value - half, told.value + half))
    vague = shrunken_mean([4, 4, 3, 4], prior_mean=3, prior_weight=5)
    assert (vague.low, vague.high, vague.value) == (1, 5, told.value)
    assert "no deviation" in vague.notes[0]


def test_the_ends_of_the_weight():
    assert shrunken_mean([5, 3], prior_mean=2, prior_weight=0).value == 4
    pooled = shrunken_mean([5, 3], prior_mean=2, prior_weight=inf, deviation=1)
    assert (pooled.value, pooled.low, pooled.high) == (2, 2, 2)
    assert pooled.notes == ("full pooling: the prior alone",)
    nothing = shrunken_mean([None], prior_mean=2)
    assert nothing.value == 2
    assert nothing.notes[:2] == ("1 missing left out", "no answers: the prior alone")
    assert shrunken_mean([], prior_mean=2, prior_weight=0).value is None


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.01, 0.99), WEIGHTS)
def test_a_share_is_the_mean_of_its_beta_posterior(k, more, prior, weight):
    n = k + more
    told = shrunken_share(k, n, prior_share=prior, prior_weight=weight)
    posterior = stats.beta(weight * prior + k, weight * (1 - prior) + more)
    assert told.value == pytest.approx(posterior.mean())
    # Where nearly all of the distribution lies at one end its mean is beyond the quantiles.
    low, high = min(told.value, posterior.ppf(0.025)), max(told.value, posterior.ppf(0.975))
    assert (told.low, told.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)
    assert 0 <= told.low <= told.value <= told.high <= 1


def test_a_share_fully_pooled_is_the_prior_and_says_so():
    told = shrunken_share(3, 3, prior_share=0.8, prior_weight=inf)
    assert (told.value, told.low, told.high) == (0.8, 0.8, 0.8)
    assert told.notes == ("full pooling: the prior alone",)
    assert shrunken_share(0, 0, prior_share=0.8).notes == ("no answers: the prior alone",)


@pytest.mark.parametrize(
    "call",
    [
        lambda: shrunken_mean([6], prior_mean=3),
        lambda: shrunken_mean([4], prior_mean=6),
        lambda: shrunken_mean([4], prior_mean=3, prior_weight=-1),
        lambda: shrunken_mean([4], prior_mean=3, prior_weight=nan),
        lambda: shrunken_mean([4], prior_mean=3, deviation=-1),
        lambda: shrunken_share(3, 2, prior_share=0.5),
        lambda: shrunken_share(1, 2, prior_share=1),
        lambda: shrunken_share(1, 2, prior_share=0.5, prior_weight=0),
        lambda: shrunken_share(1.5, 2, prior_share=0.5),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(InvalidValueError):
        call()


# --- how far to shrink ---------------------------------------------------------------------


def test_the_variances_of_three_groups_by_hand():
    # Means 2, 3, 4 of two answers each, ±1 about them: within = 6/3 = 2, among = 4/2 = 2: pooled.
    pooled = shrinkage_of({"a": [1, 3], "b": [2, 4], "c": [3, 5]})
    assert (pooled.mean, pooled.within, pooled.between, pooled.weight) == (3, 2, 0, inf)
    assert pooled.notes == ("groups differ no more than by chance: full pooling",)
    # Means alike, answers far apart: the between-variance comes out below 0.
    alike = shrinkage_of({"a": [1, 5], "b": [5, 1], "c": [2, 4]})
    assert (alike.between, alike.weight, alike.notes) == (0, inf, pooled.notes)
    # Means 1.5, 3, 4.5, ±0.5: within = 1.5/3 = .5, among = 9/2, n0 = 2: between = 2, C = .25.
    apart = shrinkage_of({"a": [1, 2], "b": [2.5, 3.5], "c": [4, 5]})
    assert (apart.within, apart.between, apart.weight) == pytest.approx((0.5, 2, 0.25))
    assert apart.deviation == pytest.approx(sqrt(0.5))


def test_groups_of_unequal_size_have_the_size_of_searle():
    groups = {"a": [1, 2, 3, 2], "b": [4, 5], "c": [3]}
    told = shrinkage_of(groups)
    values = [one for some in groups.values() for one in some]
    mean, size = fmean(values), (7 - (16 + 4 + 1) / 7) / 2
    within = sum((x - fmean(some)) ** 2 for some in groups.values() for x in some) / 4
    among = sum(len(some) * (fmean(some) - mean) ** 2 for some in groups.values()) / 2
    assert told.between == pytest.approx((among - within) / size)
    assert told.weight == pytest.approx(within / told.between)


def test_groups_without_scatter_need_no_shrinking():
    assert shrinkage_of({"a": [2, 2], "b": [4, 4]}).weight == 0


@given(
    st.dictionaries(st.integers(0, 9), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2)
)
def test_shares_are_means_of_nought_and_one(groups):
    shares = {f"{name}": (k, k + more) for name, (k, more) in groups.items()}
    answers = {name: [1] * k + [0] * (n - k) for name, (k, n) in shares.items()}
    try:
        one = shrinkage_of(answers, scale=(0, 1))
    except InsufficientDataError as error:
        with pytest.raises(InsufficientDataError, match=str(error)):
            shrinkage_of_shares(shares)
        return
    other = shrinkage_of_shares(shares)
    assert (other.mean, other.within, other.between) == pytest.approx(
        (one.mean, one.within, one.between), abs=1e-9
    )


def test_the_weight_of_drawn_groups_is_recovered():
    """2,000 groups of 6 from N(0, .4²) with scatter .8: C = 4; shares from Beta(6, 2): κ = 8."""
    draw = plain_generator(11)
    centres = [draw.gauss(0, 0.4) for _ in range(2000)]
    groups = {
        f"{i}": [centre + draw.gauss(0, 0.8) for _ in range(6)] for i, centre in enumerate(centres)
    }
    assert shrinkage_of(groups, scale=(-9, 9)).weight == pytest.approx(4, rel=0.1)
    shares = {}
    for i in range(4000):
        p = draw.betavariate(6, 2)
        shares[f"{i}"] = (sum(draw.random() < p for _ in range(8)), 8)
    told = shrinkage_of_shares(shares)
    assert told.weight == pytest.approx(8, rel=0.15)
    assert told.mean == pytest.approx(0.75, abs=0.01)


def test_shrinking_by_the_learnt_weight_is_nearer_the_truth_than_the_plain_means():
    draw, errors = plain_generator(5), {"plain": 0.0, "shrunken": 0.0}
    centres = {f"{i}": draw.gauss(3.5, 0.4) for i in range(150)}
    groups = {name: [draw.gauss(centre, 0.9) for _ in range(3)] for name, centre in centres.items()}
    prior = shrinkage_of(groups, scale=(-5, 12))
    held = 0
    for name, answers in groups.items():
        told = shrunken_mean(
            answers,
            prior_mean=prior.mean,
            prior_weight=prior.weight,
            deviation=prior.deviation,
            scale=(-5, 12),
        )
        errors["plain"] += (fmean(answers) - centres[name]) ** 2
        errors["shrunken"] += (told.value - centres[name]) ** 2
        held += told.low <= centres[name] <= told.high
    assert errors["shrunken"] < 0.6 * errors["plain"]
    assert 0.9 <= held / 150 <= 0.99


@pytest.mark.parametrize(
    "groups", [{}, {"a": [1, 2]}, {"a": [1], "b": [2]}, {"a": [1], "b": [None]}]
)
def test_too_few_groups_or_answers_are_refused(groups):
    with pytest.raises(InsufficientDataError, match="shrinkage needs"):
        shrinkage_of(groups)


def test_what_is_no_count_is_refused_by_its_group():
    for counts, field in (((3, 2), "k"), ((1, -1), "n"), ((0.5, 2), "k")):
        with pytest.raises(InvalidValueError) as caught:
            shrinkage_of_shares({"a": (1, 2), "b": counts})
        assert caught.value.field == f"groups['b'].{field}"


def test_the_prior_shows_explains_and_pickles_itself():
    told = shrinkage_of({"a": [1, 2, None], "b": [4, 5]})
    assert str(told).startswith("The prior weighs 0.1176 answers\n")
    assert told.notes == ("1 missing left out",)
    assert told.explain().figure == "shrinkage_weight"
    pooled = shrinkage_of({"a": [1, 3], "b": [1, 3]})
    assert "inf" not in str(pooled)
    assert pickle.loads(pickle.dumps(told)) == told
