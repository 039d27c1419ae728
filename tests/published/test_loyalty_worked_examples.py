"""Loyalty against hand-worked cases of the four dimensions and their order.

Oliver, R. L. (1999), Journal of Marketing 63, 33-44, orders the dimensions; Dick, A. S. and
Basu, K. (1994), JAMS 22, 99-113, give the four classes.
"""

import pytest

from crmkit.metrics.loyalty import (
    affective,
    behavioural,
    cognitive,
    dick_basu,
    intentional,
    loyalty,
    rescaled,
)

SCORES = {"cognitive": 0.8, "affective": 0.6, "intentional": 0.7, "behavioural": 0.5}


def test_cognitive_loyalty_of_the_worked_case():
    score = cognitive(
        top_of_mind=0.6, first_choice=0.7, price_tolerance=0.10, preference=rescaled(6, (1, 7))
    ).score
    assert round(100 * score, 2) == 63.33


def test_affective_loyalty_of_the_worked_case():
    assert affective(positive=0.75, negative=0.25).score == 0.75


def test_six_purchases_a_year_against_four():
    frequency = behavioural(purchases_per_year=6).indicators["frequency"]
    assert round(frequency, 4) == 0.7769


def test_overall_geometric_and_weakest_of_the_worked_case():
    whole = loyalty(**SCORES)
    assert whole.overall == pytest.approx(0.65)
    assert round(100 * whole.geometric, 2) == 64.02
    assert whole.weakest == ("behavioural", 0.5)
    assert not whole.partial


def test_without_behaviour_the_mean_is_over_the_rest():
    partial = loyalty(cognitive=0.8, affective=0.6, intentional=0.7)
    assert partial.overall == pytest.approx(0.70)
    assert partial.partial


def test_intention_without_deeds_is_phase_three():
    assert loyalty(**SCORES).phase == 3


def test_deeds_without_liking_are_phase_one_and_spurious():
    hollow = loyalty(cognitive=0.8, affective=0.4, intentional=0.9, behavioural=0.9)
    assert hollow.phase == 1
    assert hollow.flags == ("spurious",)


@pytest.mark.parametrize(
    ("attitude", "patronage", "kind"),
    [(0.3, 0.8, "true"), (0.3, 0.2, "latent"), (-0.3, 0.8, "spurious"), (-0.3, 0.2, "none")],
)
def test_the_four_classes_of_dick_and_basu(attitude, patronage, kind):
    assert dick_basu(attitude, patronage).kind == kind


def test_preference_on_seven_points_is_relative_to_the_middle():
    worked = cognitive(
        top_of_mind=0.6, first_choice=0.7, price_tolerance=0.10, preference=rescaled(6, (1, 7))
    )
    assert loyalty(cognitive=worked).typology.attitude_distance == pytest.approx((6 - 4) / 3)


def test_intentions_on_survey_scales_meet_on_one():
    answers = {"repurchase": rescaled(9, (0, 10)), "expand": rescaled(4, (1, 7))}
    assert intentional(**answers, recommend=rescaled(5, (1, 5))).score == pytest.approx(0.8)
