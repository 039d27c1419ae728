"""The Django project of the examples: its own tests, its tables, and a server that runs it."""

import json
import os
import re
import runpy
import subprocess
import sys
from base64 import b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from crmkit.adapters.stores.sql.migrations import VERSIONS
from crmkit.adapters.webhooks import verify

shops = runpy.run_path(str(Path(__file__).parent / "framework_shops.py"))
postgres_server = shops["postgres_server"]

PROJECT = shops["EXAMPLES"] / "django_shop"
APP = "crmkit.adapters.stores.sql.django_app"
SECRET = "whsec_" + b64encode(b"a secret of just 32 bytes, as is").decode()


def command(*words, **more):
    """A command of manage.py, and the environment it runs in. Warnings are errors."""
    line = [sys.executable, "-W", "error", "-u", str(PROJECT / "manage.py"), *words]
    return line, {**os.environ, "DJANGO_SETTINGS_MODULE": "shop.settings", **more}


def manage(database, *words, **more):
    """Run a command of manage.py and return what it says."""
    line, environment = command(*words, SHOP_DATABASE=database, **more)
    done = subprocess.run(
        line,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@contextmanager
def running(database):
    """The port of a server process, which is ended by its own handle."""
    line, environment = command(
        "runserver", "--noreload", "--skip-checks", "127.0.0.1:0", SHOP_DATABASE=database
    )
    with subprocess.Popen(
        line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            told = iter(server.stdout.readline, "")
            found = (re.search(r"http://127\.0\.0\.1:(\d+)/", row) for row in told)
            yield int(next(filter(None, found))[1])
        finally:
            server.terminate()


class Served(shops["ShopPromises"], shops["PrivacyPromises"]):
    """One server process for all tests of a class; each finds its tables empty."""

    @pytest.fixture(scope="class")
    @classmethod
    def served(cls, database):
        manage(told_to_django(database), "migrate")
        engine = create_engine(database)
        with running(told_to_django(database)) as port:
            yield shops["Web"](port, engine)
        engine.dispose()

    @pytest.fixture
    def web(self, served):
        names = set(inspect(served.engine).get_table_names())
        names -= {"crmkit_meta", "django_migrations"}
        with served.engine.begin() as connection:
            for name in names:
                connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 -- names of tables
        return served

    def test_events_are_posted_by_a_command(self, web, database):
        assert web.order(who="ann") == web.order(who="bob") == 201
        with receiving() as (url, taken):
            for told in ("2 events taken, up to 2", "0 events taken, up to 2"):
                manage_told = manage(
                    told_to_django(database),
                    "deliver_events",
                    "lamp",
                    url,
                    SHOP_WEBHOOK_SECRET=SECRET,
                )
                assert told in manage_told
        assert [one["customer_id"] for one in taken] == ["ann", "bob"]

    def test_earlier_orders_are_told_by_a_command(self, web, database):
        rows = [
            {"id": f"o{i}", "shop": "lamp", "who": f"c{i % 7}", "cents": i, "at": AT}
            for i in range(2500)
        ]
        with web.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO orders (id, shop_id, customer_id, product_id, cents, at)"
                    " VALUES (:id, :shop, :who, 'cup', :cents, :at)"
                ),
                rows,
            )
        for _ in range(2):
            assert "2,500" in manage(told_to_django(database), "remember_orders", "lamp")
            assert web.paid() == list(range(2500))


