"""What the customers of today will do: occasions, revenue and profit over the weeks to come.

The middle is what the models expect of every customer, added up. The interval holds both
reasons why it will come otherwise: the parameters are not known for sure (delta method on the
log scale), and every customer's future is a matter of luck. The variance of luck is that of
the total over drawn futures: each customer's rate, leaving, purchases and spend are drawn
from what the models say of them, with a fixed seed.

    Var(ln total) = g' C g + Var(luck) / total²,   total e^(± 1.96 √Var)

Customers who are yet to come are not among them, unless it is said how many come a week: then
each brings a first purchase, and what a newcomer is expected to bring after it.

Source: crmkit; the models name theirs.
"""

from collections.abc import Sequence
from math import ceil, exp, fsum
from typing import Any, NamedTuple

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally import CustomerSummary
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number, two_sided_z
from crmkit.metrics.value._worth import Worth, doubts_of, worth_under
from crmkit.metrics.value.base.base_models import BaseModels, columns, history_of, spending_of
from crmkit.metrics.value.base.forecast_points import Forecast, ForecastPoint
from crmkit.metrics.value.base.valuation import kept_part
from crmkit.metrics.value.models.fit import Fit

__all__ = ["forecast"]

_MOST_POINTS = 120
#: Futures drawn of each customer: more where there are few customers to add up.
_LEAST_DRAWS, _MOST_DRAWS, _FUTURES = 8, 400, 40_000
_METHOD = "{models}, summed; interval: the parameters' uncertainty (delta method) and luck"
_NO_INTERVAL = "no interval: the data do not tell how sure the parameters are"
_NO_LEAVING = "the log shows no sign that customers leave, so it cannot tell who will"
_NOBODY = "nobody has bought yet"
_NEWCOMERS = "customers yet to come are not counted; newcomers_per_week= adds them"


def forecast(
    models: BaseModels,
    people: Sequence[CustomerSummary],
    *,
    weeks: float = 52,
    step_weeks: float = 4,
    newcomers_per_week: float | None = None,
    seed: int = 0,
) -> Forecast:
    """Forecast what the customers of a base will do.

    Args:
        models: The models of the base.
        people: Its customers; those who never bought are left out.
        weeks: The horizon, above 0.
        step_weeks: From point to point, above 0; at most 120 points.
        newcomers_per_week: How many customers make their first purchase a week, if that shall
            be counted.
        seed: Of the drawn futures; the same seed gives the same interval.

    Returns:
        Points from ``step_weeks`` to the horizon. What no model tells is undefined, and says
        why.

    Raises:
        InvalidValueError: A horizon, step or number of newcomers that cannot be.
        MissingExtraError: numpy is not installed.

    Source:
        crmkit; the models name theirs.
    """
    buyers = [one for one in people if one.days]
    ends = _points(weeks, step_weeks)
    if newcomers_per_week is not None:
        newcomers_per_week = checked_number(newcomers_per_week, "newcomers_per_week", low=0)
    if not buyers or not isinstance(models.buying, Fit):
        reason = str(models.buying) if buyers else _NOBODY
        points = [_unknown_point(models, at, reason) for at in ends]
    else:
        future = _Future(models, models.buying, buyers, seed)
        points = [future.point(at, newcomers_per_week) for at in ends]
    return Forecast(
        points=tuple(points),
        buyers=len(buyers),
        models=models.lines(),
        notes=() if newcomers_per_week is not None else (_NEWCOMERS,),
    )


def _points(weeks: float, step: float) -> list[float]:
    horizon = _above_0(weeks, "weeks")
    count = ceil(horizon / _above_0(step, "step_weeks") - 1e-9)
    if count > _MOST_POINTS:
        rule = f"must give at most {_MOST_POINTS} points"
        raise InvalidValueError("step_weeks", step, rule, "take a longer step")
    return [*(step * k for k in range(1, count)), horizon]


def _above_0(value: float, name: str) -> float:
    number = float(checked_number(value, name, low=0))
    if not number:
        raise InvalidValueError(name, value, "must be above 0")
    return number


class _Sum(NamedTuple):
    """A sum over customers, and the variance of its logarithm where the fit tells it."""

    value: float
    variance: float | None


def _each_alone(worth: Worth) -> list[_Sum]:
    variance = worth.log_variance()
    rest = [None] * len(worth.values) if variance is None else map(float, variance)
    return [_Sum(float(value), one) for value, one in zip(worth.values, rest, strict=True)]


