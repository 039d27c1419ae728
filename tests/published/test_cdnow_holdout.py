"""CDNOW cut after 39 weeks: what the models expected of the next 39, and what came.

Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy way.
Marketing Science 24(2), 275-284: the same cut, and parameters. The total of 1653.4 is the sum
of what the BG/NBD, fitted to the log, expects of each customer given their history; 1,882 came.
"""

import gzip
from collections import defaultdict
from datetime import date, datetime

import pytest

from crmkit.metrics import (
    BGNBD,
    MBGNBD,
    NBD,
    ParetoNBD,
    compare_models,
    conditional_expectation,
    holdout,
    tracking,
)

SPLIT, UNTIL = date(1997, 9, 30), date(1998, 6, 30)
PRINTED = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.fixture(scope="module")
def histories(data):
    days = defaultdict(list)
    with gzip.open(data("cdnow/CDNOW_sample.txt.gz"), "rt") as lines:
        for line in lines:
            customer, _, day, *_ = line.split()
            days[customer].append(datetime.strptime(f"{day} +0000", "%Y%m%d %z").date())
    return list(days.values())


@pytest.fixture(scope="module")
def cdnow(histories):
    return holdout(histories, split=SPLIT, until=UNTIL)


def test_the_cut_is_that_of_the_paper(cdnow):
    """2,357 customers, 946 of whom came back, 2,457 repeat purchases, 39 weeks ahead."""
    assert (cdnow.customers, sum(map(bool, cdnow.repeats)), sum(cdnow.repeats)) == (2357, 946, 2457)
    assert (cdnow.weeks, cdnow.total, cdnow.notes) == (39.0, 1882, ())
    assert round(max(cdnow.age), 2) == 38.86


def test_the_bgnbd_expects_1653_purchases_where_1882_came(cdnow):
    track = tracking(cdnow.fit(BGNBD), cdnow)
    assert (round(track.expected, 1), track.actual) == (1653.4, 1882)
    assert tracking(PRINTED, cdnow).expected == pytest.approx(1653.9, abs=0.05)


@pytest.mark.parametrize(
    ("model", "expected"),
    [(BGNBD, 1653.41), (MBGNBD, 1576.73), (ParetoNBD, 1665.51), (NBD, 2929.82)],
    ids=lambda each: getattr(each, "NAME", ""),
)
def test_totals_are_the_sums_of_the_classes(cdnow, model, expected):
    told = conditional_expectation(cdnow.fit(model), cdnow)
    assert told.expected == pytest.approx(expected, abs=0.02)
    assert sum(one.expected_total for one in told.by_frequency) == pytest.approx(told.expected)
    assert [one.customers for one in told.by_frequency] == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert sum(one.bought for one in told.by_frequency) == 1882


def test_weeks_are_those_of_the_calendar_from_new_year_on(cdnow):
    weeks = tracking(PRINTED, cdnow).weeks
    assert (len(weeks), {week.days for week in weeks}) == (78, {7})
    assert weeks[0].end == date(1997, 1, 7)
    assert (weeks[38].end, weeks[38].cumulative_actual) == (SPLIT, 2457)
    assert (weeks[77].end, weeks[77].cumulative_actual) == (UNTIL, 2457 + 1882)


def test_the_models_that_let_customers_leave_keep_on_the_track(cdnow):
    """The papers' plots: both end the 78 weeks a little below; without leaving it runs away."""
    for model in (BGNBD, ParetoNBD):
        track = tracking(cdnow.fit(model), cdnow)
        last = track.weeks[-1]
        assert -0.05 < last.cumulative_expected / last.cumulative_actual - 1 < 0
        assert track.mape < 0.03
    assert tracking(cdnow.fit(NBD), cdnow).mape > 0.12


def test_conditional_expectations_rise_with_the_purchases_so_far(cdnow):
    told = conditional_expectation(cdnow.fit(BGNBD), cdnow)
    expected = [one.expected for one in told.by_frequency]
    assert expected == sorted(expected)
    for one in told.by_frequency[3:]:
        assert one.actual.low < one.expected < one.actual.high, one.label


def test_leaving_is_told_from_staying_and_the_three_that_know_it_are_tied(cdnow):
    compared = compare_models(cdnow)
    assert [row.name for row in compared.rows] == ["MBG/NBD", "BG/NBD", "Pareto/NBD", "NBD"]
    assert compared.tied == ("BG/NBD", "Pareto/NBD")
    assert compared.rows[-1].behind.low > 0.05
    assert [round(row.held_out, 1) for row in compared.rows] == [
        -2314.8,
        -2320.4,
        -2326.8,
        -2506.9,
    ]
