"""Which complaints customers leave after: by hand, and as it was planted."""

from datetime import date, timedelta
from math import floor

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Money
from crmkit.domain import CaseClosed, CaseOpened, Line, Purchase, Return
from crmkit.domain.customer import guest_id
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.lifecycle import is_active, patience
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerTally, collect_customers
from crmkit.domain.times import day_number, start_of
from crmkit.metrics import (
    Complaint,
    Episode,
    complaint_losses,
    complaints_by_category,
    complaints_of,
    hazard_ratios,
)
from crmkit.metrics.loss.complaint_history import UNNAMED
from crmkit.metrics.loss.occasions_at_risk import occasion_of, occasions_at_risk
from crmkit.synthetic import SyntheticShop
from crmkit.synthetic.lives import CAUSES, COMPLAINT_CHANCE, leaving_chances, life_of
from crmkit.synthetic.setting import Setting

SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid", lapse_days=30)
START = date(2026, 1, 1)
DAY_0 = day_number(START)


def at(number, hours=12):
    """A moment of the day ``number`` days after the first."""
    return start_of(START + timedelta(days=number), SHOP.zone) + timedelta(hours=hours)


def bought(order_id, on, who="ann", euros="20.00"):
    line = Line(product_id="lamp", amount=Money.of(euros, "EUR"))
    return Purchase(id=order_id, order_id=order_id, customer_id=who, at=at(on), lines=[line])


def opened(case, on, category="late", who="ann", again="", **fields):
    return CaseOpened(
        id=f"{case}{again}",
        case_id=case,
        customer_id=who,
        at=at(on),
        about=fields.pop("about", "complaint"),
        category=category,
        **fields,
    )


def closed(case, on, who="ann", again="", resolved=True):
    return CaseClosed(
        id=f"{case}-closed{again}", case_id=case, customer_id=who, at=at(on), resolved=resolved
    )


def base_of(*facts, on, shop=SHOP):
    to, histories = Reporting(shop), {}
    for one in facts:
        histories.setdefault(one.customer_id, []).append(one)
    rows = [
        fact
        for history in histories.values()
        for fact in facts_of(sorted(history, key=lambda one: (one.at, one.id)), to)
    ]
    tallies = collect_customers(rows, tally=CustomerTally)
    return BaseSummary.read(tallies, as_of_day=DAY_0 + on)


def losses_of(*facts, on, shop=SHOP):
    return complaint_losses(base_of(*facts, on=on, shop=shop), complaints_of(facts, shop), shop)


# What there was to complain of


def test_a_complaint_is_read_with_all_that_is_known_of_it():
    facts = [
        bought("a1", 3),
        opened("k", 5, severity=2, due=at(8), order_id="a1"),
        closed("k", 7, resolved=False),
        opened("k", 9, category=None, severity=4, due=at(12), again="-2"),
        closed("k", 11, again="-2"),
    ]
    assert complaints_of(reversed(facts), SHOP) == (
        Complaint(
            customer_id="ann",
            category="late",
            opened_day=DAY_0 + 5,
            severity=4,
            days_to_close=6.0,
            resolved=True,
            in_time=True,
            reopened=True,
            order_day=DAY_0 + 3,
        ),
    )
    assert complaints_of(facts, SHOP)[0].recovered is False  # settled in time, and opened again
    assert complaints_of(facts[:-1], SHOP)[0].is_open
    assert complaints_of(facts[:-1], SHOP)[0].recovered is None


def test_what_is_no_complaint_is_passed_over():
    asked = opened("q", 4, about="question")
    assert complaints_of([bought("a1", 3), asked, closed("q", 5), closed("lost", 6)], SHOP) == ()


def test_a_case_that_became_a_complaint_is_one():
    (one,) = complaints_of(
        [opened("q", 4, about="question", category=None), opened("q", 6, again="-2")], SHOP
    )
    assert (one.category, one.opened_day, one.is_open) == ("late", DAY_0 + 4, True)


def test_a_complaint_without_a_category_has_none():
    (one,) = complaints_of([opened("k", 4, category=None)], SHOP)
    assert (one.category, one.severity, one.order_day) == (UNNAMED, None, None)


def test_one_number_at_two_customers_or_two_sources_is_two_complaints():
    facts = [opened("k", 4), opened("k", 4, who="bob"), opened("k", 5, source="phone", again="-x")]
    assert len(complaints_of(facts, SHOP)) == 3


