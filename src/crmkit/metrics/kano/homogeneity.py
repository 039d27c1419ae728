"""Do segments answer alike? Pearson's chi-square test on counts by segment.

    paper   here        unit
    X²      statistic   -
    ν       degrees     (segments - 1)(categories - 1)
    P       p_value     chance of such differences, or greater ones, if all answer alike

Assumptions: respondents are independent, each in one segment, and five or more are expected in
every cell, or one or more in a fifth of them (Cochran). Categories too rare for that are pooled
into one; where nothing remains to be compared there is no p value.

Source: Pearson, K. (1900). Philosophical Magazine 50, 157-175; what must be expected: Cochran, W.
G. (1954). Biometrics 10, 417-451; the tail in closed form: Abramowitz, M., Stegun, I. A. (1964),
26.4.4 and 26.4.5.
"""

from collections.abc import Mapping, Sequence
from math import erfc, exp, fsum, lgamma, log, sqrt

from attrs import frozen

__all__ = ["Homogeneity", "chi_square_tail", "homogeneity"]

_EXPECTED = 5
_COLUMNS = 5


@frozen(kw_only=True)
class Homogeneity:
    """Whether segments answer alike.

    Attributes:
        p_value: Chance of such differences if all answer alike; None where it cannot be told.
        statistic: Pearson's chi-square; None where it cannot be told.
        degrees: Its degrees of freedom; 0 where it cannot be told.
        pooled: The categories pooled into one, for they are rare.
    """

    p_value: float | None
    statistic: float | None
    degrees: int
    pooled: tuple[str, ...]


def chi_square_tail(statistic: float, degrees: int) -> float:
    """Return the chance that a chi-square variable exceeds ``statistic``.

    Args:
        statistic: 0 or more.
        degrees: Degrees of freedom, 1 or more.

    >>> round(chi_square_tail(3.841459, 1), 6)
    0.05
    """
    half, odd = statistic / 2, degrees % 2
    if half == 0:
        return 1.0
    start = erfc(sqrt(half)) if odd else 0.0
    shapes = (step + odd / 2 for step in range(degrees // 2))
    return min(1.0, start + fsum(exp(s * log(half) - half - lgamma(s + 1)) for s in shapes))


def homogeneity(counts: Mapping[str, Mapping[str, int]]) -> Homogeneity:
    """Test whether segments have the same shares of each category.

    Args:
        counts: Respondents by category, by segment; segments without respondents are passed
            over.
    """
    segments = [row for row in counts.values() if sum(row.values())]
    names = [name for name in (segments[0] if segments else ()) if any(r[name] for r in segments)]
    columns, pooled = _pooled({name: [row[name] for row in segments] for name in names})
    if len(segments) < 2 or len(columns) < 2:
        return Homogeneity(p_value=None, statistic=None, degrees=0, pooled=pooled)
    statistic, degrees = _pearson(columns), (len(segments) - 1) * (len(columns) - 1)
    return Homogeneity(
        p_value=chi_square_tail(statistic, degrees),
        statistic=statistic,
        degrees=degrees,
        pooled=pooled,
    )


def _pooled(columns: Mapping[str, list[int]]) -> tuple[list[list[int]], tuple[str, ...]]:
    """The columns with the rare ones in one, and the names of those."""
    sizes = [sum(row) for row in zip(*columns.values(), strict=True)]
    totals = {name: sum(column) for name, column in columns.items()}
    # As many as make five expected in the smallest segment.
    enough = _EXPECTED * sum(sizes) / min(sizes, default=1)
    rarest = sorted(totals, key=totals.__getitem__)
    pool = [name for name in rarest if totals[name] < enough]
    if _still_rare(sum(totals[name] for name in pool), enough, len(totals) - len(pool) + 1):
        pool = rarest[: len(pool) + 1]
    kept = [column for name, column in columns.items() if name not in pool]
    if pool:
        kept.append([sum(row) for row in zip(*(columns[name] for name in pool), strict=True)])
    return kept, tuple(pool) if len(pool) > 1 else ()


def _still_rare(pooled: int, enough: float, columns: int) -> bool:
    """Whether what was pooled is too rare yet: Cochran lets a fifth of the cells fall to one."""
    least = enough / _EXPECTED if columns >= _COLUMNS else enough
    return 0 < pooled < least


def _pearson(columns: Sequence[Sequence[int]]) -> float:
    sizes = [sum(row) for row in zip(*columns, strict=True)]
    whole = sum(sizes)
    return fsum(
        (seen - sum(column) * size / whole) ** 2 / (sum(column) * size / whole)
        for column in columns
        for seen, size in zip(column, sizes, strict=True)
    )
