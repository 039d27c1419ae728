"""Manski's bounds: whatever the silent think, the mean of all lies between them."""

import pickle
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import nonresponse_bounds

ANSWERS = st.lists(st.none() | st.integers(1, 5), min_size=1, max_size=40)


@given(ANSWERS, st.data())
def test_whatever_the_silent_think_the_mean_of_all_lies_between(answers, data):
    told = nonresponse_bounds(answers)
    filled = [data.draw(st.integers(1, 5)) if one is None else one for one in answers]
    assert told.lowest - 1e-9 <= sum(filled) / len(filled) <= told.highest + 1e-9
    assert told.width == pytest.approx(4 * told.missing / told.eligible)
    if told.answered.value is not None:
        assert told.lowest <= told.answered.value + 1e-9
        assert told.answered.value <= told.highest + 1e-9


@given(ANSWERS, st.integers(0, 50))
def test_the_silent_may_be_told_by_number(answers, more):
    one = nonresponse_bounds([*answers, *[None] * more])
    assert nonresponse_bounds(answers, eligible=len(answers) + more) == one


def test_everybody_answered_leaves_nothing_open_and_nobody_everything():
    assert nonresponse_bounds([2, 4]).width == 0
    for silent in ([], [None, None]):
        told = nonresponse_bounds(silent, scale=(0, 10))
        assert (told.lowest, told.highest) == (0, 10)
        assert told.answered.value is None


@pytest.mark.parametrize(
    ("answers", "more", "field"),
    [
        ([6], {}, "answers[0]"),
        ([4, nan], {}, "answers[1]"),
        ([4, 5, None], {"eligible": 2}, "eligible"),
        ([4], {"eligible": 2.5}, "eligible"),
        ([4], {"scale": (1, 1)}, "scale"),
    ],
)
def test_what_cannot_be_is_refused_by_name(answers, more, field):
    with pytest.raises(InvalidValueError) as caught:
        nonresponse_bounds(answers, **more)
    assert caught.value.field == field


def test_they_show_explain_and_pickle_themselves():
    told = nonresponse_bounds([5, 4, None, None])
    assert str(told).startswith("Mean of all: 2.75 to 4.75 on 1 to 5")
    assert "silent                 2 of 4" in str(told)
    assert [part.figure for part in told.explain().parts] == [
        "nonresponse_lowest",
        "nonresponse_highest",
    ]
    assert pickle.loads(pickle.dumps(told)) == told
