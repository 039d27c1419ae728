"""For those who build on crmkit: strategies, laws, fakes, faults, and proof that a store works.

A new store shows that it keeps every promise of ``crmkit.domain.ports.Store`` in one short
file. The suite checks the promises one by one; the machine makes random calls and compares
every answer with that of the memory store.

    import pytest
    from crmkit.testing import StoreMachine, StoreSuite, breaking
    from mine import DiskFullError, MyStore

    class TestMyStore(StoreSuite):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path / "kept")

        def reopened(self, store):
            return MyStore(store.path)

        def dump(self, store):
            return store.path.read_bytes()

        def faults(self, store):
            yield lambda step: breaking(store, "database", DiskFullError, at=step)

    class MyStoreMachine(StoreMachine):
        def make(self):
            return MyStore.in_memory()

    TestMyStoreBehaviour = MyStoreMachine.TestCase

Only the fixture is needed; without ``reopened``, ``dump`` or ``faults`` the tests that ask for
them are skipped and say so. No test of the suite can be replaced: trying is an error when the
class is made. Needs the extra ``testing``.
"""

from crmkit.testing import _needed  # noqa: F401 -- it has to come before what needs packages
from crmkit.testing.clock import FakeClock
from crmkit.testing.faults import (
    Breaking,
    DyingRates,
    Fault,
    JumpingClock,
    breaking,
    dying,
    ending_badly,
)
from crmkit.testing.laws import ignores_order, obeys_monoid_laws, round_trips
from crmkit.testing.machine import StoreMachine
from crmkit.testing.rates import FakeRates
from crmkit.testing.stores import StoreSuite

__all__ = [
    "Breaking",
    "DyingRates",
    "FakeClock",
    "FakeRates",
    "Fault",
    "JumpingClock",
    "StoreMachine",
    "StoreSuite",
    "breaking",
    "dying",
    "ending_badly",
    "ignores_order",
    "obeys_monoid_laws",
    "round_trips",
]
