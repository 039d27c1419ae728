"""The memory store keeps every promise of the store port; it is what others are held to."""

import pytest

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.errors import InvalidValueError
from crmkit.testing import StoreMachine, StoreSuite


class TestMemoryStore(StoreSuite):
    @pytest.fixture
    def store(self):
        return MemoryStore()


class MemoryMachine(StoreMachine):
    def make(self):
        return MemoryStore()


TestMemoryBehaviour = MemoryMachine.TestCase


def test_its_url_says_nothing_but_its_scheme():
    assert isinstance(MemoryStore.from_url("memory:"), MemoryStore)
    with pytest.raises(InvalidValueError):
        MemoryStore.from_url("memory://somewhere")
