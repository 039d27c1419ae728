"""A log is cut in two where it is asked to be, and nothing leaks from the later part."""

import runpy
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import BGNBD, Holdout, holdout
from crmkit.metrics.catalogue import CATALOGUE

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))

START = date(2025, 1, 1)
SPLIT, UNTIL = date(2025, 7, 1), date(2025, 12, 31)

days = st.integers(0, 400).map(lambda day: START + timedelta(days=day))
histories = st.lists(st.lists(days, max_size=8), max_size=12)


def on(*offsets):
    return [START + timedelta(days=day) for day in offsets]


def test_a_customer_is_known_by_the_days_up_to_the_split_alone():
    cut = holdout([on(0, 14, 28, 181, 182, 364, 365)], split=SPLIT, until=UNTIL)
    assert (cut.repeats, cut.recency, cut.age) == ((3,), (181 / 7,), (181 / 7,))
    assert (cut.bought, cut.total, cut.weeks) == ((2,), 2, 183 / 7)
    assert cut.first_days == ((START, 1),)
    assert [count for _, count in cut.repeat_days] == [1, 1, 1, 1, 1]
    assert cut.notes == ()


def test_a_one_time_buyer_of_the_last_known_day_is_a_newcomer():
    cut = holdout([[SPLIT]], split=SPLIT, until=UNTIL)
    assert (cut.repeats, cut.recency, cut.age, cut.bought) == ((0,), (0.0,), (0.0,), (0,))


def test_who_came_later_or_never_is_left_out_and_counted():
    cut = holdout([on(200), on(3, 190), [], on(500), on(300)], split=SPLIT, until=UNTIL)
    assert (cut.customers, cut.index, cut.bought) == (1, (1,), (1,))
    assert cut.notes == (
        "2 customers without an occasion by 2025-12-31 left out",
        "2 customers first seen after the split left out",
    )
    assert cut.to_rows() == [
        {"index": 1, "repeats": 0, "recency": 0.0, "age": 178 / 7, "bought": 1}
    ]


def test_a_day_given_twice_or_out_of_order_is_one_occasion():
    assert holdout([on(28, 0, 14, 14, 0)], split=SPLIT, until=UNTIL) == holdout(
        [on(0, 14, 28)], split=SPLIT, until=UNTIL
    )


def test_days_with_amounts_are_read_as_days():
    amounts = dict.fromkeys(on(0, 14, 200), 5.0)
    assert holdout([amounts], split=SPLIT, until=UNTIL).bought == (1,)


@given(histories)
def test_every_occasion_of_a_customer_is_counted_once(some):
    cut = holdout(some, split=SPLIT, until=UNTIL)
    for index, repeats, bought in zip(cut.index, cut.repeats, cut.bought, strict=True):
        assert 1 + repeats + bought == len({day for day in some[index] if day <= UNTIL})
    assert sum(count for _, count in cut.first_days) == cut.customers
    assert sum(count for _, count in cut.repeat_days) == sum(cut.repeats) + cut.total
    assert all(0 <= t_x <= T for t_x, T in zip(cut.recency, cut.age, strict=True))
    seen = [one for one in some if any(day <= UNTIL for day in one)]
    assert cut.customers == sum(min(one) <= SPLIT for one in seen)


@given(histories)
def test_a_split_at_the_end_leaves_no_purchase(some):
    cut = holdout(some, split=UNTIL, until=UNTIL)
    assert (cut.total, cut.weeks) == (0, 0.0)
    assert set(cut.bought) <= {0}
    assert "the hold-out has no days: the log is cut at its end" in cut.notes


@given(histories, st.randoms())
def test_the_order_of_customers_changes_their_order_alone(some, random):
    order = list(range(len(some)))
    random.shuffle(order)
    one = holdout(some, split=SPLIT, until=UNTIL)
    other = holdout([some[i] for i in order], split=SPLIT, until=UNTIL)
    given = {order[row["index"]]: row for row in other.to_rows()}
    assert all({**given[row["index"]], "index": row["index"]} == row for row in one.to_rows())
    assert (one.first_days, one.repeat_days) == (other.first_days, other.repeat_days)
    assert sorted(one.notes) == sorted(other.notes)


