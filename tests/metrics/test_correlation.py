"""Correlations of pairs: against scipy, with intervals that cover, and undefined where they are."""

from math import nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import pearson, spearman
from crmkit.metrics.correlation import fisher_interval, ranks, varies
from crmkit.metrics.seeds import plain_generator

figures = st.integers(-1000, 1000)
pairs = st.lists(st.tuples(figures, figures), min_size=3, max_size=30)
BOTH = pytest.mark.parametrize("measure", [pearson, spearman])


def of(measure, rows):
    return measure([x for x, _ in rows], [y for _, y in rows])


def test_the_interval_of_a_half_over_fifty_pairs_is_that_of_the_texts():
    low, high = fisher_interval(0.5, 50)
    assert low == pytest.approx(0.2575, abs=5e-5)
    assert high == pytest.approx(0.68326, abs=5e-6)


@pytest.mark.parametrize("seed", range(5))
def test_both_are_those_of_scipy(seed):
    source = plain_generator(seed)
    x = [source.gauss(0, 3) for _ in range(25)]
    y = [round(one + source.gauss(0, 2)) for one in x]
    r, rho = stats.pearsonr(x, y), stats.spearmanr(x, y)
    found = pearson(x, y)
    assert found.value == pytest.approx(r.statistic, rel=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(r.confidence_interval()), rel=1e-12)
    assert spearman(x, y).value == pytest.approx(rho.statistic, rel=1e-12)
    assert ranks(y) == pytest.approx(stats.rankdata(y))


@BOTH
@given(rows=pairs, data=st.data())
def test_order_of_pairs_and_sides_and_linear_rescaling_change_nothing(measure, rows, data):
    whole = of(measure, rows)
    turned = of(measure, data.draw(st.permutations(rows)))
    swapped = of(measure, [(y, x) for x, y in rows])
    scaled = of(measure, [(3 * x + 7, 0.5 * y - 2) for x, y in rows])
    for other in (turned, swapped, scaled):
        if whole.value is None:
            assert other.value is None
        else:
            assert other.value == pytest.approx(whole.value, abs=1e-9)


@BOTH
@given(rows=pairs)
def test_a_flipped_side_flips_the_sign_and_the_interval(measure, rows):
    one, flipped = of(measure, rows), of(measure, [(x, -y) for x, y in rows])
    assume(one.value is not None)
    assert flipped.value == pytest.approx(-one.value, abs=1e-12)
    if one.low is not None:
        assert (flipped.low, flipped.high) == pytest.approx((-one.high, -one.low), abs=1e-6)


@BOTH
@given(rows=pairs)
def test_it_lies_from_minus_one_to_one_within_its_interval(measure, rows):
    one = of(measure, rows)
    if one.value is None:
        assert (one.low, one.high) == (-1, 1)
        assert "does not vary" in one.notes[0]
    else:
        assert -1 <= one.value <= 1
        if len(rows) > 3:
            assert -1 <= one.low <= one.value <= one.high <= 1


@BOTH
def test_of_three_pairs_it_has_no_interval_and_of_two_no_value(measure):
    three = measure([1, 2, 3], [1, 3, 2])
    assert three.value == pytest.approx(0.5)
    assert (three.low, three.high) == (None, None)
    assert "no interval: needs 4 pairs or more" in three.notes
    two = measure([1, 2], [1, 3])
    assert (two.value, two.low, two.high, two.n) == (None, -1, 1, 2)
    assert two.notes == ("needs 3 pairs or more",)
    assert measure([], []).value is None


@BOTH
def test_pairs_that_lack_a_value_are_left_out_and_counted(measure):
    found = measure([1, 2, 3, 4, None, 9], [2, 1, 4, 3, 8, None])
    assert found.value == pytest.approx(0.6)
    assert found.n == 4
    assert found.notes == ("2 of 6 pairs left out: not complete",)


@BOTH
def test_a_perfect_one_says_that_its_interval_has_no_width(measure):
    found = measure([1, 2, 3, 4], [2, 4, 6, 8])
    assert (found.value, found.low, found.high) == (1, 1, 1)
    assert found.notes == ("a perfect correlation: the interval has no width",)


def test_what_varies_by_rounding_alone_does_not_vary():
    assert not varies([0.1 + 0.2, 0.3, 0.3])
    assert not varies([])
    assert varies([1e-20, 2e-20])
    assert pearson([0.1 + 0.2, 0.3, 0.3, 0.3], [1, 2, 3, 4]).value is None


def test_sizes_far_apart_stay_in_range():
    big, small = [1e300, 2e300, 4e300, 3e300], [1e-300, 2e-300, 4e-300, 3e-300]
    assert pearson(big, small).value == pytest.approx(1)


@BOTH
def test_what_cannot_be_paired_is_refused(measure):
    with pytest.raises(InvalidValueError, match="must be 2, as many as ones"):
        measure([1, 2], [1, 2, 3])
    with pytest.raises(InvalidValueError, match=r"others\[1\]"):
        measure([1, 2, 3], [1, nan, 3])
    with pytest.raises(InvalidValueError, match="must be from -1 to 1"):
        fisher_interval(1.2, 10)


def drawn(source, n, rho):
    for _ in range(n):
        x = source.gauss(0, 1)
        yield x, rho * x + (1 - rho * rho) ** 0.5 * source.gauss(0, 1)


def test_the_intervals_cover_and_that_of_ranks_would_not_with_fishers_error():
    source, rho = plain_generator(11), 0.8
    true = {pearson: rho, spearman: 0.785939}  # of ranks: 6/π asin(ρ/2)
    held = {"r": 0, "rho": 0, "plain": 0}
    for _ in range(1500):
        rows = list(drawn(source, 30, rho))
        r, ranked = of(pearson, rows), of(spearman, rows)
        plain = fisher_interval(ranked.value, 30)
        held["r"] += r.low <= true[pearson] <= r.high
        held["rho"] += ranked.low <= true[spearman] <= ranked.high
        held["plain"] += plain[0] <= true[spearman] <= plain[1]
    assert 0.935 <= held["r"] / 1500 <= 0.965
    assert 0.935 <= held["rho"] / 1500 <= 0.97
    assert held["plain"] / 1500 < 0.935
