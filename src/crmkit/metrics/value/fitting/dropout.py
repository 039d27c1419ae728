"""Fitting the BG/NBD and the MBG/NBD: one likelihood, its analytic gradient, and the refusals.

In the symbols of ``_dropout``, with s = 1/(1 + e^-D) the weight of "has left" and ψ the
digamma function, the derivatives of ln L are

    ∂r  ψ(r+x) - ψ(r) - ln(1 + T/α) + s ln((α+T)/(α+t_x))
    ∂α  r T/(α (α+T)) - x/(α+T) + s (r+x) (1/(α+T) - 1/(α+t_x))
    ∂a  ψ(a+b) - ψ(a+b+k) + s/a
    ∂b  ψ(b+k) - ψ(b) + ψ(a+b) - ψ(a+b+k) - s/(b+k-1)

Time is measured in mean ages while the search runs, so any unit gives the same model. What
depends on x alone is computed once per distinct x, logarithms once per distinct T and t_x.
"""

from typing import Any

from crmkit._require import require
from crmkit.metrics.value.fitting.buying_data import (
    BuyingData,
    Leaving,
    buying_data,
    fit_of,
    judged,
)
from crmkit.metrics.value.fitting.evidence import FEW_CUSTOMERS
from crmkit.metrics.value.fitting.optimise import (
    Optimum,
    maximise,
)
from crmkit.metrics.value.fitting.problem import Problem
from crmkit.metrics.value.fitting.tally import BLOCK, Levels, sample_stride
from crmkit.metrics.value.models._arithmetic import (
    Arrays,
    Numbers,
    log_rising,
    softplus,
)
from crmkit.metrics.value.models.fit import Fit

_NAMES = ("r", "alpha", "a", "b")
_PARTNERS = ({"r", "alpha"}, {"a", "b"})
_ALIKE = {
    "rate": "customers hardly differ in how often they buy",
    "chance": "customers hardly differ in their chance to leave",
}
_UNLIKE = {
    "rate": "customers differ boundlessly in how often they buy",
    "chance": "customers leave at their first chance to, or never",
}
_MEANINGS, _IF_LOW = (
    {name: meaning["rate" if name in _PARTNERS[0] else "chance"] for name in _NAMES}
    for meaning in (_ALIKE, _UNLIKE)
)
# In units of the mean age.
_BORDERS = {"r": (1e-4, 1e4), "alpha": (1e-6, 1e7), "a": (1e-5, 1e4), "b": (1e-5, 1e6)}
_NEVER_LEAVES = {"a": 1e-6, "b": 1.0}
# Shapes (r, a, b) to start from; α follows from the mean number of purchases.
_STARTS = (
    (0.5, 1.0, 3.0),
    (0.2, 0.3, 0.6),
    (2.0, 0.5, 10.0),
    (10.0, 2.0, 4.0),
    (0.05, 2.0, 2.0),
    (0.3, 0.01, 0.1),
)
_LEAVING = Leaving(held=_NEVER_LEAVES, meanings=_MEANINGS, if_low=_IF_LOW)


def fit_dropout(cls: Any, repeats: Any, recency: Any, age: Any, weights: Any) -> Fit[Any]:
    """Fit ``cls``; see ``DropoutModel.fit``.

    Raises:
        InvalidValueError: A history that cannot exist, with its row.
        InsufficientDataError: Too few customers, repeat buyers or different histories.
    """
    data = buying_data(repeats, recency, age, weights)
    data.refuse_too_little(cls.NAME)
    chances = cls.FIRST_CHANCES
    found = judged(
        _search(data, chances, _starts(data), _BORDERS),
        lambda: _search(data, chances, _starts(data)[:2], _LEAVING.borders(_BORDERS)),
        leaving=_LEAVING,
        n=data.n,
    )
    return fit_of(cls, data, found, times=("alpha",), partners=_PARTNERS)


def problem(cls: Any, repeats: Any, recency: Any, age: Any, *, weights: Any) -> Problem:
    """Return what is searched for ``cls``."""
    data = buying_data(repeats, recency, age, weights)
    return Problem(
        objective=_Likelihood(data, cls.FIRST_CHANCES),
        borders=_BORDERS,
        n=data.n,
        units={"alpha": data.unit},
    )


def _starts(data: BuyingData) -> list[tuple[float, ...]]:
    mean = data.mean_repeats
    return [(r, r / mean, a, b) for r, a, b in _STARTS]


