"""Of the customers who came in a period, how many are there k periods later?

    classic     bought in period k after their first
    rolling     bought in period k or later: the last cells are too low, for the rest is to come
    survival    not lost by the end of period k (Kaplan-Meier; who is lost the caller says)

Periods are those of the calendar: a customer whose first day is 31 January is in period 1 on
1 February. A period that is not over has no figure (None, never 0), nor has the newest cohort
while people still join it. Records that begin late make old customers look like a big first
cohort: leave out those who were there before.

A row over several cohorts (all of them, or all of a label) is Σ active / Σ customers over
those that reached period k; as k grows it is made of older cohorts alone, so it may rise. A
curve that flattens shows that the faithful remain, not that anybody became more faithful.
Revenue is what was booked, not a sample: it has no interval. What a customer has brought by
period k is added up over the periods, each with those who reached it.

Sources:
    Practice; shares with Wilson (1927) intervals; survival: Kaplan and Meier (1958).
    Fader, P. S., Hardie, B. G. S. (2010). Customer-base valuation in a contractual setting:
    the perils of ignoring heterogeneity. Marketing Science 29(1), 85-93: why the curves rise.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any, get_args

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.kpis.calendar_periods import (
    Every,
    checked_day,
    checked_every,
    first_day,
    last_over,
    name_of,
    place_of,
)
from crmkit.metrics.kpis.cohort_lives import History, Life, lives_of
from crmkit.metrics.kpis.cohort_rows import Cohort, CohortCell, CohortKind, cohort_of

__all__ = ["Cohorts", "cohorts"]

_SHOWN_ROWS, _SHOWN_PERIODS = 24, 12


@frozen(kw_only=True)
class Cohorts(Shown):
    """Cohorts of customers, period by period.

    Attributes:
        rows: One for each cohort: by time, oldest first, or by label.
        overall: All of them as one row.
        kind: What being there means.
        period: The kind of period.
        until: The last day that counts.
        customers: Customers in the cohorts.
        unit: The unit of revenue, for people.
        notes: What was left out, and what the reader must know.
    """

    rows: tuple[Cohort, ...]
    overall: Cohort
    kind: CohortKind
    period: Every
    until: date
    customers: int
    unit: str
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[CohortCell | None, ...]:
        """The cells of ``overall``: the curve of the whole base."""
        return self.overall.cells

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row for each cohort and period, ready for a heat map.

        The figures of a period that is not over are None. ``overall`` is not among them.
        """
        return [line for row in self.rows for line in row.to_rows()]

    def brief(self) -> str:
        """Return in a line what this is."""
        return (
            f"{self.customers:,} customers in {len(self.rows):,} cohorts by {self.period}, "
            f"{self.kind} retention until {self.until}"
        )

    def sheet(self) -> Sheet:
        """Return the shares as they are shown: the newest cohorts, their first periods."""
        shown = (*self.rows[-_SHOWN_ROWS:], self.overall)
        hidden = len(self.rows) - len(shown) + 1
        more = (f"{hidden} older cohorts are not shown",) if hidden else ()
        return Sheet(
            title=self.brief(),
            rows=tuple((row.label, row.told(_SHOWN_PERIODS)) for row in shown),
            notes=(*more, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how the shares came about."""
        last = next((cell for cell in reversed(self.cells) if cell is not None), None)
        parts = [] if last is None else [last.share.explain("cohort_retention")]
        if last is not None and last.cumulative is not None:
            told = f"{last.cumulative:,.2f} {self.unit} in periods 0 to {last.period}"
            parts.append(explained("cohort_revenue", told))
        return explained(
            "cohorts",
            self.brief(),
            inputs={"customers": self.customers, "cohorts": len(self.rows), "kind": self.kind},
            left_out=self.notes,
            parts=parts,
        )


def cohorts(
    histories: Iterable[History],
    *,
    until: date,
    period: Every = "month",
    kind: CohortKind = "classic",
    by: Iterable[str | None] | None = None,
    lost: Iterable[date | None] | None = None,
    unit: str = "money",
) -> Cohorts:
    """Cohort retention, and revenue where spend is given.

    Args:
        histories: One per customer: a ``CustomerSummary``, the days on which they bought, or
            a mapping of those days to what they spent. Who bought nothing is in no cohort.
        until: The last day that counts; what is later is ignored.
        period: "week" (from Monday), "month", "quarter" or "year".
        kind: "classic", "rolling" or "survival".
        by: A label for each customer (their channel, say): cohorts are then the labels, each
            over all times; None is unknown, and left out.
        lost: The day on which each customer was lost for the first time, None for those who
            were not; for survival, and for that alone.
        unit: The unit of spend, for people.

    Returns:
        The cohorts. Without customers there is no row, and ``overall`` has no cell.

    Raises:
        InvalidValueError: A day that is no date, a loss before the first day, another period
            or kind, or lists of unequal length; the error names the index.

    Source:
        Practice; Wilson (1927); Kaplan and Meier (1958) for survival.

    >>> from datetime import date
    >>> ann, bob = [date(2026, 1, 31), date(2026, 2, 1)], [date(2026, 1, 2)]
    >>> [cell.share.value for cell in cohorts([ann, bob], until=date(2026, 2, 28)).cells]
    [1.0, 0.5]
    """
    every, day = checked_every(period), checked_day(until, "until")
    _check_kind(kind, lost)
    found = lives_of(histories, every=every, until=day, by=by, lost=lost)
    over = last_over(day, every)
    wide = max((over - life.start + 1 for life in found.lives), default=0)
    make = partial(cohort_of, kind=kind, over=over, wide=max(0, wide))
    groups = defaultdict[tuple[int, str], list[Life]](list)
    for life in found.lives:
        groups[(life.start, "") if life.label is None else (0, life.label)].append(life)
    return Cohorts(
        rows=tuple(
            make(groups[place, label], label=label, start=None)
            if by is not None
            else make(
                groups[place, label], label=name_of(place, every), start=first_day(place, every)
            )
            for place, label in sorted(groups)
        ),
        overall=make(found.lives, label="all", start=None),
        kind=kind,
        period=every,
        until=day,
        customers=len(found.lives),
        unit=unit,
        notes=(*found.notes, *_notes(len(found.lives), day, every, kind)),
    )


def _check_kind(kind: str, lost: object) -> None:
    if kind not in get_args(CohortKind):
        raise InvalidValueError("kind", kind, "must be classic, rolling or survival")
    if kind == "survival" and lost is None:
        raise InvalidValueError("lost", None, "must say who was lost when, for survival")
    if kind != "survival" and lost is not None:
        raise InvalidValueError("lost", "days", f"counts for survival, not for {kind} retention")


def _notes(customers: int, until: date, every: Every, kind: str) -> Iterator[str]:
    now = place_of(until, every)
    if not customers:
        yield "no customers"
    if now > last_over(until, every):
        yield f"the {every} {name_of(now, every)} is not over: it has no figures"
    if kind == "rolling" and customers:
        yield "the last periods of a row are too low: who comes back later is not seen yet"
