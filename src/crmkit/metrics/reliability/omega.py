"""McDonald's omega: how much of a score is what its items have in common?

Assumptions: reflective items behind which one factor stands, each following it as strongly as it
does (alpha demands equally strongly); residuals that do not correlate. The loadings are those of
minimum residuals. Not for a formative index, such as the four dimensions of loyalty: that is
refused. The interval resamples respondents, so it wants some 50 of them.

    paper   here        unit
    λ_i     loadings    correlation of item i with the factor, -1 to 1
    θ_i     1 - λ_i²    variance of item i that is its own
    ω       total       share of the variance of the items' sum, 0 to 1

Sources:
    McDonald, R. P. (1999). Test theory: a unified treatment, chapter 6.
    Harman, H. H., Jones, W. H. (1966), and Harman, Fukuda (1966) for the loadings.
    Fornell, C., Larcker, D. F. (1981) for the average variance extracted.
"""

from collections.abc import Mapping, Sequence
from math import sqrt

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import Table, answer_table
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.reliability.composite_reliability import mean_square, reliability_of_sum
from crmkit.metrics.reliability.cronbach_alpha import against_the_rest, cronbach_alpha
from crmkit.metrics.reliability.item_set import ItemSet, correlations, covariances, item_set
from crmkit.metrics.reliability.one_factor import one_factor, residual
from crmkit.metrics.reliability.redrawn_covariances import grouped_answers
from crmkit.metrics.resampling import DRAWS, percentile_interval, redrawn

__all__ = ["Omega", "omega"]

_METHOD = "(Σλ)² of (Σλ)² + Σθ, minimum residuals, bootstrap of respondents"
_AVE = "mean of λ², minimum residuals, bootstrap of respondents"
_FEW = 20
#: Root mean square of residual correlations from which one factor does not do.
_POOR_FIT = 0.08
#: Loadings this near to 1 stand at the border.
_BORDER = 1 - 1e-9


