"""Stated intentions against later purchases: by hand, by properties, and against planted truth."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Answer, CustomerBase, Line, Money, Purchase, Scale, Shop, SurveyResponse
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import Indicator, Instrument
from crmkit.metrics import intention_calibration, stated_and_done
from crmkit.metrics.intervals import wilson
from crmkit.metrics.seeds import plain_generator
from crmkit.synthetic import Course, SyntheticShop

chances = st.integers(0, 10).map(lambda step: step / 10)
pairs = st.lists(st.tuples(chances, st.booleans()), min_size=1, max_size=60)


def split(people):
    return [one for one, _ in people], [other for _, other in people]


def test_classes_bias_and_score_by_hand():
    said = [0.0, 0.0, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0]
    did = [0, 0, 1, 0, 0, 0, 1, 0]
    found = intention_calibration(said, did)
    assert [(one.step, one.bought.n, one.stated) for one in found.classes] == [
        (0, 2, 0.0),
        (5, 4, 0.5),
        (10, 2, 1.0),
    ]
    assert [one.bought.value for one in found.classes] == [0, 0.25, 0.5]
    middle = found.classes[1].bought
    assert (middle.low, middle.high) == wilson(1, 4)
    assert found.stated.value == 0.5
    assert found.bought.value == 0.25
    assert found.bias.value == pytest.approx(0.25)
    assert found.brier.value == pytest.approx((0.25 * 4 + 1) / 8)
    assert found.brier_of_share == pytest.approx(0.25 * 0.75)
    assert found.curve == ((0.0, 0.0), (0.5, 0.25), (1.0, 0.5))
    assert found.calibrated(0.25) == pytest.approx(0.125)


def test_where_more_is_said_and_less_is_done_the_curve_takes_the_common_mean():
    found = intention_calibration([0.2, 0.2, 0.8, 0.8, 0.8], [1, 1, 0, 0, 1])
    assert found.curve == ((0.2, pytest.approx(0.6)), (0.8, pytest.approx(0.6)))


def test_a_chance_belongs_to_the_class_of_the_nearest_tenth():
    found = intention_calibration([1 / 6, 5 / 6, 0.04, 0.97], [0, 1, 0, 1])
    assert [one.step for one in found.classes] == [0, 2, 8, 10]


def test_beyond_the_chances_stated_the_curve_is_level():
    found = intention_calibration([0.3, 0.7], [0, 1])
    assert (found.calibrated(0.0), found.calibrated(1.0)) == (0, 1)
    assert found.calibrated(0.5) == pytest.approx(0.5)
    assert found.calibrated(None) is None
    with pytest.raises(InvalidValueError, match="chance"):
        found.calibrated(1.2)


def test_what_is_missing_is_left_out_and_is_no_refusal_to_buy():
    found = intention_calibration([0.9, None, 0.9], [True, False, None])
    assert (found.bought.value, found.bought.n) == (1, 1)
    assert found.notes == ("2 missing left out",)
    nobody = intention_calibration([], [])
    assert nobody.bias.value is nobody.brier_of_share is nobody.calibrated(0.5) is None
    assert nobody.classes == ()
    assert "unknown" in str(nobody)


@pytest.mark.parametrize(
    ("said", "did", "told"),
    [
        ([1.1], [1], r"stated\[0\]"),
        ([0.1, float("nan")], [1, 0], r"stated\[1\]"),
        ([0.1], [2], r"bought\[0\]"),
        ([0.1], [0.5], r"bought\[0\]"),
        ([0.1], [], "as many as stated: 1"),
    ],
)
def test_what_cannot_have_been_said_or_done_is_refused(said, did, told):
    with pytest.raises(InvalidValueError, match=told):
        intention_calibration(said, did)


@given(pairs)
def test_the_curve_never_falls_and_stays_from_0_to_1(people):
    found = intention_calibration(*split(people))
    read = [found.calibrated(step / 50) for step in range(51)]
    assert all(0 <= one <= 1 for one in read)
    assert all(a <= b + 1e-12 for a, b in pairwise(read))


@given(pairs)
def test_the_calibrated_chances_have_the_mean_of_what_was_done(people):
    said, did = split(people)
    found = intention_calibration(said, did)
    assert fmean(found.calibrated(one) for one in said) == pytest.approx(fmean(did))
    assert sum(one.bought.n for one in found.classes) == len(people)


@given(pairs)
def test_the_calibrated_chances_score_no_worse_on_their_own_answers(people):
    said, did = split(people)
    found = intention_calibration(said, did)
    after = fmean((found.calibrated(one) - y) ** 2 for one, y in people)
    assert after <= found.brier.value + 1e-9
    assert after <= found.brier_of_share + 1e-9


@given(pairs, st.randoms())
def test_the_order_of_customers_does_not_count(people, shuffled):
    found = intention_calibration(*split(people))
    other = list(people)
    shuffled.shuffle(other)
    again = intention_calibration(*split(other))
    assert again.curve == found.curve
    assert again.brier.value == pytest.approx(found.brier.value)


def test_the_curve_is_the_isotonic_regression_of_another_library():
    optimize = pytest.importorskip("scipy.optimize")
    draw = plain_generator(3)
    said = [round(draw.random(), 1) for _ in range(400)]
    did = [int(draw.random() < 0.2 + 0.5 * one) for one in said]
    found = intention_calibration(said, did)
    steps = [one for one, _ in found.curve]
    means = [fmean(y for one, y in zip(said, did, strict=True) if one == step) for step in steps]
    theirs = optimize.isotonic_regression(means, weights=[said.count(step) for step in steps])
    assert [one for _, one in found.curve] == pytest.approx(list(theirs.x))


def test_a_planted_curve_is_found_again():
    draw = plain_generator(7)
    said = [round(draw.random(), 1) for _ in range(6000)]
    did = [draw.random() < 0.15 + 0.6 * one for one in said]
    found = intention_calibration(said, did)
    for step in range(1, 10):
        assert found.calibrated(step / 10) == pytest.approx(0.15 + 0.06 * step, abs=0.05)
    assert found.bias.low < fmean(said) - (0.15 + 0.6 * fmean(said)) < found.bias.high


def test_the_interval_of_the_bias_holds_the_truth_about_as_often_as_it_says():
    draw, held = plain_generator(2), 0
    for _ in range(500):
        said = [draw.randrange(11) / 10 for _ in range(40)]
        did = [draw.random() < 0.4 * one for one in said]
        bias = intention_calibration(said, did).bias
        held += bias.low <= 0.6 * 0.5 <= bias.high
    assert 0.92 <= held / 500 <= 0.98


def test_the_calibration_explains_and_shows_itself():
    found = intention_calibration([0.0, 1.0, 1.0], [0, 1, 0])
    assert "said 1.00" in str(found)
    explanation = found.explain()
    assert "Juster" in explanation.source
    assert explanation.parts[0].figure == "intention_bias"
    assert found.to_rows()[1]["calibrated"] == 0.5


JUSTER = Instrument(
    name="chances", scale=Scale(0, 10), items={"buy again within a year": "repurchase"}
)
SHOP = Shop(id="lamp", currency="EUR", instruments=(JUSTER,))
START = SyntheticShop().start


def at(day):
    return datetime(2025, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)


def history(who, step, days):
    """An order, an answer on Juster's scale the day after, and orders on later days."""
    for day in (0, *days):
        line = Line(product_id="lamp", amount=Money.of("20.00", "EUR"))
        order = f"{who}-{day}"
        yield Purchase(id=order, order_id=order, customer_id=who, at=at(day), lines=[line])
    yield SurveyResponse(
        id=f"{who}-said",
        customer_id=who,
        at=at(1),
        instrument="chances",
        answers=[Answer(item="buy again within a year", value=step, scale=Scale(0, 10))],
    )


