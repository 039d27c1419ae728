"""The service-profit chain against what was published of it.

Rucci, A. J., Kirn, S. P., Quinn, R. T. (1998). The employee-customer-profit chain at Sears. Harvard
Business Review 76(1), 82-97: 5 units more of employee attitude came with 1.3 more of customer
impression, and these with half a per cent more of revenue growth. Fisher, R. A. (1921), Metron 1,
3-32, for the interval of a correlation; the product of two slopes as in MacKinnon, D. P.,
Lockwood, C. M., Williams, J. (2004), Multivariate Behavioral Research 39(1), 99-128.
"""

import pytest

from crmkit.metrics import serial_effect, service_profit_chain
from crmkit.metrics.correlation import fisher_interval

SLOPES = (1.3 / 5, 0.5 / 1.3)


def test_the_slopes_at_sears_multiply_to_a_tenth_of_a_per_cent_per_unit():
    assert tuple(round(slope, 4) for slope in SLOPES) == (0.26, 0.3846)
    found = serial_effect(SLOPES)
    assert found.effect.value == pytest.approx(0.10)
    assert 5 * found.effect.value == pytest.approx(0.5)
    assert found.effect.low is None


def test_stores_that_obey_sears_slopes_give_them_back():
    attitude = [50, 55, 60, 65, 70]
    impression = [30 + SLOPES[0] * one for one in attitude]
    growth = [SLOPES[1] * one for one in impression]
    found = service_profit_chain(
        {
            "employee_satisfaction": attitude,
            "customer_satisfaction": impression,
            "profit": growth,
        }
    )
    assert [link.slope.value for link in found.links] == pytest.approx(SLOPES)
    assert found.effect.value == pytest.approx(0.10)


def test_fishers_interval_of_a_correlation_of_a_half():
    assert fisher_interval(0.5, 50) == pytest.approx((0.2575, 0.6832), abs=6e-5)


def test_two_slopes_their_sobel_interval_and_that_by_monte_carlo():
    found = serial_effect([0.5, 0.4], [0.1, 0.08], draws=200_000)
    assert found.effect.value == pytest.approx(0.2)
    assert found.standard_error == pytest.approx(0.05657, abs=5e-6)
    assert (found.sobel.low, found.sobel.high) == pytest.approx((0.0891, 0.3109), abs=5e-5)
    assert (found.effect.low, found.effect.high) == pytest.approx((0.0997, 0.3225), abs=0.0012)
