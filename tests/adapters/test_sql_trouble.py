"""The SQL store in trouble: the shop's transactions, many writers, old reads, lost connections."""

import gc
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from crmkit._require import MissingExtraError
from crmkit.adapters.registry import open_store
from crmkit.adapters.stores.kit.schema import VERSION
from crmkit.adapters.stores.sql import SQLStore, metadata_of, migrate
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer
from crmkit.domain.errors import (
    CrmkitError,
    InvalidValueError,
    SchemaVersionError,
    StoreConflictError,
    StoreError,
)
from crmkit.domain.interactions import Purchase, Return
from crmkit.domain.lines import Line
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAMP = Reporting(Shop(id="lamp", currency="EUR", publishes=True))
SOFA = Reporting(Shop(id="sofa", currency="EUR"))


def bought(i, who="ann", **more):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    given = {"at": NOW + timedelta(minutes=i), "order_id": f"o{i}", "lines": [line]} | more
    return Purchase(id=f"o{i}", customer_id=who, **given)


def sent_back(i, who="ann"):
    line = Line(product_id="cup", amount=Money(500, "EUR"))
    return Return(id=f"r{i}", customer_id=who, at=NOW + timedelta(minutes=i), lines=[line])


@pytest.fixture(params=["sqlite_file", "postgres", "mysql"])
def engine(request):
    """Each database in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["postgres", "mysql"])
def server(request):
    """Each server in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def store(engine):
    store = SQLStore(engine)
    store.attach(LAMP)
    return store


def count(engine, table="crmkit_interactions"):
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608 -- names of ours


def in_threads(*works):
    """Run works at once and return what they raised."""
    errors = []

    def run(work):
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- shown by the assertions
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# --- the shop's transaction ----------------------------------------------------------------


@pytest.mark.usefixtures("store")
def test_the_shop_commits_what_it_began(engine):
    with engine.connect() as connection:
        transaction = connection.begin()
        theirs = SQLStore(connection)
        theirs.add("lamp", [bought(1)], recorded_at=NOW)
        assert transaction.is_active
        if engine.dialect.name != "sqlite":
            assert count(engine) == 0
        transaction.commit()
    assert count(engine) == 1


@pytest.mark.usefixtures("store")
def test_a_connection_outside_a_transaction_commits_its_own_calls(engine):
    with engine.connect() as connection:
        theirs = SQLStore(connection)
        theirs.add("lamp", [bought(1)], recorded_at=NOW)
        assert not connection.in_transaction()
        assert theirs.history("lamp", "ann") == [bought(1)]
        assert not connection.in_transaction()
        theirs.close()
        assert not connection.closed
    assert count(engine) == 1


def test_a_rollback_of_the_session_leaves_nothing(engine, store):
    store.add("lamp", [bought(1)], recorded_at=NOW)
    with Session(engine) as session:
        theirs = SQLStore(session)
        theirs.attach(SOFA)
        theirs.add("lamp", [bought(2), sent_back(3)], recorded_at=NOW)
        theirs.put_customer("lamp", Customer(id="ann"))
        theirs.put_alias("lamp", Alias(customer_id="ben", stands_for="ann", recorded_at=NOW))
        assert len(theirs.history("lamp", "ben")) == 3
        session.rollback()
        assert theirs.history("lamp", "ann") == [bought(1)]
        assert theirs.shop("sofa") is None
    assert store.extent("lamp").kept == 1
    assert store.customer("lamp", "ann") is None
    assert [event.customer_id for event in store.events("lamp")] == ["ann"]


def test_a_failed_call_undoes_itself_but_not_what_the_shop_did(engine, store):
    with Session(engine) as session:
        theirs = SQLStore(session)
        theirs.add("lamp", [bought(1)], recorded_at=NOW)
        session.execute(text("DELETE FROM crmkit_models"))
        with pytest.raises(StoreConflictError):
            theirs.add("lamp", [bought(2), bought(1, who="ben")], recorded_at=NOW)
        session.commit()
    assert store.history("lamp", "ann") == [bought(1)]


