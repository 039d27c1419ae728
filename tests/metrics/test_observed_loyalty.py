"""Loyalty as far as a shop has seen it, with every figure worked out by hand."""

import runpy
from datetime import date
from math import exp
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Money, Shop
from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument, Scale, instrument
from crmkit.metrics.loyalty import LoyaltyClass, base_loyalty, observed_loyalty, stated
from crmkit.metrics.satisfaction import Asked, asked

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, said = small["bought"], small["opened"], small["said"]
TWO_YEARS = date(2028, 1, 1)  # 730 days after the first order


def test_rates_are_per_year_since_the_first_purchase():
    shop = Shop(id="lamp", currency="EUR", yearly_volume=Money.of("100.00", "EUR"))
    base = opened(*(bought(f"o{i}", 73 * i) for i in range(6)), shop=shop)  # 120 euros in a year
    does = base.loyalty("ann", as_of=TWO_YEARS).behavioural
    years = 730 / 365.25
    assert does.indicators["frequency"] == pytest.approx(1 - exp(-6 / years / 4))
    assert does.indicators["volume"] == pytest.approx(1 - exp(-120 / years / 100))
    assert does.indicators["continuity"] == pytest.approx(365 / 730)
    assert does.coverage == 1


def test_a_newcomer_is_judged_as_if_of_a_year():
    base = opened(bought("o1", 0), bought("o2", 10))
    does = base.loyalty("ann", as_of=date(2026, 1, 21)).behavioural
    assert does.indicators["frequency"] == pytest.approx(1 - exp(-2 / 4))
    assert does.indicators["continuity"] == pytest.approx(10 / 20)
    assert does.indicators["volume"] is None


def test_who_only_asked_is_not_judged_by_deeds():
    base = opened(
        said("nps", "recommend", 9, (0, 10)), said("repurchase", "repurchase", 5, (0, 10))
    )
    judged = base.loyalty("ann", as_of=date(2026, 1, 2))
    assert judged.behavioural.score is None
    assert judged.intentional.score == pytest.approx((0.9 + 0.5) / 2)
    assert judged.loyalty.overall == pytest.approx(0.7)
    assert judged.loyalty.partial


def test_the_base_is_the_mean_of_those_with_a_score():
    base = opened(
        *(bought(f"o{i}", 10 * i) for i in range(3)),
        bought("b1", 0, who="bob"),
        said("nps", "recommend", 9, (0, 10), who="cid"),
    )
    as_of = date(2026, 1, 31)
    loyal = base.loyalty(as_of=as_of)
    scores = [base.loyalty(who, as_of=as_of).behavioural.score for who in ("ann", "bob")]
    assert loyal.behavioural.value == pytest.approx(sum(scores) / 2)
    assert (loyal.behavioural.n, loyal.intentional.value) == (2, None)
    assert loyal.notes == ("1 of 3 customers have no score",)
    assert loyal.customers == 3
    assert (loyal.phases["unknown"], loyal.classes["unknown"]) == (3, 3)


QUESTIONS = {one.name: one for one in instrument("loyalty").items}
ADVERSE = {"negative_affect", "switch"}
LOYAL = {
    "top_of_mind": 2,
    "first_choice": 7,
    "price_tolerance": 10,
    "preference": 6,
    "positive_affect": 4,
    "negative_affect": 2,
    "recommend": 9,
    "repurchase": 8,
    "expand": 5,
    "switch": 2,
    "share_of_wallet": 40,
}


def of_answers(*facts, as_of=date(2026, 1, 2), instruments=BUILT_IN):
    """The loyalty of Ann, read from her facts without a base's help."""
    summary = opened(*facts).summary("ann", as_of=as_of)
    return observed_loyalty(summary, asked(summary, instruments=instruments), small["SHOP"])


def answered(**steps):
    """Answers to the loyalty questionnaire, each at its own moment of the first days."""
    return [
        evolve(said("loyalty", item, step, _ends(QUESTIONS[item])), id=item)
        for item, step in steps.items()
    ]


def _ends(item):
    return item.scale.low, item.scale.high


