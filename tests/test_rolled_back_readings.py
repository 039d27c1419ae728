"""A base that lives on never answers from what the shop has rolled back."""

import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from crmkit import CustomerBase, Line, Money, Purchase, Shop
from crmkit.adapters.stores.sql import SQLStore, migrate
from crmkit.adapters.stores.sqlite import SQLiteStore

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class RawConnection:
    def __init__(self, path):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.store = SQLiteStore(self.connection)

    def begin(self):
        self.connection.execute("BEGIN")

    def rollback(self):
        self.connection.rollback()

    def commit(self):
        self.connection.commit()


class AlchemyConnection:
    def __init__(self, path):
        self.engine = create_engine(f"sqlite:///{path}")
        migrate(self.engine)
        self.connection = self.engine.connect()
        self.store = SQLStore(self.connection)

    def begin(self):
        self.transaction = self.connection.begin()

    def rollback(self):
        self.transaction.rollback()

    def commit(self):
        self.transaction.commit()


class AlchemySession(AlchemyConnection):
    def __init__(self, path):
        super().__init__(path)
        self.connection.close()
        self.session = Session(self.engine)
        self.store = SQLStore(self.session)

    def begin(self):
        pass

    def rollback(self):
        self.session.rollback()

    def commit(self):
        self.session.commit()


@pytest.fixture(params=[RawConnection, AlchemyConnection, AlchemySession])
def shop(request, tmp_path):
    return request.param(tmp_path / "shop.db")


@pytest.fixture
def base(shop):
    lamp = Shop(id="lamp", currency="EUR")
    opened = CustomerBase.open(shop.store, shop=lamp, clock=lambda: NOW)
    shop.commit() if isinstance(shop, AlchemySession) else None
    return opened


def bought(who):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    return Purchase(id=who, order_id=who, customer_id=who, at=NOW, lines=[line])


def ids(base):
    return [one.customer_id for one in base.profiles()]


def test_facts_that_were_rolled_back_are_forgotten(shop, base):
    shop.begin()
    base.record([bought("ann")])
    assert ids(base) == ["ann"]
    shop.rollback()
    shop.begin()
    base.record([bought("bob")])
    assert ids(base) == ["bob"]
    shop.commit()
    assert ids(base) == ["bob"]


def test_merges_that_were_rolled_back_are_forgotten(shop, base):
    shop.begin()
    base.record([bought("ann"), bought("bob"), bought("cid")])
    shop.commit()
    shop.begin()
    base.merge("ann", "bob")
    assert base.stands_for("bob") == "ann"
    shop.rollback()
    shop.begin()
    base.merge("bob", "cid")
    assert (base.stands_for("bob"), base.stands_for("cid")) == ("bob", "bob")
    assert ids(base) == ["ann", "bob"]
    shop.rollback()
    assert ids(base) == ["ann", "bob", "cid"]


def test_a_reading_of_what_is_settled_serves_the_next_question(shop, base):
    shop.begin()
    base.record([bought("ann")])
    shop.commit()
    first = base.profiles()
    if isinstance(shop, AlchemySession):
        shop.commit()
    assert base.profiles() is first
