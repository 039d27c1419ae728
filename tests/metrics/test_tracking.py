"""The track of repeat purchases adds up, week by week, on both sides of the split."""

from datetime import date, timedelta
from math import sqrt

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import BGNBD, MBGNBD, NBD, SBG, ParetoNBD, holdout, tracking
from crmkit.metrics.catalogue import CATALOGUE

START = date(2025, 1, 1)
SPLIT, UNTIL = START + timedelta(days=90), START + timedelta(days=90 + 7 * 8)
RARE = NBD(r=0.8, alpha=20.0)
MODELS = (
    RARE,
    BGNBD(r=0.24, alpha=4.4, a=0.8, b=2.4),
    MBGNBD(r=0.5, alpha=6.2, a=0.9, b=1.6),
    ParetoNBD(r=0.55, alpha=10.6, s=0.6, beta=11.7),
)

histories = st.lists(
    st.lists(st.integers(0, 160).map(lambda day: START + timedelta(days=day)), max_size=8),
    max_size=12,
)


def on(*offsets):
    return [START + timedelta(days=day) for day in offsets]


def cut(some, split=SPLIT, until=UNTIL):
    return holdout(some, split=split, until=until)


def by_hand(model, held_out, end):
    """Every customer for themselves: what is expected of each by a day."""
    return sum(
        count * model.expected_purchases_of_newcomer(weeks=(end - first).days / 7)
        for first, count in held_out.first_days
        if first <= end
    )


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(0, 20), st.sampled_from(MODELS))
def test_weekly_sums_are_the_cumulative_track(some, more, model):
    held_out = cut(some, until=UNTIL + timedelta(days=more))
    track = tracking(model, held_out)
    actual, expected, last = 0, 0.0, None
    for number, week in enumerate(track.weeks, start=1):
        actual, expected = actual + week.actual, expected + week.expected
        assert week.week == number
        assert week.cumulative_actual == actual
        assert week.cumulative_expected == pytest.approx(expected, rel=1e-12, abs=1e-12)
        assert week.cumulative_expected == pytest.approx(by_hand(model, held_out, week.end))
        assert week.is_held_out == (week.end > SPLIT)
        assert last is None or week.days == (week.end - last).days
        last = week.end
    assert actual == sum(held_out.repeats) + held_out.total
    ahead = [week for week in track.weeks if week.is_held_out]
    assert sum(week.actual for week in ahead) == track.actual == held_out.total
    assert track.expected_of_newcomers == pytest.approx(sum(week.expected for week in ahead))
    assert all(week.days == 7 for week in track.weeks[1:-1])
    if track.weeks:
        assert track.weeks[-1].end == held_out.until
        assert (
            sum(week.days for week in track.weeks)
            == (held_out.until - held_out.first_days[0][0]).days + 1
        )


def test_no_week_lies_on_both_sides_of_the_split():
    track = tracking(RARE, cut([on(0, 20), on(3, 95)], until=UNTIL + timedelta(days=3)))
    assert [week.days for week in track.weeks] == [7] * 13 + [7] * 8 + [3]
    assert (track.weeks[12].end, track.weeks[12].is_held_out) == (SPLIT, False)
    late = tracking(RARE, cut([on(2, 20), on(3, 95)]))
    assert [week.days for week in late.weeks] == [5] + [7] * 20


def test_a_first_purchase_is_no_repeat_and_expects_none_on_its_day():
    track = tracking(RARE, cut([[SPLIT], [SPLIT]]))
    assert (track.weeks[0].days, track.weeks[0].actual, track.weeks[0].expected) == (1, 0, 0.0)
    assert track.weeks[1].expected == pytest.approx(2 * 0.8 / 20.0)


def test_the_total_expected_is_that_of_the_histories():
    held_out = cut([on(0, 20), on(3, 95), on(9)])
    for model in MODELS:
        each = model.expected_purchases(held_out.repeats, held_out.recency, held_out.age, weeks=8)
        track = tracking(model, held_out)
        assert track.expected == pytest.approx(each.sum(), rel=1e-12)
        assert track.error == pytest.approx(each.sum() / 1 - 1)


