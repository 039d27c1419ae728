"""Careless answers are flagged with their reasons, and nobody is dropped."""

import pickle
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import careless_answers

ROWS = st.lists(
    st.lists(st.none() | st.integers(1, 5), min_size=10, max_size=10), min_size=1, max_size=12
)


def table(rows):
    return {f"q{i}": list(column) for i, column in enumerate(zip(*rows, strict=True))}


@given(ROWS)
def test_straight_lining_is_one_answer_to_eight_items_or_more(rows):
    told = careless_answers(table(rows))
    given_ = [[one for one in row if one is not None] for row in rows]
    expected = {i for i, row in enumerate(given_) if len(row) >= 8 and len(set(row)) == 1}
    assert told.respondents == expected
    assert told.straight_lining.n == sum(len(row) >= 8 for row in given_)
    assert told.n == len(rows)


@given(st.lists(st.none() | st.floats(0, 1000), min_size=1, max_size=15))
def test_speeding_is_below_a_third_of_the_median_of_the_times_there_are(seconds):
    told = careless_answers({"q": [3] * len(seconds)}, seconds=seconds)
    timed = sorted(one for one in seconds if one is not None)
    assert told.speeding.n == len(timed)
    for one in told.flagged:
        assert seconds[one.respondent] < told.median_seconds / 3
    if timed:
        assert told.speeding.value <= 0.5


def test_both_signs_are_told_of_one_respondent_and_the_order_is_that_of_the_table():
    rows = [[3] * 8, [1, 2, 3, 4, 5, 1, 2, 3], [5] * 8]
    told = careless_answers(table(rows), seconds=[5, 60, 70])
    assert [str(one) for one in told.flagged] == [
        "respondent 0: straight-lining and speeding",
        "respondent 2: straight-lining",
    ]


def test_an_open_item_is_no_answer_and_too_few_are_not_judged():
    rows = [[4] * 7 + [None], [4] * 8, [1, 2, 3, 4, 5, 4, 3, 2]]
    told = careless_answers(table(rows))
    assert told.respondents == {1}
    assert told.straight_lining.n == 2
    assert "1 without enough items not judged" in told.straight_lining.notes


def test_without_times_or_items_a_share_is_undefined_and_no_0():
    told = careless_answers({"q1": [3, 3]})
    assert told.straight_lining.value is None
    assert told.speeding.value is None
    assert told.median_seconds is None
    assert "nobody with enough items to be judged" in str(told)
    assert told.straight_lining.notes == ("nobody with enough items to be judged",)


def test_the_cuts_may_be_others():
    rows = [[3] * 4, [3, 4, 3, 4]]
    assert careless_answers(table(rows), items=4).respondents == {0}
    slow = careless_answers(table(rows), seconds=[10, 20], too_fast=0.9)
    assert slow.respondents == {0}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"seconds": [1]}, "seconds"),
        ({"seconds": [1, -1]}, "seconds[1]"),
        ({"seconds": [1, nan]}, "seconds[1]"),
        ({"items": 1}, "items"),
        ({"too_fast": 1}, "too_fast"),
    ],
)
def test_what_cannot_be_is_refused_by_name(more, field):
    with pytest.raises(InvalidValueError) as caught:
        careless_answers({"q1": [1, 2]}, **more)
    assert caught.value.field == field


def test_they_show_explain_and_pickle_themselves():
    told = careless_answers(table([[3] * 8, [1, 2, 3, 4, 5, 1, 2, 3]]), seconds=[5, 60])
    assert str(told).startswith("1 of 2 respondents look careless\n")
    assert "nobody was left out" in str(told)
    assert [part.figure for part in told.explain().parts] == ["straight_lining", "speeding"]
    assert dict(told.explain().inputs)["median time"] == "32.5 s"
    assert pickle.loads(pickle.dumps(told)) == told
