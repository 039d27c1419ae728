"""Laws of the whole: order, duplicates, replay, and that no money is lost or made up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase, Money, Period, Shop
from crmkit.domain import guest_id
from crmkit.domain.errors import NoRateError
from crmkit.testing import FakeClock
from crmkit.testing.strategies import histories

SHOP = Shop(
    id="lamp",
    currency="EUR",
    timezone="Europe/Madrid",
    gross_margin="0.35",
    lapse_days=3,
    serving_rates={"order": Money(125, "EUR"), "contact": Money(40, "EUR")},
    contribution_values={"idea": Money(1000, "EUR")},
    acquisition_cost=Money(700, "EUR"),
    capture_chance="0.2",
)
AS_OF = date(2026, 1, 20)
YEAR = Period.fiscal_year(2026)
GUEST = guest_id("shop", "77")


def own_ids(history):
    """The same history with ids that no other customer's has."""
    return [evolve(one, id=f"{one.customer_id}-{one.id}") for one in history]


def of(*people, most=7):
    """What happened with some people, in the order of time."""
    drawn = st.tuples(*(histories(customer_id=who, most=most).map(own_ids) for who in people))
    together = drawn.map(lambda each: [one for history in each for one in history])
    return together.map(lambda facts: sorted(facts, key=lambda one: (one.at, one.id)))


def opened(facts, shop=SHOP, **options):
    base = CustomerBase.open("memory:", shop=shop, **options)
    base.record(facts)
    return base


def answers(base, as_of=AS_OF, **known):
    """All that is said of everybody."""
    people = sorted(base.summaries(as_of=as_of, **known).customers)
    return (
        [base.card(who, period=YEAR, as_of=as_of, **known) for who in people],
        base.profiles(as_of=as_of, **known).to_rows(),
        base.relationship_value(period=YEAR, as_of=as_of, **known).together,
        base.loyalty(as_of=as_of, **known),
        base.satisfaction(as_of=as_of, **known),
        base.relationship(as_of=as_of, **known),
        base.complaint_losses(as_of=as_of, **known),
        base.loyalty_movement(Period(date(2026, 1, 3), date(2026, 1, 9)), as_of=as_of, **known),
    )


@given(of("ann", "bob"), st.randoms(use_true_random=False))
def test_any_order_and_duplication_of_facts_gives_the_same_answers(facts, chance):
    shuffled = [*facts, *chance.choices(facts, k=5)] if facts else []
    chance.shuffle(shuffled)
    base = CustomerBase.open("memory:", shop=SHOP)
    while shuffled:
        part = [shuffled.pop() for _ in range(min(len(shuffled), chance.randint(1, 4)))]
        base.record(part)
    assert answers(base) == answers(opened(facts))


@given(of("ann", "bob"), st.integers(1, 12))
def test_an_answer_as_of_then_is_not_changed_by_what_came_later(facts, day):
    then = date(2026, 1, day)
    so_far = [one for one in facts if one.at.date() <= then]
    assert answers(opened(facts), then) == answers(opened(so_far), then)


@given(of("ann", "bob"), st.data())
def test_an_old_answer_can_be_had_again_although_facts_arrived_late(facts, data):
    clock = FakeClock(datetime(2026, 2, 1, tzinfo=UTC))
    base = CustomerBase.open("memory:", shop=SHOP, clock=clock)
    late = data.draw(st.permutations(facts))
    told = []
    for start in range(0, len(late), 4):
        base.record(late[start : start + 4])
        as_of = data.draw(st.dates(date(2026, 1, 1), AS_OF))
        told.append((as_of, clock(), answers(base, as_of)))
        clock.now += timedelta(hours=1)
    for as_of, known_at, said in told:
        assert answers(base, as_of, known_at=known_at) == said


