"""Moments, days and periods: aware times only, days in the shop's zone.

A moment is kept in UTC. A day is an integer, days since 1970-01-01 in the shop's zone; a
``Period`` is closed-open. ``as_of`` is inclusive: a date means the end of that local day.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crmkit.domain.errors import InvalidValueError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)

#: A moment to judge at: an aware time, or a date (the end of that local day).
AsOf = datetime | date


def utc(value: datetime) -> datetime:
    """Return an aware time in UTC.

    Raises:
        InvalidValueError: The time is naive, no time at all, or beyond the calendar in UTC.
    """
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    if not isinstance(value, datetime):
        raise InvalidValueError("at", value, "must be a datetime")
    if value.tzinfo is None or value.utcoffset() is None:
        raise InvalidValueError(
            "at", value.isoformat(), "must have a time zone", "say when it really happened"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        rule = "must lie within the years 1 to 9999 in UTC"
        raise InvalidValueError("at", value.isoformat(), rule) from error


def utc_if_given(value: datetime | None) -> datetime | None:
    """Return an aware time in UTC, or None for None."""
    return None if value is None else utc(value)


def microseconds(at: datetime) -> int:
    """Return microseconds from 1970-01-01 UTC to ``at``, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def moment(micros: int) -> datetime:
    """Return the UTC time ``micros`` microseconds after 1970-01-01."""
    return _EPOCH + timedelta(microseconds=micros)


def day_number(day: date) -> int:
    """Return days from 1970-01-01 to ``day``."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_of(at: datetime, zone: ZoneInfo) -> int:
    """Return the local day of ``at`` in ``zone``, in days since 1970-01-01.

    Raises:
        InvalidValueError: The calendar does not hold that day.
    """
    try:
        return at.astimezone(zone).toordinal() - _EPOCH_ORDINAL
    except OverflowError as error:
        rule = f"must lie within the years 1 to 9999 in {zone}"
        raise InvalidValueError("at", at.isoformat(), rule) from error


def date_of(day: int) -> date:
    """Return the date that is ``day`` days after 1970-01-01."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def day_micros(day: int) -> int:
    """Return the microseconds from 1970-01-01 to UTC midnight of ``day``."""
    return day * 86_400_000_000


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a local day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def last_moment(as_of: AsOf, zone: ZoneInfo) -> datetime:
    """Return the last moment that counts: ``as_of`` itself, or the end of its local day.

    Raises:
        InvalidValueError: A naive time.
    """
    if isinstance(as_of, datetime):
        return utc(as_of)
    return start_of(as_of + timedelta(days=1), zone) - _MICROSECOND


def last_day_over(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last moment of the last local day that is over at ``at``, in UTC.

    That is ``at`` itself where it is the last moment of a day.
    """
    tomorrow = at + _MICROSECOND
    return start_of(tomorrow.astimezone(zone).date(), zone) - _MICROSECOND


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone called ``name``.

    Raises:
        InvalidValueError: There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidValueError(
            "timezone", name, "must be an IANA zone such as Europe/Madrid"
        ) from error


def _month(day: date, months: int) -> date:
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)


@frozen
class Period:
    """Local days from ``start`` up to, but not including, ``end``.

    >>> Period.month(2026, 2)
    Period(start=datetime.date(2026, 2, 1), end=datetime.date(2026, 3, 1))
    """

    start: date
    end: date = field()

    @end.validator
    def _not_empty(self, _attribute: object, value: date) -> None:
        if value <= self.start:
            raise InvalidValueError(
                "end", value.isoformat(), f"must be later than {self.start.isoformat()}"
            )

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Return a calendar month."""
        first = date(year, month, 1)
        return cls(first, _month(first, 1))

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Self:
        """Return a calendar quarter, 1 to 4."""
        first = date(year, 3 * quarter - 2, 1)
        return cls(first, _month(first, 3))

    @classmethod
    def year_to(cls, day: date) -> Self:
        """Return the twelve months that end with ``day``."""
        end = day + timedelta(days=1)
        return cls(_month(end, -12), end)

    @classmethod
    def fiscal_year(cls, year: int, *, starts: int = 1) -> Self:
        """Return the fiscal year that begins in calendar ``year``.

        Args:
            year: The calendar year of its first day.
            starts: Its first month, 1 to 12.
        """
        first = date(year, starts, 1)
        return cls(first, _month(first, 12))

    @classmethod
    def fiscal_year_of(cls, day: date, *, starts: int = 1) -> Self:
        """Return the fiscal year that holds ``day``.

        Args:
            day: A day of it.
            starts: Its first month, 1 to 12.
        """
        return cls.fiscal_year(day.year - (day.month < starts), starts=starts)

    def days(self) -> range:
        """Return the day numbers of the period."""
        return range(day_number(self.start), day_number(self.end))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end

    def __str__(self) -> str:
        return f"{self.start.isoformat()} to {(self.end - timedelta(days=1)).isoformat()}"


#: A clock is a function without arguments that returns an aware time.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time of the machine."""
    return datetime.now(UTC)
