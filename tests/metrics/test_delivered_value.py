"""Delivered value: what a customer gets for what they give, and against a rival's."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.labels import label
from crmkit.metrics import (
    CostPart,
    ValuePart,
    compare_delivered_value,
    delivered_value,
    mean_delivered_value,
    metric,
)

BENEFITS = {"product": 70, "service": 20, "personnel": 5, "image": 5}
COSTS = {"money": 65, "time": 10, "energy": 5, "psychic": 0}
AMOUNTS = st.floats(0, 1e6).map(lambda amount: round(amount, 2))
GOT = st.fixed_dictionaries({str(part): AMOUNTS for part in ValuePart})
GIVEN = st.fixed_dictionaries({str(part): AMOUNTS for part in CostPart})


def offer(value, cost):
    none = dict.fromkeys((*ValuePart, *CostPart), 0)
    return delivered_value(
        {**{part: none[part] for part in ValuePart}, "product": value},
        {**{part: none[part] for part in CostPart}, "money": cost},
    )


def test_the_parts_are_called_as_in_the_textbooks():
    assert [label(part, "zh") for part in (*ValuePart, *CostPart)] == [
        *("产品价值", "服务价值", "人员价值", "形象价值"),
        *("货币成本", "时间成本", "体力成本", "精神成本"),
    ]
    assert label("metric.total_customer_value", "zh") == "整体客户价值"
    assert label("metric.total_customer_cost", "zh") == "整体客户成本"


def test_what_a_customer_gets_for_what_they_give():
    one = delivered_value(BENEFITS, COSTS, unit="EUR")
    assert (one.total_value.value, one.total_cost.value) == (100, 80)
    assert (one.difference.value, one.ratio.value) == (20, 1.25)
    assert (one.coverage, one.missing) == (1, ())
    assert (one.difference.low, one.difference.high, one.difference.n) == (None, None, 8)
    assert str(one).startswith("Delivered value: EUR 20.00")
    assert one.explain().coverage == "8 of 8 parts"
    assert one.ratio.unit == metric("value_cost_ratio").unit


def test_the_tractor_of_the_textbook():
    """Kotler and Keller (2006), chapter 5: worth 20,000, sold at 19,000, made for 14,000."""
    buyer, maker = offer(20_000, 19_000), offer(19_000, 14_000)
    assert (buyer.difference.value, maker.difference.value) == (1_000, 5_000)


def test_difference_and_ratio_may_rank_two_offers_differently():
    """Ours leaves 20 at 1.25, the rival's 22 at 1.22: the difference decides."""
    ours, rival = offer(100, 80), offer(122, 100)
    assert (ours.difference.value, ours.ratio.value) == (20, 1.25)
    assert (rival.difference.value, rival.ratio.value) == (22, 1.22)
    found = compare_delivered_value(ours, rival)
    assert found.difference_lead.value == -2
    assert found.ratio_lead.value == pytest.approx(0.03)
    assert (found.better, found.agree) == (False, False)
    assert "Against the rival: the rival delivers more" in str(found)
    assert "rank the offers differently" in str(found)
    assert found.explain().coverage == "8 of 8 parts are known of both"


def test_a_part_that_is_not_known_is_not_nothing():
    one = delivered_value(BENEFITS | {"service": None}, COSTS)
    assert one.missing == ("service",)
    assert one.coverage == 7 / 8
    for figure in (one.total_value, one.difference, one.ratio):
        assert figure.value is None
        assert "service not known; give 0 where there is none" in figure.notes
    # Service adds something or nothing, so the known parts are the least there is.
    assert (one.total_value.low, one.total_value.high) == (80, None)
    assert (one.difference.low, one.difference.high) == (0, None)
    assert one.total_cost.value == 80
    assert "7 of 8 parts; missing: service" in str(one)
    assert "known parts leave  a difference of 0 or more" in str(one)
    costly = delivered_value(BENEFITS, COSTS | {"time": None})
    assert "known parts leave  a difference of 30 or less" in str(costly)
    assert "known parts leave" not in str(delivered_value(BENEFITS, COSTS))


