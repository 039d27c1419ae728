"""Who is slipping away: by the lifecycle or by the model, and never those who are lost."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from crmkit.domain.states import State
from crmkit.metrics import risk

small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
bought, opened, SHOP = small["bought"], small["opened"], small["SHOP"]


def judged(state, alive, as_of=date(2026, 3, 1)):
    summary = opened(bought("o1", 0), bought("o2", 19)).summary("ann", as_of=as_of)
    return risk(summary, state=state, alive=alive, usual=30.0, shop=SHOP)


@pytest.mark.parametrize(
    ("state", "alive", "at_risk"),
    [
        (State.DORMANT, 0.9, True),
        (State.DORMANT, None, True),
        (State.LOYAL, 0.49, True),
        (State.LOYAL, 0.5, False),
        (State.PURCHASING, None, False),
        (State.REACTIVATED, 0.1, True),
        (State.LOST, 0.1, False),
        (State.POTENTIAL, None, False),
    ],
)
def test_at_risk_is_dormant_or_likely_gone_and_not_yet_lost(state, alive, at_risk):
    assert (judged(state, alive) is not None) is at_risk


def test_at_stake_is_a_year_of_revenue_times_the_chance_of_having_left():
    assert judged(State.DORMANT, 0.75).at_stake == pytest.approx(40 * 0.25)
    assert judged(State.DORMANT, None).at_stake == pytest.approx(40)
    two_years = judged(State.DORMANT, None, as_of=date(2028, 1, 1))
    assert two_years.at_stake == pytest.approx(40 / (730 / 365.25))


def test_the_reason_names_the_silence_the_rhythm_and_the_chance():
    found = judged(State.DORMANT, 0.25)
    assert found.reason == "quiet 40 days, usually back within 30, 25% likely still a customer"
    assert judged(State.DORMANT, None).reason == "quiet 40 days, usually back within 30"
