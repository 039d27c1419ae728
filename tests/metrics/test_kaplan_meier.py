"""Survival curves: against counting by hand, and at the borders of what was watched."""

from fractions import Fraction
from math import inf, nan, sqrt
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import kaplan_meier

CUSTOMERS = st.lists(
    st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30
)
LATE = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 8), st.booleans()), min_size=1, max_size=25
)


def curve_of(customers, **options):
    return kaplan_meier(
        [time for time, *_ in customers], ended=[ended for _, ended, *_ in customers], **options
    )


def by_hand(rows, when):
    """The product limit of (entry, duration, ended), by its definition, exactly."""
    left = Fraction(1)
    for time in sorted({until for _, until, ended in rows if ended and until <= when}):
        n = sum((since < time or since == 0) and time <= until for since, until, _ in rows)
        d = sum(until == time for _, until, ended in rows if ended)
        left *= Fraction(n - d, n)
    return left


@given(CUSTOMERS)
def test_the_curve_is_the_product_of_those_who_stay(customers):
    curve = curve_of(customers)
    rows = [(0, time, ended) for time, ended, _ in customers]
    for step in curve.steps:
        assert step.survival == pytest.approx(float(by_hand(rows, step.time)), abs=1e-12)
        assert step.at_risk == sum(time >= step.time for time, *_ in customers)
        assert curve.at_risk(step.time) == step.at_risk
        assert curve.at(step.time).value == step.survival


@given(LATE)
def test_late_entry_counts_from_the_entry_on(spans):
    rows = [(since, since + span, ended) for since, span, ended in spans]
    curve = kaplan_meier(
        [until for _, until, _ in rows],
        ended=[ended for *_, ended in rows],
        entry=[since for since, *_ in rows],
    )
    for when in range(18):
        watched = sum((since < when or since == 0) and when <= until for since, until, _ in rows)
        assert curve.at_risk(when) == watched
        if (found := curve.at(when).value) is not None:
            assert found == pytest.approx(float(by_hand(rows, when)), abs=1e-12)


@given(CUSTOMERS)
def test_a_weight_is_as_many_customers(customers):
    weighted = curve_of(customers, weights=[weight for *_, weight in customers])
    repeated = curve_of([one for one in customers for _ in range(one[2])])
    assert weighted.steps == repeated.steps
    assert (weighted.n, weighted.ended) == (repeated.n, repeated.ended)


@given(CUSTOMERS)
def test_the_curve_falls_and_lies_within_its_interval(customers):
    curve = curve_of(customers)
    shares = [1.0, *(step.survival for step in curve.steps)]
    assert shares == sorted(shares, reverse=True)
    for step in curve.steps:
        assert 0 <= step.low <= step.survival <= step.high <= 1
    assert sum(step.ended for step in curve.steps) == curve.ended
    assert curve.ended + curve.censored == curve.n


