"""Customer KPIs, concentration and RFM against worked examples.

Pareto's 80/20 rule and its Gini: α = log 5 / log 4. The whale curve follows Kaplan &
Narayanan (2001), the point table Stone (1994); the numbers were worked by hand.
"""

from itertools import pairwise
from math import log

import pytest

from crmkit.metrics.kpis import Standing, concentration, customer_kpis, rfm

TEN = [500, 300, 200, 100, 50, 20, 10, 10, 5, 5]


def thousand():
    """1000 customers, of whom 80 leave and 60 climb; 150 new ones."""
    for i in range(1000):
        left, climbs = i < 80, 80 <= i < 140
        yield Standing(
            customer_id=f"old-{i}",
            opening=True,
            left=left,
            tier_opening=1,
            tier_closing=2 if climbs else 1,
        )
    for i in range(150):
        yield Standing(customer_id=f"new-{i}", opening=False, joined="new")


def test_a_thousand_customers_over_a_period():
    result = customer_kpis(thousand())
    assert (result.opening, result.new, result.lost, result.closing) == (1000, 150, 80, 1070)
    assert result.new_rate.value == 0.15
    churn = result.churn
    assert churn.value == 0.08
    assert (round(100 * churn.low, 2), round(100 * churn.high, 2)) == (6.47, 9.85)
    assert result.retention.value == 0.92
    assert round(100 * result.churn_on_average.value, 3) == 7.729
    assert result.upgrade_rate.value == 0.06


def test_ten_customers_top_share_and_hhi():
    result = concentration(TEN)
    top = {each.customers: each for each in result.top_shares}
    assert round(top[0.2].interpolated, 4) == 0.6667
    assert round(top[0.2].rounded_up, 4) == 0.6667
    assert round(result.hhi, 4) == 0.2730


def test_hhi_of_three_shares():
    assert concentration([50, 30, 20]).hhi == pytest.approx(0.38)


@pytest.mark.parametrize(
    ("values", "gini"), [([1, 2, 3, 4, 5], 0.26667), ([0, 0, 0, 10], 0.75), ([7, 7, 7], 0)]
)
def test_gini_of_small_sets(values, gini):
    assert round(concentration(values).gini, 5) == gini


def test_the_corrected_gini_reaches_one():
    assert concentration([0, 0, 0, 10]).gini_unbiased == 1


def test_pareto_80_20_has_its_gini():
    alpha = log(5) / log(4)
    assert round(alpha, 5) == 1.16096
    # Between the Lorenz points F(u) = 1 - (1 - u)^(1 - 1/α), as many customers as needed.
    n = 20_000
    curve = [1 - (1 - i / n) ** (1 - 1 / alpha) for i in range(n + 1)]
    result = concentration([b - a for a, b in pairwise(curve)], shares=[0.2])
    assert result.gini == pytest.approx(0.75647, abs=2e-4)
    assert result.top_shares[0].interpolated == pytest.approx(0.8, abs=1e-9)


def test_the_whale_curve_of_ten_customers_with_losses():
    whale = concentration([500, 300, 200, 100, 50, 20, 0, -40, -80, -150]).whale
    starts = [round(height, 4) for _, height in whale.points[1:6]]
    assert starts == [0.5556, 0.8889, 1.1111, 1.2222, 1.2778]
    assert whale.peak == pytest.approx(1170 / 900)
    assert whale.peak_at == 0.6
    assert whale.destroyed == pytest.approx(270 / 900)


@pytest.mark.parametrize(
    ("days", "times", "spent", "parts", "points"),
    [
        (61, 3, 120, (20, 12, 12), 160),
        (243, 6, 450, (5, 20, 20), 125),
        (913, 1, 40, (0, 4, 4), 20),
    ],
)
def test_stones_points_at_2_8_and_30_months(days, times, spent, parts, points):
    score = rfm([days], [times], [spent], scheme="stone").scores[0]
    assert (score.recency, score.frequency, score.money) == parts
    assert score.points == points
