"""Real data: who leaves a telephone company, and what consumers complain of to their agency.

The first is a sample that IBM made for teaching: tenure in months, left or not. The second are
20,000 complaints to the US Consumer Financial Protection Bureau, 2012 to 2016.
"""

import csv
import gzip
from collections import Counter
from datetime import date
from math import log

import pytest

from crmkit.domain.times import day_number
from crmkit.metrics import Complaint, Episode, complaints_by_category, hazard_ratios
from crmkit.metrics.intervals import wilson

MONTHLY, UNAIDED = "month to month", "no tech support"


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def subscribers(data):
    return rows_of(data("telco_churn/Telco-Customer-Churn.csv.gz"))


def life_of(row):
    """A subscriber's months; those of no month yet have not been watched."""
    names = {
        MONTHLY: row["Contract"] == "Month-to-month",
        UNAIDED: row["TechSupport"] == "No",
    }
    return Episode(
        0,
        int(row["tenure"]),
        left=row["Churn"] == "Yes",
        exposures={name for name, holds in names.items() if holds},
    )


@pytest.fixture(scope="module")
def lives(subscribers):
    return [life_of(row) for row in subscribers if row["tenure"] != "0"]


def maximised(lives):
    """Effects of the two exposures: the likelihood with Efron's ties, by a general maximiser."""
    np, optimize = pytest.importorskip("numpy"), pytest.importorskip("scipy.optimize")
    x = np.array([[MONTHLY in one.exposures, UNAIDED in one.exposures] for one in lives], float)
    stop, left = np.array([one.stop for one in lives]), np.array([one.left for one in lives])
    months = np.unique(stop[left])
    here = [stop >= month for month in months]
    gone = [left & (stop == month) for month in months]

    def minus(effects):
        pulls = x @ effects
        weights, height = np.exp(pulls), pulls[left].sum()
        for staying, leaving in zip(here, gone, strict=True):
            parts = np.arange(leaving.sum()) / leaving.sum()
            height -= np.log(weights[staying].sum() - parts * weights[leaving].sum()).sum()
        return -height

    return optimize.minimize(minus, np.zeros(2), method="BFGS", options={"gtol": 1e-5}).x


def test_who_may_leave_every_month_leaves_many_times_as_fast(lives):
    assert (len(lives), sum(one.left for one in lives)) == (7032, 1869)
    one = hazard_ratios(lives, names=[MONTHLY], unit="months")[MONTHLY]
    assert (one.customers, one.leavings, one.censored) == (3875, 1655, 2220)
    assert (one.time, one.other_time) == (69_892, 158_098)
    assert one.ratio.value == pytest.approx(19.9142, abs=5e-5)
    assert (one.ratio.low, one.ratio.high) == (
        pytest.approx(17.0393, abs=5e-5),
        pytest.approx(23.2742, abs=5e-5),
    )


def test_two_exposures_together_are_those_of_a_general_maximiser(lives):
    found = hazard_ratios(lives, unit="months")
    effects = maximised(lives)
    for name, effect in zip((MONTHLY, UNAIDED), effects, strict=True):
        assert log(found[name].ratio.value) == pytest.approx(effect, abs=2e-5)
    alone = hazard_ratios(lives, names=[MONTHLY])[MONTHLY].ratio.value
    assert found[UNAIDED].raises
    assert found[MONTHLY].ratio.value < alone


@pytest.fixture(scope="module")
def agency(data):
    return rows_of(data("cfpb_complaints/cfpb_complaints_20k.csv.gz"))


_SAID = {"0": True, "1": False, "": None}


def complaint_of(row):
    """A complaint to the agency; who complained is not told, so all of a row stands for them."""
    return Complaint(
        customer_id="/".join(row.values()),
        category=row["Product"],
        opened_day=day_number(date.fromisoformat(row["Date received"])),
        resolved=_SAID[row["Consumer disputed?"]],
        in_time=row["Timely response?"] == "1",
    )


@pytest.fixture(scope="module")
def by_product(agency):
    return complaints_by_category(map(complaint_of, agency))


def test_complaints_are_counted_by_product_and_exact_duplicates_told(agency, by_product):
    assert {name: one.complaints for name, one in by_product.items()} == {
        "Mortgage": 6848,
        "Debt collection": 4173,
        "Credit reporting": 3956,
        "Credit card": 2541,
        "Bank account or service": 2482,
    }
    assert list(by_product) == [
        name for name, _ in Counter(r["Product"] for r in agency).most_common()
    ]
    assert sum(one.repeated for one in by_product.values()) == 23
    assert sum(one.customers for one in by_product.values()) == 20_000 - 23


def test_what_consumers_disputed_is_not_resolved(agency, by_product):
    disputed = Counter((row["Product"], row["Consumer disputed?"]) for row in agency)
    for name, one in by_product.items():
        accepted, told = disputed[name, "0"], disputed[name, "0"] + disputed[name, "1"]
        assert one.resolved.n == told
        assert one.resolved.value == accepted / told
        assert (one.resolved.low, one.resolved.high) == wilson(accepted, told)
        assert one.resolved.notes == (f"{disputed[name, '']:,} open or unknown left out",)
    assert sum(one.resolved.n for one in by_product.values()) == 15_337 + 3_938
    assert sum(one.resolved.value * one.resolved.n for one in by_product.values()) == pytest.approx(
        15_337
    )


def test_what_was_answered_in_time_and_accepted_is_recovered(agency, by_product):
    for name, one in by_product.items():
        told = [r for r in agency if r["Product"] == name and r["Consumer disputed?"]]
        good = [r for r in told if r["Consumer disputed?"] == "0" and r["Timely response?"] == "1"]
        assert (one.recovered.value, one.recovered.n) == (len(good) / len(told), len(told))
        assert one.recovered.value < one.resolved.value
    assert sum(row["Timely response?"] == "1" for row in agency) == 19_436


def test_what_the_agency_does_not_tell_is_unknown(by_product):
    one = by_product["Mortgage"]
    assert (one.severity.value, one.closing_days.value) == (None, None)
    assert "6,848" in one.brief()
