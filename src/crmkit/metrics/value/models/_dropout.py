"""What the BG/NBD and the MBG/NBD have in common: all but the first chance to leave.

A customer who made x repeat purchases has met k chances to leave: k = x in the BG/NBD, where
only repeat purchases carry one, and k = x + 1 in the MBG/NBD, where the first purchase does
too. With k for x in the right places the formulas of both papers are the same:

    L        = Γ(r+x)/Γ(r) α^r (α+T)^-(r+x) B(a, b+k)/B(a, b) (1 + e^D)
    e^D      = a/(b+k-1) ((α+T)/(α+t_x))^(r+x) where k > 0, else 0
    P(alive) = 1/(1 + e^D)
    E[Y(t)]  = P(alive) E_p[(1 - ((α+T)/(α+T+pt))^(r+x))/p],   p ~ Beta(a, b+k)
    E[X(t)]  = E[Y(t)] of a customer with x = t_x = T = 0

    [FHL]    Fader, Hardie & Lee (2005), Marketing Science 24(2): (6) L, (9) E[X], (10) E[Y]
    [FHL2]   Fader, Hardie & Lee (2008), Computing P(alive) using the BG/NBD model
    [BDF]    Batislam, Denizel & Filiztekin (2007), IJRM 24(3): L, E[X], E[Y] of the MBG/NBD
    [HW]     Hoppe & Wagner (2007), Marketing Journal of Research and Management 3(2)

The papers' ₂F₁ is E_p written out (Abramowitz & Stegun 15.3.1); ``_tosses`` says why it is
integrated instead. Logarithms throughout, so that no number of purchases overflows.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from attrs import field, frozen

from crmkit.metrics.value.models._arithmetic import Numbers, log_rising, logistic, softplus
from crmkit.metrics.value.models._tosses import Moments, purchases_while_alive
from crmkit.metrics.value.models._weeks import discounted_moments, points_needed
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.history import Histories, positive

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit


@frozen(kw_only=True)
class DropoutModel(BuyingModel):
    """A buyer who purchases at a steady personal rate until they leave for good.

    Attributes:
        r: Shape of the Gamma over purchase rates; large where customers are alike.
        alpha: Rate of that Gamma, in weeks; r / alpha is the mean of purchases a week.
        a: First shape of the Beta over chances to leave at a purchase.
        b: Second shape of that Beta; a / (a + b) is the mean chance.
    """

    r: float = field(converter=float, validator=positive)
    alpha: float = field(converter=float, validator=positive)
    a: float = field(converter=float, validator=positive)
    b: float = field(converter=float, validator=positive)

    NAME: ClassVar[str] = ""
    # Chances to leave that the first purchase carries.
    FIRST_CHANCES: ClassVar[int] = 0

    @classmethod
    def _fit(cls, repeats: Any, recency: Any, age: Any, weights: Any) -> "Fit[Self]":
        from crmkit.metrics.value.fitting.dropout import fit_dropout

        return fit_dropout(cls, repeats, recency, age, weights)

    def _log_likelihood(self, h: Histories) -> Numbers:
        m, x, T, k = h.arithmetic, h.repeats, h.age, h.repeats + self.FIRST_CHANCES
        buying = log_rising(m, self.r, x) - self.r * m.log1p(T / self.alpha)
        staying = log_rising(m, self.b, k) - log_rising(m, self.a + self.b, k)
        left = m.choose(k > 0, softplus(m, self._log_odds_gone(h)), 0.0)
        return buying - x * m.log(self.alpha + T) + staying + left

    def _log_odds_gone(self, h: Histories) -> Numbers:
        """D: log-odds that the customer left after the last purchase, where k > 0."""
        m, x, k = h.arithmetic, h.repeats, h.repeats + self.FIRST_CHANCES
        silence = m.log1p((h.age - h.recency) / (self.alpha + h.recency))
        chances = m.larger(k - 1, 0.0)
        return m.log(self.a / (self.b + chances)) + (self.r + x) * silence

    def _alive(self, h: Histories) -> Numbers:
        m = h.arithmetic
        has_met_chance = h.repeats + self.FIRST_CHANCES > 0
        return m.choose(has_met_chance, logistic(m, -self._log_odds_gone(h)), 1.0)

    def _purchases(self, h: Histories, ahead: float) -> Numbers:
        def each(x: Numbers, T: Numbers) -> Numbers:
            return self._moments(h.arithmetic, x, T, [(ahead, 1.0)])

        return h.arithmetic.once_each(each, h.repeats, h.age)

    def _discounted(self, h: Histories, ahead: float, discount: float, step: int) -> Numbers:
        m = h.arithmetic

        def grouped(points: int, x: Numbers, T: Numbers) -> Numbers:
            moments = discounted_moments(
                points, weeks=ahead, weekly_discount=discount, alpha=self.alpha, step=step
            )
            return self._moments(m, x, T, moments)

        def each(x: Numbers, T: Numbers) -> Numbers:
            points = points_needed(m, shape=self.r + x, weeks=ahead, alpha=self.alpha)
            return m.by_group(points, grouped, x, T)

        return m.once_each(each, h.repeats, h.age)

    def _moments(self, m: Any, x: Numbers, T: Numbers, moments: Moments) -> Numbers:
        chances = self.a + 0.0 * x, self.b + (x + self.FIRST_CHANCES)
        return purchases_while_alive(
            m, moments, shape=self.r + x, rate=self.alpha + T, chances=chances
        )

