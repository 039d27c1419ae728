"""Posts what happened to an address: ``manage.py deliver_events lamp https://…``.

Let cron or a worker call it, one process at a time. What is not taken comes first next time.
The secret that signs is in SHOP_WEBHOOK_SECRET.
"""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crmkit.adapters.webhooks import Webhook
from orders.customers import base_of


class Command(BaseCommand):
    """Delivers the events of a shop's outbox."""

    help = "Post what happened to an address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the shop and the address."""
        parser.add_argument("shop_id")
        parser.add_argument("url")

    def handle(self, *_: Any, shop_id: str, url: str, **__: Any) -> None:
        """Deliver, and say how many.

        Raises:
            CommandError: An event was not taken.
        """
        webhook = Webhook(url=url, secret=os.environ["SHOP_WEBHOOK_SECRET"])
        delivered = base_of(shop_id).deliver("webhook", webhook)
        self.stdout.write(str(delivered))
        if delivered.error is not None:
            raise CommandError(str(delivered.error))
