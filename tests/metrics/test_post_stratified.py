"""Post-stratification: each stratum as in the population, and what is missing is said."""

import pickle
from math import nan, sqrt
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import post_stratified_mean
from crmkit.metrics.seeds import plain_generator
from crmkit.metrics.surveys.weighted import checked_weights, effective_size

ANSWERS = st.lists(st.integers(1, 5), min_size=1, max_size=12)
STRATA = st.dictionaries(st.sampled_from("abcde"), ANSWERS, min_size=1)


@given(STRATA, st.data())
def test_the_mean_lies_among_the_answers_and_the_size_is_kishs(answers, data):
    sizes = {name: data.draw(st.integers(1, 1000)) for name in answers}
    told = post_stratified_mean(answers, sizes)
    whole = sum(sizes.values())
    weights = [sizes[name] / whole / len(some) for name, some in answers.items() for _ in some]
    values = [one for some in answers.values() for one in some]
    assert told.mean.value == pytest.approx(
        sum(w * x for w, x in zip(weights, values, strict=True))
    )
    assert told.effective_n == pytest.approx(effective_size(weights))
    assert 1 - 1e-9 <= told.mean.low <= told.mean.value <= told.mean.high <= 5 + 1e-9
    assert sum(one.share for one in told.strata) == pytest.approx(1)
    assert told.effective_n <= len(values) + 1e-9


@given(STRATA, st.data())
def test_sizes_and_shares_and_any_order_say_the_same(answers, data):
    sizes = {name: data.draw(st.integers(1, 1000)) for name in answers}
    shares = {name: size / sum(sizes.values()) for name, size in reversed(sizes.items())}
    turned = {name: some[::-1] for name, some in reversed(answers.items())}
    one, other = post_stratified_mean(answers, sizes), post_stratified_mean(turned, shares)
    for name in ("value", "low", "high", "n"):
        assert getattr(one.mean, name) == pytest.approx(getattr(other.mean, name))


def test_a_fair_picture_needs_no_weighting():
    answers = {"a": [1, 2, 3, 4], "b": [5, 4]}
    told = post_stratified_mean(answers, {"a": 400, "b": 200})
    assert told.mean.value == pytest.approx(told.unweighted.value)
    assert told.effective_n == pytest.approx(6)


def test_one_stratum_alone_is_a_mean_with_its_t_interval():
    told = post_stratified_mean({"all": [2, 3, 4, 4]}, {"all": 1})
    assert told.mean.low == pytest.approx(told.unweighted.low)
    assert told.mean.high == pytest.approx(told.unweighted.high)


def test_a_stratum_that_nobody_answered_for_is_named_with_the_way_out():
    with pytest.raises(InvalidValueError) as caught:
        post_stratified_mean({"old": [4, 5]}, {"old": 60, "new": 40})
    assert caught.value.field == "answers['new']"
    assert caught.value.way_out.endswith("collapse={'new': ...}")
    with pytest.raises(InvalidValueError, match=r"stands for 40.0% of the population"):
        post_stratified_mean({"old": [4, 5], "new": [None]}, {"old": 60, "new": 40})


def test_collapsed_strata_count_together_and_are_named_together():
    told = post_stratified_mean(
        {"old": [4, 5], "recent": [3, 2], "new": [1]},
        {"old": 50, "recent": 30, "new": 15, "newest": 5},
        collapse={"new": "recent", "newest": "recent"},
    )
    assert [(one.name, one.answers) for one in told.strata] == [
        ("old", 2),
        ("recent with new, newest", 3),
    ]
    assert told.mean.value == pytest.approx(0.5 * 4.5 + 0.5 * 2)


@pytest.mark.parametrize(
    "collapse", [{"x": "old"}, {"new": "x"}, {"new": "old", "old": "new"}, {"new": "new"}]
)
def test_strata_that_cannot_be_joined_are_refused(collapse):
    with pytest.raises(InvalidValueError, match="collapse"):
        post_stratified_mean({"old": [4]}, {"old": 1, "new": 1}, collapse=collapse)


def test_a_stratum_without_members_needs_no_answers_and_weighs_nothing():
    told = post_stratified_mean({"a": [1, 3], "b": [5]}, {"a": 10, "b": 0, "c": 0})
    assert told.mean.value == 2
    assert told.mean.n == pytest.approx(2)


