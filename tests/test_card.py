"""A card by hand: every figure on it known beforehand."""

import pickle
import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from crmkit import Money, Period
from crmkit.domain import (
    CaseClosed,
    CaseOpened,
    ConsentChanged,
    Contact,
    Contribution,
    CostIncurred,
    Customer,
    Delivered,
    Identifier,
    OfferAnswered,
    OfferShown,
    PromiseMade,
    PromiseSettled,
    Purpose,
    Referral,
    Return,
    Review,
    State,
    Visit,
    guest_id,
)
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.level import RelationshipLevel

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, said, opened, day, START = (
    small[name] for name in ("bought", "said", "opened", "day", "START")
)
EUR = Money.of("0", "EUR").currency


def euros(amount):
    return Money.of(amount, EUR)


SHOP = evolve(
    small["SHOP"],
    serving_rates={"order": euros("2.00"), "contact_minute": euros("1.00")},
    contribution_values={"idea": euros("10.00"), "review": euros("4.00")},
    acquisition_cost=euros("15.00"),
    yearly_wallet=euros("200.00"),
    capture_chance="0.25",
    answer_hours=24,
)

FACTS = (
    Visit(id="v1", customer_id="ann", at=day(0), action="carted"),
    bought("o1", 2, "40.00", promised_at=day(4), offer_id="spring"),
    Delivered(id="d1", customer_id="ann", at=day(5), order_id="o1"),
    Contact(
        id="f1", customer_id="ann", at=day(8), direction="outbound", purpose="follow_up",
        order_id="o1", staff_id="eve", lasted_seconds=180,
    ),
    bought("o2", 30, "60.00"),
    Return(
        id="r2", customer_id="ann", at=day(35), order_id="o2", reason="defect",
        refund=euros("10.00"), lines=[],
    ),
    CaseOpened(
        id="k1", customer_id="ann", at=day(36), case_id="k1", about="complaint", due=day(38),
        severity=4,
    ),
    CaseOpened(id="k2", customer_id="ann", at=day(37), case_id="k2", about="question"),
    CaseClosed(id="k2c", customer_id="ann", at=day(39), case_id="k2", resolved=True),
    PromiseMade(id="p1", customer_id="ann", at=day(36), promise_id="p1", due=day(51)),
    PromiseMade(id="p2", customer_id="ann", at=day(36), promise_id="p2", due=day(37)),
    PromiseSettled(
        id="p2s", customer_id="ann", at=day(37), promise_id="p2", kept=False, remedy=euros("5.00")
    ),
    Review(id="rv", customer_id="ann", at=day(40), stars=2, product_id="lamp"),
    Contribution(id="i1", customer_id="ann", at=day(41), what="idea", quality="0.5"),
    CostIncurred(id="c1", customer_id="ann", at=day(42), activity="service", amount=euros("3.00")),
    ConsentChanged(id="ok", customer_id="ann", at=day(1), medium="email", granted=True),
    OfferShown(id="s1", customer_id="ann", at=day(1), offer_id="spring"),
    OfferAnswered(id="a1", customer_id="ann", at=day(2), offer_id="spring", accepted=True),
    said("csat", "satisfaction", 4, (1, 5), on=43),
    said("nps", "recommend", 9, (0, 10), on=43),
    Referral(id="ref", customer_id="ann", at=day(20), referred_id="bob"),
    bought("b1", 25, "100.00", who="bob"),
)  # fmt: skip

AS_OF = date(2026, 2, 20)  # day 50


@pytest.fixture
def base():
    made = opened(*FACTS, shop=SHOP)
    made.put_customer(
        Customer(
            id="ann",
            name="Ann Example",
            identifiers=[Identifier(kind="email", value="ann@example.org")],
        )
    )
    return made


@pytest.fixture
def card(base):
    return base.card("ann", as_of=AS_OF)


def test_it_says_where_the_customer_stands(card):
    one = card.relationship
    assert [(move.to, move.trigger) for move in one.history] == [
        (State.POTENTIAL, "first contact"),
        (State.INTENT, "intent shown"),
        (State.PURCHASING, "purchase"),
    ]
    assert (one.level.level, one.owner) == (RelationshipLevel.ACCOUNTABLE, "eve")
    (case,) = one.open_cases
    assert (case.key, case.complaint, case.overdue, case.severity) == ("shop/k1", True, True, 4)
    (promise,) = one.open_promises
    assert (promise.key, promise.overdue) == ("shop/p1", False)
    assert [(c.medium, c.purpose, c.granted) for c in one.consents] == [("email", "any", True)]


