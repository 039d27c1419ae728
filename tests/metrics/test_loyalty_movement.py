"""Loyalty at two dates: who moved where, by how much, and for whom it is more than noise."""

from datetime import timedelta
from math import sqrt
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase
from crmkit.metrics import (
    affective,
    cognitive,
    intentional,
    loyalty,
    loyalty_movement,
    loyalty_noise,
    observed_loyalty,
)
from crmkit.metrics.intervals import wilson
from crmkit.metrics.satisfaction import asked as standing_answers
from crmkit.metrics.seeds import plain_generator
from crmkit.synthetic import SyntheticShop

NAMES = ("cognitive", "affective", "intentional", "behavioural")


def scored(*scores):
    return loyalty(**dict(zip(NAMES, scores, strict=True)))


BEFORE = {
    "ann": scored(0.8, 0.7, 0.7, 0.7),  # phase 4, true
    "bob": scored(0.8, 0.7, 0.5, 0.2),  # phase 2, latent
    "cid": scored(0.8, 0.5, 0.5, 0.7),  # phase 1, none of the high attitude: 0.6 exactly
    "dan": scored(0.3, 0.3, 0.3, 0.3),  # phase 0, none; leaves
    "eve": scored(None, 0.9, 0.9, 0.9),  # phase unknown
}
AFTER = {
    "ann": scored(0.8, 0.4, 0.4, 0.7),  # phase 1, spurious
    "bob": scored(0.8, 0.7, 0.7, 0.2),  # phase 3, latent
    "cid": scored(0.8, 0.5, 0.5, 0.7),
    "eve": scored(0.9, 0.9, 0.9, 0.9),
    "fay": scored(0.9, 0.9, 0.9, 0.9),  # comes in
}


def test_transitions_of_phases_by_hand():
    found = loyalty_movement(BEFORE, AFTER).phases
    assert [(one.origin, one.to, one.customers) for one in found.flows] == [
        ("cognitive", "cognitive", 1),
        ("affective", "intentional", 1),
        ("behavioural", "cognitive", 1),
    ]
    assert found.matrix()["behavioural"]["cognitive"] == 1
    assert found.counts()["none"] == dict.fromkeys(found.states, 0)
    assert found.stayed.value == pytest.approx(1 / 3)
    assert (found.stayed.low, found.stayed.high) == wilson(1, 3)
    assert found.unknown == 1
    assert {name: count for name, count in found.newcomers.items() if count} == {"behavioural": 1}
    assert {name: count for name, count in found.leavers.items() if count} == {"none": 1}


def test_transitions_of_types_by_hand():
    found = loyalty_movement(BEFORE, AFTER).types
    assert [(one.origin, one.to, one.customers) for one in found.flows] == [
        ("true", "true", 2),
        ("true", "spurious", 1),
        ("latent", "latent", 1),
    ]
    assert found.flows[1].share.value == pytest.approx(1 / 3)
    assert found.to_rows()[0]["customers"] == 2
    assert found.unknown == 0


def test_the_mean_change_is_over_those_known_at_both_dates():
    stats = pytest.importorskip("scipy.stats")
    found = loyalty_movement(BEFORE, AFTER)
    assert found.mean_changes["cognitive"].n == 3
    assert found.mean_changes["cognitive"].value == 0
    liking = found.mean_changes["affective"]
    changes = [-0.3, 0, 0, 0]
    assert (liking.value, liking.n) == (pytest.approx(fmean(changes)), 4)
    theirs = stats.ttest_1samp(changes, 0).confidence_interval()
    assert (liking.low, liking.high) == pytest.approx((theirs.low, theirs.high))
    # Eve's first overall lacks a dimension: not comparable with her second.
    assert found.overall.n == 3


def test_without_errors_of_measurement_no_change_is_marked():
    found = loyalty_movement(BEFORE, AFTER)
    assert found.marked == ()
    assert found.changes[0].band is None
    assert "no customer's change is marked" in found.notes[0]


