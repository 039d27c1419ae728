"""A load: batch after batch into a store, marked so that it can go on where it was cut off.

The mark of a batch says how many items are done with, what they were (a digest), and how long
the journal of problems was then. It is kept in the transaction of the *next* batch: which
interactions a batch refuses is known when its transaction is over, and they must be on disk
before the mark says so. A load that goes on therefore sends one batch again, most of which is
known. Without a file of problems, the mark stays before the first batch with a refusal.

When a load is over its mark is set to nothing: loading the same source again is an ordinary
load, which finds everything known, tries again what was refused, and lists every problem.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from os import PathLike
from typing import Any

from attrs import define, field

from crmkit.adapters.importers.problems_file import ProblemsFile
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Mark
from crmkit.domain.ports import Store
from crmkit.domain.problems import RowProblem
from crmkit.domain.times import Clock
from crmkit.loading.found import Found
from crmkit.loading.reading import Digest, once_only, told
from crmkit.loading.report import LoadReport, Progress

#: Items kept in one transaction. Each batch links the returns of its customers anew, so few
#: large batches cost less than many small ones.
BATCH = 10_000

_Item = Interaction | RowProblem


def load(
    store: Store,
    shop_id: str,
    items: Iterable[Interaction | RowProblem],
    *,
    clock: Clock,
    progress: Callable[[Progress], Any] | None = None,
    batch: int = BATCH,
    resume_as: str | None = None,
    problems: str | PathLike[str] | None = None,
) -> LoadReport:
    """Keep everything in ``items`` that can be kept, and say what became of the rest.

    Args:
        store: Where to keep it.
        shop_id: An attached shop.
        items: Interactions and problems, as importers yield them.
        clock: Tells when the shop learnt of them.
        progress: Called every few hundred items, and at the end.
        batch: Items per transaction, 1 or more.
        resume_as: The name of the load, under which it goes on where it was cut off.
        problems: The file for what cannot be kept; without one the report holds it all.

    Raises:
        InvalidValueError: ``problems`` names another file; or ``items`` can be read once only
            and are not those that the load was cut off in.
        StoreError: The file cannot be written.
    """
    if batch < 1:
        raise InvalidValueError("batch", batch, "must be 1 or more")
    if problems is None:
        return _Load(store, shop_id, clock, batch, resume_as, Found()).run(items, progress)
    with ProblemsFile(problems) as file:
        return _Load(store, shop_id, clock, batch, resume_as, Found(file)).run(items, progress)


@define
class _Load:
    """One load under way.

    Attributes:
        store, shop_id, clock, batch, name: As given to ``load``.
        found: The problems.
        digest: Of the items that are done with, where the load has a name.
        accepted, known, skipped, position: Counts so far.
    """

    store: Store
    shop_id: str
    clock: Clock
    batch: int
    name: str | None
    found: Found
    digest: Digest | None = None
    accepted: int = 0
    known: int = 0
    skipped: int = 0
    position: int = 0
    _mark: Mark | None = field(default=None, init=False)

    def run(self, items: Iterable[_Item], progress: Callable[[Progress], Any] | None) -> LoadReport:
        """Load everything."""
        stream = self._resumed(items, progress) or self._anew(items, progress)
        self._advance()
        while chunk := list(islice(stream, self.batch)):
            self._keep(chunk)
            self._advance()
        file = self.found.file
        some = file is not None and file.finish()
        self._forget_the_mark()
        return LoadReport(
            accepted=self.accepted,
            known=self.known,
            problems=tuple(self.found.kept),
            rows=getattr(items, "rows", None),
            skipped=self.skipped,
            problems_file=file.path if file is not None and some else None,
            counted=self.found.counted(),
        )

    def _keep(self, chunk: Sequence[_Item]) -> None:
        interactions: list[Interaction] = []
        for item in chunk:
            if self.digest is not None:
                self.digest.read(item)
            if isinstance(item, RowProblem):
                self.found.add(item)
            else:
                interactions.append(item)
        if interactions or self._mark is not None:
            self._send(interactions)
        self.position += len(chunk)

    def _send(self, interactions: Sequence[Interaction]) -> None:
        marked: dict[str, Any] = {} if self._mark is None else {"mark": self._mark}
        added = self.store.add(
            self.shop_id, interactions, recorded_at=self.clock(), refuse=True, **marked
        )
        self.accepted += added.accepted
        self.known += added.known
        for refusal in added.refused:
            self.found.refuse(refusal)

    def _advance(self) -> None:
        """Let the next transaction say that all so far is done with."""
        if self.name is None or self.digest is None or self.found.held:
            return
        seal = self.digest.text()
        if self.found.file is not None:
            seal = f"{seal}.{self.found.file.keep()}"
        self._mark = Mark(name=self.name, position=self.position, seal=seal)

    def _forget_the_mark(self) -> None:
        if self.name is not None:
            self._mark = Mark(name=self.name, position=0)
            self._send([])

    def _anew(
        self, items: Iterable[_Item], progress: Callable[[Progress], Any] | None
    ) -> Iterator[_Item]:
        """All items, from the first one on."""
        self.found.clear()
        self.digest = None if self.name is None else Digest()
        if self.found.file is not None:
            self.found.file.start(getattr(getattr(items, "columns", None), "names", ()))
        return told(items, progress)

    def _resumed(
        self, items: Iterable[_Item], progress: Callable[[Progress], Any] | None
    ) -> Iterator[_Item] | None:
        """The items that are not done with; None where none of them are, or it cannot be told."""
        mark = None if self.name is None else self.store.mark(self.shop_id, self.name)
        if mark is None or not mark.position:
            return None
        seal, _, state = mark.seal.partition(".")
        if not self._problems_again(state):
            return None
        stream = told(items, progress)
        if self._pass_over(stream, mark.position) != seal:
            if once_only(items):
                raise InvalidValueError(
                    "items",
                    type(items).__name__,
                    f"must begin with what the load {mark.name!r} was cut off in",
                    "hand in what can be read twice (a list, a log), or give it another name",
                )
            return None
        self.position = self.skipped = mark.position
        return stream

    def _problems_again(self, state: str) -> bool:
        """Take up the problems found before; return whether they are there as they were."""
        file = self.found.file
        if file is None:
            return not state
        if not file.resume(state):
            return False
        for problem in file.problems():
            self.found.count(problem)
        return True

    def _pass_over(self, stream: Iterator[_Item], position: int) -> str:
        """Read what is done with and return its digest; without a file, take its problems."""
        self.digest = Digest()
        count = 0
        for item in islice(stream, position):
            count += 1
            self.digest.read(item)
            if self.found.file is None and isinstance(item, RowProblem):
                self.found.count(item)
        return self.digest.text() if count == position else ""
