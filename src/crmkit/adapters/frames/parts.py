"""What a customer's tally is made of, read over a frame part by part.

A *fine* part has a row per customer and key (orders, cases); a *keyed* part is one that a
summary keeps so, a *rolled* one is added up once more, to a row per customer (buying).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from crmkit.adapters.frames.collect import (
    Collected,
    collect,
    columns_read,
    figure_names,
    kept,
    needs_settling,
    read,
    zeros,
)
from crmkit.adapters.frames.engine import Engine, narwhals, whole_numbers
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally import KEYED, CustomerSummary, Rule, Tally, readings, rules

__all__ = [
    "KEY",
    "check_names",
    "columns_needed",
    "dealings_of",
    "fine",
    "guests_of",
    "key_of",
    "keyed",
    "part_of",
    "wide",
    "without",
]

#: The column that says whose a row is.
KEY = "customer_id"

#: How a rolled part is read: the fine part that it adds up, and by which tally.
Rolled = Mapping[str, tuple[str, type[Tally]]]


def key_of(rule: Rule) -> str:
    """The column that keys a part."""
    return "" if rule.column is None else str(rule.column.args[0])


def part_of(tally: type[Any], name: str) -> type[Any]:
    """The class of a part."""
    part = rules(tally)[name].part
    assert part is not None  # noqa: S101  every part is declared with one
    return part


def columns_needed(tally: type[Any]) -> frozenset[str]:
    """The columns of a fact that the declarations read."""
    parts = [rule.part for rule in rules(tally).values() if rule.part is not None]
    return columns_read(tally).union({KEY, "at"}, *map(columns_read, parts))


# --- names --------------------------------------------------------------------------------


def check_names(tally: type[Any], rolled: Rolled) -> None:
    """Refuse declarations of which one would overwrite the other in a frame.

    Raises:
        InvalidValueError: A name is declared twice.
    """
    summed = [part_of(tally, "dealings"), *(into for _, into in rolled.values())]
    last = ["as_of_day", *readings(CustomerSummary)]
    _refuse_twice([KEY, *last, *(name for part in summed for name in figure_names(part))])
    for name in (*KEYED, *(part for part, _ in rolled.values())):
        rule = rules(tally)[name]
        _refuse_twice([KEY, key_of(rule), *figure_names(part_of(tally, name))])


def _refuse_twice(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidValueError("declarations", twice, "are declared twice", "rename one of them")


# --- parts --------------------------------------------------------------------------------


def dealings_of(facts: Any, tally: type[Any], engine: Engine) -> Collected:
    """Counts and moments of every customer and guest."""
    rule, part = rules(tally)["dealings"], part_of(tally, "dealings")
    dealings = collect(_rows(facts, rule, part), part, [KEY], engine)
    return Collected(frame=engine.settled(dealings.frame), sets=dealings.sets)


def fine(facts: Any, tally: type[Any], name: str, into: type[Any], engine: Engine) -> Any:
    """A fine part with the columns that its rolled part reads."""
    rule, part = rules(tally)[name], part_of(tally, name)
    keys = [KEY, key_of(rule)]
    rows = _rows(facts, rule, part)
    rows = engine.settled(rows) if needs_settling(part) else rows
    collected = collect(rows, part, keys, engine)
    wanted = read(collected.frame, part).select(*keys, *sorted(columns_read(into)))
    return engine.settled(wanted)


def keyed(facts: Any, tally: type[Any], name: str, engine: Engine) -> Collected:
    """A keyed part with its readings."""
    rule, part = rules(tally)[name], part_of(tally, name)
    keys = [KEY, key_of(rule)]
    rows = engine.settled(_rows(facts, rule, part))  # few of the facts are about it
    collected = collect(rows, part, keys, engine)
    return Collected(frame=read(collected.frame, part), sets=collected.sets)


def _rows(facts: Any, rule: Rule, part: type[Any]) -> Any:
    """The facts that a part is about; columns first, since eager engines copy what they keep."""
    columns = {KEY} | rule.columns | columns_read(part)
    return kept(facts.select(*sorted(columns)), rule)


def wide(
    dealings: Collected, summed: Mapping[type[Tally], Collected], tally: type[Any], as_of_day: int
) -> Collected:
    """One row per customer, with everything that is read off it, and the members of its sets.

    Args:
        dealings: The dealings of everyone.
        summed: The rolled parts by their tally.
        tally: The declarations.
        as_of_day: The day that ages are counted to.
    """
    nw = narwhals()
    found = dealings.frame
    for one in summed.values():
        found = found.join(one.frame, on=KEY, how="left")
    found = _filled(found, summed)
    found = found.with_columns(nw.lit(as_of_day).cast(nw.Int64).alias("as_of_day"))
    parts = (part_of(tally, "dealings"), *summed)
    for declared in (*parts, CustomerSummary):
        found = read(found, declared)
    names = [name for part in parts for name in figure_names(part)]
    return Collected(
        frame=found.select(KEY, "as_of_day", *names, *readings(CustomerSummary)),
        sets={n: f for one in (dealings, *summed.values()) for n, f in one.sets.items()},
    )


def guests_of(orders: Any, guest_ids: Any, buying: type[Any], engine: Engine) -> Collected:
    """All guests' orders together, keyed by the number of guests; always one row."""
    nw = narwhals()
    number = engine.settled(guest_ids.select(nw.len().cast(nw.Int64).alias("guests")))
    theirs = orders.join(guest_ids, on=KEY, how="semi").join(number, how="cross")
    guests = collect(theirs, buying, ["guests"], engine)
    row = _filled(number.join(guests.frame, on="guests", how="left"), [buying])
    return Collected(frame=read(row, buying), sets=guests.sets)


def without(collected: Collected, guest_ids: Any) -> Collected:
    """The same without guests."""
    frames = {n: _anti(f, guest_ids) for n, f in collected.sets.items()}
    return Collected(frame=_anti(collected.frame, guest_ids), sets=frames)


def _anti(frame: Any, guest_ids: Any) -> Any:
    return frame.join(guest_ids, on=KEY, how="anti")


def _filled(frame: Any, joined: Iterable[type[Any]]) -> Any:
    """A frame after left joins, whose missing sums are zero and integers again."""
    nw = narwhals()
    names = [name for tally in joined for name in figure_names(tally, derived=False)]
    nothing = [name for tally in joined for name in zeros(tally)]
    frame = whole_numbers(frame).with_columns(nw.col(*nothing).fill_null(0))
    return frame.with_columns(nw.col(*names).cast(nw.Int64))
