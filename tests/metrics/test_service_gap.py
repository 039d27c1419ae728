"""Service gaps and SERVPERF: by dimension, with what is missing counted, and nothing mixed."""

from statistics import fmean

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import service_gap

TWO = {"speed": ("soon", "on time"), "manners": ("polite",)}
HOPED = {"soon": [6, 7, 5], "on time": [7, 7, 6], "polite": [5, 6, 6]}
FOUND = {"soon": [5, 5, 5], "on time": [7, 6, 4], "polite": [6, 6, 5]}

step = st.integers(1, 7)
rows = st.lists(st.tuples(*[step] * 6), min_size=2, max_size=15)


def tables(people):
    columns = list(zip(*people, strict=True))
    items = [item for items in TWO.values() for item in items]
    return dict(zip(items, columns[:3], strict=True)), dict(zip(items, columns[3:], strict=True))


def test_gaps_of_items_dimensions_and_all_are_those_counted_by_hand():
    gaps = service_gap(HOPED, FOUND, dimensions=TWO)
    assert {name: one.value for name, one in gaps.items.items()} == pytest.approx(
        {"soon": -1, "on time": -1, "polite": 0}
    )
    speed = [-0.5, -1.5, -1.0]
    assert gaps.dimensions["speed"].value == pytest.approx(-1)
    low, high = stats.t.interval(0.95, 2, loc=-1, scale=stats.sem(speed))
    assert (gaps.dimensions["speed"].low, gaps.dimensions["speed"].high) == pytest.approx(
        (low, high)
    )
    assert gaps.overall.value == pytest.approx(-0.5)
    assert (gaps.kind, gaps.weighted, dict(gaps.weights)) == ("gap", None, {})
    assert gaps.ranking == ("speed", "manners")
    assert gaps.overall.unit == "steps of the scale"


def test_perceptions_alone_are_scores_and_labelled_so():
    found = service_gap(None, FOUND, dimensions=TWO)
    assert found.kind == "performance"
    assert found.dimensions["manners"].value == pytest.approx(17 / 3)
    assert found.overall.low >= 1
    assert "performance (SERVPERF), scale 1 to 7" in str(found)
    assert found.explain().figure == "service_performance"
    assert found.ranking == ("speed", "manners")


@given(rows)
def test_gaps_lie_in_their_range_and_the_overall_gap_is_the_mean_of_the_dimensions(people):
    hoped, found = tables(people)
    gaps = service_gap(hoped, found, dimensions=TWO)
    for one in (*gaps.dimensions.values(), *gaps.items.values(), gaps.overall):
        assert -6 <= one.low <= one.value <= one.high <= 6
    assert gaps.overall.value == pytest.approx(fmean(one.value for one in gaps.dimensions.values()))


@given(people=rows, data=st.data())
def test_the_order_of_respondents_and_their_duplicates_change_no_mean(people, data):
    gaps = service_gap(*tables(people), dimensions=TWO)
    turned = service_gap(*tables(data.draw(st.permutations(people))), dimensions=TWO)
    twice = service_gap(*tables(people + people), dimensions=TWO)
    for other in (turned, twice):
        assert [one.value for one in other.dimensions.values()] == pytest.approx(
            [one.value for one in gaps.dimensions.values()]
        )


@given(people=rows, item=st.integers(0, 2))
def test_higher_expectations_at_the_same_quality_never_narrow_a_gap(people, item):
    higher = [(*row[:item], min(7, row[item] + 1), *row[item + 1 :]) for row in people]
    before = service_gap(*tables(people), dimensions=TWO).overall.value
    assert service_gap(*tables(higher), dimensions=TWO).overall.value <= before + 1e-12


@given(rows)
def test_gaps_are_the_performance_less_the_expectation(people):
    hoped, found = tables(people)
    gaps = service_gap(hoped, found, dimensions=TWO)
    perceived = service_gap(None, found, dimensions=TWO)
    expected = service_gap(None, hoped, dimensions=TWO)
    for name, gap in gaps.dimensions.items():
        difference = perceived.dimensions[name].value - expected.dimensions[name].value
        assert gap.value == pytest.approx(difference)


FOUR = {"care": ("a", "b", "c", "d"), "rest": ("e",)}