@given(CUSTOMERS, st.integers(2, 9))
def test_another_unit_of_time_changes_times_alone(customers, factor):
    one = curve_of(customers)
    other = curve_of([(factor * time, *rest) for time, *rest in customers])
    assert [step.survival for step in one.steps] == [step.survival for step in other.steps]
    assert other.mean.value == pytest.approx(factor * one.mean.value)
    if one.median.value is not None:
        assert other.median.value == factor * one.median.value


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_without_censoring_it_is_plain_counting(times):
    curve = kaplan_meier(times, ended=[True] * len(times))
    n = len(times)
    for step in curve.steps:
        share = sum(time > step.time for time in times) / n
        assert step.survival == pytest.approx(share, abs=1e-12)
        if share:
            assert step.standard_error == pytest.approx(sqrt(share * (1 - share) / n), abs=1e-12)
    mean = curve.mean
    assert mean.value == pytest.approx(fmean(times))
    half = 1.959963984540054 * sqrt(pvariance(times) / n)
    assert mean.high == pytest.approx(min(max(times), fmean(times) + half))
    assert curve.median.value == sorted(times)[(n - 1) // 2]
    assert curve.at(max(times) + 1).value == 0


def test_who_ends_and_who_is_last_seen_at_one_time_are_both_at_risk():
    curve = kaplan_meier([5, 5], ended=[False, True])
    assert (curve.steps[0].at_risk, curve.at(5).value) == (2, 0.5)


def test_beyond_the_last_time_watched_nothing_is_known():
    curve = kaplan_meier([2, 4, 9], ended=[True, True, False])
    assert curve.at(9).value == pytest.approx(1 / 3)
    beyond = curve.at(9.5)
    assert (beyond.value, beyond.low, beyond.high) == (None, 0, curve.at(9).high)
    assert beyond.notes == ("nobody was watched for longer than 9 days",)
    assert curve.mean_until(10).value is None
    assert curve.mean_until(9).value == pytest.approx(2 + 2 * 2 / 3 + 5 / 3)
    assert curve.mean_until(3).value == pytest.approx(2 + 2 / 3)
    assert curve.mean_until(0).value == 0
    assert curve.at_risk(9.5) == 0


def test_before_anybody_ended_the_interval_is_that_of_those_at_risk():
    curve = kaplan_meier([3] * 10, ended=[True] + [False] * 9)
    assert curve.at(1).value == 1
    assert (round(curve.at(1).low, 4), curve.at(1).high) == (0.7225, 1)  # 10 of 10, Wilson


def test_after_all_have_ended_the_upper_end_is_the_last_one():
    curve = kaplan_meier([1, 2], ended=[True, True])
    assert (curve.at(2).value, curve.at(2).low, curve.at(2).high) == (0, 0, curve.at(1).high)
    alone = kaplan_meier([1], ended=[True]).at(1)
    assert (alone.value, alone.low, round(alone.high, 4)) == (0, 0, 0.7935)
    assert kaplan_meier([1, 2], ended=[True, True]).steps[-1].standard_error is None


def test_a_median_that_is_not_reached_is_undefined():
    few = kaplan_meier([1, 5, 5, 5], ended=[True, False, False, False])
    assert few.median.value is None
    assert few.median.notes == ("fewer than 50% had ended when last seen",)
    assert few.quantile(0.25).value == 1
    assert few.quantile(0.25).high is None


def test_nobody_gives_no_figure():
    curve = kaplan_meier([], ended=[])
    assert (curve.n, curve.steps, curve.last) == (0, (), None)
    for figure in (curve.at(3), curve.median, curve.mean):
        assert (figure.value, figure.notes[0]) == (None, "nobody was watched")
    assert "unknown" in str(curve)
    assert curve.explain().parts[0].answer == "unknown"


def test_what_is_missing_is_left_out_and_counted():
    curve = kaplan_meier(
        [1, None, 3, 4, 5],
        ended=[True, True, None, False, False],
        entry=[0, 0, 0, 0, None],
        weights=[1, 1, 1, 2, 1],
    )
    assert (curve.n, curve.notes) == (3, ("3 missing left out",))
    assert curve.at(1).notes == curve.notes
    assert "3 missing left out" in str(curve)


def test_a_time_at_which_nobody_was_watched_is_told():
    gap = kaplan_meier([2, 9], ended=[False, True], entry=[0, 5])
    assert gap.notes == ("nobody was watched between 2 and 5: the curve is flat there",)
    gone = kaplan_meier([2, 9], ended=[True, False], entry=[0, 5])
    assert gone.at(8).value == 0
    assert gone.notes[0].endswith("the curve is 0 from there, whoever came later")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"durations": [1, -1]}, r"durations\[1\]"),
        ({"durations": [nan, 1]}, r"durations\[0\]"),
        ({"durations": [1, inf]}, r"durations\[1\]"),
        ({"durations": [1, "2"]}, r"durations\[1\]"),
        ({"durations": [1]}, "ended"),
        ({"ended": [True, 2]}, r"ended\[1\]"),
        ({"ended": [True, "no"]}, r"ended\[1\]"),
        ({"ended": [[], True]}, r"ended\[0\]"),
        ({"ended": [True, nan]}, r"ended\[1\]"),
        ({"weights": [1, 0.5]}, r"weights\[1\]"),
        ({"weights": [-1, 1]}, r"weights\[0\]"),
        ({"weights": [1]}, "weights"),
        ({"entry": [0, 2]}, r"entry\[1\]"),
        ({"entry": [0, -1]}, r"entry\[1\]"),
        ({"level": 1}, "level"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(options, field):
    given_ = {"durations": [1, 2], "ended": [True, False]} | options
    with pytest.raises(InvalidValueError, match=field):
        kaplan_meier(given_.pop("durations"), **given_)


@pytest.mark.parametrize("time", [-1, nan, inf])
def test_a_time_that_cannot_be_is_refused(time):
    curve = kaplan_meier([1], ended=[True])
    for ask in (curve.at, curve.at_risk, curve.mean_until):
        with pytest.raises(InvalidValueError, match="time"):
            ask(time)
    with pytest.raises(InvalidValueError, match="share"):
        curve.quantile(1)


def test_it_shows_and_explains_itself():
    curve = kaplan_meier([6, 7, 9], ended=[True, True, False], unit="weeks")
    assert str(curve).startswith("3 customers, 2 ended, 1 still there\n  median   7 weeks")
    assert curve.to_rows()[1]["survival"] == pytest.approx(1 / 3)
    explained = curve.explain()
    assert [part.figure for part in explained.parts] == [
        "survival",
        "median_survival",
        "mean_survival",
    ]
    assert explained.parts[0].answer == "33.3% beyond 9 weeks"
