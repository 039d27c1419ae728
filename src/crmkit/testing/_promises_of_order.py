"""A promise about order: facts may come in any order, any number of times, in any batches.

As many sequences are drawn as ``HYPOTHESIS_PROFILE`` asks for: 10,000 where it is "long".
"""

import os
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmkit.domain.aliases import Alias
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Store
from crmkit.testing._drawn import MEETING, reporting
from crmkit.testing._persons import readable
from crmkit.testing.rates import FakeRates

_SEQUENCES = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 25
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_RATES = FakeRates({"USD/EUR": Decimal("0.9"), "JPY/EUR": Decimal("0.006")})
_SEQUENCE = st.lists(MEETING, max_size=10, unique_by=lambda one: (one.source, one.id, one.revision))
_MERGE = Alias(customer_id="ben", stands_for="ann", recorded_at=_NOW)
_numbers = count()

#: The test is inherited by many suites, and each sequence has shops of its own in one store.
_INHERITED = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.differing_executors,
    HealthCheck.too_slow,
]


@st.composite
def _deliveries(draw: st.DrawFn) -> tuple[list[Interaction], list[list[Interaction]]]:
    """What happened, and how it comes: shuffled, some of it again, in batches."""
    told = draw(_SEQUENCE)
    again = draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    left, batches = draw(st.permutations([*told, *again])), []
    while left:
        size = draw(st.integers(1, len(left)))
        batches.append(left[:size])
        left = left[size:]
    return told, batches


def _state(store: Store, shop_id: str) -> Any:
    read = readable(store, shop_id)
    read["rows"] = [row.replace(repr(shop_id), "a shop") for row in read["rows"]]
    return {**read, "rows": sorted(read["rows"]), "extent": store.extent(shop_id)}


class PromisesOfOrder:
    """What every store promises of facts that come in disorder."""

    @settings(
        max_examples=_SEQUENCES,
        deadline=None,
        suppress_health_check=_INHERITED,
    )
    @given(delivered=_deliveries(), merge_before=st.none() | st.integers(0, 4))
    def test_order_and_repetition_do_not_matter(
        self,
        store: Store,
        delivered: tuple[list[Interaction], list[list[Interaction]]],
        merge_before: int | None,
    ) -> None:
        """Every sequence has two shops of its own: in one it comes at once and in order."""
        told, batches = delivered
        number = next(_numbers)
        calm, wild = (f"{name} {number}" for name in ("calm", "wild"))
        for shop_id in (calm, wild):
            store.attach(evolve(reporting(shop_id), rates=_RATES))
        store.add(calm, sorted(told, key=lambda one: one.at), recorded_at=_NOW)
        merged = False
        for place, batch in enumerate(batches):
            if place == merge_before:
                store.put_alias(wild, _MERGE)
                merged = True
            store.add(wild, batch, recorded_at=_NOW)
        if merge_before is not None:
            store.put_alias(calm, _MERGE)
            if not merged:
                store.put_alias(wild, _MERGE)
        assert _state(store, wild) == _state(store, calm)