def test_every_indicator_of_the_four_dimensions_is_read_from_the_questionnaire():
    judged = of_answers(*answered(**LOYAL), bought("o1", 0))
    assert judged.cognitive.indicators == pytest.approx(
        {"top_of_mind": 0.5, "first_choice": 0.7, "price_tolerance": 0.4, "preference": 5 / 6}
    )
    assert judged.affective.indicators == {"positive": 0.75, "negative": 0.25}
    assert judged.intentional.indicators == pytest.approx(
        {"repurchase": 0.8, "expand": 0.5, "recommend": 0.9, "stay": 0.8}
    )
    assert judged.behavioural.indicators["volume"] == 0.4
    assert judged.affective.score == 0.75
    assert judged.intentional.score == pytest.approx(0.75)
    assert [one.coverage for one in judged.dimensions[:3]] == [1, 1, 1]
    assert not judged.loyalty.partial
    assert (judged.loyalty.phase, judged.loyalty.flags) == (3, ("latent",))


def test_the_type_says_what_it_was_judged_by():
    compared = of_answers(*answered(**LOYAL), bought("o1", 0)).loyalty.typology
    assert compared.kind is LoyaltyClass.LATENT
    assert compared.attitude_distance == pytest.approx(2 / 3)
    assert compared.patronage_distance == pytest.approx(-0.1)
    assert compared.patronage_basis == "share of wallet"
    alone = of_answers(
        said("nps", "recommend", 9, (0, 10)),
        said("repurchase", "repurchase", 9, (0, 10)),
        bought("o1", 0),
    ).loyalty.typology
    assert "no comparison with rivals is known" in alone.attitude_basis
    assert "the share of wallet is not known" in alone.patronage_basis


def test_nobody_asked_leaves_three_dimensions_missing_and_none_is_a_zero():
    judged = of_answers(bought("o1", 0), bought("o2", 100), as_of=date(2026, 6, 1))
    assert [one.score for one in judged.dimensions[:3]] == [None, None, None]
    assert judged.loyalty.overall == judged.behavioural.score
    assert "partial: no cognitive, affective, intentional dimension" in judged.loyalty.notes
    assert judged.loyalty.typology.kind is LoyaltyClass.UNKNOWN


def test_a_stated_share_of_wallet_counts_without_an_order_too():
    judged = of_answers(*answered(share_of_wallet=40))
    assert judged.behavioural.indicators["volume"] == 0.4
    assert judged.behavioural.score is None


def test_items_of_one_instrument_for_one_indicator_are_a_scale_of_several_items():
    panas = Instrument(
        name="panas",
        scale=Scale(1, 5),
        items={"proud": "positive_affect", "keen": "positive_affect", "upset": "negative_affect"},
    )
    facts = [
        evolve(said("panas", item, step, (1, 5)), id=item)
        for item, step in (("proud", 5), ("keen", 3), ("upset", 1))
    ]
    judged = of_answers(*facts, instruments=(*BUILT_IN, panas))
    assert judged.affective.indicators == {"positive": 0.75, "negative": 0}


def test_two_instruments_for_one_indicator_are_not_mixed_and_the_latest_counts():
    earlier = said("nps", "recommend", 2, (0, 10))
    later = said("loyalty", "recommend", 9, (0, 10), on=1)
    judged = of_answers(earlier, later, as_of=date(2026, 2, 1))
    assert judged.intentional.indicators["recommend"] == 0.9
    assert judged.notes == (
        "recommend: the answers to loyalty count, given last; not those to nps",
    )


def test_an_answer_on_another_scale_is_left_out_of_loyalty_and_said():
    judged = of_answers(said("nps", "recommend", 4, (1, 5)))
    assert judged.intentional.indicators["recommend"] is None
    assert judged.notes == ("left out: nps/recommend answered on 1 to 5, not on 0 to 10",)


def test_a_review_is_no_answer_to_a_survey():
    summary = opened(said("review", "stars", 5, (1, 5))).summary("ann", as_of=date(2026, 1, 2))
    assert asked(summary) == ()
    own = Instrument(name="review", scale=Scale(1, 5), items={"stars": "satisfaction"})
    assert [one.indicator for one in asked(summary, instruments=(own,))] == ["satisfaction"]


answers = st.fixed_dictionaries(
    {
        name: st.none() | st.integers(item.scale.low, item.scale.high)
        for name, item in QUESTIONS.items()
    }
)


def standing(steps):
    return [
        Asked(
            question=f"loyalty/{name}",
            indicator=QUESTIONS[name].indicator,
            latest=step,
            scale=QUESTIONS[name].scale,
            answers=1,
            at=0,
            reads=QUESTIONS[name].reads,
        )
        for name, step in steps.items()
        if step is not None
    ]


BOUGHT = opened(bought("o1", 0), bought("o2", 100)).summary("ann", as_of=date(2026, 6, 1))


