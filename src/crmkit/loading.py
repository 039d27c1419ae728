"""Loading: a stream of interactions and row problems into a store, batch by batch.

Nothing is lost: every item is accepted, known already, or a problem with its reason. A batch
is kept as a whole, so a load that was cut off is simply started again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import Interaction
from crmkit.domain.ports import Refusal, Store
from crmkit.domain.problems import RowProblem
from crmkit.domain.times import Clock

#: Interactions kept in one transaction. Each batch links the returns of its customers anew,
#: so few large batches cost less than many small ones.
BATCH = 10_000
#: Interactions between two reports of progress.
_TICK = 500


@frozen
class Progress:
    """How far a load has come.

    Attributes:
        rows: Rows of the source read so far; where it has none, items.
        total: Rows there are, if the source knows.
    """

    rows: int
    total: int | None

    def __str__(self) -> str:
        return f"{self.rows:,} rows" + (f" of {self.total:,}" if self.total else "")


@frozen(kw_only=True)
class LoadReport:
    """What became of everything that was handed in.

    Attributes:
        accepted: Interactions kept now.
        known: Interactions kept before, with the same content.
        problems: Rows and interactions that were not kept, with field, value and reason.
        rows: Rows of the source that were read, if it counts them.
    """

    accepted: int
    known: int
    problems: tuple[RowProblem, ...] = field(repr=False)
    rows: int | None = None

    def reasons(self) -> list[tuple[str, str, int]]:
        """Return (field, reason, how many problems), the most frequent first."""
        counted = Counter((problem.field, problem.reason) for problem in self.problems)
        return [(name, reason, count) for (name, reason), count in counted.most_common()]

    def __str__(self) -> str:
        rows = "" if self.rows is None else f"{self.rows:,} rows: "
        return (
            f"{rows}{self.accepted:,} interactions accepted, {self.known:,} known already, "
            f"{len(self.problems):,} problems"
        )


def _problem(refusal: Refusal) -> RowProblem:
    error, refused = refusal.error, refusal.interaction
    name = error.field if isinstance(error, InvalidValueError) else "id"
    return RowProblem(None, name, f"{refused.source}/{refused.id}", str(error))


def _sorted_out(
    items: Iterable[Interaction | RowProblem],
    problems: list[RowProblem],
    progress: Callable[[Progress], Any] | None,
) -> Iterator[Interaction]:
    """Yield the interactions and put the problems aside, reporting progress on the way."""
    done = 0
    for item in items:
        if isinstance(item, RowProblem):
            problems.append(item)
            continue
        done += 1
        if progress is not None and done % _TICK == 0:
            progress(_progress(items, done))
        yield item
    if progress is not None:
        progress(_progress(items, done))


def _progress(items: Iterable[Any], done: int) -> Progress:
    return Progress(getattr(items, "rows", done), getattr(items, "total_rows", None))


def load(
    store: Store,
    shop_id: str,
    items: Iterable[Interaction | RowProblem],
    *,
    clock: Clock,
    progress: Callable[[Progress], Any] | None = None,
    batch: int = BATCH,
) -> LoadReport:
    """Keep everything in ``items`` that can be kept, and say what became of the rest.

    Args:
        store: Where to keep it.
        shop_id: An attached shop.
        items: Interactions and problems, as importers yield them.
        clock: Tells when the shop learnt of them.
        progress: Called every few hundred interactions, and at the end.
        batch: Interactions per transaction.
    """
    problems: list[RowProblem] = []
    accepted = known = 0
    stream = _sorted_out(items, problems, progress)
    while chunk := list(islice(stream, batch)):
        added = store.add(shop_id, chunk, recorded_at=clock(), refuse=True)
        accepted, known = accepted + added.accepted, known + added.known
        problems.extend(map(_problem, added.refused))
    return LoadReport(
        accepted=accepted,
        known=known,
        problems=tuple(problems),
        rows=getattr(items, "rows", None),
    )
