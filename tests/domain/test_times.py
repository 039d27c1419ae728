"""Moments are aware and exact; days are local; periods are closed-open."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.times import (
    Period,
    date_of,
    day_number,
    day_of,
    last_moment,
    microseconds,
    moment,
    start_of,
    system_clock,
    utc,
    utc_if_given,
    zone_of,
)
from crmkit.testing import round_trips
from crmkit.testing.strategies import moments

MADRID = ZoneInfo("Europe/Madrid")
zones = st.sampled_from(["UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu"]).map(
    ZoneInfo
)
dates = st.dates(date(1971, 1, 1), date(2090, 1, 1))


@given(moments())
def test_microseconds_lead_back_to_the_moment(at):
    round_trips(at, microseconds, moment)


@given(dates)
def test_day_numbers_lead_back_to_the_date(day):
    round_trips(day, day_number, date_of)


@given(dates, zones)
def test_the_start_and_the_last_moment_bound_a_local_day(day, zone):
    first, last = start_of(day, zone), last_moment(day, zone)
    assert day_of(first, zone) == day_of(last, zone) == day_number(day)
    assert day_of(first - timedelta(microseconds=1), zone) == day_number(day) - 1
    assert day_of(last + timedelta(microseconds=1), zone) == day_number(day) + 1


@given(moments(), zones)
def test_an_aware_time_is_its_own_last_moment(at, zone):
    assert last_moment(at.astimezone(zone), zone) == at


def test_an_aware_time_becomes_utc():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert utc(late) == late
    assert utc(late).tzinfo is UTC
    assert utc(late).isoformat() == "2026-03-02T04:30:00+00:00"
    assert utc_if_given(None) is None
    assert utc_if_given(late) == late


@pytest.mark.parametrize("value", [datetime(2026, 3, 1), "2026-03-01", None, date(2026, 3, 1)])
def test_what_is_no_aware_time_is_refused(value):
    with pytest.raises(InvalidValueError):
        utc(value)


def test_half_past_eleven_and_half_past_midnight_are_two_days():
    before = datetime(2026, 3, 1, 23, 30, tzinfo=MADRID)
    after = datetime(2026, 3, 2, 0, 30, tzinfo=MADRID)
    assert day_of(after, MADRID) - day_of(before, MADRID) == 1
    assert day_of(before, ZoneInfo("UTC")) == day_of(after, ZoneInfo("UTC"))


def test_the_day_the_clocks_change_is_a_day():
    spring = date(2026, 3, 29)
    assert last_moment(spring, MADRID) - start_of(spring, MADRID) == timedelta(
        hours=23
    ) - timedelta(microseconds=1)


@pytest.mark.parametrize("name", ["Madrid", "", "../etc/passwd", "Europe/Nowhere"])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(InvalidValueError, match="IANA"):
        zone_of(name)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.month(2026, 2), date(2026, 2, 1), date(2026, 3, 1)),
        (Period.month(2026, 12), date(2026, 12, 1), date(2027, 1, 1)),
        (Period.quarter(2026, 4), date(2026, 10, 1), date(2027, 1, 1)),
        (Period.fiscal_year(2026, starts=7), date(2026, 7, 1), date(2027, 7, 1)),
        (Period.fiscal_year(2024), date(2024, 1, 1), date(2025, 1, 1)),
        (Period.year_to(date(2026, 3, 31)), date(2025, 4, 1), date(2026, 4, 1)),
        (Period.year_to(date(2024, 2, 29)), date(2023, 3, 1), date(2024, 3, 1)),
    ],
)
def test_periods_are_those_of_the_calendar(period, start, end):
    assert (period.start, period.end) == (start, end)
    assert start in period
    assert end not in period
    assert len(period.days()) == (end - start).days
    assert date_of(period.days()[0]) == start


def test_a_period_holds_days_and_nothing_else():
    assert "2026-02-01" not in Period.month(2026, 2)
    assert str(Period.month(2026, 2)) == "2026-02-01 to 2026-02-28"


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 1, 1)])
def test_a_period_is_not_empty(end):
    with pytest.raises(InvalidValueError, match="later"):
        Period(date(2026, 1, 1), end)


def test_the_machines_clock_is_aware():
    assert system_clock().tzinfo is UTC


def test_a_time_beyond_the_calendar_in_utc_is_refused():
    late = datetime(9999, 12, 31, 23, tzinfo=ZoneInfo("America/New_York"))
    with pytest.raises(InvalidValueError, match="1 to 9999"):
        utc(late)


@pytest.mark.parametrize(
    ("day", "starts", "first"),
    [
        (date(2026, 3, 31), 4, date(2025, 4, 1)),
        (date(2026, 4, 1), 4, date(2026, 4, 1)),
        (date(2026, 12, 31), 1, date(2026, 1, 1)),
    ],
)
def test_the_fiscal_year_that_holds_a_day(day, starts, first):
    year = Period.fiscal_year_of(day, starts=starts)
    assert (year.start, day in year) == (first, True)
