"""The four dimensions: in range, monotone, and honest about what is missing."""

import pickle
from math import e, inf, nan

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.loyalty import (
    Anchors,
    Dimension,
    affective,
    behavioural,
    cognitive,
    intentional,
    rescaled,
)

UNIT = st.floats(0, 1)
INPUTS = {
    cognitive: {
        "top_of_mind": UNIT,
        "first_choice": UNIT,
        "price_tolerance": st.floats(-1, 3),
        "preference": UNIT,
    },
    affective: {"positive": UNIT, "negative": UNIT},
    intentional: {"repurchase": UNIT, "expand": UNIT, "recommend": UNIT, "switch": UNIT},
    behavioural: {
        "volume": st.floats(-1e4, 1e6),
        "share_of_wallet": UNIT,
        "purchases_per_year": st.floats(0, 500),
        "continuity": UNIT,
    },
}
EVERY = [(dimension, name) for dimension, inputs in INPUTS.items() for name in inputs]
OPEN = ("price_tolerance", "volume", "purchases_per_year")
SHARES = [(dimension, name) for dimension, name in EVERY if name not in OPEN]


def drawn(data, inputs):
    return {name: data.draw(st.none() | values, name) for name, values in inputs.items()}


@pytest.mark.parametrize("dimension", INPUTS)
@given(data=st.data())
def test_scores_and_indicators_lie_in_range(dimension, data):
    result = dimension(**drawn(data, INPUTS[dimension]))
    assert 0 <= result.coverage <= 1
    for value in (result.score, *result.indicators.values()):
        assert value is None or 0 <= value <= 1
    if result.score is not None:
        assert result.coverage >= 0.5


@pytest.mark.parametrize(("dimension", "name"), EVERY)
@given(data=st.data())
def test_more_of_an_input_never_lowers_the_score_but_of_an_adverse_one_never_lifts_it(
    dimension, name, data
):
    given_inputs = drawn(data, INPUTS[dimension])
    less, more = sorted((data.draw(INPUTS[dimension][name]), data.draw(INPUTS[dimension][name])))
    fixed = {"volume_reference": 200.0} if dimension is behavioural else {}
    low = dimension(**{**given_inputs, name: less}, **fixed).score
    high = dimension(**{**given_inputs, name: more}, **fixed).score
    if low is None or high is None:
        assert low is None
        assert high is None
    elif name in {"negative", "switch"}:
        assert high <= low
    else:
        assert high >= low


@pytest.mark.parametrize(("dimension", "name"), EVERY)
@pytest.mark.parametrize("bad", [nan, inf, -2.0])
def test_impossible_inputs_are_refused_by_name(dimension, name, bad):
    if (name, bad) == ("volume", -2.0):
        bad = -inf
    with pytest.raises(InvalidValueError) as caught:
        dimension(**{name: bad})
    assert caught.value.field == name


@pytest.mark.parametrize(("dimension", "name"), SHARES)
def test_a_share_above_one_is_refused(dimension, name):
    with pytest.raises(InvalidValueError, match=name):
        dimension(**{name: 1.01})


@pytest.mark.parametrize("dimension", INPUTS)
def test_nothing_known_is_no_score_and_says_so(dimension):
    nothing = dimension()
    assert nothing.score is None
    assert nothing.coverage == 0
    assert nothing.notes[0].startswith("no score")
    assert set(nothing.indicators.values()) == {None}


def test_half_of_the_indicators_are_enough():
    half = cognitive(top_of_mind=0.2, preference=0.6)
    assert half.score == pytest.approx(0.4)
    assert half.coverage == 0.5
    assert half.notes == ("missing: first choice, price tolerance",)


def test_less_than_half_gives_no_score_and_names_what_is_missing():
    quarter = intentional(recommend=1.0)
    assert quarter.score is None
    assert quarter.coverage == 0.25
    assert quarter.notes == (
        "no score: only 25% of the indicators are known; missing: repurchase, expand, stay",
    )


def test_the_intention_to_switch_counts_turned_round():
    both = intentional(repurchase=0.9, switch=0.3)
    assert both.indicators["stay"] == pytest.approx(0.7)
    assert both.score == pytest.approx(0.8)


def test_without_a_word_about_switching_the_mean_of_the_others_stands():
    assert intentional(repurchase=0.9, expand=0.3, recommend=0.6).score == pytest.approx(0.6)


def test_the_ambivalent_are_told_from_the_indifferent():
    ambivalent, indifferent = (
        affective(positive=0.75, negative=0.75),
        affective(positive=0, negative=0),
    )
    assert ambivalent.score == indifferent.score == 0.5
    assert ambivalent.indicators != indifferent.indicators


def test_weights_decide_about_the_mean_and_the_coverage():
    weights = {"repurchase": 1, "expand": 0, "recommend": 3, "stay": 0}
    weighted = intentional(repurchase=0.2, recommend=0.6, weights=weights)
    assert weighted.score == pytest.approx(0.5)
    assert weighted.coverage == 1


