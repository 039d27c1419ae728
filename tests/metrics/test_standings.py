"""Where customers stood at both ends of a period, by the overdue rule of the lifecycle."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from crmkit import Period
from crmkit.metrics import standings

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, SHOP = small["bought"], small["opened"], small["SHOP"]
FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))  # days 31 to 58


def stood(*occasions, base_gap=None, period=FEBRUARY):
    """How a customer with these occasions stood; None if never active in the period."""
    base = opened(*(bought(f"o{on}", on) for on in occasions))
    people = base.summaries(as_of=date(2026, 12, 31)).customers.values()
    found = standings(people, period, shop=SHOP, base_gap=base_gap, profits={"ann": 7.0})
    if not found:
        return None
    (one,) = found
    assert one.profit == 7.0
    return one.opening, one.joined, one.left


@pytest.mark.parametrize(
    ("occasions", "expected"),
    [
        ((10,), (True, None, False)),  # quiet 48 days at the end, lost after 60
        ((31,), (False, "new", False)),  # the first day of the period is in it
        ((58,), (False, "new", False)),  # and so is the last
        ((59,), None),  # the day after is not
        ((30,), (True, None, False)),  # the day before makes the opening base
    ],
)
def test_both_ends_are_judged_by_the_days_before_them(occasions, expected):
    assert stood(*occasions) == expected


def test_a_customer_lost_within_the_period_leaves():
    march = Period(date(2026, 3, 1), date(2026, 4, 1))  # days 59 to 89
    assert stood(10, period=march) == (True, None, True)  # day 71 is one too many
    assert stood(10, period=Period(date(2026, 4, 1), date(2026, 5, 1))) is None


def test_a_lost_customer_who_buys_again_is_reactivated_and_not_new():
    april = Period(date(2026, 4, 1), date(2026, 5, 1))
    assert stood(0, 100, period=april) == (False, "reactivated", False)


def test_joining_and_leaving_within_one_long_period():
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    assert stood(10, period=year) == (False, "new", True)


def test_the_gap_of_the_base_counts_for_those_without_a_rhythm():
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    assert stood(10, base_gap=90, period=march) == (True, None, False)


def test_the_third_occasion_is_an_upgrade():
    base = opened(*(bought(f"o{on}", on) for on in (5, 20, 40)))
    people = base.summaries(as_of=date(2026, 12, 31)).customers.values()
    (one,) = standings(people, FEBRUARY, shop=SHOP, base_gap=None, profits={})
    assert (one.tier_opening, one.tier_closing, one.step) == (1, 2, 1)
