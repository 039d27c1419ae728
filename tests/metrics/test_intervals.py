"""Interval mathematics: against scipy, against brute force, and in range."""

from decimal import Decimal
from math import comb, inf, nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.intervals import (
    count_interval,
    known,
    mean_estimate,
    newcombe_difference,
    share_estimate,
    student_t_quantile,
    two_sided_z,
    wilson,
)

COUNTS = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("df", [1, 1.5, 2, 3, 4, 7, 30, 99, 100, 101, 1e3, 1e4, 1e5, 1e6])
def test_t_quantiles_agree_with_scipy(df):
    stats = pytest.importorskip("scipy.stats")
    for p in (0.001, 0.025, 0.3, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995, 0.99999, 1 - 1e-9):
        assert student_t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("p", "t"), [(0.75, 1.0), (0.9, 3.0776835372), (0.975, 12.7062047362)])
def test_one_degree_of_freedom_is_the_cauchy_distribution(p, t):
    assert student_t_quantile(p, 1) == pytest.approx(t, abs=1e-9)


@pytest.mark.parametrize("p", [0.51, 0.6, 0.9, 0.975, 0.9999])
def test_two_degrees_of_freedom_have_a_closed_form(p):
    closed = (2 * p - 1) / sqrt(2 * p * (1 - p))
    assert student_t_quantile(p, 2) == pytest.approx(closed, rel=1e-11)


@given(st.floats(0.0001, 0.9999), st.floats(1, 1e6))
def test_t_quantiles_mirror_at_one_half(p, df):
    assert student_t_quantile(1 - p, df) == pytest.approx(-student_t_quantile(p, df), abs=1e-8)


def test_the_median_of_t_is_zero():
    assert student_t_quantile(0.5, 7) == 0


@pytest.mark.parametrize(
    ("p", "df"), [(0, 3), (1, 3), (nan, 3), (0.9, 0.5), (0.9, nan), (0.9, inf)]
)
def test_impossible_t_quantiles_are_refused(p, df):
    with pytest.raises(InvalidValueError):
        student_t_quantile(p, df)


@given(COUNTS)
def test_a_wilson_interval_holds_its_share_and_stays_in_range(counts):
    k, n = counts
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high


@given(COUNTS)
def test_wilson_limits_solve_the_score_equation(counts):
    k, n = counts
    z = two_sided_z()
    for end in wilson(k, n):
        assert (k / n - end) ** 2 == pytest.approx(z * z * end * (1 - end) / n, abs=1e-12)


def test_wilson_covers_95_percent_on_average():
    n, total = 12, 0.0
    shares = [(i + 0.5) / 400 for i in range(400)]
    for p in shares:
        for k in range(n + 1):
            low, high = wilson(k, n)
            total += (low <= p <= high) * comb(n, k) * p**k * (1 - p) ** (n - k)
    assert 0.945 < total / len(shares) < 0.96


def test_a_share_of_nothing_has_the_whole_range():
    assert wilson(0, 0) == (0, 1)
    nothing = share_estimate(0, 0, empty="no customers")
    assert (nothing.value, nothing.low, nothing.high) == (None, 0, 1)
    assert nothing.notes == ("no customers",)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (nan, 5), (1, nan), (1, inf)])
def test_impossible_shares_are_refused(k, n):
    with pytest.raises(InvalidValueError):
        wilson(k, n)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, nan])
def test_a_level_that_is_no_coverage_is_refused(level):
    with pytest.raises(InvalidValueError, match="level"):
        wilson(1, 2, level=level)


@given(COUNTS, COUNTS)
def test_differences_hold_their_value_and_swap_sign(one, other):
    low, high = newcombe_difference(*one, *other)
    d = one[0] / one[1] - other[0] / other[1]
    assert -1 - 1e-12 <= low <= d <= high <= 1 + 1e-12
    assert newcombe_difference(*other, *one) == pytest.approx((-high, -low))


def test_a_difference_needs_two_groups():
    with pytest.raises(InvalidValueError, match="n2"):
        newcombe_difference(1, 2, 0, 0)


@given(st.integers(0, 10**6))
def test_count_limits_solve_the_score_equation(k):
    z = two_sided_z()
    low, high = count_interval(k)
    assert 0 <= low <= k <= high
    for end in (low, high):
        assert (k - end) ** 2 == pytest.approx(z * z * end, rel=1e-6, abs=1e-9)


def test_missing_answers_are_dropped_and_counted():
    answers = known([3, None, Decimal("4.5"), None], field="ratings")
    assert answers.values == (3, 4.5)
    assert answers.notes == ("2 missing left out",)
    assert known([1], field="ratings").notes == ()


@pytest.mark.parametrize("bad", [nan, inf, -1, 6, "3", "many", 2.5])
def test_what_cannot_be_an_answer_is_refused_by_its_index(bad):
    with pytest.raises(InvalidValueError) as caught:
        known([1, bad], field="ratings", low=0, high=5, whole=True)
    assert caught.value.field == "ratings[1]"


def test_the_rule_says_the_range():
    with pytest.raises(InvalidValueError, match="must be from 1 to 5"):
        known([9], field="ratings", low=1, high=5)
    with pytest.raises(InvalidValueError, match="must be 0 or more, and finite"):
        known([-1], field="days", low=0)
    with pytest.raises(InvalidValueError, match="must be finite"):
        known([inf], field="money")


def test_one_observation_has_the_whole_scale_as_interval():
    one = mean_estimate([4], unit="", low=1, high=5)
    assert (one.value, one.low, one.high) == (4, 1, 5)
    assert "single answer" in one.notes[0]
    assert (mean_estimate([4], unit="").low, mean_estimate([4], unit="").high) == (None, None)


def test_equal_observations_say_that_their_interval_has_no_width():
    same = mean_estimate([3, 3, 3], unit="", low=1, high=5)
    assert (same.low, same.high) == (3, 3)
    assert "no width" in same.notes[0]


@given(st.lists(st.floats(1, 5), min_size=2, max_size=30))
def test_a_clipped_mean_holds_its_value_and_stays_on_the_scale(values):
    estimate = mean_estimate(values, unit="", low=1, high=5)
    assert 1 <= estimate.low <= estimate.high <= 5
    assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9
    loose = mean_estimate(values, unit="")
    assert ("interval clipped to the scale" in estimate.notes) == (loose.low < 1 or loose.high > 5)
