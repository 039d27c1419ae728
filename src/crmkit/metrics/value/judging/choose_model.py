"""Which model for these customers? A ladder for shops of any size.

What is known of the customers says what kind of model can be asked:

    repeats, recency, age             they may buy at any moment, and leave unseen
    repeats, recency, opportunities   they may buy on given occasions, and leave unseen
    renewals, ended                   a contract: who left is seen                      sBG

On given occasions the BG/BB has no rival here, under a contract the sBG has none. Where they
may buy at any moment, the simplest model that the data do not speak against is taken:

1. the NBD, in which nobody leaves, unless letting them leave makes the histories likelier by
   more than chance does (1.92 in the log-likelihood, the 5 % point of one parameter);
2. the MBG/NBD, if its optimum is sharp: it lets one-time buyers leave, and scores quickly;
3. the Pareto/NBD, if its optimum is sharp and the base is large enough for it;
4. the MBG/NBD as it is, with what its fit says of itself.

Fewer than 200 customers or 50 repeat buyers are little evidence, and that is said. What no
model can be fitted to comes back without one, and with what is missing.

Source: crmkit, after Fader & Hardie's advice to let the data refuse the simpler model. On 60
random samples of CDNOW customers each, the MBG/NBD forecast the next 39 weeks with a smaller
error than the NBD from 30 customers on; decision 0016 has the figures.
"""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.value.fitting.buying_data import WORTH_A_PARAMETER
from crmkit.metrics.value.fitting.evidence import little_evidence
from crmkit.metrics.value.fitting.tally import read_weights
from crmkit.metrics.value.models._arithmetic import as_column
from crmkit.metrics.value.models.bgbb import BGBB
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_histories
from crmkit.metrics.value.models.mbgnbd import MBGNBD
from crmkit.metrics.value.models.nbd import NBD
from crmkit.metrics.value.models.pareto_nbd import ParetoNBD
from crmkit.metrics.value.models.sbg import SBG

__all__ = ["ModelChoice", "Tried", "choose_model"]

_KINDS = (
    ("repeats", "recency", "age"),
    ("repeats", "recency", "opportunities"),
    ("renewals", "ended"),
)


@frozen(kw_only=True)
class Tried:
    """A model that was tried.

    Attributes:
        name: What its paper calls it.
        fit: Its fit; None where it could not be fitted.
        missing: What was missing for a fit; None where there is one.
    """

    name: str
    fit: Fit[Any] | None
    missing: InsufficientDataError | None = None

    @property
    def is_sharp(self) -> bool:
        """Whether the data determine its parameters."""
        return self.fit is not None and self.fit.converged

    @property
    def told(self) -> str:
        """What came of it, in a few words."""
        if self.fit is None:
            return f"not fitted: {self.missing}"
        sure = "" if self.fit.converged else "; not sharp"
        return f"log-likelihood {self.fit.log_likelihood:,.2f}, AIC {self.fit.aic:,.2f}{sure}"


