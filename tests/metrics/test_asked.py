"""What customers said: the latest answer of each, per question, on its own scale."""

import runpy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from attrs import evolve

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import BUILT_IN, Indicator, Instrument, Scale
from crmkit.metrics.catalogue import metric
from crmkit.metrics.satisfaction import asked, pooled, stated_satisfaction
from crmkit.metrics.satisfaction.answers import explained_together

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
opened, said = small["opened"], small["said"]
AS_OF = date(2026, 3, 1)


def of(*facts, **options):
    base = opened(*facts)
    return asked(base.summary("ann", as_of=AS_OF), **options)


def test_an_answer_is_a_share_of_its_scale():
    (one,) = of(said("csat", "satisfaction", 4, (1, 5)))
    assert (one.question, one.indicator) == ("csat/satisfaction", Indicator.SATISFACTION)
    assert (one.latest, one.share, one.answers) == (4, 0.75, 1)


def test_the_latest_counts_and_the_others_are_counted():
    (one,) = of(said("nps", "recommend", 2, (0, 10)), said("nps", "recommend", 8, (0, 10), on=9))
    assert (one.latest, one.answers) == (8, 2)


def test_an_answer_outside_the_window_says_nothing_about_today():
    fact = said("nps", "recommend", 2, (0, 10), on=29)  # 30 days before
    assert len(of(fact, window_days=30)) == 1
    assert of(fact, window_days=29) == ()


def test_an_instrument_of_ones_own_is_kept_and_can_be_declared():
    fact = said("tidy", "shop", 3, (1, 4))
    assert of(fact)[0].indicator is None
    tidy = Instrument(name="tidy", scale=Scale(1, 4), items={"shop": Indicator.SATISFACTION})
    assert of(fact, instruments=(tidy,))[0].indicator is Indicator.SATISFACTION


def test_profiles_take_satisfaction_and_ease_together_and_recommendation_apart():
    base = opened(
        said("csat", "satisfaction", 5, (1, 5)),
        said("ces", "ease", 4, (1, 7)),
        said("nps", "recommend", 3, (0, 10)),
    )
    (one,) = base.profiles(as_of=AS_OF)
    assert (one.satisfied, one.recommends) == (pytest.approx((1.0 + 0.5) / 2), 0.3)


def test_every_customer_is_counted_once_per_question():
    base = opened(
        said("nps", "recommend", 10, (0, 10)),
        said("nps", "recommend", 9, (0, 10), on=1),
        said("nps", "recommend", 0, (0, 10), who="bob"),
        said("csat", "satisfaction", 4, (1, 5), who="cid"),
    )
    stated = base.satisfaction(as_of=AS_OF).asked
    assert (stated.nps.value, stated.nps.n) == (0, 2)
    assert (stated.csat.top_box.value, stated.ces.easy.value) == (1, None)
    assert (stated.answered, stated.customers) == (3, 3)
    assert stated.questions["nps/recommend"].value == pytest.approx((0.9 + 0.0) / 2)


def test_nobody_asked_is_nothing_known():
    stated = stated_satisfaction([])
    assert (stated.nps.value, stated.csat.mean.value, stated.answered) == (None, None, 0)


def at(touchpoint, value, on=0, who="ann", scale=(1, 5)):
    """An answer about satisfaction, asked somewhere."""
    fact = said("csat", "satisfaction", value, scale, on=on, who=who)
    return evolve(fact, id=f"{fact.id}-{touchpoint}-{value}", touchpoint=touchpoint)


def test_a_question_is_judged_over_all_touchpoints_and_at_each():
    (one,) = of(at("delivery", 2, on=3), at("checkout", 5, on=9), at("delivery", 4, on=5))
    assert (one.question, one.touchpoint, one.latest, one.answers) == (
        "csat/satisfaction",
        None,
        5,
        3,
    )
    parts = {part.touchpoint: (part.latest, part.answers) for part in one.at_touchpoints}
    assert parts == {"checkout": (5, 1), "delivery": (4, 2)}


