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
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models._arithmetic import Numbers, log_gamma, log_rising
from crmkit.metrics.value.models.history import positive, read_spend

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit


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
            why, where there is no sharp optimum or the fitted q leaves no mean.

        Raises:
            InvalidValueError: A row that cannot exist, with its number.
            InsufficientDataError: Too few customers with purchases, or all of one mean spend.
            MissingExtraError: numpy or scipy is not installed.
        """
        from crmkit.metrics.value.fitting.spend import fit_spend

        return fit_spend(cls, purchases, mean_spend, weights)

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
        x, z = m.choose(has_spent, x, 1.0), m.choose(has_spent, z, 1.0)
        px, total = self.p * x, x * z / self.gamma
        shape = log_rising(m, self.q, px) - log_gamma(m, px)
        size = px * (m.log(total) - m.log1p(total)) - self.q * m.log1p(total) - m.log(z)
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
        return self.p * (self.gamma + x * z) / (self.p * x + self.q - 1)

    def _refuse_no_mean(self) -> None:
        if self.q <= 1 or math.isinf(self.p * self.gamma / (self.q - 1)):
            raise InvalidValueError(
                "q",
                self.q,
                "must be above 1 for customers to have a mean spend",
                "the spend is too heavy-tailed for this model; look at outliers, or use medians",
            )
