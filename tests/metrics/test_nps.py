"""NPS at the edges, and how well its interval covers."""

from math import comb, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.satisfaction import nps

RATINGS = st.lists(st.integers(0, 10), min_size=1, max_size=60)


def test_without_answers_it_is_undefined_over_the_whole_range():
    nothing = nps([None])
    assert nothing.value is None
    assert (nothing.low, nothing.high, nothing.n, nothing.unit) == (-100, 100, 0, "points")
    assert nothing.notes == ("no answers", "1 missing left out")


@pytest.mark.parametrize(
    ("rating", "points"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)]
)
def test_the_cuts_lie_above_six_and_above_eight(rating, points):
    assert nps([rating]).value == points


@pytest.mark.parametrize("rating", [0, 8, 10])
def test_equal_answers_keep_a_width(rating):
    same = nps([rating] * 20)
    assert same.high - same.low > 5
    assert -100 <= same.low <= same.value <= same.high <= 100


@pytest.mark.parametrize("bad", [11, -1, 8.5, nan, "9"])
def test_what_is_no_answer_is_refused_by_its_index(bad):
    with pytest.raises(InvalidValueError) as caught:
        nps([9, bad])
    assert caught.value.field == "ratings[1]"


@pytest.mark.parametrize("scale", [(1, 10), (0, 5), (0, 100)])
def test_another_scale_is_refused(scale):
    with pytest.raises(InvalidValueError, match="csat"):
        nps([5], scale=scale)


@given(RATINGS)
def test_it_lies_in_range_and_inside_its_interval(ratings):
    result = nps(ratings)
    assert -100 <= result.low <= result.value <= result.high <= 100
    assert result.n == len(ratings)


@given(RATINGS)
def test_swapping_promoters_and_detractors_turns_the_sign(ratings):
    swapped = [0 if r >= 9 else 10 if r <= 6 else r for r in ratings]
    one, other = nps(ratings), nps(swapped)
    assert (other.value, other.low, other.high) == pytest.approx((-one.value, -one.high, -one.low))


@given(RATINGS, st.integers(0, 59))
def test_a_better_answer_never_lowers_it(ratings, place):
    better = list(ratings)
    better[place % len(ratings)] = 10
    assert nps(better).value >= nps(ratings).value
    assert nps(better).low >= nps(ratings).low - 25 / len(ratings)


@pytest.mark.parametrize(
    ("shares", "n", "coverage"),
    [((0.9, 0.08, 0.02), 5, 0.919), ((0.9, 0.08, 0.02), 10, 0.930), ((0.5, 0.3, 0.2), 10, 0.962)],
)
def test_the_interval_covers_as_computed_exactly(shares, n, coverage):
    """Exact multinomial coverage of the nominal 95 %, by enumeration."""
    p, q, d = shares
    truth, covered = 100 * (p - d), 0.0
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            passives = n - promoters - detractors
            interval = nps([10] * promoters + [8] * passives + [0] * detractors)
            ways = comb(n, promoters) * comb(n - promoters, detractors)
            chance = ways * p**promoters * d**detractors * q**passives
            covered += chance * (interval.low <= truth <= interval.high)
    assert covered == pytest.approx(coverage, abs=5e-4)