@pytest.mark.parametrize(
    ("benefits", "costs", "low", "high"),
    [
        ({}, {"time": None}, None, 30),
        ({"product": None}, {"time": None}, None, None),
        ({"image": None}, {}, None, None),
        ({}, {"psychic": None}, None, None),
        ({"personnel": None, "image": 0}, {}, 10, None),
    ],
)
def test_the_known_parts_bound_the_difference(benefits, costs, low, high):
    one = delivered_value(BENEFITS | benefits, COSTS | costs)
    assert one.difference.value is None
    assert (one.difference.low, one.difference.high) == (low, high)


def test_left_out_is_not_known_and_nothing_at_all_covers_nothing():
    one = delivered_value({}, {})
    assert (one.coverage, len(one.missing)) == (0, 8)
    assert one.explain().answer == "unknown"
    assert delivered_value({"product": 5}, {}).total_value.low is None


def test_without_a_cost_there_is_no_ratio():
    for cost, psychic in ((0, 0), (5, -5), (5, -9)):
        costs = {"money": cost, "time": 0, "energy": 0, "psychic": psychic}
        one = delivered_value(BENEFITS, costs)
        assert one.ratio.value is None
        assert one.ratio.notes == ("the total cost is not above 0",)
        assert one.difference.value == 100 - cost - psychic


@pytest.mark.parametrize(
    ("benefits", "costs", "message"),
    [
        ({"product": -1}, {}, r"benefits\['product'\] is -1, but must be from 0"),
        ({}, {"money": -1}, r"costs\['money'\] is -1"),
        ({"price": 3}, {}, "benefits is 'price', but must be one of product, service"),
        ({}, {"monetary": 3}, "costs is 'monetary', but must be one of money, time"),
        ({"image": float("nan")}, {}, r"benefits\['image'\] is nan"),
    ],
)
def test_what_is_no_part_and_no_amount_is_refused(benefits, costs, message):
    with pytest.raises(InvalidValueError, match=message):
        delivered_value(benefits, costs)


def test_image_and_psychic_cost_may_be_negative():
    one = delivered_value(BENEFITS | {"image": -5}, COSTS | {"psychic": -10})
    assert (one.total_value.value, one.total_cost.value) == (90, 70)


def test_rivals_are_compared_over_the_parts_known_of_both():
    ours = delivered_value(BENEFITS | {"image": None}, COSTS)
    rival = delivered_value(BENEFITS | {"product": 60}, COSTS | {"energy": None})
    found = compare_delivered_value(ours, rival)
    assert found.left_out == ("image", "energy")
    assert found.difference_lead.value == 10
    assert found.ratio_lead.value == pytest.approx(95 / 75 - 85 / 75)
    assert (found.better, found.agree) == (True, True)
    assert "not known of both: image, energy" in str(found)


def test_rivals_with_nothing_in_common_are_not_compared():
    found = compare_delivered_value(delivered_value(BENEFITS, {}), delivered_value({}, COSTS))
    assert found.difference_lead.value is None
    assert found.ratio_lead.value is None
    assert (found.better, found.agree) == (None, None)
    euros = delivered_value(BENEFITS, COSTS, unit="EUR")
    with pytest.raises(InvalidValueError, match="unit is 'money', but must be EUR"):
        compare_delivered_value(euros, delivered_value(BENEFITS, COSTS))


@given(GOT, GIVEN, st.sampled_from([*CostPart]), st.floats(0.01, 1e5))
def test_raising_a_cost_lowers_what_is_delivered(got, given_, part, more):
    before = delivered_value(got, given_)
    after = delivered_value(got, given_ | {part: given_[part] + more})
    assert after.difference.value < before.difference.value
    if before.ratio.value:
        assert after.ratio.value < before.ratio.value


