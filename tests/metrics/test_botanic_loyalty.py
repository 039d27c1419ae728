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

from crmkit.metrics import intention_calibration, intentional, loyalty, loyalty_noise, rescaled

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


@pytest.fixture(scope="module")
def intents(rows):
    """The loyalty of every customer as far as the two intention items tell it."""
    told = [
        {
            name: None if row[column] == "NA" else rescaled(int(row[column]), (0, 10))
            for name, column in (("repurchase", "intention"), ("recommend", "nps"))
        }
        for row in rows
    ]
    return [loyalty(intentional=intentional(**one)) for one in told]


def test_the_two_intention_items_are_one_reliable_scale(intents, rows):
    """Checked by the Spearman-Brown formula, on the correlation reckoned by numpy."""
    numpy = pytest.importorskip("numpy")
    noise = loyalty_noise(intents).dimensions["intentional"]
    told = [
        (int(row["intention"]) / 10, int(row["nps"]) / 10)
        for row in rows
        if "NA" not in {row["nps"], row["intention"]}
    ]
    r = numpy.corrcoef(numpy.array(told).T)[0, 1]
    assert r == pytest.approx(0.8171, abs=5e-5)
    assert 2 * r / (1 + r) == pytest.approx(0.8993, abs=5e-5)
    assert noise.n == len(told) == 6810
    assert noise.error.reliability.value == pytest.approx(2 * r / (1 + r), abs=0.003)
    assert noise.error.sd == pytest.approx(numpy.array(told).mean(axis=1).std(ddof=1))
    assert noise.error.sem.value == pytest.approx(0.0464, abs=5e-5)


def test_one_customers_intention_is_uncertain_by_a_tenth_either_way(intents):
    noise = loyalty_noise(intents)
    one = next(each for each in intents if each.scores["intentional"] == 0.8)
    band = noise.band(one.parts[0])
    assert (band.low, band.high) == pytest.approx((0.709, 0.891), abs=5e-4)


def test_intention_cannot_be_calibrated_for_no_later_purchase_is_known(rows):
    """The visits are those of before the survey: what was done afterwards is missing for all."""
    said = [None if row["intention"] == "NA" else int(row["intention"]) / 10 for row in rows]
    found = intention_calibration(said, [None] * len(said))
    assert found.bias.value is None
    assert found.calibrated(0.9) is None
    assert found.notes == ("7,015 missing left out",)


def test_the_example_prints_the_figures(file):
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), str(file)], capture_output=True, text=True, check=True
    )
    assert "true       2,383" in done.stdout
    assert "relative to the sample mean; visits, cut at the sample's median" in done.stdout
