"""Staying on from one occasion to the next, when chances to leave vary over customers as a Beta.

A customer leaves at each occasion with a personal chance θ ~ Beta(a, b). In what follows S(k)
is the probability of staying k times, z = 1/(1+d), and (b)_k the rising factorial:

    S(k)                 = B(a, b+k)/B(a, b) = (b)_k/(a+b)_k
    Σ_{k=1..n} S(k)      = b/(a-1) (1 - (b+1)_n/(a+b)_n)
    Σ_{k=1..∞} S(k) z^k  = z b/(a+b) ₂F₁(1, b+1; a+b+1; z) = b/(a+b) E[1/(d+θ)], θ ~ Beta(a, b+1)

The papers compute the second line from Γ functions, whose difference loses its digits, and
which has a removable singularity at a = 1; and the third from ₂F₁, whose series crawls where
the discount is small. Here the logarithm of (c+g)_n/(c)_n is computed as a multiple of g, n
and nothing else, so neither a small gap g nor a small n loses a digit; and the expectation is
the integral of ``_tosses``, of a steady customer whose shape is 1 and rate is d.

    paper                           here
    α, β [FH]; γ, δ + n [FHS]       leave, stay
    d                               discount, per occasion

Source: Fader & Hardie (2007), Journal of Interactive Marketing 21(1), 76-90 [FH]; Fader,
Hardie & Shang (2010), Marketing Science 29(6), 1086-1108 [FHS]. Abramowitz & Stegun (1964),
6.1.41 (Stirling's series) and 15.3.1 (Euler's integral).
"""

import math
from typing import Any

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers
from crmkit.metrics.value.models._tosses import purchases_while_alive
from crmkit.metrics.value.models.history import refuse

FURTHEST = 2**53
"""No quantile is searched for beyond this many occasions."""

LONGEST = 100_000
"""No sum is taken term by term over more occasions than this."""

_STEPS = 10
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
# Stands for a = 1 exactly, where the formula is its own limit.
_NEXT_TO_NOTHING = 1e-100
# Fewer occasions are summed term by term.
_FEW = 200
# Chances that differ by no more, relatively, in their logarithms are one chance.
_TIE = 1e-14


# Discounts between which an endless sum means something.
_GENTLEST, _STEEPEST = 1e-12, 1e6


def read_discount(discount: Any, *, least: float = _GENTLEST) -> float:
    """Return a discount per occasion.

    Raises:
        InvalidValueError: It is below ``least``, beyond what makes sense, or no number.
    """
    (read,) = PLAIN.read({"discount": discount})
    rule = f"must be from {least:g} to {_STEEPEST:g}"
    refuse(PLAIN, "discount", read, not least <= read <= _STEEPEST, rule)
    return read


def log_rising_ratio(m: Any, low: Numbers, high: Numbers, gap: Numbers, n: Numbers) -> Numbers:
    """Return ln (high)_n - ln (low)_n to its last digits, of the sign of ``gap``.

    Args:
        m: The arithmetic of the numbers.
        low: Above 0.
        high: Above 0; ``low + gap``.
        gap: Their difference, to more digits than the two show; below 0 if need be.
        n: Number of factors, 0 or more.
    """
    near = sum(_log_step(m, low + i, high + i, gap, n) for i in range(_STEPS))
    c, e = low + _STEPS, high + _STEPS
    far = n * m.log1p(gap / (c + n)) - (c - 0.5) * m.log1p(gap / c * (n / (e + n)))
    far = far + gap * m.log1p(n / e)
    return near + far + (_series_shift(m, c + n, gap) - _series_shift(m, c, gap))


def _log_step(m: Any, low: Numbers, high: Numbers, gap: Numbers, n: Numbers) -> Numbers:
    """ln(high (low+n) / (low (high+n)))."""
    off = gap / low * (n / (high + n))
    quotient = high / low * ((low + n) / (high + n))
    return m.choose(off < -0.5, m.log(quotient), m.log1p(m.larger(off, -0.5)))


def _series_shift(m: Any, z: Numbers, gap: Numbers) -> Numbers:
    """What Stirling's series gains from z to z + gap."""
    inverse, shift = 1 / z, m.log1p(gap / z)
    total, power = 0.0, inverse
    for i, coefficient in enumerate(_STIRLING):
        total = total + coefficient * power * m.expm1(-(2 * i + 1) * shift)
        power = power * inverse * inverse
    return total


