"""Loyalty over its dimensions: phases, gaps, and what is missing."""

import itertools
import pickle
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.loyalty import (
    Anchors,
    LoyaltyClass,
    affective,
    behavioural,
    cognitive,
    dick_basu,
    loyalty,
    rescaled,
)

NAMES = ("cognitive", "affective", "intentional", "behavioural")
SCORES = st.fixed_dictionaries({name: st.floats(0, 1) for name in NAMES})
PARTIAL = st.fixed_dictionaries({name: st.none() | st.floats(0, 1) for name in NAMES})


def of(*scores, **options):
    return loyalty(**dict(zip(NAMES, scores, strict=True)), **options)


@given(PARTIAL, st.none() | st.integers(0, 4))
def test_everything_lies_in_range(scores, previous):
    result = loyalty(**scores, previous_phase=previous)
    known = [score for score in scores.values() if score is not None]
    assert result.partial == (len(known) < 4)
    assert result.coverage == pytest.approx(len(known) / 4)
    if known:
        assert min(known) - 1e-12 <= result.overall <= max(known) + 1e-12
        assert result.geometric <= result.overall + 1e-12
        assert result.weakest.score == min(known)
        assert scores[result.weakest.name] == min(known)
    else:
        assert (result.overall, result.geometric, result.weakest) == (None, None, None)
    assert result.phase is None or 0 <= result.phase <= 4


@given(SCORES, st.sampled_from(NAMES), st.floats(0, 1), st.none() | st.integers(0, 4))
def test_a_better_dimension_never_lowers_overall_geometric_or_phase(scores, name, more, previous):
    better = {**scores, name: max(more, scores[name])}
    low = loyalty(**scores, previous_phase=previous)
    high = loyalty(**better, previous_phase=previous)
    assert high.overall >= low.overall
    assert high.geometric >= low.geometric - 1e-12
    assert high.phase >= low.phase
    assert high.weakest.score >= low.weakest.score


@given(SCORES, st.integers(0, 4))
def test_the_last_phase_can_only_be_kept_not_given(scores, previous):
    fresh, remembered = loyalty(**scores), loyalty(**scores, previous_phase=previous)
    assert fresh.phase <= remembered.phase
    if remembered.phase > fresh.phase:
        assert fresh.phase < previous


@given(SCORES)
def test_the_phase_is_the_longest_run_without_a_gap(scores):
    run = itertools.takewhile(lambda name: scores[name] >= 0.6 - 1e-12, NAMES)
    assert loyalty(**scores).phase == len(list(run))


@pytest.mark.parametrize(
    ("score", "previous", "phase"),
    [(0.6, None, 1), (0.59, None, 0), (0.59, 1, 1), (0.55, 1, 1), (0.54, 1, 0), (0.59, 0, 0)],
)
def test_a_phase_reached_is_kept_a_little_below_the_threshold(score, previous, phase):
    assert of(score, 0.1, 0.1, 0.1, previous_phase=previous).phase == phase


def test_hysteresis_does_not_help_into_a_new_phase():
    assert of(0.57, 0.57, 0.9, 0.9, previous_phase=1).phase == 1


def test_a_phase_cannot_be_judged_past_a_missing_dimension():
    result = of(0.8, None, 0.9, 0.9)
    assert result.phase == 1
    assert "phase 1 or more: the affective dimension is missing" in result.notes


def test_a_phase_that_fails_before_the_missing_dimension_is_certain():
    result = of(0.2, None, 0.9, 0.9)
    assert result.phase == 0
    assert not any(note.startswith("phase") for note in result.notes)


def test_without_the_first_dimension_there_is_no_phase():
    result = of(None, 0.9, 0.9, 0.9)
    assert result.phase is None
    assert "phase unknown: the cognitive dimension is missing" in result.notes


@pytest.mark.parametrize(
    ("scores", "flags"),
    [
        ((0.8, 0.8, 0.8, 0.8), ()),
        ((0.5, 0.8, 0.8, 0.8), ("spurious",)),
        ((0.8, 0.5, 0.1, 0.6), ("spurious",)),
        ((0.1, 0.6, 0.1, 0.59), ("latent",)),
        ((0.9, 0.5, 0.9, 0.1), ()),
        ((None, None, 0.9, 0.9), ()),
        ((None, 0.2, None, 0.9), ("spurious",)),
        ((0.9, 0.9, 0.9, None), ()),
    ],
)
def test_gaps_are_flagged(scores, flags):
    assert of(*scores).flags == flags


