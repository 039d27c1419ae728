"""How the SQLite store adds interactions: many at a time, each judged against what is kept."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from attrs import define, field

from crmkit.adapters.stores._derived import (
    CHUNK,
    LINKING,
    chunks,
    drop_facts,
    link_anew,
    padded,
    put_facts,
)
from crmkit.adapters.wire import from_json, to_json
from crmkit.domain.errors import InvalidValueError, StoreConflictError
from crmkit.domain.facts import Fact
from crmkit.domain.interactions import Interaction, Return
from crmkit.domain.ports import Added, Refusal
from crmkit.domain.reporting import Reporting
from crmkit.domain.times import microseconds

_KEPT = f"""
    SELECT id, revision, customer_id, kind, at, payload FROM crmkit_interactions
    WHERE shop_id = ? AND source = ? AND id IN ({", ".join("?" * CHUNK)})"""  # noqa: S608
_PUT = "INSERT INTO crmkit_interactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

_AT = -2
_GROWN = """
    UPDATE crmkit_shops SET kept = kept + :more, last_at = MAX(COALESCE(last_at, :at), :at)
    WHERE shop_id = :shop"""

_Id = tuple[str, str]


class _Revision(NamedTuple):
    customer_id: str
    kind: str
    at: int
    payload: str


_Kept = dict[_Id, dict[int, _Revision]]


@define
class Adding:
    """One call that adds, inside its transaction.

    Attributes:
        cursor: Writes.
        to: The shop.
        recorded_at: When it learnt of the interactions, in microseconds.
        refuse: Collect what cannot be kept instead of raising.
    """

    cursor: sqlite3.Cursor
    to: Reporting
    recorded_at: int
    refuse: bool
    _accepted: int = 0
    _known: int = 0
    _refused: list[Refusal] = field(factory=list)
    _changed: dict[str, int] = field(factory=dict)

    def all(self, interactions: Iterable[Interaction]) -> Added:
        """Add interactions a chunk at a time, then link returns once per customer."""
        for chunk in chunks(interactions):
            self._add(chunk)
        link_anew(self.cursor, self.to, self._changed)
        return Added(accepted=self._accepted, known=self._known, refused=tuple(self._refused))

    def _add(self, chunk: list[Interaction]) -> None:
        kept = self._kept(chunk)
        read_before = set(kept)
        rows = []
        facts: dict[_Id, list[Fact]] = {}
        for one in chunk:
            key = (one.source, one.id)
            judged = self._judged(one, kept[key])
            if judged is None:
                continue
            payload, theirs = judged
            rows.append(self._row(one, payload))
            self._supersedes(one, kept[key], facts, theirs)
            at = microseconds(one.at)
            kept[key][one.revision] = _Revision(one.customer_id, one.kind, at, payload)
        self.cursor.executemany(_PUT, rows)
        drop_facts(self.cursor, self.to.shop.id, facts.keys() & read_before)
        put_facts(self.cursor, (row for theirs in facts.values() for row in theirs))
        if rows:
            self._accepted += len(rows)
            latest = max(row[_AT] for row in rows)
            self.cursor.execute(_GROWN, {"shop": self.to.shop.id, "more": len(rows), "at": latest})

    def _kept(self, chunk: list[Interaction]) -> _Kept:
        """Every kept revision of the ids in ``chunk``."""
        ids: dict[str, set[str]] = defaultdict(set)
        for one in chunk:
            ids[one.source].add(one.id)
        kept: _Kept = defaultdict(dict)
        for source, theirs in ids.items():
            values = (self.to.shop.id, source, *padded(sorted(theirs)))
            for id_, revision, *rest in self.cursor.execute(_KEPT, values):
                kept[source, id_][revision] = _Revision(*rest)
        return kept

    def _judged(
        self, one: Interaction, revisions: dict[int, _Revision]
    ) -> tuple[str, list[Fact]] | None:
        """The text and the rows of what is to be kept; None for what is known or refused."""
        try:
            return self._new(one, revisions.get(one.revision))
        except (InvalidValueError, StoreConflictError) as error:
            if not self.refuse:
                raise
            self._refused.append(Refusal(one, error))
        return None

    def _new(self, one: Interaction, have: _Revision | None) -> tuple[str, list[Fact]] | None:
        payload = to_json(one)
        if have is None:
            return payload, one.facts(self.to)
        if have.payload != payload and from_json(have.payload) != one:
            raise StoreConflictError(one.source, one.id, one.revision)
        self._known += 1
        return None

    def _row(self, one: Interaction, payload: str) -> tuple[Any, ...]:
        at = microseconds(one.at)
        leading = (self.to.shop.id, one.source, one.id, one.revision, self.recorded_at)
        return *leading, one.customer_id, one.kind, at, payload

    def _supersedes(
        self,
        one: Interaction,
        revisions: dict[int, _Revision],
        facts: dict[_Id, list[Fact]],
        theirs: list[Fact],
    ) -> None:
        """Note what changes if ``one`` is the revision to be read from now on."""
        highest = max(revisions, default=None)
        if highest is not None and highest > one.revision:
            return
        # The rows of returns are written when they are linked.
        facts[one.source, one.id] = [] if isinstance(one, Return) else theirs
        self._change(one.kind, one.customer_id, microseconds(one.at))
        if highest is not None:
            before = revisions[highest]
            self._change(before.kind, before.customer_id, before.at)

    def _change(self, kind: str, customer_id: str, at: int) -> None:
        """Note since when a customer's links may have changed."""
        if kind in LINKING:
            self._changed[customer_id] = min(at, self._changed.get(customer_id, at))
