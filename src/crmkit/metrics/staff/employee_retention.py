"""How many of the staff stay over a period, and how many go.

The counting is that of ``customer_kpis``, with staff in the place of customers: here there are
only names for it, and no figure of a group of fewer than five. How long staff stay, with those
still there taken into account, is ``kaplan_meier`` of their years with the firm.

Assumptions: ids name people. Who was hired and left within the period counts among all who left,
not among those of the opening staff who did.

    figure          of customers        here
    retention       retention           still there ÷ opening staff
    leaving rate    churn               left of the opening staff ÷ opening staff
    turnover        churn_on_average    all who left ÷ mean of opening and closing staff
    hiring rate     new_rate            hired ÷ opening staff

Source: counting; Wilson (1927) for the shares.
"""

from collections.abc import Iterable

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.kpis.customer_kpis import customer_kpis
from crmkit.metrics.kpis.standing import Standing
from crmkit.metrics.staff.protected_groups import LEAST, guarded

__all__ = ["EmployeeRetention", "employee_retention"]


@frozen(kw_only=True)
class EmployeeRetention(Shown):
    """Staff who stayed, left and came.

    Attributes:
        retention: Share of the opening staff who are still there at the end.
        leaving_rate: Share of the opening staff who left.
        turnover: All who left over the mean of opening and closing staff; may exceed 1.
        hiring_rate: Hired over the opening staff; may exceed 1.
        notes: What is only partly counted.
    """

    retention: Estimate
    leaving_rate: Estimate
    turnover: Estimate
    hiring_rate: Estimate
    notes: tuple[str, ...] = ()

    def figures(self) -> dict[str, Estimate]:
        """Return the rates, by name."""
        return {
            "employee retention": self.retention,
            "employee leaving rate": self.leaving_rate,
            "employee turnover": self.turnover,
            "hiring rate": self.hiring_rate,
        }

    def sheet(self) -> Sheet:
        """Return the rates as they are shown."""
        rows, reasons = side_by_side(self.figures())
        return Sheet(
            title=f"Employee retention: {self.retention.told}",
            rows=rows,
            notes=(*reasons, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how the rates came about."""
        return explained(
            "employee_rates",
            self.retention.told,
            left_out=self.notes,
            parts=(one.explain(name.replace(" ", "_")) for name, one in self.figures().items()),
        )


def employee_retention(
    *,
    opening: Iterable[str],
    hired: Iterable[str] = (),
    left: Iterable[str] = (),
    least: int = LEAST,
) -> EmployeeRetention:
    """Retention and turnover of staff over a period.

    Args:
        opening: The ids of those who were there when it began.
        hired: The ids of those who came within it.
        left: The ids of those who went within it, be they of the opening staff or hired.
        least: The fewest people of whom a figure is shown, 5 or more.

    Returns:
        Shares of the opening staff with Wilson intervals, and rates with those of a count. All
        are undefined where the opening staff are fewer than ``least``.

    Raises:
        InvalidValueError: An id twice in one list, hired though there already, or left without
            having been there; a least below 5.

    Source:
        Counting; Wilson (1927).

    >>> found = employee_retention(opening="abcdefgh", hired="xy", left="ax")
    >>> found.retention.value, found.turnover.value
    (0.875, 0.25)
    """
    there = _distinct("opening", opening)
    came, gone = _distinct("hired", hired), _distinct("left", left)
    for name, strangers, rule in (
        ("hired", came & there, "must not have been there when the period began"),
        ("left", gone - there - came, "must have been there, or hired"),
    ):
        if strangers:
            raise InvalidValueError(name, min(strangers), rule)
    found = customer_kpis(
        Standing(
            customer_id=one,
            opening=one in there,
            joined=None if one in there else "new",
            left=one in gone,
        )
        for one in sorted(there | came)
    )
    rates = (found.retention, found.churn, found.churn_on_average, found.new_rate)
    retention, leaving, turnover, hiring = (
        guarded(one, people=len(there), least=least, low=0, high=high)
        for one, high in zip(rates, (1, 1, None, None), strict=True)
    )
    return EmployeeRetention(
        retention=retention,
        leaving_rate=leaving,
        turnover=turnover,
        hiring_rate=hiring,
        notes=_passing(len(came & gone)) if len(there) >= least else (),
    )


def _passing(people: int) -> tuple[str, ...]:
    told = f"{people:,} hired and left within the period: in turnover, not in the leaving rate"
    return (told,) if people else ()


def _distinct(name: str, ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise InvalidValueError(name, one, "must be given once")
        seen.add(one)
    return seen
