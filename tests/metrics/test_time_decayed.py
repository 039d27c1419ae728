"""Means that forget: half after each half-life, and no answers of the future."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import time_decayed_mean
from crmkit.metrics.intervals import mean_estimate

ANSWERS = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 5)), min_size=1, max_size=20)
NAMES = ("value", "low", "high", "n")


@given(ANSWERS, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_the_mean_lies_among_the_answers(answers, shuffle):
    one = time_decayed_mean(answers)
    shuffled = list(answers)
    shuffle.shuffle(shuffled)
    other = time_decayed_mean(shuffled)
    assert [getattr(one, name) for name in NAMES] == pytest.approx(
        [getattr(other, name) for name in NAMES]
    )
    values = [value for _, value in answers]
    assert min(values) <= one.value <= max(values)
    assert 1 <= one.low <= one.value <= one.high <= 5
    assert 1 - 1e-9 <= one.n <= len(answers) + 1e-9


@given(st.lists(st.integers(1, 5), min_size=2, max_size=20), st.integers(0, 10_000))
def test_answers_of_one_age_are_a_plain_mean(values, age):
    told = time_decayed_mean([(age, value) for value in values])
    plain = mean_estimate(values, unit="", low=1, high=5)
    assert [getattr(told, name) for name in NAMES] == pytest.approx(
        [getattr(plain, name) for name in NAMES]
    )


@given(ANSWERS, st.integers(1, 100_000))
def test_waiting_changes_no_mean(answers, days):
    later = [(age + days, value) for age, value in answers]
    assert time_decayed_mean(later).value == pytest.approx(time_decayed_mean(answers).value)


def test_a_survey_of_long_ago_keeps_its_weights():
    told = time_decayed_mean([(1_000_000, 5), (1_000_030, 2)], half_life=30)
    assert told.value == pytest.approx(4)


def test_a_half_life_halves_and_a_long_one_forgets_nothing():
    assert time_decayed_mean([(0, 5), (30, 2)], half_life=30).value == pytest.approx(4)
    assert time_decayed_mean([(0, 5), (30, 2)], half_life=1e9).value == pytest.approx(3.5)


def test_an_effective_size_below_two_has_no_interval():
    told = time_decayed_mean([(0, 5), (400, 1)])
    assert told.n < 2
    assert (told.low, told.high) == (1, 5)
    assert "effective size" in told.notes[0]


def test_missing_answers_are_counted_and_none_at_all_is_undefined():
    assert time_decayed_mean([(5, None), (9, 4)]).notes[0] == "1 missing left out"
    nothing = time_decayed_mean([])
    assert (nothing.value, nothing.low, nothing.high, nothing.n) == (None, 1, 5, 0)
    assert time_decayed_mean([(3, None)]).notes == ("no answers", "1 missing left out")


@pytest.mark.parametrize(
    ("answers", "more", "field"),
    [
        ([(1, 4), (-1, 4)], {}, "answers[1].age"),
        ([(nan, 4)], {}, "answers[0].age"),
        ([(1, 6)], {}, "answers[0]"),
        ([(1, 4)], {"half_life": 0}, "half_life"),
        ([(1, 4)], {"scale": (5, 1)}, "scale"),
    ],
)
def test_what_cannot_be_is_refused_by_name(answers, more, field):
    with pytest.raises(InvalidValueError) as caught:
        time_decayed_mean(answers, **more)
    assert caught.value.field == field


def test_it_explains_itself_by_the_catalogue():
    why = time_decayed_mean([(0, 5), (30, 4), (60, 4)]).explain("time_decayed_mean")
    assert "0.5^(age ÷ half-life)" in why.formula
    assert "90 days" in dict(why.inputs)["method"]
