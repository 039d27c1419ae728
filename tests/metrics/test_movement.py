"""Movement between two moments: it closes for any window, and says who went where."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import Period, Shop
from crmkit.domain.errors import InvalidValueError
from crmkit.domain.lifecycle import is_active
from crmkit.domain.times import date_of
from crmkit.metrics import Standing, movement, movement_of, standings

SHOP = Shop(id="lamp", currency="EUR", lapse_days=20, loyal_occasions=3)
TIERS = ("plain", "silver", "gold")
STATES = st.dictionaries(
    st.sampled_from("abcdefghijkl"), st.sampled_from([*TIERS, True, False]), max_size=12
)
DAYS = st.lists(st.integers(0, 300), unique=True, max_size=8).map(sorted).map(tuple)
BASES = st.dictionaries(st.sampled_from("abcdefgh"), DAYS, max_size=8)
WINDOWS = st.lists(st.integers(0, 320), min_size=3, max_size=3, unique=True).map(sorted)


def states_at(base, day):
    """Everyone who had bought before a day: their tier, or False for the lost."""
    found = {}
    for customer, days in base.items():
        if so_far := [one for one in days if one < day]:
            active = is_active(days, day - 1, None, SHOP)
            found[customer] = TIERS[min(len(so_far), 3) - 1] if active else False
    return found


def assert_it_closes(found):
    assert found.opening + found.new + found.reactivated - found.lost == found.closing
    table = found.matrix()
    rows = {origin: sum(ends.values()) for origin, ends in table.items()}
    assert rows.pop("new") == found.new
    assert rows.pop("reactivated") == found.reactivated
    assert sum(rows.values()) == found.opening
    ends = [sum(row[end] for row in table.values()) for end in table["new"]]
    assert ends.pop() == found.lost
    assert sum(ends) == found.closing


@given(STATES, STATES)
def test_any_two_moments_close(before, after):
    assert_it_closes(movement(before, after, tiers=TIERS))


@given(BASES, WINDOWS)
def test_windows_that_meet_add_up_to_the_long_one(base, window):
    a, b, c = (states_at(base, day) for day in window)
    first, second = movement(a, b, tiers=TIERS), movement(b, c, tiers=TIERS)
    whole = movement(a, c, tiers=TIERS)
    for found in (first, second, whole):
        assert_it_closes(found)
    assert first.closing == second.opening
    assert (first.opening, second.closing) == (whole.opening, whole.closing)
    assert first.new + second.new == whole.new
    came = [one.reactivated - one.lost for one in (first, second, whole)]
    assert came[0] + came[1] == came[2]


@given(BASES, WINDOWS)
def test_standings_of_any_window_close_and_chain(base, window):
    people = [SimpleNamespace(customer_id=one, days=days) for one, days in base.items()]

    def over(start, end):
        period = Period(date_of(start), date_of(end))
        found = standings(people, period, shop=SHOP, base_gap=None, profits={})
        return movement_of(found, tiers={1: "purchasing", 2: "loyal"})

    a, b, c = window
    first, second, whole = over(a, b), over(b, c), over(a, c)
    for found in (first, second, whole):
        assert_it_closes(found)
    assert first.closing == second.opening
    assert (first.opening, second.closing) == (whole.opening, whole.closing)


@given(BASES, WINDOWS)
def test_two_moments_and_the_standings_between_them_agree(base, window):
    start, _, end = window
    people = [SimpleNamespace(customer_id=one, days=days) for one, days in base.items()]
    period = Period(date_of(start), date_of(end))
    stood = movement_of(standings(people, period, shop=SHOP, base_gap=None, profits={}))
    found = movement(states_at(base, start), states_at(base, end), tiers=TIERS)
    assert (found.opening, found.new, found.closing, found.kept) == (
        stood.opening,
        stood.new,
        stood.closing,
        stood.kept,
    )
    # Between two moments nobody sees who came back and left again.
    unseen = stood.reactivated - found.reactivated
    assert unseen == stood.lost - found.lost >= 0


@given(STATES, STATES)
def test_backwards_up_is_down(before, after):
    there, back = movement(before, after, tiers=TIERS), movement(after, before, tiers=TIERS)
    assert (there.kept, there.upgraded) == (back.kept, back.downgraded)
    assert there.unchanged == back.unchanged


BEFORE = {"a": "plain", "b": "plain", "c": "plain", "d": "silver", "e": "gold", "f": False}
AFTER = {"a": "plain", "b": "gold", "c": False, "d": "plain", "e": "gold", "f": "plain", "g": True}


def test_who_went_where():
    found = movement(BEFORE, AFTER, tiers=TIERS)
    assert found.kpis.brief() == "5 + 1 new + 1 reactivated - 1 lost = 6"
    assert (found.kept, found.upgraded, found.downgraded, found.unchanged) == (4, 1, 1, 2)
    assert found.kpis.members["lost"] == ("c",)
    table = found.matrix()
    assert table["plain"] == {"plain": 1, "silver": 0, "gold": 1, "active": 0, "lost": 1}
    assert table["silver"]["plain"] == table["reactivated"]["plain"] == 1
    assert table["new"]["active"] == 1
    assert list(table) == ["plain", "silver", "gold", "new", "reactivated"]
    first = found.flows[0]
    assert (first.origin, first.to, first.customers) == ("plain", "plain", 1)
    assert first.share.value == pytest.approx(1 / 3)
    assert found.to_rows()[0]["share"] == first.share.value


def test_those_who_can_rise_are_below_the_top_and_kept():
    found = movement(BEFORE, AFTER, tiers=TIERS)
    assert found.kpis.upgrade_rate.value == 1 / 5  # of the opening base
    assert found.rise_rate.value == 1 / 3  # a, b, d: not c, who is lost, nor e, at the top
    assert found.fall_rate.value == 1 / 2  # d, e
    assert (found.rise_rate.n, found.fall_rate.n) == (3, 2)


def test_without_tiers_it_counts_all_the_same():
    found = movement({"a": True, "b": True}, {"a": True, "c": True})
    assert found.kpis.brief() == "2 + 1 new + 0 reactivated - 1 lost = 2"
    assert (found.upgraded, found.unchanged, found.rise_rate.value) == (None, None, None)
    assert found.rise_rate.notes == ("no tiers known at both ends",)
    assert found.matrix()["active"] == {"active": 1, "lost": 1}


def test_nobody_below_the_top_gives_no_rate():
    found = movement({"a": "gold"}, {"a": "gold"}, tiers=TIERS)
    assert found.rise_rate.notes == ("no customer kept was below the highest tier",)
    assert found.fall_rate.value == 0


def test_joined_and_gone_in_between_is_new_and_lost():
    found = movement({}, {"a": False})
    assert (found.new, found.lost, found.closing) == (1, 1, 0)
    assert found.kpis.churn.value is None


def test_lost_at_both_ends_is_no_movement():
    assert movement({"a": False}, {"a": False}).matrix() == {
        "new": {"lost": 0},
        "reactivated": {"lost": 0},
    }


def test_an_unknown_state_leaves_the_customer_out_of_both_ends():
    found = movement({"a": True, "b": None}, {"a": None, "b": True, "c": True})
    assert (found.opening, found.closing, found.notes) == (0, 1, ("2 of unknown state left out",))
    assert "2 of unknown state left out" in str(found)


def test_tiers_of_standings_are_named_in_order():
    people = [
        Standing(customer_id="a", opening=True, tier_opening=10, tier_closing=20),
        Standing(customer_id="b", opening=True, tier_opening=20, tier_closing=20),
    ]
    assert movement_of(people).tiers == ("10", "20")
    found = movement_of(people, tiers={20: "high", 10: "low"})
    assert found.tiers == ("low", "high")
    assert found.matrix()["low"]["high"] == 1
    assert found.rise_rate.value == 1
    with pytest.raises(InvalidValueError, match="tier 20 occurs"):
        movement_of(people, tiers={10: "low"})


@pytest.mark.parametrize("bad", ["bronze", 1, 0.5, [], "lost"])
def test_a_state_that_is_no_tier_is_refused_by_its_customer(bad):
    with pytest.raises(InvalidValueError, match=r"after\['b'\]"):
        movement({}, {"a": True, "b": bad}, tiers=TIERS)


@pytest.mark.parametrize("tiers", [("a", "a"), ("a", "lost"), ("a", ""), ("a", 2), "ab"])
def test_tiers_that_cannot_be_are_refused(tiers):
    with pytest.raises(InvalidValueError, match="tiers"):
        movement({}, {}, tiers=tiers)
    if not isinstance(tiers, str):
        with pytest.raises(InvalidValueError, match="tiers"):
            movement_of([], tiers=dict(enumerate(tiers)))


def test_a_customer_standing_twice_is_refused():
    with pytest.raises(InvalidValueError, match="customer_id"):
        movement_of([Standing(customer_id="a", opening=True)] * 2)


def test_it_shows_and_explains_itself():
    found = movement(BEFORE, AFTER, tiers=TIERS)
    assert "plain → gold" in str(found)
    assert "profitability" not in str(found)
    explained = found.explain()
    assert explained.figure == "movement"
    assert [part.figure for part in explained.parts] == ["customer_kpis", "rise_rate", "fall_rate"]


def test_a_period_may_be_any_days():
    people = [SimpleNamespace(customer_id="a", days=(5, 60))]
    period = Period(date(1970, 2, 1), date(1970, 3, 3))  # days 31 to 60
    found = movement_of(standings(people, period, shop=SHOP, base_gap=None, profits={}))
    assert (found.opening, found.reactivated, found.lost, found.closing) == (1, 0, 0, 1)
