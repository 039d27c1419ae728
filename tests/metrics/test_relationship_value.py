"""The five indicators together, and the sum over a shop."""

import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.domain.money import Money
from crmkit.domain.times import Period
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.value.relationship.base_relationship_value import total_of
from crmkit.metrics.value.relationship.capability import ContributionTally, capability_value
from crmkit.metrics.value.relationship.cost_to_serve import cost_to_serve
from crmkit.metrics.value.relationship.lifetime import Lifetime
from crmkit.metrics.value.relationship.potential import potential_value
from crmkit.metrics.value.relationship.referral import ReferredWorth, referral_value
from crmkit.metrics.value.relationship.referral_tree import ReferralEdge, referral_tree
from crmkit.metrics.value.relationship.relationship_value import relationship_value

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def eur(amount):
    return Money.of(str(amount), "EUR")


def cents(minor):
    return Money(minor, "EUR")


def valued(**more):
    amounts = {"revenue": eur(100), "margin": eur(40), "currency": "EUR", "period": YEAR}
    return relationship_value(**{**amounts, **more})


def figure(value, unit="occasions"):
    return Estimate(value=value, low=0, high=9, n=10, unit=unit, method="MBG/NBD")


def lifetime(**more):
    known = {"tenure": 400, "alive": figure(0.9, "chance"), "remaining": figure(3.5)}
    return Lifetime(**{**known, **more})


def learnt(minor):
    tally = ContributionTally(kind="idea", n=1, worth=cents(minor))
    return capability_value([tally], {}, currency="EUR")


def brought(margin, saved):
    edge = ReferralEdge(referrer_id="ann", referred_id="bob", day=0)
    tree = referral_tree([edge], {"bob": 1})
    worths = {"bob": ReferredWorth(margin=cents(margin))}
    return referral_value(tree, "ann", worths, currency="EUR", saved=saved)


def to_win(minor):
    return potential_value(cents(minor), cents(0), capture=1, margin=1)


def test_all_five_known_is_full_coverage():
    serving = cost_to_serve({"orders": 2}, {"orders": eur(1)})
    found = valued(
        costs={"service": eur(3)},
        serving=serving,
        received=eur(90),
        lifetime=lifetime(),
        capability=learnt(500),
        referral=brought(1000, eur(2)),
        potential=to_win(700),
        customer_id="ann",
    )
    assert found.profitability == eur(35)
    assert found.cash_flow == eur(25)
    assert found.total == eur(35 + 5 + 12 + 7)
    assert (found.coverage, found.lacking, found.notes) == (1.0, (), ())


def test_a_lifetime_is_never_added():
    assert valued(lifetime=lifetime(tenure=9999)).total == valued().total


def test_what_is_missing_is_said_and_not_0():
    found = valued()
    assert found.total == eur(40)
    assert found.lacking == ("lifetime", "capability", "referral", "potential")
    assert found.coverage == pytest.approx(0.2)
    for word in ("lifetime", "capability", "referral", "potential", "cash flow", "cost"):
        assert any(word in note for note in found.notes), word


def test_without_a_margin_there_is_neither_profitability_nor_a_total():
    found = valued(margin=None, received=eur(90), capability=learnt(500))
    assert (found.profitability, found.cash_flow, found.total) == (None, None, None)
    assert "the margin is missing" in found.notes[0]
    assert found.coverage == pytest.approx(0.2)


def test_an_indicator_without_a_value_is_lacking_with_its_reason():
    nothing_priced = capability_value([ContributionTally(kind="test", n=2)], {}, currency="EUR")
    found = valued(capability=nothing_priced)
    assert "capability" in found.lacking
    assert "capability: not monetised: 2 × test" in found.notes
    assert found.total == eur(40)


def test_a_lifetime_without_a_model_is_not_known_in_full():
    lacking = undefined(unit="chance", method="MBG/NBD", note="needs 200 customers")
    found = valued(lifetime=lifetime(alive=lacking))
    assert "lifetime" in found.lacking
    assert "lifetime: needs 200 customers" in found.notes
    assert "lifetime: not known: alive" in found.notes


@pytest.mark.parametrize("name", ["tenure", "alive", "remaining"])
def test_each_missing_piece_of_a_lifetime_is_named(name):
    assert lifetime(**{name: None}).missing == (name,)


def test_a_lifetime_says_when_the_log_is_cut_off():
    assert "may be older" in lifetime(first_seen_only=True).notes[0]
    assert lifetime().notes == ()


def test_a_tenure_below_0_is_refused():
    with pytest.raises(InvalidValueError, match="tenure"):
        lifetime(tenure=-1)


def test_a_cost_below_0_is_refused_by_name():
    with pytest.raises(InvalidValueError, match="costs\\['service'\\]"):
        valued(costs={"service": eur(-1)})


@pytest.mark.parametrize("name", ["revenue", "margin", "received"])
def test_another_currency_is_refused(name):
    with pytest.raises(CurrencyMismatchError):
        valued(**{"received": eur(1), name: Money(1, "USD")})


