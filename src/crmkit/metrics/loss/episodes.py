"""A stretch of a customer's time under one and the same exposure: the input of a hazard ratio.

A life during which something befalls a customer is cut at that moment: unexposed before it,
exposed after. So the time that somebody had to stay in order to be exposed at all is never
counted as time that the exposure gave them (immortal time).
"""

from collections.abc import Hashable, Iterable
from typing import Any

from attrs import evolve, field, frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import checked_number

__all__ = ["Episode", "exposed_from"]


def _time(_instance: object, attribute: Any, value: float) -> None:
    checked_number(value, attribute.name)


def _yes_or_no(_instance: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, bool):
        raise InvalidValueError(attribute.name, value, "must be True or False")


def _names(value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        raise InvalidValueError("exposures", value, "must be several names", f"write {{{value!r}}}")
    return frozenset(value)


@frozen
class Episode:
    """A customer watched from one moment to another, unchanged.

    Attributes:
        start: When the watching began, in any unit; they are at risk after it.
        stop: When it ended, later than the start; they are at risk up to and including it.
        left: Whether they left at ``stop``.
        exposures: What they were exposed to all that time, by name.
        who: The customer, where they have several episodes; None is a customer of its own.
    """

    start: float = field(validator=_time)
    stop: float = field(validator=_time)
    left: bool = field(validator=_yes_or_no)
    exposures: frozenset[str] = field(default=frozenset(), converter=_names)
    who: Hashable = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.start < self.stop:
            rule = f"must be later than the start, which is {self.start:g}"
            raise InvalidValueError("stop", self.stop, rule)

    @property
    def time(self) -> float:
        """How long it lasted."""
        return self.stop - self.start


def exposed_from(episode: Episode, at: float, exposures: Iterable[str]) -> tuple[Episode, ...]:
    """Return a life as it was before something befell the customer, and after.

    Args:
        episode: The life, or a part of it.
        at: When it happened, in the episode's unit; at or before the start it holds for the
            whole, at or after the stop for nothing.
        exposures: What it is called; added to what there was.

    >>> [one.time for one in exposed_from(Episode(0, 10, True), 4, {"complaint"})]
    [4, 6]
    """
    more = episode.exposures | _names(exposures)
    if at >= episode.stop:
        return (episode,)
    if at <= episode.start:
        return (evolve(episode, exposures=more),)
    before = evolve(episode, stop=at, left=False)
    return before, evolve(episode, start=at, exposures=more)
