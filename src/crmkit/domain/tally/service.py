"""Cases and promises by key, and what they amount to for a customer.

A case is open from its opening until a closing that is not followed by another opening; it
was late if it was closed after it was due. A promise is open until it is settled.
"""

from functools import reduce
from operator import or_

from attrs import frozen

from crmkit.domain.interactions.service import Purpose
from crmkit.domain.tally.declare import Tally
from crmkit.domain.tally.expression import row
from crmkit.domain.tally.readings import reading
from crmkit.domain.tally.rules import At, count, highest, lowest, total_at

__all__ = ["Case", "Keeping", "Promise", "Service"]

_OPENED = row.kind == "case_opened"
_CLOSED = row.kind == "case_closed"
_INBOUND = reduce(or_, (row.matter == f"contact/inbound/{purpose}" for purpose in Purpose))
_MADE = row.kind == "promise_made"
_SETTLED = row.kind == "promise_settled"


@frozen(kw_only=True)
class Case(Tally):
    """One case: its openings, closings and contacts.

    Attributes:
        opened, closed: How often; more than one opening is a case reopened.
        contacts: Contacts that belong to it.
        asked: Those of them in which the customer turned to the shop.
        complaints: Openings as a complaint.
        severity: The highest given, 1 to 5.
        first_opened_at, last_opened_at, last_closed_at: Microseconds since 1970-01-01 UTC.
        due_at: When it was to be closed, by the latest promise of that.
        resolved: Whether the latest closing settled the matter, as an ``At``.
        is_case: Whether it was ever opened.
        is_open: Whether it still is.
        reopened: Whether it was opened more than once.
        is_complaint: Whether it was opened as a complaint.
        was_late: Closed after it was due.
        solved: Closed, and the matter settled.
        at_first_contact: Solved, the customer having asked once at most, and never reopened.
    """

    opened: int = count(where=_OPENED)
    closed: int = count(where=_CLOSED)
    contacts: int = count(where=row.kind == "contact")
    asked: int = count(where=_INBOUND)
    complaints: int = count(where=row.matter == "case/complaint")
    severity: int | None = highest(row.severity, where=_OPENED)
    first_opened_at: int | None = lowest(row.at, where=_OPENED)
    last_opened_at: int | None = highest(row.at, where=_OPENED)
    last_closed_at: int | None = highest(row.at, where=_CLOSED)
    due_at: int | None = highest(row.due_at, where=_OPENED)
    resolved: At = total_at(row.state, highest=row.at, where=_CLOSED)

    is_case = reading(row.opened > 0)
    is_open = reading((row.opened > 0) & ~(row.last_closed_at >= row.last_opened_at))
    reopened = reading(row.opened > 1)
    is_complaint = reading(row.complaints > 0)
    was_late = reading((row.opened > 0) & ~row.is_open & (row.last_closed_at > row.due_at))
    solved = reading((row.opened > 0) & ~row.is_open & (row.resolved > 0))
    at_first_contact = reading(row.solved & ~row.reopened & (row.asked <= 1))


@frozen(kw_only=True)
class Service(Tally):
    """What a customer's cases amount to.

    Attributes:
        cases: Cases ever opened.
        open_cases: Those still open.
        reopened_cases: Opened more than once.
        late_cases: Closed after they were due.
        solved_cases: Closed with the matter settled.
        first_contact_cases: Solved at the first contact.
        complaints: Cases that are complaints.
        solved_complaints: Those of them that are solved.
        open_complaints: Those of them that are open.
        next_case_due_at: When the most urgent open case is due.
    """

    cases: int = count(where=row.is_case)
    open_cases: int = count(where=row.is_open)
    reopened_cases: int = count(where=row.is_case & row.reopened)
    late_cases: int = count(where=row.was_late)
    solved_cases: int = count(where=row.solved)
    first_contact_cases: int = count(where=row.at_first_contact)
    complaints: int = count(where=row.is_complaint)
    solved_complaints: int = count(where=row.is_complaint & row.solved)
    open_complaints: int = count(where=row.is_complaint & row.is_open)
    next_case_due_at: int | None = lowest(row.due_at, where=row.is_open)


@frozen(kw_only=True)
class Promise(Tally):
    """One promise.

    Attributes:
        made, settled: How often it was made and settled.
        made_at: When it was first made.
        due_at: When it is to be kept, by its latest making.
        outcome: 1 if the latest settling says kept, 0 if broken, as an ``At``.
        is_promise: Whether it was ever made.
        is_pending: Made and not settled.
        was_kept, was_broken: How it was settled.
    """

    made: int = count(where=_MADE)
    settled: int = count(where=_SETTLED)
    made_at: int | None = lowest(row.at, where=_MADE)
    due_at: int | None = highest(row.due_at, where=_MADE)
    outcome: At = total_at(row.state, highest=row.at, where=_SETTLED)

    is_promise = reading(row.made > 0)
    is_pending = reading((row.made > 0) & (row.settled == 0))
    was_kept = reading((row.made > 0) & (row.outcome > 0))
    was_broken = reading((row.made > 0) & (row.outcome == 0))


@frozen(kw_only=True)
class Keeping(Tally):
    """What the promises to a customer amount to.

    Attributes:
        promises: Promises made.
        open_promises: Those not settled yet.
        kept_promises, broken_promises: Those settled, by how.
        next_promise_due_at: When the most urgent open promise is due.
    """

    promises: int = count(where=row.is_promise)
    open_promises: int = count(where=row.is_pending)
    kept_promises: int = count(where=row.was_kept)
    broken_promises: int = count(where=row.was_broken)
    next_promise_due_at: int | None = lowest(row.due_at, where=row.is_pending)
