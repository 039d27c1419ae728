"""Loyalty: four dimensions, how far it has grown, and where it is hollow.

Loyalty grows in an order: the customer thinks well of the shop, then likes it, then means to
come back, then does. The phase says how far it has come without a gap; a gap is a flag: deeds
without liking are spurious, liking without deeds latent. A missing dimension is left out of
the mean and never read as 0; a phase cannot be judged past it.

Sources: Oliver (1997, 1999) for the dimensions and their order; Dick and Basu (1994) for the
type. The threshold, its hysteresis and equal weights are crmkit's own.

The type wants an attitude relative to rivals and a share of patronage. Where the customer's
preference over rivals is known, its distance from the middle of its scale is that attitude,
from -1 to 1; where the share of wallet is known it is the patronage. Otherwise the mean of the
attitude dimensions against the threshold, and the behavioural score, stand in; the type says
which.
"""

from collections.abc import Iterator, Mapping
from math import exp, fsum, log
from typing import NamedTuple

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY, FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors
from crmkit.metrics.loyalty.dimension import (
    Dimension,
    in_range,
    told,
    valid_weights,
    weighted_mean,
)
from crmkit.metrics.loyalty.phase import ORDER, phase_of, reaches, standing_phase, valid_phase
from crmkit.metrics.loyalty.typology import Typology, dick_basu

__all__ = ["Loyalty", "Weakest", "loyalty"]

_ATTITUDE = ORDER[:3]
_PREFERENCE = "preference over rivals, from the middle of its scale"
_ABSOLUTE = "attitude against the threshold: no comparison with rivals is known"
_WALLET = "share of wallet"
_DEEDS = "behavioural score: the share of wallet is not known"


class Weakest(NamedTuple):
    """The dimension with the lowest score."""

    name: str
    score: float


@frozen(kw_only=True)
class Loyalty(Shown):
    """A judgement of one customer's (or one segment's) loyalty.

    Attributes:
        overall: Weighted mean of the known dimensions, 0 to 1; None if none is known.
        geometric: Weighted geometric mean of the same; low in one is hardly made up for.
        weakest: The lowest known dimension; None if none is known.
        phase: 0 none, 1 cognitive, 2 affective, 3 intentional, 4 behavioural: how many
            dimensions in this order reach the threshold without a gap. Where a dimension is
            missing it is the least it can be, and a note says so; None if that dimension is
            the first.
        partial: Whether a dimension is missing.
        flags: "spurious", "latent".
        typology: Class of Dick and Basu, with what its attitude and patronage were measured by.
        coverage: Share, 0 to 1, of all indicators' weight behind the overall.
        anchors: The fixed points used.
        notes: What is missing, by dimension.
        scores: The score of each dimension; None where missing.
        parts: The dimensions that were given as such.
        standing_phase: The phase to hand to the next judgement as ``previous_phase``: the phase,
            or, past a dimension that is missing now, what had been reached before.
    """

    overall: float | None
    geometric: float | None
    weakest: Weakest | None
    phase: int | None
    partial: bool
    flags: tuple[str, ...]
    typology: Typology
    coverage: float
    anchors: Anchors
    notes: tuple[str, ...] = ()
    scores: Mapping[str, float | None] = field(default=EMPTY, converter=FrozenMapping, hash=False)
    parts: tuple[Dimension, ...] = ()
    standing_phase: int = 0

    @property
    def phase_is_whole(self) -> bool:
        """Whether the phase is all there is, and not the least that it can be."""
        if self.phase is None:
            return False
        return self.phase == len(ORDER) or self.scores.get(ORDER[self.phase]) is not None

    def __str__(self) -> str:
        if self.overall is None:
            return "unknown"
        partial = "partial, " if self.partial else ""
        return f"{self.overall:.2f} ({partial}phase {self._phase()}, type {self.typology})"

    def _phase(self) -> str:
        return "unknown" if self.phase is None else f"{self.phase} of {len(ORDER)}"

    @property
    def own_notes(self) -> tuple[str, ...]:
        """The notes about the judgement itself, without those of its dimensions."""
        of_parts = set(_dimension_notes({part.name: part for part in self.parts}))
        return tuple(note for note in self.notes if note not in of_parts)

    def sheet(self) -> Sheet:
        """Return the judgement as it is shown in a notebook."""
        weakest = "unknown" if self.weakest is None else f"{self.weakest[0]} {self.weakest[1]:.2f}"
        return Sheet(
            title=f"Loyalty: {self}",
            rows=(
                *((name, told(score)) for name, score in self.scores.items()),
                ("weakest", weakest),
                ("gap in the phases", ", ".join(self.flags) or "none"),
            ),
            notes=self.notes,
            parts=(self.typology.sheet(),),
        )

    def explain(self) -> Explanation:
        """Return how the judgement came about."""
        return explained(
            "loyalty",
            told(self.overall, "unknown"),
            inputs={name: told(score) for name, score in self.scores.items()},
            coverage=f"{self.coverage:.0%} of all indicators' weight",
            left_out=self.own_notes,
            parts=(*(part.explain() for part in self.parts), *self._conclusions()),
        )

    def _conclusions(self) -> Iterator[Explanation]:
        """How what follows from the scores came about."""
        yield explained(
            "loyalty_phase", self._phase(), inputs={"threshold": self.anchors.threshold}
        )
        yield self.typology.explain()
        if self.geometric is not None and self.weakest is not None:
            yield explained("loyalty_geometric", told(self.geometric))
            yield explained("loyalty_weakest", f"{self.weakest.name} {self.weakest.score:.2f}")
        if self.flags:
            threshold = {"threshold": self.anchors.threshold}
            yield explained("loyalty_flags", ", ".join(self.flags), inputs=threshold)


