"""Where the customers of a base, or of a segment, stand with the shop."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.relationship_policy import RelationshipLevel
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.states import State
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.profile import Profile

__all__ = ["BaseRelationship", "relationship_of_base"]

_UNKNOWN = "unknown"


@frozen(kw_only=True)
class BaseRelationship(Shown):
    """Where customers stand, and how far the shop goes for them.

    Attributes:
        states: Customers by state, in the order of the lifecycle.
        levels: Customers by relationship level.
        confidence: Mean share, 0 to 1, of the known signs that agree with the state.
        targets: Customers by whether the shop does less than, as much as, or more than the
            target level asks for; "unknown" where their margin is.
        declared: Customers by whether the shop does less, as much, or more than it says; only
            those of whom it says something.
        at_risk: Customers who are slipping away and not yet lost.
        customers: How many there are.
    """

    states: Mapping[State, int] = field(converter=FrozenMapping, hash=False)
    levels: Mapping[RelationshipLevel, int] = field(converter=FrozenMapping, hash=False)
    confidence: Estimate
    targets: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    declared: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    at_risk: int
    customers: int

    def sheet(self) -> Sheet:
        """Return the counts as they are shown."""
        return Sheet(title=f"Relationship of {self.customers:,} customers", rows=self._rows())

    def _rows(self) -> tuple[tuple[str, object], ...]:
        said = (("against what is declared", _counted(self.declared)),) if self.declared else ()
        return (
            ("state", _counted(self.states)),
            ("agreement with the state", self.confidence),
            ("at risk", f"{self.at_risk:,}"),
            ("level", _counted(self.levels)),
            ("against the target", _counted(self.targets)),
            *said,
        )

    def explain(self) -> Explanation:
        """Return how the counts came about."""
        return explained(
            "relationship_of_base",
            f"{self.customers:,} customers",
            inputs={name: str(told) for name, told in self._rows()},
            parts=(self.confidence.explain("state_confidence"),),
        )


_Word = TypeVar("_Word", bound=str)


def _counted(counts: Mapping[_Word, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nobody"


def relationship_of_base(
    profiles: Iterable[Profile], declared: Mapping[str, RelationshipLevel]
) -> BaseRelationship:
    """Return where customers stand.

    Args:
        profiles: The customers, judged.
        declared: The level that the shop says it keeps, by customer id, where it says so.
    """
    people = list(profiles)
    states = Counter(one.state for one in people)
    levels = Counter(one.level for one in people)
    known = [one.state_confidence for one in people if one.state_confidence is not None]
    said = (
        declared[one.customer_id].rank - one.level.rank
        for one in people
        if one.customer_id in declared
    )
    return BaseRelationship(
        states={state: states[state] for state in State},
        levels={level: levels[level] for level in RelationshipLevel},
        confidence=mean_estimate(known, unit="share", low=0, high=1),
        targets=_against(one.level_gap for one in people),
        declared=_against(said),
        at_risk=sum(one.at_risk for one in people),
        customers=len(people),
    )


def _against(gaps: Iterable[int | None]) -> dict[str, int]:
    counted = Counter(_told(gap) for gap in gaps)
    return {name: counted[name] for name in ("less", "as much", "more", _UNKNOWN) if counted[name]}


def _told(gap: int | None) -> str:
    if gap is None:
        return _UNKNOWN
    return "as much" if gap == 0 else "less" if gap > 0 else "more"
