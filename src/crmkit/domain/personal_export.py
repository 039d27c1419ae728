"""Everything about one person, as data that machines and people read.

    ids            every id of the person, the one that stands for all of them first
    records        what is known of them, each record under its own id
    aliases        which ids are one person, since when, and why
    acts_for       the organisations of whose people they are one
    interactions   all that happened with them, each as ``crmkit.adapters.wire`` writes it:
                   ``from_plain`` reads it back. Of several revisions the one that counts.
                   Whom they brought is "another customer", as in aliases that were undone:
                   the ids of others are not theirs (article 15(4)).
    consents       every change of what they allowed or forbade, with the proof
    sources        the systems that their facts come from, with how many
    judgements     what was derived of them and how: formula, inputs, model
    register       what each field is kept for, and what an erasure does with it
    holders        what the shop holds elsewhere

It answers articles 15 and 20 of Regulation (EU) 2016/679 (GDPR).
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import asdict, evolve, field, frozen

from crmkit.domain.aliases import Alias
from crmkit.domain.explanation import Explanation
from crmkit.domain.interactions import Interaction, Referral
from crmkit.domain.mapping import FrozenMapping, frozen_mapping, thawed
from crmkit.domain.personal_fields import PersonalField
from crmkit.domain.sheet import Sheet, Shown
from crmkit.domain.times import utc

__all__ = [
    "EXPORT_SCHEMA",
    "PersonalExport",
    "alias_data",
    "as_data",
    "counted_sources",
    "lines_about",
    "unnamed",
]

#: The version of the form of an export.
EXPORT_SCHEMA = 1
#: Stands for whoever is somebody else.
OTHER = "another customer"


@frozen(kw_only=True)
class PersonalExport(Shown):
    """Everything about one person. What is shown of it names only how much there is.

    Attributes:
        customer_id: The id that stands for all of the person's.
        shop_id: The shop.
        as_of: When it was made, in UTC.
        sections: The parts, by name, as plain data.
        notes: What the reader must know beside it.
    """

    customer_id: str
    shop_id: str
    as_of: datetime = field(converter=utc)
    sections: FrozenMapping = field(converter=frozen_mapping, repr=False, hash=False)
    notes: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain dicts and lists."""
        head = {
            "schema": EXPORT_SCHEMA,
            "shop_id": self.shop_id,
            "customer_id": self.customer_id,
            "as_of": self.as_of.isoformat(),
            "notes": list(self.notes),
        }
        parts: dict[str, Any] = thawed(self.sections)
        return {**head, **parts}

    def to_json(self) -> str:
        """Return it as JSON, indented."""
        return json.dumps(self.to_plain(), ensure_ascii=False, allow_nan=False, indent=2)

    def sheet(self) -> Sheet:
        """Return how much there is of each part."""
        return Sheet(
            title=f"export of {self.customer_id} as of {self.as_of:%Y-%m-%d %H:%M} UTC",
            rows=tuple((name, f"{len(part):,}") for name, part in self.sections.items()),
            notes=self.notes,
        )


def as_data(one: Explanation | PersonalField) -> dict[str, Any]:
    """Return an explanation, with its parts, or a line of the register as plain data."""
    if isinstance(one, PersonalField):
        return {name: str(value) for name, value in asdict(one).items()}
    told: dict[str, Any] = {
        "figure": one.figure,
        "answer": one.answer,
        "formula": one.formula,
        "source": one.source,
        "inputs": [list(pair) for pair in one.inputs],
        "coverage": one.coverage,
        "left_out": list(one.left_out),
        "model": one.model,
        "parts": [as_data(part) for part in one.parts],
    }
    return {name: value for name, value in told.items() if value}


def counted_sources(history: Sequence[Interaction]) -> Mapping[str, int]:
    """Return how many facts come from each source."""
    sources = sorted({one.source for one in history})
    return {source: sum(one.source == source for one in history) for source in sources}


def lines_about(lines: Iterable[Alias], ids: Collection[str]) -> Iterator[Alias]:
    """Yield the lines that tell of a person, and those that undo them."""
    stood_for: dict[str, str | None] = {}
    for line in lines:
        named = line.stands_for or stood_for.get(line.customer_id)
        stood_for[line.customer_id] = line.stands_for
        if line.customer_id in ids or named in ids:
            yield line


def alias_data(line: Alias, ids: Collection[str]) -> dict[str, Any]:
    """Return a line as plain data, without somebody else who was once taken for the person."""
    names = {"customer_id": line.customer_id, "stands_for": line.stands_for}
    told = {name: one if one is None or one in ids else OTHER for name, one in names.items()}
    evidence = None if OTHER in told.values() else line.evidence
    return {**told, "recorded_at": line.recorded_at.isoformat(), "evidence": evidence}


def unnamed(one: Interaction) -> Interaction:
    """Return an interaction without the id of whom the person has brought."""
    return evolve(one, referred_id=OTHER) if isinstance(one, Referral) else one
