"""The models fitted to one base as of one day, or why there are none.

Fitted to the customers with at least one net purchase occasion: the MBG/NBD for how often
they will come (it lets one-time buyers leave), the Gamma-Gamma for what they spend on a day
after their first. What could not be fitted is kept as the error that says what is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit.domain.errors import CrmkitError, InsufficientDataError, MissingExtraError
from crmkit.domain.money import decimals
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.models.mbgnbd import MBGNBD

__all__ = ["BaseModels", "columns", "fit_base", "history_of", "spending_of"]

_LEAST_CHANCE_TO_LEAVE = 1e-4
_NO_MEAN = "the fitted spend has no finite mean (q ≤ 1): look at outliers"


@frozen(kw_only=True)
class BaseModels:
    """The models fitted to one base as of one day.

    Attributes:
        shop: Whose policy rules: currency and discount rate.
        buying: How often customers come, or why that could not be fitted.
        spend: What they spend on an occasion, or why that could not be fitted.
        margin: Share of revenue that stays as profit; None where it is unknown.
    """

    shop: Shop
    buying: Fit[MBGNBD] | CrmkitError
    spend: Fit[GammaGamma] | CrmkitError
    margin: float | None

    @property
    def missing(self) -> str | None:
        """Why no future can be told; None where it can."""
        return str(self.buying) if isinstance(self.buying, CrmkitError) else self.spend_missing

    @property
    def spend_missing(self) -> str | None:
        """Why no spend can be told; None where it can."""
        if isinstance(self.spend, CrmkitError):
            return str(self.spend)
        return _NO_MEAN if self.spend.model.q <= 1 else None

    @property
    def sees_leaving(self) -> bool:
        """Whether customers seem to leave; if not, that they stayed is a premise, no finding."""
        if isinstance(self.buying, CrmkitError):
            return False
        model = self.buying.model
        return model.a / (model.a + model.b) > _LEAST_CHANCE_TO_LEAVE

    @property
    def n(self) -> float:
        """Customers behind the fit of how often they come."""
        return self.buying.n if isinstance(self.buying, Fit) else 0

    @property
    def spend_n(self) -> float:
        """Customers behind the fit of what they spend."""
        return self.spend.n if isinstance(self.spend, Fit) else 0

    def lines(self) -> tuple[str, ...]:
        """Return a line per model: its parameters, or why there is none."""
        return (_line("MBG/NBD", self.buying), _line("Gamma-Gamma", self.spend))


def _line(name: str, fit: Fit[Any] | CrmkitError) -> str:
    return fit.line if isinstance(fit, Fit) else f"{name}: not fitted: {fit}"


def history_of(one: CustomerSummary) -> dict[str, Any]:
    """Return a buyer's history as the models read it, in weeks."""
    return {"repeats": one.repeats, "recency": one.recency_weeks, "age": one.age_weeks}


def spending_of(one: CustomerSummary, shop: Shop) -> dict[str, Any]:
    """Return a buyer's days with spend after the first occasion, and their mean in major units."""
    mean = one.mean_repeat_spend
    if mean is None or mean <= 0:
        return {"spending_purchases": 0, "mean_spend": 0.0}
    scale = 10.0 ** -decimals(shop.currency)
    return {"spending_purchases": one.spending_repeats, "mean_spend": mean * scale}


def columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return at least one row turned into columns."""
    listed = list(rows)
    return {name: [row[name] for row in listed] for name in listed[0]}


def fit_base(people: Iterable[CustomerSummary], shop: Shop) -> BaseModels:
    """Fit the models to a base.

    Args:
        people: Everyone, as of one day; those without a net occasion are left out.
        shop: Whose policy rules.

    Returns:
        The fits; where one is not possible, the error that says what is missing stands in
        its place.
    """
    everyone = list(people)
    buyers = [one for one in everyone if one.days]
    spending = [each for one in buyers if (each := spending_of(one, shop))["spending_purchases"]]
    return BaseModels(
        shop=shop,
        buying=_fitted(MBGNBD, "MBG/NBD", [history_of(one) for one in buyers]),
        spend=_fitted(GammaGamma, "Gamma-Gamma", spending),
        margin=_margin(everyone, shop),
    )


def _fitted(model: Any, name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    if not rows:
        return InsufficientDataError(name, 1, 0, "customers to learn from")
    try:
        return model.fit(*columns(rows).values())
    except (InsufficientDataError, MissingExtraError) as error:
        return error


def _margin(everyone: Sequence[CustomerSummary], shop: Shop) -> float | None:
    """Profit as a share of revenue over the whole base; None where either is unknown.

    More than all of it cannot be kept: then more cost came back than was sold.
    """
    total = sum((one.buying for one in everyone), Buying())
    profit = total.profit(shop.gross_margin)
    if profit is None or total.revenue <= 0 or profit > total.revenue:
        return None
    return profit / total.revenue
