"""One customer with the shop, as of a moment."""

from datetime import date, datetime

from attrs import frozen

from crmkit.domain.lifecycle import STAGE, Patience, Stage, State, Transition


@frozen(kw_only=True)
class Relationship:
    """Where a customer stands, how they came there, and on what evidence.

    Attributes:
        customer_id: Whose relationship it is.
        as_of: The last moment that counts, in UTC.
        state: Where the customer stands.
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
    history: tuple[Transition, ...]
    since: date
    first_order: date | None
    last_order: date | None
    occasions: int
    quiet: int | None
    patience: Patience | None
    notes: tuple[str, ...] = ()

    @property
    def stage(self) -> Stage:
        """What the shop does with a customer in that state."""
        return STAGE[self.state]

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