class _Likelihood:
    """Mean log-likelihood and its gradient, over log-parameters.

    Attributes:
        x, age, recency: The distinct values of each column, times in mean ages.
        ks: Chances to leave that go with each number of repeats.
        at_x, at_age, bought_at_age: Share of customers at each value, and their repeats.
        blocks: Of the rows that may have left, small enough to stay in a processor's cache:
            share, repeats, and which of the distinct values they have.
    """

    def __init__(self, data: BuyingData, first_chances: int) -> None:
        np = self.np = require("numpy", extra="models")
        self.m, self.digamma = Arrays(), require("scipy.special", extra="models").digamma
        share, levels = data.w / data.n, [*map(Levels.of, (data.x, data.T, data.t_x))]
        self.x, self.age, self.recency = (level.values for level in levels)
        self.age, self.recency = self.age / data.unit, self.recency / data.unit
        self.ks = self.x + first_chances
        self.at_x = levels[0].sums(share)
        self.at_age, self.bought_at_age = levels[1].sums(share), levels[1].sums(share * data.x)
        rows = np.flatnonzero(data.x + first_chances > 0)
        columns = [column[rows] for column in (share, data.x, *(each.of_row for each in levels))]
        self.blocks = [
            [column[start : start + BLOCK] for column in columns]
            for start in range(0, len(rows), BLOCK)
        ]

    def __call__(self, point: Any) -> tuple[float, Any]:
        np = self.np
        r, alpha, a, b = np.exp(point)
        used, by_age = np.log1p(self.age / alpha), 1 / (alpha + self.age)
        value, of_leaving, slower, gone = self._leaving(r, alpha, a, b)
        value += self.at_x @ self._of_counts(r, a, b) - r * (self.at_age @ used)
        value -= self.bought_at_age @ np.log(alpha + self.age)
        of_r = of_leaving - self.at_age @ used
        of_alpha = slower + ((r / alpha) * self.at_age * self.age - self.bought_at_age) @ by_age
        counted_r, of_a, of_b = self._slopes_of_counts(r, a, b, gone)
        gradient = np.array((counted_r + of_r, of_alpha, of_a, of_b))
        return float(value), gradient * (r, alpha, a, b)

    def _leaving(
        self, r: float, alpha: float, a: float, b: float
    ) -> tuple[float, float, float, Numbers]:
        """The branch of having left: ln(1 + e^D), its slopes over r and α, and who is gone.

        s is computed as e^(D - ln(1 + e^D)), so that one exponential serves.
        """
        np = self.np
        age, recency = np.log(alpha + self.age), np.log(alpha + self.recency)
        by_age, by_recency = 1 / (alpha + self.age), 1 / (alpha + self.recency)
        met = np.log(a / (b + np.maximum(self.ks - 1, 0)))
        value, of_r, of_alpha, gone_at = 0.0, 0.0, 0.0, np.zeros(len(self.x))
        for share, x, at_x, at_age, at_recency in self.blocks:
            silence = age[at_age] - recency[at_recency]
            odds = (r + x) * silence + met[at_x]
            left = softplus(self.m, odds)
            gone = share * np.exp(odds - left)
            value += share @ left
            of_r += gone @ silence
            of_alpha += (gone * (r + x)) @ (by_age[at_age] - by_recency[at_recency])
            gone_at += np.bincount(at_x, gone, minlength=len(gone_at))
        return value, of_r, of_alpha, gone_at

    def _of_counts(self, r: float, a: float, b: float) -> Numbers:
        """The part of ln L that depends on x alone."""
        m, xs, ks = self.m, self.x, self.ks
        return log_rising(m, r, xs) + log_rising(m, b, ks) - log_rising(m, a + b, ks)

    def _slopes_of_counts(
        self, r: float, a: float, b: float, gone: Numbers
    ) -> tuple[float, float, float]:
        """Slopes over r, a and b of what depends on x, and on who left, alone."""
        xs, ks, digamma = self.x, self.ks, self.digamma
        both = digamma(a + b) - digamma(a + b + ks)
        of_r = self.at_x @ (digamma(r + xs) - digamma(r))
        of_a = self.at_x @ both + gone.sum() / a
        of_b = self.at_x @ (digamma(b + ks) - digamma(b) + both)
        of_b -= gone @ (1 / (b + self.np.maximum(ks - 1, 0)))
        return of_r, of_a, of_b


def _search(data: BuyingData, first_chances: int, starts: Any, borders: Any) -> Optimum:
    stride = sample_stride(len(data.w))
    rough = _Likelihood(data.rows(slice(None, None, stride)), first_chances) if stride > 1 else None
    return maximise(
        _Likelihood(data, first_chances),
        starts=starts,
        borders=borders,
        n=data.n,
        rough=rough,
        thorough=data.n < FEW_CUSTOMERS,
    )
