"""Orders, buying and summaries, against an oracle written from the words of the design."""

import gc
import itertools
import operator
from collections import defaultdict
from decimal import Decimal
from functools import reduce

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.tally import (
    At,
    Buying,
    CustomerTally,
    NetOrder,
    bulk,
    collect_customers,
    count,
    figures,
    reading,
    row,
    summaries,
    total,
)

HOUR = 3_600_000_000
LATE = 10**18

WHAT = ["bought", "bought", "charged", "back", "stray", "came", "say"]

numbers = itertools.count()


def fact(kind, *, customer="ann", at=0, day=None, **columns):
    """A fact at an hour; its day is that of UTC unless said."""
    return Fact(
        shop_id="shop",
        source="till",
        id=str(next(numbers)),
        part=columns.pop("part", 0),
        revision=0,
        customer_id=customer,
        guest=int(customer.startswith("guest")),
        kind=kind,
        at=at * HOUR,
        day=at // 24 if day is None else day,
        **columns,
    )


def bought(order, amount, *, units=1000, goods=1, **columns):
    return fact("purchase", order_key=order, amount=amount, units=units, goods=goods, **columns)


def returned(order, amount, *, units=0, **columns):
    return fact("return", order_key=order, amount=amount, units=units, **columns)


def summary(*facts, as_of_day=100, **kwargs):
    return summaries(facts, as_of=LATE, as_of_day=as_of_day, **kwargs).customers["ann"]


@st.composite
def shops(draw, customers=("ann", "bob", "guest-1", "guest-2")):
    """Facts as a shop has them: some orders returned, in part, twice, or without a link."""
    made = []
    for _ in range(draw(st.integers(0, 14))):
        customer = draw(st.sampled_from(customers))
        common = {"customer": customer, "at": draw(st.integers(0, 96))}
        order = f"{customer}/{draw(st.integers(1, 3))}"
        money, units = draw(st.integers(0, 300)), draw(st.integers(0, 3)) * 1000
        match draw(
            st.sampled_from(["bought", "bought", "charged", "back", "stray", "came", "say"])
        ):
            case "bought":
                cost = draw(st.none() | st.integers(0, money))
                costs = {} if cost is None else {"cost": cost, "costed": money}
                due = draw(st.none() | st.integers(0, 4))
                made.append(bought(order, money, units=units, due_day=due, **costs, **common))
            case "charged":
                made.append(fact("purchase", order_key=order, fees=money, **common))
            case "back":
                made.append(returned(order, money, units=units, tax=-draw(st.just(7)), **common))
            case "stray":
                made.append(returned(f"{order}/stray", money, units=units, **common))
            case "came":
                made.append(fact("delivered", order_key=order, **common))
            case "say":
                rating = draw(st.none() | st.integers(0, 10))
                made.append(fact("survey_response", question="nps/it", rating=rating, **common))
    return made


def oracle(facts):
    """Orders, void orders, occasions, revenue, order revenue, first revenue, spending days."""
    orders = defaultdict(lambda: ([], []))
    for f in facts:
        if f.kind == "purchase" and f.goods:
            orders[f.order_key][0].append(f)
        if f.kind == "return":
            orders[f.order_key][1].append(f)
    counts, void, revenue, by_day, spending = 0, 0, 0, defaultdict(int), set()
    for goods, back in orders.values():
        paid, refunded = sum(f.amount for f in goods), sum(f.amount for f in back)
        units, units_back = sum(f.units for f in goods), sum(f.units for f in back)
        revenue += paid - refunded
        all_back = units and units_back >= units
        all_refunded = paid and refunded >= paid
        if goods and back and (all_back or all_refunded):
            void += 1
        elif goods:
            counts += 1
            day = min(f.day for f in goods)
            by_day[day] += paid - refunded
            if paid > refunded:
                spending.add(day)
    first = by_day[min(by_day)] if by_day else None
    return counts, void, set(by_day), revenue, sum(by_day.values()), first, spending


def told(b):
    """The same figures from a Buying."""
    first = b.first_revenue.total
    return (
        b.orders,
        b.void_orders,
        b.occasions,
        b.revenue,
        b.order_revenue,
        first,
        b.spending_days,
    )


