"""Contact points stay in repair: proof is never lost, news may come in any order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.consent import permission_of
from crmkit.domain.contact_points import (
    SOFT_LIMIT,
    SOFT_WINDOW,
    bounced,
    confirmed,
    knows,
    reached,
    with_point,
)
from crmkit.domain.contact_validity import HALF_LIVES, current, likely_valid, working_points
from crmkit.domain.customer import ContactPoint, Customer, Identifier, Repair
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.repair import RepairWorth, ranked, to_repair

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
MAIL, OTHER = "ann@shop.example", "ann@other.example"
ANN = Customer(id="ann")


def day(number):
    return START + timedelta(days=number)


def known(value=MAIL, **fields):
    return with_point(ANN, "email", value, at=START, **fields)


def point(customer, value=MAIL):
    return next(one for one in customer.contact_points if one.value == value)


def test_an_unproved_value_is_added_beside_a_proved_one():
    ann = with_point(known(verified=True), "email", OTHER, at=day(1), replaces=MAIL)
    assert [(one.value, one.verified, one.valid_until) for one in ann.contact_points] == [
        (MAIL, True, None),
        (OTHER, False, None),
    ]


def test_a_proved_value_takes_the_place_of_any_and_the_old_one_stays_as_history():
    ann = with_point(known(verified=True), "email", OTHER, at=day(1), verified=True, replaces=MAIL)
    assert point(ann).valid_until == day(1)
    assert [one.value for one in current(ann, day(1))] == [OTHER]
    assert [one.value for one in current(ann, START)] == [MAIL]


def test_the_same_value_without_proof_takes_nothing_away():
    ann = known(verified=True, source="door")
    assert with_point(ann, "email", " ANN@shop.example", at=day(3), source="till") is ann
    assert with_point(bounced(ann, "email", MAIL, day(1), hard=True), "email", MAIL, at=day(2)) == (
        bounced(ann, "email", MAIL, day(1), hard=True)
    )


def test_proof_repairs_and_is_kept_with_its_time():
    ann = confirmed(bounced(known(), "email", MAIL, day(1), hard=True), "email", MAIL, day(2))
    assert (point(ann).repair, point(ann).verified, point(ann).confirmed_at) == (
        Repair.VALID,
        True,
        day(2),
    )
    assert confirmed(ANN, "email", MAIL, day(2)).contact_points[0].verified


def test_a_value_that_had_ended_comes_back_beside_its_history():
    moved = with_point(known(), "email", OTHER, at=day(1), replaces=MAIL)
    back = with_point(moved, "email", MAIL, at=day(5))
    assert [(one.value, one.valid_from, one.valid_until) for one in back.contact_points] == [
        (MAIL, START, day(1)),
        (OTHER, day(1), None),
        (MAIL, day(5), None),
    ]


def test_replacing_what_is_not_in_use_is_refused_without_showing_it():
    with pytest.raises(InvalidValueError) as caught:
        with_point(known(), "email", OTHER, at=day(1), replaces="bob@shop.example")
    assert "bob" not in str(caught.value)


def test_a_hard_bounce_breaks_and_a_soft_one_makes_suspect():
    assert point(bounced(known(), "email", MAIL, day(1), hard=True)).repair is Repair.BROKEN
    assert point(bounced(known(), "email", MAIL, day(1), hard=False)).repair is Repair.SUSPECT


def soft(days):
    ann = known()
    for number in days:
        ann = bounced(ann, "email", MAIL, day(number), hard=False)
    return point(ann).repair


def test_soft_bounces_break_only_within_the_window():
    inside = [SOFT_WINDOW.days * number // (SOFT_LIMIT - 1) for number in range(SOFT_LIMIT)]
    assert soft(inside) is Repair.BROKEN
    assert soft([*inside[:-1], inside[-1] + 1]) is Repair.SUSPECT
    assert soft(inside[:-1]) is Repair.SUSPECT


def test_the_same_bounce_told_again_counts_once():
    assert soft([1] * SOFT_LIMIT) is Repair.SUSPECT


def news(draw_from):
    """Functions of a record, each a piece of news."""
    kinds = {
        "hard": lambda at: lambda one: bounced(one, "email", MAIL, at, hard=True),
        "soft": lambda at: lambda one: bounced(one, "email", MAIL, at, hard=False),
        "reached": lambda at: lambda one: reached(one, "email", MAIL, at),
        "confirmed": lambda at: lambda one: confirmed(one, "email", MAIL, at),
        "heard": lambda at: lambda one: with_point(one, "email", MAIL, at=at),
    }
    return [kinds[kind](day(number)) for kind, number in draw_from]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hard", "soft", "reached", "confirmed", "heard"]),
            st.integers(0, 60),
        ),
        max_size=4,
    )
)
def test_news_end_in_the_same_record_in_any_order_and_told_twice(told):
    ends = set()
    for order in permutations(news(told)):
        ann = known()
        for piece in (*order, *order):
            ann = piece(ann)
        ends.add(ann.contact_points)
    assert len(ends) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from([MAIL, OTHER]), st.booleans(), st.booleans(), st.integers(0, 9)),
        max_size=6,
    )
)
def test_nothing_is_ever_deleted_and_proof_never_lost(steps):
    ann = known(verified=True)
    seen = {MAIL}
    for value, proof, replacing, number in steps:
        in_use = {one.value for one in ann.contact_points if one.valid_until is None}
        replaces = MAIL if replacing and MAIL in in_use and value != MAIL else None
        before = [(one.value, one.verified) for one in ann.contact_points]
        ann = with_point(ann, "email", value, at=day(number), verified=proof, replaces=replaces)
        after = [(one.value, one.verified) for one in ann.contact_points]
        seen.add(value)
        assert {value for value, _ in after} == seen
        kept = zip(after, before, strict=False)  # what is new comes behind
        assert all(now[0] == old[0] and now[1] >= old[1] for now, old in kept)
    assert point(ann).verified


def test_a_bounce_of_an_identifier_makes_it_a_contact_point():
    named = Customer(id="ann", identifiers=(Identifier(kind="email", value=MAIL, verified=True),))
    assert knows(named, "email", MAIL.upper())
    assert not knows(named, "phone", "123")
    ann = bounced(named, "email", MAIL, day(1), hard=True)
    assert (point(ann).verified, point(ann).repair) == (True, Repair.BROKEN)


def test_an_unknown_value_is_refused_without_showing_it():
    for act in (reached, lambda *args: bounced(*args, hard=True)):
        with pytest.raises(InvalidValueError) as caught:
            act(ANN, "email", MAIL, START)
        assert "ann@" not in str(caught.value)


def test_malformed_values_and_naive_times_are_refused():
    with pytest.raises(InvalidValueError):
        with_point(ANN, "email", "nothing", at=START)
    with pytest.raises(InvalidValueError):
        with_point(ANN, "email", MAIL, at=datetime(2026, 1, 1))


def test_validity_halves_with_every_half_life():
    old = point(known())
    half = HALF_LIVES["email"]
    assert likely_valid(old, START) == 1.0
    assert likely_valid(old, START + half) == 0.5
    assert likely_valid(old, START + 2 * half) == 0.25
    assert likely_valid(old, START + half, half_lives={"email": half / 2}) == 0.25


def test_validity_begins_anew_where_the_point_was_reached():
    again = point(reached(known(), "email", MAIL, day(900)))
    assert likely_valid(again, day(900)) == 1.0
    assert likely_valid(again, day(450)) == pytest.approx(0.5**0.5)


def test_what_is_suspect_is_half_as_likely_and_what_is_broken_or_ended_never():
    suspect = point(bounced(known(), "email", MAIL, START, hard=False))
    assert likely_valid(suspect, START) == 0.5
    assert likely_valid(point(bounced(known(), "email", MAIL, day(1), hard=True)), day(1)) == 0.0
    ended = point(with_point(known(), "email", OTHER, at=day(1), replaces=MAIL))
    assert likely_valid(ended, day(1)) == 0.0


def test_validity_is_missing_where_nothing_says_since_when():
    assert likely_valid(ContactPoint(medium="email", value=MAIL), START) is None
    assert likely_valid(point(known()), START - timedelta(days=1)) is None


def test_working_points_put_proof_first_and_leave_out_the_broken():
    ann = with_point(known(), "phone", "+34600111222", at=START, verified=True)
    ann = with_point(ann, "post", "Calle Mayor 1", at=START)
    ann = bounced(ann, "post", "calle  MAYOR 1", day(1), hard=True)
    assert [one.medium for one in working_points(ann, day(2))] == ["phone", "email"]


def tasks(customer, amount=None, **options):
    def denied(_who, medium):
        return permission_of((), medium, "care")

    worth = RepairWorth(amount=amount, of="revenue so far (no model)")
    return list(to_repair(customer, day(10), worth=worth, may_contact=denied, **options))


def test_broken_points_become_tasks_that_ask_nobody_without_consent():
    ann = with_point(known(), "phone", "+34600111222", at=START)
    ann = bounced(ann, "email", MAIL, day(3), hard=True)
    (task,) = tasks(ann)
    assert task.reason == "broken: 1 came back, the last a hard bounce on 2026-01-04"
    assert [one.point.medium for one in task.others] == ["phone"]
    assert task.ask_by == ()
    assert MAIL not in str(task) + repr(task)
    assert "600111222" not in str(task) + repr(task)


def test_old_points_become_tasks_only_when_asked_for():
    assert tasks(known()) == []
    assert [one.reason for one in tasks(known(), least_valid=0.999)] == [
        "old: works with a chance of 99%"
    ]


def test_tasks_are_ranked_by_worth_and_the_unknown_come_last():
    def broken(who):
        one = with_point(Customer(id=who), "email", MAIL, at=START)
        return bounced(one, "email", MAIL, day(1), hard=True)

    found = [*tasks(broken("a")), *tasks(broken("b"), 5.0), *tasks(broken("c"), 9.0)]
    found += [*tasks(broken("d"), -1.0), *tasks(broken("0"), 5.0)]
    assert [one.customer_id for one in ranked(found)] == ["c", "0", "b", "d", "a"]
