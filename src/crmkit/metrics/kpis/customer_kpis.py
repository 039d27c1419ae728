"""Customers gained, lost and moved up in a period, and what they earn.

The caller says for each customer where they stood at both ends of the period, both judged
with what is known now; then opening + new + reactivated - lost = closing always holds. What
"active" means (a contract, the overdue rule) is the caller's; never mix two definitions in
one call.

    paper   here        unit
    S, E    opening, closing    customers
    N, L    new, lost   customers
    U, D    upgraded, downgraded    customers
    Π       profit      money

A share of the opening base has a Wilson interval. New customers are no part of that base, and
losses over the average base may exceed it, so those are counts over a base, with the score
interval of a Poisson count.

Source: Wilson (1927); definitions are practice, stated in each figure's ``method``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from statistics import fmean, median
from typing import Literal

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.sheet import Sheet, Shown
from crmkit.metrics.catalogue import explained
from crmkit.metrics.estimate import Estimate, side_by_side, undefined
from crmkit.metrics.intervals import count_interval, known, mean_estimate, share_estimate
from crmkit.metrics.kpis.standing import Standing

__all__ = ["CustomerKpis", "customer_kpis"]

_RESAMPLES = 2000
_OF_OPENING = "of the opening base"


@frozen(kw_only=True)
class CustomerKpis(Shown):
    """The movement of a customer base over a period.

    Attributes:
        opening: Customers active when it began.
        new: Customers who became active for the first time.
        reactivated: Customers who came back after having been lost.
        lost: Customers lost, those who also joined within the period included.
        closing: Customers active when it ended: opening + new + reactivated - lost.
        upgraded: Customers active at both ends whose tier rose; None if no tier is known.
        downgraded: The same, fallen.
        new_rate: New over the opening base; may exceed 1.
        reactivation_rate: Reactivated over the opening base; may exceed 1.
        churn: Share of the opening base that was lost.
        churn_on_average: All lost over the mean of opening and closing; may exceed 1.
        retention: Share of the opening base still active at the end.
        upgrade_rate: Upgraded as a share of the opening base.
        downgrade_rate: Downgraded as a share of the opening base.
        average_profitability: Mean profit of the customers active at some time in the period
            whose profit is known.
        median_profitability: Median of the same; None if no profit is known.
        members: The customer ids behind each count, by its name.
        notes: What is only partly known.
    """

    opening: int
    new: int
    reactivated: int
    lost: int
    closing: int
    upgraded: int | None
    downgraded: int | None
    new_rate: Estimate
    reactivation_rate: Estimate
    churn: Estimate
    churn_on_average: Estimate
    retention: Estimate
    upgrade_rate: Estimate
    downgrade_rate: Estimate
    average_profitability: Estimate
    median_profitability: float | None
    members: Mapping[str, tuple[str, ...]] = field(hash=False)
    notes: tuple[str, ...] = ()

    @property
    def net_upgraded(self) -> int | None:
        """Upgraded minus downgraded; None if no tier is known."""
        if self.upgraded is None or self.downgraded is None:
            return None
        return self.upgraded - self.downgraded

    def brief(self) -> str:
        """Return the movement in a line."""
        return (
            f"{self.opening:,} + {self.new:,} new + {self.reactivated:,} reactivated"
            f" - {self.lost:,} lost = {self.closing:,}"
        )

    def rates(self) -> dict[str, Estimate]:
        """Return the rates and the profitability, by name."""
        return {
            "new rate": self.new_rate,
            "reactivation rate": self.reactivation_rate,
            "churn": self.churn,
            "retention": self.retention,
            "upgrade rate": self.upgrade_rate,
            "downgrade rate": self.downgrade_rate,
            "average profitability": self.average_profitability,
        }

    def sheet(self) -> Sheet:
        """Return the movement and its rates as they are shown."""
        rates, reasons = side_by_side(self.rates())
        return Sheet(title=self.brief(), rows=rates, notes=(*reasons, *self.notes))

    def explain(self) -> Explanation:
        """Return how the counts and rates came about."""
        counts = ("opening", "new", "reactivated", "lost", "closing", "upgraded", "downgraded")
        figures = {**self.rates(), "churn on average": self.churn_on_average}
        return explained(
            "customer_kpis",
            self.brief(),
            inputs={name: getattr(self, name) for name in counts},
            left_out=self.notes,
            parts=(one.explain(name.replace(" ", "_")) for name, one in figures.items()),
        )


def customer_kpis(
    standings: Iterable[Standing],
    *,
    money_unit: str = "money",
    profit_interval: Literal["t", "bootstrap"] = "t",
    seed: int = 0,
) -> CustomerKpis:
    """Counts, rates and profitability of a customer base over a period.

    Args:
        standings: Each customer once; those never active in the period may be left out.
        money_unit: Unit of the profits, for people.
        profit_interval: "t", or "bootstrap" (percentiles of 2000 resampled means), better for
            a few hundred skewed profits and slow for many.
        seed: Seed of the bootstrap.

    Returns:
        The movement. With an empty opening base its rates are undefined; without profits
        profitability is.

    Raises:
        InvalidValueError: A customer given twice, or another interval.

    Source:
        Wilson (1927) for the shares; the rest is counting.
    """
    if profit_interval not in ("t", "bootstrap"):
        raise InvalidValueError("profit_interval", profit_interval, 'must be "t" or "bootstrap"')
    people = _distinct(standings)
    members = _members(people)
    size = {name: len(ids) for name, ids in members.items()}
    profits = known((each.profit for each in people if each.active), field="profit")
    mean = _profitability(profits.values, profits.missing, money_unit, profit_interval, seed)
    tiers, kept = sum(each.step is not None for each in people), sum(p.kept for p in people)
    rates = _rates(size, kept)
    return CustomerKpis(
        opening=size["opening"],
        new=size["new"],
        reactivated=size["reactivated"],
        lost=size["lost"],
        closing=size["closing"],
        upgraded=size["upgraded"] if tiers else None,
        downgraded=size["downgraded"] if tiers else None,
        new_rate=rates["new"],
        reactivation_rate=rates["reactivated"],
        churn=rates["churn"],
        churn_on_average=rates["churn on average"],
        retention=rates["retention"],
        upgrade_rate=_moved(size["upgraded"], size["opening"], tiers, kept, "upgraded"),
        downgrade_rate=_moved(size["downgraded"], size["opening"], tiers, kept, "downgraded"),
        average_profitability=mean,
        median_profitability=median(profits.values) if profits.values else None,
        members=members,
        notes=_passing_notes(people),
    )


def _distinct(standings: Iterable[Standing]) -> list[Standing]:
    people = list(standings)
    seen: set[str] = set()
    for each in people:
        if each.customer_id in seen:
            raise InvalidValueError("customer_id", each.customer_id, "must be given once")
        seen.add(each.customer_id)
    return people


def _members(people: Sequence[Standing]) -> dict[str, tuple[str, ...]]:
    tests: dict[str, Callable[[Standing], bool]] = {
        "opening": lambda each: each.opening,
        "new": lambda each: each.joined == "new",
        "reactivated": lambda each: each.joined == "reactivated",
        "lost": lambda each: each.left,
        "closing": lambda each: each.closing,
        "upgraded": lambda each: (each.step or 0) > 0,
        "downgraded": lambda each: (each.step or 0) < 0,
    }
    return {
        name: tuple(each.customer_id for each in people if test(each))
        for name, test in tests.items()
    }


def _rates(size: Mapping[str, int], kept: int) -> dict[str, Estimate]:
    opening, empty = size["opening"], "no customer was active when the period began"
    average = (opening + size["closing"]) / 2
    gone = opening - kept
    return {
        "new": _per_base(size["new"], opening, "new over opening"),
        "reactivated": _per_base(size["reactivated"], opening, "reactivated over opening"),
        "churn": share_estimate(
            gone, opening, unit=_OF_OPENING, method="lost of opening over opening", empty=empty
        ),
        "churn on average": _per_base(
            size["lost"], average, "lost over (opening + closing) / 2", unit="of the average base"
        ),
        "retention": share_estimate(
            kept, opening, unit=_OF_OPENING, method="opening still active over opening", empty=empty
        ),
    }


def _per_base(k: int, base: float, name: str, *, unit: str = _OF_OPENING) -> Estimate:
    method = f"{name}, score interval of a count"
    if base == 0:
        return undefined(unit=unit, method=method, note="the base is empty", low=0)
    low, high = count_interval(k)
    return Estimate(
        value=k / base, low=low / base, high=high / base, n=base, unit=unit, method=method
    )


def _moved(k: int, opening: int, tiers: int, kept: int, name: str) -> Estimate:
    method = f"{name} over opening"
    if tiers == 0:
        return undefined(
            unit=_OF_OPENING, method=method, note="no tiers known at both ends", low=0, high=1
        )
    notes = (f"tiers known for {tiers} of {kept} active at both ends",) if tiers < kept else ()
    return share_estimate(k, opening, unit=_OF_OPENING, method=method, notes=notes)


def _profitability(
    profits: tuple[float, ...], unknown: int, unit: str, interval: str, seed: int
) -> Estimate:
    if not profits:
        note = (
            "no profit is known: give costs or a gross margin" if unknown else "nobody was active"
        )
        return undefined(unit=unit, method="mean profit per active customer", note=note)
    active = len(profits) + unknown
    partly = f"profit known for {len(profits)} of {active} active customers; the mean is theirs"
    notes = (partly,) if unknown else ()
    if interval == "t" or len(profits) == 1:
        return mean_estimate(profits, unit=unit, notes=notes)
    low, high = _bootstrap(profits, seed)
    name = f"mean, percentile bootstrap ({_RESAMPLES} resamples, seed {seed})"
    value = fmean(profits)
    return Estimate(
        value=value, low=low, high=high, n=len(profits), unit=unit, method=name, notes=notes
    )


def _bootstrap(values: tuple[float, ...], seed: int) -> tuple[float, float]:
    random = Random(seed)  # noqa: S311 - resampling, not secrets
    means = sorted(fmean(random.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    cut = round(0.025 * _RESAMPLES)
    return means[cut], means[-cut - 1]


def _passing_notes(people: Sequence[Standing]) -> tuple[str, ...]:
    passing = sum(each.left and not each.opening for each in people)
    note = f"{passing} joined and left within the period: counted in lost, not in churn"
    return (note,) if passing else ()
