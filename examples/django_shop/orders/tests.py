"""The shop's own tests: what is recorded inside Django's transactions goes their way.

A ``TestCase`` undoes crmkit's rows with the shop's own. A ``TransactionTestCase`` empties the
tables of models only, so there each test empties those of crmkit.
"""
# ruff: noqa: PT009, PT027 -- Django's tests are those of unittest

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from unittest import mock

from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.test import TestCase, TransactionTestCase

from crmkit import CustomerBase
from crmkit.adapters.stores.sql.django import DjangoStore
from crmkit.domain.errors import StoreConflictError, StoreError
from orders.customers import SHOPS, base_of, purchase_of
from orders.models import Order
from orders.views import LIMIT


def ordered(cents: int = 1250, **fields: str) -> Order:
    """Return an order that is kept."""
    return Order.objects.create(
        **{"shop_id": "lamp", "customer_id": "ann", "product_id": "cup", "cents": cents, **fields}
    )


def kept() -> int:
    """Return how many facts of the lamp shop are kept."""
    return base_of("lamp").store.extent("lamp").kept


def broken(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
    """Let the database itself refuse, after a part of a call was written."""
    if "crmkit_facts" in sql and "INSERT" in sql:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM crmkit_meta")
    return execute(sql, *more)


class Checkout(TestCase):
    """Inside the transaction of a view."""

    def order(self, cents: int, who: str = "ann") -> int:
        """Order something, and return the status."""
        cart = {"customer_id": who, "product_id": "cup", "cents": cents}
        answer = self.client.post("/shops/lamp/orders", json.dumps(cart), "application/json")
        return answer.status_code

    def test_an_order_and_its_fact_are_kept(self) -> None:
        """Both, and the card shows it."""
        self.assertEqual(self.order(1250), HTTPStatus.CREATED)
        self.assertEqual((Order.objects.count(), kept()), (1, 1))
        shown = self.client.get("/shops/lamp/customers/ann")
        self.assertContains(shown, "1 from web")

    def test_a_refused_payment_leaves_neither(self) -> None:
        """The order and the fact go with the transaction of the view."""
        self.assertEqual(self.order(LIMIT + 1), HTTPStatus.PAYMENT_REQUIRED)
        self.assertEqual((Order.objects.count(), kept()), (0, 0))

    def test_what_crmkit_refuses_leaves_neither(self) -> None:
        """A customer needs an id."""
        self.assertEqual(self.order(1250, who=""), HTTPStatus.UNPROCESSABLE_ENTITY)
        self.assertEqual((Order.objects.count(), kept()), (0, 0))

    def test_a_request_in_a_transaction_is_rolled_back_as_well(self) -> None:
        """ATOMIC_REQUESTS: the view's own block is a savepoint in that of the request."""
        with mock.patch.dict(connections.settings["default"], ATOMIC_REQUESTS=True):
            self.assertEqual(self.order(LIMIT + 1), HTTPStatus.PAYMENT_REQUIRED)
            self.assertEqual((Order.objects.count(), kept()), (0, 0))
            self.assertEqual(self.order(1250), HTTPStatus.CREATED)
        self.assertEqual((Order.objects.count(), kept()), (1, 1))

    def test_a_person_is_told_everything_and_forgotten(self) -> None:
        """In the shop's orders and in crmkit."""
        self.order(1250)
        told = self.client.get("/shops/lamp/customers/ann/data").json()
        self.assertEqual(told["holders"]["orders"][0]["cents"], 1250)
        self.client.delete("/shops/lamp/customers/ann")
        self.assertEqual(Order.objects.get().customer_id, "erased")
        self.assertEqual(base_of("lamp").store.history("lamp", "ann"), [])
        self.assertEqual(kept(), 1)


class InsideAtomic(TestCase):
    """What a call leaves of the shop's transaction."""

    def test_an_error_of_crmkit_leaves_the_transaction_usable(self) -> None:
        """Only what the call did is undone."""
        order = ordered()
        base_of("lamp").record([purchase_of(order)])
        order.cents = 99
        with self.assertRaises(StoreConflictError):
            base_of("lamp").record([purchase_of(ordered()), purchase_of(order)])
        self.assertFalse(connection.needs_rollback)
        ordered()
        self.assertEqual((Order.objects.count(), kept()), (3, 1))

    def test_an_error_of_the_database_leaves_the_transaction_usable(self) -> None:
        """Even on PostgreSQL, which refuses everything after an error."""
        order = ordered()
        with connection.execute_wrapper(broken), self.assertRaises(StoreError):
            base_of("lamp").record([purchase_of(order)])
        ordered()
        self.assertEqual(base_of("lamp").store.history("lamp", "ann"), [])

    def test_a_block_that_must_roll_back_takes_nothing_more(self) -> None:
        """As Django itself refuses statements in it."""
        order = ordered()
        with transaction.atomic():
            transaction.set_rollback(True)
            with self.assertRaises(StoreError):
                base_of("lamp").record([purchase_of(order)])
        self.assertEqual(kept(), 0)

    def test_hooks_of_the_shop_wait_for_the_shops_commit(self) -> None:
        """A call of crmkit runs none and drops none, whether it goes well or not."""
        told: list[str] = []
        with self.captureOnCommitCallbacks(execute=True):
            order = ordered()
            transaction.on_commit(lambda: told.append("committed"))
            base_of("lamp").record([purchase_of(order)])
            order.cents = 99
            with self.assertRaises(StoreConflictError):
                base_of("lamp").record([purchase_of(order)])
            self.assertEqual(told, [])
        self.assertEqual(told, ["committed"])

    async def test_asynchronous_views_go_through_a_thread(self) -> None:
        """Django forbids its connections to coroutines, and so does the store."""
        order, base = await sync_to_async(ordered)(), await sync_to_async(base_of)("lamp")
        with self.assertRaisesMessage(StoreError, "sync_to_async"):
            base.record([])
        await sync_to_async(base.record)([purchase_of(order)])
        self.assertEqual(await sync_to_async(kept)(), 1)

    def test_each_test_finds_the_base_empty(self) -> None:
        """What other tests recorded was rolled back, and so is this."""
        self.assertEqual(kept(), 0)
        base_of("lamp").record([purchase_of(ordered())])
        self.assertEqual(base_of("lamp").summary("ann").buying.orders, 1)


class OutsideAtomic(TransactionTestCase):
    """Each call of crmkit is a transaction of its own."""

    def tearDown(self) -> None:
        """Empty what Django does not know of."""
        with connection.cursor() as cursor:
            for name in connection.introspection.table_names(cursor):
                if name.startswith("crmkit_") and name != "crmkit_meta":
                    cursor.execute(f"DELETE FROM {name}")  # noqa: S608  # names of crmkit

    def test_a_call_is_kept_as_a_whole_or_not_at_all(self) -> None:
        """Without a transaction of the shop."""
        order = ordered()
        base_of("lamp").record([purchase_of(order)])
        self.assertFalse(connection.in_atomic_block)
        with connection.execute_wrapper(broken), self.assertRaises(StoreError):
            base_of("lamp").record([purchase_of(ordered())])
        history = base_of("lamp").store.history("lamp", "ann")
        self.assertEqual([one.id for one in history], [order.id])

    def test_an_outer_rollback_leaves_nothing(self) -> None:
        """Not even where the base was opened within."""
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            base = CustomerBase.open(DjangoStore(), shop=SHOPS["tea"])
            base.record([purchase_of(ordered(shop_id="tea"))])
            raise ZeroDivisionError
        self.assertIsNone(base.store.shop("tea"))
        base.record([purchase_of(ordered(shop_id="tea"))])
        self.assertEqual(base.store.extent("tea").kept, 1)

    def test_a_connection_that_was_closed_is_opened_again(self) -> None:
        """A persistent connection ends at some time; the base goes on with the next one."""
        base_of("lamp").record([purchase_of(ordered())])
        connection.close()
        base_of("lamp").record([purchase_of(ordered())])
        self.assertEqual(kept(), 2)

    def test_a_stream_leaves_no_transaction_open(self) -> None:
        """What the shop does while it reads is the shop's own."""
        base_of("lamp").record([purchase_of(ordered(customer_id=f"c{i}")) for i in range(3)])
        stream = base_of("lamp").store.histories("lamp")
        next(stream)
        self.assertFalse(connection.in_atomic_block)
        ordered()
        del stream
        self.assertEqual(Order.objects.count(), 4)

    def test_a_transaction_by_hand_is_the_shops(self) -> None:
        """As with ``atomic``, where autocommit was turned off."""
        transaction.set_autocommit(False)
        try:
            base_of("lamp").record([purchase_of(ordered())])
            self.assertEqual((kept(), kept()), (1, 1))  # to ask ends nothing
            transaction.rollback()
        finally:
            transaction.set_autocommit(True)
        self.assertEqual((Order.objects.count(), kept()), (0, 0))
