"""Offers asked of a base: consent first, limits kept apart, undone orders give places back."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain import (
    ConsentChanged,
    Contact,
    Customer,
    Eligibility,
    Offer,
    OfferAnswered,
    OfferShown,
    Taking,
    in_control,
)

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, back, opened, day, SHOP = (
    small[name] for name in ("bought", "back", "opened", "day", "SHOP")
)
AS_OF = date(2026, 1, 31)
SPRING = Offer(id="spring", kind="cross_sell", medium="email")


def allowed(who, on=0, *, granted=True):
    return ConsentChanged(
        id=f"ok-{who}-{on}", customer_id=who, at=day(on), medium="email", granted=granted
    )


def took(who, order_id, on=5):
    return bought(order_id, on, who=who, offer_id="spring")


def reasons(base, who="ann", offer=SPRING, at=AS_OF):
    return [one.partition(":")[0] for one in base.may_offer(offer, who, at=at).reasons]


def test_consent_decides_first_and_can_be_withdrawn():
    base = opened(bought("o1", 0), allowed("ann", 3), allowed("ann", 20, granted=False))
    assert reasons(base, at=date(2026, 1, 2)) == ["consent"]
    assert base.may_offer(SPRING, "ann", at=date(2026, 1, 10)).allowed
    assert reasons(base) == ["consent"]


def test_each_customer_has_a_limit_of_their_own():
    once = evolve(SPRING, per_customer_limit=1)
    base = opened(allowed("ann"), allowed("bob"), took("ann", "a1"), bought("b1", 2, who="bob"))
    assert reasons(base, "ann", once) == ["customer_limit"]
    assert reasons(base, "bob", once) == []
    base.record([back("a1", 9)])
    assert reasons(base, "ann", once) == []


def test_all_customers_share_the_global_limit():
    two = evolve(SPRING, global_limit=2, per_customer_limit=5)
    base = opened(allowed("ann"), allowed("cid"), took("ann", "a1"), took("bob", "b1"))
    base.record([bought("c1", 1, who="cid")])
    assert reasons(base, "cid", two) == ["global_limit"]
    assert base.uptake(two, as_of=AS_OF).accepted == 2
    base.record([back("b1", 9, who="bob")])
    count = base.uptake(two, as_of=AS_OF)
    assert (count.accepted, count.released) == (1, 1)
    assert reasons(base, "cid", two) == []
    assert reasons(base, "cid", two, at=date(2026, 1, 8)) == ["global_limit"]


def test_levels_and_tags_are_looked_at():
    for_partners = evolve(SPRING, eligible=Eligibility(levels=["proactive"]))
    for_vips = evolve(SPRING, eligible=Eligibility(tags=["vip"]))
    base = opened(allowed("ann"), bought("o1", 0))
    assert (reasons(base, "ann", for_partners), reasons(base, "ann", for_vips)) == (
        ["level"],
        ["tags"],
    )
    base.record(
        Contact(id=f"c{n}", customer_id="ann", at=day(n), direction="outbound", purpose="advice")
        for n in (3, 4)
    )
    base.put_customer(Customer(id="ann", tags={"vip"}))
    assert (reasons(base, "ann", for_partners), reasons(base, "ann", for_vips)) == ([], [])


def test_exposures_hold_both_groups_whole():
    half = evolve(SPRING, control_share="0.5")
    people = [f"c{n}" for n in range(40)]
    base = opened(
        *(bought(f"{who}-1", 0, who=who) for who in people),
        *(allowed(who, 1) for who in people),
        *(OfferShown(id=f"{who}-s", customer_id=who, at=day(2), offer_id="spring")
          for who in people if not in_control(half, who, shop=SHOP)),
        OfferAnswered(id="no", customer_id="c0", at=day(3), offer_id="spring", accepted=False),
    )  # fmt: skip
    found = {one.customer_id: one for one in base.exposures(half, as_of=AS_OF)}
    assert sorted(found) == sorted(people)
    control = {who for who, one in found.items() if one.control}
    assert control == {who for who in people if in_control(half, who, shop=SHOP)}
    assert 10 <= len(control) <= 30
    for who in control:
        assert reasons(base, who, half) == ["control"]
        assert found[who].progress.taking is Taking.NOT_OFFERED or who == "c0"
    shown = base.uptake(half, as_of=AS_OF).shown
    assert shown == 40 - len(control)


def test_a_stranger_is_refused_by_name():
    with pytest.raises(ValueError, match="nothing is known"):
        opened(bought("o1", 0)).may_offer(SPRING, "zoe", at=AS_OF)
