"""Purchases still to come while a customer may leave after each of them.

Both dropout models ask the same thing of a customer who is alive: with a rate λ ~ Gamma(R, c)
and a chance p ~ Beta(A, B) of leaving at each purchase, the purchases within t weeks are

    E[Y(t)] = E[(1 - e^(-λpt)) / p] = E_p[(1 - (1 + pt/c)^-R) / p].

The papers write the last expression with ₂F₁ and the factor 1/(a - 1), which vanishes at
a = 1, cancels beside it, overflows for busy customers and crawls for long horizons. Here
E_p is integrated over u = ln(p / (1 - p)), where the integrand is positive, smooth and
falls off exponentially on both sides: the trapezoid rule with a fixed step is then exact to
its last digits, and the two tails are geometric series that are summed in closed form. The
Beta's own integral is summed over the same nodes, so its constant is never needed.

Source: Trefethen, L. N., Weideman, J. A. C. (2014). The exponentially convergent trapezoidal
rule. SIAM Review 56(3), 385-458, theorem 5.1.
"""

from collections.abc import Sequence
from typing import Any

from crmkit.metrics.value._arithmetic import Numbers

# The integrand is analytic within π/2 of the real line: an error of e^(-π²/0.3) = 5e-15.
_STEP = 0.3
# ... and no step is longer than this share of the Beta's own width in u.
_STEP_PER_WIDTH = 0.5
# Logarithm of how far the integrand has fallen where it is cut off.
_FALL = 40.0
# Where the left tail's series of two terms, and the right one's of one, hold to 1e-12.
_LEFT_TAIL, _RIGHT_TAIL = 1e-6, 1e-12
_NODES_ROUNDED_TO = 16
_NEWTON_STEPS = 8

Moments = Sequence[tuple[float, float]]
"""Pairs (t, weight): the answer is the weighted sum of E[Y(t)]."""


def purchases_while_alive(
    m: Any, R: Numbers, c: Numbers, A: Numbers, B: Numbers, moments: Moments
) -> Numbers:
    """Weighted sum over ``moments`` of the purchases E[Y(t)] of a living customer.

    Args:
        m: The arithmetic of the other arguments.
        R: Shape of the purchase rate, r + x.
        c: Rate of the purchase rate in weeks, α + T.
        A: First shape of the chance to leave, a.
        B: Second shape of the chance to leave, b plus the chances survived.
        moments: Weeks ahead, each with its weight of 0 or more.
    """
    longest = max((t for t, _ in moments), default=0.0)
    if longest == 0:
        return R * 0.0
    left, step, count = _nodes(m, R, longest / c, A, B)

    def integral(nodes: int, *columns: Numbers) -> Numbers:
        return _integral(m, nodes, moments, *columns)

    return m.by_group(count, integral, left, step, R, c, A, B)


def _integral(
    m: Any,
    nodes: int,
    moments: Moments,
    left: Numbers,
    step: Numbers,
    R: Numbers,
    c: Numbers,
    A: Numbers,
    B: Numbers,
) -> Numbers:
    def term(u: Numbers, R: Numbers, c: Numbers, A: Numbers, B: Numbers) -> tuple[Any, Any]:
        density = m.exp(_log_density(m, u, A, B))
        return density, density * _gain(m, 1 / (1 + m.exp(-u)), R, c, moments)

    mass, total = m.node_sums(term, nodes, left, step, R, c, A, B)
    for tail_mass, tail_total in (
        _left_tail(m, left, step, moments, R, c, A, B),
        _right_tail(m, left + (nodes - 1) * step, step, moments, R, c, A, B),
    ):
        mass, total = mass + tail_mass, total + tail_total
    return total / mass


def _gain(m: Any, p: Numbers, R: Numbers, c: Numbers, moments: Moments) -> Numbers:
    """Purchases of a living customer whose chance to leave is p."""
    log1p, expm1, ratio = m.log1p, m.expm1, p / c
    total = 0.0
    for t, weight in moments:
        total = total - weight * expm1(-R * log1p(ratio * t))
    return total / p


