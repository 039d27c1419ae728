"""Adding a chunk at a time, each written after the next was looked up; on PostgreSQL, moved
out of staging tables while the next is judged."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from crmkit.adapters.stores.kit.schema import LINKS, TABLES
from crmkit.adapters.stores.kit.told import told, told_once
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.stores.sql import SQLStore, metadata_of, migrate, staging
from crmkit.adapters.stores.sql import database as sql_database
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.adapters.stores.sqlite.tables import SQLiteTables
from crmkit.domain.errors import InvalidValueError, StoreError
from crmkit.domain.interactions import Purchase, Return, Visit
from crmkit.domain.lines import Line
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAMP = Reporting(Shop(id="lamp", currency="EUR", publishes=True))


def happened(kind, number, revision, who, hours):
    line = Line(product_id="cup", amount=Money(500 + hours, "EUR"))
    given = {"id": f"{number}", "customer_id": who, "revision": revision}
    given["at"] = NOW + timedelta(hours=hours)
    if kind == "purchase":
        return Purchase(**given, order_id=f"o{number}", lines=[line])
    return Return(**given, lines=[line]) if kind == "return" else Visit(**given)


def bought(number):
    return happened("purchase", number, 0, f"c{number % 7}", number % 50)


SOME = st.lists(
    st.builds(
        happened,
        st.sampled_from(["purchase", "purchase", "return", "visit"]),
        st.integers(0, 5),
        st.integers(0, 2),
        st.sampled_from(["ann", "bob"]),
        st.integers(0, 2),
    ),
    max_size=20,
)


def state(store):
    """All that can be asked of what was added."""
    events = [(one.type, one.customer_id, dict(one.data)) for one in store.events("lamp")]
    links = [store.links("lamp", who) for who in ("ann", "bob")]
    extent = store.extent("lamp")
    facts = sorted(store.facts("lamp"), key=lambda fact: fact[:4])
    return list(store.histories("lamp")), facts, links, (extent.kept, extent.last_at), events


def added_as_in_memory(store, calls):
    """Make the same calls to a store and to the reference, and compare all there is."""
    memory = MemoryStore()
    memory.attach(LAMP)
    for some in calls:
        ours, theirs = (
            each.add("lamp", some, recorded_at=NOW, refuse=True) for each in (store, memory)
        )
        assert (ours.accepted, ours.known) == (theirs.accepted, theirs.known)
        assert [(one.interaction, str(one.error)) for one in ours.refused] == [
            (one.interaction, str(one.error)) for one in theirs.refused
        ]
    assert state(store) == state(memory)


@settings(deadline=None)
@given(st.lists(SOME, min_size=1, max_size=2), st.integers(1, 4))
def test_chunks_of_any_size_give_the_same(calls, size):
    store = SQLiteStore.open(":memory:")
    store.attach(LAMP)
    store._database.chunk = size
    added_as_in_memory(store, calls)
    store.close()


@pytest.mark.parametrize("kind", ["purchase", "return", "visit"])
def test_what_lies_beyond_the_shop_s_calendar_is_refused_of_every_kind(kind):
    east = Reporting(Shop(id="lamp", currency="EUR", timezone="Pacific/Auckland"))
    late = evolve(happened(kind, 1, 0, "ann", 0), at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    for store in (SQLiteStore.open(":memory:"), MemoryStore()):
        store.attach(east)
        added = store.add("lamp", [late, bought(2)], recorded_at=NOW, refuse=True)
        assert [one.interaction for one in added.refused] == [late]
        assert "within the years 1 to 9999" in str(added.refused[0].error)
        assert (added.accepted, store.extent("lamp").kept) == (1, 1)


def test_what_has_no_text_is_refused_alone():
    """Texts are made before anything is judged."""
    odd = bought(1)
    object.__setattr__(odd, "extra", FrozenMapping({"a": {1}}))
    store = SQLiteStore.open(":memory:")
    store.attach(LAMP)
    added = store.add("lamp", [bought(0), odd, bought(2)], recorded_at=NOW, refuse=True)
    assert [one.interaction.id for one in added.refused] == ["1"]
    assert "must be JSON-ready" in str(added.refused[0].error)
    assert (added.accepted, store.extent("lamp").kept) == (2, 2)
    with pytest.raises(InvalidValueError, match="must be JSON-ready"):
        store.add("lamp", [bought(3), odd], recorded_at=NOW)
    assert store.extent("lamp").kept == 2


# --- what all rows say alike ----------------------------------------------------------------

WIDE = next(table for table in TABLES if table.may_be_empty)


@given(st.lists(st.lists(st.sampled_from([None, 0, 1, "a'b", ""]), min_size=len(WIDE.columns) - 1)))
def test_rows_are_what_is_told_once_and_what_each_tells(rest):
    rows = [(key, *values[: len(WIDE.columns) - 1]) for key, values in enumerate(rest, 1)]
    for read in (told(WIDE, rows), *([told_once(WIDE, rows)] if rows else [])):
        each = [read.once | dict(zip(read.names, row, strict=True)) for row in read.rows]
        assert [tuple(one.get(name) for name in WIDE.names) for one in each] == rows
        assert None not in read.once.values()


@pytest.mark.parametrize("text_", ["o'x", "a\0b", "ü\n%s ?", ""])
def test_sqlite_keeps_a_text_that_all_rows_hold_as_it_is(text_):
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE {LINKS.name} ({', '.join(LINKS.names)})")
    rows = [(text_, *range(i, i + len(LINKS.names) - 1)) for i in range(2)]
    SQLiteTables(connection.cursor()).insert(LINKS, rows)
    assert connection.execute(f"SELECT * FROM {LINKS.name}").fetchall() == rows  # noqa: S608


# --- out of staging tables ------------------------------------------------------------------


@pytest.fixture
def staged(monkeypatch):
    """Few rows go the way of many."""
    monkeypatch.setattr(staging, "_MANY", 1)
    monkeypatch.setattr(sql_database, "_CHUNK_OF_SERVERS", 20)


@pytest.fixture
def store(postgres, staged):  # noqa: ARG001 -- set up, not used
    store = SQLStore(postgres)
    store.attach(LAMP)
    return store


def said_to(engine):
    """What is said to a database from now on."""
    said = []
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    return said


def everything(engine):
    with engine.connect() as connection:
        count = "SELECT count(*) FROM {}".format
        return [connection.execute(text(count(name))).scalar() for name in metadata_of().tables]


@pytest.mark.usefixtures("staged")
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(SOME, min_size=1, max_size=2), st.integers(1, 4))
def test_staged_chunks_of_any_size_give_the_same(postgres, monkeypatch, calls, size):
    monkeypatch.setattr(sql_database, "_CHUNK_OF_SERVERS", size)
    with postgres.begin() as connection:
        for name in metadata_of().tables:
            where = " WHERE name <> 'schema'" if name == "crmkit_meta" else ""
            connection.execute(text(f"DELETE FROM {name}{where}"))  # noqa: S608 -- names of ours
    store = SQLStore(postgres)
    store.attach(LAMP)
    added_as_in_memory(store, calls)


def test_rows_are_moved_out_of_tables_that_go_with_the_transaction(postgres, store):
    said = said_to(postgres)
    added_as_in_memory(store, [[bought(i) for i in range(90)], [bought(i) for i in range(130)]])
    made = [each for each in said if each.startswith("CREATE TEMPORARY TABLE")]
    assert len(made) == 6  # of interactions, facts and events, in each of two calls
    with postgres.connect() as connection:
        left = connection.execute(text("SELECT count(*) FROM pg_class WHERE relname ~ 'staged'"))
        assert left.scalar() == 0


def test_what_the_server_refuses_while_moving_undoes_the_call(postgres, store):
    with postgres.begin() as connection:
        rule = "ALTER TABLE crmkit_interactions ADD CONSTRAINT odd CHECK (id <> '25')"
        connection.execute(text(rule))
    before = everything(postgres)
    try:
        for last in (100, 30):  # found out by the next chunk, and where the call ends
            with pytest.raises(StoreError, match="the database refused") as caught:
                store.add("lamp", map(bought, range(last)), recorded_at=NOW)
            assert "25" not in f"{caught.value}{caught.value.__cause__}"
            assert everything(postgres) == before
    finally:
        with postgres.begin() as connection:
            connection.execute(text("ALTER TABLE crmkit_interactions DROP CONSTRAINT odd"))
    assert store.add("lamp", map(bought, range(100)), recorded_at=NOW).accepted == 100


def test_an_error_of_the_callers_own_comes_out_while_rows_are_moved(postgres, store):
    def broken():
        yield from map(bought, range(50))
        raise LookupError("no more")

    before = everything(postgres)
    with pytest.raises(LookupError, match="no more"):
        store.add("lamp", broken(), recorded_at=NOW)
    assert everything(postgres) == before
    assert store.add("lamp", map(bought, range(50)), recorded_at=NOW).accepted == 50


def test_a_connection_lost_while_rows_are_moved_undoes_the_call(postgres, store):
    def killing():
        yield from map(bought, range(50))
        with postgres.connect() as connection:
            kill = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND state <> 'idle'"
            )
            assert connection.execute(text(kill)).rowcount == 1
        yield from map(bought, range(50, 100))

    before = everything(postgres)
    with pytest.raises(StoreError, match="lost"):
        store.add("lamp", killing(), recorded_at=NOW)
    assert everything(postgres) == before
    assert store.add("lamp", map(bought, range(100)), recorded_at=NOW).accepted == 100


def test_the_store_may_be_asked_while_rows_are_moved(store):
    store.add("lamp", map(bought, range(20)), recorded_at=NOW)

    def asking():
        for i in range(20, 100):
            assert len(store.history("lamp", "c1")) == 3
            yield bought(i)

    assert store.add("lamp", asking(), recorded_at=NOW).accepted == 80


def test_in_the_transaction_of_the_shop_nothing_is_staged(postgres, staged):  # noqa: ARG001
    said = said_to(postgres)
    with postgres.connect() as connection, connection.begin():
        store = SQLStore(connection)
        store.attach(LAMP)
        store.add("lamp", map(bought, range(100)), recorded_at=NOW)
    assert SQLStore(postgres).extent("lamp").kept == 100
    assert not [each for each in said if "TEMPORARY" in each]


def test_who_may_make_no_tables_of_a_session_copies_at_once(postgres, store):
    database = make_url(postgres.url).database
    forbid = [
        "CREATE ROLE crmkit_clerk LOGIN PASSWORD 'clerk'",
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO crmkit_clerk",
    ]
    allow = [
        f"GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
        "DROP OWNED BY crmkit_clerk",
        "DROP ROLE crmkit_clerk",
    ]
    try:
        with postgres.begin() as connection:
            for each in forbid:
                connection.execute(text(each))
        clerk = create_engine(postgres.url.set(username="crmkit_clerk", password="clerk"))  # noqa: S106 -- of a server for this test
        said = said_to(clerk)
        theirs = SQLStore(clerk)
        theirs.attach(LAMP)
        assert theirs.add("lamp", map(bought, range(100)), recorded_at=NOW).accepted == 100
        clerk.dispose()
    finally:
        with postgres.begin() as connection:
            for each in allow:
                connection.execute(text(each))
    assert not [each for each in said if "CREATE TEMPORARY" in each]
    assert store.extent("lamp").kept == 100


@pytest.fixture
def newly_made(postgres):
    """A store of tables that PostgreSQL has never counted: emptying leaves what it knew."""
    with postgres.begin() as connection:
        connection.execute(text("CREATE SCHEMA crm_new"))
    migrate(postgres, schema="crm_new")
    store = SQLStore(postgres, schema="crm_new")
    store.attach(LAMP)
    yield store
    with postgres.begin() as connection:
        connection.execute(text("DROP SCHEMA crm_new CASCADE"))


@pytest.mark.parametrize("counted", [False, True])
def test_what_is_looked_up_goes_along_an_index(postgres, newly_made, counted):
    """Whatever PostgreSQL knows of a table, a chunk is not looked for among all that is kept."""
    store = newly_made
    # Of customers with few orders each: what is a good part of a table is as well read whole.
    shop = [happened("purchase", i, 0, f"c{i % 700}", i % 50) for i in range(3040)]
    store.add("lamp", shop[:3000], recorded_at=NOW)
    back = [happened("return", 9000 + i, 0, f"c{i}", 60) for i in range(7)]
    asked = []
    event.listen(postgres, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    store.add("lamp", [*shop[3000:], *back], recorded_at=NOW)
    named = [(text_, values) for text_, values in asked if "unnest" in text_]
    assert {text_.split()[0] for text_, _ in named} == {"SELECT", "DELETE"}
    with postgres.connect() as connection:
        if counted:
            connection.execute(text("ANALYZE"))
        for text_, values in named:
            steps = connection.exec_driver_sql(f"EXPLAIN {text_}", values).scalars().all()
            # Links are so few, once counted, that their page is as quickly read as looked up.
            few = "crmkit_return_links" in text_
            assert few or not [step for step in steps if "Seq Scan" in step], text_
            how = ("Index Cond", "Filter") if few else ("Index Cond",)
            conditions = [step for step in steps if step.strip().startswith(how)]
            assert any("asked.value" in step for step in conditions), text_
        connection.rollback()
