"""Kotler's five levels of a relationship, one short story each.

Kotler, P. (1991): basic, the seller simply sells; reactive, and encourages the buyer to call;
accountable, and calls after the sale; proactive, and calls from time to time with advice;
partnership, works with the customer to find ways of doing better. The numbers a level needs
(a follow-up within 14 days for half of the orders, two unasked contacts, one project, within
a year) are crmkit's own.
"""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain import (
    CaseOpened,
    Contact,
    Customer,
    Delivered,
    RelationshipLevel,
    RelationshipPolicy,
    target_level,
)
from crmkit.domain.level_target import target_of

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, day, SHOP = small["bought"], small["opened"], small["day"], small["SHOP"]
JUNE = date(2026, 6, 30)


def spoke(on, direction, purpose, **fields):
    """A contact with ann."""
    id_ = f"{direction}-{purpose}-{on}-{fields.get('order_id', '')}"
    return Contact(
        id=id_, customer_id="ann", at=day(on), direction=direction, purpose=purpose, **fields
    )


def arrived(order_id, on):
    return Delivered(id=f"{order_id}-in", customer_id="ann", at=day(on), order_id=order_id)


def judged(*facts, shop=SHOP, as_of=JUNE):
    return opened(*facts, shop=shop).relationship("ann", as_of=as_of).level


SOLD = (bought("o1", 0), arrived("o1", 3), bought("o2", 50), arrived("o2", 53))
ASKED_AFTER = (spoke(10, "outbound", "follow_up", order_id="o1"),)
ADVISED = (spoke(70, "outbound", "advice"), spoke(90, "outbound", "care"))
PROJECT = (spoke(100, "inbound", "project", answered=True),)


def test_a_shop_that_only_sells_is_basic():
    level = judged(*SOLD)
    assert (level.level, level.confidence) == (RelationshipLevel.BASIC, 1.0)


def test_a_shop_that_newsletters_everybody_is_still_basic():
    letters = [spoke(n, "outbound", "promotion", campaign_id="spring") for n in (5, 6, 7)]
    advice = [spoke(n, "outbound", "advice", campaign_id="spring") for n in (8, 9)]
    assert judged(*SOLD, *letters, *advice).level is RelationshipLevel.BASIC


def test_a_shop_that_answers_everybody_who_asks_is_reactive():
    asked = spoke(20, "inbound", "answer", answered=True)
    assert judged(*SOLD, asked).level is RelationshipLevel.REACTIVE
    missed = spoke(21, "inbound", "complaint", answered=False)
    assert judged(*SOLD, asked, missed).level is RelationshipLevel.BASIC


def test_a_shop_that_tells_buyers_how_to_reach_it_is_reactive():
    assert judged(*SOLD, shop=evolve(SHOP, offers_contact=True)).level is RelationshipLevel.REACTIVE


def test_a_shop_that_asks_after_half_of_the_sales_is_accountable():
    level = judged(*SOLD, *ASKED_AFTER)
    assert level.level is RelationshipLevel.ACCOUNTABLE
    assert [(one.had, one.met) for one in level.evidence] == [
        ("0 of 0 answered", False),
        ("1", True),
        ("1 of 2", True),
        ("0", False),
        ("0", False),
    ]
    assert level.confidence == pytest.approx(4 / 5)  # only the reactive threshold disagrees


def test_asking_too_late_or_after_too_few_sales_does_not_count():
    late = spoke(18, "outbound", "follow_up", order_id="o1")  # delivered on day 3
    assert judged(*SOLD, late).level is RelationshipLevel.BASIC
    assert judged(*SOLD, spoke(17, "outbound", "follow_up", order_id="o1")).level is (
        RelationshipLevel.ACCOUNTABLE
    )
    assert judged(*SOLD, bought("o3", 80), *ASKED_AFTER).level is RelationshipLevel.BASIC


def test_a_shop_that_turns_to_the_customer_unasked_is_proactive():
    assert judged(*SOLD, *ADVISED).level is RelationshipLevel.PROACTIVE
    assert judged(*SOLD, ADVISED[0]).level is RelationshipLevel.BASIC


