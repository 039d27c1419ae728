"""The mean of all customers from answers of some: each stratum counts as in the population.

Who answers a survey is seldom a fair picture of who was asked: regulars answer, newcomers do
not. Within a stratum (a segment, a year of joining) those who answered are taken to be like
those who did not; between strata nothing is assumed. Where that fails the mean is still wrong;
see ``nonresponse_bounds`` for how far.

    paper   here              unit
    W_h     share             of the population, Σ W_h = 1
    n_h     answers           answers of the stratum
    s²_h    -                 squared steps of the scale
    n_eff   effective_n       answers, 1 / Σ (W_h² / n_h)

The variance is Σ W_h² s²_h / n_h; degrees of freedom are Satterthwaite's.

Sources: Cochran, W. G. (1977). Sampling techniques, 3rd ed., sections 5.4 and 5A.9. Kish, L.
(1965). Survey sampling, section 11.7.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, sqrt
from statistics import fmean

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import EMPTY
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import mapped
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import (
    LEVEL,
    known,
    mean_estimate,
    on_scale,
    student_t_quantile,
    valid_scale,
)
from crmkit.metrics.surveys.strata import Answered, Strata, joined
from crmkit.metrics.surveys.weighted import clipped

__all__ = ["PostStratifiedMean", "Stratum", "post_stratified_mean"]

_METHOD = "post-stratified mean, t interval"


@frozen(kw_only=True)
class Stratum:
    """A part of the population.

    Attributes:
        name: What it is called; strata that were collapsed are named together.
        share: Of the population, 0 to 1.
        answers: How many of it answered.
        mean: Their mean.
    """

    name: str
    share: float
    answers: int
    mean: Estimate

    def __str__(self) -> str:
        return f"{self.share:.1%} of the population: {self.mean}"


@frozen(kw_only=True)
class PostStratifiedMean(Shown):
    """The mean of a population, weighted up from its strata.

    Attributes:
        mean: With the effective size as its n.
        unweighted: The mean of those who answered, as if they were a fair picture.
        strata: What it is made of.
    """

    mean: Estimate
    unweighted: Estimate
    strata: tuple[Stratum, ...]

    @property
    def effective_n(self) -> float:
        """How many answers of a fair picture would say as much."""
        return self.mean.n

    def sheet(self) -> Sheet:
        """Return the mean and its strata as they are shown."""
        rows = (("unweighted", self.unweighted), *((one.name, one) for one in self.strata))
        return Sheet(title=f"Mean of all: {self.mean}", rows=rows, notes=self.mean.notes)

    def explain(self) -> Explanation:
        """Return how the mean came about."""
        return explained(
            "post_stratified_mean",
            self.mean,
            inputs={"unweighted": self.unweighted, **{one.name: one for one in self.strata}},
            left_out=self.mean.notes,
        )


def post_stratified_mean(
    answers: Mapping[str, Iterable[float | None]],
    population: Mapping[str, float],
    *,
    scale: tuple[float, float] = (1, 5),
    collapse: Mapping[str, str] = EMPTY,
) -> PostStratifiedMean:
    """Mean of a population whose strata did not answer alike.

    Args:
        answers: Answers on ``scale`` by stratum; None is a missing one, counted in the notes.
        population: How many of the population belong to each stratum, or their shares.
        scale: Lowest and highest step.
        collapse: Strata that are to be joined, each to the one it joins: {"new": "recent"}.

    Returns:
        The mean with a t interval. Where a stratum has a single answer its scatter is unknown:
        the interval is the whole scale, and a note names the stratum. Without any answer it is
        undefined.

    Raises:
        InvalidValueError: A stratum of the population that nobody answered for (the error
            names it), answers of none of its strata, shares that do not sum to 1, an answer
            that is NaN or off the scale, an impossible scale, or strata that cannot be joined.

    Source:
        Cochran (1977); Kish (1965) for the effective size.

    >>> fair = {"old": [4, 5, 4, 5], "new": [3, 4]}
    >>> post_stratified_mean(fair, {"old": 600, "new": 400}).mean.value
    4.1
    """
    low, high = valid_scale(scale)
    given = {
        name: known(some, field=f"answers[{name!r}]", low=low, high=high)
        for name, some in mapped(answers, "answers").items()
    }
    strata = joined(
        {name: one.values for name, one in given.items()},
        mapped(population, "population"),
        mapped(collapse, "collapse"),
    )
    everything = [one for some in strata.values() for one in some.values]
    missing = sum(one.missing for one in given.values())
    notes = (f"{missing:,} missing left out",) if missing else ()
    unit = on_scale(low, high)
    return PostStratifiedMean(
        mean=_mean(strata, unit, low, high).noting(*notes),
        unweighted=mean_estimate(everything, unit=unit, low=low, high=high),
        strata=tuple(
            Stratum(
                name=name,
                share=one.share,
                answers=len(one.values),
                mean=mean_estimate(one.values, unit=unit, low=low, high=high),
            )
            for name, one in strata.items()
        ),
    )


def _mean(strata: Strata, unit: str, low: float, high: float) -> Estimate:
    counted = {name: one for name, one in strata.items() if one.values and one.share > 0}
    if not counted:
        return undefined(unit=unit, method=_METHOD, note="no answers", low=low, high=high)
    parts = tuple(counted.values())
    mean = fsum(one.share * fmean(one.values) for one in parts)
    n = 1 / fsum(one.share**2 / len(one.values) for one in parts)
    single = [name for name, one in counted.items() if len(one.values) == 1]
    if single:
        ends, notes = (low, high), _without_scatter(single)
    else:
        alike = "answers are equal within each stratum"
        ends, notes = clipped(mean, _half_width(parts), low, high, still=alike)
    return Estimate(
        value=mean, low=ends[0], high=ends[1], n=n, unit=unit, method=_METHOD, notes=notes
    )


def _without_scatter(names: Sequence[str]) -> tuple[str, ...]:
    strata = ", ".join(names)
    return (
        f"a single answer has no variance ({strata}): the whole scale is shown",
        f"for an interval collapse {strata} into strata alike",
    )


def _half_width(strata: Sequence[Answered]) -> float:
    """Half the t interval, on Satterthwaite's degrees of freedom."""
    parts = list(_variances(strata))
    variance = fsum(part for part, _ in parts)
    if variance == 0:
        return 0.0
    df = 1 / fsum((part / variance) ** 2 / df for part, df in parts)
    return student_t_quantile(0.5 + LEVEL / 2, df) * sqrt(variance)


def _variances(strata: Sequence[Answered]) -> Iterator[tuple[float, int]]:
    """Each stratum's part of the variance of the mean, and its degrees of freedom."""
    for share, values in strata:
        mean, n = fmean(values), len(values)
        yield share**2 * fsum((x - mean) ** 2 for x in values) / (n - 1) / n, n - 1