@pytest.mark.parametrize("some", [[], [[]], [on(190)]])
def test_without_customers_the_answer_is_empty_and_says_so(some):
    cut = holdout(some, split=SPLIT, until=UNTIL)
    assert (cut.customers, cut.total, cut.repeats, cut.to_rows()) == (0, 0, (), [])
    assert "no customers: nobody had bought by 2025-07-01" in cut.notes
    with pytest.raises(InsufficientDataError):
        cut.fit(BGNBD)


def test_a_split_before_every_purchase_leaves_nobody():
    cut = holdout([on(5, 9)], split=START - timedelta(days=1), until=UNTIL)
    assert cut.customers == 0
    assert cut.notes[0] == "1 customer first seen after the split left out"


def test_a_split_after_the_end_is_refused():
    with pytest.raises(InvalidValueError, match=r"split is .*must not be after 2025-07-01"):
        holdout([], split=UNTIL, until=SPLIT)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"split": "2025-07-01"}, "split"),
        ({"until": datetime(2025, 12, 31, tzinfo=UTC)}, "until"),
        ({"histories": [on(0), [datetime(2025, 1, 1, tzinfo=UTC)]]}, r"histories\[1\]"),
        ({"histories": [on(0), [float("nan")]]}, r"histories\[1\]"),
        ({"histories": [on(0), None]}, r"histories\[1\]"),
        ({"histories": ["2025-01-01"]}, r"histories\[0\]"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, field):
    given = {"histories": [], "split": SPLIT, "until": UNTIL, **change}
    with pytest.raises(InvalidValueError, match=f"^{field} is"):
        holdout(**given)


def summary_of_ann(as_of):
    bought = small["bought"]
    base = small["opened"](*(bought(f"p{day}", day) for day in (0, 14, 200)))
    return base.summaries(as_of=as_of).customers["ann"]


def test_a_summary_is_read_as_its_days():
    first = date(2026, 1, 1)
    given = [first + timedelta(days=day) for day in (0, 14, 200)]
    cuts = [
        holdout([one], split=date(2026, 7, 1), until=date(2026, 12, 31))
        for one in (given, summary_of_ann(date(2026, 12, 31)))
    ]
    assert cuts[0] == cuts[1]
    assert cuts[0].bought == (1,)


def test_a_summary_that_does_not_reach_the_end_is_refused():
    early = summary_of_ann(date(2026, 12, 30))
    with pytest.raises(InvalidValueError, match=r"histories\[1\] .*must be as of 2026-12-31"):
        holdout([[], early], split=date(2026, 7, 1), until=date(2026, 12, 31))


def test_a_fit_is_that_of_the_columns():
    some = [on(0, 14 + k, 40 + 3 * k, 190) if k % 3 else on(k) for k in range(30)]
    cut = holdout(some, split=SPLIT, until=UNTIL)
    assert cut.fit(BGNBD) == BGNBD.fit(cut.repeats, cut.recency, cut.age)


def test_it_shows_and_explains_itself():
    cut = holdout([on(0, 14, 200), on(7), on(250)], split=SPLIT, until=UNTIL)
    assert str(cut).startswith("2 customers until 2025-07-01, held out until 2025-12-31\n")
    assert "1 repeat purchase by 1 customer" in str(cut)
    told = cut.explain()
    assert (told.figure, told.formula) == ("holdout", CATALOGUE["holdout"].formula)
    assert told.left_out == cut.notes
    assert "<table" in cut._repr_html_()
    assert isinstance(cut, Holdout)


def test_cutting_a_log_loads_no_numpy():
    code = (
        "import sys; from datetime import date; from crmkit.metrics import holdout;"
        "cut = holdout([[date(2025, 1, 1)]], split=date(2025, 2, 1), until=date(2025, 3, 1));"
        "str(cut), cut.explain(); assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
