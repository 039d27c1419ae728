"""A shop on Django: its orders and crmkit's facts live and die in one transaction.

    pip install "crmkit[sql,django]"
    python examples/django_shop/manage.py migrate         # the shop's tables and crmkit's
    python examples/django_shop/manage.py runserver

Then order something, and look at the customer's card in a browser:

    curl -X POST localhost:8000/shops/lamp/orders -H "content-type: application/json" \
        -d '{"customer_id": "ann", "product_id": "cup", "cents": 1250}'
    http://localhost:8000/shops/lamp/customers/ann

What to read, in this order: ``shop/settings.py`` (the app that makes the tables),
``orders/customers.py`` (the base), ``orders/views.py`` (an order and its fact in one
``atomic``), ``orders/management/commands`` (what runs beside the web server). Its own tests run
with ``manage.py test orders``.

SHOP_DATABASE names another database than a file: postgresql://shop@localhost/shop.
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    execute_from_command_line(sys.argv)
