"""Three real surveys: mobile phones (ECSI), a Spanish bank, and a hospital (SERVPERF)."""

import csv
import gzip

import numpy as np
import pytest
from scipy import stats

from crmkit.metrics import Outweighs, acsi, asked_disconfirmation, disconfirmation, service_gap


def columns(path, *names):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in names}


def index_by_numpy(answers, low, high):
    own = (100 * (np.array(list(answers.values())) - low) / (high - low)).mean(axis=0)
    ends = stats.t.interval(0.95, len(own) - 1, loc=own.mean(), scale=stats.sem(own))
    return (own.mean(), *ends)


def rounded(one, digits=3):
    return tuple(round(each, digits) for each in (one.value, one.low, one.high))


@pytest.fixture
def phones(data):
    path = data("ecsi_satisfaction/ecsi_mobile_phone.csv.gz")
    return columns(path, "CUSA1", "CUSA2", "CUSA3", "CUEX1", "PERQ1")


@pytest.fixture
def satisfied(phones):
    return {name: phones[name] for name in ("CUSA1", "CUSA2", "CUSA3")}


def test_the_index_of_250_phone_customers_by_the_standard_items(satisfied):
    score = acsi(satisfied).score
    assert rounded(score) == (71.97, 70.136, 73.804)
    assert (score.value, score.low, score.high) == pytest.approx(index_by_numpy(satisfied, 1, 10))
    assert score.n == 250


def test_the_first_component_of_the_phone_customers_is_that_of_numpy(satisfied):
    found = acsi(satisfied, weights="first_component")
    _, vectors = np.linalg.eigh(np.cov(np.array(list(satisfied.values()))))
    weights = vectors[:, -1] / vectors[:, -1].sum()
    assert list(found.weights.values()) == pytest.approx(list(weights))
    assert [round(one, 4) for one in found.weights.values()] == [0.2177, 0.3971, 0.3852]
    assert rounded(found.score, 2) == (70.97, 68.98, 72.86)


def test_the_index_of_250_bank_customers_by_their_four_items(data):
    path = data("ecsi_satisfaction/spanish_bank_satisfaction.csv.gz")
    answers = columns(path, "sat1", "sat2", "sat3", "sat4")
    score = acsi(answers, scale=(0, 10)).score
    assert rounded(score) == (68.33, 66.205, 70.455)
    assert (score.value, score.low, score.high) == pytest.approx(index_by_numpy(answers, 0, 10))


def test_quality_outweighs_expectation_for_the_phone_customers(phones):
    expected, perceived = phones["CUEX1"], phones["PERQ1"]
    found = disconfirmation(expected, perceived, phones["CUSA1"], scale=(1, 10))
    E, P = np.array(expected), np.array(perceived)
    b, *_ = np.linalg.lstsq(
        np.column_stack([np.ones(250), E, P - E]), np.array(phones["CUSA1"]), rcond=None
    )
    assert [one.value for one in found.effects.coefficients.values()] == pytest.approx(list(b))
    assert rounded(found.mean) == (0.364, 0.148, 0.58)
    assert [round(float(one), 3) for one in b] == [3.406, 0.581, 0.485]
    assert round(found.effects.r_squared.value, 3) == 0.379
    assert rounded(found.effects.quality) == (0.485, 0.394, 0.577)
    assert rounded(found.effects.expectation) == (0.096, 0.015, 0.176)
    assert found.effects.outweighs is Outweighs.QUALITY


def test_disconfirmation_as_the_phone_customers_were_asked(phones):
    found = asked_disconfirmation(phones["CUSA2"], phones["CUSA1"], scale=(1, 10))
    answers = np.array(phones["CUSA2"])
    assert found.mean.value == pytest.approx(answers.mean() - 5.5)
    assert found.negative.value == pytest.approx((answers < 5.5).mean())
    line = stats.linregress(answers - 5.5, phones["CUSA1"])
    assert found.effects.coefficients["disconfirmation"].value == pytest.approx(line.slope)
    assert found.effects.r_squared.value == pytest.approx(line.rvalue**2)
    assert round(line.slope, 3) == 0.377


def test_servperf_scores_of_235_patients_by_five_dimensions(data):
    names = {
        "tangibles": "TANG",
        "reliability": "REL",
        "responsiveness": "CRES",
        "assurance": "CASS",
        "empathy": "EMPAT",
    }
    answers = columns(data("servqual_hospital/hospital_servqual.csv.gz"), *names.values())
    found = service_gap(
        None, answers, dimensions={name: [item] for name, item in names.items()}, scale=(1, 5)
    )
    assert found.kind == "performance"
    for name, item in names.items():
        low, high = stats.t.interval(
            0.95, 234, loc=np.mean(answers[item]), scale=stats.sem(answers[item])
        )
        one = found.dimensions[name]
        assert (one.value, one.low, one.high) == pytest.approx((np.mean(answers[item]), low, high))
    assert {name: round(one.value, 3) for name, one in found.dimensions.items()} == {
        "tangibles": 3.391,
        "reliability": 3.647,
        "responsiveness": 3.519,
        "assurance": 3.621,
        "empathy": 3.387,
    }
    assert rounded(found.overall) == (3.513, 3.4, 3.627)
    assert found.overall.value == pytest.approx(np.mean(list(answers.values())))
    assert found.ranking[0] == "empathy"