def test_a_registry_of_sessions_gives_every_thread_its_own(engine, store):
    registry = scoped_session(sessionmaker(engine))
    theirs = open_store(registry)

    def work(i):
        theirs.add("lamp", [bought(i)], recorded_at=NOW)
        registry.commit() if i % 2 else registry.rollback()
        registry.remove()

    assert in_threads(*(lambda i=i: work(i) for i in range(6))) == []
    registry.remove()
    assert [one.id for one in store.history("lamp", "ann")] == ["o1", "o3", "o5"]


def test_a_session_is_free_while_its_stream_is_read(engine, store):
    store.add("lamp", [bought(i, f"c{i:04}") for i in range(300)], recorded_at=NOW)
    with Session(engine) as session:
        theirs = SQLStore(session)
        stream = theirs.histories("lamp")
        next(stream)
        theirs.add("lamp", [bought(1000, "new")], recorded_at=NOW)
        session.commit()
        assert len(list(stream)) == 299


def test_a_stream_of_an_engine_sees_one_state_and_gives_its_connection_back(engine, store):
    store.add("lamp", [bought(i, f"c{i:05}") for i in range(3000)], recorded_at=NOW)
    stream = store.histories("lamp")
    first = next(stream)
    store.add("lamp", [bought(i, f"c{i:05}") for i in range(3000, 3100)], recorded_at=NOW)
    assert len([first, *stream]) == 3000
    left = store.facts("lamp")
    next(left)
    del left
    gc.collect()
    assert engine.pool.checkedout() == 0


def test_a_store_may_be_filled_from_its_own_stream(store):
    store.add("lamp", [bought(i, f"c{i}") for i in range(700)], recorded_at=NOW)
    store.attach(SOFA)
    copied = (one for _, history in store.histories("lamp") for one in history)
    assert store.add("sofa", copied, recorded_at=NOW).accepted == 700


def test_a_store_in_memory_may_be_filled_from_its_own_stream():
    migrate(engine := create_engine("sqlite://"))
    store = SQLStore(engine)
    store.attach(LAMP)
    store.attach(SOFA)
    store.add("lamp", [bought(i, f"c{i}") for i in range(700)], recorded_at=NOW)
    copied = (one for _, history in store.histories("lamp") for one in history)
    assert store.add("sofa", copied, recorded_at=NOW).accepted == 700
    store.close()
    engine.dispose()


def test_a_connection_that_commits_by_itself_is_refused(server):
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.begin()
        with pytest.raises(StoreError, match="AUTOCOMMIT"):
            SQLStore(connection).attach(LAMP)


def test_an_engine_that_commits_by_itself_has_transactions_all_the_same(server):
    by_itself = server.execution_options(isolation_level="AUTOCOMMIT")
    store = SQLStore(by_itself)
    store.attach(LAMP)
    with pytest.raises(StoreConflictError):
        store.add("lamp", [bought(1), bought(1, "ben")], recorded_at=NOW)
    assert count(server) == 0


# --- many writers --------------------------------------------------------------------------


def test_those_who_make_one_shop_at_once_all_succeed(server):
    works = [lambda: SQLStore(server).attach(LAMP) for _ in range(8)]
    assert in_threads(*works) == []
    assert count(server, "crmkit_shops") == 1


def test_writers_of_the_same_facts_keep_each_once(server):
    SQLStore(server).attach(LAMP)

    def write(worker):
        store = SQLStore(server)
        for first in range(0, 200, 25):
            batch = [bought(i, f"c{i % 7}") for i in range(first, first + 25)]
            store.add("lamp", [*batch, sent_back(first, "c1")], recorded_at=NOW)
            store.add("lamp", [bought(10_000 + 1000 * worker + first)], recorded_at=NOW)

    assert in_threads(*(lambda worker=worker: write(worker) for worker in range(6))) == []
    store = SQLStore(server)
    assert store.extent("lamp").kept == count(server) == 200 + 8 + 6 * 8
    positions = [event.position for event in store.events("lamp", limit=10**6)]
    assert positions == list(range(1, store.extent("lamp").kept + 1))


