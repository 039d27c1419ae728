"""Everyone as of a moment, computed where the table lies, by the declarations of the fold.

    customers   one row per customer: figures of the dealings, of what was rolled up
                (buying, service, keeping), age and quiet
    guests      one row for all guests together: their number and their buying
    voice       one row per customer and question; likewise matters by matter, offers by
                offer_id, referrals by referred_id
    occasions   each customer with each day of an order that counts

Guests are in ``guests`` and nowhere else. Integers are 64-bit on every engine.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from crmkit.adapters.frames.collect import collect
from crmkit.adapters.frames.engine import Engine, finished, narwhals, opened
from crmkit.adapters.frames.parts import (
    KEY,
    check_names,
    columns_needed,
    dealings_of,
    fine,
    guests_of,
    key_of,
    keyed,
    part_of,
    wide,
    without,
)
from crmkit.adapters.frames.rebuild import tallies
from crmkit.domain.tally import (
    KEYED,
    ROLLED,
    BaseSummary,
    Buying,
    CustomerSummary,
    CustomerTally,
    GuestTotals,
    Tally,
    rules,
)

__all__ = ["FrameSummary", "summarise"]


@frozen(kw_only=True)
class FrameSummary:
    """Everyone as of a day, as eager frames of the engine that was given (see the module).

    Attributes:
        as_of_day: Days since 1970-01-01 in the shop's zone.
        customers, guests: The wide frames.
        voice, matters, offers, referrals: The frames of the parts that are held by key.
        sets: For each of these frames the members of its ``distinct`` fields.
        tally, buying: The declarations that were read.
    """

    as_of_day: int
    customers: Any = field(repr=False)
    guests: Any = field(repr=False)
    voice: Any = field(repr=False)
    matters: Any = field(repr=False)
    offers: Any = field(repr=False)
    referrals: Any = field(repr=False)
    sets: Mapping[str, Mapping[str, Any]] = field(repr=False)
    tally: type[CustomerTally] = CustomerTally
    buying: type[Buying] = Buying

    @property
    def occasions(self) -> Any:
        """Each customer with each day of an order that counts, once: customer_id, day."""
        return self.sets["customers"]["occasions"]

    def to_summaries(self) -> BaseSummary:
        """The very values that the Python fold gives."""
        rolled = {name: into for name, (_, into) in _rolled(self.buying).items()}
        columns = {"dealings": part_of(self.tally, "dealings"), **rolled}
        parts = {name: self._by_customer(part) for name, part in columns.items()}
        held = {name: self._by_key(name) for name in KEYED}
        customers = {
            customer: CustomerSummary(
                customer_id=customer,
                as_of_day=self.as_of_day,
                **{name: found[customer] for name, found in (parts | held).items()},
            )
            for customer in parts["dealings"]
        }
        return BaseSummary(
            as_of_day=self.as_of_day, customers=customers, guests=self._guest_totals()
        )

    def _by_customer(self, part: type[Any]) -> Mapping[str, Any]:
        """A tally of each customer's, out of the wide frame."""
        found = tallies(self.customers, part, [KEY], self.sets["customers"])
        return {customer: value for (customer,), value in found.items()}

    def _by_key(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """A keyed part of each customer's; empty for a customer without one."""
        rule = rules(self.tally)[name]
        found = tallies(getattr(self, name), rule.part, [KEY, key_of(rule)], self.sets[name])
        held: dict[str, dict[str, Any]] = defaultdict(dict)
        for (customer, key), value in found.items():
            held[customer][key] = value
        return held

    def _guest_totals(self) -> GuestTotals:
        """The guests' totals."""
        found = tallies(self.guests, self.buying, ["guests"], self.sets["guests"])
        (((guests,), buying),) = found.items()
        return GuestTotals(guests=guests, buying=buying)


def summarise(
    frame: Any,
    *,
    as_of: int,
    as_of_day: int,
    tally: type[CustomerTally] = CustomerTally,
    buying: type[Buying] = Buying,
) -> FrameSummary:
    """Everyone as of a moment, read from a table of facts.

    Args:
        frame: A Polars frame (eager or lazy), a pandas frame, a PyArrow table or a DuckDB
            relation with the columns of ``Fact`` that the declarations read; one shop,
            each fact once.
        as_of: Microseconds since 1970-01-01 UTC; facts up to and including it count.
        as_of_day: The local day of that moment.
        tally: The declarations to read by, or a shop's own subclass.
        buying: Likewise for what orders amount to.

    Raises:
        InvalidValueError: A column is missing, of another type, or null where every fact
            has a value; or two declarations use one name.
        MissingExtraError: narwhals is not installed.
    """
    nw = narwhals()
    engine, rolled = Engine(), _rolled(buying)
    check_names(tally, rolled)
    facts = opened(frame, columns_needed(tally)).filter(nw.col("at") <= as_of)
    dealings = dealings_of(facts, tally, engine)
    guest_ids = engine.settled(dealings.frame.filter(nw.col("guest") > 0).select(KEY))
    rows = {name: fine(facts, tally, part, into, engine) for name, (part, into) in rolled.items()}
    summed = {into: collect(rows[n], into, [KEY], engine) for n, (_, into) in rolled.items()}
    everyone = wide(dealings, summed, tally, as_of_day)
    held = {name: keyed(facts, tally, name, engine) for name in KEYED}
    parts = {n: without(p, guest_ids) for n, p in {"customers": everyone, **held}.items()}
    parts["guests"] = guests_of(rows["buying"], guest_ids, buying, engine)
    return FrameSummary(
        as_of_day=as_of_day,
        tally=tally,
        buying=buying,
        sets={n: {s: finished(f) for s, f in p.sets.items()} for n, p in parts.items()},
        **{n: finished(p.frame) for n, p in parts.items()},
    )


def _rolled(buying: type[Buying]) -> dict[str, tuple[str, type[Tally]]]:
    """What is rolled up: the part, and the tally that sums it up; orders by the shop's."""
    return {**ROLLED, "buying": (ROLLED["buying"][0], buying)}
