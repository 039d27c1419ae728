"""Service: contacts in both directions, cases that open and close, promises that bind."""

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen, validators
from attrs.converters import optional

from crmkit.domain.facts import Fact
from crmkit.domain.happened import Happened, key_of
from crmkit.domain.money import Money
from crmkit.domain.naming import by_field
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import microseconds, utc_if_given
from crmkit.domain.validators import (
    named,
    named_if_given,
    not_below_zero,
    private_text,
    whole_if_given,
    yes_or_no,
)
from crmkit.domain.words import Word

__all__ = [
    "CaseAbout",
    "CaseClosed",
    "CaseOpened",
    "Contact",
    "Direction",
    "PromiseMade",
    "PromiseSettled",
    "Purpose",
    "Risk",
]


class Direction(Word):
    """Who turned to whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Purpose(Word):
    """What a contact is for."""

    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    CARE = "care"
    ADVICE = "advice"
    PROMOTION = "promotion"
    COMPLAINT = "complaint"
    PROJECT = "project"


@frozen(kw_only=True, field_transformer=by_field)
class Contact(Happened):
    """A customer and the shop spoke, wrote or met.

    Attributes:
        direction: Inbound from the customer, outbound from the shop.
        purpose: What it was for.
        topic: What it was about, in the shop's own words.
        waited_seconds: How long the customer waited for an answer.
        lasted_seconds: How long it took.
        answered: Whether it reached the other side; None where not known.
        order_id: The order it was about, if any.
        case_id: The case it belongs to, if any.
    """

    kind: ClassVar[str] = "contact"

    direction: Direction = field(converter=Direction)
    purpose: Purpose = field(converter=Purpose)
    topic: str | None = field(default=None, validator=private_text, repr=False)
    waited_seconds: int | None = field(default=None, validator=whole_if_given(0))
    lasted_seconds: int | None = field(default=None, validator=whole_if_given(0))
    answered: bool | None = field(default=None, validator=validators.optional(yes_or_no))
    order_id: str | None = field(default=None, validator=named_if_given)
    case_id: str | None = field(default=None, validator=named_if_given)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this contact: a matter, under its order and its case."""
        return [
            self.row(
                to,
                order_id=self.order_id,
                order_key=None if self.order_id is None else key_of(self.source, self.order_id),
                case_key=None if self.case_id is None else key_of(self.source, self.case_id),
                matter=f"{self.kind}/{self.direction}/{self.purpose}",
                waited=self.waited_seconds,
                lasted=self.lasted_seconds,
                state=None if self.answered is None else int(self.answered),
            )
        ]


class CaseAbout(Word):
    """What a case is."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    RETURN = "return"
    REPAIR = "repair"


@frozen(kw_only=True, field_transformer=by_field)
class CaseOpened(Happened):
    """The shop took on a question, complaint, return or repair; again, if it was closed.

    Attributes:
        case_id: The case; its contacts and its closing name it too.
        about: What kind of case it is.
        category: The shop's own class of its cause ("late delivery").
        severity: 1 (slight) to 5 (grave).
        due: When it was to be closed, in UTC.
        order_id: The order it is about, if any.
    """

    kind: ClassVar[str] = "case_opened"

    case_id: str = field(validator=named)
    about: CaseAbout = field(converter=CaseAbout)
    category: str | None = None
    severity: int | None = field(default=None, validator=whole_if_given(1, 5))
    due: datetime | None = field(default=None, converter=utc_if_given)
    order_id: str | None = field(default=None, validator=named_if_given)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this opening."""
        return [
            self.row(
                to,
                order_id=self.order_id,
                case_key=key_of(self.source, self.case_id),
                matter=f"case/{self.about}",
                severity=self.severity,
                due_at=None if self.due is None else microseconds(self.due),
            )
        ]


@frozen(kw_only=True, field_transformer=by_field)
class CaseClosed(Happened):
    """A case came to its end.

    Attributes:
        case_id: The case.
        resolved: Whether the customer's matter was settled.
    """

    kind: ClassVar[str] = "case_closed"

    case_id: str = field(validator=named)
    resolved: bool = field(default=True, validator=yes_or_no)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this closing."""
        key = key_of(self.source, self.case_id)
        return [self.row(to, case_key=key, state=int(self.resolved))]


class Risk(Word):
    """The risk that a promise takes off a buyer."""

    ECONOMIC = "economic"
    FUNCTIONAL = "functional"
    SOCIAL = "social"
    PSYCHOLOGICAL = "psychological"


@frozen(kw_only=True, field_transformer=by_field)
class PromiseMade(Happened):
    """The shop promised a customer something.

    Attributes:
        promise_id: The promise; its settling names it too.
        what: What was promised, in the shop's own words.
        due: When it is to be kept, in UTC.
        risk: The risk that it takes off the customer.
        order_id: The order it is about, if any.
    """

    kind: ClassVar[str] = "promise_made"

    promise_id: str = field(validator=named)
    what: str = field(default="", validator=private_text, repr=False)
    due: datetime | None = field(default=None, converter=utc_if_given)
    risk: Risk | None = field(default=None, converter=optional(Risk))
    order_id: str | None = field(default=None, validator=named_if_given)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this promise."""
        return [
            self.row(
                to,
                order_id=self.order_id,
                promise_key=key_of(self.source, self.promise_id),
                due_at=None if self.due is None else microseconds(self.due),
            )
        ]


@frozen(kw_only=True, field_transformer=by_field)
class PromiseSettled(Happened):
    """A promise was kept or broken.

    Attributes:
        promise_id: The promise.
        kept: Whether it was kept.
        remedy: What was given for breaking it, 0 or more.
    """

    kind: ClassVar[str] = "promise_settled"

    promise_id: str = field(validator=named)
    kept: bool = field(validator=yes_or_no)
    remedy: Money | None = field(default=None, validator=not_below_zero)

    def facts(self, to: Reporting) -> list[Fact]:
        """Return the one row of this settling; a remedy is a cost."""
        spent = None if self.remedy is None else to.minor(self.remedy, to.day(self.at))
        return [
            self.row(
                to,
                promise_key=key_of(self.source, self.promise_id),
                matter="promise/kept" if self.kept else "promise/broken",
                state=int(self.kept),
                spent=spent,
            )
        ]
