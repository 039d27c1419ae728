"""Gale's customer value analysis: quality and price against a competitor."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import customer_value_analysis, customer_value_of_ratings, metric

NAMES = ("yellow bird", "meat-to-bone", "no pinfeathers", "fresh", "available", "brand image")
WEIGHTS = dict(zip(NAMES, (10, 20, 20, 15, 10, 25), strict=True))
OWN = dict(zip(NAMES, (8.1, 9.0, 9.2, 8, 8, 9.4), strict=True))
OTHERS = dict(zip(NAMES, (7.2, 7.3, 6.5, 8, 8, 6.4), strict=True))


def test_chicken_of_a_brand():
    """Gale (1994), Perdue: market-perceived quality 1.26, scores 8.80 against 7.08."""
    found = customer_value_analysis(WEIGHTS, OWN, OTHERS)
    assert round(found.quality_ratio.value, 4) == 1.2593
    assert round(found.own_score.value, 2) == 8.80
    assert round(found.competitor_score.value, 2) == 7.08
    assert found.attributes[1].weight == 0.2
    assert found.attributes[0].ratio == pytest.approx(8.1 / 7.2)
    assert found.quality_ratio.n == 6
    assert found.quality_ratio.notes == ("means as given: no interval",)


def test_without_prices_what_needs_them_is_undefined():
    found = customer_value_analysis(WEIGHTS, OWN, OTHERS)
    for figure in (found.relative_price, found.value_ratio, found.value_ratio_geometric):
        assert (figure.value, figure.low, figure.notes) == (None, 0, ("no prices given",))
    priced = customer_value_analysis(WEIGHTS, OWN, OTHERS, own_price=3, competitor_price=2)
    assert priced.weighted_value.value is None
    assert priced.weighted_value.notes == ("say how much quality matters against price",)


def test_quality_is_set_against_price():
    found = customer_value_analysis(
        WEIGHTS, OWN, OTHERS, own_price=0.69, competitor_price=0.59, quality_weight=0.4
    )
    price = 0.69 / 0.59
    assert found.relative_price.value == pytest.approx(price)
    assert found.value_ratio.value == pytest.approx(found.quality_ratio.value / price)
    assert found.weighted_value.value == pytest.approx(
        0.4 * found.quality_ratio.value + 0.6 / price
    )
    assert found.value_ratio_geometric.value == pytest.approx(
        found.quality_ratio_geometric.value / price
    )


def test_several_prices_are_a_mean_of_ratios():
    found = customer_value_analysis(
        WEIGHTS,
        OWN,
        OTHERS,
        own_price={"buying": 120, "running": 30},
        competitor_price={"buying": 100, "running": 40},
        price_weights={"buying": 3, "running": 1},
    )
    assert found.relative_price.value == pytest.approx(0.75 * 1.2 + 0.25 * 0.75)
    equal = customer_value_analysis(
        WEIGHTS, OWN, OTHERS, own_price={"a": 2, "b": 1}, competitor_price={"a": 1, "b": 1}
    )
    assert equal.relative_price.value == 1.5


def test_a_mean_of_ratios_hangs_on_who_is_compared_and_a_geometric_one_does_not():
    ours, theirs = {"taste": 8, "looks": 4}, {"taste": 4, "looks": 8}
    weights = {"taste": 1, "looks": 1}
    one = customer_value_analysis(weights, ours, theirs)
    other = customer_value_analysis(weights, theirs, ours)
    assert one.quality_ratio.value == other.quality_ratio.value == 1.25
    assert one.quality_ratio_geometric.value == pytest.approx(1)
    assert one.weakest == "looks"


def test_a_score_of_nothing_has_a_ratio_and_no_logarithm():
    found = customer_value_analysis(
        {"taste": 1, "looks": 1},
        {"taste": 0, "looks": 5},
        {"taste": 4, "looks": 5},
        own_price=1,
        competitor_price=1,
    )
    assert found.quality_ratio.value == 0.5
    for figure in (found.quality_ratio_geometric, found.value_ratio_geometric):
        assert (figure.value, figure.notes) == (None, ("a score of 0 has no logarithm",))
    # What weighs nothing does not matter.
    light = customer_value_analysis({"taste": 0, "looks": 1}, {"taste": 0, "looks": 5},
                                    {"taste": 4, "looks": 5})  # fmt: skip
    assert light.quality_ratio_geometric.value == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"competitor": OTHERS | {"fresh": 0}}, r"competitor\['fresh'\] is 0, but must be above 0"),
        ({"own": OWN | {"fresh": -1}}, r"own\['fresh'\] is -1"),
        ({"own": {"fresh": 1}}, "own is .'fresh'., but must be of yellow bird"),
        ({"weights": dict.fromkeys(NAMES, 0)}, "weights is .*must hold one above 0"),
        ({"weights": WEIGHTS | {"fresh": -1}}, r"weights\['fresh'\] is -1"),
        ({"own_price": 3}, "competitor_price is .., but must be of price"),
        ({"competitor_price": 3}, "competitor_price is .'price'., but must be of nothing"),
        ({"own_price": 0, "competitor_price": 2}, r"own_price\['price'\] is 0"),
        ({"own_price": 2, "competitor_price": 0}, r"competitor_price\['price'\] is 0"),
        ({"quality_weight": 1.1}, "quality_weight is 1.1"),
        ({"own_price": 2, "competitor_price": 1, "price_weights": {"x": 1}}, "must be of x"),
    ],
)
def test_what_cannot_be_compared_is_refused(changed, message):
    given_ = {"weights": WEIGHTS, "own": OWN, "competitor": OTHERS} | changed
    with pytest.raises(InvalidValueError, match=message):
        customer_value_analysis(**given_)


def test_the_analysis_shows_and_explains_itself():
    found = customer_value_analysis(WEIGHTS, OWN, OTHERS, own_price=3, competitor_price=2)
    assert "Customer value: quality 1.26 to 1 of the competitor" in str(found)
    assert "no pinfeathers (weight 20%)  1.42 = 9.2 ÷ 6.5" in str(found)
    assert "weighted value" not in str(found)
    figures = [part.figure for part in found.explain().parts]
    assert figures[:3] == ["own score", "competitor score", "market_perceived_quality"]
    assert found.quality_ratio.unit == metric("market_perceived_quality").unit
    assert found.own_score.unit == metric("quality_score").unit


SCORES = st.fixed_dictionaries(dict.fromkeys("abc", st.floats(0.5, 10)))


@given(SCORES, SCORES, SCORES, st.floats(0.1, 20))
def test_the_units_of_weights_and_scores_do_not_matter(weights, own, competitor, unit):
    one = customer_value_analysis(weights, own, competitor)
    other = customer_value_analysis(
        {name: unit * weight for name, weight in weights.items()},
        {name: unit * score for name, score in own.items()},
        {name: unit * score for name, score in competitor.items()},
    )
    assert other.quality_ratio.value == pytest.approx(one.quality_ratio.value)
    assert other.quality_ratio_geometric.value == pytest.approx(one.quality_ratio_geometric.value)
    assert sum(each.weight for each in one.attributes) == pytest.approx(1)


@given(SCORES, SCORES, SCORES, st.floats(0.5, 9), st.floats(0.5, 9))
def test_the_geometric_value_is_reciprocal(weights, own, competitor, price, other_price):
    one = customer_value_analysis(
        weights, own, competitor, own_price=price, competitor_price=other_price
    )
    back = customer_value_analysis(
        weights, competitor, own, own_price=other_price, competitor_price=price
    )
    assert one.value_ratio_geometric.value * back.value_ratio_geometric.value == pytest.approx(1)
    assert one.quality_ratio.value >= one.quality_ratio_geometric.value - 1e-12


@given(SCORES, SCORES, SCORES, st.sampled_from("abc"), st.floats(0.01, 5))
def test_a_better_score_is_better_quality_and_a_higher_price_worse_value(w, own, other, name, more):
    def value(scores, price):
        return customer_value_analysis(w, scores, other, own_price=price, competitor_price=5)

    before, better = value(own, 5), value(own | {name: own[name] + more}, 5)
    assert better.quality_ratio.value > before.quality_ratio.value
    assert better.quality_ratio_geometric.value > before.quality_ratio_geometric.value
    assert value(own, 5 + more).value_ratio.value < before.value_ratio.value


@given(SCORES, SCORES)
def test_an_equal_competitor_is_worth_the_same(weights, own):
    found = customer_value_analysis(weights, own, own, own_price=7, competitor_price=7)
    for figure in (found.quality_ratio, found.quality_ratio_geometric, found.value_ratio):
        assert figure.value == pytest.approx(1)


def ratings(n, seed=1):
    draw = np.random.default_rng(seed)
    liking = draw.normal(0, 1, n)
    means = {"own": (8, 7), "other": (6, 7)}
    return {
        who: {
            name: np.clip(np.rint(mean + liking + draw.normal(0, 1, n)), 1, 10).tolist()
            for name, mean in zip(("taste", "looks"), pair, strict=True)
        }
        for who, pair in means.items()
    }


def test_ratings_give_the_figures_of_their_means_with_intervals():
    said, weights = ratings(120), {"taste": 3, "looks": 1}
    found = customer_value_of_ratings(
        weights, said["own"], said["other"], own_price=6, competitor_price=5, quality_weight=0.5
    )
    means = {who: {k: float(np.mean(v)) for k, v in one.items()} for who, one in said.items()}
    plain = customer_value_analysis(
        weights, means["own"], means["other"], own_price=6, competitor_price=5, quality_weight=0.5
    )
    for name in ("quality_ratio", "quality_ratio_geometric", "value_ratio", "weighted_value"):
        figure = getattr(found, name)
        assert figure.value == pytest.approx(getattr(plain, name).value)
        assert figure.low < figure.value < figure.high
        assert figure.notes == ()
    assert found.quality_ratio.n == 120
    assert found.relative_price.low == found.relative_price.high == 1.2


def test_the_interval_is_that_of_the_delta_method():
    """Of one attribute: the error of the logarithm of a ratio of two means of one sample."""
    said = ratings(400, seed=2)
    own, other = (np.array(said[who]["taste"]) for who in ("own", "other"))
    found = customer_value_of_ratings({"taste": 1}, {"taste": own}, {"taste": other})
    error = np.std(own / own.mean() - other / other.mean(), ddof=1) / 400**0.5
    ratio = log(own.mean() / other.mean())
    assert found.quality_ratio.low == pytest.approx(exp(ratio - 1.96 * error), rel=0.003)
    assert found.quality_ratio.high == pytest.approx(exp(ratio + 1.96 * error), rel=0.003)
    apart = customer_value_of_ratings(
        {"taste": 1}, {"taste": own}, {"taste": other[:300]}, same_respondents=False
    )
    assert apart.quality_ratio.high - apart.quality_ratio.low > (
        found.quality_ratio.high - found.quality_ratio.low
    )


def test_the_same_seed_gives_the_same_intervals_and_missing_ratings_are_left_out():
    own, other = {"taste": [8, None, 9, 7]}, {"taste": [6, 5, None, 7]}
    one, again, another = (
        customer_value_of_ratings({"taste": 1}, own, other, draws=200, seed=seed)
        for seed in (0, 0, 1)
    )
    assert one == again != another
    assert one.quality_ratio.value == pytest.approx(8 / 6)


def test_a_single_respondent_has_no_interval():
    found = customer_value_of_ratings({"taste": 1}, {"taste": [8]}, {"taste": [4]})
    assert (found.quality_ratio.value, found.quality_ratio.low) == (2, None)
    assert found.quality_ratio.notes == ("too few respondents for an interval",)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"own": {"taste": [None, None]}}, "own is 'taste', but must be rated by somebody"),
        ({"own": {"taste": [11, 2]}}, r"own\['taste'\]\[0\] is 11"),
        ({"own": {"taste": [5]}}, "rows is .1, 2., but must be equal"),
        ({"draws": 10}, "draws is 10"),
        ({"seed": -1}, "seed is -1"),
        ({"scale": (-5, 5)}, "scale is -5"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed, message):
    given_ = {"weights": {"taste": 1}, "own": {"taste": [8, 9]}, "competitor": {"taste": [6, 7]}}
    with pytest.raises(InvalidValueError, match=message):
        customer_value_of_ratings(**(given_ | changed))
