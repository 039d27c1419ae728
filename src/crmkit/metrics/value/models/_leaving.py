"""How many purchases before a customer leaves, at a moment of their own.

A customer who is there buys at a rate λ ~ Gamma(R, c) and leaves at a rate μ ~ Gamma(s, B).
With N(u) the purchases within u weeks of one who stays, those within t weeks are k with chance

    P(k) = S(t) P(N(t) = k) + ∫₀ᵗ P(N(u) = k) s/B (1 + u/B)^-(s+1) du,   S(t) = (1 + t/B)^-s.

All terms are positive, so each chance is as exact as the integral. That is taken over y = ln u,
of which the logarithm of what is integrated is a concave function without a singularity within
π of the real line: it is cut off where it has fallen by e^-40.

Source: Fader, P. S., Hardie, B. G. S. (2014). Deriving the conditional PMF of the Pareto/NBD
model; there the integral is written with ₂F₁.
"""

import math
from typing import Any

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._counts import gamma_poisson
from crmkit.metrics.value.models._gauss import integrals, nodes_within
from crmkit.metrics.value.models._silence import FALL, SMALLEST

# An ellipse about the interval is at most so high, and so high for its length.
_HIGHEST, _FLATTEST = 1.5, 1.5
# No density is narrower: that would take 1e16 purchases.
_NARROWEST, _HALVINGS = 1e-8, 10
# Draws are counted by floats, which are exact up to here.
_COUNTED = 2.0**53


def count_chances(
    m: Any,
    weeks: float,
    most: int,
    *,
    buying: tuple[Numbers, Numbers],
    leaving: tuple[float, Numbers],
) -> list[Numbers]:
    """Return the chances of 0, 1, … ``most`` purchases within that many weeks.

    Args:
        m: The arithmetic of the numbers.
        weeks: t, 0 or more.
        most: The largest number asked for, 0 or more.
        buying: R, and c in weeks.
        leaving: s, and B in weeks.
    """
    (R, c), (s, B) = buying, leaving
    if not weeks:
        return [0.0 * R + 1, *[0.0 * R] * most]
    stays = m.exp(-s * m.log1p(weeks / B))
    chances, log_ways = [], 0.0 * R
    for k, at_end in enumerate(gamma_poisson(m, R, c, weeks, most)):
        if k:
            log_ways = log_ways + m.log((R + (k - 1)) / k)
        left = _Left(m, k, s).integral(weeks, log_ways, R, c, B)
        chances.append(m.smaller(stays * at_end + left, 1.0))
    return chances


