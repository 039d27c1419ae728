"""Behavioural loyalty: how much, how often and how lastingly does the customer buy?

Assumptions: amounts and frequencies saturate (the tenth purchase says less than the second),
and what counts as much is fixed by anchors. Continuity is the time from the first to the
latest purchase over the time since the first; it is 0 for a one-time buyer. Do not use it
for subscriptions, where buying again is no decision.

    paper       here                unit
    V, Vref     volume, volume_reference    money in a year
    f, fref     purchases_per_year  purchases a year
    t_x / T     continuity          share, 0 to 1

Source: indicators as in Oliver (1999), action loyalty; the transforms are crmkit's own.
"""

from collections.abc import Mapping
from math import expm1, inf

from attrs import evolve

from crmkit.metrics.loyalty.anchors import DEFAULT_ANCHORS, Anchors
from crmkit.metrics.loyalty.dimension import Dimension, in_range, weighted_score

__all__ = ["behavioural"]

_NO_REFERENCE = (
    "volume needs a reference: a year's spend of a good customer (volume_reference, or the "
    "shop's yearly_volume)"
)


def behavioural(
    *,
    volume: float | None = None,
    volume_reference: float | None = None,
    share_of_wallet: float | None = None,
    purchases_per_year: float | None = None,
    continuity: float | None = None,
    anchors: Anchors = DEFAULT_ANCHORS,
    weights: Mapping[str, float] | None = None,
) -> Dimension:
    """Loyalty as it shows in what the customer does.

    Args:
        volume: Net spend in the last year, in the unit of ``volume_reference``; below 0
            (refunds of older orders) counts as 0, with a note.
        volume_reference: Spend in a year that scores 1 - 1/e; where None, that of the anchors.
        share_of_wallet: Share, 0 to 1, of the customer's spend on such goods that this shop
            gets; where known it is the volume indicator.
        purchases_per_year: Purchases a year, 0 or more.
        continuity: Time from first to latest purchase over time since the first, 0 to 1.
        anchors: Fixed points.
        weights: Weights of "volume", "frequency" and "continuity"; equal where None.

    Returns:
        The dimension with the indicators volume, frequency and continuity. Without share of
        wallet and without a reference the volume indicator is missing, and a note says so.

    Raises:
        InvalidValueError: NaN or an input out of its range.

    Source:
        Oliver (1999); saturation 1 - exp(-x / reference).

    >>> round(behavioural(purchases_per_year=6, continuity=0.8).indicators["frequency"], 4)
    0.7769
    """
    if volume_reference is not None:
        anchors = evolve(anchors, volume_reference=volume_reference)
    wallet = in_range(share_of_wallet, "share_of_wallet")
    spent = in_range(volume, "volume", -inf, inf)
    bought = in_range(purchases_per_year, "purchases_per_year", 0, inf)
    by_volume = _saturated(None if spent is None else max(0.0, spent), anchors.volume_reference)
    indicators = {
        "volume": by_volume if wallet is None else wallet,
        "frequency": _saturated(bought, anchors.purchases_per_year),
        "continuity": in_range(continuity, "continuity"),
    }
    notes = () if wallet is not None else _volume_notes(spent, anchors)
    return weighted_score("behavioural", indicators, anchors=anchors, weights=weights, notes=notes)


def _saturated(value: float | None, reference: float | None) -> float | None:
    return None if value is None or reference is None else -expm1(-value / reference)


def _volume_notes(spent: float | None, anchors: Anchors) -> tuple[str, ...]:
    if spent is None:
        return ()
    if anchors.volume_reference is None:
        return (_NO_REFERENCE,)
    return ("a negative volume (refunds of older orders) counts as 0",) if spent < 0 else ()
