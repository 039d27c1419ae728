"""How sure a fitted model is, by fitting it again to customers who are drawn from it.

    1  draw as many customers as were fitted, seen for as long, from the fitted model
    2  fit the model to them, as it was fitted to the real ones
    3  again and again; the spread of a figure over these fits is how far it may be off

No peak has to be sharp for that, and no figure smooth: it serves fits at a border, where the
delta method has no answer, or one that takes what is held for known.

The interval is about parameters, as that of the delta method: it says how well the mean over
customers of such a history is known, not how luck will spread them (``prediction_interval``
does that).

Source: Efron, B., Tibshirani, R. J. (1993). An introduction to the bootstrap, 6.5 and 13.
"""

from collections.abc import Callable
from typing import Any

from attrs import frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import LEVEL, checked_number
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.uncertainty._band import Correction, band_of, estimate_of
from crmkit.metrics.value.uncertainty._redrawn import read_exposure, redrawn_fit, seeds_of

__all__ = ["BootstrapFits", "bootstrap"]

_REPLICATIONS = 200
_MOST = 100_000


@frozen(kw_only=True)
class BootstrapFits(Shown):
    """A fitted model, and the same model fitted again and again to customers drawn from it.

    Attributes:
        fit: The fit to the real customers, from which the others were drawn.
        refits: The models fitted again, in the order drawn; None where no fit was possible.
        doubtful: How many of them did not converge; they count, as the original one would.
        seed: Of the draws.
    """

    fit: Fit[Any]
    refits: tuple[Any, ...]
    doubtful: int
    seed: int

    @property
    def models(self) -> tuple[Any, ...]:
        """The models that could be fitted again."""
        return tuple(one for one in self.refits if one is not None)

    @property
    def failed(self) -> int:
        """How many drawn shops gave no fit."""
        return len(self.refits) - len(self.models)

    @property
    def notes(self) -> tuple[str, ...]:
        """What keeps the refits from being all alike."""
        told = (
            (self.failed, "refits failed, and count as beyond either end of an interval"),
            (self.doubtful, "refits did not converge, and count as they are"),
        )
        of_all = f"of {len(self.refits):,}"
        return tuple(f"{count:,} {of_all} {what}" for count, what in told if count)

    def interval(
        self,
        figure: Callable[[Any], Any],
        *,
        level: float = LEVEL,
        unit: str = "",
        correction: Correction = "percentile",
    ) -> Any:
        """Return any figure of the model with its interval.

        The ends are ranks, so it does not matter whether the figure is an amount or a
        probability: they stay within its range.

        Args:
            figure: From a model to a number, or to an array of numbers of one length.
            level: Coverage, above 0 and below 1.
            unit: The figure's unit, for people.
            correction: "percentile", or "bias_corrected" for figures whose refits lie to one
                side of the original.

        Returns:
            An ``Estimate`` of a number, a ``Band`` of an array. Ends are None where there are
            too few refits for the level, or too many failed.

        Raises:
            InvalidValueError: A level that is none, or a figure that the fitted model refuses.

        Source:
            Efron & Tibshirani (1993).
        """
        value = figure(self.fit.model)
        drawn = [_answer(figure, one) for one in self.refits]
        band = band_of(value, drawn, level=level, correction=correction, notes=self.notes)
        return band if getattr(value, "ndim", 0) else estimate_of(band, n=self.fit.n, unit=unit)

    def sheet(self) -> Sheet:
        """Return the parameters with their intervals, as they are shown."""
        return Sheet(
            title=f"{self.fit.name} fitted again to {len(self.refits):,} drawn shops",
            rows=tuple(self._parameters().items()),
            notes=(*self.fit.notes, *self.notes),
        )

    def explain(self) -> Explanation:
        """Return how the refits came about."""
        return explained(
            "bootstrap",
            f"{len(self.models):,} refits",
            inputs={**self._parameters(), "seed": self.seed},
            left_out=self.notes,
            model=self.fit.line,
        )

    def _parameters(self) -> dict[str, Estimate]:
        def read(name: str) -> Callable[[Any], float]:
            return lambda model: float(getattr(model, name))

        return {name: self.interval(read(name)) for name in self.fit.parameters}


def bootstrap(
    fit: Fit[Any],
    *,
    age: Any = None,
    purchases: Any = None,
    periods: Any = None,
    weights: Any = None,
    replications: int = _REPLICATIONS,
    seed: int = 0,
) -> BootstrapFits:
    """Fit a model again to customers drawn from it, as many and seen as long as the real ones.

    It costs as much as ``replications`` fits.

    Args:
        fit: The fit to the real customers.
        age: Weeks since the first purchase, per customer; opportunities for a BG/BB.
        purchases: For a Gamma-Gamma, in place of ``age``: the purchases behind each mean.
        periods: For an sBG, in place of ``age``: the renewals that each customer was watched
            for, whether there was one or the customer had left by then.
        weights: How many customers each row stands for, whole numbers; 1 if left out.
        replications: How many shops are drawn, from 1; 1,000 for ends that move little.
        seed: From 0; the same seed gives the same fits.

    Returns:
        The models fitted again; their ``interval`` gives that of any figure.

    Raises:
        InvalidValueError: Not the column that this model is seen by, other customers than were
            fitted, weights that are not whole, or a seed or number that cannot be.
        MissingExtraError: numpy or scipy is not installed.

    Source:
        Efron & Tibshirani (1993).
    """
    given = {"age": age, "purchases": purchases, "periods": periods}
    exposure = read_exposure(fit, given, weights)
    count = int(checked_number(replications, "replications", low=1, high=_MOST, whole=True))
    drawn = [redrawn_fit(fit.model, exposure, one) for one in seeds_of(fit, seed, count)]
    return BootstrapFits(
        fit=fit,
        refits=tuple(None if one is None else one.model for one in drawn),
        doubtful=sum(one is not None and not one.converged for one in drawn),
        seed=seed,
    )


def _answer(figure: Callable[[Any], Any], model: Any) -> Any:
    """A figure of a refitted model; None where it failed, or has no such figure."""
    if model is None:
        return None
    try:
        return figure(model)
    except (InvalidValueError, InsufficientDataError):
        return None
