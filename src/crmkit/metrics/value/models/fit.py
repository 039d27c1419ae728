"""What fitting a model gives: the model, how sure it is, and what to know about it.

A fit is plain: floats, tuples and words. ``to_plain`` of ``crmkit.metrics.value`` turns it into
JSON and ``from_plain`` back, so a notebook can fit and a shop's web process score.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

from attrs import frozen

Model = TypeVar("Model")


@frozen(kw_only=True)
class Fit(Generic[Model]):
    """A fitted model.

    Attributes:
        model: The model at its most likely parameters.
        log_likelihood: Of the data under it, in the data's own units.
        standard_errors: By parameter; None where the data do not tell.
        covariance: Of the logarithms of the parameters, in the order of the model's fields,
            one tuple per row; None where the data do not tell.
        converged: Whether the optimum was reached, lies inside its borders and is sharp.
        n: Customers behind it.
        notes: What the reader must know.
    """

    model: Model
    log_likelihood: float
    standard_errors: Mapping[str, float | None]
    covariance: tuple[tuple[float, ...], ...] | None
    converged: bool
    n: float
    notes: tuple[str, ...] = ()
