"""What a fitted model of buying does not explain, in a note: a customer who buys too often.

The likelihood has its optimum for any histories, and one customer of ten thousand purchases (a
till, a reseller, an import gone wrong) moves it far. The question is that of ``spend_doubts``:
would one of so many customers have bought so often under this model? Who never leaves makes x
purchases or more by the age T with chance I_q(x, r), q = T/(α+T); who may leave, with less.
"""

from typing import Any

from attrs import evolve

from crmkit._require import require
from crmkit.metrics.value.fitting.tally import read_weights
from crmkit.metrics.value.models._arithmetic import as_column
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_columns

# Customers to expect so far out.
_UNLIKELY = 1e-3


def doubted(fit: Fit[Any], repeats: Any, age: Any, weights: Any) -> Fit[Any]:
    """Return the fit with a note on the busiest customers, if the model does not expect them.

    Args:
        fit: Of these histories.
        repeats: Purchases after the first, one per customer.
        age: Time from first purchase to now, one per customer.
        weights: How many customers each row stands for; None for 1.
    """
    _, (x, T) = read_columns(repeats=as_column(repeats), age=as_column(age))
    if weights is not None:
        counts = read_weights(weights, x) > 0
        x, T = x[counts], T[counts]
    busiest = {int(x.argmax()), int((x / (fit.model.alpha + T)).argmax())}
    found = ((float(x[row]), float(T[row])) for row in sorted(busiest))
    notes = (_outlier(fit, *one) for one in dict.fromkeys(found))
    return evolve(fit, notes=(*fit.notes, *filter(None, notes)))


def _outlier(fit: Fit[Any], x: float, T: float) -> str:
    betainc = require("scipy.special", extra="models").betainc
    chance = float(betainc(x, fit.model.r, T / (fit.model.alpha + T))) if x else 1.0
    if fit.n * chance >= _UNLIKELY:
        return ""
    return (
        f"outlier: {x:,.0f} repeat purchases by the age of {T:,.6g} are far more than this model "
        f"expects of any of {fit.n:,.0f} customers"
    )
