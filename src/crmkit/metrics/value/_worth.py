"""The value of customers at hand, and how sure it is: the arithmetic behind ``clv``.

With V = P·M·margin, P the discounted purchases and M the spend, and C the covariance of the
log-parameters θ of both models, the delta method on the log scale gives

    Var(ln V) = g' C g,   g = ∂V/∂θ / V,   interval V e^(± 1.96 √Var)

and for the sum over a base the same with the sum of the slopes ∂V/∂θ in place of one.

Source: Casella, G., Berger, R. L. (2002). Statistical inference, 2nd ed., 5.5.4.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from attrs import asdict, evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value._yearly import yearly
from crmkit.metrics.value.models._arithmetic import Numbers, arithmetic_for
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma

WEEKS_A_YEAR = 52
_Z = 1.959963984540054
# Central differences in a log-parameter: an error of 1e-8, and of 1e-12/1e-4 by rounding.
_LOG_STEP = 1e-4
# Slopes make intervals: discounting by four weeks moves them by some 3e-5 of themselves.
_STEP_OF_SLOPES = 4


def _at_least_0(instance: object, attribute: object, value: float | None) -> None:
    del instance
    if value is not None and not 0 <= value < math.inf:
        name = getattr(attribute, "name", "")
        raise InvalidValueError(name, value, "must be 0 or more, and finite", "None is for ever")


def _a_year(instance: object, attribute: object, value: float) -> None:
    del instance
    yearly(value, getattr(attribute, "name", ""))


def _share_of_revenue(instance: object, attribute: object, value: float | None) -> None:
    del instance, attribute
    if value is not None and not -math.inf < value <= 1:
        raise InvalidValueError(
            "margin", value, "must be a share of revenue, at most 1", "write 30 % as 0.3"
        )


def weekly_force(annual_discount: float) -> float:
    """Return the continuous discount rate per week of a rate per year."""
    return math.log1p(annual_discount) / WEEKS_A_YEAR


def purchases_ahead(
    model: BuyingModel,
    history: tuple[Any, Any, Any],
    weeks: float | None,
    weekly_discount: float,
    *,
    step: int = 1,
) -> Numbers:
    """Return the discounted purchases of repeats, recency and age; of all time to come if None."""
    if weeks is None:
        return model.dert(*history, weekly_discount=weekly_discount)
    return model.discounted_purchases(
        *history, weeks=weeks, weekly_discount=weekly_discount, step=step
    )


@frozen(kw_only=True, eq=False)
class Case:
    """What a value is asked of: customers, models, terms, and where the models come from."""

    model: BuyingModel
    spend: GammaGamma
    repeats: Any
    recency: Any
    age: Any
    spending_purchases: Any
    mean_spend: Any
    margin: float | None = field(validator=_share_of_revenue)
    horizon_weeks: float | None = field(validator=_at_least_0)
    annual_discount: float = field(validator=_a_year)
    fit: Fit[Any] | None
    spend_fit: Fit[Any] | None

    def __attrs_post_init__(self) -> None:
        if self.horizon_weeks is None and not self.annual_discount:
            rule = "must be above 0 for purchases for ever"
            raise InvalidValueError("annual_discount", self.annual_discount, rule)
        for name, fit, model in (
            ("fit", self.fit, self.model),
            ("spend_fit", self.spend_fit, self.spend),
        ):
            if fit is not None and fit.model != model:
                raise InvalidValueError(name, fit.model, f"must be the fit of {model}")

    def worth(self) -> "Worth":
        """Value these customers at a margin of 1, with slopes where both fits tell them."""
        purchases, spent = self._purchases(self.model), self._spent(self.spend)
        of_purchases = self.fit.covariance if self.fit else None
        of_spend = self.spend_fit.covariance if self.spend_fit else None
        if of_purchases is None or of_spend is None or not self._has_room_below(self.spend.q):
            return Worth(values=purchases * spent, parts=None)
        bought = _slopes(self._roughly, self.model, of_purchases, purchases)
        spending = _slopes(self._spent, self.spend, of_spend, spent)
        parts = (
            ([slope * spent for slope in bought], of_purchases),
            ([purchases * slope for slope in spending], of_spend),
        )
        return Worth(values=purchases * spent, parts=parts)

    def _roughly(self, model: BuyingModel) -> Numbers:
        return self._purchases(model, step=_STEP_OF_SLOPES)

    def _purchases(self, model: BuyingModel, *, step: int = 1) -> Numbers:
        history = (self.repeats, self.recency, self.age)
        force = weekly_force(self.annual_discount)
        return purchases_ahead(model, history, self.horizon_weeks, force, step=step)

    def _spent(self, spend: GammaGamma) -> Numbers:
        return spend.expected_spend(self.spending_purchases, self.mean_spend)

    @staticmethod
    def _has_room_below(q: float) -> bool:
        return q * math.exp(-_LOG_STEP) > 1


@frozen(kw_only=True, eq=False)
class Worth:
    """Values at a margin of 1; of each fit the slopes over its log-parameters, and covariance."""

    values: Numbers
    parts: Sequence[tuple[list[Numbers], Sequence[Sequence[float]]]] | None

    def ends(self, margin: float) -> tuple[Numbers, Numbers] | None:
        """Ends of the interval at this margin; None where the fits do not tell."""
        variance = self.log_variance()
        if variance is None:
            return None
        factor = arithmetic_for((self.values,)).exp(_Z * variance**0.5)
        small, large = margin * self.values / factor, margin * self.values * factor
        return (small, large) if margin >= 0 else (large, small)

    def log_variance(self) -> Numbers | None:
        """Variance of the logarithms of the values; None where the fits do not tell."""
        if self.parts is None:
            return None
        m = arithmetic_for((self.values,))
        variance = 0.0 * self.values
        for slopes, covariance in self.parts:
            for of_one, row in zip(slopes, covariance, strict=True):
                for of_other, shared in zip(slopes, row, strict=True):
                    variance = variance + of_one * of_other * shared
        divisor = m.choose(self.values > 0, self.values, 1.0)
        return m.larger(variance, 0.0) / (divisor * divisor)

    def summed(self) -> "Worth":
        """All customers together."""
        parts = self.parts and [
            ([float(slope.sum()) for slope in slopes], covariance)
            for slopes, covariance in self.parts
        ]
        return Worth(values=float(self.values.sum()), parts=parts)


def _slopes(
    value: Callable[[Any], Numbers],
    model: Any,
    covariance: Sequence[Sequence[float]],
    at: Numbers,
) -> list[Numbers]:
    """Slopes of a value, ``at`` the model, over the logarithms of its uncertain parameters."""
    still = 0.0 * at
    slopes = []
    for (name, parameter), row in zip(asdict(model).items(), covariance, strict=True):
        if not any(row):
            slopes.append(still)
            continue
        above = value(evolve(model, **{name: parameter * math.exp(_LOG_STEP)}))
        below = value(evolve(model, **{name: parameter * math.exp(-_LOG_STEP)}))
        slopes.append((above - below) / (2 * _LOG_STEP))
    return slopes


def worth_under(value: Callable[[Any], Any], fit: Fit[Any]) -> Worth:
    """A figure of 0 or more of one model, with its slopes where the fit tells them."""
    at = value(fit.model)
    if fit.covariance is None:
        return Worth(values=at, parts=None)
    slopes = _slopes(value, fit.model, fit.covariance, at)
    return Worth(values=at, parts=[(slopes, fit.covariance)])


def with_interval(value: Callable[[Any], Any], fit: Fit[Any]) -> tuple[Any, tuple[Any, Any] | None]:
    """A figure of 0 or more of one model, and the interval of the parameters' uncertainty."""
    worth = worth_under(value, fit)
    return worth.values, worth.ends(1.0)
