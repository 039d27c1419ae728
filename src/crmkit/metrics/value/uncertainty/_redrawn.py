"""Customers drawn from a fitted model as the real ones were seen, and the model fitted to them.

What the shop decides is kept: how long each customer has been seen (weeks, opportunities or
renewals), or how many purchases are behind each mean. What the customers decide is drawn.
"""

from collections.abc import Iterator, Mapping
from math import isclose
from typing import Any

from crmkit._require import require
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.seeds import checked_seed
from crmkit.metrics.value.models._arithmetic import Numbers, as_column
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.models.history import read_columns, refuse
from crmkit.metrics.value.models.sbg import SBG

_MOST_CUSTOMERS = 10_000_000


def read_exposure(fit: Fit[Any], given: Mapping[str, Any], weights: Any) -> Numbers:
    """Return what each customer was seen for, a row per customer.

    Raises:
        InvalidValueError: Another column than the model's, other customers than were fitted, or
            weights that are not whole.
    """
    needed = _exposure_of(fit.model)
    for name, column in given.items():
        if (column is not None) != (name == needed):
            rule = f"must {'not ' if name != needed else ''}be given for a {fit.name}"
            raise InvalidValueError(name, column, rule)
    _, (seen,) = read_columns(**{needed: as_column(given[needed])})
    seen = _repeated(seen, weights)
    if needed == "purchases":
        seen = seen[seen > 0]
    if not isclose(len(seen), fit.n):
        raise InvalidValueError(needed, len(seen), f"must be of the {fit.n:g} customers of the fit")
    return seen


def _exposure_of(model: Any) -> str:
    if isinstance(model, GammaGamma):
        return "purchases"
    return "periods" if isinstance(model, SBG) else "age"


def _repeated(seen: Numbers, weights: Any) -> Numbers:
    """A row for each customer that a row stands for."""
    np = require("numpy", extra="models")
    if weights is None:
        return seen
    m, (w, _) = read_columns(weights=as_column(weights), rows=seen)
    refuse(m, "weights", w, (w < 0) | (m.floor(w) != w), "must be whole, from 0, to be drawn")
    if w.sum() > _MOST_CUSTOMERS:
        raise InvalidValueError("weights", float(w.sum()), f"must be at most {_MOST_CUSTOMERS:,}")
    return np.repeat(seen, w.astype(int))


def seeds_of(fit: Fit[Any], seed: Any, count: int) -> Iterator[int]:
    """Return a seed for each draw; models of different names get unrelated ones.

    Raises:
        InvalidValueError: A seed that is no whole number from 0.
    """
    np = require("numpy", extra="models")
    sequence = np.random.SeedSequence([checked_seed(seed), *fit.name.encode()])
    return iter(sequence.generate_state(count, np.uint64).tolist())


def redrawn_fit(model: Any, exposure: Numbers, seed: int) -> Fit[Any] | None:
    """Return the model fitted to customers drawn from it; None where that cannot be."""
    cls: Any = type(model)
    try:
        if isinstance(model, GammaGamma):
            return model.fit(exposure, model.simulate(exposure, seed=seed))
        if isinstance(model, SBG):
            return _contracts(model, exposure, seed)
        drawn = model.simulate(exposure, seed=seed)
        fit: Fit[Any] = cls.fit(drawn.repeats, drawn.recency, drawn.age)
    except InsufficientDataError:
        return None
    return fit


def _contracts(model: SBG, exposure: Numbers, seed: int) -> Fit[SBG]:
    """Draw everyone for as long as the longest, and look away after their own periods."""
    np = require("numpy", extra="models")
    longest = int(exposure.max())
    survived, ended = model.simulate(len(exposure), longest, seed=seed)
    periods = np.minimum(survived, exposure)
    return model.fit_lifetimes(periods, ended=ended & (survived < exposure))
