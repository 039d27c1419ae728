"""Purchases and weeks still to come while a customer may leave after each purchase.

Both dropout models ask the same things of a customer who is alive: with a rate λ ~ Gamma(R, c)
and a chance p ~ Beta(A, B) of leaving at each purchase, the purchases within t weeks and the
weeks of those that the customer stays are

    E[Y(t)] = E[(1 - e^(-λpt)) / p]    = E_p[(1 - (1 + pt/c)^-R) / p]
    E[W(t)] = E[(1 - e^(-λpt)) / (λp)] = E_p[c (1 - (1 + pt/c)^(1-R)) / (p (R - 1))].

The papers write the first with ₂F₁ and the factor 1/(a - 1), which vanishes at
a = 1, cancels beside it, overflows for busy customers and crawls for long horizons. Here
E_p is integrated over u = ln(p / (1 - p)), where the integrand is positive, smooth and
falls off exponentially on both sides: the trapezoid rule with a fixed step is then exact to
its last digits, and the two tails are geometric series that are summed in closed form. The
Beta's own integral is summed over the same nodes, so its constant is never needed.

Source: Trefethen, L. N., Weideman, J. A. C. (2014). The exponentially convergent trapezoidal
rule. SIAM Review 56(3), 385-458, theorem 5.1.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._staying import geometric, log_density

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
    m: Any, moments: Moments, *, shape: Numbers, rate: Numbers, chances: tuple[Numbers, Numbers]
) -> Numbers:
    """Weighted sum over ``moments`` of the purchases E[Y(t)] of a living customer.

    Args:
        m: The arithmetic of the numbers.
        moments: Weeks ahead, each with its weight.
        shape: R, shape of the purchase rate: r + x.
        rate: c, rate of the purchase rate in weeks: α + T.
        chances: A and B, shapes of the chance to leave: a, and b plus the chances survived.
    """
    longest = max((t for t, _ in moments), default=0.0)
    if longest == 0:
        return shape * 0.0
    return _Purchases(m, moments, longest).over((shape, rate, *chances))


def weeks_while_alive(
    m: Any, weeks: float, *, shape: Numbers, rate: Numbers, chances: tuple[Numbers, Numbers]
) -> Numbers:
    """How many of the next ``weeks`` a living customer stays: E[W(t)].

    Args:
        m: The arithmetic of the numbers.
        weeks: t, 0 or more.
        shape: R, shape of the purchase rate: r + x.
        rate: c, rate of the purchase rate in weeks: α + T.
        chances: A and B, shapes of the chance to leave: a, and b plus the chances survived.
    """
    if weeks == 0:
        return shape * 0.0
    return _Weeks(m, weeks).over((shape, rate, *chances))


def chance_of_leaving(
    m: Any, weeks: Numbers, *, shape: Numbers, rate: Numbers, chances: tuple[Numbers, Numbers]
) -> Numbers:
    """Chance that a living customer leaves within ``weeks``: E_p[1 - (1 + pt/c)^-R].

    It is 1 less the chance of ``_staying``, to the last digits where it is small.

    Args:
        m: The arithmetic of the numbers.
        weeks: t, above 0; one figure, or one per row.
        shape: R, shape of the purchase rate: r + x.
        rate: c, rate of the purchase rate in weeks: α + T.
        chances: A and B, shapes of the chance to leave: a, and b plus the chances survived.
    """
    return _Leaving(m, 1.0).over((shape, rate / weeks, *chances))


class _Integral(ABC):
    """The integral over the chance to leave of a gain that falls with it."""

    def __init__(self, m: Any, longest: float) -> None:
        self.m, self.longest = m, longest

    def over(self, living: tuple[Numbers, Numbers, Numbers, Numbers]) -> Numbers:
        """The gain expected of living customers with these R, c, A and B."""
        left, step, count = _nodes(self.m, self.longest, *living)
        return self.m.by_group(count, self, left, step, *living)

    def __call__(self, nodes: int, left: Numbers, step: Numbers, *living: Numbers) -> Numbers:
        mass, total = self.m.node_sums(self.term, nodes, left, step, *living)
        before = self.left_tail(left, step, *living)
        after = self.right_tail(left + (nodes - 1) * step, step, *living)
        return (total + before[1] + after[1]) / (mass + before[0] + after[0])

    def term(
        self, u: Numbers, R: Numbers, c: Numbers, A: Numbers, B: Numbers
    ) -> tuple[Numbers, Numbers]:
        """Density of the chance to leave, alone and times the gain that goes with it."""
        density = self.m.exp(log_density(self.m, u, A, B))
        return density, density * self.gain(1 / (1 + self.m.exp(-u)), R, c)

    @abstractmethod
    def gain(self, p: Numbers, R: Numbers, c: Numbers) -> Numbers:
        """Gain from a living customer whose chance to leave is p."""

    @abstractmethod
    def at_0(self, R: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        """The gain where p is 0, and how fast it falls there."""

    def left_tail(self, first: Numbers, step: Numbers, *living: Numbers) -> tuple[Numbers, Numbers]:
        """Sums over the nodes before the first, where p is so small that two terms are enough.

        p^A (1-p)^B ~ e^(Au) (1 - (A+B) e^u), and the gain ~ its value at 0 less its fall e^u.
        Where the density is cut off before p is that small, the sums are next to nothing.
        """
        m, (R, c, A, B) = self.m, living
        at_first = m.exp(log_density(m, first, A, B))
        small = m.smaller(m.exp(first), _LEFT_TAIL / _bend(self.longest, *living))
        plain, steeper = geometric(m, A * step), geometric(m, (A + 1) * step)
        mass = at_first * (plain * (1 + (A + B) * small) - (A + B) * small * steeper)
        gain, fall = self.at_0(R, c)
        return mass, mass * gain - at_first * small * steeper * fall

    def right_tail(self, last: Numbers, step: Numbers, *living: Numbers) -> tuple[Numbers, Numbers]:
        """Sums over the nodes after the last, where p is 1 but for 1e-12."""
        m, (R, c, A, B) = self.m, living
        mass = m.exp(log_density(m, last, A, B)) * geometric(m, B * step)
        return mass, mass * self.gain(1.0, R, c)


class _Purchases(_Integral):
    """Sums of E[Y(t)] with weights."""

    def __init__(self, m: Any, moments: Moments, longest: float) -> None:
        super().__init__(m, longest)
        self.moments = moments
        self.linear = sum(weight * t for t, weight in moments)
        self.squares = sum(weight * t * t for t, weight in moments)

    def gain(self, p: Numbers, R: Numbers, c: Numbers) -> Numbers:
        log1p, expm1, ratio, fewer = self.m.log1p, self.m.expm1, p / c, -R
        return -sum([w * expm1(fewer * log1p(ratio * t)) for t, w in self.moments]) / p

    def at_0(self, R: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        return self.linear * R / c, self.squares * R * (R + 1) / (2 * c * c)


class _Weeks(_Integral):
    """E[W(t)]."""

    def gain(self, p: Numbers, R: Numbers, c: Numbers) -> Numbers:
        stretch = self.m.log1p(self.longest * p / c)
        fall = (R - 1) * stretch
        is_flat = fall == 0
        share = self.m.choose(is_flat, 1.0, -self.m.expm1(-fall) / (fall + is_flat))
        return (c / p) * stretch * share

    def at_0(self, R: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        return self.longest, self.longest * self.longest * R / (2 * c)


class _Leaving(_Integral):
    """E[1 - e^(-λpt)], with t for the unit of time."""

    def gain(self, p: Numbers, R: Numbers, c: Numbers) -> Numbers:
        return -self.m.expm1(-R * self.m.log1p(p / c))

    def at_0(self, R: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        return 0.0 * R, -R / c


def _bend(longest: float, R: Numbers, c: Numbers, A: Numbers, B: Numbers) -> Numbers:
    """How fast the integrand leaves its left tail, per unit of p."""
    return (R + 1) * (longest / c) / 2 + A + B


def _nodes(
    m: Any, longest: float, R: Numbers, c: Numbers, *chances: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """First node, step and number of nodes for horizons up to the longest."""
    A, B = chances
    peak = m.log(A / B)
    reach = _reach(m, _FALL + m.log1p(R * longest / c), A, B)
    left = m.larger(peak - reach, m.log(_LEFT_TAIL / _bend(longest, R, c, A, B)))
    right = m.smaller(peak + _reach(m, _FALL, B, A), m.log((A + B + 1) / _RIGHT_TAIL))
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
        fallen = -log_density(m, m.log(side / other) - d, side, other)
        d = d - (fallen - fall) / (side - both * left_share)
    return d
