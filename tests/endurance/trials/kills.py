"""Loads that are killed, and go on as if nothing had been.

A process loads a source with problems among its rows, merges, puts records, loads on and
forgets somebody. It is killed at a moment drawn over the time it takes, right before a
statement or a commit, or right behind a batch; then it is started again, and now and then
killed again. In the end every row that is kept, and the files of problems, are those of a load
that nobody disturbed.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NoReturn
from unittest.mock import patch

import attrs

from crmkit import CustomerBase
from crmkit.adapters.stores.sql import database, staging
from crmkit.testing import FakeClock
from crmkit.testing.faults import Fault, dying
from trials.a_shop import KEY, NOW, SHOP, Happenings, merges, records, with_problems
from trials.chances import drawing
from trials.outcome import Outcome
from trials.places import Place, opened, store_at
from trials.sizes import Size
from trials.states import rows, told

_CUSTOMERS = 40
_FORGOTTEN = "c3"
_WAYS = {
    "seconds": "at a random moment",
    "at": "right before a statement",
    "commit": "right behind a batch",
}


@attrs.frozen
class _Job:
    """What is loaded: two sources, merges and records between them, and one who is forgotten."""

    first: list[Any]
    second: list[Any]
    batch: int

    @classmethod
    def drawn(cls, seed: int, count: int, batch: int) -> "_Job":
        made = Happenings(seed, _CUSTOMERS).some(count)
        half = count * 3 // 5
        parts = (made[:half], made[half:])
        first, second = (with_problems(part, seed, _FORGOTTEN) for part in parts)
        return cls(first, second, batch)

    @property
    def batches(self) -> int:
        """How many calls that add there are, but for the last of each load."""
        return (len(self.first) + len(self.second)) // self.batch

    def do(self, url: str, folder: Path, at: int = 0, commit: int = 0) -> int:
        """Do it all, or what is left of it; return how many statements that were."""
        store = store_at(url)
        fault, added = Fault(_die, at), Fault(_die, commit)
        store.add = _stepping_behind(store.add, added)
        store._database = dying(store._database, fault)
        with CustomerBase.open(store, shop=SHOP, clock=FakeClock(NOW), erasure_key=KEY) as base:
            self._load(base, "first", self.first, folder)
            self._merge(base)
            self._load(base, "second", self.second, folder)
            if base.store.customer(SHOP.id, _FORGOTTEN) or base.store.history(SHOP.id, _FORGOTTEN):
                base.store.erase(SHOP.id, _FORGOTTEN, erased_at=NOW)
        return fault.steps

    def _load(self, base: CustomerBase, name: str, items: list[Any], folder: Path) -> None:
        path = folder / f"{name}.csv"
        base.load(items, batch=self.batch, resume_as=name, problems=path)

    def _merge(self, base: CustomerBase) -> None:
        done = len(base.store.aliases(SHOP.id))
        for line in merges(_CUSTOMERS)[done:]:
            base.store.put_alias(SHOP.id, line)
        for record in records(_CUSTOMERS):
            if record.id != _FORGOTTEN and base.store.customer(SHOP.id, record.id) is None:
                base.store.put_customer(SHOP.id, record, recorded_at=NOW)


def _stepping_behind(method: Callable[..., Any], fault: Fault) -> Callable[..., Any]:
    """The method, each call of which is a step when it is over."""

    def call(*given: Any, **more: Any) -> Any:
        told_ = method(*given, **more)
        fault.step()
        return told_

    return call


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a process outlived SIGKILL")


def _forked(job: _Job, url: str, folder: Path, **kill: float) -> bool:
    """Do the job in a child; return whether it was killed before it was done.

    Args:
        job: What to do.
        url: Where.
        folder: For the files of problems.
        kill: When: after "seconds", at a statement ("at"), or behind a batch ("commit").
    """
    seconds = kill.pop("seconds", 0)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            job.do(url, folder, **{name: int(number) for name, number in kill.items()})
            status = 0
        finally:
            os._exit(status)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise AssertionError("a load failed by itself; its error is above")
    return False


@attrs.define
class _Kills:
    place: Place
    outcome: Outcome
    job: _Job
    chance: Random
    seconds: float = 0.0
    statements: int = 0

    def undisturbed(self) -> dict[str, Any]:
        """Do the job once and measure it; return what is there then."""
        url, folder = self._new()
        began = time.monotonic()
        self.statements = self.job.do(url, folder)
        self.seconds = time.monotonic() - began
        return self._kept(url, folder)

    def round(self, expected: dict[str, Any], *, again: bool) -> None:
        """Kill, resume, compare."""
        url, folder = self._new()
        killed = 0
        while killed < 1 + again:
            if self._kill(url, folder):
                killed += 1
            elif killed:
                break
            else:
                self.place.drop(url)
                url, folder = self._new()
                self.outcome.count("done before the kill")
        self.job.do(url, folder)
        self.outcome.count("kills", killed)
        self.outcome.count("rounds compared row by row")
        where = f"round {self.outcome.did['rounds compared row by row']}"
        self.outcome.alike(where, self._kept(url, folder), expected)
        self.place.drop(url)

    def _kill(self, url: str, folder: Path) -> bool:
        way = ("commit", "seconds", "at", "seconds")[self.outcome.did["tries"] % 4]
        self.outcome.count("tries")
        if way == "seconds":
            when = self.chance.uniform(0.001, self.seconds)
        else:
            most = self.statements if way == "at" else self.job.batches
            when = self.chance.randint(1, most)
        hit = _forked(self.job, url, folder, **{way: when})
        self.outcome.count(_WAYS[way], hit)
        return hit

    def _new(self) -> tuple[str, Path]:
        url = self.place.fresh()
        folder = self.place.folder / f"problems-{self.outcome.did['databases']}"
        self.outcome.count("databases")
        folder.mkdir()
        return url, folder

    def _kept(self, url: str, folder: Path) -> dict[str, Any]:
        with opened(url) as store:
            said = {f"says {name}": value for name, value in told(store, SHOP.id).items()}
            for name in ("histories", "customers", "aliases", "events", "facts", "links", "found"):
                del said[f"says {name}"]  # the rows say it, pseudonyms apart
            kept = rows(store, SHOP.id)
        files = {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}
        return said | kept | {"files": sorted(files.items())}


def kills(place: Place, size: Size, seed: int = 6) -> Outcome:
    """Kill loads and compare what is there after they went on."""
    outcome = Outcome("kills", place.name)
    job = _Job.drawn(seed, 300 if size.kills < 50 else 1200, 40 if size.kills < 50 else 75)
    trial = _Kills(place, outcome, job, drawing(seed))
    with _few_go_the_way_of_many():
        expected = trial.undisturbed()
        while outcome.did["kills"] < size.kills and not outcome.found:
            trial.round(expected, again=trial.chance.random() < 0.2)
    outcome.count("items in each load", len(job.first) + len(job.second))
    outcome.count("statements in each load", trial.statements)
    return outcome.over()


@contextmanager
def _few_go_the_way_of_many() -> Iterator[None]:
    """Let PostgreSQL move the rows of a small batch in several chunks, as it does large ones."""
    with (
        patch.object(staging, "_MANY", 5),
        patch.object(database, "_CHUNK_OF_SERVERS", 20),
    ):
        yield