def loyalty(
    *,
    cognitive: Dimension | float | None = None,
    affective: Dimension | float | None = None,
    intentional: Dimension | float | None = None,
    behavioural: Dimension | float | None = None,
    preference: float | None = None,
    share_of_wallet: float | None = None,
    weights: Mapping[str, float] | None = None,
    previous_phase: int | None = None,
    anchors: Anchors = DEFAULT_ANCHORS,
) -> Loyalty:
    """Loyalty from its dimensions.

    Args:
        cognitive: What the customer thinks: a dimension or its score, 0 to 1.
        affective: What the customer feels.
        intentional: What the customer means to do.
        behavioural: What the customer does.
        preference: Preference over competitors, 0 to 1 and 0.5 for neither, for the type; by
            default that of the cognitive dimension.
        share_of_wallet: Share, 0 to 1, of the customer's spend on such goods, for the type.
        weights: Weights of the four by these names; equal where None.
        previous_phase: The phase judged last time, 0 to 4. A phase already reached is kept
            until its dimension falls below the threshold by more than the hysteresis.
        anchors: Fixed points.

    Returns:
        The judgement; every part of it that cannot be judged is None or unknown.

    Raises:
        InvalidValueError: A score outside 0 to 1, impossible weights, or no such phase.

    Source:
        Oliver (1999); Dick and Basu (1994).

    >>> loyalty(cognitive=0.8, affective=0.4, intentional=0.9, behavioural=0.9).flags
    ('spurious',)
    """
    given = dict(zip(ORDER, (cognitive, affective, intentional, behavioural), strict=True))
    scores = {name: _score(value, name) for name, value in given.items()}
    weighing = valid_weights(weights, ORDER)
    kept, wallet = valid_phase(previous_phase), in_range(share_of_wallet, "share_of_wallet")
    phase, phase_notes = phase_of(scores, anchors, kept)
    missing = tuple(name for name in ORDER if scores[name] is None)
    return Loyalty(
        overall=weighted_mean(scores, weighing),
        geometric=_geometric(scores, weighing),
        weakest=_weakest(scores),
        phase=phase,
        partial=bool(missing),
        flags=_flags(scores, anchors.threshold),
        typology=_typology(scores, anchors, _preferred(preference, cognitive), wallet),
        coverage=_coverage(given, weighing),
        anchors=anchors,
        notes=(*_partial_notes(missing), *phase_notes, *_dimension_notes(given)),
        scores=scores,
        parts=tuple(value for value in given.values() if isinstance(value, Dimension)),
        standing_phase=standing_phase(scores, phase, kept),
    )


def _score(value: Dimension | float | None, name: str) -> float | None:
    return value.score if isinstance(value, Dimension) else in_range(value, name)


def _geometric(scores: Mapping[str, float | None], weights: Mapping[str, float]) -> float | None:
    known = [(score, weights[name]) for name, score in scores.items() if score is not None]
    known = [(score, weight) for score, weight in known if weight > 0]
    if not known:
        return None
    if any(score == 0 for score, _ in known):
        return 0.0
    total = fsum(weight for _, weight in known)
    return min(1.0, exp(fsum(weight * log(score) for score, weight in known) / total))


def _weakest(scores: Mapping[str, float | None]) -> Weakest | None:
    known = [Weakest(name, score) for name, score in scores.items() if score is not None]
    return min(known, key=lambda each: each.score, default=None)


def _flags(scores: Mapping[str, float | None], cut: float) -> tuple[str, ...]:
    deeds, liking = scores["behavioural"], scores["affective"]
    if deeds is None:
        return ()
    heart = [score for score in (scores["cognitive"], liking) if score is not None]
    if reaches(deeds, cut):
        return ("spurious",) if any(not reaches(score, cut) for score in heart) else ()
    return ("latent",) if liking is not None and reaches(liking, cut) else ()


def _preferred(given: float | None, cognitive: Dimension | float | None) -> float | None:
    if given is not None or not isinstance(cognitive, Dimension):
        return in_range(given, "preference")
    return cognitive.indicators.get("preference")


def _typology(
    scores: Mapping[str, float | None],
    anchors: Anchors,
    preference: float | None,
    wallet: float | None,
) -> Typology:
    attitude = weighted_mean(
        {name: scores[name] for name in _ATTITUDE}, dict.fromkeys(_ATTITUDE, 1.0)
    )
    absolute = None if attitude is None else attitude - anchors.threshold
    return dick_basu(
        absolute if preference is None else 2 * preference - 1,
        scores["behavioural"] if wallet is None else wallet,
        patronage_cut=anchors.patronage_cut,
        band=anchors.hysteresis,
        attitude_basis=_ABSOLUTE if preference is None else _PREFERENCE,
        patronage_basis=_DEEDS if wallet is None else _WALLET,
    )


def _coverage(given: Mapping[str, Dimension | float | None], weights: Mapping[str, float]) -> float:
    return weighted_mean({name: _covered(value) for name, value in given.items()}, weights) or 0.0


def _covered(value: Dimension | float | None) -> float:
    if isinstance(value, Dimension):
        return 0.0 if value.score is None else value.coverage
    return 0.0 if value is None else 1.0


def _partial_notes(missing: tuple[str, ...]) -> tuple[str, ...]:
    return (f"partial: no {', '.join(missing)} dimension",) if missing else ()


def _dimension_notes(given: Mapping[str, Dimension | float | None]) -> tuple[str, ...]:
    return tuple(
        f"{name}: {note}"
        for name, value in given.items()
        if isinstance(value, Dimension)
        for note in value.notes
    )
