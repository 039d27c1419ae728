"""The FastAPI recipes keep what they promise, over HTTP, on SQLite and PostgreSQL."""

import runpy
import socket
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import uvicorn

shops = runpy.run_path(str(Path(__file__).parent / "framework_shops.py"))
postgres_server = shops["postgres_server"]


@contextmanager
def served(app):
    """Serve an application on a free port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def stop():
            server.should_exit = True

        with shops["serving"](port, lambda: server.run(sockets=[listening]), stop):
            while not server.started:
                sleep(0.01)
            yield port


class FastAPI(shops["ShopPromises"], shops["PrivacyPromises"]):
    @contextmanager
    def port_of(self, database):
        recipe = shops["example"]("fastapi_shop")
        recipe.make_tables(database)
        with served(recipe.create_app(database)) as port:
            yield port


class AsyncFastAPI(shops["ShopPromises"]):
    @contextmanager
    def port_of(self, database):
        shops["example"]("fastapi_shop").make_tables(database)
        recipe = shops["example"]("fastapi_shop_async")
        with served(recipe.create_app(database)) as port:
            yield port


class TestOnSQLite(shops["OnSQLite"], FastAPI):
    pass


class TestOnPostgreSQL(shops["OnPostgreSQL"], FastAPI):
    pass


class TestAsynchronousOnSQLite(shops["OnSQLite"], AsyncFastAPI):
    pass


class TestAsynchronousOnPostgreSQL(shops["OnPostgreSQL"], AsyncFastAPI):
    pass
