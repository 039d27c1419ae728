"""What the models of a base say of its customers, in plain numbers.

One customer is scored with the standard library alone, all of them at once with numpy; the
formulas are the same, and so are the figures.
"""

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

from attrs import evolve, frozen

from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.value._worth import Scale, with_interval
from crmkit.metrics.value.base.base_models import (
    BaseModels,
    columns,
    has_numpy,
    history_of,
    spending_of,
)
from crmkit.metrics.value.clv import clv, total_clv
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma

__all__ = ["HORIZON_WEEKS", "YEAR_WEEKS", "Scores", "Told", "score", "score_all"]

# Slopes are taken over steps of 1e-4 in ln q, and below 1 there is no mean spend.
_ROOM_FOR_SLOPES = 1.001
#: How far lifetime value looks ahead: three years.
HORIZON_WEEKS = 156
#: How far ``purchases`` looks ahead.
YEAR_WEEKS = 52


class Told(NamedTuple):
    """A figure and the ends of its interval, None where unknown; or columns of them."""

    value: Any = None
    low: Any = None
    high: Any = None


_NOTHING = Told()
NO_TOTAL_INTERVAL = "no interval of the total: that needs numpy (crmkit[models])"


@frozen(kw_only=True)
class Scores:
    """What the models say of one customer, with the parameters' uncertainty.

    Attributes:
        alive: Chance that the customer will still buy, 0 to 1.
        purchases: Occasions to expect within ``YEAR_WEEKS``.
        spend: Net revenue to expect of an occasion, in major units.
        future: Discounted revenue to expect within ``HORIZON_WEEKS``, in major units.
    """

    alive: Told = _NOTHING
    purchases: Told = _NOTHING
    spend: Told = _NOTHING
    future: Told = _NOTHING


def score(models: BaseModels, buyer: CustomerSummary) -> Scores:
    """Score one customer with at least one occasion."""
    history, spending = history_of(buyer), spending_of(buyer, models.shop)
    known = {**_of_buying(models, history), "spend": _of_spend(models, spending)}
    if models.missing is not None:
        return Scores(**known)
    future = clv(**_terms(models), **history, **spending)
    return Scores(**known, future=Told(future.value, future.low, future.high))


def score_all(
    models: BaseModels, buyers: Sequence[CustomerSummary]
) -> tuple[list[Scores], Estimate | None]:
    """Score customers with at least one occasion, and the future revenue of all of them.

    Returns:
        The scores in the order given, and the total; None where there is no future to tell.
    """
    if not buyers or models.missing is not None:
        return [score(models, one) for one in buyers], None
    if not has_numpy():
        scores = [score(models, one) for one in buyers]
        return scores, _added_up(models, buyers[0], scores)
    history = columns(history_of(one) for one in buyers)
    spending = columns(spending_of(one, models.shop) for one in buyers)
    worth = total_clv(**_terms(models), **history, **spending)
    found = {
        **_of_buying(models, history),
        "spend": _of_spend(models, spending),
        "future": Told(worth.values, worth.low, worth.high),
    }
    each = {name: _rows(told, len(buyers)) for name, told in found.items()}
    rows = zip(*each.values(), strict=True)
    return [Scores(**dict(zip(each, row, strict=True))) for row in rows], worth.total


def _added_up(models: BaseModels, one: CustomerSummary, scores: Sequence[Scores]) -> Estimate:
    """The future revenue of all, without its interval: that takes all slopes at once."""
    like = clv(**_terms(models), **history_of(one), **spending_of(one, models.shop))
    total = fsum(each.future.value for each in scores)
    return evolve(like, value=total, low=None, high=None, notes=(NO_TOTAL_INTERVAL,))


def _of_buying(models: BaseModels, history: Mapping[str, Any]) -> dict[str, Told]:
    if not isinstance(models.buying, Fit):
        return {}

    def alive(model: BuyingModel) -> Any:
        return model.probability_alive(**history)

    def purchases(model: BuyingModel) -> Any:
        return model.expected_purchases(**history, weeks=YEAR_WEEKS)

    return {
        "alive": _told(alive, models.buying, "probability") if models.sees_leaving else _NOTHING,
        "purchases": _told(purchases, models.buying),
    }


def _of_spend(models: BaseModels, spending: Mapping[str, Any]) -> Told:
    if not isinstance(models.spend, Fit) or models.spend.model.q <= 1:
        return _NOTHING

    def spend(model: GammaGamma) -> Any:
        return model.expected_spend(*spending.values())

    if models.spend.model.q < _ROOM_FOR_SLOPES or not models.spend.converged:
        return Told(spend(models.spend.model))
    return _told(spend, models.spend)


def _told(figure: Callable[[Any], Any], fit: Fit[Any], scale: Scale = "amount") -> Told:
    value, ends = with_interval(figure, fit, scale=scale)
    return Told(value, *(ends or (None, None)))


def _rows(told: Told, count: int) -> list[Told]:
    """One figure per customer out of columns, some of which are missing altogether."""
    whole = [[None] * count if each is None else map(float, each) for each in told]
    return [Told(*row) for row in zip(*whole, strict=True)]


def _terms(models: BaseModels) -> dict[str, Any]:
    """What ``clv`` is asked of every customer: revenue, so a margin of 1."""
    buying, spend = models.fits
    return {
        "model": buying.model,
        "spend": spend.model,
        "fit": buying,
        "spend_fit": spend if spend.converged else None,
        "margin": 1.0,
        "currency": models.shop.currency,
        "horizon_weeks": HORIZON_WEEKS,
        "annual_discount": float(models.shop.annual_discount),
    }
