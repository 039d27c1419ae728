"""How loyalty moved between two dates: phases, types, scores, and who really changed.

Customers are compared with themselves. The change of a dimension is taken over the indicators
that are known at both dates: an answer that is missing at one of them is no change, neither of
the score nor of the phase. The mean change has a paired t interval. One customer's change is
marked only if it lies beyond what repeated asking alone would bring, 1.96 √2 standard errors of
measurement (``loyalty_noise``): about 1 in 20 of those who did not change is marked all the
same. What customers do is observed, so that its changes have no such band and are not marked.

    paper     here      unit
    X1, X2    before, after     score, 0 to 1
    SEM       LoyaltyNoise      score
    RC        (X2 − X1) / (√2 SEM), beyond ±1.96

Source: Jacobson, N. S., Truax, P. (1991). Clinical significance: a statistical approach to
defining meaningful change. Journal of Consulting and Clinical Psychology 59, 12-19 (reliable
change). Counting and Wilson (1927) for the transitions.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import sqrt

from attrs import evolve, field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side
from crmkit.metrics.intervals import mean_estimate, two_sided_z
from crmkit.metrics.loyalty.dimension import Dimension, weighted_score
from crmkit.metrics.loyalty.loyalty import Loyalty
from crmkit.metrics.loyalty.noise import ADVERSE, LoyaltyNoise
from crmkit.metrics.loyalty.phase import ORDER, PHASES
from crmkit.metrics.loyalty.transitions import Transitions, transitions
from crmkit.metrics.loyalty.typology import LoyaltyClass

__all__ = ["LoyaltyChange", "LoyaltyMovement", "loyalty_movement"]

_CLASSES = tuple(str(kind) for kind in LoyaltyClass if kind is not LoyaltyClass.UNKNOWN)
_NO_NOISE = "no errors of measurement were given: no customer's change is marked"


@frozen(kw_only=True)
class LoyaltyChange:
    """How one customer's score in one dimension changed.

    Attributes:
        customer_id: Who.
        dimension: Which dimension.
        before: Score at the first date over the indicators known at both, 0 to 1.
        after: The same at the second date.
        band: What repeated asking alone may bring, 0 or more; None where it is not known.
    """

    customer_id: str
    dimension: str
    before: float
    after: float
    band: float | None

    @property
    def change(self) -> float:
        """After minus before, -1 to 1."""
        return self.after - self.before

    @property
    def beyond_noise(self) -> bool:
        """Whether the change is more than repeated asking alone may bring."""
        return self.band is not None and abs(self.change) > self.band


def _titled(what: str, ways: Transitions) -> Sheet:
    sheet = ways.sheet()
    return evolve(sheet, title=f"{what}. {sheet.title}")


@frozen(kw_only=True)
class LoyaltyMovement(Shown):
    """How the loyalty of a base moved between two dates.

    Attributes:
        phases: From which phase to which.
        types: From which class of Dick and Basu to which.
        mean_changes: Mean change by dimension, -1 to 1, of those known at both dates.
        overall: Mean change of the overall score, of those of whom the same dimensions are
            known at both dates.
        changes: Every customer's change in every dimension known at both dates.
        noise: The errors of measurement used; None where none were given.
        notes: What cannot be told.
    """

    phases: Transitions
    types: Transitions
    mean_changes: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    overall: Estimate
    changes: tuple[LoyaltyChange, ...] = field(repr=False)
    noise: LoyaltyNoise | None = None
    notes: tuple[str, ...] = ()

    @property
    def marked(self) -> tuple[LoyaltyChange, ...]:
        """The changes beyond what repeated asking alone may bring, the greatest first."""
        found = (one for one in self.changes if one.beyond_noise)
        return tuple(sorted(found, key=lambda one: (-abs(one.change), one.customer_id)))

    def _means(self) -> dict[str, Estimate]:
        return {**self.mean_changes, "overall": self.overall}

    def sheet(self) -> Sheet:
        """Return mean changes and transitions as they are shown."""
        rows, reasons = side_by_side(self._means())
        rose = sum(one.change > 0 for one in self.marked)
        marked = f"{rose:,} rose, {len(self.marked) - rose:,} fell"
        beyond = () if self.noise is None else (("beyond the noise", marked),)
        return Sheet(
            title="Movement of loyalty (change of scores from 0 to 1)",
            rows=(*rows, *beyond),
            notes=(*reasons, *self.notes),
            parts=(_titled("Phases", self.phases), _titled("Types", self.types)),
        )

    def explain(self) -> Explanation:
        """Return how the movement came about."""
        return explained(
            "loyalty_movement",
            f"overall {self.overall.told}",
            inputs={"changes beyond the noise": f"{len(self.marked):,}"},
            left_out=self.notes,
            parts=(
                *(
                    one.explain("loyalty_change", called=f"change, {name}")
                    for name, one in self._means().items()
                ),
                self.phases.explain("transitions between phases"),
                self.types.explain("transitions between types"),
                *(() if self.noise is None else (self.noise.explain(),)),
            ),
        )


def loyalty_movement(
    before: Mapping[str, Loyalty],
    after: Mapping[str, Loyalty],
    *,
    noise: LoyaltyNoise | None = None,
) -> LoyaltyMovement:
    """Movement of loyalty between two dates.

    Args:
        before: The judgement of each customer at the first date.
        after: The same at the second date; judged with the phase that stood at the first
            (``previous_phase``), or else small wavering around the threshold counts as moves.
        noise: The errors of measurement of the base (``loyalty_noise``); without them no
            customer's change is marked.

    Returns:
        Transitions of phases and types, mean changes, and each customer's changes.

    Source:
        Jacobson and Truax (1991) for the marks.
    """
    pairs = [(who, was, after[who]) for who, was in before.items() if who in after]
    changes = tuple(one for pair in pairs for one in _changes(*pair, noise))
    return LoyaltyMovement(
        phases=transitions(_phases(before), _phases(after), PHASES),
        types=transitions(_types(before), _types(after), _CLASSES),
        mean_changes={
            name: _mean([one.change for one in changes if one.dimension == name]) for name in ORDER
        },
        overall=_mean(
            [
                now.overall - was.overall
                for _, was, now in pairs
                if was.overall is not None
                and now.overall is not None
                and _known(was) == _known(now)
            ]
        ),
        changes=changes,
        noise=noise,
        notes=(_NO_NOISE,) if noise is None else noise.notes,
    )


def _mean(changes: list[float]) -> Estimate:
    return mean_estimate(changes, unit="score", low=-1, high=1)


def _known(one: Loyalty) -> set[str]:
    return {name for name, score in one.scores.items() if score is not None}


def _phases(people: Mapping[str, Loyalty]) -> dict[str, str | None]:
    """The phase of each; unknown where a missing dimension hides how far it goes."""
    return {
        who: None if one.phase is None or not one.phase_is_whole else PHASES[one.phase]
        for who, one in people.items()
    }


def _types(people: Mapping[str, Loyalty]) -> dict[str, str | None]:
    unknown = LoyaltyClass.UNKNOWN
    return {
        who: None if one.typology.kind is unknown else str(one.typology.kind)
        for who, one in people.items()
    }


def _changes(
    who: str, was: Loyalty, now: Loyalty, noise: LoyaltyNoise | None
) -> Iterator[LoyaltyChange]:
    first, second = ({part.name: part for part in one.parts} for one in (was, now))
    for name in ORDER:
        then, later = was.scores.get(name), now.scores.get(name)
        if then is None or later is None:
            continue
        if name in first and name in second:
            found = _compared(first[name], second[name], noise)
        else:
            found = then, later, None
        if found is not None:
            yield LoyaltyChange(
                customer_id=who, dimension=name, before=found[0], after=found[1], band=found[2]
            )


def _compared(
    then: Dimension, later: Dimension, noise: LoyaltyNoise | None
) -> tuple[float, float, float | None] | None:
    """Both scores over the indicators known at both dates, and the band of their change."""
    common = [
        name
        for name, value in then.indicators.items()
        if value is not None and later.indicators.get(name) is not None
    ]
    before, after = _over(common, then), _over(common, later)
    if before is None or after is None:
        return None
    error = None if noise is None else noise.error(later, only=common)
    return before, after, None if error is None else two_sided_z() * sqrt(2) * error


def _over(common: Iterable[str], one: Dimension) -> float | None:
    """The score over some indicators; None where they have less than half of the weight."""
    turned = {
        name: None if value is None else 1 - value if name == ADVERSE else value
        for name, value in one.indicators.items()
    }
    known = {name: value if name in common else None for name, value in turned.items()}
    return weighted_score(one.name, known, anchors=one.anchors, weights=one.weights or None).score