def test_it_says_what_the_customer_said_and_what_behaviour_shows(card):
    assert card.satisfaction.stated == 0.75
    shown = card.satisfaction.shown
    signals = shown.signals
    assert (signals.orders, signals.faulty_returns, signals.complaints) == (2, 1, 1)
    assert (signals.delivered, signals.late) == (1, 1)
    assert (signals.reviews, signals.stars, signals.hours_over_sla) == (1, 2, None)
    # The base: 3 orders, 1 faulty return, 1 complaint, 1 of 1 delivered late, one review of 2.
    rates = shown.base_rates
    assert (rates.returns, rates.complaints, rates.late, rates.stars) == (1 / 3, 1 / 3, 1, 2)
    drawn = (1 + 5 / 3) / 7
    parts = {
        "returns": 0.5 ** (drawn / 0.30),
        "complaints": 0.5 ** (drawn / 0.10),
        "late": 0.5 ** (1 / 0.25),
        "stars": 0.25,
    }
    assert {n: v for n, v in shown.components.items() if v is not None} == pytest.approx(parts)
    weights = {"returns": 0.25, "complaints": 0.25, "late": 0.20, "stars": 0.20}
    expected = 100 * sum(weights[name] * part for name, part in parts.items()) / 0.9
    assert shown.score.value == pytest.approx(expected)
    assert shown.coverage == pytest.approx(0.9)


def test_it_says_what_the_relationship_is_worth_in_the_fiscal_year(card):
    worth = card.relationship_value
    assert worth.period == Period.fiscal_year(2026)
    assert worth.revenue == euros("90.00")  # 40 + 60 - 10
    assert worth.margin == euros("45.00")
    assert worth.costs == {"service": euros("3.00"), "remedy": euros("5.00")}
    assert worth.serving.parts == {"order": euros("4.00"), "contact_minute": euros("3.00")}
    assert worth.profitability == euros("30.00")  # 45 - 8 - 7
    assert worth.cash_flow == euros("30.00")
    assert worth.capability.value == euros("9.00")  # half an idea, one review
    assert worth.referral.value == euros("65.00")  # half of 100, and 15 saved
    assert worth.potential.value == euros("13.75")  # (200 - 90) × 0.25 × 0.5
    assert worth.total == euros("117.75")
    assert worth.lifetime.tenure == 48


def test_it_holds_the_latest_facts_the_record_and_the_offers(card):
    assert card.record.name == "Ann Example"
    assert [one.id for one in card.last[:2]] == ["ann-nps-43", "ann-csat-43"]
    assert len(card.last) == 10
    assert card.facts == {"shop": 21}
    assert card.offers["spring"].order_keys == {"shop/o1"}


def test_it_shows_itself_without_personal_data(card):
    for text in (str(card), card._repr_html_(), repr(card), str(card.explain())):
        assert "Example" not in text
        assert "example.org" not in text
    assert "accountable" in str(card)
    assert "EUR 117.75" in str(card)
    assert "<table" in card._repr_html_()


def test_every_judgement_on_it_explains_itself(card):
    explained = card.explain()
    assert len(explained.parts) == 5
    everything = str(explained)
    for told in ("left out:", "formula", "source", "Kotler", "0.5^(p̃/h)", "MBG/NBD"):
        assert told in everything
    assert explained.model == "2 customers as of 2026-02-20"


def test_a_card_survives_pickling(card):
    assert pickle.loads(pickle.dumps(card)) == card


def test_nobody_unknown_has_a_card(base):
    with pytest.raises(InvalidValueError, match="nothing is known"):
        base.card("zoe", as_of=AS_OF)
    with pytest.raises(InvalidValueError, match="guest"):
        base.card("guest:shop/1", as_of=AS_OF)


def test_contact_is_allowed_only_where_it_was_allowed(base):
    assert base.may_contact("ann", "email", Purpose.PROMOTION, at=AS_OF).allowed
    assert not base.may_contact("ann", "phone", Purpose.PROMOTION, at=AS_OF).allowed
    assert not base.may_contact("ann", "email", Purpose.PROMOTION, at=date(2026, 1, 1)).allowed
    assert not base.may_contact("bob", "email", Purpose.CARE, at=AS_OF).allowed
    stranger = base.may_contact("zoe", "email", Purpose.CARE, at=AS_OF)
    assert (stranger.allowed, "denied by default" in stranger.reason) == (False, True)
    with pytest.raises(InvalidValueError, match="purpose"):
        base.may_contact("ann", "email", "newsletter", at=AS_OF)


def test_the_relationship_values_of_all_are_those_of_each_and_add_up(base):
    everyone = base.relationship_value(as_of=AS_OF)
    for row in everyone:
        assert row == base.relationship_value(row.customer_id, as_of=AS_OF)
    assert [row.customer_id for row in everyone] == ["ann", "bob"]
    together = everyone.together
    assert together.revenue == euros("190.00")
    assert together.profitability == euros("78.00")  # 30, and bob's 50 - 2
    assert together.referral == euros("15.00")  # bob's margin is in bob's own row


