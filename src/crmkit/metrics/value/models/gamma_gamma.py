"""Gamma-Gamma: what does this customer spend on a purchase, once chance is taken out?

Assumptions, in plain words: a customer's purchases scatter around a personal mean, with the
same relative scatter for everyone; personal means vary over customers; and how much someone
spends has nothing to do with how often they buy (``fit`` checks that). The mean of few
purchases is pulled towards the mean of all customers. Feed it revenue, never profit, and
apply the margin afterwards.

    paper   here        unit
    x       purchases   purchases behind the mean
    z̄       mean_spend  money per purchase, any unit
    p       p           -
    q       q           -
    γ       gamma       that money

Source: Fader, P. S., Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary value.
http://brucehardie.com/notes/025/ [FH]; from Fader, Hardie & Lee (2005), RFM and CLV.
Journal of Marketing Research 42(4), 415-430.
"""

import math
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import field, frozen

from crmkit._require import require
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.money import currency_code, decimals
from crmkit.metrics.seeds import generator
from crmkit.metrics.value.models._arithmetic import (
    PLAIN,
    Numbers,
    as_column,
    log_gamma,
    log_rising,
    softplus,
)
from crmkit.metrics.value.models._gamma_quantile import log_gamma_quantile
from crmkit.metrics.value.models.history import positive, read_columns, read_spend, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.domain.tally import CustomerSummary
    from crmkit.metrics.value.models.fit import Fit

# The largest logarithm that a float has, and the least money.
_LARGEST = 700.0
_SMALLEST = 1e-300


