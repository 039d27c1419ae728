"""What customers may ask of their data: all of it, or that it is forgotten; and retention."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from attrs import evolve

from crmkit.card import card_of
from crmkit.domain.aliases import Alias
from crmkit.domain.consent_ledger import ledger_of
from crmkit.domain.customer import Customer, is_guest
from crmkit.domain.errors import ErasureKeyError, InvalidValueError
from crmkit.domain.forgetting import is_pseudonym
from crmkit.domain.interactions import Interaction
from crmkit.domain.kept import Erased
from crmkit.domain.personal_export import (
    PersonalExport,
    alias_data,
    as_data,
    counted_sources,
    lines_about,
    unnamed,
)
from crmkit.domain.personal_fields import Holder, personal_fields
from crmkit.domain.persons import Persons
from crmkit.domain.retention import (
    Retained,
    RetentionRule,
    RetentionRun,
    is_activity,
    sorted_out,
)
from crmkit.domain.tally import CustomerTally
from crmkit.domain.times import AsOf
from crmkit.opened_base import OpenedBase
from crmkit.readings import Readings

_ONE_REVISION = "of facts that were corrected, the latest revision; earlier ones are not read"
_OF_OTHERS = "referrals of this person by others are facts of those others, and not in it"
_NOT_NAMED = "other customers are not named: what is kept of them is theirs"
_ALWAYS = (_ONE_REVISION, _OF_OTHERS, _NOT_NAMED)
_NO_JUDGEMENT = "nothing was derived: a guest, or somebody with whom nothing has happened"
_OUTSIDE = "what the shop holds outside of crmkit is in it only where a holder was handed in"


class _Kept(NamedTuple):
    """One person: all their ids, the survivor first, and what is kept under them."""

    ids: tuple[str, ...]
    lines: tuple[Alias, ...]
    records: tuple[Customer, ...]
    history: list[Interaction]


class _Days(NamedTuple):
    """The last days of somebody, days since 1970-01-01."""

    first: int | None = None
    active: int | None = None
    order: int | None = None


class KeepingPrivacy(OpenedBase):
    """Keeps what customers may ask of their data."""

    def export(self, customer_id: str, *, holders: Sequence[Holder] = ()) -> PersonalExport:
        """Return everything about one person, under all their ids, as data.

        Args:
            customer_id: Any id of theirs; a guest's too.
            holders: What else of the shop's holds personal data; each adds what it has.

        Raises:
            InvalidValueError: Nothing is kept under the id, or two holders have one name.
        """
        person = self._kept_of(customer_id)
        now = self.clock()
        judged, notes = self._judgements_of(person.ids[0], person.history, now)
        sections = {
            "ids": person.ids,
            **_as_wired(person),
            "acts_for": self._acts_for(person.ids),
            "consents": ledger_of(person.ids[0], person.history).to_rows(),
            "sources": counted_sources(person.history),
            "judgements": judged,
            "register": [as_data(one) for one in personal_fields(self.shop.personal_data)],
            "holders": _held(holders, person.ids),
        }
        return PersonalExport(
            customer_id=person.ids[0],
            shop_id=self.shop.id,
            as_of=now,
            sections=sections,
            notes=(
                _ONE_REVISION,
                _OF_OTHERS,
                _NOT_NAMED,
                *notes,
                *(() if holders else (_OUTSIDE,)),
            ),
        )

    def erase(self, customer_id: str, *, holders: Sequence[Holder] = ()) -> Erased:
        """Forget a person under all their ids; the books stay as they were.

        The shop's own holders come first. If one of them fails, nothing is done in crmkit,
        and the whole is asked for again.

        Args:
            customer_id: Any id of theirs; a guest's too.
            holders: What else of the shop's holds personal data; each forgets them.

        Raises:
            ErasureKeyError: The base was opened without ``erasure_key``.
            InvalidValueError: Nothing is kept under the id, so they may be erased already.
        """
        if self.reporting.erasure_key is None:
            raise ErasureKeyError(self.shop.id, "none was given")
        ids = self._kept_of(customer_id).ids
        for holder in holders:
            holder.erase(ids)
        erased = self.store.erase(self.shop.id, ids[0], erased_at=self.clock())
        self._readings = Readings(self.store, self.reporting)
        self._people = (0, 0), Persons()
        return erased

    def retention(
        self,
        rules: Iterable[RetentionRule],
        *,
        as_of: AsOf | None = None,
        dry_run: bool = True,
        holders: Sequence[Holder] = (),
    ) -> RetentionRun:
        """Return who is due to be forgotten by a shop's rules; and forget them, if told to.

        Everybody is read once, in bulk. Whoever was erased already is passed over.

        Args:
            rules: In the order in which they are asked; the first one that says so counts.
            as_of: The day judged at; only for a dry run, which may look ahead.
            dry_run: Whether only to say who is due.
            holders: As for ``erase``.

        Raises:
            InvalidValueError: Two rules have one name, or ``as_of`` is given and it is no
                dry run.
            ErasureKeyError: The base was opened without ``erasure_key``.
        """
        if as_of is not None and not dry_run:
            raise InvalidValueError(
                "as_of", str(as_of), "must be left out where people are erased", "it is done now"
            )
        until = self._moment(as_of)
        run = sorted_out(tuple(rules), self._retained(until), as_of_day=self.reporting.day(until))
        if dry_run:
            return run
        erased = tuple(self.erase(one.customer_id, holders=holders) for one in run.due)
        return evolve(run, dry_run=False, erased=erased)

    def _kept_of(self, customer_id: str) -> _Kept:
        persons = self._read_persons()
        ids = persons.members(customer_id)
        history = self.store.history(self.shop.id, ids[0])
        records = tuple(one for id_ in ids if (one := self.store.customer(self.shop.id, id_)))
        lines = tuple(lines_about(persons.lines, {*ids}))
        if is_pseudonym(ids[0]) or not (history or records):
            raise InvalidValueError("customer_id", "…", "nothing is kept of anybody under it")
        return _Kept(ids, lines, records, history)

    def _acts_for(self, ids: Sequence[str]) -> list[str]:
        """The organisations of whose people somebody is one."""
        records = self.store.customers(self.shop.id)
        return [one.id for one in records if {*ids} & {*one.people}]

    def _judgements_of(
        self, customer_id: str, history: Sequence[Interaction], now: datetime
    ) -> tuple[list[Any], tuple[str, ...]]:
        """What was derived of a person, and a note where nothing was."""
        if is_guest(customer_id) or not any(one.at <= now for one in history):
            return [], (_NO_JUDGEMENT,)
        dossier = self._dossier(customer_id, now, None)
        card = card_of(dossier, self._fiscal_year(dossier.as_of_day))
        return [as_data(one) for one in card.explain().parts], (f"judged by {card.judged_by}",)

    def _retained(self, until: datetime) -> Iterator[Retained]:
        """Everybody whom a rule may be about, from one reading of all."""
        tallies = self._readings.at(until, None).tallies
        days = self._last_days(until)
        records = self._records_by_survivor()
        for customer_id in sorted({*tallies, *records}):
            if not is_pseudonym(customer_id):
                yield _retained(
                    customer_id,
                    tallies.get(customer_id),
                    days.get(customer_id, _Days()),
                    records.get(customer_id, ()),
                    self._seen(records.get(customer_id, ()), until),
                )

    def _last_days(self, until: datetime) -> Mapping[str, _Days]:
        found: dict[str, _Days] = {}
        for fact in self._readings.until(until, None):
            first, active, order = found.get(fact.customer_id, _Days())
            found[fact.customer_id] = _Days(
                first=fact.day if first is None else min(first, fact.day),
                active=_later(active, fact.day if is_activity(fact) else None),
                order=_later(order, fact.day if fact.kind == "purchase" else None),
            )
        return found

    def _records_by_survivor(self) -> Mapping[str, list[Customer]]:
        persons = self._read_persons()
        found: dict[str, list[Customer]] = defaultdict(list)
        for record in self.store.customers(self.shop.id):
            found[persons.survivor(record.id)].append(record)
        return found

    def _seen(self, records: Iterable[Customer], until: datetime) -> int | None:
        """The last day on which records say that somebody was met."""
        moments = (at for record in records for at in _moments(record) if at <= until)
        last = max(moments, default=None)
        return None if last is None else self.reporting.day(last)


def _as_wired(person: _Kept) -> dict[str, Any]:
    """What is kept of a person, as the wire writes it."""
    from crmkit.adapters import wire

    return {
        "records": [wire.customer_to_plain(one) for one in person.records],
        "aliases": [alias_data(one, {*person.ids}) for one in person.lines],
        "interactions": [wire.to_plain(unnamed(one)) for one in person.history],
    }


def _held(holders: Iterable[Holder], ids: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for holder in holders:
        if holder.name in found:
            raise InvalidValueError("holders", holder.name, "must have names of their own")
        found[holder.name] = holder.export(ids)
    return found


def _retained(
    customer_id: str,
    tally: CustomerTally | None,
    days: _Days,
    records: Iterable[Customer],
    seen: int | None,
) -> Retained:
    """What a rule needs to know of one person."""
    active = _later(days.first if days.active is None else days.active, seen)
    return Retained(
        customer_id=customer_id,
        guest=is_guest(customer_id),
        buyer=tally is not None and tally.buying.orders > 0,
        active_day=active,
        order_day=days.order,
        cases=0 if tally is None else tally.service.open_cases,
        promises=0 if tally is None else tally.keeping.open_promises,
        tags=frozenset(tag for record in records for tag in record.tags),
    )


def _later(day: int | None, other: int | None) -> int | None:
    known = [one for one in (day, other) if one is not None]
    return max(known, default=None)


def _moments(record: Customer) -> Iterator[datetime]:
    """When a record says that somebody was met."""
    for one in record.identifiers:
        yield from (at for at in (one.first_seen, one.last_seen) if at is not None)
    for point in record.contact_points:
        yield from (at for at in (point.valid_from, point.confirmed_at) if at is not None)
