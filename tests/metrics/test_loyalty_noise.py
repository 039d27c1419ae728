"""How uncertain one customer's attitude score is, against known errors."""

from datetime import timedelta
from math import sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import CustomerBase
from crmkit.domain.tally import CustomerSummary, CustomerTally
from crmkit.metrics import (
    affective,
    behavioural,
    cognitive,
    intentional,
    loyalty,
    loyalty_noise,
    observed_loyalty,
)
from crmkit.metrics.satisfaction import asked as standing_answers
from crmkit.metrics.seeds import plain_generator
from crmkit.synthetic import SyntheticShop

NAMES = ("repurchase", "expand", "recommend", "switch")


def clipped(value):
    return min(1.0, max(0.0, value))


def asked(truth, draw, names=NAMES, error=0.08):
    told = {name: clipped(draw.gauss(truth, error)) for name in names}
    if "switch" in told:
        told["switch"] = 1 - told["switch"]
    return intentional(**told)


def people(count=2000, names=NAMES, error=0.08, seed=1):
    draw = plain_generator(seed)
    truths = [draw.gauss(0.5, 0.1) for _ in range(count)]
    return truths, [asked(truth, draw, names, error) for truth in truths]


def judged(dimensions):
    return [loyalty(**{one.name: one}) for one in dimensions]


def test_the_error_of_a_mean_of_four_is_found():
    _, answers = people()
    noise = loyalty_noise(judged(answers)).dimensions["intentional"]
    assert noise.n == 2000
    assert noise.indicators == ("expand", "recommend", "repurchase", "stay")
    assert noise.error.sem.value == pytest.approx(0.08 / 2, abs=0.0015)


def test_the_error_is_sd_times_the_root_of_what_is_unreliable():
    """Cronbach's alpha of two indicators of equal spread is their omega; reckoned by hand."""
    _, answers = people(count=300, names=("repurchase", "recommend"))
    noise = loyalty_noise(judged(answers)).dimensions["intentional"]
    one, other = ([a.indicators[name] for a in answers] for name in ("repurchase", "recommend"))
    sd1, sd2 = stdev(one), stdev(other)
    cov = sum((a - fmean(one)) * (b - fmean(other)) for a, b in zip(one, other, strict=True)) / 299
    r = cov / (sd1 * sd2)
    common = r * (sd1 + sd2) ** 2
    omega = common / (common + (1 - r) * (sd1**2 + sd2**2))
    score = [(a + b) / 2 for a, b in zip(one, other, strict=True)]
    assert noise.error.sem.value == pytest.approx(stdev(score) * sqrt(1 - omega))


def test_the_band_holds_the_true_score_about_as_often_as_it_says():
    truths, answers = people()
    noise = loyalty_noise(judged(answers))
    bands = [noise.band(one) for one in answers]
    held = fmean(band.low <= truth <= band.high for truth, band in zip(truths, bands, strict=True))
    assert 0.94 <= held <= 0.96
    assert all(0 <= band.low <= band.value <= band.high <= 1 for band in bands)


def test_a_score_of_fewer_indicators_has_a_wider_band_and_still_holds_the_truth():
    _, answers = people()
    noise = loyalty_noise(judged(answers))
    truths, of_two = people(names=("repurchase", "recommend"), seed=9)
    bands = [noise.band(one) for one in of_two]
    held = fmean(band.low <= truth <= band.high for truth, band in zip(truths, bands, strict=True))
    assert 0.93 <= held <= 0.97
    assert noise.error(of_two[0]) == pytest.approx(sqrt(2) * noise.error(answers[0]))


def test_unequal_weights_make_a_wider_band():
    _, answers = people()
    noise = loyalty_noise(judged(answers))
    weights = {"repurchase": 1.0, "expand": 0.0, "recommend": 0.0, "stay": 0.0}
    one = intentional(repurchase=0.5, expand=0.5, recommend=0.5, switch=0.5, weights=weights)
    assert noise.error(one) == pytest.approx(2 * noise.error(answers[0]))


def test_below_thirty_customers_or_two_indicators_there_is_none():
    _, answers = people(count=29)
    few = loyalty_noise(judged(answers))
    assert dict(few.dimensions) == {}
    assert "intentional: fewer than 30 customers answered the same two indicators" in few.notes
    _, one_only = people(count=100, names=("repurchase",))
    assert dict(loyalty_noise(judged(one_only)).dimensions) == {}
    band = few.band(answers[0])
    assert (band.value, band.low, band.high) == (answers[0].score, None, None)


