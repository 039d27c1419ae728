"""What was planted in the invented shop is measured through a customer base, with stated errors."""

from collections import Counter
from datetime import timedelta
from functools import cache
from math import exp
from statistics import fmean, mean, pvariance

import pytest

from crmkit import CustomerBase, Period
from crmkit.domain.interactions import Purchase
from crmkit.metrics import LoyaltyClass
from crmkit.metrics.correlation import spearman
from crmkit.synthetic import CAUSES, FEATURES, SEGMENTS, Course, SyntheticShop, kano
from crmkit.synthetic.lives import life_of
from crmkit.synthetic.setting import Setting

SEEDS = (11, 5, 7)
WORDS = {"must_be": "basic", "attractive": "excitement"}
PLANTED = {one.name: WORDS.get(str(one.kind), str(one.kind)) for one in FEATURES}


class Planted:
    """An invented shop in a customer base, with the truth beside it."""

    def __init__(self, seed):
        self.shop = SyntheticShop(seed=seed, customers=1_200, guests=10)
        self.as_of = self.shop.start + timedelta(days=self.shop.days - 1)
        self.truth = {one.customer_id: one for one in self.shop.planted()}
        self.segment = {}
        self.base = CustomerBase.open("memory:", shop=self.shop.shop)
        assert not self.base.load(self.shop.interactions()).problems
        for one in self.shop.people():
            self.base.put_customer(one)
            (self.segment[one.id],) = one.tags

    def weighted(self, question):
        return self.base.weighted_answer(
            question, lambda one: self.segment[one.customer_id], as_of=self.as_of
        )


@cache
def planted(seed=SEEDS[0]):
    return Planted(seed)


# Needs


@pytest.mark.parametrize("segment", [None, *SEGMENTS])
def test_every_kano_class_is_found_in_all_and_in_each_segment(segment):
    one = planted()
    table = one.base.kano(segment=segment, as_of=one.as_of)
    assert {name: str(kind) for name, kind in table.categories.items()} == PLANTED
    assert min(feature.n for feature in table.features.values()) > (50 if segment else 550)


def test_penalty_and_reward_find_every_class_from_ratings():
    """At least four of five are asked for."""
    one = planted()
    found = one.base.penalty_reward("features", "overall", as_of=one.as_of)
    assert found.n > 550
    assert {name: str(kind) for name, kind in found.classes.items()} == PLANTED


def test_the_penalties_and_rewards_are_those_that_were_planted():
    """Within 0.25 of a step of ten: what is cut off at the ends of the scale takes some off."""
    one = planted()
    found = one.base.penalty_reward("features", "overall", as_of=one.as_of)
    impacts = {each.name: each for each in found.attributes}
    for feature in FEATURES:
        penalty, reward = kano._EFFECTS[feature.kind]
        impact = impacts[feature.name]
        assert impact.penalty.value == pytest.approx(-9 * penalty, abs=0.25)
        assert impact.reward.value == pytest.approx(9 * reward, abs=0.25)


def importance():
    """Share of each feature in the variance that all of them have planted, linear part."""
    steps = range(1, 6)
    found = {}
    for feature in FEATURES:
        penalty, reward = kano._EFFECTS[feature.kind]
        effects = [penalty if done < 3 else reward if done > 3 else 0.0 for done in steps]
        along = mean((done - 3) * effect for done, effect in zip(steps, effects, strict=True))
        found[feature.name] = along**2 / pvariance(steps)
    return {name: one / sum(found.values()) for name, one in found.items()}


def test_key_drivers_stand_in_the_order_of_the_planted_importance():
    """Mean shares of three shops: rank correlation 0.9 or more, each share within 0.05.

    One shop of 550 answers cannot tell performance (0.24) from basic needs (0.14) every time.
    """
    true, found = importance(), []
    for one in map(planted, SEEDS):
        drivers = one.base.key_drivers("features", "overall", as_of=one.as_of).drivers
        shares = {each.name: each.share.value for each in drivers}
        assert spearman([shares[name] for name in true], list(true.values())).value >= 0.8
        assert {PLANTED[each.name] for each in drivers[:4]} == {"basic", "performance"}
        assert PLANTED[drivers[-1].name] == "indifferent"
        found.append(shares)
    assert true["delivery_speed"] == pytest.approx(0.2442, abs=1e-4)
    shares = {name: fmean(each[name] for each in found) for name in true}
    assert spearman([shares[name] for name in true], list(true.values())).value >= 0.9
    assert all(shares[name] == pytest.approx(true[name], abs=0.05) for name in true)


def test_only_what_was_planted_as_a_driver_weighs_more_than_chance_and_in_its_direction():
    one = planted()
    found = one.base.key_drivers("features", "overall", as_of=one.as_of)
    against = {each.name for each in found.drivers if each.r.high < 0}
    assert against == {"sales_calls"}
    beyond = {each.name for each in found.drivers if each.beyond_chance}
    assert beyond == set(PLANTED) - {"dark_theme"}


# Causes of loss


def test_the_planted_cause_of_loss_ranks_first_and_is_the_only_one():
    """Its interval lies above 1; of the three others' intervals all hold 1."""
    for seed in SEEDS:
        one = planted(seed)
        found = one.base.complaint_losses(as_of=one.as_of)
        assert {cause.category for cause in found.causes} == set(CAUSES)
        first, *others = found.causes
        assert first.category == max(CAUSES, key=CAUSES.__getitem__)
        assert first.hazard.raises
        for cause in others:
            assert cause.hazard.ratio.low < CAUSES[cause.category] < cause.hazard.ratio.high


