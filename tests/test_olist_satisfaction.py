"""Behaviour against the stars that Olist's customers gave: real data, judged out of sample.

What the files say is counted here a second time, row by row.
"""

import csv
import gzip
import subprocess
import sys
from collections import defaultdict
from importlib import import_module
from math import sqrt
from pathlib import Path
from statistics import fmean

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
LAST_DAY = "2018-10-22"


@pytest.fixture(scope="module")
def example():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        yield import_module("olist_satisfaction")


@pytest.fixture(scope="module")
def folder(data):
    return data("olist_subset")


@pytest.fixture(scope="module")
def people(example, folder):
    with example.opened(folder) as base:
        assert str(base.last_day()) == LAST_DAY
        return example.reviewers(base)


@pytest.fixture(scope="module")
def found(example, people):
    return example.calibrated(people)


def rows(folder, table):
    with gzip.open(folder / f"olist_{table}_dataset.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def by_hand(folder):
    """Per person whose stars are known: deliveries on time, late, overdue; mean stars."""
    who = {row["customer_id"]: row["customer_unique_id"] for row in rows(folder, "customers")}
    filled = {row["order_id"] for row in rows(folder, "order_items")}
    orders = {row["order_id"]: row for row in rows(folder, "orders")}
    stars, dealt = defaultdict(list), defaultdict(lambda: {"on time": 0, "late": 0, "due": set()})
    for row in rows(folder, "order_reviews"):
        stars[who[orders[row["order_id"]]["customer_id"]]].append(int(row["review_score"]))
    for row in orders.values():
        if row["order_id"] not in filled or row["order_status"] in {"canceled", "unavailable"}:
            continue
        mine = dealt[who[row["customer_id"]]]
        promised = row["order_estimated_delivery_date"][:10]
        arrived = row["order_delivered_customer_date"][:10]
        if arrived:
            mine["late" if arrived > promised else "on time"] += 1
        elif promised < LAST_DAY:
            mine["due"].add(promised)
    return [(dealt[one], (fmean(given) - 1) / 4) for one, given in stars.items()]


def test_what_is_late_and_overdue_is_what_the_files_say(people, by_hand):
    seen = [dealt for dealt, _ in by_hand]
    assert len(people) == len(by_hand) == 8_016
    late = sum(one.signals.late or 0 for one in people)
    overdue = sum(one.signals.overdue or 0 for one in people)
    assert (late, overdue) == (
        sum(one["late"] for one in seen),
        sum(len(one["due"]) for one in seen),
    )
    assert (late, overdue) == (342, 1_728)
    assert fmean(one.stated for one in people) == pytest.approx(fmean(y for _, y in by_hand))


def test_behaviour_foretells_stars_better_than_their_mean_and_this_is_how_well(found):
    assert (found.n, found.missing, found.folds) == (6_800, 1_216, 5)
    errors = [found.rmse, found.mae, found.rmse_of_mean, found.mae_of_mean, found.r_squared]
    assert [one.value for one in errors] == pytest.approx(
        [0.3085, 0.2432, 0.4137, 0.3716, 0.4439], abs=5e-5
    )
    assert found.beats_mean
    assert found.r_squared.low == pytest.approx(0.42, abs=0.005)
    assert found.rank_correlation.value == pytest.approx(0.620, abs=0.001)


def test_the_raw_proxy_is_no_answer_and_calibration_mends_it(people, found):
    pairs = [(one.shown.score.value, one.stated) for one in people]
    known = [(score / 100, stated) for score, stated in pairs if score is not None]
    raw = sqrt(fmean((score - stated) ** 2 for score, stated in known))
    assert raw == pytest.approx(0.410, abs=0.0005)
    assert found.rmse.high < raw
    assert raw > found.rmse_of_mean.low  # on its own scale it is hardly better than the mean


def test_the_error_is_that_of_knowing_who_waits_by_hand(found, by_hand):
    """Nearly all that behaviour tells here is whether a customer still waits, or waited."""
    groups = defaultdict(list)
    for dealt, stated in by_hand:
        if dealt["on time"] or dealt["late"] or dealt["due"]:
            groups[bool(dealt["due"]), bool(dealt["late"])].append(stated)
    assert sum(map(len, groups.values())) == 6_800
    inside = sqrt(sum((y - fmean(mine)) ** 2 for mine in groups.values() for y in mine) / 6_800)
    assert found.rmse.value == pytest.approx(inside, abs=0.006)
    assert found.of(found.knots[0].score).value == pytest.approx(
        fmean(groups[True, False] + groups[True, True] + groups[False, True]), abs=0.05
    )


def test_the_stars_themselves_have_no_part_in_it(people):
    assert {one.shown.components["stars"] for one in people} == {None}
    assert {one.shown.anchors.weights["stars"] for one in people} == {0}


def test_who_called_every_order_off_shows_nothing(people):
    nothing = [one for one in people if one.shown.score.value is None]
    assert len(nothing) == 1_216
    assert all(not one.signals.delivered and not one.signals.overdue for one in nothing)


def test_the_example_prints_the_error_and_of_what_the_set_is_made(folder):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "olist_satisfaction.py"), str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].endswith("those that never arrived are over-sampled.")
    assert lines[1] == "8,016 customers gave stars; of 1,216 no delivery was due"
    assert lines[2] == "1,722 still wait beyond the promised day, 342 got an order late"
    told = " ".join(done.stdout.split())
    assert "error out of sample (RMSE) 30.8% of the scale (30.2% to 31.5%, n 6,800)" in told
    assert "error of saying the mean (RMSE) 41.4% of the scale" in told
