"""The facade: what a shop asks of its customer base, on small invented histories."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import (
    Answer,
    CustomerBase,
    Delivered,
    Line,
    Money,
    Period,
    Purchase,
    Return,
    Scale,
    Shop,
    SurveyResponse,
)
from crmkit.domain import NoRateError, RowProblem, StoreConflictError, guest_id
from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.states import State
from crmkit.metrics import RfmCuts
from crmkit.synthetic import SyntheticShop
from crmkit.testing import FakeClock, FakeRates
from crmkit.testing.strategies import histories

MADRID = ZoneInfo("Europe/Madrid")
SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid")
END = date(2026, 6, 30)


def opened(*interactions, shop=SHOP, **options):
    base = CustomerBase.open("memory:", shop=shop, **options)
    base.record(interactions)
    return base


def bought(order_id, at, euros="20.00", customer_id="ann", **fields):
    line = Line(product_id="lamp", amount=Money.of(euros, "EUR"), cost=fields.pop("cost", None))
    return Purchase(
        id=order_id, order_id=order_id, customer_id=customer_id, at=at, lines=[line], **fields
    )


def back(order_id, at, euros="20.00", customer_id="ann", named=True):
    return Return(
        id=f"{order_id}-back",
        order_id=order_id if named else None,
        customer_id=customer_id,
        at=at,
        lines=[Line(product_id="lamp", amount=Money.of(euros, "EUR"))],
    )


def day(number, hour=12):
    return datetime(2026, 1, 1, hour, tzinfo=MADRID) + timedelta(days=number)


@pytest.mark.parametrize("named", [True, False])
def test_a_customer_whose_only_order_came_back_bought_nothing(named):
    base = opened(bought("o1", day(0)), back("o1", day(9), named=named))
    one = base.summary("ann", as_of=END)
    assert (one.buying.orders, one.buying.void_orders, one.repeats) == (0, 1, 0)
    assert (one.buying.revenue, one.days, one.quiet) == (0, (), None)
    value = base.value("ann", as_of=END)
    assert value.revenue == Money(0, "EUR")
    assert value.clv.value is None
    assert "no net purchase yet" in value.clv.notes
    assert base.relationship("ann", as_of=END).state is State.POTENTIAL


def test_a_refund_is_no_second_purchase():
    base = opened(bought("o1", day(0)), bought("o2", day(5)), back("o2", day(9)))
    one = base.summary("ann", as_of=END)
    assert (one.buying.orders, one.repeats, one.buying.revenue) == (1, 0, 2000)


def test_half_past_eleven_and_half_past_midnight_are_two_occasions():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=MADRID)
    base = opened(bought("o1", late), bought("o2", late + timedelta(hours=1)))
    one = base.summary("ann", as_of=END)
    assert (len(one.days), one.repeats, one.recency) == (2, 1, 1)


def test_two_orders_of_one_local_day_are_one_occasion():
    early = datetime(2026, 3, 1, 0, 30, tzinfo=MADRID)  # still February in UTC
    base = opened(bought("o1", early), bought("o2", early + timedelta(hours=20)))
    one = base.summary("ann", as_of=END)
    assert (one.buying.orders, len(one.days), one.repeats) == (2, 1, 0)


def test_a_naive_time_is_refused():
    with pytest.raises(InvalidValueError, match="must have a time zone"):
        bought("o1", datetime(2026, 1, 1))
    with pytest.raises(InvalidValueError, match="must have a time zone"):
        opened(bought("o1", day(0))).summary("ann", as_of=datetime(2026, 2, 1))


def test_two_currencies_in_one_order_are_refused():
    lines = [Line(amount=Money(1, "EUR")), Line(amount=Money(1, "GBP"))]
    with pytest.raises(CurrencyMismatchError):
        Purchase(id="o1", order_id="o1", customer_id="ann", at=day(0), lines=lines)


def pounds():
    line = Line(amount=Money.of("10.00", "GBP"))
    return Purchase(id="o1", order_id="o1", customer_id="ann", at=day(0), lines=[line])


def test_a_foreign_amount_without_a_rate_is_refused_by_name():
    base = opened()
    with pytest.raises(NoRateError, match="no rate into EUR is known for 2026-01-01"):
        base.record([pounds()])
    report = base.load([pounds(), bought("o2", day(1))])
    assert (report.accepted, [problem.field for problem in report.problems]) == (1, ["currency"])


def test_a_foreign_amount_is_booked_at_the_rate_of_its_day():
    rates = FakeRates({"GBP/EUR": Decimal("1.15")})
    base = opened(pounds(), rates=rates)
    assert base.summary("ann", as_of=END).buying.revenue == 1150


def test_without_costs_or_margin_profit_is_unknown_and_said_so():
    value = opened(bought("o1", day(0))).value("ann", as_of=END)
    assert (value.revenue, value.profit) == (Money(2000, "EUR"), None)
    assert any("profit is unknown" in note for note in value.notes)
    assert value.clv.value is None


def test_costs_of_lines_come_before_the_margin_of_the_shop():
    shop = Shop(id="lamp", currency="EUR", gross_margin="0.25")
    base = opened(bought("o1", day(0), cost=Money(500, "EUR")), bought("o2", day(1)), shop=shop)
    assert base.value("ann", as_of=END).profit == Money(1500 + 500, "EUR")


def test_guests_are_in_the_books_and_never_among_the_customers():
    base = opened(
        bought("o1", day(0)), bought("g1", day(0), "7.00", customer_id=guest_id("shop", "g1"))
    )
    everyone = base.summaries(as_of=END)
    assert list(everyone.customers) == ["ann"]
    assert (everyone.guests.guests, everyone.guests.buying.revenue) == (1, 700)
    assert everyone.everyone().revenue == 2700
    assert [one.customer_id for one in base.profiles(as_of=END)] == ["ann"]
    with pytest.raises(InvalidValueError, match="must not be a guest"):
        base.summary(guest_id("shop", "g1"))


def test_a_customer_nobody_heard_of_is_said_so():
    with pytest.raises(InvalidValueError, match="nothing is known"):
        opened().relationship("bob")


def test_record_refuses_a_conflict_and_keeps_nothing():
    base = opened(bought("o1", day(0)))
    with pytest.raises(StoreConflictError):
        base.record([bought("o2", day(1)), bought("o1", day(0), "21.00")])
    assert base.summary("ann", as_of=END).buying.orders == 1


def test_load_turns_what_it_cannot_keep_into_problems():
    base = opened(bought("o1", day(0)))
    bad = RowProblem(7, "price", "x", "is no number")
    report = base.load(
        [bad, bought("o1", day(0)), bought("o1", day(0), "9.00"), bought("o2", day(1))]
    )
    assert (report.accepted, report.known, len(report.problems)) == (1, 1, 2)
    assert report.problems[0] == bad
    assert "higher revision" in report.problems[1].reason


def test_a_revision_supersedes_and_the_old_answer_can_be_had_again():
    clock = FakeClock(day(100))
    base = opened(bought("o1", day(0)), clock=clock)
    learnt = clock.now
    clock.advance(days=1)
    base.record([bought("o1", day(0), "25.00", revision=1)])
    assert base.summary("ann", as_of=END).buying.revenue == 2500
    assert base.summary("ann", as_of=END, known_at=learnt).buying.revenue == 2000
    assert base.profiles(as_of=END, known_at=learnt)[0].revenue == Money(2000, "EUR")


def test_lateness_and_deliveries_are_read_per_order():
    base = opened(
        bought("o1", day(0), promised_at=day(3)),
        Delivered(id="d1", order_id="o1", customer_id="ann", at=day(5)),
        bought("o2", day(10), promised_at=day(13)),
        Delivered(id="d2", order_id="o2", customer_id="ann", at=day(12)),
    )
    buying = base.summary("ann", as_of=END).buying
    assert (buying.delivered, buying.late) == (2, 1)


def test_the_state_follows_the_rhythm_of_the_customer():
    base = opened(*(bought(f"o{i}", day(30 * i)) for i in range(4)))
    last = date(2026, 1, 1) + timedelta(days=90)
    states = {
        quiet: base.relationship("ann", as_of=last + timedelta(days=quiet)).state
        for quiet in (0, 30, 31, 60, 61)
    }
    assert states == {
        0: State.LOYAL,
        30: State.LOYAL,
        31: State.DORMANT,
        60: State.DORMANT,
        61: State.LOST,
    }
    history = base.relationship("ann", as_of=last + timedelta(days=61)).history
    assert [move.to for move in history] == [
        State.POTENTIAL,
        State.PURCHASING,
        State.LOYAL,
        State.DORMANT,
        State.LOST,
    ]


def test_a_log_that_begins_late_says_first_seen():
    shop = Shop(id="lamp", currency="EUR", observed_since=date(2026, 1, 1))
    base = opened(bought("o1", day(3)), shop=shop)
    assert "first seen 2026-01-04" in base.relationship("ann", as_of=END).notes[0]


def asked(id_, at, instrument, item, value, scale, customer_id="ann"):
    answer = Answer(item=item, value=value, scale=scale)
    return SurveyResponse(
        id=id_, customer_id=customer_id, at=at, instrument=instrument, answers=[answer]
    )


def test_the_latest_answer_counts_and_old_ones_lapse():
    ten = Scale(0, 10)
    base = opened(
        asked("s1", day(0), "nps", "recommend", 2, ten),
        asked("s2", day(9), "nps", "recommend", 9, ten),
        asked("s3", day(9), "nps", "recommend", 10, ten, customer_id="bob"),
        asked("s4", day(9), "repurchase", "repurchase", 8, ten),
    )
    assert base.satisfaction(as_of=END).asked.nps.value == 100
    assert base.satisfaction(as_of=END).nps == base.satisfaction(as_of=END).asked.nps
    assert (
        base.satisfaction("ann", as_of=END).csat == base.satisfaction("ann", as_of=END).asked.csat
    )
    assert base.satisfaction("ann", as_of=END).ces == base.satisfaction("ann", as_of=END).asked.ces
    assert base.satisfaction("ann", as_of=date(2026, 1, 5)).asked.nps.value == -100
    assert base.satisfaction(as_of=END + timedelta(days=365)).asked.nps.value is None
    loyal = base.loyalty("ann", as_of=END)
    assert loyal.intentional.score == pytest.approx((0.9 + 0.8) / 2)
    assert loyal.loyalty.partial


def test_answers_on_two_scales_of_one_question_are_not_mixed():
    base = opened(
        asked("s1", day(0), "csat", "satisfaction", 5, Scale(1, 5)),
        asked("s2", day(1), "csat", "satisfaction", 9, Scale(1, 10), customer_id="bob"),
    )
    stated = base.satisfaction(as_of=END).asked
    assert (stated.csat.mean.value, stated.csat.mean.n) == (5, 1)
    assert stated.questions["csat/satisfaction"].n == 1
    assert "csat/satisfaction answered on 1 to 10, not on 1 to 5" in str(stated)


@given(history=histories(), data=st.data())
def test_order_split_and_duplication_of_facts_change_nothing(history, data):
    """One id may be drawn twice with other content; then the later fact is left out."""
    facts = list({(one.source, one.id): one for one in history}.values())
    shop = Shop(id="lamp", currency="EUR", gross_margin="0.3")
    whole = opened(*facts, shop=shop)
    shuffled = data.draw(st.permutations(facts + facts))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    other = CustomerBase.open("memory:", shop=shop)
    for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
        other.load(shuffled[start:end])
    for ask in (
        lambda base: base.summaries(as_of=END),
        lambda base: base.profiles(as_of=END).to_rows(),
        lambda base: base.kpis(Period.month(2026, 1), as_of=END),
    ):
        assert ask(whole) == ask(other)
    if facts:
        assert whole.relationship("ann", as_of=END) == other.relationship("ann", as_of=END)
        assert whole.value("ann", as_of=END) == other.value("ann", as_of=END)


@given(history=histories(), cut=st.integers(1, 28))
def test_as_of_gives_the_answer_of_that_day_again(history, cut):
    facts = list({(one.source, one.id): one for one in history}.values())
    until = date(2026, 1, cut)
    then = [one for one in facts if one.at.astimezone(MADRID).date() <= until]
    if not then:
        return
    now, past = opened(*facts), opened(*then)
    assert now.summaries(as_of=until) == past.summaries(as_of=until)
    assert now.relationship("ann", as_of=until) == past.relationship("ann", as_of=until)
    assert now.profiles(as_of=until).to_rows() == past.profiles(as_of=until).to_rows()


@given(history=histories(), start=st.integers(0, 40), length=st.integers(1, 60))
def test_money_is_conserved_and_customers_reconcile_over_any_period(history, start, length):
    facts = list({(one.source, one.id): one for one in history}.values())
    base = opened(*facts)
    first = date(2025, 12, 20) + timedelta(days=start)
    kpis = base.kpis(Period(first, first + timedelta(days=length)), as_of=END)
    people = kpis.customers
    assert people.opening + people.new + people.reactivated - people.lost == people.closing
    assert kpis.paid - kpis.refunded == kpis.revenue
    assert kpis.customer_revenue + kpis.guest_revenue == kpis.revenue
    whole = base.kpis(Period(date(2025, 1, 1), date(2027, 1, 1)), as_of=END)
    parts = [
        base.kpis(Period(date(2025, 1, 1), first), as_of=END),
        base.kpis(Period(first, date(2027, 1, 1)), as_of=END),
    ]
    assert parts[0].revenue + parts[1].revenue == whole.revenue


@pytest.fixture(scope="module")
def invented():
    shop = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid", gross_margin="0.4")
    base = CustomerBase.open("memory:", shop=shop)
    base.load(SyntheticShop(seed=7).interactions())
    return base


def test_one_customer_and_all_customers_give_the_same_figures(invented):
    as_of = date(2026, 4, 25)
    profiles = invented.profiles(as_of=as_of)
    assert profiles.models.lines()[0].startswith("MBG/NBD: r ")
    for one in profiles.rows[:80]:
        value = invented.value(one.customer_id, as_of=as_of)
        loyalty = invented.loyalty(one.customer_id, as_of=as_of)
        standing = invented.relationship(one.customer_id, as_of=as_of)
        assert (one.state, one.quiet, one.last_order) == (
            standing.state,
            standing.quiet,
            standing.last_order,
        )
        assert (one.revenue, one.profit) == (value.revenue, value.profit)
        assert (one.level, one.open_cases) == (
            standing.level.level,
            len(standing.open_cases),
        )
        assert (one.cognitive, one.affective, one.intentional, one.behavioural) == tuple(
            dimension.score for dimension in loyalty.dimensions
        )
        assert (one.loyalty, one.phase, one.loyalty_class) == (
            loyalty.loyalty.overall,
            loyalty.loyalty.phase,
            loyalty.loyalty.typology.kind,
        )
        shown = invented.satisfaction(one.customer_id, as_of=as_of).shown
        assert one.satisfaction_shown == shown.score.value
        for bulk, single in (
            (one.alive, value.alive.value),
            (one.expected_purchases, value.expected_purchases.value),
            (one.future_revenue, value.future_revenue.value),
            (one.clv, value.clv.value),
            (one.clv_low, value.clv.low),
            (one.clv_high, value.clv.high),
        ):
            assert bulk == (None if single is None else pytest.approx(single, rel=1e-9))


def test_the_books_add_up_to_the_minor_unit(invented):
    as_of = date(2026, 4, 25)
    profiles = invented.profiles(as_of=as_of)
    of_customers = sum(one.revenue.minor for one in profiles)
    assert of_customers + profiles.guest_buying.revenue == profiles.everyone.revenue
    assert profiles.everyone.revenue == profiles.everyone.paid - profiles.everyone.refunded
    whole = invented.kpis(Period(date(2025, 1, 1), date(2026, 5, 1)), as_of=as_of)
    assert whole.revenue.minor == profiles.everyone.revenue


def test_value_of_a_period_adds_up_to_the_revenue_of_the_period(invented):
    as_of, year = date(2026, 4, 25), Period.fiscal_year(2025, starts=4)
    people = [one.customer_id for one in invented.profiles(as_of=as_of)]
    values = [invented.value(who, period=year, as_of=as_of) for who in people]
    kpis = invented.kpis(year, as_of=as_of)
    assert sum(one.revenue.minor for one in values) == kpis.customer_revenue.minor
    wholes = [invented.value(who, as_of=as_of) for who in people]
    assert sum(one.revenue.minor for one in wholes) > kpis.customer_revenue.minor
    assert [one.clv for one in values] == [one.clv for one in wholes]
    assert (values[0].period, wholes[0].period) == (year, None)
    assert str(values[0]).startswith(f"{people[0]}: 2025-04-01 to 2026-03-31: revenue EUR ")


def test_the_total_of_lifetime_values_is_their_sum(invented):
    profiles = invented.profiles(as_of=date(2026, 4, 25))
    total = profiles.worth.clv
    assert total.value == pytest.approx(sum(one.clv for one in profiles if one.clv is not None))
    assert 0 < total.low < total.value < total.high


def test_those_at_risk_are_slipping_and_say_why(invented):
    risky = invented.profiles(as_of=date(2026, 4, 25)).most_at_risk(20)
    assert len(risky) == 20
    stakes = [one.at_stake for one in risky]
    assert stakes == sorted(stakes, reverse=True)
    for one in risky:
        assert one.state is State.DORMANT or one.alive < 0.5
        assert one.state is not State.LOST
        assert one.reason.startswith(f"quiet {one.quiet} days")


def test_buyers_are_scored_by_recency_frequency_and_money():
    base = opened(
        *(bought(f"o{i}", day(30 * i)) for i in range(3)),
        bought("b1", day(80), "99.00", customer_id="bob"),
        bought("c1", day(0), customer_id="cid"),
        back("c1", day(1), customer_id="cid"),
    )
    cuts = RfmCuts(money=(10, 50, 80, 200))
    scores = base.rfm(cuts=cuts, as_of=date(2026, 4, 1)).scores()
    assert {name: str(score) for name, score in scores.items()} == {
        "ann": "5-3-3",  # the latest 30 days ago, 3 occasions, 60 euros
        "bob": "5-1-4",
    }
    assert base.rfm(as_of=END).rfm.scores[0].money is None


def test_a_reading_of_the_base_is_made_once_and_not_after_news(invented):
    as_of = date(2026, 4, 25)
    assert invented.profiles(as_of=as_of) is invented.profiles(as_of=as_of)
    base = opened(bought("o1", day(0)))
    before = base.profiles(as_of=END)
    base.record([bought("o2", day(1))])
    assert (before[0].orders, base.profiles(as_of=END)[0].orders) == (1, 2)


def test_an_empty_base_answers_with_what_is_missing():
    base = opened()
    profiles = base.profiles(as_of=END)
    assert (len(profiles), profiles.worth.clv.value) == (0, None)
    assert base.satisfaction(as_of=END).asked.nps.value is None
    assert base.loyalty(as_of=END).overall.value is None
    assert base.kpis(Period.month(2026, 1), as_of=END).customers.churn.value is None
    assert base.concentration(as_of=END).n == 0
    assert base.last_day() is None


def test_times_are_kept_in_utc():
    assert bought("o1", day(0)).at == datetime(2026, 1, 1, 11, tzinfo=UTC)


def test_progress_is_told_on_the_way_and_at_the_end():
    base = opened()
    told = []
    report = base.load((bought(f"o{i}", day(i)) for i in range(1200)), progress=told.append)
    assert report.accepted == 1200
    assert [str(each) for each in told] == ["500 rows", "1,000 rows", "1,200 rows"]


def test_stones_points_are_for_the_last_24_months():
    base = opened(
        *(bought(f"old{i}", day(i)) for i in range(3)),
        *(bought(f"{who}-{i}", day(800 + i), customer_id=who)
          for who in ("ann", "bob", "cid", "dan", "eve") for i in range(2)),
    )  # fmt: skip
    as_of = date(2026, 1, 1) + timedelta(days=805)
    stone = base.rfm(scheme="stone", as_of=as_of).scores()["ann"]
    assert (stone.recency, stone.frequency) == (20, 8)
    assert base.rfm(scheme="stone", as_of=date(2026, 1, 4)).scores()["ann"].frequency == 12
