"""CES: which end is easy, and the edges."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.satisfaction import ces


def test_effort_ratings_are_turned_round_when_low_is_easy():
    effort = ces([1, 2, 2, 5], scale=(1, 5), easy="low")
    assert effort.mean.value == 3.5
    assert effort.easy.value == 0.75
    assert "high is easy" in effort.mean.notes[0]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_turning_the_scale_and_the_answers_changes_nothing(ratings):
    turned = ces([6 - rating for rating in ratings], scale=(1, 5), easy="low")
    straight = ces(ratings, scale=(1, 5))
    assert turned.mean.value == pytest.approx(straight.mean.value)
    assert turned.easy.value == straight.easy.value


@pytest.mark.parametrize(("scale", "least"), [((1, 7), 5), ((1, 5), 4), ((1, 4), 3), ((0, 10), 6)])
def test_easy_begins_above_the_middle(scale, least):
    assert ces([least], scale=scale).easy.value == 1
    assert ces([least - 1], scale=scale).easy.value == 0


def test_no_answers_are_undefined():
    nothing = ces([])
    assert (nothing.mean.value, nothing.mean.low, nothing.mean.high) == (None, 1, 7)
    assert (nothing.easy.value, nothing.easy.low, nothing.easy.high) == (None, 0, 1)


def test_a_single_answer_has_the_whole_scale():
    assert (ces([6]).mean.low, ces([6]).mean.high) == (1, 7)


@pytest.mark.parametrize("bad", [0, 8, nan])
def test_a_rating_off_the_scale_is_refused(bad):
    with pytest.raises(InvalidValueError, match=r"ratings\[0\]"):
        ces([bad])


def test_the_direction_is_one_of_two_words():
    with pytest.raises(InvalidValueError, match="easy"):
        ces([3], easy="left")


def test_effort_shows_itself_in_words():
    assert str(ces([7, 6, 5, 3, 2])).startswith("easy 60% (")
