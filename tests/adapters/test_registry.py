"""Stores are opened by URL, from a connection, or passed through."""

import sqlite3
from importlib.metadata import EntryPoint

import pytest

from crmkit.adapters import registry
from crmkit.adapters.registry import open_store
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.stores.sqlite import SQLiteStore
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.reporting import Reporting
from crmkit.domain.shop import Shop

LAMP = Reporting(Shop(id="lamp", currency="EUR"))


@pytest.mark.parametrize("url", ["memory:", "memory://"])
def test_memory_is_a_store_of_its_own(url):
    first, second = open_store(url), open_store(url)
    first.attach(LAMP)
    assert isinstance(first, MemoryStore)
    assert second.shop("lamp") is None


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_sqlite_without_a_path_lives_in_memory(url):
    store = open_store(url)
    store.attach(LAMP)
    assert store.shop("lamp") == LAMP.shop
    store.close()


def test_three_slashes_are_relative_and_four_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///shop.db")
    store.attach(LAMP)
    store.close()
    again = open_store(f"sqlite:///{tmp_path / 'shop.db'}")
    assert again.shop("lamp") == LAMP.shop
    again.close()
    assert (tmp_path / "shop.db").exists()


def test_a_connection_stays_the_callers():
    connection = sqlite3.connect(":memory:")
    store = open_store(connection)
    assert isinstance(store, SQLiteStore)
    store.close()
    connection.execute("SELECT 1")
    connection.close()


def test_a_store_is_returned_as_it_is():
    store = MemoryStore()
    assert open_store(store) is store


@pytest.mark.parametrize(
    "target", ["oracle://x", "shop.db", "", "sqlite:/shop.db", "sqlite://a.db"]
)
def test_what_names_no_store_is_refused_with_a_way_out(target):
    with pytest.raises(InvalidValueError, match=r"sqlite:///shop\.db"):
        open_store(target)


def test_the_error_lists_the_known_and_hides_what_may_be_secret():
    with pytest.raises(InvalidValueError, match=r"mariadb:, memory:, .*, sqlite:") as caught:
        open_store("oracle://user:secret@host")
    assert "secret" not in str(caught.value)


def test_something_else_is_refused():
    with pytest.raises(InvalidValueError, match="URL"):
        open_store(object())


def test_an_installed_package_can_add_a_store(monkeypatch):
    point = EntryPoint("mine", "crmkit.adapters.stores.memory:MemoryStore", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group else [])
    monkeypatch.setattr(MemoryStore, "from_url", classmethod(lambda cls, url: (cls, url)))
    assert open_store("mine://here") == (MemoryStore, "mine://here")


def test_the_built_in_names_are_sorted_and_load():
    assert list(registry.STORES) == sorted(registry.STORES)
    for path in registry.STORES.values():
        assert callable(registry._loaded(path).from_url)
