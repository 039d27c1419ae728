"""What the shop answers."""

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.customers import Orders, base_of, purchase_of
from orders.models import Order

#: Above this the bank asks questions, and the order fails after everything was recorded.
LIMIT = 100_000


class PaymentRefusedError(Exception):
    """The bank does not pay."""


# The examples are asked with curl, so they do without the token of a form.
@csrf_exempt
@require_POST
@transaction.atomic
def order(request: HttpRequest, shop_id: str) -> HttpResponse:
    """Keep an order and what it says of the customer, both or neither."""
    base, cart = base_of(shop_id), json.loads(request.body)
    new = Order.objects.create(shop_id=shop_id, **cart)
    base.record([purchase_of(new)])
    pay(new)
    return JsonResponse({"order_id": new.id}, status=201)


def pay(new: Order) -> None:
    """Ask the bank.

    Raises:
        PaymentRefusedError: It does not pay; nothing of the request is kept.
    """
    if new.cents > LIMIT:
        raise PaymentRefusedError


@csrf_exempt
@require_http_methods(["GET", "DELETE"])
def customer(request: HttpRequest, shop_id: str, customer_id: str) -> HttpResponse:
    """Show all that is known and judged of a customer, or forget them."""
    base = base_of(shop_id)
    if request.method == "DELETE":
        with transaction.atomic():
            erased = base.erase(customer_id, holders=[Orders(shop_id)])
        return JsonResponse({"now": erased.pseudonym})
    return HttpResponse(f"<!doctype html>{base.card(customer_id)._repr_html_()}")


@require_GET
def export(_request: HttpRequest, shop_id: str, customer_id: str) -> HttpResponse:
    """Return everything that is kept of a person, here and in the shop's own orders."""
    told = base_of(shop_id).export(customer_id, holders=[Orders(shop_id)])
    return HttpResponse(told.to_json(), content_type="application/json")
