"""The proxy calibrated on customers who answered: never falling, and judged out of sample."""

import json
import pickle
from math import inf, nan, sqrt
from statistics import fmean

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import (
    BaseRates,
    ShownAnchors,
    ShownCalibration,
    Signals,
    base_rates,
    behavioural_satisfaction,
    calibrate_shown,
)
from crmkit.metrics.satisfaction.calibrated import expected_answer, expected_mean
from crmkit.metrics.seeds import plain_generator

RATES = BaseRates(returns=0.15, complaints=0.05, late=0.10, stars=4.2)

numbers = st.floats(0, 1)
customers = st.lists(st.tuples(st.floats(0, 100), numbers), min_size=40, max_size=120)


def of(people, **more):
    shown, stated = zip(*people, strict=True)
    return calibrate_shown(shown, stated, **({"needed": 20} | more))


def rising(n, seed=1, noise=0.15):
    """Customers whose answers rise with the square of their proxy, and chance."""
    draw = plain_generator(seed)
    for _ in range(n):
        score = draw.uniform(40, 100)
        yield score, min(1.0, max(0.0, (score / 100) ** 2 + draw.gauss(0, noise)))


# --- the curve ------------------------------------------------------------------------------


@given(customers, st.lists(st.floats(0, 100), min_size=2))
def test_what_is_expected_never_falls_with_the_proxy_and_lies_from_0_to_1(people, scores):
    found = of(people)
    expected = [found.of(score) for score in sorted(scores)]
    values = [one.value for one in expected]
    assert values == sorted(values)
    assert all(0 <= one.low <= one.value <= one.high <= 1 for one in expected)


@given(customers, st.randoms())
def test_the_order_of_the_customers_is_no_matter(people, draw):
    shuffled = list(people)
    draw.shuffle(shuffled)
    assert of(shuffled) == of(people)


def test_each_step_is_the_mean_answer_of_its_customers():
    people = [(20.0, 0.1)] * 30 + [(50.0, 0.6)] * 30 + [(60.0, 0.4)] * 60 + [(90.0, 0.9)] * 80
    found = calibrate_shown(*zip(*people, strict=True))
    middle = (30 * 0.6 + 60 * 0.4) / 90
    expected = [(20, 0.1), (50, middle), (60, middle), (90, 0.9)]
    assert [one.score for one in found.knots] == [score for score, _ in expected]
    assert [one.answer for one in found.knots] == pytest.approx([y for _, y in expected])
    assert found.of(35).value == pytest.approx((0.1 + middle) / 2)
    assert (found.of(0).value, found.of(100).value) == (0.1, pytest.approx(0.9))
    assert "nobody who answered has a proxy as extreme" in found.of(100).notes
    assert found.of(90).notes == ()


def test_the_curve_is_that_of_the_nearest_rising_means_by_brute_force():
    np = pytest.importorskip("numpy")
    draw = plain_generator(3)
    scores = [10.0 * place for place in range(1, 7)]
    people = [(score, draw.random()) for score in scores for _ in range(40)]
    means = [fmean(y for x, y in people if x == score) for score in scores]
    # Max-min: the best of all averages from the left, the least of all to the right.
    fitted = [
        max(min(np.mean(means[a : b + 1]) for b in range(at, 6)) for a in range(at + 1))
        for at in range(6)
    ]
    found = of(people)
    assert [found.of(score).value for score in scores] == pytest.approx(fitted)


def test_no_step_rests_on_fewer_than_ten_customers():
    people = [(at / 3, at / 300) for at in range(300)]
    found = of(people)
    levels = {one.answer for one in found.knots}
    assert len(levels) == 30
    assert found.of(99.6).value == pytest.approx(fmean(at / 300 for at in range(290, 300)))


# --- the errors -----------------------------------------------------------------------------


def test_errors_are_those_of_customers_foretold_from_the_others():
    found = of(rising(1_000))
    assert found.rmse.value == pytest.approx(0.15, abs=0.015)  # the noise that was put in
    assert found.rmse.value < found.rmse_of_mean.value
    assert found.mae.value < found.mae_of_mean.value
    assert found.r_squared.value == pytest.approx(
        1 - found.rmse.value**2 / found.rmse_of_mean.value**2
    )
    assert found.beats_mean
    assert found.rmse.low < found.rmse.value < found.rmse.high
    assert found.n == found.rmse.n == 1_000


def test_the_error_out_of_sample_is_that_on_new_customers_within_its_interval():
    errors = []
    for seed in range(40):
        found = of(rising(300, seed))
        new = [(found.of(x).value - y) ** 2 for x, y in rising(300, 1_000 + seed)]
        errors.append(found.rmse.value - sqrt(fmean(new)))
    assert abs(fmean(errors)) < 0.003


def test_the_interval_of_one_answer_holds_95_of_100_new_customers():
    held = []
    for seed in range(20):
        found = of(rising(400, seed))
        for score, answer in rising(200, 500 + seed):
            expected = found.of(score)
            held.append(expected.low <= answer <= expected.high)
    assert fmean(held) == pytest.approx(0.95, abs=0.015)


