"""Which complaints do customers leave after?

Every occasion whose outcome is known is a chance to leave (see ``occasions_at_risk``): the
hazard ratio of a category is the chance to leave after an occasion with such a complaint, by
that after one with none, among occasions of the same number. So somebody who buys often, and
has more to complain of, is compared occasion by occasion with those who bought as often, and
nobody counts as unharmed for the time it took until they complained.

A complaint concerns the occasion it belongs to and none after: who has bought again has been
won over once more. Resolved and unresolved complaints are compared with none alike; a ratio
below 1 after resolved ones is no credit to failing first.

Assumptions: complaining is told as readily by who stays as by who leaves. Where that is not
so, the ratio measures that too.

    excess  e (1 − 1 / h)    e leavings after such a complaint, h the ratio

Sources:
    Cox (1972), with a chance to leave at each occasion; excess: Greenland, S., Robins, J. M.
    (1988). Conceptual problems in the definition and interpretation of attributable fractions.
    American Journal of Epidemiology 128, 1185-1197.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from crmkit.domain.lifecycle import usual_gap
from crmkit.domain.money import Money
from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerSummary
from crmkit.domain.times import date_of
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.intervals import LEVEL
from crmkit.metrics.loss.cause_of_loss import CAUTIONS, CauseOfLoss, ComplaintLosses
from crmkit.metrics.loss.complaint_category import ComplaintCategory, complaints_by_category
from crmkit.metrics.loss.complaint_history import Complaint
from crmkit.metrics.loss.episodes import Episode
from crmkit.metrics.loss.hazard_ratio import HazardRatio, hazard_ratios
from crmkit.metrics.loss.occasions_at_risk import Occasion, occasion_of, occasions_at_risk

__all__ = ["complaint_losses"]

_DAYS_A_YEAR = 365.25
_RESOLVED, _UNRESOLVED = "resolved", "unresolved"


@frozen(kw_only=True)
class _Told:
    """An occasion of a customer, and what was complained of."""

    who: CustomerSummary
    occasion: Occasion
    complaints: tuple[Complaint, ...]

    @property
    def categories(self) -> set[str]:
        return {one.category for one in self.complaints}

    @property
    def by_end(self) -> set[str]:
        """Each category, with whether all complaints of it were resolved."""
        unsettled = {one.category for one in self.complaints if not one.resolved}
        return {
            f"{name}, {_UNRESOLVED if name in unsettled else _RESOLVED}" for name in self.categories
        }

    @property
    def end(self) -> set[str]:
        """Whether all complaints were resolved, where there are any."""
        if not self.complaints:
            return set()
        return {_RESOLVED if all(one.resolved for one in self.complaints) else _UNRESOLVED}

    def episode(self, exposures: Iterable[str]) -> Episode:
        number = self.occasion.number
        return Episode(
            number, number + 1, bool(self.occasion.left), exposures, who=self.who.customer_id
        )


def complaint_losses(
    base: BaseSummary,
    complaints: Iterable[Complaint],
    shop: Shop,
    *,
    base_gap: float | None = None,
    level: float = LEVEL,
) -> ComplaintLosses:
    """Rank the categories of complaints by how many customers left after them.

    Args:
        base: Everyone, as of a day; guests have no second occasion and are left out.
        complaints: What they complained of up to then (``complaints_of``).
        shop: Whose policy says when somebody is lost.
        base_gap: ``usual_gap`` of the base; by default it is found from ``base``.
        level: Coverage of the intervals, above 0 and below 1.

    Returns:
        The causes, ranked, each with n, leavings and what is censored. Without any occasion
        whose outcome is known all ratios are undefined.

    Raises:
        InvalidValueError: A level that is no coverage.

    Source:
        Cox (1972); Greenland and Robins (1988).
    """
    made = tuple(complaints)
    gap = usual_gap(one.days for one in base.customers.values()) if base_gap is None else base_gap
    told, homeless = _told(base, made, gap, shop)
    known = [one for one in told if one.occasion.left is not None]
    summed = complaints_by_category(made, as_of=date_of(base.as_of_day))
    ends = [f"{name}, {end}" for name in summed for end in (_RESOLVED, _UNRESOLVED)]
    whole = _ratios((one.episode(one.categories) for one in known), summed, level)
    parted = _ratios((one.episode(one.by_end) for one in known), ends, level)
    ended = _ratios((one.episode(one.end) for one in known), (_RESOLVED, _UNRESOLVED), level)
    causes = [
        _cause(
            complaints=each,
            hazard=whole[name],
            resolved=parted[f"{name}, {_RESOLVED}"],
            unresolved=parted[f"{name}, {_UNRESOLVED}"],
            told=[one for one in told if name in one.categories],
            shop=shop,
        )
        for name, each in summed.items()
    ]
    return ComplaintLosses(
        as_of=date_of(base.as_of_day),
        causes=tuple(sorted(causes, key=_rank)),
        resolved=ended[_RESOLVED],
        unresolved=ended[_UNRESOLVED],
        occasions=len(known),
        leavings=sum(bool(one.occasion.left) for one in known),
        undecided=len(told) - len(known),
        notes=_notes(homeless, len(told) - len(known), shop),
    )


def _told(
    base: BaseSummary, complaints: Sequence[Complaint], gap: float | None, shop: Shop
) -> tuple[list[_Told], int]:
    """Every occasion with its complaints, and how many complaints belong to none."""
    by_customer = defaultdict[str, list[Complaint]](list)
    for one in complaints:
        by_customer[one.customer_id].append(one)
    found, placed = list[_Told](), 0
    for customer_id, who in base.customers.items():
        own = _by_occasion(by_customer.get(customer_id, ()), who.days)
        placed += sum(map(len, own.values()))
        found += (
            _Told(who=who, occasion=one, complaints=tuple(own.get(one.number, ())))
            for one in occasions_at_risk(
                who.days, as_of_day=base.as_of_day, base_gap=gap, shop=shop
            )
        )
    return found, len(complaints) - placed


def _by_occasion(
    complaints: Sequence[Complaint], days: Sequence[int]
) -> Mapping[int, list[Complaint]]:
    own = defaultdict[int, list[Complaint]](list)
    for one in complaints:
        number = occasion_of(one, days)
        if number is not None:
            own[number].append(one)
    return own


def _ratios(
    episodes: Iterator[Episode], names: Iterable[str], level: float
) -> Mapping[str, HazardRatio]:
    return hazard_ratios(episodes, names=names, ties="discrete", level=level, unit="occasions")


def _cause(
    *,
    complaints: ComplaintCategory,
    hazard: HazardRatio,
    resolved: HazardRatio,
    unresolved: HazardRatio,
    told: Sequence[_Told],
    shop: Shop,
) -> CauseOfLoss:
    gone = [one.who for one in told if one.occasion.left and one.occasion.is_last]
    return CauseOfLoss(
        complaints=complaints,
        hazard=hazard,
        resolved=resolved,
        unresolved=unresolved,
        excess=_excess(hazard),
        lost=len(gone),
        revenue_lost=Money(round(sum(map(_a_year, gone))), shop.currency),
        undecided=sum(one.occasion.left is None for one in told),
    )


def _a_year(who: CustomerSummary) -> float:
    """What somebody spent in a year while they came, minor units; one year at least."""
    revenue: int = who.buying.revenue
    return revenue / max((who.recency or 0) / _DAYS_A_YEAR, 1.0)


def _excess(hazard: HazardRatio) -> Estimate:
    """Leavings beyond those to be expected without the exposure."""
    ratio, name = hazard.ratio, "leavings x (1 - 1 / hazard ratio)"
    if not (ratio.value and ratio.low and ratio.high):
        why = ratio.notes[0] if ratio.notes else "no hazard ratio"
        return undefined(
            unit="leavings", method=name, note=why, high=hazard.leavings, n=hazard.customers
        )
    value, low, high = (hazard.leavings * (1 - 1 / h) for h in (ratio.value, ratio.low, ratio.high))
    return evolve(ratio, value=value, low=low, high=high, unit="leavings", method=name)


def _rank(cause: CauseOfLoss) -> tuple[int, float, str]:
    excess = cause.excess.value
    if excess is None:
        return 2, -cause.hazard.leavings, cause.category
    return int(not cause.hazard.raises), -excess, cause.category


def _notes(homeless: int, undecided: int, shop: Shop) -> tuple[str, ...]:
    told = [f"{undecided:,} occasions left out: whether the customer left is not known yet"]
    left_out = told if undecided else []
    if homeless:
        left_out.append(f"{homeless:,} complaints belong to no occasion of a customer")
    if shop.observed_since is not None:
        left_out.append(f"occasions are numbered from the first one since {shop.observed_since}")
    return (*left_out, *CAUTIONS)
