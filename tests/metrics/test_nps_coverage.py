"""How often the intervals of NPS hold the truth: exactly, by enumeration of all samples."""

from functools import cache
from math import comb, sqrt

import pytest

from crmkit.metrics import nps_difference, nps_of_counts
from crmkit.metrics.intervals import two_sided_z

#: Promoters, passives, detractors.
HAPPY, MIXED = (0.9, 0.08, 0.02), (0.5, 0.3, 0.2)
SIZES = (5, 10, 20)


@cache
def intervals(n):
    """Every sample of n, with its adjusted-Wald and its plain Wald interval."""
    found = []
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            passives = n - promoters - detractors
            told = nps_of_counts(promoters, passives, detractors)
            p, d = promoters / n, detractors / n
            half = 100 * two_sided_z() * sqrt((p + d - (p - d) ** 2) / n)
            ways = comb(n, promoters) * comb(n - promoters, detractors)
            plain = (told.value - half, told.value + half)
            found.append(((promoters, passives, detractors), ways, (told.low, told.high), plain))
    return found


def coverage(shares, n):
    """Chance that the adjusted and the plain interval hold the truth."""
    truth = 100 * (shares[0] - shares[2])
    held = [0.0, 0.0]
    for counts, ways, *both in intervals(n):
        chance = ways
        for share, count in zip(shares, counts, strict=True):
            chance *= share**count
        for place, (low, high) in enumerate(both):
            held[place] += chance * (low - 1e-9 <= truth <= high + 1e-9)
    return held


@pytest.mark.parametrize(
    ("shares", "n", "adjusted", "wald"),
    [
        (HAPPY, 5, 0.919, 0.401),
        (HAPPY, 10, 0.930, 0.649),
        (HAPPY, 20, 0.954, 0.875),
        (MIXED, 10, 0.962, 0.896),
    ],
)
def test_the_exact_coverage_is_as_computed(shares, n, adjusted, wald):
    assert [round(one, 3) for one in coverage(shares, n)] == [adjusted, wald]


NAMED = (HAPPY, MIXED, (1 / 2, 1 / 3, 1 / 6), (0.6, 0.25, 0.15), (0.4, 0.4, 0.2), (0.3, 0.4, 0.3))


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shares", NAMED)
def test_at_usual_shares_the_adjusted_interval_covers_from_90_to_97_percent(shares, n):
    adjusted, wald = coverage(shares, n)
    assert 0.90 <= adjusted <= 0.97
    assert wald < adjusted + 0.005


@cache
def over_the_grid(n):
    """Coverage at all 231 shares in steps of 5 %, by the smallest of the three shares."""
    found = []
    for p in range(21):
        for d in range(21 - p):
            shares = (p / 20, (20 - p - d) / 20, d / 20)
            found.append((min(p, d, 20 - p - d), shares[1], *coverage(shares, n)))
    return found


@pytest.mark.parametrize(("n", "wald"), [(5, 0.776), (10, 0.862), (20, 0.911)])
def test_over_all_shares_the_adjusted_interval_covers_95_percent_on_average(n, wald):
    """Shares of 0, 5, …, 100 % for promoters and detractors, all alike."""
    grid = over_the_grid(n)
    assert len(grid) == 231
    assert sum(one[2] for one in grid) / 231 == pytest.approx(0.951, abs=0.001)
    assert sum(one[3] for one in grid) / 231 == pytest.approx(wald, abs=0.001)


@pytest.mark.parametrize(
    ("n", "least", "most", "few_passives"),
    [(5, 0.928, 0.998, 0.988), (10, 0.934, 0.993, 0.966), (20, 0.941, 0.969, 0.956)],
)
def test_with_15_percent_of_each_it_is_never_below_92_percent(n, least, most, few_passives):
    """The upper end is above 97 % where many are passive: too wide there, never too narrow."""
    inner = [one for one in over_the_grid(n) if one[0] >= 3]
    assert least <= min(one[2] for one in inner)
    assert max(one[2] for one in inner) <= most
    assert max(one[2] for one in inner if one[1] <= 0.45) <= few_passives


@pytest.mark.parametrize(("n", "least"), [(5, 0.835), (10, 0.879), (20, 0.908)])
def test_in_extreme_corners_the_adjusted_interval_leaves_that_range(n, least):
    """Where there is no promoter at all, or no detractor, the adjustment misses by more.

    The issue's 90 to 97 % holds at usual shares, not in every corner: with 85 % detractors and
    no promoter the interval of five answers covers 83.5 %, and with everybody a promoter 100 %.
    """
    adjusted = [one[2] for one in over_the_grid(n)]
    assert min(adjusted) == pytest.approx(least, abs=0.001)
    assert max(adjusted) == pytest.approx(1)
    assert sum(0.90 <= one <= 0.971 for one in adjusted) / 231 > {5: 0.65, 10: 0.8, 20: 0.9}[n]


PAIRS = [(HAPPY, MIXED), (MIXED, (0.2, 0.5, 0.3)), ((0.7, 0.2, 0.1), (0.7, 0.2, 0.1))]


@pytest.mark.parametrize("one", PAIRS)
@pytest.mark.parametrize("sizes", [(5, 5), (8, 10)])
def test_the_interval_of_a_difference_covers_by_enumeration_of_both_samples(one, sizes):
    (first, second), (n, m) = one, sizes
    truth, held = 100 * (first[0] - first[2] - second[0] + second[2]), 0.0
    for a, ways_a, _, _ in intervals(n):
        ratings = [10] * a[0] + [8] * a[1] + [0] * a[2]
        for b, ways_b, *_rest in intervals(m):
            told = nps_difference(ratings, [10] * b[0] + [8] * b[1] + [0] * b[2]).difference
            if told.low <= truth <= told.high:
                held += ways_a * chance(first, a) * ways_b * chance(second, b)
    assert 0.93 <= held <= 0.985


def chance(shares, counts):
    return shares[0] ** counts[0] * shares[1] ** counts[1] * shares[2] ** counts[2]
