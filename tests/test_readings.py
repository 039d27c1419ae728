"""A reading of the base is kept for the same facts, and only for them."""

import runpy
from datetime import date, timedelta
from pathlib import Path

from attrs import evolve

from crmkit.testing import FakeClock

small = runpy.run_path(str(Path(__file__).parent / "small_shop.py"))
bought, opened, day = small["bought"], small["opened"], small["day"]


def test_a_late_fact_makes_a_new_reading():
    base = opened(bought("o1", 9))
    assert base.summaries(as_of=date(2026, 2, 1)).customers["ann"].buying.orders == 1
    base.record([bought("o2", 3)])
    assert base.summaries(as_of=date(2026, 2, 1)).customers["ann"].buying.orders == 2


def test_a_fact_of_the_very_moment_counts():
    base = opened(bought("o1", 0), bought("o2", 9))
    assert base.summaries(as_of=day(9)).customers["ann"].buying.orders == 2
    just_before = day(9) - timedelta(microseconds=1)
    assert base.summaries(as_of=just_before).customers["ann"].buying.orders == 1


def test_questions_after_the_last_fact_share_a_reading_within_a_day():
    base = opened(bought("o1", 0))
    late = day(9)
    assert base.summaries(as_of=late) is base.summaries(as_of=late + timedelta(hours=1))
    assert base.summaries(as_of=late).customers["ann"].quiet == 9
    assert base.summaries(as_of=late + timedelta(days=1)).customers["ann"].quiet == 10


def test_what_was_known_then_is_a_reading_of_its_own():
    clock = FakeClock(day(50))
    base = opened(bought("o1", 0), clock=clock)
    clock.advance(days=1)
    base.record([bought("o2", 1)])
    now = base.summaries(as_of=date(2026, 3, 1))
    then = base.summaries(as_of=date(2026, 3, 1), known_at=day(50))
    assert (now.customers["ann"].buying.orders, then.customers["ann"].buying.orders) == (2, 1)


def test_without_as_of_the_clock_decides():
    clock = FakeClock(day(20))
    base = opened(bought("o1", 0), bought("o2", 30), clock=clock)
    assert base.summaries().customers["ann"].buying.orders == 1
    clock.advance(days=10)
    assert base.summaries().customers["ann"].buying.orders == 2


def test_a_fact_of_today_leaves_the_standards_of_yesterday_as_they_were_read():
    noon = small["day"](10)
    base = opened(bought("o1", 0), bought("o2", 5, who="bob"))
    before = base._readings.standards(noon, None)
    base.record([bought("o3", 10), bought("o4", 11, who="bob")])
    assert base._readings.standards(noon, None) is before
    base.record([bought("o5", 9, who="cem")])
    after = base._readings.standards(noon, None)
    assert (after.customers, before.customers) == (3, 2)


def test_as_many_facts_are_not_the_same_facts():
    base = opened(bought("o1", 0), bought("o2", 10))
    noon, morning = day(10), day(10) - timedelta(hours=3)
    assert base.summaries(as_of=noon).everyone().orders == 2
    base.record([evolve(bought("o3", 10, "5.00", who="bob"), at=day(10) - timedelta(hours=4))])
    assert sorted(base.summaries(as_of=morning).customers) == ["ann", "bob"]


def test_the_standards_are_those_of_the_moment_whatever_was_asked_before():
    days = [(who, on) for who in ("ann", "bob") for on in (0, 10, 100)]
    facts = [bought(f"{who}{on}", on, who=who) for who, on in days]
    midday = day(100) + timedelta(hours=3)
    fresh, asked_before = opened(*facts), opened(*facts)
    whole_day = asked_before.profiles(as_of=midday.date()).standards
    assert whole_day.base_gap == 90, "the gaps of that day are among them"
    assert fresh.profiles(as_of=midday).standards.base_gap == 10
    assert asked_before.profiles(as_of=midday).standards.base_gap == 10
