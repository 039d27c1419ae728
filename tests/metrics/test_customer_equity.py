"""Customer equity: parts that add up, intervals, and what is not known."""

import math
import subprocess
import sys

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Money
from crmkit.domain.errors import CurrencyMismatchError, InvalidValueError
from crmkit.metrics import Estimate, undefined
from crmkit.metrics.value.equity.customer_equity import customer_equity
from crmkit.metrics.value.equity.prospect_equity import prospect_equity
from crmkit.metrics.value.equity.prospects import Prospects

BASE = Estimate(value=5000, low=4000, high=6200, n=80, unit="EUR", method="CLV")
WON = Estimate(value=0.1, low=0.08, high=0.125, n=900, unit="share", method="Wilson")
GROUP = Prospects(
    count=1000,
    acquisition_rate=0.1,
    acquisition_cost=5,
    annual_margin=100,
    annual_retention=0.8,
    annual_retention_cost=10,
    annual_discount=0.1,
)
EACH = 85 / 3  # 0.1 × 100 − 5 + 0.1 × (80 − 10) ÷ 0.3


def test_it_is_the_customers_and_the_prospects_together():
    found = customer_equity(BASE, prospects=GROUP, currency="EUR")
    assert found.parts["prospects"].value == pytest.approx(1000 * EACH)
    assert found.total.value == pytest.approx(5000 + 1000 * EACH)
    assert (found.coverage, found.lacking) == (1, ())
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.total.unit == "EUR"
    # Prospects without an interval are taken as they are; the customers' is moved along.
    assert found.total.low == pytest.approx(4000 + 1000 * EACH)
    assert found.total.high == pytest.approx(6200 + 1000 * EACH)


def test_a_share_won_in_a_trial_gives_prospects_an_interval():
    found = customer_equity(BASE, prospects=evolve(GROUP, acquisition_rate=WON), currency="EUR")
    worth = found.parts["prospects"]
    of_ends = [
        1000 * prospect_equity(end, 100, 0.8, 0.1, acquisition_cost=5, annual_retention_cost=10,
                               currency="EUR").value
        for end in (0.08, 0.125)
    ]  # fmt: skip
    assert [worth.low, worth.high] == pytest.approx(of_ends)
    down = math.hypot(1000, worth.value - worth.low)
    up = math.hypot(1200, worth.high - worth.value)
    assert found.total.low == pytest.approx(found.total.value - down)
    assert found.total.high == pytest.approx(found.total.value + up)


def test_a_group_that_loses_more_the_more_it_wins_keeps_its_interval_in_order():
    loss = evolve(GROUP, acquisition_rate=WON, annual_margin=-20)
    worth = loss.worth("EUR")
    assert worth.low < worth.value < worth.high < 0
    found = customer_equity(BASE, prospects=loss, currency="EUR")
    assert "more than they bring" in str(found)
    assert found.shares is None
    assert "no shares" in str(found)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 1)), max_size=4))
def test_segments_add_up(groups):
    segments = [
        evolve(GROUP, name=f"segment {at}", count=count, acquisition_rate=rate)
        for at, (count, rate) in enumerate(groups)
    ]
    found = customer_equity(BASE, prospects=segments, currency="EUR")
    values = [one.value for one in found.parts.values()]
    assert found.total.value == math.fsum(values)
    assert len(values) == 1 + len(groups)
    assert found.known.value == found.total.value


def test_prospects_that_nobody_told_of_are_not_0():
    found = customer_equity(BASE, currency="EUR")
    assert found.total.value is None
    assert found.total.notes == ("not known: prospects",)
    assert (found.known.value, found.known.low) == (5000, 4000)
    assert found.coverage == 0.5
    assert "prospects=()" in str(found)
    assert customer_equity(BASE, prospects=(), currency="EUR").total.value == 5000


@pytest.mark.parametrize("term", ["count", "acquisition_rate", "annual_margin", "annual_discount"])
def test_a_term_that_is_not_known_leaves_its_segment_and_the_total_unknown(term):
    unknown = evolve(GROUP, name="fair", **{term: None})
    found = customer_equity(BASE, prospects=[GROUP, unknown], currency="EUR")
    assert found.total.value is None
    assert found.lacking == ("fair",)
    assert found.parts["fair"].notes == (f"not known of them: {term}",)
    assert found.known.value == pytest.approx(5000 + 1000 * EACH)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.shares is None
    told = found.explain()
    assert told.coverage == "2 of 3 parts"
    assert any(term in one for one in told.left_out)


