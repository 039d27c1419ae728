"""Every driver of dissatisfaction has its lever, and basic needs come first."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.interactions import ReturnReason
from crmkit.domain.interactions.returned import FAULTS
from crmkit.domain.labels import label
from crmkit.metrics import Estimate, Lever, actions, lever_for, undefined
from crmkit.metrics.loss.levers import _TABLE, LEVERS
from crmkit.synthetic.lives import CAUSES

NEEDS = ["basic", "performance", "excitement", None]


def effect(value, unit="leavings"):
    return Estimate(value=value, low=value - 1, high=value + 1, n=9, unit=unit, method="told")


def test_there_are_the_six_levers_of_the_textbooks():
    assert [label(one, "zh") for one in Lever] == [
        "从客户角度出发",
        "期望值比质量更重要",
        "不承担额外服务义务",
        "点滴小事",
        "预测需求",
        "寻求有效外部刺激",
    ]
    assert {lever for lever, _ in LEVERS.values()} == set(Lever)


@pytest.mark.parametrize("driver", [*sorted(FAULTS), ReturnReason.SIZE, *sorted(CAUSES)])
def test_reasons_of_returns_and_usual_complaints_have_a_lever(driver):
    assert lever_for(driver).lever in Lever
    assert lever_for(driver).why


@pytest.mark.parametrize(
    ("driver", "lever"),
    [
        ("Late_Delivery", Lever.EXPECTATIONS),
        ("late delivery", Lever.EXPECTATIONS),
        ("not-as-described", Lever.EXPECTATIONS),
        ("answer time", Lever.CUSTOMERS_VIEW),
        ("waiting", Lever.CUSTOMERS_VIEW),
        ("ease", Lever.CUSTOMERS_VIEW),
        ("product quality", Lever.CUSTOMERS_VIEW),
        ("broken promises", Lever.NO_EXTRA_OBLIGATIONS),
        ("reliability", Lever.NO_EXTRA_OBLIGATIONS),
        ("empathy", Lever.SMALL_GESTURES),
        ("missing information", Lever.ANTICIPATE_NEEDS),
        ("price", Lever.OUTSIDE_STIMULI),
    ],
)
def test_a_driver_is_known_however_it_is_spelled(driver, lever):
    assert lever_for(driver).lever is lever


def test_no_driver_stands_under_two_levers():
    drivers = [one for listed in _TABLE.values() for one in listed.split(", ")]
    assert len(drivers) == len(set(drivers)) == len(LEVERS)


def test_an_unknown_driver_has_no_lever_and_says_what_to_do():
    one = lever_for("noise in the shop")
    assert (one.lever, one.called(), one.own) == (None, "unmapped", False)
    assert one.why == "no table holds it: give mapping={'noise in the shop': Lever…}"
    assert "unmapped" in str(one)


@pytest.mark.parametrize("reason", ["changed_mind", "cancelled", "other"])
def test_a_change_of_mind_is_no_dissatisfaction(reason):
    one = lever_for(ReturnReason(reason))
    assert one.lever is None
    assert one.why.startswith("tells of no dissatisfaction")


def test_a_shops_own_table_goes_before():
    own = {"noise": Lever.CUSTOMERS_VIEW, "Late-delivery": "small_gestures"}
    assert lever_for("noise", mapping=own).lever is Lever.CUSTOMERS_VIEW
    late = lever_for("late delivery", mapping=own)
    assert (late.lever, late.own) == (Lever.SMALL_GESTURES, True)
    assert late.called("zh") == "点滴小事"


def test_what_is_no_lever_or_no_driver_is_refused():
    with pytest.raises(InvalidValueError, match="must be one of customers_view"):
        lever_for("noise", mapping={"noise": "shout"})
    with pytest.raises(InvalidValueError, match="driver is 3"):
        lever_for(3)
    with pytest.raises(InvalidValueError, match="driver"):
        lever_for("")


def test_a_failed_basic_need_goes_before_a_delighter_of_any_size():
    found = actions(
        {"gift": 1e9, "price": 5.0, "ease": 7.0, "defect": 0.01, "late": 0.02},
        needs={"gift": "excitement", "defect": "basic", "late": "basic", "price": "performance"},
    )
    assert [one.driver for one in found.actions] == ["late", "defect", "ease", "price", "gift"]
    assert [one.rank for one in found.actions] == [1, 2, 3, 4, 5]
    assert found.unmapped == ("gift",)
    assert found.notes == (
        "without a lever: gift; give mapping={driver: Lever…}",
        "1 of unknown need stand with performance needs; give needs=",
    )


DRIVERS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.tuples(st.one_of(st.none(), st.floats(-1e6, 1e6)), st.sampled_from(NEEDS)),
    max_size=8,
)


@given(DRIVERS)
def test_no_other_need_ever_stands_before_a_basic_one(drivers):
    sizes = {name: size for name, (size, _) in drivers.items()}
    needs = {name: need for name, (_, need) in drivers.items() if need is not None}
    ranked = actions(sizes, needs=needs).actions
    assert sorted(one.driver for one in ranked) == sorted(drivers)
    order = {"basic": 0, "performance": 1, None: 1, "excitement": 2}
    places = [order[one.need] for one in ranked]
    assert places == sorted(places)
    for place in range(3):
        known = [one.effect for one in ranked if order[one.need] == place]
        given_sizes = [one for one in known if one is not None]
        assert known == sorted(given_sizes, reverse=True) + [None] * (len(known) - len(given_sizes))


def test_the_order_given_makes_no_difference_where_effects_differ():
    sized = [("defect", effect(3)), ("price", effect(9)), ("late", effect(6))]
    orders = {
        tuple(one.driver for one in actions(dict(some)).actions) for some in permutations(sized)
    }
    assert orders == {("price", "late", "defect")}


def test_drivers_without_a_size_keep_their_order():
    found = actions(["price", "defect", "late"]).actions
    assert [one.driver for one in found] == ["price", "defect", "late"]
    assert "no size given" in str(found[0])


def test_an_undefined_effect_stands_last_among_its_like():
    none = undefined(unit="leavings", method="told", note="nobody left")
    found = actions({"price": none, "defect": effect(-4)}).actions
    assert [one.driver for one in found] == ["defect", "price"]


def test_an_indifferent_need_comes_last():
    found = actions({"a": 9.0, "b": 1.0}, needs={"a": "indifferent", "b": "excitement"}).actions
    assert [one.driver for one in found] == ["b", "a"]


def test_effects_of_several_units_are_not_compared():
    with pytest.raises(InvalidValueError, match="must be in one unit"):
        actions({"price": effect(2), "late": effect(1, unit="times")})
    with pytest.raises(InvalidValueError, match="must be a number"):
        actions({"price": float("nan")})


def test_other_needs_are_refused():
    with pytest.raises(InvalidValueError, match=r"needs\['price'\] is 'must-be'"):
        actions({"price": 1.0}, needs={"price": "must-be"})
    with pytest.raises(InvalidValueError, match="is not among the drivers"):
        actions({"price": 1.0}, needs={"defect": "basic"})


def test_actions_show_and_explain_themselves():
    found = actions({"late": effect(4)}, needs={"late": "basic"})
    assert "1. late" in str(found)
    assert "promise the day that is kept" in str(found)
    assert "basic need, 4 leavings (3 to 5, n 9)" in " ".join(str(found).split())
    why = found.explain()
    assert (why.figure, why.answer) == ("actions", "first late")
    assert "Kano et al. (1984)" in why.source
    assert actions({}).explain().answer == "nothing to do"
    assert "evidence" in str(found.actions[0])
    assert found.actions[0].lever is Lever.EXPECTATIONS
