"""Everyone as of a moment, computed where the table lies, by the declarations of the fold.

    customers   one row per customer: figures of the dealings, of the buying, age and quiet
    guests      one row for all guests together: their number and their buying
    voice       one row per customer and question
    occasions   each customer with each day of an order that counts

Guests are in ``guests`` and nowhere else. Integers are 64-bit on every engine.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from crmkit.adapters.frames.collect import Collected, collect, figure_names, kept, read, zeros
from crmkit.adapters.frames.engine import Engine, finished, narwhals, opened, whole_numbers
from crmkit.adapters.frames.rebuild import tallies
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally import (
    BaseSummary,
    Buying,
    CustomerSummary,
    CustomerTally,
    GuestTotals,
    Rule,
    readings,
    rules,
)

__all__ = ["FrameSummary", "summarise"]

_KEY = "customer_id"


@frozen(kw_only=True)
class FrameSummary:
    """Everyone as of a day, as eager frames of the engine that was given (see the module).

    Attributes:
        as_of_day: Days since 1970-01-01 in the shop's zone.
        customers, guests, voice: The frames.
        sets: For each of these frames the members of its ``distinct`` fields.
        tally, buying: The declarations that were read.
    """

    as_of_day: int
    customers: Any = field(repr=False)
    guests: Any = field(repr=False)
    voice: Any = field(repr=False)
    sets: Mapping[str, Mapping[str, Any]] = field(repr=False)
    tally: type[CustomerTally] = CustomerTally
    buying: type[Buying] = Buying

    @property
    def occasions(self) -> Any:
        """Each customer with each day of an order that counts, once: customer_id, day."""
        return self.sets["customers"]["occasions"]

    def to_summaries(self) -> BaseSummary:
        """The very values that the Python fold gives."""
        sets = self.sets["customers"]
        dealings = tallies(self.customers, _part(self.tally, "dealings"), [_KEY], sets)
        bought = tallies(self.customers, self.buying, [_KEY], sets)
        voice = self._voices()
        customers = {
            key[0]: CustomerSummary(
                customer_id=key[0],
                as_of_day=self.as_of_day,
                buying=buying,
                dealings=dealings[key],
                voice=voice.get(key[0], {}),
            )
            for key, buying in bought.items()
        }
        return BaseSummary(
            as_of_day=self.as_of_day, customers=customers, guests=self._guest_totals()
        )

    def _voices(self) -> dict[str, dict[str, Any]]:
        """The ratings of each customer by question."""
        rule = rules(self.tally)["voice"]
        found: dict[str, dict[str, Any]] = {}
        keys = [_KEY, _key(rule)]
        for (customer, question), ratings in tallies(
            self.voice, rule.part, keys, self.sets["voice"]
        ).items():
            found.setdefault(customer, {})[question] = ratings
        return found

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
    engine = Engine()
    _without_collisions(tally, buying)
    facts = opened(frame, _needed(tally)).filter(nw.col("at") <= as_of)
    dealings = _dealings(facts, tally, engine)
    guest_ids = engine.settled(dealings.frame.filter(nw.col("guest") > 0).select(_KEY))
    orders = _net_orders(facts, tally, buying, engine)
    bought = collect(orders, buying, [_KEY], engine)
    voice = _without(_voice(facts, tally, engine), guest_ids)
    wide = Collected(
        frame=_wide(dealings.frame, bought.frame, tally, buying, as_of_day),
        sets={**dealings.sets, **bought.sets},
    )
    people = _without(wide, guest_ids)
    guests = _guests(orders, guest_ids, buying, engine)
    parts = {"customers": people, "guests": guests, "voice": voice}
    return FrameSummary(
        as_of_day=as_of_day,
        tally=tally,
        buying=buying,
        sets={n: {s: finished(f) for s, f in p.sets.items()} for n, p in parts.items()},
        **{n: finished(p.frame) for n, p in parts.items()},
    )


def _key(rule: Rule) -> str:
    """The column that keys a part."""
    return "" if rule.column is None else str(rule.column.args[0])


def _part(tally: type[Any], name: str) -> type[Any]:
    """The class of a part."""
    part = rules(tally)[name].part
    assert part is not None  # noqa: S101  the three parts are declared with one
    return part


def _needed(tally: type[Any]) -> frozenset[str]:
    """The columns that the declarations read."""
    parts = rules(tally).values()
    inner = (r.columns for p in parts if p.part for r in rules(p.part).values())
    return frozenset({_KEY, "at"}).union(*inner, *(p.columns for p in parts))


def _without_collisions(tally: type[Any], buying: type[Any]) -> None:
    """Refuse declarations of which one would overwrite the other in the wide frame."""
    names = [_KEY, "as_of_day", *readings(CustomerSummary)]
    names += [*figure_names(_part(tally, "dealings")), *figure_names(buying)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidValueError("declarations", twice, "are declared twice", "rename one of them")


def _dealings(facts: Any, tally: type[Any], engine: Engine) -> Collected:
    """Counts and moments of every customer and guest."""
    rows = kept(facts, rules(tally)["dealings"])
    dealings = collect(rows, _part(tally, "dealings"), [_KEY], engine)
    return Collected(frame=engine.settled(dealings.frame), sets=dealings.sets)


def _net_orders(facts: Any, tally: type[Any], buying: type[Any], engine: Engine) -> Any:
    """Net orders with the columns that ``buying`` reads."""
    rule, part = rules(tally)["orders"], _part(tally, "orders")
    keys = [_KEY, _key(rule)]
    orders = read(collect(kept(facts, rule), part, keys, engine).frame, part)
    columns = frozenset().union(*(r.columns for r in rules(buying).values()))
    return engine.settled(orders.select(*keys, *sorted(columns)))


def _voice(facts: Any, tally: type[Any], engine: Engine) -> Collected:
    """Ratings by customer and question, from the few facts that have one."""
    rule, part = rules(tally)["voice"], _part(tally, "voice")
    columns = frozenset().union(*(r.columns for r in rules(part).values()))
    keys = [_KEY, _key(rule)]
    answers = engine.settled(kept(facts, rule).select(*dict.fromkeys([*keys, *sorted(columns)])))
    voice = collect(answers, part, keys, engine)
    return Collected(frame=read(voice.frame, part), sets=voice.sets)


def _wide(dealings: Any, bought: Any, tally: type[Any], buying: type[Any], as_of_day: int) -> Any:
    """One row per customer, with everything that is read off it."""
    nw = narwhals()
    wide = _filled(dealings.join(bought, on=_KEY, how="left"), buying)
    wide = wide.with_columns(nw.lit(as_of_day).cast(nw.Int64).alias("as_of_day"))
    part = _part(tally, "dealings")
    for declared in (part, buying, CustomerSummary):
        wide = read(wide, declared)
    last = list(readings(CustomerSummary))
    return wide.select(_KEY, "as_of_day", *figure_names(part), *figure_names(buying), *last)


def _without(collected: Collected, guest_ids: Any) -> Collected:
    """The same without guests."""
    frames = {n: _anti(f, guest_ids) for n, f in collected.sets.items()}
    return Collected(frame=_anti(collected.frame, guest_ids), sets=frames)


def _anti(frame: Any, guest_ids: Any) -> Any:
    return frame.join(guest_ids, on=_KEY, how="anti")


def _guests(orders: Any, guest_ids: Any, buying: type[Any], engine: Engine) -> Collected:
    """All guests' orders together, keyed by the number of guests; always one row."""
    nw = narwhals()
    number = engine.settled(guest_ids.select(nw.len().cast(nw.Int64).alias("guests")))
    theirs = orders.join(guest_ids, on=_KEY, how="semi").join(number, how="cross")
    guests = collect(theirs, buying, ["guests"], engine)
    row = _filled(number.join(guests.frame, on="guests", how="left"), buying)
    return Collected(frame=read(row, buying), sets=guests.sets)


def _filled(frame: Any, tally: type[Any]) -> Any:
    """A frame after a left join, whose missing sums are zero and integers again."""
    nw = narwhals()
    frame = whole_numbers(frame).with_columns(nw.col(*zeros(tally)).fill_null(0))
    return frame.with_columns(nw.col(*figure_names(tally, derived=False)).cast(nw.Int64))