class _Left:
    """Density of leaving after k purchases, over y = ln u, and where it is not next to nothing.

    The slope of its logarithm, 1 + k - (k+R) u/(c+u) - (s+1) u/(B+u), only falls: there is one
    peak, where a quadratic in u vanishes.
    """

    def __init__(self, m: Any, k: int, s: float) -> None:
        self.m, self.k, self.s = m, k, s

    def __call__(self, v: Numbers, left: Numbers, height: Numbers, *customers: Numbers) -> Numbers:
        return self.m.exp(self.logarithm(left + v, *customers) - height)

    def integral(self, weeks: float, log_ways: Numbers, *customers: Numbers) -> Numbers:
        """The chance to leave within that time, after k purchases."""
        m, (R, c, B) = self.m, customers
        end = math.log(weeks)
        peak = m.smaller(self.peak(R, c, B), end)
        height = self.logarithm(peak, *customers)
        left = peak - self._reach(peak, -1.0, self._furthest(peak, *customers), *customers)
        right = m.smaller(end, peak + self._reach(peak, 1.0, end - peak, *customers))
        length = right - left
        counts = self._nodes(right, length, *customers)
        mass = integrals(m, self, counts, length, left, height, *customers)
        return m.exp(m.smaller(log_ways + height + m.log(mass), 0.0))

    def logarithm(self, y: Numbers, R: Numbers, c: Numbers, B: Numbers) -> Numbers:
        """The logarithm of u NB_k(u) s/B (1 + u/B)^-(s+1) at u = e^y, but for the ways."""
        m, k, u = self.m, self.k, self.m.exp(y)
        bought = k * (y - m.log(c + u)) if k else 0.0
        stayed = y - (self.s + 1) * m.log1p(u / B) + m.log(self.s / B)
        return bought + stayed - R * m.log1p(u / c)

    def peak(self, R: Numbers, c: Numbers, B: Numbers) -> Numbers:
        """The y where the density is highest."""
        m, s, k = self.m, self.s, self.k
        # In units of the larger of c and B, so that no square overflows.
        unit = m.larger(c, B)
        c, B = c / unit, B / unit
        half = ((k - s) * c + (1 - R) * B) / 2
        root = (half * half + (R + s) * (1 + k) * c * B) ** 0.5 + abs(half)
        return m.log(unit) + m.choose(
            half > 0, m.log(root) - m.log(R + s), m.log((1 + k) * c * B) - m.log(root)
        )

    def _furthest(self, peak: Numbers, R: Numbers, c: Numbers, B: Numbers) -> Numbers:
        """To the left of it the logarithm falls by (k+1)/2 a unit, or more."""
        m, quarter = self.m, (self.k + 1) / 4
        steep = m.log(m.smaller(quarter * c / (self.k + R), quarter * B / (self.s + 1)))
        return peak - m.smaller(peak, steep) + 2 * FALL / (self.k + 1)

    def _reach(self, peak: Numbers, side: float, furthest: Numbers, *customers: Numbers) -> Numbers:
        """How far from the peak the density has fallen by e^-40, found by halving logarithms."""
        m = self.m
        low = self.logarithm(peak, *customers) - FALL
        far = m.log(m.larger(furthest, _NARROWEST))
        near = 0.0 * far + math.log(_NARROWEST)
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            has_fallen = self.logarithm(peak + side * m.exp(middle), *customers) < low
            near, far = m.choose(has_fallen, near, middle), m.choose(has_fallen, middle, far)
        return m.exp(far)

    def _nodes(
        self, right: Numbers, length: Numbers, R: Numbers, c: Numbers, B: Numbers
    ) -> Numbers:
        """Nodes for a function that bends most at its right end, or where u is c or B."""
        m, (k, s) = self.m, (self.k, self.s)
        of_c, of_b = (
            m.exp(m.smaller(right - m.log(c), 0.0)),
            m.exp(m.smaller(right - m.log(B), 0.0)),
        )
        bend = (k + R) * of_c / (1 + of_c) ** 2 + (s + 1) * of_b / (1 + of_b) ** 2
        flatness = m.smaller(2 * _HIGHEST / length, (160 / bend) ** 0.5 / length)
        u = m.exp(right)
        slope = 1 + k - (k + R) * (u / (c + u)) - (s + 1) * (u / (B + u))
        rise = m.larger(slope, 0.0) * length
        return nodes_within(m, m.smaller(flatness, _FLATTEST), rise, bend * length * length)


def simulated(
    rng: Any,
    weeks: Numbers,
    *,
    buying: tuple[Numbers, Numbers],
    leaving: tuple[float, Numbers],
) -> tuple[Numbers, ...]:
    """Draw the next weeks of customers who are there.

    Args:
        rng: numpy's random generator.
        weeks: How far ahead, per customer.
        buying: R, and c in weeks, per customer.
        leaving: s, and B in weeks, per customer.

    Returns:
        Purchases, weeks to the last of them (0 without any), and whether they stay.
    """
    np = require("numpy", extra="models")
    (R, c), (s, B) = buying, leaving
    rate = rng.gamma(R, 1 / c)
    fading = np.maximum(rng.gamma(s, 1 / B), SMALLEST)
    leaves = rng.exponential(size=fading.shape) / fading
    there = np.minimum(leaves, weeks)
    bought = rng.poisson(np.minimum(rate * there, _COUNTED)).astype(float)
    latest = rng.random(bought.shape) ** (1 / np.maximum(bought, 1))
    return bought, np.where(bought > 0, there * latest, 0.0), leaves > weeks
