"""How far loyalty has grown: the customer thinks well of the shop, likes it, means to, does.

The phase is how many dimensions in this order reach the threshold without a gap. A phase once
reached is kept until its dimension falls below the threshold by more than the hysteresis; it
cannot be judged past a dimension that is missing.

Source: Oliver, R. L. (1999). Whence consumer loyalty? Journal of Marketing 63, 33-44, for the
order; threshold and hysteresis are crmkit's own.
"""

from collections.abc import Mapping

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.loyalty.anchors import Anchors

__all__ = ["ORDER", "PHASES", "phase_of", "reaches", "standing_phase", "valid_phase"]

#: The dimensions, in the order in which loyalty grows.
ORDER = ("cognitive", "affective", "intentional", "behavioural")
#: What the phases from 0 to 4 are called: by the last dimension that was reached.
PHASES = ("none", *ORDER)


def valid_phase(phase: int | None) -> int:
    """Return the phase judged last time; 0 where there was none.

    Raises:
        InvalidValueError: There is no such phase.
    """
    if phase is None:
        return 0
    if phase not in range(len(PHASES)):
        raise InvalidValueError("previous_phase", phase, "must be a phase from 0 to 4")
    return phase


def reaches(score: float, cut: float) -> bool:
    """Tell whether a score is at a cut or above it, whatever the last bit of its mean says."""
    return score >= cut - 1e-12


def phase_of(
    scores: Mapping[str, float | None], anchors: Anchors, kept: int
) -> tuple[int | None, tuple[str, ...]]:
    """Return the phase, and a note where a dimension is missing.

    Args:
        scores: The four, 0 to 1; None where missing.
        anchors: Threshold and hysteresis.
        kept: The phase judged last time.
    """
    for reached, name in enumerate(ORDER):
        score = scores[name]
        if score is None:
            return _unjudged(reached, name)
        slack = anchors.hysteresis if reached < kept else 0.0
        if not reaches(score, anchors.threshold - slack):
            return reached, ()
    return len(ORDER), ()


def standing_phase(scores: Mapping[str, float | None], phase: int | None, kept: int) -> int:
    """Return the phase to hand to the next judgement.

    It is the phase judged; but where a dimension is missing nothing speaks against what was
    reached beyond it before, and that still stands.

    Args:
        scores: The four, 0 to 1; None where missing.
        phase: The phase judged from them.
        kept: The phase that stood before.
    """
    reached = phase or 0
    cut_short = reached < len(ORDER) and scores[ORDER[reached]] is None
    return max(reached, kept) if cut_short else reached


def _unjudged(reached: int, name: str) -> tuple[int | None, tuple[str, ...]]:
    if reached == 0:
        return None, (f"phase unknown: the {name} dimension is missing",)
    return reached, (f"phase {reached} or more: the {name} dimension is missing",)
