"""Where a customer's data come from, on what ground they are kept, and when they vanish.

Data may be lent: rented addresses must be gone at the end of the lease, and any acquisition may
say such a day. From that moment on a record reads as if nothing personal had ever been in it:

    gone     name, identifiers, birthday, language, region, contact points, people, tags,
             attributes, notes: nobody can tell which of them came with the lease
    stays    id, kind, the declared level (the shop's own decision), the version, and the
             acquisition itself: the proof of where the data came from and that they ended

What the customer has bought stays in the books whatever happens to the record, and having bought
does not by itself prolong a lease: data the shop has obtained itself since must be put down as
its own (an ``Acquisition`` of mode "own" with its lawful basis) before the day. ``Expiring``
says who has bought, so that this is not forgotten.

Source of the duties: Regulation (EU) 2016/679 (GDPR), articles 5(1)(e), 6 and 14.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from attrs import evolve, fields, frozen

from crmkit.domain.customer import Acquisition, Customer
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import utc

__all__ = ["Expirations", "Expiring", "expired", "expiring", "lacks_lawful_basis", "vanished"]

#: What a record keeps when its data have expired.
_STAYS = frozenset({"id", "kind", "acquisition", "declared_level", "version"})
_GOES: dict[str, Any] = {
    one.name: one.default for one in fields(Customer) if one.name not in _STAYS
}


def expired(acquisition: Acquisition | None, at: datetime) -> bool:
    """Tell whether data may no longer be kept at a moment; the moment itself is too late."""
    ends = None if acquisition is None else acquisition.expires
    return ends is not None and ends <= utc(at)


def vanished(record: Customer, at: datetime) -> Customer:
    """Return a record as it may be read at a moment: without what has expired by then.

    Args:
        record: As it is kept.
        at: When it is read.

    Returns:
        The record itself where nothing has expired.

    >>> from datetime import UTC
    >>> from crmkit.domain.customer import AcquisitionMode
    >>> lease = Acquisition(mode=AcquisitionMode.RENTED, expires=datetime(2026, 7, 1, tzinfo=UTC))
    >>> ann = Customer(id="c-1", name="Ann", acquisition=lease)
    >>> vanished(ann, datetime(2026, 7, 1, tzinfo=UTC)).name is None
    True
    """
    return evolve(record, **_GOES) if expired(record.acquisition, at) else record


def _held(record: Customer) -> tuple[str, ...]:
    """The names of the fields that would go, of those in which something is."""
    return tuple(name for name, empty in _GOES.items() if getattr(record, name) != empty)


def lacks_lawful_basis(record: Customer) -> bool:
    """Tell whether something personal is kept of somebody and nothing says on what ground."""
    basis = None if record.acquisition is None else record.acquisition.lawful_basis
    return bool(_held(record)) and not (basis or "").strip()


@frozen(kw_only=True)
class Expiring:
    """A record whose data have expired and are still kept.

    Attributes:
        customer_id: Whose.
        acquisition: How the data were come by, and until when.
        fields: The names of the fields that hold something.
        bought: Whether the customer has bought, so that the shop may have data of its own.
    """

    customer_id: str
    acquisition: Acquisition
    fields: tuple[str, ...]
    bought: bool

    def __str__(self) -> str:
        ends = self.acquisition.expires
        day = "" if ends is None else f" expired {ends:%Y-%m-%d %H:%M} UTC"
        said = ", has bought" if self.bought else ""
        return f"{self.acquisition.mode}{day}: {', '.join(self.fields)}{said}"


def expiring(
    records: Iterable[Customer], at: datetime, *, has_bought: Callable[[str], bool]
) -> Iterator[Expiring]:
    """Yield the records whose data have expired by a moment, in the order they are given.

    Args:
        records: As they are kept.
        at: The moment.
        has_bought: Tells by customer id.
    """
    for one in records:
        held = _held(one) if expired(one.acquisition, at) else ()
        if held and one.acquisition is not None:
            yield Expiring(
                customer_id=one.id,
                acquisition=one.acquisition,
                fields=held,
                bought=has_bought(one.id),
            )


@frozen(kw_only=True)
class Expirations(Shown):
    """The records whose data have expired, and whether they were stripped now.

    Attributes:
        at: The moment judged at, in UTC.
        rows: The records, by customer id.
        dropped: Whether their personal fields are gone for good; False in a dry run.
    """

    at: datetime
    rows: tuple[Expiring, ...]
    dropped: bool = False

    def sheet(self) -> Sheet:
        """Return who it is about and what goes, as it is shown."""
        done = "are gone for good" if self.dropped else "are still kept (dry run)"
        return Sheet(
            title=f"expired by {self.at:%Y-%m-%d %H:%M} UTC: {len(self.rows):,} records",
            rows=tuple((one.customer_id, one) for one in self.rows),
            notes=(f"their personal fields {done}; orders stay in the books",) if self.rows else (),
        )
