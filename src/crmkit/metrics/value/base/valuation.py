"""What relationships are worth: what they have brought, and what they may still bring.

One customer and a whole base get their figures from the same models and formulas. What is
missing says why; the rest is still given.
"""

from collections.abc import Sequence
from enum import Enum
from math import fsum
from typing import Any

from attrs import evolve

from crmkit.domain.money import Money
from crmkit.domain.tally import Buying, CustomerSummary
from crmkit.domain.times import Period
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import two_sided_z
from crmkit.metrics.kpis.period import NO_MARGIN
from crmkit.metrics.value._worth import doubts_of, with_interval
from crmkit.metrics.value.base.base_models import BaseModels, ask_each, has_numpy, history_of
from crmkit.metrics.value.base.customer_value import BaseValues, CustomerValue
from crmkit.metrics.value.base.scores import (
    HORIZON_WEEKS,
    NO_TOTAL_INTERVAL,
    YEAR_WEEKS,
    Scores,
    Told,
    score,
    score_all,
)
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma

__all__ = ["kept_part", "value_of", "values_of"]

_NO_PURCHASE = "no net purchase yet"
_NO_LEAVING = "the log shows no sign that customers leave, so it cannot tell who has left"
_NO_INTERVAL = "no interval: the fit of what customers spend did not converge"
_INTERVAL = "interval: uncertainty of the models' parameters, not the luck of one customer"


class _Of(Enum):
    """What a figure is of, and how it is found."""

    ALIVE = "{buying}"
    COMING = f"{{buying}} over {YEAR_WEEKS} weeks"
    SPEND = "{spend}"
    FUTURE = f"{{buying}} × {{spend}} over {HORIZON_WEEKS} weeks, discounted"

    def method(self, models: BaseModels) -> str:
        """Return the method in words, with the models' names."""
        told = self.value.format(buying=models.buying_name, spend=GammaGamma.NAME)
        return f"{told}; {_INTERVAL}"


def value_of(
    models: BaseModels,
    summary: CustomerSummary,
    *,
    period: Period | None = None,
    within: Buying | None = None,
) -> CustomerValue:
    """Return what one relationship has brought and may still bring.

    Needs the standard library only.

    Args:
        models: The models of the base.
        summary: The customer, as of a day.
        period: The days that revenue and profit shall be of; all so far by default.
        within: What the facts of that period amount to.
    """
    scores = score(models, summary) if summary.days else Scores()
    brought = summary.buying if within is None else within
    return evolve(_told(models, summary, scores), period=period, **_brought(models, brought))


def values_of(models: BaseModels, people: Sequence[CustomerSummary]) -> BaseValues:
    """Return what many relationships may still bring, one by one and together.

    The rows equal ``value_of`` of each customer.
    """
    buyers = [one for one in people if one.days]
    scores, future = score_all(models, buyers)
    found = iter(scores)
    together = _unknown(models, models.shop.currency, _Of.FUTURE)
    if future is not None:
        doubts = _doubts(models, _Of.FUTURE)
        together = evolve(
            future, notes=(*doubts, *future.notes) if not has_numpy() else doubts or future.notes
        )
    return BaseValues(
        rows=tuple(_told(models, one, next(found) if one.days else Scores()) for one in people),
        alive=_alive_of(models, scores),
        expected_purchases=_purchases_of(models, buyers),
        clv=kept_part(together, models.margin),
    )


def _brought(models: BaseModels, buying: Buying) -> dict[str, Any]:
    """Revenue and profit of these orders, and what is missing."""
    profit, currency = buying.profit(models.shop.gross_margin), models.shop.currency
    return {
        "revenue": Money(buying.revenue, currency),
        "profit": None if profit is None else Money(profit, currency),
        "notes": () if profit is not None else (NO_MARGIN,),
    }


