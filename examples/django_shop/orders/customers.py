"""The shop's memory of its customers.

One base per shop serves the whole process: each call takes the connection that Django holds
for the thread of the request, and the transaction that is open on it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404

from crmkit import CustomerBase, Line, Money, Purchase, Shop
from crmkit.adapters.stores.sql.django import DjangoStore
from orders.models import Order

SHOPS = {
    "lamp": Shop(id="lamp", currency="EUR", timezone="Europe/Berlin", publishes=True),
    "tea": Shop(id="tea", currency="GBP", timezone="Europe/London"),
}


@cache
def base_of(shop_id: str) -> CustomerBase:
    """Return the customer base of a shop; the database is first asked when this is called."""
    if shop_id not in SHOPS:
        raise Http404(shop_id)
    return CustomerBase.open(DjangoStore(), shop=SHOPS[shop_id], erasure_key=settings.ERASURE_KEY)


def purchase_of(order: Order) -> Purchase:
    """Return an order as crmkit's fact."""
    paid = Money(order.cents, SHOPS[order.shop_id].currency)
    return Purchase(
        id=order.id,
        order_id=order.id,
        customer_id=order.customer_id,
        at=order.at,
        source="web",
        lines=[Line(product_id=order.product_id, amount=paid)],
    )


class Orders:
    """The shop's own orders, which hold personal data as well: they join exports and erasures."""

    name = "orders"

    def __init__(self, shop_id: str) -> None:
        self._all = Order.objects.filter(shop_id=shop_id)

    def export(self, customer_ids: Sequence[str], /) -> Any:
        """Return their orders."""
        theirs = self._all.filter(customer_id__in=customer_ids)
        return list(theirs.values("id", "customer_id", "product_id", "cents"))

    def erase(self, customer_ids: Sequence[str], /) -> None:
        """Keep the orders for the books, without whose they were."""
        self._all.filter(customer_id__in=customer_ids).update(customer_id="erased")
