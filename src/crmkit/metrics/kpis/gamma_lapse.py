"""A customer's rhythm as a gamma distribution of gaps: regular buyers are missed sooner.

    paper   here              unit
    m, s    mean, deviation   days
    k       shape             m² / s²
    θ       -                 s² / m, days

A Poisson model takes any gap as an exponential one (k = 1), with many short and some very long
gaps. Somebody who buys every 25 days or so has k far above 1, and a silence of 35 days, which
an exponential would shrug at, says a lot. Fitted by moments, so it wants a steady rhythm; do
not use it for a customer whose gaps grow or shrink.

Source: Reutterer, T., Platzer, M., Schröder, N. (2021). Leveraging purchase regularity for
predicting customer behavior the easy way. International Journal of Research in Marketing
38(1), 194-215: gamma gaps, with k for regularity.
"""

from collections.abc import Iterable
from math import exp, inf
from statistics import fmean, stdev
from typing import Any

from attrs import frozen

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError
from crmkit.domain.explanation import Explanation
from crmkit.domain.lifecycle import OVERDUE_QUANTILE
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.kpis.lapse import gaps_known

__all__ = ["GammaLapse", "gamma_lapse"]

_GAMMA = "gamma by moments, parametric bootstrap"
_DRAWS, _SEED = 2000, 1
_LONGEST = 1e12
# Gaps that differ by less than this part of their mean are equal to a floating point number.
_LEAST_SPREAD = 1e-6


@frozen(kw_only=True)
class GammaLapse(Shown):
    """A customer's rhythm as a gamma distribution of gaps, beside the exponential.

    Attributes:
        n: Gaps behind it.
        mean: Their mean, days.
        deviation: Their standard deviation (n − 1), days.
        shape: Mean² / deviation²: 1 for random buying, large for regular; None for equal gaps.
        threshold: The 90 % quantile of the gaps, days; beyond it the customer is overdue.
        quiet: The silence judged, days; None for none.
        chance: Chance of a gap longer than ``quiet``, 0 to 1, by the gamma.
        exponential_chance: The same for random buying of the same mean.
        notes: What is missing.
    """

    n: int
    mean: float
    deviation: float
    shape: float | None
    threshold: Estimate
    quiet: float | None
    chance: Estimate | None
    exponential_chance: float | None
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return rhythm, threshold and chances as they are shown."""
        return Sheet(
            title=f"Overdue after {self.threshold}",
            rows=tuple((name, one) for name, one in self._figures().items() if one),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how threshold and chances came about."""
        return explained("gamma_lapse", self.threshold, inputs=self._figures(), left_out=self.notes)

    def _figures(self) -> dict[str, str]:
        told = {
            "gaps": f"{self.n}, mean {self.mean:.4g} days, deviation {self.deviation:.4g}",
            "shape": "" if self.shape is None else f"{self.shape:.4g}",
        }
        if self.quiet is not None and self.exponential_chance is not None:
            told[f"a gap over {self.quiet:g} days"] = str(self.chance)
            told["the same by an exponential"] = f"{self.exponential_chance:.1%}"
        return told


def gamma_lapse(gaps: Iterable[float | None], *, quiet: float | None = None) -> GammaLapse:
    """Fit a gamma distribution to a customer's gaps and judge a silence by it.

    Needs the extra ``models``.

    Args:
        gaps: Days between consecutive purchase occasions, above 0; None is left out.
        quiet: Days without a purchase to judge, 0 or more.

    Returns:
        Threshold and chance with intervals from a seeded parametric bootstrap of 2000 draws;
        both undefined where all gaps are equal.

    Raises:
        InsufficientDataError: Fewer than two gaps.
        InvalidValueError: A gap that is not above 0, or a negative silence.
        MissingExtraError: numpy or scipy is not installed.

    Source:
        Reutterer, Platzer & Schröder (2021) for gamma gaps; moments: k = m²/s².
    """
    found = gaps_known(gaps)
    if (n := len(found.values)) < 2:
        raise InsufficientDataError("a gamma rhythm", 2, n, "gaps")
    mean, deviation = fmean(found.values), stdev(found.values)
    silence = None if quiet is None else checked_number(quiet, "quiet", low=0, high=_LONGEST)
    shape = (mean / deviation) ** 2 if deviation > _LEAST_SPREAD * mean else inf
    rhythm = _Rhythm.of(n, mean, shape)
    return GammaLapse(
        n=n,
        mean=mean,
        deviation=deviation,
        shape=None if shape == inf else shape,
        threshold=rhythm.threshold(),
        quiet=silence,
        chance=None if silence is None else rhythm.longer_than(silence),
        exponential_chance=None if silence is None else exp(-silence / mean),
        notes=found.notes,
    )


@frozen(kw_only=True)
class _Rhythm:
    """A fitted gamma with what its moments would be in other samples of the same size."""

    n: int
    mean: float
    shape: float
    means: Any
    shapes: Any

    @classmethod
    def of(cls, n: int, mean: float, shape: float) -> "_Rhythm":
        np = require("numpy", extra="models")
        if shape == inf:
            return cls(n=n, mean=mean, shape=shape, means=None, shapes=None)
        draws = np.random.default_rng(_SEED).gamma(shape, mean / shape, size=(_DRAWS, n))
        means, deviations = draws.mean(axis=1), draws.std(axis=1, ddof=1)
        return cls(n=n, mean=mean, shape=shape, means=means, shapes=(means / deviations) ** 2)

    def threshold(self) -> Estimate:
        special = require("scipy.special", extra="models")

        def found(mean: Any, shape: Any) -> Any:
            return special.gammaincinv(shape, OVERDUE_QUANTILE) * mean / shape

        return self._estimate(found, "days", None)

    def longer_than(self, quiet: float) -> Estimate:
        special = require("scipy.special", extra="models")

        def found(mean: Any, shape: Any) -> Any:
            return special.gammaincc(shape, quiet * shape / mean)

        return self._estimate(found, "chance", 1.0)

    def _estimate(self, found: Any, unit: str, most: float | None) -> Estimate:
        if self.shape == inf:
            note = "all gaps are equal: there is no spread to fit"
            return undefined(unit=unit, method=_GAMMA, note=note, low=0.0, high=most, n=self.n)
        np = require("numpy", extra="models")
        low, high = np.quantile(found(self.means, self.shapes), (0.025, 0.975))
        value = float(found(self.mean, self.shape))
        return Estimate(
            value=value, low=float(low), high=float(high), n=self.n, unit=unit, method=_GAMMA
        )