def test_the_interval_is_as_wide_as_answers_are_uncertain_there():
    draw = plain_generator(5)
    sure = [(90 + draw.random(), 0.9) for _ in range(200)]
    unsure = [(30 + draw.random(), draw.random()) for _ in range(200)]
    found = of(sure + unsure)
    low, high = found.of(30.5), found.of(90.5)
    assert low.high - low.low > 0.8
    assert high.high - high.low < 0.1


def test_a_proxy_that_tells_nothing_is_said_to_tell_nothing():
    draw = plain_generator(2)
    found = of([(draw.uniform(0, 100), draw.random()) for _ in range(400)])
    assert not found.beats_mean
    assert found.r_squared.value < 0.05
    assert (
        found.notes[-1]
        == "out of sample the proxy foretells answers no better than their mean does"
    )
    assert found.of(50).notes == ("the proxy foretells answers no better than a mean",)


def test_a_proxy_that_tells_the_opposite_gives_everyone_the_mean():
    found = of([(x, 1 - y) for x, y in rising(400)])
    assert found.knots[0].answer == found.knots[-1].answer
    assert found.rank_correlation.high < -0.5


def test_equal_answers_leave_nothing_to_foretell():
    found = of([(float(at % 90), 0.1) for at in range(300)])
    assert (found.r_squared.value, found.rank_correlation.value) == (None, None)
    assert found.of(40).value == pytest.approx(0.1)
    assert not found.beats_mean


def test_errors_and_ranks_are_those_of_other_libraries():
    stats = pytest.importorskip("scipy.stats")
    people = list(rising(500)) + [(70.0, 0.5)] * 50
    found = of(people, folds=2, seed=4)
    x, y = zip(*people, strict=True)
    assert found.rank_correlation.value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found.rank_correlation.low < found.rank_correlation.value < found.rank_correlation.high


@given(customers, st.integers(2, 9), st.integers(0, 99))
def test_every_customer_is_foretold_once_in_any_number_of_parts(people, folds, seed):
    found = of(people, folds=folds, seed=seed)
    assert found.rmse.n == found.n == len(people)
    assert found.bands[-1].upto == 100


# --- what cannot be -------------------------------------------------------------------------


def test_below_200_customers_with_both_it_is_refused():
    people = [*rising(199), (50.0, None), (None, 0.5)]
    with pytest.raises(InsufficientDataError) as caught:
        of(people, needed=200)
    assert (caught.value.needed, caught.value.got) == (200, 199)
    assert str(caught.value) == (
        "calibration of the proxy needs at least 200 customers of whom behaviour and an answer "
        "are known, got 199"
    )
    enough = of([*people, (60.0, 0.4)], needed=200)
    assert (enough.n, enough.missing) == (200, 2)
    assert "2 of 202 left out: no proxy or no answer" in enough.notes


@pytest.mark.parametrize(
    ("shown", "stated", "field"),
    [
        ([101.0], [0.5], "shown[0]"),
        ([50.0, -1], [0.5, 0.5], "shown[1]"),
        ([nan], [None], "shown[0]"),
        ([50.0], [1.1], "stated[0]"),
        ([None, 50.0], [0.5, inf], "stated[1]"),
        ([50.0, 60.0], [0.5], "stated"),
    ],
)
def test_what_cannot_be_is_refused_by_name(shown, stated, field):
    with pytest.raises(InvalidValueError) as caught:
        calibrate_shown(shown, stated)
    assert caught.value.field == field


