"""No figure of fewer than five staff, neither shown nor to be found by subtraction."""

from itertools import chain
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import Withheld, by_group, csat, employee_nps, nps
from crmkit.metrics.catalogue import metric

SMALL = "withheld: fewer than 5 people"
rating = st.none() | st.integers(0, 10)
groups = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.lists(rating), max_size=7)


def sizes(answers):
    return {name: sum(one is not None for one in each) for name, each in answers.items()}


def of(**counts):
    return {name: [9] * count for name, count in counts.items()}


def test_every_group_has_its_own_figure_and_all_together_theirs():
    answers = {"store": [9, 10, 7, 3, 9], "depot": [6, 7, None, 10, 8, 9]}
    found = by_group(answers, nps)
    assert found.shown == {name: nps(each) for name, each in answers.items()}
    assert found.total == nps([*answers["store"], *answers["depot"]])
    assert found.withheld == ()


def test_a_group_of_four_is_withheld_and_one_of_five_is_not():
    found = by_group(of(four=4, five=5), nps, with_total=False)
    assert str(found.groups["four"]) == SMALL
    assert found.shown.keys() == {"five"}
    assert found.total is None


def test_people_are_those_who_answered():
    found = by_group({"a": [9, 8, None, None, 7, 6], "b": [9] * 6}, nps, with_total=False)
    assert found.withheld == ("a",)


def test_with_the_total_told_a_single_small_group_takes_the_next_smallest_with_it():
    found = by_group(of(big=30, small=3, mid=8, next=7), nps)
    assert found.withheld == ("small", "next")
    assert str(found.groups["small"]) == SMALL
    assert "with the total it would tell" in str(found.groups["next"])
    assert by_group(of(big=30, small=3, mid=8, next=7), nps, with_total=False).withheld == (
        "small",
    )


def test_two_small_groups_of_too_few_together_take_a_third_with_them():
    assert by_group(of(big=30, one=1, two=2, mid=8), nps).withheld == ("one", "two", "mid")
    assert by_group(of(big=30, one=1, four=4, mid=8), nps).withheld == ("one", "four")


def test_an_empty_group_shields_nobody():
    assert by_group(of(big=30, small=3, mid=8, none=0), nps).withheld == ("small", "mid", "none")
    assert by_group(of(big=30, none=0), nps).withheld == ("none",)


def test_where_all_are_too_few_even_the_total_is_withheld():
    found = by_group(of(one=1, two=2), nps)
    assert found.shown == {}
    assert isinstance(found.total, Withheld)
    assert by_group({}, nps).total == found.total


def test_of_two_groups_the_large_one_goes_with_the_small_one_and_the_total_stays():
    found = by_group(of(big=30, small=3), nps)
    assert found.withheld == ("big", "small")
    assert found.total.n == 33


@given(groups, st.integers(5, 8))
def test_neither_shown_nor_by_subtraction_is_there_a_figure_of_too_few(answers, least):
    found, counts = by_group(answers, nps, least=least), sizes(answers)
    assert all(counts[name] >= least for name in found.shown)
    hidden = [counts[name] for name in found.withheld if counts[name]]
    if isinstance(found.total, Withheld):
        assert sum(counts.values()) < least
    elif hidden:
        assert sum(hidden) >= least
        assert len(hidden) >= 2


@given(groups)
def test_small_groups_are_always_withheld_and_no_more_than_the_total_asks_for(answers):
    counts = sizes(answers)
    small = {name for name, count in counts.items() if count < 5}
    assert set(by_group(answers, nps, with_total=False).withheld) == small
    with_total = by_group(answers, nps)
    more = set(with_total.withheld) - small
    assert small <= set(with_total.withheld)
    if more:
        assert max(counts[name] for name in more) <= min(
            [counts[name] for name in with_total.shown], default=99
        )


@given(groups, st.data())
def test_the_order_of_groups_and_people_does_not_matter(answers, data):
    names = data.draw(st.permutations(list(answers)))
    turned = {name: data.draw(st.permutations(answers[name])) for name in names}
    one, other = by_group(answers, nps), by_group(turned, nps)
    assert set(one.withheld) == set(other.withheld)
    assert (one.shown, one.total) == (other.shown, other.total)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=4), st.lists(st.integers(0, 10)))
def test_what_a_withheld_group_answered_shows_nowhere(few, others):
    answers = {"few": few, "others": [*others, *[7] * 5]}
    found = by_group(answers, nps, with_total=False)
    again = by_group({**answers, "few": [10 - one for one in few]}, nps, with_total=False)
    assert found == again
    assert repr(found) == repr(again)
    assert (str(found), str(found.explain())) == (str(again), str(again.explain()))


def test_any_measure_will_do_and_shows_and_explains_itself():
    answers = {"store": [5, 4, 4, 3, 5], "depot": [2, 3, 4, 4, 5], "office": [1, 1]}
    found = by_group(answers, csat)
    assert found.total.mean.value == pytest.approx(fmean(chain.from_iterable(answers.values())))
    assert "1 of 3 groups withheld" not in str(found)
    assert "2 of 3 groups withheld" in str(found)
    assert "all together" in str(found)
    told = found.explain()
    assert told.answer == "1 of 3 groups shown"
    assert [part.figure for part in told.parts] == list(found.shown)
    plain = by_group(answers, len)
    assert plain.shown == dict.fromkeys(found.shown, 5)
    assert plain.explain().parts == ()
    assert Withheld(why="so").sheet().title == "so"


@pytest.mark.parametrize("least", [4, 0, -1, 5.5])
def test_fewer_than_five_cannot_be_asked_for(least):
    with pytest.raises(InvalidValueError, match="least"):
        by_group(of(a=9), nps, least=least)
    with pytest.raises(InvalidValueError, match="least"):
        employee_nps([9] * 9, least=least)


@given(st.lists(rating, max_size=12))
def test_enps_is_nps_of_five_answers_or_more_and_else_nothing(ratings):
    found, answered = employee_nps(ratings), sum(one is not None for one in ratings)
    if answered >= 5:
        assert found == nps(ratings)
    else:
        assert (found.value, found.low, found.high, found.n) == (None, -100, 100, 0)
        assert found.notes == (SMALL,)
    assert metric("employee_nps").unit == found.unit


def test_enps_refuses_what_nps_refuses_however_few_answered():
    with pytest.raises(InvalidValueError, match=r"ratings\[1\]"):
        employee_nps([9, 11])
    assert employee_nps([9] * 9, least=10).notes == ("withheld: fewer than 10 people",)