def test_a_respondent_who_left_more_than_half_of_a_dimension_open_does_not_count_in_it():
    found = service_gap(
        None,
        {
            "a": [5, 5, 5],
            "b": [3, 3, None],
            "c": [5, None, None],
            "d": [3, None, None],
            "e": [7, 7, 7],
        },
        dimensions=FOUR,
    )
    care = found.dimensions["care"]
    assert (care.value, care.n) == (4, 2)
    assert care.notes[0] == "1 of 3 respondents left out: left more than half of it open"
    assert (found.dimensions["rest"].value, found.dimensions["rest"].n) == (7, 3)
    assert (found.overall.value, found.overall.n) == (5.5, 2)
    assert "1 of 3 respondents left out: a dimension of theirs is unknown" in found.overall.notes
    assert (found.items["c"].value, found.items["c"].n) == (5, 1)


def test_a_gap_needs_both_answers():
    gaps = service_gap({"e": [7, None]}, {"e": [5, 1]}, dimensions={"rest": ["e"]})
    assert (gaps.items["e"].value, gaps.items["e"].n) == (-2, 1)


def test_a_dimension_nobody_answered_is_unknown_and_so_is_the_whole():
    found = service_gap(None, {"a": [None, None], "b": [4, 5]}, dimensions={"x": ["a"], "y": ["b"]})
    assert found.dimensions["x"].value is None
    assert (found.dimensions["x"].low, found.dimensions["x"].high) == (1, 7)
    assert found.overall.value is None
    assert found.ranking == ("y",)
    assert "unknown" in str(found)


def test_one_set_of_weights_counts_in_proportion():
    gaps = service_gap(HOPED, FOUND, dimensions=TWO, importance={"manners": 1, "speed": 3})
    assert gaps.weighted.value == pytest.approx(-0.75)
    assert dict(gaps.weights) == {"speed": 0.75, "manners": 0.25}
    assert "importance of sum 4 normalised" in gaps.weighted.notes
    for whole in ({"speed": 75, "manners": 25}, {"speed": 0.75, "manners": 0.25}):
        same = service_gap(HOPED, FOUND, dimensions=TWO, importance=whole)
        assert same.weighted.value == pytest.approx(-0.75)
        assert not any("normalised" in one for one in same.weighted.notes)


def test_each_respondents_own_points_weigh_their_own_gaps():
    points = {"speed": [100, 50, 2], "manners": [0, 50, 2]}
    gaps = service_gap(HOPED, FOUND, dimensions=TWO, importance=points)
    own = [-0.5, -0.75, -1.0]
    assert gaps.weighted.value == pytest.approx(np.mean(own))
    low, high = stats.t.interval(0.95, 2, loc=np.mean(own), scale=stats.sem(own))
    assert (gaps.weighted.low, gaps.weighted.high) == pytest.approx((low, high))
    assert gaps.weights["speed"] == pytest.approx(2 / 3)
    assert "1 of 3 respondents' points do not add up to 100: normalised" in gaps.weighted.notes
    frame = service_gap(HOPED, FOUND, dimensions=TWO, importance=pl.DataFrame(points))
    assert frame == gaps


def test_who_did_not_weigh_every_dimension_does_not_count_by_importance():
    points = {"speed": [100, None, 50], "manners": [0, 50, 50]}
    gaps = service_gap(HOPED, FOUND, dimensions=TWO, importance=points)
    assert gaps.weighted.n == 2
    assert gaps.overall.n == 3
    nobody = {"speed": [None] * 3, "manners": [50] * 3}
    gaps = service_gap(HOPED, FOUND, dimensions=TWO, importance=nobody)
    assert (gaps.weighted.value, dict(gaps.weights)) == (None, {})
    assert gaps.ranking == ("speed", "manners")


def test_who_is_unknown_in_a_dimension_does_not_count_by_importance():
    found = {**FOUND, "polite": [None, 6, 5]}
    gaps = service_gap(HOPED, found, dimensions=TWO, importance={"speed": 50, "manners": 50})
    assert gaps.weighted.n == 2
    assert gaps.weighted.value == pytest.approx(np.mean([-0.75, -1.0]))
    told = "1 of 3 respondents left out: a dimension or its importance is unknown"
    assert told in gaps.weighted.notes


def test_importance_is_read_by_name_in_any_order():
    points = {"speed": [100, 50, 20], "manners": [0, 50, 80]}
    turned = {name: points[name] for name in ("manners", "speed")}
    gaps = service_gap(HOPED, FOUND, dimensions=TWO, importance=points)
    assert service_gap(HOPED, FOUND, dimensions=TWO, importance=turned) == gaps


def test_importance_changes_what_is_most_in_need():
    found = {"soon": [5, 5], "on time": [5, 5], "polite": [6, 6]}
    rated = {"dimensions": TWO, "importance": {"speed": 10, "manners": 90}}
    assert service_gap(None, found, **rated).ranking == ("manners", "speed")