def test_false_losses_pull_the_planted_ratio_towards_one_but_no_more():
    """2.1 to 3 where leaving is known; slow buyers who are taken for lost leave 1.5 to 2.5."""
    found = [
        one.base.complaint_losses(as_of=one.as_of)["unfriendly service"].hazard.ratio.value
        for one in map(planted, SEEDS)
    ]
    assert 1.5 < fmean(found) < 2.5


# Who answers


def test_segments_answer_as_readily_and_are_as_satisfied_as_was_planted():
    one = planted()
    buyers = Counter(
        one.segment[who] for who, true in one.truth.items() if true.course is Course.BUYS
    )
    tables = {name: one.base.answers("loyalty", segment=name, as_of=one.as_of) for name in SEGMENTS}
    ready = {name: len(table) / buyers[name] for name, table in tables.items()}
    assert ready["club"] > ready["regular"] + 0.1 > ready["bargain"] + 0.2
    for table in tables.values():
        said = [(value - 1) / 9 for value in table["satisfaction"] if value is not None]
        true = fmean(one.truth[who].satisfaction for who in table.customers)
        assert fmean(said) == pytest.approx(true, abs=0.03)


@pytest.mark.parametrize("question", ["csat/satisfaction", "ces/ease", "loyalty/satisfaction"])
def test_weighting_by_segment_leaves_less_than_half_of_the_error_of_the_raw_mean(question):
    """In each of three shops of 1,200, not only on average; raw the mean is off by 0.05 or more."""
    for seed in SEEDS:
        one = planted(seed)
        true = fmean(each.satisfaction for each in one.truth.values())
        found = one.weighted(question)
        raw, weighted = found.unweighted.value - true, abs(found.mean.value - true)
        assert raw > 0.05
        assert weighted < raw / 2
        assert weighted < 0.036


def test_weighting_brings_the_intention_to_recommend_closer_too():
    off = [
        (found.unweighted.value - true, found.mean.value - true)
        for one in map(planted, SEEDS)
        for found in [one.weighted("nps/recommend")]
        for true in [fmean(each.intentional for each in one.truth.values())]
    ]
    raw, weighted = (abs(fmean(column)) for column in zip(*off, strict=True))
    assert raw > 0.04
    assert weighted < raw / 2


# Words and deeds

ASKED, WITHIN = 200, 180


def bought_within(one, who):
    first = one.shop.start + timedelta(days=ASKED)
    days = Period(first + timedelta(days=1), first + timedelta(days=WITHIN + 1))
    zone = one.shop.shop.zone
    return any(
        isinstance(fact, Purchase) and fact.at.astimezone(zone).date() in days
        for fact in one.base.history(who)
    )


def chance(one, who):
    """The planted chance that a customer buys within the days after they were asked."""
    true = one.truth[who]
    setting = Setting(seed=one.shop.seed, start=one.shop.start, days=one.shop.days, currency="EUR")
    life = life_of(true, setting)
    if life.left and life.occasions[-1].day < ASKED:
        return 0.0
    return 1 - exp(-true.weekly_rate * WITHIN / 7)


def test_stated_intentions_are_calibrated_on_what_was_done():
    """Stated within 0.03 of the planted intention; bought within 0.06 of the planted chance."""
    one = planted()
    asked_at = one.shop.start + timedelta(days=ASKED)
    found = one.base.intention_calibration(asked_at, within_days=WITHIN)
    profiles = one.base.profiles(as_of=asked_at)
    who = [
        row.customer_id
        for row, answers in zip(profiles.rows, profiles.answers, strict=True)
        if any(answer.indicator == "repurchase" and not answer.left_out for answer in answers)
    ]
    assert found.bought.n == len(who) > 300
    true = fmean(one.truth[each].intentional for each in who)
    assert found.stated.value == pytest.approx(true, abs=0.03)
    assert found.bought.value == pytest.approx(fmean(chance(one, each) for each in who), abs=0.06)
    assert found.bias.value == pytest.approx(found.stated.value - found.bought.value)
    assert found.bias.low > 0
    assert found.brier.value > found.brier_of_share
    levels = [level for _, level in found.curve]
    assert levels == sorted(levels)
    assert abs(fmean(found.calibrated(each) for each in (0.2, 0.8)) - found.bought.value) < 0.1


def test_loyalty_moves_beyond_the_noise_no_more_often_than_one_in_ten_where_it_is_constant():
    """Attitudes were planted for good: what is marked is marked falsely, 1 in 20 at most."""
    for seed in SEEDS:
        one = planted(seed)
        first = one.shop.start + timedelta(days=ASKED)
        found = one.base.loyalty_movement(Period(first, one.as_of + timedelta(days=1)))
        for name, most in {"cognitive": 0.05, "affective": 0.07, "intentional": 0.1}.items():
            told = [each for each in found.changes if each.dimension == name]
            assert len(told) > 150
            assert all(each.band is not None for each in told)
            assert sum(each.beyond_noise for each in told) / len(told) <= most
            drift = found.mean_changes[name]
            assert abs(drift.value) < 0.03
        attitudes = [each for each in found.changes if each.band is not None]
        assert len(found.marked) / len(attitudes) <= 0.05


def test_the_class_of_loyalty_is_right_for_two_of_three():
    """And for three of four of those who are not near a cut."""
    right = sure = judged = clear = 0
    for one in map(planted, SEEDS):
        profiles = one.base.profiles(as_of=one.as_of)
        for row, whole in zip(profiles.rows, profiles.loyalties, strict=True):
            kind = row.loyalty_class
            if row.cognitive is None or kind is LoyaltyClass.UNKNOWN:
                continue
            hit = str(kind) == str(one.truth[row.customer_id].loyalty)
            judged, right = judged + 1, right + hit
            if not whole.loyalty.typology.borderline:
                clear, sure = clear + 1, sure + hit
    assert judged > 1_500
    assert right / judged >= 0.67
    assert sure / clear >= 0.75
