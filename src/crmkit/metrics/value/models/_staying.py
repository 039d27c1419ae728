"""The chance to stay, while a customer may leave at each purchase.

A customer who is there, with a rate λ ~ Gamma(R, c) and a chance p ~ Beta(A, B) of leaving at
each purchase, leaves at the rate λp. After t weeks they are still there with chance

    S(t) = E[e^(-λpt)] = E_p[(1 + pt/c)^-R] = ₂F₁(R, A; A+B; -t/c).

For busy customers and long horizons that is next to nothing, and what there is comes from
chances p far out in the Beta's tail. So the integrand of E_p over u = ln(p / (1 - p)),

    e^g(u) = p^A (1-p)^B (1 + pt/c)^-R,

is summed about its own peak, of which there is exactly one: g' vanishes where e^u solves a
quadratic with one positive root. The sum is the trapezoid rule with tails in closed form, as
in ``_tosses``, where its source is named.
"""

import math
from typing import Any

from crmkit.metrics.value.models._arithmetic import Numbers, log_gamma

_STEP = 0.3
_STEP_PER_WIDTH = 0.5
_FALL = 40.0
_LEFT_TAIL, _RIGHT_TAIL = 1e-6, 1e-12
_NODES_ROUNDED_TO = 16
_HALVINGS = 8
_FLAT = 1e-12
# Where e^d - 1 is e^d, and has not yet overflowed.
_FAR = 500.0
# From there on Stirling's series is exact.
_LARGE = 10.0
_SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)

Terms = tuple[Numbers, ...]
"""R, t/c, A and B."""


def chance_of_staying(
    m: Any, weeks: Numbers, *, shape: Numbers, rate: Numbers, chances: tuple[Numbers, Numbers]
) -> Numbers:
    """Chance that a customer who is there still is after ``weeks``.

    Args:
        m: The arithmetic of the numbers.
        weeks: t, 0 or more; one figure, or one per row.
        shape: R, shape of the purchase rate: r + x.
        rate: c, rate of the purchase rate in weeks: α + T.
        chances: A and B, shapes of the chance to leave: a, and b plus the chances survived.
    """
    A, B = chances
    terms = (shape, weeks / rate, A, B)
    peak, width = _peak(m, *terms)
    left, step, count = _nodes(m, peak, width, terms)
    height = _logarithm(m, peak, terms)
    mass = m.by_group(count, _Mass(m), left, step, height, *terms)
    stays = m.exp(m.smaller(height + m.log(mass * step) - _log_mass(m, A, B), 0.0))
    return m.choose(weeks > 0, stays, 1.0)


class _Mass:
    """Sum of e^(g - height) over all nodes, for rows with equally many of them."""

    def __init__(self, m: Any) -> None:
        self.m = m

    def __call__(
        self, nodes: int, left: Numbers, step: Numbers, height: Numbers, *terms: Numbers
    ) -> Numbers:
        _, inner = self.m.node_sums(self.term, nodes, left, step, height, *terms)
        right = left + (nodes - 1) * step
        return (
            inner
            + self.left_tail(left, step, height, *terms)
            + self.right_tail(right, step, height, *terms)
        )

    def term(self, u: Numbers, height: Numbers, *terms: Numbers) -> tuple[Numbers, Numbers]:
        value = self.m.exp(_logarithm(self.m, u, terms) - height)
        return value, value

    def left_tail(self, first: Numbers, step: Numbers, height: Numbers, *terms: Numbers) -> Numbers:
        """Nodes before the first: e^g ~ e^(Au) (1 - (A + B + Rt/c) e^u)."""
        m, (_, _, A, _) = self.m, terms
        small = m.smaller(m.exp(first) * _bend(*terms), _LEFT_TAIL)
        plain, steeper = geometric(m, A * step), geometric(m, (A + 1) * step)
        _, at_first = self.term(first, height, *terms)
        return at_first * (plain * (1 + small) - steeper * small)

    def right_tail(self, last: Numbers, step: Numbers, height: Numbers, *terms: Numbers) -> Numbers:
        """Nodes after the last, where p is 1 but for 1e-12: e^g ~ e^(-Bu)."""
        _, at_last = self.term(last, height, *terms)
        return at_last * geometric(self.m, terms[3] * step)


def geometric(m: Any, fall: Numbers) -> Numbers:
    """Sum of e^(-j fall) over j = 1, 2, …; a fall of 500 leaves nothing."""
    return 1 / m.expm1(m.smaller(fall, 500.0))


def _bend(R: Numbers, ahead: Numbers, A: Numbers, B: Numbers) -> Numbers:
    """How fast the integrand leaves its left tail, per unit of p."""
    return A + B + R * ahead


