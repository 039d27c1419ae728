"""Histories of one person are read as one: money stays, the strictest consent holds."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.aliases import Alias, known_lines, members_by_survivor, standing, survivors
from crmkit.domain.consent import permission_of
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import ConsentChanged, CostIncurred, Referral, Visit
from crmkit.domain.joining import MERGE_SOURCE, REWARD, joined, read_under, said
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = START + timedelta(days=365)


def day(number):
    return START + timedelta(days=number)


def line(who, to, on=10):
    return Alias(customer_id=who, stands_for=to, recorded_at=day(on))


def visit(who, on, id_="v"):
    return Visit(id=f"{id_}-{who}", customer_id=who, at=day(on), action="viewed")


def told(who, on, granted, medium="email", purpose="promotion"):
    return ConsentChanged(
        id=f"{who}-{on}-{medium}-{purpose}-{granted}",
        customer_id=who,
        at=day(on),
        medium=medium,
        purpose=purpose,
        granted=granted,
    )


def read(histories, *lines, survivor="ann"):
    return joined(survivor, histories, lines, survivors(lines))


def allowed(history, at=LATER, medium="email", purpose="promotion"):
    return permission_of(said(history, at), medium, purpose).allowed


def test_what_happened_with_members_is_read_under_the_survivor_in_order_of_time():
    history = read(
        {"ann": [visit("ann", 3)], "bob": [visit("bob", 1), visit("bob", 5, "w")]},
        line("bob", "ann"),
    )
    assert [(one.id, one.customer_id) for one in history] == [
        ("v-bob", "ann"),
        ("v-ann", "ann"),
        ("w-bob", "ann"),
    ]


def test_whom_nobody_stands_for_is_read_as_it_came():
    own = [visit("ann", 3), told("ann", 4, granted=True)]
    assert read({"ann": own}, line("bob", "cid")) == own


def test_a_chain_ends_at_its_survivor_and_a_member_that_stands_for_itself_again_is_out():
    lines = [line("cid", "bob"), line("bob", "ann"), line("dan", "ann")]
    assert survivors(lines) == {"cid": "ann", "bob": "ann", "dan": "ann"}
    assert members_by_survivor(survivors(lines)) == {"ann": ("ann", "bob", "cid", "dan")}
    lines.append(line("bob", None, on=20))
    assert survivors(lines) == {"cid": "bob", "dan": "ann"}
    assert known_lines(lines, day(15)) == lines[:3]
    assert known_lines(lines, None) == lines


def test_what_stands_again_stands_later():
    lines = [line("bob", "ann"), line("cid", "ann"), line("bob", None, 20), line("bob", "ann", 30)]
    assert list(standing(lines)) == ["cid", "bob"]


def test_nobody_stands_for_themselves():
    with pytest.raises(InvalidValueError, match="must be somebody else"):
        line("ann", "ann")


def referral(who, whom, reward=None):
    return Referral(id=f"{who}-{whom}", customer_id=who, at=day(1), referred_id=whom, reward=reward)


def test_a_referral_of_a_member_is_one_of_the_survivor():
    ends = {"bob": "ann"}
    by_another = read_under(referral("zoe", "bob"), ends)
    assert (by_another.customer_id, by_another.referred_id) == ("zoe", "ann")
    by_a_member = read_under(referral("bob", "zoe"), ends)
    assert (by_a_member.customer_id, by_a_member.referred_id) == ("ann", "zoe")
    untouched = referral("zoe", "cid")
    assert read_under(untouched, ends) is untouched
    assert read_under(by_another, ends) == by_another


def test_nobody_brings_themselves_and_what_it_cost_stays_a_cost():
    ends, to = {"bob": "ann"}, Reporting(Shop(id="lamp", currency="EUR"))
    assert read_under(referral("ann", "bob"), ends) is None
    rewarded = referral("bob", "ann", Money.of("5.00", "EUR"))
    cost = read_under(rewarded, ends)
    assert isinstance(cost, CostIncurred)
    assert (cost.customer_id, cost.activity, cost.id) == ("ann", REWARD, rewarded.id)
    assert cost.facts(to)[0].spent == rewarded.facts(to)[0].spent == 500
    assert read({"ann": [referral("ann", "bob")], "bob": []}, line("bob", "ann")) == []


def test_a_denial_outlives_the_later_grant_of_the_other_side():
    histories = {"ann": [told("ann", 5, granted=True)], "bob": [told("bob", 1, granted=False)]}
    history = read(histories, line("bob", "ann"))
    added = [one for one in history if one.source == MERGE_SOURCE]
    assert [(one.id, one.at, one.granted, one.customer_id) for one in added] == [
        ("bob/email/promotion", day(10), False, "ann")
    ]
    assert allowed(histories["ann"])
    assert not allowed(history)
    assert allowed(history, at=day(9)), "before the merge it was as it was"


def test_what_both_allow_stays_allowed_and_silence_forbids_nothing():
    both = {"ann": [told("ann", 5, granted=True)], "bob": [told("bob", 1, granted=True)]}
    silent = {"ann": [told("ann", 5, granted=True)], "bob": []}
    for histories in (both, silent):
        history = read(histories, line("bob", "ann"))
        assert allowed(history)
        assert MERGE_SOURCE not in {one.source for one in history}


def test_what_is_said_after_the_merge_decides_by_whichever_id_it_comes():
    histories = {
        "ann": [told("ann", 5, granted=True)],
        "bob": [told("bob", 1, granted=False), told("bob", 12, granted=True)],
    }
    assert allowed(read(histories, line("bob", "ann")))


def test_a_denial_of_all_channels_meets_a_grant_for_one():
    histories = {
        "ann": [told("ann", 5, granted=True)],
        "bob": [told("bob", 1, granted=False, medium="any", purpose="any")],
    }
    history = read(histories, line("bob", "ann"))
    assert not allowed(history)
    assert not allowed(history, purpose="advice")


def test_unmerging_takes_the_denial_back():
    histories = {"ann": [told("ann", 5, granted=True)], "bob": [told("bob", 1, granted=False)]}
    lines = [line("bob", "ann"), line("bob", None, on=20)]
    history = joined("ann", {"ann": histories["ann"]}, lines, survivors(lines))
    assert history == histories["ann"]


@pytest.mark.parametrize(
    "lines",
    [
        [line("bob", "ann", 10), line("cid", "ann", 11)],
        [line("cid", "bob", 10), line("bob", "ann", 11)],
        [line("bob", "ann", 10), line("cid", "bob", 11)],
        [line("cid", "ann", 10), line("bob", "cid", 11)],
    ],
)
def test_one_denial_holds_in_whatever_order_three_are_merged(lines):
    histories = {
        "ann": [told("ann", 5, granted=True)],
        "bob": [told("bob", 6, granted=True)],
        "cid": [told("cid", 1, granted=False)],
    }
    assert not allowed(read(histories, *lines))


def sides(*words):
    """What a side said, about everything or about one of these words."""
    one = st.sampled_from(words)
    told_once = st.builds(told, st.just("x"), st.integers(0, 9), st.booleans(), one, one)
    said_by_one = st.lists(told_once, max_size=4, unique_by=lambda each: each.id)
    return st.lists(said_by_one, min_size=2, max_size=4)


def merged_one_by_one(said_by):
    """Each side's history, and that of all of them merged into the first."""
    histories = {
        f"c{place}": [evolve(one, customer_id=f"c{place}", id=f"{place}/{one.id}") for one in side]
        for place, side in enumerate(said_by)
    }
    lines = [line(name, "c0", on=10 + place) for place, name in enumerate(list(histories)[1:])]
    return histories.values(), read(histories, *lines, survivor="c0")


