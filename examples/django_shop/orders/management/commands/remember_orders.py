"""Tells crmkit of all orders that the shop has: ``manage.py remember_orders lamp``.

What crmkit knows already changes nothing, so it may be run again at any time; a run that was
cut off goes on where it was.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orders.customers import base_of, purchase_of
from orders.models import Order


class Command(BaseCommand):
    """Loads a shop's orders into its customer base."""

    help = "Tell crmkit of all orders that the shop has."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the shop."""
        parser.add_argument("shop_id")

    def handle(self, *_: Any, shop_id: str, **__: Any) -> None:
        """Load, and say how much."""
        orders = Order.objects.filter(shop_id=shop_id).exclude(customer_id="erased")
        report = base_of(shop_id).load(
            (purchase_of(order) for order in orders.order_by("at", "id").iterator()),
            resume_as="orders of the shop",
        )
        self.stdout.write(str(report))
