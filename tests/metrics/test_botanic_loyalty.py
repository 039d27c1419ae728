"""Satisfaction, intention and patronage of the same 7,015 customers of a garden-centre chain.

The survey knows neither rivals nor wallets, and is undated. So attitude is relative to the
sample (own minus sample mean), patronage is visits, cut at the sample's median, and both are
labelled so. The counts were made a second time from the file with other tools.
"""

import csv
import gzip
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import fmean, median

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "botanic.py"
botanic = runpy.run_path(str(EXAMPLE))


@pytest.fixture(scope="module")
def file(data):
    return data("nps_botanic/nps_odd_ids.csv.gz")


@pytest.fixture(scope="module")
def found(file):
    return botanic["judged"](str(file))


@pytest.fixture(scope="module")
def rows(file):
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_satisfaction_of_those_who_answered(found):
    csat = found["CSAT"]
    assert csat.top_box.n == 6991
    assert csat.top_box.value == pytest.approx((1379 + 2275) / 6991)
    assert csat.mean.notes[0] == "24 missing left out"
    assert found["NPS"].value == pytest.approx(53.22, abs=0.005)


def test_intention_needs_two_answers_and_is_their_mean(found, rows):
    told = [
        (int(row["nps"]) + int(row["intention"])) / 20
        for row in rows
        if "NA" not in {row["nps"], row["intention"]}
    ]
    assert len(found["intention"]) == len(told) == 6810
    assert fmean(found["intention"]) == pytest.approx(fmean(told))
    assert fmean(told) == pytest.approx(0.8849, abs=5e-5)


def test_every_type_carries_what_it_was_judged_by(found):
    labels = {(one.attitude_basis, one.patronage_basis) for one in found["types"]}
    assert labels == {
        (
            "satisfaction and repurchase intention, relative to the sample mean",
            "visits, cut at the sample's median",
        )
    }
    assert {one.patronage_cut for one in found["types"]} == {6}


def test_the_types_of_all_customers(found, rows):
    assert Counter(one.kind.value for one in found["types"]) == {
        "true": 2383,
        "latent": 1759,
        "none": 1435,
        "spurious": 1314,
        "unknown": 124,
    }
    unknown = sum("NA" in {row["satisfaction"], row["intention"]} for row in rows)
    assert unknown == 124


def test_the_types_are_those_counted_by_hand(found, rows):
    cut = median(int(row["NbPassageKS"]) for row in rows)
    known = [row for row in rows if "NA" not in {row["satisfaction"], row["intention"]}]
    sums = [int(row["satisfaction"]) + int(row["intention"]) for row in known]
    by_hand = Counter(
        (one >= fmean(sums), int(row["NbPassageKS"]) >= cut)
        for one, row in zip(sums, known, strict=True)
    )
    counted = Counter(one.kind.value for one in found["types"])
    assert by_hand == {
        (True, True): counted["true"],
        (True, False): counted["latent"],
        (False, True): counted["spurious"],
        (False, False): counted["none"],
    }


def test_who_stands_on_the_median_or_near_the_mean_is_borderline(found, rows):
    # The mean attitude is 0.867 and answers lie 0.05 apart: 0.85 and 0.90 are within the band.
    near = [
        row["NbPassageKS"] == "6"
        or (
            "NA" not in {row["satisfaction"], row["intention"]}
            and int(row["satisfaction"]) + int(row["intention"]) in {17, 18}
        )
        for row in rows
    ]
    assert [one.borderline for one in found["types"]] == near
    assert sum(near) == 2259


def test_the_example_prints_the_figures(file):
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), str(file)], capture_output=True, text=True, check=True
    )
    assert "true       2,383" in done.stdout
    assert "relative to the sample mean; visits, cut at the sample's median" in done.stdout