@pytest.mark.parametrize("bad", [{"needed": 19}, {"folds": 1}, {"folds": 2.5}, {"seed": -1}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(InvalidValueError, match=next(iter(bad))):
        of(rising(200), **bad)


@pytest.mark.parametrize("score", [-1, 101, nan])
def test_a_score_that_cannot_be_is_refused(score):
    with pytest.raises(InvalidValueError, match="shown"):
        of(rising(200)).of(score)


def test_knots_that_fall_are_refused():
    found = of(rising(200))
    with pytest.raises(InvalidValueError, match="answer"):
        evolve(found, knots=[(1, 0.5), (2, 0.4)])
    with pytest.raises(InvalidValueError, match="score"):
        evolve(found, knots=[(2, 0.4), (1, 0.5)])


# --- proxies, and their own stars -----------------------------------------------------------


def signals(orders, late, stars):
    return Signals(orders=orders, delivered=orders, late=late, reviews=1, stars=stars)


def shop(n=300):
    """Customers whose stars have nothing to do with their deliveries."""
    draw = plain_generator(9)
    return [signals(5, draw.randrange(5), draw.randint(1, 5)) for _ in range(n)]


def proxies(people, **more):
    rates = base_rates(people)
    return [behavioural_satisfaction(one, base_rates=rates, **more) for one in people]


def test_stars_are_not_foretold_from_themselves():
    people = shop()
    stated = [(one.stars - 1) / 4 for one in people]
    leaking = calibrate_shown(proxies(people), stated)
    honest = calibrate_shown(proxies(people, without=("stars",)), stated)
    assert leaking.r_squared.low > 0.2
    assert honest.r_squared.value < 0.02


def test_a_component_that_is_left_out_has_no_part_and_its_weight_is_shared():
    one = Signals(orders=8, faulty_returns=1, complaints=1, delivered=8, late=2, reviews=2, stars=9)
    without = behavioural_satisfaction(one, base_rates=RATES, without=("stars", "response"))
    alone = behavioural_satisfaction(
        evolve(one, reviews=None, stars=None), base_rates=RATES, without=("stars", "response")
    )
    assert without.components["stars"] is None
    assert without.score == alone.score
    assert without.score.n == 8
    assert without.coverage == 1
    assert without.notes == ("not counted: stars, response",)
    assert without.anchors.weights["stars"] == 0
    only = behavioural_satisfaction(
        Signals(reviews=1, stars=5), base_rates=RATES, without=("stars",)
    )
    assert (only.score.value, only.coverage) == (None, 0)


def test_the_part_of_each_other_component_is_the_same_with_and_without():
    one = Signals(orders=8, faulty_returns=1, complaints=1, delivered=8, late=2, reviews=2, stars=9)
    full = behavioural_satisfaction(one, base_rates=RATES)
    part = behavioural_satisfaction(one, base_rates=RATES, without=("late",))
    assert {**full.components, "late": None} == dict(part.components)


@pytest.mark.parametrize(
    "without", [("mood",), ("returns", "complaints", "late", "stars", "response")]
)
def test_what_is_no_component_or_leaves_none_is_refused(without):
    with pytest.raises(InvalidValueError, match=r"without|weights"):
        ShownAnchors().without(*without)


def test_a_proxy_by_other_anchors_is_not_read_by_this_calibration():
    people = shop()
    found = calibrate_shown(proxies(people), [0.5, 0.7, 0.9] * 100)
    other = proxies(people, without=("stars",))
    with pytest.raises(InvalidValueError, match="anchors that were calibrated"):
        found.of(other[0])
    with pytest.raises(InvalidValueError, match="the same anchors"):
        calibrate_shown([*proxies(people), *other], [0.5] * 600)
    one = proxies(people)[0]
    assert found.of(one) == found.of(one.score.value)


def test_nothing_observed_is_undefined_and_not_the_mean():
    found = of(rising(200))
    for nothing in (None, behavioural_satisfaction(Signals(), base_rates=RATES)):
        expected = found.of(nothing)
        assert (expected.value, expected.low, expected.high) == (None, 0, 1)


# --- a base ---------------------------------------------------------------------------------


def test_why_there_is_no_calibration_is_said_where_its_answer_would_stand():
    why = InsufficientDataError("calibration of the proxy", 200, 3, "customers")
    one, mean = expected_answer(why, 50.0), expected_mean(why, [])
    assert one.notes == mean.notes == (str(why),)
    assert (one.value, mean.value) == (None, None)


def test_the_mean_of_a_base_is_over_all_whose_behaviour_was_seen():
    people = proxies(shop())
    found = calibrate_shown(people, [0.5, 0.7, 0.9] * 100)
    unseen = behavioural_satisfaction(Signals(), base_rates=RATES)
    mean = expected_mean(found, [*people, unseen])
    assert mean.value == pytest.approx(fmean(found.of(one).value for one in people))
    assert mean.value == pytest.approx(0.7)  # that of the answers: isotonic means keep it
    assert mean.low < 0.7 < mean.high
    assert mean.notes[1] == "nothing observed of 1 of 301 customers"
    assert expected_mean(found, [unseen]).value is None


def test_it_is_kept_as_json_and_read_again_exactly():
    for found in (of(rising(300)), calibrate_shown(proxies(shop()), [0.5, 0.7, 0.9] * 100)):
        kept = json.loads(json.dumps(found.to_plain(), allow_nan=False))
        assert ShownCalibration.from_plain(kept) == found
        assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(InvalidValueError, match="what to_plain gave"):
        ShownCalibration.from_plain({"knots": []})


def test_it_shows_its_errors_beside_those_of_the_mean_and_says_what_it_is():
    found = of(rising(300))
    text = str(found)
    assert "error out of sample (RMSE)" in text
    assert "error of saying the mean (RMSE)" in text
    assert "proxy; those who answered may not be like those who did not" in text
    why = found.explain()
    assert why.figure == "shown_calibration"
    assert [part.figure for part in why.parts] == [
        "shown_rmse",
        "shown_mae",
        "shown_rmse_of_mean",
        "shown_mae_of_mean",
        "shown_r_squared",
        "shown_rank_correlation",
    ]
    assert why.coverage == "300 of 300 customers have both"
