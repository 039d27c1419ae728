"""Trends of many questions at once: by touchpoint, and corrected for how many were asked."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit import Shop, SurveyResponse
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.reporting import Reporting
from crmkit.domain.surveys import BUILT_IN, Instrument
from crmkit.domain.times import day_number
from crmkit.metrics import TrendDirection, satisfaction_trend, trend
from crmkit.metrics.satisfaction.trend import corrected, explained_trends, telling, told_in_short
from crmkit.metrics.seeds import plain_generator
from crmkit.metrics.several_tests import benjamini_hochberg, holm

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
MADRID = Reporting(Shop(id="lamp", currency="EUR", timezone="Europe/Madrid"))
START = day_number(date(2026, 1, 5))


def said(value, on, touchpoint=None, scale=(1, 5), instrument="csat", who="ann"):
    """One answer at a touchpoint."""
    one = small["said"](instrument, "satisfaction", value, scale, on=on, who=who)
    return SurveyResponse(
        id=f"{who}-{instrument}-{touchpoint}-{on}",
        customer_id=who,
        at=one.at,
        instrument=instrument,
        touchpoint=touchpoint,
        answers=one.answers,
    )


def rows(*facts):
    return [row for fact in facts for row in fact.facts(MADRID)]


def means(moved):
    return {name: one.value for name, one in moved.periods.items()}


# --- touchpoints ---------------------------------------------------------------------------

BOTH = [
    *(said(value, on, "delivery") for value, on in ((1, 0), (2, 40), (3, 70))),
    *(said(value, on, "service") for value, on in ((5, 0), (4, 40), (3, 70))),
    said(3, 1),
]


def test_touchpoints_are_told_apart_and_named():
    moved = satisfaction_trend(rows(*BOTH), by="touchpoint")
    assert list(moved) == [
        "csat/satisfaction",
        "csat/satisfaction@delivery",
        "csat/satisfaction@service",
    ]
    assert means(moved["csat/satisfaction@delivery"]) == {
        "2026-01": 0.0,
        "2026-02": 0.25,
        "2026-03": 0.5,
    }
    assert moved["csat/satisfaction@delivery"].direction is TrendDirection.RISING
    assert moved["csat/satisfaction@service"].direction is TrendDirection.FALLING
    assert moved["csat/satisfaction"].question == "csat/satisfaction"
    assert means(moved["csat/satisfaction"]) == {"2026-01": 0.5}


def test_one_question_over_its_touchpoints_hides_that_they_part():
    moved = satisfaction_trend(rows(*BOTH))
    assert list(moved) == ["csat/satisfaction"]
    assert moved["csat/satisfaction"].direction is TrendDirection.STEADY
    assert sum(one.n for one in moved["csat/satisfaction"].periods.values()) == 7


@pytest.mark.parametrize(
    ("per", "names"),
    [
        ("day", ["2026-01-01", "2026-02-10", "2026-03-12"]),
        ("week", ["2026-W01", "2026-W07", "2026-W11"]),
        ("month", ["2026-01", "2026-02", "2026-03"]),
        ("quarter", ["2026-Q1"]),
        ("year", ["2026"]),
    ],
)
def test_touchpoints_move_by_any_calendar_period(per, names):
    moved = satisfaction_trend(rows(*BOTH), per=per, by="touchpoint")
    assert list(moved["csat/satisfaction@delivery"].periods) == names


def test_a_later_answer_of_the_same_customer_overwrites_none():
    answers = [said(5, 0, "delivery"), said(1, 1, "delivery"), said(1, 2, "delivery")]
    moved = satisfaction_trend(rows(*answers), by="touchpoint")["csat/satisfaction@delivery"]
    assert moved.periods["2026-01"].n == 3
    assert moved.periods["2026-01"].value == pytest.approx(1 / 3)


def test_the_scale_of_an_undeclared_question_is_that_of_all_its_touchpoints():
    facts = [
        *(said(4, on, "a", (1, 5), "mine") for on in range(3)),
        said(9, 5, "b", (1, 10), "mine"),
    ]
    moved = satisfaction_trend(rows(*facts), by="touchpoint")
    assert moved["mine/satisfaction@b"].notes == ("1 on another scale than 1 to 5 left out",)
    assert not moved["mine/satisfaction@b"].periods


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 90), st.sampled_from([None, "a", "b"])))
)
def test_touchpoints_share_out_every_answer(answers):
    facts = [said(value, on, at, who=f"c{i}") for i, (value, on, at) in enumerate(answers)]
    apart = satisfaction_trend(rows(*facts), by="touchpoint")
    whole = satisfaction_trend(rows(*facts))
    assert {name.partition("@")[0] for name in apart} == set(whole)
    assert sum(one.n for each in apart.values() for one in each.periods.values()) == len(answers)


def test_other_words_are_refused():
    for words in ({"per": "decade"}, {"by": "shop"}, {"correction": "bonferroni"}):
        (field,) = words
        with pytest.raises(InvalidValueError) as caught:
            satisfaction_trend([], **words)
        assert caught.value.field == field


# --- p values ------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 10)), min_size=4, max_size=20))
def test_the_p_value_is_that_of_scipy(points):
    moved = trend([(f"{x}", y / 10) for x, y in points])
    if moved.p_value is None or len({y for _, y in points}) < 2:
        return
    places = {f"{x}": place for place, x in enumerate(sorted({x for x, _ in points}))}
    found = stats.linregress([places[f"{x}"] for x, _ in points], [y / 10 for _, y in points])
    assert moved.slope.value == pytest.approx(found.slope, abs=1e-12)
    assert moved.p_value == pytest.approx(found.pvalue, abs=1e-8)


def test_a_straight_line_is_certain_and_a_flat_one_says_nothing():
    assert trend([("1", 0.1), ("2", 0.2), ("3", 0.3)]).p_value == pytest.approx(0, abs=1e-9)
    assert trend([("1", 0.5), ("2", 0.5), ("3", 0.5)]).p_value == 1
    assert trend([("1", 0.5)]).p_value is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_values_are_those_of_scipy_and_of_the_definition(p_values):
    assert benjamini_hochberg(p_values) == pytest.approx(
        list(stats.false_discovery_control(p_values)), abs=1e-12
    )
    m, order = len(p_values), sorted(range(len(p_values)), key=p_values.__getitem__)
    for place, index in enumerate(order):
        steps = [(m - j) * p_values[order[j]] for j in range(place + 1)]
        assert holm(p_values)[index] == pytest.approx(min(1, max(steps)))
    assert all(a >= b - 1e-15 for a, b in zip(holm(p_values), p_values, strict=True))


def test_published_adjustments_are_reproduced():
    """The p values of Benjamini and Hochberg (1995), section 3.2: four stand, Holm's three."""
    p_values = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
    assert sum(p <= 0.05 for p in benjamini_hochberg(p_values)) == 4
    assert sum(p <= 0.05 for p in holm(p_values)) == 3


