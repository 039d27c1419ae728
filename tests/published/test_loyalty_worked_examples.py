"""Loyalty against hand-worked cases of the four dimensions and their order.

Oliver, R. L. (1999), Journal of Marketing 63, 33-44, orders the dimensions; Dick, A. S. and
Basu, K. (1994), JAMS 22, 99-113, give the four classes. Keiningham, T. L. and others (2011),
Harvard Business Review 89(10), 29-31, give the wallet allocation rule.
"""

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.loyalty import (
    affective,
    behavioural,
    cognitive,
    dick_basu,
    intentional,
    loyalty,
    phases_over_time,
    rescaled,
)
from crmkit.metrics.wallet import (
    first_choice,
    share_of_wallet,
    wallet_allocation,
    wallet_allocation_of,
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


@pytest.mark.parametrize(
    ("brands", "shares"),
    [(1, [1.0]), (2, [0.667, 0.333]), (3, [0.5, 0.333, 0.167])],
)
def test_the_wallet_allocation_rule_of_one_two_and_three_brands(brands, shares):
    found = [wallet_allocation(rank, brands) for rank in range(1, brands + 1)]
    assert [round(one, 3) for one in found] == shares
    assert sum(found) == pytest.approx(1)


def test_tied_brands_take_the_average_rank():
    found = wallet_allocation_of({"first": 9, "tied": 7, "too": 7})
    assert found.ranks["tied"] == found.ranks["too"] == 2.5
    assert found.shares["tied"] == pytest.approx(wallet_allocation(2.5, 3)) == pytest.approx(0.25)
    assert sum(found.shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("rank", [0, 4])
def test_a_rank_must_lie_among_the_brands(rank):
    with pytest.raises(InvalidValueError, match="rank"):
        wallet_allocation(rank, 3)


def test_three_of_five_purchases_drawn_towards_30_percent_of_strength_4():
    assert round(first_choice(3, 5, usual=0.3, strength=4).value, 4) == 0.4667


def test_the_shop_s_share_of_all_money_is_not_the_mean_of_ratios():
    found = share_of_wallet([50, 100], [100, 1000])
    assert round(found.aggregated.value, 4) == 0.1364
    assert found.mean.value == pytest.approx(0.3)


def test_a_phase_is_kept_within_the_hysteresis_and_lost_beyond_it():
    reached = {"cognitive": 0.8, "affective": 0.6, "intentional": 0.7, "behavioural": 0.5}
    wavering, lost = {**reached, "affective": 0.57}, {**reached, "affective": 0.54}
    assert phases_over_time([reached, wavering, lost]) == (3, 3, 1)
    assert loyalty(**wavering).phase == 1
    assert loyalty(**wavering, previous_phase=3).phase == 3
