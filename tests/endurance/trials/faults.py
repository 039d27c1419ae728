"""Databases that die, disks that are full, connections that are cut, clocks that jump.

After each fault every row is as it was, what came out is an error of crmkit's, and the same
call, made again, does what it should.
"""

import os
import resource
import signal
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import attrs

from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.aliases import Alias
from crmkit.domain.customer import Customer, Identifier
from crmkit.domain.errors import CrmkitError, StoreError
from crmkit.domain.kept import Mark
from crmkit.domain.ports import Store
from crmkit.testing.faults import breaking
from trials.a_shop import LAMP, NOW, SHOP, Happenings, merges, records
from trials.chances import drawing
from trials.outcome import Outcome
from trials.places import Place, Server, opened
from trials.sizes import Size
from trials.states import rows, told

_CUSTOMERS = 20
#: More steps than any call takes here.
_MOST = 5_000

Call = Callable[[Store], Any]


@attrs.define
class _Busy:
    """A shop with a little of everything, and what is to happen next."""

    made: Happenings = attrs.field(factory=lambda: Happenings(12, _CUSTOMERS))
    more: list[Any] = attrs.field(factory=list)

    def fill(self, store: Store) -> None:
        """Make the shop."""
        store.attach(LAMP)
        store.add(SHOP.id, self.made.some(160), recorded_at=NOW)
        for line in merges(_CUSTOMERS):
            store.put_alias(SHOP.id, line)
        for record in records(_CUSTOMERS):
            store.put_customer(SHOP.id, record, recorded_at=NOW)
        self.more = self.made.some(60)

    def calls(self) -> dict[str, Call]:
        """What changes something, each a call of its own."""
        mark = Mark(name="more", position=60)
        mails = [Identifier(kind="email", value=f"{n}@example.org") for n in range(3)]
        merge = Alias(customer_id="c4", stands_for="c9", recorded_at=NOW)
        parting = Alias(customer_id="c12", stands_for=None, recorded_at=NOW)
        record = Customer(id="c1", name="New", identifiers=mails)
        return {
            "add": lambda store: store.add(SHOP.id, self.more, recorded_at=NOW, mark=mark),
            "merge": lambda store: store.put_alias(SHOP.id, merge),
            "unmerge": lambda store: store.put_alias(SHOP.id, parting),
            "put_customer": lambda store: store.put_customer(SHOP.id, record),
            "erase": lambda store: store.erase(SHOP.id, "c2", erased_at=NOW),
            "rebuild": lambda store: store.rebuild(
                attrs.evolve(LAMP, shop=attrs.evolve(SHOP, timezone="Asia/Tokyo"))
            ),
        }


def faults(place: Place, size: Size) -> Outcome:
    """Make every fault there is."""
    outcome = Outcome("faults", place.name)
    parts: list[Callable[[Outcome, Place, Size], None]] = [_statements, _clocks]
    parts.append(_cut if isinstance(place, Server) else _full)
    for part in parts:
        try:
            part(outcome, place, size)
        except Exception:  # noqa: BLE001 -- a finding
            outcome.wrong(traceback.format_exc()[-2500:])
    return outcome.over()


# --- statements ------------------------------------------------------------------------------

_ERRORS: tuple[Callable[[], BaseException], ...] = (
    lambda: sqlite3.OperationalError("disk I/O error"),
    lambda: MemoryError("no more"),
    KeyboardInterrupt,
)


def _statements(outcome: Outcome, place: Place, size: Size) -> None:
    """Let each call die at each of its statements, then make it."""
    busy, url = _Busy(), place.fresh()
    stride = 1 if size.kills > 50 else 7
    with opened(url) as store:
        busy.fill(store)
        for name, call in busy.calls().items():
            _dies(outcome, store, name, call, stride)
    with opened(url) as store:
        _sound(outcome, store, "after all calls")
    place.drop(url)


def _dies(outcome: Outcome, store: Store, name: str, call: Call, stride: int) -> None:
    before = rows(store, SHOP.id)
    for step in range(1, _MOST, stride):
        make = _ERRORS[step % len(_ERRORS)]
        with breaking(store, "_database", make, at=step) as fault:
            error = _error_of(lambda: call(store))
        if not fault.struck:
            outcome.count(f"{name}, steps", step - 1)
            if error is not None:
                outcome.wrong(f"{name} fails with {error!r} and no fault")
            return
        outcome.count("statements that failed")
        if error is None:
            outcome.wrong(f"{name} hides a fault at step {step}")
        elif _is_the_drivers(make(), outcome.place) and not isinstance(error, CrmkitError):
            outcome.wrong(f"{name} gives {error!r} at step {step}")
        outcome.alike(f"{name} at step {step}", rows(store, SHOP.id), before)


def _is_the_drivers(error: BaseException, place: str) -> bool:
    """Tell whether an error is one of the driver's there, which has to be turned into ours."""
    return isinstance(error, sqlite3.Error) and place == "sqlite"


def _error_of(call: Callable[[], Any]) -> BaseException | None:
    try:
        call()
    except BaseException as error:  # noqa: BLE001 -- judged by who asks
        return error
    return None


def _sound(outcome: Outcome, store: Store, when: str) -> None:
    """Check that deriving everything anew changes nothing."""
    shop = store.shop(SHOP.id)
    before = rows(store, SHOP.id)
    store.rebuild(attrs.evolve(LAMP, shop=shop))
    outcome.alike(f"derived anew {when}", rows(store, SHOP.id), before)