def test_answers_of_one_microsecond_count_as_their_mean_whatever_the_touchpoint():
    (one,) = of(at("delivery", 2), at("checkout", 5), at("checkout", 3))
    assert one.latest == pytest.approx(10 / 3)
    assert {part.touchpoint: part.latest for part in one.at_touchpoints}["checkout"] == 4


def test_where_it_was_asked_changes_nothing_about_the_standing_answer():
    (somewhere,) = of(at("delivery", 2, on=3), at("checkout", 5, on=9))
    (nowhere,) = of(at(None, 2, on=3), at(None, 5, on=9))
    assert evolve(somewhere, at_touchpoints=()) == nowhere


def test_a_touchpoint_outside_the_window_no_longer_counts_there():
    (one,) = of(at("delivery", 2, on=0), at("checkout", 5, on=29), window_days=40)
    assert [part.touchpoint for part in one.at_touchpoints] == ["checkout"]
    assert one.answers == 2


def test_an_answer_on_another_scale_than_declared_is_left_out_and_said():
    (one,) = of(at(None, 9, scale=(1, 10)))
    assert one.indicator is None
    assert one.left_out == "csat/satisfaction answered on 1 to 10, not on 1 to 5"
    stated = stated_satisfaction([[one]])
    assert (stated.questions, stated.answered, stated.csat.mean.value) == ({}, 0, None)
    assert f"left out: 1 × {one.left_out}" in stated.notes


def test_two_scales_of_an_undeclared_question_are_not_mixed():
    people = [
        of(said("mine", "q", value, scale))
        for value, scale in ((3, (1, 5)), (5, (1, 5)), (9, (1, 10)))
    ]
    stated = stated_satisfaction(people)
    assert (stated.questions["mine/q"].value, stated.questions["mine/q"].n) == (0.75, 2)
    assert "left out: 1 × mine/q answered on 1 to 10, and most often on 1 to 5" in stated.notes
    assert stated_satisfaction(people[::-1]) == stated


def test_mixing_questions_or_scales_by_hand_is_refused():
    csat, nps = of(at(None, 5), said("nps", "recommend", 9, (0, 10)))
    (other,) = of(said("mine", "q", 5, (1, 5)))
    (wider,) = of(said("mine", "q", 5, (1, 10)))
    (off,) = of(at(None, 5, scale=(1, 10)))
    assert pooled([csat]).value == 1
    assert pooled([]).value is None
    for mixed, field in (([csat, nps], "question"), ([other, wider], "scale"), ([off], "answers")):
        with pytest.raises(InvalidValueError) as caught:
            pooled(mixed)
        assert caught.value.field == field


def test_touchpoints_have_estimates_of_their_own():
    people = [
        of(at("delivery", 5), at("checkout", 3, on=1)),
        of(at("delivery", 1)),
        of(at(None, 4)),
    ]
    stated = stated_satisfaction(people)
    shares = {key: (one.value, one.n) for key, one in stated.touchpoints.items()}
    assert shares == {
        "csat/satisfaction@checkout": (0.5, 1),
        "csat/satisfaction@delivery": (0.5, 2),
    }
    assert stated.questions["csat/satisfaction"].n == 3
    assert "csat/satisfaction@delivery" in str(stated)


def test_the_scales_of_a_shop_of_its_own_are_obeyed():
    ten = Instrument(name="csat", scale=Scale(1, 10), items={"satisfaction": "satisfaction"})
    answers = of(at(None, 9, scale=(1, 10)), instruments=(ten,))
    assert answers[0].indicator is Indicator.SATISFACTION
    stated = stated_satisfaction([answers], instruments=(ten,))
    assert (stated.csat.mean.value, stated.csat.top_box.value) == (9, 1)
    assert stated.nps.value is None


def test_an_answer_is_read_as_its_item_declares():
    (one,) = of(said("loyalty", "top_of_mind", 4, (0, 10)))
    assert (one.indicator, one.share) == (Indicator.TOP_OF_MIND, 0.25)
    stay = Instrument(
        name="mine",
        items={"stay": {"indicator": "switch", "scale": (0, 10), "reverse": True}},
    )
    (turned,) = of(said("mine", "stay", 8, (0, 10)), instruments=(*BUILT_IN, stay))
    assert turned.share == pytest.approx(0.2)
    assert dict(turned.explain().inputs)["read as"] == "scale, turned round"


