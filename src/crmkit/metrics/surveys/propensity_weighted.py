"""The mean of all customers, each answer weighted by how unlikely it was to be given.

The chance of answering is fitted on what is known of everybody asked (a logistic regression);
who was likely to keep silent but did answer stands for many. Assumptions: those with the same
traits answer alike, whether they answer or not, and nobody's chance is nearly 0. Where answering
hangs on satisfaction itself, no weighting helps; see ``nonresponse_bounds``.

    paper   here       unit
    p(x)    chances    chance of answering, 0 to 1
    w       weights    1 / max(p, 0.05)
    n_eff   mean.n     answers, (Σw)² / Σw²

Sources: Horvitz, D. G., Thompson, D. J. (1952), JASA 47, 663-685; Little, R. J. A. (1986),
International Statistical Review 54, 139-157, for fitted chances. The trim at 20 is practice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from attrs import field, frozen

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import AnswerTable, Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.cells import cells
from crmkit.metrics.estimate import Estimate
from crmkit.metrics.intervals import checked_number, known, mean_estimate, on_scale, valid_scale
from crmkit.metrics.surveys.logit import logit
from crmkit.metrics.surveys.weighted import weighted_mean_estimate

__all__ = ["PropensityWeightedMean", "propensity_weighted_mean"]

#: The least chance that an answer is weighted by.
_LEAST = 0.05


@frozen(kw_only=True)
class PropensityWeightedMean(Shown):
    """The mean of a population, weighted up by the chance of answering.

    Attributes:
        mean: With the effective size as its n.
        unweighted: The mean of those who answered, as if they were a fair picture.
        coefficients: Log odds of answering per unit of each trait.
        trimmed: Answers whose chance was taken to be the least one.
        asked: All of whom the traits are known.
    """

    mean: Estimate
    unweighted: Estimate
    coefficients: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    trimmed: int
    asked: int

    def sheet(self) -> Sheet:
        """Return the mean and what answering hangs on as they are shown."""
        rows = (("unweighted", self.unweighted), *self._log_odds().items())
        return Sheet(title=f"Mean of all: {self.mean}", rows=rows, notes=self.mean.notes)

    def _log_odds(self) -> dict[str, str]:
        return {f"log odds by {name}": f"{one:.3g}" for name, one in self.coefficients.items()}

    def explain(self) -> Explanation:
        """Return how the mean came about."""
        return explained(
            "propensity_weighted_mean",
            self.mean,
            inputs={"unweighted": self.unweighted, **self._log_odds()},
            coverage=f"{self.unweighted.n:,} of {self.asked:,} asked answered",
            left_out=self.mean.notes,
        )


def propensity_weighted_mean(
    answers: Iterable[float | None],
    traits: Table,
    *,
    scale: tuple[float, float] = (1, 5),
    least: float = _LEAST,
) -> PropensityWeightedMean:
    """Mean of all who were asked, from the answers of some and the traits of all.

    Args:
        answers: One per person asked, on ``scale``; None is somebody who did not answer.
        traits: What is known of each of them, by name (a class as 0 and 1); a person with an
            unknown trait is left out, and counted in the notes.
        scale: Lowest and highest step.
        least: The least chance of answering to weight by, above 0 up to 1: weights are
            trimmed at ``1 / least``.

    Returns:
        The mean with a t interval on its effective size. The chances are taken as if they
        were known, which makes the interval a little too wide as a rule.

    Raises:
        InsufficientDataError: Nobody answered, or nobody kept silent: there is nothing to fit.
        InvalidValueError: An answer that is NaN or off the scale, an impossible scale, columns
            of unequal length, or traits that cannot be fitted (``logit``).

    Source:
        Horvitz and Thompson (1952); Little (1986).
    """
    low, high = valid_scale(scale)
    floor = checked_number(least, "least")
    if not 0 < floor <= 1:
        raise InvalidValueError("least", least, "must lie above 0 and up to 1")
    given, table = list(cells(answers, "answers")), answer_table(traits, field="traits")
    known(given, field="answers", low=low, high=high)
    people = _people(given, table)
    values = [one.answer for one in people if one.answer is not None]
    if not 0 < len(values) < len(people):
        what = f"answers, and not of all, of the {len(people):,} whose traits are known"
        raise InsufficientDataError("a propensity", 1, len(values), what)
    columns = list(zip(*(one.traits for one in people), strict=True))
    model = logit(columns, [one.answer is not None for one in people])
    chances = [
        chance for chance, one in zip(model.chances, people, strict=True) if one.answer is not None
    ]
    trimmed, unknown = sum(chance < floor for chance in chances), len(given) - len(people)
    unit = on_scale(low, high)
    return PropensityWeightedMean(
        mean=weighted_mean_estimate(
            values,
            [1 / max(chance, floor) for chance in chances],
            unit=unit,
            method="propensity-weighted mean",
            low=low,
            high=high,
            notes=_notes(unknown, trimmed, floor),
        ),
        unweighted=mean_estimate(values, unit=unit, low=low, high=high),
        coefficients=dict(zip(("intercept", *table.names), model.coefficients, strict=True)),
        trimmed=trimmed,
        asked=len(people),
    )


class _Person(NamedTuple):
    answer: float | None
    traits: tuple[float, ...]


def _people(given: Sequence[float | None], table: AnswerTable) -> list[_Person]:
    """Those whose traits are all known."""
    if len(given) != len(table):
        rule = f"must be as many as those asked, {len(table):,}"
        raise InvalidValueError("answers", len(given), rule)
    found = []
    for answer, row in zip(given, table.rows, strict=True):
        traits = tuple(one for one in row if one is not None)
        if len(traits) == len(row):
            found.append(_Person(None if answer is None else float(answer), traits))
    return found


def _notes(unknown: int, trimmed: int, least: float) -> tuple[str, ...]:
    left_out = (f"{unknown:,} left out: a trait is unknown",) if unknown else ()
    cut = f"{trimmed:,} weights trimmed to {1 / least:g}: rarely answering people count too little"
    return (*left_out, *((cut,) if trimmed else ()))