# --- disks -----------------------------------------------------------------------------------


def _full(outcome: Outcome, place: Place, size: Size) -> None:
    """Let the disk be full at different moments of a call."""
    for step in range(3 if size.kills < 50 else 40):
        for name in ("a large add", "erase", "rebuild"):
            _once_full(outcome, place, name, step)


def _once_full(outcome: Outcome, place: Place, name: str, step: int) -> None:
    busy, url = _Busy(), place.fresh()
    with opened(url) as store:
        busy.fill(store)
        before = rows(store, SHOP.id)
    many = busy.made.some(800)
    add: Call = lambda store: store.add(SHOP.id, many, recorded_at=NOW)  # noqa: E731
    status = _limited(url, (busy.calls() | {"a large add": add})[name], 4096 * (1 + 5 * step))
    outcome.count(_ENDS.get(status, "ended otherwise"))
    if status not in _ENDS:
        outcome.wrong(f"{name} on a full disk ends with status {status}; the error is above")
    with opened(url) as store:
        if status != _FITTED:
            outcome.alike(f"{name}, full disk {step}", rows(store, SHOP.id), before)
        _sound(outcome, store, f"after a full disk {step}, {name}")
    place.drop(url)


_REFUSED, _FITTED, _FAILED = 0, 7, 3
_ENDS = {_REFUSED: "full disks", _FITTED: "calls that fitted all the same"}


def _limited(url: str, call: Call, room: int) -> int:
    """Make a call in a child whose files may not grow beyond a size; return how it ended."""
    child = os.fork()
    if child == 0:
        status = _FAILED
        try:
            status = _within(url, call, room)
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _within(url: str, call: Call, room: int) -> int:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with opened(url) as store:
        store.attach(LAMP)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        error = _error_of(lambda: call(store))
    if error is None:
        return _FITTED
    if isinstance(error, StoreError):
        return _REFUSED
    traceback.print_exception(error)
    return _FAILED


# --- connections -----------------------------------------------------------------------------

_CUT = {
    "postgres": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
}


def _cut(outcome: Outcome, place: Server, size: Size) -> None:
    """Cut all connections while a call is made, and while none is."""
    if place.name not in _CUT:
        return
    busy, url, chance = _Busy(), place.fresh(), drawing(8)
    with opened(url) as store:
        busy.fill(store)
        place.run(url, _CUT[place.name])
        idle = _error_of(lambda: store.extent(SHOP.id))
        outcome.count("idle connections cut")
        outcome.count("noticed by the next call", idle is not None)
        if idle is not None and not isinstance(idle, StoreError):
            outcome.wrong(f"a cut connection gives {idle!r}")
        for _ in range(8 if size.kills < 50 else 100):
            _cut_once(outcome, place, url, store, busy.made.some(400), chance)
        _sound(outcome, store, "after cut connections")
    place.drop(url)


def _cut_once(
    outcome: Outcome, place: Server, url: str, store: Store, some: list[Any], chance: Random
) -> None:
    before, errors = rows(store, SHOP.id), []
    add: Call = lambda one: one.add(SHOP.id, some, recorded_at=NOW)  # noqa: E731
    working = threading.Thread(target=lambda: errors.append(_error_of(lambda: add(store))))
    working.start()
    time.sleep(chance.uniform(0, 0.25))
    place.run(url, _CUT[place.name])
    working.join()
    (error,) = errors
    outcome.count("connections cut")
    if error is None:
        return
    outcome.count("calls cut off")
    if not isinstance(error, StoreError):
        outcome.wrong(f"a cut connection gives {error!r}")
    # Whether a commit that was under way came through, only the server knows.
    after = _twice(lambda: rows(store, SHOP.id))
    if after != before and add(store).accepted:
        outcome.wrong("a call that was cut off kept a part")
    if add(store).accepted + len(some) and after == before:
        outcome.count("made again")


def _twice(call: Callable[[], Any]) -> Any:
    """A pool may hold more connections that were cut; each is noticed once."""
    for _ in range(5):
        try:
            return call()
        except StoreError:
            continue
    return call()


# --- clocks ----------------------------------------------------------------------------------


def _clocks(outcome: Outcome, place: Place, size: Size) -> None:
    """Let the clock jump back and far ahead between calls."""
    chance, made = drawing(2), Happenings(2, _CUSTOMERS)
    moments = [datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]
    moments += [NOW + timedelta(days=chance.randint(-9000, 9000)) for _ in range(12)]
    url = place.fresh()
    with opened(url) as store:
        oracle = MemoryStore()
        for one in (store, oracle):
            one.attach(LAMP)
        for number in range(6 if size.kills < 50 else 60):
            batch, at = made.some(5), chance.choice(moments[2:] if number < 4 else moments)
            lines = merges(_CUSTOMERS)
            line = attrs.evolve(lines[number % len(lines)], recorded_at=chance.choice(moments))
            for one in (store, oracle):
                one.add(SHOP.id, batch, recorded_at=at)
                if number < len(lines):
                    one.put_alias(SHOP.id, line)
            outcome.count("clocks that jumped")
        outcome.alike("jumping clocks", told(store, SHOP.id), told(oracle, SHOP.id))
        for at in moments:
            known = [list(one.histories(SHOP.id, known_at=at)) for one in (store, oracle)]
            outcome.alike(f"as it was known {at}", known[0], known[1])
    place.drop(url)
