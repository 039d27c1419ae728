"""What was planted in the invented shop is found again, within the error stated there."""

from collections import Counter
from datetime import timedelta
from statistics import fmean

import pytest

from crmkit import CustomerBase, Money, Period
from crmkit.domain import Purchase, Return, State, is_guest
from crmkit.metrics import LoyaltyClass
from crmkit.report.state import state_of_base
from crmkit.synthetic import BUYING, LEAVING, SPENDING, Course, SyntheticShop

INVENTED = SyntheticShop(seed=11, customers=700, guests=30)
AS_OF = INVENTED.start + timedelta(days=INVENTED.days - 1)
WHOLE_LOG = Period(INVENTED.start, AS_OF + timedelta(days=1))
TRUTH = {one.customer_id: one for one in INVENTED.planted()}


@pytest.fixture(scope="module")
def base():
    made = CustomerBase.open("memory:", shop=INVENTED.shop)
    report = made.load(INVENTED.interactions())
    assert not report.problems
    return made


@pytest.fixture(scope="module")
def rows(base):
    return {row.customer_id: row for row in base.profiles(as_of=AS_OF)}


@pytest.fixture(scope="module")
def state(base):
    return state_of_base(base, as_of=AS_OF)


def known(rows, name):
    """What is said of a customer beside what is true."""
    return [
        (said, getattr(TRUTH[customer_id], name))
        for customer_id, row in rows.items()
        if (said := getattr(row, name)) is not None
    ]


def test_everybody_stands_where_their_course_has_led_them(rows):
    stands = {course: Counter() for course in Course}
    for customer_id, row in rows.items():
        stands[TRUTH[customer_id].course][row.state] += 1
    assert set(stands[Course.INTENDS]) == {State.INTENT}
    assert set(stands[Course.LOOKS]) == {State.POTENTIAL}
    assert not {State.INTENT, State.POTENTIAL} & set(stands[Course.BUYS])
    assert sum(sum(one.values()) for one in stands.values()) == 700


def test_every_level_that_can_be_judged_is_found(rows):
    judgeable = INVENTED.judgeable()
    assert len(judgeable) > 400
    assert {str(rows[one].level) for one in judgeable} == {
        "basic",
        "reactive",
        "accountable",
        "proactive",
        "partnership",
    }
    assert all(rows[one].level == TRUTH[one].style for one in judgeable)


@pytest.mark.parametrize(
    ("dimension", "of_the_mean", "of_one", "least"),
    [
        ("cognitive", 0.02, 0.08, 300),
        ("affective", 0.02, 0.08, 300),
        ("intentional", 0.02, 0.08, 300),
        ("behavioural", 0.05, 0.2, 500),
    ],
)
def test_the_four_dimensions_are_found(rows, dimension, of_the_mean, of_one, least):
    pairs = known(rows, dimension)
    assert len(pairs) >= least
    assert abs(fmean(said - true for said, true in pairs)) <= of_the_mean
    assert fmean(abs(said - true) for said, true in pairs) <= of_one


def test_two_of_three_classes_of_loyalty_are_found_and_no_class_is_missed(base, rows):
    asked = [one for one, row in rows.items() if row.cognitive is not None]
    judged = {one: rows[one].loyalty_class for one in asked}
    judged = {one: kind for one, kind in judged.items() if kind is not LoyaltyClass.UNKNOWN}
    right = [one for one, kind in judged.items() if str(kind) == str(TRUTH[one].loyalty)]
    assert len(right) / len(judged) >= 0.65
    assert {str(judged[one]) for one in right} == {"true", "latent", "spurious", "none"}
    clear = [
        one for one in judged if not base.loyalty(one, as_of=AS_OF).loyalty.typology.borderline
    ]
    sure = [one for one in clear if str(judged[one]) == str(TRUTH[one].loyalty)]
    assert len(sure) / len(clear) > len(right) / len(judged)


def test_what_customers_say_of_their_satisfaction_is_what_they_feel(rows):
    pairs = [
        (row.satisfied, TRUTH[one].satisfaction)
        for one, row in rows.items()
        if row.satisfied is not None
    ]
    assert abs(fmean(said - true for said, true in pairs)) <= 0.02
    assert fmean(abs(said - true) for said, true in pairs) <= 0.08


