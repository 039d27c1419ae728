"""A whole base read as of a moment, and kept for the next question about the same facts."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from attrs import define, field

from crmkit.domain.facts import Fact
from crmkit.domain.ports import Store, SupportsFacts
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerTally, collect_customers
from crmkit.domain.times import microseconds, utc_if_given
from crmkit.profiles import Profiles, profiled

#: How many readings are kept; each holds the sums of every order.
KEPT = 2


@define(slots=False)
class Reading:
    """A whole base as of a moment.

    Attributes:
        shop: Whose policy rules.
        tallies: The sums of every customer and guest.
        as_of_day: The day judged at, days since 1970-01-01.
    """

    shop: Shop
    tallies: dict[str, CustomerTally]
    as_of_day: int

    @cached_property
    def base(self) -> BaseSummary:
        """Everyone's summary."""
        return BaseSummary.read(self.tallies, as_of_day=self.as_of_day)

    @cached_property
    def profiles(self) -> Profiles:
        """Everyone judged; this fits the models."""
        return profiled(self.base, self.shop)


#: What a reading depends on: the last moment that counts, the day, known_at, what is kept.
_Key = tuple[int, int, int | None, int]


@define
class Readings:
    """The readings of one shop's base.

    Attributes:
        store: Where the facts are.
        to: The shop, its zone and rates.
    """

    store: Store
    to: Reporting
    _kept: dict[_Key, Reading] = field(factory=dict, init=False, repr=False)

    def at(self, until: datetime, known_at: datetime | None) -> Reading:
        """Read the base as of a moment, or take the reading made before of the same facts.

        Args:
            until: The last moment that counts, in UTC.
            known_at: Limits the facts to those recorded by then.
        """
        extent, day = self.store.extent(self.to.shop.id), self.to.day(until)
        last = until if extent.last_at is None else min(until, extent.last_at)
        known = None if known_at is None else microseconds(known_at)
        key = (microseconds(last), day, known, extent.kept)
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self._read(microseconds(until), day, known_at)
        return self._kept[key]

    def facts(self, known_at: datetime | None) -> Iterator[Fact]:
        """Yield the flat rows of everybody, from where they are kept or made anew."""
        if known_at is None and isinstance(self.store, SupportsFacts):
            yield from self.store.facts(self.to.shop.id)
            return
        known = utc_if_given(known_at)
        for _, history in self.store.histories(self.to.shop.id, known_at=known):
            yield from facts_of(history, self.to)

    def _read(self, micros: int, day: int, known_at: datetime | None) -> Reading:
        facts = (fact for fact in self.facts(known_at) if fact.at <= micros)
        tallies = collect_customers(facts, tally=CustomerTally)
        return Reading(shop=self.to.shop, tallies=tallies, as_of_day=day)
