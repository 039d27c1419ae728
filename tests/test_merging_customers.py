"""Merging customers of a base: the books stay, every old id is understood, all is undone."""

import runpy
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import CustomerBase, Money
from crmkit.domain.consent import consents_of, permission_of
from crmkit.domain.customer import Acquisition, Customer, Identifier, guest_id
from crmkit.domain.errors import InvalidValueError, StaleRecordError
from crmkit.domain.interactions import ConsentChanged, Referral, Return
from crmkit.domain.joining import MERGE_SOURCE
from crmkit.domain.survivor import SurvivorRule
from crmkit.domain.tally import CustomerTally, collect_customers
from crmkit.testing.clock import FakeClock
from crmkit.testing.strategies import customers, histories

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, back, said, SHOP, day = (small[name] for name in ("bought", "back", "said", "SHOP", "day"))
AS_OF = date(2026, 7, 1)
GUEST = guest_id("shop", "o9")


def opened(*facts, shop=SHOP):
    base = CustomerBase.open("memory:", shop=shop, clock=FakeClock(day(100)))
    base.record(facts)
    return base


def mail(value):
    return Identifier(kind="email", value=value)


def consent(who, on, granted, **fields):
    fields = {"medium": "email", "purpose": "promotion"} | fields
    return ConsentChanged(
        id=f"{who}-{on}-{granted}", customer_id=who, at=day(on), granted=granted, **fields
    )


FACTS = [
    *(bought(f"a{n}", 20 * n, "30.00") for n in range(4)),
    *(bought(f"b{n}", 30 * n + 2, "8.00", who="bob") for n in range(3)),
    back("b1", 60, "8.00", who="bob"),
    bought("c1", 4, "90.00", who="cid"),
    bought("o9", 40, "12.00", who=GUEST),
    said("nps", "recommend", 9, (0, 10), on=42, who="ann"),
    said("csat", "satisfaction", 2, (1, 5), on=41, who="bob"),
]


@pytest.fixture
def base():
    base = opened(*FACTS)
    base.put_customer(Customer(id="ann", name="Ann", identifiers=[mail("ann@x.org")]))
    base.put_customer(
        Customer(id="bob", name="Bob", identifiers=[mail("bob@x.org")], tags={"club"})
    )
    return base


def books(base, **asked):
    """What the whole base amounts to: money and counts of customers and guests together."""
    profiles = base.profiles(as_of=AS_OF, **asked)
    every = profiles.everyone
    return {
        "orders": every.orders,
        "void": every.void_orders,
        "revenue": every.revenue,
        "paid": every.paid,
        "refunded": every.refunded,
        "units": every.units,
    }


# The books


def test_merging_leaves_the_books_as_they_are_but_for_one_customer_less(base):
    before = books(base)
    assert before["revenue"] == 4 * 3000 + 2 * 800 + 9000 + 1200
    preview = base.merge_preview("bob", "ann")
    merged = base.merge("bob", "ann", evidence="one address, one card")
    assert (merged.survivor, merged.absorbed, merged.rule) == ("ann", "bob", SurvivorRule.OLDER)
    assert books(base) == before
    assert [one.customer_id for one in base.profiles(as_of=AS_OF)] == ["ann", "cid"]
    assert base.profiles(as_of=AS_OF).guests == 1
    summary = base.summary("ann", as_of=AS_OF)
    assert preview.merged.orders == summary.buying.orders == 6
    assert preview.merged.revenue == Money(summary.buying.revenue, "EUR") == Money(13600, "EUR")
    assert preview.merged.interactions == summary.dealings.facts == 10
    assert preview.record == base.customer("ann")


def test_linking_a_guest_leaves_the_books_as_they_are(base):
    before = books(base)
    merged = base.link_guest(GUEST, "bob", verified_by="signed_in")
    assert (merged.survivor, merged.absorbed) == ("bob", GUEST)
    assert merged.rule is SurvivorRule.ACCOUNT
    assert books(base) == before
    profiles = base.profiles(as_of=AS_OF)
    assert (len(profiles), profiles.guests) == (3, 0)
    assert base.value(GUEST, as_of=AS_OF) == base.value("bob", as_of=AS_OF)
    (line,) = base.store.aliases("lamp")
    assert line.evidence == "signed_in"
    base.unlink_guest(GUEST, evidence="it was a neighbour's")
    assert base.profiles(as_of=AS_OF).guests == 1
    with pytest.raises(InvalidValueError, match="must not be a guest; link it to its account"):
        base.value(GUEST, as_of=AS_OF)


