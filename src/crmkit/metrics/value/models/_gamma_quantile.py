"""Quantiles of the Gamma distribution, from shapes of a thousandth to billions.

With P and Q the lower and upper regularised incomplete gamma functions of shape a, and
f(g) = g^a e^-g / Γ(a),

    Q(a, g) = f(g) ∫₀^∞ (1 + y)^(a-1) e^(-gy) dy
    P(a, g) = f(g)/a + P(a+1, g),   P(a+1, g) = f(g) g/a ∫₀^∞ e^(-(a+1)s + g(1 - e^-s)) ds

The first is used above max(a, 1) and the second below: there either integrand falls from its
start, once on one scale, and the trapezoid rule in v, y = L exp(v - e^-v), has its last digits
after 64 nodes. Both tails are log-concave in ln g, so that Newton's method on their logarithms
finds every quantile; it starts from Wilson & Hilferty's. All is kept as d = ln(g/a).

Source: DiDonato, A. R., Morris, A. H. (1986). Computation of the incomplete gamma function
ratios and their inverse. ACM TOMS 12(4), 377-393 (tails and start); Takahasi, H., Mori, M.
(1974). Double exponential formulas for numerical integration. Publications of RIMS 9, 721-741.
"""

import math
from statistics import NormalDist
from typing import Any

from crmkit.metrics.value.models._arithmetic import Numbers, log_gamma

_LEFT, _STEP, _COUNT = -3.76, 0.12, 64
# Pairs (w, weight): nodes of the half line, and what they stand for.
_NODES = tuple(
    (math.exp(v - math.exp(-v)), _STEP * math.exp(v - math.exp(-v)) * (1 + math.exp(-v)))
    for v in (_LEFT + _STEP * i for i in range(_COUNT))
)
_ITERATIONS = 20
# The step after a logarithm of a tail that is off by no more is the last; the second part,
# times sqrt(a), is above what rounding leaves of it.
_NEAR, _ROUNDING = 1e-11, 1e-14
# From this shape on Stirling's four terms are exact.
_STIRLING_FROM = 12.0


def log_gamma_quantile(m: Any, shape: Numbers, lower: float, upper: float) -> Numbers:
    """Return ln(g/a) of the g below which a Gamma of shape a and rate 1 is found so often.

    Args:
        m: The arithmetic of ``shape``.
        shape: a, above 0.
        lower: The probability below g, above 0.
        upper: The probability above g, above 0: 1 - ``lower``, given for its own digits.
    """
    z = -NormalDist().inv_cdf(upper) if upper < lower else NormalDist().inv_cdf(lower)
    sides = ((_lower, lower, _start_below), (_upper, upper, _start_above))

    def each(a: Numbers) -> Numbers:
        middle = m.larger(-m.log(a), 0.0)
        is_above = m.exp(_upper(m, a, middle)[0]) >= upper
        return m.by_group(m.choose(is_above, 1, 0), searched, a, middle)

    def searched(is_above: int, a: Numbers, middle: Numbers) -> Numbers:
        tail, wanted, start = sides[is_above]
        low, high = (middle, math.inf) if is_above else (-math.inf, middle)
        d = start(m, a, z, wanted)
        for _ in range(_ITERATIONS):
            d = m.smaller(m.larger(d, low), high)
            log_tail, slope = tail(m, a, d)
            off = log_tail - math.log(wanted)
            d = d - off / slope
            if m.first_true(abs(off) > _NEAR + _ROUNDING * a**0.5) is None:
                break
        return d

    return m.once_each(each, shape)


def _start_above(m: Any, a: Numbers, z: float, upper: float) -> Numbers:
    """Wilson & Hilferty's cube; for shapes below 1 where about a e^-g is left."""
    bound = m.log(m.larger(m.log(a) - math.log(upper), 1.0)) - m.log(a)
    return m.choose(a < 1, bound, _cube(m, a, z))


def _start_below(m: Any, a: Numbers, z: float, lower: float) -> Numbers:
    """The same, or what P <= g^a / Γ(a+1) leaves if that is more."""
    bound = (math.log(lower) + log_gamma(m, a + 1)) / a - m.log(a)
    return m.larger(_cube(m, a, z), bound)


def _cube(m: Any, a: Numbers, z: float) -> Numbers:
    return 3 * m.log(m.larger(1 - 1 / (9 * a) + z / (3 * a**0.5), 1e-8))


def _log_density(m: Any, a: Numbers, d: Numbers) -> Numbers:
    """The logarithm of f at g = a e^d."""
    y = m.larger(a, _STIRLING_FROM)
    square = 1 / (y * y)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / y
    large = 0.5 * m.log(y / (2 * math.pi)) - series
    small = m.smaller(a, _STIRLING_FROM)
    direct = small * m.log(small) - small - log_gamma(m, small)
    return m.choose(a < _STIRLING_FROM, direct, large) + a * (d - m.expm1(d))


def _upper(m: Any, a: Numbers, d: Numbers) -> tuple[Numbers, Numbers]:
    """The logarithm of Q at g = a e^d, g >= max(a, 1), and its slope over d."""
    g = a * m.exp(d)
    length = 1 / (a * m.expm1(d) + a**0.5)
    total = 0.0
    for w, weight in _NODES:
        y = length * w
        total = total + weight * m.exp((a - 1) * m.log1p(y) - g * y)
    integral = length * total
    return _log_density(m, a, d) + m.log(integral), -1 / integral


def _lower(m: Any, a: Numbers, d: Numbers) -> tuple[Numbers, Numbers]:
    """The logarithm of P at g = a e^d, g <= max(a, 1), and its slope over d."""
    g = a * m.exp(d)
    length = 1 / (1 - a * m.expm1(d) + m.smaller(g, g**0.5))
    total = 0.0
    for w, weight in _NODES:
        s = length * w
        total = total + weight * m.exp(-(a + 1) * s - g * m.expm1(-s))
    more = g * length * total
    return _log_density(m, a, d) + m.log1p(more) - m.log(a), a / (1 + more)
