"""NBD: how often will this customer buy, if nobody ever leaves?

Assumptions, in plain words: a customer buys at a steady personal rate, for ever; rates vary
over customers as a Gamma(r, alpha). That nobody leaves is a premise, not a finding: in a shop
that customers do leave, what is expected of the long silent is too much. In return two figures
are learnt instead of four, from as few as two customers and one repeat purchase. It is
empirical Bayes: all customers together say what rates are usual, and each customer's own
record is pulled towards that, the more so the less is known of them,

    E(λ | x, T) = (r + x)/(α + T) = α/(α+T) · r/α + T/(α+T) · x/T.

    paper   here        unit
    x       repeats     purchases after the first
    T       age         weeks from first purchase to now
    λ       -           a customer's purchases a week
    r       r           -
    α       alpha       weeks

When the last purchase was tells nothing here, and changes nothing.

Source: Ehrenberg, A. S. C. (1959). The pattern of consumer purchases. Applied Statistics
8(1), 26-41; empirical Bayes: Robbins, H. (1956). An empirical Bayes approach to statistics.
Proceedings of the Third Berkeley Symposium 1, 157-163. Likelihood of a customer as in the
BG/NBD and Pareto/NBD, of which this is the limit where nobody leaves.
"""

import math
from typing import TYPE_CHECKING, Any, ClassVar, Self

from attrs import field, frozen

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import Numbers, log_rising
from crmkit.metrics.value.models._counts import gamma_poisson
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.history import Histories, positive

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit

# Discounts that add up to less are none to a float.
_NO_DISCOUNT = 1e-17
# What a float counts to, one by one.
_COUNTED = 1e15


@frozen(kw_only=True)
class NBD(BuyingModel):
    """The NBD model of purchases; everybody is taken to be there still, and to stay.

    Attributes:
        r: Shape of the Gamma over purchase rates; large where customers are alike.
        alpha: Rate of that Gamma, in weeks: a customer of that age is pulled half way.

    >>> cdnow = NBD(r=0.385, alpha=12.072)
    >>> round(cdnow.expected_purchases(2, 30.43, 38.86, weeks=39), 3)
    1.826
    >>> round(cdnow.mean_rate, 4)
    0.0319
    """

    r: float = field(converter=float, validator=positive)
    alpha: float = field(converter=float, validator=positive)

    NAME: ClassVar[str] = "NBD"

    @property
    def mean_rate(self) -> float:
        """Repeat purchases a week of a customer, over all customers: r / alpha."""
        return self.r / self.alpha

    @classmethod
    def _fit(cls, repeats: Any, recency: Any, age: Any, weights: Any) -> "Fit[Self]":
        from crmkit.metrics.value.fitting.nbd import fit_nbd

        return fit_nbd(cls, repeats, recency, age, weights)

    def _log_likelihood(self, h: Histories) -> Numbers:
        """The logarithm of Γ(r+x)/Γ(r) α^r (α+T)^-(r+x)."""
        m, x, T = h.arithmetic, h.repeats, h.age
        known = log_rising(m, self.r, x) - self.r * m.log1p(T / self.alpha)
        return known - x * m.log(self.alpha + T)

    def _rate(self, h: Histories) -> Numbers:
        return (self.r + h.repeats) / (self.alpha + h.age)

    def _alive(self, h: Histories) -> Numbers:
        """1: the premise of this model."""
        return 0.0 * h.repeats + 1

    def _purchases(self, h: Histories, ahead: float) -> Numbers:
        return self._rate(h) * ahead

    def _discounted(self, h: Histories, ahead: float, discount: float, step: int) -> Numbers:
        return self._rate(h) * discounted_weeks(ahead, discount, step)

    def _discounted_for_ever(self, h: Histories, discount: float) -> Numbers:
        return self._rate(h) / discount

    def _buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        m = h.arithmetic
        return -m.expm1(-(self.r + h.repeats) * m.log1p(ahead / (self.alpha + h.age)))

    def _not_buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        m = h.arithmetic
        return m.exp(-(self.r + h.repeats) * m.log1p(ahead / (self.alpha + h.age)))

    def _staying(self, h: Histories, ahead: Numbers) -> Numbers:
        return 0.0 * (h.repeats + ahead) + 1

    def _weeks_staying(self, h: Histories, ahead: float) -> Numbers:
        return 0.0 * h.repeats + ahead

    def _counts(self, h: Histories, ahead: float, most: int) -> list[Numbers]:
        return gamma_poisson(h.arithmetic, self.r + h.repeats, self.alpha + h.age, ahead, most)

    def _simulated(self, rng: Any, h: Histories, ahead: Numbers) -> tuple[Numbers, ...]:
        """Given their number, purchases fall anywhere: the last of n at t U^(1/n)."""
        np = require("numpy", extra="models")
        rate = rng.gamma(self.r + h.repeats) / (self.alpha + h.age)
        bought = rng.poisson(np.minimum(rate * ahead, _COUNTED)).astype(float)
        last = ahead * rng.random(bought.shape) ** (1 / np.maximum(bought, 1))
        return bought, np.where(bought > 0, last, 0.0), np.ones(bought.shape, dtype=bool)


def discounted_weeks(weeks: float, weekly_discount: float, step: int = 1) -> float:
    """Return how many weeks at today's worth these are: the sum of s e^(-δ(k-½)s), in closed form.

    Args:
        weeks: The horizon; what remains after whole steps counts in its own middle.
        weekly_discount: δ, continuous, per week.
        step: s, weeks discounted together.
    """
    if weekly_discount * weeks < _NO_DISCOUNT:
        return weeks
    count, fall = weeks // step, weekly_discount * step
    whole = step * math.exp(-fall / 2) * math.expm1(-fall * count) / math.expm1(-fall)
    rest = weeks - count * step
    return whole + rest * math.exp(-weekly_discount * (count * step + rest / 2))
