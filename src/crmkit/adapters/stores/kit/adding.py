"""Adding interactions: what is known, what is in conflict, what was erased, what is kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from attrs import define, evolve, field

from crmkit.adapters.stores.kit.deriving import (
    LINKING,
    chunks,
    derive_person,
    drop_facts,
    link_anew,
)
from crmkit.adapters.stores.kit.outbox import Outbox
from crmkit.adapters.stores.kit.resolving import any_members, persons_of
from crmkit.adapters.stores.kit.schema import EVENTS, FACTS, INTERACTIONS
from crmkit.adapters.stores.kit.tables import Among, Row, Tables
from crmkit.adapters.stores.kit.tombstones import Erasures, Tombstones
from crmkit.adapters.wire import from_kept, to_json
from crmkit.domain.collector import collector_paused
from crmkit.domain.errors import ErasedError, InvalidValueError, StoreConflictError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction, Referral, Return
from crmkit.domain.joining import check_source, read_under
from crmkit.domain.kept import Added, Refusal
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import microseconds

_Id = tuple[str, str]

_OF_REVISIONS = ("id", "revision", "customer_id", "kind", "at", "payload")
_AT = -2


class _Revision(NamedTuple):
    customer_id: str
    kind: str
    at: int
    payload: str


# What the class itself does, in a third of the time.
_revision = partial(tuple.__new__, _Revision)

_Kept = dict[_Id, dict[int, _Revision]]


@define
class _Judged:
    """A chunk that is to be written.

    Attributes:
        kept: Every revision of its ids, these included.
        read_before: The ids of which something was there before.
        rows: Its rows.
        facts: By id, the flat rows that stand from now on.
    """

    kept: _Kept = field(factory=dict)
    read_before: set[_Id] = field(factory=set)
    rows: list[Row] = field(factory=list)
    facts: dict[_Id, Sequence[Fact]] = field(factory=dict)


@define
class Adding:
    """One call that adds, inside its transaction.

    Attributes:
        tables: The transaction.
        to: The shop.
        recorded_at: When it learnt of the interactions, in microseconds.
        refuse: Collect what cannot be kept instead of raising.
        size: How many interactions are looked up and written at a time.
        outbox: Takes the events, where the shop publishes.
    """

    tables: Tables
    to: Reporting
    recorded_at: int
    refuse: bool
    size: int
    outbox: Outbox
    latest: int | None = None
    accepted: int = 0
    _known: int = 0
    _refused: list[Refusal] = field(factory=list)
    _changed: dict[str, int] = field(factory=dict)
    _whole: set[str] = field(factory=set)
    _tombstones: Tombstones = field(init=False)
    _merged: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._tombstones = Tombstones.of(self.tables, self.to)
        self._merged = any_members(self.tables, self.to.shop.id)

    def all(self, interactions: Iterable[Interaction]) -> Added:
        """Add interactions a chunk at a time, then derive what each customer's change asks for.

        A chunk is written once the next one was looked up: so a database may keep the one
        while the other is judged, and look the next one up while its texts are made.
        """
        judged = _Judged()
        for chunk in chunks(interactions, self.size):
            with collector_paused():
                found = self._look_up(chunk, judged.kept)
                texts = [_text(one) for one in chunk]
                kept = self._kept(chunk, judged.kept, found)
                persons = self._persons_of(chunk, kept)
                erased = self._tombstones.among(chunk)
                self._keep(judged)
                judged = self._judged_all(zip(chunk, texts, strict=True), kept, persons, erased)
        self._keep(judged)
        with collector_paused():
            link_anew(self.tables, self.to, self._changed, self.size)
        for survivor in sorted(self._whole):
            derive_person(self.tables, self.to, survivor)
        return Added(accepted=self.accepted, known=self._known, refused=tuple(self._refused))

    def _judged_all(
        self,
        chunk: Iterable[tuple[Interaction, str | None]],
        kept: _Kept,
        persons: Mapping[str, str],
        erased: Erasures,
    ) -> _Judged:
        """What of a chunk and its texts is to be written."""
        judged = _Judged(kept, read_before=set(kept))
        for one, text in chunk:
            try:
                self._judge(one, text or to_json(one), judged, persons, erased)
            except (InvalidValueError, StoreConflictError, ErasedError) as error:
                if not self.refuse:
                    raise
                self._refused.append(Refusal(one, error))
        return judged

    def _judge(
        self,
        one: Interaction,
        payload: str,
        judged: _Judged,
        persons: Mapping[str, str],
        erased: Erasures,
    ) -> None:
        """Put an interaction among what is to be written, if it is not kept already."""
        source, id_, revision, customer_id = one.source, one.id, one.revision, one.customer_id
        key = (source, id_)
        revisions = judged.kept[key]
        if revision in revisions:
            self._check_same(one, payload, revisions[revision].payload, erased)
            self._known += 1
            return
        check_source(one)
        erased.check(one)
        read = read_under(one, persons) if persons else one
        facts = () if read is None else _rows_of(read, self.to)
        new = _revision((customer_id, one.kind, microseconds(one.at), payload))
        judged.rows.append((self.to.shop.id, source, id_, revision, self.recorded_at, *new))
        if not revisions or self._supersedes(revision, revisions, persons):
            self._change(new, persons)
            # Returns get theirs when they are linked, people when they are derived.
            judged.facts[key] = () if customer_id in persons else facts
        revisions[revision] = new
        self.outbox.recorded(one)

    def _keep(self, judged: _Judged) -> None:
        rows, facts = judged.rows, judged.facts
        if not rows:
            return
        drop_facts(self.tables, self.to.shop.id, facts.keys() & judged.read_before)
        flat = [row for theirs in facts.values() for row in theirs]
        self.tables.insert_all({INTERACTIONS: rows, FACTS: flat, EVENTS: self.outbox.taken()})
        self.accepted += len(rows)
        latest = max(map(itemgetter(_AT), rows))
        self.latest = latest if self.latest is None else max(latest, self.latest)

    def _look_up(self, chunk: list[Interaction], before: _Kept) -> dict[str, Iterable[Row]]:
        """By source, the kept revisions of the ids in ``chunk``, but for those in ``before``."""
        ids: dict[str, list[str]] = defaultdict(list)
        for source, id_ in dict.fromkeys([(one.source, one.id) for one in chunk]):
            if (source, id_) not in before:
                ids[source].append(id_)
        shop = {"shop_id": self.to.shop.id}
        return {
            source: self.tables.read(
                INTERACTIONS, _OF_REVISIONS, shop | {"source": source}, among=Among("id", theirs)
            )
            for source, theirs in ids.items()
        }

    def _kept(
        self, chunk: list[Interaction], before: _Kept, found: Mapping[str, Iterable[Row]]
    ) -> _Kept:
        """Every revision of the ids in ``chunk``: found, or not written yet, in ``before``."""
        kept: _Kept = defaultdict(dict)
        for source, rows in found.items():
            for id_, revision, *rest in rows:
                kept[source, id_][revision] = _Revision(*rest)
        for one in chunk if before else ():
            key = (one.source, one.id)
            if key in before:
                kept[key] = before[key]
        return kept

    def _persons_of(self, chunk: list[Interaction], kept: _Kept) -> Mapping[str, str]:
        """Who the customers of ``chunk``, and of what it supersedes, are read as."""
        if not self._merged:
            return {}
        ids = {one.customer_id for one in chunk}
        ids |= {one.referred_id for one in chunk if isinstance(one, Referral)}
        ids |= {each.customer_id for theirs in kept.values() for each in theirs.values()}
        return persons_of(self.tables, self.to.shop.id, sorted(ids))

    def _check_same(self, one: Interaction, payload: str, kept: str, erased: Erasures) -> None:
        """Refuse what is not what is kept under its revision."""
        if kept != payload and not _same(one, from_kept(kept), erased):
            erased.check(one)
            raise StoreConflictError(one.source, one.id, one.revision)

    def _supersedes(
        self, revision: int, revisions: Mapping[int, _Revision], persons: Mapping[str, str]
    ) -> bool:
        """Tell whether a revision is to be read instead of others; note whom that changes."""
        highest = max(revisions)
        if highest > revision:
            return False
        self._change(revisions[highest], persons)
        return True

    def _change(self, of: _Revision, persons: Mapping[str, str]) -> None:
        """Note who is to be derived: a whole person, or a customer's links since a moment."""
        if of.customer_id in persons:
            self._whole.add(persons[of.customer_id])
        elif of.kind in LINKING:
            since = self._changed.get(of.customer_id)
            if since is None or of.at < since:
                self._changed[of.customer_id] = of.at


def _text(one: Interaction) -> str | None:
    """The text of an interaction; None where it has none, which is told when it is judged."""
    try:
        return to_json(one)
    except InvalidValueError:
        return None


def _rows_of(one: Interaction, to: Reporting) -> Sequence[Fact]:
    """The flat rows of what is kept; returns get theirs when they are linked."""
    if not isinstance(one, Return):
        return one.facts(to)
    # What would forbid them, forbids them now.
    if one.currency == to.shop.currency:
        to.day(one.at)
    else:
        one.facts(to)
    return ()


def _same(one: Interaction, kept: Interaction, erased: Erasures) -> bool:
    """Tell whether what is kept is ``one``, or ``one`` without a person who was erased."""
    if kept == one:
        return True
    return (
        isinstance(one, Referral)
        and isinstance(kept, Referral)
        and one.customer_id == kept.customer_id
        and erased.names(one.referred_id)
        and evolve(one, referred_id=kept.referred_id) == kept
    )
