"""CDNOW from the raw sample log to the published table and parameters.

Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting your customers" the easy way.
Marketing Science 24(2), 275-284; the customers as they stood on 1997-09-30.
"""

import csv
import gzip
from datetime import date

import pytest

from crmkit import CustomerBase, Shop, read_orders
from crmkit.metrics import BGNBD

AS_OF = date(1997, 9, 30)


@pytest.fixture(scope="module")
def customers(data):
    """Every customer's summary by the number of the sample."""
    shop = Shop(id="cdnow", currency="USD")
    base = CustomerBase.open("memory:", shop=shop)
    report = base.load(read_orders(data("cdnow/CDNOW_sample.txt.gz"), preset="cdnow"))
    assert (report.accepted, report.known, report.problems) == (6919, 0, ())
    summaries = base.summaries(as_of=AS_OF).customers
    with gzip.open(data("cdnow/CDNOW_sample.txt.gz"), "rt") as file:
        numbers = {int(line.split()[1]): str(int(line.split()[0])) for line in file}
    return {number: summaries[master] for number, master in numbers.items()}


@pytest.fixture(scope="module")
def published(data):
    with gzip.open(data("cdnow/cdnow_customers_summary_with_transactions.csv.gz"), "rt") as file:
        return {int(row["ID"]): row for row in csv.DictReader(file)}


def test_every_customer_equals_the_published_table(customers, published):
    assert customers.keys() == published.keys()
    assert len(customers) == 2357
    for number, row in published.items():
        one = customers[number]
        got = (
            one.repeats,
            f"{one.recency_weeks:.2f}",
            f"{one.age_weeks:.2f}",
        )
        assert got == (int(row["x"]), f"{float(row['t_x']):.2f}", f"{float(row['T']):.2f}"), number


def test_every_mean_spend_equals_the_published_table(customers, published):
    for number, row in published.items():
        mean = customers[number].mean_repeat_spend
        assert (mean or 0) / 100 == pytest.approx(float(row["zbar"]), abs=0.00501), number


def test_equal_rows_are_facts_of_their_own(data):
    with gzip.open(data("cdnow/CDNOW_sample.txt.gz"), "rt") as file:
        rows = file.readlines()
    facts = list(read_orders(data("cdnow/CDNOW_sample.txt.gz"), preset="cdnow"))
    assert len(rows) - len(set(rows)) == 21
    assert len({one.id for one in facts}) == len(facts) == len(rows)


def test_the_fit_is_that_of_the_unrounded_table(customers):
    people = list(customers.values())
    fit = BGNBD.fit(
        [one.repeats for one in people],
        [one.recency_weeks for one in people],
        [one.age_weeks for one in people],
    )
    assert fit.converged
    model = fit.model
    assert [round(each, 5) for each in (model.r, model.alpha, model.a, model.b)] == [
        0.24259,
        4.41360,
        0.79292,
        2.42591,
    ]
