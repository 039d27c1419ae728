"""Forgetting a person in every table, inside one transaction."""

from collections.abc import Iterable, Sequence

from attrs import define

from crmkit.adapters.stores.kit.deriving import derive_person, drop_derived, drop_facts
from crmkit.adapters.stores.kit.outbox import as_text, kept_events
from crmkit.adapters.stores.kit.records import drop_records, kept_customers
from crmkit.adapters.stores.kit.resolving import (
    alias_lines,
    persons_of,
    put_members,
    replace_line,
)
from crmkit.adapters.stores.kit.schema import (
    CUSTOMERS,
    EVENTS,
    INTERACTIONS,
    MEMBERS,
    TOMBSTONES,
)
from crmkit.adapters.stores.kit.tables import EVER, Among, Row, Tables
from crmkit.adapters.stores.kit.tombstones import marks_of
from crmkit.adapters.wire import customer_to_json, from_kept, to_json
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.forgetting import Forgetting, new_token
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.kept import Erased
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import moment

_NAMES = INTERACTIONS.names
_SOURCE, _ID, _WHO, _PAYLOAD = (
    _NAMES.index(name) for name in ("source", "id", "customer_id", "payload")
)
_Id = tuple[str, str]


def _key(row: Row) -> _Id:
    return row[_SOURCE], row[_ID]


@define
class Erasing:
    """One call that erases.

    Attributes:
        tables: The transaction.
        to: The shop.
        erased_at: When, in microseconds.
        members: Every id of the person, the survivor first.
    """

    tables: Tables
    to: Reporting
    erased_at: int
    members: Sequence[str]

    @property
    def _shop(self) -> dict[str, str]:
        return {"shop_id": self.to.shop.id}

    def all(self) -> Erased:
        """Forget the person.

        Raises:
            InvalidValueError: Nothing is kept of them.
            ErasureKeyError: The shop was opened without a key.
        """
        marks = marks_of(self.to)
        rows = self._revisions()
        theirs = sum(row[_WHO] in self.members for row in rows)
        records = self._count_records()
        if not theirs and not records:
            raise InvalidValueError("customer_id", self.members[0], "nothing is kept of it")
        forgetting = Forgetting.of(
            new_token(),
            self.members,
            [from_kept(row[_PAYLOAD]) for row in rows],
            self.to.shop.personal_data.kept_extras,
        )
        others = self._referrals()
        self._rewrite([*rows, *others], forgetting)
        drop_records(self.tables, self.to.shop.id, list(self.members))
        self._rewrite_people(forgetting)
        self._rewrite_lines(forgetting)
        self._rewrite_events(forgetting)
        stones = {*forgetting.marks(marks), marks.check}
        self._mark(stones)
        self._derive([*rows, *others], forgetting)
        return Erased(
            pseudonym=forgetting.pseudonym,
            interactions=theirs,
            records=records,
            referrals=len(others),
            erased_at=moment(self.erased_at),
        )

    def _revisions(self) -> list[Row]:
        """Every revision of every id that has one about the person."""
        own = self._rows({}, Among("customer_id", self.members))
        found = {_key(row): None for row in own}
        every: list[Row] = []
        for source in {source for source, _ in found}:
            ids = [id_ for of, id_ in found if of == source]
            every += self._rows({"source": source}, Among("id", ids))
        return every

    def _rows(self, where: dict[str, str], among: Among | None = None) -> Sequence[Row]:
        return self.tables.read(INTERACTIONS, _NAMES, self._shop | where, among=among)

    def _count_records(self) -> int:
        among = Among("customer_id", self.members)
        return len(self.tables.read(CUSTOMERS, ("version",), self._shop, among=among))

    def _referrals(self) -> list[Row]:
        """Others' referrals to the person, in every revision."""
        rows = self.tables.stream(INTERACTIONS, _NAMES, self._shop | {"kind": Referral.kind})
        return [row for row in rows if row[_WHO] not in self.members and self._refers(row)]

    def _refers(self, row: Row) -> bool:
        one = from_kept(row[_PAYLOAD])
        return isinstance(one, Referral) and one.referred_id in self.members

    def _rewrite(self, rows: Iterable[Row], forgetting: Forgetting) -> None:
        """Put the stripped revisions in place of those that were kept."""
        changed = []
        for row in rows:
            one = from_kept(row[_PAYLOAD])
            stripped = forgetting.stripped(one)
            if stripped is not one:
                self.tables.delete(INTERACTIONS, dict(zip(_NAMES[:4], row[:4], strict=True)))
                changed.append(_rewritten(row, stripped))
        self.tables.insert(INTERACTIONS, changed)

    def _rewrite_people(self, forgetting: Forgetting) -> None:
        """Name the pseudonym where a record says who acts for an organisation."""
        for record in list(kept_customers(self.tables, self.to.shop.id)):
            stripped = forgetting.record(record)
            if stripped is not record:
                values = {"payload": customer_to_json(stripped), "version": stripped.version}
                self.tables.update(CUSTOMERS, values, self._shop | {"customer_id": record.id})

    def _rewrite_lines(self, forgetting: Forgetting) -> None:
        shop_id = self.to.shop.id
        lines = alias_lines(self.tables, shop_id)
        told = forgetting.lines(lines)
        for place, (line, stripped) in enumerate(zip(lines, told, strict=True), start=1):
            if stripped is not line:
                replace_line(self.tables, shop_id, place, stripped)
        self.tables.delete(MEMBERS, self._shop, Among("customer_id", self.members))
        pseudonyms = list(forgetting.people.values())
        theirs = [line for line in told if line.customer_id in pseudonyms]
        put_members(self.tables, shop_id, pseudonyms, theirs)

    def _rewrite_events(self, forgetting: Forgetting) -> None:
        for event in kept_events(self.tables, self.to.shop.id, 0, EVER):
            told = forgetting.event(event)
            if told is not event:
                self.tables.update(
                    EVENTS,
                    {"customer_id": told.customer_id, "data": as_text(dict(told.data))},
                    self._shop | {"position": event.position},
                )

    def _mark(self, stones: Iterable[bytes]) -> None:
        """Keep the hashes; of a person who is erased again, those of the last time."""
        hashes = sorted(stones)
        self.tables.delete(TOMBSTONES, self._shop, Among("hash", hashes))
        shop_id = self.to.shop.id
        self.tables.insert(TOMBSTONES, [(shop_id, each, self.erased_at) for each in hashes])

    def _derive(self, before: Sequence[Row], forgetting: Forgetting) -> None:
        """Derive anew whoever had any of the rows."""
        drop_facts(self.tables, self.to.shop.id, {_key(row) for row in before})
        for member in self.members:
            drop_derived(self.tables, self.to.shop.id, member)
        whose = {forgetting.people.get(row[_WHO], row[_WHO]) for row in before}
        persons = persons_of(self.tables, self.to.shop.id, sorted(whose))
        heads = {persons.get(one, one) for one in whose} | {forgetting.pseudonym}
        for survivor in sorted(heads):
            derive_person(self.tables, self.to, survivor)


def _rewritten(row: Row, stripped: Interaction) -> Row:
    now = dict(zip(_NAMES, row, strict=True))
    now |= {"id": stripped.id, "customer_id": stripped.customer_id, "payload": to_json(stripped)}
    return tuple(now.values())
