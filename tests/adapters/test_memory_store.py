"""The memory store keeps every promise of the store port; it is what others are held to."""

from collections.abc import Mapping

import pytest
from attrs import fields, has

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.errors import InvalidValueError
from crmkit.testing import StoreMachine, StoreSuite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    def store(self):
        return MemoryStore()

    def dump(self, store):
        return "".join(map(str, _held(store._shops)))


def _held(value):
    """All that is held, at any depth, fields that are not shown among them."""
    if has(type(value)):
        value = {one.name: getattr(value, one.name) for one in fields(type(value))}
    if isinstance(value, Mapping):
        return [each for pair in value.items() for part in pair for each in _held(part)]
    if isinstance(value, list | tuple | set | frozenset):
        return [each for part in value for each in _held(part)]
    return [f"{value}\n"]


class MemoryMachine(StoreMachine):
    def make(self):
        return MemoryStore()


TestMemoryBehaviour = MemoryMachine.TestCase


def test_its_url_says_nothing_but_its_scheme():
    assert isinstance(MemoryStore.from_url("memory:"), MemoryStore)
    with pytest.raises(InvalidValueError):
        MemoryStore.from_url("memory://somewhere")
