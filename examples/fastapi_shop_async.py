"""The shop on FastAPI once more, for those whose sessions are asynchronous.

    pip install "crmkit[sql]" "sqlalchemy[asyncio]" fastapi uvicorn aiosqlite
    python examples/fastapi_shop.py                       # makes the tables
    uvicorn --app-dir examples fastapi_shop_async:app

crmkit has no coroutines. ``await session.run_sync(...)`` runs it in the transaction of an
asynchronous session: it computes on the event loop for the millisecond or two that recording
takes, and lets others run while it waits for the database. What computes for longer, a card
or profiles, goes to a thread, with a base on an ordinary engine.

SHOP_DATABASE is named as in ``fastapi_shop``; its driver must be one for both worlds
(postgresql+psycopg), and for SQLite aiosqlite is put in.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi_shop import (
    DATABASE,
    SECRET,
    Cart,
    InShop,
    Order,
    answer_errors,
    engine_of,
    pay,
    purchase_of,
)
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from crmkit import CustomerBase, Purchase, Shop


async def session_of(request: Request) -> AsyncIterator[AsyncSession]:
    """Give a request its session: committed where it succeeds, rolled back where it raises."""
    async with request.app.state.sessions.begin() as session:
        yield session


InSession = Annotated[AsyncSession, Depends(session_of, scope="function")]


def record(session: Session, shop: Shop, bought: Purchase) -> None:
    """Keep a fact in the transaction of a session."""
    CustomerBase.open(session, shop=shop, erasure_key=SECRET).record([bought])


async def order(shop: InShop, cart: Cart, session: InSession) -> dict[str, str]:
    """Keep an order and what it says of the customer, both or neither."""
    new = Order(id=uuid4().hex, shop_id=shop.id, **cart.model_dump())
    session.add(new)
    await session.run_sync(record, shop, purchase_of(new, shop))
    pay(new)
    return {"order_id": new.id}


async def card(customer_id: str, shop: InShop, request: Request) -> str:
    """Show all that is known and judged of a customer."""
    base = await asyncio.to_thread(request.app.state.asked, shop)
    shown = await asyncio.to_thread(lambda: base.card(customer_id)._repr_html_())
    return f"<!doctype html>{shown}"


def create_app(url: str = DATABASE) -> FastAPI:
    """Make the application; nothing is connected before the first request."""
    named = make_url(url)
    if named.get_backend_name() == "sqlite":
        named = named.set(drivername="sqlite+aiosqlite")
    waiting = {"timeout": 30} if named.get_backend_name() == "sqlite" else {}
    engine, asked = create_async_engine(named, connect_args=waiting), engine_of(url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()
        asked.dispose()

    app = FastAPI(title="A shop", lifespan=lifespan)
    app.state.sessions = async_sessionmaker(engine)
    app.state.asked = lru_cache(
        lambda shop: CustomerBase.open(asked, shop=shop, erasure_key=SECRET)
    )
    app.post("/shops/{shop_id}/orders", status_code=201)(order)
    app.get("/shops/{shop_id}/customers/{customer_id}", response_class=HTMLResponse)(card)
    answer_errors(app)
    return app


app = create_app()
