"""The performance over a period, with every figure known beforehand."""

import runpy
from datetime import date
from pathlib import Path

from crmkit import Money, Period, Return, Shop
from crmkit.domain import guest_id

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, back, opened, day = (small[name] for name in ("bought", "back", "opened", "day"))
FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))  # days 31 to 58
FACTS = (
    bought("a1", 5, "10.00"),
    bought("a2", 31, "30.00", shipping=Money.of("4.90", "EUR")),
    bought("b1", 40, "50.00", who="bob"),
    bought("b2", 58, "20.00", who="bob"),
    back("b1", 70, "50.00", who="bob"),  # void, by a refund after the period
    Return(  # a part of January's order, refunded in February
        id="a1-part", order_id="a1", customer_id="ann", at=day(45), refund=Money.of("4.00", "EUR")
    ),
    bought("g1", 50, "7.00", who=guest_id("shop", "g1")),
    bought("c1", 59, "99.00", who="cid"),
)
END = date(2026, 6, 30)


def money(euros):
    return Money.of(euros, "EUR")


def test_money_keeps_its_period_and_voidness_is_judged_now():
    kpis = opened(*FACTS).kpis(FEBRUARY, as_of=END)
    assert (kpis.paid, kpis.refunded, kpis.revenue) == (
        money("107.00"),
        money("4.00"),
        money("103.00"),
    )
    assert (kpis.customer_revenue, kpis.guest_revenue) == (money("96.00"), money("7.00"))
    assert (kpis.orders, kpis.void_orders) == (3, 1)
    assert (kpis.average_order.value, kpis.average_order.n) == (19.0, 3)
    assert (kpis.shipping, kpis.tax) == (money("4.90"), money("0.00"))
    assert kpis.profit == money("51.50")
    assert kpis.notes == ()


def test_an_earlier_as_of_does_not_know_the_refund_to_come():
    kpis = opened(*FACTS).kpis(FEBRUARY, as_of=date(2026, 2, 28))
    assert (kpis.orders, kpis.void_orders) == (4, 0)


def test_the_people_behind_each_count_are_named():
    people = opened(*FACTS).kpis(FEBRUARY, as_of=END).customers
    assert people.members["opening"] == ("ann",)
    assert people.members["new"] == ("bob",)  # by b2, since b1 is void
    assert people.members["closing"] == ("ann", "bob")
    assert (people.reactivated, people.lost) == (0, 0)


def test_profit_per_customer_counts_those_active_in_the_period():
    mean = opened(*FACTS).kpis(FEBRUARY, as_of=END).customers.average_profitability
    assert (mean.value, mean.n) == ((13.0 + 35.0) / 2, 2)  # half of 26 and of 70


def test_an_unknown_profit_is_nobodys_zero():
    shop = Shop(id="lamp", currency="EUR")
    kpis = opened(*FACTS, shop=shop).kpis(FEBRUARY, as_of=END)
    assert kpis.profit is None
    assert "profit is unknown" in kpis.notes[0]
    assert kpis.customers.average_profitability.value is None