def write_behind(server, connection):
    """Let a transaction read, then let somebody else write for the same shop."""
    theirs = SQLStore(connection)
    assert theirs.customer("lamp", "ann") is None
    other = SQLStore(server)
    other.put_customer("lamp", Customer(id="ann"))
    other.add("lamp", [bought(1)], recorded_at=NOW)
    return theirs


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.add("lamp", [bought(1)], recorded_at=NOW),
        lambda store: store.add("lamp", [bought(2)], recorded_at=NOW),
        lambda store: store.put_customer("lamp", Customer(id="ann")),
    ],
)
def test_who_reads_an_old_state_is_told_to_try_again(server, level, call):
    if level == "SERIALIZABLE" and server.dialect.name != "postgresql":
        pytest.skip("reading locks there, so nobody can write behind it")
    SQLStore(server).attach(evolve(LAMP, shop=evolve(LAMP.shop, publishes=False)))
    with server.connect().execution_options(isolation_level=level) as connection:
        with connection.begin() as transaction:
            theirs = write_behind(server, connection)
            with pytest.raises(StoreError, match="try it again"):
                call(theirs)
            with suppress(Exception):
                transaction.rollback()
        assert [one.id for one in SQLStore(server).history("lamp", "ann")] == ["o1"]
        with connection.begin():
            theirs = SQLStore(connection)
            theirs.add("lamp", [bought(1), bought(2)], recorded_at=NOW)
    assert SQLStore(server).extent("lamp").kept == count(server) == 2


def test_who_reads_the_latest_state_goes_on(server):
    SQLStore(server).attach(LAMP)
    latest = server.connect().execution_options(isolation_level="READ COMMITTED")
    with latest as connection, connection.begin():
        theirs = write_behind(server, connection)
        assert theirs.add("lamp", [bought(1), bought(2)], recorded_at=NOW).known == 1
    assert SQLStore(server).extent("lamp").kept == count(server) == 2


def test_two_transactions_that_wait_for_each_other_are_told(server):
    SQLStore(server).attach(LAMP)
    SQLStore(server).attach(SOFA)
    barrier = threading.Barrier(2)

    def write(first, second, number):
        with Session(server) as session:
            session.connection(execution_options={"isolation_level": "READ COMMITTED"})
            store = SQLStore(session)
            store.add(first, [bought(number)], recorded_at=NOW)
            barrier.wait()
            store.add(second, [bought(number)], recorded_at=NOW)
            session.commit()

    errors = in_threads(lambda: write("lamp", "sofa", 1), lambda: write("sofa", "lamp", 2))
    assert [type(error) for error in errors] == [StoreError]
    assert "waited for each other" in str(errors[0])
    assert count(server) == 2


def test_a_writer_that_does_not_end_is_told_of(postgres):
    SQLStore(postgres).attach(LAMP)
    with Session(postgres) as session, Session(postgres) as other:
        SQLStore(session).add("lamp", [bought(1)], recorded_at=NOW)
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(StoreError, match="does not end"):
            SQLStore(other).add("lamp", [bought(2)], recorded_at=NOW)


# --- what goes wrong -----------------------------------------------------------------------


def kill(engine, number):
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_terminate_backend(:n)"), {"n": number})
        else:
            connection.execute(text(f"KILL {number}"))


NUMBER = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT CONNECTION_ID()"}


def number_of(connection):
    name = "mysql" if connection.dialect.name == "mariadb" else connection.dialect.name
    return connection.exec_driver_sql(NUMBER[name]).scalar()


RECORDS = "crmkit_customers"


def everything(engine):
    return [count(engine, name) for name in metadata_of().tables]


def is_lost(call, state):
    """Make a call; where its connection is lost it leaves nothing, and works the next time."""
    before = state()
    try:
        call()
    except StoreError as error:
        told = str(error)
    else:
        return False
    assert "lost" in told
    assert state() == before
    call()
    return True


