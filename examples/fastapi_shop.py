"""A shop on FastAPI: its orders and crmkit's facts live and die in one transaction.

    pip install "crmkit[sql]" fastapi uvicorn
    python examples/fastapi_shop.py                       # makes the tables
    uvicorn --app-dir examples fastapi_shop:app

Then order something, and look at the customer's card in a browser:

    curl -X POST localhost:8000/shops/lamp/orders -H "content-type: application/json" \
        -d '{"customer_id": "ann", "product_id": "cup", "cents": 1250}'
    http://localhost:8000/shops/lamp/customers/ann

Every request has a session of its own. What writes opens a base on that session, which costs
two short queries, and the session's one commit keeps order and fact, or neither. What only
asks takes a base on the engine, one per shop and process: it remembers what it has read.

SHOP_DATABASE names the database, for instance postgresql+psycopg://shop@localhost/shop.
"""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from crmkit import CrmkitError, CustomerBase, Line, Money, Purchase, Shop
from crmkit.adapters.stores.sql import migrate

DATABASE = os.environ.get("SHOP_DATABASE", "sqlite:///fastapi_shop.db")
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


class Cart(BaseModel):
    """What is ordered."""

    customer_id: str
    product_id: str
    cents: int = Field(ge=0)


class PaymentRefusedError(Exception):
    """The bank does not pay."""


def engine_of(url: str) -> Engine:
    """Return an engine on which writers wait for one another."""
    waiting = {"timeout": 30} if url.startswith("sqlite") else {}
    return create_engine(url, connect_args=waiting, hide_parameters=True, pool_size=20)


def make_tables(url: str = DATABASE) -> None:
    """Make the shop's tables and crmkit's, or bring them up to date."""
    engine = engine_of(url)
    Base.metadata.create_all(engine)
    migrate(engine)
    engine.dispose()


def shop_of(shop_id: str) -> Shop:
    """Return the shop that an address names."""
    if shop_id not in SHOPS:
        raise HTTPException(404, "there is no such shop")
    return SHOPS[shop_id]


def session_of(request: Request) -> Iterator[Session]:
    """Give a request its session: committed where it succeeds, rolled back where it raises."""
    with request.app.state.sessions.begin() as session:
        yield session


InShop = Annotated[Shop, Depends(shop_of)]
# With the scope "function" the session is committed before the answer is sent, not after it.
InSession = Annotated[Session, Depends(session_of, scope="function")]


def recording(shop: InShop, session: InSession) -> CustomerBase:
    """Open the base in the transaction of this request."""
    return CustomerBase.open(session, shop=shop, erasure_key=SECRET)


def asking(shop: InShop, request: Request) -> CustomerBase:
    """Take the base that is kept for questions."""
    base: CustomerBase = request.app.state.asked(shop)
    return base


Recording = Annotated[CustomerBase, Depends(recording)]
Asking = Annotated[CustomerBase, Depends(asking)]

router = APIRouter(prefix="/shops/{shop_id}")


@router.post("/orders", status_code=201)
def order(shop: InShop, cart: Cart, session: InSession, base: Recording) -> dict[str, str]:
    """Keep an order and what it says of the customer, both or neither."""
    new = Order(id=uuid4().hex, shop_id=shop.id, **cart.model_dump())
    session.add(new)
    base.record([purchase_of(new, shop)])
    pay(new)
    return {"order_id": new.id}


@router.get("/customers/{customer_id}", response_class=HTMLResponse)
def card(customer_id: str, base: Asking) -> str:
    """Show all that is known and judged of a customer."""
    return f"<!doctype html>{base.card(customer_id)._repr_html_()}"


@router.get("/customers/{customer_id}/data")
def export(customer_id: str, base: Asking) -> dict[str, Any]:
    """Return everything that is kept of a person."""
    return base.export(customer_id).to_plain()


@router.delete("/customers/{customer_id}")
def forget(customer_id: str, shop: InShop, session: InSession, base: Recording) -> dict[str, str]:
    """Forget a person here and in the shop's own orders, in one transaction."""
    erased = base.erase(customer_id)
    theirs = session.query(Order).filter_by(shop_id=shop.id, customer_id=customer_id)
    theirs.update({"customer_id": erased.pseudonym})
    return {"now": erased.pseudonym}


def purchase_of(new: Order, shop: Shop) -> Purchase:
    """Return an order as crmkit's fact."""
    paid = Money(new.cents, shop.currency)
    return Purchase(
        id=new.id,
        order_id=new.id,
        customer_id=new.customer_id,
        at=datetime.now(UTC),
        source="web",
        lines=[Line(product_id=new.product_id, amount=paid)],
    )


def pay(new: Order) -> None:
    """Ask the bank.

    Raises:
        PaymentRefusedError: It does not pay; nothing of the request is kept.
    """
    if new.cents > LIMIT:
        raise PaymentRefusedError


def create_app(url: str = DATABASE) -> FastAPI:
    """Make the application; nothing is connected before the first request."""
    engine = engine_of(url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = FastAPI(title="A shop", lifespan=lifespan)
    app.state.sessions = sessionmaker(engine)
    app.state.asked = lru_cache(
        lambda shop: CustomerBase.open(engine, shop=shop, erasure_key=SECRET)
    )
    app.include_router(router)
    answer_errors(app)
    return app


def answer_errors(app: FastAPI) -> None:
    """Answer what is refused with the reason."""
    app.exception_handler(CrmkitError)(_refused)
    app.exception_handler(PaymentRefusedError)(_not_paid)


def _refused(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 422)


def _not_paid(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"error": "the bank does not pay"}, 402)


app = create_app()

if __name__ == "__main__":
    make_tables()
    sys.stdout.write(f"The tables are there: {DATABASE.partition(':')[0]}.\n")