@frozen(kw_only=True)
class ModelChoice(Shown):
    """Which model was chosen, and why.

    Attributes:
        fit: The fit chosen; None where no model could be fitted.
        reason: Why this one, or what is missing.
        tried: Every model that was tried, in the order of trying.
        missing: What is missing for a fit; None where there is one.
        notes: What the reader must know: little evidence, and what the fit says of itself.
    """

    fit: Fit[Any] | None
    reason: str
    tried: tuple[Tried, ...]
    missing: InsufficientDataError | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What is called for: the model's name, or "no model"."""
        return "no model" if self.fit is None else self.fit.name

    def sheet(self) -> Sheet:
        """Return the choice and what was tried as they are shown."""
        rows = (("because", self.reason), *((one.name, one.told) for one in self.tried))
        return Sheet(title=self.name, rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return why this model was chosen."""
        return explained(
            "choose_model",
            self.name,
            inputs={"because": self.reason, **{one.name: one.told for one in self.tried}},
            left_out=self.notes,
            model="" if self.fit is None else self.fit.line,
        )


def choose_model(
    *,
    repeats: Any = None,
    recency: Any = None,
    age: Any = None,
    opportunities: Any = None,
    renewals: Any = None,
    ended: Any = None,
    weights: Any = None,
) -> ModelChoice:
    """Choose and fit the model that these customers call for.

    Args:
        repeats: Purchases after the first, one per customer.
        recency: Weeks from first to last purchase; or the opportunity of the last one.
        age: Weeks from first purchase to now, where customers may buy at any moment.
        opportunities: Chances to buy since the first, where there are only such.
        renewals: Under a contract: how often each customer has renewed.
        ended: Under a contract: whether the customer then left; else they are still there.
        weights: How many customers each row stands for; 1 if left out.

    Returns:
        The fit and why; where nothing can be fitted, what is missing.

    Raises:
        InvalidValueError: A row that cannot exist, or columns of no one kind.
        MissingExtraError: numpy or scipy is not installed.

    Source:
        crmkit; each model names its paper.
    """
    given = {
        "repeats": repeats,
        "recency": recency,
        "age": age,
        "opportunities": opportunities,
        "renewals": renewals,
        "ended": ended,
    }
    names = tuple(name for name, column in given.items() if column is not None)
    if names not in _KINDS:
        kinds = "; or ".join(", ".join(kind) for kind in _KINDS)
        raise InvalidValueError("columns", ", ".join(names), f"must be {kinds}")
    columns = {name: as_column(given[name]) for name in names}
    if "renewals" in columns:
        lifetimes = {"periods": columns["renewals"], "ended": columns["ended"]}
        contract = _tried(SBG.NAME, SBG.fit_lifetimes, lifetimes, weights)
        return _only(contract, "a contract: who left is seen")
    if "opportunities" in columns:
        columns["age"] = columns.pop("opportunities")
        occasions = _tried(BGBB.NAME, BGBB.fit, columns, weights)
        return _only(occasions, "purchases on given opportunities; nobody sees who leaves")
    return _at_any_moment(columns, weights)


def _tried(
    name: str, fit: Callable[..., Fit[Any]], columns: Mapping[str, Any], weights: Any
) -> Tried:
    try:
        return Tried(name=name, fit=fit(**columns, weights=weights))
    except InsufficientDataError as error:
        return Tried(name=name, fit=None, missing=error)


def _only(one: Tried, reason: str) -> ModelChoice:
    """The choice where there is but one model."""
    return _chosen(one, reason, (one,))


def _chosen(
    one: Tried, reason: str, tried: tuple[Tried, ...], evidence: tuple[str, ...] = ()
) -> ModelChoice:
    said = () if one.fit is None else one.fit.notes
    because = reason if one.missing is None else str(one.missing)
    return ModelChoice(
        fit=one.fit,
        reason=because,
        missing=one.missing,
        tried=tried,
        notes=tuple(dict.fromkeys((*evidence, *said))),
    )


def _at_any_moment(columns: Mapping[str, Any], weights: Any) -> ModelChoice:
    staying = _tried(NBD.NAME, NBD.fit, columns, weights)
    leaving = _tried(MBGNBD.NAME, MBGNBD.fit, columns, weights)
    tried: tuple[Tried, ...] = (staying, leaving)
    if leaving.fit is None:
        return _chosen(staying, f"{leaving.name} {leaving.told}", tried)
    few, gain = _little_evidence(columns, weights), _gain(staying, leaving)
    if gain is not None and gain < WORTH_A_PARAMETER:
        why = f"letting customers leave makes the histories likelier by e^{gain:.2f} only"
        return _chosen(staying, why, tried, few)
    if leaving.is_sharp:
        why = "it lets one-time buyers leave, and its optimum is sharp"
        return _chosen(leaving, why, tried, few)
    if not few:
        other = _tried(ParetoNBD.NAME, ParetoNBD.fit, columns, weights)
        tried = (*tried, other)
        if other.is_sharp:
            return _chosen(other, f"its optimum is sharp, that of the {leaving.name} is not", tried)
    return _chosen(leaving, "customers leave; how differently, the data hardly tell", tried, few)


def _gain(staying: Tried, leaving: Tried) -> float | None:
    """By how much the log-likelihood grows where customers may leave."""
    if staying.fit is None or leaving.fit is None:
        return None
    return leaving.fit.log_likelihood - staying.fit.log_likelihood


def _little_evidence(columns: Mapping[str, Any], weights: Any) -> tuple[str, ...]:
    """What there is too little of, in a note; empty where there is enough."""
    h = read_histories(*(as_column(columns[name]) for name in _KINDS[0]))
    w = read_weights(weights, h.repeats)
    return little_evidence(float(w.sum()), float(w[h.repeats > 0].sum()))