@frozen(kw_only=True)
class Omega(Shown):
    """How reliable the sum of the items is, and how each follows their one factor.

    Attributes:
        total: Omega, the share of the sum's variance that is the factor's, 0 to 1.
        ave: Average variance extracted, 0 to 1.
        alpha: Cronbach's alpha of the same answers, to stand beside omega.
        loadings: Correlation of each item with the factor; empty where undefined.
        residual: Root mean square of the correlations that the factor leaves; None where
            undefined.
        heywood: Items whose loading stands at the border of 1.
        against: Items that run against the others.
        standardised: Whether it is the sum of standardised items, else of the answers.
        n: Respondents who answered every item.
        left_out: Who was left out.
        notes: What to mend.
    """

    total: Estimate
    ave: Estimate
    alpha: Estimate
    loadings: Mapping[str, float] = field(converter=FrozenMapping, hash=False)
    residual: float | None
    heywood: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    standardised: bool
    n: int
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return omega, and the loading of each item."""
        own = (("omega", self.total), ("alpha", self.alpha), ("AVE", self.ave))
        loadings = ((f"loading of {name}", f"{one:.3f}") for name, one in self.loadings.items())
        return Sheet(
            title="One factor behind the items",
            rows=(*own, *loadings),
            notes=(*self.notes, *self.left_out),
        )

    def explain(self) -> Explanation:
        """Return how omega came about."""
        loadings = {f"loading of {name}": one for name, one in self.loadings.items()}
        return explained(
            "omega",
            self.total,
            inputs={"respondents": self.n, **loadings, "residual": self.residual},
            left_out=self.left_out,
            parts=(
                self.total.explain("omega_total"),
                self.ave.explain("ave"),
                self.alpha.explain("alpha_standardised" if self.standardised else "alpha"),
            ),
        )


def omega(items: Table, *, standardised: bool = True, draws: int = DRAWS, seed: int = 0) -> Omega:
    """McDonald's omega of reflective items, with Cronbach's alpha beside it.

    Args:
        items: The answers by item (a mapping or a data frame), a row per respondent; None is
            a missing answer, and its respondent is left out.
        standardised: Whether the score adds up standardised items (composite reliability);
            else the answers as they are. Alpha is of the same score.
        draws: Samples of respondents for the intervals, 100 or more.
        seed: From 0; the same seed gives the same interval.

    Returns:
        Omega, average variance extracted and the loadings. Undefined of fewer than two items
        or three respondents, and where an item never varies. Of two items the loadings are
        taken as equal, and omega is then standardised alpha. A loading that would pass 1
        (Heywood case) is held there and told.

    Raises:
        InvalidValueError: NaN, columns of unequal length, the dimensions of a formative index,
            too few draws, or a seed that is no whole number from 0.

    Source:
        McDonald (1999); Harman and Jones (1966).
    """
    table = answer_table(items, field="items")  # read once: a column may be a generator
    given, agree = item_set(table), cronbach_alpha(table)
    alpha = agree.standardised if standardised else agree.raw
    if given.lacking:
        return _undefined(given, alpha, standardised=standardised)
    cov = covariances(given.columns)
    corr = correlations(cov)
    loadings = one_factor(corr)
    total, ave = _figures(given, loadings, cov, standardised=standardised, draws=draws, seed=seed)
    left = residual(corr, loadings)
    heywood = tuple(
        name for name, one in zip(given.names, loadings, strict=True) if abs(one) >= _BORDER
    )
    against = against_the_rest(given.names, cov)
    notes = _notes(given, heywood, against, left)
    return Omega(
        total=total.noting(*given.notes, *notes),
        ave=ave,
        alpha=alpha,
        loadings=dict(zip(given.names, loadings, strict=True)),
        residual=left,
        heywood=heywood,
        against=against,
        standardised=standardised,
        n=given.n,
        left_out=given.notes,
        notes=notes,
    )


def _undefined(given: ItemSet, alpha: Estimate, *, standardised: bool) -> Omega:
    why, n = given.lacking, given.n
    total = undefined(unit="reliability", method=_METHOD, note=why, low=0, high=1, n=n)
    return Omega(
        total=total.noting(*given.notes),
        ave=undefined(unit="of the variance", method=_AVE, note=why, low=0, high=1, n=n),
        alpha=alpha,
        loadings={},
        residual=None,
        standardised=standardised,
        n=n,
        left_out=given.notes,
        notes=(why,),
    )


def _figures(
    given: ItemSet,
    loadings: Sequence[float],
    cov: Sequence[Sequence[float]],
    *,
    standardised: bool,
    draws: int,
    seed: int,
) -> tuple[Estimate, Estimate]:
    """Omega and the average variance extracted, with the intervals of the same samples."""
    totals: list[float] = []
    extracted: list[float] = []
    groups = grouped_answers(given.columns, seed=seed)

    def fitted_again(places: Sequence[int]) -> None:
        again = groups.covariances(places)
        if again is None:
            return
        found = one_factor(correlations(again), tolerance=1e-6)
        totals.append(reliability_of_sum(found, _sds(again, standardised=standardised)))
        extracted.append(mean_square(found))

    redrawn(fitted_again, len(groups.sizes), draws=draws, seed=seed)
    total = reliability_of_sum(loadings, _sds(cov, standardised=standardised))
    return (
        _estimate(total, totals, given.n, unit="reliability", method=_METHOD),
        _estimate(mean_square(loadings), extracted, given.n, unit="of the variance", method=_AVE),
    )


def _sds(cov: Sequence[Sequence[float]], *, standardised: bool) -> list[float]:
    return [1.0 if standardised else sqrt(row[i]) for i, row in enumerate(cov)]


def _estimate(value: float, drawn: list[float], n: int, *, unit: str, method: str) -> Estimate:
    low, high = percentile_interval(drawn) or (0.0, 1.0)
    ends = min(low, value), max(high, value)  # of few respondents the samples may all lie higher
    return Estimate(value=value, low=ends[0], high=ends[1], n=n, unit=unit, method=method)


def _notes(
    given: ItemSet, heywood: Sequence[str], against: Sequence[str], left: float
) -> tuple[str, ...]:
    told = {
        f"only {given.n} respondents: the interval is too narrow": given.n < _FEW,
        "two items: their loadings are taken as equal": len(given.names) == 2,
        f"Heywood case: {', '.join(heywood)} would load above 1; too few respondents or items, "
        "or more than one factor": bool(heywood),
        f"against the others: {', '.join(against)}; reverse what is asked upside down": bool(
            against
        ),
        f"one factor leaves correlations of {left:.2f}: more than one thing is measured": (
            left > _POOR_FIT
        ),
    }
    return tuple(note for note, so in told.items() if so)
