"""One scale for all answers of a call: what was asked on several cannot be averaged.

A step of 1 to 5 is not a step of 1 to 10, and numbers alone do not tell which was asked. So a
scale is given once, as (lowest, highest), or question by question, where all must be the same:
then answers to two instruments that ended up in one table are found out.
"""

from collections.abc import Iterable, Mapping

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import valid_scale

__all__ = ["OneScale", "one_scale"]

OneScale = tuple[float, float] | Mapping[str, tuple[float, float]]
"""The scale of all questions, or the scale of each, by name."""


def one_scale(scale: OneScale, questions: Iterable[str]) -> tuple[float, float]:
    """Return the ends of the scale that all questions share.

    Args:
        scale: (lowest, highest), or that by question.
        questions: The questions asked.

    Raises:
        InvalidValueError: A question without a scale, two scales, or an impossible one.
    """
    if not isinstance(scale, Mapping):
        return valid_scale(scale)
    found: dict[tuple[float, float], str] = {}
    for name in questions:
        if name not in scale:
            raise InvalidValueError("scale", f"none for {name}", "must be there for every question")
        low, high = valid_scale(scale[name])
        found.setdefault((low, high), name)
    if len(found) > 1:
        told = ", ".join(f"{name} on {low:g} to {high:g}" for (low, high), name in found.items())
        raise InvalidValueError(
            "scale", told, "must be the same for all questions", "make a call for each instrument"
        )
    return next(iter(found))