def _log_density(m: Any, u: Numbers, A: Numbers, B: Numbers) -> Numbers:
    """Logarithm of p^A (1-p)^B against its peak, where p = A / (A + B)."""
    d = u - m.log(A / B)
    away, is_left = abs(d), d < 0
    side, other = m.choose(is_left, A, B), m.choose(is_left, B, A)
    share = side / (A + B)
    fading = m.expm1(-m.smaller(away, 1.0))
    near = m.log1p(share * fading)
    far = m.log(other / (A + B) + share * m.exp(-away))
    return -side * away - (A + B) * m.choose(away < 1, near, far)


def _nodes(
    m: Any, R: Numbers, z: Numbers, A: Numbers, B: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """First node, step and number of nodes for horizons up to z = t / c."""
    peak = m.log(A / B)
    bend = (R + 1) * z / 2 + A + B
    left = m.larger(peak - _reach(m, _FALL + m.log1p(R * z), A, B), m.log(_LEFT_TAIL) - m.log(bend))
    right = m.smaller(peak + _reach(m, _FALL, B, A), m.log(A + B + 1) - m.log(_RIGHT_TAIL))
    width = (1 / A + 1 / B) ** 0.5
    step = m.smaller(_STEP, _STEP_PER_WIDTH * width)
    count = _NODES_ROUNDED_TO * m.ceil(((right - left) / step + 1) / _NODES_ROUNDED_TO)
    return left, (right - left) / (count - 1), count


def _reach(m: Any, fall: Numbers, side: Numbers, other: Numbers) -> Numbers:
    """How far from the peak the density has fallen by ``fall``, on the side of that shape.

    Newton's method on a convex function from beyond its root stays beyond it.
    """
    both = side + other
    d = 2 * fall / side + 2 + m.larger(m.log(side / other), 0.0)
    for _ in range(_NEWTON_STEPS):
        # -d is the place on the left of the peak of a density with these shapes.
        left_share = side * m.exp(-d) / (other + side * m.exp(-d))
        fallen = -_log_density(m, m.log(side / other) - d, side, other)
        d = d - (fallen - fall) / (side - both * left_share)
    return d


def _left_tail(
    m: Any,
    first: Numbers,
    step: Numbers,
    moments: Moments,
    R: Numbers,
    c: Numbers,
    A: Numbers,
    B: Numbers,
) -> tuple[Numbers, Numbers]:
    """Sums over the nodes before the first, where p is so small that two terms are enough.

    p^A (1-p)^B ~ e^(Au) (1 - (A+B) e^u) and (1 - (1+pt/c)^-R)/p ~ (Rt/c) (1 - (R+1)(t/c) e^u/2).
    Where the density ends before its peak's left tail begins, both sums are next to nothing.
    """
    at_first = m.exp(_log_density(m, first, A, B))
    linear = sum(weight * t for t, weight in moments)
    squares = sum(weight * t * t for t, weight in moments)
    longest = max(t for t, _ in moments)
    bend = (R + 1) * (longest / c) / 2 + A + B
    small = m.smaller(m.exp(first), _LEFT_TAIL / bend)
    plain = 1 / m.expm1(m.smaller(A * step, 500.0))
    steeper = 1 / m.expm1(m.smaller((A + 1) * step, 500.0))
    mass = at_first * (plain * (1 + (A + B) * small) - (A + B) * small * steeper)
    bent = at_first * small * steeper * (R + 1) / (2 * c)
    return mass, (R / c) * (mass * linear - bent * squares)


def _right_tail(
    m: Any,
    last: Numbers,
    step: Numbers,
    moments: Moments,
    R: Numbers,
    c: Numbers,
    A: Numbers,
    B: Numbers,
) -> tuple[Numbers, Numbers]:
    """Sums over the nodes after the last, where p is 1 but for 1e-12."""
    mass = m.exp(_log_density(m, last, A, B)) / m.expm1(m.smaller(B * step, 500.0))
    return mass, mass * _gain(m, 1.0, R, c, moments)
