"""Intervals of Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872 and 873-890.

The first paper tables single proportions (the Wilson score method without continuity
correction), the second differences (its method 10). The rows of round numbers were computed
afresh from the same formulas.
"""

import pytest

from crmkit.metrics.intervals import newcombe_difference, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (0, 20, 0.0, 0.1611),
        (8, 10, 0.4902, 0.9433),
        (45, 50, 0.7864, 0.9565),
        (23, 60, 0.2709, 0.5098),
    ],
)
def test_wilson_intervals_match_the_table(k, n, low, high):
    assert tuple(round(end, 4) for end in wilson(k, n)) == (low, high)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090)],
)
def test_differences_match_the_table(counts, low, high):
    assert tuple(round(end, 4) for end in newcombe_difference(*counts)) == (low, high)
