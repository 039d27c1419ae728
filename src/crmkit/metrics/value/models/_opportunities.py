"""Buying or not at each of a row of opportunities: the formulas of the BG/BB.

A customer leaves with a personal chance θ before each opportunity, and while there buys at it
with a personal chance p. Over customers p ~ Beta(α, β), θ ~ Beta(γ, δ). Of who is there at the
n-th opportunity with x purchases, p ~ Beta(α+x, β+n-x) and θ ~ Beta(γ, δ+n) are what is known,
so all that is to come is the chance to be there times a figure of these two. That chance is
1/(1+W), with W the odds that the customer left while silent, over m = n - t_x opportunities:

    W = Σ_{i=0..m-1} w_i
    w_0 = (α+β+t_x)_m/(β+t_x-x)_m · γ/(γ+δ+n) · (γ+1+δ+t_x)_m/(δ+t_x)_m
    w_{i+1}/w_i = (β+t_x-x+i)/(α+β+t_x+i) · (δ+t_x+i)/(γ+1+δ+t_x+i) < 1

which is the likelihood of [FHS] (3) divided by its first term. Every sum here has positive
terms only, which follow each other by such ratios, and starts from a logarithm.

    [FHS]   Fader, Hardie & Shang (2010), Marketing Science 29(6), 1086-1108
"""

import math
from typing import Any

from attrs import field, frozen

from crmkit.metrics.value.models import _beta_geometric as chance
from crmkit.metrics.value.models._arithmetic import (
    PLAIN,
    Numbers,
    log_rising,
    logistic,
    softplus,
)
from crmkit.metrics.value.models.history import Histories, positive, read_columns, refuse

MOST = 10_000
"""No customer has had more opportunities than this, nor is a next purchase looked for beyond."""

# A term is scaled down beyond this, so that none overflows.
_HUGE, _SCALE = 1e200, 1e-200


def read_opportunities(repeats: Any, recency: Any, age: Any) -> Histories:
    """Take histories in opportunities from a caller: plain numbers, or equally long sequences.

    Args:
        repeats: Purchases after the first, x.
        recency: Number of the last opportunity with one, t_x; 0 exactly without any.
        age: Opportunities since the first purchase, n.

    Raises:
        InvalidValueError: A history that cannot exist; the field carries its row.
    """
    m, (x, t_x, n) = read_columns(repeats=repeats, recency=recency, age=age)
    for name, column in (("repeats", x), ("recency", t_x), ("age", n)):
        not_whole = (column < 0) | (m.floor(column) != column)
        refuse(m, name, column, not_whole, "must be a whole number of opportunities, from 0")
    way_out = "take longer opportunities: months for days"
    refuse(m, "age", n, n > MOST, f"must be at most {MOST:,} opportunities", way_out=way_out)
    refuse(m, "recency", t_x, t_x > n, "must not exceed the opportunities there were")
    refuse(m, "repeats", x, x > t_x, "must not exceed the opportunities up to the last purchase")
    refuse(m, "recency", t_x, (x == 0) & (t_x > 0), "must be 0 without a repeat purchase")
    return Histories(repeats=x, recency=t_x, age=n, arithmetic=m)


def read_whole(value: Any, field: str = "opportunities", most: int = chance.FURTHEST) -> int:
    """Return a number of opportunities.

    Raises:
        InvalidValueError: It is no whole number from 0 to ``most``.
    """
    (read,) = PLAIN.read({field: value})
    rule = f"must be a whole number from 0 to {most:,}"
    refuse(PLAIN, field, read, not 0 <= read <= most or read != int(read), rule)
    return int(read)


def read_probability(value: Any) -> float:
    """Return a probability between 0 and 1, neither of them.

    Raises:
        InvalidValueError: It is no such number.
    """
    (read,) = PLAIN.read({"probability": value})
    refuse(PLAIN, "probability", read, not 0 < read < 1, "must be above 0 and below 1")
    return read


