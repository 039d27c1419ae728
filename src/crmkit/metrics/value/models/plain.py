"""Fits as JSON-ready data and back, so that a notebook fits and a shop's web process scores.

``json.loads(json.dumps(to_plain(fit)))`` gives what ``from_plain`` turns into the same fit,
to the last digit. Reading one needs the standard library only.
"""

from collections.abc import Mapping
from typing import Any

from attrs import asdict

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.value.models.bgbb import BGBB
from crmkit.metrics.value.models.bgnbd import BGNBD
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.gamma_gamma import GammaGamma
from crmkit.metrics.value.models.history import read_columns
from crmkit.metrics.value.models.mbgnbd import MBGNBD
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD
from crmkit.metrics.value.models.sbg import SBG

_MODELS: Mapping[str, type[Any]] = {
    model.__name__: model for model in (BGBB, BGNBD, GammaGamma, MBGNBD, NBD, ParetoNBD, SBG)
}


def to_plain(fit: Fit[Any]) -> dict[str, Any]:
    """Return a fit as dictionaries, lists, words, floats and None.

    Args:
        fit: Any fit of this room.
    """
    covariance = fit.covariance and [list(row) for row in fit.covariance]
    return {
        "model": type(fit.model).__name__,
        "parameters": asdict(fit.model),
        "log_likelihood": fit.log_likelihood,
        "standard_errors": dict(fit.standard_errors),
        "covariance": covariance,
        "converged": fit.converged,
        "n": fit.n,
        "notes": list(fit.notes),
    }


def from_plain(plain: Mapping[str, Any]) -> Fit[Any]:
    """Return the fit that ``to_plain`` was given.

    Args:
        plain: What ``to_plain`` returned, possibly by way of JSON.

    Raises:
        InvalidValueError: A model unknown here, a part that is missing, or parameters that
            cannot exist.
    """
    name = str(plain.get("model"))
    if name not in _MODELS:
        raise InvalidValueError("model", name, f"must be one of {', '.join(sorted(_MODELS))}")
    try:
        covariance = plain["covariance"] and tuple(tuple(row) for row in plain["covariance"])
        return Fit(
            model=_MODELS[name](**plain["parameters"]),
            log_likelihood=_number(plain, "log_likelihood"),
            standard_errors=dict(plain["standard_errors"]),
            covariance=covariance,
            converged=plain["converged"],
            n=_number(plain, "n"),
            notes=tuple(plain["notes"]),
        )
    except InvalidValueError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValueError("fit", sorted(plain), "must be what to_plain gives") from error


def _number(plain: Mapping[str, Any], name: str) -> float:
    _, (read,) = read_columns(**{name: plain[name]})
    return float(read)
