"""Predicted chances against what happened, by hand and by the laws of the Brier score."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import calibration
from crmkit.metrics.catalogue import CATALOGUE
from crmkit.metrics.value.judging.calibration import rank_groups

pairs = st.lists(
    st.tuples(st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1)), st.booleans()),
    min_size=1,
    max_size=60,
)


@given(pairs, st.integers(1, 20))
def test_the_brier_score_is_the_sum_of_its_parts(some, groups):
    one = calibration([p for p, _ in some], [o for _, o in some], groups=groups)
    whole = one.reliability - one.resolution + one.uncertainty + one.within
    assert one.brier.value == pytest.approx(whole, abs=1e-12)
    assert one.brier.value == pytest.approx(np.mean([(p - o) ** 2 for p, o in some]), abs=1e-12)
    assert sum(group.n for group in one.groups) == one.n == len(some)
    assert one.predicted == pytest.approx(np.mean([p for p, _ in some]))
    assert -1e-12 <= one.resolution <= one.uncertainty + 1e-12
    for lower, upper in zip(one.groups, one.groups[1:], strict=False):
        assert lower.highest < upper.lowest
    for group in one.groups:
        assert group.lowest <= group.predicted + 1e-12
        assert group.predicted <= group.highest + 1e-12


@given(pairs, st.randoms())
def test_the_order_does_not_matter(some, random):
    mixed = list(some)
    random.shuffle(mixed)
    assert calibration(*zip(*some, strict=True)) == calibration(*zip(*mixed, strict=True))


def test_by_hand():
    """Two groups of five: 0.2 of which 2 of 5, 0.8 of which 3 of 5 happened."""
    one = calibration([0.2] * 5 + [0.8] * 5, [1, 1, 0, 0, 0, 1, 1, 1, 0, 0], groups=2)
    assert [(group.n, group.predicted, group.observed.value) for group in one.groups] == [
        (5, pytest.approx(0.2), 0.4),
        (5, pytest.approx(0.8), 0.6),
    ]
    assert one.reliability == pytest.approx(0.04)
    assert one.resolution == pytest.approx(0.01)
    assert one.uncertainty == pytest.approx(0.25)
    assert one.within == pytest.approx(0, abs=1e-15)
    assert one.brier.value == pytest.approx(0.28)
    assert one.skill == pytest.approx(1 - 0.28 / 0.25)


def test_groups_are_of_one_size_and_ties_stay_together():
    assert rank_groups([0.1 * k for k in range(10)], 5) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert rank_groups([5, 5, 5, 9], 2) == [0, 0, 0, 1]
    assert rank_groups([7, 7], 10) == [5, 5]
    assert rank_groups([], 10) == []
    one = calibration([0.3] * 8 + [0.9], [True] * 9)
    assert [group.n for group in one.groups] == [8, 1]


def test_a_perfect_forecast_scores_0_and_one_half_scores_a_quarter():
    assert calibration([0, 1, 1], [False, True, True]).brier.value == 0
    assert calibration([0, 1, 1], [False, True, True]).skill == 1
    assert calibration([0.5] * 4, [True, False, True, True]).brier.value == 0.25


def test_where_it_happened_to_all_there_is_no_skill():
    one = calibration([0.9, 0.8], [True, True])
    assert (one.skill, one.uncertainty) == (None, 0)


def test_the_unknown_is_left_out_and_counted():
    one = calibration([0.5, None, 0.7, 0.1], [True, False, None, False])
    assert (one.n, one.notes) == (2, ("2 unknown left out",))


@pytest.mark.parametrize("given", [([], []), ([None], [True])])
def test_without_a_known_chance_nothing_is_judged(given):
    one = calibration(*given)
    assert (one.groups, one.predicted, one.brier.value, one.observed.value) == (
        (),
        None,
        None,
        None,
    )
    assert (one.reliability, one.resolution, one.uncertainty, one.within, one.skill) == (None,) * 5
    assert "no chances" in str(one)
    assert str(one.explain())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"probabilities": [0.5, 1.1]}, r"probabilities\[1\]"),
        ({"probabilities": [-1e-9, 0.5]}, r"probabilities\[0\]"),
        ({"probabilities": [0.5, float("nan")]}, r"probabilities\[1\]"),
        ({"happened": [True, 2]}, r"happened\[1\]"),
        ({"happened": ["no", True]}, r"happened\[0\]"),
        ({"happened": [True]}, "happened"),
        ({"groups": 0}, "groups"),
        ({"groups": 2.5}, "groups"),
        ({"groups": 1001}, "groups"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, field):
    with pytest.raises(InvalidValueError, match=f"^{field} is"):
        calibration(**{"probabilities": [0.1, 0.9], "happened": [False, True], **change})


def test_numpy_columns_are_read():
    one = calibration(np.array([0.2, 0.8]), np.array([False, True]), groups=2)
    assert one == calibration([0.2, 0.8], [False, True], groups=2)


def test_it_shows_and_explains_itself():
    one = calibration([0.2] * 5 + [0.8] * 5, [1, 1, 0, 0, 0, 1, 1, 1, 0, 0], groups=2)
    assert str(one).startswith("Calibration of 10 chances\n")
    assert "20.0% to 20.0%  20.0%: 40% (" in str(one)
    assert one.to_rows()[0]["observed"] == 0.4
    told = one.explain()
    assert told.formula == CATALOGUE["calibration"].formula
    assert dict(told.inputs)["reliability"] == "0.0400"
