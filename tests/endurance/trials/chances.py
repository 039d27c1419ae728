"""Numbers drawn the same way each time."""

from random import Random


def drawing(seed: int) -> Random:
    """Return what draws the same for the same seed."""
    return Random(seed)  # noqa: S311 -- to repeat itself is the point
