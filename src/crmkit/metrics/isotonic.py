"""The closest sequence that only rises, or only falls: isotonic regression.

Assumptions: the values stand in the order of what is thought to drive them (prices ascending,
scores ascending), and the true relation never turns. Nothing is assumed about its shape. Values
that break the order are replaced by their common mean, so the weighted mean of all stays.

    paper   here       unit
    g(x)    values     what was observed
    w(x)    weights    how much each counts, above 0
    g*(x)   returned   minimises the sum of w (g - g*)² over all monotone sequences

Source: Barlow, R. E., Bartholomew, D. J., Bremner, J. M., Brunk, H. D. (1972). Statistical
inference under order restrictions, section 1.2 (pool adjacent violators).
"""

from collections.abc import Iterable

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.cells import cells
from crmkit.metrics.intervals import checked_number

__all__ = ["isotonic"]


def isotonic(
    values: Iterable[float], weights: Iterable[float] | None = None, *, increasing: bool = True
) -> tuple[float, ...]:
    """Return the monotone sequence nearest to ``values`` by weighted least squares.

    Args:
        values: What was observed, in the order of what drives it.
        weights: How much each counts, above 0; all alike where None.
        increasing: Whether the sequence never falls; else it never rises.

    Returns:
        As many values, in the unit given; of no values none.

    Raises:
        InvalidValueError: A value that is no finite number, a weight that is not above 0, or
            not as many weights as values.

    Source:
        Barlow et al. (1972), pool adjacent violators.

    >>> isotonic([1, 3, 2, 4])
    (1.0, 2.5, 2.5, 4.0)
    """
    found = [checked_number(one, f"values[{at}]") for at, one in enumerate(cells(values, "values"))]
    counts = [1.0] * len(found) if weights is None else _weights(weights)
    if len(counts) != len(found):
        raise InvalidValueError("weights", len(counts), f"must be as many as values: {len(found)}")
    sign = 1 if increasing else -1
    pools: list[tuple[float, float, int]] = []
    for value, count in zip(found, counts, strict=True):
        _add(pools, (sign * value, count, 1))
    return tuple(sign * mean for mean, _, size in pools for _ in range(size))


def _weights(weights: Iterable[float]) -> list[float]:
    found = [
        checked_number(one, f"weights[{at}]", low=0)
        for at, one in enumerate(cells(weights, "weights"))
    ]
    if 0 in found:
        at = found.index(0)
        raise InvalidValueError(f"weights[{at}]", 0, "must be above 0", "leave the value out")
    return found


def _add(pools: list[tuple[float, float, int]], last: tuple[float, float, int]) -> None:
    """Put a pool (mean, weight, size) behind the others; what breaks the order is pooled."""
    while pools and pools[-1][0] > last[0]:
        last = _pooled(pools.pop(), last)
    pools.append(last)


def _pooled(
    one: tuple[float, float, int], other: tuple[float, float, int]
) -> tuple[float, float, int]:
    part = other[1] / (one[1] + other[1])
    # From the first mean towards the second: the result stays between them to the last digit.
    return one[0] + part * (other[0] - one[0]), one[1] + other[1], one[2] + other[2]
