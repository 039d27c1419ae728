"""How many times as fast do customers leave who were exposed to something?

Cox's model with exposures that may begin at any time: a customer is compared with those who
were watched at the same moment of their own time, so that nothing is said about how the risk
of leaving runs over that time. Customers who have not left count for as long as they were
watched (censored); who is watched from later on counts from then (late entry).

Assumptions: an exposure multiplies the risk alike at all times, and several exposures multiply
each other; why watching ends has nothing to do with leaving. An association is no proof of a
cause.

    paper     here       meaning
    exp(β)    ratio      hazard of the exposed by that of others, other exposures being equal
    d         leavings   who left while exposed

Ties: ``efron`` where times are moments that were rounded (months of a contract). ``discrete``
where the time counts chances to leave (occasions), everyone has one at each, and the ratio is
that of the chances.

The interval is Wald's on the logarithm. Where customers left more than once (who was lost and
came back), it allows for what their leavings have in common. Where nobody exposed left, or
nobody else did while they were watched, the likelihood has no top: the ratio is undefined,
never 0 or infinite. So it is where only several exposures together have none.

Sources:
    Cox, D. R. (1972). Regression models and life-tables. JRSS B 34, 187-220.
    Efron, B. (1977). The efficiency of Cox's likelihood function for censored data. JASA 72,
    557-565. Andersen, P. K., Gill, R. D. (1982). Cox's regression model for counting
    processes. Annals of Statistics 10, 1100-1120 (exposures that begin later). Suissa, S.
    (2008). Immortal time bias in pharmaco-epidemiology. American Journal of Epidemiology 167,
    492-499 (why a life is cut where the exposure begins). Lin, D. Y., Wei, L. J. (1989). The
    robust inference for the Cox proportional hazards model. JASA 84, 1074-1078.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import exp, fsum
from typing import Any, get_args

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL, two_sided_z
from crmkit.metrics.loss.by_customer import leave_again, scores_by_customer
from crmkit.metrics.loss.cox_fit import CoxFit, cox_fit
from crmkit.metrics.loss.episodes import Episode
from crmkit.metrics.loss.risk_sets import Ties, risk_sets

__all__ = ["HazardRatio", "hazard_ratios"]

#: The unit of a hazard ratio.
TIMES = "times"
_COX: Mapping[Ties, str] = {
    "efron": "Cox, Efron's ties",
    "discrete": "Cox, chances at each time",
}
_WALD: Mapping[Ties, str] = {
    "efron": "Wald interval",
    "discrete": "Wald interval of binomial trials",
}


@frozen(kw_only=True)
class HazardRatio(Shown):
    """How leaving goes with one exposure.

    Attributes:
        name: The exposure.
        ratio: The hazard of the exposed by that of the others; 1 is no difference.
        customers: Who was ever exposed.
        leavings: How many left while exposed.
        censored: Exposed customers who were never seen to leave while exposed.
        time: Time they were watched while exposed, in ``unit``.
        other_leavings: How many left while not exposed.
        other_time: Time watched without the exposure, in ``unit``.
        unit: The unit of time, for people.
    """

    name: str
    ratio: Estimate
    customers: int
    leavings: int
    censored: int
    time: float
    other_leavings: int
    other_time: float
    unit: str

    @property
    def rate(self) -> float | None:
        """Leavings per unit of time while exposed; None without any time."""
        return self.leavings / self.time if self.time else None

    @property
    def other_rate(self) -> float | None:
        """Leavings per unit of time without the exposure; None without any time."""
        return self.other_leavings / self.other_time if self.other_time else None

    @property
    def raises(self) -> bool:
        """Whether the whole interval lies above 1."""
        return self.ratio.value is not None and self.ratio.low is not None and self.ratio.low > 1

    def sheet(self) -> Sheet:
        """Return the ratio as it is shown."""
        return Sheet(
            title=f"{self.name}: {self.ratio}", rows=self._counted(), notes=self.ratio.notes
        )

    def explain(self) -> Explanation:
        """Return how the ratio came about."""
        return explained(
            "hazard_ratio",
            self.ratio,
            inputs=(*self._counted(), ("method", self.ratio.method)),
            left_out=self.ratio.notes,
            called=self.name,
        )

    def _counted(self) -> tuple[tuple[str, str], ...]:
        return (
            ("left while exposed", f"{self.leavings:,} in {self.time:,.6g} {self.unit}"),
            ("left otherwise", f"{self.other_leavings:,} in {self.other_time:,.6g} {self.unit}"),
            ("exposed customers", f"{self.customers:,}"),
            ("not seen to leave", f"{self.censored:,}"),
        )


def hazard_ratios(
    episodes: Iterable[Episode],
    *,
    names: Iterable[str] | None = None,
    ties: Ties = "efron",
    level: float = LEVEL,
    unit: str = "days",
) -> Mapping[str, HazardRatio]:
    """Hazard ratios of leaving, of all exposures together.

    Args:
        episodes: Stretches of customers' time; a customer is in one at a time.
        names: The exposures to compare; by default all that occur, in the order of their names.
        ties: "efron" where times were rounded; "discrete" where each time is a chance to leave.
        level: Coverage of the intervals, above 0 and below 1.
        unit: The unit of time, for people.

    Returns:
        By the name of the exposure. A ratio is undefined where nobody was exposed, nobody
        exposed left, nobody else left beside them, or two exposures always come together.

    Raises:
        InvalidValueError: A level that is no coverage, or other ties.

    Source:
        Cox (1972); Efron (1977).

    >>> seen = [Episode(0, 2, True, {"bad"}), Episode(0, 3, True), Episode(0, 4, True, {"bad"})]
    >>> hazard_ratios([*seen, Episode(0, 5, True)])["bad"].leavings
    2
    """
    if ties not in get_args(Ties):
        raise InvalidValueError("ties", ties, f"must be one of {', '.join(get_args(Ties))}")
    z, watched = two_sided_z(level), tuple(episodes)
    wanted = _wanted(watched, names)
    again = leave_again(watched)
    middle = partial(scores_by_customer, watched, wanted, ties) if again else None
    fit = cox_fit(risk_sets(watched, wanted, ties), len(wanted), ties, middle)
    found = _counted(watched, wanted, unit)
    return {
        name: HazardRatio(
            name=name,
            ratio=_ratio(fit, i, found[name], (level, z), _method(ties, again=again)),
            **found[name],
        )
        for i, name in enumerate(wanted)
    }


def _method(ties: Ties, *, again: bool) -> str:
    clustered = ", errors by customer where greater (Lin and Wei)" if again else ""
    return f"{_COX[ties]}, {_WALD[ties]}{clustered}"


def _wanted(episodes: Sequence[Episode], names: Iterable[str] | None) -> tuple[str, ...]:
    if names is None:
        return tuple(sorted({name for one in episodes for name in one.exposures}))
    return tuple(dict.fromkeys(names))


def _counted(
    episodes: Sequence[Episode], names: Sequence[str], unit: str
) -> dict[str, dict[str, Any]]:
    """What happened while exposed to each, and otherwise."""
    left, time = sum(one.left for one in episodes), fsum(one.time for one in episodes)
    own = dict[str, list[tuple[int, Episode]]]((name, []) for name in names)
    for index, one in enumerate(episodes):
        for name in one.exposures & own.keys():
            own[name].append((index, one))
    return {name: _of_one(mine, left, time, unit) for name, mine in own.items()}


def _of_one(mine: list[tuple[int, Episode]], left: int, time: float, unit: str) -> dict[str, Any]:
    exposed, gone, leavings = set[Any](), set[Any](), 0
    for index, one in mine:
        who = (index,) if one.who is None else one.who
        exposed.add(who)
        if one.left:
            gone.add(who)
            leavings += 1
    spent = fsum(one.time for _, one in mine)
    return {
        "customers": len(exposed),
        "leavings": leavings,
        "censored": len(exposed - gone),
        "time": spent,
        "other_leavings": left - leavings,
        "other_time": time - spent,
        "unit": unit,
    }


def _ratio(
    fit: CoxFit, place: int, found: Mapping[str, Any], at: tuple[float, float], method: str
) -> Estimate:
    effect, error, n = fit.effects[place], fit.errors[place], found["customers"]
    if effect is None or error is None:
        note = _why(fit, place, found)
        return undefined(unit=TIMES, method=method, note=note, low=0, n=n)
    level, z = at
    return Estimate(
        value=exp(effect),
        low=exp(effect - z * error),
        high=exp(effect + z * error),
        level=level,
        n=n,
        unit=TIMES,
        method=method,
    )


def _why(fit: CoxFit, place: int, found: Mapping[str, Any]) -> str:
    """Why there is no ratio."""
    n = found["customers"]
    if not n:
        return "nobody was exposed"
    if fit.endless[place]:
        return _without_end(fit.endless[place], found)
    if not found["leavings"] + found["other_leavings"]:
        return "nobody left"
    return "never apart from other exposures, or nobody to compare with when somebody left"


def _without_end(way: int, found: Mapping[str, Any]) -> str:
    if not found["leavings"]:
        return (
            f"nobody of {found['customers']} exposed left while others were there to compare with"
        )
    if not found["other_leavings"]:
        return "nobody left but the exposed, while there were any: no ratio is too high"
    end = "high" if way > 0 else "low"
    return f"the likelihood rises without end: beside the other exposures no ratio is too {end}"
