"""Many processes and many threads at one database: nothing lost, nothing twice, nobody locked out.

Writers send overlapping parts of one set of interactions, shuffled, in batches of any size;
some of it contradicts what another sends. Readers stream and look at cards meanwhile.
"""

import json
import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import attrs

from crmkit import CustomerBase
from crmkit.adapters.stores.kit.schema import INTERACTIONS
from crmkit.adapters.stores.memory import MemoryStore
from crmkit.adapters.wire import from_kept, to_json
from crmkit.domain.customer import is_guest
from crmkit.domain.errors import InvalidValueError, StoreConflictError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Store
from crmkit.testing import FakeClock
from trials.a_shop import KEY, LAMP, NOW, SHOP, Happenings, in_conflict, merges, records
from trials.chances import drawing
from trials.outcome import Outcome
from trials.places import Place, opened
from trials.sizes import Size
from trials.states import told

_Key = tuple[str, str, int]


def key(one: Interaction) -> _Key:
    """Return what is kept once."""
    return one.source, one.id, one.revision


@attrs.define
class Crowd:
    """Processes that are forked, and what each reports."""

    folder: Path
    children: list[int] = attrs.field(factory=list)

    def start(self, work: Callable[[], dict[str, int]]) -> None:
        """Fork; the child works and writes what it did, or its error."""
        path = self.folder / f"child-{len(self.children)}.json"
        child = os.fork()
        if child:
            self.children.append(child)
            return
        try:
            report: dict[str, Any] = work()
        except BaseException:  # noqa: BLE001 -- the parent shows it
            report = {"error": traceback.format_exc()[-1500:]}
        path.write_text(json.dumps(report))
        os._exit(0)

    def over(self) -> list[dict[str, Any]]:
        """Wait for all and return their reports."""
        for child in self.children:
            os.waitpid(child, 0)
        paths = [self.folder / f"child-{number}.json" for number in range(len(self.children))]
        self.children = []
        return [json.loads(path.read_text()) for path in paths]


def _parts(interactions: list[Interaction], chance: Random) -> list[list[Interaction]]:
    """Batches of any size."""
    parts = []
    while interactions:
        size = chance.choice((1, 7, 20, 50, 100, 300, 1500))
        parts.append(interactions[:size])
        interactions = interactions[size:]
    return parts


def _write(url: str, mine: list[Interaction], seed: int) -> dict[str, int]:
    """Send everything; what is refused as a whole is sent again with refusals as values."""
    chance, did = drawing(seed), {"accepted": 0, "known": 0, "refused": 0, "calls": 0}
    with opened(url) as store:
        store.attach(LAMP)
        for batch in _parts(mine, chance):
            refuse = chance.random() < 0.5
            try:
                added = store.add(SHOP.id, batch, recorded_at=NOW, refuse=refuse)
            except StoreConflictError:
                added = store.add(SHOP.id, batch, recorded_at=NOW, refuse=True)
            did["accepted"] += added.accepted
            did["known"] += added.known
            did["refused"] += len(added.refused)
            did["calls"] += 1
    return did


def _merge(url: str, customers: int) -> dict[str, int]:
    """Merge and put records meanwhile."""
    lines, people = merges(customers), records(customers)
    with opened(url) as store:
        store.attach(LAMP)
        for line in lines:
            store.put_alias(SHOP.id, line)
            time.sleep(0.005)
        for record in people:
            store.put_customer(SHOP.id, record, recorded_at=NOW)
    return {"merges and records": len(lines) + len(people)}


def _read(url: str, until: Path, most_cards: int) -> dict[str, int]:
    """Stream histories and look at cards until told to stop."""
    streams = cards = 0
    with opened(url) as store, _base(store) as base:
        while not (streams and until.exists()):
            last = known = ""
            for who, history in store.histories(SHOP.id):
                assert who > last, "the stream is out of order"
                keys = [(one.at, one.source, one.id) for one in history]
                assert keys == sorted(set(keys)), "a history is out of order, or has one twice"
                last = who
                known = known if is_guest(who) else who
            streams += 1
            if known and cards < most_cards:
                cards += _card(base, known)
    return {"streams read": streams, "cards read": cards}


def _base(store: Store) -> CustomerBase:
    return CustomerBase.open(store, shop=SHOP, clock=FakeClock(NOW), erasure_key=KEY)


def _card(base: CustomerBase, who: str) -> int:
    try:
        str(base.card(who))
    except InvalidValueError:
        return 0  # merged, or a guest
    return 1


def _kept(store: Any) -> list[Interaction]:
    """Every revision that a store of tables keeps, as it came."""
    with store._database.reading() as tables:
        texts = tables.read(INTERACTIONS, ("payload",), {"shop_id": SHOP.id})
    return [from_kept(text) for (text,) in texts]


def _expected(kept: list[Interaction], customers: int) -> dict[str, Any]:
    """What a memory store says of the same, merged and named likewise."""
    oracle = MemoryStore()
    oracle.attach(LAMP)
    oracle.add(SHOP.id, kept, recorded_at=NOW)
    for line in merges(customers):
        oracle.put_alias(SHOP.id, line)
    for record in records(customers):
        oracle.put_customer(SHOP.id, record, recorded_at=NOW)
    return told(oracle, SHOP.id)


def processes(place: Place, size: Size, seed: int = 7) -> Outcome:
    """Let processes write overlapping interactions into one new database, others read."""
    outcome = Outcome("processes", place.name)
    chance, url, customers = drawing(seed), place.fresh(), max(30, size.each // 12)
    pool = Happenings(seed, customers).some(size.each * 8 // 5)
    against = [in_conflict(one) for one in chance.sample(pool, len(pool) // 50)]
    crowd, stop = Crowd(place.folder), place.folder / "stop"
    sent: list[Interaction] = []
    for number in range(size.processes):
        mine = chance.sample([*pool, *against], size.each)
        sent += mine
        crowd.start(lambda mine=mine, number=number: _write(url, mine, seed + number))
    crowd.start(lambda: _merge(url, customers))
    readers = Crowd(_made(place.folder / "readers"))
    for cards in (size.rounds, 0):
        readers.start(lambda cards=cards: _read(url, stop, cards))
    reports = crowd.over()
    stop.touch()
    reports += readers.over()
    for report in reports:
        if "error" in report:
            outcome.wrong(report["error"])
        else:
            outcome.did.update(report)
    _compare(outcome, url, sent, customers)
    place.drop(url)
    return outcome.over()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _compare(outcome: Outcome, url: str, sent: list[Interaction], customers: int) -> None:
    """Check that everything is kept once, and read as a memory store reads it."""
    texts = {to_json(one) for one in sent}
    with opened(url) as store:
        store.attach(LAMP)
        kept = _kept(store)
        outcome.alike("ids", sorted(map(key, kept)), sorted({key(one) for one in sent}))
        outcome.alike("accepted once", outcome.did["accepted"], len(kept))
        for one in kept:
            if to_json(one) not in texts:
                outcome.wrong(f"kept what nobody sent: {key(one)}")
        outcome.alike("state", told(store, SHOP.id), _expected(kept, customers))
