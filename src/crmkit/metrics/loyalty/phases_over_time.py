"""The phase of loyalty over several dates: once reached, it is kept until it is clearly lost.

Each date is judged with the phase that stands from the dates before. A date on which a
dimension is missing takes nothing away: what had been reached beyond it still stands, and is
judged again when it is known again.

Source: Oliver (1999) for the phases; the hysteresis is crmkit's own.
"""

from collections.abc import Iterable, Mapping

from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors
from crmkit.metrics.loyalty.dimension import in_range
from crmkit.metrics.loyalty.phase import ORDER, phase_of, standing_phase, valid_phase

__all__ = ["phases_over_time"]


def phases_over_time(
    dates: Iterable[Mapping[str, float | None]],
    *,
    anchors: Anchors = DEFAULT_ANCHORS,
    previous_phase: int | None = None,
) -> tuple[int | None, ...]:
    """Return the phase at each of several dates.

    Args:
        dates: The scores of the dimensions by their names, 0 to 1, date by date; one that is
            None or not named is missing.
        anchors: Threshold and hysteresis, the same for all dates.
        previous_phase: The phase that stood before the first date, 0 to 4.

    Returns:
        The phase at each date, 0 to 4. Where a dimension is missing it is the least that it
        can be; None if that dimension is the first.

    Raises:
        InvalidValueError: A score outside 0 to 1, or no such phase.

    Source:
        Oliver (1999).

    >>> phases_over_time([{"cognitive": 0.62}, {"cognitive": 0.57}, {"cognitive": 0.54}])
    (1, 1, 0)
    """
    kept, found = valid_phase(previous_phase), []
    for scores in dates:
        known = {name: in_range(scores.get(name), name) for name in ORDER}
        phase, _ = phase_of(known, anchors, kept)
        kept = standing_phase(known, phase, kept)
        found.append(phase)
    return tuple(found)
