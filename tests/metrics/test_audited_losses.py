"""Complaints in any order of events: the two readings of them agree, and nothing breaks."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase, Line, Money, Purchase, Shop
from crmkit.domain import CaseClosed, CaseOpened
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.tally import BaseSummary, CustomerTally, collect_customers
from crmkit.metrics import Lever, actions, complaints_of
from crmkit.metrics.loss.complaint_history import UNNAMED
from crmkit.metrics.loss.levers import LEVERS
from crmkit.metrics.loss.occasions_at_risk import occasions_at_risk

START = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]


def shop_in(zone):
    return Shop(id="lamp", currency="EUR", timezone=zone, lapse_days=1)


def opened(number, case, day, about="complaint", **fields):
    return CaseOpened(
        id=f"{number}",
        case_id=case,
        customer_id="ann",
        at=START + timedelta(days=day),
        about=about,
        **fields,
    )


def closed(number, case, day, resolved):
    at = START + timedelta(days=day)
    return CaseClosed(id=f"{number}", case_id=case, customer_id="ann", at=at, resolved=resolved)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["complaint", "question", True, False]),
        st.sampled_from("ab"),
        st.integers(0, 3),
    ),
    max_size=8,
)


@given(EVENTS, st.sampled_from(ZONES))
def test_complaints_are_those_that_the_sums_of_a_customer_count(events, zone):
    """Closed before opened, opened again, closed twice at a moment, never opened."""
    shop = shop_in(zone)
    happened = [
        closed(number, case, day, what)
        if isinstance(what, bool)
        else opened(number, case, day, what)
        for number, (what, case, day) in enumerate(events)
    ]
    rows = facts_of(sorted(happened, key=lambda one: (one.at, one.id)), Reporting(shop))
    tallies = collect_customers(rows, tally=CustomerTally)
    people = BaseSummary.read(tallies, as_of_day=30_000).customers
    found = complaints_of(happened, shop)
    if "ann" not in people:
        assert not found
        return
    served = people["ann"].service
    assert len(found) == served.complaints
    assert sum(one.is_open for one in found) == served.open_complaints
    assert sum(one.resolved is True for one in found) == served.solved_complaints


def test_of_two_closings_at_one_moment_the_one_that_settled_it_counts():
    made = [opened(1, "a", 0), closed(2, "a", 1, resolved=True), closed(3, "a", 1, resolved=False)]
    (one,) = complaints_of(made, shop_in("UTC"))
    (other,) = complaints_of([made[0], *made[:0:-1]], shop_in("UTC"))
    assert one.resolved
    assert one == other


@pytest.mark.parametrize("blank", [None, "", " ", "\t"])
def test_a_blank_category_is_none(blank):
    (one,) = complaints_of([opened(1, "a", 0, category=blank)], shop_in("UTC"))
    assert one.category == UNNAMED
    again = [opened(1, "a", 0, category=blank), opened(2, "a", 1, category="late")]
    (one,) = complaints_of(again, shop_in("UTC"))
    assert one.category == "late"


@pytest.mark.parametrize(("back", "left"), [(2, False), (3, True)])
def test_the_last_day_on_which_a_customer_is_not_lost_is_one_of_staying(back, left):
    """Twice the one day that the shop waits: on the second they are still its customer."""
    first, _ = occasions_at_risk([0, back], as_of_day=9, base_gap=None, shop=shop_in("UTC"))
    assert first.left is left


ORDERS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 90)), max_size=20)
CASES = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(-5, 200),
        st.sampled_from(["late", "rude", "late, resolved", None]),
        st.sampled_from([None, "o1", "o2", "nowhere"]),
        st.sampled_from([None, True, False]),
    ),
    max_size=12,
)


@given(ORDERS, CASES, st.sampled_from(ZONES), st.integers(0, 120))
def test_no_history_gives_more_than_finite_ratios_or_a_reason(orders, cases, zone, day):
    """Complaints before the first order, after the last, of no order, all on one day."""
    line = Line(product_id="lamp", amount=Money.of("20.00", "EUR"))
    facts = [
        Purchase(
            id=f"o{n}",
            order_id=f"o{n}",
            customer_id=who,
            at=START + timedelta(days=on),
            lines=[line],
        )
        for n, (who, on) in enumerate(orders)
    ]
    for n, (who, on, category, order, end) in enumerate(cases):
        at = START + timedelta(days=on)
        facts.append(
            CaseOpened(
                id=f"c{n}",
                case_id=f"c{n}",
                customer_id=who,
                at=at,
                about="complaint",
                category=category,
                order_id=order,
            )
        )
        if end is not None:
            facts.append(
                CaseClosed(id=f"e{n}", case_id=f"c{n}", customer_id=who, at=at, resolved=end)
            )
    as_of = START + timedelta(days=day)
    base = CustomerBase.open("memory:", shop=shop_in(zone))
    base.record(facts)
    found = base.complaint_losses(as_of=as_of)
    for cause in found.causes:
        for one in (cause.hazard.ratio, cause.resolved.ratio, cause.unresolved.ratio, cause.excess):
            ends = [end for end in (one.low, one.value, one.high) if end is not None]
            assert all(map(isfinite, ends))
            assert ends == sorted(ends)
            assert one.value is not None or one.notes
    assert str(found)
    assert found.explain()
    assert found.leavings <= found.occasions
    then = CustomerBase.open("memory:", shop=shop_in(zone))
    then.record(one for one in facts if one.at <= as_of)
    assert then.complaint_losses(as_of=as_of).to_rows() == found.to_rows()


def test_every_lever_of_the_textbooks_has_drivers_that_ask_for_it():
    assert Counter(lever for lever, _ in LEVERS.values()).keys() == set(Lever)
    assert [str(one) for one in Lever] == [
        "customers_view",
        "expectations",
        "no_extra_obligations",
        "small_gestures",
        "anticipate_needs",
        "outside_stimuli",
    ]


EFFECTS = st.one_of(st.none(), st.floats(-1e300, 1e300), st.integers(-(10**9), 10**9))


@given(
    st.lists(EFFECTS, min_size=1, max_size=5),
    st.lists(EFFECTS, min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_a_failed_basic_need_outranks_a_delighter_under_any_effects(basic, excitement, draw):
    sized = {f"basic {n}": effect for n, effect in enumerate(basic)}
    sized |= {f"delight {n}": effect for n, effect in enumerate(excitement)}
    needs = {name: "basic" if name.startswith("basic") else "excitement" for name in sized}
    names = list(sized)
    draw.shuffle(names)
    ranked = [
        one.need for one in actions({name: sized[name] for name in names}, needs=needs).actions
    ]
    assert ranked == ["basic"] * len(basic) + ["excitement"] * len(excitement)