@frozen(kw_only=True)
class GammaGamma:
    """The Gamma-Gamma model of spend.

    Attributes:
        p: Shape of a customer's single purchases: their relative scatter is 1 / √p.
        q: Shape of the personal scales; above 1, else customers have no mean.
        gamma: Scale of the personal scales, in money.

    >>> cdnow = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    >>> round(cdnow.expected_spend(0, None), 3)
    35.219
    """

    p: float = field(converter=float, validator=positive)
    q: float = field(converter=float, validator=positive)
    gamma: float = field(converter=float, validator=positive)

    NAME: ClassVar[str] = "Gamma-Gamma"

    @classmethod
    def fit(cls, purchases: Any, mean_spend: Any, *, weights: Any = None) -> "Fit[GammaGamma]":
        """Find the parameters that make these mean spends most likely.

        Money may be in any unit: ``gamma`` comes out in the same one.

        Args:
            purchases: Purchases behind each mean; rows with 0 are left out, and counted.
            mean_spend: Money per purchase, above 0 wherever there are purchases.
            weights: How many customers each row stands for; 1 if left out.

        Returns:
            Model, standard errors and covariance; ``converged`` is False, and ``notes`` say
            why, where there is no sharp optimum or the fitted q leaves no mean. ``notes`` also
            name an outlier, a mean that is not that of the data, and spend that goes with the
            number of purchases.

        Raises:
            InvalidValueError: A row that cannot exist, with its number.
            InsufficientDataError: Too few customers with purchases, or all of one mean spend.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.spend import fit_spend
        from crmkit.metrics.value.fitting.spend_doubts import doubted

        _, x, z = read_spend(as_column(purchases), as_column(mean_spend))
        return doubted(fit_spend(cls, x, z, weights), x, z, weights)

    @classmethod
    def fit_summaries(
        cls, people: "Iterable[CustomerSummary]", *, currency: str
    ) -> "Fit[GammaGamma]":
        """Find the parameters from customers' summaries.

        A purchase is a day with spend after the first occasion, and counts what refunds left of
        it. Customers without such a day, or of whose spend nothing is left, are left out and
        counted.

        Args:
            people: Customers of one shop; those without an occasion are passed over.
            currency: Code of the shop's currency: ``gamma`` is in its major unit.

        Raises:
            InvalidValueError: No currency code.
            InsufficientDataError: Too few customers with purchases, or all of one mean spend.
            MissingExtraError: numpy or scipy is not installed.
        """
        scale = 10.0 ** -decimals(currency_code(currency))
        spent = [(one.spending_repeats, one.mean_repeat_spend or 0) for one in people if one.days]
        purchases = [days if mean > 0 else 0 for days, mean in spent]
        return cls.fit(purchases, [mean * scale for _, mean in spent])

    @property
    def population_mean(self) -> float:
        """Mean spend over all customers, p γ / (q - 1). [FH] (3).

        Raises:
            InvalidValueError: q is 1 or less, so there is no mean.
        """
        self._refuse_no_mean()
        return self.p * self.gamma / (self.q - 1)

    def log_likelihood(self, purchases: Any, mean_spend: Any) -> Numbers:
        """Return the log-likelihood of each mean spend. [FH] (1a); per unit of money.

        Args:
            purchases: Purchases behind the mean, 1 or more.
            mean_spend: Money per purchase, above 0.

        Returns:
            A float for one customer, an array for sequences. Without purchases 0: nothing was
            observed.

        Raises:
            InvalidValueError: A row that cannot exist.
        """
        m, x, z = read_spend(purchases, mean_spend)
        has_spent = x > 0
        x, log_z = m.choose(has_spent, x, 1.0), m.log(m.choose(has_spent, z, 1.0))
        px, log_total = self.p * x, m.log(x) + log_z - math.log(self.gamma)
        low, high = m.smaller(px, self.q), m.larger(px, self.q)
        shape = log_rising(m, high, low) - log_gamma(m, low)
        size = -px * softplus(m, -log_total) - self.q * softplus(m, log_total) - log_z
        return m.choose(has_spent, shape + size, 0.0)

    def expected_spend(self, purchases: Any, mean_spend: Any) -> Numbers:
        """Return what a customer spends per purchase, given what they spent. [FH] (5).

        E(M | z̄, x) = (q-1)/(px+q-1) · γp/(q-1) + px/(px+q-1) · z̄ = p (γ + x z̄)/(px+q-1).

        Args:
            purchases: Purchases behind the mean; with 0 the answer is the population's mean.
            mean_spend: Money per purchase; not read where ``purchases`` is 0.

        Returns:
            Money; a float for one customer, an array for sequences.

        Raises:
            InvalidValueError: A row that cannot exist, or q is 1 or less.
        """
        self._refuse_no_mean()
        _, x, z = read_spend(purchases, mean_spend)
        known = self.p * x + (self.q - 1)
        return self.p * self.gamma / known + self.p * x / known * z

    def spend_quantile(self, purchases: Any, mean_spend: Any, *, probability: float) -> Numbers:
        """Return the spend per purchase that a customer's own mean stays below so probably.

        Given the data a customer's scale ν is Gamma(px + q, γ + x z̄), and their mean is p/ν.
        With probabilities 0.025 and 0.975 this is the 95 % interval of ``expected_spend``, the
        parameters taken as known. It exists for any q.

        Args:
            purchases: Purchases behind the mean spend; 0 asks for a customer yet unknown.
            mean_spend: Money per purchase; not read where ``purchases`` is 0.
            probability: Above 0 and below 1.

        Returns:
            Money; a float for one customer, an array for sequences.

        Raises:
            InvalidValueError: A row or probability that cannot exist, or a tail so heavy that
                its quantile is no finite number.
        """
        (chance,) = PLAIN.read({"probability": probability})
        refuse(PLAIN, "probability", chance, not 0 < chance < 1, "must be above 0 and below 1")
        m, x, z = read_spend(purchases, mean_spend)
        # Large means are small scales.
        shape = self.p * x + self.q
        log_share = log_gamma_quantile(m, shape, 1 - chance, chance)
        scale = self.p * self.gamma / shape + self.p * x / shape * z
        log_answer = m.log(scale) - log_share
        rule = "asks for a spend beyond all numbers: the tail is too heavy at this q"
        refuse(m, "probability", chance + 0 * x, abs(log_answer) > _LARGEST, rule)
        return m.exp(log_answer)

    def simulate(self, purchases: Any, *, seed: int) -> Numbers:
        """Draw new customers who have made these numbers of purchases.

        Args:
            purchases: Purchases of each customer, 1 or more.
            seed: Any whole number from 0; the same one gives the same customers.

        Returns:
            An array: the mean spend of each, in money.

        Raises:
            InvalidValueError: A number of purchases below 1, a seed that is no whole number from
                0, or q is 1 or less.
            MissingExtraError: numpy is not installed.
        """
        self._refuse_no_mean()
        m, (x,) = read_columns(purchases=as_column(purchases))
        refuse(m, "purchases", x, (x < 1) | (m.floor(x) != x), "must be whole, from 1")
        return self._drawn(seed, self.q, self.gamma, x) / x

    def simulate_ahead(
        self, purchases: Any, mean_spend: Any, future_purchases: Any, *, seed: int
    ) -> Numbers:
        """Draw what given customers spend in all over so many further purchases.

        Args:
            purchases: Purchases behind the mean spend, from 0.
            mean_spend: Money per purchase; not read where ``purchases`` is 0.
            future_purchases: Purchases to come, whole numbers from 0.
            seed: Any whole number from 0; the same one gives the same futures.

        Returns:
            An array of money; 0 where there are no further purchases.

        Raises:
            InvalidValueError: A row that cannot exist, a seed that is no whole number from 0,
                or q is 1 or less.
            MissingExtraError: numpy is not installed.
        """
        self._refuse_no_mean()
        m, x, z = read_spend(*map(as_column, (purchases, mean_spend)))
        _, (future, x, z) = read_columns(
            future_purchases=as_column(future_purchases), purchases=x, mean_spend=z
        )
        unreal = (future < 0) | (m.floor(future) != future)
        refuse(m, "future_purchases", future, unreal, "must be whole, from 0")
        return self._drawn(seed, self.p * x + self.q, self.gamma + x * z, future)

    def _drawn(self, seed: int, shape: Numbers, rate: Numbers, count: Numbers) -> Numbers:
        """Totals of so many purchases at scales from that Gamma; above 0 if there are any."""
        np, rng = require("numpy", extra="models"), generator(seed)
        total = rng.gamma(self.p * count) / rng.gamma(shape, size=count.shape) * rate
        return np.where(count > 0, np.maximum(total, _SMALLEST), 0.0)

    def _refuse_no_mean(self) -> None:
        if self.q <= 1 or math.isinf(self.p * self.gamma / (self.q - 1)):
            raise InvalidValueError(
                "q",
                self.q,
                "must be above 1 for customers to have a mean spend",
                "the spend is too heavy-tailed for this model; look at outliers, or use medians",
            )
