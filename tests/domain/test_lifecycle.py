"""States follow the table; the past is not rewritten by what comes later."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import IllegalTransitionError
from crmkit.domain.lifecycle import (
    Patience,
    gaps,
    intent_day,
    is_active,
    moves,
    patience,
    quantile,
    usual_gap,
)
from crmkit.domain.shop import Shop
from crmkit.domain.states import DEFAULT_LIFECYCLE, Lifecycle, Stage, State

SHOP = Shop(id="lamp", currency="EUR")
occasions = st.lists(st.integers(0, 1500), unique=True, max_size=8).map(sorted)
base_gaps = st.none() | st.floats(1, 400)


def path(days, as_of_day, base_gap=None, first_seen=0):
    made = moves(days, first_seen=first_seen, as_of_day=as_of_day, base_gap=base_gap, shop=SHOP)
    return [(one.day, one.to.value) for one in made]


@pytest.mark.parametrize("current", State)
@pytest.mark.parametrize("to", State)
def test_only_moves_of_the_table_are_allowed(current, to):
    if (current, to) in DEFAULT_LIFECYCLE.moves:
        assert DEFAULT_LIFECYCLE.advance(current, to) is to
    else:
        with pytest.raises(IllegalTransitionError) as caught:
            DEFAULT_LIFECYCLE.advance(current, to)
        assert caught.value.reachable == DEFAULT_LIFECYCLE.reachable(current)


def test_every_state_can_be_reached_from_the_first():
    reached, fresh = set(), {State.POTENTIAL}
    while fresh:
        reached |= fresh
        fresh = {to for state in fresh for to in DEFAULT_LIFECYCLE.reachable(state)} - reached
    assert reached == set(State)


def test_every_state_has_a_stage_and_every_stage_a_state():
    assert set(DEFAULT_LIFECYCLE.stages) == set(State)
    assert set(DEFAULT_LIFECYCLE.stages.values()) == set(Stage)


@given(occasions, st.integers(0, 2500), st.integers(0, 2500), base_gaps)
def test_what_was_said_then_is_still_said_now(days, one, other, base_gap):
    then, now = sorted((one, other))
    told = {"first_seen": 0, "base_gap": base_gap, "shop": SHOP}
    early = moves([day for day in days if day <= then], as_of_day=then, **told)
    late = moves([day for day in days if day <= now], as_of_day=now, **told)
    assert late[: len(early)] == early
    assert all(move.day > then for move in late[len(early) :])


@given(occasions, st.integers(0, 2500), base_gaps)
def test_moves_are_legal_chained_and_in_time(days, as_of_day, base_gap):
    days = [day for day in days if day <= as_of_day]
    made = moves(days, first_seen=0, as_of_day=as_of_day, base_gap=base_gap, shop=SHOP)
    assert (made[0].origin, made[0].to, made[0].day) == (None, State.POTENTIAL, 0)
    for before, after in pairwise(made):
        assert after.origin is before.to
        assert (before.to, after.to) in DEFAULT_LIFECYCLE.moves
        assert before.day <= after.day <= as_of_day
        assert after.to is not before.to


@given(occasions.filter(bool), st.integers(0, 2500), base_gaps)
def test_being_active_is_being_a_buyer_who_is_not_lost(days, on, base_gap):
    known = [day for day in days if day <= on]
    state = moves(known, first_seen=0, as_of_day=on, base_gap=base_gap, shop=SHOP)[-1].to
    active = is_active(days, on, base_gap, SHOP)
    assert active == (state not in (State.POTENTIAL, State.INTENT, State.LOST))


def test_a_customer_who_never_bought_is_potential():
    assert path([], 1000) == [(0, "potential")]


def test_the_third_occasion_makes_loyal():
    assert path([1, 5, 9], 20) == [(0, "potential"), (1, "purchasing"), (9, "loyal")]
    assert path([1, 5], 20)[-1] == (1, "purchasing")


def test_quiet_beyond_the_lapse_is_dormant_and_beyond_twice_is_lost():
    assert path([10], 40)[-1] == (10, "purchasing")
    assert path([10], 41)[-1] == (41, "dormant")
    assert path([10], 70)[-1] == (41, "dormant")
    assert path([10], 71)[-1] == (71, "lost")


def test_a_lost_customer_who_buys_is_reactivated_and_then_goes_on():
    assert path([10, 100, 110], 115) == [
        (0, "potential"),
        (10, "purchasing"),
        (41, "dormant"),
        (71, "lost"),
        (100, "reactivated"),
        (110, "loyal"),
    ]


def test_a_dormant_customer_who_buys_goes_on():
    assert path([10, 45], 50)[-2:] == [(41, "dormant"), (45, "purchasing")]
    assert path([10, 45, 79], 80)[-2:] == [(76, "dormant"), (79, "loyal")]


def test_patience_is_personal_from_two_gaps_on():
    assert patience([0, 100, 200], 50, SHOP) == Patience(
        dormant_after=100, lost_after=200, own=True
    )
    assert patience([0, 100], 50, SHOP) == Patience(dormant_after=50, lost_after=100, own=False)
    assert patience([0], None, SHOP) == Patience(dormant_after=30, lost_after=60, own=False)
    assert patience([0, 1, 2], 50, SHOP).dormant_after == 30


def test_quantiles_are_linear_between_order_statistics():
    assert quantile([10, 20], 0.9) == pytest.approx(19)
    assert quantile([5], 0.9) == 5
    assert quantile(list(range(11)), 0.9) == pytest.approx(9)
    assert quantile([3, 1, 2], 0.5) == 2


def test_the_usual_gap_pools_the_whole_base():
    assert gaps([1, 4, 9]) == [3, 5]
    assert usual_gap([[0, 10], [5], [0, 20, 40]]) == pytest.approx(20)
    assert usual_gap([[1], []]) is None


@given(st.lists(st.integers(0, 1000), min_size=1), st.floats(0, 1))
def test_a_quantile_lies_within_its_values(values, q):
    assert min(values) <= quantile(values, q) <= max(values)


def test_a_wish_a_cart_or_a_quote_shows_intent_and_so_do_three_days_of_looking_in_a_fortnight():
    assert intent_day(5, (), 3) == 5
    assert intent_day(None, (1, 2), 3) is None
    assert intent_day(None, (1, 2, 14), 3) == 14
    assert intent_day(None, (1, 2, 15), 3) is None
    assert intent_day(None, (1, 2, 15, 16), 3) is None
    assert intent_day(None, (1, 3, 15, 16), 3) == 16
    assert intent_day(9, (1, 2, 3), 3) == 3


def test_intent_lies_between_the_first_contact_and_the_first_purchase():
    told = {"first_seen": 0, "base_gap": None, "shop": SHOP, "as_of_day": 20}
    assert [m.to for m in moves([], intent=4, **told)] == [State.POTENTIAL, State.INTENT]
    states = [m.to for m in moves([9], intent=4, **told)]
    assert states == [State.POTENTIAL, State.INTENT, State.PURCHASING]
    assert [m.to for m in moves([4], intent=4, **told)] == [State.POTENTIAL, State.PURCHASING]
    assert [m.to for m in moves([4], intent=9, **told)] == [State.POTENTIAL, State.PURCHASING]


def without(*pairs):
    return Lifecycle(
        moves=DEFAULT_LIFECYCLE.moves - {(State(a), State(b)) for a, b in pairs},
        stages=DEFAULT_LIFECYCLE.stages,
    )


def test_a_shop_without_a_state_never_sees_it():
    never_back = Lifecycle(
        moves=[*without(("lost", "reactivated")).moves, ("lost", "purchasing")],
        stages=DEFAULT_LIFECYCLE.stages,
    )
    shop = Shop(id="lamp", currency="EUR", lifecycle=never_back)
    made = moves([10, 100], first_seen=0, as_of_day=100, base_gap=None, shop=shop)
    assert [m.to.value for m in made][-2:] == ["lost", "purchasing"]
    no_dormant = Lifecycle(
        moves=[("potential", "purchasing"), ("purchasing", "lost")],
        stages=DEFAULT_LIFECYCLE.stages,
    )
    shop = Shop(id="lamp", currency="EUR", lifecycle=no_dormant)
    made = moves([10, 100], first_seen=0, as_of_day=400, base_gap=None, shop=shop)
    assert [(m.day, m.to.value) for m in made] == [
        (0, "potential"),
        (10, "purchasing"),
        (71, "lost"),
    ]


def test_who_stands_there_already_need_not_move():
    loyal, buys = State.LOYAL, State.PURCHASING
    assert DEFAULT_LIFECYCLE.first_of(loyal, loyal, buys) is loyal
    assert DEFAULT_LIFECYCLE.first_of(loyal, buys) is None
    assert DEFAULT_LIFECYCLE.first_of(State.LOST, loyal, State.REACTIVATED) is State.REACTIVATED
