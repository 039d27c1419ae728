"""Importance–performance analysis: quadrants, lines, and how steady they are."""

from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import Quadrant, importance_performance

NAMES = ("a", "b", "c", "d")


def named(*figures):
    return dict(zip(NAMES, figures, strict=False))


def test_four_attributes_land_in_four_quadrants_around_their_means():
    """The worked check: importance .4 .3 .2 .1 and performance 60 85 70 90."""
    found = importance_performance(named(0.4, 0.3, 0.2, 0.1), named(60, 85, 70, 90))
    assert found.crosshair == (pytest.approx(0.25), 76.25)
    assert list(found.quadrants.values()) == [
        Quadrant.CONCENTRATE_HERE,
        Quadrant.KEEP_UP,
        Quadrant.LOW_PRIORITY,
        Quadrant.POSSIBLE_OVERKILL,
    ]
    assert found.n is None
    assert [one.stability for one in found.attributes] == [None] * 4
    assert found.notes[0].startswith("figures without respondents")


def test_a_point_on_a_line_is_high():
    below = nextafter(3, -inf)
    found = importance_performance(named(3, 3, 2.9, 3), named(3, 2.9, 3, below), crosshair=(3, 3))
    assert [str(one) for one in found.quadrants.values()] == [
        "keep_up",
        "concentrate_here",
        "possible_overkill",
        "keep_up",  # a last digit is rounding, not a place
    ]
    alike = importance_performance(named(0.1, 0.1, 0.1), named(0.7, 0.7, 0.7))
    assert set(alike.quadrants.values()) == {Quadrant.KEEP_UP}


def test_the_middle_of_the_scales_is_a_crosshair():
    found = importance_performance(named(4, 2), named(6, 5), crosshair="midpoint", scale=(0, 10))
    assert found.crosshair == (5, 5)
    both = {"scale": (0, 10), "importance_scale": (1, 5)}
    found = importance_performance(named(4, 2), named(6, 4), crosshair="midpoint", **both)
    assert found.crosshair == (3, 5)
    assert [str(one) for one in found.quadrants.values()] == ["keep_up", "low_priority"]
    with pytest.raises(InvalidValueError, match=r"give scale=\(lowest, highest\)"):
        importance_performance(named(4, 2), named(6, 5), crosshair="midpoint")


def test_means_need_two_attributes_and_other_lines_one():
    with pytest.raises(InsufficientDataError, match="at least 2 attributes, got 1"):
        importance_performance(named(4), named(3))
    found = importance_performance(named(4), named(3), crosshair=(3, 3))
    assert found.quadrants == {"a": Quadrant.KEEP_UP}


CLEAR = [[5, 5, 4, 5, 5, 4, 5, 5], [1, 2, 1, 1, 2, 1, 1, 2]]
WAVERING = [3, 4, 2, 5, 3, 1, 4, 3]


def test_redrawn_respondents_tell_how_steady_a_quadrant_is():
    asked = named(*CLEAR, WAVERING)
    done = named(CLEAR[1], CLEAR[0], CLEAR[0])
    found = importance_performance(asked, done, crosshair=(3, 3), draws=1000)
    first, second, third = found.attributes
    assert (found.n, found.notes) == (8, ())
    assert (first.stability, second.stability) == (1, 1)
    assert (first.importance, third.importance) == (4.75, 3.125)
    assert 0.5 < third.stability < 0.75
    assert found == importance_performance(asked, done, crosshair=(3, 3), draws=1000)
    other = importance_performance(asked, done, crosshair=(3, 3), draws=1000, seed=2)
    assert other.attributes[2].stability != third.stability


def test_the_stability_is_the_share_of_all_samples_there_are():
    """Of two answers 1 and 5, a quarter of the samples has the mean 1, which lies below."""
    found = importance_performance({"a": [1, 5]}, {"a": 4}, crosshair=(3, 3), draws=4000)
    assert found.attributes[0].stability == pytest.approx(0.75, abs=0.03)
    assert found.n == 2


