"""Intervals of quantiles: tabulated ranks, and coverage in drawn samples."""

from math import comb

import numpy as np
import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.order_statistics import quantile_interval


@pytest.mark.parametrize(("n", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (30, (10, 21))])
def test_the_ranks_of_a_median_are_those_of_the_tables(n, ranks):
    """Conover (1999), and any table of confidence limits for a median."""
    assert quantile_interval(range(1, n + 1), 0.5) == ranks


def test_five_values_do_not_bound_a_median():
    assert quantile_interval([1, 2, 3, 4, 5], 0.5) == (None, None)


def test_no_values_bound_nothing():
    assert quantile_interval([], 0.5) == (None, None)


@pytest.mark.parametrize("q", [0.1, 0.5, 0.8, 0.9])
@pytest.mark.parametrize("n", [1, 7, 40, 200])
def test_both_tails_hold_at_most_half_of_what_is_left(n, q):
    def below(rank):
        """Chance that fewer than ``rank`` values lie below the quantile, by brute force."""
        return sum(comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(rank))

    low, high = quantile_interval(range(1, n + 1), q)
    assert low is None or below(low) <= 0.025 < below(low + 1)
    assert high is None or 1 - below(high) <= 0.025 + 1e-12
    assert high is None or high == 1 or 1 - below(high - 1) > 0.025


def test_a_million_values_have_a_narrow_interval():
    low, high = quantile_interval(range(10**6), 0.8)
    assert low == pytest.approx(800_000 - 784, abs=3)
    assert high == pytest.approx(800_000 + 784, abs=3)


def test_it_covers_the_true_quantile():
    samples = np.sort(np.random.default_rng(7).random((1000, 50)))
    ends = [quantile_interval(sample, 0.8) for sample in samples]
    held = sum(low <= 0.8 <= high for low, high in ends)
    assert 940 <= held <= 985


@pytest.mark.parametrize(("q", "level"), [(0, 0.95), (1, 0.95), (0.5, 0), (0.5, 1)])
def test_what_is_no_share_is_refused(q, level):
    with pytest.raises(InvalidValueError, match="must lie between 0 and 1"):
        quantile_interval([1], q, level=level)
