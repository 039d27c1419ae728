"""One category of complaint as a cause of loss, and all of them, ranked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.money import Money
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.loss.complaint_category import ComplaintCategory
from crmkit.metrics.loss.hazard_ratio import HazardRatio
from crmkit.metrics.named_parts import part_named

__all__ = ["CauseOfLoss", "ComplaintLosses"]

#: What a reader must know before acting on it.
CAUTIONS = (
    "an association is no proof of a cause: who was about to leave may complain more readily",
    "a case may be closed unresolved because the customer had left already",
    "who buys rarely may be taken for lost, which pulls every ratio towards 1",
)


@frozen(kw_only=True)
class CauseOfLoss(Shown):
    """One category of complaint, and who left after it.

    Attributes:
        complaints: How many there were, how grave, how well dealt with.
        hazard: The hazard of leaving after an occasion with such a complaint, by that of
            occasions with none, other complaints being equal.
        resolved: The same for those that were resolved: what service recovery leaves of it.
        unresolved: The same for those that were not, open ones among them.
        excess: Leavings after such a complaint beyond those to be expected without it.
        lost: Customers who left after such a complaint and have not come back.
        revenue_lost: What those spent in a year of their relationship.
        undecided: Occasions with such a complaint after which nobody can tell yet.
    """

    complaints: ComplaintCategory
    hazard: HazardRatio
    resolved: HazardRatio
    unresolved: HazardRatio
    excess: Estimate
    lost: int
    revenue_lost: Money
    undecided: int

    @property
    def category(self) -> str:
        """The shop's own class of the cause."""
        return self.complaints.category

    def brief(self) -> str:
        """Return in a line how much it matters."""
        return f"{self.category}: hazard of leaving {self.hazard.ratio}"

    def sheet(self) -> Sheet:
        """Return the cause as it is shown."""
        rows = (
            ("complaints", f"{self.complaints.complaints:,}"),
            ("severity", self.complaints.severity),
            ("resolved", self.complaints.resolved),
            ("hazard if resolved", self.resolved.ratio),
            ("hazard if not", self.unresolved.ratio),
            ("leavings", f"{self.hazard.leavings:,} after {self.hazard.time:,.0f} occasions"),
            ("in excess", self.excess),
            ("customers lost", f"{self.lost:,}, who spent {self.revenue_lost} a year"),
            ("not known yet", f"{self.undecided:,} occasions"),
        )
        return Sheet(title=self.brief(), rows=rows, notes=self.hazard.ratio.notes)

    def explain(self) -> Explanation:
        """Return how the figures came about."""
        left_out = (f"{self.undecided:,} occasions whose outcome is not known yet",)
        return explained(
            "complaint_losses",
            self.brief(),
            inputs={"complaints": self.complaints.complaints, "customers lost": self.lost},
            left_out=left_out if self.undecided else (),
            parts=(
                self.complaints.explain(),
                self.hazard.explain(),
                self.resolved.explain(),
                self.unresolved.explain(),
                self.excess.explain("excess_losses"),
            ),
            called=self.category,
        )


@frozen(kw_only=True)
class ComplaintLosses(Shown):
    """What customers complained of, by how much it goes with losing them.

    Attributes:
        as_of: The day judged at.
        causes: The categories: first those whose whole interval lies above 1, by the leavings
            in excess; then the others likewise; last those without a ratio.
        resolved: The hazard after an occasion all of whose complaints were resolved.
        unresolved: The hazard after one with a complaint that was not.
        occasions: Occasions whose outcome is known.
        leavings: How many of them a customer left after.
        undecided: Occasions whose outcome is not known yet, left out.
        notes: What was left out, and what the reader must know.
    """

    as_of: date
    causes: tuple[CauseOfLoss, ...]
    resolved: HazardRatio
    unresolved: HazardRatio
    occasions: int
    leavings: int
    undecided: int
    notes: tuple[str, ...] = ()

    def __getitem__(self, category: str) -> CauseOfLoss:
        """Return the cause of a category.

        Raises:
            InvalidValueError: Nobody complained of it.
        """
        return part_named({one.category: one for one in self.causes}, category, "category")

    @property
    def drivers(self) -> Mapping[str, Estimate]:
        """The leavings in excess by category, in rank order: what ``actions`` takes.

        Categories after which fewer left than else are no drivers, and not among them.
        """
        return {
            one.category: one.excess
            for one in self.causes
            if one.excess.value is None or one.excess.value > 0
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the causes as flat rows, in rank order."""
        return [
            {
                "category": one.category,
                "complaints": one.complaints.complaints,
                "severity": one.complaints.severity.value,
                "resolved": one.complaints.resolved.value,
                "hazard_ratio": one.hazard.ratio.value,
                "hazard_low": one.hazard.ratio.low,
                "hazard_high": one.hazard.ratio.high,
                "excess": one.excess.value,
                "lost": one.lost,
                "revenue_lost": one.revenue_lost.amount,
            }
            for one in self.causes
        ]

    def brief(self) -> str:
        """Return in a line what there was."""
        return f"{self.leavings:,} leavings after {self.occasions:,} occasions by {self.as_of}"

    def sheet(self) -> Sheet:
        """Return the causes as they are shown."""
        rows = (
            *((one.category, one.hazard.ratio) for one in self.causes),
            ("any, resolved", self.resolved.ratio),
            ("any, unresolved", self.unresolved.ratio),
        )
        return Sheet(title=self.brief(), rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the ranking came about."""
        return explained(
            "complaint_losses",
            self.brief(),
            inputs={"occasions": self.occasions, "leavings": self.leavings},
            left_out=self.notes,
            parts=(
                *(one.explain() for one in self.causes),
                self.resolved.explain(),
                self.unresolved.explain(),
            ),
        )
