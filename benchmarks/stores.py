"""What keeping and reading costs, beside raw ``executemany`` into the same kind of table.

    python benchmarks/stores.py [interactions] [lines]

Defaults are those of a real shop's year: 25,000 orders and returns with 541,909 lines, a
tenth of them returns of something bought before.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.adapters.wire import from_json, from_plain, to_json, to_plain
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.domain.times import microseconds

START = datetime(2025, 1, 1, tzinfo=UTC)
TO = Reporting(Shop(id="lamp", currency="GBP", timezone="Europe/London"))


def year(interactions, lines):
    """Orders and returns; the same ones in every run."""
    chance = Random(1)  # noqa: S311 -- a benchmark must repeat itself
    per_order = lines // interactions
    spare = lines - per_order * interactions
    for i in range(interactions):
        count = per_order + (i < spare)
        at = START + timedelta(minutes=20 * i)
        mine = [a_line(chance) for _ in range(count)]
        fields = {"id": str(i), "customer_id": f"c{chance.randrange(4400)}", "at": at}
        if chance.random() < 0.1:
            yield Return(**fields, lines=mine)
        else:
            yield Purchase(**fields, order_id=str(i), lines=mine)


def a_line(chance):
    quantity = chance.randint(1, 12)
    amount = Money(quantity * chance.randint(50, 900), "GBP")
    return Line(product_id=f"p{chance.randrange(3000)}", quantity=quantity, amount=amount)


@contextmanager
def timed(what, of, unit):
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    print(f"{what:<46}{took:8.2f} s{took / of * 1e6:10.2f} µs per {unit}")


def raw(path, rows):
    """The least that any store of these rows must do."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE raw (shop_id TEXT, source TEXT, id TEXT, revision INTEGER,"
        " recorded_at INTEGER, customer_id TEXT, kind TEXT, at INTEGER, payload TEXT,"
        " UNIQUE (shop_id, source, id, revision))"
    )
    connection.execute("CREATE INDEX by_customer ON raw (shop_id, customer_id, at, source, id)")
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - began


def wire(made, lines):
    plain = []
    with timed("to_plain", lines, "line"):
        plain = [to_plain(one) for one in made]
    with timed("from_plain", lines, "line"):
        for one in plain:
            from_plain(one)
    texts = []
    with timed("to_json", lines, "line"):
        texts = [to_json(one) for one in made]
    with timed("json.loads alone", lines, "line"):
        for text in texts:
            json.loads(text)
    with timed("from_json", lines, "line"):
        for text in texts:
            from_json(text)
    single = to_json(
        Purchase(id="1", customer_id="c", at=START, order_id="1", lines=made[0].lines[:1])
    )
    with timed("from_json, one line each", len(made), "interaction"):
        for _ in made:
            from_json(single)
    return texts


def store(name, kept, made):
    kept.attach(TO)
    with timed(f"{name}: add all", len(made), "interaction"):
        kept.add("lamp", iter(made), recorded_at=START)
    with timed(f"{name}: add all again", len(made), "interaction"):
        kept.add("lamp", iter(made), recorded_at=START)
    with timed(f"{name}: add 100 late facts one by one", 100, "call"):
        for i in range(100):
            one = Purchase(
                id=f"late{i}",
                customer_id=f"c{i}",
                at=START,
                order_id=f"late{i}",
                lines=made[0].lines,
            )
            kept.add("lamp", [one], recorded_at=START)
    with timed(f"{name}: 1,000 histories one by one", 1000, "history"):
        for i in range(1000):
            kept.history("lamp", f"c{i}")
    with timed(f"{name}: all histories", len(made), "interaction"):
        for _ in kept.histories("lamp"):
            pass
    with timed(f"{name}: all flat rows", len(made), "interaction"):
        for _ in kept.facts("lamp"):
            pass


def memory(interactions, lines):
    """Peak memory of a process that streams everything into a file, in MB."""
    code = (
        "import resource, sys; from benchmarks.stores import *\n"
        "kept = SQLiteStore.open(sys.argv[1]); kept.attach(TO)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "kept.add('lamp', year(*map(int, sys.argv[2:])), recorded_at=START)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    with tempfile.TemporaryDirectory() as folder:
        told = subprocess.run(
            [sys.executable, "-c", code, f"{folder}/shop.db", str(interactions), str(lines)],
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        )
    return int(told.stdout)


def main(interactions=25_000, lines=541_909):
    # First, for a child process starts with the peak of its parent.
    print(f"memory to stream all into sqlite: {memory(interactions, lines)} MB")
    with timed("making the values", lines, "line"):
        made = list(year(interactions, lines))
    texts = wire(made, lines)
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            ("lamp", "shop", one.id, 0, 0, one.customer_id, one.kind, microseconds(one.at), text)
            for one, text in zip(made, texts, strict=True)
        ]
        bare = raw(Path(folder) / "raw.db", rows)
        del rows, texts
        print(f"raw executemany of the same texts{'':>13}{bare:8.2f} s")
        kept = SQLiteStore.open(Path(folder) / "shop.db")
        began = time.perf_counter()
        kept.attach(TO)
        kept.add("lamp", iter(made), recorded_at=START)
        took = time.perf_counter() - began
        kept.close()
        print(f"SQLiteStore.add{'':>31}{took:8.2f} s, {took / bare:.1f} times raw")
        print(f"  {interactions / took:,.0f} interactions/s, {lines / took:,.0f} lines/s")
        store("sqlite", SQLiteStore.open(Path(folder) / "second.db"), made)
    store("memory", MemoryStore(), made)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
