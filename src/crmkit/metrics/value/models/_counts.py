"""How many purchases: chances of 0, 1, 2, … when the rate of a Poisson stream is a Gamma.

With λ ~ Gamma(R, c) the purchases N within t weeks are a negative binomial,

    P(N = y)  = Γ(R+y) / (Γ(R) y!) (c/(c+t))^R (t/(c+t))^y,
    P(N >= y) = I_q(y, R),  q = t/(c+t),  the regularised incomplete beta.

The chances are products taken in logarithms, so that none overflows. The tails are summed
from the far end, where a continued fraction gives the last of them as a multiple of its own
chance: what is small is never a difference. Where the last one is not small, because the mean
lies beyond it, it is what the chances below it leave of P(N >= 1).

    symbol  here        unit
    R       shape       -
    c       rate        weeks
    t       weeks       weeks, 0 or more; one figure, or one per row

Source: Abramowitz & Stegun (1964), 26.5.8 and 26.5.26.
"""

from itertools import accumulate
from typing import Any

from crmkit.metrics.value.models._arithmetic import Numbers

# The fraction takes some sqrt(shape) levels; rows are grouped by powers of 2 of that.
_LEVELS, _LEVELS_PER_ROOT = 16, 4.0
_DOUBLINGS = 12
# The logarithm of no chance at all, which no shape makes up for.
_NEVER = -1e6


def gamma_poisson(
    m: Any, shape: Numbers, rate: Numbers, weeks: Numbers, most: int
) -> list[Numbers]:
    """Return the chances of 0, 1, … ``most`` purchases.

    Args:
        m: The arithmetic of the numbers.
        shape: R, above 0.
        rate: c in weeks, above 0.
        weeks: t, 0 or more.
        most: The largest number asked for, 0 or more.
    """
    log_q = m.choose(weeks > 0, _log_share(m, rate, weeks), _NEVER)
    steps = (m.log((shape + y) / (y + 1)) + log_q for y in range(most))
    logs = accumulate(steps, initial=-shape * m.log1p(weeks / rate))
    return [m.exp(m.smaller(each, 0.0)) for each in logs]


def gamma_poisson_tails(
    m: Any, shape: Numbers, rate: Numbers, weeks: Numbers, most: int
) -> list[Numbers]:
    """Return the chances of at least 0, at least 1, … at least ``most`` purchases.

    Args:
        m: The arithmetic of the numbers.
        shape: R, above 0.
        rate: c in weeks, above 0.
        weeks: t, 0 or more.
        most: The largest number asked for, 0 or more.
    """
    chances = gamma_poisson(m, shape, rate, weeks, most)
    one = 0.0 * chances[0] + 1
    if most == 0:
        return [one]
    some = -m.expm1(-shape * m.log1p(weeks / rate))
    last = some if most == 1 else _last_tail(m, shape, weeks / (rate + weeks), chances, some)
    backwards = accumulate(reversed(chances[1:most]), initial=last)
    return [one, *reversed(list(backwards))]


def _log_share(m: Any, rate: Numbers, weeks: Numbers) -> Numbers:
    """Logarithm of t/(c+t), to its last digits at both ends; any figure where t is 0."""
    t = m.choose(weeks > 0, weeks, rate)
    short = m.log(t) - m.log(rate) - m.log1p(m.smaller(t, rate) / rate)
    return m.choose(t < rate, short, -m.log1p(rate / m.larger(t, rate)))


def _last_tail(
    m: Any, shape: Numbers, q: Numbers, chances: list[Numbers], some: Numbers
) -> Numbers:
    """P(N >= n) of the last n, from its own chance or from P(N >= 1)."""
    n = len(chances) - 1
    below = some - sum(chances[1:n])
    is_small = q * (n + shape + 2) < n + 1
    roots = _LEVELS_PER_ROOT * (n + shape) ** 0.5

    def multiple(levels: int, shape: Numbers, q: Numbers) -> Numbers:
        return _fraction(n, shape, q, levels) if levels else 0.0 * q

    levels = m.choose(is_small, _levels(m, roots), 0.0)
    return m.choose(is_small, chances[n] * m.by_group(levels, multiple, shape, q), below)


def _levels(m: Any, wanted: Numbers) -> Numbers:
    """The least of 16, 32, 64, … that is enough."""
    levels = 0.0 * wanted + _LEVELS
    for _ in range(_DOUBLINGS):
        levels = m.choose(levels < wanted, 2 * levels, levels)
    return levels


def _fraction(n: int, shape: Numbers, q: Numbers, levels: int) -> Numbers:
    """P(N >= n) / P(N = n), the continued fraction of the incomplete beta, from its end."""
    value = 0.0 * q + 1
    for j in range(levels, 0, -1):
        odd = -(n + j - 1) * (n + shape + j - 1) / ((n + 2 * j - 2) * (n + 2 * j - 1))
        even = j * (shape - j) / ((n + 2 * j - 1) * (n + 2 * j))
        value = 1 + odd * q / (1 + even * q / value)
    return 1 / value
