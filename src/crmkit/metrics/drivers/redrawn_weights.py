"""Weights of samples of respondents drawn with replacement, beside those of pure chance.

A weight is never below 0, so an interval that leaves out 0 says nothing of whether a driver
counts. What does: whether it weighs more than a variable that is drawn at random and entered
with the others. Here each sample has a new one.

Only sums of products are redrawn, all samples at once: a row of counts per sample, times the
products of each respondent's answers.

Source: Tonidandel, S., LeBreton, J. M., Johnson, J. W. (2009). Determining the statistical
significance of relative weights. Psychological Methods 14(4), 387-399.
"""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from crmkit._require import require
from crmkit.metrics.drivers.correlations import SINGULAR, betas
from crmkit.metrics.seeds import generator

__all__ = ["RedrawnWeights", "Weigh", "redrawn_weights"]

Weigh = Callable[[Any, Any], Any]
"""From correlations of predictors, and theirs with the outcome, to weights."""

#: Numbers held at a time, about.
_HELD = 2_000_000
#: A column whose variance in a sample is below this (1 in all the data) did not vary in it.
_STILL = 1e-12


@frozen(kw_only=True)
class RedrawnWeights:
    """What the samples said, a row each; those in which something did not vary are not there.

    Attributes:
        weights: A column per predictor.
        beyond_chance: The same less the weight of the random variable.
        correlations: Of each predictor with the outcome.
        betas: The standardised coefficients.
        r_squared: What all predictors explain together; one number per sample.
    """

    weights: Any
    beyond_chance: Any
    correlations: Any
    betas: Any
    r_squared: Any

    def __len__(self) -> int:
        return len(self.r_squared)


def redrawn_weights(standardised: Any, weigh: Weigh, *, draws: int, seed: int) -> RedrawnWeights:
    """Return the weights of samples drawn with replacement.

    Args:
        standardised: Rows of respondents, a column per predictor, the outcome last; each with
            mean 0 and variance 1.
        weigh: How weights are found.
        draws: Samples.
        seed: From 0; the same seed gives the same samples.

    Raises:
        InvalidValueError: A seed that is no whole number from 0.
        MissingExtraError: numpy is not installed.
    """
    np = require("numpy", extra="models")
    p = standardised.shape[1] - 1
    drawn = np.concatenate(list(_samples(np, standardised, draws, generator(seed))))
    R, r, more, more_r = _told_apart(np, drawn, p)
    with_chance = weigh(more, more_r)
    found, slopes = weigh(R, r), betas(R, r)
    return RedrawnWeights(
        weights=found,
        beyond_chance=with_chance[:, :p] - with_chance[:, p:],
        correlations=r,
        betas=slopes,
        r_squared=(r * slopes).sum(axis=1),
    )


def _told_apart(np: Any, drawn: Any, p: int) -> tuple[Any, Any, Any, Any]:
    """Correlations of the samples in which all varies, without the random variable and with it."""
    spread = np.einsum("mjj->mj", drawn)
    drawn = drawn[(spread > _STILL).all(axis=1)]
    deviations = np.sqrt(np.einsum("mjj->mj", drawn))
    drawn = drawn / (deviations[:, :, None] * deviations[:, None, :])
    least = np.linalg.eigvalsh(drawn[:, : p + 1, : p + 1])[:, 0]
    drawn = drawn[least > SINGULAR]
    return drawn[:, :p, :p], drawn[:, :p, -1], drawn[:, : p + 1, : p + 1], drawn[:, : p + 1, -1]


def _samples(np: Any, rows: Any, draws: int, source: Any) -> Iterator[Any]:
    """Covariances of predictors, random variable and outcome, some samples at a time."""
    n, q = rows.shape
    upper = np.triu_indices(q)
    products = rows[:, upper[0]] * rows[:, upper[1]]
    step = max(1, _HELD // n)
    for first in range(0, draws, step):
        some = min(step, draws - first)
        counts = np.stack(
            [np.bincount(source.integers(n, size=n), minlength=n) for _ in range(some)]
        ).astype(float)
        chance = source.standard_normal((some, n))
        yield _covariances(np, rows, (products, upper), counts, chance)


def _covariances(
    np: Any, rows: Any, pairs: tuple[Any, tuple[Any, Any]], counts: Any, chance: Any
) -> Any:
    n, q = rows.shape
    products, (left, right) = pairs
    keep = [*range(q - 1), q]  # the random variable stands before the outcome
    means, second = np.empty((len(counts), q + 1)), np.empty((len(counts), q + 1, q + 1))
    means[:, keep], means[:, q - 1] = counts @ rows / n, (counts * chance).sum(axis=1) / n
    known = np.empty((len(counts), q, q))
    known[:, left, right] = known[:, right, left] = counts @ products / n
    second[np.ix_(range(len(counts)), keep, keep)] = known
    second[:, q - 1, keep] = second[:, keep, q - 1] = (counts * chance) @ rows / n
    second[:, q - 1, q - 1] = (counts * chance**2).sum(axis=1) / n
    return second - means[:, :, None] * means[:, None, :]
