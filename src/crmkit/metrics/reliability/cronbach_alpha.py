"""Cronbach's alpha: do the items of a question set agree enough to be added up?

Assumptions: reflective items (each answers to the same attitude) that follow it equally
strongly; where some follow it more than others, alpha is too low and omega is the better figure.
The interval assumes answers that are roughly normal. Not for a formative index, such as the four
dimensions of loyalty, whose parts need not agree: that is refused.

    paper    here            unit
    k        items           number of items
    s²_i     cov[i][i]       variance of item i
    s²_T     sum of cov      variance of the items' sum
    r̄        mean of corr    mean correlation of two items
    F        f_quantile      quantile with n - 1 and (n - 1)(k - 1) degrees of freedom

Sources:
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
    Psychometrika 16, 297-334.
    Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability
    coefficient twenty. Psychometrika 30, 357-370.
"""

from collections.abc import Mapping, Sequence
from math import fsum, sqrt

from attrs import field, frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.mapping import FrozenMapping
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.answer_table import Table
from crmkit.metrics.beta_distribution import f_quantile
from crmkit.metrics.catalogue import explained
from crmkit.metrics.correlation import fisher_interval
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.reliability.item_set import ItemSet, correlations, covariances, item_set
from crmkit.metrics.reliability.one_factor import leading_direction

__all__ = ["CronbachAlpha", "against_the_rest", "cronbach_alpha", "raw_alpha"]

_UNIT = "reliability"
_RAW = "k/(k-1) (1 - Σs²_i/s²_T), Feldt interval"
_STANDARDISED = "k r̄/(1 + (k-1) r̄), Feldt interval"
_REST = "correlation with the sum of the others, Fisher interval"