def test_the_satisfied_show_it(rows):
    shown = {one: row.satisfaction_shown for one, row in rows.items() if row.occasions}
    ranked = sorted(shown, key=lambda one: TRUTH[one].satisfaction)
    third = len(ranked) // 3
    worst, best = ranked[:third], ranked[-third:]
    assert fmean(shown[one] for one in best) > fmean(shown[one] for one in worst) + 2


def test_how_often_customers_buy_leave_and_spend_is_found(base):
    models = base.profiles(as_of=AS_OF).models
    buying, spend = models.buying.model, models.spend.model
    assert buying.r / buying.alpha == pytest.approx(BUYING[0] / BUYING[1], rel=0.17)
    chance = LEAVING[0] / sum(LEAVING)
    assert buying.a / (buying.a + buying.b) == pytest.approx(chance, rel=0.17)
    p, q, gamma = SPENDING
    found = spend.p * spend.gamma / (spend.q - 1)
    assert found == pytest.approx(p * gamma / (q - 1), rel=0.1)


def test_who_brought_whom_is_found(base, rows):
    tree = base.profiles(as_of=AS_OF).standards.referrals
    planted = {
        (one.referred_by, one.customer_id, one.joined_anyway)
        for one in TRUTH.values()
        if one.referred_by is not None and rows[one.customer_id].occasions
    }
    assert len(planted) > 100
    assert {(e.referrer_id, e.referred_id, e.joined_anyway) for e in tree.edges} == planted


def test_referral_values_are_those_of_whom_they_brought(base, rows):
    saved = INVENTED.shop.acquisition_cost
    everyone = base.relationship_value(period=WHOLE_LOG, as_of=AS_OF)
    brought = {one.customer_id: one.referral for one in everyone if one.referral.parts}
    for referrer_id, found in brought.items():
        expected = Money.zero("EUR")
        for one in TRUTH.values():
            if one.referred_by != referrer_id or not rows[one.customer_id].occasions:
                continue
            expected += saved
            if not one.joined_anyway:
                since = INVENTED.start + timedelta(days=one.referred_day)
                until = min(since + timedelta(days=365), WHOLE_LOG.end)
                own = base.value(one.customer_id, period=Period(since, until), as_of=AS_OF)
                expected += own.profit
        assert found.value == expected
    assert len(brought) > 50
    together = sum((one.base_value for one in brought.values()), Money.zero("EUR"))
    assert (
        everyone.together.referral
        == together
        == Money(saved.minor * sum(len(one.parts) for one in brought.values()), "EUR")
    )


def paid(one):
    return sum(line.amount.minor for line in one.lines if str(line.nature) == "goods") - (
        one.discount.minor if one.discount else 0
    )


def test_the_report_is_right_against_what_was_planted(state, rows):
    facts = list(INVENTED.interactions())
    orders = [one for one in facts if isinstance(one, Purchase)]
    returns = [one for one in facts if isinstance(one, Return)]
    sold, back = sum(map(paid, orders)), sum(sum(one.refunded_per_line()) for one in returns)
    assert state.books.paid == Money(sold, "EUR")
    assert state.books.refunded == Money(back, "EUR")
    assert state.books.revenue == Money(sold - back, "EUR")
    assert state.counts.customers == 700
    assert state.counts.guests == len(
        {one.customer_id for one in orders if is_guest(one.customer_id)}
    )
    assert state.counts.orders + state.counts.void_orders == len(orders)
    courses = Counter(one.course for one in TRUTH.values())
    assert state.states[State.INTENT] == courses[Course.INTENDS]
    assert state.states[State.POTENTIAL] == courses[Course.LOOKS]
    assert sum(state.states.values()) == 700
    assert Counter(row.level for row in rows.values()) == {
        level: count for level, count in state.levels.items() if count
    }
    # Those who answer are more satisfied: the bias that was planted shows in the raw mean.
    true = fmean(one.satisfaction for one in TRUTH.values() if one.course is Course.BUYS)
    raw = state.satisfaction.asked.questions["csat/satisfaction"]
    assert 0.02 < raw.value - true < 0.12
