"""Figures of fitted models, and how sure they are: the delta method.

With θ the log-parameters of a fit, C their covariance and g the slopes ∂V/∂θ of a figure V,
the variance of V is g' C g. The interval is taken on a scale on which V has no ends:

    amount       ln V, Var = g' C g / V²                  V e^(± 1.96 √Var)
    probability  ln V/(1-V), Var = g' C g / (V (1-V))²    odds times e^(± 1.96 √Var)

so that an amount stays above 0 and a probability between 0 and 1. The sum over a base takes the
sums of the slopes in place of one customer's; a product of two fits, as value is of purchases
and spend, adds up both variances.

It knows what the covariance knows. Where parameters are held, at a border or by premise, the
interval is conditional on their being there, and may be too narrow: ``doubts_of`` says so.
Intervals that need neither a sharp peak nor free parameters are those of the parametric
bootstrap.

Source: Casella, G., Berger, R. L. (2002). Statistical inference, 2nd ed., 5.5.4.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

from attrs import asdict, evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import two_sided_z
from crmkit.metrics.value.models._arithmetic import Numbers, arithmetic_for
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.yearly_rates import weekly_discount, yearly

Scale = Literal["amount", "probability"]
"""Which ends a figure has: 0 alone, or 0 and 1."""
_Z = two_sided_z()
# An end is at most e^300 times the figure: nothing is known then, and nothing overflows.
_WIDEST = 300.0
_NO_INTERVAL = "no interval: the data do not tell how sure the parameters are"
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
        purchases, spent = self.purchases(self.model), self.spent(self.spend)
        of_purchases = self.fit.covariance if self.fit else None
        of_spend = self.spend_fit.covariance if self.spend_fit else None
        if of_purchases is None or of_spend is None or not self._has_room_below(self.spend.q):
            return Worth(values=purchases * spent, parts=None)
        bought = _slopes(self._roughly, self.model, of_purchases, purchases)
        spending = _slopes(self.spent, self.spend, of_spend, spent)
        parts = (
            ([slope * spent for slope in bought], of_purchases),
            ([purchases * slope for slope in spending], of_spend),
        )
        return Worth(values=purchases * spent, parts=parts)

    def under(self, model: BuyingModel, spend: GammaGamma) -> Numbers:
        """Value these customers under other models, closely enough for an interval."""
        return self._roughly(model) * self.spent(spend)

    def _roughly(self, model: BuyingModel) -> Numbers:
        return self.purchases(model, step=_STEP_OF_SLOPES)

    def purchases(self, model: BuyingModel, *, step: int = 1) -> Numbers:
        """Discounted purchases to come."""
        history = (self.repeats, self.recency, self.age)
        force = weekly_discount(self.annual_discount)
        return purchases_ahead(model, history, self.horizon_weeks, force, step=step)

    def spent(self, spend: GammaGamma) -> Numbers:
        """What a purchase brings."""
        return spend.expected_spend(self.spending_purchases, self.mean_spend)

    @staticmethod
    def _has_room_below(q: float) -> bool:
        return q * math.exp(-_LOG_STEP) > 1


@frozen(kw_only=True, eq=False)
class Worth:
    """Values at a margin of 1; of each fit the slopes over its log-parameters, and covariance."""

    values: Numbers
    parts: Sequence[tuple[list[Numbers], Sequence[Sequence[float]]]] | None

    def ends(self, margin: float = 1.0) -> tuple[Numbers, Numbers] | None:
        """Ends of the interval of an amount at this margin; None where the fits do not tell."""
        factor = self._factor(self.log_variance())
        if factor is None:
            return None
        small, large = margin * self.values / factor, margin * self.values * factor
        return (small, large) if margin >= 0 else (large, small)

    def ends_of_chance(self) -> tuple[Numbers, Numbers] | None:
        """Ends of the interval of a probability; None where the fits do not tell."""
        p, rest = self.values, 1 - self.values
        factor = self._factor(self._variance(p * rest))
        return None if factor is None else (p / (p + rest * factor), p / (p + rest / factor))

    def log_variance(self) -> Numbers | None:
        """Variance of the logarithms of the values; None where the fits do not tell."""
        return self._variance(self.values)

    def _variance(self, size: Numbers) -> Numbers | None:
        """Variance of a function of the values with the derivative 1/``size``."""
        if self.parts is None:
            return None
        m = arithmetic_for((self.values,))
        size, variance = m.choose(size > 0, size, 1.0), 0.0 * self.values
        for slopes, covariance in self.parts:
            steep = [slope / size for slope in slopes]
            for of_one, row in zip(steep, covariance, strict=True):
                for of_other, shared in zip(steep, row, strict=True):
                    variance = variance + of_one * of_other * shared
        return m.larger(variance, 0.0)

    def _factor(self, variance: Numbers | None) -> Numbers | None:
        m = arithmetic_for((self.values,))
        return None if variance is None else m.exp(m.smaller(_Z * variance**0.5, _WIDEST))

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


def with_interval(
    value: Callable[[Any], Any], fit: Fit[Any], *, scale: Scale = "amount"
) -> tuple[Any, tuple[Any, Any] | None]:
    """A figure of one model, and the interval of the parameters' uncertainty.

    Args:
        value: From the model to the figure, of 0 or more.
        fit: Where the model comes from.
        scale: "amount", or "probability" where the figure cannot exceed 1.
    """
    worth = worth_under(value, fit)
    return worth.values, worth.ends() if scale == "amount" else worth.ends_of_chance()


def doubts_of(fit: Fit[Any]) -> tuple[str, ...]:
    """Say what keeps an interval of the delta method from telling all that is unsure."""
    if fit.covariance is None:
        return (_NO_INTERVAL,)
    held = [name for name, row in zip(fit.parameters, fit.covariance, strict=True) if not any(row)]
    if not held:
        return ()
    return (f"interval: conditional on {' and '.join(held)} as held in the fit, so too narrow",)