@given(shops())
def test_the_fold_is_what_the_words_say(facts):
    base = summaries(facts, as_of=LATE, as_of_day=9)
    known = {f.customer_id for f in facts}
    assert set(base.customers) == {c for c in known if not c.startswith("guest")}
    for customer, found in base.customers.items():
        assert told(found.buying) == oracle([f for f in facts if f.customer_id == customer])
    guests = [f for f in facts if f.guest]
    assert base.guests.guests == len({f.customer_id for f in guests})
    assert told(base.guests.buying) == oracle(guests)


@given(shops())
def test_customers_and_guests_together_are_the_books(facts):
    everyone = summaries(facts, as_of=LATE, as_of_day=9).everyone()
    signed = {"purchase": 1, "return": -1}
    goods = sum(signed[f.kind] * (f.amount or 0) for f in facts if f.kind in signed)
    assert everyone.revenue == goods
    assert everyone.fees == sum(f.fees or 0 for f in facts)
    assert everyone.tax == sum(f.tax or 0 for f in facts)


@given(shops(("ann",)), st.randoms(), st.lists(st.integers(0, 2), min_size=14, max_size=14))
def test_a_tally_adds_up_over_any_split_returns_first_or_last(facts, random, where):
    whole = CustomerTally.collect(facts)
    x, y, z = (
        CustomerTally.collect(f for f, w in zip(facts, where, strict=False) if w == k)
        for k in range(3)
    )
    assert x + y == y + x
    assert (x + y) + z == x + (y + z) == whole
    assert CustomerTally() + x == x == x + CustomerTally()
    assert (z + x + y).buying == whole.buying
    shuffled = random.sample(facts, len(facts))
    assert CustomerTally.collect(shuffled) == whole


@given(shops(("ann",)), st.integers(0, 14))
def test_adding_facts_one_by_one_is_folding_anew(facts, cut):
    state = CustomerTally.collect(facts[:cut])
    for late in facts[cut:]:
        state = state + CustomerTally.of(late)
    assert state == CustomerTally.collect(facts)
    assert state.buying == CustomerTally.collect(facts).buying


@given(shops(("ann",)))
def test_buying_adds_up_over_parts_that_share_no_order(facts):
    parts = [
        CustomerTally.collect(f for f in facts if ord((f.order_key or "-")[-1]) % 3 == k).buying
        for k in range(3)
    ]
    assert reduce(operator.add, parts, Buying()) == CustomerTally.collect(facts).buying


def test_buying_alone_does_not_add_up_over_an_order_and_its_return():
    order, back = bought("1", 500), returned("1", 500, units=1000)
    apart = CustomerTally.of(order).buying + CustomerTally.of(back).buying
    assert apart.orders == 1
    assert CustomerTally.collect([order, back]).buying.orders == 0


@given(shops())
def test_collecting_in_small_batches_changes_nothing(facts):
    at_once = collect_customers(facts)
    kept = bulk._BATCH
    bulk._BATCH = 2
    try:
        assert collect_customers(iter(facts)) == at_once
    finally:
        bulk._BATCH = kept


@given(shops(), st.integers(0, 96))
def test_facts_count_up_to_and_including_the_moment(facts, hour):
    early = [f for f in facts if f.at <= hour * HOUR]
    got = summaries(facts, as_of=hour * HOUR, as_of_day=4)
    assert got == summaries(early, as_of=LATE, as_of_day=4)


# --- orders -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "void"),
    [
        ([bought("1", 500)], False),
        ([bought("1", 500), returned("1", 500)], True),
        ([bought("1", 500), returned("1", 499)], False),
        ([bought("1", 500), returned("1", 0, units=1000)], True),
        ([bought("1", 500, units=2000), returned("1", 100, units=1000)], False),
        ([bought("1", 500, units=2000)] + 2 * [returned("1", 100, units=1000)], True),
        ([bought("1", 0, units=0), returned("1", 0)], False),
        ([bought("1", 0, units=1000), returned("1", 5, units=0)], False),
        ([returned("1", 500, units=1000)], False),
        ([bought("1", 500, units=None), returned("1", 0, units=None)], False),
    ],
)
def test_an_order_is_void_when_all_came_back_or_all_was_refunded(facts, void):
    order = NetOrder.collect(facts)
    assert order.void is void
    assert order.is_order is (order.purchases > 0 and not void)


