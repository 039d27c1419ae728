"""Satisfaction over time: every answer counts in its period, and noise is no direction."""

import pickle
import runpy
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Shop
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.reporting import Reporting
from crmkit.domain.surveys import Instrument
from crmkit.domain.times import date_of, day_number
from crmkit.metrics.kpis.calendar_periods import first_day, name_of, place_of
from crmkit.metrics.satisfaction import TrendDirection, satisfaction_trend, trend

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
said = small["said"]
MADRID = Reporting(Shop(id="lamp", currency="EUR", timezone="Europe/Madrid"))

ANSWERS = st.lists(st.tuples(st.integers(20_000, 20_400), st.none() | st.floats(0, 1)), max_size=25)


def rows(*facts, to=MADRID):
    return [row for fact in facts for row in fact.facts(to)]


def day(year, month, number):
    return day_number(date(year, month, number))


def test_every_answer_counts_in_its_month_and_none_is_overwritten():
    moved = trend([(day(2026, 1, 3), 0.2), (day(2026, 1, 30), 0.6), (day(2026, 3, 1), 0.9)])
    assert {name: one.value for name, one in moved.periods.items()} == pytest.approx(
        {"2026-01": 0.4, "2026-03": 0.9}
    )
    assert [one.n for one in moved.periods.values()] == [2, 1]


def test_the_slope_is_that_of_least_squares_over_calendar_periods():
    # x = 0, 0, 2 months, y = .2, .6, .9: b = Σ(x-x̄)(y-ȳ)/Σ(x-x̄)² = (2/3)/(8/3) = 0.25.
    moved = trend([(day(2026, 1, 3), 0.2), (day(2026, 1, 30), 0.6), (day(2026, 3, 1), 0.9)])
    assert moved.slope.value == pytest.approx(0.25)
    assert moved.slope.n == 3
    # Residuals ∓.2 and 0: s² = .08 on one degree of freedom, t = 12.706.
    half = 12.7062 * (0.08 / (8 / 3)) ** 0.5
    assert moved.slope.high == pytest.approx(0.25 + half, rel=1e-4)
    assert moved.direction is TrendDirection.STEADY


@pytest.mark.parametrize(
    ("shares", "direction"),
    [
        ((0.2, 0.3, 0.4, 0.5), TrendDirection.RISING),
        ((0.9, 0.7, 0.5, 0.3), TrendDirection.FALLING),
        ((0.7, 0.7, 0.7, 0.7), TrendDirection.STEADY),
        ((0.1, 0.9, 0.2, 0.8), TrendDirection.STEADY),
        ((0.1, 0.9), TrendDirection.UNKNOWN),
        ((), TrendDirection.UNKNOWN),
    ],
)
def test_only_what_stands_out_from_the_noise_is_a_direction(shares, direction):
    assert trend((f"2026-{month}", one) for month, one in enumerate(shares)).direction is direction


def test_one_period_has_no_direction_and_says_what_it_needs():
    moved = trend([("now", 0.1), ("now", 0.5), ("now", 0.9)])
    assert moved.direction is TrendDirection.UNKNOWN
    assert moved.slope.notes == ("needs 3 answers in two periods, got 3 in 1",)


@pytest.mark.parametrize(
    ("per", "names"),
    [
        ("day", ["2025-12-31", "2026-01-01"]),
        ("week", ["2026-W01"]),
        ("month", ["2025-12", "2026-01"]),
        ("quarter", ["2025-Q4", "2026-Q1"]),
        ("year", ["2025", "2026"]),
    ],
)
def test_days_are_grouped_by_the_calendar(per, names):
    days = day(2025, 12, 31), day(2026, 1, 1)
    assert list(trend([(one, 0.5) for one in days], per=per).periods) == names


@pytest.mark.parametrize("per", ["day", "week", "month", "quarter", "year"])
def test_neighbouring_periods_are_one_step_apart(per):
    days = [day(2025, 12, 1) + number for number in range(120)]
    linear = trend([(one, 0.5) for one in days], per=per)
    places = sorted({place_of(date_of(one), per) for one in days})
    assert places == list(range(places[0], places[0] + len(places)))
    assert [name_of(place, per) for place in places] == list(linear.periods)
    assert len(linear.periods) == len(places)


