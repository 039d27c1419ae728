"""Internal customers on real answers: 30 departments, and the staff that IBM invented.

``employee_attitude`` is real (Chatterjee & Price): per cent of favourable answers of some 35
employees in each of 30 departments. ``hr_attrition`` is a sample that IBM's data scientists made
up; it asks for job satisfaction on 1 to 4 and for no recommendation, so that there is no eNPS
in it.
"""

import csv
import gzip
from functools import partial

import numpy as np
import pytest
from scipy import stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    by_group,
    csat,
    employee_lifetime_value,
    employee_nps,
    employee_retention,
    kaplan_meier,
    loyalty,
    pearson,
    service_profit_chain,
    share_estimate,
    spearman,
)

QUESTIONS = ("complaints", "privileges", "learning", "raises", "critical", "advance")


@pytest.fixture(scope="module")
def attitude(data):
    path = data("employee_attitude/attitude.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in ("rating", *QUESTIONS)}


@pytest.fixture(scope="module")
def staff(data):
    path = data("hr_attrition/emp_attrition.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("question", QUESTIONS)
def test_correlations_over_departments_are_those_of_scipy(attitude, question):
    x, y = attitude[question], attitude["rating"]
    r, rho, theirs = pearson(x, y), spearman(x, y), stats.pearsonr(x, y)
    assert r.n == 30
    assert r.value == pytest.approx(theirs.statistic, abs=1e-12)
    assert (r.low, r.high) == pytest.approx(tuple(theirs.confidence_interval()), abs=1e-12)
    assert rho.value == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


def test_how_complaints_are_handled_goes_with_the_rating_and_criticism_does_not(attitude):
    found = {name: pearson(attitude[name], attitude["rating"]) for name in QUESTIONS}
    assert found["complaints"].value == pytest.approx(0.8254, abs=5e-5)
    assert max(found, key=lambda name: found[name].value) == "complaints"
    assert found["complaints"].low > 0.6
    assert found["critical"].low < 0 < found["critical"].high


def hc3(x, y):
    """Slope and robust error by matrices."""
    X = np.column_stack([np.ones(len(x)), x])
    inverse = np.linalg.inv(X.T @ X)
    b = inverse @ X.T @ np.asarray(y)
    e = (np.asarray(y) - X @ b) / (1 - np.einsum("ij,jk,ik->i", X, inverse, X))
    return b[1], np.sqrt((inverse @ (X * e[:, None] ** 2).T @ X @ inverse)[1, 1])


def test_a_chain_of_two_links_is_that_found_by_matrices_and_simulation(attitude):
    chain = service_profit_chain(attitude, order=("learning", "complaints", "rating"))
    theirs = [
        hc3(attitude[x], attitude[y]) for x, y in zip(chain.order, chain.order[1:], strict=False)
    ]
    for link, (slope, error) in zip(chain.links, theirs, strict=True):
        assert link.slope.value == pytest.approx(slope, rel=1e-9)
        assert link.slope_error == pytest.approx(error, rel=1e-9)
        half = stats.t.ppf(0.975, 28) * error
        assert (link.slope.low, link.slope.high) == pytest.approx((slope - half, slope + half))
    assert [link.slope.value for link in chain.links] == pytest.approx([0.67695, 0.75461], abs=5e-6)
    assert chain.effect.value == pytest.approx(0.51083, abs=5e-6)
    source = np.random.default_rng(4)
    drawn = np.prod([b + s * source.standard_t(28, 400_000) for b, s in theirs], axis=0)
    assert (chain.effect.low, chain.effect.high) == pytest.approx(
        np.percentile(drawn, [2.5, 97.5]), abs=0.01
    )
    assert chain.links[0].notes == ()


def test_departments_of_too_few_people_change_no_result_of_the_others(attitude):
    people = [3 if row % 6 == 0 else 35 for row in range(30)]
    chain = service_profit_chain(attitude, order=("complaints", "rating"), people=people)
    kept = [row for row in range(30) if row % 6]
    x, y = ([attitude[name][row] for row in kept] for name in ("complaints", "rating"))
    assert (chain.n, chain.withheld) == (25, 5)
    assert chain.links[0].pearson.value == pytest.approx(stats.pearsonr(x, y).statistic)


def test_of_1470_invented_staff_237_left(staff):
    numbers = [row["EmployeeNumber"] for row in staff]
    left = [row["EmployeeNumber"] for row in staff if row["Attrition"] == "Yes"]
    found = employee_retention(opening=numbers, left=left)
    assert (len(numbers), len(left)) == (1470, 237)
    assert found.leaving_rate.value == pytest.approx(237 / 1470)
    theirs = stats.binomtest(1233, 1470).proportion_ci(method="wilson")
    assert (found.retention.low, found.retention.high) == pytest.approx(tuple(theirs), abs=1e-9)
    worth = employee_lifetime_value(
        productivity=55_000,
        compensation=40_000,
        retention=found.retention,
        discount=0.08,
        periods=4,
        hiring=5_000,
        training=3_000,
        currency="USD",
    )
    by_hand = 15_000 * sum((1233 / 1470 / 1.08) ** t for t in range(5)) - 8_000
    assert worth.value == pytest.approx(by_hand)
    assert worth.span[0] < worth.value < worth.span[1]


def test_staff_stay_the_more_the_more_satisfied_they_are_with_their_work(staff):
    stayed = {str(step): [] for step in range(1, 5)}
    for row in staff:
        stayed[row["JobSatisfaction"]].append(row["Attrition"] == "No")
    found = by_group(stayed, lambda group: share_estimate(sum(group), len(group)))
    assert {name: one.n for name, one in found.shown.items()} == {
        "1": 289,
        "2": 280,
        "3": 442,
        "4": 459,
    }
    values = [one.value for one in found.shown.values()]
    assert values == pytest.approx([223 / 289, 234 / 280, 369 / 442, 407 / 459])
    assert found.shown["1"].high < found.shown["4"].low
    assert found.total.value == pytest.approx(1233 / 1470)
    ratings, here = (
        [int(row["JobSatisfaction"]) for row in staff],
        [float(row["Attrition"] == "No") for row in staff],
    )
    related = spearman(ratings, here)
    assert related.value == pytest.approx(stats.spearmanr(ratings, here).statistic)
    assert 0 < related.low < related.value < 0.2


def test_satisfaction_of_staff_is_that_of_customers_on_their_scale(staff):
    ratings = [int(row["JobSatisfaction"]) for row in staff]
    found = csat(ratings, scale=(1, 4))
    assert found.top_box.value == pytest.approx((442 + 459) / 1470)
    assert found.mean.value == pytest.approx(np.mean(ratings))
    assert found.score.value == pytest.approx(100 * (np.mean(ratings) - 1) / 3)


def test_groups_by_role_and_years_show_no_handful_of_people(staff):
    cells = {}
    for row in staff:
        cell = f"{row['JobRole']}, {row['YearsInCurrentRole']} years"
        cells.setdefault(cell, []).append(int(row["JobSatisfaction"]))
    found = by_group(cells, partial(csat, scale=(1, 4)))
    small = {name for name, answers in cells.items() if len(answers) < 5}
    assert (len(cells), len(small)) == (129, 58)
    assert set(found.withheld) == small
    assert min(one.mean.n for one in found.shown.values()) == 5
    assert found.total.mean.n == 1470


def test_a_scale_of_four_steps_gives_no_enps_and_the_file_asks_no_other(staff):
    asked = [name for name in staff[0] if "recommend" in name.lower() or "nps" in name.lower()]
    assert asked == []
    steps = {int(row["JobSatisfaction"]) for row in staff}
    assert steps == {1, 2, 3, 4}
    with pytest.raises(InvalidValueError, match="ratings"):
        employee_nps([100 * (step - 1) / 3 for step in steps] * 5)


def test_how_long_staff_stay_is_a_survival_curve_of_their_years(staff):
    years = [int(row["YearsAtCompany"]) for row in staff]
    gone = [row["Attrition"] == "Yes" for row in staff]
    curve = kaplan_meier(years, ended=gone, unit="years")
    theirs = stats.ecdf(
        stats.CensoredData(
            uncensored=[y for y, end in zip(years, gone, strict=True) if end],
            right=[y for y, end in zip(years, gone, strict=True) if not end],
        )
    ).sf
    for year in (0, 1, 5, 10, 20):
        assert curve.at(year).value == pytest.approx(float(theirs.evaluate(year)))
    worth = employee_lifetime_value(
        productivity=55_000,
        compensation=40_000,
        survival=curve,
        discount=0.08,
        periods=4,
        currency="USD",
    )
    stays = [1, *(float(theirs.evaluate(year - 0.5)) for year in range(1, 5))]
    assert worth.value == pytest.approx(15_000 * sum(s / 1.08**t for t, s in enumerate(stays)))


def test_loyalty_of_staff_is_judged_by_the_dimensions_of_customers(staff):
    """Environment as what they think of it, work as how they feel, involvement as what they do."""
    names = {
        "cognitive": "EnvironmentSatisfaction",
        "affective": "JobSatisfaction",
        "behavioural": "JobInvolvement",
    }
    one = staff[0]
    scores = {name: (int(one[column]) - 1) / 3 for name, column in names.items()}
    found = loyalty(**scores)
    assert found.overall == pytest.approx(np.mean(list(scores.values())))
    assert found.partial