def _told(models: BaseModels, summary: CustomerSummary, scores: Scores) -> CustomerValue:
    currency, bought = models.shop.currency, bool(summary.days)

    def figure(told: Told, unit: str, of: _Of) -> Estimate:
        value, low, high = told
        if value is None:
            return _unknown(models, unit, of, bought=bought)
        return Estimate(
            value=value,
            low=low,
            high=high,
            n=models.spend_n if of is _Of.SPEND else models.n,
            unit=unit,
            method=of.method(models),
            notes=_doubts(models, of),
        )

    future = figure(scores.future, currency, _Of.FUTURE)
    return CustomerValue(
        customer_id=summary.customer_id,
        period=None,
        **_brought(models, summary.buying),
        tenure=summary.age,
        alive=figure(scores.alive, "chance", _Of.ALIVE),
        expected_purchases=figure(scores.purchases, "occasions", _Of.COMING),
        expected_spend=figure(scores.spend, currency, _Of.SPEND),
        future_revenue=future,
        clv=kept_part(future, models.margin),
        models=models.lines(),
    )


def _doubts(models: BaseModels, of: _Of) -> tuple[str, ...]:
    """Why a figure has no interval, or one that does not tell all that is unsure."""
    notes: tuple[str, ...] = ()
    if of is not _Of.SPEND and isinstance(models.buying, Fit):
        notes = doubts_of(models.buying)
    if of in {_Of.SPEND, _Of.FUTURE}:
        sure = isinstance(models.spend, Fit) and models.spend.converged
        notes = (*notes, *(() if sure else (_NO_INTERVAL,)))
    return notes


def _unknown(models: BaseModels, unit: str, of: _Of, *, bought: bool = True) -> Estimate:
    """A figure without a value, and the first reason for that."""
    reason = models.spend_missing if of is _Of.SPEND else models.missing
    if not bought:
        reason = _NO_PURCHASE
    elif of is _Of.ALIVE and isinstance(models.buying, Fit):
        reason = _NO_LEAVING
    return undefined(unit=unit, method=of.method(models), note=reason or _NO_PURCHASE)


def kept_part(future: Estimate, margin: float | None) -> Estimate:
    """Return the part of a future revenue that stays as profit; undefined without a margin."""
    if future.value is None:
        return future
    if margin is None:
        return undefined(unit=future.unit, method=future.method, note=NO_MARGIN)
    ends = [None if end is None else margin * end for end in (future.low, future.high)]
    low, high = ends if margin >= 0 else reversed(ends)
    return evolve(future, value=margin * future.value, low=low, high=high)


def _purchases_of(models: BaseModels, buyers: Sequence[CustomerSummary]) -> Estimate:
    """How often all of them will come; the interval is the parameters' uncertainty."""
    if not buyers or not isinstance(models.buying, Fit):
        return _unknown(models, "occasions", _Of.COMING, bought=bool(buyers))
    rows = [history_of(one) for one in buyers]

    def coming(model: BuyingModel) -> float:
        return fsum(ask_each(model.expected_purchases, rows, weeks=YEAR_WEEKS))

    at_once = has_numpy()
    value, ends = (
        with_interval(coming, models.buying) if at_once else (coming(models.buying.model), None)
    )
    low, high = ends or (None, None)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=len(buyers),
        unit="occasions",
        method=_Of.COMING.method(models),
        notes=(*_doubts(models, _Of.COMING), *(() if at_once else (NO_TOTAL_INTERVAL,))),
    )


def _alive_of(models: BaseModels, scores: Sequence[Scores]) -> Estimate:
    """How many will still be there; each is a toss of their own chance."""
    chances = [one.alive.value for one in scores if one.alive.value is not None]
    if not chances:
        return _unknown(models, "customers", _Of.ALIVE, bought=bool(scores))
    spread = two_sided_z() * fsum(chance * (1 - chance) for chance in chances) ** 0.5
    middle = fsum(chances)
    return Estimate(
        value=middle,
        low=max(0.0, middle - spread),
        high=min(float(len(chances)), middle + spread),
        n=len(chances),
        unit="customers",
        method=f"sum of the chances ({models.buying_name}); interval: the luck of each customer",
    )