def judged_by(steps):
    return observed_loyalty(BOUGHT, standing(steps), small["SHOP"])


@given(answers)
def test_scores_lie_in_range_and_what_was_not_asked_is_missing(steps):
    judged = judged_by(steps)
    assert 0 <= judged.loyalty.overall <= 1
    assert all(one.score is None or 0 <= one.score <= 1 for one in judged.dimensions)
    assert judged.cognitive.indicators["preference"] is None or steps["preference"] is not None
    for indicator, name in (("expand", "expand"), ("stay", "switch")):
        assert (judged.intentional.indicators[indicator] is None) == (steps[name] is None)


@given(answers, st.sampled_from(sorted(LOYAL)), st.data())
def test_a_more_loyal_answer_never_lowers_loyalty(steps, name, data):
    item = QUESTIONS[name]
    drawn = st.integers(item.scale.low, item.scale.high)
    worse, better = data.draw(drawn), data.draw(drawn)
    readings = [item.reading(one) * (-1 if name in ADVERSE else 1) for one in (worse, better)]
    if readings[0] > readings[1]:
        worse, better = better, worse
    low, high = judged_by({**steps, name: worse}), judged_by({**steps, name: better})
    assert high.loyalty.overall >= low.loyalty.overall - 1e-12
    for one, other in zip(low.dimensions, high.dimensions, strict=True):
        assert (one.score is None) == (other.score is None)
        assert one.score is None or other.score >= one.score - 1e-12


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(steps, random):
    given_answers = standing(steps)
    shuffled = random.sample(given_answers, len(given_answers))
    assert stated(given_answers) == stated(shuffled)


def test_readings_of_what_was_not_asked_are_not_there():
    told = stated(standing({"recommend": 9, "switch": None}))
    assert told.readings == {Indicator.RECOMMEND: 0.9}
    assert told.get(Indicator.SWITCH) is None


def test_the_base_counts_phases_and_types_and_what_they_were_judged_by():
    loyal = of_answers(*answered(**LOYAL), bought("o1", 0))
    silent = of_answers(bought("o1", 0))
    base = base_loyalty([loyal, loyal, silent])
    assert (base.cognitive.n, base.affective.value, base.behavioural.n) == (2, 0.75, 3)
    assert sum(base.phases.values()) == sum(base.classes.values()) == base.customers == 3
    assert (base.classes["latent"], base.classes["unknown"]) == (2, 1)
    assert base.phases["unknown"] == 1
    assert list(base.bases.items()) == [
        ("preference over rivals, from the middle of its scale; share of wallet", 2)
    ]
    assert "2 latent, 1 unknown" in str(base)
    assert "borderline" not in str(base)
    assert base.explain().coverage == "3 of 3 customers"
    undecided = of_answers(*answered(**{**LOYAL, "preference": 4}), bought("o1", 0))
    assert base_loyalty([loyal, undecided]).borderline == 1


def test_loyalty_explains_itself_down_to_the_answers():
    judged = of_answers(*answered(**LOYAL), bought("o1", 0))
    figures = [part.figure for part in judged.explain().parts]
    assert figures == [
        "cognitive",
        "affective",
        "intentional",
        "behavioural",
        "loyalty_phase",
        "loyalty_type",
        "loyalty_geometric",
        "loyalty_weakest",
        "loyalty_flags",
        "standing_answer",
    ]
    assert "loyalty/switch" in dict(judged.explain().parts[-1].inputs)
    assert str(judged).startswith(f"Loyalty: {judged.loyalty}")


def test_answers_about_satisfaction_are_no_part_of_loyalty():
    asked_twice = (
        said("csat", "satisfaction", 4, (1, 5)),
        said("loyalty", "satisfaction", 9, (1, 10), on=1),
        said("nps", "recommend", 9, (0, 10)),
    )
    judged = of_answers(*asked_twice)
    assert judged.notes == ()
    assert len(judged.answers) == 3
    assert dict(judged.explain().parts[-1].inputs).keys() >= {"nps/recommend"}
    assert "csat/satisfaction" not in str(judged.explain())


def test_what_is_missing_is_said_once_in_the_row_of_its_dimension():
    told = str(of_answers(said("nps", "recommend", 9, (0, 10)), bought("o1", 0)))
    assert told.count("switch") == told.count("stay") - 1 == 0
    assert "intentional  unknown (25% known; missing: repurchase, expand, stay)" in told
    assert told.count("yearly_volume") == 1