def test_nobody_at_both_dates_is_unknown_and_not_0():
    found = loyalty_movement({"ann": BEFORE["ann"]}, {"bob": AFTER["bob"]})
    assert found.overall.value is None
    assert found.phases.stayed.value is None
    assert found.phases.matrix() == {}
    assert "nobody is known at both dates" in str(found)


def asked(draw, truth, error=0.08, **without):
    told = {
        name: min(1.0, max(0.0, draw.gauss(truth, error)))
        for name in ("repurchase", "expand", "recommend")
        if name not in without
    }
    return intentional(**told)


def base_of(draw, truths):
    return {str(i): loyalty(intentional=asked(draw, one)) for i, one in enumerate(truths)}


def test_of_those_who_did_not_change_one_in_twenty_is_marked_and_the_rest_is_found():
    draw = plain_generator(3)
    truths = [draw.gauss(0.5, 0.1) for _ in range(2000)]
    before = base_of(draw, truths)
    noise = loyalty_noise(before.values())
    same = loyalty_movement(before, base_of(draw, truths), noise=noise)
    assert 0.04 <= len(same.marked) / 2000 <= 0.06
    better = base_of(draw, [one + 0.3 for one in truths])
    risen = loyalty_movement(before, better, noise=noise)
    assert len(risen.marked) / 2000 > 0.95
    assert all(one.change > 0 for one in risen.marked)
    assert "rose" in str(risen)


def test_a_change_is_marked_only_beyond_1_96_root_2_errors():
    draw = plain_generator(3)
    people = base_of(draw, [draw.gauss(0.5, 0.1) for _ in range(100)])
    noise = loyalty_noise(people.values())
    band = 1.959964 * sqrt(2) * noise.dimensions["intentional"].error.sem.value

    def marked(by):
        level = {"expand": 0.5, "recommend": 0.5, "repurchase": 0.5}
        before = {"x": loyalty(intentional=intentional(**level, switch=0.5))}
        moved = {name: value + by for name, value in level.items()}
        after = {"x": loyalty(intentional=intentional(**moved))}
        return loyalty_movement(before, after, noise=noise).marked

    assert marked(band + 1e-4)[0].change == pytest.approx(band + 1e-4)
    assert marked(-band - 1e-4)[0].change == pytest.approx(-band - 1e-4)
    assert marked(band - 1e-4) == ()


def test_an_answer_that_is_missing_at_one_date_is_no_change():
    """Nothing that was asked twice has moved; only what was asked once pulls the second score."""
    before = {"x": loyalty(intentional=intentional(repurchase=0.9, expand=0.1, recommend=0.9))}
    after = {"x": loyalty(intentional=intentional(repurchase=0.9, recommend=0.9))}
    assert after["x"].scores["intentional"] > before["x"].scores["intentional"]
    (change,) = loyalty_movement(before, after).changes
    assert (change.change, change.before) == (0, pytest.approx(0.9))


def test_too_little_in_common_is_not_compared():
    before = {"x": loyalty(intentional=intentional(repurchase=0.9, expand=0.1))}
    after = {"x": loyalty(intentional=intentional(expand=0.1, recommend=0.9))}
    found = loyalty_movement(before, after)
    assert found.changes == ()
    assert found.mean_changes["intentional"].value is None


def test_a_dimension_missing_at_one_date_is_no_change_and_no_transition():
    before, after = {"x": scored(0.8, 0.7, 0.7, 0.7)}, {"x": scored(0.8, None, 0.7, 0.7)}
    found = loyalty_movement(before, after)
    assert [one.dimension for one in found.changes] == ["cognitive", "intentional", "behavioural"]
    assert found.phases.flows == ()
    assert found.phases.unknown == 1
    assert found.overall.value is None


def test_affect_changes_by_its_balance():
    before = {"x": loyalty(affective=affective(positive=0.6, negative=0.4))}
    after = {"x": loyalty(affective=affective(positive=0.8, negative=0.1))}
    (change,) = loyalty_movement(before, after).changes
    assert change.change == pytest.approx((0.2 + 0.3) / 2)


