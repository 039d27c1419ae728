"""SQLite in trouble: the shop's own transactions, many writers, killed writers, broken files."""

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from crmkit.adapters.stores.kit.schema import VERSION
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.adapters.stores.sqlite.driver_errors import said
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, IdentifierKind
from crmkit.domain.errors import (
    SchemaVersionError,
    ShopMismatchError,
    StoreConflictError,
    StoreError,
)
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAMP = Reporting(Shop(id="lamp", currency="EUR"))


def bought(i, who="ann"):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    at = NOW + timedelta(minutes=i)
    return Purchase(id=f"o{i}", customer_id=who, at=at, order_id=f"o{i}", lines=[line])


def sent_back(i, who="ann"):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    return Return(id=f"r{i}", customer_id=who, at=NOW + timedelta(minutes=i), lines=[line])


def all_of(store):
    return (
        list(store.histories("lamp")),
        sorted(store.facts("lamp")),
        [store.links("lamp", who) for who, _ in store.histories("lamp")],
        store.extent("lamp"),
    )


def tables(connection):
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]


# --- the shop's own connection and transaction ---------------------------------------------


@pytest.mark.parametrize("isolation", [None, "", "IMMEDIATE"])
def test_the_shop_commits_what_it_began(tmp_path, isolation):
    connection = sqlite3.connect(tmp_path / "shop.db", isolation_level=isolation)
    connection.execute("CREATE TABLE orders (id TEXT)")
    connection.commit()
    store = SQLiteStore(connection)
    store.attach(LAMP)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO orders VALUES ('o1')")
    store.add("lamp", [bought(1)], recorded_at=NOW)
    assert connection.in_transaction
    other = sqlite3.connect(tmp_path / "shop.db")
    assert other.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert other.execute("SELECT count(*) FROM crmkit_interactions").fetchone() == (0,)
    connection.execute("COMMIT")
    assert other.execute("SELECT count(*) FROM orders").fetchone() == (1,)
    assert other.execute("SELECT count(*) FROM crmkit_interactions").fetchone() == (1,)
    other.close()
    connection.close()


def test_a_rollback_by_the_shop_leaves_nothing_of_a_call():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    store = SQLiteStore(connection)
    store.attach(LAMP)
    store.add("lamp", [bought(1)], recorded_at=NOW)
    before = all_of(store)
    connection.execute("BEGIN")
    store.add("lamp", [bought(2), sent_back(3)], recorded_at=NOW)
    store.put_customer("lamp", Customer(id="ann"))
    assert len(store.history("lamp", "ann")) == 3
    connection.execute("ROLLBACK")
    assert all_of(store) == before
    assert store.customer("lamp", "ann") is None
    connection.close()


def test_a_rollback_may_take_the_tables_away_and_work_goes_on():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("BEGIN")
    store = SQLiteStore(connection)
    store.attach(LAMP)
    store.add("lamp", [bought(1)], recorded_at=NOW)
    connection.execute("ROLLBACK")
    assert tables(connection) == []
    assert store.history("lamp", "ann") == []
    assert store.add("lamp", [bought(2)], recorded_at=NOW).accepted == 1
    assert store.history("lamp", "ann") == [bought(2)]
    assert store.shop("lamp") == LAMP.shop
    connection.close()


def test_a_failed_call_undoes_itself_but_not_what_the_shop_did():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    store = SQLiteStore(connection)
    store.attach(LAMP)
    connection.execute("CREATE TABLE orders (id TEXT)")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO orders VALUES ('o1')")
    store.add("lamp", [bought(1)], recorded_at=NOW)
    with pytest.raises(StoreConflictError):
        store.add("lamp", [bought(2), bought(1, who="ben")], recorded_at=NOW)
    connection.execute("COMMIT")
    assert connection.execute("SELECT count(*) FROM orders").fetchone() == (1,)
    assert store.history("lamp", "ann") == [bought(1)]
    connection.close()


def test_closing_the_store_leaves_the_shops_connection_open():
    connection = sqlite3.connect(":memory:")
    store = SQLiteStore(connection)
    store.close()
    assert "crmkit_meta" in tables(connection)
    connection.close()


def test_all_tables_begin_with_the_prefix_and_stand_ready():
    connection = sqlite3.connect(":memory:")
    SQLiteStore(connection)
    named = [name for name in tables(connection) if not name.startswith("sqlite_")]
    assert all(name.startswith("crmkit_") for name in named)
    assert {"crmkit_aliases", "crmkit_tombstones", "crmkit_return_links"} <= set(named)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(crmkit_facts)")]
    assert columns == list(Fact._fields)
    connection.close()


