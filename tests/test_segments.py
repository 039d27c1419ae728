"""A segment is judged as a base of its own customers, and never silently of nobody."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain import Customer, RelationshipLevel, RelationshipPolicy
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.states import State

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, said, opened, SHOP = small["bought"], small["said"], small["opened"], small["SHOP"]
AS_OF = date(2026, 7, 1)

FACTS = [
    *(bought(f"a{n}", 20 * n, "30.00") for n in range(9)),
    *(bought(f"b{n}", 30 * n, "8.00", who="bob") for n in range(2)),
    bought("c1", 4, "90.00", who="cid"),
    said("csat", "satisfaction", 5, (1, 5), on=40, who="ann"),
    said("csat", "satisfaction", 2, (1, 5), on=41, who="bob"),
    said("nps", "recommend", 9, (0, 10), on=42, who="ann"),
    said("nps", "recommend", 3, (0, 10), on=43, who="cid"),
]


@pytest.fixture(scope="module")
def base():
    shop = evolve(
        SHOP, gross_margin="0.5", relationship_policy=RelationshipPolicy(declared="reactive")
    )
    opened_base = opened(*FACTS, shop=shop)
    opened_base.put_customer(Customer(id="ann", tags={"club"}, declared_level="basic"))
    opened_base.put_customer(Customer(id="bob", tags={"club"}))
    return opened_base


SEGMENTS = {
    "a tag": "club",
    "ids": ["bob", "ann"],
    "a rule": lambda one: one.customer_id < "c",
}


@pytest.mark.parametrize("segment", SEGMENTS.values(), ids=SEGMENTS)
def test_a_segment_is_named_in_three_ways(base, segment):
    asked = base.satisfaction(segment=segment, as_of=AS_OF).asked
    assert (asked.customers, asked.answered, asked.nps.value) == (2, 2, 100)
    assert asked.csat.mean.value == 3.5
    loyalty = base.loyalty(segment=segment, as_of=AS_OF)
    assert loyalty.customers == 2
    assert base.relationship(segment=segment, as_of=AS_OF).customers == 2


def test_a_segment_is_what_its_customers_are_as_a_base(base):
    alone = opened(*(one for one in FACTS if one.customer_id == "ann"), shop=base.shop)
    part = base.satisfaction(segment=["ann"], as_of=AS_OF)
    whole = alone.satisfaction(as_of=AS_OF)
    assert (part.asked, part.trends) == (whole.asked, whole.trends)
    part, whole = base.loyalty(segment=["ann"], as_of=AS_OF), alone.loyalty(as_of=AS_OF)
    assert (part.behavioural, part.intentional, part.phases) == (
        whole.behavioural,
        whole.intentional,
        whole.phases,
    )


def test_segments_that_part_the_base_add_up_to_it(base):
    whole = base.relationship(as_of=AS_OF)
    parts = [
        base.relationship(segment=lambda one, state=state: one.state is state, as_of=AS_OF)
        for state in State
        if whole.states[state]
    ]
    assert sum(one.customers for one in parts) == whole.customers == 3
    for state in State:
        assert sum(one.states[state] for one in parts) == whole.states[state]


def test_the_relationship_of_a_base_is_that_of_each(base):
    whole = base.relationship(as_of=AS_OF)
    each = [base.relationship(who, as_of=AS_OF) for who in ("ann", "bob", "cid")]
    assert {s: n for s, n in whole.states.items() if n} == {
        one.state: sum(other.state is one.state for other in each) for one in each
    }
    assert whole.levels[RelationshipLevel.BASIC] == 3
    assert whole.targets == {"less": 3}
    assert [one.level.target_gap for one in each] == [4, 4, 4]
    assert whole.declared == {"less": 2, "as much": 1}
    assert [one.level.declared_gap for one in each] == [0, 1, 1]
    confidences = [one.evidence.confidence for one in each]
    assert whole.confidence.value == pytest.approx(sum(confidences) / 3)
    told = whole.explain()
    assert told.figure == "relationship_of_base"
    assert dict(told.inputs)["against what is declared"] == "2 less, 1 as much"


@pytest.mark.parametrize(
    ("segment", "told"),
    [
        ("vip", "tag 'vip'"),
        ([], "the segment"),
        (lambda _: False, "the segment"),
        (["ann", "zoe"], "'zoe', but must be ids of customers known by then"),
    ],
)
def test_a_segment_of_nobody_is_refused(base, segment, told):
    with pytest.raises(InvalidValueError, match=told):
        base.loyalty(segment=segment, as_of=AS_OF)


@pytest.mark.parametrize("ask", ["satisfaction", "loyalty", "relationship"])
def test_one_customer_and_a_segment_are_not_asked_at_once(base, ask):
    with pytest.raises(InvalidValueError, match="must not be given beside a customer_id"):
        getattr(base, ask)("ann", segment="club", as_of=AS_OF)
