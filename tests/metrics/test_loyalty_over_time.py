"""The phase over several dates: kept within the hysteresis, never lost by what was not asked."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Shop
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import Indicator, instrument
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.metrics import (
    Anchors,
    base_loyalty,
    loyalty,
    observed_loyalty,
    phases_over_time,
    price_tolerance,
    top_of_mind_share,
)
from crmkit.metrics.satisfaction import Asked

NAMES = ("cognitive", "affective", "intentional", "behavioural")


def scores(*values):
    return dict(zip(NAMES, values, strict=False))


def test_a_phase_is_kept_at_57_and_lost_at_54():
    assert phases_over_time([scores(0.62), scores(0.57), scores(0.54)]) == (1, 1, 0)


def test_a_phase_lost_must_be_reached_again():
    assert phases_over_time([scores(0.62), scores(0.54), scores(0.57), scores(0.60)]) == (
        1,
        0,
        0,
        1,
    )


def test_each_dimension_keeps_its_own_phase():
    dates = [scores(0.8, 0.7, 0.3), scores(0.56, 0.57, 0.3), scores(0.56, 0.5, 0.3)]
    assert phases_over_time(dates) == (2, 2, 1)


def test_what_was_not_asked_takes_nothing_away():
    dates = [scores(0.8, 0.7, 0.7, 0.2), scores(0.8), scores(0.8, 0.57, 0.57, 0.2)]
    assert phases_over_time(dates) == (3, 1, 3)
    nothing = [scores(0.8, 0.7, 0.3), {}, scores(0.57, 0.57, 0.3)]
    assert phases_over_time(nothing) == (2, None, 2)


def test_what_was_reached_beyond_a_phase_lost_is_lost_too():
    dates = [scores(0.8, 0.7, 0.7, 0.2), scores(0.8, 0.5), scores(0.8, 0.57, 0.57, 0.2)]
    assert phases_over_time(dates) == (3, 1, 1)


def test_a_phase_before_the_first_date_and_other_anchors_count():
    assert phases_over_time([scores(0.57)], previous_phase=1) == (1,)
    strict = Anchors(hysteresis=0.0)
    assert phases_over_time([scores(0.62), scores(0.59)], anchors=strict) == (1, 0)
    with pytest.raises(InvalidValueError, match="previous_phase"):
        phases_over_time([], previous_phase=5)
    with pytest.raises(InvalidValueError, match="cognitive"):
        phases_over_time([scores(1.2)])


def test_the_standing_phase_hands_one_judgement_to_the_next():
    first = loyalty(**scores(0.8, 0.7, 0.7, 0.2))
    second = loyalty(cognitive=0.8, previous_phase=first.standing_phase)
    third = loyalty(**scores(0.8, 0.57, 0.57, 0.2), previous_phase=second.standing_phase)
    assert (first.phase, second.phase, third.phase) == (3, 1, 3)
    assert (second.standing_phase, second.phase_is_whole, third.phase_is_whole) == (3, False, True)


one_date = st.fixed_dictionaries({}, optional={name: st.none() | st.floats(0, 1) for name in NAMES})


@given(st.lists(one_date, max_size=6))
def test_dates_judged_one_by_one_give_the_same(dates):
    kept, found = None, []
    for each in dates:
        judged = loyalty(**each, previous_phase=kept)
        kept = judged.standing_phase
        found.append(judged.phase)
    assert phases_over_time(dates) == tuple(found)


@given(one_date, st.integers(0, 4), st.sampled_from(NAMES), st.floats(0, 1))
def test_a_higher_score_never_lowers_the_phase(each, before, name, more):
    if each.get(name) is None:
        return
    higher = {**each, name: min(1.0, each[name] + more)}
    (low,) = phases_over_time([each], previous_phase=before)
    (high,) = phases_over_time([higher], previous_phase=before)
    assert low is None or high >= low


def told(latest, *, at, name="cognitive"):
    """Answers that put every indicator of one dimension at a tenth."""
    indicators = {
        "cognitive": ("first_choice", "preference"),
        "intentional": ("repurchase", "recommend"),
    }[name]
    scale = instrument("repurchase").items[0].scale
    return [
        Asked(
            question=f"own/{one}",
            indicator=Indicator(one),
            latest=latest,
            scale=scale,
            answers=1,
            at=at,
        )
        for one in indicators
    ]


NOBODY = CustomerSummary.read("ann", CustomerTally(), as_of_day=20_000)


@pytest.fixture(scope="module")
def shop():
    return Shop(id="lamp", currency="EUR")


def test_a_customer_judged_again_keeps_the_phase(shop):
    first = observed_loyalty(NOBODY, told(6.2, at=1), shop)
    second = observed_loyalty(NOBODY, told(5.7, at=2), shop, previous=first.loyalty)
    third = observed_loyalty(NOBODY, told(5.4, at=3), shop, previous=second.loyalty)
    assert [one.loyalty.phase for one in (first, second, third)] == [1, 1, 0]
    assert observed_loyalty(NOBODY, told(5.7, at=2), shop).loyalty.phase == 0


def test_rises_that_were_taken_stand_in_where_nobody_asked(shop):
    taken = price_tolerance([(0.10, True), (0.25, False)]).tolerance.value
    found = observed_loyalty(NOBODY, told(6, at=1), shop, price_tolerance=taken)
    assert found.cognitive.indicators["price_tolerance"] == pytest.approx(0.4)
    assert any("rises of prices" in note for note in found.notes)
    alone = observed_loyalty(NOBODY, [], shop, price_tolerance=taken)
    assert alone.cognitive.indicators["price_tolerance"] == pytest.approx(0.4)
    assert alone.cognitive.score is None


def test_an_answer_on_price_tolerance_counts_before_what_was_taken(shop):
    answer = evolve(
        told(5, at=1)[0], question="own/price_tolerance", indicator=Indicator.PRICE_TOLERANCE
    )
    percent = next(one for one in instrument("loyalty").items if one.name == "price_tolerance")
    answer = evolve(answer, scale=percent.scale, reads=percent.reads)
    found = observed_loyalty(NOBODY, [answer], shop, price_tolerance=0.2)
    assert found.cognitive.indicators["price_tolerance"] == pytest.approx(0.05 / 0.25)
    assert found.notes == ()


def test_top_of_mind_of_a_base_is_the_share_that_names_it_first(shop):
    item = next(one for one in instrument("loyalty").items if one.name == "top_of_mind")

    def named(rank):
        answer = Asked(
            question="loyalty/top_of_mind",
            indicator=item.indicator,
            latest=rank,
            scale=item.scale,
            answers=1,
            at=1,
            reads=item.reads,
        )
        return observed_loyalty(NOBODY, [answer], shop)

    found = base_loyalty([named(1), named(0), named(3), observed_loyalty(NOBODY, [], shop)])
    assert found.top_of_mind == top_of_mind_share([1, 0, 3])
    assert "names it first" in str(found)
    assert found.explain().parts[-1].figure == "top_of_mind_share"
    assert base_loyalty([observed_loyalty(NOBODY, [], shop)]).top_of_mind is None