@pytest.mark.parametrize(
    "weights",
    [
        {"repurchase": 1},
        {"repurchase": 1, "expand": 1, "recommend": 1, "else": 1},
        {"repurchase": 0, "expand": 0, "recommend": 0, "stay": 0},
        {"repurchase": -1, "expand": 1, "recommend": 1, "stay": 1},
        {"repurchase": nan, "expand": 1, "recommend": 1, "stay": 1},
    ],
)
def test_impossible_weights_are_refused(weights):
    with pytest.raises(InvalidValueError, match="weights"):
        intentional(repurchase=1, expand=1, weights=weights)


def test_the_balance_of_affects_needs_both():
    liked = affective(positive=0.9)
    assert liked.score is None
    assert liked.coverage == 0.5
    assert liked.indicators == {"positive": 0.9, "negative": None}
    assert liked.notes == ("no score: the balance needs both; missing: negative",)


@pytest.mark.parametrize(
    ("premium", "score"), [(-0.5, 0), (0, 0), (0.125, 0.5), (0.25, 1), (0.9, 1)]
)
def test_price_tolerance_is_capped(premium, score):
    assert cognitive(price_tolerance=premium).indicators["price_tolerance"] == score


def test_volume_saturates_against_its_reference_which_is_returned():
    result = behavioural(volume=200, volume_reference=200, continuity=0.5)
    assert result.indicators["volume"] == pytest.approx(1 - 1 / e)
    assert result.anchors == Anchors(volume_reference=200)
    assert result.notes == ("missing: frequency",)


def test_the_reference_may_come_with_the_anchors():
    anchors = evolve(Anchors(), volume_reference=200)
    assert behavioural(volume=200, anchors=anchors).indicators["volume"] == pytest.approx(1 - 1 / e)


def test_volume_without_a_reference_is_missing_and_says_what_it_needs():
    result = behavioural(volume=200, purchases_per_year=4, continuity=0)
    assert result.indicators["volume"] is None
    assert "volume_reference" in result.notes[0]
    assert result.score == pytest.approx((1 - 1 / e) / 2)


def test_share_of_wallet_goes_before_volume():
    result = behavioural(volume=200, share_of_wallet=0.3)
    assert result.indicators["volume"] == 0.3
    assert "volume_reference" not in " ".join(result.notes)


def test_refunds_beyond_purchases_count_as_no_volume():
    result = behavioural(volume=-50, volume_reference=200, continuity=0)
    assert result.indicators["volume"] == 0
    assert "negative volume" in result.notes[0]


@pytest.mark.parametrize("reference", [0, -5, nan, inf])
def test_an_impossible_reference_is_refused(reference):
    with pytest.raises(InvalidValueError, match="volume_reference"):
        behavioural(volume=1, volume_reference=reference)


@pytest.mark.parametrize(
    "bad",
    [
        {"threshold": 1.2},
        {"hysteresis": nan},
        {"price_cap": 0},
        {"purchases_per_year": -4},
        {"patronage_cut": -0.1},
    ],
)
def test_impossible_anchors_are_refused(bad):
    with pytest.raises(InvalidValueError, match=next(iter(bad))):
        Anchors(**bad)


def test_answers_are_rescaled_to_their_scale():
    assert rescaled(None, (1, 5)) is None
    assert (rescaled(1, (1, 5)), rescaled(3, (1, 5)), rescaled(5, (1, 5))) == (0, 0.5, 1)
    for bad in (0, 6, nan):
        with pytest.raises(InvalidValueError, match="from 1 to 5"):
            rescaled(bad, (1, 5))


@pytest.mark.parametrize("bad", [{"score": 1.1, "coverage": 1}, {"score": 0.5, "coverage": -1}])
def test_a_dimension_out_of_range_cannot_be_made(bad):
    with pytest.raises(InvalidValueError):
        Dimension(**bad, indicators={})


def test_a_dimension_keeps_its_own_indicators_and_pickles():
    indicators = {"a": 0.5}
    dimension = Dimension(score=0.5, coverage=1, indicators=indicators)
    indicators["a"] = 0.9
    assert dimension.indicators == {"a": 0.5}
    again = pickle.loads(pickle.dumps(dimension))
    assert again == dimension
    assert len({dimension, again}) == 1


def test_dimensions_show_themselves_in_words():
    assert str(affective(positive=0.75, negative=0.25)) == "0.75"
    assert str(affective()) == "unknown: nothing is known of it"
    assert str(affective(negative=0.2)) == "unknown (50% known; missing: positive)"
    shown = affective(positive=0.75).sheet().text()
    assert shown.startswith("Affective loyalty: unknown (50% known; ")
    assert "negative  missing" in shown


def test_a_dimension_explains_itself_with_its_weights():
    weights = {"repurchase": 1, "expand": 0, "recommend": 3, "stay": 0}
    why = intentional(repurchase=0.2, recommend=0.6, weights=weights).explain()
    assert why.figure == "intentional"
    assert dict(why.inputs)["weight of recommend"] == "3"
    assert dict(why.inputs)["expand"] == "missing"
    assert why.left_out == ("missing: expand, stay",)
    assert Dimension(score=0.5, coverage=1, indicators={}).explain().figure == "loyalty"
