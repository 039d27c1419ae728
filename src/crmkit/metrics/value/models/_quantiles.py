"""When a chance that rises with time reaches a given height.

Chandrupatla's method over the logarithm of time: a parabola through the last three points where
it can be trusted, else the middle, so that the root stays between two ends that close in on it.
All rows are searched at once.

Source: Chandrupatla, T. R. (1997). A new hybrid quadratic/bisection algorithm for finding the
zero of a nonlinear function without using derivatives. Advances in Engineering Software 28(3),
145-149.
"""

import math
from collections.abc import Callable
from typing import Any

from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._hooks import FOR_EVER

_FIRST = 1e-30
# In the logarithm of time: relative, and well below what is promised.
_CLOSE = 1e-12
_STEPS = 100
_TINY = 1e-300

Point = tuple[Numbers, Numbers]
"""The logarithm of time, and the excess there."""


def weeks_until(m: Any, excess: Callable[[Numbers], Numbers], like: Numbers) -> Numbers:
    """Return the weeks at which ``excess`` rises through 0.

    Args:
        m: The arithmetic of the numbers.
        excess: Of weeks, one per row: below 0 before the moment looked for; it never falls.
        like: A figure per row.

    Returns:
        Weeks from 1e-30, to a relative 1e-12; infinity where ``excess`` is below 0 for ever.
    """
    low, high = 0.0 * like + math.log(_FIRST), 0.0 * like + math.log(FOR_EVER)
    first, last = excess(m.exp(low)), excess(0.0 * like + FOR_EVER)
    crosses = (first < 0) & (last >= 0)
    newest, other = (high, m.larger(last, _TINY)), (low, m.smaller(first, -_TINY))
    share = 0.5
    for _ in range(_STEPS):
        place = newest[0] + share * (other[0] - newest[0])
        point = place, excess(m.exp(place))
        is_same_side = (point[1] < 0) == (newest[1] < 0)
        older = _either(m, is_same_side, newest, other)
        other, newest = _either(m, is_same_side, other, newest), point
        apart = abs(other[0] - newest[0])
        if m.first_true(crosses & (apart > _CLOSE)) is None:
            break
        # Never so close to an end that the next one could not be past the root.
        edge = m.smaller(0.5, _CLOSE / 2 / m.larger(apart, _CLOSE))
        share = m.smaller(m.larger(_next_share(m, newest, other, older), edge), 1 - edge)
    found = m.choose(first < 0, m.exp(newest[0]), _FIRST)
    return m.choose(last < 0, math.inf, found)


def _either(m: Any, condition: Any, yes: Point, no: Point) -> Point:
    return m.choose(condition, yes[0], no[0]), m.choose(condition, yes[1], no[1])


def _next_share(m: Any, newest: Point, other: Point, older: Point) -> Numbers:
    """How far to go from the newest point to the other side."""
    (x1, f1), (x2, f2), (x3, f3) = newest, other, older
    place = (x1 - x2) / _not_0(m, x3 - x2)
    height = (f1 - f2) / _not_0(m, f3 - f2)
    is_trusted = (height**2 < place) & ((1 - height) ** 2 < 1 - place)
    bow = (x3 - x1) / _not_0(m, x2 - x1) * (f1 / _not_0(m, f3 - f1)) * (f2 / _not_0(m, f3 - f2))
    parabola = f1 / _not_0(m, f2 - f1) * (f3 / _not_0(m, f2 - f3)) + bow
    return m.choose(is_trusted, parabola, 0.5)


def _not_0(m: Any, difference: Numbers) -> Numbers:
    return m.choose(difference == 0, 1.0, difference)
