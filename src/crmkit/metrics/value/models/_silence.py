"""What the Pareto/NBD asks of every silence: integrals over the moment of leaving.

A customer buys at a rate λ ~ Gamma(a, c) and leaves at a rate μ ~ Gamma(b, B); both fade with
what silence says about them, so that each question of the model comes down to

    I = ∫₀ᵗ (1 + u/c)^-a (1 + u/B)^-b du.

The papers write it with ₂F₁, in one way for α ≥ β and in another for α ≤ β, as a difference
that cancels for short silences and overflows for busy customers. Here it is integrated as it
stands. With n the smaller of c and B, f the larger, σ = n/f and v = ln(1 + u/n), it is

    I = n ∫ e^-(pv + q ln(1 + σ(e^v - 1))) dv,   p = exponent of n less 1, q = exponent of f,

a positive function without a singularity within π of the real line, whose logarithm is
concave: it is cut off where it has fallen by e^-40. All of c = B, c ≪ B and c ≫ B are the same
to it. ``fading`` is the limit that a discount asks for, eᶻ E_s(z) of Abramowitz & Stegun 5.1.4.

Source: Fader, P. S., Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model and
related expressions, for what the integrals stand for.
"""

from typing import Any

from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models._gauss import integrals, nodes_needed

# Logarithm of how far the integrand has fallen where it is cut off.
FALL = 40.0
# In place of 0 where a logarithm is taken, or a division made, that will not count.
SMALLEST = 1e-300


def two_powers(
    m: Any, weeks: Numbers, first: tuple[Numbers, Numbers], second: tuple[Numbers, Numbers]
) -> Numbers:
    """The integral I over that many weeks.

    Args:
        m: The arithmetic of the numbers.
        weeks: t, 0 or more.
        first: a and c.
        second: b and B.
    """
    (a, c), (b, B) = first, second
    is_first = c <= B
    near, far = m.smaller(c, B), m.larger(c, B)
    p, q, share = m.choose(is_first, a, b) - 1, m.choose(is_first, b, a), near / far
    length = m.smaller(m.log1p(weeks / near), reach(m, weeks / far, p, q, share))
    bend = q * share
    counts = nodes_needed(m, length, m.larger(p + bend, 0.0), bend * (1 - share))

    def term(v: Numbers, p: Numbers, q: Numbers, share: Numbers) -> Numbers:
        return m.exp(-(p * v + q * m.log1p(share * m.expm1(v))))

    return near * integrals(m, term, counts, length, p, q, share)


def reach(m: Any, weeks: Numbers, p: Numbers, q: Numbers, share: Numbers) -> Numbers:
    """Where to cut off, at the latest: ln(1 + u/n) of the place.

    With w = ln(1 + u/f) the integrand falls by at least (p+q)w, and by pv where p > 0. Where
    p < 0 it first rises, to its peak where σeᵛ/(1 + σ(eᵛ-1)) is |p|/q; it is cut off after that
    (the peak is at (p+q)w < 1, which the fall of 40 leaves out of account).

    Args:
        m: The arithmetic of the numbers.
        weeks: t/f.
        p: Exponent of the nearer power, less 1; above -1.
        q: Exponent of the farther power; above -p.
        share: σ.
    """
    rise, total = m.larger(-p, 0.0), m.larger(p + q, SMALLEST)
    fall = FALL - rise * m.log(m.larger(share, rise / q))
    away = m.smaller(m.log1p(weeks), fall / total)
    return m.smaller(m.log1p(m.expm1(away) / share), FALL / m.larger(p, SMALLEST))


def fading(m: Any, shape: float, discounts: Numbers) -> Numbers:
    """The integral of (1 + u)^-s e^(-zu) over all u from 0.

    Args:
        m: The arithmetic of ``discounts``.
        shape: s, above 0.
        discounts: z, above 0.
    """
    p = shape - 1
    length = m.smaller(m.log1p(2 * FALL / discounts), FALL / max(p, SMALLEST))
    counts = nodes_needed(m, length, m.larger(p + discounts, 0.0), discounts)

    def term(v: Numbers, z: Numbers) -> Numbers:
        return m.exp(-(p * v + z * m.expm1(v)))

    return integrals(m, term, counts, length, discounts)
