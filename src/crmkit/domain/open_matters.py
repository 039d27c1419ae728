"""What is not settled with a customer: open cases and pending promises."""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crmkit.domain.tally import Case, Promise
from crmkit.domain.times import moment

__all__ = ["OpenCase", "OpenPromise", "open_cases", "open_promises"]


@frozen(kw_only=True)
class OpenCase:
    """A case that is not closed.

    Attributes:
        key: ``source/case_id``.
        opened_at: When it was opened last, in UTC.
        due: When it is to be closed, if that was said.
        overdue: Whether that has passed.
        complaint: Whether it is a complaint.
        reopened: Whether it had been closed before.
        severity: 1 (slight) to 5 (grave), where given.
    """

    key: str
    opened_at: datetime
    due: datetime | None
    overdue: bool
    complaint: bool
    reopened: bool
    severity: int | None

    def __str__(self) -> str:
        what = "complaint" if self.complaint else "case"
        told = f"{what} {self.key} since {self.opened_at:%Y-%m-%d}"
        return told + (" (reopened)" if self.reopened else "") + (", overdue" * self.overdue)


@frozen(kw_only=True)
class OpenPromise:
    """A promise that is neither kept nor broken yet.

    Attributes:
        key: ``source/promise_id``.
        made_at: When it was made, in UTC.
        due: When it is to be kept, if that was said.
        overdue: Whether that has passed.
    """

    key: str
    made_at: datetime
    due: datetime | None
    overdue: bool

    def __str__(self) -> str:
        told = f"promise {self.key} of {self.made_at:%Y-%m-%d}"
        return told if self.due is None else f"{told}, due {self.due:%Y-%m-%d}"


def _due(due_at: int | None) -> datetime | None:
    return None if due_at is None else moment(due_at)


def _urgency(due_at: int | None, since: int | None, key: str) -> tuple[bool, int, int, str]:
    return (due_at is None, due_at or 0, since or 0, key)


def open_cases(cases: Mapping[str, Case], now: int) -> tuple[OpenCase, ...]:
    """Return the cases that are not closed, the most urgent first.

    Args:
        cases: By key.
        now: The moment judged at, microseconds since 1970-01-01 UTC.
    """
    found = [(key, one) for key, one in cases.items() if one.is_open]
    found.sort(key=lambda each: _urgency(each[1].due_at, each[1].last_opened_at, each[0]))
    return tuple(
        OpenCase(
            key=key,
            opened_at=moment(one.last_opened_at or 0),
            due=_due(one.due_at),
            overdue=one.due_at is not None and one.due_at < now,
            complaint=one.is_complaint,
            reopened=one.reopened,
            severity=one.severity,
        )
        for key, one in found
    )


def open_promises(promises: Mapping[str, Promise], now: int) -> tuple[OpenPromise, ...]:
    """Return the promises that are neither kept nor broken, the most urgent first.

    Args:
        promises: By key.
        now: The moment judged at, microseconds since 1970-01-01 UTC.
    """
    found = [(key, one) for key, one in promises.items() if one.is_pending]
    found.sort(key=lambda each: _urgency(each[1].due_at, each[1].made_at, each[0]))
    return tuple(
        OpenPromise(
            key=key,
            made_at=moment(one.made_at or 0),
            due=_due(one.due_at),
            overdue=one.due_at is not None and one.due_at < now,
        )
        for key, one in found
    )
