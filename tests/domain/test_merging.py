"""Records of one person as one record and parted again; and who survives a merge."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.aliases import Alias
from crmkit.domain.consent import Consent
from crmkit.domain.customer import (
    Acquisition,
    Bounce,
    ContactPoint,
    Customer,
    CustomerKind,
    Identifier,
    Repair,
    guest_id,
)
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import ConsentChanged, Purchase, Return, Visit
from crmkit.domain.lines import Line
from crmkit.domain.merged_record import combined, conflicts, parted
from crmkit.domain.merging import Merged, Unmerged, previewed
from crmkit.domain.money import Money
from crmkit.domain.persons import Persons
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.survivor import Evidence, Person, SurvivorRule, chosen, evidence_of
from crmkit.testing.strategies import customers

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
TO = Reporting(Shop(id="lamp", currency="EUR"))
GUEST = guest_id("shop", "o9")


def day(number):
    return START + timedelta(days=number)


def mail(value, **fields):
    return Identifier(kind="email", value=value, **fields)


def point(value, **fields):
    return ContactPoint(medium="email", value=value, **fields)


# Combining


def test_the_survivors_fields_hold_and_gaps_are_filled_in_the_order_of_merging():
    own = Customer(id="ann", name="Ann", version=3)
    others = [
        Customer(id="bob", name="Anna", region="Madrid", birthday=date(1990, 1, 1)),
        Customer(id="cid", region="Lugo", language="es", kind="intermediary", version=9),
    ]
    both = combined(own, others)
    assert (both.id, both.version, both.name) == ("ann", 3, "Ann")
    assert (both.region, both.language, both.birthday) == ("Madrid", "es", date(1990, 1, 1))
    assert both.kind is CustomerKind.INTERMEDIARY


def test_what_is_many_is_united_the_survivors_first():
    own = Customer(id="ann", tags={"club"}, notes=["tall", "tall"], people=["p"])
    other = Customer(id="bob", tags={"vip"}, notes=["tall", "kind"], people=["q", "p"])
    both = combined(own, [other])
    assert both.tags == {"club", "vip"}
    assert both.notes == ("tall", "tall", "kind")
    assert both.people == ("p", "q")


def test_of_the_same_identifier_the_verified_one_holds_and_both_times_count():
    own = Customer(id="a", identifiers=[mail("x@y.org", first_seen=day(5), last_seen=day(6))])
    other = Customer(
        id="b",
        identifiers=[
            mail("X@Y.ORG", source="till", verified=True, first_seen=day(3), last_seen=day(4)),
            mail("z@y.org"),
        ],
    )
    first, second = combined(own, [other]).identifiers
    assert first == mail(
        "x@y.org", source="till", verified=True, first_seen=day(3), last_seen=day(6)
    )
    assert second.value == "z@y.org"
    assert combined(other, [own]).identifiers[0] == first


def test_a_verified_contact_point_is_never_overwritten_and_what_came_back_is_known():
    bounce = Bounce(at=day(8), hard=True)
    own = Customer(id="a", contact_points=[point("x@y.org", verified=True, confirmed_at=day(2))])
    broken = point("x@y.org", source="list", repair="broken", bounces=[bounce])
    (both,) = combined(own, [Customer(id="b", contact_points=[broken])]).contact_points
    assert (both.verified, both.source) == (True, "shop")
    assert (both.repair, both.bounces, both.confirmed_at) == (Repair.BROKEN, (bounce,), day(2))


def test_contact_points_that_have_ended_stay_as_history():
    ended = point("x@y.org", valid_from=day(0), valid_until=day(3))
    own = Customer(id="a", contact_points=[point("x@y.org", valid_from=day(5))])
    both = combined(own, [Customer(id="b", contact_points=[ended, point("z@y.org")])])
    assert [one.value for one in both.contact_points] == ["x@y.org", "x@y.org", "z@y.org"]
    assert both.contact_points[0].valid_from == day(5)


def test_what_records_say_differently_is_named_and_kept_out_of_reprs():
    own = Customer(id="ann", name="Ann", attributes={"size": 4, "hat": None})
    other = Customer(id="bob", name="Bob", attributes={"size": 5, "hat": None, "shoe": 39})
    found = conflicts(own, [other])
    assert [(one.name, one.kept, one.dropped) for one in found] == [
        ("name", "Ann", "Bob"),
        ("attributes.size", 4, 5),
    ]
    assert "Bob" not in repr(found)
    assert combined(own, [other]).attributes == {"size": 4, "hat": None, "shoe": 39}


@given(customers(id=st.just("a")), customers(id=st.just("b")))
def test_nothing_is_dropped_without_a_conflict_that_says_so(own, other):
    both, named = combined(own, [other]), {one.name for one in conflicts(own, [other])}
    for side in (own, other):
        assert side.tags <= both.tags
        assert {(i.kind, i.value) for i in side.identifiers} <= {
            (i.kind, i.value) for i in both.identifiers
        }
        assert {(p.medium, p.value) for p in side.contact_points} <= {
            (p.medium, p.value) for p in both.contact_points
        }
        assert {*side.notes, *side.people} <= {*both.notes, *both.people}
        assert set(side.attributes) <= set(both.attributes)
    for name in ("name", "birthday", "language", "region", "acquisition", "declared_level"):
        ours, theirs = getattr(own, name), getattr(other, name)
        assert getattr(both, name) == (theirs if ours is None else ours)
        assert (name in named) == (None not in (ours, theirs) and ours != theirs)


@given(customers(id=st.just("a")))
def test_a_record_combined_with_itself_is_itself(own):
    again = combined(own, [own])
    assert evolve(again, contact_points=[], notes=[], people=[]) == evolve(
        own, contact_points=[], notes=[], people=[]
    )
    assert conflicts(own, [own]) == ()


# Parting


@given(customers(id=st.just("a")), customers(id=st.just("b")))
def test_parting_gives_back_what_was_there_before(own, other):
    assert parted(combined(own, [other]), own, other) == own


def test_what_was_changed_since_the_merge_stays():
    own = Customer(id="ann", tags={"club"}, attributes={"size": 4})
    other = Customer(
        id="bob",
        name="Bob",
        region="Lugo",
        tags={"vip"},
        identifiers=[mail("b@y.org")],
        attributes={"shoe": 39},
    )
    now = evolve(
        combined(own, [other]),
        name="Robert",
        tags={"vip", "new"},
        notes=["called"],
        attributes={"shoe": 40, "size": 4},
        version=7,
    )
    left = parted(now, own, other)
    assert (left.name, left.region, left.version) == ("Robert", None, 7)
    assert (left.tags, left.notes, left.identifiers) == ({"new"}, ("called",), ())
    assert left.attributes == {"shoe": 40, "size": 4}


def test_a_field_set_to_what_the_absorbed_record_says_goes_back():
    own, other = Customer(id="ann", name="Ann"), Customer(id="bob", name="Bob")
    assert parted(evolve(own, name="Bob"), own, other).name == "Ann"


# Persons


def table(*rows):
    kept = {one.id: one for one in rows}
    return kept, kept.get


def line(who, to, before=None):
    return Alias(customer_id=who, stands_for=to, recorded_at=day(1), before=before)


ANN = Customer(id="ann", name="Ann", version=1)
BOB = Customer(id="bob", region="Lugo", tags={"vip"}, version=4)
CID = Customer(id="cid", language="es", version=2)


def test_a_person_has_one_record_by_any_id():
    _, own = table(ANN, BOB, CID)
    persons = Persons([line("cid", "bob", BOB), line("bob", "ann", ANN)])
    assert persons.members("cid") == ("ann", "cid", "bob")
    for id_ in ("ann", "bob", "cid"):
        assert persons.survivor(id_) == "ann"
        record = persons.record(id_, own)
        assert (record.id, record.name, record.region, record.language) == (
            *("ann", "Ann", "Lugo", "es"),
        )
    assert persons.record("zoe", own) is None
    assert persons.members("zoe") == ("zoe",)


def test_records_of_all_are_those_of_each_and_members_have_none_of_their_own():
    kept, own = table(ANN, BOB, CID, Customer(id="zoe", version=1))
    persons = Persons([line("bob", "ann", ANN)])
    found = {one.id: one for one in persons.records(kept.values())}
    assert set(found) == {"ann", "cid", "zoe"}
    assert all(persons.record(id_, own) == one for id_, one in found.items())


def test_a_survivor_without_a_record_has_that_of_its_members():
    _, own = table(BOB)
    record = Persons([line("bob", "ann")]).record("ann", own)
    assert (record.id, record.version, record.region) == ("ann", 0, "Lugo")
    assert Persons([line("bob", "ann")]).record("ann", lambda _: None) is None


def test_a_record_that_was_put_since_is_the_whole_record():
    put = evolve(ANN, notes=["bob's region was wrong"], version=2)
    _, own = table(put, BOB)
    persons = Persons([line("bob", "ann", ANN)])
    assert persons.record("bob", own) == put


def test_what_is_lent_is_read_beside_and_never_taken_over():
    lease = Acquisition(mode="rented", expires=day(100))
    rented = Customer(
        id="bob", identifiers=[mail("b@y.org")], tags={"list"}, acquisition=lease, version=1
    )
    kept, own = table(ANN, rented)
    persons = Persons([line("bob", "ann", ANN)])
    read = persons.record("ann", own)
    assert read.identifiers
    part = persons.own_part(evolve(read, region="Lugo"), own)
    assert part == evolve(ANN, region="Lugo")
    kept["ann"] = evolve(part, version=2)
    assert persons.record("ann", own).identifiers == rented.identifiers
    kept["bob"] = Customer(id="bob", acquisition=lease, version=1)  # as it is read after the day
    assert persons.record("ann", own).identifiers == ()
    assert persons.record("ann", own).region == "Lugo"


def test_parting_reaches_every_record_that_took_the_absorbed_one_in():
    kept, own = table(ANN, BOB, CID)
    persons = Persons([line("cid", "bob", BOB), line("bob", "ann", ANN)])
    kept["ann"] = evolve(persons.record("ann", own), version=2)
    (left,) = persons.parted_records("cid", own)
    assert left == evolve(ANN, region="Lugo", tags={"vip"}, version=2)
    assert persons.parted_records("bob", own) == [evolve(ANN, version=2)]


def test_what_a_record_below_lost_is_lost_above_as_well():
    kept, own = table(ANN, BOB, CID)
    first = line("cid", "bob", BOB)
    kept["bob"] = evolve(Persons([first]).record("bob", own), version=5)
    persons = Persons([first, line("bob", "ann", ANN)])
    kept["ann"] = evolve(persons.record("ann", own), version=2)
    assert kept["ann"].language == kept["bob"].language == "es"
    left = {one.id: one for one in persons.parted_records("cid", own)}
    assert left["bob"] == evolve(BOB, version=5)
    assert left["ann"] == evolve(ANN, region="Lugo", tags={"vip"}, version=2)


def test_parting_one_takes_over_nothing_that_another_has_on_lease():
    lease = Acquisition(mode="rented", expires=day(100))
    rented = Customer(id="cid", tags={"list"}, acquisition=lease, version=1)
    kept, own = table(ANN, BOB, rented)
    persons = Persons([line("bob", "ann", ANN), line("cid", "ann", ANN)])
    kept["ann"] = evolve(persons.own_part(persons.record("ann", own), own), version=2)
    assert kept["ann"].tags == {"vip"}
    assert persons.parted_records("bob", own) == [evolve(ANN, version=2)]


def test_a_record_that_was_not_put_is_left_alone():
    _, own = table(ANN, BOB)
    assert Persons([line("bob", "ann", ANN)]).parted_records("bob", own) == []
    assert Persons([line("zoe", "ann", ANN)]).parted_records("zoe", own) == []


# Who survives


def order(who, on, order_id=None, product="lamp"):
    number = order_id or f"{who}-{on}"
    one = Line(product_id=product, amount=Money.of("20.00", "EUR"))
    return Purchase(id=number, order_id=number, customer_id=who, at=day(on), lines=[one])


def seen(who, on):
    return Visit(id=f"v-{who}-{on}", customer_id=who, at=day(on), action="viewed")


def person(who, *history, **fields):
    record = Customer(id=who, **fields) if fields else None
    return Person(customer_id=who, own=record, record=record, history=history)


COOKIE = Identifier(kind="anonymous", value="f00d")

CASES = {
    "a customer beats a guest that was there first": (
        person("zoe", order("zoe", 9)),
        person(GUEST, order(GUEST, 1)),
        SurvivorRule.ACCOUNT,
    ),
    "a name beats an older visitor": (
        person("zoe", name="Zoe"),
        person("ann", seen("ann", 1)),
        SurvivorRule.KNOWN,
    ),
    "a mail address beats anonymous ids": (
        person("zoe", seen("zoe", 5), identifiers=[mail("z@y.org")]),
        person("ann", seen("ann", 1), identifiers=[COOKIE]),
        SurvivorRule.KNOWN,
    ),
    "a buyer beats a visitor": (
        person("zoe", order("zoe", 9)),
        person("ann", seen("ann", 1)),
        SurvivorRule.KNOWN,
    ),
    "older beats newer": (
        person("zoe", order("zoe", 1)),
        person("ann", order("ann", 2)),
        SurvivorRule.OLDER,
    ),
    "who was ever there beats a record alone": (
        person("zoe", seen("zoe", 9), name="Zoe"),
        person("ann", name="Ann"),
        SurvivorRule.OLDER,
    ),
    "whose identifier was met first": (
        person("zoe", identifiers=[mail("z@y.org", first_seen=day(1))]),
        person("ann", identifiers=[mail("a@y.org", first_seen=day(2)), mail("b@y.org")]),
        SurvivorRule.SEEN,
    ),
    "the lower id by code points": (
        person("Zoe", order("Zoe", 1)),
        person("ann", order("ann", 1)),
        SurvivorRule.ID,
    ),
}


@pytest.mark.parametrize(("survivor", "absorbed", "rule"), CASES.values(), ids=CASES)
def test_the_survivor_does_not_hang_on_who_is_named_first(survivor, absorbed, rule):
    assert chosen(survivor, absorbed) == (survivor, absorbed, rule)
    assert chosen(absorbed, survivor) == (survivor, absorbed, rule)


def test_whom_nobody_can_be_merged_with_is_refused():
    ann = person("ann", order("ann", 1))
    for other, told in (
        (ann, "must not be the same person"),
        (person("zoe"), "nothing is kept of it; put its record first"),
        (person("erased:0a", order("erased:0a", 1)), "pseudonym of somebody who was erased"),
        (person("guest:erased/0a.1", order("x", 1)), "pseudonym of somebody who was erased"),
    ):
        with pytest.raises(InvalidValueError, match=told):
            chosen(ann, other)
    guests = [person(id_, order(id_, 1)) for id_ in (GUEST, guest_id("shop", "o8"))]
    with pytest.raises(InvalidValueError, match="both are guests; link each to its account"):
        chosen(*guests)


@pytest.mark.parametrize("given_as", ["email", "E-Mail", "phone", "name", "ann@example.org"])
def test_an_equal_address_is_no_evidence_and_is_not_repeated(given_as):
    with pytest.raises(InvalidValueError, match="is no evidence: whoever orders") as refused:
        evidence_of(given_as)
    assert "example.org" not in str(refused.value)


def test_evidence_is_a_word():
    assert evidence_of("signed_in") is Evidence.SIGNED_IN
    with pytest.raises(InvalidValueError, match="must be one of signed_in, order_claimed"):
        evidence_of("hunch")


# The preview


def consent(who, on, granted):
    return ConsentChanged(
        id=f"{who}-{on}",
        customer_id=who,
        at=day(on),
        medium="email",
        purpose="promotion",
        granted=granted,
    )


def test_a_preview_shows_both_sides_what_they_become_and_what_is_dropped():
    ann = person("ann", order("ann", 1), consent("ann", 5, granted=True), name="Ann")
    bob = person("bob", order("bob", 2), consent("bob", 3, granted=False), name="Bob")
    found = previewed(bob, ann, at=day(10), to=TO)
    assert (found.survivor, found.absorbed, found.rule) == ("ann", "bob", SurvivorRule.OLDER)
    assert [(one.orders, one.revenue.minor, one.interactions) for one in found.sides] == [
        (1, 2000, 2),
        (1, 2000, 2),
    ]
    both = found.merged
    assert (both.orders, both.revenue, both.interactions) == (2, Money.of("40.00", "EUR"), 4)
    assert (both.first, both.last) == (date(2026, 1, 2), date(2026, 1, 6))
    assert found.consents == (
        Consent(medium="email", purpose="promotion", granted=False, since=day(10)),
    )
    assert found.record.name == "Ann"
    assert [(one.kept, one.dropped) for one in found.conflicts] == [("Ann", "Bob")]
    assert "'Bob'" not in repr(found)
    assert "'Ann'" not in repr(found)
    shown = str(found)
    assert "bob will stand for ann: who was there first survives" in shown
    assert "Ann (not Bob)" in shown
    assert "2 orders, EUR 40.00, 4 interactions" in shown
    assert "email/promotion denied on 2026-01-11" in shown
    assert found.notes == ()


def test_a_return_that_finds_its_order_with_the_other_is_told():
    lamp = Line(product_id="lamp", amount=Money.of("20.00", "EUR"))
    back = Return(id="r", customer_id="bob", at=day(3), lines=[lamp])
    ann, bob = person("ann", order("ann", 1)), person("bob", order("bob", 2, product="rug"), back)
    found = previewed(ann, bob, at=day(10), to=TO)
    assert [one.orders for one in found.sides] == [1, 1]
    assert found.merged.orders == 1
    assert found.merged.revenue.minor == sum(one.revenue.minor for one in found.sides) == 2000
    assert found.notes[0].startswith("1 orders count as sent back")


def test_a_preview_of_two_without_records_has_none():
    found = previewed(
        person("ann", order("ann", 1)), person("bob", order("bob", 2)), at=day(10), to=TO
    )
    assert found.record is None
    assert found.conflicts == ()
    assert str(found.merged).startswith("ann")


def test_what_was_done_says_how_it_is_undone():
    merged = Merged(survivor="ann", absorbed="bob", rule=SurvivorRule.KNOWN)
    assert "unmerge('bob') undoes it" in str(merged)
    assert merged.why == "who is known survives, not who is anonymous"
    assert "not for ann" in str(Unmerged(customer_id="bob", stood_for="ann"))
    again = Unmerged(customer_id="bob", stood_for="ann", records=("ann",))
    assert "put again without what came from it: ann" in str(again)