@pytest.mark.parametrize("bad", [1.1, -0.1, float("nan")])
def test_what_is_no_p_value_is_refused(bad):
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(InvalidValueError, match=r"p_values\[1\]"):
            adjust([0.5, bad])
        assert adjust([]) == []


# --- many questions ------------------------------------------------------------------------


def noise(seed, periods=6, each=8, slope=0.0):
    """Answers without a direction, or with one."""
    draw = plain_generator(seed)
    return [
        (f"{x}", min(1.0, max(0.0, 0.5 + slope * x + draw.gauss(0, 0.15))))
        for x in range(periods)
        for _ in range(each)
    ]


def test_a_question_asked_alone_is_left_as_it_was():
    alone = {"q": trend(noise(1, slope=0.05))}
    assert corrected(alone) == alone
    assert alone["q"].p_adjusted is None
    assert alone["q"].direction is TrendDirection.RISING


def test_a_direction_that_stands_says_among_how_many():
    asked = {"rising": trend(noise(1, slope=0.06)), "a": trend(noise(2)), "b": trend([("1", 0.5)])}
    moved = corrected(asked)
    assert moved["rising"].direction is TrendDirection.RISING
    assert moved["rising"].p_adjusted == pytest.approx(2 * asked["rising"].p_value)
    assert moved["rising"].notes[0].startswith("rising stands among 2 asked at once (Holm, p ")
    assert moved["b"] == asked["b"]
    assert moved["b"].direction is TrendDirection.UNKNOWN


