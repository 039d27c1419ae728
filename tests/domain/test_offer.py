"""Offers as data: what cannot exist is refused; the control group; the promise attached."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import combinations
from math import sqrt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Purpose, Risk
from crmkit.domain.level import RelationshipLevel
from crmkit.domain.money import Money
from crmkit.domain.offer import (
    Eligibility,
    Offer,
    OfferKind,
    OfferPromise,
    in_control,
    promise_of,
)
from crmkit.domain.shop import Shop
from crmkit.domain.states import State

SHOP = Shop(id="lamp", currency="EUR", timezone="Europe/Madrid")
EUR = Money.of("5.00", "EUR")
JANUARY, FEBRUARY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
MANY = 20_000


def offer(offer_id="spring", **fields):
    return Offer(**{"id": offer_id, "kind": "retention", "medium": "email", **fields})


def controlled(one, many=MANY, shop=SHOP):
    return {i for i in range(many) if in_control(one, f"c{i}", shop=shop)}


def test_an_offer_reads_plain_words_and_lists():
    one = offer(
        kind="cross_sell",
        product_ids=["bulb", "shade"],
        discount_share="0.15",
        control_share=0.1,
        eligible=Eligibility(states=["loyal"], levels=["proactive"], tags=["vip"]),
        promise=OfferPromise(what="fits or money back", due_days=14, risk="functional"),
    )
    assert one.kind is OfferKind.CROSS_SELL
    assert one.purpose is Purpose.PROMOTION
    assert one.product_ids == ("bulb", "shade")
    assert (one.discount_share, one.control_share) == (Decimal("0.15"), Decimal("0.1"))
    assert one.eligible.states == {State.LOYAL}
    assert one.eligible.levels == {RelationshipLevel.PROACTIVE}
    assert one.promise.risk is Risk.FUNCTIONAL
    assert len({one, attrs.evolve(one)}) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": ""}, "id"),
        ({"kind": "gift"}, "kind"),
        ({"medium": "any"}, "medium"),
        ({"medium": "E-Mail"}, "medium"),
        ({"purpose": "any"}, "purpose"),
        ({"product_ids": "bulb"}, "product_ids"),
        ({"product_ids": ["bulb", "bulb"]}, "product_ids"),
        ({"product_ids": [""]}, "product_ids"),
        ({"price": -EUR}, "price"),
        ({"discount": Money.zero("EUR")}, "discount"),
        ({"discount_share": 0}, "discount_share"),
        ({"discount_share": "1.01"}, "discount_share"),
        ({"price": EUR, "discount": EUR}, "price"),
        ({"discount": EUR, "discount_share": "0.1"}, "price"),
        ({"price": Money.zero("EUR"), "discount_share": "0.1"}, "price"),
        ({"valid_from": JANUARY.replace(tzinfo=None)}, "valid_from"),
        ({"valid_from": FEBRUARY, "valid_until": JANUARY}, "valid_until"),
        ({"valid_from": JANUARY, "valid_until": JANUARY}, "valid_until"),
        ({"per_customer_limit": 0}, "per_customer_limit"),
        ({"global_limit": 1.5}, "global_limit"),
        ({"cost": -EUR}, "cost"),
        ({"campaign_id": ""}, "campaign_id"),
        ({"control_share": "-0.1"}, "control_share"),
        ({"control_share": float("nan")}, "control_share"),
    ],
)
def test_an_offer_that_cannot_exist_is_refused(fields, field):
    with pytest.raises(InvalidValueError) as caught:
        offer(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"states": ["sleepy"]}, "states"),
        ({"states": "loyal"}, "states"),
        ({"levels": ["best"]}, "levels"),
        ({"minimum_occasions": -1}, "minimum_occasions"),
        ({"maximum_quiet_days": True}, "maximum_quiet_days"),
        ({"minimum_revenue": -EUR}, "minimum_revenue"),
        ({"tags": "vip"}, "tags"),
    ],
)
def test_an_eligibility_that_cannot_exist_is_refused(fields, field):
    with pytest.raises(InvalidValueError) as caught:
        Eligibility(**fields)
    assert caught.value.field == field


def test_an_offer_holds_from_its_beginning_up_to_its_end():
    one = offer(valid_from=JANUARY, valid_until=FEBRUARY)
    last = datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert one.valid_at(JANUARY)
    assert one.valid_at(last)
    assert not one.valid_at(FEBRUARY)
    assert not one.valid_at(datetime(2025, 12, 31, 23, tzinfo=UTC))
    assert offer().valid_at(FEBRUARY)


def test_the_draw_is_the_hash_of_shop_offer_and_customer():
    said = b"\0\0\0\0\0\0\0\4lamp" + b"\0\0\0\0\0\0\0\6spring" + b"\0\0\0\0\0\0\0\2c1"
    assert sha256(said).hexdigest()[:8] == "871e60bc"  # 0x871e60bc / 2^32 = 0.52780
    assert not in_control(offer(control_share="0.5278"), "c1", shop=SHOP)
    assert in_control(offer(control_share="0.5279"), "c1", shop=SHOP)


def test_the_group_is_the_same_in_another_process():
    assert controlled(offer(control_share="0.3"), many=20) == {2, 5, 8, 13, 15}
    code = (
        "from crmkit.domain.offer import Offer, in_control; from crmkit import Shop;"
        "o = Offer(id='spring', kind='retention', medium='email', control_share='0.3');"
        "s = Shop(id='lamp', currency='EUR');"
        "print(*[i for i in range(20) if in_control(o, f'c{i}', shop=s)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "5", "8", "13", "15"]


@pytest.mark.parametrize("share", ["0.01", "0.1", "0.3", "0.5"])
def test_the_group_has_its_share_in_the_long_run(share):
    found, p = len(controlled(offer(control_share=share))) / MANY, float(share)
    assert abs(found - p) < 4 * sqrt(p * (1 - p) / MANY)


def test_no_share_holds_nobody_and_the_whole_share_everybody():
    assert not controlled(offer(control_share=0), many=200)
    assert len(controlled(offer(control_share=1), many=200)) == 200


def test_offers_and_shops_draw_independently():
    draws = [
        controlled(offer(control_share="0.3")),
        controlled(offer("summer", control_share="0.3")),
        controlled(offer(control_share="0.3"), shop=Shop(id="chair", currency="EUR")),
    ]
    for one, other in combinations(draws, 2):
        assert abs(len(one & other) / MANY - 0.09) < 4 * sqrt(0.09 * 0.91 / MANY)


def test_ids_that_run_together_are_still_different_people():
    one, other = offer("ab", control_share="0.5"), offer("a", control_share="0.5")
    drawn = [
        [in_control(one, f"c{i}", shop=SHOP), in_control(other, f"bc{i}", shop=SHOP)]
        for i in range(64)
    ]
    assert any(a != b for a, b in drawn)


@given(
    st.decimals(0, 1),
    st.decimals(0, 1),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
)
def test_a_larger_share_keeps_whom_a_smaller_one_held(a, b, name):
    small, large = sorted((abs(a), abs(b)))
    customer_id = name.encode("utf-8", "replace").decode()
    held = [in_control(offer(control_share=s), customer_id, shop=SHOP) for s in (small, large)]
    assert held[0] <= held[1]


def test_an_acceptance_implies_the_promise_due_at_the_end_of_a_local_day():
    one = offer(
        campaign_id="may", promise=OfferPromise(what="a lamp that fits", due_days=14, risk="social")
    )
    at = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)  # 00:30 of the 21st in Madrid
    made = promise_of(one, "ann", at, shop=SHOP)
    assert (made.customer_id, made.at, made.offer_id, made.campaign_id) == (
        "ann",
        at,
        "spring",
        "may",
    )
    assert (made.what, made.risk) == ("a lamp that fits", Risk.SOCIAL)
    # April 4th ends at 22:00 UTC: summer time began on March 29th.
    assert made.due == datetime(2026, 4, 4, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_promise_is_the_same_each_time_and_another_for_each_acceptance():
    one = offer(promise=OfferPromise(what="a call", due_days=0))
    first = promise_of(one, "ann", JANUARY, shop=SHOP)
    assert promise_of(one, "ann", JANUARY, shop=SHOP) == first
    others = [
        promise_of(one, "bob", JANUARY, shop=SHOP),
        promise_of(one, "ann", FEBRUARY, shop=SHOP),
        promise_of(offer("summer", promise=one.promise), "ann", JANUARY, shop=SHOP),
    ]
    assert len({made.promise_id for made in [first, *others]}) == 4
    assert "ann" not in first.promise_id


def test_an_offer_without_a_promise_promises_nothing():
    assert promise_of(offer(), "ann", JANUARY, shop=SHOP) is None
    with pytest.raises(InvalidValueError):
        OfferPromise(what="", due_days=1)
