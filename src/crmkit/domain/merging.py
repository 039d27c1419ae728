"""Merging: two customers are read as one person. What becomes of both, before it is done.

Money and counts are those of both together. Where a return of one finds its order only in the
history of the other, that order counts as sent back from then on; nothing else changes.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from attrs import field, frozen

from crmkit.domain.aliases import Alias
from crmkit.domain.consent import Consent, consents_of
from crmkit.domain.customer import Customer
from crmkit.domain.interactions import Interaction
from crmkit.domain.joining import MERGE_SOURCE, joined
from crmkit.domain.merged_record import Conflict, combined, conflicts
from crmkit.domain.money import Money
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.survivor import WHY, Person, SurvivorRule, chosen
from crmkit.domain.tally import CustomerTally

__all__ = ["MergePreview", "MergeSide", "Merged", "Unmerged", "previewed"]


@frozen(kw_only=True)
class MergeSide(Shown):
    """What one customer has, before a merge or after it.

    Attributes:
        customer_id: Whose.
        orders: Net orders.
        revenue: Net revenue.
        interactions: All that happened, of every kind.
        first, last: The local days of the first and the last of it; None without any.
    """

    customer_id: str
    orders: int
    revenue: Money
    interactions: int
    first: date | None
    last: date | None

    def sheet(self) -> Sheet:
        """Return what they have, as it is shown."""
        return Sheet(title=self.customer_id, rows=(("has", self.told),))

    @property
    def told(self) -> str:
        """All of it in a line."""
        days = "" if self.first is None else f", {self.first} to {self.last}"
        return f"{self.orders:,} orders, {self.revenue}, {self.interactions:,} interactions{days}"


@frozen(kw_only=True)
class MergePreview(Shown):
    """What a merge would do. Nothing is kept yet.

    Attributes:
        survivor: The id under which both will be read.
        absorbed: The id that will stand for it.
        rule: Which rule decided.
        sides: What each has, the survivor first.
        merged: What the survivor will have.
        record: The record it will have; None where neither has one.
        conflicts: What the record of the absorbed one says and the combined one does not.
        consents: What will be allowed and forbidden: the strictest of both.
    """

    survivor: str
    absorbed: str
    rule: SurvivorRule
    sides: tuple[MergeSide, MergeSide]
    merged: MergeSide
    record: Customer | None = field(repr=False)
    conflicts: tuple[Conflict, ...] = field(repr=False)
    consents: tuple[Consent, ...]

    @property
    def why(self) -> str:
        """Why the survivor survives, as a clause."""
        return WHY[self.rule]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not the plain sum of both sides, and why."""
        orders = sum(one.orders for one in self.sides) - self.merged.orders
        lost = sum(one.interactions for one in self.sides) - self.merged.interactions
        told = {
            "orders count as sent back: returns of the one find them with the other": orders,
            "referrals between the two are none: nobody brings themselves": lost,
        }
        return tuple(f"{count:,} {what}" for what, count in told.items() if count)

    def sheet(self) -> Sheet:
        """Return what would become of both, as it is shown; conflicts with what they say."""
        return Sheet(
            title=f"{self.absorbed} will stand for {self.survivor}: {self.why}",
            rows=tuple(self._rows()),
            notes=self.notes,
        )

    def _rows(self) -> Iterator[tuple[str, object]]:
        for one in self.sides:
            yield one.customer_id, one.told
        yield "together", self.merged.told
        for each in self.conflicts:
            yield each.name, f"{each.kept} (not {each.dropped})"
        if self.consents:
            yield "consents", "\n".join(map(str, self.consents))


def previewed(one: Person, other: Person, *, at: datetime, to: Reporting) -> MergePreview:
    """Return what merging two persons would do.

    Args:
        one: A person.
        other: Another; the order of the two changes nothing.
        at: The moment of the merge, at which the strictest of their consents holds.
        to: The shop, its zone and rates.

    Raises:
        InvalidValueError: They cannot be merged; see ``chosen``.
    """
    survivor, absorbed, rule = chosen(one, other)
    line = Alias(customer_id=absorbed.customer_id, stands_for=survivor.customer_id, recorded_at=at)
    history = joined(
        survivor.customer_id,
        {each.customer_id: each.history for each in (survivor, absorbed)},
        [line],
        {absorbed.customer_id: survivor.customer_id},
    )
    mine = survivor.record or Customer(id=survivor.customer_id)
    theirs = [] if absorbed.record is None else [absorbed.record]
    return MergePreview(
        survivor=survivor.customer_id,
        absorbed=absorbed.customer_id,
        rule=rule,
        sides=(
            _side(survivor.customer_id, survivor.history, to),
            _side(absorbed.customer_id, absorbed.history, to),
        ),
        merged=_side(survivor.customer_id, history, to),
        record=combined(mine, theirs) if theirs else survivor.record,
        conflicts=conflicts(mine, theirs),
        consents=consents_of(CustomerTally.collect(facts_of(history, to)).matters),
    )


def _side(customer_id: str, history: Iterable[Interaction], to: Reporting) -> MergeSide:
    """What a history amounts to, without what merges themselves left in it."""
    own = [one for one in history if one.source != MERGE_SOURCE]
    buying = CustomerTally.collect(facts_of(own, to)).buying
    days = [one.at.astimezone(to.zone).date() for one in own]
    return MergeSide(
        customer_id=customer_id,
        orders=buying.orders,
        revenue=Money(buying.revenue, to.shop.currency),
        interactions=len(own),
        first=min(days, default=None),
        last=max(days, default=None),
    )


@frozen(kw_only=True)
class Merged(Shown):
    """Two customers are read as one from now on.

    Attributes:
        survivor: The id under which both are read.
        absorbed: The id that stands for it.
        rule: Which rule decided.
    """

    survivor: str
    absorbed: str
    rule: SurvivorRule

    @property
    def why(self) -> str:
        """Why the survivor survives, as a clause."""
        return WHY[self.rule]

    def sheet(self) -> Sheet:
        """Return what was done, and how it is undone."""
        return Sheet(
            title=f"{self.absorbed} stands for {self.survivor}: {self.why}",
            notes=(f"unmerge({self.absorbed!r}) undoes it",),
        )


@frozen(kw_only=True)
class Unmerged(Shown):
    """An id stands for itself again.

    Attributes:
        customer_id: Which.
        stood_for: For whom it stood.
        records: Of whom the record was put again, without what came from it.
    """

    customer_id: str
    stood_for: str
    records: tuple[str, ...] = ()

    def sheet(self) -> Sheet:
        """Return what was undone."""
        again = ", ".join(self.records)
        return Sheet(
            title=f"{self.customer_id} stands for itself again, not for {self.stood_for}",
            notes=(f"put again without what came from it: {again}",) if again else (),
        )