@given(st.dates(date(1971, 1, 1), date(2120, 1, 1)))
def test_a_day_is_a_period_as_the_others_are(one):
    place = place_of(one, "day")
    assert first_day(place, "day") == one
    assert name_of(place, "day") == one.isoformat()


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(answers, random):
    shuffled = list(answers)
    random.shuffle(shuffled)
    one, other = trend(answers), trend(shuffled)
    assert list(one.periods) == list(other.periods)
    assert one.notes == other.notes
    assert one.slope.n == other.slope.n
    for each in (
        *zip(one.periods.values(), other.periods.values(), strict=True),
        (one.slope, other.slope),
    ):
        values = [estimate.value for estimate in each]
        assert values[0] == pytest.approx(values[1], abs=1e-9) if values[0] is not None else True


@given(ANSWERS)
def test_what_was_left_open_is_counted_and_no_mean_leaves_its_scale(answers):
    moved = trend(answers)
    known = [share for _, share in answers if share is not None]
    assert sum(one.n for one in moved.periods.values()) == len(known)
    assert all(-1e-12 <= one.value <= 1 + 1e-12 for one in moved.periods.values())
    open_ones = len(answers) - len(known)
    assert moved.notes == ((f"{open_ones:,} left open",) if open_ones else ())


@pytest.mark.parametrize("bad", [1.2, -0.1, float("nan")])
def test_a_share_out_of_range_is_refused_by_its_index(bad):
    with pytest.raises(InvalidValueError) as caught:
        trend([("a", 0.5), ("b", bad)])
    assert caught.value.field == "answers[1]"


def test_days_and_labels_are_not_mixed_and_periods_have_their_words():
    with pytest.raises(InvalidValueError, match="all days or all labels"):
        trend([("2026-01", 0.5), (20_000, 0.5)])
    with pytest.raises(InvalidValueError, match="per"):
        trend([], per="fortnight")


def test_rows_are_grouped_by_question_over_touchpoints_in_local_days():
    late = said("csat", "satisfaction", 5, (1, 5), on=30)  # 2026-01-31 12:00 UTC
    night = said("csat", "satisfaction", 3, (1, 5), who="bob").__class__(
        id="n",
        customer_id="bob",
        at=late.at.replace(hour=23, minute=30),  # already February in Madrid
        instrument="csat",
        touchpoint="delivery",
        answers=said("csat", "satisfaction", 3, (1, 5)).answers,
    )
    moved = satisfaction_trend(rows(late, night, said("nps", "recommend", 10, (0, 10))))
    assert list(moved) == ["csat/satisfaction", "nps/recommend"]
    means = {name: one.value for name, one in moved["csat/satisfaction"].periods.items()}
    assert means == {"2026-01": 1.0, "2026-02": 0.5}
    assert MADRID.zone == ZoneInfo("Europe/Madrid")


def test_an_answer_on_another_scale_is_left_out_and_counted():
    facts = (
        said("csat", "satisfaction", 5, (1, 5)),
        said("csat", "satisfaction", 9, (1, 10), on=1),
        said("csat", "satisfaction", None, (1, 5), on=2),
    )
    moved = satisfaction_trend(rows(*facts))["csat/satisfaction"]
    assert [one.n for one in moved.periods.values()] == [1]
    assert moved.notes == ("1 on another scale than 1 to 5 left out", "1 left open")


def test_the_scale_of_an_undeclared_question_is_the_one_used_most():
    facts = [
        said("mine", "q", value, scale, on=on)
        for on, (value, scale) in enumerate([(9, (1, 10)), (3, (1, 5)), (5, (1, 5))])
    ]
    assert satisfaction_trend(rows(*facts))["mine/q"].periods["2026-01"].value == 0.75


def test_a_turned_item_of_ones_own_is_read_as_declared():
    own = Instrument(
        name="mine", items={"q": {"indicator": "satisfaction", "scale": (0, 10), "reverse": True}}
    )
    moved = satisfaction_trend(rows(said("mine", "q", 2, (0, 10))), instruments=(own,))
    assert moved["mine/q"].periods["2026-01"].value == pytest.approx(0.8)


def test_a_trend_shows_explains_and_pickles_itself():
    moved = trend([("1", 0.2), ("2", 0.3), ("3", 0.4)], question="csat/satisfaction")
    assert str(moved).startswith("csat/satisfaction: rising\n  1       20% of the scale")
    assert "\n  change  10% of the scale per period" in str(moved)
    why = moved.explain()
    assert (why.figure, why.answer) == ("trend of csat/satisfaction", "rising")
    assert trend([("1", 0.2)]).explain().figure == "satisfaction_trend"
    assert pickle.loads(pickle.dumps(moved)) == moved
