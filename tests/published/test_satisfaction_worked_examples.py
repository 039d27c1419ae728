"""CSAT, CES and the proxy from behaviour against hand-worked examples.

The means are on their answer scales, the score is the percentage of the maximum possible
(Cohen, Cohen, Aiken & West 1999); the t interval of the five ratings is checked by hand.
"""

import pytest

from crmkit.metrics.intervals import mean_estimate
from crmkit.metrics.satisfaction import BaseRates, Signals, behavioural_satisfaction, ces, csat


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


RATES = BaseRates(returns=0.15, complaints=0.05, late=0.10, stars=4.2, stars_weight=5)
WENT_THROUGH = {
    "orders": 8,
    "faulty_returns": 1,
    "complaints": 1,
    "delivered": 8,
    "late": 2,
    "hours_over_sla": 12,
}


def test_the_proxy_of_a_customer_with_one_of_everything():
    shown = behavioural_satisfaction(Signals(**WENT_THROUGH, reviews=2, stars=9), base_rates=RATES)
    parts = {name: round(value, 4) for name, value in shown.components.items()}
    assert parts == {
        "returns": 0.7327,
        "complaints": 0.5135,
        "late": 0.5867,
        "stars": 0.8214,
        "response": 0.7071,
    }
    assert round(shown.score.value, 2) == 66.39
    assert shown.coverage == 1


def test_the_same_customer_without_reviews():
    shown = behavioural_satisfaction(Signals(**WENT_THROUGH), base_rates=RATES)
    assert round(shown.score.value, 2) == 62.45
    assert shown.coverage == pytest.approx(0.80)