@pytest.mark.parametrize("at", range(1, 30, 4))
def test_a_lost_connection_keeps_nothing_and_the_next_call_works(server, at):
    engine = create_engine(server.url)
    store = SQLStore(engine)
    store.attach(LAMP)
    seen = []

    def lose(connection, *_):
        seen.append(1)
        if len(seen) == at:
            kill(server, number_of(connection))

    event.listen(engine, "before_cursor_execute", lose)
    many = [bought(i, f"c{i % 40}") for i in range(300)]
    calls = [
        lambda: store.add("lamp", [*many, sent_back(400, "c1")], recorded_at=NOW),
        lambda: store.put_customer("lamp", Customer(id="ann", version=count(server, RECORDS))),
        lambda: store.history("lamp", "c1"),
        lambda: list(store.histories("lamp")),
        lambda: store.extent("lamp"),
    ]
    lost = [call for call in calls if is_lost(call, lambda: everything(server))]
    assert len(lost) == (len(seen) >= at) == 1
    assert store.extent("lamp").kept == count(server) == 301
    assert count(server, RECORDS) == 1
    engine.dispose()


def test_what_the_database_cannot_hold_is_named_and_nothing_is_kept(engine, store):
    if engine.dialect.name == "postgresql":
        with pytest.raises(StoreError, match="NUL"):
            store.history("lamp", "a\x00b")
    elif engine.dialect.name == "sqlite":
        assert store.history("lamp", "a\x00b") == []
    with pytest.raises(StoreError, match=r"Unicode|text"):
        store.history("lamp", "\ud800")
    lines = [Line(product_id="cup", amount=Money(10**15, "EUR"))] * 9300
    for batch in ([bought(i) for i in range(60)], []):
        with pytest.raises(StoreError, match="64 bits"):
            store.add("lamp", [*batch, bought(97, lines=lines)], recorded_at=NOW)
    assert store.history("lamp", "ann") == []


def test_ids_that_differ_for_us_differ_for_the_database(store):
    alike = [
        "a",
        "A",
        "a ",
        "\u00e1",
        "a\u0301",
        "ß",
        "ss",
        "🎁",
        "a_",
        "a%",
        "’; DROP TABLE x;--",
        "\\",
    ]
    store.add("lamp", [bought(i, who) for i, who in enumerate(alike)], recorded_at=NOW)
    assert [who for who, _ in store.histories("lamp")] == sorted(alike)
    assert [len(store.history("lamp", who)) for who in alike] == [1] * len(alike)


def test_an_id_too_long_for_a_key_is_named(server):
    store = SQLStore(server)
    store.attach(LAMP)
    store.add("lamp", [bought(1, "é" * 190)], recorded_at=NOW)
    lengths = {"postgresql": 9000}.get(server.dialect.name, 191)
    chaos = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(lengths))
    for batch in ([bought(i) for i in range(100, 160)], []):
        with pytest.raises(StoreError, match="shorter"):
            store.add("lamp", [*batch, bought(2, chaos)], recorded_at=NOW)
    assert store.extent("lamp").kept == count(server) == 1


def test_errors_and_their_causes_hold_no_values(engine, store):
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM crmkit_shops"))
        # What the store does not know of, so that its own row meets it.
        keys = "shop_id, source, id, part, revision, customer_id, guest, kind, at, day"
        values = "'lamp', 'shop', 'o7', 0, 0, 'zelda quimby', 0, 'purchase', 1, 1"
        connection.execute(text(f"INSERT INTO crmkit_facts ({keys}) VALUES ({values})"))  # noqa: S608 -- names of ours
        connection.commit()
    for batch in (1, 60):
        with pytest.raises(StoreError) as caught:
            store.add(
                "lamp", [bought(7 + i, "zelda quimby") for i in range(batch)], recorded_at=NOW
            )
        told = "".join(traceback.format_exception(caught.value))
        assert "crmkit_facts" in told
        assert "quimby" not in told
        assert "'o7'" not in told
        assert "(lamp" not in told


def test_an_error_of_the_callers_own_goes_through(store):
    class OwnError(Exception):
        pass

    def source():
        yield bought(1)
        raise OwnError

    with pytest.raises(OwnError):
        store.add("lamp", source(), recorded_at=NOW)
    assert store.history("lamp", "ann") == []


def test_a_transaction_that_failed_before_says_so(postgres):
    SQLStore(postgres).attach(LAMP)
    with postgres.connect() as connection, connection.begin():
        theirs = SQLStore(connection)
        with suppress(Exception):
            connection.execute(text("SELECT nonsense"))
        with pytest.raises(StoreError, match="roll it back first"):
            theirs.history("lamp", "ann")


