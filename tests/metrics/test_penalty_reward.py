"""Penalty–reward analysis: planted classes, effects against numpy, missing halves, coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain import SurveyResponse
from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import ImpactClass, penalty_reward
from crmkit.synthetic import SyntheticShop
from crmkit.synthetic.kano import FEATURES

CALLED = {
    "must_be": "basic",
    "performance": "performance",
    "attractive": "excitement",
    "indifferent": "indifferent",
    "reverse": "reverse",
}


def survey(effects, n=400, seed=1, noise=0.5):
    """Ratings 1 to 5 and a whole that loses and gains as planted: name -> (penalty, reward)."""
    source = np.random.default_rng(seed)
    asked = {name: source.integers(1, 6, size=n) for name in effects}
    whole = 5 + noise * source.standard_normal(n)
    for name, (penalty, reward) in effects.items():
        whole += np.where(asked[name] <= 2, -penalty, np.where(asked[name] >= 4, reward, 0))
    return {name: [int(each) for each in one] for name, one in asked.items()}, whole.tolist()


PLANTED = {
    "punishes": (1, 0),
    "both": (1, 1),
    "delights": (0, 1),
    "idle": (0, 0),
    "wrong": (0, -1),
}


def test_the_classes_of_the_invented_shop_are_recovered():
    """Eight features with planted classes; at least four of five must be found."""
    shop = SyntheticShop(seed=11, customers=1500, guests=0)
    answered = [
        {answer.item: answer.value for answer in one.answers}
        for one in shop.interactions()
        if isinstance(one, SurveyResponse) and one.instrument == "features"
    ]
    assert len(answered) > 600
    ratings = {one.name: [row[one.name] for row in answered] for one in FEATURES}
    found = penalty_reward(ratings, [row["overall"] for row in answered])
    planted = {one.name: CALLED[one.kind] for one in FEATURES}
    right = [name for name, kind in found.classes.items() if kind == planted[name]]
    assert len(right) >= 0.8 * len(FEATURES)
    truths = {"secure_payment": (1.35, 0), "advice": (0.9, 0.9), "gift_wrap": (0, 1.08)}
    for name, (penalty, reward) in truths.items():
        one = found[name]
        assert one.penalty.value == pytest.approx(penalty, abs=0.2)
        assert one.reward.value == pytest.approx(reward, abs=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_planted_classes_are_recovered_whatever_the_draw(seed):
    found = penalty_reward(*survey(PLANTED, n=1000, seed=seed))
    assert {name: str(kind) for name, kind in found.classes.items()} == {
        "punishes": "basic",
        "both": "performance",
        "delights": "excitement",
        "idle": "indifferent",
        "wrong": "reverse",
    }
    assert [str(one.kind) for one in found.attributes] == [
        "basic",
        "performance",
        "excitement",
        "reverse",
        "indifferent",
    ]


def test_classes_hang_on_how_sure_the_effects_are():
    few = penalty_reward(*survey(PLANTED, n=40, noise=3))
    assert set(few.classes.values()) == {ImpactClass.UNCLEAR}
    uneven = penalty_reward(*survey({"hard": (3, 1), "soft": (1, 3), "more": (1.5, 1)}, n=2000))
    assert {name: str(kind) for name, kind in uneven.classes.items()} == {
        "hard": "basic",
        "soft": "excitement",
        "more": "performance",
    }
    humped = penalty_reward(*survey({"too_much": (1, -1)}))
    assert humped.classes == {"too_much": ImpactClass.UNCLEAR}
    assert humped["too_much"].asymmetry.value is None


def test_an_effect_that_does_not_matter_is_indifference():
    asked, whole = survey({"slight": (0, 0.1), "much": (2, 2)}, n=4000)
    assert penalty_reward(asked, whole).classes["slight"] == "indifferent"
    assert penalty_reward(asked, whole, negligible=0.01).classes["slight"] == "excitement"
    asked, whole = survey({"slight": (0, -0.1), "much": (2, 2)}, n=4000)
    assert penalty_reward(asked, whole).classes["slight"] == "indifferent"
    assert penalty_reward(asked, whole, negligible=0.01).classes["slight"] == "reverse"


def fitted(asked, whole):
    """Coefficients and their HC3 covariances, by numpy."""
    marks = [
        np.asarray(test, dtype=float)
        for one in asked.values()
        for test in (np.asarray(one) <= 2, np.asarray(one) >= 4)
    ]
    X, y = np.column_stack([np.ones(len(whole)), *marks]), np.asarray(whole)
    inverse = np.linalg.inv(X.T @ X)
    b = inverse @ X.T @ y
    leverage = np.einsum("ij,jk,ik->i", X, inverse, X)
    meat = (X * (((y - X @ b) / (1 - leverage)) ** 2)[:, None]).T @ X
    return b, inverse @ meat @ inverse, 1 - ((y - X @ b) ** 2).sum() / ((y - y.mean()) ** 2).sum()


def test_effects_and_errors_are_those_of_numpy():
    stats = pytest.importorskip("scipy.stats")
    asked, whole = survey(PLANTED, n=300)
    b, covariance, r_squared = fitted(asked, whole)
    found = penalty_reward(asked, whole)
    t = stats.t.ppf(0.975, 300 - 11)
    assert found.r_squared == pytest.approx(r_squared, abs=1e-12)
    for place, name in enumerate(asked):
        low, high = 1 + 2 * place, 2 + 2 * place
        one, errors = found[name], np.sqrt(np.diag(covariance))
        together = covariance[low, low] + covariance[high, high] - 2 * covariance[low, high]
        for figure, value, error in (
            (one.penalty, -b[low], errors[low]),
            (one.reward, b[high], errors[high]),
            (one.range, b[high] - b[low], np.sqrt(together)),
        ):
            assert figure.value == pytest.approx(value, abs=1e-9)
            assert figure.low == pytest.approx(value - t * error, abs=1e-9)
            assert figure.high == pytest.approx(value + t * error, abs=1e-9)


def test_the_asymmetry_is_bounded_where_its_contrast_may_be_nothing():
    """Fieller: at both ends r (1 − a) − p (1 + a) is just t errors from 0."""
    asked, whole = survey({"both": (1, 0.7), "other": (1, 1)}, n=300)
    b, covariance, _ = fitted(asked, whole)
    one = penalty_reward(asked, whole)["both"].asymmetry
    p, r = -b[1], b[2]
    assert one.value == pytest.approx((r - p) / (r + p))
    assert one.low < one.value < one.high
    t = pytest.importorskip("scipy.stats").t.ppf(0.975, 300 - 5)
    for end in (one.low, one.high):
        weights = np.array([1 + end, 1 - end])  # of b_low and b_high
        error = np.sqrt(weights @ covariance[1:3, 1:3] @ weights)
        assert abs(weights @ b[1:3]) == pytest.approx(t * error, rel=1e-6)


def test_potentials_share_out_the_range():
    one = penalty_reward(*survey({"both": (1, 0.5), "other": (1, 1)}))["both"]
    gains, losses = one.satisfaction_potential, one.dissatisfaction_potential
    assert gains.value == pytest.approx(one.reward.value / one.range.value)
    assert gains.value + losses.value == pytest.approx(1)
    assert gains.value - losses.value == pytest.approx(one.asymmetry.value)
    assert (gains.low, gains.high) == pytest.approx((1 - losses.high, 1 - losses.low))
    assert gains.low < gains.value < gains.high


def test_effects_below_nothing_count_as_nothing_in_the_asymmetry():
    asked, whole = survey({"delights": (-0.02, 1)}, noise=0.3)
    one = penalty_reward(asked, whole)["delights"]
    assert one.penalty.value < 0 < one.penalty.high
    assert (one.asymmetry.value, one.asymmetry.high) == (1, 1)
    assert one.asymmetry.notes == ("an effect below 0 counts as 0",)
    assert one.dissatisfaction_potential.value == 0


def test_intervals_hold_the_truth():
    held = [0, 0, 0]
    for seed in range(300):
        one = penalty_reward(*survey({"both": (1, 0.5)}, n=120, seed=seed))["both"]
        for place, (figure, truth) in enumerate(
            ((one.penalty, 1), (one.reward, 0.5), (one.asymmetry, -1 / 3))
        ):
            held[place] += figure.low <= truth <= figure.high
    assert all(0.92 <= one / 300 <= 0.98 for one in held)


def test_ratings_that_are_missing_are_named():
    asked, whole = survey(PLANTED)
    never_low = {**asked, "idle": [max(3, one) for one in asked["idle"]]}
    one = penalty_reward(never_low, whole)["idle"]
    assert (one.penalty.value, one.rated_low, str(one.kind)) == (None, 0, "unclear")
    assert one.reward.value is not None
    assert one.notes == ("nobody rated it low (up to 2): 5 are needed for its penalty",)
    never_high = {**asked, "both": [min(3, one) for one in asked["both"]]}
    one = penalty_reward(never_high, whole)["both"]
    assert (one.reward.value, one.range.value) == (None, None)
    assert one.penalty.value is not None
    assert one.notes == ("nobody rated it high (from 4): 5 are needed for its reward",)
    assert one.penalty.notes == ()
    assert "both: nobody rated it high" in str(penalty_reward(never_high, whole))


def test_without_a_middle_only_the_range_is_told():
    asked, whole = survey({"both": (1, 1), "other": (1, 0)}, n=2000)
    split = {**asked, "both": [one - (one == 3) for one in asked["both"]]}
    one = penalty_reward(split, whole)["both"]
    assert (one.penalty.value, one.reward.value, one.asymmetry.value) == (None, None, None)
    assert one.range.low < one.range.value < one.range.high
    # Those at 3 have nothing taken off; here they count as low.
    assert one.range.value == pytest.approx(1 + 2 / 3, abs=0.15)
    assert one.notes == ("nobody rated it between 2 and 4: 5 are needed for penalty and reward",)


def test_an_attribute_that_all_rate_alike_is_told_as_unknown():
    asked, whole = survey({"both": (1, 1)})
    one = penalty_reward({**asked, "same": [5] * 400}, whole)["same"]
    assert (one.penalty.value, one.reward.value, one.range.value) == (None, None, None)
    assert len(one.notes) == 2
    alone = penalty_reward({"same": [3] * 400}, whole)
    assert (alone.r_squared, alone.classes) == (0, {"same": ImpactClass.UNCLEAR})


def test_four_who_rated_low_are_too_few():
    source = np.random.default_rng(4)
    rated = [1] * 4 + [3] * 50 + [5] * 50
    whole = (3 + source.standard_normal(104)).tolist()
    assert penalty_reward({"a": rated}, whole)["a"].notes == (
        "4 respondents rated it low (up to 2): 5 are needed for its penalty",
    )
    assert penalty_reward({"a": [1, *rated[:-1]]}, whole)["a"].notes == ()


def test_only_complete_rows_count_and_the_notes_say_so():
    asked, whole = survey(PLANTED)
    fewer = penalty_reward({name: one[2:] for name, one in asked.items()}, whole[2:])
    asked["idle"][0] = whole[1] = None
    found = penalty_reward(asked, whole)
    assert found.notes[0] == "2 of 400 respondents left out: not all answered"
    assert found.attributes == fewer.attributes


@pytest.mark.parametrize(
    ("scale", "limits"), [((1, 5), (2, 4)), ((1, 10), (3.25, 7.75)), ((1, 7), (2.5, 5.5))]
)
def test_the_outer_quarters_of_the_scale_are_low_and_high(scale, limits):
    found = penalty_reward(
        {"a": [scale[0], 3, scale[1]] * 9}, [1, 2, 3] * 8 + [2, 2, 2], scale=scale
    )
    assert (found.low, found.high) == limits


def test_limits_can_be_given():
    asked, whole = survey({"both": (1, 1)})
    found = penalty_reward(asked, whole, low=1, high=5)
    assert (found.low, found.high) == (1, 5)
    assert found["both"].rated_low == asked["both"].count(1)
    assert found["both"].rated_high == asked["both"].count(5)


@pytest.mark.parametrize(
    ("change", "more", "message"),
    [
        ({"odd": [6] * 400}, {}, r"ratings\['odd'\]\[0\] is 6, but must be from 1 to 5"),
        ({}, {"low": 4, "high": 4}, "low is 4.0, but must be below high, which is 4"),
        ({}, {"low": 0}, "low is 0"),
        ({}, {"high": 6}, "high is 6"),
        ({}, {"negligible": 0}, "negligible is 0, but must be above 0"),
        ({}, {"negligible": float("nan")}, "negligible"),
        ({}, {"scale": (5, 1)}, "scale"),
        ({"the whole": [1] * 400}, {}, "must not be the name"),
    ],
)
def test_what_cannot_be_is_refused(change, more, message):
    asked, whole = survey({"both": (1, 1)})
    with pytest.raises(InvalidValueError, match=message):
        penalty_reward({**asked, **change}, whole, **more)


def test_a_whole_that_tells_nothing_is_refused():
    asked, whole = survey({"both": (1, 1)})
    with pytest.raises(InvalidValueError, match="must vary over the complete rows"):
        penalty_reward(asked, [4] * 400)
    with pytest.raises(InvalidValueError, match=r"overall\[0\]"):
        penalty_reward(asked, [float("nan"), *whole[1:]])
    with pytest.raises(InvalidValueError, match="must be 400 long"):
        penalty_reward(asked, whole[1:])
    with pytest.raises(InsufficientDataError, match="at least 2 complete rows, got 0"):
        penalty_reward(asked, [None] * 400)
    few = {name: [1, 1, 1, 1, 1, 3, 3, 3, 3, 3] for name in "abcdefghij"}
    with pytest.raises(InsufficientDataError, match="at least 12 complete rows, got 10"):
        penalty_reward(few, whole[:10])


def test_attributes_that_all_rated_alike_are_named():
    asked, whole = survey({"both": (1, 1), "other": (1, 0)})
    with pytest.raises(InvalidValueError, match="ratings is 'copy', but was rated low and high by"):
        penalty_reward({**asked, "copy": asked["other"]}, whole)


@given(st.integers(0, 999), st.floats(0.1, 10), st.floats(-50, 50), st.randoms())
def test_units_and_orders_do_not_matter(seed, factor, shift, random):
    asked, whole = survey({"both": (1, 0.5), "idle": (0, 0)}, n=60, seed=seed)
    found = penalty_reward(asked, whole)
    rows = list(range(60))
    random.shuffle(rows)
    turned = penalty_reward(
        {name: [asked[name][row] for row in rows] for name in reversed(asked)},
        [factor * whole[row] + shift for row in rows],
    )
    assert turned.classes == found.classes
    for name in asked:
        one, other = found[name], turned[name]
        for figure in ("penalty", "reward", "range"):
            before, after = getattr(one, figure), getattr(other, figure)
            if before.value is None:  # fewer than five rated it low, or high
                assert after.value is None
                continue
            assert after.value == pytest.approx(factor * before.value, abs=1e-6)
            assert after.high == pytest.approx(factor * before.high, abs=1e-6)
        if one.asymmetry.value is not None:
            assert -1 <= one.asymmetry.low <= one.asymmetry.value <= one.asymmetry.high <= 1
            assert other.asymmetry.value == pytest.approx(one.asymmetry.value, abs=1e-6)


@given(st.integers(0, 999))
def test_a_turned_whole_turns_the_effects_round(seed):
    asked, whole = survey({"both": (1, 0.5)}, n=60, seed=seed)
    one = penalty_reward(asked, whole)["both"]
    mirrored = {"both": [6 - each for each in asked["both"]]}
    other = penalty_reward(mirrored, [-each for each in whole])["both"]
    assert other.penalty.value == pytest.approx(one.reward.value, abs=1e-9)
    assert other.reward.value == pytest.approx(one.penalty.value, abs=1e-9)


def test_the_answer_shows_and_explains_itself():
    found = penalty_reward(*survey(PLANTED))
    text = str(found)
    assert text.startswith("Penalties and rewards: R² ")
    assert "basic: penalty" in text
    assert "what goes together, not what causes what" in text
    told = found.explain()
    assert "punishes basic" in told.answer
    assert dict(told.inputs)["low ratings"] == "up to 2"
    assert [part.figure for part in told.parts[0].parts] == [
        "penalty",
        "reward",
        "impact_range",
        "impact_asymmetry",
    ]
    assert "rated high" in found["both"]._repr_html_()
    with pytest.raises(InvalidValueError, match="must be one of"):
        found["price"]
