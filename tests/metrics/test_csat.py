"""CSAT at and beyond the edges of its scale."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.satisfaction import csat

RATINGS = st.lists(st.integers(1, 5), min_size=1, max_size=40)


def test_no_answers_are_no_satisfaction():
    nothing = csat([None, None])
    for figure, span in (
        (nothing.mean, (1, 5)),
        (nothing.score, (0, 100)),
        (nothing.top_box, (0, 1)),
    ):
        assert figure.value is None
        assert (figure.low, figure.high, figure.n) == (*span, 0)
        assert figure.notes == ("no answers", "2 missing left out")


def test_a_single_answer_has_no_t_interval():
    single = csat([4])
    assert (single.mean.value, single.mean.low, single.mean.high) == (4, 1, 5)
    assert (single.score.value, single.score.low, single.score.high) == (75, 0, 100)
    assert single.top_box.value == 1


def test_missing_answers_are_counted_in_the_notes():
    assert "1 missing left out" in csat([5, None, 4]).mean.notes
    assert csat([5, None, 4]).top_box.n == 2


@pytest.mark.parametrize(
    ("scale", "ratings", "share"),
    [
        ((1, 7), [7, 6, 5, 4], 0.5),
        ((0, 10), [10, 9, 8, 7], 0.5),
        ((1, 3), [3, 2, 2, 1], 0.25),
        ((0, 1), [1, 0, 0, 0], 0.25),
        ((1, 4), [4, 3, 2, 1], 0.5),
    ],
)
def test_the_top_box_is_two_steps_but_one_on_short_scales(scale, ratings, share):
    assert csat(ratings, scale=scale).top_box.value == share


@pytest.mark.parametrize("bad", [0, 6, nan, "5", -1])
def test_a_rating_off_the_scale_is_refused_by_its_index(bad):
    with pytest.raises(InvalidValueError) as caught:
        csat([3, None, bad])
    assert caught.value.field == "ratings[2]"


@pytest.mark.parametrize("scale", [(5, 1), (1, 1), (1, 1.5), (nan, 5), (1, float("inf"))])
def test_an_impossible_scale_is_refused(scale):
    with pytest.raises(InvalidValueError, match="scale"):
        csat([1], scale=scale)


@given(RATINGS)
def test_figures_lie_in_range_and_inside_their_intervals(ratings):
    result = csat(ratings)
    for figure, low, high in ((result.mean, 1, 5), (result.score, 0, 100), (result.top_box, 0, 1)):
        assert low <= figure.low <= figure.value + 1e-9
        assert figure.value - 1e-9 <= figure.high <= high
        assert figure.n == len(ratings)


@given(RATINGS)
def test_the_score_is_the_mean_on_another_ruler(ratings):
    result = csat(ratings)
    assert result.score.value == pytest.approx(25 * (result.mean.value - 1))
    assert result.score.low == pytest.approx(25 * (result.mean.low - 1), abs=1e-9)
    assert result.score.high == pytest.approx(25 * (result.mean.high - 1))


@given(RATINGS, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(ratings, random):
    shuffled = random.sample(ratings, len(ratings))
    assert csat(shuffled).mean.value == pytest.approx(csat(ratings).mean.value)
    assert csat(shuffled).top_box == csat(ratings).top_box


@given(RATINGS.filter(lambda ratings: min(ratings) < 5))
def test_a_better_answer_never_lowers_satisfaction(ratings):
    worst = ratings.index(min(ratings))
    better = [*ratings[:worst], ratings[worst] + 1, *ratings[worst + 1 :]]
    assert csat(better).mean.value > csat(ratings).mean.value
    assert csat(better).top_box.value >= csat(ratings).top_box.value


def test_satisfaction_shows_itself_in_words():
    assert str(csat([5, 4, 4, 3, 5])).startswith("top box 80% (37.6% to 96.4%, n 5)")
