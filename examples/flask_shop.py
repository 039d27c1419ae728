"""A shop on Flask: its orders and crmkit's facts live and die in one transaction.

    pip install "crmkit[sql]" flask
    flask --app examples/flask_shop.py make-tables
    flask --app examples/flask_shop.py run

Then order something, and look at the customer's card in a browser:

    curl -X POST localhost:5000/shops/lamp/orders --json \
        '{"customer_id": "ann", "product_id": "cup", "cents": 1250}'
    http://localhost:5000/shops/lamp/customers/ann

``db`` is a ``scoped_session``: each request, which Flask runs in a thread of its own, has its
session, and ``teardown_appcontext`` takes it away. The store asks ``db`` at every call for the
session of that moment, so one base per shop serves the whole process. Flask-SQLAlchemy's
``db.session`` is such a ``scoped_session`` as well; hand it in and take the rest as it is.

SHOP_DATABASE names the database, for instance postgresql+psycopg://shop@localhost/shop.
"""

import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from flask import Blueprint, Flask, abort, current_app, request
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    scoped_session,
    sessionmaker,
)

from crmkit import CrmkitError, CustomerBase, Line, Money, Purchase, Shop
from crmkit.adapters.stores.sql import migrate

DATABASE = os.environ.get("SHOP_DATABASE", "sqlite:///flask_shop.db")
SECRET = os.environ.get("SHOP_ERASURE_KEY", "only for trying it out").encode()

SHOPS = {
    "lamp": Shop(id="lamp", currency="EUR", timezone="Europe/Berlin", publishes=True),
    "tea": Shop(id="tea", currency="GBP", timezone="Europe/London"),
}

#: Above this the bank asks questions, and the order fails after everything was recorded.
LIMIT = 100_000


class Base(DeclarativeBase):
    """The shop's own tables."""


class Order(Base):
    """An order, as the shop keeps it."""

    __tablename__ = "orders"

    id: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[str]
    customer_id: Mapped[str]
    product_id: Mapped[str]
    cents: Mapped[int]


class PaymentRefusedError(Exception):
    """The bank does not pay."""


shop_pages = Blueprint("shop", __name__, url_prefix="/shops/<shop_id>")


def session() -> scoped_session[Session]:
    """Return what holds the session of each request."""
    db: scoped_session[Session] = current_app.extensions["db"]
    return db


def base_of(shop_id: str) -> CustomerBase:
    """Return the customer base of a shop: the same one for every request."""
    if shop_id not in SHOPS:
        abort(404)
    base: CustomerBase = current_app.extensions["customer_bases"](SHOPS[shop_id])
    return base


@shop_pages.post("/orders")
def order(shop_id: str) -> tuple[dict[str, str], int]:
    """Keep an order and what it says of the customer, both or neither."""
    base, cart = base_of(shop_id), request.get_json()
    new = Order(id=uuid4().hex, shop_id=shop_id, **cart)
    session().add(new)
    base.record([purchase_of(new, base.shop)])
    pay(new)
    session().commit()
    return {"order_id": new.id}, 201


def purchase_of(new: Order, shop: Shop) -> Purchase:
    """Return an order as crmkit's fact."""
    return Purchase(
        id=new.id,
        order_id=new.id,
        customer_id=new.customer_id,
        at=datetime.now(UTC),
        source="web",
        lines=[Line(product_id=new.product_id, amount=Money(new.cents, shop.currency))],
    )


def pay(new: Order) -> None:
    """Ask the bank.

    Raises:
        PaymentRefusedError: It does not pay; nothing of the request is kept.
    """
    if new.cents > LIMIT:
        raise PaymentRefusedError


@shop_pages.get("/customers/<customer_id>")
def card(shop_id: str, customer_id: str) -> str:
    """Show all that is known and judged of a customer."""
    return f"<!doctype html>{base_of(shop_id).card(customer_id)._repr_html_()}"


@shop_pages.get("/customers/<customer_id>/data")
def export(shop_id: str, customer_id: str) -> dict[str, Any]:
    """Return everything that is kept of a person."""
    return base_of(shop_id).export(customer_id).to_plain()


@shop_pages.delete("/customers/<customer_id>")
def forget(shop_id: str, customer_id: str) -> dict[str, str]:
    """Forget a person here and in the shop's own orders, in one transaction."""
    erased = base_of(shop_id).erase(customer_id)
    theirs = session().query(Order).filter_by(shop_id=shop_id, customer_id=customer_id)
    theirs.update({"customer_id": erased.pseudonym})
    session().commit()
    return {"now": erased.pseudonym}


def engine_of(url: str) -> Engine:
    """Return an engine on which writers wait for one another."""
    waiting = {"timeout": 30} if url.startswith("sqlite") else {}
    return create_engine(url, connect_args=waiting, hide_parameters=True, pool_size=20)


def create_app(url: str = DATABASE) -> Flask:
    """Make the application; nothing is connected before the first request."""
    app = Flask(__name__)
    engine = engine_of(url)
    db = scoped_session(sessionmaker(engine))
    app.extensions |= {
        "db": db,
        "customer_bases": lru_cache(
            lambda shop: CustomerBase.open(db, shop=shop, erasure_key=SECRET)
        ),
    }
    app.register_blueprint(shop_pages)
    app.register_error_handler(CrmkitError, lambda error: ({"error": str(error)}, 422))
    app.register_error_handler(
        PaymentRefusedError, lambda _: ({"error": "the bank does not pay"}, 402)
    )

    @app.teardown_appcontext
    def give_back(_error: BaseException | None) -> None:
        # Whatever was not committed is rolled back with it.
        db.remove()

    @app.cli.command("make-tables")
    def make_tables() -> None:
        """Make the shop's tables and crmkit's, or bring them up to date."""
        Base.metadata.create_all(engine)
        migrate(engine)

    return app


app = create_app()
