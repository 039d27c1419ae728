"""Cases, promises, matters, offers and referrals, worked by hand from what the words say."""

import itertools
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.facts import Fact
from crmkit.domain.tally import (
    KEYED,
    ROLLED,
    At,
    Buying,
    Case,
    CustomerSummary,
    CustomerTally,
    Keeping,
    Matter,
    NetOrder,
    Offering,
    Promise,
    Referred,
    Service,
    figures,
)

drawn = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("drawn_tallies.py"))))
numbers = itertools.count()


def fact(kind, at=0, **columns):
    """A fact of Ann's; its day is the moment over ten."""
    plain = {"shop_id": "shop", "source": "till", "id": str(next(numbers)), "customer_id": "ann"}
    return Fact(
        **plain, part=0, revision=0, guest=0, kind=kind, at=at, **{"day": at // 10} | columns
    )


# --- cases --------------------------------------------------------------------------------


def opened(at, case="1", about="question", **columns):
    return fact("case_opened", at, case_key=case, matter=f"case/{about}", **columns)


def closed(at, case="1", resolved=1):
    return fact("case_closed", at, case_key=case, state=resolved)


def contact(at, case="1"):
    return fact("contact", at, case_key=case, matter="contact/inbound/answer")


@pytest.mark.parametrize(
    ("facts", "true"),
    [
        ([contact(1)], ""),
        ([closed(1)], ""),
        ([opened(1)], "is_case is_open"),
        ([opened(1), closed(1)], "is_case solved at_first_contact"),
        ([opened(1), contact(2), closed(3)], "is_case solved at_first_contact"),
        ([opened(1), contact(2), contact(3), closed(4)], "is_case solved"),
        ([opened(1), closed(3, resolved=0)], "is_case"),
        ([opened(1), closed(3), opened(5)], "is_case is_open reopened"),
        ([opened(1), closed(3), opened(5), closed(7)], "is_case reopened solved"),
        ([opened(1), closed(3), closed(4, resolved=0)], "is_case"),
        ([opened(1), closed(3, resolved=0), closed(4)], "is_case solved at_first_contact"),
        ([opened(1, about="complaint")], "is_case is_open is_complaint"),
        ([opened(1, due_at=5), closed(5)], "is_case solved at_first_contact"),
        ([opened(1, due_at=5), closed(6)], "is_case solved at_first_contact was_late"),
        ([opened(1, due_at=5), closed(6, resolved=0)], "is_case was_late"),
        ([opened(1, due_at=5), closed(3), opened(9)], "is_case is_open reopened"),
        (
            [opened(1, due_at=5), closed(3), opened(4, due_at=9), closed(8)],
            "is_case reopened solved",
        ),
    ],
)
def test_what_is_said_of_a_case(facts, true):
    words = [
        "is_case",
        "is_open",
        "reopened",
        "is_complaint",
        "was_late",
        "solved",
        "at_first_contact",
    ]
    for order in (facts, facts[::-1]):
        case = Case.collect(order)
        assert {word for word in words if getattr(case, word)} == set(true.split())


def test_a_case_counts_its_openings_closings_and_contacts():
    case = Case.collect(
        [
            opened(2, about="complaint", severity=2, due_at=30),
            contact(3),
            closed(4, resolved=0),
            opened(6, severity=4, due_at=20),
            fact("visit", 9, severity=5),
            closed(9),
        ]
    )
    assert (case.opened, case.closed, case.contacts, case.complaints) == (2, 2, 1, 1)
    assert (case.severity, case.due_at) == (4, 30)
    assert (case.first_opened_at, case.last_opened_at, case.last_closed_at) == (2, 6, 9)
    assert case.resolved == At(9, 1)


def test_service_is_what_the_cases_amount_to():
    ann = CustomerTally.collect(
        [
            *(opened(1, "open", due_at=50), opened(1, "urgent", "complaint", due_at=40)),
            *(opened(1, "closed", due_at=9), closed(5, "closed")),
            *(opened(1, "late", "complaint", due_at=9), closed(10, "late")),
            *(opened(1, "again"), closed(2, "again"), opened(3, "again"), closed(4, "again")),
            *(opened(1, "unsolved", "complaint"), closed(2, "unsolved", resolved=0)),
            contact(1, "never opened"),
        ]
    )
    assert ann.service == Service(
        cases=6,
        open_cases=2,
        reopened_cases=1,
        late_cases=1,
        solved_cases=3,
        first_contact_cases=2,
        complaints=3,
        solved_complaints=1,
        open_complaints=1,
        next_case_due_at=40,
    )


def test_a_case_without_a_due_moment_is_never_late_nor_next():
    ann = CustomerTally.collect([opened(1, "a"), opened(1, "b"), closed(99, "b")])
    assert (ann.service.late_cases, ann.service.next_case_due_at) == (0, None)


# --- promises -----------------------------------------------------------------------------


def made(at, promise="1", **columns):
    return fact("promise_made", at, promise_key=promise, **columns)


def settled(at, promise="1", kept=1):
    return fact("promise_settled", at, promise_key=promise, state=kept)


@pytest.mark.parametrize(
    ("facts", "true"),
    [
        ([settled(1)], ""),
        ([made(1)], "is_promise is_pending"),
        ([made(1), settled(2)], "is_promise was_kept"),
        ([made(1), settled(2, kept=0)], "is_promise was_broken"),
        ([made(1), settled(2, kept=0), settled(3)], "is_promise was_kept"),
        ([made(1), settled(2), settled(3, kept=0)], "is_promise was_broken"),
    ],
)
def test_what_is_said_of_a_promise(facts, true):
    words = ["is_promise", "is_pending", "was_kept", "was_broken"]
    for order in (facts, facts[::-1]):
        promise = Promise.collect(order)
        assert {word for word in words if getattr(promise, word)} == set(true.split())


def test_a_promise_is_due_by_its_latest_making():
    strange = fact("visit", promise_key="1", due_at=99)
    promise = Promise.collect([made(1, due_at=9), made(3, due_at=20), settled(30, kept=0), strange])
    assert (promise.made, promise.settled) == (2, 1)
    assert (promise.made_at, promise.due_at, promise.outcome) == (1, 20, At(30, 0))


def test_keeping_is_what_the_promises_amount_to():
    ann = CustomerTally.collect(
        [
            *(made(1, "later", due_at=50), made(1, "sooner", due_at=40), made(1, "undated")),
            *(made(1, "kept", due_at=9), settled(5, "kept")),
            *(made(1, "broken"), settled(5, "broken", kept=0)),
            settled(5, "never made"),
        ]
    )
    assert ann.keeping == Keeping(
        promises=5,
        open_promises=3,
        kept_promises=1,
        broken_promises=1,
        next_promise_due_at=40,
    )


# --- matters, offers, referrals -----------------------------------------------------------


def test_a_matter_is_counted_under_its_word():
    word = "contribution/idea"
    ann = CustomerTally.collect(
        [
            fact("contribution", 4, matter=word, points=500, worth=30, waited=60, state=1),
            fact("contribution", 8, matter=word, points=250, case_key="1", state=0, lasted=9),
            fact("contribution", 8, matter=word, points=125, campaign_id="x", state=1, spent=7),
            fact("contribution", 9, matter=word, waited=30, spent=2),
            fact("visit", 1, matter="visit/came"),
            fact("visit", 1),
        ]
    )
    assert set(ann.matters) == {word, "visit/came"}
    assert ann.matters[word] == Matter(
        times=4,
        yes=2,
        asked=3,
        unprompted=2,
        points=875,
        unpriced=3,
        unpriced_points=375,
        worth=30,
        spent=9,
        waited=90,
        lasted=9,
        waits=2,
        first_at=4,
        last_at=9,
        latest_yes=At(8, 1),
        latest_asked=At(8, 2),
    )


def test_the_latest_word_on_a_consent_counts():
    words = [("consent_changed", 1, 1), ("consent_changed", 5, 0)]
    ann = CustomerTally.collect(
        fact(kind, at, matter="consent/email/any", state=s) for kind, at, s in words
    )
    assert ann.matters["consent/email/any"].latest_yes == At(5, 0)


def test_an_offer_is_shown_answered_and_bought():
    named = {"offer_id": "spring"}
    ann = CustomerTally.collect(
        [
            *(fact("offer_shown", 3, **named), fact("offer_shown", 6, **named)),
            fact("offer_answered", 7, state=0, **named),
            *(fact("offer_answered", 8, state=1, **named), fact("offer_answered", 9, **named)),
            fact("purchase", 8, order_key="till/fee", goods=0, **named),
            fact("purchase", 12, order_key="till/2", goods=1, **named),
            fact("purchase", 10, order_key="till/1", goods=1, **named),
            fact("return", 11, order_key="till/3", goods=1, **named),
            fact("offer_shown", 2, offer_id="lamp"),
            fact("purchase", 1, order_key="till/4", goods=1),
        ]
    )
    assert ann.offers == {
        "lamp": Offering(shown=1, first_shown_at=2, last_shown_at=2),
        "spring": Offering(
            shown=2,
            answered=3,
            declined=1,
            first_shown_at=3,
            last_shown_at=6,
            accepted_at=8,
            bought_at=10,
            order_keys=frozenset({"till/1", "till/2"}),
        ),
    }
    assert figures(ann.offers["spring"])["order_keys"] == 2
    assert ann.buying.offer_orders == 2


def test_each_person_brought_is_counted_by_their_id():
    ann = CustomerTally.collect(
        [
            fact("referral", 30, referred_id="bob", state=0, spent=500),
            fact("referral", 20, referred_id="bob", state=1),
            fact("referral", 40, referred_id="eve", state=0, spent=100),
            fact("referral", 50, referred_id="dan"),
        ]
    )
    assert ann.referrals == {
        "bob": Referred(referrals=2, first_day=2, joined_anyway=1, reward=500),
        "eve": Referred(referrals=1, first_day=4, joined_anyway=0, reward=100),
        "dan": Referred(referrals=1, first_day=5, joined_anyway=None, reward=0),
    }


# --- after the sale -----------------------------------------------------------------------


def bought(day, **columns):
    return fact("purchase", day=day, order_key="1", goods=1, amount=5, **columns)


def came(day):
    return fact("delivered", day=day, order_key="1")


def asked(day, matter="contact/outbound/follow_up"):
    return fact("contact", day=day, order_key="1", matter=matter)


@pytest.mark.parametrize(
    ("facts", "followed_up"),
    [
        ([bought(0)], False),
        ([bought(0), asked(0)], True),
        ([bought(0), asked(14)], True),
        ([bought(0), asked(15)], False),
        ([bought(5), asked(4)], False),
        ([bought(0), came(10), asked(9)], False),
        ([bought(0), came(10), asked(10)], True),
        ([bought(0), came(10), asked(24)], True),
        ([bought(0), came(10), asked(25)], False),
        ([bought(0), came(10), asked(9), asked(20)], True),
        ([bought(0), came(10), asked(20), asked(40)], True),
        ([bought(0), came(10), asked(9), asked(40)], False),
        ([bought(0), came(3), came(10), asked(4)], False),
        ([bought(0), asked(3, "contact/outbound/promotion")], False),
        ([bought(0), asked(3, "contact/inbound/follow_up")], False),
        ([asked(3)], False),
    ],
)
def test_an_order_is_followed_up_within_two_weeks_of_its_delivery(facts, followed_up):
    assert NetOrder.collect(facts).followed_up is followed_up
    assert CustomerTally.collect(facts).buying.followed_up_orders == int(followed_up)


def test_a_return_tells_of_a_fault_where_its_reason_is_known():
    def back(fault):
        return fact("return", order_key="1", fault=fault)

    order = NetOrder.collect([bought(0), back(1), back(0), back(None)])
    assert (order.returns, order.coded, order.faults) == (3, 2, 1)
    orders = [order, NetOrder.collect([bought(0), back(0)]), NetOrder.collect([back(1)])]
    buying = Buying.collect(orders, over=NetOrder)
    assert (buying.returned_orders, buying.coded_orders, buying.faulty_orders) == (2, 2, 1)


def test_punctuality_is_judged_of_deliveries_with_a_promised_day():
    orders = [
        NetOrder.collect([bought(0, due_day=3), came(4)]),
        NetOrder.collect([bought(0, due_day=3), came(3)]),
        NetOrder.collect([bought(0), came(9)]),
        NetOrder.collect([bought(0, due_day=3)]),
    ]
    buying = Buying.collect(orders, over=NetOrder)
    assert (buying.delivered, buying.promised, buying.late) == (3, 2, 1)


def test_intent_and_views_are_told_by_the_day():
    dealings = CustomerTally.collect(
        [
            fact("visit", 40, matter="visit/viewed", intent=0),
            fact("visit", 41, matter="visit/viewed", intent=0),
            fact("visit", 75, matter="visit/carted", intent=1),
            fact("visit", 60, matter="visit/wished", intent=1),
            fact("visit", 20, matter="visit/came", intent=None),
        ]
    ).dealings
    assert (dealings.visits, dealings.intent_day, dealings.viewed_days) == (5, 6, {4})


# --- all parts together -------------------------------------------------------------------


@given(drawn.wild_facts(30), st.randoms(), st.lists(st.booleans(), min_size=30, max_size=30))
def test_all_parts_add_up_over_any_split_and_in_any_order(facts, random, first):
    whole = CustomerTally.collect(facts)
    x = CustomerTally.collect(f for f, here in zip(facts, first, strict=False) if here)
    y = CustomerTally.collect(f for f, here in zip(facts, first, strict=False) if not here)
    assert x + y == y + x == whole
    assert CustomerTally.collect(random.sample(facts, len(facts))) == whole


@given(drawn.wild_facts(30))
def test_a_summary_holds_every_part_rolled_up_or_by_its_key(facts):
    tally = CustomerTally.collect(facts)
    summary = CustomerSummary.read("ann", tally, as_of_day=9)
    for name, (part, into) in ROLLED.items():
        values = getattr(tally, part).values()
        assert getattr(summary, name) == into.collect(values, over=ROWS[part])
        assert figures(getattr(summary, name)).items() <= summary.figures().items()
    for name in KEYED:
        assert getattr(summary, name) == getattr(tally, name)


#: What the values of a rolled-up part are.
ROWS = {"orders": NetOrder, "cases": Case, "promises": Promise}
