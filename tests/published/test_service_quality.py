"""Satisfaction index, disconfirmation and service gaps against worked examples.

The index: Fornell, Johnson, Anderson, Cha & Bryant (1996), Journal of Marketing 60(4), 7-18, with
equal weights, and with the weights that the State of Ohio published for its own ACSI surveys
(.3885, .3190, .2925). Disconfirmation: Oliver (1980), Journal of Marketing Research 17, 460-469.
Gaps: Parasuraman, Zeithaml & Berry (1988), Journal of Retailing 64(1), 12-40: five dimensions,
100 points spread over them.
"""

import pytest

from crmkit.metrics import Outweighs, acsi, disconfirmation, service_gap

#: Five respondents whose means are 8.2, 7.8 and 7.4.
FIVE = {
    "overall": [8, 9, 7, 10, 7],
    "met expectations": [8, 8, 7, 9, 7],
    "close to ideal": [7, 8, 6, 9, 7],
}


def test_the_index_of_three_means_with_equal_weights():
    found = acsi(FIVE)
    means = [9 * one.value / 100 + 1 for one in found.items.values()]
    assert means == pytest.approx([8.2, 7.8, 7.4])
    assert round(found.score.value, 3) == 75.556


@pytest.mark.parametrize(("answer", "score"), [(1, 0), (10, 100)])
def test_the_index_of_those_who_all_answer_the_same_end_of_the_scale(answer, score):
    found = acsi({name: [answer] * 4 for name in FIVE}).score
    assert (found.value, found.low, found.high) == (score, score, score)


def test_the_published_weights_of_the_state_of_ohio_add_up_and_are_kept():
    weights = (0.3885, 0.3190, 0.2925)
    found = acsi(FIVE, weights=weights)
    by_hand = 100 * (0.3885 * 7.2 + 0.3190 * 6.8 + 0.2925 * 6.4) / 9
    assert found.score.value == pytest.approx(by_hand)
    assert round(found.score.value, 3) == 75.982
    assert tuple(found.weights.values()) == pytest.approx(weights)
    assert not any("normalised" in note for note in found.score.notes)


EXPECTED = [4, 5, 6, 3, 5, 6, 4, 7]
PERCEIVED = [5, 5, 5, 4, 6, 7, 3, 6]
SATISFIED = [5.5, 5, 4.5, 4.5, 6, 6.5, 3.5, 5.5]


def test_eight_respondents_regressed_on_expectation_and_disconfirmation():
    found = disconfirmation(EXPECTED, PERCEIVED, SATISFIED, scale=(1, 7))
    effects = found.effects
    assert found.mean.value == 0.125
    assert [round(one.value, 4) for one in effects.coefficients.values()] == [
        1.7744,
        0.6466,
        0.9398,
    ]
    assert round(effects.r_squared.value, 4) == 0.9770
    assert effects.outweighs is Outweighs.QUALITY


PARTS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
FOUND = dict(zip(PARTS, (5.3, 5.1, 4.9, 5.6, 5.0), strict=True))
HOPED = dict(zip(PARTS, (5.2, 6.1, 6.0, 5.9, 5.7), strict=True))
POINTS = dict(zip(PARTS, (11, 32, 22, 19, 16), strict=True))


def test_five_dimensions_with_a_hundred_points_spread_over_them():
    gaps = service_gap(
        {name: [one] for name, one in HOPED.items()},
        {name: [one] for name, one in FOUND.items()},
        dimensions={name: [name] for name in PARTS},
        importance={name: [one] for name, one in POINTS.items()},
    )
    each = [round(one.value, 9) for one in gaps.dimensions.values()]
    assert each == [0.1, -1.0, -1.1, -0.3, -0.7]
    assert round(gaps.overall.value, 9) == -0.60
    assert round(gaps.weighted.value, 9) == -0.72
    assert gaps.ranking == ("reliability", "responsiveness", "empathy", "assurance", "tangibles")