@given(of("ann", "bob", GUEST), st.booleans())
def test_money_is_conserved_from_facts_to_the_shops_total(facts, has_margin):
    shop = SHOP if has_margin else evolve(SHOP, gross_margin=None)
    base = opened(facts, shop)
    flat = list(base.store.facts("lamp"))
    paid = sum(row.amount or 0 for row in flat if row.kind == "purchase")
    refunded = sum(row.amount or 0 for row in flat if row.kind == "return")
    spent = sum(row.spent or 0 for row in flat)
    summaries = base.summaries(as_of=AS_OF)
    assert summaries.everyone().revenue == paid - refunded
    values = base.relationship_value(period=YEAR, as_of=AS_OF)
    rows = [*values.rows, values.guests]
    assert sum(row.revenue.minor for row in rows) == paid - refunded
    assert values.together.revenue.minor == paid - refunded
    assert sum(cost.minor for row in rows for cost in row.costs.values()) == spent
    known = [row.profitability.minor for row in rows if row.profitability is not None]
    if values.together.profitability is not None:
        assert values.together.profitability.minor == sum(known)
    for row in rows:
        if row.profitability is not None:
            served = row.serving.total.minor
            costs = sum(cost.minor for cost in row.costs.values())
            assert row.profitability.minor == row.margin.minor - costs - served


@given(of("ann", "bob", "cem"))
def test_every_row_in_bulk_is_the_answer_for_one(facts):
    base = opened(facts)
    for row in base.relationship_value(period=YEAR, as_of=AS_OF):
        assert row == base.relationship_value(row.customer_id, period=YEAR, as_of=AS_OF)
    for row in base.profiles(as_of=AS_OF):
        card = base.card(row.customer_id, as_of=AS_OF)
        assert (row.state, row.level) == (
            card.relationship.state,
            card.relationship.level.level,
        )
        assert row.satisfaction_shown == card.satisfaction.shown.score.value
        assert row.satisfaction_expected == card.satisfaction.expected.value
        assert row.satisfied == card.satisfaction.stated
        assert row.state_confidence == card.relationship.evidence.confidence
        assert row.level_gap == card.relationship.level.target_gap
        assert (row.loyalty, row.phase) == (
            card.loyalty.loyalty.overall,
            card.loyalty.loyalty.phase,
        )
        assert row.open_cases == len(card.relationship.open_cases)


@given(of("ann", "bob"))
def test_scores_stay_in_their_range_and_what_is_missing_is_said(facts):
    base = opened(facts)
    for who in base.summaries(as_of=AS_OF).customers:
        card = base.card(who, as_of=AS_OF)
        shown = card.satisfaction.shown
        if shown.score.value is None:
            assert (shown.coverage, shown.score.notes) != (0, ())
        else:
            assert 0 <= shown.score.low <= shown.score.value <= shown.score.high <= 100
        missing = [one.name for one in card.loyalty.dimensions if one.score is None]
        for one in card.loyalty.dimensions:
            assert one.score is None or 0 <= one.score <= 1
        told = " ".join(card.loyalty.loyalty.notes)
        assert all(name in told for name in missing)
        assert card.loyalty.loyalty.partial == bool(missing)


def test_an_amount_without_a_rate_is_refused_in_every_kind_that_holds_one():
    from crmkit.domain import Contribution, CostIncurred, PromiseSettled, Referral

    yen, at = Money(500, "JPY"), datetime(2026, 1, 5, tzinfo=UTC)
    own = {"customer_id": "ann", "at": at}
    facts = [
        CostIncurred(id="1", activity="service", amount=yen, **own),
        Contribution(id="2", what="idea", worth=yen, **own),
        Referral(id="3", referred_id="bob", reward=yen, **own),
        PromiseSettled(id="4", promise_id="p", kept=False, remedy=yen, **own),
    ]
    base = CustomerBase.open("memory:", shop=SHOP)
    for one in facts:
        with pytest.raises(NoRateError):
            base.record([one])
    report = base.load(facts)
    assert (report.accepted, len(report.problems)) == (0, 4)
