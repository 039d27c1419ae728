"""What happened, told to others: subscribers of the outbox.

A store leaves an event in the transaction of what it tells of, where the shop publishes. Each
subscriber takes them in their order, from a position of its own; the position is kept after
the subscriber is done with an event, so that every event arrives at least once. One that
comes a second time has the same id. Let one process at a time deliver to a subscriber.
"""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.events import Event, EventType
from crmkit.domain.interactions import Interaction
from crmkit.opened_base import OpenedBase

__all__ = ["Delivered", "KeepingEvents"]

#: Events read from the store at once.
_PAGE = 1000


@frozen(kw_only=True)
class Delivered:
    """What became of the events that waited for a subscriber.

    Attributes:
        count: Events that were taken.
        position: Up to where the subscriber has taken events now.
        failed: The event at which it stopped, which comes first next time; None where
            everything was taken.
        error: What was raised there.
    """

    count: int
    position: int
    failed: Event | None = None
    error: Exception | None = field(default=None, repr=False)

    def __str__(self) -> str:
        stopped = ""
        if self.failed is not None:
            kind = type(self.error).__name__
            stopped = f", stopped at event {self.failed.position:,} by {kind}"
        return f"{self.count:,} events taken, up to {self.position:,}{stopped}"


class KeepingEvents(OpenedBase):
    """Tells others what happened."""

    def events(self, *, after: int = 0, limit: int = _PAGE) -> list[Event]:
        """Return the events behind a position, in their order.

        Args:
            after: A position; 0 for the first that are kept.
            limit: At most how many.
        """
        if limit < 1:
            raise InvalidValueError("limit", limit, "must be 1 or more")
        return self.store.events(self.shop.id, after=after, limit=limit)

    def interaction_of(self, event: Event) -> Interaction | None:
        """Return the interaction that an event tells of, as it is read now.

        That is its highest revision, under the customer who stands for whom it was about.

        Returns:
            None where the event tells of something else, or a later revision moved the
            interaction to another customer.
        """
        if event.type is not EventType.RECORDED:
            return None
        sought = event.data.get("source"), event.data.get("id")
        history = self.store.history(self.shop.id, event.customer_id)
        return next((one for one in history if (one.source, one.id) == sought), None)

    def deliver(
        self,
        subscriber: str,
        handler: Callable[[Event], Any],
        *,
        limit: int | None = None,
        batch: int = 1,
        raise_errors: bool = False,
    ) -> Delivered:
        """Hand a subscriber the events that it has not taken, one after the other.

        It stops at the first event whose handler raises; that event comes first next time.

        Args:
            subscriber: Its name; each has a position of its own, and begins with the first
                event that is kept.
            handler: Called with each event. Returning means that it was taken.
            limit: At most how many events; all by default.
            batch: Keep the position after so many events. With more than one there is less to
                write, and more events come again when the process is killed.
            raise_errors: Raise what the handler raised, once the position is kept.

        Raises:
            InvalidValueError: The shop does not publish.
        """
        self._publishing()
        if batch < 1:
            raise InvalidValueError("batch", batch, "must be 1 or more")
        kept = position = self.store.position(self.shop.id, subscriber)
        count = 0
        failed, error = None, None
        for event in self._waiting(position, limit):
            failed, error = event, _raised(handler, event)
            if error is not None:
                break
            failed, position, count = None, event.position, count + 1
            if count % batch == 0:
                self.store.put_position(self.shop.id, subscriber, position)
                kept = position
        if position != kept:
            self.store.put_position(self.shop.id, subscriber, position)
        if error is not None and raise_errors:
            raise error
        return Delivered(count=count, position=position, failed=failed, error=error)

    def forget_events(self, *subscribers: str, until: int | None = None) -> int:
        """Drop the events that subscribers have taken, and return how many.

        Args:
            subscribers: Everyone who is still to be told; what any of them has not taken
                stays. Whoever begins later begins with what is left.
            until: A position behind which nothing is dropped, whoever took it.

        Raises:
            InvalidValueError: Neither a subscriber nor a position is given.
        """
        ends = [self.store.position(self.shop.id, one) for one in subscribers]
        if until is not None:
            ends.append(until)
        if not ends:
            raise InvalidValueError(
                "subscribers", (), "must name everyone who is to be told", "or say until="
            )
        return self.store.drop_events(self.shop.id, min(ends))

    def _waiting(self, position: int, limit: int | None) -> Iterator[Event]:
        """The events behind a position, a page at a time."""
        left = limit
        while left is None or left > 0:
            page = self.events(after=position, limit=_PAGE if left is None else min(_PAGE, left))
            yield from page
            if not page:
                return
            position = page[-1].position
            left = None if left is None else left - len(page)

    def _publishing(self) -> None:
        if not self.shop.publishes:
            raise InvalidValueError(
                "publishes",
                self.shop.publishes,
                "must be True for events to be kept",
                f"open the base with Shop(id={self.shop.id!r}, ..., publishes=True)",
            )


def _raised(handler: Callable[[Event], Any], event: Event) -> Exception | None:
    """What the handler raises; a value, since what it may raise is the shop's own."""
    try:
        handler(event)
    except Exception as error:  # noqa: BLE001  # nothing about a handler is known here
        return error
    return None
