"""What keeping and reading costs, beside the least that any store of the same rows must do.

    python -m benchmarks stores [--interactions N] [--returns SHARE] [--postgresql URL]

Orders of one or two lines, a share of returns among them, from interactions as values:

    raw, ready   the rows of a loaded store, handed to ``executemany`` (to COPY through a staging
                 table) for the same tables with the same indexes, in one transaction
    raw, made    the same, and the rows are made from the values on the way, unchecked
    crmkit       ``add``: looked up, checked, kept, returns linked

Each is done three times in turn, the median counts; ratios are rates, crmkit to raw. Then one
customer's history of 100 interactions: as rows, through the driver on a connection that is held,
as JSON, and as values; for PostgreSQL also through what its store is handed, an engine or a
connection of SQLAlchemy; and how much memory a stream into a file takes. PostgreSQL is the
server at the URL, or one that is started for this.
"""

import argparse
import gc
import importlib.util
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from attrs import evolve
from sqlalchemy import create_engine, text

from crmkit.adapters.stores.kit.schema import FACTS, INTERACTIONS, LINKS
from crmkit.adapters.stores.sql import SQLStore, migrate
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.adapters.wire import to_json
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.times import microseconds

FOLDER = Path(__file__).parent
START = datetime(2025, 1, 1, tzinfo=UTC)
TO = Reporting(Shop(id="lamp", currency="GBP", timezone="Europe/London"))
ROUNDS = 3
WRITTEN = (INTERACTIONS, FACTS, LINKS)


def orders(count, returns):
    """Orders of one or two lines, and returns of something bought before."""
    chance = Random(1)  # noqa: S311 -- a benchmark must repeat itself
    for i in range(count):
        lines = [a_line(chance) for _ in range(1 + i % 2)]
        fields = {"id": str(i), "customer_id": f"c{chance.randrange(count // 5)}"}
        fields["at"] = START + timedelta(minutes=20 * i)
        if chance.random() < returns:
            yield Return(**fields, lines=lines)
        else:
            yield Purchase(**fields, order_id=str(i), lines=lines)


def a_line(chance):
    quantity = chance.randint(1, 12)
    amount = Money(quantity * chance.randint(50, 900), "GBP")
    return Line(product_id=f"p{chance.randrange(3000)}", quantity=quantity, amount=amount)


def took(work):
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def told(what, seconds, of, against=None):
    ratio = "" if against is None else f"{against / seconds:8.0%} of the raw rate"
    print(f"{what:<44}{seconds / of * 1e6:9.1f} µs each{ratio}", flush=True)


def medians(trials):
    """The median time of each trial, all of them done in turn."""
    times = {name: [] for name in trials}
    for _ in range(ROUNDS):
        for name, work in trials.items():
            times[name].append(work())
    return {name: statistics.median(each) for name, each in times.items()}


def row_of(one):
    at = microseconds(one.at)
    leading = ("lamp", one.source, one.id, one.revision, 0, one.customer_id, one.kind, at)
    return *leading, to_json(one)


def made_rows(made, links):
    facts = [fact for one in made for fact in one.facts(TO)]
    return {INTERACTIONS: map(row_of, made), FACTS: facts, LINKS: links}


class SQLite:
    """Loads into a new file each time."""

    name = "SQLite"

    def __init__(self, folder):
        self.folder = Path(folder)
        self.count = 0

    def fresh(self):
        self.count += 1
        path = self.folder / f"{self.count}.db"
        store = SQLiteStore.open(path)
        store.attach(TO)
        return store, path

    def ready_rows(self, made):
        store, path = self.fresh()
        store.add("lamp", made, recorded_at=START)
        store.close()
        connection = sqlite3.connect(path)
        query = "SELECT * FROM {}".format
        rows = {table: connection.execute(query(table.name)).fetchall() for table in WRITTEN}
        connection.close()
        return rows

    def raw(self, find_rows):
        store, path = self.fresh()
        store.close()
        connection = sqlite3.connect(path, isolation_level=None)

        def work():
            connection.execute("BEGIN IMMEDIATE")
            for table, rows in find_rows().items():
                places = ", ".join("?" * len(table.columns))
                connection.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)  # noqa: S608
            connection.execute("COMMIT")

        seconds = took(work)
        connection.close()
        return seconds

    def ours(self, made):
        store, _ = self.fresh()
        seconds = took(lambda: store.add("lamp", made, recorded_at=START))
        store.close()
        return seconds

    def one_history(self, path):
        connection = sqlite3.connect(path)
        query = (
            "SELECT * FROM crmkit_interactions WHERE shop_id = ? AND customer_id = ?"
            " ORDER BY at, source, id"
        )
        return lambda who: connection.execute(query, ("lamp", who)).fetchall()

    def asked_as_a_shop_would(self, _place):
        """Nothing else: one connection is all there is."""
        return {}