@pytest.fixture(scope="module")
def few():
    base = CustomerBase.open("memory:", shop=SHOP)
    for who, step, days in (
        ("ann", 9, (30,)),
        ("bob", 9, ()),
        ("cid", 2, (400,)),
        ("dan", None, (40,)),
    ):
        base.record(history(who, step, days))
    return base


def of(base, day):
    return base.summaries(as_of=START + timedelta(days=day)).customers.values()


def test_a_declared_item_on_justers_scale_is_read_as_a_chance_and_calibrated(few):
    found = stated_and_done(of(few, 10), of(few, 500), instruments=SHOP.instruments)
    assert [tuple(one) for one in found.rows] == [
        ("ann", 0.9, True),
        ("bob", 0.9, False),
        ("cid", 0.2, False),  # 400 days are more than the year that was asked about
    ]
    calibrated = found.calibration()
    assert calibrated.calibrated(0.9) == 0.5
    assert calibrated.bias.value == pytest.approx((0.9 + 0.9 + 0.2 - 1) / 3)


def test_a_longer_time_counts_later_purchases(few):
    found = stated_and_done(
        of(few, 10), of(few, 500), within_days=400, instruments=SHOP.instruments
    )
    assert [one.bought for one in found.rows] == [True, False, True]


def test_what_is_not_over_yet_is_refused_and_who_is_gone_is_not_known(few):
    with pytest.raises(InvalidValueError, match="365 days after the answers of ann"):
        stated_and_done(of(few, 10), of(few, 300), instruments=SHOP.instruments)
    with pytest.raises(InvalidValueError, match="within_days"):
        stated_and_done(of(few, 10), of(few, 500), within_days=0)
    later = [one for one in of(few, 500) if one.customer_id != "bob"]
    found = stated_and_done(of(few, 10), later, instruments=SHOP.instruments)
    assert [one.bought for one in found.rows] == [True, None, False]
    assert found.calibration().notes == ("1 missing left out",)


