"""NPS by counts, by weights, of two groups, and how many answers that takes."""

import pickle
from math import nan
from statistics import pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import nps, nps_difference, nps_of_counts, nps_sample_size

RATINGS = st.lists(st.integers(0, 10), min_size=1, max_size=40)
MAYBE = st.lists(st.none() | st.integers(0, 10), max_size=30)


# --- counts and weights --------------------------------------------------------------------


@given(RATINGS)
def test_counts_say_what_the_ratings_say(ratings):
    promoters = sum(one >= 9 for one in ratings)
    detractors = sum(one <= 6 for one in ratings)
    counts = (promoters, len(ratings) - promoters - detractors, detractors)
    assert nps_of_counts(*counts) == nps(ratings)


@pytest.mark.parametrize("counts", [(-1, 2, 3), (1, 2.5, 3), (1, 2, nan), (1, "2", 3)])
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(InvalidValueError, match=r"promoters|passives|detractors"):
        nps_of_counts(*counts)
    assert nps_of_counts(0, 0, 0).value is None


@given(RATINGS, st.floats(0.01, 1000))
def test_equal_weights_change_nothing(ratings, weight):
    plain, weighted = nps(ratings), nps(ratings, weights=[weight] * len(ratings))
    for name in ("value", "low", "high", "n"):
        assert getattr(weighted, name) == pytest.approx(getattr(plain, name), abs=1e-9)


def test_weights_shift_the_score_and_widen_the_interval():
    # Two promoters at 3, two detractors at 1: (6 - 2) / 8 = 50 points; n_eff = 64 / 20 = 3.2.
    told = nps([10, 9, 0, 3], weights=[3, 3, 1, 1])
    assert told.value == pytest.approx(50)
    assert told.n == pytest.approx(3.2)
    assert told.high - told.low > nps([10, 10, 10, 0]).high - nps([10, 10, 10, 0]).low
    assert told.notes == ("4 answers, weighted, say as much as 3.2",)


def test_an_answer_without_weight_counts_nothing_and_a_missing_one_is_told():
    told = nps([10, None, 0, 9], weights=[1, 5, 0, 1])
    assert (told.value, told.n) == (100, 2)
    assert told.notes[-1] == "1 missing left out"
    assert nps([10, 9], weights=[0, 0]).value is None


@pytest.mark.parametrize("weights", [[1, 1], [1, -1, 1], [1, None, 1], [1, nan, 1]])
def test_what_are_no_weights_is_refused(weights):
    with pytest.raises(InvalidValueError, match="weights"):
        nps([10, 9, 0], weights=weights)


# --- two groups ----------------------------------------------------------------------------


@given(RATINGS, RATINGS)
def test_swapping_the_groups_turns_the_sign(a, b):
    one, other = nps_difference(a, b), nps_difference(b, a)
    assert other.difference.value == pytest.approx(-one.difference.value)
    assert other.difference.low == pytest.approx(-one.difference.high)
    assert (one.z is None) == (other.z is None)
    assert one.z is None or other.z == pytest.approx(-one.z)
    assert -200 <= one.difference.low <= one.difference.value <= one.difference.high <= 200


@given(RATINGS, RATINGS)
def test_the_test_is_that_of_two_means_of_one_nought_and_minus_one(a, b):
    def scores(ratings):
        return [(one >= 9) - (one <= 6) for one in ratings]

    told = nps_difference(a, b)
    if told.z is None:
        assert len(set(scores(a))) == len(set(scores(b))) == 1
        return
    variances = [pvariance(scores(one)) for one in (a, b)]
    error = 100 * (variances[0] / len(a) + variances[1] / len(b)) ** 0.5
    assert told.standard_error == pytest.approx(error)
    assert told.p_value == pytest.approx(2 * stats.norm.sf(abs(told.difference.value / error)))


def test_groups_that_all_answer_alike_have_an_interval_and_no_test():
    told = nps_difference([10] * 6, [10] * 6)
    assert (told.difference.value, told.standard_error, told.z, told.p_value) == (0, 0, None, None)
    assert told.difference.high == -told.difference.low > 10
    assert "none: no scatter to judge by" in str(told)


def test_without_answers_in_a_group_it_is_undefined():
    told = nps_difference([10, 9], [None])
    assert told.difference.value is None
    assert (told.difference.low, told.difference.high) == (-200, 200)
    assert told.standard_error is None
    assert told.second.notes == ("no answers", "1 missing left out")
    assert "unknown" in str(told)


def test_what_is_no_rating_is_refused_by_its_group():
    with pytest.raises(InvalidValueError, match=r"ratings_b\[1\]"):
        nps_difference([9], [9, 11])


def test_a_difference_explains_and_pickles_itself():
    told = nps_difference([10, 9, 8, 3], [9, 5, 4, 7])
    why = told.explain()
    assert (why.figure, [part.figure for part in why.parts]) == (
        "nps_difference",
        ["first group", "second group"],
    )
    assert "adjusted-Wald" in why.formula
    assert str(told).startswith("NPS difference: 50 points")
    assert pickle.loads(pickle.dumps(told)) == told


# --- how many answers ----------------------------------------------------------------------


@given(st.floats(1, 100), st.floats(0.05, 0.6), st.floats(0.05, 0.4), st.floats(0.5, 0.95))
def test_so_many_answers_have_the_power_that_was_asked_for(points, promoters, detractors, power):
    told = nps_sample_size(points, promoters=promoters, detractors=detractors, power=power)
    error = 100 * (2 * told.variance / told.exact) ** 0.5
    seen = stats.norm.sf(stats.norm.ppf(0.975) - points / error)
    assert seen == pytest.approx(power, abs=1e-9)
    assert told.per_group - 1 < told.exact <= told.per_group


@given(st.floats(1, 90), st.floats(0.01, 9))
def test_a_smaller_difference_or_more_power_takes_more_answers(points, more):
    shares = {"promoters": 0.5, "detractors": 0.2}
    one = nps_sample_size(points, **shares)
    assert nps_sample_size(points + more, **shares).exact < one.exact
    assert nps_sample_size(points, **shares, power=0.9).exact > one.exact


@pytest.mark.parametrize(
    "given_",
    [
        {"difference": 0},
        {"difference": 201},
        {"power": 0.4},
        {"power": 1},
        {"promoters": 0.9},
        {"promoters": 1, "detractors": 0},
        {"promoters": 0, "detractors": 0},
        {"detractors": nan},
    ],
)
def test_what_cannot_be_planned_for_is_refused(given_):
    plan = {"difference": 10, "promoters": 0.5, "detractors": 0.2, **given_}
    with pytest.raises(InvalidValueError):
        nps_sample_size(plan.pop("difference"), **plan)


def test_a_sample_size_shows_and_explains_itself():
    told = nps_sample_size(10, promoters=0.5, detractors=0.2)
    assert str(told).startswith("958 answers per group\n  difference  10 points")
    assert told.explain().answer == "958 per group"
    assert dict(told.explain().inputs)["variance"] == "0.61"
