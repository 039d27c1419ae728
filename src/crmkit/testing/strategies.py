"""Hypothesis strategies for everything that can happen in a shop.

All arguments are keyword-only and optional. Left alone a strategy is wide: any text that can
be an id, any moment, currencies with no, two and three decimals. ``histories`` is narrow
where that makes things meet: few products, prices, cases and promises, so that returns find
orders and what is opened is closed.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from crmkit.domain.interactions import Interaction
from crmkit.domain.lines import Nature
from crmkit.testing._marketing import (
    consents_changed,
    costs_incurred,
    offers_answered,
    offers_shown,
    referrals,
    visits,
)
from crmkit.testing._orders import deliveries, lines, purchases, returns
from crmkit.testing._people import acquisitions, contact_points, customers, identifiers
from crmkit.testing._policies import instruments, items, lifecycles, offers, shops
from crmkit.testing._service import (
    cases_closed,
    cases_opened,
    contacts,
    promises_made,
    promises_settled,
)
from crmkit.testing._values import (
    Strategy,
    currencies,
    customer_ids,
    ids,
    json_values,
    moments,
    money,
)
from crmkit.testing._voice import answers, contributions, reviews, scales, survey_responses

__all__ = [
    "acquisitions",
    "answers",
    "beside_orders",
    "cases_closed",
    "cases_opened",
    "consents_changed",
    "contact_points",
    "contacts",
    "contributions",
    "costs_incurred",
    "currencies",
    "customer_ids",
    "customers",
    "deliveries",
    "histories",
    "identifiers",
    "ids",
    "instruments",
    "interactions",
    "items",
    "json_values",
    "lifecycles",
    "lines",
    "moments",
    "money",
    "offers",
    "offers_answered",
    "offers_shown",
    "promises_made",
    "promises_settled",
    "purchases",
    "referrals",
    "returns",
    "reviews",
    "scales",
    "shops",
    "survey_responses",
    "visits",
]

#: Kinds that hold money, and those that hold none.
_PAID = (purchases, returns, contributions, promises_settled, referrals, costs_incurred)
_FREE = (
    deliveries,
    visits,
    contacts,
    cases_opened,
    cases_closed,
    promises_made,
    survey_responses,
    reviews,
    offers_shown,
    offers_answered,
    consents_changed,
)


def interactions(
    *, currency: Strategy[str] | None = None, **given: Strategy[Any]
) -> Strategy[Interaction]:
    """Anything that can happen; ``given`` are strategies for the fields all kinds share."""
    return st.one_of(
        *(kind(currency=currency, **given) for kind in _PAID),
        *(kind(**given) for kind in _FREE),
    )


def beside_orders(
    *, currency: Strategy[str], order_id: Strategy[str], **given: Strategy[Any]
) -> Strategy[Interaction]:
    """What happens besides orders and returns, so that cases, promises and offers meet.

    Args:
        currency: Of remedies, rewards, costs and worths.
        order_id: Orders that some of it is about.
        given: Strategies for the fields all kinds share.
    """
    few = st.sampled_from(["1", "2"])
    about = st.none() | order_id
    offered = given | {"offer_id": few}
    return st.one_of(
        deliveries(order_id=order_id, **given),
        survey_responses(**given),
        reviews(order_id=about, **given),
        contacts(case_id=st.none() | few, order_id=about, **given),
        cases_opened(case_id=few, order_id=about, **given),
        cases_closed(case_id=few, **given),
        promises_made(promise_id=few, order_id=about, **given),
        promises_settled(promise_id=few, currency=currency, **given),
        offers_shown(**offered),
        offers_answered(**offered),
        visits(**given),
        referrals(referred_id=st.sampled_from(["zoe", "zac"]), currency=currency, **given),
        contributions(currency=currency, **given),
        consents_changed(medium=st.sampled_from(["email", "any"]), **given),
        costs_incurred(currency=currency, **given),
    )


def histories(
    *,
    customer_id: str = "ann",
    currency: str = "EUR",
    most: int = 8,
    named: bool = True,
) -> Strategy[list[Interaction]]:
    """What happened with one customer, made so that returns find orders.

    Args:
        customer_id: Whose history it is; a guest's id makes a guest's.
        currency: Of every amount.
        most: The longest history.
        named: Whether some returns name their order.
    """
    alike: dict[str, Any] = {
        "customer_id": st.just(customer_id),
        "id": st.integers(1, 99).map(str),
        "at": st.integers(1, 12).map(lambda day: datetime(2026, 1, day, tzinfo=UTC)),
        "source": st.just("shop"),
        "extra": st.just({}),
        "revision": st.just(0),
        **dict.fromkeys(["channel", "staff_id", "offer_id", "campaign_id"], st.none()),
    }
    traded = alike | {
        "currency": st.just(currency),
        "products": st.sampled_from(["a", "a", "b", None]),
        "natures": st.sampled_from([Nature.GOODS] * 4 + [Nature.DISCOUNT, Nature.SHIPPING]),
        "quantities": st.sampled_from([1, 1, 2, 3, 0]).map(Decimal),
        "amounts": st.integers(-2, 12),
        "prices": st.sampled_from([5, 5, 7]),
        "costs": st.none() | st.integers(0, 9),
    }
    orders = st.integers(1, 6).map(str)
    told = st.none() | orders if named else st.none()
    one = st.one_of(
        purchases(order_id=orders, **traded),
        purchases(order_id=orders, **traded),
        returns(order_id=told, **traded),
        returns(order_id=st.none(), **traded),
        beside_orders(currency=st.just(currency), order_id=orders, **alike),
        beside_orders(currency=st.just(currency), order_id=orders, **alike),
    )
    return st.lists(one, max_size=most, unique_by=lambda each: (each.source, each.id))
