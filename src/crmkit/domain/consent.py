"""Consents: by which channel and for what a customer may be contacted. Silence is a no.

A customer allows or forbids a channel ("email", or "any") for a purpose (a ``Purpose``, or
"any"). Four of these can cover one contact: the channel and the purpose themselves, either
of them with "any", and both "any". The latest of them decides; where that moment says both
yes and no, it is a no; where none covers the contact, it is a no.

Nothing is kept here: consents are read off the facts each time, so their history survives
whatever is granted or withdrawn later, and a later denial can never allow what was forbidden.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.explanation import Explanation
from crmkit.domain.interactions import Purpose
from crmkit.domain.interactions.marketing import ANY
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.tally import Matter
from crmkit.domain.times import moment, utc
from crmkit.domain.validators import slug

__all__ = [
    "Consent",
    "Permission",
    "consents_of",
    "decisive_first",
    "may_contact",
    "permission_of",
    "strictest",
]

_WORD = "consent"
FORMULA = (
    "the latest consent that covers the channel and the purpose, either of them perhaps "
    '"any"; a tie of yes and no is a no, and so is silence'
)
SOURCE = "crmkit"


@frozen(kw_only=True)
class Consent:
    """What a customer last said about one channel and purpose.

    Attributes:
        medium: The channel; "any" for all of them.
        purpose: A ``Purpose``, or "any" for all of them.
        granted: Whether it is allowed.
        since: The moment that says so, in UTC.
    """

    medium: str = field(validator=slug)
    purpose: str = field(validator=slug)
    granted: bool
    since: datetime = field(converter=utc)

    def covers(self, medium: str, purpose: str) -> bool:
        """Tell whether this is said about all contacts by ``medium`` for ``purpose``."""
        return self.medium in {ANY, medium} and self.purpose in {ANY, purpose}

    def __str__(self) -> str:
        said = "granted" if self.granted else "denied"
        return f"{self.medium}/{self.purpose} {said} on {self.since:%Y-%m-%d %H:%M} UTC"


@frozen(kw_only=True)
class Permission(Shown):
    """Whether a customer may be contacted, and what decided it.

    Attributes:
        medium: The channel asked about.
        purpose: The purpose asked about.
        consent: The consent that decides; None where none covers the contact.
        others: The other consents that cover it, latest first.
    """

    medium: str = field(validator=slug)
    purpose: Purpose = field(converter=Purpose)
    consent: Consent | None = None
    others: tuple[Consent, ...] = ()

    @medium.validator
    def _one_channel(self, _attribute: object, value: str) -> None:
        if value == ANY:
            raise InvalidValueError("medium", value, "must be one channel", "ask for each of them")

    @property
    def allowed(self) -> bool:
        """Whether the contact is allowed; without a consent it never is."""
        return self.consent is not None and self.consent.granted

    @property
    def reason(self) -> str:
        """What decided, as a clause."""
        if self.consent is None:
            return f"no consent covers {self.medium}/{self.purpose}: denied by default"
        return str(self.consent)

    def sheet(self) -> Sheet:
        """Return the answer and its reason as they are shown."""
        return Sheet(title=f"{self.medium}/{self.purpose}: {self._answer}", notes=(self.reason,))

    def explain(self) -> Explanation:
        """Return the consent that decided, and those that did not."""
        return Explanation(
            figure="may_contact",
            answer=self._answer,
            formula=FORMULA,
            source=SOURCE,
            inputs={"channel": self.medium, "purpose": self.purpose, "decided by": self.reason},
            left_out=tuple(f"{one}: {self._why_not(one)}" for one in self.others),
        )

    @property
    def _answer(self) -> str:
        return "allowed" if self.allowed else "denied"

    def _why_not(self, other: Consent) -> str:
        same = self.consent is not None and other.since == self.consent.since
        return "said at the same moment" if same else "said earlier"


def consents_of(matters: Mapping[str, Matter]) -> tuple[Consent, ...]:
    """Return what a customer last said about each channel and purpose, in order of both.

    Args:
        matters: Those of a summary or a tally; words other than "consent/…" are passed over.
    """
    return tuple(_consents(matters))


def _consents(matters: Mapping[str, Matter]) -> Iterator[Consent]:
    for word, matter in sorted(matters.items()):
        kind, _, scope = word.partition("/")
        at, asked = matter.latest_asked
        if kind == _WORD and at is not None:
            medium, _, purpose = scope.partition("/")
            granted = matter.latest_yes.total == asked
            yield Consent(medium=medium, purpose=purpose, granted=granted, since=moment(at))


def may_contact(matters: Mapping[str, Matter], medium: str, purpose: str) -> Permission:
    """Return whether a customer may be contacted by a channel for a purpose.

    Args:
        matters: Those of a summary or a tally, as of the moment of the contact.
        medium: The channel ("email").
        purpose: A ``Purpose``.

    Raises:
        InvalidValueError: ``medium`` is "any" or no word, or ``purpose`` is not a ``Purpose``.
    """
    return permission_of(consents_of(matters), medium, purpose)


def permission_of(consents: Iterable[Consent], medium: str, purpose: str) -> Permission:
    """Return what consents say about one channel and purpose.

    Args:
        consents: In any order; several may be about the same channel and purpose.
        medium: The channel ("email").
        purpose: A ``Purpose``.

    Raises:
        InvalidValueError: ``medium`` is "any" or no word, or ``purpose`` is not a ``Purpose``.
    """
    covering = decisive_first(consents, medium, purpose)
    return Permission(
        medium=medium,
        purpose=Purpose(purpose),
        consent=covering[0] if covering else None,
        others=tuple(covering[1:]),
    )


def decisive_first(consents: Iterable[Consent], medium: str, purpose: str) -> list[Consent]:
    """Return those that cover a contact: the latest first, at one moment the denials first."""
    covering = {one for one in consents if one.covers(medium, purpose)}
    named = sorted(covering, key=lambda one: (one.granted, one.medium, one.purpose))
    return sorted(named, key=lambda one: one.since, reverse=True)


def strictest(*records: Iterable[Consent]) -> tuple[Consent, ...]:
    """Return what holds for a person whose records are merged: a no on any record is a no.

    A record that is silent about a contact neither allows nor forbids it. Give each record
    as it was at the merge: what the person says later is later, and decides.

    Args:
        *records: The consents of each record.

    Returns:
        A consent per channel and purpose that any record names, in every combination, since
        a no for a channel and a yes for a purpose meet where none of the records looked.
    """
    sides = [tuple(record) for record in records]
    said = [one for side in sides for one in side]
    media, purposes = {one.medium for one in said}, {one.purpose for one in said}
    found = (_joint(sides, medium, p) for medium in sorted(media) for p in sorted(purposes))
    return tuple(one for one in found if one is not None)


def _joint(sides: list[tuple[Consent, ...]], medium: str, purpose: str) -> Consent | None:
    """What all records say together about a channel and purpose; None where all are silent.

    It holds since the latest of them, so that a no outlives another record's later yes.
    """
    rulings = [decisive_first(side, medium, purpose) for side in sides]
    deciding = [ruling[0] for ruling in rulings if ruling]
    if not deciding:
        return None
    return Consent(
        medium=medium,
        purpose=purpose,
        granted=all(one.granted for one in deciding),
        since=max(one.since for one in deciding),
    )