def every_side_allows(histories, medium, purpose):
    each = [permission_of(said(one, LATER), medium, purpose) for one in histories]
    spoken = [one.allowed for one in each if one.consent is not None]
    return bool(spoken) and all(spoken)


@given(sides("any", "care", "promotion"))
def test_no_merge_allows_what_any_side_that_spoke_forbids(said_by):
    histories, history = merged_one_by_one(said_by)
    for medium in ("care", "phone"):
        for purpose in ("care", "promotion", "advice"):
            if allowed(history, LATER, medium, purpose):
                assert every_side_allows(histories, medium, purpose)


@given(sides("care", "promotion"))
def test_what_every_side_that_spoke_allows_by_its_name_stays_allowed(said_by):
    histories, history = merged_one_by_one(said_by)
    for medium in ("care", "promotion"):
        for purpose in ("care", "promotion"):
            expected = every_side_allows(histories, medium, purpose)
            assert allowed(history, LATER, medium, purpose) == expected


def test_a_denial_of_any_also_ends_what_was_allowed_in_its_midst():
    said_by = [
        [told("x", 1, granted=True, medium="any", purpose="any")],
        [
            told("x", 0, granted=False, medium="any", purpose="any"),
            told("x", 1, granted=True, medium="any"),
        ],
    ]
    histories, history = merged_one_by_one(said_by)
    assert every_side_allows(histories, "email", "promotion")
    assert not allowed(history)
