"""NPS against worked examples.

Rocks, B. (2016), The American Statistician 70(4), 365-372, prefers the adjusted-Wald
interval; the example of shares 1/2, 1/3, 1/6 has the published NPS 33.3.
"""

import pytest

from crmkit.metrics.satisfaction import nps


def test_shares_of_a_half_a_third_and_a_sixth_give_33_points():
    assert nps([10, 9, 9, 8, 7, 3]).value == pytest.approx(33.3, abs=0.05)


def test_a_hundred_answers_have_the_adjusted_wald_interval():
    """50 promoters, 30 passives, 20 detractors: 30 points, 14.05 to 44.20."""
    result = nps([10] * 50 + [7] * 30 + [5] * 20)
    assert result.value == 30
    assert (round(result.low, 2), round(result.high, 2)) == (14.05, 44.20)
