"""Numbers, times and customers as cells say them."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.adapters.importers.customers import customer_reader
from crmkit.adapters.importers.memo import Memo
from crmkit.adapters.importers.moments import Moments
from crmkit.adapters.importers.numbers import flag, money, number
from crmkit.adapters.importers.refusals import Refused
from crmkit.domain.errors import InvalidValueError, UnreadableLogError
from crmkit.domain.money import Money

MADRID = ZoneInfo("Europe/Madrid")


def moment(text, **options):
    return Moments(MADRID, **options).of[text]


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("12", ".", "12"),
        (" 3.39 ", ".", "3.39"),
        ("-2.5e1", ".", "-25"),
        ("1,234.50", ".", "1234.50"),
        ("1,234,567", ".", "1234567"),
        ("2,50", ",", "2.50"),
        ("-1.234,5", ",", "-1234.5"),
        ("7", ",", "7"),
    ],
)
def test_numbers_are_read_exactly(text, mark, value):
    assert number("price", text, mark) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        *(("", "."), ("free", "."), ("nan", "."), ("inf", "."), ("1,234", "."), ("2,50", ".")),
        *(("1.234", ","), ("2.50", ","), ("€3", "."), ("1e12", "."), ("9" * 41, "."), ("", ",")),
    ],
)
def test_what_is_no_one_number_is_refused(text, mark):
    with pytest.raises(InvalidValueError, match="price"):
        number("price", text, mark)


def test_an_ambiguous_comma_names_the_way_out():
    with pytest.raises(InvalidValueError, match="or tell decimal=','"):
        number("price", "1,234")


@pytest.mark.parametrize(("text", "pence"), [("0.125", 12), ("0.135", 14), ("-0.125", -12)])
def test_money_is_rounded_half_even(text, pence):
    assert money("amount", Decimal(text), "GBP") == Money(pence, "GBP")


def test_money_that_no_store_could_hold_is_refused():
    with pytest.raises(InvalidValueError, match="minor units"):
        money("amount", Decimal(10) ** 13, "EUR")


def test_a_flag_is_yes_or_no():
    assert [flag("refund", text) for text in ("Yes", "", "0", "refund")] == [
        True,
        False,
        False,
        True,
    ]
    with pytest.raises(InvalidValueError, match="yes or no"):
        flag("refund", "12.00")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2011-12-09 12:50:00", "2011-12-09T11:50:00"),
        ("2011-07-09T12:50", "2011-07-09T10:50:00"),
        ("2011-12-09T12:50:00Z", "2011-12-09T12:50:00"),
        ("2011-12-09 12:50:00 UTC", "2011-12-09T12:50:00"),
        ("2011-12-09 12:50:00 +0200", "2011-12-09T10:50:00"),
        ("2011-12-09", "2011-12-08T23:00:00"),
        ("20111209", "2011-12-08T23:00:00"),
        ("20111209125000", "2011-12-09T11:50:00"),
        ("201112091250", "2011-12-09T11:50:00"),
        ("2011/12/9", "2011-12-08T23:00:00"),
        ("9.12.2011 12:50", "2011-12-09T11:50:00"),
        ("9 Dec 2011 12:50", "2011-12-09T11:50:00"),
        ("Fri, 09 Dec 2011 12:50:00 +0000", "2011-12-09T12:50:00"),
        ("12/31/97 1:05 PM", "1997-12-31T12:05:00"),
        ("12/31/68 12:05 am", "2068-12-30T23:05:00"),
    ],
)
def test_times_are_read_in_the_zone_and_kept_in_utc(text, utc):
    assert moment(text, day_first=False) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2011-13-01", "2011-02-30", "10:30", "May 2011", "Dec 9", "1323435000"),
        *("0001-01-01", "9999-12-31", "31/31/2011", "9 Dec 2011 12:50 XST", "2011-12-09 25:00"),
        *("1/2/3", "12/31/1997 13:05 pm", "２０１１-12-09", "1" * 500),
    ],
)
def test_a_date_that_is_none_is_refused(text):
    assert isinstance(moment(text, day_first=False), Refused)


def test_a_time_that_happens_twice_is_the_first_of_the_two():
    assert moment("2011-10-30 02:30") == datetime(2011, 10, 30, 0, 30, tzinfo=UTC)


def test_a_time_that_clocks_skip_is_counted_from_before():
    assert moment("2011-03-27 02:30") == datetime(2011, 3, 27, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("seen", "day"), [("13/02/2011", 2), ("1-12-2011", None), ("2/13/11", 1)])
def test_a_number_above_twelve_tells_what_comes_first(seen, day):
    moments = Moments(MADRID)
    moments.look("2011-05-05")
    moments.look("05/05/2011")
    moments.look(seen)
    if day is None:
        with pytest.raises(UnreadableLogError, match=r"1-12-2011.*two ways.*day_first"):
            moments.settle(Path("log.csv"))
    else:
        moments.settle(Path("log.csv"))
        assert moments.of["02/01/2011 12:00"].day == day


def test_dates_that_contradict_each_other_are_asked_about():
    moments = Moments(MADRID)
    moments.look("13/02/2011")
    moments.look("02/13/2011")
    with pytest.raises(UnreadableLogError, match="'13/02/2011' and '02/13/2011'"):
        moments.settle(Path("log.csv"))


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_refused(text):
    assert isinstance(moment(text), datetime | Refused)


@given(st.text(alphabet="0123456789.,-+eE_ ", max_size=45), st.sampled_from([".", ","]))
def test_any_text_is_a_number_or_refused(text, mark):
    try:
        value = number("price", text, mark)
    except InvalidValueError:
        return
    assert abs(value) < 10**12


@pytest.mark.parametrize(
    ("cell", "customer"),
    [
        *((" c-17 ", "c-17"), ("17850.0", "17850"), ("00004", "00004"), ("Ann@X.com", "ann@x.com")),
        *(("", ""), ("0", ""), ("NaN", ""), ("None", "")),
    ],
)
def test_customers_are_read_as_ids(cell, customer):
    assert customer_reader(numbered=False)(cell) == customer


def test_numbered_customers_lose_their_zeros():
    assert customer_reader(numbered=True)("00004") == "4"


def test_nobody_can_pose_as_a_guest():
    assert isinstance(customer_reader(numbered=False)("guest:shop/1"), Refused)


def test_a_memo_starts_afresh_when_it_is_full():
    asked = []
    memo = Memo(lambda key: asked.append(key) or key * 2, limit=2)
    assert [memo[key] for key in (1, 2, 1, 3, 1)] == [2, 4, 2, 6, 2]
    assert asked == [1, 2, 3, 1]
    assert len(memo) == 2
