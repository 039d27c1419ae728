"""The satisfaction index: in range, as its weights say, and honest about what was left out."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics import acsi
from crmkit.metrics.resampling import percentile_interval, redrawn
from crmkit.metrics.satisfaction.first_component import first_component, spread_of_rows

THREE = {"all": [8, 9, 4, 7, 10, 6], "met": [7, 9, 5, 6, 9, 6], "ideal": [7, 8, 2, 6, 10, 4]}

step = st.integers(1, 10)
tables = st.lists(st.tuples(step, step, step), min_size=1, max_size=20)


def table(rows):
    return dict(zip("abc", zip(*rows, strict=True), strict=True))


@given(rows=tables, weights=st.tuples(*[st.floats(0.01, 5)] * 3))
def test_the_index_lies_in_its_range_and_is_the_weighted_mean_of_the_items(rows, weights):
    found = acsi(table(rows), weights=weights)
    assert 0 <= found.score.low <= found.score.value <= found.score.high <= 100
    assert sum(found.weights.values()) == pytest.approx(1)
    items = [found.weights[name] * one.value for name, one in found.items.items()]
    assert found.score.value == pytest.approx(sum(items))


@given(rows=tables, data=st.data())
def test_the_index_does_not_hang_on_order_and_duplicates_leave_it_alone(rows, data):
    value = acsi(table(rows)).score.value
    turned = data.draw(st.permutations(rows))
    assert acsi(table(turned)).score.value == pytest.approx(value)
    assert acsi(table(rows + rows)).score.value == pytest.approx(value)


@given(rows=tables, place=st.integers(0, 19))
def test_a_better_answer_never_lowers_the_index(rows, place):
    place %= len(rows)
    a, b, c = rows[place]
    better = [*rows[:place], (min(10, a + 1), b, c), *rows[place + 1 :]]
    assert acsi(table(better)).score.value >= acsi(table(rows)).score.value - 1e-9


@given(rows=tables, low=st.integers(-5, 5), wide=st.integers(1, 12))
def test_the_index_is_the_same_on_any_scale(rows, low, wide):
    moved = [tuple(low + wide * (one - 1) for one in row) for row in rows]
    found = acsi(table(moved), scale=(low, low + 9 * wide)).score.value
    assert found == pytest.approx(acsi(table(rows)).score.value)


def test_the_interval_is_the_t_interval_of_the_respondents_own_indices():
    own = [100 * (fmean(row) - 1) / 9 for row in zip(*THREE.values(), strict=True)]
    low, high = stats.t.interval(0.95, 5, loc=np.mean(own), scale=stats.sem(own))
    score = acsi(THREE).score
    assert (score.low, score.high) == pytest.approx((low, min(high, 100)))
    assert score.n == 6
    assert score.unit == "of 100"


def test_a_respondent_with_a_missing_answer_is_left_out_everywhere_and_counted():
    found = acsi({**THREE, "met": [7, 9, 5, 6, 9, None]})
    assert found.score.notes[0] == "1 of 6 respondents left out: not all answered"
    assert {one.n for one in found.items.values()} == {found.score.n} == {5}
    without = acsi({name: column[:5] for name, column in THREE.items()})
    assert found.score.value == without.score.value


def test_nobody_complete_makes_an_index_that_is_unknown():
    found = acsi({"a": [None, 3], "b": [4, None]})
    assert (found.score.value, found.score.low, found.score.high) == (None, 0, 100)
    assert found.score.notes[0] == "no answers"
    assert "unknown" in str(found)
    assert acsi({"a": [], "b": []}).score.value is None


def test_four_items_of_eleven_steps_make_an_index_as_well():
    found = acsi({name: [10, 0] for name in "abcd"}, scale=(0, 10))
    assert found.score.value == 50
    assert list(found.weights.values()) == [0.25] * 4


def test_weights_that_do_not_add_up_to_one_are_normalised_and_told():
    found = acsi(THREE, weights={"ideal": 2, "all": 1, "met": 1})
    assert dict(found.weights) == {"all": 0.25, "met": 0.25, "ideal": 0.5}
    assert "weights of sum 4 normalised to 1" in found.score.notes
    assert found.score.value == acsi(THREE, weights=(0.25, 0.25, 0.5)).score.value


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ((0.5, 0.5, -0.1), r"weights\['ideal'\] is -0.1, but must be 0 or more"),
        ((0.5, 0.5), "must be one for each of all, met, ideal"),
        ({"all": 1, "met": 1, "price": 1}, "must be one for each of"),
        ((0, 0, 0), "must add up to more than 0"),
        ((1, 1, float("nan")), "must be a number"),
        ("pls", 'must be numbers, "first_component" or None'),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, told):
    with pytest.raises(InvalidValueError, match=told):
        acsi(THREE, weights=weights)


@pytest.mark.parametrize(
    ("responses", "scale", "told"),
    [
        ({"a": [1, 11], "b": [1, 2]}, (1, 10), r"responses\['a'\]\[1\] is 11\.0, but must be from"),
        ({"a": [0, 3], "b": [1, 2]}, (1, 10), r"responses\['a'\]\[0\] is 0"),
        ({"a": [1, float("nan")], "b": [1, 2]}, (1, 10), r"responses\['a'\]\[1\] is nan"),
        ({"a": [1, 2]}, (1, 10), "must hold 2 questions or more; use csat"),
        ({"a": [1], "b": [1, 2]}, (1, 10), "must all be equally long"),
        ({"a": [1], "b": [1]}, {"a": (1, 5), "b": (1, 10)}, "a on 1 to 5, b on 1 to 10', but must"),
        ({"a": [1], "b": [1]}, {"a": (1, 5)}, "none for b"),
        ({"a": [1], "b": [1]}, (5, 5), "scale"),
    ],
)
def test_what_is_no_answer_and_what_mixes_scales_is_refused(responses, scale, told):
    with pytest.raises(InvalidValueError, match=told):
        acsi(responses, scale=scale)


def test_a_scale_may_be_named_question_by_question_where_all_are_the_same():
    named = acsi(THREE, scale=dict.fromkeys(THREE, (1, 10)))
    assert named == acsi(THREE)


def answers_of(n, seed):
    """Three items with one cause, with spreads of their own."""
    source = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        mood = source.normal(6, 1.5)
        row = (mood * pull + (1 - pull) * 6 + source.normal(0, 0.8) for pull in (0.6, 1, 1.3))
        rows.append(tuple(min(10, max(1, round(one))) for one in row))
    return rows


def test_the_first_component_is_that_of_numpy():
    rows = answers_of(120, 3)
    found = acsi(table(rows), weights="first_component")
    _, vectors = np.linalg.eigh(np.cov(np.array(rows, dtype=float).T))
    weights = vectors[:, -1] / vectors[:, -1].sum()
    assert list(found.weights.values()) == pytest.approx(list(weights), abs=1e-10)
    index = 100 * (np.array(rows).mean(axis=0) - 1) @ weights / 9
    assert found.score.value == pytest.approx(index)
    assert found.score.low < found.score.value < found.score.high
    assert found.weighting == "first component"


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=3, max_size=12))
def test_a_component_is_that_of_numpy_where_there_is_one(rows):
    found = first_component(spread_of_rows(rows)(range(len(rows))))
    values, vectors = np.linalg.eigh(np.cov(np.array(rows, dtype=float).T, bias=True))
    if values[-1] - values[-2] < 1e-6:
        return
    assert abs(float(np.dot(found, vectors[:, -1]))) == pytest.approx(1, abs=1e-9)
    assert max(found, key=abs) > 0


@pytest.mark.parametrize("spread", [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
def test_without_one_leading_direction_there_is_no_component(spread):
    assert first_component(spread) is None


def test_the_bootstrap_repeats_with_its_seed():
    rows = table(answers_of(40, 5))
    first = acsi(rows, weights="first_component", draws=200, seed=1)
    again = acsi(rows, weights="first_component", draws=200, seed=1)
    other = acsi(rows, weights="first_component", draws=200, seed=2)
    assert first == again
    assert first.score.low != other.score.low
    assert "bootstrap" in first.score.method


def test_the_bootstrap_is_that_of_numpy_and_leaves_out_weights_that_are_not_positive():
    rows = np.array([(2, 3), (9, 5), (5, 4), (4, 6), (7, 3), (6, 7), (3, 2), (8, 4)], dtype=float)

    def index(places):
        drawn = rows[list(places)]
        values, vectors = np.linalg.eigh(np.cov(drawn.T))
        leading = vectors[:, -1] * np.sign(vectors[np.abs(vectors[:, -1]).argmax(), -1])
        if values[-1] <= 0 or leading.min() <= 1e-12:
            return None
        return 100 * (drawn.mean(axis=0) - 1) @ leading / leading.sum() / 9

    drawn = redrawn(index, len(rows), draws=400, seed=2)
    answers = {"a": rows[:, 0], "b": rows[:, 1]}
    score = acsi(answers, weights="first_component", draws=400, seed=2).score
    assert (score.low, score.high) == pytest.approx(percentile_interval(drawn))
    assert len(drawn) < 395
    told = f"{400 - len(drawn)} of 400 samples without positive weights left out"
    assert told in score.notes


def test_the_bootstrap_covers_the_index_of_everybody():
    everybody = answers_of(20_000, 11)
    truth = acsi(table(everybody), weights="first_component", draws=100).score.value
    source, hits = np.random.default_rng(4), 0
    for _ in range(120):
        sample = table([everybody[place] for place in source.integers(20_000, size=40)])
        score = acsi(sample, weights="first_component", draws=200).score
        hits += score.low <= truth <= score.high
    assert 0.88 <= hits / 120 <= 0.99


def test_few_respondents_and_samples_without_positive_weights_are_told():
    found = acsi({"a": [2, 5, 9, 4], "b": [3, 5, 7, 5]}, weights="first_component", draws=300)
    assert "fewer than 20 respondents: the bootstrap is rough" in found.score.notes
    assert any("samples without positive weights left out" in one for one in found.score.notes)


def test_items_that_do_not_rise_together_have_no_index_by_component():
    with pytest.raises(InvalidValueError, match="rise together, and bad does not; turn"):
        acsi({"a": [1, 5, 9], "b": [2, 5, 8], "bad": [9, 6, 2]}, weights="first_component")
    with pytest.raises(InvalidValueError, match="rise together, and same does not"):
        acsi({"a": [1, 5, 9], "same": [4, 4, 4]}, weights="first_component")


def test_a_component_needs_three_respondents_and_answers_that_vary():
    with pytest.raises(InsufficientDataError, match="at least 3 complete respondents, got 2"):
        acsi({"a": [1, 2], "b": [1, 2]}, weights="first_component")
    with pytest.raises(InvalidValueError, match="vary most in one direction"):
        acsi({"a": [4, 4, 4], "b": [4, 4, 4]}, weights="first_component")


def test_the_index_shows_and_explains_itself():
    found = acsi(THREE, weights=(2, 1, 1))
    assert "met (weight 0.25)" in str(found)
    why = found.explain()
    assert why.figure == "acsi"
    assert dict(why.inputs)["weights (supplied)"] == "all 0.5000, met 0.2500, ideal 0.2500"
    assert [part.figure for part in why.parts] == ["all", "met", "ideal"]
    assert "Fornell" in str(why)
