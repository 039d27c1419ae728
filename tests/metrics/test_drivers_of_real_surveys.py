"""What drives satisfaction in real surveys, checked against numpy and by brute force."""

import csv
import gzip
from itertools import permutations
from statistics import fmean

import numpy as np
import pytest

from crmkit.metrics import importance_performance, key_drivers, penalty_reward


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def block(rows, prefix):
    """The mean of a respondent's answers to the questions of a block."""
    names = [name for name in rows[0] if name.startswith(prefix)]
    return [fmean(float(row[name]) for name in names) for row in rows]


def explained_share(columns, outcome):
    """R² by numpy's least squares."""
    y = np.asarray(outcome, dtype=float)
    X = np.column_stack([np.ones(len(y)), *columns])
    return 1 - ((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2).sum() / y.var() / len(y)


def added_in_every_order(columns, outcome):
    """LMG by its definition: what each adds to R², order by order."""
    added, orders = np.zeros(len(columns)), list(permutations(range(len(columns))))
    for order in orders:
        shares = [
            explained_share([columns[k] for k in order[:size]], outcome)
            for size in range(len(order) + 1)
        ]
        added[list(order)] += np.diff(shares)
    return (added / len(orders)).tolist()


def johnson_by_singular_values(columns, outcome):
    """Johnson's weights from the nearest orthogonal columns, not from correlations."""
    X = np.column_stack(columns).astype(float)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    y = (np.asarray(outcome) - np.mean(outcome)) / np.std(outcome)
    P, _, Q = np.linalg.svd(X, full_matrices=False)
    nearest = P @ Q * np.sqrt(len(y))
    loadings, slopes = X.T @ nearest / len(y), nearest.T @ y / len(y)
    return ((loadings**2) @ slopes**2).tolist()


def rounded(found):
    return {name: round(weight, 4) for name, weight in found.weights.items()}


@pytest.fixture(scope="module")
def mobile(data):
    return rows_of(data("ecsi_satisfaction/ecsi_mobile_phone.csv.gz"))


@pytest.fixture(scope="module")
def advertisers(data):
    return rows_of(data("ecsi_satisfaction/bayesm_customerSat.csv.gz"))


BLOCKS = {"quality": "PERQ", "image": "IMAG", "expectation": "CUEX", "value": "PERV"}


def test_quality_drives_satisfaction_with_the_mobile_phone(mobile):
    """250 customers, overall satisfaction 1 to 10; blocks of the European index."""
    asked = {name: block(mobile, prefix) for name, prefix in BLOCKS.items()}
    overall = [float(row["CUSA1"]) for row in mobile]
    found = key_drivers(asked, overall)
    assert found.n == 250
    assert found.r_squared.value == pytest.approx(explained_share([*asked.values()], overall))
    assert round(found.r_squared.value, 4) == 0.4509
    assert rounded(found) == {
        "quality": 0.182,
        "image": 0.1161,
        "expectation": 0.1024,
        "value": 0.0504,
    }
    assert [found.weights[name] for name in asked] == pytest.approx(
        johnson_by_singular_values([*asked.values()], overall)
    )
    assert all(one.beyond_chance for one in found.drivers)
    lmg = key_drivers(asked, overall, method="lmg", draws=100)
    assert [lmg.weights[name] for name in asked] == pytest.approx(
        added_in_every_order([*asked.values()], overall)
    )
    assert round(lmg.weights["quality"], 4) == 0.1907


def test_seventeen_questions_explain_half_of_it_and_many_are_no_better_than_chance(mobile):
    names = [name for name in mobile[0] if name.startswith(tuple(BLOCKS.values()))]
    asked = {name: [float(row[name]) for row in mobile] for name in names}
    found = key_drivers(asked, [float(row["CUSA1"]) for row in mobile])
    assert len(found.drivers) == 17
    assert round(found.r_squared.value, 4) == 0.5083
    assert [one.name for one in found.drivers[:3]] == ["PERQ1", "PERQ4", "IMAG5"]
    assert {one.name for one in found.drivers if one.beyond_chance} >= {"PERQ1", "PERQ4"}
    turned = {one.name for one in found.drivers if one.notes and "suppressor" in one.notes[0]}
    assert turned == {"PERQ3", "PERQ5", "PERQ6", "IMAG3"}


def test_value_drives_satisfaction_with_the_bank(data):
    """250 customers of a Spanish bank; the mean of its four questions of satisfaction."""
    rows = rows_of(data("ecsi_satisfaction/spanish_bank_satisfaction.csv.gz"))
    blocks = {"value": "val", "image": "imag", "quality": "qual", "expectation": "expe"}
    asked = {name: block(rows, prefix) for name, prefix in blocks.items()}
    satisfied = block(rows, "sat")
    found = key_drivers(asked, satisfied)
    assert found.r_squared.value == pytest.approx(explained_share([*asked.values()], satisfied))
    assert round(found.r_squared.value, 4) == 0.6839
    assert rounded(found) == {
        "value": 0.2769,
        "image": 0.1604,
        "quality": 0.1439,
        "expectation": 0.1027,
    }
    lmg = key_drivers(asked, satisfied, method="lmg", draws=100)
    assert [lmg.weights[name] for name in asked] == pytest.approx(
        added_in_every_order([*asked.values()], satisfied)
    )


def test_reach_and_fair_prices_drive_the_satisfaction_of_advertisers(advertisers):
    """1,811 advertisers; q1 overall, q2 to q10 the performance (Rossi et al. 2001)."""
    asked = {name: [float(row[name]) for row in advertisers] for name in advertisers[0]}
    overall = asked.pop("q1")
    found = key_drivers(asked, overall, draws=500)
    assert found.n == 1811
    assert found.r_squared.value == pytest.approx(explained_share([*asked.values()], overall))
    assert round(found.r_squared.value, 4) == 0.7167
    assert list(rounded(found).items())[:3] == [("q6", 0.1523), ("q4", 0.1489), ("q2", 0.0914)]
    assert found["q9"].notes == (
        "suppressor: beside the others its sign turns (r and β differ), though β may be 0",
    )


def test_what_advertisers_punish_and_reward(advertisers):
    asked = {name: [float(row[name]) for row in advertisers] for name in advertisers[0]}
    overall = asked.pop("q1")
    found = penalty_reward(asked, overall, scale=(1, 10))
    assert (found.low, found.high) == (3.25, 7.75)
    marks = [
        np.asarray(test, dtype=float)
        for one in asked.values()
        for test in (np.asarray(one) <= 3, np.asarray(one) >= 8)
    ]
    assert found.r_squared == pytest.approx(explained_share(marks, overall))
    reach = found["q6"]
    assert (round(reach.penalty.value, 3), round(reach.reward.value, 3)) == (1.292, 0.919)
    assert {str(found.classes[name]) for name in ("q6", "q4", "q7", "q2", "q3")} == {"performance"}


def test_where_the_bank_of_advertising_should_concentrate(advertisers):
    """Importance is a driver's weight, performance the mean rating."""
    asked = {name: [float(row[name]) for row in advertisers[:300]] for name in advertisers[0]}
    overall = asked.pop("q1")
    weights = key_drivers(asked, overall, draws=100).weights
    found = importance_performance(weights, asked, draws=100)
    means = {name: fmean(one) for name, one in asked.items()}
    assert found.crosshair[1] == pytest.approx(fmean(means.values()))
    for one in found.attributes:
        important = weights[one.name] >= fmean(weights.values())
        good = means[one.name] >= found.crosshair[1]
        assert (one.quadrant in {"concentrate_here", "keep_up"}) == important
        assert (one.quadrant in {"possible_overkill", "keep_up"}) == good
    assert set(found.quadrants) == set(weights)


@pytest.fixture(scope="module")
def flights(data):
    """14 ratings 0 to 5, where 0 is "not applicable"; the last row of the file is cut off."""
    rows = rows_of(data("airline_satisfaction/Invistico_Airline_truncated.csv.gz"))
    items = list(rows[0])[7:21]
    whole = [row for row in rows if None not in row.values()]
    assert (len(rows), len(whole), len(items)) == (37957, 37956, 14)
    ratings = {
        item: [None if row[item] == "0" else int(row[item]) for row in whole] for item in items
    }
    return ratings, [float(row["satisfaction"] == "satisfied") for row in whole]


def test_entertainment_drives_the_satisfaction_of_passengers(flights):
    ratings, satisfied = flights
    found = key_drivers(ratings, satisfied, draws=100)
    complete = [row for row in zip(*ratings.values(), satisfied, strict=True) if None not in row]
    columns = list(zip(*complete, strict=True))
    assert found.n == len(complete) == 34815
    assert found.notes[0] == "3,141 of 37,956 respondents left out: not all answered"
    assert found.notes[1].startswith("the outcome has two values")
    assert found.r_squared.value == pytest.approx(explained_share(columns[:-1], columns[-1]))
    assert round(found.r_squared.value, 4) == 0.4529
    first = found.drivers[0]
    assert (first.name, round(first.weight.value, 4)) == ("Inflight entertainment", 0.1412)
    assert [found.weights[name] for name in ratings] == pytest.approx(
        johnson_by_singular_values(columns[:-1], columns[-1])
    )
    assert found["Departure/Arrival time convenient"].r.value < 0


def test_good_seats_delight_passengers(flights):
    """Every twelfth passenger; an effect of two of a hundred matters."""
    ratings, satisfied = flights
    some = {name: one[::12] for name, one in ratings.items()}
    found = penalty_reward(some, satisfied[::12], negligible=0.02)
    assert found.classes["Seat comfort"] == "excitement"
    assert found.classes["Inflight entertainment"] == "excitement"
    assert found["Inflight entertainment"].reward.value == pytest.approx(0.37, abs=0.05)
    assert found.n == sum(None not in row for row in zip(*some.values(), strict=True))


def test_recommending_goes_with_coming_back_to_the_garden_centres(data):
    """7,015 customers of a French chain; intention to buy again, 0 to 10."""
    rows = rows_of(data("nps_botanic/nps_odd_ids.csv.gz"))
    names = ("nps", "satisfaction", "NbPassageKS", "CaTicket", "intention")
    asked = {
        name: [None if row[name] == "NA" else float(row[name]) for row in rows] for name in names
    }
    complete = [row for row in zip(*asked.values(), strict=True) if None not in row]
    columns = list(zip(*complete, strict=True))
    intention = asked.pop("intention")
    found = key_drivers(asked, intention, draws=500)
    assert found.n == len(complete) == 6789
    assert found.r_squared.value == pytest.approx(explained_share(columns[:-1], columns[-1]))
    assert round(found.r_squared.value, 4) == 0.6827
    assert rounded(found) == {
        "nps": 0.4611,
        "satisfaction": 0.214,
        "NbPassageKS": 0.0074,
        "CaTicket": 0.0002,
    }
    assert [one.beyond_chance for one in found.drivers] == [True, True, True, False]
    lmg = key_drivers(asked, intention, method="lmg", draws=100)
    assert [lmg.weights[name] for name in asked] == pytest.approx(
        added_in_every_order(columns[:-1], columns[-1])
    )


def test_handling_complaints_drives_what_staff_think_of_their_supervisor(data):
    """30 departments, favourable answers in per cent (Chatterjee & Price)."""
    rows = rows_of(data("employee_attitude/attitude.csv.gz"))
    names = ("complaints", "privileges", "learning", "raises", "critical", "advance")
    asked = {name: [float(row[name]) for row in rows] for name in names}
    rating = [float(row["rating"]) for row in rows]
    found = key_drivers(asked, rating)
    assert round(found.r_squared.value, 4) == 0.7326
    assert round(found.adjusted_r_squared, 4) == 0.6628
    assert rounded(found) == {
        "complaints": 0.3628,
        "learning": 0.1636,
        "raises": 0.1218,
        "privileges": 0.056,
        "advance": 0.0202,
        "critical": 0.0083,
    }
    assert [one.name for one in found.drivers if one.beyond_chance] == ["complaints"]
    lmg = key_drivers(asked, rating, method="lmg", draws=100)
    assert lmg.r_squared.value == pytest.approx(explained_share([*asked.values()], rating))
    assert [lmg.weights[name] for name in asked] == pytest.approx(
        added_in_every_order([*asked.values()], rating)
    )
