"""A store file of an older version is brought up where it is opened, and nothing is lost."""

import runpy
import sqlite3
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.adapters.stores.kit.schema import VERSION
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.adapters.wire import from_json
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import IdentifierKind
from crmkit.domain.errors import StoreConflictError, StoreError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Contact, Return, ReturnReason
from crmkit.domain.ports import Added
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop
from crmkit.testing import FakeRates
from crmkit.testing._samples import LAMP as SAMPLED
from crmkit.testing._samples import SAMPLES, bought, day, sent_back

OLD = runpy.run_path(str(Path(__file__).with_name("version_1_store.py")))
NOW = datetime(2026, 3, 20, tzinfo=UTC)
LAMP = Reporting(
    Shop(id="lamp", currency="EUR", timezone="Europe/Madrid"),
    FakeRates({"USD/EUR": Decimal("0.9")}, since=date(2026, 1, 1)),
)
KEPT = [from_json(text) for text in OLD["KEPT"]]


@pytest.fixture
def path(tmp_path):
    OLD["make"](tmp_path / "shop.db")
    return tmp_path / "shop.db"


@pytest.fixture
def store(path):
    store = SQLiteStore.open(path)
    yield store
    store.close()


def _version(path):
    connection = sqlite3.connect(path)
    (found,) = connection.execute("SELECT value FROM crmkit_meta").fetchone()
    connection.close()
    return found


def _layout(path):
    """Every table's columns in order, and every index."""
    connection = sqlite3.connect(path)
    names = list(connection.execute("SELECT type, name FROM sqlite_master ORDER BY 2"))
    columns = {
        # Whether a key is called unique or primary makes no difference beside a rowid.
        name: [row[:5] for row in connection.execute(f"PRAGMA table_info({name})")]
        for kind, name in names
        if kind == "table"
    }
    connection.close()
    return names, columns


def test_its_tables_become_those_of_a_new_file(path, tmp_path):
    assert _version(path) == 1
    SQLiteStore.open(path).close()
    SQLiteStore.open(tmp_path / "new.db").close()
    assert _version(path) == VERSION
    assert _layout(path) == _layout(tmp_path / "new.db")


def test_its_rows_are_those_that_would_be_made_today(store):
    oracle = MemoryStore()
    oracle.attach(LAMP)
    oracle.add("lamp", KEPT, recorded_at=NOW)
    assert list(store.histories("lamp")) == list(oracle.histories("lamp"))
    assert sorted(store.facts("lamp"), key=repr) == sorted(oracle.facts("lamp"), key=repr)
    assert store.links("lamp", "ann") == oracle.links("lamp", "ann")
    assert store.extent("lamp") == oracle.extent("lamp")
    for on in (2, 5, 11):
        until = datetime(2026, 3, on, 9, tzinfo=UTC)
        assert store.extent("lamp", until=until) == oracle.extent("lamp", until=until)


def test_its_rows_say_what_version_1_could_not(store):
    facts = {(fact.id, fact.part): fact for fact in store.facts("lamp")}
    assert (facts["o1", 0].offer_id, facts["o1", 0].campaign_id) == ("tea", None)
    assert (facts["r1", 0].fault, facts["r2", 0].fault) == (1, None)
    assert facts["s1", 1].question.startswith("csat/ease@delivery")


def test_amounts_stay_at_the_rates_of_then_without_asking_for_them(store):
    facts = {fact.id: fact for fact in store.facts("lamp")}
    assert (facts["o2"].amount, facts["r2"].amount) == (900, 900)


def test_old_returns_have_their_text_as_note(store):
    returns = [one for one in store.history("lamp", "ann") if isinstance(one, Return)]
    assert [(one.reason, one.note) for one in returns] == [
        (ReturnReason.NOT_AS_DESCRIBED, "not as described"),
        (None, "zerbrochen"),
    ]


def test_what_was_kept_is_known_again_and_other_content_conflicts(store):
    store.attach(LAMP)
    assert store.add("lamp", KEPT, recorded_at=NOW) == Added(known=len(KEPT))
    (old,) = [one for one in KEPT if one.id == "r1"]
    with pytest.raises(StoreConflictError):
        store.add("lamp", [evolve(old, note="something else")], recorded_at=NOW)


def test_new_kinds_go_beside_the_old(store):
    call = Contact(id="c", customer_id="ann", at=NOW, direction="inbound", purpose="answer")
    assert store.add("lamp", [call], recorded_at=NOW).accepted == 1
    assert store.history("lamp", "ann")[-1] == call
    assert {fact.matter for fact in store.facts("lamp") if fact.id == "c"} == {
        "contact/inbound/answer"
    }


def test_shops_and_customers_are_read(store):
    assert store.shop("lamp") == LAMP.shop
    assert store.customer("lamp", "ann").tags == {"vip"}
    store.attach(LAMP)
    assert store.shop("lamp") == LAMP.shop


