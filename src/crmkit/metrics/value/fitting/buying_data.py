"""What a model of buying and leaving learns from: distinct histories, and how many have each.

A search measures time in mean ages, so that any unit gives the same model; ``fit_of`` brings
its optimum back to the caller's unit.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve, fields, frozen

from crmkit.domain.errors import InsufficientDataError
from crmkit.metrics.value.fitting.evidence import little_evidence
from crmkit.metrics.value.fitting.optimise import (
    Optimum,
    conditional_on,
    described,
    plain_errors,
)
from crmkit.metrics.value.fitting.tally import read_weights, tally
from crmkit.metrics.value.models._arithmetic import Numbers, as_column
from crmkit.metrics.value.models.fit import Fit
from crmkit.metrics.value.models.history import read_histories

_CUSTOMERS, _REPEATERS = 10, 2
# Half of chi-square's 95 % point with one degree of freedom.
WORTH_A_PARAMETER = 1.92
# Logarithm of how many leave, below which it is asked whether anybody does.
_RARELY_LEAVES = -3.0
_NOBODY = (
    "no sign that customers leave: {} and {} are held where nobody does (an NBD), "
    "r and alpha are fitted"
)


@frozen(kw_only=True, eq=False)
class BuyingData:
    """Distinct histories.

    Attributes:
        x: Repeats.
        t_x: Recency.
        T: Age.
        w: How many customers have each.
        unit: Their mean age, in the caller's unit of time; 1 where nobody has an age.
    """

    x: Numbers
    t_x: Numbers
    T: Numbers
    w: Numbers
    unit: float

    @property
    def n(self) -> float:
        """Customers."""
        return float(self.w.sum())

    @property
    def repeaters(self) -> float:
        """Customers who came back."""
        return float(self.w[self.x > 0].sum())

    @property
    def mean_repeats(self) -> float:
        """Repeat purchases per customer."""
        return float(self.w @ self.x) / self.n

    def in_mean_ages(self) -> "BuyingData":
        """The same with times in mean ages; ``unit`` stays what it was."""
        return evolve(self, t_x=self.t_x / self.unit, T=self.T / self.unit)

    def rows(self, which: Any, weights: Numbers | None = None) -> "BuyingData":
        """Some of the histories; with other weights if those are given."""
        x, t_x, T, w = (column[which] for column in (self.x, self.t_x, self.T, self.w))
        return evolve(self, x=x, t_x=t_x, T=T, w=w if weights is None else weights)

    def refuse_too_little(self, name: str) -> None:
        """Refuse what no model of buying and leaving can learn from.

        Raises:
            InsufficientDataError: Too few customers, repeat buyers or different histories.
        """
        figure = f"{name} fit"
        if self.n < _CUSTOMERS:
            raise InsufficientDataError(figure, _CUSTOMERS, int(self.n), "customers")
        if self.repeaters < _REPEATERS:
            raise InsufficientDataError(figure, _REPEATERS, int(self.repeaters), "repeat buyers")
        if len(self.w) == 1:
            raise InsufficientDataError(figure, 2, 1, "different histories")

    def notes(self) -> tuple[str, ...]:
        """What the reader of a fit must know of the data."""
        notes = little_evidence(self.n, self.repeaters)
        if self.repeaters == self.n:
            alone = "every customer is a repeat buyer: one-time buyers belong in the data too"
            notes = (*notes, alone)
        return notes


def buying_data(repeats: Any, recency: Any, age: Any, weights: Any) -> BuyingData:
    """Return the distinct histories of these columns.

    Raises:
        InvalidValueError: A history that cannot exist, with its row.
    """
    h = read_histories(*map(as_column, (repeats, recency, age)))
    w = read_weights(weights, h.repeats)
    (x, t_x, T), w = tally([h.repeats, h.recency, h.age], w)
    total = float((w * T).sum())
    unit = total / float(w.sum()) if total > 0 else 1.0
    return BuyingData(x=x, t_x=t_x, T=T, w=w, unit=unit)


@frozen(kw_only=True, eq=False)
class Leaving:
    """How a model lets customers leave, and how it is kept from that.

    Attributes:
        held: The last two parameters, where next to nobody leaves.
        meanings: For each parameter, what it means that it has no optimum.
        if_low: What it means instead where it ran to its lower border.
    """

    held: Mapping[str, float]
    meanings: Mapping[str, str]
    if_low: Mapping[str, str] | None = None

    def borders(self, borders: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        """The borders of a search in which nobody leaves."""
        return {**borders, **{name: (value, value) for name, value in self.held.items()}}


@frozen(kw_only=True, eq=False)
class Judged:
    """The optimum to report, what is to be said of it, and whether it is a sharp one."""

    optimum: Optimum
    notes: tuple[str, ...]
    converged: bool


def judged(
    optimum: Optimum, without_leaving: Callable[[], Optimum], *, leaving: Leaving, n: float
) -> Judged:
    """Return the optimum, or that of the NBD where leaving explains next to nothing.

    Args:
        optimum: Where the search ended; its last two parameters say how customers leave, and
            their ratio how many.
        without_leaving: Finds the best model in which nobody leaves.
        leaving: Which parameters those are.
        n: Customers.
    """
    meanings, if_low = leaving.meanings, leaving.if_low
    if not optimum.is_sharp or optimum.point[2] - optimum.point[3] < _RARELY_LEAVES:
        staying = without_leaving()
        if (optimum.value - staying.value) * n < WORTH_A_PARAMETER:
            rest = tuple(name for name in staying.at_border if name not in leaving.held)
            more = described(evolve(staying, at_border=rest), meanings, if_low=if_low)
            notes = (_NOBODY.format(*leaving.held), conditional_on(tuple(leaving.held)), *more)
            return Judged(optimum=staying, notes=notes, converged=False)
    notes = described(optimum, meanings, if_low=if_low)
    return Judged(optimum=optimum, notes=notes, converged=optimum.is_sharp)


def fit_of(
    cls: Any,
    data: BuyingData,
    found: Judged,
    *,
    times: Sequence[str],
    partners: Sequence[set[str]],
) -> Fit[Any]:
    """Return a fit, brought back from mean ages to the caller's unit of time.

    Args:
        cls: The model.
        data: What it learnt from.
        found: Where the search ended, times in mean ages.
        times: The parameters that carry the unit of time.
        partners: Parameters that run away together.
    """
    parameters = {
        one.name: math.exp(log) * (data.unit if one.name in times else 1.0)
        for one, log in zip(fields(cls), found.optimum.point, strict=True)
    }
    model = cls(**parameters)
    errors, covariance = plain_errors(found.optimum, parameters, partners)
    # A density per unit of time: each repeat purchase brings in the unit once.
    rescaled = float(data.w @ data.x) * math.log(data.unit)
    return Fit(
        model=model,
        log_likelihood=found.optimum.value * data.n - rescaled,
        standard_errors=errors,
        covariance=covariance,
        converged=found.converged,
        n=data.n,
        notes=(*data.notes(), *found.notes),
    )