def test_the_largest_set_that_thirty_answered_is_the_one_judged_from():
    _, four = people(count=29)
    _, two = people(count=40, names=("repurchase", "recommend"), seed=2)
    noise = loyalty_noise(judged(four + two)).dimensions["intentional"]
    assert (noise.indicators, noise.n) == (("recommend", "repurchase"), 69)


def test_equal_answers_of_all_tell_no_error():
    same = [intentional(repurchase=0.5, recommend=0.7)] * 50
    noise = loyalty_noise(judged(same))
    assert dict(noise.dimensions) == {}
    assert any("same answer" in note for note in noise.notes)


def test_indicators_that_contradict_each_other_are_all_error():
    upside_down = [intentional(repurchase=x / 50, recommend=1 - x / 60) for x in range(50)]
    noise = loyalty_noise(judged(upside_down)).dimensions["intentional"]
    score = [one.score for one in upside_down]
    assert noise.error.sem.value == pytest.approx(stdev(score))


def test_negative_affect_is_turned_before_it_is_compared():
    draw, answers = plain_generator(4), []
    for _ in range(400):
        truth = draw.uniform(0.3, 0.7)
        answers.append(
            affective(positive=draw.gauss(truth, 0.05), negative=1 - draw.gauss(truth, 0.05))
        )
    noise = loyalty_noise(judged(answers)).dimensions["affective"]
    assert noise.error.sem.value == pytest.approx(0.05 / sqrt(2), abs=0.003)


def test_what_is_done_has_no_error_of_measurement():
    deeds = [behavioural(purchases_per_year=x / 9, continuity=0.5) for x in range(90)]
    noise = loyalty_noise(judged(deeds))
    assert "behavioural" not in noise.dimensions
    assert noise.error(deeds[0]) is None
    assert noise.band(cognitive()).value is None


def test_the_noise_explains_and_shows_itself():
    _, answers = people(count=60)
    noise = loyalty_noise(judged(answers))
    assert "intentional" in str(noise)
    part = noise.explain().parts[0]
    assert (part.figure, dict(part.inputs)["dimension"]) == ("loyalty_noise", "intentional")
    assert "Lord" in part.source
    assert "expand" in str(noise.dimensions["intentional"])


@given(st.randoms(), st.integers(30, 60))
def test_the_order_of_customers_does_not_count(shuffled, count):
    _, answers = people(count=count)
    found = loyalty_noise(judged(answers)).dimensions["intentional"]
    shuffled.shuffle(answers)
    again = loyalty_noise(judged(answers)).dimensions["intentional"]
    assert again.error.sem.value == pytest.approx(found.error.sem.value)


INVENTED = SyntheticShop(seed=6, customers=800, guests=0)


@pytest.fixture(scope="module")
def invented():
    base = CustomerBase.open("memory:", shop=INVENTED.shop)
    base.load(INVENTED.interactions())
    there = base.summaries(as_of=INVENTED.start + timedelta(days=INVENTED.days - 1)).customers
    return {
        who: observed_loyalty(one, standing_answers(one), INVENTED.shop)
        for who, one in there.items()
    }


def test_the_error_planted_in_the_invented_answers_is_found(invented):
    """Planted: an error of 0.1 in every item, and rounding to steps of a tenth."""
    noise = loyalty_noise(one.loyalty for one in invented.values())
    found = noise.dimensions["intentional"]
    planted = sqrt(0.1**2 + 0.1**2 / 12) / 2
    assert len(found.indicators) == 4
    assert found.error.sem.value == pytest.approx(planted, rel=0.12)
    truth = {one.customer_id: one.intentional for one in INVENTED.planted()}
    held = [
        band.low <= truth[who] <= band.high
        for who, own in invented.items()
        if (band := noise.band(own.intentional)).value is not None
    ]
    assert len(held) > 300
    assert 0.91 <= fmean(held) <= 0.98


def test_a_customer_is_shown_with_the_bands_if_they_are_given(invented):
    noise = loyalty_noise(one.loyalty for one in invented.values())
    own = next(one for one in invented.values() if one.intentional.score is not None)
    assert own.bands() == {}
    nobody = CustomerSummary.read("x", CustomerTally(), as_of_day=20_000)
    shown = observed_loyalty(nobody, own.answers, INVENTED.shop, noise=noise)
    assert shown.bands()["intentional"] == noise.band(shown.intentional)
    assert "intentional, asked again" in str(shown)
    assert shown.explain().parts[-1].figure == "loyalty_noise"
