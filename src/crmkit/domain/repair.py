"""Contact points to repair: who should be asked for a new address, the most valuable first.

A task stands for one contact point that is broken, suspect, or too old to be relied on. It says
by which other points the customer can be asked, and whether they allow it: without a consent
nobody is asked. Records are read as they are now; what came back after ``at`` is not counted.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from attrs import field, frozen

from crmkit.domain.consent import Permission
from crmkit.domain.contact_validity import current, likely_valid, working_points
from crmkit.domain.customer import ContactPoint, Customer, Repair
from crmkit.domain.interactions.marketing import ANY
from crmkit.domain.sheet import Sheet, Shown

__all__ = ["Asking", "RepairTask", "RepairWorth", "ranked", "to_repair"]

MayContact = Callable[[str, str], Permission]
"""Tells by customer id and medium whether somebody may be asked."""


@frozen(kw_only=True)
class RepairWorth:
    """What a customer is worth, as far as it is known.

    Attributes:
        amount: In major units of the shop's currency; None where nothing was ever bought.
        of: What the amount is ("lifetime value to come", "revenue so far (no model)").
    """

    amount: float | None
    of: str

    def __str__(self) -> str:
        return f"{self.of}: {'unknown' if self.amount is None else f'{self.amount:,.2f}'}"


@frozen(kw_only=True)
class Asking:
    """Another contact point that works, and whether the customer may be asked by it.

    Attributes:
        point: The contact point.
        permission: What decides it, a denial by default.
    """

    point: ContactPoint
    permission: Permission

    @property
    def allowed(self) -> bool:
        """Whether the customer may be asked by it."""
        return self.permission.allowed


@frozen(kw_only=True)
class RepairTask(Shown):
    """A contact point of a customer that should be asked for anew.

    Attributes:
        customer_id: Whose.
        point: The contact point that no longer works, or may not.
        reason: What is known against it.
        valid: How likely it still works, 0 to 1; None where nothing says since when it is known.
        worth: What the customer is worth; tasks are ranked by it.
        others: The other points that work, the most trusted first.
    """

    customer_id: str
    point: ContactPoint
    reason: str
    valid: float | None
    worth: RepairWorth
    others: tuple[Asking, ...] = field(default=(), repr=False)

    @property
    def ask_by(self) -> tuple[str, ...]:
        """The media by which the customer works and may be asked, the most trusted first."""
        return tuple(dict.fromkeys(one.point.medium for one in self.others if one.allowed))

    def sheet(self) -> Sheet:
        """Return the task as it is shown, without the addresses; they are in its fields."""
        works = ", ".join(one.point.medium for one in self.others) or "nothing else is known"
        return Sheet(
            title=f"{self.customer_id}: {self.point.medium} {self.point.repair}",
            rows=(
                ("reason", self.reason),
                ("worth", self.worth),
                ("other points that work", works),
                ("may be asked by", ", ".join(self.ask_by) or "none of them"),
            ),
        )


def to_repair(
    record: Customer,
    at: datetime,
    *,
    worth: RepairWorth,
    may_contact: MayContact,
    least_valid: float | None = None,
) -> Iterator[RepairTask]:
    """Yield what there is to repair of a customer, in the order of the record.

    Args:
        record: As it may be read.
        at: The moment.
        worth: What the customer is worth.
        may_contact: Tells by customer id and medium whether they may be asked.
        least_valid: A share, 0 to 1; points less likely to work than that are to be repaired
            too. None leaves out what has only grown old.
    """
    for point in current(record, at):
        valid = likely_valid(point, at)
        reason = _reason(point, at, valid, least_valid)
        if reason:
            working = working_points(record, at)
            others = (one for one in working if one is not point and one.medium != ANY)
            yield RepairTask(
                customer_id=record.id,
                point=point,
                reason=reason,
                valid=valid,
                worth=worth,
                others=tuple(
                    Asking(point=one, permission=may_contact(record.id, one.medium))
                    for one in others
                ),
            )


def _reason(point: ContactPoint, at: datetime, valid: float | None, least: float | None) -> str:
    """Why a contact point is to be repaired; empty where it is not."""
    if point.repair is not Repair.VALID:
        back = [one for one in point.bounces if one.at <= at]
        if not back:
            return str(point.repair)
        kind, day = "hard" if back[-1].hard else "soft", f"{back[-1].at:%Y-%m-%d}"
        return f"{point.repair}: {len(back)} came back, the last a {kind} bounce on {day}"
    if least is None or valid is None or valid >= least:
        return ""
    return f"old: works with a chance of {valid:.0%}"


def ranked(tasks: Iterable[RepairTask]) -> tuple[RepairTask, ...]:
    """Return tasks by what their customers are worth, the most first; the unknown last.

    Equals go by customer id; the tasks of one customer stay in their order.
    """
    return tuple(sorted(tasks, key=_rank))


def _rank(task: RepairTask) -> tuple[bool, float, str]:
    amount = task.worth.amount
    return amount is None, 0.0 if amount is None else -amount, task.customer_id
