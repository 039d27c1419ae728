"""Events: what a store tells others of what it kept, in the order in which it kept it.

An event names what changed and holds nothing personal but ids: whoever wants to know more
asks the base. It is written in the transaction of what it tells of (a transactional outbox)
and is delivered at least once; its id tells a second delivery from a second event.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from crmkit.domain.mapping import EMPTY, frozen_mapping
from crmkit.domain.times import utc
from crmkit.domain.validators import named, whole
from crmkit.domain.words import Word

__all__ = ["Event", "EventType", "new_event_id"]


def new_event_id() -> str:
    """Return the id of a new event: 16 random bytes, as hex."""
    return secrets.token_hex(16)


class EventType(Word):
    """What an event tells of."""

    RECORDED = "interaction.recorded"
    CUSTOMER_CHANGED = "customer.changed"
    MERGED = "customer.merged"
    UNMERGED = "customer.unmerged"
    ERASED = "customer.erased"


@frozen(kw_only=True)
class Event:
    """One thing that changed.

    Attributes:
        position: Its place among the shop's events, from 1 on, without gaps that fill later.
        id: Unique; the same in every delivery of this event.
        type: What it tells of.
        recorded_at: When it was kept, in UTC.
        customer_id: Whom it is about; the pseudonym where they were erased.
        data: What names the change: of an interaction its kind, source, id, revision and
            time; of a merge who stands for whom.
    """

    position: int = field(validator=whole(1))
    id: str = field(validator=named)
    type: EventType = field(converter=EventType)
    recorded_at: datetime = field(converter=utc)
    customer_id: str = field(validator=named)
    data: Mapping[str, Any] = field(default=EMPTY, converter=frozen_mapping, hash=False)
