"""What the BG/NBD and the MBG/NBD have in common: all but the first chance to leave.

A customer who made x repeat purchases has met k chances to leave: k = x in the BG/NBD, where
only repeat purchases carry one, and k = x + 1 in the MBG/NBD, where the first purchase does
too. With k for x in the right places the formulas of both papers are the same:

    L        = Γ(r+x)/Γ(r) α^r (α+T)^-(r+x) B(a, b+k)/B(a, b) (1 + e^D)
    e^D      = a/(b+k-1) ((α+T)/(α+t_x))^(r+x) where k > 0, else 0
    P(alive) = 1/(1 + e^D)
    E[Y(t)]  = P(alive) E_p[(1 - ((α+T)/(α+T+pt))^(r+x))/p],   p ~ Beta(a, b+k)
    E[X(t)]  = E[Y(t)] of a customer with x = t_x = T = 0

What is to come of a customer who is there follows from λ ~ Gamma(R, c) and p ~ Beta(A, B) with
R = r+x, c = α+T, A = a, B = b+k: they are a newcomer of the BG/NBD with these parameters, and
the chances of 0, 1, 2, … purchases are those of [FHL] (8) with them.

    [FHL]    Fader, Hardie & Lee (2005), Marketing Science 24(2): (6) L, (9) E[X], (10) E[Y]
    [FHL2]   Fader, Hardie & Lee (2008), Computing P(alive) using the BG/NBD model
    [BDF]    Batislam, Denizel & Filiztekin (2007), IJRM 24(3): L, E[X], E[Y] of the MBG/NBD
    [HW]     Hoppe & Wagner (2007), Marketing Journal of Research and Management 3(2)

The papers' ₂F₁ is E_p written out (Abramowitz & Stegun 15.3.1); ``_tosses`` says why it is
integrated instead. Logarithms throughout, so that no number of purchases overflows.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from attrs import field, frozen

from crmkit._require import require
from crmkit.metrics.value.models._arithmetic import (
    PLAIN,
    Numbers,
    is_single,
    log_rising,
    logistic,
)
from crmkit.metrics.value.models._counts import gamma_poisson, gamma_poisson_tails
from crmkit.metrics.value.models._endless import endless_moments, longest_moment
from crmkit.metrics.value.models._staying import chance_of_staying
from crmkit.metrics.value.models._tosses import (
    Moments,
    chance_of_leaving,
    purchases_while_alive,
    weeks_while_alive,
)
from crmkit.metrics.value.models._weeks import discounted_moments, points_needed
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.history import Histories, positive

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit

# What a float counts to, one by one.
_COUNTED = 1e15
# Beyond so many moments, the scale of busy customers is taken, on which they are as one of few
# purchases. It is a power of 2 from far below any to far above.
_MANY_POINTS, _BUSY_SHAPE, _POWERS = 256, 8.0, 5000
# A drawn chance of 0 or 1 is one that a float could not tell from it.
_NEVER, _ALWAYS = 1e-300, 1 - 1e-16


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
        m, x, k = h.arithmetic, h.repeats, h.repeats + self.FIRST_CHANCES
        odds = m.choose(k > 0, self._log_odds_gone(h), -math.inf)
        # The likelier of the two stories comes first, so that the other takes no digits from it.
        has_left = odds > 0
        until = m.choose(has_left, h.recency, h.age)
        buying = log_rising(m, self.r, x) - self.r * m.log1p(until / self.alpha)
        staying = log_rising(m, self.b, k) - log_rising(m, self.a + self.b, k)
        left = m.choose(has_left, m.log(self.a / (self.b + m.larger(k - 1, 0.0))), 0.0)
        either = m.log1p(m.exp(-abs(odds)))
        return buying - x * m.log(self.alpha + until) + staying + left + either

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

    def _gone(self, h: Histories) -> Numbers:
        m = h.arithmetic
        has_met_chance = h.repeats + self.FIRST_CHANCES > 0
        return m.choose(has_met_chance, logistic(m, self._log_odds_gone(h)), 0.0)

    def _purchases(self, h: Histories, ahead: float) -> Numbers:
        def each(x: Numbers, T: Numbers) -> Numbers:
            return self._moments(h.arithmetic, x, T, [(ahead, 1.0)])

        return h.arithmetic.once_each(each, h.repeats, h.age)

    def _discounted(self, h: Histories, ahead: float, discount: float, step: int) -> Numbers:
        def moments(points: int, scale: float) -> Moments:
            return discounted_moments(
                points, weeks=ahead, weekly_discount=discount, alpha=scale, step=step
            )

        return self._weighted(h, ahead, moments)

    def _discounted_for_ever(self, h: Histories, discount: float) -> Numbers:
        def moments(points: int, scale: float) -> Moments:
            return endless_moments(points, weekly_discount=discount, alpha=scale)

        return self._weighted(h, longest_moment(discount), moments)

    def _weighted(
        self, h: Histories, longest: float, moments: Callable[[int, float], Moments]
    ) -> Numbers:
        """Purchases at moments as far as the longest; their number goes with how busy one is.

        On the scale of α that would be too many for the busiest. They are told apart by the
        power of 2 next below c/R, the scale on which their purchases come, as -1, -2, …
        """
        m = h.arithmetic

        def grouped(key: int, x: Numbers, T: Numbers) -> Numbers:
            if key > 0:
                return self._moments(m, x, T, moments(key, self.alpha))
            scale = 2.0 ** (-key - _POWERS)
            points = points_needed(PLAIN, shape=_BUSY_SHAPE, weeks=longest, alpha=scale)
            return self._moments(m, x, T, moments(int(points), scale))

        def each(x: Numbers, T: Numbers) -> Numbers:
            points = points_needed(m, shape=self.r + x, weeks=longest, alpha=self.alpha)
            power = m.floor(m.log((self.alpha + T) / (self.r + x)) / math.log(2.0))
            key: Any = m.choose(points > _MANY_POINTS, -_POWERS - power, points)
            return m.by_group(key, grouped, x, T)

        return m.once_each(each, h.repeats, h.age)

    def _moments(self, m: Any, x: Numbers, T: Numbers, moments: Moments) -> Numbers:
        return purchases_while_alive(m, moments, **self._posterior(x, T))

    def _posterior(self, x: Numbers, T: Numbers) -> dict[str, Any]:
        """R, c, A and B of a customer who is there."""
        chances = self.a + 0.0 * x, self.b + (x + self.FIRST_CHANCES)
        return {"shape": self.r + x, "rate": self.alpha + T, "chances": chances}

    def _buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        m = h.arithmetic
        return -m.expm1(-(self.r + h.repeats) * m.log1p(ahead / (self.alpha + h.age)))

    def _not_buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        m = h.arithmetic
        return m.exp(-(self.r + h.repeats) * m.log1p(ahead / (self.alpha + h.age)))

    def _leaving_within(self, h: Histories, ahead: Numbers) -> Numbers:
        posterior = self._posterior(h.repeats, h.age)
        return chance_of_leaving(h.arithmetic, ahead, **posterior)

    def _staying(self, h: Histories, ahead: Numbers) -> Numbers:
        def each(x: Numbers, T: Numbers) -> Numbers:
            return chance_of_staying(h.arithmetic, ahead, **self._posterior(x, T))

        if is_single(ahead):
            return h.arithmetic.once_each(each, h.repeats, h.age)
        return each(h.repeats, h.age)

    def _weeks_staying(self, h: Histories, ahead: float) -> Numbers:
        def each(x: Numbers, T: Numbers) -> Numbers:
            return weeks_while_alive(h.arithmetic, ahead, **self._posterior(x, T))

        return h.arithmetic.once_each(each, h.repeats, h.age)

    def _counts(self, h: Histories, ahead: float, most: int) -> list[Numbers]:
        """Either y purchases and still there after them, or at least y and gone with the y-th.

        B(A, B+y)/B(A, B) NB(y) + B(A+1, B+y-1)/B(A, B) P(NB >= y).
        """
        m, (R, c) = h.arithmetic, (self.r + h.repeats, self.alpha + h.age)
        B = self.b + (h.repeats + self.FIRST_CHANCES)
        exactly = gamma_poisson(m, R, c, ahead, most)
        at_least = gamma_poisson_tails(m, R, c, ahead, most)
        chances, stays = exactly[:1], 1.0
        for y in range(1, most + 1):
            every = self.a + B + (y - 1)
            leaves, stays = stays * self.a / every, stays * (B + (y - 1)) / every
            chances.append(stays * exactly[y] + leaves * at_least[y])
        return chances

    def _simulated(self, rng: Any, h: Histories, ahead: Numbers) -> tuple[Numbers, ...]:
        """Draw a rate and a chance to leave, then what they would have bought and when they go.

        Of n purchases that fall anywhere within the time, the j-th is at t Beta(j, n - j + 1);
        the customer goes with the first whose toss says so, if there are that many.
        """
        np = require("numpy", extra="models")
        rate = rng.gamma(self.r + h.repeats) / (self.alpha + h.age)
        p = rng.beta(self.a, self.b + h.repeats + self.FIRST_CHANCES)
        p = np.clip(p, _NEVER, _ALWAYS)
        willing = rng.poisson(np.minimum(rate * ahead, _COUNTED)).astype(float)
        leaves_at = 1 + np.floor(rng.exponential(size=p.shape) / -np.log1p(-p))
        bought = np.minimum(willing, leaves_at)
        share = rng.beta(np.maximum(bought, 1), willing - bought + 1)
        return bought, np.where(bought > 0, share * ahead, 0.0), willing < leaves_at