def test_a_transaction_that_only_reads_says_so(postgres):
    SQLStore(postgres).attach(LAMP)
    reading = postgres.connect().execution_options(postgresql_readonly=True)
    with reading as connection, connection.begin():
        theirs = SQLStore(connection)
        with pytest.raises(StoreError, match="only be read"):
            theirs.add("lamp", [bought(1)], recorded_at=NOW)


# --- opening -------------------------------------------------------------------------------


def test_without_tables_the_error_says_how_to_make_them(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'new.db'}")
    for target in (engine, f"sql+sqlite:///{tmp_path / 'new.db'}"):
        with pytest.raises(StoreError, match=r"migrate\(engine\).*crmkit migrate URL"):
            open_store(target)
    engine.dispose()


def test_without_tables_a_transaction_of_the_shop_goes_on(server):
    with server.connect() as connection, connection.begin():
        with pytest.raises(StoreError, match="no tables"):
            SQLStore(connection, prefix="other_")
        assert connection.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize(
    ("version", "error", "told"),
    [(VERSION + 1, SchemaVersionError, "newer"), (VERSION - 1, StoreError, r"migrate\(engine\)")],
)
def test_tables_of_another_version_are_refused(tmp_path, version, error, told):
    engine = create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE crmkit_meta SET value = {version}"))  # noqa: S608 -- names of ours
    with pytest.raises(error, match=told):
        SQLStore(engine)
    engine.dispose()


def test_a_newer_crmkit_that_migrated_meanwhile_is_noticed(postgres):
    store = SQLStore(postgres)
    store.attach(LAMP)
    with postgres.begin() as connection:
        connection.execute(text(f"UPDATE crmkit_meta SET value = {VERSION + 1}"))  # noqa: S608 -- names of ours
    try:
        with pytest.raises(SchemaVersionError):
            store.add("lamp", [bought(1)], recorded_at=NOW)
    finally:
        with postgres.begin() as connection:
            connection.execute(text(f"UPDATE crmkit_meta SET value = {VERSION}"))  # noqa: S608 -- names of ours


def test_urls_open_stores_of_their_own(server, tmp_path):
    store = open_store(server.url.render_as_string(hide_password=False))
    store.attach(LAMP)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.shop("lamp")
    url = f"sql+sqlite:///{tmp_path / 'shop.db'}?crmkit_prefix=own_"
    migrate(url)
    store = open_store(url)
    store.attach(LAMP)
    assert store.shop("lamp") == LAMP.shop
    store.close()


#: What SQLAlchemy's own class looks like, where its package for asyncio is not installed.
AsyncSession = type("AsyncSession", (), {"__module__": "sqlalchemy.ext.asyncio.session"})


@pytest.mark.parametrize("target", [sessionmaker(), AsyncSession()])
def test_what_is_no_target_is_refused_with_a_way_out(target):
    with pytest.raises(InvalidValueError, match=r"run_sync|call it"):
        open_store(target)


@pytest.mark.parametrize("prefix", ["", "Shop_", "a-b", "1x", "x" * 31, 'x"; DROP TABLE y; --'])
def test_a_prefix_of_other_signs_is_refused(prefix):
    with pytest.raises(InvalidValueError, match="prefix"):
        migrate(create_engine("sqlite://"), prefix=prefix)


def test_what_cannot_be_reached_or_is_not_installed_says_so(tmp_path):
    with pytest.raises(StoreError, match="cannot be reached"):
        open_store(f"postgresql://nobody@/none?host={tmp_path}")
    with pytest.raises(MissingExtraError, match=r"crmkit\[sql\]"):
        open_store("postgresql+pg8000://nobody@localhost/none")
    with pytest.raises(InvalidValueError, match=r"MySQL, MariaDB or SQLite|SQLAlchemy reads"):
        open_store("sql+nonsense://host")


def test_the_password_is_not_shown():
    with pytest.raises(CrmkitError) as caught:
        open_store(f"postgresql://nobody:{'un' + 'told'}@localhost:1/none")
    assert "untold" not in "".join(traceback.format_exception(caught.value))


def test_crmkit_alone_does_not_import_sqlalchemy():
    code = "import crmkit, sys; assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