def test_within_the_shops_transaction_it_is_the_shop_that_commits(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    store = SQLiteStore(connection)
    assert len(list(store.facts("lamp"))) == len(OLD["FACTS"])
    connection.execute("ROLLBACK")
    connection.close()
    assert _version(path) == 1


def test_what_fails_halfway_leaves_version_1(path):
    connection = sqlite3.connect(path)
    connection.execute("UPDATE crmkit_interactions SET payload = '{}' WHERE id = 's1'")
    connection.commit()
    before = _layout(path)
    with pytest.raises(ValueError, match="schema"):
        SQLiteStore(connection)
    connection.close()
    assert _version(path) == 1
    assert _layout(path) == before


def test_two_who_open_it_at_once_bring_it_up_once(path):
    stores, errors = [], []

    def open_it():
        try:
            stores.append(SQLiteStore.open(path))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {len(list(store.facts("lamp"))) for store in stores} == {len(OLD["FACTS"])}
    for store in stores:
        store.close()


def test_columns_are_only_ever_added_at_the_end(path):
    connection = sqlite3.connect(path)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(crmkit_facts)")]
    connection.close()
    assert list(Fact._fields[: len(columns)]) == columns


def test_a_file_of_version_2_gets_the_new_table_and_keeps_its_rows_as_they_are(tmp_path):
    path = tmp_path / "second.db"
    store = SQLiteStore.open(path)
    store.attach(LAMP)
    store.add("lamp", KEPT, recorded_at=NOW)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE crmkit_models")
    connection.execute("UPDATE crmkit_meta SET value = 2 WHERE name = 'schema'")
    # A row that deriving anew would put right: it must be left alone.
    connection.execute("UPDATE crmkit_facts SET channel = 'as it was' WHERE id = 'o1'")
    connection.commit()
    connection.close()
    store = SQLiteStore.open(path)
    assert store.models("lamp", until_day=1) is None
    assert {fact.channel for fact in store.facts("lamp") if fact.id == "o1"} == {"as it was"}
    store.close()
    assert _version(path) == 4
    SQLiteStore.open(tmp_path / "new.db").close()
    assert _layout(path) == _layout(tmp_path / "new.db")


# --- version 3: a file as crmkit of that version left it ----------------------------------------


@pytest.fixture
def third(tmp_path):
    path = tmp_path / "third.db"
    connection = sqlite3.connect(path)
    connection.executescript((Path(__file__).parent / "version_3_store.sql").read_text())
    connection.close()
    return path


def _as_of_version_3(store):
    store.attach(SAMPLED)
    store.add("lamp", SAMPLES, recorded_at=day(20))
    store.add("lamp", [bought("plain", 4, revision=1), sent_back("late", 9)], recorded_at=day(21))
    return store


def test_a_file_of_version_3_gets_the_tables_of_a_new_file(third, tmp_path):
    assert _version(third) == 3
    SQLiteStore.open(third).close()
    SQLiteStore.open(tmp_path / "new.db").close()
    assert _version(third) == VERSION
    assert _layout(third) == _layout(tmp_path / "new.db")


def test_a_file_of_version_3_says_what_it_said(third):
    store, oracle = SQLiteStore.open(third), _as_of_version_3(MemoryStore())
    assert list(store.histories("lamp")) == list(oracle.histories("lamp"))
    early = [list(each.histories("lamp", known_at=day(20))) for each in (store, oracle)]
    assert early[0] == early[1]
    assert sorted(store.facts("lamp"), key=repr) == sorted(oracle.facts("lamp"), key=repr)
    assert store.links("lamp", "ann") == oracle.links("lamp", "ann")
    assert store.extent("lamp") == oracle.extent("lamp")
    assert store.models("lamp", until_day=7).text == '{"a": 1}'
    store.close()


def test_records_of_version_3_are_found_by_their_identifiers(third):
    store = SQLiteStore.open(third)
    assert store.find("lamp", IdentifierKind.EMAIL, "ann@example.org") == ["ann"]
    assert store.find("lamp", IdentifierKind.PHONE, "+34600000000") == ["ann"]
    kept = store.customer("lamp", "ann")
    store.attach(SAMPLED)
    store.put_customer("lamp", evolve(kept, identifiers=kept.identifiers[:1]))
    assert store.find("lamp", IdentifierKind.PHONE, "+34600000000") == []
    store.close()


def test_what_is_recorded_later_is_not_before_what_version_3_kept(third):
    store = SQLiteStore.open(third)
    store.attach(SAMPLED)
    store.add("lamp", [bought("new", 30)], recorded_at=day(1))
    assert "new" not in {one.id for one in store.history("lamp", "ann", known_at=day(20))}
    assert "new" in {one.id for one in store.history("lamp", "ann", known_at=day(21))}
    store.put_alias("lamp", Alias(customer_id="ben", stands_for="ann", recorded_at=day(22)))
    assert store.history("lamp", "ben") == store.history("lamp", "ann")
    store.close()
