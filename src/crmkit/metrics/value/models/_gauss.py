"""Integrals of smooth positive functions from 0 to a row's own length, by Gauss-Legendre.

A function that is analytic within an ellipse around the interval is integrated by n nodes
with an error of e^(M - 2n asinh τ), where τ is the ellipse's half height over half the
length and e^M bounds the function in it (theorem 19.3). The functions of this room fall from
left to right, with known slope and bend of their logarithms at the left end, and have no
singularity within π of the real line: that gives M, and the number of nodes each row needs.

Source: Trefethen, L. N. (2013). Approximation theory and approximation practice, chapter 19.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers

# -ln of the relative error, and of the constant before it.
_DIGITS = 27.0
# Half of the ellipse's height is at most half of this, below π/2.
_HEIGHT = 3.0
# Where the function falls by more, the ellipse is made flatter.
_FALL = 30.0
_ROUNDED_TO = 4
_KEPT = 512
_NEWTON_STEPS = 100
# Rows of one block of an array sum: small enough to stay in a processor's cache.
_BLOCK = 4096
_SMALLEST = 1e-12


@lru_cache(maxsize=_KEPT)
def nodes(count: int) -> tuple[tuple[float, float], ...]:
    """Return the ``count`` nodes between 0 and 1, each with its weight; the weights sum to 1."""
    found = []
    for i in range(count):
        x = math.cos(math.pi * (i + 0.75) / (count + 0.5))
        for _ in range(_NEWTON_STEPS):
            value, slope = _legendre(count, x)
            x -= value / slope
            if abs(value / slope) < 1e-15:
                break
        slope = _legendre(count, x)[1]
        found.append(((1 - x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return tuple(found)


def _legendre(count: int, x: float) -> tuple[float, float]:
    """The Legendre polynomial of that degree, and its derivative."""
    before, now = 1.0, x
    for k in range(2, count + 1):
        before, now = now, ((2 * k - 1) * x * now - (k - 1) * before) / k
    return now, count * (x * now - before) / (x * x - 1)


def nodes_needed(m: Any, length: Numbers, slope: Numbers, bend: Numbers) -> Numbers:
    """How many nodes integrate a function that falls from its left end to its last digits.

    Args:
        m: The arithmetic of the numbers.
        length: Of the interval.
        slope: By how much the logarithm falls per unit at the left end; 0 where it rises.
        bend: How fast that slope grows there.
    """
    fall, tightest = slope * length, _HEIGHT / (length + _SMALLEST)
    flatness = m.smaller(tightest, 1 + _FALL / (fall + _SMALLEST))
    return nodes_within(m, flatness, fall, bend * length * length)


def nodes_within(m: Any, flatness: Numbers, fall: Numbers, bend: Numbers) -> Numbers:
    """How many nodes that ellipse asks for, rounded so that rows go together.

    Args:
        m: The arithmetic of the numbers.
        flatness: τ.
        fall: By how much the logarithm would change over the interval at its steepest.
        bend: By how much that would change.
    """
    slant = (1 + flatness * flatness) ** 0.5
    gained = fall * (slant - 1) / 2 + 0.14 * bend * flatness * flatness
    count = (_DIGITS + m.log1p(fall) + gained) / (2 * m.log(flatness + slant))
    return _ROUNDED_TO * m.ceil(count / _ROUNDED_TO)


def integrals(
    m: Any, function: Callable[..., Numbers], counts: Numbers, length: Numbers, *columns: Numbers
) -> Numbers:
    """Integrate ``function(u, *columns)`` over u from 0 to each row's length.

    Args:
        m: The arithmetic of the numbers.
        function: What to integrate.
        counts: Nodes to use, per row.
        length: Where to end, per row.
        columns: What else the function takes, per row.
    """

    def grouped(count: int, length: Numbers, *columns: Numbers) -> Numbers:
        if m is PLAIN:
            return _sum(function, count, length, *columns)
        np = require("numpy", extra="models")
        answer = np.empty(len(length))
        for start in range(0, len(length), _BLOCK):
            part = slice(start, start + _BLOCK)
            answer[part] = _sum(function, count, *(c[part] for c in (length, *columns)))
        return answer

    return m.by_group(counts, grouped, length, *columns)


def _sum(
    function: Callable[..., Numbers], count: int, length: Numbers, *columns: Numbers
) -> Numbers:
    total = 0.0
    for place, weight in nodes(count):
        total = total + weight * function(place * length, *columns)
    return total * length
