"""The real logs of CDNOW: three files, one shop, the same facts."""

from collections import Counter
from decimal import Decimal

import pytest

from crmkit.adapters.importers import read_orders
from crmkit.domain.interactions import Purchase

MASTER = "cdnow/CDNOW_master.txt.gz"
SAMPLE = "cdnow/CDNOW_sample.txt.gz"
EVENTS = "cdnow/cdnowElog.csv.gz"


def purchases(path):
    log = read_orders(path, preset="cdnow")
    read = list(log)
    assert all(type(one) is Purchase for one in read)
    assert log.rows == log.rows_used == len(read)
    return read


@pytest.mark.parametrize("name", [SAMPLE, EVENTS])
def test_the_sample_is_6919_facts_of_2357_customers(data, name):
    read = purchases(data(name))
    assert len({one.id for one in read}) == len(read) == 6_919
    assert len({one.customer_id for one in read}) == 2_357


def test_equal_rows_are_facts_of_their_own(data):
    equal = Counter((one.customer_id, one.at, one.lines) for one in purchases(data(SAMPLE)))
    assert sum(times - 1 for times in equal.values()) == 21


def test_the_master_file_has_its_published_totals(data):
    read = purchases(data(MASTER))
    assert len({one.id for one in read}) == len(read) == 69_659
    assert len({one.customer_id for one in read}) == 23_570
    lines = [one.lines[0] for one in read]
    assert sum(line.quantity for line in lines) == 167_881
    assert Decimal(sum(line.amount.minor for line in lines)).scaleb(-2) == Decimal("2500315.63")
    assert sum(line.amount.minor == 0 for line in lines) == 80
    days = sorted(one.at.date().isoformat() for one in read)
    assert (days[0], days[-1]) == ("1997-01-01", "1998-06-30")


def test_all_three_files_say_the_same(data):
    sample = set(purchases(data(SAMPLE)))
    assert sample == set(purchases(data(EVENTS)))
    assert sample <= set(purchases(data(MASTER)))


def test_customers_carry_the_number_of_the_master_file(data):
    first = purchases(data(SAMPLE))[0]
    assert (first.customer_id, first.lines[0].amount.minor) == ("4", 2933)
    assert (first.lines[0].quantity, first.lines[0].product_id) == (2, None)