score = st.none() | st.floats(0, 1)
people = st.dictionaries(
    st.sampled_from("abcdefghij"), st.builds(scored, score, score, score, score)
)


@given(people, people)
def test_rows_add_up_to_1_and_everybody_is_counted_once(before, after):
    found = loyalty_movement(before, after)
    both = len(before.keys() & after.keys())
    for one in (found.phases, found.types):
        for row in one.matrix().values():
            assert sum(row.values()) == pytest.approx(1)
        assert sum(flow.customers for flow in one.flows) + one.unknown == both
        assert sum(one.newcomers.values()) == len(after) - both
        assert sum(one.leavers.values()) == len(before) - both


@given(people, people, st.randoms())
def test_the_order_of_customers_does_not_count(before, after, shuffled):
    ids = list(before)
    shuffled.shuffle(ids)
    found = loyalty_movement(before, after)
    other = loyalty_movement({one: before[one] for one in ids}, after)
    assert other.phases == found.phases
    assert set(other.changes) == set(found.changes)


@given(people, people)
def test_there_and_back_again_turns_every_change(before, after):
    there, back = loyalty_movement(before, after), loyalty_movement(after, before)
    for name, one in there.mean_changes.items():
        if one.value is not None:
            assert -1 <= one.low <= one.value <= one.high <= 1
            assert back.mean_changes[name].value == pytest.approx(-one.value)
    assert back.phases.stayed == there.phases.stayed


@given(people)
def test_who_is_judged_twice_alike_has_not_moved(everyone):
    found = loyalty_movement(everyone, everyone)
    assert all(one.origin == one.to for one in found.phases.flows)
    assert all(one.change == 0 for one in found.changes)


def test_the_movement_explains_and_shows_itself():
    draw = plain_generator(1)
    before = base_of(draw, [0.5 + draw.gauss(0, 0.1) for _ in range(60)])
    found = loyalty_movement(before, before, noise=loyalty_noise(before.values()))
    figures = [part.figure for part in found.explain().parts]
    assert figures[4:7] == [
        "change, overall",
        "transitions between phases",
        "transitions between types",
    ]
    assert "Jacobson" in found.explain().source
    assert "Stayed where they were" in str(found)


def test_cognitive_indicators_are_compared_one_by_one():
    before = {"x": loyalty(cognitive=cognitive(top_of_mind=0.5, first_choice=0.5))}
    after = {"x": loyalty(cognitive=cognitive(top_of_mind=1.0, first_choice=0.5, preference=0))}
    (change,) = loyalty_movement(before, after).changes
    assert change.change == pytest.approx(0.25)


INVENTED = SyntheticShop(seed=8, customers=700, guests=0, days=700)


def test_attitudes_that_do_not_change_are_marked_no_more_often_than_noise_alone_explains():
    """Planted: nobody's attitude ever changes; they are asked again every half year."""
    base = CustomerBase.open("memory:", shop=INVENTED.shop)
    base.load(INVENTED.interactions())
    before, after = (
        {
            who: observed_loyalty(one, standing_answers(one), INVENTED.shop)
            for who, one in base.summaries(
                as_of=INVENTED.start + timedelta(days=day)
            ).customers.items()
        }
        for day in (330, 600)
    )
    noise = loyalty_noise(one.loyalty for one in before.values())
    found = loyalty_movement(
        {who: one.loyalty for who, one in before.items()},
        {who: one.loyalty for who, one in after.items()},
        noise=noise,
    )
    again = {
        who
        for who, one in after.items()
        if who in before
        and one.intentional.score is not None
        and one.intentional.indicators != before[who].intentional.indicators
    }
    moved = [
        one.beyond_noise
        for one in found.changes
        if one.dimension == "intentional" and one.customer_id in again
    ]
    assert len(moved) > 100
    assert fmean(moved) <= 0.09
    change = found.mean_changes["intentional"]
    assert change.low < 0.01
    assert change.high > -0.01
