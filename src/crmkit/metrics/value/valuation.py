"""What the relationships of a base are worth: models fitted once, every customer scored.

Fitted to the customers with at least one net purchase occasion, as of one day: the MBG/NBD
for how often they will come (it lets one-time buyers leave), the Gamma-Gamma for what they
spend on a day after their first. One customer and a whole base are scored by the same
formulas. What could not be fitted is missing and says why; the rest is still given.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Any

from attrs import asdict, evolve, frozen

from crmkit.domain.errors import CrmkitError, InsufficientDataError
from crmkit.domain.money import Money, decimals
from crmkit.domain.shop import Shop
from crmkit.domain.tally import Buying, CustomerSummary
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import two_sided_z
from crmkit.metrics.kpis.period import NO_MARGIN
from crmkit.metrics.value._worth import interval_of
from crmkit.metrics.value.clv import clv, total_clv
from crmkit.metrics.value.fit import Fit
from crmkit.metrics.value.gamma_gamma import GammaGamma
from crmkit.metrics.value.mbgnbd import MBGNBD

__all__ = [
    "HORIZON_WEEKS",
    "YEAR_WEEKS",
    "BaseModels",
    "BaseValues",
    "CustomerValue",
    "fit_base",
]

#: How far lifetime value looks ahead: three years.
HORIZON_WEEKS = 156
#: How far ``expected_purchases`` looks ahead.
YEAR_WEEKS = 52

_NO_PURCHASE = "no net purchase yet"
_NO_LEAVING = "the log shows no sign that customers leave, so it cannot tell who has left"
_LEAST_CHANCE_TO_LEAVE = 1e-4
_FUTURE = f"MBG/NBD × Gamma-Gamma over {HORIZON_WEEKS} weeks, discounted"


@frozen(kw_only=True)
class CustomerValue:
    """What a relationship has brought and what it may still bring.

    Attributes:
        customer_id: Whose.
        revenue: Net of refunds so far, without tax and shipping.
        profit: Revenue so far less the cost of goods; None where it is unknown.
        tenure: Days since the first net purchase occasion; None without one.
        alive: Chance that the customer will still buy, 0 to 1.
        expected_purchases: Occasions to expect within the next 52 weeks.
        expected_spend: Net revenue to expect of an occasion, in major units.
        future_revenue: Discounted revenue to expect within three years, in major units.
        clv: Discounted profit to expect within three years, in major units.
        notes: What is missing and why.
    """

    customer_id: str
    revenue: Money
    profit: Money | None
    tenure: int | None
    alive: Estimate
    expected_purchases: Estimate
    expected_spend: Estimate
    future_revenue: Estimate
    clv: Estimate
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        profit = "unknown" if self.profit is None else str(self.profit)
        return "\n".join(
            [
                f"{self.customer_id}: revenue {self.revenue}, profit {profit}",
                f"still a customer  {self.alive}",
                f"next 52 weeks     {self.expected_purchases}",
                f"per occasion      {self.expected_spend}",
                f"lifetime value    {self.clv}",
                *self.notes,
            ]
        )


@frozen(kw_only=True)
class BaseValues:
    """What the customers of a base may still bring, one by one and together.

    Attributes:
        rows: One value per customer, in the order asked.
        alive: How many are expected to be still there; the interval is the luck of each.
        expected_purchases: Occasions to expect of all within the next 52 weeks.
        clv: Lifetime value to come, of all.
    """

    rows: tuple[CustomerValue, ...]
    alive: Estimate
    expected_purchases: Estimate
    clv: Estimate


@frozen(kw_only=True)
class _Scores:
    """What the models say of one customer, in plain numbers; None where they say nothing."""

    alive: float | None = None
    purchases: float | None = None
    spend: float | None = None
    future: float | None = None
    low: float | None = None
    high: float | None = None


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

    def lines(self) -> tuple[str, ...]:
        """Return a line per model: its parameters, or why there is none."""
        return (_line("MBG/NBD", self.buying), _line("Gamma-Gamma", self.spend))

    def value(self, summary: CustomerSummary) -> CustomerValue:
        """Return what one relationship has brought and may still bring.

        Needs the standard library only.
        """
        return self._told(summary, self._score(summary) if summary.days else _Scores())

    def values(self, people: Sequence[CustomerSummary]) -> BaseValues:
        """Return what many relationships may still bring, one by one and together.

        The rows equal ``value`` of each customer; with numpy they are scored at once.
        """
        buyers = [one for one in people if one.days]
        scores, future = self._scores(buyers)
        found = iter(scores)
        return BaseValues(
            rows=tuple(self._told(one, next(found) if one.days else _Scores()) for one in people),
            alive=self._alive_of(scores),
            expected_purchases=self._purchases_of(buyers),
            clv=self._kept(future),
        )

    # --- scoring ----------------------------------------------------------------------------

    def _score(self, summary: CustomerSummary) -> _Scores:
        history, spending = _history(summary), _spending(summary, self.shop)
        future = clv(**self._terms(), **history, **spending) if self._complete else None
        return _Scores(
            **self._buying_scores(history),
            spend=self._spend_score(spending),
            future=None if future is None else future.value,
            low=None if future is None else future.low,
            high=None if future is None else future.high,
        )

    def _scores(self, buyers: Sequence[CustomerSummary]) -> tuple[list[_Scores], Estimate]:
        """Every buyer's scores, and the future revenue of all of them."""
        if not buyers or not self._complete:
            return [self._score(one) for one in buyers], self._no_future()
        history = _columns(_history(one) for one in buyers)
        spending = _columns(_spending(one, self.shop) for one in buyers)
        worth = total_clv(**self._terms(), **history, **spending)
        columns = {
            **self._buying_scores(history),
            "spend": self._spend_score(spending),
            "future": worth.values,
            "low": worth.low,
            "high": worth.high,
        }
        return _rows(columns, len(buyers)), worth.total

    @property
    def _complete(self) -> bool:
        """Whether there is all that a future needs."""
        return (
            isinstance(self.buying, Fit) and isinstance(self.spend, Fit) and self.spend.model.q > 1
        )

    def _buying_scores(self, history: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(self.buying, Fit):
            return {}
        model = self.buying.model
        return {
            "alive": model.probability_alive(**history) if _sees_leaving(model) else None,
            "purchases": model.expected_purchases(**history, weeks=YEAR_WEEKS),
        }

    def _spend_score(self, spending: Mapping[str, Any]) -> Any:
        if not isinstance(self.spend, Fit) or self.spend.model.q <= 1:
            return None
        return self.spend.model.expected_spend(*spending.values())

    def _terms(self) -> dict[str, Any]:
        """What ``clv`` is asked of every customer: revenue, so a margin of 1."""
        assert isinstance(self.buying, Fit)  # noqa: S101  callers ask _complete first
        assert isinstance(self.spend, Fit)  # noqa: S101
        return {
            "model": self.buying.model,
            "spend": self.spend.model,
            "fit": self.buying,
            "spend_fit": self.spend,
            "margin": 1.0,
            "currency": self.shop.currency,
            "horizon_weeks": HORIZON_WEEKS,
            "annual_discount": float(self.shop.annual_discount),
        }

    # --- telling ----------------------------------------------------------------------------

    def _told(self, summary: CustomerSummary, scores: _Scores) -> CustomerValue:
        profit = summary.profit(self.shop.gross_margin)
        currency = self.shop.currency
        future = self._figure(scores.future, currency, _FUTURE, scores.low, scores.high)
        missing = [] if summary.days else [_NO_PURCHASE]
        return CustomerValue(
            customer_id=summary.customer_id,
            revenue=Money(summary.buying.revenue, currency),
            profit=None if profit is None else Money(profit, currency),
            tenure=summary.age,
            alive=self._alive(scores.alive, "chance", missing),
            expected_purchases=self._figure(
                scores.purchases, "occasions", f"MBG/NBD over {YEAR_WEEKS} weeks", notes=missing
            ),
            expected_spend=self._figure(scores.spend, currency, "Gamma-Gamma", notes=missing),
            future_revenue=future.noting(*missing),
            clv=self._kept(future).noting(*missing),
            notes=tuple(missing) if profit is not None else (*missing, NO_MARGIN),
        )

    def _alive(self, value: float | None, unit: str, missing: Sequence[str] = ()) -> Estimate:
        """The chance, or the reason why there is none: above all that nobody seems to leave."""
        if isinstance(self.buying, Fit) and not missing and not _sees_leaving(self.buying.model):
            return undefined(unit=unit, method="MBG/NBD", note=_NO_LEAVING)
        return self._figure(value, unit, "MBG/NBD", notes=missing)

    def _figure(
        self,
        value: float | None,
        unit: str,
        method: str,
        low: float | None = None,
        high: float | None = None,
        *,
        notes: Sequence[str] = (),
    ) -> Estimate:
        if value is None:
            return undefined(unit=unit, method=method, note=self._reason()).noting(*notes)
        return Estimate(value=value, low=low, high=high, n=self._n, unit=unit, method=method)

    @property
    def _n(self) -> float:
        return self.buying.n if isinstance(self.buying, Fit) else 0

    def _reason(self) -> str:
        """Why a figure is missing: the first model that is, or a spend without a mean."""
        for fit in (self.buying, self.spend):
            if not isinstance(fit, Fit):
                return str(fit)
        return _NO_PURCHASE if self._complete else "the fitted spend has no finite mean (q ≤ 1)"

    def _kept(self, future: Estimate) -> Estimate:
        """The part of a future revenue that stays as profit."""
        margin = self.margin
        if margin is None:
            return undefined(unit=future.unit, method=future.method, note=NO_MARGIN)
        ends = [None if end is None else margin * end for end in (future.low, future.high)]
        if margin < 0:
            ends.reverse()
        value = None if future.value is None else margin * future.value
        return evolve(future, value=value, low=ends[0], high=ends[1])

    def _no_future(self) -> Estimate:
        return undefined(unit=self.shop.currency, method=_FUTURE, note=self._reason())

    def _purchases_of(self, buyers: Sequence[CustomerSummary]) -> Estimate:
        """How often all of them will come; the interval is the parameters' uncertainty."""
        unit, method = "occasions", f"MBG/NBD over {YEAR_WEEKS} weeks, all customers"
        if not buyers or not isinstance(self.buying, Fit):
            return undefined(unit=unit, method=method, note=self._reason())
        history = _columns(_history(one) for one in buyers)

        def coming(model: MBGNBD) -> float:
            return fsum(model.expected_purchases(**history, weeks=YEAR_WEEKS))

        low, high = interval_of(coming, self.buying) or (None, None)
        return Estimate(
            value=coming(self.buying.model),
            low=low,
            high=high,
            n=len(buyers),
            unit=unit,
            method=f"{method}; delta method over the parameters",
        )

    def _alive_of(self, scores: Sequence[_Scores]) -> Estimate:
        """How many will still be there; each is a toss of their own chance."""
        chances = [one.alive for one in scores if one.alive is not None]
        if not chances:
            return self._alive(None, "customers")
        spread = two_sided_z() * fsum(chance * (1 - chance) for chance in chances) ** 0.5
        middle = fsum(chances)
        return Estimate(
            value=middle,
            low=max(0.0, middle - spread),
            high=min(float(len(chances)), middle + spread),
            n=len(chances),
            unit="customers",
            method="sum of the chances (MBG/NBD); the interval is the luck of each customer",
        )


def _line(name: str, fit: Fit[Any] | CrmkitError) -> str:
    if not isinstance(fit, Fit):
        return f"{name}: not fitted: {fit}"
    parameters = ", ".join(f"{key} {value:.4g}" for key, value in asdict(fit.model).items())
    sure = "" if fit.converged else "; it did not converge"
    return "; ".join([f"{name}: {parameters} (n {fit.n:,g}{sure})", *fit.notes])


def _sees_leaving(model: MBGNBD) -> bool:
    """Whether the fitted chance to leave is one; without it, alive is no finding but a premise."""
    return model.a / (model.a + model.b) > _LEAST_CHANCE_TO_LEAVE


def _history(one: CustomerSummary) -> dict[str, Any]:
    return {"repeats": one.repeats, "recency": one.recency_weeks, "age": one.age_weeks}


def _spending(one: CustomerSummary, shop: Shop) -> dict[str, Any]:
    """Days with spend after the first occasion, and their mean in major units."""
    mean = one.mean_repeat_spend
    if mean is None or mean <= 0:
        return {"spending_purchases": 0, "mean_spend": 0.0}
    scale = 10.0 ** -decimals(shop.currency)
    return {"spending_purchases": one.spending_repeats, "mean_spend": mean * scale}


def _columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    listed = list(rows)
    return {name: [row[name] for row in listed] for name in listed[0]}


def _rows(columns: Mapping[str, Any], count: int) -> list[_Scores]:
    """One value per customer out of columns, some of which are missing altogether."""
    whole = {
        name: [None] * count if column is None else [float(each) for each in column]
        for name, column in columns.items()
    }
    return [
        _Scores(**dict(zip(whole, row, strict=True))) for row in zip(*whole.values(), strict=True)
    ]


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
    histories = [_history(one) for one in buyers]
    spending = [each for one in buyers if (each := _spending(one, shop))["spending_purchases"]]
    return BaseModels(
        shop=shop,
        buying=_fitted(MBGNBD, "MBG/NBD", histories),
        spend=_fitted(GammaGamma, "Gamma-Gamma", spending),
        margin=_margin(everyone, shop),
    )


def _fitted(model: Any, name: str, rows: Sequence[Mapping[str, Any]]) -> Any:
    try:
        if not rows:
            raise InsufficientDataError(name, 1, 0, "customers with an occasion to learn from")
        return model.fit(*_columns(rows).values())
    except CrmkitError as error:
        return error


def _margin(everyone: Sequence[CustomerSummary], shop: Shop) -> float | None:
    """Profit as a share of revenue over the whole base; None where either is unknown."""
    total = sum((one.buying for one in everyone), Buying())
    profit = total.profit(shop.gross_margin)
    if profit is None or total.revenue <= 0:
        return None
    return profit / total.revenue
