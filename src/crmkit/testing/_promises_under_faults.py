"""Promises under faults: whatever dies underneath, a call is kept whole or leaves no trace."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from crmkit.domain.errors import CrmkitError
from crmkit.domain.kept import Mark
from crmkit.domain.ports import Store
from crmkit.domain.saved_models import SavedModels
from crmkit.testing._persons import TELLING, alias, brought, identified, readable, rows
from crmkit.testing._samples import (
    LAMP,
    RATES,
    SAMPLES,
    bought,
    day,
    in_dollars,
    line,
    sent_back,
)
from crmkit.testing.faults import Breaking, DyingRates, JumpingClock, ending_badly

#: More steps than any call takes here.
_MOST = 500

_MORE = [
    bought("9", 4, "ann", revision=1),
    sent_back("r9", 9, "ben"),
    brought("f9", "ben", "ann", reward=100),
    bought("10", 5, "eve"),
]


def _put_record(store: Store) -> None:
    kept = store.customer("lamp", "ann")
    version = 0 if kept is None else kept.version
    store.put_customer("lamp", identified("ann", "new@a.example", version=version))


def _rebuild(store: Store) -> None:
    store.rebuild(evolve(TELLING, shop=evolve(TELLING.shop, timezone="Asia/Tokyo")))


#: What changes something, by what it does.
_CALLS: dict[str, Callable[[Store], Any]] = {
    "attach": lambda store: store.attach(evolve(TELLING, shop=evolve(TELLING.shop, lapse_days=77))),
    "rebuild": _rebuild,
    "add": lambda store: store.add(
        "lamp", _MORE, recorded_at=day(31), mark=Mark(name="a.csv", position=9)
    ),
    "put_customer": _put_record,
    "merge": lambda store: store.put_alias("lamp", alias("ben", "ann", 32)),
    "unmerge": lambda store: store.put_alias("lamp", alias("zoe", None, 32)),
    "erase": lambda store: store.erase("lamp", "ann", erased_at=day(40)),
    "put_models": lambda store: store.put_models("lamp", SavedModels(as_of_day=1, text="x")),
    "put_position": lambda store: store.put_position("lamp", "mailer", 4),
    "drop_events": lambda store: store.drop_events("lamp", 3),
}


def _all(store: Store) -> dict[str, Any]:
    """All that can be read of the shop."""
    return {
        **readable(store),
        "shop": store.shop("lamp"),
        "extent": store.extent("lamp"),
        "lines": store.aliases("lamp"),
        "events": store.events("lamp"),
        "mark": store.mark("lamp", "a.csv"),
        "models": store.models("lamp", until_day=9),
        "position": store.position("lamp", "mailer"),
    }


class PromisesUnderFaults:
    """What every store promises whatever goes wrong around it."""

    def faults(self, store: Store) -> Iterable[Breaking]:
        """Return what lets the store's database die at a step, one for each way to die.

        Each is called with the step, from 1 on, and gives a context in which that step fails,
        which yields an object that tells, as ``struck``, whether it did: see
        ``crmkit.testing.faults.breaking``. A store without a database has none.
        """
        del store
        return ()

    @pytest.fixture
    def busy(self, store: Store) -> Store:
        """Return the store with a little of everything."""
        store.attach(TELLING)
        orders = [one for one in SAMPLES if one.kind in {"purchase", "return", "referral"}]
        store.add("lamp", [*orders, bought("9", 4, "ben")], recorded_at=day(20))
        store.put_customer("lamp", identified("ann", "old@a.example"), recorded_at=day(21))
        store.put_alias("lamp", alias("zoe", "ann", 22))
        return store

    @pytest.mark.parametrize("name", _CALLS)
    def test_a_database_that_dies_keeps_nothing_of_the_call(self, busy: Store, name: str) -> None:
        ways, call = list(self.faults(busy)), _CALLS[name]
        if not ways:
            pytest.skip("the suite of this store names no faults of a database: define faults()")
        before = _all(busy)
        for way in ways[1:]:
            self._dies(busy, call, way, [1, 2, 3], before)
        self._dies(busy, call, ways[0], range(1, _MOST), before)
        assert _all(busy) != before, "the call that nothing hindered did nothing"
        rows(busy, evolve(TELLING, shop=busy.shop("lamp") or TELLING.shop))

    def _dies(
        self,
        store: Store,
        call: Callable[[Store], Any],
        way: Breaking,
        steps: Iterable[int],
        before: dict[str, Any],
    ) -> None:
        """Let a call die at each step, until it ends before the step."""
        for step in steps:
            with way(step) as fault:
                error = _error_of(call, store)
            if not fault.struck:
                assert error is None, f"the call failed with {error!r} and no fault struck"
                return
            assert isinstance(error, CrmkitError), f"step {step} gave {error!r}"
            assert _all(store) == before, f"a call that died at step {step} has kept something"

    @pytest.mark.parametrize("after", [0, 1, 3, 1200])
    def test_a_source_that_ends_badly_keeps_nothing(self, busy: Store, after: int) -> None:
        before = _all(busy)
        many = [bought(f"n{number}", number % 9, f"c{number % 7}") for number in range(after)]
        with pytest.raises(ConnectionError):
            busy.add("lamp", ending_badly(many), recorded_at=day(31), refuse=True)
        assert _all(busy) == before
        assert busy.add("lamp", many, recorded_at=day(32)).accepted == after

    @pytest.mark.parametrize("at", [1, 2, 5])
    def test_rates_that_fail_keep_nothing(self, attached: Store, at: int) -> None:
        attached.attach(evolve(LAMP, rates=DyingRates(RATES, at)))
        batch = [bought("1"), *(in_dollars(f"d{i}") for i in range(5))]
        with pytest.raises(ConnectionError):
            attached.add("lamp", batch, recorded_at=day(20), refuse=True)
        assert list(attached.histories("lamp")) == []
        assert attached.extent("lamp").kept == 0
        attached.attach(LAMP)
        assert attached.add("lamp", batch, recorded_at=day(21)).accepted == 6

    def test_rates_that_fail_leave_what_was_built(self, attached: Store) -> None:
        batch = [bought("1"), bought("2", lines=[line(currency="USD")]), in_dollars("d")]
        attached.add("lamp", batch, recorded_at=day(20))
        before = readable(attached), attached.shop("lamp")
        dollars = evolve(LAMP.shop, currency="USD", timezone="Asia/Tokyo")
        with pytest.raises(ConnectionError):
            attached.rebuild(evolve(LAMP, shop=dollars, rates=DyingRates(RATES, 1)))
        assert (readable(attached), attached.shop("lamp")) == before
        attached.rebuild(evolve(LAMP, shop=dollars))
        assert attached.shop("lamp") == dollars

    def test_a_clock_that_jumps_loses_nothing(self, attached: Store) -> None:
        far = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
        clock = JumpingClock([day(20), day(1), far, datetime(1970, 1, 1, tzinfo=UTC), day(21)])
        for number in range(5):
            one = bought(str(number), number)
            assert attached.add("lamp", [one], recorded_at=clock()).accepted == 1
        known = [
            len(attached.history("lamp", "ann", known_at=at)) for at in (day(19), day(20), far)
        ]
        assert (known, attached.extent("lamp").kept) == ([0, 2, 5], 5)
        rows(attached)


def _error_of(call: Callable[[Store], Any], store: Store) -> Exception | None:
    try:
        call(store)
    except Exception as error:  # noqa: BLE001 -- whatever comes out is judged by who asks
        return error
    return None
