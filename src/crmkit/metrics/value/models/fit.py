"""What fitting a model gives: the model, how sure it is, and what to know about it.

A fit is plain: floats, tuples and words. ``to_plain`` of ``crmkit.metrics.value`` turns it into
JSON and ``from_plain`` back, so a notebook can fit and a shop's web process score.

The interval of a parameter is that of its logarithm, carried back: it never reaches below 0,
and is the wider on the side where less is known (delta method).
"""

from collections.abc import Mapping
from math import exp, log
from typing import Any, Generic, TypeVar

from attrs import asdict, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import LEVEL, two_sided_z

Model = TypeVar("Model")

_METHOD = "maximum likelihood; delta method on the log scale"
_NO_INTERVAL = "no interval: the data do not tell how sure it is"


@frozen(kw_only=True)
class Fit(Shown, Generic[Model]):
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

    @property
    def name(self) -> str:
        """What the model is called in its paper."""
        model: Any = self.model
        return str(model.NAME)

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name, in the order of the model's fields."""
        model: Any = self.model
        return asdict(model)

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice the parameters less twice the log-likelihood."""
        return 2 * (len(self.parameters) - self.log_likelihood)

    @property
    def bic(self) -> float:
        """The Bayesian criterion: ln n for each parameter, less twice the log-likelihood."""
        return len(self.parameters) * log(max(self.n, 1)) - 2 * self.log_likelihood

    def interval(self, name: str, *, level: float = LEVEL) -> Estimate:
        """Return a parameter with its interval.

        Args:
            name: One of ``parameters``.
            level: Coverage of the interval, above 0 and below 1.

        Returns:
            The parameter in its own unit; with open ends where the data do not tell it.

        Raises:
            InvalidValueError: No such parameter.
        """
        value = self._parameter(name)
        ends: tuple[float | None, float | None] = (None, None)
        error = self.standard_errors[name]
        if error is not None:
            factor = exp(two_sided_z(level) * error / value)
            ends = value / factor, value * factor
        return Estimate(
            value=value,
            low=ends[0],
            high=ends[1],
            level=level,
            n=self.n,
            unit="",
            method=_METHOD,
            notes=() if error is not None else (_NO_INTERVAL,),
        )

    def _parameter(self, name: str) -> float:
        if name not in self.parameters:
            rule = f"must be one of {', '.join(self.parameters)}"
            raise InvalidValueError("name", name, rule)
        return self.parameters[name]

    @property
    def line(self) -> str:
        """The fit in a line: parameters, customers, and what is to be known of it."""
        told = ", ".join(f"{name} {_short(value)}" for name, value in self.parameters.items())
        sure = "" if self.converged else "; it did not converge"
        return "; ".join([f"{self.name}: {told} (n {self.n:,g}{sure})", *self.notes])

    def sheet(self) -> Sheet:
        """Return parameters and likelihood as they are shown."""
        sure = "converged" if self.converged else "did not converge"
        return Sheet(
            title=f"{self.name} fitted to {self.n:,g} customers: {sure}",
            rows=tuple(self._told().items()),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return how the parameters were found, and what keeps them unsure."""
        return explained(
            "model_fit",
            "converged" if self.converged else "did not converge",
            inputs={**self._told(), "customers": f"{self.n:,g}", "notes": "; ".join(self.notes)},
            model=self.line,
        )

    def _told(self) -> dict[str, object]:
        parameters = {name: self.interval(name) for name in self.parameters}
        return {**parameters, "log-likelihood": f"{self.log_likelihood:,.4f}"}


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
