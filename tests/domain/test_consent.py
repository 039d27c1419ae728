"""Consents: the latest decides, a tie is a no, silence is a no, merges are strict."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.consent import (
    Consent,
    Permission,
    consents_of,
    may_contact,
    permission_of,
    strictest,
)
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import ConsentChanged, Contact, Purpose
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.tally import CustomerSummary, CustomerTally

SHOP = Shop(id="lamp", currency="EUR")
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def said(on, granted, medium="email", purpose="promotion", number=0):
    return ConsentChanged(
        id=f"{on}-{granted}-{medium}-{purpose}-{number}",
        customer_id="ann",
        at=START + timedelta(days=on),
        medium=medium,
        purpose=purpose,
        granted=granted,
    )


def consent(on, granted, medium="email", purpose="promotion"):
    since = START + timedelta(days=on)
    return Consent(medium=medium, purpose=purpose, granted=granted, since=since)


def matters(*facts):
    return CustomerTally.collect(facts_of(facts, Reporting(SHOP))).matters


def allowed(*facts, medium="email", purpose="promotion"):
    return may_contact(matters(*facts), medium, purpose).allowed


changes = st.lists(
    st.builds(
        said,
        st.integers(0, 4),
        st.booleans(),
        st.sampled_from(["email", "phone", "any"]),
        st.sampled_from(["promotion", "care", "any"]),
        st.integers(0, 2),
    ),
    unique_by=lambda one: one.id,
    max_size=8,
)
consents = st.lists(
    st.builds(
        consent,
        st.integers(0, 4),
        st.booleans(),
        st.sampled_from(["email", "phone", "any"]),
        st.sampled_from(["promotion", "care", "any"]),
    ),
    max_size=6,
)
media, purposes = st.sampled_from(["email", "phone", "post"]), st.sampled_from(list(Purpose))


def test_silence_is_a_no_and_says_so():
    permission = may_contact({}, "email", "promotion")
    assert not permission.allowed
    assert permission.consent is None
    assert permission.reason == "no consent covers email/promotion: denied by default"
    assert str(permission) == "email/promotion: denied\n  " + permission.reason


def test_the_consents_are_the_latest_words_on_each_channel_and_purpose():
    found = consents_of(
        matters(
            said(0, granted=True),
            said(3, granted=False),
            said(1, granted=True, medium="phone", purpose="any"),
            Contact(id="c", customer_id="ann", at=START, direction="outbound", purpose="promotion"),
        )
    )
    assert found == (
        consent(3, granted=False),
        consent(1, granted=True, medium="phone", purpose="any"),
    )


def test_both_words_at_the_latest_moment_are_a_no():
    assert consents_of(matters(said(2, granted=True), said(2, granted=False))) == (
        consent(2, granted=False),
    )
    assert not allowed(said(2, granted=True), said(2, granted=False))


@pytest.mark.parametrize("medium", ["email", "any"])
@pytest.mark.parametrize("purpose", ["promotion", "any"])
def test_each_of_the_four_that_cover_a_contact_allows_it(medium, purpose):
    assert allowed(said(0, granted=True, medium=medium, purpose=purpose))


@pytest.mark.parametrize(("medium", "purpose"), [("phone", "promotion"), ("email", "care")])
def test_a_consent_for_something_else_allows_nothing(medium, purpose):
    assert not allowed(said(0, granted=True, medium=medium, purpose=purpose))


def test_the_latest_decides_however_wide_it_is():
    wide_no = said(5, granted=False, medium="any", purpose="any")
    assert not allowed(said(1, granted=True), wide_no)
    assert allowed(said(6, granted=True), wide_no)
    assert not allowed(said(6, granted=True), wide_no, medium="phone")


def test_a_tie_of_different_widths_is_a_no():
    assert not allowed(said(4, granted=True), said(4, granted=False, purpose="any"))
    assert not allowed(said(4, granted=False), said(4, granted=True, medium="any"))


def test_the_explanation_names_what_decided_and_what_did_not():
    permission = may_contact(
        matters(
            said(1, granted=True),
            said(5, granted=True, purpose="any"),
            said(5, granted=False, medium="any"),
        ),
        "email",
        "promotion",
    )
    told = permission.explain()
    assert (told.figure, told.answer) == ("may_contact", "denied")
    assert dict(told.inputs)["decided by"] == "any/promotion denied on 2026-01-06 12:00 UTC"
    assert told.left_out == (
        "email/any granted on 2026-01-06 12:00 UTC: said at the same moment",
        "email/promotion granted on 2026-01-02 12:00 UTC: said earlier",
    )


def test_a_summary_is_asked_in_the_same_way():
    tally = CustomerTally.collect(facts_of([said(0, granted=True)], Reporting(SHOP)))
    summary = CustomerSummary.read("ann", tally, as_of_day=20_500)
    assert may_contact(summary.matters, "email", "promotion").allowed
    assert not may_contact(summary.matters, "phone", "promotion").allowed


@pytest.mark.parametrize(
    ("medium", "purpose", "field"),
    [
        ("any", "promotion", "medium"),
        ("E-mail", "promotion", "medium"),
        ("email", "spam", "purpose"),
        ("email", "any", "purpose"),
    ],
)
def test_what_is_no_single_contact_is_refused(medium, purpose, field):
    with pytest.raises(InvalidValueError) as caught:
        may_contact({}, medium, purpose)
    assert caught.value.field == field


def test_a_permission_cannot_be_made_up_without_a_consent():
    assert not Permission(medium="email", purpose="care").allowed


@given(changes, st.randoms(use_true_random=False), media, purposes)
def test_neither_order_nor_repetition_changes_an_answer(facts, random, medium, purpose):
    answer = may_contact(matters(*facts), medium, purpose)
    shuffled = random.sample(facts, len(facts))
    rows = facts_of(shuffled, Reporting(SHOP))
    twice = CustomerTally.collect([*rows, *rows]).matters
    assert may_contact(matters(*shuffled), medium, purpose) == answer
    assert may_contact(twice, medium, purpose) == answer


@given(changes, changes, media, purposes)
def test_adding_a_denial_never_allows(facts, more, medium, purpose):
    names = {one.id for one in facts}
    denials = [one for one in more if not one.granted and one.id not in names]
    before = may_contact(matters(*facts), medium, purpose).allowed
    assert may_contact(matters(*facts, *denials), medium, purpose).allowed <= before


@given(changes, media, purposes)
def test_an_answer_is_that_of_a_plain_reading_of_the_history(facts, medium, purpose):
    covering = [
        one for one in facts if one.medium in {medium, "any"} and one.purpose in {purpose, "any"}
    ]
    last = max((one.at for one in covering), default=None)
    expected = bool(covering) and all(one.granted for one in covering if one.at == last)
    assert may_contact(matters(*facts), medium, purpose).allowed == expected


def test_a_no_on_one_record_outlives_a_later_yes_on_the_other():
    merged = strictest([consent(1, granted=False)], [consent(9, granted=True)])
    assert merged == (consent(9, granted=False),)


def test_a_wide_no_on_one_record_outlives_a_later_narrow_yes_on_the_other():
    merged = strictest(
        [consent(1, granted=False, medium="any", purpose="any")], [consent(9, granted=True)]
    )
    assert not permission_of(merged, "email", "promotion").allowed


def test_a_no_and_a_yes_meet_where_neither_record_looked():
    merged = strictest(
        [consent(1, granted=False, medium="any")], [consent(9, granted=True, purpose="any")]
    )
    assert not permission_of(merged, "email", "promotion").allowed
    assert permission_of(merged, "email", "care").allowed


def test_a_record_that_is_silent_forbids_nothing():
    assert strictest([consent(1, granted=True)], []) == (consent(1, granted=True),)
    assert strictest([], []) == ()


def test_what_is_said_after_a_merge_decides():
    merged = strictest([consent(1, granted=False)], [consent(5, granted=True)])
    later = consent(6, granted=True)
    assert permission_of([*merged, later], "email", "promotion").allowed


@given(consents, consents, media, purposes)
def test_a_merge_allows_only_what_no_record_forbids_and_one_allows(a, b, medium, purpose):
    each = [permission_of(side, medium, purpose) for side in (a, b)]
    if permission_of(strictest(a, b), medium, purpose).allowed:
        assert all(one.allowed or one.consent is None for one in each)
        assert any(one.allowed for one in each)


@given(consents, consents)
def test_a_merge_does_not_depend_on_which_record_comes_first(a, b):
    assert strictest(a, b) == strictest(b, a)


@given(consents, media, purposes)
def test_a_record_merged_with_nothing_or_itself_says_what_it_said(record, medium, purpose):
    said_alone = permission_of(record, medium, purpose).allowed
    assert permission_of(strictest(record), medium, purpose).allowed == said_alone
    assert permission_of(strictest(record, record), medium, purpose).allowed == said_alone
