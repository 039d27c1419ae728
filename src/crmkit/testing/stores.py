"""Every promise of a store as a test that can be inherited and cannot be weakened.

Subclass ``StoreSuite`` and give it a fixture ``store`` that returns an empty store. A store
that outlives its process also says how to open it again (``reopened``), how all it holds is
dumped (``dump``), and how its database is made to die (``faults``). Tests of flat rows run for
stores with ``SupportsFacts``; what a store cannot show is skipped, and says so.
"""

from typing import Any

import pytest

from crmkit.domain.ports import Store
from crmkit.testing._promises_of_adding import PromisesOfAdding
from crmkit.testing._promises_of_finding import PromisesOfFinding
from crmkit.testing._promises_of_forgetting import PromisesOfForgetting
from crmkit.testing._promises_of_keeping import PromisesOfKeeping
from crmkit.testing._promises_of_merging import PromisesOfMerging
from crmkit.testing._promises_of_order import PromisesOfOrder
from crmkit.testing._promises_of_progress import PromisesOfProgress
from crmkit.testing._promises_of_reading import PromisesOfReading
from crmkit.testing._promises_of_telling import PromisesOfTelling
from crmkit.testing._promises_of_tombstones import PromisesOfTombstones
from crmkit.testing._promises_under_faults import PromisesUnderFaults
from crmkit.testing._samples import LAMP


class StoreSuite(
    PromisesOfAdding,
    PromisesOfReading,
    PromisesOfKeeping,
    PromisesOfFinding,
    PromisesOfProgress,
    PromisesOfMerging,
    PromisesOfTelling,
    PromisesOfForgetting,
    PromisesOfTombstones,
    PromisesOfOrder,
    PromisesUnderFaults,
):
    """Subclass it, give it a ``store`` fixture, and every promise is checked."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        promised = [name for name in dir(StoreSuite) if name.startswith("test_")]
        broken = [name for name in promised if getattr(cls, name) is not getattr(StoreSuite, name)]
        if broken:
            raise TypeError(f"{cls.__name__} may not replace {', '.join(broken)}")

    @pytest.fixture
    def store(self) -> Store:
        """Return an empty store."""
        raise NotImplementedError("give your suite a store fixture")

    @pytest.fixture
    def attached(self, store: Store) -> Store:
        """Return the store, ready for a shop."""
        store.attach(LAMP)
        return store