def test_an_order_that_the_case_names_must_be_the_customers_own():
    (one,) = complaints_of([bought("a1", 3, who="bob"), opened("k", 5, order_id="a1")], SHOP)
    assert one.order_day is None


def test_the_day_is_that_of_the_shop():
    late = evolve(opened("k", 4), at=at(4, hours=23.5))
    assert complaints_of([late], SHOP)[0].opened_day == DAY_0 + 4
    assert complaints_of([late], evolve(SHOP, timezone="Asia/Tokyo"))[0].opened_day == DAY_0 + 5


def test_a_complaint_that_is_open_has_no_closing():
    with pytest.raises(InvalidValueError, match="is_open"):
        Complaint(customer_id="ann", opened_day=1, is_open=True, resolved=True)
    with pytest.raises(InvalidValueError, match="severity"):
        Complaint(customer_id="ann", opened_day=1, severity=6)


def complaint(**fields):
    return Complaint(**({"customer_id": "ann", "category": "late", "opened_day": 0} | fields))


def test_complaints_are_summed_up_by_category():
    made = [
        complaint(resolved=True, in_time=True, days_to_close=1.0, severity=1),
        complaint(resolved=True, in_time=False, days_to_close=3.0, severity=3, opened_day=2),
        complaint(resolved=False, in_time=True, days_to_close=5.0, customer_id="bob"),
        complaint(is_open=True, severity=5, customer_id="cid"),
        complaint(category="bill", resolved=True, in_time=True, reopened=True),
    ]
    found = complaints_by_category(made)
    assert list(found) == ["late", "bill"]
    late = found["late"]
    assert (late.complaints, late.customers, late.still_open, late.reopened) == (4, 3, 1, 0)
    assert (late.resolved.value, late.resolved.n) == (pytest.approx(2 / 3), 3)
    assert late.resolved.notes == ("1 open or unknown left out",)
    assert (late.recovered.value, late.recovered.n) == (pytest.approx(1 / 3), 3)
    assert (late.severity.value, late.severity.n) == (3, 3)
    assert late.closing_days.value == 3  # the open one counts for the five days it is open
    assert found["bill"].recovered.value == 0
    assert "resolved" in str(late)
    assert [part.figure for part in late.explain().parts] == [
        "complaints_resolved",
        "complaints_recovered",
        "complaint_closing_days",
        "complaint_severity",
    ]


def test_open_complaints_are_known_to_be_open_up_to_the_day():
    made = [complaint(days_to_close=2.0, resolved=True), complaint(is_open=True)]
    soon = complaints_by_category(made, as_of=date(1970, 1, 2))["late"]
    late = complaints_by_category(made, as_of=date(1970, 2, 1))["late"]
    assert (soon.closing_days.value, late.closing_days.value) == (2, 2)
    assert (soon.closing_days.high, soon.closing_days.n) == (None, 2)
    assert late.still_open == 1


def test_equal_complaints_are_counted_and_told():
    one = complaints_by_category([complaint(), complaint(), complaint(severity=1)])["late"]
    assert (one.complaints, one.repeated) == (3, 1)
    assert "1 equal to an earlier one in everything" in str(one)


# Occasions as chances to leave


DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=12, unique=True).map(sorted)


@given(DAYS, st.integers(0, 300), st.one_of(st.none(), st.floats(1, 90)))
def test_who_leaves_after_an_occasion_is_lost_as_everywhere_else(days, more, gap):
    as_of = days[-1] + more
    found = list(occasions_at_risk(days, as_of_day=as_of, base_gap=gap, shop=SHOP))
    assert [one.day for one in found] == days
    assert [one.is_last for one in found] == [False] * (len(days) - 1) + [True]
    for one in found:
        so_far = days[: one.number + 1]
        end = one.day + floor(patience(so_far, gap, SHOP).lost_after) + 1
        if end > as_of:
            assert one.left is None
        else:
            came_back = one.number + 1 < len(days) and days[one.number + 1] < end
            assert one.left is not came_back
            if one.is_last:
                assert one.left is not is_active(days, as_of, gap, SHOP)


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"opened_day": 25, "order_day": 10}, 0),
        ({"opened_day": 25, "order_day": 20}, 1),
        ({"opened_day": 25, "order_day": 12}, 1),  # an order undone is no occasion
        ({"opened_day": 25}, 1),
        ({"opened_day": 20}, 1),
        ({"opened_day": 99}, 2),
        ({"opened_day": 9}, None),
    ],
)
def test_a_complaint_belongs_to_the_occasion_of_its_order(fields, number):
    assert occasion_of(complaint(**fields), [10, 20, 30]) == number


