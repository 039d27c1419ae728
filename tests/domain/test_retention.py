"""Who is due to be forgotten, by hand."""

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.facts import Fact
from crmkit.domain.retention import Retained, RetentionRule, is_activity, sorted_out

LEADS = RetentionRule(name="old leads", of="leads", days=100)
BUYERS = RetentionRule(name="old buyers", of="buyers", days=1000, order_days=2000)
GUESTS = RetentionRule(name="guests", of="guests", days=50)


def lead(who="ann", active=0, **more):
    return Retained(customer_id=who, active_day=active, **more)


def buyer(who="ben", active=0, order=0, **more):
    return lead(who, active, buyer=True, order_day=order, **more)


def due(rules, *people, on):
    return [
        (one.customer_id, one.rule, one.due_day)
        for one in sorted_out(rules, people, as_of_day=on).due
    ]


def spared(rules, *people, on):
    return [
        (one.customer_id, one.rule, one.reason)
        for one in sorted_out(rules, people, as_of_day=on).spared
    ]


@pytest.mark.parametrize(("on", "expected"), [(99, []), (100, [("ann", "old leads", 100)])])
def test_somebody_is_due_on_the_day_after_so_many_without_activity(on, expected):
    assert due([LEADS], lead(), on=on) == expected


def test_a_rule_is_about_its_group_alone():
    guest = lead("guest:shop/1", guest=True)
    people = lead(), buyer(), guest
    rules = [RetentionRule(name=of, of=of, days=0) for of in ("leads", "buyers", "guests")]
    assert [due([one], *people, on=9999)[0][0] for one in rules] == ["ann", "ben", "guest:shop/1"]
    everybody = RetentionRule(name="all", of="everybody", days=0)
    assert len(due([everybody], *people, on=9999)) == 3


def test_a_guest_whose_order_counts_is_a_guest():
    guest = buyer("guest:shop/1", guest=True)
    assert due([BUYERS], guest, on=9999) == []
    assert due([GUESTS], guest, on=9999) == [("guest:shop/1", "guests", 50)]


def test_the_papers_of_the_last_order_are_kept_as_long_as_the_law_says():
    assert due([BUYERS], buyer(active=0, order=0), on=1999) == []
    assert due([BUYERS], buyer(active=0, order=0), on=2000) == [("ben", "old buyers", 2000)]
    assert due([BUYERS], buyer(active=1500, order=0), on=2499) == []
    assert due([BUYERS], buyer(active=1500, order=0), on=2500) == [("ben", "old buyers", 2500)]


def test_a_lead_with_a_void_order_has_papers_too():
    rule = RetentionRule(name="leads", of="leads", days=10, order_days=500)
    assert due([rule], lead(order_day=0), on=499) == []
    assert due([rule], lead(order_day=0), on=500) == [("ann", "leads", 500)]


@pytest.mark.parametrize(
    ("bound", "reason"),
    [
        ({"cases": 1}, "case open"),
        ({"promises": 2}, "promise open"),
        ({"tags": frozenset({"vip", "hold"})}, "tag 'hold'"),
        ({"cases": 1, "promises": 1}, "case open, promise open"),
    ],
)
def test_whoever_is_bound_is_spared_with_the_reason(bound, reason):
    assert due([LEADS], lead(**bound), on=500) == []
    assert spared([LEADS], lead(**bound), on=500) == [("ann", "old leads", reason)]
    assert spared([LEADS], lead(**bound), on=99) == []


def test_the_first_rule_that_may_names_whoever_is_due():
    lenient = RetentionRule(name="lenient", of="everybody", days=10, hold_tags=["vip"])
    vip = lead(tags=frozenset({"vip"}))
    assert due([lenient, LEADS], lead(), on=500) == [("ann", "lenient", 10)]
    assert due([LEADS, lenient], lead(), on=500) == [("ann", "old leads", 100)]
    assert due([lenient, LEADS], vip, on=500) == [("ann", "old leads", 100)]
    assert spared([lenient], vip, on=500) == [("ann", "lenient", "tag 'vip'")]


def test_nobody_is_due_of_whom_no_day_is_known():
    run = sorted_out([LEADS], [lead(active=None)], as_of_day=9999)
    assert (run.due, run.undated) == ((), ("ann",))
    assert "no day is known of 1 records" in str(run)


def test_the_order_in_which_people_come_changes_nothing():
    people = [lead(who) for who in "dacb"]
    run = sorted_out([LEADS], people, as_of_day=500)
    assert run == sorted_out([LEADS], reversed(people), as_of_day=500)
    assert [one.customer_id for one in run.due] == ["a", "b", "c", "d"]


def test_rules_have_names_of_their_own():
    with pytest.raises(InvalidValueError, match="rules is 'old leads', but must have names of"):
        sorted_out([LEADS, BUYERS, LEADS], [], as_of_day=0)


@pytest.mark.parametrize("wrong", [{"days": -1}, {"days": "9"}, {"of": "cats"}, {"name": ""}])
def test_rules_are_checked(wrong):
    with pytest.raises(InvalidValueError, match=next(iter(wrong)) if "of" not in wrong else "of"):
        RetentionRule(**{"name": "a", "of": "leads", "days": 1} | wrong)


def test_a_dry_run_shows_who_is_due_and_since_when():
    run = sorted_out([LEADS, BUYERS], [lead(), lead("eve", cases=1)], as_of_day=500)
    assert str(run).split("\n") == [
        "retention as of 1971-05-16: 1 due",
        "  old leads   1 of leads due",
        "  old buyers  0 of buyers due",
        "  dry run: nobody was erased",
        "",
        "  due",
        "    ann  old leads: last active 1970-01-01, due since 1970-04-11",
        "",
        "  spared",
        "    eve  old leads: spared, case open",
    ]


def fact(kind, matter=None, source="shop"):
    return Fact("lamp", source, "1", 0, 0, "ann", 0, kind, 0, 0, matter=matter)


@pytest.mark.parametrize(
    ("kind", "matter", "expected"),
    [
        ("purchase", None, True),
        ("visit", "visit/came", True),
        ("contact", "contact/inbound/answer", True),
        ("contact", "contact/outbound/promotion", False),
        ("offer_shown", None, False),
        ("cost_incurred", "cost/marketing", False),
        ("delivered", None, False),
    ],
)
def test_activity_is_what_the_customer_does(kind, matter, expected):
    assert is_activity(fact(kind, matter)) is expected


def test_what_a_merge_forbids_is_no_activity():
    assert is_activity(fact("consent_changed", "consent/any/any"))
    assert not is_activity(fact("consent_changed", "consent/any/any", "crmkit.merge"))
