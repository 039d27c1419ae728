"""What a fitted Gamma-Gamma does not explain, in notes: an outlier, and a mean that is off.

The likelihood has its optimum for any spends. These two questions find those for which it is
not to be relied upon:

* Would one of so many customers have spent so much, or so little, under this model? With
  S = x z̄/γ, S/(1+S) is Beta(px, q), so that the tails are incomplete betas.
* Is the fitted mean that of the data? A tail heavier than the model's gives a q near 1, and
  with it a mean p γ/(q-1) of any size.
"""

from typing import Any

from attrs import evolve

from crmkit._require import require
from crmkit.metrics.value.fitting.tally import read_weights
from crmkit.metrics.value.models._arithmetic import Numbers
from crmkit.metrics.value.models.fit import Fit

# Customers to expect so far out; the fitted mean over the observed one, or the other way round.
_UNLIKELY, _OFF = 1e-3, 1.2


def doubted(fit: Fit[Any], purchases: Numbers, mean_spend: Numbers, weights: Any) -> Fit[Any]:
    """Return the fit with a note for what it does not explain.

    Args:
        fit: Of these spends.
        purchases: Purchases behind each mean, an array.
        mean_spend: Money per purchase, above 0 wherever there are purchases.
        weights: How many customers each row stands for; None for 1.
    """
    w = read_weights(weights, purchases)
    counts = (purchases > 0) & (w > 0)
    x, z, w = (column[counts] for column in (purchases, mean_spend, w))
    notes = (*_outliers(fit.model, x, z, fit.n), *_mean_is_off(fit.model, float(w @ z / fit.n)))
    return evolve(fit, notes=(*fit.notes, *notes))


def _outliers(model: Any, x: Numbers, z: Numbers, n: float) -> list[str]:
    betainc = require("scipy.special", extra="models").betainc
    notes = []
    for row, beyond in ((z.argmin(), "below"), (z.argmax(), "above")):
        px, share = model.p * x[row], model.gamma / (model.gamma + x[row] * z[row])
        ends = (px, model.q, 1 - share) if beyond == "below" else (model.q, px, share)
        if n * betainc(*ends) < _UNLIKELY:
            notes.append(
                f"outlier: a mean spend of {z[row]:,.6g} is far {beyond} what this model expects "
                f"of any of {n:,.0f} customers"
            )
    return notes


def _mean_is_off(model: Any, observed: float) -> tuple[str, ...]:
    if model.q <= 1 or 1 / _OFF < model.population_mean / observed < _OFF:
        return ()
    means = (
        f"the fitted mean spend is {model.population_mean:,.6g}, that of the data {observed:,.6g}"
    )
    return (f"{means}: see whether the tail is too heavy for this model",)
