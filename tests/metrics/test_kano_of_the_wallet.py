"""Kano of a real questionnaire: five features of a digital wallet, two cohorts.

Data: Reppel, A. (Royal Holloway), kano_crypto_wallet. The cohorts were asked in different
words, and one of the wordings of the first has a slip ("I must be that way"). The second is
harsher ("I dislike it, and I can't accept it"), so a difference between the cohorts may be one
of wording.
"""

import csv
import gzip
from collections import Counter

import pytest
from scipy.stats import chi2_contingency

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    answers_by_wording,
    kano,
    kano_by_segment,
    kano_continuous,
    kano_priorities,
    kano_table,
    pairs_by_feature,
)

COHORTS = ("cohort1", "cohort2")
FEATURES = ("F1", "F2", "F3", "F4", "F5")
FIRST = {
    "I like it that way": "like",
    "I must be that way": "must-be",
    "I am neutral": "neutral",
    "I can live with it that way": "live-with",
    "I dislike it that way": "dislike",
}
SECOND = {
    "I enjoy it that way": "like",
    "It is a basic necessity or I expect it that way": "must-be",
    "I am neutral": "neutral",
    "I dislike it, but I can live with it that way": "live-with",
    "I dislike it, and I can’t accept it": "dislike",
}
WORDINGS = FIRST | SECOND


@pytest.fixture(scope="module")
def rows(data):
    found = {}
    for cohort in COHORTS:
        path = data(f"kano_crypto_wallet/storage--{cohort}-clean.csv.gz")
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            found[cohort] = list(csv.DictReader(file))
    return found


def pairs_of(rows):
    columns = {
        name: answers_by_wording([row[name] for row in rows], WORDINGS, field=name)
        for name in rows[0]
        if name.endswith("functional")
    }
    return pairs_by_feature(columns)


@pytest.fixture(scope="module")
def pairs(rows):
    return {cohort: pairs_of(rows[cohort]) for cohort in COHORTS}


def by_hand(rows, feature):
    """A count that knows nothing of the table of cells, but the rules it is made of."""
    counts = Counter()
    for row in rows:
        there, lacking = (
            WORDINGS[row[f"{feature}_{half}"]] for half in ("functional", "dysfunctional")
        )
        if there == lacking and there in {"like", "dislike"}:
            counts["Q"] += 1
        elif there == "dislike" or lacking == "like":
            counts["R"] += 1
        elif there == "like":
            counts["O" if lacking == "dislike" else "A"] += 1
        else:
            counts["M" if lacking == "dislike" else "I"] += 1
    return counts


@pytest.mark.parametrize("cohort", COHORTS)
def test_all_features_are_read_with_all_their_answers(pairs, cohort):
    assert sorted(pairs[cohort]) == sorted(FEATURES)
    assert {len(one) for one in pairs[cohort].values()} == {{"cohort1": 91, "cohort2": 97}[cohort]}


@pytest.mark.parametrize("cohort", COHORTS)
@pytest.mark.parametrize("feature", FEATURES)
def test_the_counts_are_those_of_a_count_by_hand(rows, pairs, cohort, feature):
    found = kano(pairs[cohort][feature])
    assert {one.letter: count for one, count in found.counts.items() if count} == by_hand(
        rows[cohort], feature
    )


FOUND = {
    "cohort1": {
        "F1": ("indifferent", 19 / 72, -11 / 72),
        "F2": ("performance", 44 / 86, -55 / 86),
        "F3": ("performance", 61 / 89, -68 / 89),
        "F4": ("performance", 50 / 88, -71 / 88),
        "F5": ("performance (unclear, mixed)", 46 / 80, -37 / 80),
    },
    "cohort2": {
        "F1": ("indifferent", 15 / 75, -1 / 75),
        "F2": ("excitement (unclear)", 55 / 93, -32 / 93),
        "F3": ("performance", 59 / 91, -52 / 91),
        "F4": ("performance", 53 / 91, -71 / 91),
        "F5": ("indifferent (unclear, mixed)", 42 / 88, -22 / 88),
    },
}


@pytest.mark.parametrize("cohort", COHORTS)
def test_the_classes_of_the_five_features(pairs, cohort):
    table = kano_table(pairs[cohort])
    for feature, (told, better, worse) in FOUND[cohort].items():
        one = table.features[feature]
        assert one.told == told
        assert one.better.value == pytest.approx(better)
        assert one.worse.value == pytest.approx(worse)
    assert table.of("M") == ()


def test_the_continuous_analysis_of_the_first_cohort(pairs):
    points = {name: kano_continuous(pairs["cohort1"][name]) for name in FEATURES}
    assert {name: point.told for name, point in points.items()} == {
        "F1": "indifferent",
        "F2": "performance (unclear)",
        "F3": "performance",
        "F4": "performance",
        "F5": "excitement (unclear)",
    }
    assert points["F1"].functional.value == pytest.approx(65 / 91)
    assert points["F5"].dysfunctional.value == pytest.approx(179 / 91)


@pytest.fixture(scope="module")
def both(pairs):
    return {name: pairs["cohort1"][name] + pairs["cohort2"][name] for name in FEATURES}


def test_the_cohorts_differ_where_they_should_be_asked_again(both):
    found = kano_by_segment(both, ["first"] * 91 + ["second"] * 97)
    assert found.differing == ("F2", "F5")
    assert [str(one.category) for one in found.of("F2").values()] == ["performance", "excitement"]
    assert found.tests["F2"].pooled == ("questionable", "reverse")
    # What was pooled is pooled by hand, and scipy finds the same.
    seen = [[19, 36, 8, 23, 5], [11, 21, 34, 27, 4]]
    expected = chi2_contingency(seen, correction=False)
    assert found.tests["F2"].statistic == pytest.approx(expected.statistic)
    assert found.tests["F2"].p_value == pytest.approx(expected.pvalue)
    assert found.tests["F2"].degrees == expected.dof == 4


def test_women_and_men_do_not_differ(rows, both):
    gender = [row["Gender"] for cohort in COHORTS for row in rows[cohort]]
    found = kano_by_segment(both, gender)
    assert list(found.segments) == ["female", "male"]
    assert [table.features["F1"].n for table in found.segments.values()] == [112, 76]
    assert found.differing == ()
    assert str(found.of("F4")["female"].category) == "performance"
    assert found.of("F4")["male"].told == "performance (unclear)"


def test_security_and_reliability_come_first(both):
    order = kano_priorities(kano_table(both).features)
    assert order.features == ("F4", "F3", "F2", "F5", "F1")


def test_a_wording_of_the_other_cohort_is_refused_by_name(rows):
    with pytest.raises(InvalidValueError, match=r"F1\[0\] is 'I enjoy it that way'.*'?, but is no"):
        answers_by_wording([rows["cohort2"][0]["F1_functional"]], FIRST, field="F1")