def test_figures_and_answers_can_stand_side_by_side_and_missing_ones_are_counted():
    done = named([5, None, 4], [1, 2, None], [None, 3, 3])
    found = importance_performance(
        named(0.5, 0.3, 0.2), done, scale=(1, 5), importance_scale=(0, 1)
    )
    assert [one.performance for one in found.attributes] == [4.5, 1.5, 3]
    assert found.notes == ("3 missing answers on performance left out",)


def test_importance_on_another_scale_is_refused_where_it_is_off():
    with pytest.raises(InvalidValueError, match=r"importance\['a'\] is 0.5, but must be from 1 to"):
        importance_performance(named(0.5, 2), named(3, 3), scale=(1, 5))
    found = importance_performance(
        named(0.5, 1), named(3, 3), scale=(1, 5), importance_scale=(0, 1)
    )
    assert found.crosshair == (0.75, 3)


@pytest.mark.parametrize(
    ("importance", "performance", "more", "message"),
    [
        (named(1, 2), named(1, float("nan")), {}, r"performance\['b'\]"),
        (named(1, 2), named(1), {}, "performance is 'b'"),
        (named(1, 2), named(1, 9), {"scale": (1, 5)}, "from 1 to 5"),
        (named(1, [2, 3]), named(1, 2), {}, "figures for all attributes, or answers for all"),
        (named([1, 2], [3, 4]), named([1, 2, 3], [1, 2, 3]), {}, "same respondents"),
        (named(1, 2), named(1, 2), {"crosshair": "median"}, "must be means, midpoint"),
        (named(1, 2), named(1, 2), {"crosshair": (1, float("nan"))}, r"crosshair\[1\]"),
        (named(1, 2), named(1, 2), {"draws": 10}, "draws is 10"),
        (named(1, 2), named(1, 2), {"seed": -1}, "seed"),
        ({}, {}, {}, "at least one"),
    ],
)
def test_what_cannot_be_placed_is_refused(importance, performance, more, message):
    with pytest.raises(InvalidValueError, match=message):
        importance_performance(importance, performance, **more)


def test_an_attribute_that_nobody_rated_is_refused():
    with pytest.raises(InsufficientDataError, match="answers to each attribute"):
        importance_performance(named([None, None], [1, 2]), named(1, 2))


figures = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=4)


@given(figures, st.integers(1, 9), st.integers(-9, 9), st.randoms())
def test_units_and_order_do_not_matter(places, factor, shift, random):
    importance, performance = (named(*column) for column in zip(*places, strict=True))
    found = importance_performance(importance, performance)
    names = list(importance)
    random.shuffle(names)
    turned = importance_performance(
        {name: factor * importance[name] + shift for name in names},
        {name: factor * performance[name] - shift for name in names},
    )
    assert turned.quadrants == found.quadrants


@given(figures)
def test_doing_an_attribute_better_never_makes_it_worse_done(places):
    importance, performance = (named(*column) for column in zip(*places, strict=True))
    good = {Quadrant.KEEP_UP, Quadrant.POSSIBLE_OVERKILL}
    before = importance_performance(importance, performance).quadrants["a"]
    performance["a"] += 7
    after = importance_performance(importance, performance).quadrants["a"]
    assert after in good or before not in good


def test_the_answer_shows_and_explains_itself():
    found = importance_performance(named(0.4, 0.3, 0.2, 0.1), named(60, 85, 70, 90))
    assert "lines at importance 0.25 and performance 76.25" in str(found)
    assert "concentrate here (importance 0.4, performance 60)" in str(found)
    told = found.explain()
    assert told.answer == ("concentrate here: a; keep up: b; low priority: c; possible overkill: d")
    assert dict(told.inputs)["respondents"] == "not given"
    assert [part.figure for part in told.parts] == list(NAMES)
    steady = importance_performance(named([5, 5], [1, 1]), named([1, 1], [5, 5]))
    assert "in 100% of the samples" in str(steady)
    assert dict(steady.explain().inputs)["respondents"] == "2"


def test_a_quadrant_lists_the_most_important_first():
    found = importance_performance(named(4, 5, 1), named(2, 2, 2), crosshair=(3, 3))
    assert found.within(Quadrant.CONCENTRATE_HERE) == ("b", "a")
    assert found.within(Quadrant.KEEP_UP) == ()
    with pytest.raises(InvalidValueError, match="must be one of concentrate_here"):
        Quadrant("left")