class PostgreSQL:
    """Loads into a schema of its own each time."""

    name = "PostgreSQL"

    def __init__(self, url):
        self.engine = create_engine(url)
        self.count = 0

    def schema(self):
        self.count += 1
        schema = f"trial_{self.count}"
        with self.engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        migrate(self.engine, schema=schema)
        return schema

    def fresh(self):
        schema = self.schema()
        store = SQLStore(self.engine, schema=schema)
        store.attach(TO)
        return store, schema

    def ready_rows(self, made):
        store, schema = self.fresh()
        store.add("lamp", made, recorded_at=START)
        with self.engine.connect() as connection:
            query = f"SELECT * FROM {schema}.{{}}".format  # noqa: S608
            return {
                table: list(map(tuple, connection.execute(text(query(table.name)))))
                for table in WRITTEN
            }

    def raw(self, find_rows):
        schema = self.schema()
        connection = self.engine.raw_connection()
        cursor = connection.cursor()

        def work():
            for table, rows in find_rows().items():
                name, staging = f"{schema}.{table.name}", f"staged_{table.name}"
                cursor.execute(f"CREATE TEMP TABLE {staging} (LIKE {name}) ON COMMIT DROP")
                with cursor.copy(f"COPY {staging} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                cursor.execute(f"INSERT INTO {name} SELECT * FROM {staging}")  # noqa: S608
            connection.commit()

        seconds = took(work)
        connection.close()
        return seconds

    def ours(self, made):
        store, _ = self.fresh()
        return took(lambda: store.add("lamp", made, recorded_at=START))

    def one_history(self, schema):
        connection = self.engine.raw_connection()
        query = (
            f"SELECT * FROM {schema}.crmkit_interactions WHERE shop_id = %s AND customer_id = %s"  # noqa: S608
            " ORDER BY at, source, id"
        )
        ask = connection.driver_connection.execute
        # The pool takes a connection back as soon as nobody holds it.
        return lambda who, _held=connection: ask(query, ("lamp", who)).fetchall()

    def asked_as_a_shop_would(self, schema):
        """The same rows through what the store is handed: an engine, or a connection."""
        query = text(
            f"SELECT * FROM {schema}.crmkit_interactions WHERE shop_id = :shop"  # noqa: S608
            " AND customer_id = :who ORDER BY at, source, id"
        )

        def ask(connection, who):
            return connection.execute(query, {"shop": "lamp", "who": who}).fetchall()

        def ask_engine(who):
            with self.engine.connect() as connection:
                return ask(connection, who)

        held = self.engine.connect()
        held.begin()
        ours = SQLStore(held, schema=schema)
        return {
            "raw query through the engine": ask_engine,
            "raw query, SQLAlchemy's connection held": partial(ask, held),
            "crmkit, SQLAlchemy's connection held": lambda who: ours.history("lamp", who),
        }


@contextmanager
def server(url):
    """The URL of a PostgreSQL server: the one given, or one that is started."""
    if url is not None:
        yield url
        return
    path = FOLDER.parent / "tests" / "adapters" / "servers.py"
    spec = importlib.util.spec_from_file_location("servers", path)
    servers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(servers)
    with (
        tempfile.TemporaryDirectory() as shared,
        servers.running(servers.Postgres(), Path(shared), "benchmark") as found,
    ):
        yield found


def loading(database, made, what):
    print(f"\n{database.name}: {len(made):,} {what}")
    rows = database.ready_rows(made)
    trials = {
        "raw, ready": lambda: database.raw(lambda: rows),
        "raw, made": lambda: database.raw(lambda: made_rows(made, rows[LINKS])),
        "crmkit": lambda: database.ours(made),
    }
    found = medians(trials)
    told("  raw, rows ready", found["raw, ready"], len(made))
    told("  raw, rows made on the way", found["raw, made"], len(made))
    told("  crmkit, against rows ready", found["crmkit"], len(made), found["raw, ready"])
    told("  crmkit, against rows made", found["crmkit"], len(made), found["raw, made"])


def reading(database, made):
    customers = [f"h{i}" for i in range(len(made) // 100)]
    theirs = [evolve(one, customer_id=customers[i % len(customers)]) for i, one in enumerate(made)]
    store, place = database.fresh()
    store.add("lamp", theirs, recorded_at=START)
    rows = database.one_history(place)
    asked = {
        "raw query": rows,
        "raw query and json.loads": lambda who: [json.loads(row[-1]) for row in rows(who)],
        **database.asked_as_a_shop_would(place),
        "crmkit, as values": lambda who: store.history("lamp", who),
    }
    trials = {name: partial(took, partial(each, ask, customers)) for name, ask in asked.items()}
    found = medians(trials)
    print(f"{database.name}: a history of 100 interactions")
    for name, seconds in found.items():
        times = found["crmkit, as values"] / seconds
        print(f"  {name:<42}{seconds / len(customers) * 1e6:9.0f} µs  crmkit: {times:.1f} ×")
    store.close()


def each(ask, customers):
    """One after the other, as they come and go in a shop."""
    for customer_id in customers:
        ask(customer_id)


def memory(count):
    """How much a process grows that streams everything into a file, in MB."""
    code = (
        "import resource, sys; from benchmarks.stores import *\n"
        "store = SQLiteStore.open(sys.argv[1]); store.attach(TO)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "store.add('lamp', orders(int(sys.argv[2]), 0), recorded_at=START)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, f"{folder}/shop.db", str(count)]
        done = subprocess.run(
            command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=True
        )
    return int(done.stdout)


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--interactions", type=int, default=40_000)
    options.add_argument("--returns", type=float, default=0.05)
    options.add_argument("--postgresql", metavar="URL")
    given = options.parse_args()
    # First, for a child process starts with the peak of its parent.
    print(f"memory to stream {given.interactions:,} into SQLite: {memory(given.interactions)} MB")
    made = list(orders(given.interactions, 0))
    some_back = list(orders(given.interactions, given.returns))
    # No shop holds all that ever happened in memory, for Python's collector to walk.
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder, server(given.postgresql) as url:
        for database in (SQLite(folder), PostgreSQL(url)):
            loading(database, made, "orders")
            loading(database, some_back, f"orders and returns, {given.returns:.0%}")
            reading(database, made[: given.interactions // 4])


if __name__ == "__main__":
    main()
