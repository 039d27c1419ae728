"""Relationship value and lapse thresholds against worked examples.

Cost to serve follows Kaplan, R. S. and Anderson, S. R. (2004), HBR 82(11), 131-138; capability
value Kumar, V. et al. (2010), JSR 13(3), 297-310; potential value the share of wallet of
Keiningham, T. et al. (2011), HBR 89(10), 29-31; gamma gaps Reutterer, T., Platzer, M. and
Schröder, N. (2021), IJRM 38(1), 194-215; shrunk rates Schmittlein, D. C., Morrison, D. G. and
Colombo, R. (1987), Management Science 33(1), 1-24. The numbers are crmkit's own, worked by
hand.
"""

from math import exp

import pytest

from crmkit.domain.money import Money
from crmkit.domain.times import Period
from crmkit.metrics.kpis.gamma_lapse import gamma_lapse
from crmkit.metrics.kpis.lapse import shrunk_lapse_threshold, silence_chance
from crmkit.metrics.value.relationship.capability import ContributionTally, capability_value
from crmkit.metrics.value.relationship.cost_to_serve import cost_to_serve
from crmkit.metrics.value.relationship.potential import potential_value
from crmkit.metrics.value.relationship.referral import ReferredWorth, referral_value
from crmkit.metrics.value.relationship.referral_tree import ReferralEdge, referral_tree
from crmkit.metrics.value.relationship.relationship_value import relationship_value

GAPS = [20, 25, 30, 22, 28]


def eur(amount):
    return Money.of(str(amount), "EUR")


def rates(**each):
    return {name: eur(amount) for name, amount in each.items()}


def brought_one_worth_50():
    edge = ReferralEdge(referrer_id="ann", referred_id="bob", day=0)
    worths = {"bob": ReferredWorth(margin=eur(30))}
    tree = referral_tree([edge], {"bob": 5})
    return referral_value(tree, "ann", worths, currency="EUR", saved=eur(20))


def test_a_fiscal_year_of_368_and_three_more_indicators_is_565_50():
    value = relationship_value(
        period=Period.fiscal_year(2026),
        currency="EUR",
        revenue=eur(1200),
        margin=eur("504.00"),  # 42 %
        costs={"service": eur(96), "marketing": eur(40)},
        capability=capability_value(
            [ContributionTally(kind="idea", n=1)], rates(idea=80), currency="EUR"
        ),
        referral=brought_one_worth_50(),
        potential=potential_value(eur(1200), eur(300), capture=0.25, margin=0.30),
    )
    assert value.profitability == eur(368)
    assert value.total == eur("565.50")
    assert value.coverage == pytest.approx(0.8)  # no lifetime


def test_serving_a_customer_for_77_leaves_373():
    volumes = {"orders": 5, "returns": 2, "visits": 1, "shipments": 3}
    serving = cost_to_serve(volumes, rates(orders=4, returns=12, visits=15, shipments=6))
    assert serving.total == eur(77)
    value = relationship_value(
        period=Period.fiscal_year(2026),
        currency="EUR",
        revenue=eur(1000),
        margin=eur(450),
        serving=serving,
    )
    assert value.profitability == eur(373)


def test_ideas_reviews_and_a_defect_report_are_worth_2438_40():
    tallies = [
        ContributionTally(kind="idea", n=2, quality=0.5),
        ContributionTally(kind="review", n=12, quality=0.8),
        ContributionTally(kind="defect_report", n=1),
    ]
    value = capability_value(tallies, rates(idea=1500, review=4, defect_report=900), currency="EUR")
    assert value.value == eur("2438.40")
    assert value.points == pytest.approx(1 + 9.6 + 1)
    assert value.score == pytest.approx(100 * (1 - exp(-1.16)))


def test_a_quarter_of_900_at_30_percent_is_67_50():
    assert potential_value(eur(1200), eur(300), capture=0.25, margin=0.30).value == eur("67.50")


def test_a_regular_buyer_is_missed_after_30_days():
    lapse = gamma_lapse(GAPS, quiet=35)
    assert lapse.mean == 25
    assert lapse.deviation == pytest.approx(4.1231, abs=5e-5)
    assert lapse.shape == pytest.approx(36.76, abs=5e-3)
    assert lapse.threshold.value == pytest.approx(30.41, abs=5e-3)
    assert lapse.chance.value == pytest.approx(0.0134, abs=5e-5)
    assert lapse.exponential_chance == pytest.approx(0.2466, abs=5e-5)


def test_five_repeats_in_20_weeks_and_10_weeks_of_silence():
    chance = silence_chance(repeats=5, age=20, quiet=10, r=0.243, alpha=4.414)
    assert chance == pytest.approx(0.1653, abs=5e-5)


def test_the_same_customer_is_overdue_after_13_46_weeks():
    """The 90 % quantile of the next gap, with the same parameters."""
    found = shrunk_lapse_threshold(repeats=5, age=20, r=0.243, alpha=4.414)
    assert found.value == pytest.approx(13.46, abs=5e-3)
