"""How far to shrink: what a group's own answers are worth, learnt from many groups.

Where groups hardly differ, a group's own answers say little and the prior weighs much; where
they differ more than their answers scatter, it weighs little. Assumptions: groups are drawn from
one population and scatter alike within. With a handful of groups the weight is itself a rough
guess, and no interval is given for it.

    paper   here             unit
    σ²_w    within           squared steps, within groups
    σ²_b    between          squared steps, between the groups' true means
    C       weight           answers, σ²_w / σ²_b
    κ       weight           the same for shares, with 0 and 1 as steps

The variances are those of a one-way analysis with groups of unequal size; a between-variance of
0 or less means full pooling.

Sources: Searle, S. R., Casella, G., McCulloch, C. E. (1992). Variance components, section 3.6.
Bühlmann (1967), ASTIN Bulletin 4, 199-207.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum, inf, isinf, sqrt
from typing import NamedTuple

from attrs import frozen

from crmkit.domain.errors import InsufficientDataError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.checked import mapped, paired
from crmkit.metrics.intervals import checked_number, known, valid_scale

__all__ = ["Shrinkage", "shrinkage_of", "shrinkage_of_shares"]

_POOLED = "groups differ no more than by chance: full pooling"


@frozen(kw_only=True)
class Shrinkage(Shown):
    """The prior that many groups make for a single one.

    Attributes:
        mean: Mean of all answers, in their unit.
        weight: What that weighs, in answers; infinite for full pooling.
        within: Variance of answers within a group.
        between: Variance of the groups' true means; 0 where the estimate is not above 0.
        groups: Groups with an answer.
        n: Answers.
        notes: What the reader must know.
    """

    mean: float
    weight: float
    within: float
    between: float
    groups: int
    n: int
    notes: tuple[str, ...] = ()

    @property
    def deviation(self) -> float:
        """Standard deviation of answers within a group."""
        return sqrt(self.within)

    def _worth(self) -> str:
        return "as much as one likes" if isinf(self.weight) else f"{self.weight:.4g} answers"

    def sheet(self) -> Sheet:
        """Return the prior as it is shown."""
        rows = (
            ("mean", f"{self.mean:.4g}"),
            ("variance within", f"{self.within:.4g}"),
            ("variance between", f"{self.between:.4g}"),
            ("from", f"{self.n:,} answers of {self.groups:,} groups"),
        )
        return Sheet(title=f"The prior weighs {self._worth()}", rows=rows, notes=self.notes)

    def explain(self) -> Explanation:
        """Return how the weight came about."""
        return explained(
            "shrinkage_weight",
            self._worth(),
            inputs=self.sheet().rows,
            left_out=self.notes,
        )


class _Group(NamedTuple):
    """Answers of a group: how many, their mean, and their squared distances from it."""

    n: int
    mean: float
    scatter: float


def shrinkage_of(
    groups: Mapping[str, Iterable[float | None]], *, scale: tuple[float, float] = (1, 5)
) -> Shrinkage:
    """What the usual mean weighs against a group's own answers.

    Args:
        groups: Answers on ``scale`` by group; None is a missing one, counted in the notes.
        scale: Lowest and highest step.

    Returns:
        The prior for ``shrunken_mean``; where groups differ no more than by chance its weight
        is infinite, and a note says so.

    Raises:
        InsufficientDataError: Fewer than two groups with answers, or no group with two.
        InvalidValueError: An answer that is NaN or off the scale, or an impossible scale.

    Source:
        Searle, Casella and McCulloch (1992), section 3.6.
    """
    low, high = valid_scale(scale)
    given = {
        name: known(some, field=f"groups[{name!r}]", low=low, high=high)
        for name, some in mapped(groups, "groups").items()
    }
    missing = sum(one.missing for one in given.values())
    notes = (f"{missing:,} missing left out",) if missing else ()
    return _shrinkage([_group(one.values) for one in given.values() if one.values], notes)


def shrinkage_of_shares(groups: Mapping[str, tuple[int, int]]) -> Shrinkage:
    """What the usual share weighs against a group's own answers.

    Args:
        groups: By group how many answers are so, and how many there are.

    Returns:
        The prior for ``shrunken_share``; as for ``shrinkage_of``, of answers 0 and 1.

    Raises:
        InsufficientDataError: As for ``shrinkage_of``.
        InvalidValueError: Counts that are not whole, or more of them than answers.

    Source:
        Searle, Casella and McCulloch (1992), section 3.6.
    """
    found = []
    for name, pair in mapped(groups, "groups").items():
        k, n = paired(pair, f"groups[{name!r}]", "(answers that are so, answers)")
        trials = checked_number(n, f"groups[{name!r}].n", low=0, whole=True)
        hits = checked_number(k, f"groups[{name!r}].k", low=0, high=trials, whole=True)
        if trials:
            found.append(_Group(int(trials), hits / trials, hits * (1 - hits / trials)))
    return _shrinkage(found, ())


def _group(values: Sequence[float]) -> _Group:
    mean = fsum(values) / len(values)
    return _Group(len(values), mean, fsum((x - mean) ** 2 for x in values))


def _shrinkage(groups: Sequence[_Group], notes: tuple[str, ...]) -> Shrinkage:
    k, n = len(groups), sum(one.n for one in groups)
    if k < 2:
        raise InsufficientDataError("shrinkage", 2, k, "groups with answers")
    if n == k:
        raise InsufficientDataError("shrinkage", 2, 1, "answers in some group")
    mean = fsum(one.n * one.mean for one in groups) / n
    within = fsum(one.scatter for one in groups) / (n - k)
    among = fsum(one.n * (one.mean - mean) ** 2 for one in groups) / (k - 1)
    size = (n - fsum(one.n**2 for one in groups) / n) / (k - 1)
    between = max(0.0, (among - within) / size)
    return Shrinkage(
        mean=mean,
        weight=within / between if between else inf,
        within=within,
        between=between,
        groups=k,
        n=n,
        notes=notes if between else (*notes, _POOLED),
    )
