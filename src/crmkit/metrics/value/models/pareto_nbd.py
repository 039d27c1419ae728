"""Pareto/NBD: how often will this customer buy again, and are they still there?

Assumptions, in plain words: while there, a customer buys at a steady personal rate λ, and
leaves for good at any moment at a personal rate μ, whether they buy or not. Rates to buy vary
over customers as a Gamma(r, α), rates to leave as a Gamma(s, β), unrelated to each other. Do
not use it for subscriptions (leaving is observed there) or seasonal goods.

    paper   here        unit
    x       repeats     purchases after the first
    t_x     recency     weeks from first to last purchase
    T       age         weeks from first purchase to now
    r       r           -
    α       alpha       weeks
    s       s           -
    β       beta        weeks

With R = r + x, c = α + T, B = β + T, and Q the odds that the customer left since t_x:

    L        = Γ(R)/Γ(r) α^r β^s c^-R B^-s (1 + Q)
    Q        = s c^R B^s ∫ (α+y)^-R (β+y)^-(s+1) dy, y from t_x to T
    P(alive) = 1/(1 + Q)
    S(t)     = (B/(B+t))^s of a customer who is there
    E[Y(t)]  = P(alive) (R/c) ∫₀ᵗ S(u) du = P(alive) (R/c) B/(s-1) (1 - (B/(B+t))^(s-1))
    DERT     = P(alive) (R/c) ∫₀^∞ S(u) e^(-δu) du

``_silence`` says how the integrals are taken. Everything but L, in logarithms, is a product of
positive factors: nothing cancels, at s = 1 or elsewhere.

Sources: Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987). Counting your customers: who
are they and what will they do next? Management Science 33(1), 1-24. [SMC]
Fader, P. S., Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model and related
expressions. [FH]
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from attrs import field, frozen

from crmkit.metrics.value.models._arithmetic import PLAIN, Numbers, log_rising, logistic
from crmkit.metrics.value.models._leaving import count_chances, simulated
from crmkit.metrics.value.models._silence import SMALLEST, fading, two_powers
from crmkit.metrics.value.models._weeks import discounted_moments, points_needed
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.history import Histories, positive

if TYPE_CHECKING:
    from crmkit.metrics.value.models.fit import Fit

# Beyond so many moments of discounting, they are spread on the scale of the lives.
_MANY_POINTS, _SHORT_LIVES = 256, 8.0


@frozen(kw_only=True)
class ParetoNBD(BuyingModel):
    """The Pareto/NBD model: steady buyers who leave at a moment of their own.

    Attributes:
        r: Shape of the Gamma over purchase rates; large where customers are alike.
        alpha: Rate of that Gamma, in weeks; r / alpha is the mean of purchases a week.
        s: Shape of the Gamma over rates of leaving; large where customers are alike.
        beta: Rate of that Gamma, in weeks; s / beta is the mean rate of leaving.

    >>> model = ParetoNBD(r=0.5, alpha=10.0, s=1.0, beta=12.0)
    >>> model.survival_probability(0, 0, 0, weeks=12)  # (beta / (beta + 12)) ** s
    0.5
    """

    r: float = field(converter=float, validator=positive)
    alpha: float = field(converter=float, validator=positive)
    s: float = field(converter=float, validator=positive)
    beta: float = field(converter=float, validator=positive)

    NAME: ClassVar[str] = "Pareto/NBD"

    @classmethod
    def _fit(cls, repeats: Any, recency: Any, age: Any, weights: Any) -> "Fit[Self]":
        from crmkit.metrics.value.fitting.pareto_nbd import fit_pareto_nbd

        return fit_pareto_nbd(cls, repeats, recency, age, weights)

    def _log_likelihood(self, h: Histories) -> Numbers:
        m, x = h.arithmetic, h.repeats
        faded, left = self._silence(h)
        # The likelier of the two stories comes first, so that the other takes no digits from it.
        has_left = faded + left > 0
        until = m.choose(has_left, h.recency, h.age)
        buying = log_rising(m, self.r, x) - self.r * m.log1p(until / self.alpha)
        staying = m.choose(has_left, left, 0.0) - self.s * m.log1p(until / self.beta)
        either = m.log1p(m.exp(-abs(faded + left)))
        return buying - x * m.log(self.alpha + until) + staying + either

    def _log_odds_gone(self, h: Histories) -> Numbers:
        """Log-odds that the customer left since the last purchase, ln Q."""
        faded, left = self._silence(h)
        return faded + left

    def _silence(self, h: Histories) -> tuple[Numbers, Numbers]:
        """Return ln Q in two parts: how much likelier silence is of who left, and the rest."""
        m, R, silence = h.arithmetic, self.r + h.repeats, h.age - h.recency
        alpha, beta = self.alpha + h.recency, self.beta + h.recency
        leaving = two_powers(m, silence, (R, alpha), (self.s + 1, beta))
        faded = R * m.log1p(silence / alpha) + self.s * m.log1p(silence / beta)
        return faded, m.log(m.larger(self.s * (leaving / beta), SMALLEST))

    def _alive(self, h: Histories) -> Numbers:
        return logistic(h.arithmetic, -self._log_odds_gone(h))

    def _gone(self, h: Histories) -> Numbers:
        m = h.arithmetic
        return m.choose(h.age > h.recency, logistic(m, self._log_odds_gone(h)), 0.0)

    def _purchases(self, h: Histories, ahead: Numbers) -> Numbers:
        return self._rate(h) * self._weeks_staying(h, ahead)

    def _rate(self, h: Histories) -> Numbers:
        """Expected purchases a week of a customer who is there."""
        return (self.r + h.repeats) / (self.alpha + h.age)

    def _discounted(self, h: Histories, ahead: float, discount: float, step: int) -> Numbers:
        m, scale = h.arithmetic, self.beta
        points = points_needed(PLAIN, shape=self.s + 1, weeks=ahead, alpha=scale)
        if points > _MANY_POINTS:
            # Lives are short against beta, which would take ever more points to follow.
            scale = self.beta / (self.s + 1)
            points = points_needed(PLAIN, shape=_SHORT_LIVES, weeks=ahead, alpha=scale)
        moments = discounted_moments(
            int(points), weeks=ahead, weekly_discount=discount, alpha=scale, step=step
        )

        def each(T: Numbers) -> Numbers:
            return sum(weight * self._lasting(m, self.beta + T, t) for t, weight in moments)

        return self._rate(h) * m.once_each(each, h.age)

    def _discounted_for_ever(self, h: Histories, discount: float) -> Numbers:
        m = h.arithmetic

        def each(T: Numbers) -> Numbers:
            B = self.beta + T
            return B * fading(m, self.s, discount * B)

        return self._rate(h) * m.once_each(each, h.age)

    def _buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        R, c, B = self.r + h.repeats, self.alpha + h.age, self.beta + h.age
        meeting = two_powers(h.arithmetic, ahead, (R + 1, c), (self.s, B))
        return h.arithmetic.smaller(R / c * meeting, 1.0)

    def _not_buying_within(self, h: Histories, ahead: Numbers) -> Numbers:
        m, R, c, B = h.arithmetic, self.r + h.repeats, self.alpha + h.age, self.beta + h.age
        stays = m.exp(-R * m.log1p(ahead / c) - self.s * m.log1p(ahead / B))
        return stays + self.s / B * two_powers(m, ahead, (R, c), (self.s + 1, B))

    def _leaving_within(self, h: Histories, ahead: Numbers) -> Numbers:
        m = h.arithmetic
        return -m.expm1(-self.s * m.log1p(ahead / (self.beta + h.age)))

    def _staying(self, h: Histories, ahead: Numbers) -> Numbers:
        m = h.arithmetic
        return m.exp(-self.s * m.log1p(ahead / (self.beta + h.age)))

    def _weeks_staying(self, h: Histories, ahead: Numbers) -> Numbers:
        return self._lasting(h.arithmetic, self.beta + h.age, ahead)

    def _lasting(self, m: Any, B: Numbers, ahead: Numbers) -> Numbers:
        """The integral of S to that time: B l (1 - e^-y)/y with l = ln(1 + t/B), y = (s-1) l."""
        length = m.log1p(ahead / B)
        y = (self.s - 1) * length
        divisor = m.choose(y == 0, 1.0, y)
        return B * length * m.choose(y == 0, 1.0, -m.expm1(-y) / divisor)

    def _counts(self, h: Histories, ahead: float, most: int) -> list[Numbers]:
        R, c, B = self.r + h.repeats, self.alpha + h.age, self.beta + h.age
        return count_chances(h.arithmetic, ahead, most, buying=(R, c), leaving=(self.s, B))

    def _simulated(self, rng: Any, h: Histories, ahead: Numbers) -> tuple[Numbers, ...]:
        R, c, B = self.r + h.repeats, self.alpha + h.age, self.beta + h.age
        return simulated(rng, ahead, buying=(R, c), leaving=(self.s, B))
