"""What is left of a person's facts: every figure, and nothing that says whose they were."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.adapters.wire import to_json
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, guest_id, is_guest
from crmkit.domain.events import Event
from crmkit.domain.forgetting import Forgetting, Marks, is_pseudonym, new_token, pseudonym_for
from crmkit.domain.interactions import Purchase, Referral, in_order
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of, link_returns
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.testing._person import GUEST_ORDER, PERSON, person
from crmkit.testing.strategies import histories

TO = Reporting(Shop(id="lamp", currency="EUR"))
START = datetime(2026, 3, 2, tzinfo=UTC)
TOKEN = "f" * 32
MARKS = Marks(b"a secret of the shop", "lamp")
MEMBERS = (PERSON, guest_id("shop", GUEST_ORDER))


def bought(id_, who="ann", **more):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    given = {"order_id": id_, "at": START, "lines": [line]} | more
    return Purchase(id=id_, customer_id=who, **given)


def summed(history):
    """What a history adds up to, with the keys of orders, cases and promises left out."""
    tally = CustomerTally.collect(facts_of(history, TO))
    return evolve(
        CustomerSummary.read("anyone", tally, as_of_day=30_000),
        offers={key: evolve(one, order_keys=()) for key, one in tally.offers.items()},
        referrals=sorted(map(repr, tally.referrals.values())),
    )


def linked(history):
    return [(one.line, one.rule, one.part.units, one.part.amount) for one in link_returns(history)]


# --- nothing says whose it was -----------------------------------------------------------------


def test_no_word_of_the_person_is_left_in_any_field_of_any_kind():
    known = person()
    forgetting = Forgetting.of(TOKEN, MEMBERS, known.interactions)
    left = "\n".join(to_json(forgetting.stripped(one)) for one in known.interactions)
    assert [one for one in known.secrets if one in left] == []


def test_what_statistics_need_stays():
    known = person()
    first, stripped = known.interactions[0], Forgetting.of(TOKEN, MEMBERS, known.interactions)
    left = stripped.stripped(first)
    assert (left.lines, left.tax, left.at, left.channel) == (
        first.lines,
        first.tax,
        first.at,
        first.channel,
    )


def test_extras_that_the_shop_declares_impersonal_outlive_the_person():
    known = person()
    forgetting = Forgetting.of(TOKEN, MEMBERS, known.interactions, kept_extras=["wrap", "other"])
    assert dict(forgetting.stripped(known.interactions[0]).extra) == {"wrap": "plain"}


def test_what_is_about_somebody_else_stays_as_it_is():
    forgetting = Forgetting.of(TOKEN, ["ann"], [bought("1")])
    other = bought("2", "ben", extra={"remark": "ring twice"})
    assert forgetting.stripped(other) is other


def test_referrals_of_others_point_to_the_pseudonym():
    forgetting = Forgetting.of(TOKEN, ["ann"], [bought("1")])
    brought = Referral(id="r", customer_id="ben", at=START, referred_id="ann")
    assert forgetting.stripped(brought) == evolve(brought, referred_id=f"erased:{TOKEN}")


def test_each_id_of_a_person_gets_a_pseudonym_of_its_own_and_guests_stay_guests():
    forgetting = Forgetting.of(TOKEN, MEMBERS, [])
    assert forgetting.pseudonym == f"erased:{TOKEN}"
    assert is_guest(forgetting.people[MEMBERS[1]])
    assert len(set(forgetting.people.values())) == 2


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.integers(0, 12)
)
def test_pseudonyms_are_told_from_all_other_ids(customer_id, place):
    made = pseudonym_for(customer_id, new_token(), place)
    assert is_pseudonym(made)
    assert is_guest(made) == is_guest(customer_id)
    assert not is_pseudonym(customer_id)
    assert not is_pseudonym(f"{made}x")


# --- the books stay ----------------------------------------------------------------------------


@given(histories())
def test_a_history_adds_up_to_the_same(history):
    members = sorted({one.customer_id for one in history})
    forgetting = Forgetting.of(new_token(), members, history)
    stripped = [forgetting.stripped(one) for one in history]
    assert summed(stripped) == summed(history)
    assert linked(stripped) == linked(history)


@given(histories())
def test_a_history_stays_in_its_order(history):
    members = sorted({one.customer_id for one in history})
    forgetting = Forgetting.of(new_token(), members, history)
    was = [forgetting.stripped(one) for one in in_order(history)]
    assert in_order(was) == was


def test_returns_find_the_order_they_found_before_though_ids_are_new():
    """Both orders are at one moment: ties go by order id, so that order must last."""
    made = person().interactions[3]
    orders = [bought(id_, PERSON) for id_ in ("10", "9")]
    history = [*orders, evolve(made, lines=[Line(product_id="cup", amount=Money(500, "EUR"))])]
    forgetting = Forgetting.of(TOKEN, [PERSON], history)
    (link,) = link_returns(history)
    (after,) = link_returns([forgetting.stripped(one) for one in history])
    name = link.part.order_key.partition("/")[2]
    assert name == "9"
    assert after.part.order_key == f"shop/{forgetting.keys['order_id', 'shop', name]}"


# --- interactions that were corrected from one customer to another -----------------------------


def test_an_id_with_a_revision_of_somebody_else_stays_and_is_not_marked():
    first, second = bought("1"), bought("1", "ben", revision=1)
    forgetting = Forgetting.of(TOKEN, ["ann"], [first, second])
    stripped = forgetting.stripped(first)
    assert (stripped.id, stripped.customer_id) == ("1", f"erased:{TOKEN}")
    assert forgetting.stripped(second) is second
    assert forgetting.marks(MARKS) == {MARKS.of_customer("ann")}


def test_an_order_is_marked_where_the_latest_revision_is_the_persons():
    first, second = bought("1", "ben"), bought("1", revision=1)
    forgetting = Forgetting.of(TOKEN, ["ann"], [second, first])
    assert forgetting.orders == {("shop", "1")}
    assert MARKS.of_interaction(first) not in forgetting.marks(MARKS)


def test_all_revisions_of_the_person_share_the_new_id():
    first, second = bought("1"), bought("1", revision=1, channel="web")
    forgetting = Forgetting.of(TOKEN, ["ann"], [first, second])
    assert forgetting.stripped(first).id == forgetting.stripped(second).id == f"{TOKEN}.00000000"


# --- marks -------------------------------------------------------------------------------------


def test_customers_interactions_and_orders_are_marked():
    one = bought("fact-1", order_id="o-1")
    found = Forgetting.of(TOKEN, ["ann"], [one]).marks(MARKS)
    assert found == {MARKS.of_customer("ann"), MARKS.of_interaction(one), *MARKS.of_people(one)}
    assert len(found) == 3


def test_a_referral_tells_of_two_people():
    brought = Referral(id="r", customer_id="ben", at=START, referred_id="ann")
    assert MARKS.of_people(brought) == [MARKS.of_customer("ben"), MARKS.of_customer("ann")]


def test_marks_of_other_shops_keys_and_kinds_differ():
    marks = [
        MARKS.of("customer", "1"),
        MARKS.of("order", "1"),
        Marks(MARKS.key, "sofa").of("customer", "1"),
        Marks(b"another secret, as long", "lamp").of("customer", "1"),
        MARKS.of("customer", "1", ""),
        MARKS.check,
    ]
    assert len(set(marks)) == len(marks)


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_no_two_names_share_a_mark(some, others):
    assert (MARKS.of("order", *some) == MARKS.of("order", *others)) == (some == others)


def test_marks_do_not_change_from_release_to_release():
    """Whoever was erased must be told for ever: this mark is kept in databases."""
    assert MARKS.of_customer("ann").hex() == (
        "316b9e77947d1c74916e015b232d31f195e5da50c09788a17ab45cae8baabe7d"
    )


# --- alias lines, records, events --------------------------------------------------------------


def test_alias_lines_of_the_person_lose_their_evidence_and_the_record_before():
    record = Customer(id="ann", name="Ann")
    line = Alias(
        customer_id="a2", stands_for="ann", recorded_at=START, evidence="phone", before=record
    )
    left = Forgetting.of(TOKEN, ["ann", "a2"], []).lines([line])[0]
    assert left == Alias(
        customer_id=f"erased:{TOKEN}.1", stands_for=f"erased:{TOKEN}", recorded_at=START
    )


@pytest.mark.parametrize("stands_for", ["ann", None])
def test_a_line_that_was_undone_names_only_the_other(stands_for):
    line = Alias(customer_id="ben", stands_for=stands_for, recorded_at=START, evidence="a mistake")
    left = Forgetting.of(TOKEN, ["ann"], []).lines([line])[0]
    assert left.customer_id == "ben"
    assert left.stands_for == (None if stands_for is None else f"erased:{TOKEN}")
    assert left.evidence == (line.evidence if stands_for is None else None)


def test_an_organisation_no_longer_names_the_person_and_must_be_read_again():
    firm = Customer(id="firm", people=["ann", "ben"], version=3)
    forgetting = Forgetting.of(TOKEN, ["ann"], [])
    assert forgetting.record(firm) == evolve(firm, people=[f"erased:{TOKEN}", "ben"], version=4)
    assert forgetting.record(evolve(firm, people=["ben"])).version == 3
    line = Alias(customer_id="f2", stands_for="firm", recorded_at=START, before=firm)
    assert forgetting.lines([line])[0].before.people == (f"erased:{TOKEN}", "ben")


def event(type_, who, **data):
    return Event(position=1, id="e", type=type_, recorded_at=START, customer_id=who, data=data)


def test_events_name_the_pseudonym_and_the_new_id():
    forgetting = Forgetting.of(TOKEN, ["ann", "a2"], [bought("1")])
    told = forgetting.event(event("interaction.recorded", "ann", source="shop", id="1"))
    assert (told.customer_id, told.data["id"]) == (f"erased:{TOKEN}", f"{TOKEN}.00000000")
    merged = forgetting.event(event("customer.merged", "a2", stands_for="ann"))
    assert (merged.customer_id, merged.data["stands_for"]) == (
        f"erased:{TOKEN}.1",
        f"erased:{TOKEN}",
    )


def test_events_of_others_stay_as_they_are():
    forgetting = Forgetting.of(TOKEN, ["ann"], [bought("1")])
    others = event("interaction.recorded", "ben", source="shop", id="2")
    assert forgetting.event(others) is others


def test_tokens_are_random():
    assert len({new_token() for _ in range(50)}) == 50


def test_moments_are_kept_to_the_microsecond():
    one = bought("1", at=START + timedelta(microseconds=7))
    assert Forgetting.of(TOKEN, ["ann"], [one]).stripped(one).at == one.at