@frozen(kw_only=True)
class Opportunities:
    """A buyer who buys with a steady personal chance until they leave for good.

    Attributes:
        alpha: First shape of the Beta over chances to buy.
        beta: Second shape of it; alpha / (alpha + beta) is the mean chance.
        gamma: First shape of the Beta over chances to leave before an opportunity.
        delta: Second shape of it; gamma / (gamma + delta) is the mean chance.
    """

    alpha: float = field(converter=float, validator=positive)
    beta: float = field(converter=float, validator=positive)
    gamma: float = field(converter=float, validator=positive)
    delta: float = field(converter=float, validator=positive)

    def _log_likelihood(self, h: Histories) -> Numbers:
        m, x, n = h.arithmetic, h.repeats, h.age
        bought = log_rising(m, self.alpha, x) + log_rising(m, self.beta, n - x)
        bought = bought - log_rising(m, self.alpha + self.beta, n)
        stayed = chance.log_survival(m, self.gamma, self.delta + 0.0 * n, n)
        return bought + stayed + softplus(m, self._log_odds_gone(h))

    def _there(self, h: Histories) -> Numbers:
        """The chance that the customer was there at the last opportunity."""
        return logistic(h.arithmetic, -self._log_odds_gone(h))

    def _log_odds_gone(self, h: Histories) -> Numbers:
        """Logarithm of W; minus infinity for who bought at the last opportunity."""
        m = h.arithmetic

        def silent(length: int, x: Numbers, t_x: Numbers) -> Numbers:
            return self._log_odds_left(m, length, x, t_x) if length else 0.0 * x - math.inf

        def each(x: Numbers, t_x: Numbers, n: Numbers) -> Numbers:
            return m.by_group(n - t_x, silent, x, t_x)

        return m.once_each(each, h.repeats, h.recency, h.age)

    def _log_odds_left(self, m: Any, length: int, x: Numbers, t_x: Numbers) -> Numbers:
        a, b, gamma, d = self.alpha + x, self.beta + (t_x - x), self.gamma, self.delta + t_x
        total = 0.0 * x + 1
        for i in range(length - 2, -1, -1):
            total = 1 + total * ((b + i) / (a + b + i)) * ((d + i) / (gamma + 1 + d + i))
        first = chance.log_rising_ratio(m, b, a + b, a, length)
        first = first + chance.log_rising_ratio(m, d, d + gamma + 1, gamma + 1, length)
        return first + m.log(gamma / (gamma + d + length)) + m.log(total)

    # --- of a customer who was there at the n-th opportunity --------------------------------

    def _buying(self, x: Numbers, n: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Shapes of p, and the second shape of θ."""
        return self.alpha + x, self.beta + (n - x), self.delta + n

    def _rate(self, h: Histories) -> Numbers:
        """The mean chance to buy."""
        return (self.alpha + h.repeats) / (self.alpha + self.beta + h.age)

    def _buying_within(self, h: Histories, ahead: int) -> Numbers:
        m = h.arithmetic

        def each(x: Numbers, n: Numbers) -> Numbers:
            total = 0.0 * x
            for k, term in zip(range(ahead, 0, -1), self._first_purchases(x, n), strict=False):
                total = total + term
                if k % _FEW == 0 and m.first_true(term * k > total * _NOTHING) is None:
                    break
            return total

        return m.once_each(each, h.repeats, h.age)

    def _first_purchases(self, x: Numbers, n: Numbers) -> Any:
        """The chances that the next purchase comes at the 1st, 2nd, … opportunity to come."""
        a, b, d = self._buying(x, n)
        term, k = a / (a + b) * (d / (self.gamma + d)), 0
        while True:
            yield term
            k += 1
            term = term * ((b + k - 1) / (a + b + k)) * ((d + k) / (self.gamma + d + k))

    def _next_within(self, h: Histories, wanted: Numbers) -> Numbers:
        """Opportunities until the chance of a purchase reaches ``wanted``, or endlessly many."""
        m = h.arithmetic

        def each(x: Numbers, n: Numbers, wanted: Numbers) -> Numbers:
            a, b, _ = self._buying(x, n)
            total, count = 0.0 * x, 0.0 * x
            for k, term in zip(range(MOST), self._first_purchases(x, n), strict=False):
                # Who has not bought by now and is still there may buy at any later one.
                open_still = (total < wanted) & (total + term * ((a + b + k) / a) >= wanted)
                if m.first_true(open_still) is None:
                    break
                count = count + m.choose(total < wanted, 1.0, 0.0)
                total = total + term
            return m.choose(total >= wanted, count, 2.0 * chance.FURTHEST)

        return m.once_each(each, h.repeats, h.age, wanted)

    def _counts(self, h: Histories, ahead: int, most: int) -> list[Numbers]:
        """The chances of 0, 1, … ``most`` purchases."""
        m = h.arithmetic

        def times(y: int) -> Numbers:
            return m.once_each(lambda x, n: self._times(m, y, ahead, x, n), h.repeats, h.age)

        return [times(y) if y <= ahead else 0.0 * h.repeats for y in range(most + 1)]

    def _times(self, m: Any, y: int, ahead: int, x: Numbers, n: Numbers) -> Numbers:
        """The chance of y purchases: the sum over how many opportunities the customer stays."""
        gamma, (a, b, d) = self.gamma, self._buying(x, n)
        scale = chance.log_survival(m, gamma, d, y) - chance.log_rising_ratio(m, a, a + b, b, y)
        scale = scale + m.log(gamma / (gamma + d + y))
        total, term = 0.0 * x, 0.0 * x + 1
        for j in range(y, ahead):
            total = total + term
            term = term * ((j + 1) / (j + 1 - y)) * ((b + (j - y)) / (a + b + j))
            term = term * ((d + j) / (gamma + d + j + 1))
            down = m.choose(term > _HUGE, _SCALE, 1.0)
            total, term, scale = total * down, term * down, scale - m.log(down)
        total = total + term * ((gamma + d + ahead) / gamma)
        return m.exp(scale + m.log(total))


# The sum is looked at this often, and left where what is to come is nothing.
_FEW, _NOTHING = 64, 1e-18
