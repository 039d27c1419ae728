"""One customer with the shop, as of a moment."""

from datetime import date, datetime

from attrs import frozen

from crmkit.domain.lifecycle import Patience, Transition, intent_day, moves, patience
from crmkit.domain.shop import Shop
from crmkit.domain.states import Stage, State
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import date_of


@frozen(kw_only=True)
class Relationship:
    """Where a customer stands, how they came there, and on what evidence.

    Attributes:
        customer_id: Whose relationship it is.
        as_of: The last moment that counts, in UTC.
        state: Where the customer stands.
        stage: What the shop does with a customer in that state.
        history: Every move that led there.
        since: Day of the first fact.
        first_order, last_order: Days of the first and the latest net purchase occasion.
        occasions: Net purchase occasions.
        quiet: Days since the latest occasion; None without one.
        patience: How long this customer may be quiet; None without an occasion.
        notes: What the reader must know, such as a log that is cut off on the left.
    """

    customer_id: str
    as_of: datetime
    state: State
    stage: Stage
    history: tuple[Transition, ...]
    since: date
    first_order: date | None
    last_order: date | None
    occasions: int
    quiet: int | None
    patience: Patience | None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{self.customer_id}: {self.state} ({self.stage})"]
        if self.last_order is not None and self.patience is not None:
            whose = "own" if self.patience.own else "base's"
            parts.append(f"{self.occasions} occasions, the latest on {self.last_order}")
            parts.append(
                f"quiet {self.quiet} days; dormant after {self.patience.dormant_after:.0f} "
                f"({whose} rhythm)"
            )
        return "; ".join([*parts, *self.notes])


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


def relationship_of(
    summary: CustomerSummary, *, as_of: datetime, base_gap: float | None, shop: Shop
) -> Relationship:
    """Return where a customer stands, how they came there, and on what evidence.

    Args:
        summary: The customer, as of the day of ``as_of``.
        as_of: The last moment that counts, in UTC.
        base_gap: ``usual_gap`` of the base.
        shop: Whose policy rules.
    """
    history, days = history_of(summary, base_gap, shop), summary.days
    return Relationship(
        customer_id=summary.customer_id,
        as_of=as_of,
        state=history[-1].to,
        stage=shop.lifecycle.stages[history[-1].to],
        history=history,
        since=date_of(history[0].day),
        first_order=date_of(days[0]) if days else None,
        last_order=date_of(days[-1]) if days else None,
        occasions=len(days),
        quiet=summary.quiet,
        patience=patience(days, base_gap, shop) if days else None,
        notes=_tenure_notes(days, shop),
    )


def _tenure_notes(days: tuple[int, ...], shop: Shop) -> tuple[str, ...]:
    if days and shop.first_seen_only(days[0]):
        return (f"first seen {date_of(days[0])}: the log may begin after the first order",)
    return ()