@pytest.mark.parametrize(
    ("importance", "told"),
    [
        ({"speed": 1}, "must be given for each of speed, manners"),
        ({}, "importance is 'empty'"),
        ({"speed": 1, "price": 1}, "must be given for each of"),
        ({"speed": -1, "manners": 2}, r"importance\['speed'\] is -1"),
        ({"speed": 0, "manners": 0}, "must add up to more than 0"),
        ({"speed": [50, 50, 0], "manners": [50, 50, 0]}, "importance of row 2"),
        ({"speed": [50], "manners": [50]}, "must have 3 rows, as perceived"),
        ({"speed": [-5, 50, 50], "manners": [50] * 3}, r"importance\['speed'\]\[0\] is -5"),
    ],
)
def test_importance_that_does_not_fit_is_refused(importance, told):
    with pytest.raises(InvalidValueError, match=told):
        service_gap(HOPED, FOUND, dimensions=TWO, importance=importance)


@pytest.mark.parametrize(
    ("dimensions", "told"),
    [
        ({}, "must hold at least one"),
        ({"speed": []}, r"dimensions\['speed'\] is \[\], but must be a list of items"),
        ({"speed": "soon"}, "must be a list of items"),
        ({**TWO, "more": ["soon"]}, "soon in speed and more', but an item must stand in one, once"),
        ({"speed": ["soon", "soon"]}, "must stand in one, once"),
        ({"speed": ["soon", "on time"]}, "polite', but every item must stand in a dimension"),
        ({**TWO, "price": ["fair"]}, "without fair', but must hold every item"),
    ],
)
def test_dimensions_that_do_not_fit_are_refused(dimensions, told):
    with pytest.raises(InvalidValueError, match=told):
        service_gap(HOPED, FOUND, dimensions=dimensions)


def test_answers_that_do_not_fit_are_refused():
    with pytest.raises(InvalidValueError, match=r"perceived\['soon'\]\[1\] is 9"):
        service_gap(HOPED, {**FOUND, "soon": [5, 9, 5]}, dimensions=TWO)
    with pytest.raises(InvalidValueError, match=r"expected\['soon'\]\[0\] is nan"):
        service_gap({**HOPED, "soon": [float("nan"), 1, 1]}, FOUND, dimensions=TWO)
    short = {name: column[:2] for name, column in HOPED.items()}
    with pytest.raises(InvalidValueError, match="must have 3 rows, as perceived"):
        service_gap(short, FOUND, dimensions=TWO)
    with pytest.raises(InvalidValueError, match="expected is 'without polite'"):
        service_gap({"soon": [1] * 3, "on time": [1] * 3}, FOUND, dimensions=TWO)


def test_two_scales_are_refused_and_one_may_be_named_item_by_item():
    items = ("soon", "on time", "polite")
    named = service_gap(HOPED, FOUND, dimensions=TWO, scale=dict.fromkeys(items, (1, 7)))
    assert named == service_gap(HOPED, FOUND, dimensions=TWO)
    mixed = {"soon": (1, 7), "on time": (1, 7), "polite": (1, 5)}
    with pytest.raises(InvalidValueError, match="polite on 1 to 5', but must be the same for all"):
        service_gap(HOPED, FOUND, dimensions=TWO, scale=mixed)
    with pytest.raises(InvalidValueError, match="must be from 1 to 5"):
        service_gap(HOPED, FOUND, dimensions=TWO, scale=(1, 5))


def test_the_same_gap_serves_a_promise_to_staff():
    promised = {"pay": [5, 5, 4], "training": [4, 4, 4]}
    delivered = {"pay": [5, 4, 4], "training": [2, 3, 2]}
    gaps = service_gap(
        promised, delivered, dimensions={name: [name] for name in promised}, scale=(1, 5)
    )
    assert gaps.dimensions["training"].value == pytest.approx(-5 / 3)
    assert gaps.ranking == ("training", "pay")


def test_it_shows_and_explains_itself():
    gaps = service_gap(HOPED, FOUND, dimensions=TWO, importance={"speed": 60, "manners": 40})
    assert "Service gap (perceived less expected), scale 1 to 7" in str(gaps)
    why = gaps.explain()
    assert why.figure == "service_gap"
    assert dict(why.inputs)["most in need"] == "speed"
    assert [part.figure for part in why.parts] == [
        "speed",
        "manners",
        "service_gap_overall",
        "service_gap_weighted",
        "soon",
        "on time",
        "polite",
    ]