class Made:
    """What the commands of Django do with an empty database."""

    def test_the_shops_own_tests_pass(self, database):
        assert "OK" in manage(told_to_django(database), "test", "orders")

    def test_the_tables_are_made_once_and_nothing_is_left_to_make(self, database):
        url = told_to_django(database)
        assert "Applying crmkit.0001_version_4... OK" in manage(url, "migrate")
        manage(url, "makemigrations", "--check", "--dry-run")
        manage(url, "migrate", "--check")
        assert "CANNOT BE WRITTEN AS SQL" in manage(url, "sqlmigrate", "crmkit", "0001")

    def test_the_way_back_leaves_what_customers_told(self, database):
        url = told_to_django(database)
        manage(url, "migrate")
        engine = create_engine(database)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO crmkit_shops VALUES ('x', '', 0, 0, 0, 0, 0, 0)"))
        manage(url, "migrate", "crmkit", "zero")
        manage(url, "migrate")
        with engine.connect() as connection:
            assert connection.execute(text("SELECT shop_id FROM crmkit_shops")).scalar() == "x"
        engine.dispose()

    def test_the_tables_may_have_other_names(self, database, tmp_path):
        (tmp_path / "other_names.py").write_text(
            f"from {APP}.apps import CrmkitConfig\n"
            "class Renamed(CrmkitConfig):\n"
            '    prefix = "our_"\n'
        )
        (tmp_path / "other_settings.py").write_text(
            "from shop.settings import *\n"
            'INSTALLED_APPS = ["other_names.Renamed", "orders"]\n'
            "LOGGING_CONFIG = None\n"
        )
        path = os.pathsep.join([str(tmp_path), str(PROJECT)])
        named = {"DJANGO_SETTINGS_MODULE": "other_settings", "PYTHONPATH": path}
        manage(told_to_django(database), "migrate", **named)
        engine = create_engine(database)
        found = set(inspect(engine).get_table_names())
        engine.dispose()
        assert "our_shops" in found
        assert not any(name.startswith("crmkit_") for name in found)

    def test_a_router_says_in_which_database_they_are(self, database, tmp_path):
        (tmp_path / "routed_settings.py").write_text(
            "from shop.settings import *\n"
            f'DATABASES["crm"] = database("sqlite:///{tmp_path / "crm.db"}")\n'
            'DATABASE_ROUTERS = ["routed_settings.Router"]\n'
            "class Router:\n"
            "    def allow_migrate(self, db, app_label, **hints):\n"
            '        return (db == "crm") == (app_label == "crmkit")\n'
        )
        path = os.pathsep.join([str(tmp_path), str(PROJECT)])
        named = {"DJANGO_SETTINGS_MODULE": "routed_settings", "PYTHONPATH": path}
        for alias in ("default", "crm"):
            manage(told_to_django(database), "migrate", "--database", alias, **named)
        found = []
        for url in (database, f"sqlite:///{tmp_path / 'crm.db'}"):
            engine = create_engine(url)
            found.append(set(inspect(engine).get_table_names()))
            engine.dispose()
        assert found[0] == {"django_migrations", "orders"}
        assert "orders" not in found[1]
        assert "crmkit_interactions" in found[1]


AT = "2026-05-01 12:00:00+00:00"


def told_to_django(database):
    """A URL of SQLAlchemy as the project's settings read it."""
    return database.replace("postgresql+psycopg:", "postgresql:")


@contextmanager
def receiving():
    """An address that takes webhooks, and what it took: only what is signed."""
    taken = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            verify(dict(self.headers), body, SECRET)
            taken.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    port = server.server_port
    with shops["serving"](port, server.serve_forever, server.shutdown):
        yield f"http://127.0.0.1:{port}/events", taken
    server.server_close()


class TestServedOnSQLite(Served):
    @pytest.fixture(scope="class")
    @classmethod
    def database(cls, tmp_path_factory):
        return f"sqlite:///{tmp_path_factory.mktemp('django') / 'shop.db'}"


class TestServedOnPostgreSQL(Served):
    @pytest.fixture(scope="class")
    @classmethod
    def database(cls, postgres_server):
        with shops["fresh_postgres"](postgres_server) as url:
            yield url


class TestMadeOnSQLite(shops["OnSQLite"], Made):
    pass


class TestMadeOnPostgreSQL(shops["OnPostgreSQL"], Made):
    pass


def test_every_version_of_the_tables_has_a_migration():
    import crmkit.adapters.stores.sql.django_app as app

    folder = Path(app.__file__).parent / "migrations"
    made = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert made == [f"{i:04}_version_{version}" for i, version in enumerate(VERSIONS, 1)]
    for module in made:
        names = runpy.run_path(str(folder / f"{module}.py"))
        assert len(names["Migration"].operations) == 1


@pytest.mark.parametrize("word", ["manage.py", "fastapi_shop.py", "flask_shop.py"])
def test_an_example_says_how_it_is_run_in_three_commands(word):
    (path,) = shops["EXAMPLES"].rglob(word)
    block = path.read_text("utf-8").split("\n\n")[1]
    assert len(re.findall(r"^    \S", block, re.MULTILINE)) == 3