INVENTED = SyntheticShop(seed=4, customers=900, guests=0, days=800)
ASKED, YEAR = 400, 364


@pytest.fixture(scope="module")
def invented():
    base = CustomerBase.open("memory:", shop=INVENTED.shop)
    base.load(INVENTED.interactions())
    before, after = of(base, ASKED), of(base, ASKED + YEAR)
    return {one.customer_id: one for one in before}, stated_and_done(
        before, after, within_days=YEAR
    )


def planted_chance(truth, summary):
    """The chance to buy within the year, of who buys at a known rate and leaves at a known one."""
    quiet = exp(-truth.weekly_rate * summary.quiet_weeks)
    staying = 1 - truth.leaving_chance
    alive = staying * quiet / (truth.leaving_chance + staying * quiet)
    return alive * (1 - exp(-truth.weekly_rate * YEAR / 7))


def test_what_the_invented_customers_say_and_do_is_calibrated_to_the_planted_truth(invented):
    """Planted: intention follows satisfaction, and leaving goes against it; so the curve rises,
    and every class buys as often as its members' own rates and chances to leave make them."""
    before, found = invented
    truth = {one.customer_id: one for one in INVENTED.planted()}
    rows = [one for one in found.rows if truth[one.customer_id].course is Course.BUYS]
    assert len(rows) == len(found.rows) > 350
    calibrated = found.calibration()
    chance = {
        one.customer_id: planted_chance(truth[one.customer_id], before[one.customer_id])
        for one in rows
        if before[one.customer_id].last_day is not None
    }
    for low, high in ((0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        mine = [one for one in rows if low <= one.stated < high and one.customer_id in chance]
        planted = [chance[one.customer_id] for one in mine]
        error = sum(p * (1 - p) for p in planted) ** 0.5 / len(mine)
        assert fmean(one.bought for one in mine) == pytest.approx(fmean(planted), abs=3 * error)
    planted_bias = fmean(
        one.stated - chance[one.customer_id] for one in rows if one.customer_id in chance
    )
    assert calibrated.bias.low < planted_bias < calibrated.bias.high
    assert calibrated.calibrated(1.0) > calibrated.calibrated(0.2)


def test_only_the_indicator_asked_for_is_read(invented):
    _, found = invented
    assert found.indicator is Indicator.REPURCHASE
    assert {round(one.stated * 20) for one in found.rows} <= set(range(21))