def test_a_connection_that_gives_bytes_is_refused():
    connection = sqlite3.connect(":memory:")
    connection.text_factory = bytes
    with pytest.raises(StoreError, match="text_factory"):
        SQLiteStore(connection)
    connection.close()


def test_a_connection_of_another_thread_is_refused_with_a_way_out():
    connection = sqlite3.connect(":memory:")
    store = SQLiteStore(connection)
    errors = []

    def read():
        try:
            store.history("lamp", "ann")
        except StoreError as error:
            errors.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert "check_same_thread=False" in errors[0]
    connection.close()


def test_another_process_that_rebuilt_the_shop_is_noticed(tmp_path):
    one, other = SQLiteStore.open(tmp_path / "shop.db"), SQLiteStore.open(tmp_path / "shop.db")
    one.attach(LAMP)
    other.rebuild(Reporting(Shop(id="lamp", currency="EUR", timezone="Asia/Tokyo")))
    with pytest.raises(ShopMismatchError):
        one.add("lamp", [bought(1)], recorded_at=NOW)
    one.close()
    other.close()


def test_a_kept_shop_can_be_added_to_without_attaching_it_again(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    store.close()
    again = SQLiteStore.open(tmp_path / "shop.db")
    assert again.add("lamp", [bought(1)], recorded_at=NOW).accepted == 1
    again.close()


# --- reading ---------------------------------------------------------------------------------


def _plans(ask):
    """How SQLite goes about each statement of a question."""
    connection = sqlite3.connect(":memory:")
    store = SQLiteStore(connection)
    store.attach(LAMP)
    store.add("lamp", [bought(1), bought(2)], recorded_at=NOW)
    asked = []
    connection.set_trace_callback(asked.append)
    ask(store)
    connection.set_trace_callback(None)
    queries = [text for text in asked if "SELECT" in text]
    steps = [
        [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")] for text in queries
    ]
    connection.close()
    return dict(zip(queries, steps, strict=True))


QUESTIONS = {
    "all histories": lambda store: list(store.histories("lamp")),
    "one history": lambda store: store.history("lamp", "c1"),
    "one history as known": lambda store: store.history("lamp", "c1", known_at=NOW),
    "links": lambda store: store.links("lamp", "c1"),
    "an identifier": lambda store: store.find("lamp", IdentifierKind.EMAIL, "a@b.c"),
    "a merge": lambda store: store.put_alias(
        "lamp", Alias(customer_id="c1", stands_for="c2", recorded_at=NOW)
    ),
    "an extent": lambda store: store.extent("lamp", until=NOW),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_asked_goes_along_an_index(question):
    plans = _plans(QUESTIONS[question])
    assert plans
    for text, steps in plans.items():
        scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
        # What a subquery gives is taken in whole; how it is come by is a step of its own.
        assert all(name == "CONSTANT" or name.startswith("(subquery") for name in scanned), text


@pytest.mark.parametrize("question", ["all histories", "one history as known"])
def test_histories_are_read_along_the_index_without_sorting(question):
    steps = [step for each in _plans(QUESTIONS[question]).values() for step in each]
    assert any("crmkit_histories" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)


def test_one_history_takes_no_more_than_its_own_rows():
    steps = [step for each in _plans(QUESTIONS["one history"]).values() for step in each]
    assert len([step for step in steps if step.startswith("SEARCH crmkit_members")]) == 2
    assert not [step for step in steps if step.endswith("(shop_id=?)")]


def test_what_happened_later_is_counted_along_an_index_of_its_own():
    steps = [step for each in _plans(QUESTIONS["an extent"]).values() for step in each]
    index = "COVERING INDEX crmkit_moments (shop_id=? AND revision=? AND at>?)"
    assert any(index in step for step in steps)


def test_a_stream_from_a_file_sees_one_state_while_others_write(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    store.add("lamp", [bought(i, f"c{i:04}") for i in range(1000)], recorded_at=NOW)
    stream = store.histories("lamp")
    first = next(stream)
    store.add("lamp", [bought(i, f"c{i:04}") for i in range(1000, 1500)], recorded_at=NOW)
    assert len([first, *stream]) == 1000
    assert len(list(store.histories("lamp"))) == 1500
    store.close()


def test_a_stream_left_alone_gives_its_connection_back(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    store.add("lamp", [bought(i, f"c{i}") for i in range(1000)], recorded_at=NOW)
    stream = store.facts("lamp")
    next(stream)
    del stream
    gc.collect()
    store.add("lamp", [bought(2000)], recorded_at=NOW)
    assert len(store._database.connections._free) <= 2
    store.close()


def test_a_store_may_be_filled_from_its_own_stream(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    store.attach(Reporting(Shop(id="copy", currency="EUR")))
    store.add("lamp", [bought(i, f"c{i}") for i in range(700)], recorded_at=NOW)
    copied = (one for _, history in store.histories("lamp") for one in history)
    assert store.add("copy", copied, recorded_at=NOW).accepted == 700
    store.close()


# --- many writers, killed writers -----------------------------------------------------------


def test_four_threads_lose_nothing(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    errors = []

    def write(worker):
        try:
            for i in range(25):
                mine = worker * 1000 + i
                store.add("lamp", [bought(mine), sent_back(mine)], recorded_at=NOW)
                store.history("lamp", "ann")
        except Exception as error:  # noqa: BLE001 -- shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store.history("lamp", "ann")) == 200
    oracle = MemoryStore()
    oracle.attach(LAMP)
    oracle.add("lamp", store.history("lamp", "ann"), recorded_at=NOW)
    assert all_of(store) == all_of(oracle)
    store.close()


_WRITER = """
import sys
sys.path.insert(0, {folder!r})
from test_sqlite_trouble import *
store = SQLiteStore.open({path!r})
store.attach(LAMP)
for i in range({first}, {first} + {calls}):
    store.add("lamp", [bought(i * 10 + j, f"c{{j}}") for j in range(5)], recorded_at=NOW)
    store.add("lamp", [sent_back(i * 10 + 9, "c1")], recorded_at=NOW)
    print(i, flush=True)
store.close()
"""


def _writer(path, first, calls):
    folder = os.path.dirname(__file__)  # noqa: PTH120 -- goes into the source of another process
    code = _WRITER.format(folder=folder, path=str(path), first=first, calls=calls)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_four_processes_that_make_the_database_together_lose_nothing(tmp_path):
    writers = [_writer(tmp_path / "shop.db", 1000 * worker, 10) for worker in range(4)]
    outcomes = [(writer.communicate(), writer.returncode)[1] for writer in writers]
    assert outcomes == [0, 0, 0, 0]
    store = SQLiteStore.open(tmp_path / "shop.db")
    assert sum(len(history) for _, history in store.histories("lamp")) == 4 * 10 * 6
    assert store.extent("lamp").kept == 240
    assert len(store.links("lamp", "c1")) == 40
    store.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_a_killed_writer_leaves_whole_calls_and_the_load_resumes(tmp_path):
    path = tmp_path / "shop.db"
    for _ in range(3):
        writer = _writer(path, 0, 400)
        writer.stdout.readline()
        time.sleep(0.05)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        store = SQLiteStore.open(path)
        kept = sum(len(history) for _, history in store.histories("lamp"))
        assert kept % 6 in (0, 5)
        assert store.extent("lamp").kept == kept
        store.close()
    writer = _writer(path, 0, 40)
    writer.communicate()
    oracle = MemoryStore()
    oracle.attach(LAMP)
    store = SQLiteStore.open(path)
    done = [one for _, history in store.histories("lamp") for one in history]
    oracle.add("lamp", done, recorded_at=NOW)
    expected = {f"o{i * 10 + j}" for i in range(40) for j in range(5)}
    assert expected | {f"r{i * 10 + 9}" for i in range(40)} <= {one.id for one in done}
    assert all_of(store) == all_of(oracle)
    connection = store._database.connections._free[0]
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_opens_connections_of_its_own(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    inherited = set(map(id, store._database.connections._free))
    store._database.connections._process = -1
    store.add("lamp", [bought(1)], recorded_at=NOW)
    assert inherited.isdisjoint(map(id, store._database.connections._free))
    assert store.history("lamp", "ann") == [bought(1)]
    for connection in store._database.connections._of_parents:
        connection.close()
    store.close()


def test_an_event_that_cannot_be_read_is_told_as_damage_and_not_quoted():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    store = SQLiteStore(connection)
    store.attach(Reporting(Shop(id="lamp", currency="EUR", publishes=True)))
    store.add("lamp", [bought(1)], recorded_at=NOW)
    connection.execute("UPDATE crmkit_events SET data = substr(data, 1, 20)")
    with pytest.raises(StoreError, match="damaged") as caught:
        store.events("lamp")
    assert caught.value.__cause__ is None
    assert "purchase" not in str(caught.value)
    connection.close()


# --- databases that cannot be used -------------------------------------------------------------


@pytest.mark.parametrize("version", [99, VERSION + 1, 0, -1])
def test_another_schema_version_is_refused(tmp_path, version):
    SQLiteStore.open(tmp_path / "shop.db").close()
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("UPDATE crmkit_meta SET value = ? WHERE name = 'schema'", (version,))
    connection.commit()
    with pytest.raises(SchemaVersionError) as caught:
        SQLiteStore.open(tmp_path / "shop.db")
    assert (caught.value.found, caught.value.expected) == (version, VERSION)
    with pytest.raises(SchemaVersionError):
        SQLiteStore(connection)
    connection.close()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "shop.db").write_bytes(b"InvoiceNo,StockCode\n" * 100)
    with pytest.raises(StoreError, match="no SQLite database") as caught:
        SQLiteStore.open(tmp_path / "shop.db")
    assert isinstance(caught.value.__cause__, sqlite3.Error)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StoreError, match="folder exists"):
        SQLiteStore.open(tmp_path / "nowhere" / "shop.db")


def test_a_database_that_may_only_be_read_can_be_read(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    store.add("lamp", [bought(1)], recorded_at=NOW)
    store.close()
    connection = sqlite3.connect(f"file:{tmp_path / 'shop.db'}?mode=ro", uri=True)
    reading = SQLiteStore(connection)
    assert reading.history("lamp", "ann") == [bought(1)]
    with pytest.raises(StoreError, match="only be read"):
        reading.add("lamp", [bought(2)], recorded_at=NOW)
    connection.close()


def test_a_full_disk_keeps_nothing_of_the_call(tmp_path):
    connection = sqlite3.connect(tmp_path / "shop.db")
    store = SQLiteStore(connection)
    store.attach(LAMP)
    store.add("lamp", [bought(1)], recorded_at=NOW)
    before = all_of(store)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreError, match="disk is full"):
        store.add("lamp", map(bought, range(2, 2000)), recorded_at=NOW)
    assert all_of(store) == before
    connection.execute("PRAGMA max_page_count = 100000")
    assert store.add("lamp", map(bought, range(2000)), recorded_at=NOW).accepted == 1999
    connection.close()


def test_a_locked_database_says_so(tmp_path):
    SQLiteStore.open(tmp_path / "shop.db").close()
    holder = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    connection = sqlite3.connect(tmp_path / "shop.db", timeout=0)
    with pytest.raises(StoreError, match="another writer"):
        SQLiteStore(connection).attach(LAMP)
    holder.close()
    connection.close()


def test_a_closed_connection_or_store_says_so(tmp_path):
    connection = sqlite3.connect(":memory:")
    store = SQLiteStore(connection)
    connection.close()
    with pytest.raises(StoreError, match="closed"):
        store.history("lamp", "ann")
    closed = SQLiteStore.open(tmp_path / "shop.db")
    closed.close()
    closed.close()
    with pytest.raises(StoreError, match="closed"):
        closed.shop("lamp")


def test_a_damaged_file_says_so(tmp_path):
    store = SQLiteStore.open(tmp_path / "shop.db")
    store.attach(LAMP)
    store.add("lamp", map(bought, range(500)), recorded_at=NOW)
    store.close()
    damaged = bytearray((tmp_path / "shop.db").read_bytes())
    damaged[4096:] = b"\xff" * (len(damaged) - 4096)
    (tmp_path / "shop.db").write_bytes(damaged)
    connection = sqlite3.connect(tmp_path / "shop.db")
    with pytest.raises(StoreError, match=r"damaged|no SQLite database"):
        list(SQLiteStore(connection).histories("lamp"))
    connection.close()


def test_sums_beyond_64_bits_and_broken_text_are_store_errors():
    store = SQLiteStore.open(":memory:")
    store.attach(LAMP)
    lines = [Line(product_id="cup", amount=Money(10**15, "EUR"))] * 9300
    huge = Purchase(id="1", customer_id="ann", at=NOW, order_id="1", lines=lines)
    with pytest.raises(StoreError, match="64 bits"):
        store.add("lamp", [huge], recorded_at=NOW)
    with pytest.raises(StoreError, match="Unicode"):
        store.history("lamp", "\ud800")
    assert store.history("lamp", "ann") == []
    store.close()


def test_any_other_driver_error_is_passed_on_in_words():
    assert said(sqlite3.OperationalError("odd")) == "SQLite refused: odd"


@pytest.mark.parametrize("damage", ["DROP TABLE crmkit_meta", "DELETE FROM crmkit_meta"])
def test_tables_without_their_version_are_left_as_they_are(tmp_path, damage):
    path = tmp_path / "shop.db"
    SQLiteStore.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged, restore a backup"):
        SQLiteStore.open(path)
    assert path.read_bytes() == before
    assert {each.name: each.stat().st_size for each in tmp_path.iterdir()} == {
        "shop.db": len(before)
    }