def weak():
    """A question that rises, with a p value between .01 and .05."""
    seed = next(
        seed
        for seed in range(500)
        if 0.01 < trend(noise(seed, slope=0.012)).p_value < 0.045
        and trend(noise(seed, slope=0.012)).slope.value > 0
    )
    return trend(noise(seed, slope=0.012), question="weak")


def test_a_direction_that_does_not_stand_is_steady_and_told():
    asked = {"weak": weak(), **{f"q{i}": trend(noise(i)) for i in range(1, 12)}}
    assert asked["weak"].direction is TrendDirection.RISING
    moved = corrected(asked)
    assert moved["weak"].direction is TrendDirection.STEADY
    assert moved["weak"].alone is TrendDirection.RISING
    assert "rising does not stand among 12 asked at once (Holm" in moved["weak"].notes[0]
    assert moved["weak"].slope == asked["weak"].slope
    why = explained_trends(moved)
    assert any(
        each.startswith("not standing out among 12 asked at once: weak (rising alone)")
        for each in why.left_out
    )
    assert "rising" not in told_in_short({"weak": moved["weak"]})
    assert corrected(asked, correction="none")["weak"].direction is TrendDirection.RISING


def test_each_correction_is_named_and_one_is_milder():
    asked = {f"q{i}": trend(noise(i, slope=0.02 if i < 4 else 0)) for i in range(9)}
    found = {name: corrected(asked, correction=name) for name in ("holm", "benjamini_hochberg")}
    for name in asked:
        assert found["benjamini_hochberg"][name].p_adjusted <= found["holm"][name].p_adjusted
    told = [note for one in found["benjamini_hochberg"].values() for note in one.notes]
    assert told
    assert all("(Benjamini and Hochberg, p " in note for note in told)


def test_among_twenty_questions_without_a_direction_one_is_seldom_found():
    """80 surveys of 20 questions: uncorrected 64 % have a false direction, by Holm 5 %."""
    false = {"none": 0, "holm": 0}
    for survey in range(80):
        asked = {f"q{i}": trend(noise(1000 * survey + i, periods=4, each=5)) for i in range(20)}
        for correction in false:
            ways = {one.direction for one in corrected(asked, correction=correction).values()}
            false[correction] += ways != {TrendDirection.STEADY}
    assert false["none"] / 80 > 0.5
    assert false["holm"] / 80 < 0.11


def test_flat_rows_are_corrected_too():
    facts = [
        said(value, 30 * month, f"t{number}", who=f"{number}-{month}-{i}")
        for number in range(3)
        for month in range(4)
        for i, value in enumerate((3, 3, 2 + (number == 0) * (month > 1)))
    ]
    moved = satisfaction_trend(rows(*facts), by="touchpoint")
    assert all(one.p_adjusted is not None for one in moved.values())
    loose = satisfaction_trend(rows(*facts), by="touchpoint", correction="none")
    assert all(one.p_adjusted is None for one in loose.values())
    assert [one.slope for one in moved.values()] == [one.slope for one in loose.values()]


def test_only_questions_that_tell_something_have_a_trend_of_the_base():
    pairs = Instrument(name="kano", scale=(1, 5), items={"satisfaction": None})
    facts = rows(said(4, 0), said(1, 1, instrument="kano"), said(1, 2, instrument="other"))
    kept = list(telling(facts, (*BUILT_IN, pairs)))
    assert [row.instrument for row in kept] == ["csat"]
    assert len(satisfaction_trend(facts)) == 3