class _Future:
    """The buyers of a base, and what its models tell of them horizon by horizon."""

    def __init__(
        self, models: BaseModels, buying: Fit[Any], buyers: Sequence[CustomerSummary], seed: int
    ) -> None:
        self.models, self.buying, self.seed, self.n = models, buying, seed, len(buyers)
        np = self.np = require("numpy", extra="models")
        rows = [history_of(one) for one in buyers]
        self.history = {name: np.array(each) for name, each in columns(rows).items()}
        rows = [spending_of(one, models.shop) for one in buyers]
        self.spending = {name: np.array(each) for name, each in columns(rows).items()}
        self.spend = models.fits[1] if models.missing is None else None
        self.each = np.zeros(self.n) if self.spend is None else self._spent(self.spend.model)

    def point(self, weeks: float, arrivals: float | None) -> ForecastPoint:
        """All that is expected up to then."""
        occasions, money = self._luck(weeks)
        worth = worth_under(lambda model: self._sums(model, weeks), self.buying)
        bought, there, brought = _each_alone(worth)
        revenue = self._revenue(weeks, brought, money)
        return ForecastPoint(
            weeks=weeks,
            customers=self._customers(weeks, there),
            occasions=self._told(bought, occasions, "occasions"),
            revenue=revenue,
            profit=kept_part(revenue, self.models.margin),
            newcomers=None if arrivals is None else self._newcomers(weeks, arrivals),
        )

    def _sums(self, model: Any, weeks: float) -> Any:
        """Occasions, customers still there, and revenue, of all."""
        bought, there = self._bought(model, weeks), self._there(model, weeks)
        return self.np.array([bought.sum(), there.sum(), bought @ self.each])

    def _bought(self, model: Any, weeks: float) -> Any:
        return model.expected_purchases(**self.history, weeks=weeks)

    def _there(self, model: Any, weeks: float) -> Any:
        return model.survival_probability(**self.history, weeks=weeks)

    def _spent(self, model: Any) -> Any:
        return model.expected_spend(*self.spending.values())

    def _customers(self, weeks: float, there: _Sum) -> Estimate:
        if not self.models.sees_leaving:
            return _undefined(self.models, "customers", _NO_LEAVING)
        chances = self._there(self.buying.model, weeks)
        return self._told(there, float((chances * (1 - chances)).sum()), "customers", self.n)

    def _revenue(self, weeks: float, brought: _Sum, luck: float) -> Estimate:
        if self.spend is None:
            return _undefined(
                self.models, self.models.shop.currency, str(self.models.spend_missing)
            )
        bought, variance = self._bought(self.buying.model, weeks), None
        if self.spend.converged and brought.variance is not None:
            spent = worth_under(lambda one: float(bought @ self._spent(one)), self.spend)
            of_spend = spent.log_variance()
            variance = None if of_spend is None else brought.variance + of_spend
        whole = _Sum(brought.value, variance)
        return self._told(whole, luck, self.models.shop.currency)

    def _newcomers(self, weeks: float, arrivals: float) -> float:
        """Whoever comes in a week comes in its middle, and comes again as newcomers do."""
        model, whole = self.buying.model, int(weeks)
        later = [model.expected_purchases_of_newcomer(weeks=weeks - k - 0.5) for k in range(whole)]
        rest = weeks - whole
        last = model.expected_purchases_of_newcomer(weeks=rest / 2) if rest else 0.0
        return arrivals * (weeks + fsum(later) + rest * last)

    def _luck(self, weeks: float) -> tuple[float, float]:
        """Variances of all occasions and of all revenue over drawn futures."""
        draws = min(_MOST_DRAWS, max(_LEAST_DRAWS, ceil(_FUTURES / self.n)))
        occasions, money = [], []
        for draw in range(draws):
            seed = 2 * (self.seed * _MOST_DRAWS + draw)
            counts = self.buying.model.simulate_ahead(**self.history, weeks=weeks, seed=seed)
            occasions.append(counts)
            if self.spend is not None:
                money.append(
                    self.spend.model.simulate_ahead(
                        self.spending["spending_purchases"],
                        self.spending["mean_spend"],
                        counts,
                        seed=seed + 1,
                    )
                )
        return self._variance(occasions), self._variance(money)

    def _variance(self, futures: list[Any]) -> float:
        """Customers are unrelated, so their variances add up."""
        return float(self.np.var(futures, axis=0, ddof=1).sum()) if futures else 0.0

    def _told(self, whole: _Sum, luck: float, unit: str, most: float | None = None) -> Estimate:
        value, variance = whole
        low: float | None = None
        high: float | None = None
        if variance is not None and value > 0:
            factor = exp(two_sided_z() * (variance + luck / value**2) ** 0.5)
            low, high = value / factor, value * factor
            high = high if most is None else min(most, high)
        return Estimate(
            value=value,
            low=low,
            high=high,
            n=self.n,
            unit=unit,
            method=_METHOD.format(models=self.models.buying_name),
            notes=doubts_of(self.buying) or (() if variance is not None else (_NO_INTERVAL,)),
        )


def _undefined(models: BaseModels, unit: str, reason: str) -> Estimate:
    return undefined(unit=unit, method=_METHOD.format(models=models.buying_name), note=reason)


def _unknown_point(models: BaseModels, weeks: float, reason: str) -> ForecastPoint:
    currency = models.shop.currency
    return ForecastPoint(
        weeks=weeks,
        customers=_undefined(models, "customers", reason),
        occasions=_undefined(models, "occasions", reason),
        revenue=_undefined(models, currency, reason),
        profit=_undefined(models, currency, reason),
    )
