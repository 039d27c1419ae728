"""What customers said: the latest answer of each, per question, on its own scale."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from crmkit.domain.surveys import Indicator, Instrument, Scale
from crmkit.metrics import asked, stated_satisfaction

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
opened, said = small["opened"], small["said"]
AS_OF = date(2026, 3, 1)


def of(*facts, **options):
    base = opened(*facts)
    return asked(base.summary("ann", as_of=AS_OF), **options)


def test_an_answer_is_a_share_of_its_scale():
    (one,) = of(said("csat", "satisfaction", 4, (1, 5)))
    assert (one.question, one.indicator) == ("csat/satisfaction", Indicator.SATISFACTION)
    assert (one.latest, one.share, one.answers) == (4, 0.75, 1)


def test_the_latest_counts_and_the_others_are_counted():
    (one,) = of(said("nps", "recommend", 2, (0, 10)), said("nps", "recommend", 8, (0, 10), on=9))
    assert (one.latest, one.answers) == (8, 2)


def test_an_answer_outside_the_window_says_nothing_about_today():
    fact = said("nps", "recommend", 2, (0, 10), on=29)  # 30 days before
    assert len(of(fact, window_days=30)) == 1
    assert of(fact, window_days=29) == ()


def test_an_instrument_of_ones_own_is_kept_and_can_be_declared():
    fact = said("tidy", "shop", 3, (1, 4))
    assert of(fact)[0].indicator is None
    tidy = Instrument(name="tidy", scale=Scale(1, 4), items={"shop": Indicator.SATISFACTION})
    assert of(fact, instruments=(tidy,))[0].indicator is Indicator.SATISFACTION


def test_profiles_take_satisfaction_and_ease_together_and_recommendation_apart():
    base = opened(
        said("csat", "satisfaction", 5, (1, 5)),
        said("ces", "ease", 4, (1, 7)),
        said("nps", "recommend", 3, (0, 10)),
    )
    (one,) = base.profiles(as_of=AS_OF)
    assert (one.satisfied, one.recommends) == (pytest.approx((1.0 + 0.5) / 2), 0.3)


def test_every_customer_is_counted_once_per_question():
    base = opened(
        said("nps", "recommend", 10, (0, 10)),
        said("nps", "recommend", 9, (0, 10), on=1),
        said("nps", "recommend", 0, (0, 10), who="bob"),
        said("csat", "satisfaction", 4, (1, 5), who="cid"),
    )
    stated = base.satisfaction(as_of=AS_OF)
    assert (stated.nps.value, stated.nps.n) == (0, 2)
    assert (stated.csat.top_box.value, stated.ces.easy.value) == (1, None)
    assert (stated.answered, stated.customers) == (3, 3)
    assert stated.questions["nps/recommend"].value == pytest.approx((0.9 + 0.0) / 2)


def test_nobody_asked_is_nothing_known():
    stated = stated_satisfaction([])
    assert (stated.nps.value, stated.csat.mean.value, stated.answered) == (None, None, 0)
