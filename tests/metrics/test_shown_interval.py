"""The interval of the proxy against draws from the posteriors that it stands for.

Rates are gamma with the shop's as prior, stars beta; the interval carries their variances to
the first order. Here the same posteriors are drawn from.
"""

from math import exp
from statistics import fmean

import pytest

from crmkit.metrics import BaseRates, ShownAnchors, Signals, behavioural_satisfaction
from crmkit.metrics.seeds import plain_generator

RATES = BaseRates(returns=0.15, complaints=0.05, late=0.10, stars=4.2)
ANCHORS = ShownAnchors()
HALVES = {"returns": 0.30, "complaints": 0.10, "late": 0.25}
SHOP = {"returns": 0.15, "complaints": 0.05, "late": 0.10}
STARS = (RATES.stars - 1) / 4


def poisson(rate, draw):
    """Knuth's: how many unit exponentials fit into a rate."""
    count, left = 0, draw.random()
    while left > exp(-rate):
        count, left = count + 1, left * draw.random()
    return count


def score(rates, stars):
    parts = {name: 0.5 ** (rates[name] / half) for name, half in HALVES.items()} | {"stars": stars}
    weight = sum(ANCHORS.weights[name] for name in parts)
    return 100 * sum(ANCHORS.weights[name] * part for name, part in parts.items()) / weight


def signals(counts, orders, stars):
    return Signals(
        orders=orders,
        faulty_returns=counts["returns"],
        complaints=counts["complaints"],
        delivered=orders,
        late=min(counts["late"], orders),
        reviews=orders,
        stars=orders * (1 + 4 * stars),
    )


def lived(draw):
    """A customer drawn from the shop's own rates: how they fare, and what is seen of it."""
    kappa, orders = ANCHORS.kappa, draw.choice([1, 2, 4, 8, 16, 32])
    true = {name: draw.gammavariate(kappa * rate, 1 / kappa) for name, rate in SHOP.items()}
    liking = draw.betavariate(5 * STARS, 5 * (1 - STARS))
    counts = {name: poisson(orders * rate, draw) for name, rate in true.items()}
    stars = sum(draw.random() < liking for _ in range(orders)) / orders
    return score(true, liking), signals(counts, orders, stars), orders


def drawn(one, draw, draws=2_000):
    """Scores from the posteriors of one customer's rates and stars."""
    kappa = ANCHORS.kappa
    counts = {"returns": one.faulty_returns, "complaints": one.complaints, "late": one.late}
    liked = (one.stars / one.reviews - 1) / 4 * one.reviews
    return sorted(
        score(
            {
                name: draw.gammavariate(kappa * SHOP[name] + count, 1 / (kappa + one.orders))
                for name, count in counts.items()
            },
            draw.betavariate(5 * STARS + liked, 5 * (1 - STARS) + one.reviews - liked),
        )
        for _ in range(draws)
    )


def test_the_interval_holds_the_true_score_of_no_fewer_than_95_in_100_customers():
    draw = plain_generator(7)
    people = [lived(draw) for _ in range(3_000)]
    held = []
    for true, one, orders in people:
        found = behavioural_satisfaction(one, base_rates=RATES).score
        held.append((orders, found.low <= true <= found.high))
    assert fmean(inside for _, inside in held) == pytest.approx(0.98, abs=0.005)
    # The fewer orders, the more cautious; the first order comes nearer with every one.
    by_orders = {n: fmean(inside for m, inside in held if m == n) for n in (1, 8, 32)}
    assert by_orders[1] > by_orders[8] > by_orders[32] > 0.95


@pytest.mark.parametrize(
    ("orders", "off", "wider"), [(1, 4.0, (8.0, 10.5)), (8, 2.0, (2.0, 4.5)), (32, 0.5, (0.0, 2.0))]
)
def test_its_ends_lie_beyond_those_of_posterior_draws_by_ever_less(orders, off, wider):
    one = signals({"returns": orders // 8, "complaints": 0, "late": orders // 8}, orders, 0.75)
    found = behavioural_satisfaction(one, base_rates=RATES).score
    ranked = drawn(one, plain_generator(orders))
    # The score of the mean rates lies below the mean of the scores: halving is convex.
    assert 0 < fmean(ranked) - found.value < off
    assert wider[0] <= ranked[50] - found.low <= wider[1]
    assert 1.0 < found.high - ranked[-51] < 4.5
