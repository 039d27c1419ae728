"""One customer with the shop, as of a moment."""

from collections.abc import Iterator
from datetime import date, datetime

from attrs import frozen

from crmkit.domain.consent import Consent, consents_of
from crmkit.domain.explanation import Explanation
from crmkit.domain.level import Level, level_of
from crmkit.domain.level_target import TargetLevel, target_of
from crmkit.domain.lifecycle import Patience, Transition, intent_day, moves, patience
from crmkit.domain.open_matters import OpenCase, OpenPromise, open_cases, open_promises
from crmkit.domain.relationship_policy import RelationshipLevel
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.shop import Shop
from crmkit.domain.state_evidence import StateEvidence, evidence_of
from crmkit.domain.states import Stage, State
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.domain.times import date_of, microseconds

__all__ = [
    "Relationship",
    "history_of",
    "level_target_of",
    "relationship_of",
    "state_evidence_of",
]

FORMULA = (
    "the last move of the shop's table of moves, by occasions, intent and quiet days: dormant "
    "beyond dormant_after, lost beyond twice that"
)
SOURCE = "crmkit, after the four stages and states of the textbooks"


@frozen(kw_only=True)
class Relationship(Shown):
    """Where a customer stands, how they came there, and on what evidence.

    Attributes:
        customer_id: Whose relationship it is.
        as_of: The last moment that counts, in UTC.
        state: Where the customer stands.
        stage: What the shop does with a customer in that state.
        evidence: How far models and loyalty agree with the state.
        history: Every move that led there.
        level: How far the shop goes for them after the sale, with the evidence.
        since: Day of the first fact.
        last: Day of the latest fact.
        first_order, last_order: Days of the first and the latest net purchase occasion.
        occasions: Net purchase occasions.
        quiet: Days since the latest occasion; None without one.
        patience: How long this customer may be quiet; None without an occasion.
        owner: Who of the staff dealt with them last, if known.
        open_cases, open_promises: What is not settled, the most urgent first.
        consents: What they last allowed or forbade, by channel and purpose.
        notes: What the reader must know, such as a log that is cut off on the left.
    """

    customer_id: str
    as_of: datetime
    state: State
    stage: Stage
    evidence: StateEvidence
    history: tuple[Transition, ...]
    level: Level
    since: date
    last: date
    first_order: date | None
    last_order: date | None
    occasions: int
    quiet: int | None
    patience: Patience | None
    owner: str | None
    open_cases: tuple[OpenCase, ...]
    open_promises: tuple[OpenPromise, ...]
    consents: tuple[Consent, ...]
    notes: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return where the customer stands, as it is shown."""
        return Sheet(
            title=f"{self.customer_id}: {self.state} ({self.stage})",
            rows=tuple(self._rows()),
            notes=self.notes,
        )

    def _rows(self) -> Iterator[tuple[str, object]]:
        yield "known", f"since {self.since}, last heard of on {self.last}"
        if self.last_order is not None and self.patience is not None:
            yield "orders", f"{_counted(self.occasions)}, the latest on {self.last_order}"
            yield "quiet", f"{self.quiet} days; {_told(self.patience)}"
            yield "evidence", self.evidence
        yield "level", "\n".join([str(self.level), *map(": ".join, self.level.told_beside)])
        yield "way here", " → ".join(f"{one.to} ({date_of(one.day)})" for one in self.history)
        for name, found in (("open cases", self.open_cases), ("promises", self.open_promises)):
            if found:
                yield name, "\n".join(map(str, found))
        if self.consents:
            yield "consents", "\n".join(map(str, self.consents))
        if self.owner is not None:
            yield "owner", self.owner

    def explain(self) -> Explanation:
        """Return on what evidence the state and the level rest."""
        latest = self.history[-1]
        inputs = {
            "occasions": self.occasions,
            "quiet": self.quiet,
            "patience": None if self.patience is None else _told(self.patience),
            "latest move": f"{latest.trigger} on {date_of(latest.day)}",
        }
        return Explanation(
            figure="lifecycle_state",
            answer=f"{self.state} ({self.stage})",
            formula=FORMULA,
            source=SOURCE,
            inputs=inputs,
            left_out=self.notes,
            parts=(self.evidence.explain(), self.level.explain()),
        )


def _counted(occasions: int) -> str:
    return "1 occasion" if occasions == 1 else f"{occasions} occasions"


def _told(limit: Patience) -> str:
    whose = "own" if limit.own else "base's"
    return f"dormant after {limit.dormant_after:.0f} ({whose} rhythm)"


def history_of(
    summary: CustomerSummary, base_gap: float | None, shop: Shop
) -> tuple[Transition, ...]:
    """Return every move of a customer up to the day of the summary; the last is where they stand.

    Args:
        summary: The customer, as of a day.
        base_gap: ``usual_gap`` of the base.
        shop: Whose policy rules.
    """
    first_seen = summary.dealings.first_seen_day
    return moves(
        summary.days,
        first_seen=summary.as_of_day if first_seen is None else first_seen,
        as_of_day=summary.as_of_day,
        base_gap=base_gap,
        shop=shop,
        intent=intent_day(
            summary.dealings.intent_day,
            sorted(summary.dealings.viewed_days),
            shop.intent_visits,
        ),
    )


def level_target_of(summary: CustomerSummary, shop: Shop, buyers: int) -> TargetLevel:
    """Return the level that the relationship with a customer should have.

    Args:
        summary: The customer, whose own margin counts.
        shop: Its margin, where the cost of the goods is unknown, and its cuts.
        buyers: How many customers of the base have bought.
    """
    profit, revenue = summary.buying.profit(shop.gross_margin), summary.buying.revenue
    margin = None if profit is None or revenue <= 0 else profit / revenue
    return target_of(buyers, margin, shop.relationship_policy)


def state_evidence_of(
    summary: CustomerSummary,
    state: State,
    *,
    limit: Patience | None,
    shop: Shop,
    alive: float | None,
    deeds: float | None,
) -> StateEvidence:
    """Return how far models and loyalty agree with the state of a customer.

    Args:
        summary: The customer, as of a day.
        state: Where they stand.
        limit: How long they may be quiet; None without an occasion.
        shop: Whose policy rules.
        alive: Chance that they are still a customer, 0 to 1, as a model says.
        deeds: Behavioural loyalty, 0 to 1.
    """
    return evidence_of(
        state,
        occasions=len(summary.days),
        loyal_occasions=shop.loyal_occasions,
        quiet=summary.quiet,
        dormant_after=None if limit is None else limit.dormant_after,
        alive=alive,
        deeds=deeds,
    )


def relationship_of(
    tally: CustomerTally,
    summary: CustomerSummary,
    *,
    year: CustomerSummary | None,
    as_of: datetime,
    base_gap: float | None,
    shop: Shop,
    buyers: int = 0,
    declared: RelationshipLevel | None = None,
    alive: float | None = None,
    deeds: float | None = None,
    owner: str | None = None,
) -> Relationship:
    """Return where a customer stands, how they came there, and on what evidence.

    Args:
        tally: All facts of the customer up to ``as_of``.
        summary: The customer, as of the day of ``as_of``.
        year: The same of the facts of the last year; None where nobody spoke.
        as_of: The last moment that counts, in UTC.
        base_gap: ``usual_gap`` of the base.
        shop: Whose policy rules.
        buyers: How many customers of the base have bought, for the target of the level.
        declared: The level that the customer's record declares.
        alive: Chance that they are still a customer, 0 to 1, as a model says.
        deeds: Behavioural loyalty, 0 to 1.
        owner: Who of the staff dealt with the customer last.
    """
    history, days, now = history_of(summary, base_gap, shop), summary.days, microseconds(as_of)
    last = summary.dealings.last_seen_day
    limit = patience(days, base_gap, shop) if days else None
    return Relationship(
        customer_id=summary.customer_id,
        as_of=as_of,
        state=history[-1].to,
        stage=Stage(shop.lifecycle.stages[history[-1].to]),
        evidence=state_evidence_of(
            summary, history[-1].to, limit=limit, shop=shop, alive=alive, deeds=deeds
        ),
        history=history,
        level=level_of(
            year, shop, declared=declared, target=level_target_of(summary, shop, buyers)
        ),
        since=date_of(history[0].day),
        last=date_of(summary.as_of_day if last is None else last),
        first_order=date_of(days[0]) if days else None,
        last_order=date_of(days[-1]) if days else None,
        occasions=len(days),
        quiet=summary.quiet,
        patience=limit,
        owner=owner,
        open_cases=open_cases(tally.cases, now),
        open_promises=open_promises(tally.promises, now),
        consents=consents_of(summary.matters),
        notes=_tenure_notes(days, shop),
    )


def _tenure_notes(days: tuple[int, ...], shop: Shop) -> tuple[str, ...]:
    if days and shop.first_seen_only(days[0]):
        return (f"first seen {date_of(days[0])}: the log may begin after the first order",)
    return ()
