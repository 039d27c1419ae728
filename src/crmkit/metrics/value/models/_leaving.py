"""How many purchases before a customer leaves, at a moment of their own.

A customer who is there buys at a rate λ ~ Gamma(R, c) and leaves at a rate μ ~ Gamma(s, B).
With N(u) the purchases within u weeks of one who stays, those within t weeks are k with chance

    P(k) = S(t) P(N(t) = k) + ∫₀ᵗ P(N(u) = k) s/B (1 + u/B)^-(s+1) du,   S(t) = (1 + t/B)^-s.

All terms are positive, so each chance is as exact as the integral. That is taken over
v = ln(1 + u/w), w the shortest of the times in which anything happens.

Source: Fader, P. S., Hardie, B. G. S. (2014). Deriving the conditional PMF of the Pareto/NBD
model; there the integral is written with ₂F₁.
"""

from typing import Any

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._counts import gamma_poisson
from crmkit.metrics.value.models._gauss import integrals, nodes_within
from crmkit.metrics.value.models._silence import SMALLEST

_DIGITS = 30.0
_HEIGHT = 3.0
# Draws are counted by floats, which are exact up to here.
_COUNTED = 2.0**53


def count_chances(
    m: Any,
    weeks: Numbers,
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
    stays = m.exp(-s * m.log1p(weeks / B))
    scale = weeks / (1 + weeks * ((R + 1) / c + (s + 1) / B))
    length = m.log(2 + weeks * ((R + 1) / c + (s + 1) / B))
    chances, log_ways = [], 0.0 * R
    for k, at_end in enumerate(gamma_poisson(m, R, c, weeks, most)):
        if k:
            log_ways = log_ways + m.log((R + k - 1) / k)
        counts = _nodes_needed(m, length, k, R + s)
        left = integrals(m, _Left(m, k, s), counts, length, scale, R, c, B, log_ways)
        chances.append(m.smaller(stays * at_end + left, 1.0))
    return chances


class _Left:
    """Density of leaving after k purchases, over v = ln(1 + u/w)."""

    def __init__(self, m: Any, k: int, s: float) -> None:
        self.m, self.k, self.s = m, k, s

    def __call__(self, v: Numbers, w: Numbers, *customers: Numbers) -> Numbers:
        m, k, s, (R, c, B, log_ways) = self.m, self.k, self.s, customers
        u = w * m.expm1(v)
        stayed, waited = (s + 1) * m.log1p(u / B), R * m.log1p(u / c)
        bought = k * (m.log(m.larger(u, SMALLEST)) - m.log(c + u)) if k else 0.0
        return s / B * (w + u) * m.exp(log_ways + bought - waited - stayed)


def _nodes_needed(m: Any, length: Numbers, k: int, shapes: Numbers) -> Numbers:
    """Nodes for a function that may rise k-fold to the right, and bends by the shapes."""
    bend = (k + shapes) * length * length / 4
    flattest = (_DIGITS / (k * length / 2 + bend / 8)) ** 0.5
    flatness = m.smaller(_HEIGHT / length, flattest)
    return nodes_within(m, flatness, 2 * k * length, bend)


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
