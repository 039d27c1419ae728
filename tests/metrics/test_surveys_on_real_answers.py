"""Real surveys: a garden centre's, an airline's, and the stars that a marketplace was given."""

import csv
import gzip
from collections import defaultdict
from datetime import date

import numpy as np
import pytest
from scipy import stats

from crmkit.domain.times import day_number
from crmkit.metrics import (
    TrendDirection,
    careless_answers,
    nonresponse_bounds,
    nps_difference,
    post_stratified_mean,
    propensity_weighted_mean,
    response_rate,
    shrinkage_of,
    shrunken_mean,
    trend,
)


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def visitors(data):
    """7,015 customers: what they would recommend, and how often they came."""
    return [
        (None if row["nps"] == "NA" else int(row["nps"]), int(row["NbPassageKS"]))
        for row in rows(data("nps_botanic/nps_odd_ids.csv.gz"))
        if row["NbPassageKS"] != "NA"
    ]


@pytest.fixture(scope="module")
def stars(data):
    """The stars of orders by seller, and by the day of the review."""
    scores = {
        row["order_id"]: (int(row["review_score"]), row["review_creation_date"][:10])
        for row in rows(data("olist_subset/olist_order_reviews_dataset.csv.gz"))
    }
    sellers = defaultdict(set)
    for row in rows(data("olist_subset/olist_order_items_dataset.csv.gz")):
        if row["order_id"] in scores:
            sellers[row["seller_id"]].add(row["order_id"])
    return scores, {
        name: [scores[order][0] for order in sorted(orders)] for name, orders in sellers.items()
    }


def test_who_comes_often_recommends_more(visitors):
    often = [score for score, visits in visitors if visits >= 6]
    seldom = [score for score, visits in visitors if visits < 6]
    told = nps_difference(often, seldom)
    assert (round(told.first.value, 1), round(told.second.value, 1)) == (57.8, 47.9)
    nets = [
        np.array([(x >= 9) * 1.0 - (x <= 6) for x in group if x is not None])
        for group in (often, seldom)
    ]
    error = 100 * np.sqrt(sum(net.var() / len(net) for net in nets))
    assert told.standard_error == pytest.approx(error)
    assert told.z == pytest.approx(100 * (nets[0].mean() - nets[1].mean()) / error)
    assert (round(told.difference.low, 2), round(told.difference.high, 2)) == (6.8, 12.96)


def test_the_silent_of_the_garden_centre_leave_little_open(visitors):
    scores = [score for score, _ in visitors]
    assert round(response_rate(6830, len(scores)).value, 4) == 0.9736
    told = nonresponse_bounds(scores, scale=(0, 10))
    assert (told.missing, told.eligible) == (185, 7015)
    assert (round(told.lowest, 3), round(told.highest, 3)) == (8.475, 8.739)


def test_weights_by_stratum_and_by_propensity_agree_where_visits_are_one_class(visitors):
    scores = [score for score, _ in visitors]
    often = [int(visits >= 6) for _, visits in visitors]
    by_stratum = {name: [] for name in ("0", "1")}
    for score, kind in zip(scores, often, strict=True):
        by_stratum[str(kind)].append(score)
    sizes = {name: len(some) for name, some in by_stratum.items()}
    one = post_stratified_mean(by_stratum, sizes, scale=(0, 10))
    other = propensity_weighted_mean(scores, {"often": often}, scale=(0, 10))
    assert one.mean.value == pytest.approx(other.mean.value, abs=1e-9)
    assert one.mean.n == pytest.approx(other.mean.n)
    assert round(one.mean.value, 3) == 8.704


def test_the_stars_of_a_seller_weigh_against_eight_of_the_usual_ones(stars):
    _, sellers = stars
    prior = shrinkage_of(sellers)
    assert (prior.groups, prior.n) == (1610, 7433)
    assert prior.weight == pytest.approx(7.825, abs=1e-3)
    several = [np.array(some, float) for some in sellers.values()]
    values = np.concatenate(several)
    within = sum(((some - some.mean()) ** 2).sum() for some in several) / (7433 - 1610)
    among = sum(len(some) * (some.mean() - values.mean()) ** 2 for some in several) / 1609
    size = (7433 - sum(len(some) ** 2 for some in several) / 7433) / 1609
    assert prior.weight == pytest.approx(within / ((among - within) / size))
    one = shrunken_mean([5], prior_mean=prior.mean, prior_weight=prior.weight)
    assert round(one.value, 2) == 3.6


def test_the_stars_of_a_marketplace_rise_by_quarter_and_every_answer_counts(stars):
    scores, _ = stars
    given = [(day_number(date.fromisoformat(day)), (x - 1) / 4) for x, day in scores.values()]
    told = trend(given, per="quarter")
    assert list(told.periods)[0::7] == ["2016-Q4", "2018-Q3"]
    assert sum(one.n for one in told.periods.values()) == len(scores) == 8135
    assert told.direction is TrendDirection.RISING
    quarters = [4 * int(day[:4]) + (int(day[5:7]) + 2) // 3 for _, day in scores.values()]
    found = stats.linregress(quarters, [share for _, share in given])
    assert told.slope.value == pytest.approx(found.slope)
    assert told.slope.value == pytest.approx(0.0195, abs=5e-5)
    assert told.p_value == pytest.approx(found.pvalue, rel=1e-6)


def test_few_passengers_answer_fourteen_items_alike(data):
    """Rows whole of a file that is cut in its last one."""
    air = rows(data("airline_satisfaction/Invistico_Airline_truncated.csv.gz"))[:-1]
    names = list(air[0])[7:21]
    assert (names[0], names[-1]) == ("Seat comfort", "Online boarding")
    told = careless_answers({name: [int(row[name]) for row in air] for name in names})
    alike = [i for i, row in enumerate(air) if len({row[name] for name in names}) == 1]
    assert sorted(told.respondents) == alike
    assert (len(alike), told.n) == (6, 37_956)