def test_an_answer_shows_and_explains_itself():
    (one,) = of(at("delivery", 2, on=3), at("checkout", 5, on=9))
    assert str(one) == "5 on 1 to 5 (2026-01-10, 2 answers)"
    assert "at delivery  2 on 1 to 5 (2026-01-04, 1 answer)" in one.sheet().text()
    why = one.explain()
    assert (why.figure, why.answer) == ("csat/satisfaction", "1.00 of 1")
    assert why.formula == metric("standing_answer").formula
    told = dict(why.inputs)
    assert told["at delivery"] == "2 on 1 to 5 (2026-01-04, 1 answer): 0.25 of satisfaction"
    (off,) = of(at(None, 9, scale=(1, 10)))
    assert off.explain().answer == "not counted"


def test_satisfaction_explains_itself_question_by_question():
    why = stated_satisfaction([of(at("delivery", 2), at(None, 9, scale=(1, 10), on=2))]).explain()
    assert [part.figure for part in why.parts] == ["satisfied", "nps", "csat", "ces", "mean_answer"]
    means = dict(why.parts[-1].inputs)
    assert means["csat/satisfaction@delivery"] == "25% of the scale (0% to 100%, n 1)"
    assert why.left_out == ("1 × csat/satisfaction answered on 1 to 10, not on 1 to 5",)


def test_answers_to_one_question_on_two_scales_are_both_explained():
    answers = of(at(None, 4, on=1), at(None, 9, scale=(1, 10), on=2))
    why = explained_together(answers)
    assert [name for name, _ in why.inputs] == ["csat/satisfaction"] * 2
    read = {text.rpartition(": ")[2] for _, text in why.inputs}
    assert read == {"0.75 of satisfaction", "not counted"}


def test_an_answer_of_the_very_first_moment_of_the_window_counts():
    midnight = evolve(said("csat", "satisfaction", 4, (1, 5)), at=datetime(2026, 1, 1, tzinfo=UTC))
    base = opened(midnight)
    assert base.satisfaction("ann", as_of=date(2027, 1, 1)).stated == 0.75
    assert base.satisfaction("ann", as_of=date(2027, 1, 2)).stated is None


def test_all_questions_of_satisfaction_are_taken_together_customer_by_customer():
    own = Instrument(name="ecsi", scale=(1, 10), items={"overall": "satisfaction", "price": None})
    everybody = (*BUILT_IN, own)
    base = opened(
        said("csat", "satisfaction", 5, (1, 5), who="ann"),
        said("ecsi", "overall", 4, (1, 10), who="ann"),
        said("ecsi", "price", 1, (1, 10), who="ann", on=2),
        said("ecsi", "overall", 10, (1, 10), who="bob"),
        said("nps", "recommend", 0, (0, 10), who="cid"),
        shop=evolve(small["SHOP"], instruments=everybody),
    )
    told = base.satisfaction(as_of=AS_OF)
    assert told.asked.satisfied.value == pytest.approx(((1 + 1 / 3) / 2 + 1) / 2)
    assert told.asked.satisfied.n == 2
    assert told.asked.own == ("ecsi/overall",)
    shown = str(told.asked)
    assert "satisfied           83.3% of the scale" in shown
    assert "ecsi/overall        66.7% of the scale" in shown
    shares = [row.satisfied for row in base.profiles(as_of=AS_OF) if row.satisfied is not None]
    assert sum(shares) / 2 == pytest.approx(told.asked.satisfied.value)


def test_nobody_who_speaks_of_satisfaction_leaves_it_undefined():
    base = opened(said("nps", "recommend", 0, (0, 10)))
    satisfied = base.satisfaction(as_of=AS_OF).asked.satisfied
    assert satisfied.value is None
    assert satisfied.notes == ("no answer about satisfaction or ease",)