def _logarithm(m: Any, u: Numbers, terms: Terms) -> Numbers:
    """Return g(u), against the peak of the Beta in it."""
    R, ahead, A, B = terms
    fading = m.exp(-abs(u))
    p = m.choose(u < 0, fading, 1.0) / (1 + fading)
    return log_density(m, u, A, B) - R * m.log1p(ahead * p)


def log_density(m: Any, u: Numbers, A: Numbers, B: Numbers) -> Numbers:
    """Logarithm of p^A (1-p)^B against its peak, where p = A / (A + B).

    Of the two shapes the smaller one is used, so that a large one takes no digits: with d the
    way from the peak and s = A / (A + B), it is A d - (A + B) ln(1 + s (e^d - 1)).
    """
    d = u - m.log(A / B)
    side, d = m.smaller(A, B), m.choose(A < B, d, -d)
    share = side / (A + B)
    near = m.log1p(share * m.expm1(m.smaller(d, _FAR)))
    far = m.log(share) + m.larger(d, _FAR)
    return side * d - (A + B) * m.choose(d < _FAR, near, far)


def _log_mass(m: Any, A: Numbers, B: Numbers) -> Numbers:
    """Return the logarithm of B(A, B), against the peak of p^A (1-p)^B.

    By Stirling's formula for all three Γ, of which nothing large is left.
    """
    rests = _stirling_rest(m, A) + _stirling_rest(m, B) - _stirling_rest(m, A + B)
    return 0.5 * m.log(2 * math.pi * (1 / A + 1 / B)) + rests


def _stirling_rest(m: Any, z: Numbers) -> Numbers:
    """Return ln Γ(z) less (z - 1/2) ln z - z + ln(2π)/2."""
    small, large = m.smaller(z, _LARGE), m.larger(z, _LARGE)
    direct = log_gamma(m, small) - (small - 0.5) * m.log(small) + small
    total = 0.0
    for coefficient in reversed(_SERIES):
        total = total / (large * large) + coefficient
    return m.choose(z < _LARGE, direct - 0.5 * math.log(2 * math.pi), total / large)


def _peak(m: Any, R: Numbers, ahead: Numbers, A: Numbers, B: Numbers) -> tuple[Numbers, Numbers]:
    """Where g is highest, and the width of its summit: (-g'')^-½.

    With v = 1 + t/c, e^g is e^(Au) (1+e^u)^(R-A-B) (1+v e^u)^-R, and g' = 0 reads
    Bv e^2u - (Av - B - Rt/c) e^u - A = 0.
    """
    v = 1 + ahead
    half = A * v - B - R * ahead
    root = (half * half + 4 * A * B * v) ** 0.5
    odds = m.choose(half < 0, 2 * A / (root + abs(half)), (root + abs(half)) / (2 * B * v))
    late, early = odds / (1 + odds) ** 2, v * odds / (1 + v * odds) ** 2
    sharpness = (A + B - R) * late + R * early
    return m.log(odds), m.larger(sharpness, _FLAT) ** -0.5


def _nodes(m: Any, peak: Numbers, width: Numbers, terms: Terms) -> tuple[Numbers, Numbers, Numbers]:
    """First node, step and number of nodes."""
    R, _, A, B = terms
    to_left = peak - m.log(_LEFT_TAIL / _bend(*terms))
    to_right = m.log((A + B + R) / _RIGHT_TAIL) - peak
    left = peak - _reach(m, (peak, width), -1.0, to_left, terms)
    right = peak + _reach(m, (peak, width), 1.0, to_right, terms)
    step = m.smaller(_STEP, _STEP_PER_WIDTH * width)
    count = _NODES_ROUNDED_TO * m.ceil(((right - left) / step + 1) / _NODES_ROUNDED_TO)
    return left, (right - left) / (count - 1), count


def _reach(
    m: Any, summit: tuple[Numbers, Numbers], side: float, furthest: Numbers, terms: Terms
) -> Numbers:
    """How far from the peak e^g has fallen by ``_FALL``, or the furthest there is to go.

    Found by halving a stretch of logarithms; of the last stretch, its far end.
    """
    (peak, width), far = summit, m.log(m.larger(furthest, 1.0))
    near = m.smaller(m.log(width), far)
    low = _logarithm(m, peak, terms) - _FALL
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        has_fallen = _logarithm(m, peak + side * m.exp(middle), terms) < low
        near, far = m.choose(has_fallen, near, middle), m.choose(has_fallen, middle, far)
    return m.exp(far)
