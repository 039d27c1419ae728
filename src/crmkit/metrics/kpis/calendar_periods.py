"""Days, weeks, months, quarters and years of the real calendar, by number: the k-th after another.

A period has a place, a whole number that grows by one from each to the next, so that "three
months later" is a difference of 3 whatever the months' lengths. Weeks begin on Monday and are
named as in ISO 8601.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from crmkit.domain.errors import InvalidValueError

__all__ = [
    "Every",
    "Per",
    "checked_day",
    "checked_every",
    "checked_per",
    "first_day",
    "last_over",
    "name_of",
    "place_of",
]

Every = Literal["week", "month", "quarter", "year"]
Per = Literal["day", "week", "month", "quarter", "year"]
"""What ``Every`` is, and days."""

_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_NAMES: Mapping[str, Callable[[date], str]] = {
    "day": date.isoformat,
    "week": lambda day: "{}-W{:02}".format(*day.isocalendar()[:2]),
    "month": lambda day: f"{day.year}-{day.month:02}",
    "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
    "year": lambda day: str(day.year),
}


def checked_every(every: str, field: str = "period") -> Every:
    """Return what was given if it is a kind of period.

    Args:
        every: What was given.
        field: Name for the error.

    Raises:
        InvalidValueError: It is none.
    """
    for one in get_args(Every):
        if every == one:
            found: Every = one
            return found
    raise InvalidValueError(field, every, "must be week, month, quarter or year")


def checked_per(per: str) -> Per:
    """Return what was given if it is a kind of period, or a day.

    Raises:
        InvalidValueError: It is neither.
    """
    for one in get_args(Per):
        if per == one:
            found: Per = one
            return found
    raise InvalidValueError("per", per, "must be day, week, month, quarter or year")


def checked_day(value: Any, field: str) -> date:
    """Return what was given if it is a calendar day.

    Args:
        value: What was given.
        field: Name for the error.

    Raises:
        InvalidValueError: It is no date, or a moment, whose day depends on the zone.
    """
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidValueError(field, value, "must be a date", "give the shop's local day")
    return value


def place_of(day: date, every: Per) -> int:
    """Return the place of the period that holds a day.

    >>> place_of(date(2026, 3, 1), "month") - place_of(date(2025, 12, 31), "month")
    3
    """
    if every == "day":
        return day.toordinal()
    if every == "week":
        return (day.toordinal() - 1) // 7
    return (12 * day.year + day.month - 1) // _MONTHS[every]


def first_day(place: int, every: Per) -> date:
    """Return the first day of the period at a place."""
    if every == "day":
        return date.fromordinal(place)
    if every == "week":
        return date.fromordinal(7 * place + 1)
    year, month = divmod(place * _MONTHS[every], 12)
    return date(year, month + 1, 1)


def name_of(place: int, every: Per) -> str:
    """Return what the period at a place is called.

    >>> name_of(place_of(date(2026, 1, 1), "week"), "week")
    '2026-W01'
    """
    return _NAMES[every](first_day(place, every))


def last_over(until: date, every: Every) -> int:
    """Return the place of the last period that is over when a day is."""
    if until == date.max:
        return place_of(until, every)
    return place_of(until + timedelta(days=1), every) - 1
