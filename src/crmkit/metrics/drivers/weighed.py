"""Drivers as all complete rows weigh them, with the intervals of what was redrawn."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from crmkit.metrics.drivers.correlations import (
    betas,
    condition_index,
    inflations,
    refuse_collinear,
)
from crmkit.metrics.drivers.driver import Driver
from crmkit.metrics.drivers.johnson import johnson
from crmkit.metrics.drivers.lmg import lmg
from crmkit.metrics.drivers.redrawn_weights import RedrawnWeights, Weigh
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.resampling import percentile_interval

__all__ = ["CALLED", "WEIGH", "DriverMethod", "Weighed"]

DriverMethod = Literal["johnson", "lmg"]
WEIGH: Mapping[str, Weigh] = MappingProxyType({"johnson": johnson, "lmg": lmg})
CALLED: Mapping[str, str] = MappingProxyType(
    {"johnson": "Johnson's relative weight", "lmg": "LMG weight"}
)
#: From here on a predictor, or all of them together, are too much alike (Belsley et al. 1980).
_MUCH_INFLATED, _NEARLY_SINGULAR = 10, 30
_NOTHING = 1e-12


class Weighed:
    """The weights of all complete rows, waiting for their intervals.

    Args:
        standardised: Rows of respondents, a column per predictor, the outcome last; each with
            mean 0 and variance 1.
        names: What the predictors are called.
        method: How weights are found.

    Raises:
        InvalidValueError: Predictors of which one adds up from the others.
        MissingExtraError: numpy is not installed.
    """

    def __init__(self, standardised: Any, names: Sequence[str], method: DriverMethod) -> None:
        n, p = len(standardised), len(names)
        together = standardised.T @ standardised / n
        R, r = together[:p, :p], together[:p, p]
        refuse_collinear(R, names)
        self._names, self._method, self._n = names, method, n
        self._r, self._betas, self._inflations = r, betas(R, r), inflations(R)
        self._weights = WEIGH[method](R[None], r[None])[0]
        self._r_squared = float(r @ self._betas)
        self._condition = condition_index(R)

    @property
    def adjusted_r_squared(self) -> float:
        """R² less what as many random variables would explain."""
        spare = (self._n - 1) / (self._n - len(self._names) - 1)
        return 1 - (1 - self._r_squared) * spare

    def r_squared(self, redrawn: RedrawnWeights) -> Estimate:
        """Return what all predictors explain together."""
        return self._estimate(
            self._r_squared, redrawn.r_squared, unit="of the variance", method="R²"
        )

    def drivers(self, redrawn: RedrawnWeights) -> tuple[Driver, ...]:
        """Return the drivers with their intervals, the weightiest first."""
        found = [self._driver(place, redrawn) for place in range(len(self._names))]
        return tuple(sorted(found, key=lambda one: (-(one.weight.value or 0), one.name)))

    def doubts(self, used: int, draws: int) -> tuple[str, ...]:
        """Return what is to be said against the weights as a whole.

        Args:
            used: Samples that could be used.
            draws: Samples that were drawn.
        """
        lost = f"{draws - used:,} of {draws:,} samples left out: something did not vary in them"
        alike = (
            f"nearly singular: condition index {self._condition:.0f} (over {_NEARLY_SINGULAR}); "
            "predictors that are alike share their weights on little evidence"
        )
        return (alike,) * (self._condition > _NEARLY_SINGULAR) + (lost,) * (used < draws)

    def _driver(self, place: int, redrawn: RedrawnWeights) -> Driver:
        weight = self._estimate(
            self._weights[place],
            redrawn.weights[:, place],
            unit="of the variance",
            method=CALLED[self._method],
        )
        r = self._estimate(
            self._r[place], redrawn.correlations[:, place], unit="correlation", method="r"
        )
        beta = self._estimate(
            self._betas[place], redrawn.betas[:, place], unit="standard deviations", method="β"
        )
        over_chance = percentile_interval(redrawn.beyond_chance[:, place].tolist())
        beyond = None if over_chance is None else over_chance[0] > 0
        inflation = float(self._inflations[place])
        return Driver(
            name=self._names[place],
            weight=weight,
            share=self._share(place, redrawn),
            r=r,
            beta=beta,
            vif=inflation,
            beyond_chance=beyond,
            method=self._method,
            notes=_notes(r, beta, inflation, beyond=beyond),
        )

    def _share(self, place: int, redrawn: RedrawnWeights) -> Estimate:
        unit, method = "of the R²", "weight ÷ R²"
        if self._r_squared < _NOTHING:
            note = "the predictors explain nothing that could be shared out"
            return undefined(unit=unit, method=method, note=note, low=0, high=1, n=self._n)
        explains = redrawn.r_squared > _NOTHING
        drawn = redrawn.weights[explains, place] / redrawn.r_squared[explains]
        return self._estimate(
            self._weights[place] / self._r_squared, drawn, unit=unit, method=method
        )

    def _estimate(self, value: float, drawn: Any, *, unit: str, method: str) -> Estimate:
        """A figure with its percentile interval, which is widened to hold it."""
        ends = percentile_interval(drawn.tolist())
        low, high = (None, None) if ends is None else (min(value, ends[0]), max(value, ends[1]))
        return Estimate(
            value=float(value),
            low=None if low is None else float(low),
            high=None if high is None else float(high),
            n=self._n,
            unit=unit,
            method=f"{method}, percentile interval of redrawn respondents",
            notes=() if ends else ("too few samples could be used for an interval",),
        )


def _notes(
    r: Estimate, beta: Estimate, inflation: float, *, beyond: bool | None
) -> tuple[str, ...]:
    """What is to be minded about a driver."""
    turned = (r.value or 0) * (beta.value or 0) < 0
    unsure = beta.low is None or beta.high is None or beta.low <= 0 <= beta.high
    suppressor = "suppressor: beside the others its sign turns (r and β differ)"
    maybe = ", though β may be 0" * unsure
    collinear = f"collinear: VIF {inflation:.3g} (over {_MUCH_INFLATED}); the others tell the same"
    chance = "weighs no more than a variable drawn at random may"
    return (
        *(f"{suppressor}{maybe}",) * turned,
        *(collinear,) * (inflation > _MUCH_INFLATED),
        *(chance,) * (beyond is False),
    )
