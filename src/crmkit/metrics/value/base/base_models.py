"""The models fitted to one base as of one day, or why there are none.

Fitted to the customers with at least one net purchase occasion: a model of how often they
will come, chosen by ``choose_model``, and the Gamma-Gamma for what they spend on a day after
their first. What could not be fitted is kept as the error that says what is missing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import CrmkitError, InsufficientDataError, MissingExtraError
from crmkit.domain.money import decimals
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma

__all__ = [
    "BaseModels",
    "ask_each",
    "columns",
    "fit_base",
    "has_numpy",
    "history_of",
    "margin_of",
    "spending_of",
    "value_columns",
]

_BUYING = "model of buying"
_NO_MEAN = "the fitted spend has no finite mean (q ≤ 1): look at outliers"
#: Nobody leaves if this share of newcomers is still there after so long.
_STILL_THERE, _WEEKS = 0.999, 520


@frozen(kw_only=True)
class BaseModels:
    """The models fitted to one base as of one day.

    Attributes:
        shop: Whose policy rules: currency and discount rate.
        buying: How often customers come, or why that could not be fitted.
        spend: What they spend on an occasion, or why that could not be fitted.
        margin: Share of revenue that stays as profit; None where it is unknown.
        reason: Why this model of buying; empty where there is none.
        notes: What else the reader must know, as that they are older than the day asked of.
    """

    shop: Shop
    buying: Fit[BuyingModel] | CrmkitError
    spend: Fit[GammaGamma] | CrmkitError
    margin: float | None
    reason: str = ""
    notes: tuple[str, ...] = ()

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
    def fits(self) -> tuple[Fit[BuyingModel], Fit[GammaGamma]]:
        """Both fits.

        Raises:
            CrmkitError: One of them could not be had; it says what is missing.
        """
        if isinstance(self.buying, CrmkitError):
            raise self.buying
        if isinstance(self.spend, CrmkitError):
            raise self.spend
        return self.buying, self.spend

    @property
    def buying_name(self) -> str:
        """What the model of buying is called."""
        return self.buying.name if isinstance(self.buying, Fit) else _BUYING

    @property
    def sees_leaving(self) -> bool:
        """Whether customers seem to leave; if not, that they stayed is a premise, no finding."""
        if isinstance(self.buying, CrmkitError):
            return False
        return bool(self.buying.model.survival_probability(0, 0, 0, weeks=_WEEKS) < _STILL_THERE)

    @property
    def n(self) -> float:
        """Customers behind the fit of how often they come."""
        return self.buying.n if isinstance(self.buying, Fit) else 0

    @property
    def spend_n(self) -> float:
        """Customers behind the fit of what they spend."""
        return self.spend.n if isinstance(self.spend, Fit) else 0

    def lines(self) -> tuple[str, ...]:
        """Return a line per model: its parameters, or why there is none; then the notes."""
        chosen = f"; chosen: {self.reason}" if self.reason else ""
        buying = _line(_BUYING, self.buying) + chosen
        return (buying, _line(GammaGamma.NAME, self.spend), *self.notes)


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


def value_columns(people: Iterable[CustomerSummary], shop: Shop) -> dict[str, Any]:
    """Return what ``clv``, ``total_clv`` and ``clv_drivers`` take of customers, by name.

    Args:
        people: Customers' summaries; those without an occasion are left out.
        shop: Whose currency: mean spend comes out in its major units, as 12.5 for 1,250 cents.
    """
    rows = [{**history_of(one), **spending_of(one, shop)} for one in people if one.days]
    names = ("repeats", "recency", "age", "spending_purchases", "mean_spend")
    return {name: [row[name] for row in rows] for name in names}


def columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return at least one row turned into columns."""
    listed = list(rows)
    return {name: [row[name] for row in listed] for name in listed[0]}


def ask_each(question: Callable[..., Any], rows: Sequence[Mapping[str, Any]], **more: Any) -> Any:
    """Return what a model answers of every row: all at once with numpy, else one by one.

    Args:
        question: A method of a model.
        rows: What it takes of each customer, by name; at least one.
        more: What it takes beside that.
    """
    if has_numpy():
        return question(**columns(rows), **more)
    return [question(**row, **more) for row in rows]


def has_numpy() -> bool:
    """Return whether many customers can be asked of at once."""
    try:
        require("numpy", extra="models")
    except MissingExtraError:
        return False
    return True


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
    buying, reason = _buying([history_of(one) for one in buyers])
    return BaseModels(
        shop=shop,
        buying=buying,
        spend=_spend(spending),
        margin=margin_of(everyone, shop),
        reason=reason,
    )


def _buying(rows: Sequence[Mapping[str, Any]]) -> tuple[Fit[BuyingModel] | CrmkitError, str]:
    """The fit chosen, or what is missing for it, and why it was chosen."""
    from crmkit.metrics.value.judging.choose_model import choose_model

    if not rows:
        return InsufficientDataError(_BUYING, 1, 0, "customers to learn from"), ""
    try:
        choice = choose_model(**columns(rows))
    except MissingExtraError as error:
        return error, ""
    if choice.fit is None:
        assert choice.missing is not None  # noqa: S101  one of the two there is
        return choice.missing, ""
    return choice.fit, choice.reason


def _spend(rows: Sequence[Mapping[str, Any]]) -> Fit[GammaGamma] | CrmkitError:
    if not rows:
        return InsufficientDataError(GammaGamma.NAME, 1, 0, "customers to learn from")
    try:
        return GammaGamma.fit(*columns(rows).values())
    except (InsufficientDataError, MissingExtraError) as error:
        return error


def margin_of(everyone: Sequence[CustomerSummary], shop: Shop) -> float | None:
    """Return profit as a share of revenue over a base; None where either is unknown.

    More than all of it cannot be kept: then more cost came back than was sold.
    """
    total = sum((one.buying for one in everyone), Buying())
    profit = total.profit(shop.gross_margin)
    if profit is None or total.revenue <= 0 or profit > total.revenue:
        return None
    return profit / total.revenue