def test_without_the_customers_there_is_no_total_but_what_is_known():
    gone = undefined(unit="EUR", method="CLV", note="too few customers")
    found = customer_equity(gone, prospects=GROUP, currency="EUR")
    assert found.total.value is None
    assert found.known.value == pytest.approx(1000 * EACH)
    nothing = customer_equity(gone, currency="EUR")
    assert (nothing.known.value, nothing.known.notes) == (None, ("no part is known",))
    assert nothing.coverage == 0


def test_customers_without_an_interval_leave_the_total_without_one():
    bare = Estimate(value=5000, n=80, unit="EUR", method="CLV")
    found = customer_equity(bare, prospects=evolve(GROUP, acquisition_rate=WON), currency="EUR")
    assert found.parts["prospects"].low is not None
    assert (found.total.low, found.total.high) == (None, None)
    half = evolve(BASE, high=None)
    open_end = customer_equity(half, prospects=(), currency="EUR").total
    assert (open_end.low, open_end.high) == (4000, None)


def test_saved_acquisition_cost_counts_where_it_is_given():
    terms = {"prospects": (), "currency": "EUR"}
    without = customer_equity(BASE, **terms)
    assert "saved by referrals is not counted" in str(without)
    found = customer_equity(BASE, **terms, referrals=Money.of("120.50", "EUR"))
    assert found.total.value == 5120.5
    assert found.notes == ()
    unknown = undefined(unit="EUR", method="referrals", note="nobody was asked")
    assert customer_equity(BASE, **terms, referrals=unknown).lacking == ("saved by referrals",)


def test_nobody_and_nothing_is_0_without_shares():
    nobody = Estimate(value=0, n=0, unit="EUR", method="CLV")
    found = customer_equity(nobody, prospects=(), currency="EUR")
    assert (found.total.value, found.shares) == (0, None)


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("current.unit", {"current": evolve(BASE, unit="purchases")}),
        ("currency", {"currency": "euro"}),
        ("prospects[1].name", {"prospects": [GROUP, GROUP]}),
        ("prospects[0].name", {"prospects": evolve(GROUP, name="current customers")}),
        ("annual_discount", {"prospects": evolve(GROUP, annual_discount=15)}),
        ("annual_retention", {"prospects": evolve(GROUP, annual_retention=80)}),
        ("acquisition_rate", {"prospects": evolve(GROUP, acquisition_rate=-0.1)}),
        ("level", {"prospects": evolve(GROUP, acquisition_rate=evolve(WON, level=0.9))}),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, given_):
    with pytest.raises(InvalidValueError) as refused:
        customer_equity(**{"current": BASE, "currency": "EUR", **given_})
    assert refused.value.field == name


def test_a_number_of_prospects_below_0_is_refused():
    with pytest.raises(InvalidValueError, match="count is -1"):
        evolve(GROUP, count=-1)


def test_two_currencies_are_never_added():
    dollars = Money.of("1", "USD")
    for given_ in ({"current": evolve(BASE, unit="USD")}, {"referrals": dollars}):
        with pytest.raises(CurrencyMismatchError):
            customer_equity(**{"current": BASE, "currency": "EUR", **given_})


def test_it_shows_its_parts_and_explains_each():
    found = customer_equity(BASE, prospects=GROUP, currency="EUR")
    assert str(found).startswith("Customer equity: EUR 33,333 (")
    assert "; 15%" in str(found)
    assert "<table" in found._repr_html_()
    told = found.explain()
    assert [part.figure for part in told.parts] == ["base_clv", "prospect_equity"]
    assert told.coverage == "2 of 2 parts"


def test_it_needs_the_standard_library_only():
    code = (
        "import sys\n"
        "from crmkit.metrics.value.equity.customer_equity import customer_equity\n"
        "from crmkit.metrics.value.equity.equity_change import equity_change\n"
        "from crmkit.metrics.value.equity.optimal_spending import optimal_spending\n"
        "from crmkit.metrics import Estimate\n"
        "base = Estimate(value=5, n=1, unit='EUR', method='CLV')\n"
        "print(customer_equity(base, prospects=(), currency='EUR').total.value)\n"
        "print(equity_change({'a': 1.0}, {}, currency='EUR').total)\n"
        "print('numpy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:3] == ["5.0", "EUR -1.00", "False"]
