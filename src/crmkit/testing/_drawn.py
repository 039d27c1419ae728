"""What the machine and the laws of stores draw: few ids, customers, products and days.

So late facts, revisions, duplicates, conflicts, customers who change, returns that find other
orders, missing rates, merges and erasures all come up.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.customer import Customer, Identifier, IdentifierKind
from crmkit.domain.lines import Nature
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.testing._samples import RATES
from crmkit.testing.strategies import (
    beside_orders,
    consents_changed,
    purchases,
    referrals,
    returns,
)

SHOPS = ("lamp", "sofa")
WHO = ("ann", "ben", "guest:shop/1")
KEYS = (b"the shop's own secret", b"the shop's own secret", b"a secret of somebody else", None)
MAILS = ("ann@example.org", "ben@example.org")

_ALIKE: dict[str, Any] = {
    "id": st.sampled_from(["1", "2", "3", "é"]),
    "customer_id": st.sampled_from(WHO),
    "at": st.integers(1, 9).map(lambda day: datetime(2026, 5, day, 23, 30, tzinfo=UTC)),
    "source": st.sampled_from(["shop", "shop", "till"]),
    "revision": st.sampled_from([0, 0, 0, 1, 2]),
    **dict.fromkeys(["channel", "staff_id", "offer_id", "campaign_id"], st.none()),
    "extra": st.sampled_from([{}, {}, {"note": "für Ann"}]),
}
_TRADED: dict[str, Any] = _ALIKE | {
    "currency": st.sampled_from(["EUR"] * 6 + ["USD", "JPY"]),
    "products": st.sampled_from(["a", "b"]),
    "natures": st.sampled_from([Nature.GOODS] * 5 + [Nature.DISCOUNT, Nature.SHIPPING]),
    "quantities": st.integers(1, 3).map(Decimal),
    "amounts": st.sampled_from([0, 300, 600, 900]),
    "costs": st.none() | st.integers(0, 300),
}
_ORDERS = st.sampled_from(["1", "2", "3"])
_REFERRALS = st.sampled_from(
    [(who, whom) for who in WHO[:2] for whom in (*WHO, "zoe") if who != whom]
).flatmap(
    lambda pair: referrals(
        **_ALIKE
        | {
            "customer_id": st.just(pair[0]),
            "referred_id": st.just(pair[1]),
            "currency": _TRADED["currency"],
        }
    )
)

#: Interactions that are likely to meet.
MEETING = st.one_of(
    purchases(order_id=_ORDERS, **_TRADED),
    purchases(order_id=_ORDERS, **_TRADED),
    returns(order_id=st.none() | _ORDERS, **_TRADED),
    returns(order_id=st.none(), **_TRADED),
    _REFERRALS,
    consents_changed(medium=st.sampled_from(["email", "any"]), **_ALIKE),
    beside_orders(order_id=_ORDERS, currency=_TRADED["currency"], **_ALIKE),
)

#: Moments before, at and after some of what happens.
MOMENTS = (datetime(2026, 5, 3, 23, 30, tzinfo=UTC), datetime(2026, 5, 7, tzinfo=UTC))


def reporting(
    shop_id: str,
    timezone: str = "Europe/Madrid",
    currency: str = "EUR",
    *,
    key: bytes | None = KEYS[0],
    publishes: bool = False,
) -> Reporting:
    """Return a shop's policy, with rates for dollars and none for yen."""
    shop = Shop(id=shop_id, currency=currency, timezone=timezone, publishes=publishes)
    return Reporting(shop, RATES, key)


def records() -> st.SearchStrategy[Customer]:
    """Records that share identifiers; an organisation names who acts for it."""
    identifiers = st.lists(
        st.builds(Identifier, kind=st.just(IdentifierKind.EMAIL), value=st.sampled_from(MAILS)),
        max_size=2,
        unique_by=lambda one: one.value,
    )
    return st.builds(
        Customer,
        id=st.sampled_from(WHO[:2]),
        name=st.sampled_from(["A", "B"]),
        identifiers=identifiers,
        people=st.sampled_from([(), (), ("ann",), ("ben", "zoe")]),
        notes=st.sampled_from([(), ("a remark",)]),
    )
