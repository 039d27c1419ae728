"""Two shops in one store, many threads in one process, and processes that were forked.

Ids are alike in both shops and every text says whose it is, so a row that one shop sees of
the other is noticed.
"""

import threading
import traceback

import attrs

from crmkit import CustomerBase
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.domain.aliases import Alias
from crmkit.domain.interactions import Contact, Interaction
from crmkit.domain.ports import Store
from crmkit.domain.shop import Shop
from crmkit.testing import FakeClock
from crmkit.testing._samples import bought
from trials.a_shop import LAMP, NOW, SHOP, Happenings
from trials.crowds import Crowd
from trials.outcome import Outcome
from trials.places import Place, opened
from trials.sizes import Size
from trials.states import told


@attrs.define
class _Threads:
    """Threads in one process at one store with two shops."""

    bases: dict[str, CustomerBase]
    outcome: Outcome
    rounds: int
    guard: threading.Lock = attrs.field(factory=threading.Lock)

    def work(self, number: int) -> None:
        """Record, read and merge for the one shop and the other, in turns."""
        try:
            for turn in range(self.rounds):
                for shop_id in sorted(self.bases, reverse=bool(number % 2)):
                    self._turn(shop_id, number, turn)
        except Exception:  # noqa: BLE001 -- told as a finding
            with self.guard:
                self.outcome.wrong(traceback.format_exc()[-1500:])

    def _turn(self, shop_id: str, number: int, turn: int) -> None:
        base, who = self.bases[shop_id], f"c{number}"
        base.record(_marked(shop_id, number, turn))
        told_ = base.store.history(shop_id, who)
        ids = {one.id for one in told_}
        assert {f"{number}/{turn}", f"{number}/{turn}/call"} <= ids, "what was recorded is gone"
        for one in told_:
            assert one.extra["of"] == shop_id, f"{shop_id} sees {one.extra['of']}"
        if turn == 0 and number % 2:
            base.store.put_alias(shop_id, _line(number))
        if turn % 3 == 1:
            self._stream(shop_id)
        with self.guard:
            self.outcome.count("turns")

    def _stream(self, shop_id: str) -> None:
        for _, history in self.bases[shop_id].store.histories(shop_id):
            for one in history:
                assert one.extra["of"] == shop_id, f"{shop_id} sees {one.extra['of']}"
        with self.guard:
            self.outcome.count("streams read")


def _line(number: int) -> Alias:
    return Alias(customer_id=f"c{number}", stands_for=f"c{number - 1}", recorded_at=NOW)


def _marked(shop_id: str, number: int, turn: int) -> list[Interaction]:
    """An order and a call whose every text says whose they are; ids are alike in both shops."""
    id_ = f"{number}/{turn}"
    order = bought(id_, turn, f"c{number}", extra={"of": shop_id})
    call = Contact(
        id=f"{id_}/call",
        customer_id=f"c{number}",
        at=NOW,
        direction="inbound",
        purpose="complaint",
        topic=f"topic of {shop_id}",
        extra={"of": shop_id},
    )
    return [order, call]


def threads(place: Place, size: Size) -> Outcome:
    """Let threads of one process work for two shops at once."""
    outcome, url = Outcome("threads", place.name), place.fresh()
    with opened(url) as store:
        bases = {
            shop_id: CustomerBase.open(
                store, shop=Shop(id=shop_id, currency="EUR", publishes=True), clock=FakeClock(NOW)
            )
            for shop_id in ("lamp", "sofa")
        }
        crowd = _Threads(bases, outcome, size.rounds)
        working = [threading.Thread(target=crowd.work, args=(n,)) for n in range(size.threads)]
        for thread in working:
            thread.start()
        for thread in working:
            thread.join()
        outcome.count("threads", size.threads)
        for shop_id in bases:
            _alone(outcome, store, shop_id, size)
    place.drop(url)
    return outcome.over()


def _alone(outcome: Outcome, store: Store, shop_id: str, size: Size) -> None:
    """Compare a shop with a memory store that never met another shop."""
    oracle = MemoryStore()
    shop = store.shop(shop_id)
    CustomerBase.open(oracle, shop=shop, clock=FakeClock(NOW))
    for number in range(size.threads):
        for turn in range(size.rounds):
            oracle.add(shop_id, _marked(shop_id, number, turn), recorded_at=NOW)
    lines = store.aliases(shop_id)
    outcome.alike("merges", len(lines), size.threads // 2)
    for line in lines:
        oracle.put_alias(shop_id, line)
    outcome.alike(shop_id, told(store, shop_id), told(oracle, shop_id))
    for event in store.events(shop_id, limit=10**6):
        outcome.count("events seen")
        if event.position < 1:
            outcome.wrong("an event has no position")


def forks(place: Place, size: Size) -> Outcome:
    """Fork a process that has used its store; parent and children go on with it."""
    outcome, url = Outcome("forks", place.name), place.fresh()
    with opened(url) as store:
        store.attach(LAMP)
        made = Happenings(3, 20).some(200)
        store.add(SHOP.id, made[:100], recorded_at=NOW)
        stream = store.histories(SHOP.id)
        next(stream)
        crowd = Crowd(place.folder)
        for number in range(size.processes):
            part = made[number :: size.processes]
            crowd.start(lambda part=part: _after_fork(store, part))
        store.add(SHOP.id, made[100:], recorded_at=NOW)
        reports = crowd.over()
        list(stream)
        for report in reports:
            if "error" in report:
                outcome.wrong(report["error"])
            else:
                outcome.did.update(report)
        oracle = MemoryStore()
        oracle.attach(LAMP)
        oracle.add(SHOP.id, made, recorded_at=NOW)
        outcome.count("forks", size.processes)
        outcome.alike("state", told(store, SHOP.id), told(oracle, SHOP.id))
    return outcome.over()


def _after_fork(store: Store, part: list[Interaction]) -> dict[str, int]:
    added = store.add(SHOP.id, part, recorded_at=NOW)
    assert added.accepted + added.known == len(part)
    return {"read after a fork": sum(1 for _ in store.histories(SHOP.id))}
