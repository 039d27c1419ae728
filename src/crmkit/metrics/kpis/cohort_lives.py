"""Customers' histories, checked and brought into periods since their first: the input of cohorts.

A history is a ``CustomerSummary``, the days on which a customer bought, or those days with
what they spent on each.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from attrs import frozen

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.tally import CustomerSummary
from crmkit.domain.times import date_of
from crmkit.metrics.intervals import checked_number
from crmkit.metrics.kpis.calendar_periods import Every, checked_day, place_of

__all__ = ["History", "Life", "Lives", "days_of", "lives_of"]

_T = TypeVar("_T")

#: What is known of a customer: a summary, the days on which they bought, or what they spent then.
History = CustomerSummary | Mapping[date, float | None] | Iterable[date]


@frozen(kw_only=True)
class Life:
    """One customer, in periods.

    Attributes:
        label: What their cohort is called where cohorts are not by time; None otherwise.
        start: Place of the period of their first occasion.
        active: Periods after it in which they bought, 0 (the first itself) among them.
        spent: What they spent in each of those; None where spend is not given.
        lost: The period after the first in which they were lost; None if they were not.
    """

    label: str | None
    start: int
    active: frozenset[int]
    spent: Mapping[int, float] | None
    lost: int | None


@frozen(kw_only=True)
class Lives:
    """All customers who bought.

    Attributes:
        lives: One by one.
        notes: What was left out.
    """

    lives: tuple[Life, ...]
    notes: tuple[str, ...]


def lives_of(
    histories: Iterable[History],
    *,
    every: Every,
    until: date,
    by: Iterable[str | None] | None,
    lost: Iterable[date | None] | None,
) -> Lives:
    """Return the customers who had bought by a day.

    Args:
        histories: One per customer.
        every: The kind of period.
        until: The last day that counts.
        by: What each one's cohort is called; None is unknown.
        lost: The day on which each was lost; None for those who were not.

    Raises:
        InvalidValueError: A value that cannot exist, by its index, or lists of unequal length.
    """
    given = list(histories)
    labels = [""] * len(given) if by is None else _as_many("by", by, len(given))
    ends = [None] * len(given) if lost is None else _as_many("lost", lost, len(given))
    found, left_out = list[Life](), Counter[str]()
    for index, (history, label, end) in enumerate(zip(given, labels, ends, strict=True)):
        days = days_of(history, index, until)
        if not days:
            left_out[f"without an occasion by {until}"] += 1
        elif label is None:
            left_out["without a label"] += 1
        else:
            spent = days if isinstance(history, Mapping) else None
            left_out["of unknown spend"] += 0 if spent is None else _unpriced(spent)
            _check_label(label, index)
            away = _lost(end, min(days), until, every, index)
            found.append(_life(None if by is None else label, days, spent, away, every))
    priced = sum(life.spent is not None for life in found)
    told = [f"{count} {what} left out" for what, count in sorted(left_out.items()) if count]
    if 0 < priced < len(found):
        told.append(f"no revenue: spend is known of {priced} of {len(found)} customers")
    return Lives(lives=tuple(found), notes=tuple(told))


def _as_many(name: str, values: Iterable[_T], count: int) -> list[_T]:
    found = list(values)
    if len(found) != count:
        raise InvalidValueError(name, f"{len(found)} values", f"there are {count} histories")
    return found


def _check_label(label: object, index: int) -> None:
    if not isinstance(label, str):
        raise InvalidValueError(f"by[{index}]", label, "must be a text, or None where unknown")


def days_of(history: Any, index: int, until: date) -> Mapping[date, float | None]:
    """Return the days of a history that count, with what was spent on each.

    Raises:
        InvalidValueError: It is no history; the error names its index.
    """
    field = f"histories[{index}]"
    days: dict[date, float | None]
    if isinstance(history, CustomerSummary):
        days = {date_of(day): None for day in history.buying.occasions}
    elif isinstance(history, Mapping):
        days = {checked_day(day, field): _amount(x, field, day) for day, x in history.items()}
    elif isinstance(history, Iterable) and not isinstance(history, str | bytes):
        days = {checked_day(day, field): None for day in history}
    else:
        rule = "must be a customer summary, days, or days with amounts"
        raise InvalidValueError(field, history, rule)
    return {day: amount for day, amount in days.items() if day <= until}


def _amount(value: float | None, field: str, day: date) -> float | None:
    return None if value is None else checked_number(value, f"{field}[{day}]")


def _unpriced(spent: Mapping[date, float | None]) -> int:
    return sum(amount is None for amount in spent.values())


def _lost(end: date | None, first: date, until: date, every: Every, index: int) -> int | None:
    """The period after the first in which somebody was lost, by the day that counts last."""
    if end is None:
        return None
    day = checked_day(end, f"lost[{index}]")
    if day < first:
        raise InvalidValueError(f"lost[{index}]", day, f"must not be before {first}, the first day")
    return place_of(day, every) - place_of(first, every) if day <= until else None


def _life(
    label: str | None,
    days: Iterable[date],
    spent: Mapping[date, float | None] | None,
    lost: int | None,
    every: Every,
) -> Life:
    start = place_of(min(days), every)
    place = {day: place_of(day, every) - start for day in days}
    sums = defaultdict[int, float](float)
    for day, amount in (spent or {}).items():
        sums[place[day]] += amount or 0
    return Life(
        label=label,
        start=start,
        active=frozenset(place.values()),
        spent=None if spent is None else sums,
        lost=lost,
    )