def test_the_errors_are_the_means_over_the_whole_weeks_of_the_hold_out():
    held_out = cut([on(0, 20, 100, 101), on(3, 95, 110, 147), on(9)], until=UNTIL + timedelta(2))
    track = tracking(RARE, held_out)
    whole = [week for week in track.weeks if week.is_held_out and week.days == 7]
    assert len(whole) == 8
    off = [
        abs(one.cumulative_expected - one.cumulative_actual) / one.cumulative_actual
        for one in whole
    ]
    assert track.mape == pytest.approx(sum(off) / 8)
    squares = [(one.expected - one.actual) ** 2 for one in whole]
    assert track.rmse == pytest.approx(sqrt(sum(squares) / 8))


def test_weeks_before_anybody_came_back_have_no_percentage():
    nobody = tracking(RARE, cut([on(0), on(3)]))
    assert (nobody.actual, nobody.mape, nobody.error) == (0, None, None)
    assert nobody.rmse == pytest.approx(2 * 0.8 / 20.0)
    late = tracking(RARE, cut([on(0, 90 + 15)]))
    behind = [week for week in late.weeks if week.cumulative_actual]
    assert late.mape == pytest.approx(
        np.mean([abs(week.cumulative_expected - 1) for week in behind])
    )


def test_a_track_that_ends_at_the_split_has_no_errors():
    track = tracking(RARE, cut([on(0, 20), on(3, 95)], until=SPLIT))
    assert (track.mape, track.rmse, track.expected, track.actual) == (None, None, 0.0, 0)
    assert not any(week.is_held_out for week in track.weeks)
    assert "unknown" in str(track)


def test_without_customers_there_is_no_track():
    track = tracking(RARE, cut([on(120)]))
    assert (track.weeks, track.to_rows(), track.expected, track.mape) == ((), [], 0.0, None)
    assert f"no customers: nobody had bought by {SPLIT}" in track.notes


def test_the_order_of_customers_does_not_matter():
    some = [on(k % 40, k % 40 + 11 + k, 92 + k % 50) for k in range(60)]
    assert tracking(MODELS[1], cut(some)) == tracking(MODELS[1], cut(some[::-1]))


def test_customers_drawn_from_a_model_follow_its_track():
    """3,000 customers with Poisson purchases, none of whom leaves: within three deviations."""
    rng = np.random.default_rng(11)
    model, some = NBD(r=1.2, alpha=40.0), []
    for first, rate in zip(rng.integers(0, 60, 3000), rng.gamma(1.2, 1 / 40.0, 3000), strict=True):
        times = first + rng.random(rng.poisson(rate * 600 / 7)) * 600
        some.append(on(int(first), *map(int, np.ceil(times))))
    held_out = cut(some, split=START + timedelta(300), until=START + timedelta(580))
    track = tracking(model, held_out)
    for week in track.weeks[8:]:
        spread = sqrt(week.cumulative_expected * (1 + week.week / 40.0))
        assert abs(week.cumulative_actual - week.cumulative_expected) < 3 * spread, week
    assert track.mape < 0.05
    assert track.rmse < 2 * sqrt(track.weeks[-1].expected * 1.1)


def test_a_fit_that_did_not_converge_says_so():
    held_out = cut([on(k, k + 20, 95) if k % 2 else on(k) for k in range(40)])
    fit = evolve(held_out.fit(NBD), converged=False)
    assert tracking(fit, held_out).notes == ("the fit of the NBD did not converge",)
    sure = evolve(fit, converged=True)
    assert tracking(sure, held_out).notes == ()
    assert tracking(sure, held_out).weeks == tracking(sure.model, held_out).weeks


@pytest.mark.parametrize("model", [SBG(alpha=1.0, beta=2.0), NBD, None, "NBD"])
def test_what_is_no_model_of_buying_is_refused(model):
    with pytest.raises(InvalidValueError, match=r"^model is"):
        tracking(model, cut([on(0)]))


def test_it_shows_and_explains_itself():
    track = tracking(RARE, cut([on(0, 20), on(3, 95)]))
    assert str(track).startswith("0.6 purchases expected, 1 came (-")
    assert "week 21" in str(track)
    told = track.explain()
    assert (told.figure, told.formula) == ("tracking", CATALOGUE["tracking"].formula)
    assert told.model == "NBD: r 0.8, alpha 20"
    assert list(track.to_rows()[0]) == [
        "week",
        "end",
        "days",
        "held_out",
        "actual",
        "expected",
        "cumulative_actual",
        "cumulative_expected",
    ]
