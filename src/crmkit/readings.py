"""A whole base read as of a moment, and kept for the next question about the same facts."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property

from attrs import define, field

from crmkit.domain.facts import Fact
from crmkit.domain.level import WINDOW_DAYS, has_contacts
from crmkit.domain.ports import Store, SupportsFacts
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.saved_models import SavedModels
from crmkit.domain.shop import Shop
from crmkit.domain.tally import BaseSummary, CustomerSummary, CustomerTally, collect_customers
from crmkit.domain.times import last_day_over, microseconds, utc_if_given
from crmkit.judged import Judged, judged_of
from crmkit.profiles import Profiles, profiled
from crmkit.standards import FindModels, Standards, standards_of

#: How many readings are kept; each holds the sums of every order.
KEPT = 3


@define(slots=False)
class Reading:
    """A whole base as of a moment.

    Attributes:
        shop: Whose policy rules.
        tallies: The sums of every customer and guest.
        as_of_day: The day judged at, days since 1970-01-01.
        read: Reads everybody's facts of some days once more.
        find_standards: Gives what everyone is judged against.
        find_models: Gives the latest models kept up to a day.
    """

    shop: Shop
    tallies: dict[str, CustomerTally]
    as_of_day: int
    read: Callable[[range], Iterator[Fact]] = field(repr=False)
    find_standards: Callable[[], Standards] = field(repr=False)
    find_models: FindModels = field(repr=False)
    _within: dict[range, dict[str, CustomerTally]] = field(factory=dict, init=False, repr=False)

    @cached_property
    def last_at(self) -> int:
        """The latest moment of its facts, microseconds since 1970-01-01 UTC; 0 without any."""
        return max((one.dealings.last_at or 0 for one in self.tallies.values()), default=0)

    @cached_property
    def base(self) -> BaseSummary:
        """Everyone's summary."""
        return BaseSummary.read(self.tallies, as_of_day=self.as_of_day)

    @cached_property
    def own_standards(self) -> Standards:
        """The standards of this base itself."""
        return standards_of(self.base, self.shop, self.find_models)

    @cached_property
    def year(self) -> dict[str, CustomerSummary]:
        """The last year of those with whom the shop ever spoke."""
        people = self.base.customers
        spoken = {customer_id for customer_id, one in people.items() if has_contacts(one)}
        if not spoken:
            return {}
        days = range(self.as_of_day - WINDOW_DAYS + 1, self.as_of_day + 1)
        facts = (fact for fact in self.read(days) if fact.customer_id in spoken)
        return {
            customer_id: CustomerSummary.read(customer_id, tally, as_of_day=self.as_of_day)
            for customer_id, tally in collect_customers(facts).items()
        }

    def within(self, days: range) -> dict[str, CustomerTally]:
        """The sums of every customer and guest over some days, kept for the next question."""
        if days not in self._within:
            made = collect_customers(self.read(days), tally=CustomerTally)
            self._within = {**dict(list(self._within.items())[1 - KEPT :]), days: made}
        return self._within[days]

    @cached_property
    def judged(self) -> Judged:
        """Everyone judged but for value: what needs no model."""
        return judged_of(self.base, self.shop, self.find_standards)

    @cached_property
    def profiles(self) -> Profiles:
        """Everyone judged."""
        return profiled(self.base, self.judged, year=self.year)


#: What a reading depends on besides the last of its facts: the day, the last day that was over
#: (whose standards everyone is judged against), known_at, what is kept, how it is read and what
#: was written that the shop may roll back, and how many merges there had been: each may forbid
#: something at its own moment.
_Key = tuple[int, int, int | None, int, tuple[int, int], int]


@define
class Readings:
    """The readings of one shop's base.

    Attributes:
        store: Where the facts are.
        to: The shop, its zone and rates.
    """

    store: Store
    to: Reporting
    _made: list[tuple[_Key, Reading]] = field(factory=list, init=False, repr=False)
    _lines: tuple[tuple[int, int], list[datetime]] = field(
        default=((0, 0), []), init=False, repr=False
    )

    def at(self, until: datetime, known_at: datetime | None) -> Reading:
        """Read the base as of a moment, or take the reading made before of the same facts.

        Args:
            until: The last moment that counts, in UTC.
            known_at: Limits the facts to those recorded by then.
        """
        extent = self.store.extent(self.to.shop.id, until=until)
        known = None if known_at is None else microseconds(known_at)
        over = last_day_over(until, self.to.zone)
        days, micros = (self.to.day(until), self.to.day(over)), microseconds(until)
        read_so = extent.changes, extent.writes
        key = (*days, known, extent.kept, read_so, self._merges(until, read_so))
        for made in self._made:
            # As many facts as then, and all of those among them: the same facts.
            if made[0] == key and made[1].last_at <= micros:
                break
        else:
            made = key, self._read(until, known_at)
        others = [one for one in self._made if one is not made]
        self._made = [*others, made][-KEPT:]  # one assignment: threads may ask at once
        return made[1]

    def _merges(self, until: datetime, read_so: tuple[int, int]) -> int:
        """How many lines the alias table had at a moment."""
        if self._lines[0] != read_so:
            moments = [line.recorded_at for line in self.store.aliases(self.to.shop.id)]
            self._lines = read_so, moments
        return bisect_right(self._lines[1], until)

    def standards(self, until: datetime, known_at: datetime | None) -> Standards:
        """Return what a customer is judged against at a moment: the last day that was over."""
        return self.at(last_day_over(until, self.to.zone), known_at).own_standards

    def facts(self, known_at: datetime | None) -> Iterator[Fact]:
        """Yield the flat rows of everybody, from where they are kept or made anew."""
        if known_at is None and isinstance(self.store, SupportsFacts):
            yield from self.store.facts(self.to.shop.id)
            return
        known = utc_if_given(known_at)
        for _, history in self.store.histories(self.to.shop.id, known_at=known):
            yield from facts_of(history, self.to)

    def until(self, until: datetime, known_at: datetime | None) -> Iterator[Fact]:
        """Yield the flat rows of everybody up to a moment."""
        micros = microseconds(until)
        return (fact for fact in self.facts(known_at) if fact.at <= micros)

    def _models(self, day: int) -> SavedModels | None:
        return self.store.models(self.to.shop.id, until_day=day)

    def _read(self, until: datetime, known_at: datetime | None) -> Reading:
        return Reading(
            shop=self.to.shop,
            tallies=collect_customers(self.until(until, known_at), tally=CustomerTally),
            as_of_day=self.to.day(until),
            read=lambda days: (fact for fact in self.until(until, known_at) if fact.day in days),
            find_standards=lambda: self.standards(until, known_at),
            find_models=lambda day: None if known_at else self._models(day),
        )