# Causes of loss


def shop_of_ten():
    """Ten customers: late deliveries drive three of four away, wrong bills one of two."""
    facts = []
    for i, (who, category, again) in enumerate(
        [
            ("a", "late", False),
            ("b", "late", False),
            ("c", "late", False),
            ("d", "late", True),
            ("e", "bill", False),
            ("f", "bill", True),
            ("g", None, False),
            ("h", None, True),
            ("i", None, True),
            ("j", None, True),
        ]
    ):
        facts.append(bought(f"{who}1", i, who=who))
        if category:
            facts.append(opened(f"{who}-k", i + 2, category, who=who, order_id=f"{who}1"))
        if again:
            facts.append(bought(f"{who}2", i + 9, who=who))
    facts += [closed("a-k", 9, who="a"), closed("e-k", 9, who="e", resolved=False)]
    return facts


def test_the_ratio_is_that_of_the_chances_to_leave_after_an_occasion():
    found = losses_of(*shop_of_ten(), on=75)
    late, bill = found["late"], found["bill"]
    assert (found.occasions, found.leavings, found.undecided) == (12, 7, 3)
    assert (late.hazard.leavings, late.hazard.time, late.hazard.customers) == (3, 4, 4)
    assert (late.hazard.other_leavings, late.hazard.other_time) == (4, 8)
    assert late.hazard.ratio.value == pytest.approx((3 / 4) / (1 / 4), rel=1e-6)
    assert bill.hazard.ratio.value == pytest.approx((1 / 2) / (1 / 4), rel=1e-6)


def test_excess_and_what_was_lost_follow():
    found = losses_of(*shop_of_ten(), on=75)
    late = found["late"]
    assert late.excess.value == pytest.approx(3 * (1 - 1 / 3))
    assert late.excess.low == pytest.approx(3 * (1 - 1 / late.hazard.ratio.low))
    assert (late.lost, late.revenue_lost, late.undecided) == (3, Money(6000, "EUR"), 0)
    assert [one.category for one in found.causes] == ["late", "bill"]
    assert list(found.drivers) == ["late", "bill"]
    assert found.drivers["late"] == late.excess


def test_resolved_and_unresolved_complaints_are_told_apart():
    found = losses_of(*shop_of_ten(), on=75)
    late, bill = found["late"], found["bill"]
    assert (late.resolved.customers, late.unresolved.customers) == (1, 3)
    assert (bill.resolved.customers, bill.unresolved.customers) == (0, 2)
    assert bill.resolved.ratio.notes == ("nobody was exposed",)
    assert (found.resolved.leavings, found.unresolved.leavings) == (1, 3)


def test_the_outcome_is_unknown_until_the_days_are_over():
    found = losses_of(*shop_of_ten(), on=40)
    assert (found.occasions, found.undecided) == (0, 15)
    assert found["late"].hazard.ratio.value is None
    assert found["late"].excess.value is None
    assert (found["late"].lost, found["late"].undecided) == (0, 4)
    assert "left out: whether the customer left" in found.notes[0]


def test_who_comes_back_after_being_lost_has_left_and_is_not_lost_for_good():
    facts = [
        bought("a1", 0),
        opened("k", 1),
        bought("a2", 100),
        *(bought(f"b{i}", 9 * i, who="bob") for i in range(12)),
    ]
    one = losses_of(*facts, on=120)["late"]
    assert (one.hazard.leavings, one.lost) == (1, 0)


def test_guests_and_complaints_before_the_first_order_belong_to_no_occasion():
    guest = guest_id("shop", "g1")
    facts = [
        bought("a1", 10),
        opened("k", 1),
        opened("g", 3, who=guest),
        bought("g1", 2, who=guest),
    ]
    found = losses_of(*facts, on=200)
    assert found["late"].complaints.complaints == 2
    assert "2 complaints belong to no occasion of a customer" in found.notes


def test_a_log_cut_off_on_the_left_is_told():
    shop = evolve(SHOP, observed_since=START)
    found = losses_of(*shop_of_ten(), on=75, shop=shop)
    assert "occasions are numbered from the first one since 2026-01-01" in found.notes