def test_a_refunded_only_order_leaves_no_purchase_and_no_negative_value():
    ann = summary(bought("1", 1999), returned("1", 1999, units=1000, at=30))
    assert (ann.buying.orders, ann.buying.void_orders, ann.repeats) == (0, 1, 0)
    assert ann.buying.revenue == 0
    assert ann.buying.first_revenue == At(None, None)
    assert (ann.age, ann.quiet, ann.recency, ann.days) == (None, None, None, ())


def test_money_kept_or_lost_on_a_void_order_stays_in_the_revenue_only():
    ann = summary(bought("1", 500), returned("1", 400, units=1000), bought("2", 100))
    assert (ann.buying.orders, ann.buying.revenue, ann.buying.order_revenue) == (1, 200, 100)


def test_postage_booked_alone_is_no_purchase():
    order = NetOrder.collect([fact("purchase", order_key="1", shipping=500)])
    assert (order.purchases, order.charges, order.is_order, order.shipping) == (0, 1, False, 500)
    none = NetOrder.collect([fact("purchase", order_key="1", goods=0)])
    assert (none.purchases, none.charges) == (0, 1)


def test_the_day_of_an_order_is_that_of_its_first_goods():
    order = NetOrder.collect(
        [fact("purchase", order_key="1", day=1), bought("1", 5, day=4), bought("1", 5, day=3)]
    )
    assert order.day == 3


def test_an_order_is_late_when_it_came_after_the_promised_day():
    on_time = [bought("1", 5, due_day=3), fact("delivered", order_key="1", day=3)]
    late = [bought("2", 5, due_day=3), fact("delivered", order_key="2", day=4)]
    open_order = [bought("3", 5, due_day=3)]
    ann = summary(*on_time, *late, *open_order)
    assert (ann.buying.delivered, ann.buying.late) == (2, 1)


def test_half_past_eleven_and_half_past_midnight_are_two_occasions():
    ann = summary(bought("1", 5, at=23, day=7), bought("2", 5, at=24, day=8))
    assert (ann.days, ann.repeats, ann.recency) == ((7, 8), 1, 1)


# --- what is read off ---------------------------------------------------------------------


def test_spend_leaves_out_the_first_occasion_and_days_without_spend():
    ann = summary(
        bought("1", 700, day=1),
        bought("2", 300, day=1),
        bought("3", 0, day=5),
        bought("4", 450, day=9),
        bought("5", 151, day=16),
    )
    assert (ann.repeats, ann.spending_repeats) == (3, 2)
    assert ann.buying.first_revenue == At(1, 1000)
    assert ann.buying.repeat_revenue == 601
    assert ann.mean_repeat_spend == 300.5
    assert ann.gaps == (4, 4, 7)


def test_a_first_occasion_without_spend_takes_no_spending_day_away():
    ann = summary(bought("1", 0, day=1), bought("2", 450, day=9))
    assert (ann.spending_repeats, ann.mean_repeat_spend) == (1, 450)


def test_one_occasion_has_no_mean_repeat_spend():
    assert summary(bought("1", 450)).mean_repeat_spend is None


def test_times_are_days_and_weeks_of_seven_days():
    ann = summary(bought("1", 5, day=2), bought("2", 5, day=30), as_of_day=44)
    assert (ann.first_day, ann.last_day) == (2, 30)
    assert (ann.recency, ann.age, ann.quiet) == (28, 42, 14)
    assert (ann.recency_weeks, ann.age_weeks, ann.quiet_weeks) == (4, 6, 2)


def test_a_customer_without_an_order_has_no_times():
    ann = summary(fact("survey_response", question="nps/it", rating=9))
    assert (ann.age_weeks, ann.recency_weeks, ann.quiet_weeks, ann.repeats) == (None,) * 3 + (0,)


def test_dealings_count_interactions_and_not_their_rows():
    ann = summary(
        bought("1", 5, at=4),
        returned("1", 1, at=50),
        returned("2", 1, at=50, part=1),
        fact("survey_response", at=60, question="q/1", rating=1),
        fact("survey_response", at=60, question="q/2", rating=1, part=1),
        fact("delivered", order_key="1", at=70),
    )
    dealings = ann.dealings
    assert dealings.facts == 4
    assert (dealings.purchases, dealings.returns) == (1, 1)
    assert (dealings.deliveries, dealings.surveys) == (1, 1)
    assert (dealings.first_at, dealings.last_at) == (4 * HOUR, 70 * HOUR)
    assert (dealings.first_seen_day, dealings.last_seen_day) == (0, 2)