@frozen(kw_only=True)
class CronbachAlpha(Shown):
    """How far the items of a set agree.

    Attributes:
        raw: Alpha of the sum of the answers; 1 at most, and below 0 where items contradict
            one another.
        standardised: Alpha of the sum of standardised answers.
        if_dropped: Alpha without the item; higher than ``raw`` where the item spoils the set.
        item_rest: Correlation of the item with the sum of the others, -1 to 1.
        against: Items that run against the others: to be reversed, or to be left out.
        n: Respondents who answered every item.
        left_out: Who was left out.
        notes: What to mend.
    """

    raw: Estimate
    standardised: Estimate
    if_dropped: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    item_rest: Mapping[str, Estimate] = field(converter=FrozenMapping, hash=False)
    against: tuple[str, ...]
    n: int
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return alpha, and what becomes of it without each item."""
        items = (
            (f"without {name}", f"{one.told}; {name} with the others {self.item_rest[name].told}")
            for name, one in self.if_dropped.items()
        )
        rows = (("alpha", self.raw), ("standardised", self.standardised), *items)
        return Sheet(
            title=f"Reliability of {len(self.if_dropped)} items",
            rows=rows,
            notes=(*self.notes, *self.left_out),
        )

    def explain(self) -> Explanation:
        """Return how alpha came about."""
        dropped = (
            one.explain("alpha_if_dropped", called=f"alpha without {name}")
            for name, one in self.if_dropped.items()
        )
        rest = (
            one.explain("item_rest", called=f"{name} with the others")
            for name, one in self.item_rest.items()
        )
        own = (self.raw.explain("alpha"), self.standardised.explain("alpha_standardised"))
        return explained(
            "cronbach_alpha",
            self.raw,
            inputs={"items": ", ".join(self.if_dropped), "respondents": self.n},
            left_out=self.left_out,
            parts=(*own, *dropped, *rest),
        )


def cronbach_alpha(items: Table) -> CronbachAlpha:
    """Cronbach's alpha of reflective items.

    Args:
        items: The answers by item (a mapping or a data frame), a row per respondent, all on
            the same scale; None is a missing answer, and its respondent is left out.

    Returns:
        Alpha with Feldt's interval, raw, standardised and without each item, and the
        correlation of each item with the others. Undefined of fewer than two items or three
        respondents, and where an item or the sum never varies. A negative alpha is reported,
        with the items to reverse.

    Raises:
        InvalidValueError: NaN, columns of unequal length, or the dimensions of a formative
            index.

    Source:
        Cronbach (1951); Feldt (1965) for the interval.

    >>> agree = cronbach_alpha({"again": [1, 2, 3, 4, 5], "more": [2, 2, 4, 4, 5]})
    >>> round(agree.raw.value, 3)
    0.964
    """
    given = item_set(items)
    if given.lacking:
        return _undefined(given)
    cov = covariances(given.columns)
    everything = range(len(cov))
    raw = _alpha(cov, everything, given.n, _RAW)
    rest = {name: _rest(cov, at, given.n) for at, name in enumerate(given.names)}
    against = against_the_rest(given.names, cov) or _worst(raw, rest)
    warning = _warning(against, len(cov))
    without = {
        name: _alpha(cov, [i for i in everything if i != at], given.n, _RAW)
        for at, name in enumerate(given.names)
    }
    return CronbachAlpha(
        raw=raw.noting(*given.notes, *warning),
        standardised=_alpha(correlations(cov), everything, given.n, _STANDARDISED),
        if_dropped=without,
        item_rest=rest,
        against=against,
        n=given.n,
        left_out=given.notes,
        notes=warning,
    )


def _undefined(given: ItemSet) -> CronbachAlpha:
    nothing = _none(_RAW, given.lacking, given.n).noting(*given.notes)
    return CronbachAlpha(
        raw=nothing,
        standardised=_none(_STANDARDISED, given.lacking, given.n),
        if_dropped=dict.fromkeys(given.names, nothing),
        item_rest=dict.fromkeys(given.names, _no_correlation(given.lacking, given.n)),
        against=(),
        n=given.n,
        left_out=given.notes,
        notes=(given.lacking,),
    )


def _none(method: str, note: str, n: int) -> Estimate:
    return undefined(unit=_UNIT, method=method, note=note, high=1, n=n)


def _no_correlation(note: str, n: int) -> Estimate:
    return undefined(unit="correlation", method=_REST, note=note, low=-1, high=1, n=n)


def raw_alpha(cov: Sequence[Sequence[float]], which: Sequence[int]) -> float | None:
    """Return alpha of some items; None where their sum never varies.

    Args:
        cov: Covariances of all items.
        which: The places of two items or more.
    """
    own = fsum(cov[i][i] for i in which)
    total = fsum(cov[i][j] for i in which for j in which)
    k = len(which)
    # What rounding leaves of a sum that cancels out is no variance.
    return None if total <= 1e-12 * k * own else min(1.0, k / (k - 1) * (1 - own / total))


def _alpha(cov: Sequence[Sequence[float]], which: Sequence[int], n: int, method: str) -> Estimate:
    if len(which) < 2:
        return _none(method, "needs 2 items or more", n)
    alpha = raw_alpha(cov, which)
    if alpha is None:
        return _none(method, "the sum of the items never varies: are some of them reversed?", n)
    low, high = (1 - (1 - alpha) * f_quantile(p, *_degrees(n, len(which))) for p in (0.975, 0.025))
    return Estimate(value=alpha, low=low, high=high, n=n, unit=_UNIT, method=method)


def _degrees(n: int, k: int) -> tuple[float, float]:
    return n - 1, (n - 1) * (k - 1)


def _rest(cov: Sequence[Sequence[float]], at: int, n: int) -> Estimate:
    others = [i for i in range(len(cov)) if i != at]
    spread = fsum(cov[i][j] for i in others for j in others)
    if spread <= 1e-12 * fsum(cov[i][i] for i in others):
        return _no_correlation("the sum of the other items never varies", n)
    r = fsum(cov[at][i] for i in others) / sqrt(cov[at][at] * spread)
    r = max(-1.0, min(1.0, r))
    low, high = fisher_interval(r, n) or (-1.0, 1.0)
    return Estimate(value=r, low=low, high=high, n=n, unit="correlation", method=_REST)


def against_the_rest(names: Sequence[str], cov: Sequence[Sequence[float]]) -> tuple[str, ...]:
    """Return the items that run against the others.

    Args:
        names: The items.
        cov: Their covariances.

    Returns:
        Those whose sign on the first principal component is not that of the others. Of two
        items that contradict one another both: which is the wrong way round cannot be told.
    """
    if len(names) == 2:
        return tuple(names) if cov[0][1] < 0 else ()
    direction = leading_direction(correlations(cov))
    return tuple(name for name, one in zip(names, direction, strict=True) if one < -1e-6)


def _worst(raw: Estimate, rest: Mapping[str, Estimate]) -> tuple[str, ...]:
    """The item that agrees least with the others, where alpha is negative all the same."""
    if raw.value is None or raw.value >= 0:
        return ()
    return (min(rest, key=lambda name: rest[name].value or 0.0),)


def _warning(against: Sequence[str], k: int) -> tuple[str, ...]:
    told = ", ".join(against)
    if not against:
        return ()
    if k == 2:
        return (f"{told} contradict one another: reverse the one that is asked upside down",)
    return (f"against the others: {told}; reverse what is asked upside down, or leave it out",)