def test_advice_within_a_case_was_asked_for():
    case = CaseOpened(id="k", customer_id="ann", at=day(60), case_id="k", about="question")
    answers = [spoke(n, "outbound", "advice", case_id="k") for n in (61, 62)]
    assert judged(*SOLD, case, *answers).level is RelationshipLevel.BASIC


def test_a_shop_that_works_with_the_customer_is_a_partner_if_it_is_proactive_too():
    assert judged(*SOLD, *ADVISED, *PROJECT).level is RelationshipLevel.PARTNERSHIP
    assert judged(*SOLD, *PROJECT).level is RelationshipLevel.REACTIVE


def test_what_happened_more_than_a_year_ago_says_nothing():
    everything = (*SOLD, *ASKED_AFTER, *ADVISED, *PROJECT)
    later = judged(*everything, as_of=date(2027, 6, 30))
    assert later.level is RelationshipLevel.BASIC


@pytest.mark.parametrize(
    ("number", "margin", "levels"),
    [
        ("many", "high", ["accountable"]),
        ("many", "medium", ["reactive"]),
        ("many", "low", ["basic", "reactive"]),
        ("some", "high", ["proactive"]),
        ("some", "medium", ["accountable"]),
        ("some", "low", ["reactive"]),
        ("few", "high", ["partnership"]),
        ("few", "medium", ["proactive"]),
        ("few", "low", ["accountable"]),
    ],
)
def test_the_target_is_that_of_the_grid(number, margin, levels):
    assert list(target_level(number, margin).levels) == levels


def test_a_target_of_an_unknown_margin_is_unknown():
    target = target_level("few", None)
    assert (target.levels, target.gap(RelationshipLevel.BASIC)) == ((), None)
    assert str(target) == "unknown: the margin is not known"


@pytest.mark.parametrize(
    ("level", "gap"),
    [("basic", 0), ("reactive", 0), ("accountable", -1), ("proactive", -2), ("partnership", -3)],
)
def test_a_gap_is_0_at_either_of_two_right_levels(level, gap):
    assert target_level("many", "low").gap(RelationshipLevel(level)) == gap


def test_a_small_shop_with_good_margins_should_do_more_than_sell():
    shop = evolve(
        SHOP, gross_margin="0.5", relationship_policy=RelationshipPolicy(declared="proactive")
    )
    level = judged(*SOLD, shop=shop)
    assert (level.level, level.declared, level.declared_gap) == ("basic", "proactive", 3)
    assert (level.target.levels, level.target_gap) == (("partnership",), 4)
    told = dict(level.explain().inputs)
    assert told["declared"] == "proactive, 3 levels short"
    assert told["target"] == "partnership (few customers, high margin), 4 levels short"


def test_a_record_declares_before_the_shop():
    shop = evolve(SHOP, relationship_policy=RelationshipPolicy(declared="proactive"))
    base = opened(*SOLD, shop=shop)
    base.put_customer(Customer(id="ann", declared_level="reactive"))
    level = base.relationship("ann", as_of=JUNE).level
    assert (level.declared, level.declared_gap) == (RelationshipLevel.REACTIVE, 1)


@pytest.mark.parametrize(
    ("buyers", "margin", "target"),
    [
        (1, 0.4, "few"),
        (50, 0.399, "few"),
        (51, 0.2, "some"),
        (999, 0.199, "some"),
        (1000, 0, "many"),
    ],
)
def test_the_cuts_of_numbers_and_margins(buyers, margin, target):
    found = target_of(buyers, margin, RelationshipPolicy())
    expected = "high" if margin >= 0.4 else "medium" if margin >= 0.2 else "low"
    assert (found.number, found.margin) == (target, expected)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"many_from": 50}, "many_from is 50, but must be above few_up_to, which is 50"),
        ({"high_margin": "0.2"}, "must be above low_margin, which is 0.2"),
        ({"high_margin": "1.1"}, "both from 0 to 1"),
        ({"declared": "kind"}, "kind"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(fields, told):
    with pytest.raises(ValueError, match=told):
        RelationshipPolicy(**fields)