def test_nobody_and_nothing_is_an_answer_too():
    found = losses_of(on=3)
    assert (found.causes, found.occasions) == ((), 0)
    assert found.unresolved.ratio.value is None
    assert found.brief() == "0 leavings after 0 occasions by 2026-01-04"
    with pytest.raises(InvalidValueError, match="must be one of"):
        found["late"]


def test_losses_show_and_explain_themselves():
    found = losses_of(*shop_of_ten(), on=75)
    assert "any, unresolved" in str(found)
    assert "an association is no proof of a cause" in str(found)
    assert "customers lost" in str(found["late"])
    why = found.explain()
    assert [part.figure for part in why.parts] == ["late", "bill", "resolved", "unresolved"]
    assert "excess_losses" in str(why)
    rows = found.to_rows()
    assert [row["category"] for row in rows] == ["late", "bill"]
    assert rows[0]["lost"] == 3


# The planted cause

INVENTED = SyntheticShop(seed=11, customers=700, guests=10)
WORST = "unfriendly service"
KINDS = (Purchase, Return, CaseOpened, CaseClosed)


def planted_lives(customers):
    shop = SyntheticShop(seed=1, customers=customers)
    setting = Setting(seed=1, start=shop.start, days=shop.days, currency=shop.currency)
    return [(truth, life_of(truth, setting)) for truth in shop.planted()]


def chances(truth):
    return leaving_chances(truth.leaving_chance, CAUSES[WORST], COMPLAINT_CHANCE / len(CAUSES))


def test_where_leaving_is_known_the_interval_holds_the_planted_ratio():
    lives = planted_lives(8000)
    episodes = [
        Episode(
            one.number,
            one.number + 1,
            left=life.left and one is life.occasions[-1],
            exposures=set() if one.complaint is None else {one.complaint},
            who=truth.customer_id,
        )
        for truth, life in lives
        for one in life.occasions
    ]
    found = hazard_ratios(episodes, ties="discrete", unit="occasions")
    mean = [
        sum(chances(truth)[which] * len(life.occasions) for truth, life in lives)
        for which in (0, 1)
    ]
    worst = found[WORST].ratio
    assert worst.low < mean[1] / mean[0] < worst.high
    assert worst.high / worst.low < 1.25
    for category in CAUSES.keys() - {WORST}:
        ratio = found[category].ratio
        assert ratio.low < 1 < ratio.high


@pytest.fixture(scope="module")
def invented():
    facts = [one for one in INVENTED.interactions() if isinstance(one, KINDS)]
    start = day_number(INVENTED.start)
    base = base_of(*facts, on=start + INVENTED.days - 1 - DAY_0, shop=INVENTED.shop)
    return base, complaints_of(facts, INVENTED.shop)


def test_the_planted_cause_of_loss_is_found_and_no_other(invented):
    base, complaints = invented
    found = complaint_losses(base, complaints, INVENTED.shop)
    assert found.causes[0].category == WORST
    assert [one.category for one in found.causes if one.hazard.raises] == [WORST]
    assert max(found.causes, key=lambda one: one.hazard.ratio.value).category == WORST
    assert {one.category for one in found.causes} == CAUSES.keys()


def test_the_interval_holds_the_planted_ratio_less_what_false_losses_take_off(invented):
    base, complaints = invented
    found = complaint_losses(base, complaints, INVENTED.shop)[WORST].hazard
    known = [one for one in INVENTED.planted() if one.customer_id in base.customers]
    setting = Setting(seed=11, start=INVENTED.start, days=INVENTED.days, currency=INVENTED.currency)
    mean, visits = [0.0, 0.0], 0
    for truth in known:
        occasions = len(life_of(truth, setting).occasions)
        visits += occasions
        mean = [total + occasions * one for total, one in zip(mean, chances(truth), strict=True)]
    usual, raised = (total / visits for total in mean)
    assert raised / usual == pytest.approx(2.7, abs=0.1)
    # Who buys rarely is taken for lost although they stay: alike after any occasion.
    mistaken = (found.other_rate - usual) / (1 - usual)
    expected = (raised + (1 - raised) * mistaken) / (usual + (1 - usual) * mistaken)
    assert found.ratio.low < expected < found.ratio.high
    assert expected < raised / usual


def test_the_order_of_complaints_makes_no_difference(invented):
    base, complaints = invented
    one, other = (
        complaint_losses(base, some, INVENTED.shop) for some in (complaints, complaints[::-1])
    )
    assert one.to_rows() == other.to_rows()
