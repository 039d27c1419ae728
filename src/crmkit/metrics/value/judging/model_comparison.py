"""Which model foretells best? Each is fitted to what was known, and judged by what came.

The measure is the held-out log-likelihood: what each model gave, before the fact, for the
number of purchases that each customer then made, given that customer's history. It rewards
a model for the whole distribution, and needs no penalty for parameters, for they were learnt
elsewhere. Models are compared customer by customer,

    d_i = ln P_best(x*_i | history_i) - ln P_other(x*_i | history_i),

so that what is luck for both cancels; where the t interval of the mean of d reaches 0, the
two are tied: these customers do not tell them apart. It holds the luck of who the customers
are, not that of the period they lived in: a sale in the hold-out moves all customers at once.

AIC and BIC judge the same fits by the days they learnt from alone.

Source: Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy
way. Marketing Science 24(2), 275-284, section 4. Held-out likelihood: Stone, M. (1977). An
asymptotic equivalence of choice of model by cross-validation and Akaike's criterion. Journal
of the Royal Statistical Society B 39(1), 44-47. Paired differences: Vuong, Q. H. (1989).
Likelihood ratio tests for model selection and non-nested hypotheses. Econometrica 57(2),
307-333.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import fsum
from typing import Any

from attrs import evolve, frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.value.judging.conditional_expectation import absolute_error
from crmkit.metrics.value.judging.holdout import Holdout
from crmkit.metrics.value.judging.holdout_scores import expected, log_chances
from crmkit.metrics.value.models.bgnbd import BGNBD
from crmkit.metrics.value.models.buying import BuyingModel
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.mbgnbd import MBGNBD
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD

__all__ = ["ComparedModel", "ModelComparison", "compare_models"]

_MODELS: tuple[type[BuyingModel], ...] = (NBD, BGNBD, MBGNBD, ParetoNBD)
_UNIT = "log-likelihood per customer"
_PAIRED = "mean of paired differences, t interval"


@frozen(kw_only=True)
class ComparedModel:
    """One model, as it learnt and as it foretold.

    Attributes:
        name: What its paper calls it.
        fit: Its fit to what was known by the split; None where it could not be fitted.
        missing: What was missing for a fit, or for judging it; empty where nothing was.
        held_out: Log-likelihood of the hold-out, over all customers; None where it is unknown.
        expected: Purchases it expected in the hold-out; None where it was not fitted.
        error: Its mean absolute error per customer, with interval; None likewise.
        behind: How much less than the best, per customer, with its interval; None for the best
            itself, and where either is unknown.
    """

    name: str
    fit: Fit[Any] | None
    missing: str = ""
    held_out: float | None = None
    expected: float | None = None
    error: Estimate | None = None
    behind: Estimate | None = None

    @property
    def is_tied(self) -> bool:
        """Whether these customers do not tell it from the best."""
        return self.behind is not None and (self.behind.low is None or self.behind.low <= 0)

    def to_row(self) -> dict[str, Any]:
        """Return a flat row; what is unknown is None."""
        fit, behind = self.fit, self.behind
        return {
            "name": self.name,
            "converged": fit and fit.converged,
            "parameters": fit and len(fit.parameters),
            "log_likelihood": fit and fit.log_likelihood,
            "aic": fit and fit.aic,
            "bic": fit and fit.bic,
            "held_out": self.held_out,
            "behind": behind and behind.value,
            "behind_low": behind and behind.low,
            "behind_high": behind and behind.high,
            "expected": self.expected,
            "error": self.error and self.error.value,
            "missing": self.missing,
        }

    def told(self) -> str:
        """Return what is known of it, in a line."""
        return "; ".join(self._told())

    def _told(self) -> Iterator[str]:
        if self.fit is None:
            yield f"not fitted: {self.missing}"
            return
        if self.held_out is not None:
            yield f"held-out {self.held_out:,.2f}"
        if self.behind is not None:
            yield f"behind by {self.behind.bare}" + (": a tie" if self.is_tied else "")
        yield f"log-likelihood {self.fit.log_likelihood:,.2f}"
        yield f"AIC {self.fit.aic:,.2f}, BIC {self.fit.bic:,.2f}"
        if self.expected is not None and self.error is not None:
            yield f"expected {self.expected:,.1f}, off by {self.error.told} a customer"
        if not self.fit.converged:
            yield "did not converge"
        if self.missing:
            yield self.missing


@frozen(kw_only=True)
class ModelComparison(Shown):
    """Models side by side, best first.

    Attributes:
        rows: By held-out log-likelihood; then those of which it is unknown, as given.
        customers: Customers behind the comparison.
        weeks: Weeks of the hold-out.
        bought: Purchases in the hold-out.
        notes: What the reader must know.
    """

    rows: tuple[ComparedModel, ...]
    customers: int
    weeks: float
    bought: int
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> ComparedModel | None:
        """The one that foretold best, tied or not; None where none can be judged."""
        return next((row for row in self.rows if row.held_out is not None), None)

    @property
    def tied(self) -> tuple[str, ...]:
        """Those that these customers do not tell from the best."""
        return tuple(row.name for row in self.rows if row.is_tied)

    @property
    def verdict(self) -> str:
        """Which foretold best, or which are tied, in a few words."""
        if self.best is None:
            return "no model can be judged"
        if self.tied:
            return f"a tie: {', '.join((self.best.name, *self.tied))}"
        return f"{self.best.name} foretells best"

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row per model, best first."""
        return [row.to_row() for row in self.rows]

    def sheet(self) -> Sheet:
        """Return the models as they are shown."""
        held_out = (
            f"{self.bought:,} purchases of {self.customers:,} customers in {self.weeks:g} weeks"
        )
        return Sheet(
            title=f"{self.verdict} ({held_out})",
            rows=tuple((row.name, row.told()) for row in self.rows),
            notes=self.notes,
        )

    def explain(self) -> Explanation:
        """Return why one is called the best, or a tie a tie."""
        best = self.best
        gaps = [row.behind.explain("behind_the_best") for row in self.rows if row.behind]
        return explained(
            "compare_models",
            self.verdict,
            inputs={row.name: row.told() for row in self.rows},
            coverage=f"{self.customers:,} customers, {self.weeks:g} weeks",
            left_out=self.notes,
            model="" if best is None or best.fit is None else best.fit.line,
            parts=gaps[:1],
        )