@given(GOT, GIVEN, st.sampled_from([*ValuePart]), st.floats(0.01, 1e5))
def test_raising_a_benefit_raises_what_is_delivered(got, given_, part, more):
    before = delivered_value(got, given_)
    after = delivered_value(got | {part: got[part] + more}, given_)
    assert after.difference.value > before.difference.value
    if before.ratio.value is not None:
        assert after.ratio.value > before.ratio.value


@given(GOT, GIVEN, st.sets(st.sampled_from([*ValuePart, *CostPart]), min_size=1))
def test_bounds_hold_whatever_the_missing_parts_are(got, given_, missing):
    whole = delivered_value(got, given_)
    part = delivered_value(
        {name: None if name in missing else one for name, one in got.items()},
        {name: None if name in missing else one for name, one in given_.items()},
    )
    low, high = part.difference.low, part.difference.high
    assert part.difference.value is None
    assert low is None or low <= whole.difference.value + 1e-6
    assert high is None or high >= whole.difference.value - 1e-6
    assert set(part.missing) == missing


@given(GOT, GIVEN, st.floats(0.01, 100))
def test_another_currency_scales_the_difference_and_leaves_the_ratio(got, given_, rate):
    assume(sum(given_.values()) > 1)
    one = delivered_value(got, given_)
    other = delivered_value(
        {name: amount * rate for name, amount in got.items()},
        {name: amount * rate for name, amount in given_.items()},
    )
    assert other.difference.value == pytest.approx(rate * one.difference.value, abs=1e-4)
    assert other.ratio.value == pytest.approx(one.ratio.value)


def judgements(n, seed=3):
    draw = np.random.default_rng(seed)
    return [offer(*map(float, pair)) for pair in draw.gamma(4, (25, 20), (n, 2))]


def test_respondents_judgements_have_a_mean_and_an_interval():
    asked = judgements(80)
    found = mean_delivered_value([*asked, delivered_value({}, {})])
    differences = [one.difference.value for one in asked]
    assert found.difference.value == pytest.approx(fmean(differences))
    values, costs = (
        [getattr(one, k).value for one in asked] for k in ("total_value", "total_cost")
    )
    assert found.ratio.value == pytest.approx(sum(values) / sum(costs))
    half = 1.96 * np.std(differences, ddof=1) / 80**0.5
    assert found.difference.low == pytest.approx(found.difference.value - half, rel=0.1)
    assert found.difference.high == pytest.approx(found.difference.value + half, rel=0.1)
    assert found.ratio.low < found.ratio.value < found.ratio.high
    assert (found.respondents, found.left_out, found.difference.n) == (81, 1, 80)
    assert "1 of 81 respondents left out: a part left open" in str(found)
    assert found.explain().coverage == "80 of 81 respondents"
    assert mean_delivered_value(asked).difference == mean_delivered_value(asked[:]).difference


def test_the_interval_of_the_mean_covers_it():
    """Skewed judgements with a mean of 20, 200 times of 40 respondents."""
    inside = 0
    for seed in range(200):
        found = mean_delivered_value(judgements(40, seed), draws=200, seed=seed)
        inside += found.difference.low <= 20 <= found.difference.high
    assert 0.88 <= inside / 200 <= 0.99


def test_one_respondent_has_no_interval_and_none_no_mean():
    alone = mean_delivered_value([offer(100, 80)])
    assert (alone.difference.value, alone.difference.low, alone.ratio.high) == (20, None, None)
    nobody = mean_delivered_value([])
    assert nobody.difference.value is nobody.ratio.value is None
    free = mean_delivered_value([offer(3, 0), offer(4, 0)])
    assert free.ratio.notes == ("the mean cost is not above 0",)
    with pytest.raises(InvalidValueError, match="must be one for all"):
        mean_delivered_value([offer(3, 1), delivered_value(BENEFITS, COSTS, unit="EUR")])
