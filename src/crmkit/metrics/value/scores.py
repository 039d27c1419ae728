"""What the models of a base say of its customers, in plain numbers.

One customer is scored with the standard library alone, all of them at once with numpy; the
formulas are the same, and so are the figures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.value.base_models import BaseModels, columns, history_of, spending_of
from crmkit.metrics.value.clv import clv, total_clv
from crmkit.metrics.value.fit import Fit

__all__ = ["HORIZON_WEEKS", "YEAR_WEEKS", "Scores", "score", "score_all"]

#: How far lifetime value looks ahead: three years.
HORIZON_WEEKS = 156
#: How far ``purchases`` looks ahead.
YEAR_WEEKS = 52


@frozen(kw_only=True)
class Scores:
    """What the models say of one customer; None where they say nothing.

    Attributes:
        alive: Chance that the customer will still buy, 0 to 1.
        purchases: Occasions to expect within ``YEAR_WEEKS``.
        spend: Net revenue to expect of an occasion, in major units.
        future, low, high: Discounted revenue within ``HORIZON_WEEKS`` and its interval.
    """

    alive: float | None = None
    purchases: float | None = None
    spend: float | None = None
    future: float | None = None
    low: float | None = None
    high: float | None = None


def score(models: BaseModels, buyer: CustomerSummary) -> Scores:
    """Score one customer with at least one occasion."""
    history, spending = history_of(buyer), spending_of(buyer, models.shop)
    known = {**_of_buying(models, history), "spend": _of_spend(models, spending)}
    if models.missing is not None:
        return Scores(**known)
    future = clv(**_terms(models), **history, **spending)
    return Scores(**known, future=future.value, low=future.low, high=future.high)


def score_all(
    models: BaseModels, buyers: Sequence[CustomerSummary]
) -> tuple[list[Scores], Estimate | None]:
    """Score customers with at least one occasion, and the future revenue of all of them.

    Returns:
        The scores in the order given, and the total; None where there is no future to tell.
    """
    if not buyers or models.missing is not None:
        return [score(models, one) for one in buyers], None
    history = columns(history_of(one) for one in buyers)
    spending = columns(spending_of(one, models.shop) for one in buyers)
    worth = total_clv(**_terms(models), **history, **spending)
    found = {
        **_of_buying(models, history),
        "spend": _of_spend(models, spending),
        "future": worth.values,
        "low": worth.low,
        "high": worth.high,
    }
    return _rows(found, len(buyers)), worth.total


def _of_buying(models: BaseModels, history: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(models.buying, Fit):
        return {}
    model = models.buying.model
    return {
        "alive": model.probability_alive(**history) if models.sees_leaving else None,
        "purchases": model.expected_purchases(**history, weeks=YEAR_WEEKS),
    }


def _of_spend(models: BaseModels, spending: Mapping[str, Any]) -> Any:
    if not isinstance(models.spend, Fit) or models.spend.model.q <= 1:
        return None
    return models.spend.model.expected_spend(*spending.values())


def _terms(models: BaseModels) -> dict[str, Any]:
    """What ``clv`` is asked of every customer: revenue, so a margin of 1."""
    assert isinstance(models.buying, Fit)  # noqa: S101  callers ask what is missing first
    assert isinstance(models.spend, Fit)  # noqa: S101
    return {
        "model": models.buying.model,
        "spend": models.spend.model,
        "fit": models.buying,
        "spend_fit": models.spend,
        "margin": 1.0,
        "currency": models.shop.currency,
        "horizon_weeks": HORIZON_WEEKS,
        "annual_discount": float(models.shop.annual_discount),
    }


def _rows(found: Mapping[str, Any], count: int) -> list[Scores]:
    """One value per customer out of columns, some of which are missing altogether."""
    whole = {
        name: [None] * count if column is None else [float(each) for each in column]
        for name, column in found.items()
    }
    return [
        Scores(**dict(zip(whole, row, strict=True))) for row in zip(*whole.values(), strict=True)
    ]
