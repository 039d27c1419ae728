"""Lifetime value with an interval from models fitted again: purchases and spend together.

The k-th model of buying meets the k-th of spend; the two are drawn apart, as the models take
buying and spend to be unrelated. It serves where a fit lies at a border, so that the interval
of ``total_clv`` is open or takes what is held for known.

Source: Efron, B., Tibshirani, R. J. (1993). An introduction to the bootstrap, 13.
"""

from typing import Any

from attrs import evolve

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import LEVEL
from crmkit.metrics.value._worth import Case
from crmkit.metrics.value.clv import BaseValue, total_clv
from crmkit.metrics.value.models._arithmetic import as_column
from crmkit.metrics.value.uncertainty._band import Band, Correction, band_of, estimate_of
from crmkit.metrics.value.uncertainty.parametric_bootstrap import BootstrapFits

__all__ = ["bootstrap_clv"]

_COVERED = "interval: uncertainty of the models' parameters, not the luck of one customer"


def bootstrap_clv(
    buying: BootstrapFits,
    spend: BootstrapFits,
    *,
    repeats: Any,
    recency: Any,
    age: Any,
    spending_purchases: Any,
    mean_spend: Any,
    margin: float | None,
    currency: str,
    horizon_weeks: float | None = 156,
    annual_discount: float = 0.15,
    level: float = LEVEL,
    correction: Correction = "percentile",
) -> BaseValue:
    """Value many customers as ``total_clv`` does, with the intervals of the bootstrap.

    Args:
        buying: A model of buying, in weeks, and its refits.
        spend: A Gamma-Gamma, in units of ``currency``, and its refits: as many.
        repeats: Purchases after the first, one per customer.
        recency: Weeks from first to last purchase, one per customer.
        age: Weeks from first purchase to now, one per customer.
        spending_purchases: Purchases behind ``mean_spend``, one per customer.
        mean_spend: Revenue per purchase, one per customer; not read without purchases.
        margin: Share of revenue that is kept, at most 1; None if unknown.
        currency: ISO 4217 code of the money.
        horizon_weeks: How far ahead, in weeks; None for ever, which needs a discount.
        annual_discount: Discount rate per year, 0 to 1; 0.15 is 15 %.
        level: Coverage of the intervals, above 0 and below 1.
        correction: As in ``BootstrapFits.interval``.

    Returns:
        Arrays of values and interval ends, and the total with an interval of its own.

    Raises:
        InvalidValueError: A row that cannot exist, with its number; a margin, discount or
            horizon that cannot exist; or unequal numbers of refits.
        MissingExtraError: numpy is not installed.

    Source:
        Efron & Tibshirani (1993); Fader, Hardie & Lee (2005b).
    """
    if len(buying.refits) != len(spend.refits):
        rule = f"must have as many refits as buying, {len(buying.refits):,}"
        raise InvalidValueError("spend", len(spend.refits), rule)
    asked = {
        "repeats": as_column(repeats),
        "recency": as_column(recency),
        "age": as_column(age),
        "spending_purchases": as_column(spending_purchases),
        "mean_spend": as_column(mean_spend),
        "margin": margin,
        "horizon_weeks": horizon_weeks,
        "annual_discount": annual_discount,
    }
    models = {"model": buying.fit.model, "spend": spend.fit.model}
    found = total_clv(**models, **asked, currency=currency)
    if margin is None or found.values is None:
        return found
    case = Case(**models, **asked, fit=None, spend_fit=None)
    drawn = [_worth(case, *pair) for pair in zip(buying.refits, spend.refits, strict=True)]
    notes = (*buying.notes, *spend.notes)

    def kept(value: Any, refitted: list[Any]) -> Band:
        worth = [None if one is None else margin * one for one in refitted]
        return band_of(value, worth, level=level, correction=correction, notes=notes)

    each = kept(found.values, drawn)
    whole = kept(found.total.value, [None if one is None else one.sum() for one in drawn])
    total = estimate_of(whole, n=buying.fit.n, unit=currency)
    said = f"{found.total.method.partition(';')[0]}; {whole.method}; {_COVERED}"
    return evolve(found, low=each.low, high=each.high, total=evolve(total, method=said))


def _worth(case: Case, model: Any, spend: Any) -> Any:
    """Values at a margin of 1; None where a refit failed, or knows no mean spend."""
    return None if model is None or spend is None or spend.q <= 1 else case.under(model, spend)
