"""Borders of what is read off customers: the day asked, the edge of a band, what goes first."""

import runpy
from pathlib import Path

import pytest

from crmkit.domain.open_matters import open_cases, open_promises
from crmkit.domain.reporting import Reporting
from crmkit.domain.returns import facts_of
from crmkit.domain.surveys import Indicator
from crmkit.domain.tally import BaseSummary, Case, CustomerTally, Promise, collect_customers
from crmkit.domain.times import day_of
from crmkit.metrics import Signals, calibrate_shown, observed_loyalty, stated_and_done
from crmkit.metrics.satisfaction.answers import asked

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, day, said, SHOP = small["bought"], small["day"], small["said"], small["SHOP"]


def summary(*facts, on):
    """One customer's summary as of the day ``on``."""
    happened = [one for one in facts if one.at <= day(on)]
    tallies = collect_customers(facts_of(happened, Reporting(SHOP)), tally=CustomerTally)
    return BaseSummary.read(tallies, as_of_day=day_of(day(on), SHOP.zone)).customers["ann"]


@pytest.mark.parametrize(("on", "kept"), [(10, False), (11, True), (40, True), (41, False)])
def test_what_is_bought_on_the_day_of_the_answer_is_no_later_purchase(on, kept):
    facts = [said("repurchase", "repurchase", 8, (0, 10), on=10), bought("o", on)]
    before, after = (summary(*facts, on=day) for day in (10, 50))
    (row,) = stated_and_done([before], [after], within_days=30).rows
    assert (row.stated, row.bought) == (0.8, kept)


def test_a_proxy_at_the_end_of_a_band_belongs_to_it():
    """Low proxies are answered by chance, high ones surely."""
    scores = [10.0] * 100 + [20.0] * 100 + [90.0] * 100
    answers = [0.0, 1.0] * 100 + [1.0] * 100
    found = calibrate_shown(scores, answers)
    edge = found.bands[0].upto
    assert edge in {10.0, 20.0}
    assert found.of(edge).low == pytest.approx(
        max(0, found.of(edge).value + found.bands[0].low), abs=1e-9
    )
    wide, sure = found.of(20.0), found.of(90.0)
    assert wide.high - wide.low > 0.9
    assert sure.high - sure.low < 0.1


def test_a_settled_complaint_counts_as_much_as_the_shop_says():
    one = Signals(orders=9, complaints=3, resolved_complaints=2)
    assert [one.unsettled(share) for share in (0, 0.2, 1)] == [1, pytest.approx(1.4), 3]


def test_what_is_due_now_is_not_overdue_yet():
    now = 1_000_000
    case = Case(opened=1, first_opened_at=1, last_opened_at=1, due_at=now)
    promise = Promise(made=1, made_at=1, due_at=now)
    for at, overdue in ((now, False), (now + 1, True)):
        assert open_cases({"a": case}, at)[0].overdue is overdue
        assert open_promises({"a": promise}, at)[0].overdue is overdue


def test_what_a_customer_says_of_prices_goes_before_what_they_took():
    facts = [bought("o", 0), said("loyalty", "price_tolerance", 5, (0, 100), on=1)]
    told, untold = (summary(*some, on=30) for some in (facts, facts[:1]))
    answers = list(asked(told))
    assert [one.indicator for one in answers] == [Indicator.PRICE_TOLERANCE]
    alone = observed_loyalty(told, answers, SHOP)
    both = observed_loyalty(told, answers, SHOP, price_tolerance=0.2)
    taken = observed_loyalty(untold, [], SHOP, price_tolerance=0.2)
    assert both.cognitive == alone.cognitive
    assert not any("taken" in note for note in both.notes)
    assert (
        taken.cognitive.indicators["price_tolerance"]
        > (both.cognitive.indicators["price_tolerance"])
    )
    assert any("taken" in note for note in taken.notes)
