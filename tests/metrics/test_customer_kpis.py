"""Customer KPIs: the books always balance, and nothing unknown is read as 0."""

from math import nan
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.kpis import Standing, customer_kpis

TIERS = st.none() | st.integers(1, 4)


@st.composite
def standings(draw):
    people = []
    for i in range(draw(st.integers(0, 25))):
        opening = draw(st.booleans())
        joined = None if opening else draw(st.sampled_from([None, "new", "reactivated"]))
        people.append(
            Standing(
                customer_id=f"c{i}",
                opening=opening,
                joined=joined,
                left=draw(st.booleans()) if opening or joined else False,
                tier_opening=draw(TIERS),
                tier_closing=draw(TIERS),
                profit=draw(st.none() | st.floats(-1e6, 1e6)),
            )
        )
    return people


def regular(i, **fields):
    return Standing(**{"customer_id": f"c{i}", "opening": True, **fields})


@given(standings())
def test_opening_plus_gains_minus_losses_is_closing(people):
    kpis = customer_kpis(people)
    assert kpis.opening + kpis.new + kpis.reactivated - kpis.lost == kpis.closing


@given(standings())
def test_members_stand_behind_each_count(people):
    kpis = customer_kpis(people)
    for name in ("opening", "new", "reactivated", "lost", "closing"):
        assert len(kpis.members[name]) == len(set(kpis.members[name])) == getattr(kpis, name)
    inflow = set(kpis.members["opening"] + kpis.members["new"] + kpis.members["reactivated"])
    assert inflow - set(kpis.members["lost"]) == set(kpis.members["closing"])
    climbed = set(kpis.members["upgraded"])
    assert climbed <= set(kpis.members["opening"]) & set(kpis.members["closing"])
    assert not climbed & set(kpis.members["downgraded"])


@given(standings())
def test_rates_lie_in_range_inside_their_intervals(people):
    kpis = customer_kpis(people)
    shares = (kpis.churn, kpis.retention, kpis.upgrade_rate, kpis.downgrade_rate)
    for rate in (*shares, kpis.new_rate, kpis.reactivation_rate, kpis.churn_on_average):
        if rate.value is None:
            assert rate.notes
            continue
        assert 0 <= rate.low <= rate.value <= rate.high
        assert rate.high <= 1 or rate not in shares
    if kpis.opening:
        assert kpis.churn.value + kpis.retention.value == pytest.approx(1)
    else:
        assert (kpis.churn.value, kpis.retention.value, kpis.new_rate.value) == (None, None, None)


