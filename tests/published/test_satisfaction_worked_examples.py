"""CSAT and CES against hand-worked examples.

The means are on their answer scales, the score is the percentage of the maximum possible
(Cohen, Cohen, Aiken & West 1999); the t interval of the five ratings is checked by hand.
"""

import pytest

from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.satisfaction import ces, csat


def test_five_satisfaction_ratings():
    result = csat([5, 4, 4, 3, 5])
    assert result.mean.value == pytest.approx(4.2)
    assert (round(result.mean.low, 3), result.mean.high) == (3.161, 5)
    assert "interval clipped to the scale" in result.mean.notes
    assert result.score.value == pytest.approx(80.0)
    assert result.top_box.value == 0.8


def test_the_interval_reaches_beyond_the_scale_before_clipping():
    assert round(mean_estimate([5, 4, 4, 3, 5], unit="").high, 3) == 5.239


def test_five_effort_ratings():
    result = ces([7, 6, 5, 3, 2])
    assert result.mean.value == pytest.approx(4.6)
    assert result.easy.value == 0.6
