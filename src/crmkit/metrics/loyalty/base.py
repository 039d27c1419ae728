"""The loyalty of a base: mean scores, how far customers have come, and of which type they are.

A mean is over the customers whose score is known, and only compares with one over the same
kind of customers: those who answer surveys are not like those who do not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.loyalty.loyalty import Loyalty
from crmkit.metrics.loyalty.phase import PHASES
from crmkit.metrics.loyalty.typology import LoyaltyClass

__all__ = ["BaseLoyalty", "loyalty_of_base"]

_UNKNOWN = "unknown"


@frozen(kw_only=True)
class BaseLoyalty(Shown):
    """The loyalty of a base: means over the customers whose score is known, and counts.

    Attributes:
        cognitive, affective, intentional, behavioural: Means by dimension, 0 to 1.
        overall: Mean over the dimensions known of each, 0 to 1.
        phases: Customers by the phase reached ("none", then the dimension's name; "unknown").
        classes: Customers by the class of Dick and Basu.
        borderline: Customers whose class hangs on little.
        bases: Customers by what the class was judged on, of those whose class is known.
        customers: Customers there are.
        notes: For how many customers nothing is known.
        top_of_mind: Share of those asked who name the shop first; None where nobody was asked.
    """

    cognitive: Estimate
    affective: Estimate
    intentional: Estimate
    behavioural: Estimate
    overall: Estimate
    phases: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    classes: Mapping[LoyaltyClass, int] = field(converter=FrozenMapping, hash=False)
    borderline: int
    bases: Mapping[str, int] = field(converter=FrozenMapping, hash=False)
    customers: int
    notes: tuple[str, ...] = ()
    top_of_mind: Estimate | None = None

    def _means(self) -> tuple[tuple[str, Estimate], ...]:
        return (
            ("cognitive", self.cognitive),
            ("affective", self.affective),
            ("intentional", self.intentional),
            ("behavioural", self.behavioural),
            ("overall", self.overall),
        )

    def sheet(self) -> Sheet:
        """Return means, phases and types as they are shown."""
        means, reasons = side_by_side(dict(self._means()))
        named = () if self.top_of_mind is None else (("names it first", self.top_of_mind),)
        rows = (*means, *named, ("phase", _counted(self.phases)), ("type", self._types()))
        return Sheet(title="Loyalty (0 to 1)", rows=rows, notes=(*reasons, *self.notes))

    def _types(self) -> str:
        near = f" ({self.borderline:,} borderline)" if self.borderline else ""
        return f"{_counted(self.classes)}{near}"

    def explain(self) -> Explanation:
        """Return how means and counts came about."""
        return explained(
            "loyalty_of_base",
            self.overall,
            inputs={
                "phase": _counted(self.phases),
                "type": self._types(),
                "type judged by": "\n".join(f"{n:,}: {what}" for what, n in self.bases.items()),
            },
            coverage=f"{self.overall.n:,g} of {self.customers:,} customers",
            parts=tuple(
                mean.explain("loyalty" if name == "overall" else name)
                for name, mean in self._means()
            )
            + (
                () if self.top_of_mind is None else (self.top_of_mind.explain("top_of_mind_share"),)
            ),
        )


def _counted(counts: Mapping[str, int] | Mapping[LoyaltyClass, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nobody"


def loyalty_of_base(everyone: Iterable[Loyalty]) -> BaseLoyalty:
    """Return the loyalty of a base from that of each customer.

    Args:
        everyone: The judgement of each customer.
    """
    people = list(everyone)
    unknown = sum(one.overall is None for one in people)
    phases = Counter(_UNKNOWN if one.phase is None else PHASES[one.phase] for one in people)
    classes = Counter(one.typology.kind for one in people)
    judged = [one.typology for one in people if one.typology.kind is not LoyaltyClass.UNKNOWN]
    bases = Counter(f"{one.attitude_basis}; {one.patronage_basis}" for one in judged)
    return BaseLoyalty(
        cognitive=_mean(one.scores.get("cognitive") for one in people),
        affective=_mean(one.scores.get("affective") for one in people),
        intentional=_mean(one.scores.get("intentional") for one in people),
        behavioural=_mean(one.scores.get("behavioural") for one in people),
        overall=_mean(one.overall for one in people),
        phases={name: phases[name] for name in (*PHASES, _UNKNOWN)},
        classes={kind: classes[kind] for kind in LoyaltyClass},
        borderline=sum(one.borderline for one in judged),
        bases=dict(sorted(bases.items())),
        customers=len(people),
        notes=(f"{unknown:,} of {len(people):,} customers have no score",) if unknown else (),
    )


def _mean(scores: Iterable[float | None]) -> Estimate:
    known = [score for score in scores if score is not None]
    return mean_estimate(known, unit="score", low=0, high=1)
