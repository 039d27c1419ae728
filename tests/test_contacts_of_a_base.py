"""Contact points, leases, consents and duplicates of a whole base."""

import json
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase
from crmkit.domain import (
    Acquisition,
    ConsentChanged,
    Customer,
    Identifier,
    InvalidValueError,
    Purpose,
    StaleRecordError,
)
from crmkit.domain.customer import Repair
from crmkit.domain.joining import MERGE_SOURCE
from crmkit.keeping_provenance import TRIES

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, opened, day, SHOP = (small[name] for name in ("bought", "opened", "day", "SHOP"))
MAIL, OTHER, PHONE = "ann@shop.example", "ann@other.example", "+34600111222"


class Clock:
    """Tells the time it was set to."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


def base_at(number, *facts, **options):
    return opened(*facts, clock=Clock(day(number)), **options)


def said(id_, on, granted, who="ann", medium="email", purpose="promotion", **fields):
    return ConsentChanged(
        id=id_,
        customer_id=who,
        at=day(on),
        medium=medium,
        purpose=purpose,
        granted=granted,
        **fields,
    )


def repair_of(base, who="ann", value=MAIL):
    return next(one.repair for one in base.customer(who).contact_points if one.value == value)


def test_points_are_added_confirmed_bounced_and_reached():
    base = base_at(0)
    base.add_contact_point("ann", "email", MAIL)
    base.bounced("ann", "email", MAIL, hard=True, at=day(1))
    assert repair_of(base) is Repair.BROKEN
    base.reached("ann", "email", MAIL, at=day(2))
    assert repair_of(base) is Repair.VALID
    ann = base.confirm_contact_point("ann", "email", MAIL, at=day(3))
    assert ann == base.customer("ann")
    assert ann.contact_points[0].verified


def test_what_changes_nothing_is_not_put():
    base = base_at(0)
    first = base.add_contact_point("ann", "email", MAIL)
    assert base.add_contact_point("ann", "email", MAIL).version == first.version == 1


def test_a_bounce_of_nobody_keeps_nothing():
    base = base_at(0)
    with pytest.raises(InvalidValueError):
        base.bounced("ann", "email", MAIL, hard=True)
    assert base.customer("ann") is None


class Busy:
    """A store in which somebody else is quicker, so many times."""

    def __init__(self, store, times):
        self.store, self.times = store, times

    def __getattr__(self, name):
        return getattr(self.store, name)

    def put_customer(self, shop_id, customer, /, **options):
        if self.times:
            self.times -= 1
            kept = self.store.customer(shop_id, customer.id) or Customer(id=customer.id)
            changed = evolve(kept, notes=(*kept.notes, "meanwhile"))
            self.store.put_customer(shop_id, changed, **options)
        return self.store.put_customer(shop_id, customer, **options)


def test_a_change_is_repeated_where_somebody_else_was_quicker():
    base = base_at(0)
    base.store = Busy(base.store, TRIES - 1)
    ann = base.add_contact_point("ann", "email", MAIL)
    assert [one.value for one in ann.contact_points] == [MAIL]
    assert ann.notes == ("meanwhile",) * (TRIES - 1)
    base.store.times = TRIES
    with pytest.raises(StaleRecordError):
        base.add_contact_point("ann", "email", OTHER)
    assert [one.value for one in base.customer("ann").contact_points] == [MAIL]


def test_tasks_are_ranked_by_what_customers_brought():
    base = base_at(9, bought("1", 0, "20.00"), bought("2", 1, "90.00", who="bob"))
    for who in ("ann", "bob", "cid"):
        base.add_contact_point(who, "email", f"{who}@shop.example")
        base.bounced(who, "email", f"{who}@shop.example", hard=True)
    base.add_contact_point("dan", "email", "dan@shop.example")
    tasks = base.repair_tasks()
    assert [one.customer_id for one in tasks] == ["bob", "ann", "cid"]
    assert [one.worth.amount for one in tasks] == [90.0, 20.0, None]
    assert {one.worth.of for one in tasks} == {base.profiles().ranked_by}
    assert len(base.repair_tasks(least_valid=1.0)) == 3
    later = base.repair_tasks(as_of=day(900), least_valid=0.9)
    assert [one.customer_id for one in later] == ["bob", "ann", "cid", "dan"]


def test_a_task_says_by_what_the_customer_allows_to_be_asked():
    base = base_at(9)
    base.add_contact_point("ann", "email", MAIL)
    base.add_contact_point("ann", "phone", PHONE)
    base.bounced("ann", "email", MAIL, hard=True)
    assert base.repair_tasks()[0].ask_by == ()
    base.record([said("k", 1, True, medium="phone", purpose="care")])  # noqa: FBT003
    assert base.repair_tasks()[0].ask_by == ("phone",)
    assert base.repair_tasks(purpose="promotion")[0].ask_by == ()
    with pytest.raises(InvalidValueError):
        base.repair_tasks(purpose="spying")
    with pytest.raises(InvalidValueError):
        base.repair_tasks(least_valid=2)


LEASE = Acquisition(mode="rented", lawful_basis="consent", expires=day(10))
RENTED = Customer(
    id="ann",
    name="Ann Lamb",
    identifiers=(Identifier(kind="email", value=MAIL),),
    acquisition=LEASE,
)


def test_rented_data_vanish_at_expiry_wherever_they_are_read():
    base = base_at(9)
    base.put_customer(RENTED)
    base.put_customer(evolve(RENTED, id="bob"))
    assert base.customer("ann").name == "Ann Lamb"
    assert base.find(email=MAIL) == ("ann", "bob")
    assert len(list(base.find_duplicates())) == 1
    base.clock.at = day(10)
    assert base.customer("ann") == Customer(id="ann", acquisition=LEASE, version=1)
    assert base.find(email=MAIL) == ()
    assert list(base.find_duplicates()) == []
    assert base.repair_tasks(least_valid=1.0) == ()


def test_expired_data_are_listed_and_dropped_for_good_only_when_told_so():
    base = base_at(12, bought("1", 0))
    base.put_customer(RENTED)
    base.put_customer(Customer(id="bob", name="Bob"))
    listed = base.expired()
    assert [(one.customer_id, one.bought) for one in listed.rows] == [("ann", True)]
    assert base.expired(as_of=day(9)).rows == ()
    assert base.drop_expired() == listed
    assert base.store.customer("lamp", "ann").name == "Ann Lamb"
    assert base.drop_expired(dry_run=False).dropped
    assert base.store.customer("lamp", "ann") == Customer(id="ann", acquisition=LEASE, version=2)
    assert base.expired().rows == ()
    assert base.summary("ann").buying.orders == 1
    assert base.customer("bob").name == "Bob"


def test_nothing_is_dropped_before_its_day():
    base = base_at(9)
    base.put_customer(RENTED)
    assert len(base.expired(as_of=day(10)).rows) == 1
    with pytest.raises(InvalidValueError):
        base.drop_expired(as_of=day(10), dry_run=False)
    assert base.customer("ann").name == "Ann Lamb"


def test_an_own_acquisition_keeps_what_would_have_expired():
    base = base_at(9)
    ann = base.put_customer(RENTED)
    base.put_customer(evolve(ann, acquisition=Acquisition(lawful_basis="contract")))
    base.clock.at = day(20)
    assert base.customer("ann").name == "Ann Lamb"
    assert base.expired().rows == ()


def test_nothing_is_added_to_expired_data():
    base = base_at(12)
    base.put_customer(RENTED)
    with pytest.raises(InvalidValueError) as caught:
        base.add_contact_point("ann", "email", OTHER)
    assert "expired" in str(caught.value)


def test_who_is_kept_on_no_recorded_ground_is_named():
    base = base_at(0)
    base.put_customer(Customer(id="bob", name="Bob"))
    base.put_customer(RENTED)
    base.put_customer(Customer(id="cid"))
    assert base.without_lawful_basis() == ("bob",)


def test_the_ledger_proves_every_word_in_order():
    base = base_at(
        9,
        said("b", 3, False, evidence="letter"),  # noqa: FBT003
        said("a", 1, True, evidence="form 12", channel="web", source="till"),  # noqa: FBT003
        bought("1", 0),
    )
    base.record([said("b", 3, False, evidence="letter, scanned", revision=1)])  # noqa: FBT003
    ledger = base.consent_ledger("ann")
    rows = json.loads(json.dumps(ledger.to_rows()))
    assert [(one["source"], one["id"], one["revision"], one["evidence"]) for one in rows] == [
        ("till", "a", 0, "form 12"),
        ("shop", "b", 1, "letter, scanned"),
    ]
    assert "form 12" not in str(ledger) + repr(ledger)
    assert base.consent_ledger("nobody").lines == ()
    assert "every contact is denied" in str(base.consent_ledger("nobody"))


MEDIA, PURPOSES = ("email", "phone", "any"), ("promotion", "care", "any")
words = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.booleans(),
        st.sampled_from(MEDIA),
        st.sampled_from(PURPOSES),
        st.sampled_from(["ann", "bob"]),
    ),
    max_size=6,
)


def consents(drawn):
    return [
        said(f"k{place}", on, granted, who=who, medium=medium, purpose=purpose)
        for place, (on, granted, medium, purpose, who) in enumerate(drawn)
    ]


def allowed(base, who, at):
    return {
        (medium, purpose)
        for medium in MEDIA[:2]
        for purpose in PURPOSES[:2]
        if base.may_contact(who, medium, purpose, at=at).allowed
    }


@given(words)
def test_the_ledger_and_the_base_allow_the_same_and_silence_is_a_no(drawn):
    base = base_at(9, *consents(drawn))
    ledger = base.consent_ledger("ann")
    for number in range(8):
        by_ledger = {
            (medium, purpose)
            for medium in MEDIA[:2]
            for purpose in PURPOSES[:2]
            if ledger.permission(medium, purpose, at=day(number)).allowed
        }
        assert by_ledger == allowed(base, "ann", day(number))
    assert allowed(base, "cid", day(9)) == set()


@given(words, st.sampled_from(MEDIA), st.sampled_from(PURPOSES))
def test_a_later_denial_always_wins_and_the_ledger_only_grows(drawn, medium, purpose):
    base = base_at(9, *consents(drawn))
    before = base.consent_ledger("ann").lines
    base.record([said("no", 7, False, medium=medium, purpose=purpose)])  # noqa: FBT003
    assert base.consent_ledger("ann").lines[: len(before)] == before
    for one, other in allowed(base, "ann", day(8)):
        assert medium not in (one, "any") or purpose not in (other, "any")


@given(words)
def test_a_merge_leaves_the_strictest_and_unmerging_restores_both(drawn):
    base = base_at(9, bought("1", 0), bought("2", 0, who="bob"), *consents(drawn))
    denied = {
        who: {
            (medium, purpose)
            for medium in MEDIA[:2]
            for purpose in PURPOSES[:2]
            if not base.may_contact(who, medium, purpose).allowed
            and base.may_contact(who, medium, purpose).consent is not None
        }
        for who in ("ann", "bob")
    }
    either = allowed(base, "ann", day(9)) | allowed(base, "bob", day(9))
    before = [base.consent_ledger(who) for who in ("ann", "bob")]
    merged = base.merge("ann", "bob", evidence="one household card")
    strictest = either - denied["ann"] - denied["bob"]
    assert allowed(base, "bob", day(9)) <= strictest
    if not any("any" in (medium, purpose) for _, _, medium, purpose, _ in drawn):
        assert allowed(base, "bob", day(9)) == strictest
    assert allowed(base, "ann", day(9)) == allowed(base, "bob", day(9))
    lines = base.consent_ledger("ann").lines
    came = [one for one in lines if one.source != MERGE_SOURCE]
    assert {(one.source, one.id) for one in came} == {
        (one.source, one.id) for ledger in before for one in ledger.lines
    }
    assert not any(one.granted for one in lines if one.source == MERGE_SOURCE)
    base.unmerge(merged.absorbed)
    assert [base.consent_ledger(who) for who in ("ann", "bob")] == before


def test_after_a_merge_a_new_word_decides_again():
    base = base_at(9, said("a", 1, True), said("b", 2, False, who="bob"))  # noqa: FBT003
    base.merge("ann", "bob")
    assert not base.may_contact("ann", "email", "promotion").allowed
    base.clock.at = day(11)
    base.record([said("c", 10, True)])  # noqa: FBT003
    assert base.may_contact("bob", "email", Purpose.PROMOTION).allowed


def test_points_of_merged_customers_are_changed_by_any_id_and_both_records_stay():
    base = base_at(5, bought("1", 0), bought("2", 1, who="bob"))
    base.put_customer(Customer(id="ann", name="Ann"))
    base.add_contact_point("bob", "email", MAIL)
    merged = base.merge("ann", "bob")
    base.bounced("bob", "email", MAIL, hard=True)
    person = base.customer("ann")
    assert person == base.customer("bob")
    assert (person.id, person.name, person.contact_points[0].repair) == (
        merged.survivor,
        "Ann",
        Repair.BROKEN,
    )
    assert [one.customer_id for one in base.repair_tasks()] == [merged.survivor]
    base.unmerge(merged.absorbed)
    assert base.customer("ann").name == "Ann"
    assert [one.value for one in base.customer("bob").contact_points] == [MAIL]


def test_what_a_member_has_on_lease_is_changed_there_and_never_taken_over():
    base = base_at(5, bought("1", 0))
    base.put_customer(Customer(id="ann", name="Ann"))
    leased = Customer(id="bob", acquisition=LEASE, name="Ann L.")
    base.record([bought("2", 3, who="bob")])
    base.put_customer(leased)
    base.add_contact_point("bob", "email", MAIL)
    base.merge("ann", "bob")
    base.bounced("ann", "email", MAIL, hard=True)
    assert repair_of(base) is Repair.BROKEN
    assert base.store.customer("lamp", "ann").contact_points == ()
    base.clock.at = day(10)
    assert base.customer("ann").contact_points == ()


def test_dropping_a_lease_leaves_what_members_brought():
    base = base_at(5, bought("1", 0))
    base.put_customer(RENTED)
    base.record([bought("2", 3, who="bob")])
    own = Acquisition(lawful_basis="contract")
    base.put_customer(Customer(id="bob", name="Ann L.", acquisition=own))
    assert base.merge("ann", "bob").survivor == "ann"
    base.clock.at = day(12)
    read = base.customer("ann")
    assert base.drop_expired(dry_run=False).rows[0].customer_id == "ann"
    assert (base.customer("ann").name, read.name) == ("Ann L.", "Ann L.")
    assert base.customer("ann").acquisition == own
    assert MAIL not in str(base.store.customer("lamp", "ann").identifiers)


def test_merged_customers_are_no_pair():
    base = base_at(5)
    for who in ("ann", "bob", "cid"):
        base.record([bought(f"o-{who}", 0, who=who)])
        base.put_customer(
            Customer(
                id=who,
                name="Ana Gil Lamb",
                identifiers=(Identifier(kind="email", value=MAIL, verified=True),),
            )
        )
    assert len(list(base.find_duplicates())) == 3
    merged = base.merge("ann", "bob")
    (left,) = base.find_duplicates()
    assert {left.a, left.b} == {merged.survivor, "cid"}


def test_times_are_aware_and_the_shops_clock_is_used():
    base = CustomerBase.open("memory:", shop=SHOP, clock=Clock(datetime(2026, 2, 1, tzinfo=UTC)))
    ann = base.add_contact_point("ann", "email", MAIL, verified=True)
    assert ann.contact_points[0].confirmed_at == datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(InvalidValueError):
        base.bounced("ann", "email", MAIL, hard=True, at=datetime(2026, 2, 2))
    assert base.expired(as_of=base.clock() + timedelta(days=1)).rows == ()