@given(standings(), st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(people, random):
    one, other = customer_kpis(people), customer_kpis(random.sample(people, len(people)))
    assert (one.churn, one.upgraded, str(one)) == (other.churn, other.upgraded, str(other))
    assert one.median_profitability == other.median_profitability


@pytest.mark.parametrize(
    "contradiction",
    [
        {"opening": True, "joined": "new"},
        {"opening": True, "joined": "reactivated"},
        {"opening": False, "left": True},
        {"opening": False, "joined": "back"},
        {"opening": True, "profit": nan},
    ],
)
def test_a_standing_that_contradicts_itself_cannot_be_made(contradiction):
    with pytest.raises(InvalidValueError):
        Standing(customer_id="c1", **contradiction)


def test_a_customer_is_counted_once():
    with pytest.raises(InvalidValueError, match="c1"):
        customer_kpis([regular(1), regular(1)])


def test_an_empty_base_has_no_rates():
    kpis = customer_kpis([])
    assert str(kpis).startswith("0 + 0 new + 0 reactivated - 0 lost = 0\n")
    assert str(kpis).count("no customer was active when the period began") == 1
    assert "churn                  unknown\n" in str(kpis)
    for rate in (kpis.new_rate, kpis.churn, kpis.churn_on_average, kpis.retention):
        assert rate.value is None
    assert (kpis.churn.low, kpis.churn.high) == (0, 1)
    assert (kpis.new_rate.low, kpis.new_rate.high) == (0, None)
    assert kpis.average_profitability.notes == ("nobody was active",)
    assert (kpis.upgraded, kpis.downgraded, kpis.net_upgraded) == (None, None, None)
    assert kpis.median_profitability is None


def test_more_new_customers_than_old_ones_is_a_rate_above_one():
    joined = [Standing(customer_id=f"n{i}", opening=False, joined="new") for i in range(3)]
    kpis = customer_kpis([regular(0), *joined])
    assert kpis.new_rate.value == 3
    assert kpis.new_rate.low < 3 < kpis.new_rate.high


def test_a_whole_base_lost_is_twice_the_average_base():
    kpis = customer_kpis([regular(i, left=True) for i in range(4)])
    assert (kpis.churn.value, kpis.churn_on_average.value) == (1, 2)


def test_who_joins_and_leaves_within_the_period_is_lost_but_no_churn():
    passing = Standing(customer_id="p", opening=False, joined="new", left=True)
    kpis = customer_kpis([regular(0), passing])
    assert (kpis.lost, kpis.closing) == (1, 1)
    assert (kpis.churn.value, kpis.retention.value) == (0, 1)
    assert kpis.notes == ("1 joined and left within the period: counted in lost, not in churn",)


def test_tiers_move_only_for_those_active_at_both_ends():
    people = [
        regular(0, tier_opening=1, tier_closing=3),
        regular(1, tier_opening=3, tier_closing=2),
        regular(2, tier_opening=2, tier_closing=2),
        regular(3, tier_opening=1, tier_closing=2, left=True),
        regular(4, tier_opening=1),
        Standing(customer_id="n", opening=False, joined="new", tier_opening=1, tier_closing=2),
    ]
    kpis = customer_kpis(people)
    assert (kpis.upgraded, kpis.downgraded, kpis.net_upgraded) == (1, 1, 0)
    assert kpis.upgrade_rate.value == 0.2
    assert kpis.upgrade_rate.notes == ("tiers known for 3 of 4 active at both ends",)
    assert kpis.members["upgraded"] == ("c0",)


def test_without_tiers_the_climb_is_unknown_and_not_zero():
    kpis = customer_kpis([regular(0), regular(1)])
    assert kpis.upgraded is None
    assert kpis.upgrade_rate.value is None
    assert kpis.upgrade_rate.notes == ("no tiers known at both ends",)


def test_profitability_is_the_mean_over_those_active_in_the_period():
    people = [
        regular(0, profit=10.0),
        regular(1, profit=20.0, left=True),
        Standing(customer_id="n", opening=False, joined="new", profit=60.0),
        Standing(customer_id="dormant", opening=False, profit=-999.0),
    ]
    kpis = customer_kpis(people, money_unit="EUR")
    assert kpis.average_profitability.value == 30
    assert kpis.average_profitability.unit == "EUR"
    assert kpis.average_profitability.n == 3
    assert kpis.median_profitability == 20


def test_partly_known_profits_say_whose_mean_it_is():
    kpis = customer_kpis([regular(0, profit=10.0), regular(1, profit=30.0), regular(2)])
    assert kpis.average_profitability.value == 20
    assert kpis.average_profitability.notes == (
        "profit known for 2 of 3 active customers; the mean is theirs",
    )


def test_unknown_profits_say_what_is_needed():
    kpis = customer_kpis([regular(0)])
    assert kpis.average_profitability.value is None
    assert "gross margin" in kpis.average_profitability.notes[0]


def test_the_bootstrap_repeats_with_its_seed_and_is_near_the_t_interval():
    people = [regular(i, profit=float(i % 17)) for i in range(120)]
    first, again, by_t = (
        customer_kpis(people, **options).average_profitability
        for options in (
            {"profit_interval": "bootstrap", "seed": 7},
            {"profit_interval": "bootstrap", "seed": 7},
            {},
        )
    )
    assert first == again
    assert first.value == by_t.value == pytest.approx(fmean(i % 17 for i in range(120)))
    assert first.low == pytest.approx(by_t.low, abs=0.25)
    assert first.high == pytest.approx(by_t.high, abs=0.25)
    assert "seed 7" in first.method


def test_one_known_profit_has_no_interval():
    only = customer_kpis([regular(0, profit=5.0)], profit_interval="bootstrap")
    assert only.average_profitability.low is None


def test_another_interval_is_refused():
    with pytest.raises(InvalidValueError, match="profit_interval"):
        customer_kpis([], profit_interval="wald")


def test_the_definition_of_a_rate_is_in_its_method():
    kpis = customer_kpis([regular(0)])
    assert kpis.churn.method == "lost of opening over opening, Wilson interval"
    assert kpis.churn_on_average.method.startswith("lost over (opening + closing) / 2")