def test_a_single_answer_has_no_variance_and_that_is_said():
    told = post_stratified_mean({"a": [4, 5, 3], "b": [2]}, {"a": 50, "b": 50})
    assert told.mean.value == 3
    assert (told.mean.low, told.mean.high) == (1, 5)
    assert told.mean.notes[0] == "a single answer has no variance (b): the whole scale is shown"
    joined = post_stratified_mean(
        {"a": [4, 5, 3], "b": [2]}, {"a": 50, "b": 50}, collapse={"b": "a"}
    )
    assert joined.mean.high - joined.mean.low < 4 + 1e-9
    assert joined.mean.notes != told.mean.notes


def test_equal_answers_have_no_width_and_none_at_all_no_value():
    same = post_stratified_mean({"a": [4, 4], "b": [4, 4]}, {"a": 1, "b": 3})
    assert (same.mean.low, same.mean.high) == (4, 4)
    assert "no width" in same.mean.notes[0]
    nothing = post_stratified_mean({"a": [None], "b": []}, {"a": 1, "b": 3})
    assert nothing.mean.value is None
    assert (nothing.mean.low, nothing.mean.high) == (1, 5)
    assert nothing.mean.notes == ("no answers", "1 missing left out")


@pytest.mark.parametrize(
    ("answers", "population", "field"),
    [
        ({"x": [4]}, {"a": 1}, "answers['x']"),
        ({"a": [6]}, {"a": 1}, "answers['a'][0]"),
        ({"a": [4, nan]}, {"a": 1}, "answers['a'][1]"),
        ({"a": [4]}, {"a": -1}, "population['a']"),
        ({"a": [4]}, {"a": 0}, "population"),
        ({"a": [4], "b": [4]}, {"a": 0.5, "b": 0.4}, "population"),
    ],
)
def test_what_cannot_be_is_refused_by_name(answers, population, field):
    with pytest.raises(InvalidValueError) as caught:
        post_stratified_mean(answers, population)
    assert caught.value.field == field


def biased(draw):
    """1,000 customers of whom loyal ones answer six times as often; their true mean."""
    people = [
        (kind, min(5, max(1, round(draw.gauss(mean, 0.9)))))
        for kind, mean in (("loyal", 4.4), ("new", 3.0))
        for _ in range(500)
    ]
    answered = [
        (kind, x) for kind, x in people if draw.random() < {"loyal": 0.3, "new": 0.05}[kind]
    ]
    return fmean(x for _, x in people), answered


def test_of_a_biased_survey_the_weighted_error_is_less_than_half_the_raw_one():
    draw, raw, weighted, held = plain_generator(7), [], [], 0
    for _ in range(200):
        truth, answered = biased(draw)
        answers = {kind: [x for one, x in answered if one == kind] for kind in ("loyal", "new")}
        told = post_stratified_mean(answers, {"loyal": 500, "new": 500})
        raw.append((told.unweighted.value - truth) ** 2)
        weighted.append((told.mean.value - truth) ** 2)
        held += told.mean.low <= truth <= told.mean.high
    assert sqrt(fmean(weighted)) < sqrt(fmean(raw)) / 2
    assert 0.92 <= held / 200 <= 0.99


def test_it_shows_explains_and_pickles_itself():
    told = post_stratified_mean({"old": [4, 5, None], "new": [3, 4]}, {"old": 600, "new": 400})
    assert str(told).startswith("Mean of all: 4.1 on 1 to 5 (")
    assert "40.0% of the population: 3.5 on 1 to 5" in str(told)
    why = told.explain()
    assert why.figure == "post_stratified_mean"
    assert {"unweighted", "old", "new"} <= set(dict(why.inputs))
    assert "1 missing left out" in why.left_out
    assert pickle.loads(pickle.dumps(told)) == told


# --- weights -------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e12), max_size=12))
def test_the_effective_size_is_at_most_the_number_of_weights(weights):
    n = effective_size(weights)
    assert 0 <= n <= len(weights) + 1e-9
    assert (n == 0) == (not any(weights))


def test_weights_of_any_size_have_an_effective_size():
    assert effective_size([1e-300, 1e-300]) == effective_size([1e300, 1e300]) == 2
    with pytest.raises(InvalidValueError, match="must be as many as the answers"):
        checked_weights([1, 2], 3)


def test_the_variance_is_that_of_the_formula():
    answers, sizes = {"a": [1, 2, 5, 4], "b": [3, 5, 5]}, {"a": 1, "b": 3}
    told = post_stratified_mean(answers, sizes, scale=(-100, 100))
    whole = sum(
        (sizes[name] / 4) ** 2 * variance(some) / len(some) for name, some in answers.items()
    )
    half = (told.mean.high - told.mean.low) / 2
    assert 1.96 * sqrt(whole) < half < 4.31 * sqrt(whole)
