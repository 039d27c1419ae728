"""Figures with the intervals that the same figures of refitted models give them.

With B refits the interval goes from the (B+1)(1-level)/2-th to the (B+1)(1+level)/2-th of the
values that they give the figure (percentile). A refit that failed, or has no such figure, counts
as beyond either end, so that failures widen an interval and never narrow it. The bias-corrected
interval moves both ranks by twice z0, the normal quantile of the share of refits whose figure
lies below the original one.

Source: Efron, B., Tibshirani, R. J. (1993). An introduction to the bootstrap, 13 and 14; ranks:
Davison, A. C., Hinkley, D. V. (1997). Bootstrap methods and their application, 5.2.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Literal

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import two_sided_z
from crmkit.metrics.value.models._arithmetic import Numbers

__all__ = ["Band", "Correction", "band_of", "estimate_of"]

Correction = Literal["percentile", "bias_corrected"]
"""How an interval is read off the values of refitted models."""

_OPEN = "an end is open where too few refits tell the figure for an interval of this level"


@frozen(kw_only=True, eq=False)
class Band:
    """Figures of many customers, each with its interval.

    Attributes:
        values: The figures, an array in the order asked.
        low: Lower ends, an array; None where all are open, a list with None where some are.
        high: Upper ends, in the same way.
        level: Coverage of each interval, 0 to 1.
        method: How figures and intervals were found.
        notes: What the reader must know.
    """

    values: Numbers
    low: Any
    high: Any
    level: float
    method: str
    notes: tuple[str, ...] = ()


def band_of(
    value: Any,
    drawn: Sequence[Any],
    *,
    level: float,
    correction: Correction,
    notes: tuple[str, ...] = (),
) -> Band:
    """Return figures with their intervals; of a single number all parts are single.

    Args:
        value: Of the original fit: a number or an array.
        drawn: Of each refit; None where there is none.
        level: Coverage, above 0 and below 1.
        correction: How the interval is read off.
        notes: What the reader must know of the refits.

    Raises:
        InvalidValueError: A level or correction that is none.
    """
    if correction not in {"percentile", "bias_corrected"}:
        raise InvalidValueError("correction", correction, "must be percentile or bias_corrected")
    np, z = require("numpy", extra="models"), two_sided_z(level)
    known = [one for one in drawn if one is not None]
    table = np.sort(np.array(known, dtype=float).reshape(len(known), *np.shape(value)), axis=0)
    shift = 2 * _shift(table, value) if correction == "bias_corrected" else 0.0 * np.asarray(value)
    # Failed refits stand below all others for the lower end, above them for the upper one.
    failed, count = len(drawn) - len(known), len(drawn) + 1
    ends = (
        _ranked(table, _share(shift - z) * count - failed),
        _ranked(table, _share(shift + z) * count),
    )
    told = [_closed(one) for one in ends]
    is_open = any(np.isnan(one).any() for one in ends)
    return Band(
        values=value,
        low=told[0],
        high=told[1],
        level=level,
        method=f"parametric bootstrap of {len(drawn):,} refits, {correction.replace('_', '-')}",
        notes=(*notes, _OPEN) if is_open else notes,
    )


def estimate_of(band: Band, *, n: float, unit: str) -> Estimate:
    """Return a band of one figure as that figure."""
    low, high = (None if end is None else float(end) for end in (band.low, band.high))
    return Estimate(
        value=float(band.values),
        low=low,
        high=high,
        level=band.level,
        n=n,
        unit=unit,
        method=band.method,
        notes=band.notes,
    )


def _shift(table: Any, value: Any) -> Any:
    """z0 of each figure: the quantile of the share of refits below it, half of the ties."""
    np = require("numpy", extra="models")
    below = ((table < value).sum(axis=0) + (table == value).sum(axis=0) / 2) / max(1, len(table))
    return np.vectorize(_quantile, otypes=[float])(below)


def _quantile(share: float) -> float:
    if 0 < share < 1:
        return NormalDist().inv_cdf(share)
    return math.copysign(math.inf, share - 0.5)


def _share(z: Any) -> Any:
    np = require("numpy", extra="models")
    return np.vectorize(NormalDist().cdf, otypes=[float])(z)


def _ranked(table: Any, rank: Any) -> Any:
    """The value of that rank, from 1 and between two of them; no number where there is none."""
    np = require("numpy", extra="models")
    rank = np.round(rank, 9)
    is_there = (rank >= 1) & (rank <= len(table))
    if not is_there.any():
        return np.full(np.shape(rank), np.nan)
    place = np.where(is_there, rank, 1.0) - 1
    under = np.floor(place).astype(int)
    over = np.minimum(under + 1, len(table) - 1)
    lower, upper = (np.take_along_axis(table, at[None], axis=0)[0] for at in (under, over))
    return np.where(is_there, lower + (place - under) * (upper - lower), np.nan)


def _closed(ends: Any) -> Any:
    """Ends with None in place of what is no number."""
    np = require("numpy", extra="models")
    is_open = np.isnan(ends)
    if is_open.all():
        return None
    if is_open.any():
        return [None if gone else end for end, gone in zip(ends.tolist(), is_open, strict=True)]
    return ends