def test_the_latest_answers_are_those_of_the_latest_moment_with_an_answer():
    def answer(at, rating):
        return fact("survey_response", question="nps/it", rating=rating, at=at, scale_high=10)

    voice = summary(answer(1, 2), answer(5, 9), answer(5, 6), answer(8, None)).voice["nps/it"]
    assert (voice.answers, voice.points) == (3, 17)
    assert (voice.lowest_rating, voice.highest_rating, voice.scale_high) == (2, 9, 10)
    assert voice.latest_points == At(5 * HOUR, 15)
    assert voice.latest_answers == At(5 * HOUR, 2)
    assert voice.last_at == 5 * HOUR


@pytest.mark.parametrize(
    ("costs", "margin", "profit"),
    [
        ({}, None, None),
        ({}, Decimal("0.3"), 150),
        ({"cost": 320, "costed": 500}, None, 180),
        ({"cost": 320, "costed": 500}, Decimal("0.3"), 180),
        ({"cost": 120, "costed": 200}, None, None),
        ({"cost": 120, "costed": 200}, Decimal("0.3"), 170),
        ({"cost": 0, "costed": 0}, Decimal("0.001"), 0),
        ({"cost": 0, "costed": 0}, Decimal("0.003"), 2),
        ({"cost": 0, "costed": 0}, Decimal("0.005"), 2),
    ],
)
def test_profit_uses_known_costs_and_the_margin_for_the_rest(costs, margin, profit):
    assert summary(bought("1", 500, **costs)).profit(margin) == profit


def test_profit_takes_back_the_cost_of_what_came_back():
    costs = {"cost": 320, "costed": 500}
    back = returned("1", 250, units=500, cost=160, costed=250)
    assert summary(bought("1", 500, **costs), back).profit(None) == 90


def test_a_customer_without_revenue_has_no_profit_and_needs_no_margin():
    assert summary(fact("visit")).profit(None) == 0


@pytest.mark.parametrize("margin", [0.3, "0.3", 1, Decimal("NaN"), Decimal("Inf"), Decimal("1.1")])
def test_a_margin_that_is_no_exact_share_is_refused(margin):
    with pytest.raises(InvalidValueError, match="gross_margin"):
        Buying().profit(margin)


def test_the_flat_row_has_every_figure_once():
    ann = summary(bought("1", 5, day=3), as_of_day=5)
    flat = ann.figures()
    assert (flat["customer_id"], flat["as_of_day"], flat["age"]) == ("ann", 5, 2)
    assert flat["occasions"] == 1
    assert (flat["first_revenue"], flat["first_revenue_at"]) == (5, 3)
    parts = (ann.dealings, ann.buying, ann.service, ann.keeping)
    assert len(flat) == 4 + sum(len(figures(part)) for part in parts)


def test_a_fact_without_a_customer_is_refused():
    with pytest.raises(InvalidValueError, match="customer_id"):
        collect_customers([fact("visit")._replace(customer_id=None)])


def test_an_empty_log_is_an_empty_base():
    base = summaries([], as_of=0, as_of_day=0)
    assert (dict(base.customers), base.guests.guests) == ({}, 0)
    assert base.everyone() == Buying()


@pytest.mark.parametrize("on", [True, False])
def test_the_garbage_collector_is_left_as_it_was_found(on):
    was_on = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        collect_customers([fact("visit")])
        assert gc.isenabled() is on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_a_shop_declares_a_measure_of_its_own_by_subclassing():
    @frozen(kw_only=True)
    class LampBuying(Buying):
        big_orders: int = count(where=row.is_order & (row.net >= 100))
        sent_back: int = total(row.refunded)
        small_orders = reading(row.orders - row.big_orders)

    ann = summary(
        bought("1", 99, day=1), bought("2", 100, day=2), returned("1", 9), buying=LampBuying
    )
    assert (ann.buying.big_orders, ann.buying.sent_back, ann.buying.small_orders) == (1, 9, 1)
    assert ann.buying.order_revenue == 190