def test_money_is_received_when_it_is_paid():
    shop = evolve(SHOP, payment_days=30)
    base = opened(*FACTS, shop=shop)
    january = Period.month(2026, 1)
    february = Period.month(2026, 2)
    of_january = base.relationship_value("ann", period=january, as_of=AS_OF)
    assert (of_january.revenue, of_january.received) == (euros("100.00"), euros("0.00"))
    of_february = base.relationship_value("ann", period=february, as_of=AS_OF)
    assert (of_february.revenue, of_february.received) == (euros("-10.00"), euros("40.00"))
    for row in base.relationship_value(period=february, as_of=AS_OF):
        assert row == base.relationship_value(row.customer_id, period=february, as_of=AS_OF)


def test_the_fiscal_year_begins_where_the_shop_says():
    base = opened(*FACTS, shop=evolve(SHOP, fiscal_year_starts=2))
    worth = base.card("ann", as_of=AS_OF).relationship_value
    assert worth.period.start == date(2026, 2, 1)
    assert worth.revenue == euros("-10.00")
    assert worth.referral.value == euros("0.00")


def test_a_fact_of_today_changes_the_customer_and_not_the_standards(base):
    noon = START + timedelta(days=60)
    before = base.card("bob", as_of=noon)
    base.record([bought("b2", 60, "30.00", who="bob"), bought("a9", 60, who="ann")])
    after = base.card("bob", as_of=noon)
    assert after.relationship.occasions == before.relationship.occasions + 1
    assert after.judged_by == before.judged_by == "2 customers as of 2026-03-01"
    assert after.value.alive.n == before.value.alive.n


def test_what_a_shop_never_recorded_is_no_sign_of_satisfaction():
    base = opened(bought("o1", 0), bought("o2", 9, who="bob"))
    shown = base.satisfaction("ann", as_of=AS_OF).shown
    assert (shown.score.value, shown.coverage) == (None, 0)
    complained = CaseOpened(id="k", customer_id="bob", at=day(10), case_id="k", about="complaint")
    base.record([complained])
    shown = base.satisfaction("ann", as_of=AS_OF).shown
    assert (shown.coverage, shown.components["complaints"]) == (
        0.25,
        pytest.approx(0.5 ** ((5 * 0.5) / 6 / 0.10)),
    )


def test_guests_pay_late_too():
    guest = guest_id("shop", "7")
    base = opened(
        bought("7", 5, "30.00", who=guest), bought("8", 40, "11.00", who=guest_id("shop", "8")),
        bought("9", 41, "13.00", who=guest_id("shop", "9")), shop=evolve(SHOP, payment_days=30),
    )  # fmt: skip
    january = base.relationship_value(period=Period.month(2026, 1), as_of=AS_OF).guests
    february = base.relationship_value(period=Period.month(2026, 2), as_of=AS_OF).guests
    assert (january.revenue, january.received) == (euros("30.00"), euros("0.00"))
    assert (february.revenue, february.received) == (euros("24.00"), euros("30.00"))
    year = base.relationship_value(period=Period.fiscal_year(2026), as_of=AS_OF)
    assert (year.guests.revenue, year.together.revenue) == (euros("54.00"), euros("54.00"))


def test_a_wallet_is_as_the_customer_says_or_as_is_usual():
    said_so = said("loyalty", "share_of_wallet", 45, (0, 100), on=44)
    base = opened(*FACTS, said_so, shop=SHOP)
    worth = base.relationship_value("ann", as_of=AS_OF)
    assert worth.potential.wallet == euros("200.00")  # 90 is 45 % of it
    rich = opened(*FACTS, said("loyalty", "share_of_wallet", 10, (0, 100), on=44), shop=SHOP)
    potential = rich.relationship_value("ann", as_of=AS_OF).potential
    assert potential.wallet == euros("900.00")
    assert potential.value == euros("101.25")  # 810 × 0.25 × 0.5
    everyone = rich.relationship_value(as_of=AS_OF)
    assert [row.potential.wallet for row in everyone] == [euros("900.00"), euros("200.00")]


def test_offers_of_which_the_same_is_to_be_told_share_a_line():
    shown = [
        OfferShown(id=f"s{n}", offer_id=f"offer-{n}", customer_id="ann", at=day(n))
        for n in range(30)
    ]
    refused = OfferAnswered(
        id="no", offer_id="offer-7", customer_id="ann", at=day(9), accepted=False
    )
    text = str(opened(*shown, refused).card("ann", as_of=date(2026, 3, 1)))
    assert "offer-7: shown once, declined" in text
    assert text.count("shown once") == 2
    assert text.count("\n") < 50
    assert max(map(len, text.splitlines())) <= 100
