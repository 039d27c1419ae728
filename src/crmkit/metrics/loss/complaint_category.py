"""Complaints by category: how many, how grave, how quickly and how well dealt with.

Shares are of what is known: a complaint still open is neither resolved nor unresolved, and
its time to close is longer than so far, which the median takes into account (censoring). A
note says how many are open.

Sources:
    Wilson (1927) for the shares; Kaplan and Meier (1958) for the median time to close.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import day_number
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate, share_estimate
from crmkit.metrics.kpis.kaplan_meier import kaplan_meier
from crmkit.metrics.loss.complaint_history import Complaint

__all__ = ["ComplaintCategory", "complaints_by_category"]


@frozen(kw_only=True)
class ComplaintCategory(Shown):
    """The complaints of one category.

    Attributes:
        category: The shop's own class of their cause.
        complaints: How many there are.
        customers: Who made them.
        still_open: How many are open.
        reopened: How many were opened again.
        repeated: Complaints that equal an earlier one in everything; counted all the same.
        resolved: Share, 0 to 1, of closed complaints whose matter was settled.
        recovered: Share, 0 to 1, settled by the day it was due and never reopened.
        closing_days: Median days from opening to closing.
        severity: Mean severity, 1 to 5.
    """

    category: str
    complaints: int
    customers: int
    still_open: int
    reopened: int
    repeated: int
    resolved: Estimate
    recovered: Estimate
    closing_days: Estimate
    severity: Estimate

    def sheet(self) -> Sheet:
        """Return the figures as they are shown."""
        return Sheet(title=self.brief(), rows=tuple(self._figures().items()), notes=self._notes())

    def brief(self) -> str:
        """Return in a line what there was."""
        return f"{self.category}: {self.complaints:,} complaints of {self.customers:,} customers"

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        return explained(
            "complaints_by_category",
            self.brief(),
            inputs={"complaints": self.complaints, "customers": self.customers},
            left_out=self._notes(),
            parts=(
                self.resolved.explain("complaints_resolved"),
                self.recovered.explain("complaints_recovered"),
                self.closing_days.explain("complaint_closing_days"),
                self.severity.explain("complaint_severity"),
            ),
        )

    def _figures(self) -> dict[str, Estimate]:
        return {
            "resolved": self.resolved,
            "resolved in time": self.recovered,
            "days to close": self.closing_days,
            "severity": self.severity,
        }

    def _notes(self) -> tuple[str, ...]:
        told = {
            "still open": self.still_open,
            "opened again": self.reopened,
            "equal to an earlier one in everything": self.repeated,
        }
        return tuple(f"{count:,} {what}" for what, count in told.items() if count)


def complaints_by_category(
    complaints: Iterable[Complaint], *, as_of: date | None = None
) -> Mapping[str, ComplaintCategory]:
    """Sum up complaints, category by category.

    Args:
        complaints: In any order.
        as_of: The day to judge at, up to which open ones are known to be open; by default the
            last day on which anything is known to have been opened or closed.

    Returns:
        By category, the most frequent first.

    Source:
        Wilson (1927); Kaplan and Meier (1958).

    >>> loud = Complaint(customer_id="ann", category="late", opened_day=9, resolved=True)
    >>> complaints_by_category([loud])["late"].resolved.value
    1.0
    """
    sorted_out = defaultdict[str, list[Complaint]](list)
    for one in complaints:
        sorted_out[one.category].append(one)
    every = [one for some in sorted_out.values() for one in some]
    until = _last_known(every) if as_of is None else day_number(as_of)
    ranked = sorted(sorted_out.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {category: _summed(category, some, until) for category, some in ranked}


def _last_known(complaints: Sequence[Complaint]) -> float:
    return max((one.opened_day + (one.days_to_close or 0) for one in complaints), default=0)


def _summed(category: str, some: Sequence[Complaint], until: float) -> ComplaintCategory:
    return ComplaintCategory(
        category=category,
        complaints=len(some),
        customers=len({one.customer_id for one in some}),
        still_open=sum(one.is_open for one in some),
        reopened=sum(one.reopened for one in some),
        repeated=sum(count - 1 for count in Counter(some).values()),
        resolved=_share([one.resolved for one in some], "resolved"),
        recovered=_share([one.recovered for one in some], "resolved in time, for good"),
        closing_days=_closing_days(some, until),
        severity=_severity(some),
    )


def _share(said: Sequence[bool | None], what: str) -> Estimate:
    told = [one for one in said if one is not None]
    unknown = len(said) - len(told)
    notes = (f"{unknown:,} open or unknown left out",) if unknown else ()
    empty = "no closed complaint of which it is known"
    return share_estimate(sum(told), len(told), method=f"share {what}", empty=empty, notes=notes)


def _closing_days(some: Sequence[Complaint], until: float) -> Estimate:
    times = [max(0.0, until - one.opened_day) if one.is_open else one.days_to_close for one in some]
    return kaplan_meier(times, ended=[not one.is_open for one in some]).median


def _severity(some: Sequence[Complaint]) -> Estimate:
    given = [one.severity for one in some if one.severity is not None]
    missing = len(some) - len(given)
    notes = (f"{missing:,} without a severity left out",) if missing else ()
    return mean_estimate(given, unit="on 1 to 5", low=1, high=5, notes=notes)
