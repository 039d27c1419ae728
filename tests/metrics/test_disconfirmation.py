"""Expectation and disconfirmation: signs, shares, effects, and what cannot be told apart."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import Outweighs, asked_disconfirmation, disconfirmation

E = [4, 5, 6, 3, 5, 6, 4, 7]
P = [5, 5, 5, 4, 6, 7, 3, 6]
S = [5.5, 5, 4.5, 4.5, 6, 6.5, 3.5, 5.5]

step = st.integers(1, 7)
people = st.lists(st.tuples(step, step, step), min_size=6, max_size=20)


def regressed(columns, outcome):
    """Coefficients, t intervals and R², by numpy."""
    X, y = np.column_stack([np.ones(len(outcome)), *columns]), np.asarray(outcome, dtype=float)
    b, *_ = np.linalg.lstsq(X, y, rcond=None)
    rest = y - X @ b
    errors = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * (rest @ rest) / (len(y) - X.shape[1]))
    half = stats.t.ppf(0.975, len(y) - X.shape[1]) * errors
    return b, b - half, b + half, 1 - (rest @ rest) / np.sum((y - y.mean()) ** 2)


@given(people)
def test_mean_and_shares_are_those_of_the_differences(rows):
    expected, perceived, _ = zip(*rows, strict=True)
    found = disconfirmation(expected, perceived, scale=(1, 7))
    gaps = [p - e for e, p in zip(expected, perceived, strict=True)]
    assert found.mean.value == pytest.approx(np.mean(gaps))
    assert -6 <= found.mean.low <= found.mean.value <= found.mean.high <= 6
    shares = (found.negative, found.simple, found.positive)
    assert sum(one.value for one in shares) == pytest.approx(1)
    assert found.negative.value == sum(one < 0 for one in gaps) / len(gaps)
    assert found.simple.value == gaps.count(0) / len(gaps)
    assert found.effects is None


@given(rows=people, more=st.integers(1, 3), place=st.integers(0, 19))
def test_raising_an_expectation_at_the_same_quality_lowers_disconfirmation(rows, more, place):
    expected, perceived, _ = map(list, zip(*rows, strict=True))
    before = disconfirmation(expected, perceived)
    expected[place % len(rows)] += more
    after = disconfirmation(expected, perceived)
    assert after.mean.value == pytest.approx(before.mean.value - more / len(rows))
    assert after.positive.value <= before.positive.value
    assert after.negative.value >= before.negative.value


def test_raising_all_expectations_shifts_the_mean_and_leaves_the_effect_of_quality_alone():
    before = disconfirmation(E, P, S)
    after = disconfirmation([one + 1 for one in E], P, S)
    assert after.mean.value == pytest.approx(before.mean.value - 1)
    assert after.effects.quality.value == pytest.approx(before.effects.quality.value)


@given(rows=people, data=st.data())
def test_effects_do_not_hang_on_the_order_of_rows_and_are_those_of_numpy(rows, data):
    expected, perceived, satisfied = (np.array(one, dtype=float) for one in zip(*rows, strict=True))
    assume(np.linalg.matrix_rank(np.column_stack([expected, perceived, np.ones(len(rows))])) == 3)
    found = disconfirmation(expected, perceived, satisfied, scale=(1, 7)).effects
    b, low, high, r_squared = regressed([expected, perceived - expected], satisfied)
    for place, one in enumerate(found.coefficients.values()):
        assert (one.value, one.low, one.high) == pytest.approx(
            (b[place], low[place], high[place]), abs=1e-7
        )
    if found.r_squared.value is not None:
        assert found.r_squared.value == pytest.approx(r_squared, abs=1e-9)
    order = data.draw(st.permutations(range(len(rows))))
    turned = disconfirmation(expected[order], perceived[order], satisfied[order]).effects
    assert turned.expectation.value == pytest.approx(found.expectation.value, abs=1e-9)


def test_the_effects_of_each_with_the_other_held_follow_from_the_model():
    effects = disconfirmation(E, P, S).effects
    b1 = effects.coefficients["expected"].value
    b2 = effects.coefficients["disconfirmation"].value
    assert effects.quality.value == pytest.approx(b2)
    assert effects.expectation.value == pytest.approx(b1 - b2)
    b, low, high, _ = regressed([E, P], S)
    assert (effects.expectation.low, effects.expectation.high) == pytest.approx((low[1], high[1]))
    assert (effects.quality.low, effects.quality.high) == pytest.approx((low[2], high[2]))
    assert effects.expectation.value == pytest.approx(b[1])


def shoppers(n, of_expectation, of_quality, seed, noise=0.5):
    source = np.random.default_rng(seed)
    expected, perceived = source.uniform(1, 7, size=(2, n))
    noises = source.normal(0, noise, n)
    return expected, perceived, 2 + of_expectation * expected + of_quality * perceived + noises


@pytest.mark.parametrize(
    ("of_expectation", "of_quality", "verdict"),
    [
        (-0.8, 0.3, Outweighs.EXPECTATION),
        (0.8, 0.3, Outweighs.EXPECTATION),
        (-0.8, -0.3, Outweighs.EXPECTATION),
        (-0.3, 0.8, Outweighs.QUALITY),
        (0.0, 0.8, Outweighs.QUALITY),
        (0.3, -0.8, Outweighs.QUALITY),
        (0.0, 0.0, Outweighs.UNDECIDED),
        (0.5, 0.5, Outweighs.UNDECIDED),
        (-0.5, 0.5, Outweighs.UNDECIDED),
    ],
)
def test_which_outweighs_is_found_whatever_the_signs(of_expectation, of_quality, verdict):
    found = disconfirmation(*shoppers(200, of_expectation, of_quality, 1))
    assert found.effects.outweighs is verdict


def test_a_call_is_wrong_in_one_of_twenty_samples_at_most_where_both_weigh_the_same():
    calls = [
        disconfirmation(*shoppers(30, -0.5, 0.5, seed, noise=1)).effects.outweighs
        for seed in range(400)
    ]
    decided = sum(one is not Outweighs.UNDECIDED for one in calls)
    assert decided / 400 <= 0.075
    assert decided > 0


def test_missing_answers_are_left_out_and_counted_for_mean_and_effects():
    found = disconfirmation([*E, None, 3], [*P, 4, 2], [*S, 5, None])
    assert found.mean.n == 9
    assert found.mean.notes == ("1 of 10 respondents left out: not all answered",)
    assert found.effects.r_squared.n == 8
    assert found.effects.notes == ("2 of 10 respondents left out: not all answered",)
    assert found.effects.coefficients == disconfirmation(E, P, S).effects.coefficients


def test_without_respondents_everything_is_unknown():
    found = disconfirmation([], [], scale=(1, 7))
    assert (found.mean.value, found.mean.low, found.mean.high) == (None, -6, 6)
    assert found.negative.value is None
    assert disconfirmation([], []).mean.low is None


def test_four_respondents_have_a_mean_and_no_effects():
    assert disconfirmation(E[:4], P[:4]).mean.value == 0.25
    with pytest.raises(InsufficientDataError, match="at least 5 complete respondents, got 4"):
        disconfirmation(E[:4], P[:4], S[:4])


@pytest.mark.parametrize(
    ("expected", "perceived", "told"),
    [
        ([5] * 8, P, r"expected is 5\.0, but must differ between respondents"),
        (E, [5] * 8, r"perceived is 5\.0, but must differ"),
        (E, [one + 1 for one in E], r"perceived less expected is 1\.0, but must differ"),
        (E, [2 * one for one in E], "one follows from the others"),
    ],
)
def test_what_cannot_be_told_apart_is_not_regressed(expected, perceived, told):
    with pytest.raises(InvalidValueError, match=told):
        disconfirmation(expected, perceived, S)


@pytest.mark.parametrize(
    ("expected", "perceived", "scale", "told"),
    [
        ([8, 5], [5, 5], (1, 7), r"answers\['expected'\]\[0\] is 8, but must be from 1 to 7"),
        ([5, 5], [5, 0], (1, 7), r"answers\['perceived'\]\[1\] is 0"),
        ([5, float("nan")], [5, 5], None, "is nan"),
        ([5], [5, 5], None, "must all be equally long"),
        ([5], [5], {"expected": (1, 7), "perceived": (1, 5)}, "must be the same for all questions"),
        ([5], [5], {"expected": (1, 7)}, "none for perceived"),
    ],
)
def test_what_is_no_answer_and_what_mixes_scales_is_refused(expected, perceived, scale, told):
    with pytest.raises(InvalidValueError, match=told):
        disconfirmation(expected, perceived, scale=scale)


def test_all_equally_satisfied_leave_the_explained_share_unknown():
    effects = disconfirmation(E, P, [4] * 8).effects
    assert effects.r_squared.value is None
    assert "all are equally satisfied" in effects.r_squared.notes
    assert effects.quality.value == pytest.approx(0)
    assert effects.outweighs is Outweighs.UNDECIDED


def test_expectations_at_the_top_of_the_scale_are_told():
    found = disconfirmation([7, 7, 7, 5], [6, 7, 5, 5], scale=(1, 7))
    assert "3 of 4 expect the most there is: it cannot be exceeded" in found.mean.notes
    assert not any("expect" in one for one in disconfirmation(E, P, scale=(1, 7)).mean.notes)


def test_the_polynomial_counts_from_the_middle_of_the_scale():
    e, p, s = shoppers(60, -0.2, 0.6, 8)
    effects = disconfirmation(e, p, s, scale=None, model="linear").effects
    assert effects.model == "linear"
    whole = [min(7, max(1, one)) for one in s]
    curved = disconfirmation(e, p, whole, scale=(1, 7), model="polynomial").effects
    x, y = np.array(e) - 4, np.array(p) - 4
    b, low, high, r_squared = regressed([x, y, x * x, x * y, y * y], whole)
    assert list(curved.coefficients) == [
        "intercept",
        "expected",
        "perceived",
        "expected squared",
        "expected times perceived",
        "perceived squared",
    ]
    assert [one.value for one in curved.coefficients.values()] == pytest.approx(list(b))
    assert [one.low for one in curved.coefficients.values()] == pytest.approx(list(low))
    assert [one.high for one in curved.coefficients.values()] == pytest.approx(list(high))
    assert curved.r_squared.value == pytest.approx(r_squared)
    assert (curved.expectation, curved.quality, curved.outweighs) == (None, None, None)
    assert curved.coefficients["perceived squared"].unit.endswith("per squared step")


def test_the_polynomial_needs_a_scale_seven_respondents_and_three_steps():
    with pytest.raises(InvalidValueError, match="must be given for the polynomial"):
        disconfirmation(E, P, S, model="polynomial")
    with pytest.raises(InsufficientDataError, match="at least 7 complete respondents, got 6"):
        disconfirmation(E[:6], P[:6], S[:6], scale=(1, 7), model="polynomial")
    two = [3, 5] * 4
    with pytest.raises(InvalidValueError, match="one follows from the others"):
        disconfirmation(two, P, S, scale=(1, 7), model="polynomial")
    with pytest.raises(InvalidValueError, match="must be one of linear, polynomial"):
        disconfirmation(E, P, S, model="cubic")


def test_as_asked_the_middle_of_the_scale_is_as_expected():
    found = asked_disconfirmation([3, 2, 4, 5, 1, None], scale=(1, 5))
    assert (found.kind, found.mean.value, found.mean.n) == ("asked", 0, 5)
    assert (found.negative.value, found.simple.value, found.positive.value) == (0.4, 0.2, 0.4)
    assert found.mean.notes[0] == "1 of 6 respondents left out: not all answered"
    assert (found.mean.low, found.mean.high) == pytest.approx((-1.963, 1.963), abs=1e-3)


def test_as_expected_may_be_another_step_and_must_be_on_the_scale():
    found = asked_disconfirmation([1, 2, 3], scale=(1, 4), as_expected=2)
    assert (found.mean.value, found.mean.low, found.mean.high) == (0, -1, 2)
    with pytest.raises(InvalidValueError, match="as_expected is 5"):
        asked_disconfirmation([1], scale=(1, 4), as_expected=5)


def test_a_scale_without_a_middle_step_is_told():
    found = asked_disconfirmation([5, 6], scale=(1, 10))
    assert "no step of the scale says as expected" in found.mean.notes
    assert found.simple.value == 0


def test_disconfirmation_as_asked_is_regressed_with_and_without_expectation():
    D = [one - 4 for one in (5, 4, 3, 5, 6, 4, 2, 6)]
    answers = [one + 4 for one in D]
    alone = asked_disconfirmation(answers, S, scale=(1, 7)).effects
    b, *_, r_squared = regressed([D], S)
    assert [one.value for one in alone.coefficients.values()] == pytest.approx(list(b))
    assert alone.r_squared.value == pytest.approx(r_squared)
    both = asked_disconfirmation(answers, S, scale=(1, 7), expected=[10 * one for one in E]).effects
    b, low, *_ = regressed([[10 * one for one in E], D], S)
    assert list(both.coefficients) == ["intercept", "expected", "disconfirmation"]
    assert [one.value for one in both.coefficients.values()] == pytest.approx(list(b))
    assert [one.low for one in both.coefficients.values()] == pytest.approx(list(low))
    assert (both.quality, both.outweighs) == (None, None)


def test_disconfirmation_as_asked_refuses_what_does_not_fit():
    with pytest.raises(InvalidValueError, match=r"asked\['answers'\]\[0\] is 6"):
        asked_disconfirmation([6], scale=(1, 5))
    with pytest.raises(InvalidValueError, match="must all be equally long"):
        asked_disconfirmation([3, 3], [1], scale=(1, 5))
    with pytest.raises(InvalidValueError, match=r"disconfirmation is 0\.0, but must differ"):
        asked_disconfirmation([3] * 6, S[:6], scale=(1, 5))


def test_it_shows_and_explains_itself():
    found = disconfirmation(E, P, S, scale=(1, 7))
    text = str(found)
    for part in ("worse than expected", "expectation, quality held", "outweighs", "97.7%"):
        assert part in text
    why = found.explain()
    assert why.figure == "disconfirmation"
    assert [part.figure for part in why.parts] == [
        "disconfirmation_mean",
        "disconfirmation_negative",
        "disconfirmation_simple",
        "disconfirmation_positive",
        "satisfaction_effects",
    ]
    assert "b1 − b2" in str(why)
    asked = asked_disconfirmation([3, 4], scale=(1, 5)).explain()
    assert asked.figure == "asked_disconfirmation"