def compare_models(
    held_out: Holdout, models: Iterable[type[BuyingModel]] = _MODELS
) -> ModelComparison:
    """Fit models to what was known, and rank them by what came.

    Args:
        held_out: The customers, cut by ``holdout``.
        models: The classes of models of buying at any moment, each once.

    Returns:
        The models, best first. One that cannot be fitted has a row with what is missing; if
        the hold-out has no days, none can be judged, and a note says so.

    Raises:
        InvalidValueError: Something that is no such model, or one model twice.
        MissingExtraError: numpy or scipy is not installed.

    Source:
        Stone (1977) for held-out likelihood; Vuong (1989) for paired differences.
    """
    judged = [_judged(one, held_out) for one in _checked(models)]
    known = [(row, chances) for row, chances in judged if row.held_out is not None]
    known.sort(key=lambda pair: -(pair[0].held_out or 0.0))
    ranked = [_ranked(row, chances, known[0][1]) for row, chances in known[1:]]
    unknown = [row for row, _ in judged if row.held_out is None]
    return ModelComparison(
        rows=(*(row for row, _ in known[:1]), *ranked, *unknown),
        customers=held_out.customers,
        weeks=held_out.weeks,
        bought=held_out.total,
        notes=held_out.notes,
    )


def _checked(models: Iterable[Any]) -> list[type[BuyingModel]]:
    found = list(models)
    for index, one in enumerate(found):
        if not (isinstance(one, type) and issubclass(one, BuyingModel)):
            rule = "must be the class of a model of buying at any moment"
            raise InvalidValueError(f"models[{index}]", one, rule)
        if one in found[:index]:
            raise InvalidValueError(f"models[{index}]", one.NAME, "must not be named twice")
    return found


_Chances = Sequence[float]
"""The log-likelihood of what each customer bought in the hold-out."""


def _judged(model: type[BuyingModel], held_out: Holdout) -> tuple[ComparedModel, _Chances]:
    try:
        fit = held_out.fit(model)
    except InsufficientDataError as error:
        return ComparedModel(name=model.NAME, fit=None, missing=str(error)), ()
    forecast = expected(fit.model, held_out)
    row = ComparedModel(
        name=model.NAME,
        fit=fit,
        expected=fsum(forecast),
        error=absolute_error(held_out.bought, forecast),
    )
    if not held_out.weeks:
        return row, ()
    chances = log_chances(fit.model, held_out)
    known = [chance for chance in chances if chance is not None]
    if beyond := len(chances) - len(known):
        what = f"{beyond:,} customers bought a number that it gives no chance a float can hold"
        return evolve(row, missing=what), ()
    return evolve(row, held_out=fsum(known)), known


def _ranked(row: ComparedModel, chances: _Chances, best: _Chances) -> ComparedModel:
    differences = [most - own for most, own in zip(best, chances, strict=True)]
    return evolve(row, behind=evolve(mean_estimate(differences, unit=_UNIT), method=_PAIRED))
