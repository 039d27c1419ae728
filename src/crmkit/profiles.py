"""Every customer judged in bulk: one row each, from a base or from one's own data frame.

The rows hold the same figures as the answers for one customer; both are made by the same
functions from the same summaries.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import frozen

from crmkit.domain.explanation import Explanation
from crmkit.domain.level import WINDOW_DAYS, Level, has_contacts, level_of
from crmkit.domain.lifecycle import patience
from crmkit.domain.mapping import EMPTY
from crmkit.domain.relationship import history_of, level_target_of, state_evidence_of
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.states import State
from crmkit.domain.tally import BaseSummary, Buying, CustomerSummary
from crmkit.domain.times import AsOf, date_of, day_of, last_day_over, last_moment, microseconds
from crmkit.judged import Judged, judged_of
from crmkit.metrics.catalogue import explained
from crmkit.metrics.kpis.risk import risk
from crmkit.metrics.loyalty.observed import CustomerLoyalty
from crmkit.metrics.satisfaction.asked import Asked
from crmkit.metrics.satisfaction.calibrated import expected_answer
from crmkit.metrics.satisfaction.shown import ShownSatisfaction
from crmkit.metrics.satisfaction.stated_share import recommending_share, stated_share
from crmkit.metrics.value.base.base_models import BaseModels
from crmkit.metrics.value.base.customer_value import BaseValues, CustomerValue
from crmkit.metrics.value.base.valuation import values_of
from crmkit.profile import Profile
from crmkit.standards import Standards, standards_of

__all__ = ["Profile", "Profiles", "profiled", "profiles_of_frame"]


@frozen(kw_only=True, repr=False)
class Profiles(Sequence[Profile], Shown):
    """All customers of a base, judged, by customer id.

    Attributes:
        rows: One profile per customer; guests have none.
        as_of_day: The day judged at, days since 1970-01-01.
        shop: Whose policy ruled.
        standards: What everyone is judged against.
        everyone: What all orders amount to, customers' and guests'.
        guests: How many guests there are.
        guest_buying: What the guests' orders amount to.
        answers: Each customer's answers that count.
        loyalties: Each customer's loyalty.
        shown: Each customer's satisfaction as behaviour shows it.
        worth: What the customers may still bring, one by one and together.
    """

    rows: tuple[Profile, ...]
    as_of_day: int
    shop: Shop
    standards: Standards
    everyone: Buying
    guests: int
    guest_buying: Buying
    answers: tuple[tuple[Asked, ...], ...]
    loyalties: tuple[CustomerLoyalty, ...]
    shown: tuple[ShownSatisfaction, ...]
    worth: BaseValues

    @property
    def base_gap(self) -> float | None:
        """The gap between occasions that 90 % of all gaps do not exceed, in days."""
        return self.standards.base_gap

    @property
    def models(self) -> BaseModels:
        """What was fitted, and why not where it was not."""
        return self.standards.models

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Profile]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"<Profiles of {len(self):,} customers as of {date_of(self.as_of_day)}>"

    def sheet(self) -> Sheet:
        """Return how many stand where, and what is to come, as it is shown."""
        states = ", ".join(f"{count:,} {state}" for state, count in self.states().items() if count)
        return Sheet(
            title=f"{len(self):,} customers as of {date_of(self.as_of_day)}: {states or 'nobody'}",
            rows=(
                ("still customers", self.worth.alive),
                ("next 52 weeks", self.worth.expected_purchases),
                ("lifetime value", self.worth.clv),
            ),
            notes=self.models.lines(),
        )

    def explain(self) -> Explanation:
        """Return against what everyone was judged."""
        return explained(
            "profiles",
            f"{len(self):,} customers as of {date_of(self.as_of_day)}",
            inputs={"usual gap in days": self.base_gap, "standards": self.standards.told()},
            model="\n".join(self.models.lines()),
            parts=(
                self.worth.alive.explain("customers_alive"),
                self.worth.expected_purchases.explain("expected_purchases"),
                self.worth.clv.explain("base_clv"),
            ),
        )

    def to_rows(self) -> list[dict[str, Any]]:
        """Return one flat row per customer."""
        return [one.to_row() for one in self.rows]

    def states(self) -> dict[State, int]:
        """Return how many customers stand where, in the order of the lifecycle."""
        counted = Counter(one.state for one in self.rows)
        return {state: counted[state] for state in State}

    @property
    def ranked_by(self) -> str:
        """What ``most_valuable`` ranks by, in words."""
        if any(one.clv is not None for one in self.rows):
            return "lifetime value to come"
        if any(one.future_revenue is not None for one in self.rows):
            return "revenue to come (profit unknown)"
        return "revenue so far (no model)"

    def most_valuable(self, count: int = 10) -> list[Profile]:
        """Return the customers worth most, by ``ranked_by``."""
        return sorted(self.rows, key=_worth, reverse=True)[:count]

    def most_at_risk(self, count: int = 10) -> list[Profile]:
        """Return those at risk with the most at stake."""
        risky = [one for one in self.rows if one.at_risk]
        return sorted(risky, key=lambda one: -(one.at_stake or 0))[:count]


def _worth(one: Profile) -> tuple[float, float, int]:
    least = float("-inf")
    return (
        least if one.clv is None else one.clv,
        least if one.future_revenue is None else one.future_revenue,
        one.revenue.minor,
    )


def profiled(
    base: BaseSummary, judged: Judged, *, year: Mapping[str, CustomerSummary] = EMPTY
) -> Profiles:
    """Return every customer of a base, judged.

    Args:
        base: Everyone, as of a day.
        judged: The same customers, and what is judged of each but value.
        year: The last year's facts of those with whom the shop ever spoke.
    """
    people, against, shop = judged.people, judged.standards, judged.shop
    worth = values_of(against.models, people)
    columns = people, worth.rows, judged.answers, judged.loyalties, judged.shown
    return Profiles(
        rows=tuple(
            _profile(
                *one,
                level=_level(one[0], year, against),
                expected=expected_answer(against.calibration, one[-1]).value,
                gap=against.base_gap,
                shop=shop,
            )
            for one in zip(*columns, strict=True)
        ),
        as_of_day=base.as_of_day,
        shop=shop,
        standards=against,
        everyone=base.everyone(),
        guests=base.guests.guests,
        guest_buying=base.guests.buying,
        answers=judged.answers,
        loyalties=judged.loyalties,
        shown=judged.shown,
        worth=worth,
    )


def _level(one: CustomerSummary, year: Mapping[str, CustomerSummary], against: Standards) -> Level:
    target = level_target_of(one, against.shop, against.buyers)
    return level_of(year.get(one.customer_id), against.shop, target=target)


def _date(day: int | None) -> date | None:
    return None if day is None else date_of(day)


def _profile(
    summary: CustomerSummary,
    value: CustomerValue,
    answers: Sequence[Asked],
    loyalty: CustomerLoyalty,
    shown: ShownSatisfaction,
    *,
    level: Level,
    expected: float | None,
    gap: float | None,
    shop: Shop,
) -> Profile:
    state = history_of(summary, gap, shop)[-1].to
    quiet_for = patience(summary.days, gap, shop) if summary.days else None
    limit = None if quiet_for is None else quiet_for.dormant_after
    alive, deeds = value.alive.value, loyalty.behavioural.score
    threat = risk(summary, state=state, alive=alive, usual=limit, shop=shop)
    return Profile(
        customer_id=summary.customer_id,
        state=state,
        state_confidence=state_evidence_of(
            summary, state, limit=quiet_for, shop=shop, alive=alive, deeds=deeds
        ).confidence,
        level=level.level,
        level_gap=level.target_gap,
        orders=summary.buying.orders,
        occasions=len(summary.days),
        revenue=value.revenue,
        profit=value.profit,
        first_order=_date(summary.first_day),
        last_order=_date(summary.last_day),
        quiet=summary.quiet,
        dormant_after=limit,
        satisfied=stated_share(answers),
        recommends=recommending_share(answers),
        satisfaction_shown=shown.score.value,
        satisfaction_expected=expected,
        open_cases=summary.service.open_cases,
        complaints=summary.service.complaints,
        cognitive=loyalty.cognitive.score,
        affective=loyalty.affective.score,
        intentional=loyalty.intentional.score,
        behavioural=deeds,
        loyalty=loyalty.loyalty.overall,
        phase=loyalty.loyalty.phase,
        loyalty_class=loyalty.loyalty.typology.kind,
        alive=alive,
        expected_purchases=value.expected_purchases.value,
        future_revenue=value.future_revenue.value,
        future_low=value.future_revenue.low,
        future_high=value.future_revenue.high,
        clv=value.clv.value,
        clv_low=value.clv.low,
        clv_high=value.clv.high,
        at_risk=threat is not None,
        at_stake=None if threat is None else threat.at_stake,
        reason="" if threat is None else threat.reason,
    )


def profiles_of_frame(frame: Any, shop: Shop, *, as_of: AsOf) -> Profiles:
    """Return every customer of one's own data frame, judged.

    Args:
        frame: Flat rows (the columns of ``crmkit.domain.facts.Fact``) in any engine that
            narwhals reads: Polars, pandas, PyArrow, DuckDB.
        shop: Whose policy rules.
        as_of: The last moment that counts.

    Raises:
        MissingExtraError: narwhals is not installed.
        InvalidValueError: Columns are missing.
    """
    from crmkit.adapters.frames import some_days, summarise

    moment = last_moment(as_of, shop.zone)
    until, day = microseconds(moment), day_of(moment, shop.zone)
    base = summarise(frame, as_of=until, as_of_day=day).to_summaries()
    year: Mapping[str, CustomerSummary] = EMPTY
    if any(has_contacts(one) for one in base.customers.values()):
        days = some_days(frame, range(day - WINDOW_DAYS + 1, day + 1))
        year = summarise(days, as_of=until, as_of_day=day).to_summaries().customers
    over, then = last_day_over(moment, shop.zone), base
    if over != moment:
        earlier = summarise(frame, as_of=microseconds(over), as_of_day=day_of(over, shop.zone))
        then = earlier.to_summaries()
    return profiled(base, judged_of(base, shop, lambda: standards_of(then, shop)), year=year)
