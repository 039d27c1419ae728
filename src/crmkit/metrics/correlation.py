"""Do two figures go together? Correlations of pairs, with their intervals.

Pearson's r asks for a straight line, Spearman's ρ for a common order: it is r of the ranks, equal
values sharing their mean rank. Neither says what brings what about.

    paper   here        unit
    r, ρ    value       -1 to 1
    n       n           pairs
    z       z           standard normal quantile

    tanh(atanh r ± z s ÷ √(n − 3)),  s = 1 for r and √(1 + ρ²/2) for ρ

Assumptions: pairs are independent, and for the interval of r roughly normal in both. Fewer than
three pairs lie on a line whatever they are and have no correlation; fewer than four have no
interval; of fewer than twenty it is rough. Where one side does not vary nothing goes together
with it, and the correlation is undefined, not 0.

Sources:
    Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation deduced from a
    small sample. Metron 1, 3-32.
    Bonett, D. G., Wright, T. A. (2000). Sample size requirements for estimating Pearson, Kendall
    and Spearman correlations. Psychometrika 65, 23-28 (the error of ρ: Fisher's is too small).
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import atanh, fsum, sqrt, tanh

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, checked_number, two_sided_z

__all__ = ["correlation_of", "fisher_interval", "pearson", "ranks", "spearman", "varies"]

_PEARSON = "Pearson's r, Fisher interval"
_SPEARMAN = "Spearman's ρ, Fisher interval with Bonett and Wright's error"
_LEAST = 3
_LEAST_WITH_INTERVAL = 4
#: A column that varies by less of its size is constant but for rounding.
_ROUNDING = 1e-12


def pearson(ones: Iterable[float | None], others: Iterable[float | None]) -> Estimate:
    """Pearson's correlation: how closely pairs lie on a straight line.

    Args:
        ones: Values; None is a missing one.
        others: As many, of the same people or units. A pair that lacks a value is left out and
            counted in the notes.

    Returns:
        r, from -1 to 1, with Fisher's interval. Undefined of fewer than three pairs, and where
        one side does not vary; without interval of three.

    Raises:
        InvalidValueError: NaN, or not as many of one as of the other.

    Source:
        Fisher (1921).

    >>> round(pearson([1, 2, 3, 4], [1, 3, 2, 4]).value, 3)
    0.8
    """
    xs, ys, notes = _pairs(ones, others)
    return _estimate(xs, ys, notes, unit="r", method=_PEARSON)


def spearman(ones: Iterable[float | None], others: Iterable[float | None]) -> Estimate:
    """Spearman's rank correlation: how closely pairs follow a common order.

    Args:
        ones: Values; None is a missing one.
        others: As many, of the same people or units. A pair that lacks a value is left out and
            counted in the notes.

    Returns:
        ρ, from -1 to 1, with Fisher's interval and the error of Bonett and Wright. Undefined of
        fewer than three pairs, and where one side does not vary; without interval of three.

    Raises:
        InvalidValueError: NaN, or not as many of one as of the other.

    Source:
        Bonett and Wright (2000) for the interval.

    >>> spearman([1, 2, 3, 40], [1, 4, 9, 16]).value
    1.0
    """
    xs, ys, notes = _pairs(ones, others)
    return _estimate(ranks(xs), ranks(ys), notes, unit="ρ", method=_SPEARMAN)


def fisher_interval(
    r: float, n: int, *, spread: float = 1.0, level: float = LEVEL
) -> tuple[float, float] | None:
    """Interval of a correlation; None of fewer than four pairs.

    Args:
        r: The correlation, -1 to 1.
        n: Pairs.
        spread: What the error of its transform is a multiple of 1 ÷ √(n − 3) by.
        level: Coverage.

    Raises:
        InvalidValueError: A correlation beyond -1 and 1.

    Source:
        Fisher (1921).

    >>> tuple(round(end, 4) for end in fisher_interval(0.5, 50))
    (0.2575, 0.6833)
    """
    checked_number(r, "r", low=-1, high=1)
    if n < _LEAST_WITH_INTERVAL:
        return None
    if abs(r) == 1:
        return r, r
    half = two_sided_z(level) * spread / sqrt(n - 3)
    return min(r, tanh(atanh(r) - half)), max(r, tanh(atanh(r) + half))


def correlation_of(ones: Sequence[float], others: Sequence[float]) -> float | None:
    """Return Pearson's r of complete pairs; None where one side does not vary.

    Args:
        ones: Values.
        others: As many.
    """
    if not (varies(ones) and varies(others)):
        return None
    x, y = _centred(ones), _centred(others)
    both = fsum(a * b for a, b in zip(x, y, strict=True))
    r = both / sqrt(fsum(a * a for a in x) * fsum(b * b for b in y))
    return max(-1.0, min(1.0, r))


def ranks(values: Sequence[float]) -> list[float]:
    """Return ranks from 1, in the order of the values; equal values share their mean rank.

    >>> ranks([30, 10, 10])
    [3.0, 1.5, 1.5]
    """
    found, below = {}, 0
    for value, same in groupby(sorted(values)):
        count = len(list(same))
        found[value], below = below + (count + 1) / 2, below + count
    return [found[value] for value in values]


def varies(values: Sequence[float]) -> bool:
    """Tell whether values differ by more than rounding."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return high - low > _ROUNDING * max(abs(low), abs(high))


def _centred(values: Sequence[float]) -> list[float]:
    """Deviations from the mean as shares of the largest, so that squares stay in range."""
    mean = fsum(values) / len(values)
    largest = max(abs(value - mean) for value in values)
    return [(value - mean) / largest for value in values]


def _pairs(
    ones: Iterable[float | None], others: Iterable[float | None]
) -> tuple[list[float], list[float], tuple[str, ...]]:
    """The complete pairs, and a note of how many were not."""
    left, right = _checked(ones, "ones"), _checked(others, "others")
    if len(left) != len(right):
        raise InvalidValueError("others", len(right), f"must be {len(left)}, as many as ones")
    pairs = [(x, y) for x, y in zip(left, right, strict=True) if x is not None and y is not None]
    missing = len(left) - len(pairs)
    notes = (f"{missing:,} of {len(left):,} pairs left out: not complete",) if missing else ()
    return [x for x, _ in pairs], [y for _, y in pairs], notes


def _checked(values: Iterable[float | None], field: str) -> list[float | None]:
    return [
        None if one is None else checked_number(one, f"{field}[{place}]")
        for place, one in enumerate(values)
    ]


def _estimate(
    xs: Sequence[float], ys: Sequence[float], notes: tuple[str, ...], *, unit: str, method: str
) -> Estimate:
    n = len(xs)
    r = correlation_of(xs, ys) if n >= _LEAST else None
    if r is None:
        why = f"needs {_LEAST} pairs or more" if n < _LEAST else "one side does not vary"
        none = undefined(unit=unit, method=method, note=why, low=-1, high=1, n=n)
        return none.noting(*notes)
    spread = sqrt(1 + r * r / 2) if method == _SPEARMAN else 1.0
    low, high = fisher_interval(r, n, spread=spread) or (None, None)
    more = _doubts(r, n)
    return Estimate(
        value=r, low=low, high=high, n=n, unit=unit, method=method, notes=(*notes, *more)
    )


def _doubts(r: float, n: int) -> tuple[str, ...]:
    if n < _LEAST_WITH_INTERVAL:
        return (f"no interval: needs {_LEAST_WITH_INTERVAL} pairs or more",)
    return ("a perfect correlation: the interval has no width",) if abs(r) == 1 else ()