def test_it_shows_and_explains_itself_part_by_part():
    found = valued(
        lifetime=lifetime(),
        potential=to_win(700),
        serving=cost_to_serve({}, {"orders": eur(1)}),
        customer_id="ann",
    )
    assert str(found).splitlines()[0] == (
        "ann: relationship value EUR 47.00 (2026-01-01 to 2026-12-31)"
    )
    assert "400 days so far; still a customer 90% (0% to 900%, n 10)" in str(found)
    told = found.explain()
    assert [part.figure for part in told.parts] == [
        "profitability",
        "cash_flow",
        "cost_to_serve",
        "lifetime",
        "potential_value",
    ]
    assert dict(told.inputs)["referral"] == "missing"
    assert told.parts[3].model == "MBG/NBD"
    assert "<table" in found._repr_html_()


def test_a_value_crosses_process_borders_unchanged():
    found = valued(costs={"service": eur(3)}, capability=learnt(5), lifetime=lifetime())
    assert pickle.loads(pickle.dumps(found)) == found


def test_customers_and_guests_are_the_shop():
    rows = [valued(), valued(revenue=eur(50), margin=eur(20), received=eur(50))]
    guests = valued(revenue=eur(10), margin=eur(4), costs={"handling": eur(1)})
    found = total_of(rows, period=YEAR, currency="EUR", guests=guests)
    assert (found.revenue, found.guest_revenue) == (eur(160), eur(10))
    assert found.profitability == eur(63)
    assert found.cash_flow == eur(20)
    assert found.total == eur(63)
    assert found.customers == 2


def test_a_referred_margin_is_not_counted_a_second_time():
    referrer = valued(referral=brought(4000, eur(2)))
    referred = valued(referral=brought(0, eur(0)))
    assert referrer.total == eur(40 + 40 + 2)
    found = total_of([referrer, referred], period=YEAR, currency="EUR")
    assert found.referral == eur(2)
    assert found.total == eur(40 + 40 + 2)


def test_rows_that_lack_a_figure_are_counted():
    rows = [valued(margin=None), valued(potential=to_win(100)), valued()]
    found = total_of(rows, period=YEAR, currency="EUR")
    assert found.profitability == eur(80)
    assert found.total == eur(81)
    assert found.lacking["profitability"] == 1
    assert found.lacking["potential"] == 2
    assert "1 of 3 customers lack profitability" in found.notes
    assert found.capability is None


def test_where_no_profitability_is_known_there_is_no_total():
    found = total_of([valued(margin=None)], period=YEAR, currency="EUR")
    assert (found.profitability, found.total) == (None, None)
    guests = valued(margin=None)
    told = total_of([valued()], period=YEAR, currency="EUR", guests=guests)
    assert "the guests' profitability is not known: not in the total" in told.notes


def test_a_shop_without_customers_is_worth_0():
    found = total_of([], period=YEAR, currency="EUR")
    assert (found.total, found.revenue, found.coverage) == (eur(0), eur(0), None)


def test_a_row_of_another_period_is_refused_by_index():
    other = valued(period=Period.month(2026, 2))
    with pytest.raises(InvalidValueError, match=r"rows\[1\]"):
        total_of([valued(), other], period=YEAR, currency="EUR")


def test_a_saving_that_is_not_known_is_lacking_in_the_total():
    row = valued(referral=brought(4000, None))
    assert "referral" not in row.lacking
    found = total_of([row, valued(referral=brought(0, eur(2)))], period=YEAR, currency="EUR")
    assert (found.referral, found.lacking["referral"]) == (eur(2), 1)


def test_the_base_shows_and_explains_itself():
    found = total_of([valued()], period=YEAR, currency="EUR")
    assert str(found).startswith("Relationship value of 1 customers and guests: EUR 40.00")
    assert "a share of 0" in found.explain().formula
    assert dict(found.explain().inputs)["capability"] == "unknown"


minors = st.integers(-(10**8), 10**8)
amounts = minors.map(cents)
maybe = st.none() | amounts
positive = st.integers(0, 10**8)
rows = st.builds(
    valued,
    revenue=amounts,
    margin=maybe,
    costs=st.dictionaries(st.sampled_from(["service", "marketing"]), positive.map(cents)),
    received=maybe,
    capability=st.none() | positive.map(learnt),
    referral=st.none() | st.builds(brought, minors, positive.map(cents)),
    potential=st.none() | positive.map(to_win),
)


@given(st.lists(rows, max_size=6), st.none() | rows, st.randoms())
def test_money_is_conserved_in_any_order(found, guests, random):
    base = total_of(found, period=YEAR, currency="EUR", guests=guests)
    everyone = [*found, *([] if guests is None else [guests])]
    assert base.revenue.minor == sum(row.revenue.minor for row in everyone)
    profits = [row.profitability for row in everyone if row.profitability is not None]
    assert (base.profitability or cents(0)).minor == sum(profit.minor for profit in profits)
    parts = (base.profitability, base.capability, base.referral, base.potential)
    if base.total is not None:
        assert base.total.minor == sum(part.minor for part in parts if part is not None)
    random.shuffle(found)
    assert total_of(found, period=YEAR, currency="EUR", guests=guests) == base


@given(rows)
def test_a_total_is_the_sum_of_the_known(row):
    known = [amount.minor for amount in row.amounts().values() if amount is not None]
    if row.profitability is None:
        assert row.total is None
    else:
        assert row.total.minor == sum(known)
    assert row.coverage == pytest.approx(1 - len(row.lacking) / 5)
    if row.cash_flow is not None:
        gap = row.profitability.minor - row.cash_flow.minor
        assert gap == row.revenue.minor - row.received.minor
