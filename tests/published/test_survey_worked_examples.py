"""Answers to surveys against worked examples.

Effective sizes are Kish's (Survey sampling, 1965, section 11.7), the post-stratified variance
Cochran's (Sampling techniques, 1977, 5A.9), shrinkage Bühlmann's (1967) and the posterior of a
share the beta's; the z test of two NPS and its sample size follow from the variance of a net
score (Rocks 2016).
"""

import pytest
from scipy import stats

from crmkit.metrics import (
    careless_answers,
    nonresponse_bounds,
    nps_difference,
    nps_sample_size,
    post_stratified_mean,
    response_rate,
    shrunken_mean,
    shrunken_share,
    time_decayed_mean,
)


def test_two_nps_fifteen_points_apart():
    """50/30/20 of 100 against 48/42/30 of 120: 15.0 points, SE 10.64, z 1.409."""
    first = [10] * 50 + [8] * 30 + [3] * 20
    second = [9] * 48 + [7] * 42 + [6] * 30
    told = nps_difference(first, second)
    assert told.difference.value == pytest.approx(15.0)
    assert (round(told.standard_error, 2), round(told.z, 3)) == (10.64, 1.409)


def test_ten_points_of_nps_take_958_answers_per_group():
    """Variance .61, power 80 %: 957.6, so 958."""
    told = nps_sample_size(10, promoters=0.5, detractors=0.2)
    assert (round(told.variance, 2), round(told.exact, 1), told.per_group) == (0.61, 957.6, 958)


def test_forty_answers_weighted_up_to_their_population():
    """W = (.6, .4), n = (30, 10), means (4.5, 3.5): raw 4.25, weighted 4.10, n_eff 35.71."""
    answers = {"old": [4, 5] * 15, "new": [3, 4] * 5}
    told = post_stratified_mean(answers, {"old": 0.6, "new": 0.4})
    assert told.unweighted.value == 4.25
    assert round(told.mean.value, 2) == 4.10
    assert round(told.effective_n, 2) == 35.71
    # s² = 7.5/29 and 2.5/9, on 29 and 9 degrees of freedom; Satterthwaite's 22.5 together.
    parts = (0.36 * 7.5 / 29 / 30, 0.16 * 2.5 / 9 / 10)
    df = sum(parts) ** 2 / (parts[0] ** 2 / 29 + parts[1] ** 2 / 9)
    assert round(df, 1) == 22.5
    half = stats.t.ppf(0.975, df) * sum(parts) ** 0.5
    assert (told.mean.low, told.mean.high) == pytest.approx((4.10 - half, 4.10 + half))


def test_four_answers_of_which_older_ones_count_less():
    """Ages 0, 30, 90, 365 days, half-life 90: weights 1, .7937, .5, .0601."""
    answers = [(0, 5), (30, 4), (90, 3), (365, 2)]
    assert [round(0.5 ** (age / 90), 4) for age, _ in answers] == [1, 0.7937, 0.5, 0.0601]
    told = time_decayed_mean(answers)
    assert (round(told.value, 4), round(told.n, 4)) == (4.1613, 2.9415)


def test_three_fives_are_not_yet_a_five():
    """Usual mean 4.2 that weighs 10: 4.3846."""
    assert round(shrunken_mean([5, 5, 5], prior_mean=4.2).value, 4) == 4.3846


def test_three_of_three_are_not_yet_all():
    """Prior Beta(8, 2): 0.84615, 95 % from 0.6152 to 0.9791."""
    told = shrunken_share(3, 3, prior_share=0.8)
    assert round(told.value, 5) == 0.84615
    assert (round(told.low, 4), round(told.high, 4)) == (0.6152, 0.9791)


def test_the_response_rate_is_completes_of_the_eligible():
    told = response_rate(45, 50)
    assert told.value == 0.9
    assert (round(told.low, 4), round(told.high, 4)) == (0.7864, 0.9565)


def test_half_the_customers_silent_leave_half_the_scale_open():
    """Two answers of mean 4.5 and two missing, 1 to 5: from 2.75 to 4.75."""
    told = nonresponse_bounds([5, 4, None, None])
    assert (told.lowest, told.highest, told.width) == (2.75, 4.75, 2)


def test_a_standard_deviation_of_0_over_8_items_and_a_third_of_the_median_time():
    table = {f"q{i}": [4, i % 5 + 1, 3] for i in range(8)}
    told = careless_answers(table, seconds=[60, 19.9, 60])
    assert [(one.respondent, tuple(map(str, one.signs))) for one in told.flagged] == [
        (0, ("straight-lining",)),
        (1, ("speeding",)),
        (2, ("straight-lining",)),
    ]
    assert careless_answers(table, seconds=[60, 20, 60]).respondents == {0, 2}
    seven = {name: table[name] for name in list(table)[:7]}
    assert not careless_answers(seven).flagged
