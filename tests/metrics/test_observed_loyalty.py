"""Loyalty as far as a shop has seen it, with every figure worked out by hand."""

import runpy
from datetime import date
from math import exp
from pathlib import Path

import pytest

from crmkit import Money, Shop

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, said = small["bought"], small["opened"], small["said"]
TWO_YEARS = date(2028, 1, 1)  # 730 days after the first order


def test_rates_are_per_year_since_the_first_purchase():
    shop = Shop(id="lamp", currency="EUR", yearly_volume=Money.of("100.00", "EUR"))
    base = opened(*(bought(f"o{i}", 73 * i) for i in range(6)), shop=shop)  # 120 euros in a year
    does = base.loyalty("ann", as_of=TWO_YEARS).behavioural
    years = 730 / 365.25
    assert does.indicators["frequency"] == pytest.approx(1 - exp(-6 / years / 4))
    assert does.indicators["volume"] == pytest.approx(1 - exp(-120 / years / 100))
    assert does.indicators["continuity"] == pytest.approx(365 / 730)
    assert does.coverage == 1


def test_a_newcomer_is_judged_as_if_of_a_year():
    base = opened(bought("o1", 0), bought("o2", 10))
    does = base.loyalty("ann", as_of=date(2026, 1, 21)).behavioural
    assert does.indicators["frequency"] == pytest.approx(1 - exp(-2 / 4))
    assert does.indicators["continuity"] == pytest.approx(10 / 20)
    assert does.indicators["volume"] is None


def test_who_only_asked_is_not_judged_by_deeds():
    base = opened(
        said("nps", "recommend", 9, (0, 10)), said("repurchase", "repurchase", 5, (0, 10))
    )
    judged = base.loyalty("ann", as_of=date(2026, 1, 2))
    assert judged.behavioural.score is None
    assert judged.intentional.score == pytest.approx((0.9 + 0.5) / 2)
    assert judged.loyalty.overall == pytest.approx(0.7)
    assert judged.loyalty.partial


def test_the_base_is_the_mean_of_those_with_a_score():
    base = opened(
        *(bought(f"o{i}", 10 * i) for i in range(3)),
        bought("b1", 0, who="bob"),
        said("nps", "recommend", 9, (0, 10), who="cid"),
    )
    as_of = date(2026, 1, 31)
    loyal = base.loyalty(as_of=as_of)
    scores = [base.loyalty(who, as_of=as_of).behavioural.score for who in ("ann", "bob")]
    assert loyal.behavioural.value == pytest.approx(sum(scores) / 2)
    assert (loyal.behavioural.n, loyal.intentional.value) == (2, None)
    assert loyal.notes == ("1 of 3 customers have no score",)
