"""What a shop on any web framework promises, asked over HTTP, and the databases it stands on.

Loaded with ``runpy`` by the tests of the recipes: they subclass ``ShopPromises``, give it an
application's server, and make one class per database.
"""

import importlib
import importlib.util
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from attrs import frozen
from sqlalchemy import MetaData, create_engine, make_url, text

from crmkit import CustomerBase, Line, Money, Purchase, Shop

TESTS = Path(__file__).parent
EXAMPLES = TESTS.parent / "examples"

KEY = b"only for trying it out"
LAMP = Shop(id="lamp", currency="EUR", timezone="Europe/Berlin", publishes=True)
TEA = Shop(id="tea", currency="GBP", timezone="Europe/London")

#: More than the bank pays.
TOO_MUCH = 200_000


def example(name):
    """Import an example as its own words tell: with the folder of examples on the path."""
    if str(EXAMPLES) not in sys.path:
        sys.path.insert(0, str(EXAMPLES))
    return importlib.import_module(name)


def _servers():
    path = TESTS / "adapters" / "servers.py"
    spec = importlib.util.spec_from_file_location("crmkit_test_servers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """The URL of a database on a real PostgreSQL, shared by the processes of a run."""
    if url := os.environ.get("CRMKIT_TEST_POSTGRES_URL"):
        yield url
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if worker else folder
    servers = _servers()
    with servers.running(servers.Postgres(), shared, f"frameworks_{worker}") as url:
        yield url


@contextmanager
def fresh_postgres(url):
    """The URL of a new database beside another one; it goes at the end."""
    name = f"{make_url(url).database}_fresh"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    drop = text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    with engine.connect() as connection:
        connection.execute(drop)
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
        connection.execute(drop)
    engine.dispose()


def call(port, method, path, body=None):
    """Ask a server on this machine, and return the status and the text of its answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(
            method,
            path,
            None if body is None else json.dumps(body),
            {"content-type": "application/json"},
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def serving(port, serve, stop):
    """Run a server in a thread until the block ends."""
    thread = Thread(target=serve)
    thread.start()
    try:
        yield port
    finally:
        stop()
        thread.join()


@frozen
class Web:
    """A running shop, and a look into its database past it."""

    port: int
    engine: object

    def order(self, shop="lamp", who="ann", cents=1250):
        cart = {"customer_id": who, "product_id": "cup", "cents": cents}
        return call(self.port, "POST", f"/shops/{shop}/orders", cart)[0]

    def orders(self, shop="lamp"):
        with self.engine.connect() as connection:
            asked = text("SELECT cents FROM orders WHERE shop_id = :shop ORDER BY cents")
            return [cents for (cents,) in connection.execute(asked, {"shop": shop})]

    def base(self, shop=LAMP):
        return CustomerBase.open(self.engine, shop=shop, erasure_key=KEY)

    def paid(self, shop=LAMP):
        histories = self.base(shop).store.histories(shop.id)
        lines = [one.lines[0].amount for _, history in histories for one in history]
        assert {amount.currency for amount in lines} <= {shop.currency}
        return sorted(amount.minor for amount in lines)


class ShopPromises:
    """Give it ``database`` and ``port_of(url)``, a context manager that yields a port."""

    @pytest.fixture
    def web(self, database):
        engine = create_engine(database)
        with self.port_of(database) as port:
            yield Web(port, engine)
        engine.dispose()

    def test_an_order_and_its_fact_are_there_when_the_answer_is(self, web):
        assert web.order(cents=1250) == 201
        assert web.orders() == web.paid() == [1250]
        assert web.base().summary("ann").buying.orders == 1
        assert [event.customer_id for event in web.base().events()] == ["ann"]

    def test_an_order_that_is_not_paid_leaves_neither(self, web):
        assert web.order(cents=TOO_MUCH) == 402
        assert web.orders() == web.paid() == []
        assert web.base().events() == []
        assert web.order(cents=1250) == 201
        assert web.orders() == web.paid() == [1250]
        assert [event.position for event in web.base().events()] == [1]

    def test_what_crmkit_refuses_leaves_no_order(self, web):
        assert web.order(who="") == 422
        assert web.orders() == web.paid() == []

    def test_a_shop_that_is_not_there_is_not_made(self, web):
        assert web.order(shop="book") == 404
        assert web.orders("book") == []

    def test_requests_at_once_to_two_shops_keep_them_apart(self, web):
        carts = [("lamp" if i % 2 else "tea", f"c{i % 3}", 1000 + i) for i in range(20)]
        assert self._at_once(web, carts) == [201] * 20
        for shop, odd in ((LAMP, 1), (TEA, 0)):
            assert web.paid(shop) == web.orders(shop.id) == list(range(1000 + odd, 1020, 2))

    def test_requests_at_once_of_which_some_fail_leave_the_others(self, web):
        carts = [("lamp", f"c{i}", TOO_MUCH if i % 3 == 0 else 1000 + i) for i in range(20)]
        told = [402 if i % 3 == 0 else 201 for i in range(20)]
        assert self._at_once(web, carts) == told
        kept = [1000 + i for i in range(20) if i % 3]
        assert web.orders() == web.paid() == kept
        events = web.base().events()
        assert [event.position for event in events] == list(range(1, len(kept) + 1))

    @staticmethod
    def _at_once(web, carts):
        with ThreadPoolExecutor(20) as pool:
            return list(pool.map(lambda cart: web.order(*cart), carts))

    def test_the_card_is_that_of_the_customer_as_they_are_now(self, web):
        path = "/shops/lamp/customers/ann"
        assert call(web.port, "GET", path)[0] == 422  # nobody yet
        for orders in (1, 2):
            web.order(cents=1250)
            status, shown = call(web.port, "GET", path)
            assert status == 200
            assert f"{orders} from web" in shown


class PrivacyPromises:
    """A person is told everything, and forgotten in both places at once."""

    def test_a_person_is_told_everything_and_forgotten(self, web):
        path = "/shops/lamp/customers/ann@example.com"
        web.order(who="ann@example.com", cents=1250)
        status, told = call(web.port, "GET", f"{path}/data")
        assert status == 200
        assert json.loads(told)["interactions"][0]["customer_id"] == "ann@example.com"
        assert call(web.port, "DELETE", path)[0] == 200
        assert web.orders() == web.paid() == [1250]
        assert "ann@" not in _dump(web.engine)
        assert call(web.port, "GET", path)[0] == 422

    def test_forgetting_nobody_is_refused(self, web):
        assert call(web.port, "DELETE", "/shops/lamp/customers/bob")[0] == 422


def _dump(engine):
    """Every row of every table, as text."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return "\n".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        )


class OnSQLite:
    @pytest.fixture
    def database(self, tmp_path):
        return f"sqlite:///{tmp_path / 'shop.db'}"


class OnPostgreSQL:
    @pytest.fixture
    def database(self, postgres_server):
        with fresh_postgres(postgres_server) as url:
            yield url


def bought(number, who="ann", cents=1250):
    """A purchase in the lamp shop."""
    return Purchase(
        id=number,
        order_id=number,
        customer_id=who,
        at=datetime(2026, 5, 1, tzinfo=UTC),
        lines=[Line(product_id="cup", amount=Money(cents, LAMP.currency))],
    )