def test_weights_decide_about_the_means():
    weights = {"cognitive": 0, "affective": 0, "intentional": 1, "behavioural": 3}
    result = of(0.0, 0.0, 0.2, 0.6, weights=weights)
    assert result.overall == pytest.approx(0.5)
    assert result.geometric == pytest.approx((0.2 * 0.6**3) ** 0.25)


def test_a_zero_dimension_makes_the_geometric_mean_zero():
    assert of(0.0, 1.0, 1.0, 1.0).geometric == 0


def test_weights_on_missing_dimensions_alone_give_nothing():
    weights = {"cognitive": 1, "affective": 0, "intentional": 0, "behavioural": 0}
    result = of(None, 0.5, 0.5, 0.5, weights=weights)
    assert (result.overall, result.geometric, result.coverage) == (None, None, 0)


def test_the_typology_compares_attitude_with_the_threshold():
    assert of(0.9, 0.8, 0.7, 0.9).typology.kind is LoyaltyClass.TRUE
    assert of(None, 0.3, None, 0.9).typology.kind is LoyaltyClass.SPURIOUS
    assert of(None, None, None, 0.9).typology.kind is LoyaltyClass.UNKNOWN
    assert of(0.9, None, None, None).typology.kind is LoyaltyClass.UNKNOWN
    assert of(0.6, 0.6, 0.6, 0.5).typology.kind is LoyaltyClass.TRUE
    assert of(0.6, 0.6, 0.6, 0.5).typology.borderline


def test_notes_and_coverage_of_the_dimensions_come_along():
    result = loyalty(affective=affective(positive=1.0), behavioural=behavioural(continuity=1.0))
    assert result.overall is None
    assert result.coverage == 0
    assert result.notes[0] == "partial: no cognitive, affective, intentional, behavioural dimension"
    assert "affective: no score: the balance needs both; missing: negative" in result.notes
    two_thirds = loyalty(behavioural=behavioural(purchases_per_year=4, continuity=1.0))
    assert two_thirds.coverage == pytest.approx(1 / 6)


def test_the_anchors_used_are_returned():
    anchors = Anchors(threshold=0.3)
    result = of(0.4, 0.4, 0.4, 0.4, anchors=anchors)
    assert result.anchors == anchors
    assert result.phase == 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bad", [nan, -0.1, 1.1, 63.3])
def test_a_score_out_of_range_is_refused_by_name(name, bad):
    with pytest.raises(InvalidValueError) as caught:
        loyalty(**{name: bad})
    assert caught.value.field == name


@pytest.mark.parametrize("phase", [-1, 5, 2.5])
def test_there_are_five_phases(phase):
    with pytest.raises(InvalidValueError, match="previous_phase"):
        of(0.5, 0.5, 0.5, 0.5, previous_phase=phase)


def test_a_judgement_pickles_and_shows_itself():
    result = of(0.8, 0.6, 0.7, 0.5)
    assert pickle.loads(pickle.dumps(result)) == result
    assert str(result) == "0.65 (phase 3 of 4, type true (borderline))"
    assert str(loyalty()) == "unknown"
    assert str(of(None, 0.9, 0.9, 0.9)) == "0.90 (partial, phase unknown, type true)"


@pytest.mark.parametrize(("attitude", "patronage"), [(None, 0.5), (0.5, None), (None, None)])
def test_a_missing_input_leaves_the_class_unknown(attitude, patronage):
    result = dick_basu(attitude, patronage)
    assert result.kind is LoyaltyClass.UNKNOWN
    assert (result.attitude_distance is None) == (attitude is None)
    assert (result.patronage_distance is None) == (patronage is None)


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.3))
def test_the_class_follows_from_the_distances(attitude, patronage, band):
    result = dick_basu(attitude, patronage, band=band)
    high = (result.attitude_distance >= 0, result.patronage_distance >= 0)
    assert (result.kind in ("true", "latent"), result.kind in ("true", "spurious")) == high
    nearest = min(abs(result.attitude_distance), abs(result.patronage_distance))
    assert result.borderline == (nearest < band)


