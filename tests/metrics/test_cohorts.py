"""Cohorts: against counting by the calendar, and where periods are not over."""

import runpy
from datetime import UTC, date, datetime, timedelta
from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import cohorts, kaplan_meier
from crmkit.metrics.kpis.calendar_periods import first_day, last_over, name_of, place_of
from crmkit.metrics.kpis.cohorts import Cohorts

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))

DATES = st.dates(date(2023, 11, 1), date(2025, 3, 31))
BASES = st.lists(st.lists(DATES, max_size=8), max_size=10)
SPENT = st.lists(st.dictionaries(DATES, st.integers(-50, 500), min_size=1, max_size=8), max_size=8)
PERIODS = st.sampled_from(["week", "month", "quarter", "year"])


def spans(start, period, until):
    """The periods from the one that holds a day, first and last day, as far as they are over."""
    step = {"month": 1, "quarter": 3, "year": 12}.get(period)
    if period == "week":
        begin = start - timedelta(days=start.weekday())
    else:
        begin = date(start.year, (start.month - 1) // step * step + 1, 1)
    while True:
        if period == "week":
            following = begin + timedelta(days=7)
        else:
            months = begin.year * 12 + begin.month - 1 + step
            following = date(months // 12, months % 12 + 1, 1)
        if following - timedelta(days=1) > until:
            return
        yield begin, following - timedelta(days=1)
        begin = following


def counted(base, period, until, kind):
    """(of, active) of each period after the first, over all customers, by the calendar."""
    table = {}
    for days in base:
        known = [day for day in days if day <= until]
        if not known:
            continue
        for k, (begin, end) in enumerate(spans(min(known), period, until)):
            there = any(begin <= day and (kind == "rolling" or day <= end) for day in known)
            of, active = table.get(k, (0, 0))
            table[k] = (of + 1, active + there)
    return [table[k] for k in sorted(table)]


@given(BASES, DATES, PERIODS, st.sampled_from(["classic", "rolling"]))
def test_cells_are_counted_by_the_calendar(base, until, period, kind):
    found = cohorts(base, until=until, period=period, kind=kind)
    cells = [(cell.of, cell.active) for cell in found.cells]
    assert cells == counted(base, period, until, kind)
    for cell in found.cells:
        assert cell.share.value == cell.active / cell.of
        assert cell.share.low <= cell.share.value <= cell.share.high


@given(BASES, DATES, PERIODS)
def test_the_whole_is_the_sum_of_the_cohorts_that_reached_it(base, until, period):
    found = cohorts(base, until=until, period=period)
    for k, cell in enumerate(found.cells):
        reached = [row.cells[k] for row in found.rows if row.cells[k] is not None]
        assert cell.of == sum(one.of for one in reached)
        assert cell.active == sum(one.active for one in reached)
    assert sum(row.size for row in found.rows) == found.customers == found.overall.size
    for row in found.rows:
        assert row.growing in {0, row.size}
        assert all(cell is None or cell.of == row.size for cell in row.cells)
    assert [row.start for row in found.rows] == sorted(row.start for row in found.rows)


@given(BASES, DATES, PERIODS)
def test_rolling_is_never_below_classic_and_never_rises_within_a_cohort(base, until, period):
    classic = cohorts(base, until=until, period=period)
    rolling = cohorts(base, until=until, period=period, kind="rolling")
    for low, high in zip(classic.rows, rolling.rows, strict=True):
        shares = [cell.share.value for cell in high.cells if cell is not None]
        assert shares == sorted(shares, reverse=True)
        for one, other in zip(low.cells, high.cells, strict=True):
            assert one is other is None or one.active <= other.active


@given(SPENT, DATES, PERIODS)
def test_revenue_of_the_periods_that_are_over_is_all_there(base, until, period):
    found = cohorts(base, until=until, period=period)
    end = first_day(last_over(until, period) + 1, period)
    total = sum(x for days in base for day, x in days.items() if day <= until and day < end)
    assert sum(cell.revenue for cell in found.cells) == total
    for row in found.rows:
        cells = [cell for cell in row.cells if cell is not None]
        so_far = 0
        for cell in cells:
            so_far += cell.revenue
            assert cell.revenue_per_customer == pytest.approx(cell.revenue / row.size)
            assert cell.cumulative == pytest.approx(so_far / row.size, abs=1e-9)


@given(BASES, DATES, st.data())
def test_survival_is_the_curve_of_periods_until_lost(base, until, data):
    base = [days for days in base if days and min(days) <= until]
    lost = [
        data.draw(st.none() | st.dates(min(days), date(2025, 6, 30)), label="lost") for days in base
    ]
    found = cohorts(base, until=until, kind="survival", lost=lost)
    over = last_over(until, "month")
    times, ended = [], []
    for days, end in zip(base, lost, strict=True):
        start = place_of(min(days), "month")
        gone = None if end is None else place_of(end, "month")
        if over >= start:
            ended.append(gone is not None and gone <= over)
            times.append((gone if ended[-1] else over) - start)
    curve = kaplan_meier(times, ended=ended)
    for cell in found.cells:
        assert cell.share.value == curve.at(cell.period).value
        assert cell.share.low == pytest.approx(curve.at(cell.period).low)
    for row in found.rows:  # within a cohort of one start nobody is censored
        for cell in row.cells:
            assert cell is None or cell.share.value == pytest.approx(cell.active / cell.of)


@given(BASES, DATES, PERIODS)
def test_labels_split_the_whole(base, until, period):
    labels = ["web" if index % 2 else "shop" for index in range(len(base))]
    found = cohorts(base, until=until, period=period, by=labels)
    whole = cohorts(base, until=until, period=period)
    assert {row.label for row in found.rows} <= {"web", "shop"}
    assert found.cells == whole.cells
    for row in found.rows:
        own = [days for days, label in zip(base, labels, strict=True) if label == row.label]
        alone = cohorts(own, until=until, period=period).cells
        assert [cell for cell in row.cells if cell is not None] == list(alone)


@given(st.dates(), PERIODS)
def test_a_period_holds_its_days(day, period):
    place = place_of(day, period)
    assert first_day(place, period) <= day
    assert place_of(first_day(place, period), period) == place
    if day < date.max:
        assert place_of(day + timedelta(days=1), period) - place in {0, 1}
    if day > date.min:
        assert last_over(day, period) in {place - 1, place}


def test_the_longest_time_has_an_end():
    assert last_over(date.max, "year") == 9999
    assert cohorts([[date.min]], until=date.min, period="week").cells == ()


ANN = {date(2026, 1, 31): 5, date(2026, 2, 1): 7, date(2026, 4, 2): 90}
BOB = {date(2026, 1, 2): 3}
EVE = {date(2026, 2, 3): 1, date(2026, 4, 3): 2}


def test_a_period_that_is_not_over_has_no_figure():
    found = cohorts([ANN, BOB, EVE], until=date(2026, 4, 29))
    january, february = found.rows
    assert [cell.active for cell in january.cells] == [2, 1, 0]
    assert [cell and cell.active for cell in february.cells] == [1, 0, None]
    assert [(cell.of, cell.active) for cell in found.cells] == [(3, 3), (3, 1), (2, 0)]
    assert found.notes == ("the month 2026-04 is not over: it has no figures",)
    over = cohorts([ANN, BOB, EVE], until=date(2026, 4, 30))
    assert [cell.active for cell in over.rows[0].cells] == [2, 1, 0, 1]
    assert over.notes == ()


def test_the_newest_cohort_grows_and_has_no_figure():
    found = cohorts([ANN, EVE], until=date(2026, 2, 20))
    assert [(row.size, row.growing) for row in found.rows] == [(1, 0), (1, 1)]
    assert found.rows[1].cells == (None,)
    assert found.overall.growing == 1
    assert found.cells[0].of == 1


def test_revenue_by_hand():
    found = cohorts([ANN, BOB, EVE], until=date(2026, 4, 30), unit="EUR")
    assert [cell.revenue for cell in found.rows[0].cells] == [8, 7, 0, 90]
    assert [cell.cumulative for cell in found.rows[0].cells] == [4, 7.5, 7.5, 52.5]
    assert [cell.revenue for cell in found.cells] == [9, 7, 2, 90]
    assert found.cells[3].cumulative == pytest.approx(9 / 3 + 7 / 3 + 2 / 3 + 90 / 2)


def test_rolling_sees_those_who_come_back_later():
    found = cohorts([ANN, BOB], until=date(2026, 4, 20), kind="rolling")
    assert [cell.active for cell in found.cells] == [2, 1, 1]  # April counts as later
    assert found.notes[-1].startswith("the last periods of a row are too low")


def test_survival_leaves_out_the_loss_of_a_period_that_is_not_over():
    lost = [None, date(2026, 3, 3), date(2026, 4, 9)]
    found = cohorts([ANN, BOB, EVE], until=date(2026, 4, 20), kind="survival", lost=lost)
    assert [cell.share.value for cell in found.cells] == [1, 1, 0.5]
    assert [(cell.of, cell.active) for cell in found.cells] == [(3, 3), (3, 3), (2, 1)]


def test_names_of_periods():
    day = date(2027, 1, 1)
    names = {every: name_of(place_of(day, every), every) for every in ("week", "month", "quarter")}
    assert names == {"week": "2026-W53", "month": "2027-01", "quarter": "2027-Q1"}
    assert cohorts([[day]], until=date(2028, 1, 1), period="year").rows[0].label == "2027"


def test_rows_are_ready_for_a_heat_map():
    rows = cohorts([ANN, BOB, EVE], until=date(2026, 4, 29)).to_rows()
    assert len(rows) == 2 * 3
    assert (rows[1]["cohort"], rows[1]["period"], rows[1]["share"]) == ("2026-01", 1, 0.5)
    assert rows[1]["start"] == date(2026, 1, 1)
    assert rows[5] == {
        "cohort": "2026-02",
        "start": date(2026, 2, 1),
        "size": 1,
        "period": 2,
        "of": None,
        "active": None,
        "share": None,
        "low": None,
        "high": None,
        "revenue": None,
        "revenue_per_customer": None,
        "cumulative": None,
    }
    assert rows[4]["share"] == rows[4]["revenue"] == 0


def test_customer_summaries_are_histories():
    bought, opened = small["bought"], small["opened"]
    base = opened(bought("o1", 3), bought("o2", 33), bought("o3", 33, who="bob"))
    people = base.summaries(as_of=date(2026, 3, 31)).customers.values()
    found = cohorts(people, until=date(2026, 3, 31))
    assert [(row.label, row.size) for row in found.rows] == [("2026-01", 1), ("2026-02", 1)]
    assert [(cell.of, cell.active) for cell in found.cells] == [(2, 2), (2, 1), (1, 0)]
    assert found.cells[0].revenue is None


def test_what_is_left_out_is_counted():
    base = [ANN, {}, {date(2026, 9, 9): 1}, BOB, {date(2026, 1, 5): None}]
    found = cohorts(base, until=date(2026, 4, 30), by=["a", "a", "a", None, "b"])
    assert found.customers == 2
    assert found.notes == (
        "1 of unknown spend left out",
        "1 without a label left out",
        "2 without an occasion by 2026-04-30 left out",
    )
    mixed = cohorts([ANN, list(BOB)], until=date(2026, 4, 30))
    assert mixed.notes == ("no revenue: spend is known of 1 of 2 customers",)
    assert mixed.cells[0].revenue is None


def test_nobody_gives_no_row():
    found = cohorts([], until=date(2026, 4, 30))
    assert (found.rows, found.cells, found.notes) == ((), (), ("no customers",))
    assert found.to_rows() == []
    assert isinstance(found, Cohorts)
    assert found.explain().parts == ()
    assert "no customers" in str(found)


DAY = date(2026, 4, 30)


@pytest.mark.parametrize(
    ("base", "options", "field"),
    [
        ([[DAY], ["2026-01-01"]], {}, r"histories\[1\]"),
        ([[datetime(2026, 1, 1, tzinfo=UTC)]], {}, r"histories\[0\]"),
        ([[DAY], None], {}, r"histories\[1\]"),
        ([[DAY], 3], {}, r"histories\[1\]"),
        (["2026-01-01"], {}, r"histories\[0\]"),
        ([{DAY: nan}], {}, r"histories\[0\]\[2026-04-30\]"),
        ([{"x": 1}], {}, r"histories\[0\]"),
        ([[DAY]], {"period": "fortnight"}, "period"),
        ([[DAY]], {"kind": "cohort"}, "kind"),
        ([[DAY]], {"until": "2026"}, "until"),
        ([[DAY]], {"until": datetime(2026, 1, 1, tzinfo=UTC)}, "until"),
        ([[DAY]], {"by": []}, "by"),
        ([[DAY]], {"by": [7]}, r"by\[0\]"),
        ([[DAY]], {"kind": "survival"}, "lost"),
        ([[DAY]], {"lost": [None]}, "lost"),
        ([[DAY]], {"kind": "survival", "lost": []}, "lost"),
        ([[DAY]], {"kind": "survival", "lost": [date(2026, 4, 29)]}, r"lost\[0\]"),
        ([[DAY]], {"kind": "survival", "lost": [True]}, r"lost\[0\]"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(base, options, field):
    with pytest.raises(InvalidValueError, match=field):
        cohorts(base, **({"until": DAY} | options))


def test_it_shows_the_newest_and_explains_itself():
    base = [[date(2020 + i // 12, 1 + i % 12, 1)] for i in range(40)]
    found = cohorts(base, until=date(2023, 12, 31))
    text = str(found)
    assert text.startswith(
        "40 customers in 40 cohorts by month, classic retention until 2023-12-31"
    )
    assert "16 older cohorts are not shown" in text
    assert "2023-04  1: 100% 0%" in text
    assert " …" in text
    priced = cohorts([ANN, BOB], until=DAY, unit="EUR").explain()
    assert [part.figure for part in priced.parts] == ["cohort_retention", "cohort_revenue"]
    assert priced.parts[1].answer == "52.50 EUR in periods 0 to 3"
