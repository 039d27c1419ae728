"""One row of a cohort table: customers of one start, of one label, or all, period by period."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from math import fsum
from typing import Any, Literal

from attrs import frozen

from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import share_estimate
from crmkit.metrics.kpis.cohort_lives import Life
from crmkit.metrics.kpis.kaplan_meier import KaplanMeier, kaplan_meier

__all__ = ["Cohort", "CohortCell", "CohortKind", "cohort_of"]

CohortKind = Literal["classic", "rolling", "survival"]

_METHODS = {
    "classic": "bought in the period over those who reached it",
    "rolling": "bought in the period or later over those who reached it",
}


@frozen(kw_only=True)
class CohortCell:
    """A cohort in one period after its first.

    Attributes:
        period: Which one, 0 the first.
        of: Customers for whom it is over.
        active: Those of them who are there, by the kind of the table.
        share: Active over ``of`` with a Wilson interval; for survival the curve with its own.
        revenue: What those customers spent in it; None where spend is not given.
        revenue_per_customer: The same over ``of``.
        cumulative: The same over all periods up to this one, each with those who reached it.
    """

    period: int
    of: int
    active: int
    share: Estimate
    revenue: float | None
    revenue_per_customer: float | None
    cumulative: float | None


@frozen(kw_only=True)
class Cohort:
    """A row of the table.

    Attributes:
        label: The name of its first period, or the label of its customers.
        start: The first day of that period; None where it has customers of several.
        size: Its customers.
        growing: Those of them whose first period is not over, so that they have no figure.
        cells: One for each period; None where no customer of it has that period over.
    """

    label: str
    start: date | None
    size: int
    growing: int
    cells: tuple[CohortCell | None, ...]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row per period; its figures are None where it is not over."""
        return [
            {
                "cohort": self.label,
                "start": self.start,
                "size": self.size,
                "period": k,
                "of": cell and cell.of,
                "active": cell and cell.active,
                "share": cell and cell.share.value,
                "low": cell and cell.share.low,
                "high": cell and cell.share.high,
                "revenue": cell and cell.revenue,
                "revenue_per_customer": cell and cell.revenue_per_customer,
                "cumulative": cell and cell.cumulative,
            }
            for k, cell in enumerate(self.cells)
        ]

    def told(self, periods: int) -> str:
        """Return size and shares in a line.

        Args:
            periods: How many of the shares at most.
        """
        known = [cell.share.value for cell in self.cells if cell is not None]
        shares = (f"{share:.0%}" for share in known[:periods] if share is not None)
        more = ("…",) if len(known) > periods else ()
        return " ".join([f"{self.size:,}:", *shares, *more]) if known else f"{self.size:,}"


def cohort_of(
    lives: Sequence[Life],
    *,
    label: str,
    start: date | None,
    kind: CohortKind,
    over: int,
    wide: int,
) -> Cohort:
    """Return a row of the table.

    Args:
        lives: Its customers.
        label: What it is called.
        start: The first day of the period that they all came in, if it is one.
        kind: What being there means.
        over: Place of the last period that is over.
        wide: Periods of the table.
    """
    reached = _suffix_sums(Counter(over - life.start for life in lives), wide)
    there = _there(lives, kind, over, wide)
    money = _revenue(lives, over, wide)
    curve = _curve(lives, over) if kind == "survival" else None
    means = [x / n if x is not None and n else None for x, n in zip(money, reached, strict=True)]
    sums = accumulate(means, lambda a, b: None if a is None or b is None else a + b)
    cells = (
        CohortCell(
            period=k,
            of=reached[k],
            active=there[k],
            share=_share(there[k], reached[k], k, kind, curve),
            revenue=money[k],
            revenue_per_customer=means[k],
            cumulative=cumulative,
        )
        if reached[k]
        else None
        for k, cumulative in enumerate(sums)
    )
    return Cohort(
        label=label,
        start=start,
        size=len(lives),
        growing=sum(life.start > over for life in lives),
        cells=tuple(cells),
    )


def _suffix_sums(counts: Counter[int], wide: int) -> list[int]:
    """How many counted periods are k or later, for each k."""
    backwards = accumulate(counts[k] for k in reversed(range(wide)))
    return list(backwards)[::-1]


def _there(lives: Iterable[Life], kind: CohortKind, over: int, wide: int) -> list[int]:
    if kind == "classic":
        counts = Counter(k for life in lives for k in life.active if k <= over - life.start)
        return [counts[k] for k in range(wide)]
    return _suffix_sums(Counter(_stays(life, kind, over - life.start) for life in lives), wide)


def _stays(life: Life, kind: CohortKind, reach: int) -> int:
    """The last period, of those over, in which a customer is there; below 0 if in none."""
    if kind == "rolling":
        return min(reach, max(life.active))
    return reach if life.lost is None else min(reach, life.lost - 1)


def _curve(lives: Iterable[Life], over: int) -> KaplanMeier:
    """Survival by periods; who is lost in a period that is not over is still there."""
    counts = Counter(_spells(lives, over))
    return kaplan_meier(
        [time for time, _ in counts],
        ended=[ended for _, ended in counts],
        weights=counts.values(),
        unit="periods",
    )


def _spells(lives: Iterable[Life], over: int) -> Iterator[tuple[int, bool]]:
    for life in lives:
        reach = over - life.start
        if reach >= 0:
            gone = life.lost is not None and life.lost <= reach
            yield (life.lost if gone and life.lost is not None else reach), gone


def _share(active: int, of: int, k: int, kind: CohortKind, curve: KaplanMeier | None) -> Estimate:
    if curve is not None:
        return curve.at(k)
    return share_estimate(active, of, unit="share", method=_METHODS[kind])


def _revenue(lives: Sequence[Life], over: int, wide: int) -> list[float | None]:
    """What was spent in each period by those for whom it is over."""
    if any(life.spent is None for life in lives):
        return [None] * wide
    amounts: list[list[float]] = [[] for _ in range(wide)]
    for life in lives:
        for k, amount in (life.spent or {}).items():
            if k <= over - life.start:
                amounts[k].append(amount)
    return [fsum(some) for some in amounts]