def test_the_cuts_may_be_the_shops_own_and_lie_on_the_high_side():
    result = dick_basu(0.2, 6.0, attitude_cut=0.2, patronage_cut=6.0, band=0.5)
    assert result.kind is LoyaltyClass.TRUE
    assert result.borderline
    assert dick_basu(0.3, 6.0, attitude_cut=0.1 + 0.2, patronage_cut=6).kind is LoyaltyClass.TRUE


@pytest.mark.parametrize(
    "bad",
    [
        {"relative_attitude": nan},
        {"patronage": -0.1},
        {"patronage": inf},
        {"attitude_cut": nan},
        {"patronage_cut": -1},
        {"band": -0.1},
    ],
)
def test_impossible_inputs_of_the_typology_are_refused_by_name(bad):
    with pytest.raises(InvalidValueError) as caught:
        dick_basu(**{"relative_attitude": 0.1, "patronage": 0.1, **bad})
    assert caught.value.field == next(iter(bad))


def test_the_type_is_relative_to_rivals_where_their_comparison_is_known():
    thinks = cognitive(preference=rescaled(5, (1, 7)), first_choice=0.1)
    told = loyalty(cognitive=thinks, behavioural=0.9).typology
    assert told.attitude_distance == pytest.approx((5 - 4) / 3)
    assert told.kind is LoyaltyClass.TRUE
    assert told.attitude_basis.startswith("preference over rivals")
    stood_in = of(0.2, 0.2, 0.2, 0.9).typology
    assert stood_in.kind is LoyaltyClass.SPURIOUS
    assert "no comparison with rivals" in stood_in.attitude_basis
    assert of(0.2, 0.2, 0.2, 0.9, preference=0.9).typology.kind is LoyaltyClass.TRUE


def test_the_middle_of_the_comparison_is_borderline():
    told = of(0.9, 0.9, 0.9, 0.9, preference=0.5).typology
    assert (told.attitude_distance, told.borderline) == (0, True)


def test_the_share_of_wallet_is_the_patronage_where_it_is_known():
    told = of(0.9, 0.9, 0.9, 0.9, share_of_wallet=0.2).typology
    assert told.kind is LoyaltyClass.LATENT
    assert (told.patronage_cut, told.patronage_basis) == (0.5, "share of wallet")
    assert "not known" in of(0.9, 0.9, 0.9, 0.9).typology.patronage_basis


@given(PARTIAL, st.floats(0, 1), st.floats(0, 1))
def test_more_preference_and_more_wallet_never_lead_to_less_loyal_a_type(scores, one, other):
    less, more = sorted((one, other))
    low = loyalty(**scores, preference=less, share_of_wallet=less).typology
    high = loyalty(**scores, preference=more, share_of_wallet=more).typology
    assert high.attitude_distance >= low.attitude_distance
    assert high.patronage_distance >= low.patronage_distance


def test_a_type_carries_what_it_was_measured_by():
    told = dick_basu(
        0.1, 12, patronage_cut=6, attitude_basis="own minus sample mean", patronage_basis="visits"
    )
    inputs = dict(told.explain().inputs)
    assert (inputs["attitude"], inputs["patronage"]) == ("own minus sample mean", "visits")
    assert "+6.00 from its cut (visits)" in told.sheet().text()
    assert "unknown (visits)" in dick_basu(0.1, None, patronage_basis="visits").sheet().text()


def test_a_judgement_explains_itself_down_to_its_dimensions():
    why = loyalty(affective=affective(positive=0.9, negative=0.1), behavioural=0.7).explain()
    assert [part.figure for part in why.parts] == [
        "affective",
        "loyalty_phase",
        "loyalty_type",
        "loyalty_geometric",
        "loyalty_weakest",
    ]
    assert dict(why.inputs)["cognitive"] == "missing"
    assert "partial: no cognitive, intentional dimension" in why.left_out
    shown = loyalty(affective=0.9, behavioural=0.7).sheet().text()
    assert "weakest            behavioural 0.70" in shown
    assert "<table" in loyalty()._repr_html_()
