"""Customer equity, its optimum, its change and its drivers, against known results.

Blattberg, R. C. and Deighton, J. (1996), HBR 74(4), 136-144, for the model; Pfeifer, P. E.
(2005), The optimal ratio of acquisition and retention costs, JTMAM 13(2), 179-188, for what
holds at its optimum: the marginal cost to win a customer, the marginal cost to keep one and
the value of a customer are equal. Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004), JMR
41(1), 7-18, for the closed form whose elasticities a model with steady leaving must meet.
Shapley, L. S. (1953), for the glove game. The other numbers are worked by hand.
"""

import math

import pytest

from crmkit.metrics import (
    ClvFactors,
    Estimate,
    Prospects,
    SpendResponse,
    clv_elasticities,
    customer_equity,
    equity_change,
    optimal_spending,
    prospect_equity,
)

WINNING = SpendResponse(spend=10, rate=0.2, ceiling=0.4)
KEEPING = SpendResponse(spend=20, rate=0.6, ceiling=0.8)


@pytest.mark.parametrize(("margin", "discount"), [(100, 0.1), (150, 0.2), (800, 0.05)])
def test_at_the_optimum_winning_and_keeping_one_more_cost_what_a_customer_is_worth(
    margin, discount
):
    best = optimal_spending(
        acquisition=WINNING,
        retention=KEEPING,
        annual_margin=margin,
        annual_discount=discount,
        currency="USD",
    )

    def marginal(curve, spend):
        step = 1e-4 * spend
        return 2 * step / (curve.rate_at(spend + step) - curve.rate_at(spend - step))

    assert marginal(WINNING, best.acquisition_cost) == pytest.approx(best.customer_value, rel=1e-6)
    # One more of those who would leave is kept for a year of margin, discounted as it is paid.
    assert marginal(KEEPING, best.annual_retention_cost) == pytest.approx(
        best.customer_value, rel=1e-6
    )


def test_a_retention_that_is_held_leaves_a_logarithm():
    """k = ln 2 / 10, L = 90 / 0.5 = 180: A* = ln(0.4 k L) / k = 23.19, breaking even at 71.3."""
    best = optimal_spending(
        acquisition=WINNING,
        retention=SpendResponse(spend=20, rate=0.6),
        annual_margin=100,
        annual_discount=0.1,
        currency="USD",
    )
    speed = math.log(2) / 10
    assert best.customer_value == pytest.approx(180)
    assert best.acquisition_cost == pytest.approx(math.log(0.4 * speed * 180) / speed)
    end = best.breaks_even_at
    assert 0.4 * (1 - math.exp(-speed * end)) * 180 == pytest.approx(end)


def test_equity_of_customers_and_prospects_by_hand():
    """5,000 + 1,000 × (0.1 × 100 − 5 + 0.1 × (100 × 0.8 − 10) ÷ 0.3) = 33,333.33."""
    base = Estimate(value=5000, n=80, unit="USD", method="CLV")
    found = customer_equity(
        base,
        prospects=Prospects(
            count=1000,
            acquisition_rate=0.1,
            acquisition_cost=5,
            annual_margin=100,
            annual_retention=0.8,
            annual_retention_cost=10,
            annual_discount=0.1,
        ),
        currency="USD",
    )
    assert round(found.total.value, 2) == 33_333.33


def test_equity_of_a_customer_won_for_nothing_is_the_margin_multiple_and_a_first_margin():
    """a = 1, A = R = 0: m + m r ÷ (1 + d − r), Gupta & Lehmann's multiple plus a margin now."""
    found = prospect_equity(1, 100, 0.8, 0.1, currency="USD")
    assert found.value == pytest.approx(100 * (1 + 0.8 / 0.3))
    assert clv_elasticities(0.8, 0.1).retention == pytest.approx(1.1 / 0.3)


def test_two_factors_share_a_change_as_in_the_textbook():
    """Of p q from 2 × 3 to 5 × 7: price 3 × 5 = 15, quantity 4 × 3.5 = 14; together 29."""
    first = ClvFactors(spend=2, margin=1, purchases=3)
    later = ClvFactors(spend=5, margin=1, purchases=7)
    found = equity_change({"x": first}, {"x": later}, currency="USD")
    assert (found.factors["spend"].minor, found.factors["purchases"].minor) == (1500, 1400)
    assert found.total.minor == 2900


def test_a_game_that_all_must_join_is_shared_equally():
    """Unanimity of three: only all factors together make the value; Shapley gives a third each."""
    first = ClvFactors(spend=0, margin=0, alive=1, purchases=0)
    later = ClvFactors(spend=30, margin=1, alive=1, purchases=3)
    found = equity_change({"x": first}, {"x": later}, currency="USD")
    told = [found.factors[name].minor for name in ("spend", "margin", "purchases")]
    assert told == [3000, 3000, 3000]
    assert found.rest.minor == 0
