"""The consent ledger: every word a customer has said about being contacted, with its proof.

The ledger is read off the facts each time; facts are only ever added, so what it has shown once
it shows for ever. It holds the denials that a merge leaves (source ``crmkit.merge``). What
a fact said before it was superseded by a higher revision is read with ``known_at``.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import field, frozen

from crmkit.domain.consent import Consent, Permission, permission_of
from crmkit.domain.interactions import ConsentChanged, Interaction
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import utc

__all__ = ["ConsentLedger", "ConsentLine", "ledger_of"]


@frozen(kw_only=True)
class ConsentLine:
    """One line of the ledger: what was said, when, and how it can be proved.

    Attributes:
        at: When it was said, in UTC.
        medium: By which channel; "any" for all of them.
        purpose: For what; "any" for all purposes.
        granted: Whether it is allowed from then on.
        evidence: Where it can be proved; None where nothing was put down.
        source: Who reported it.
        id: Its id there.
        revision: Which wording of it is read: 0 for the first.
        channel: Where it was said, if known.
        staff_id: Who took it down, if known.
    """

    at: datetime
    medium: str
    purpose: str
    granted: bool
    evidence: str | None = field(repr=False)
    source: str
    id: str
    revision: int
    channel: str | None
    staff_id: str | None

    @property
    def consent(self) -> Consent:
        """What was said, as it is weighed against the rest."""
        return Consent(
            medium=self.medium, purpose=self.purpose, granted=self.granted, since=self.at
        )

    def to_row(self) -> dict[str, Any]:
        """Return the line as plain data, ready for JSON."""
        return {
            "at": self.at.isoformat(timespec="microseconds"),
            "medium": self.medium,
            "purpose": self.purpose,
            "granted": self.granted,
            "evidence": self.evidence,
            "source": self.source,
            "id": self.id,
            "revision": self.revision,
            "channel": self.channel,
            "staff_id": self.staff_id,
        }


@frozen(kw_only=True)
class ConsentLedger(Shown):
    """Every change of a customer's consents, the earliest first.

    Attributes:
        customer_id: Whose.
        lines: By (at, source, id).
    """

    customer_id: str
    lines: tuple[ConsentLine, ...] = ()

    def permission(self, medium: str, purpose: str, *, at: datetime) -> Permission:
        """Return whether a contact was allowed at a moment, by what had been said until then.

        Args:
            medium: The channel ("email").
            purpose: A ``Purpose``.
            at: The moment; what was said at it counts.

        Raises:
            InvalidValueError: ``medium`` is "any" or no word, or ``purpose`` no ``Purpose``.
        """
        until = utc(at)
        said = (one.consent for one in self.lines if one.at <= until)
        return permission_of(said, medium, purpose)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the proof as plain data, ready for JSON, one row per line."""
        return [{"customer_id": self.customer_id, **one.to_row()} for one in self.lines]

    def sheet(self) -> Sheet:
        """Return the lines as they are shown; the evidence is in ``to_rows``."""
        silent = () if self.lines else ("nothing was ever said: every contact is denied",)
        return Sheet(
            title=f"consents of {self.customer_id}: {len(self.lines):,} changes",
            rows=tuple((f"{one.at:%Y-%m-%d %H:%M} UTC", _told(one)) for one in self.lines),
            notes=silent,
        )


def _told(one: ConsentLine) -> str:
    said = "granted" if one.granted else "denied"
    proof = "with evidence" if one.evidence else "without evidence"
    return f"{one.medium}/{one.purpose} {said}, {one.source}/{one.id} r{one.revision}, {proof}"


def ledger_of(customer_id: str, history: Iterable[Interaction]) -> ConsentLedger:
    """Return the ledger of a customer.

    Args:
        customer_id: Whose.
        history: All that happened with them, in order.
    """
    lines = tuple(_line(one) for one in history if isinstance(one, ConsentChanged))
    return ConsentLedger(customer_id=customer_id, lines=lines)


def _line(one: ConsentChanged) -> ConsentLine:
    return ConsentLine(
        at=one.at,
        medium=one.medium,
        purpose=one.purpose,
        granted=one.granted,
        evidence=one.evidence,
        source=one.source,
        id=one.id,
        revision=one.revision,
        channel=one.channel,
        staff_id=one.staff_id,
    )