def log_survival(m: Any, leave: Numbers, stay: Numbers, n: Numbers) -> Numbers:
    """Return ln S(n), the logarithm of the chance to stay n times.

    Args:
        m: The arithmetic of the numbers.
        leave: a, above 0.
        stay: b, above 0.
        n: Occasions, 0 or more.
    """
    return -log_rising_ratio(m, stay, stay + leave, leave, n)


def expected_stay(m: Any, leave: float, stay: Numbers, n: Numbers) -> Numbers:
    """Return how many of the next n occasions a customer stays for, S(1) + … + S(n).

    Args:
        m: The arithmetic of the numbers.
        leave: a, above 0.
        stay: b, above 0.
        n: Occasions, 0 or more.
    """
    gap = leave - 1 or _NEXT_TO_NOTHING
    return -stay * m.expm1(-log_rising_ratio(m, stay + 1, stay + leave, gap, n)) / gap


def discounted_stay(m: Any, leave: float, stay: Numbers, discount: float) -> Numbers:
    """Return the occasions that a customer stays for, the k-th worth (1+d)^-k, without end.

    Args:
        m: The arithmetic of the numbers.
        leave: a, above 0.
        stay: b, above 0.
        discount: d per occasion, above 0.
    """

    def each(stay: Numbers) -> Numbers:
        one = 0.0 * stay + 1
        chances = leave * one, stay + 1
        rate = discount * one
        return purchases_while_alive(m, [(1.0, 1.0)], shape=one, rate=rate, chances=chances)

    return stay / (leave + stay) * m.once_each(each, stay)


def discounted_stay_within(
    m: Any, leave: float, stay: Numbers, n: float, discount: float
) -> Numbers:
    """Return the same over the next n occasions only.

    Args:
        m: The arithmetic of the numbers.
        leave: a, above 0.
        stay: b, above 0.
        n: Occasions, 0 or more, a whole number.
        discount: d per occasion, 0 or more.

    Raises:
        InvalidValueError: So many occasions at so small a discount that the sum is too long.
    """
    if discount == 0:
        return expected_stay(m, leave, stay, n)
    fade = n * math.log1p(discount)
    if n <= _FEW or fade < math.log(2):
        return m.once_each(lambda stay: _summed(leave, stay, n, discount), stay)
    # What comes later is no more than half of all: the difference keeps its digits.
    later = m.exp(log_survival(m, leave, stay, n) - fade)
    all_of_it = discounted_stay(m, leave, stay, discount)
    return all_of_it - later * discounted_stay(m, leave, stay + n, discount)


def _summed(leave: float, stay: Numbers, n: float, discount: float) -> Numbers:
    if n > LONGEST:
        way_out = "ask for fewer, discount more, or not at all"
        rule = f"at most {LONGEST:,} at so small a discount"
        raise InvalidValueError("opportunities", n, rule, way_out)
    total, term = 0.0 * stay, 0.0 * stay + 1
    for k in range(int(n)):
        term = term * ((stay + k) / (leave + stay + k)) / (1 + discount)
        total = total + term
    return total


def stays_until(m: Any, leave: float, stay: Numbers, level: Numbers) -> Numbers:
    """Return the first k with S(k) <= level; above ``FURTHEST`` if there is none up to it.

    Args:
        m: The arithmetic of the numbers.
        leave: a, above 0.
        stay: b, above 0.
        level: Above 0, up to 1.
    """

    def each(stay: Numbers, level: Numbers) -> Numbers:
        # What a tie is must not hang on the last digit of a logarithm.
        wanted = m.log(level) * (1 - _TIE)
        before, after = 0.0 * stay, 0.0 * stay + 2 * FURTHEST
        for _ in range(FURTHEST.bit_length()):
            middle = m.floor((before + after) / 2)
            is_past = log_survival(m, leave, stay, middle) <= wanted
            before, after = m.choose(is_past, before, middle), m.choose(is_past, middle, after)
        return m.choose(level < 1, after, 0.0)

    return m.once_each(each, stay, level)


def whole_or_none(m: Any, found: Numbers) -> Any:
    """Return numbers of occasions as integers, and None beyond ``FURTHEST``.

    Args:
        m: The arithmetic of the numbers; one number gives one answer, many a list.
        found: Whole numbers.
    """
    if m is PLAIN:
        return int(found) if found <= FURTHEST else None
    return [int(each) if each <= FURTHEST else None for each in found.tolist()]
