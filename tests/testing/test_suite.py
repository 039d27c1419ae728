"""The suite cannot be weakened, and it and the machine catch stores that break promises."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.errors import InvalidValueError, StoreConflictError
from crmkit.domain.ports import Added
from crmkit.domain.times import utc
from crmkit.testing import StoreMachine, StoreSuite


def _replacing(**names):
    return type("TestWeak", (StoreSuite,), names)


def test_a_promise_cannot_be_replaced():
    with pytest.raises(TypeError, match="may not replace test_adding_twice_changes_nothing"):
        _replacing(test_adding_twice_changes_nothing=lambda _self: None)


def test_a_promise_cannot_be_replaced_by_nothing():
    with pytest.raises(TypeError, match="test_links_are_current"):
        _replacing(test_links_are_current_after_every_call=None)


def test_a_promise_cannot_be_replaced_by_a_second_parent():
    class Weaker:
        def test_a_shop_never_sees_anothers_rows(self):
            pass

    with pytest.raises(TypeError, match="test_a_shop_never_sees"):
        type("TestWeak", (Weaker, StoreSuite), {})


def test_a_suite_may_have_tests_of_its_own():
    assert _replacing(test_something_else=lambda _self: None).__name__ == "TestWeak"


class _ForgetsDuplicates(MemoryStore):
    def add(self, *args, **kwargs):
        return evolve(super().add(*args, **kwargs), known=0)


class _SwallowsConflicts(MemoryStore):
    def add(self, shop_id, interactions, /, *, recorded_at, refuse=False, mark=None):
        del refuse
        try:
            return super().add(
                shop_id, interactions, recorded_at=recorded_at, refuse=True, mark=mark
            )
        except StoreConflictError:
            return Added()


class _ReadsTheLatestArrival(MemoryStore):
    def history(self, shop_id, customer_id, /, *, known_at=None):
        history = super().history(shop_id, customer_id, known_at=known_at)
        return sorted(history, key=lambda one: (one.id, one.at))


class _IgnoresWhenItWasKnown(MemoryStore):
    def histories(self, shop_id, /, *, known_at=None):
        del known_at
        return super().histories(shop_id)


class _LosesVersions(MemoryStore):
    def put_customer(self, shop_id, customer, /, *, recorded_at=None):
        kept = self.customer(shop_id, customer.id)
        return super().put_customer(
            shop_id,
            evolve(customer, version=0 if kept is None else kept.version),
            recorded_at=recorded_at,
        )


class _NeverRelinks(MemoryStore):
    def links(self, shop_id, customer_id, /):
        return [link for link in super().links(shop_id, customer_id) if link.part.order_key is None]


class _CountsWhatCameLater(MemoryStore):
    def extent(self, shop_id, /, *, until=None):
        del until
        return super().extent(shop_id)


class _MissesLateRevisions(MemoryStore):
    def extent(self, shop_id, /, *, until=None):
        told = super().extent(shop_id)
        read = [one for _, history in self.histories(shop_id) for one in history]
        later = sum(1 for one in read if until is not None and one.at > utc(until))
        return evolve(told, kept=told.kept - later)


class _ReadsOnlyTheIdItself(MemoryStore):
    def history(self, shop_id, customer_id, /, *, known_at=None):
        read = super().history(shop_id, customer_id, known_at=known_at)
        return [one for one in read if one.customer_id == customer_id]


class _LetsRecordsGoBackInTime(MemoryStore):
    def add(self, shop_id, interactions, /, *, recorded_at, refuse=False, mark=None):
        if shop_id in self._shops:
            self._shops[shop_id].latest = datetime.min.replace(tzinfo=UTC)
        return super().add(shop_id, interactions, recorded_at=recorded_at, refuse=refuse, mark=mark)


class _AllowsCircles(MemoryStore):
    def put_alias(self, shop_id, alias, /):
        try:
            super().put_alias(shop_id, alias)
        except InvalidValueError:
            self._of(shop_id).reads_differently()


class _KeepsRecordsOfTheErased(MemoryStore):
    def erase(self, shop_id, customer_id, /, *, erased_at):
        records = dict(self._of(shop_id).customers)
        told = super().erase(shop_id, customer_id, erased_at=erased_at)
        self._of(shop_id).customers |= records
        return told


class _CountsTheErasedTwice(MemoryStore):
    def erase(self, shop_id, customer_id, /, *, erased_at):
        told = super().erase(shop_id, customer_id, erased_at=erased_at)
        self._of(shop_id).tombstones.clear()
        return told


class _TakesAnyKey(MemoryStore):
    def attach(self, to, /):
        if to.shop.id in self._shops:
            self._shops[to.shop.id].key_check = None
        super().attach(to)


class _FindsWhoLostAnIdentifier(MemoryStore):
    def __init__(self):
        super().__init__()
        self.ever = set()

    def put_customer(self, shop_id, customer, /, *, recorded_at=None):
        kept = super().put_customer(shop_id, customer, recorded_at=recorded_at)
        self.ever |= {(shop_id, one.kind, one.value, kept.id) for one in kept.identifiers}
        return kept

    def find(self, shop_id, kind, value, /):
        return sorted(each[3] for each in self.ever if each[:3] == (shop_id, kind, value))


class _LosesMarks(MemoryStore):
    def add(self, shop_id, interactions, /, *, recorded_at, refuse=False, mark=None):
        told = super().add(shop_id, interactions, recorded_at=recorded_at, refuse=refuse)
        if told.accepted and mark is not None:
            self._of(shop_id).marks[mark.name] = mark
        return told


class _StartsPositionsAnew(MemoryStore):
    def drop_events(self, shop_id, until, /):
        dropped = super().drop_events(shop_id, until)
        if shop_id in self._shops and not self.events(shop_id):
            self._shops[shop_id].told = 0
        return dropped


BROKEN = [
    _ForgetsDuplicates,
    _SwallowsConflicts,
    _ReadsTheLatestArrival,
    _IgnoresWhenItWasKnown,
    _LosesVersions,
    _NeverRelinks,
    _CountsWhatCameLater,
    _MissesLateRevisions,
    _ReadsOnlyTheIdItself,
    _LetsRecordsGoBackInTime,
    _AllowsCircles,
    _KeepsRecordsOfTheErased,
    _CountsTheErasedTwice,
    _TakesAnyKey,
    _FindsWhoLostAnIdentifier,
    _LosesMarks,
    _StartsPositionsAnew,
]


@pytest.mark.parametrize("broken", BROKEN)
def test_the_machine_catches_a_store_that_breaks_a_promise(broken):
    class Machine(StoreMachine):
        def make(self):
            return broken()

    with pytest.raises(AssertionError, match="the store says"):
        run_state_machine_as_test(
            Machine, settings=settings(max_examples=400, phases=[Phase.generate], database=None)
        )


@pytest.mark.parametrize("broken", BROKEN)
def test_the_suite_catches_a_store_that_breaks_a_promise(broken, tmp_path):
    code = (
        "import pytest\nfrom crmkit.testing import StoreSuite\n"
        f"from test_suite import {broken.__name__} as Broken\n"
        "class TestBroken(StoreSuite):\n"
        "    @pytest.fixture\n    def store(self):\n        return Broken()\n"
    )
    (tmp_path / "test_broken.py").write_text(code)
    args = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    told = subprocess.run(
        [sys.executable, *args],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert told.returncode == 1, told.stdout
    assert "1 failed" in told.stdout


def test_a_suite_without_a_store_says_what_to_do():
    with pytest.raises(NotImplementedError, match="make"):
        StoreMachine().make()


def test_the_packages_that_are_missing_are_named():
    code = (
        "import sys\nsys.modules['hypothesis'] = None\n"
        "try:\n    import crmkit.testing\n"
        "except ImportError as error:\n    print(type(error).__name__, error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("MissingExtraError")
    assert "crmkit[testing]" in told.stdout