def test_importing_the_same_again_after_a_merge_changes_nothing(base):
    base.merge("ann", "bob")
    before = base.store.history("lamp", "ann")
    added = base.record(FACTS)
    assert (added.accepted, added.known) == (0, len(FACTS))
    assert base.store.history("lamp", "ann") == before
    base.record([bought("b9", 95, who="bob")])
    assert base.summary("ann", as_of=AS_OF).buying.orders == 7


def test_the_order_of_merges_changes_neither_money_nor_counts():
    found = set()
    for first, second, third in permutations(["ann", "bob", "cid"]):
        base = opened(*FACTS)
        base.merge(first, second)
        base.merge(second, third)
        summary = base.summary(third, as_of=AS_OF)
        found.add((summary.customer_id, summary.buying, summary.dealings.facts))
        assert {base.stands_for(who) for who in ("ann", "bob", "cid")} == {"ann"}
    assert len(found) == 1


# Old ids


ASKED = {
    "summary": lambda base, who: base.summary(who, as_of=AS_OF),
    "value": lambda base, who: base.value(who, as_of=AS_OF),
    "relationship": lambda base, who: base.relationship(who, as_of=AS_OF),
    "satisfaction": lambda base, who: base.satisfaction(who, as_of=AS_OF),
    "loyalty": lambda base, who: base.loyalty(who, as_of=AS_OF),
    "relationship value": lambda base, who: base.relationship_value(who, as_of=AS_OF),
    "price tolerance": lambda base, who: base.price_tolerance(who, as_of=AS_OF),
    "card": lambda base, who: str(base.card(who, as_of=AS_OF)),
    "record": lambda base, who: base.customer(who),
    "members": lambda base, who: base.also_known_as(who),
    "segment": lambda base, who: base.loyalty(segment=[who], as_of=AS_OF),
    "consent": lambda base, who: base.may_contact(who, "email", "promotion", at=AS_OF),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_every_old_id_answers_as_the_survivor(base, ask):
    base.merge("ann", "bob")
    base.link_guest(GUEST, "bob", verified_by="order_claimed")
    assert ask(base, "bob") == ask(base, GUEST) == ask(base, "ann")


def test_one_answer_and_the_bulk_agree_on_merged_customers(base):
    base.merge("ann", "bob")
    base.link_guest(GUEST, "ann", verified_by="staff_checked")
    profiles = {one.customer_id: one for one in base.profiles(as_of=AS_OF)}
    ann, summary = profiles["ann"], base.summary("bob", as_of=AS_OF)
    assert (ann.orders, ann.revenue.minor) == (summary.buying.orders, summary.buying.revenue)
    assert (ann.orders, ann.quiet) == (7, summary.quiet)
    assert ann.satisfied == base.satisfaction("bob", as_of=AS_OF).stated
    assert ann.satisfaction_shown == base.satisfaction("bob", as_of=AS_OF).shown.score.value
    assert ann.loyalty == base.loyalty("bob", as_of=AS_OF).loyalty.overall
    assert ann.state is base.relationship("bob", as_of=AS_OF).state
    flat = collect_customers(base.store.facts("lamp"), tally=CustomerTally)
    assert flat["ann"].buying == summary.buying
    assert set(flat) == {"ann", "cid"}


def test_a_tag_of_a_member_is_one_of_the_person(base):
    club = base.relationship(segment="club", as_of=AS_OF)
    assert (club.customers, base.value("bob", as_of=AS_OF).customer_id) == (1, "bob")
    base.merge("ann", "bob")
    base.put_customer(Customer(id="cid", tags={"club"}))
    assert base.relationship(segment="club", as_of=AS_OF).customers == 2
    assert base.relationship(segment=["bob", "cid"], as_of=AS_OF).customers == 2


def test_what_was_known_before_a_merge_can_be_had_again(base):
    before = base.profiles(as_of=AS_OF).to_rows()
    summary = base.summary("bob", as_of=AS_OF)
    base.clock.advance(days=1)
    base.merge("ann", "bob")
    assert base.profiles(as_of=AS_OF).to_rows() != before
    known = {"as_of": AS_OF, "known_at": day(100)}
    assert base.profiles(**known).to_rows() == before
    assert base.summary("bob", **known) == summary
    assert base.summary("bob", as_of=AS_OF).customer_id == "ann"


def test_a_referral_follows_whom_it_brought(base):
    told = Referral(id="r", customer_id="cid", at=day(1), referred_id="bob")
    base.record([told])
    base.merge("ann", "bob")
    assert list(base.summary("cid", as_of=AS_OF).referrals) == ["ann"]


# Records


def test_the_survivors_record_is_filled_from_the_absorbed_one_until_it_is_put(base):
    base.merge("ann", "bob")
    record = base.customer("bob")
    assert (record.id, record.name, record.tags) == ("ann", "Ann", {"club"})
    put = base.put_customer(evolve(record, tags=set(), identifiers=[mail("ann@x.org")]))
    assert base.customer("ann") == put
    assert base.find(email="bob@x.org") == ()
    again = base.put_customer(evolve(put, id="bob", notes=["by the old id"]))
    assert again.id == "ann"
    assert base.customer("ann") == again
    assert base.store.customer("lamp", "bob").tags == {"club"}
    with pytest.raises(StaleRecordError):
        base.put_customer(Customer(id="bob", name="Bob"))


def test_people_are_found_by_what_identifies_them_under_the_survivors_id(base):
    base.put_customer(Customer(id=GUEST, kind="guest", identifiers=[mail("ann@x.org")]))
    assert base.find(email=" ANN@X.org ") == ("ann", GUEST)
    assert base.find(email="bob@x.org") == ("bob",)
    assert base.find(phone="+34 600 000") == ()
    base.merge("ann", "bob")
    assert base.find(email="bob@x.org") == ("ann",)
    base.link_guest(GUEST, "ann", verified_by="link_confirmed")
    assert base.find(email="ann@x.org") == ("ann",)
    base.put_customer(base.customer("ann"))
    assert base.find(email="bob@x.org") == ("ann",)
    base.unmerge("bob")
    assert base.find(email="bob@x.org") == ("bob",)
    assert base.find(email="ann@x.org") == ("ann",)


def test_a_question_for_nobody_in_particular_is_refused(base):
    for asked in ({}, {"email": "a@x.org", "phone": "+1"}):
        with pytest.raises(InvalidValueError, match="give one of email, phone, platform"):
            base.find(**asked)
    with pytest.raises(InvalidValueError, match="must not be empty or malformed"):
        base.find(email="nobody")


def test_a_guests_record_is_put_as_the_accounts(base):
    base.link_guest(GUEST, "cid", verified_by="loyalty_card")
    put = base.put_customer(Customer(id=GUEST, kind="guest", name="Cid"))
    assert (put.id, str(put.kind), put.name) == ("cid", "individual", "Cid")


def test_a_lease_ends_for_what_came_with_it_alone(base):
    lease = Acquisition(mode="rented", expires=day(120))
    base.put_customer(Customer(id="cid", identifiers=[mail("c@x.org")], acquisition=lease))
    base.merge("ann", "cid")
    base.put_customer(evolve(base.customer("ann"), region="Lugo"))
    assert base.find(email="c@x.org") == ("ann",)
    base.clock.advance(days=20)
    assert base.find(email="c@x.org") == ()
    record = base.customer("cid")
    assert (record.name, record.region) == ("Ann", "Lugo")


# Unmerging


def state(base):
    """All that can be asked of who is who."""
    ids = sorted({one.customer_id for one in FACTS} | {"ann", "bob", "cid"})
    return {
        "histories": list(base.store.histories("lamp")),
        "each": {id_: base.store.history("lamp", id_) for id_ in ids},
        "links": {id_: base.store.links("lamp", id_) for id_ in ids},
        "records": {id_: base.customer(id_) for id_ in ids},
        "members": {id_: base.also_known_as(id_) for id_ in ids},
        "found": [base.find(email=f"{who}@x.org") for who in ("ann", "bob")],
        "rows": base.profiles(as_of=AS_OF).to_rows(),
    }


def test_unmerging_restores_everything(base):
    before = state(base)
    base.clock.advance(days=1)
    base.merge("bob", "ann")
    base.link_guest(GUEST, "bob", verified_by="payment_account")
    assert state(base) != before
    base.unmerge("bob", evidence="father and son")
    base.unlink_guest(GUEST)
    assert state(base) == before
    assert [one.evidence for one in base.store.aliases("lamp")][2] == "father and son"


def test_a_record_put_since_loses_what_came_from_the_absorbed_one(base):
    before = state(base)
    base.merge("bob", "ann")
    base.put_customer(base.customer("ann"))
    assert base.store.customer("lamp", "ann").tags == {"club"}
    undone = base.unmerge("bob")
    assert (undone.stood_for, undone.records) == ("ann", ("ann",))
    after = state(base)
    after["records"]["ann"] = evolve(after["records"]["ann"], version=1)
    assert after == before


def test_what_two_members_said_alike_goes_with_the_last_of_them(base):
    base.put_customer(evolve(base.customer("bob"), region="Lugo"))
    base.put_customer(Customer(id="cid", region="Lugo"))
    base.merge("ann", "bob")
    base.merge("ann", "cid")
    base.put_customer(base.customer("ann"))
    base.unmerge("bob")
    assert base.customer("ann").region == "Lugo"
    base.unmerge("cid")
    assert base.customer("ann").region is None


def test_what_cannot_be_done_is_refused_with_the_way_out(base):
    base.link_guest(GUEST, "ann", verified_by="signed_in")
    cases = [
        (lambda: base.merge("ann", "ann"), "must not be the same person"),
        (lambda: base.merge("ann", GUEST), "must not be the same person"),
        (lambda: base.merge("ann", "zoe"), "nothing is kept of it"),
        (lambda: base.unmerge("ann"), f"stands for itself; these stand for it: {GUEST}"),
        (lambda: base.unlink_guest("ann"), "must be a guest; else unmerge it"),
        (lambda: base.link_guest("ann", "bob", verified_by="signed_in"), "must be a guest"),
        (lambda: base.link_guest(GUEST, "bob", verified_by="signed_in"), "is linked to ann"),
        (lambda: base.link_guest(GUEST, "bob", verified_by="email"), "is no evidence"),
    ]
    for do, told in cases:
        with pytest.raises(InvalidValueError, match=told):
            do()
    base.unlink_guest(GUEST)
    with pytest.raises(InvalidValueError, match="is a guest; link it with link_guest"):
        base.merge(GUEST, "ann")
    other = guest_id("shop", "o8")
    base.record([bought("o8", 8, who=other)])
    with pytest.raises(InvalidValueError, match="name the account it is linked to"):
        base.link_guest(GUEST, other, verified_by="signed_in")


def test_the_erased_are_neither_merged_nor_parted():
    key = b"0123456789abcdef"
    base = CustomerBase.open("memory:", shop=SHOP, clock=FakeClock(day(100)), erasure_key=key)
    base.record(FACTS)
    base.merge("ann", "bob")
    gone = base.store.erase("lamp", "ann", erased_at=day(100))
    before = books(base)
    with pytest.raises(InvalidValueError, match="pseudonym of somebody who was erased"):
        base.merge("cid", gone.pseudonym)
    members = base.also_known_as(gone.pseudonym)
    assert len(members) == 2
    with pytest.raises(InvalidValueError, match="pseudonym of somebody who was erased"):
        base.unmerge(members[1])
    with pytest.raises(InvalidValueError, match="nothing is kept of it"):
        base.merge("cid", "ann")
    assert books(base) == before


# Consents


def test_the_strictest_consent_holds_one_by_one_and_in_bulk():
    base = opened(
        *(bought("a1", 1), bought("b1", 2, who="bob")),
        consent("ann", 9, granted=True),
        consent("bob", 3, granted=False),
    )
    assert base.may_contact("ann", "email", "promotion").allowed
    preview = base.merge_preview("ann", "bob")
    assert not permission_of(preview.consents, "email", "promotion").allowed
    base.merge("ann", "bob")
    for who in ("ann", "bob"):
        assert not base.may_contact(who, "email", "promotion").allowed
    assert not base.relationship("bob").consents[0].granted
    flat = collect_customers(base.store.facts("lamp"), tally=CustomerTally)
    assert consents_of(flat["ann"].matters) == preview.consents
    assert base.may_contact("bob", "email", "promotion", at=day(50)).allowed, "it was so then"
    base.clock.advance(days=1)
    base.record([consent("bob", 101, granted=True)])
    assert base.may_contact("ann", "email", "promotion").allowed
    base.unmerge("bob")
    assert base.may_contact("ann", "email", "promotion").allowed


# Drawn bases

PEOPLE = ("ann", "bob", "cid")


@st.composite
def drawn_bases(draw):
    """Three customers and a guest with any history, ids of facts and orders all different."""
    facts = []
    for who in (*PEOPLE, GUEST):
        for one in draw(histories(customer_id=who, most=5)):
            changes = {"id": f"{who}/{one.id}"}
            if getattr(one, "order_id", None) is not None:
                changes["order_id"] = f"{who}/{one.order_id}"
            facts.append(evolve(one, **changes))
    return facts


def trades(facts):
    """Without returns that name no order: those may find one with the other side."""
    return [one for one in facts if not isinstance(one, Return) or one.order_id is not None]


def whole(base):
    """Sums of the whole base, without what merges leave."""
    tallies = collect_customers(
        (one for one in base.store.facts("lamp") if one.source != MERGE_SOURCE),
        tally=CustomerTally,
    )
    buying = [one.buying for one in tallies.values()]
    sums = ("orders", "void_orders", "revenue", "paid", "refunded", "units", "cost", "tax")
    found = {name: sum(getattr(one, name) for one in buying) for name in sums}
    return found | {"purchases": sum(one.dealings.purchases for one in tallies.values())}


def merge_all(base, pairs):
    done = []
    for one, other in pairs:
        try:
            done.append(base.merge(one, other).absorbed)
        except InvalidValueError:
            continue
    return done


pairs_of_people = st.lists(st.permutations(PEOPLE).map(lambda three: three[:2]), max_size=4)


@settings(max_examples=40)
@given(drawn_bases(), pairs_of_people)
def test_money_and_counts_of_the_base_are_conserved_by_any_merges(facts, pairs):
    base = opened(*trades(facts))
    before, people = whole(base), len(base.profiles(as_of=AS_OF))
    done = merge_all(base, pairs)
    assert whole(base) == before
    assert len(base.profiles(as_of=AS_OF)) == people - len(done)
    for one in base.profiles(as_of=AS_OF):
        summary = base.summary(one.customer_id, as_of=AS_OF)
        assert (one.orders, one.revenue.minor) == (summary.buying.orders, summary.buying.revenue)
    assert base.record(trades(facts)).accepted == 0


@settings(max_examples=40)
@given(drawn_bases(), pairs_of_people)
def test_money_is_conserved_where_returns_find_orders_anew(facts, pairs):
    base = opened(*facts)
    before = whole(base)
    merge_all(base, pairs)
    after = whole(base)
    for name in ("revenue", "paid", "refunded", "units", "tax", "purchases"):
        assert after[name] == before[name]


@settings(max_examples=40)
@given(
    drawn_bases(),
    st.lists(customers(id=st.sampled_from(PEOPLE)), max_size=3, unique_by=lambda one: one.id),
    pairs_of_people,
    st.booleans(),
)
def test_undoing_every_merge_restores_every_record_and_history(facts, records, pairs, put):
    base = opened(*facts)
    for one in records:
        base.put_customer(one)
    kept = list(base.store.histories("lamp"))
    before = {id_: base.customer(id_) for id_ in PEOPLE}
    done = []
    for pair in pairs:
        done += merge_all(base, [pair])
        record = base.customer("ann")
        if put and done and record is not None:
            base.put_customer(record)
    for absorbed in reversed(done):
        base.unmerge(absorbed)
    assert list(base.store.histories("lamp")) == kept
    for id_ in PEOPLE:
        now = base.customer(id_)
        if before[id_] is None:
            assert now is None or now == Customer(id=id_, version=now.version)
        else:
            assert evolve(now, version=1) == before[id_]
            assert put or now == before[id_]
