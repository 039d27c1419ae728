"""The continuous Kano analysis: means, quadrants, and what lies outside of them."""

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.metrics import KanoAnswer, inverted_pairs, kano_continuous, metric

Y = dict(zip(KanoAnswer, (4, 2, 0, -1, -2), strict=True))
X = dict(zip(KanoAnswer, (-2, -1, 0, 2, 4), strict=True))
PAIRS = st.lists(st.tuples(st.sampled_from(KanoAnswer), st.sampled_from(KanoAnswer)), max_size=40)


@pytest.mark.parametrize(
    ("pair", "letter"),
    [
        (("like", "dislike"), "O"),
        (("must-be", "live-with"), "O"),
        (("like", "neutral"), "A"),
        (("neutral", "dislike"), "M"),
        (("neutral", "neutral"), "I"),
        (("like", "like"), "Q"),
        (("dislike", "dislike"), "Q"),
        (("dislike", "like"), "R"),
        (("live-with", "neutral"), "R"),
        (("neutral", "must-be"), "R"),
    ],
)
def test_the_quadrant_of_a_single_pair(pair, letter):
    point = kano_continuous([pair, pair])
    assert point.category.letter == letter
    assert point.functional_error == point.dysfunctional_error == 0
    assert point.unclear is False


def test_the_borders_belong_to_the_stronger_quadrant():
    on_two = kano_continuous([("must-be", "live-with")] * 3)
    assert (on_two.functional.value, on_two.dysfunctional.value) == (2, 2)
    assert on_two.category.letter == "O"
    below = kano_continuous([("must-be", "live-with")] * 30 + [("neutral", "neutral")])
    assert below.category.letter == "I"
    assert below.unclear


def test_without_answers_the_point_is_undefined():
    point = kano_continuous([None, (None, 2)])
    assert (point.category, point.told) == (None, "unknown")
    for mean in (point.functional, point.dysfunctional):
        assert (mean.value, mean.low, mean.high) == (None, -2, 4)
        assert mean.notes == ("no answers", "2 of 2 pairs left out: an answer is missing")
    assert point.functional_error is None


def test_a_single_answer_leaves_the_whole_scale_open():
    point = kano_continuous([("like", "dislike")])
    assert (point.functional.low, point.functional.high) == (-2, 4)
    assert point.told == "performance (unclear)"


def test_the_point_shows_and_explains_itself():
    point = kano_continuous([("like", "dislike"), ("like", "neutral"), ("like", "live-with")])
    assert "if there" in str(point)
    told = point.explain()
    assert [part.figure for part in told.parts] == ["kano_functional", "kano_dysfunctional"]
    assert dict(told.inputs)["standard error if there"] == "0"
    assert point.functional.unit == metric("kano_functional").unit


@given(PAIRS.filter(bool))
def test_the_means_are_those_of_the_numbers_of_the_answers(pairs):
    point = kano_continuous(pairs)
    assert point.functional.value == pytest.approx(fmean(Y[f] for f, _ in pairs))
    assert point.dysfunctional.value == pytest.approx(fmean(X[d] for _, d in pairs))
    assert -2 <= point.functional.low <= point.functional.value <= point.functional.high <= 4


@given(PAIRS)
def test_twice_the_same_answers_leave_the_point(pairs):
    once, twice = kano_continuous(pairs), kano_continuous(list(pairs) * 2)
    assert once.functional.value == pytest.approx(twice.functional.value)
    assert once.dysfunctional.value == pytest.approx(twice.dysfunctional.value)


def test_a_reverse_feature_inverted_is_a_need():
    disliked = [("dislike", "like")] * 20 + [("live-with", "like")] * 5
    assert kano_continuous(disliked).category.letter == "R"
    assert kano_continuous(inverted_pairs(disliked)).category.letter == "O"
