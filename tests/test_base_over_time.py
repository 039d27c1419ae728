"""A base over time: cohorts, survival, movement, equity and its change; figured by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from crmkit import CustomerBase, Line, Money, Period, Purchase, Return, Shop
from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics import MBGNBD, Prospects, clv_drivers, value_columns
from crmkit.synthetic import SyntheticShop

CHAIR = Line(product_id="chair", amount=Money.of("5.00", "EUR"))
SHOP = Shop(id="lamp", currency="EUR", gross_margin="0.5")


def bought(who, on, euros="20.00", *more):
    order = f"{who}-{on}"
    return Purchase(
        id=order,
        order_id=order,
        customer_id=who,
        at=datetime.fromisoformat(f"{on}T12:00").replace(tzinfo=UTC),
        lines=[Line(product_id="lamp", amount=Money.of(euros, "EUR")), *more],
    )


def back(who, order_on, on, euros, what="lamp"):
    return Return(
        id=f"back-{who}-{on}",
        order_id=f"{who}-{order_on}",
        customer_id=who,
        at=datetime.fromisoformat(f"{on}T12:00").replace(tzinfo=UTC),
        lines=[Line(product_id=what, amount=Money.of(euros, "EUR"))],
    )


@pytest.fixture
def small():
    base = CustomerBase.open("memory:", shop=SHOP)
    base.record(
        [
            bought("ann", "2026-01-31"),
            bought("ann", "2026-02-01", "30.00"),
            bought("ann", "2026-03-20", "10.00"),
            bought("bob", "2026-01-05", "45.00", CHAIR),
            back("bob", "2026-01-05", "2026-02-10", "5.00", "chair"),
            bought("cid", "2026-02-02"),
            # All of it came back: no order, so no customer of any cohort.
            bought("dan", "2026-01-06"),
            back("dan", "2026-01-06", "2026-01-09", "20.00"),
        ]
    )
    return base


def test_cohorts_count_occasions_and_net_revenue(small):
    told = small.cohorts(as_of=date(2026, 3, 31))
    assert [(row.label, row.size) for row in told.rows] == [("2026-01", 2), ("2026-02", 1)]
    january = told.rows[0].cells
    assert [cell.active for cell in january] == [2, 1, 1]
    # Money keeps the day of its order: 20 + 45, then 30, then 10.
    assert [cell.revenue for cell in january] == [65.0, 30.0, 10.0]
    assert told.unit == "EUR"


def test_survival_lasts_until_a_customer_is_first_lost(small):
    """A lone purchase is dormant after 30 quiet days and lost after 60 (see the lifecycle)."""
    until = date(2026, 6, 30)
    states = {one.customer_id: one.state for one in small.profiles(as_of=until)}
    assert {who for who, state in states.items() if state == "lost"} == {"ann", "bob", "cid"}
    told = small.survival(as_of=until)
    assert (told.n, told.ended) == (3, 3)
    moves = {
        who: [one for one in small.relationship(who, as_of=until).history if one.to == "lost"]
        for who in states
    }
    firsts = {"ann": date(2026, 1, 31), "bob": date(2026, 1, 5), "cid": date(2026, 2, 2)}
    days = sorted(
        moves[who][0].day - (first - date(1970, 1, 1)).days for who, first in firsts.items()
    )
    assert [step.time for step in told.steps if step.ended] == sorted(set(days))
    shares = small.cohorts(kind="survival", as_of=until).overall.cells
    assert shares[0].share.value == 1


def test_who_is_still_there_is_censored(small):
    told = small.survival(as_of=date(2026, 3, 1))
    assert (told.n, told.ended) == (3, 0)
    assert told.median.value is None
    # Ann has been there for 29 days, Bob for 55, Cid for 27.
    assert told.at(55).value == 1
    assert told.at(56).value is None


def test_movement_closes_and_names_its_tiers(small):
    period = Period(date(2026, 2, 1), date(2026, 7, 1))
    told, kpis = small.movement(period), small.kpis(period).customers
    assert (told.opening, told.new, told.lost, told.closing) == (2, 1, 3, 0)
    assert (kpis.opening, kpis.new, kpis.lost, kpis.closing) == (2, 1, 3, 0)
    assert told.opening + told.new + told.reactivated - told.lost == told.closing
    assert {flow.origin for flow in told.flows} == {"purchasing", "new"}


@pytest.fixture(scope="module")
def base():
    shop = SyntheticShop(seed=3, customers=300)
    made = CustomerBase.open("memory:", shop=shop.shop)
    made.load(shop.interactions())
    return made


def test_equity_is_the_lifetime_value_of_today_and_of_prospects(base):
    day = base.last_day()
    alone = base.equity(as_of=day, prospects=())
    worth = base.profiles(as_of=day).worth.clv
    assert alone.current == worth
    assert (alone.total.value, alone.total.low) == (worth.value, worth.low)
    unknown = base.equity(as_of=day)
    assert unknown.total.value is None
    assert unknown.known.value == worth.value
    mail = Prospects(
        count=100,
        acquisition_rate=0.1,
        acquisition_cost=2,
        annual_margin=50,
        annual_retention=0.5,
        annual_discount=0.15,
    )
    both = base.equity(as_of=day, prospects=mail)
    each = 0.1 * 50 - 2 + 0.1 * 50 * (0.5 / 1.15) / (1 - 0.5 / 1.15)
    assert both.total.value == pytest.approx(alone.total.value + 100 * each)


def test_the_change_of_equity_adds_up_to_what_both_ends_say(base):
    last = base.last_day()
    period = Period(last - timedelta(119), last + timedelta(1))
    change = base.equity_change(period)
    for told, day in ((change.before, period.start - timedelta(1)), (change.after, last)):
        equity = base.equity(as_of=day, prospects=()).total.value
        assert float(told.amount) == pytest.approx(equity, abs=0.01)
    assert change.before + change.new - change.lost + change.stayed == change.after
    assert abs(change.rest.minor) <= 5
    assert change.counts["unknown"] == 0
    ends = [
        {one.customer_id for one in base.profiles(as_of=day) if one.state == "lost"}
        for day in (period.start - timedelta(1), last)
    ]
    assert change.counts["lost"] == len(ends[1] - ends[0])


def test_models_are_tried_on_what_came_after_a_split(base):
    last = base.last_day()
    split = last - timedelta(120)
    held = base.holdout(split=split, as_of=last)
    summaries = base.summaries(as_of=split).customers
    buyers = [one for one in summaries.values() if one.days]
    # Orders that came back after the split are none, whenever they were placed.
    assert abs(held.customers - len(buyers)) <= 5
    fit = held.fit(MBGNBD)
    assert fit.n == held.customers


def test_the_drivers_of_a_base_are_those_of_its_models_and_customers(base):
    day = base.last_day()
    told = base.clv_drivers(as_of=day)
    models = base.profiles(as_of=day).models
    people = base.summaries(as_of=day).customers.values()
    by_hand = clv_drivers(
        models.buying.model,
        models.spend.model,
        **value_columns(people, base.shop),
        margin=models.margin,
        currency="EUR",
        annual_discount=0.15,
    )
    assert told == by_hand
    assert told.value == pytest.approx(base.profiles(as_of=day).worth.clv.value)
    assert told.elasticities["margin"] == pytest.approx(1)


def test_columns_of_value_hold_major_units(small):
    people = small.summaries(as_of=date(2026, 3, 31)).customers
    told = value_columns([people["ann"], people["dan"]], SHOP)
    # Two days after the first, 30 and 10 euros; Dan, whose order came back, has no history.
    assert told["repeats"] == [2]
    assert told["spending_purchases"] == [2]
    assert told["mean_spend"] == [20.0]
    assert told["recency"] == [pytest.approx(48 / 7)]


def test_a_base_too_small_for_models_says_what_its_drivers_need(small):
    with pytest.raises(InsufficientDataError):
        small.clv_drivers(as_of=date(2026, 3, 31))


def test_revenue_of_a_month_is_followed_into_the_next(small):
    january, february, march = (
        Period(date(2026, month, 1), date(2026, month + 1, 1)) for month in (1, 2, 3)
    )
    told = small.revenue_retention(january, february, as_of=date(2026, 3, 31))
    # Ann 20 to 30; Bob 50 to refunds of 5, which count as 0; Dan bought nothing in the end.
    assert told.start == pytest.approx(70)
    assert told.net.value == pytest.approx(30 / 70)
    assert told.gross.value == pytest.approx(20 / 70)
    assert "1 with more refunded than paid in a period count as 0 in it" in told.notes
    later = small.revenue_retention(february, march, as_of=date(2026, 3, 31))
    # Ann 30 to 10, Cid 20 to nothing.
    assert later.net.value == pytest.approx(10 / 50)


def test_what_is_kept_of_an_order_that_came_back_is_no_spend_of_a_cohort():
    base = CustomerBase.open("memory:", shop=SHOP)
    first = bought("eve", "2026-01-10")
    again = evolve(first, id="again", order_id="again")
    # All its goods came back, and 5 of the 20 were kept for the trouble.
    sent = evolve(back("eve", "2026-01-10", "2026-01-20", "15.00"), order_id="again")
    base.record([first, again, sent])
    (january,) = base.cohorts(as_of=date(2026, 1, 31)).rows
    assert (january.cells[0].active, january.cells[0].revenue) == (1, 20.0)
