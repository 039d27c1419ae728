"""Many answers are checked at once, and that says the same as one by one."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.checked import all_answers, checked_number

ANSWERS = st.lists(st.integers(-2, 12)) | st.lists(st.floats(-2, 12)) | st.lists(st.floats())
MIXED = st.lists(st.integers(0, 10) | st.floats(0, 10) | st.booleans())
HUGE = st.lists(st.integers(-(10**400), 10**400))


def one_by_one(values, **ends):
    try:
        return [checked_number(one, "answer", **ends) for one in values]
    except InvalidValueError:
        return None


@given(values=ANSWERS | MIXED | HUGE, low=st.sampled_from([-inf, 0]), whole=st.booleans())
def test_what_is_taken_at_once_would_be_taken_one_by_one_and_as_the_same_number(values, low, whole):
    ends = {"low": low, "high": 10 if low == 0 else inf, "whole": whole}
    if all_answers(values, **ends):
        assert one_by_one(values, **ends) == list(map(float, values))


@pytest.mark.parametrize(
    ("values", "whole"), [([0, 10, 5], True), ([0, 10], False), ([0.0, 9.5], False)]
)
def test_plain_answers_on_the_scale_are_told_at_once(values, whole):
    assert all_answers(values, low=0, high=10, whole=whole)


@pytest.mark.parametrize(
    "values", [[11], [-1], [nan], [1.0, nan, 2.0], [inf], [True], ["1"], [None], [10.5], []]
)
def test_nothing_else_is_taken_at_once(values):
    assert not all_answers(values, low=0, high=10)


def test_a_float_is_not_told_to_be_whole_at_once():
    assert not all_answers([1.5], whole=True)


def test_an_int_beyond_all_floats_is_not_taken_at_once():
    assert not all_answers([1, 10**400])
