"""Lifetime value and customer equity by closed formulas, against printed and worked numbers.

Margin multiples: Gupta, S. and Lehmann, D. R. (2005), Managing Customers as Investments,
Wharton School Publishing; drivers: Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004), JMR
41(1), 7-18; retention: Berger, P. D. and Nasr, N. I. (1998), JIM 12(1), 17-30, case 1; Markov
chain: Pfeifer, P. E. and Carraway, R. L. (2000), JIM 14(2), 43-55; brand switching: Rust,
R. T., Lemon, K. N. and Zeithaml, V. A. (2004), JM 68(1), 109-127. The elasticities at 12 %,
the multiples with growth and with a first margin now, where to stop the mailing, and the
switching example are crmkit's own numbers, worked by hand from their formulas.
"""

import pytest

from crmkit.metrics.value.deterministic.margin_multiple import clv_elasticities, margin_multiple
from crmkit.metrics.value.deterministic.markov_clv import markov_clv
from crmkit.metrics.value.deterministic.retention_clv import retention_clv
from crmkit.metrics.value.equity.switching_equity import switching_equity

PRINTED = {
    0.6: (1.20, 1.15, 1.11, 1.07),
    0.7: (1.75, 1.67, 1.59, 1.52),
    0.8: (2.67, 2.50, 2.35, 2.22),
    0.9: (4.50, 4.09, 3.75, 3.46),
}
DISCOUNTS = (0.10, 0.12, 0.14, 0.16)


@pytest.mark.parametrize("retention", PRINTED)
def test_the_table_of_margin_multiples(retention):
    found = [round(margin_multiple(retention, each).value, 2) for each in DISCOUNTS]
    assert tuple(found) == PRINTED[retention]


def test_margin_multiples_with_growth_and_with_a_first_margin_now():
    assert round(margin_multiple(0.9, 0.12, growth=0.05).value, 4) == 5.1429
    assert round(margin_multiple(0.9, 0.12, first_margin_now=True).value, 4) == 5.0909


def test_the_elasticities_of_lifetime_value():
    found = clv_elasticities(0.9, 0.12)
    assert (round(found.retention, 4), found.margin) == (5.0909, 1)
    assert round(found.discount, 4) == -0.5455
    assert clv_elasticities(0.8, 0.12).retention == pytest.approx(3.5, rel=1e-15)


def test_case_1_of_berger_and_nasr_is_568_78():
    found = retention_clv(260, 0.75, 0.2, promotion=50, years=10, currency="USD")
    assert round(found.value, 2) == 568.78


#: Recencies 1 to 4 and given up: bought again with .3, .2, .15, .05; 40 a purchase, 4 a mailing.
MOVES = [
    [0.30, 0.70, 0, 0, 0],
    [0.20, 0, 0.80, 0, 0],
    [0.15, 0, 0, 0.85, 0],
    [0.05, 0, 0, 0, 0.95],
    [0, 0, 0, 0, 1],
]
REWARDS = [36, -4, -4, -4, 0]


def test_the_markov_chain_of_pfeifer_and_carraway_over_four_periods():
    found = markov_clv(MOVES, REWARDS, 0.2, periods=4, currency="USD")
    told = [round(one, 3) for one in found.by_state.values()]
    assert told == [50.115, 4.220, 0.592, -1.980, 0]


def test_the_mailing_of_pfeifer_and_carraway_pays_up_to_recency_3():
    values = {
        stop: markov_clv(MOVES, REWARDS, 0.2, currency="USD", stop_from=stop).by_state["1"]
        for stop in (2, 3, 4, 5)
    }
    assert max(values, key=values.get) == 4
    assert values[2] == pytest.approx(36 * 1.2 / 0.9)
    assert values[5] == markov_clv(MOVES, REWARDS, 0.2, currency="USD").by_state["1"]


def test_customer_equity_by_brand_switching_over_nine_purchases():
    found = switching_equity(
        [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7]],
        [1, 0, 0],
        spend=[20, 18, 22],
        margins=[0.25] * 3,
        annual_discount=0.1,
        purchases_per_year=2,
        purchases=9,
        currency="USD",
    )
    assert [round(one, 4) for one in found.by_brand.values()] == [23.5413, 6.7184, 7.1128]
