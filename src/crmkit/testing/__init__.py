"""For those who build on crmkit: strategies, laws, a fake clock, and proof that a store works.

A new store shows that it keeps every promise of ``crmkit.domain.ports.Store`` in one short
file. The suite checks the promises one by one; the machine makes random calls and compares
every answer with that of the memory store.

    import pytest
    from crmkit.testing import StoreMachine, StoreSuite
    from mine import MyStore

    class TestMyStore(StoreSuite):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path / "kept")

        def reopened(self, store):
            return MyStore(store.path)

    class MyStoreMachine(StoreMachine):
        def make(self):
            return MyStore.in_memory()

    TestMyStoreBehaviour = MyStoreMachine.TestCase

No test of the suite can be replaced: trying is an error when the class is made. Needs the
extra ``testing``.
"""

from crmkit.testing import _needed  # noqa: F401 -- it has to come before what needs packages
from crmkit.testing.clock import FakeClock
from crmkit.testing.laws import ignores_order, obeys_monoid_laws, round_trips
from crmkit.testing.machine import StoreMachine
from crmkit.testing.rates import FakeRates
from crmkit.testing.stores import StoreSuite

__all__ = [
    "FakeClock",
    "FakeRates",
    "StoreMachine",
    "StoreSuite",
    "ignores_order",
    "obeys_monoid_laws",
    "round_trips",
]
