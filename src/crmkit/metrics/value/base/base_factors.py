"""The factors of every customer's lifetime value at one date, from the models of a base.

Their product is the customer's ``clv``: what the model expects within the horizon is taken
apart into the chance that the customer is there, the purchases of one who is, and what is left
of them once discounted.
"""

from collections.abc import Sequence
from typing import Any

from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.value.base.base_models import BaseModels, ask_each, history_of, spending_of
from crmkit.metrics.value.base.scores import HORIZON_WEEKS
from crmkit.metrics.value.equity.clv_factors import ClvFactors
from crmkit.metrics.value.yearly_rates import weekly_discount

__all__ = ["factors_of"]


def factors_of(
    models: BaseModels, people: Sequence[CustomerSummary]
) -> dict[str, ClvFactors | None]:
    """Return the factors of each buyer's lifetime value; None where it is unknown.

    Args:
        models: The models of the base.
        people: Its customers; those who never bought have no lifetime value and are left out.
    """
    buyers = [one for one in people if one.days]
    margin = models.margin
    if models.missing is not None or margin is None or not buyers:
        return dict.fromkeys((one.customer_id for one in buyers), None)
    buying, spend = models.fits
    rows = zip(
        *_of_buying(buying.model, models, buyers),
        ask_each(spend.model.expected_spend, [_spent(one, models) for one in buyers]),
        strict=True,
    )
    return {
        one.customer_id: ClvFactors(
            spend=float(brings),
            margin=margin,
            alive=float(alive),
            purchases=float(expected / alive) if alive else 0.0,
            discounting=min(1.0, float(discounted / expected)) if expected else 1.0,
        )
        for one, (alive, expected, discounted, brings) in zip(buyers, rows, strict=True)
    }


def _of_buying(model: Any, models: BaseModels, buyers: Sequence[CustomerSummary]) -> list[Any]:
    """The chance to be there, and the purchases within the horizon, plain and discounted."""
    rows = [history_of(one) for one in buyers]
    weekly = weekly_discount(models.shop.annual_discount)
    horizon = {"weeks": HORIZON_WEEKS}
    return [
        ask_each(model.probability_alive, rows),
        ask_each(model.expected_purchases, rows, **horizon),
        ask_each(model.discounted_purchases, rows, **horizon, weekly_discount=weekly),
    ]


def _spent(one: CustomerSummary, models: BaseModels) -> dict[str, Any]:
    """What the model of spend takes of a customer, by its own names."""
    spending = spending_of(one, models.shop)
    return {
        "purchases": spending["spending_purchases"],
        "mean_spend": spending["mean_spend"],
    }
