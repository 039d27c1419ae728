"""Satisfaction shown by behaviour: a labelled proxy, honest about what it has not seen."""

import pickle
from math import inf, nan

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.satisfaction import (
    BaseRates,
    ShownAnchors,
    Signals,
    asked,
    base_rates,
    behavioural_satisfaction,
    customer_satisfaction,
    mean_shown,
    trend,
)

RATES = BaseRates(returns=0.15, complaints=0.05, late=0.10, stars=4.2)
WORST_FIRST = ("faulty_returns", "complaints", "late", "hours_over_sla")
BEST_FIRST = ("orders", "delivered", "resolved_complaints", "stars")


@st.composite
def signals(draw):
    """A customer of whom everything, something or nothing was observed."""
    orders, delivered, reviews = (draw(st.integers(0, 40)) for _ in range(3))
    complaints = draw(st.integers(0, 20))
    one = Signals(
        orders=orders,
        faulty_returns=draw(st.integers(0, 20)),
        complaints=complaints,
        resolved_complaints=draw(st.integers(0, complaints)),
        delivered=delivered,
        late=draw(st.integers(0, delivered)),
        reviews=reviews,
        stars=draw(st.integers(reviews, 5 * reviews)),
        hours_over_sla=draw(st.floats(0, 500)),
    )
    dropped = draw(st.sets(st.sampled_from(["orders", "delivered", "reviews", "hours_over_sla"])))
    if "reviews" in dropped:
        dropped.add("stars")
    return evolve(one, **dict.fromkeys(dropped))


rates = st.builds(
    BaseRates,
    returns=st.none() | st.floats(0, 2),
    complaints=st.none() | st.floats(0, 2),
    late=st.none() | st.floats(0, 1),
    stars=st.none() | st.floats(1, 5),
    stars_weight=st.floats(0.1, 50),
)


@given(signals(), rates)
def test_score_components_and_coverage_lie_in_range(one, base):
    shown = behavioural_satisfaction(one, base_rates=base)
    assert 0 <= shown.coverage <= 1
    assert all(value is None or 0 <= value <= 1 for value in shown.components.values())
    if shown.score.value is None:
        assert set(shown.components.values()) == {None}
        assert shown.coverage == 0
    else:
        assert 0 <= shown.score.low <= shown.score.value <= shown.score.high <= 100 + 1e-9


@pytest.mark.parametrize("name", [*WORST_FIRST, *BEST_FIRST])
@given(one=signals(), base=rates, more=st.floats(0, 50))
def test_more_of_what_is_bad_never_lifts_it_and_more_of_what_is_good_never_lowers_it(
    name, one, base, more
):
    if not getattr(one, name):
        return
    after = {name: getattr(one, name) + more}
    if name == "late" and one.delivered is not None:
        after["late"] = min(after["late"], one.delivered)
    if name == "resolved_complaints":
        after[name] = min(after[name], one.complaints)
    if name == "stars":
        after["stars"] = min(after["stars"], 5 * (one.reviews or 0))
    if name == "stars" and not one.reviews:
        return
    less = behavioural_satisfaction(one, base_rates=base).score.value
    then = behavioural_satisfaction(evolve(one, **after), base_rates=base).score.value
    if less is None:
        assert then is None
    else:
        assert then <= less + 1e-9 if name in WORST_FIRST else then >= less - 1e-9


@pytest.mark.parametrize("dropped", ["orders", "delivered", "reviews", "hours_over_sla"])
def test_a_signal_that_is_missing_shares_its_weight_among_the_others(dropped):
    full = Signals(
        orders=8,
        faulty_returns=1,
        complaints=1,
        delivered=8,
        late=2,
        reviews=2,
        stars=9,
        hours_over_sla=12,
    )
    without = evolve(full, **{dropped: None}, **({"stars": None} if dropped == "reviews" else {}))
    shown = behavioural_satisfaction(without, base_rates=RATES)
    known = {name: value for name, value in shown.components.items() if value is not None}
    weights = ShownAnchors().weights
    total = sum(weights[name] for name in known)
    assert shown.coverage == pytest.approx(total)
    assert shown.score.value == pytest.approx(
        100 * sum(weights[name] * value for name, value in known.items()) / total
    )
    missing = [name for name in weights if name not in known]
    assert shown.notes == (f"not observed, or without a rate of the shop's: {', '.join(missing)}",)


def test_nothing_observed_is_undefined_and_not_the_shops_mean():
    shown = behavioural_satisfaction(Signals(orders=0, delivered=0, reviews=0), base_rates=RATES)
    assert (shown.score.value, shown.score.low, shown.score.high) == (None, 0, 100)
    assert shown.coverage == 0
    assert "no signal" in str(shown)


def test_no_complaint_is_a_signal_and_an_unknown_one_is_none():
    none = behavioural_satisfaction(Signals(orders=5, complaints=0), base_rates=RATES)
    assert none.components["complaints"] == pytest.approx(0.5 ** (0.025 / 0.10))
    unknown = behavioural_satisfaction(Signals(orders=5), base_rates=RATES)
    assert unknown.components["complaints"] is None


def test_a_settled_complaint_counts_a_half_and_never_as_a_bonus():
    def of(**fields):
        shown = behavioural_satisfaction(Signals(orders=10, **fields), base_rates=RATES)
        return shown.components["complaints"]

    assert of(complaints=2, resolved_complaints=2) == pytest.approx(of(complaints=1))
    assert of(complaints=1, resolved_complaints=1) < of(complaints=0)


def test_more_occasions_say_more_and_narrow_the_interval():
    few = behavioural_satisfaction(Signals(orders=2, faulty_returns=0), base_rates=RATES).score
    many = behavioural_satisfaction(Signals(orders=50, faulty_returns=0), base_rates=RATES).score
    assert many.high - many.low < few.high - few.low
    assert (few.n, many.n) == (2, 50)


def test_a_response_alone_has_the_whole_range_as_its_interval():
    alone = behavioural_satisfaction(Signals(hours_over_sla=24), base_rates=RATES).score
    assert (alone.value, alone.low, alone.high) == (50, 0, 100)


def test_the_anchors_decide_and_come_with_the_score():
    anchors = ShownAnchors(
        half_hours=12,
        weights={"returns": 0, "complaints": 0, "late": 0, "stars": 0, "response": 1},
    )
    shown = behavioural_satisfaction(
        Signals(hours_over_sla=12, orders=3, faulty_returns=0), base_rates=RATES, anchors=anchors
    )
    assert shown.score.value == 50
    assert shown.anchors == anchors


def test_the_shops_rates_are_sums_over_sums():
    people = [
        Signals(
            orders=9, faulty_returns=1, complaints=2, resolved_complaints=1, reviews=1, stars=5
        ),
        Signals(orders=1, faulty_returns=1, delivered=4, late=1),
        Signals(),
    ]
    told = base_rates(people)
    assert (told.returns, told.complaints, told.late, told.stars) == (
        0.2,
        pytest.approx(1.5 / 9),
        0.25,
        5,
    )
    assert base_rates([]) == BaseRates()


@pytest.mark.parametrize("field", [one.name for one in fields(Signals)])
@pytest.mark.parametrize("bad", [nan, inf, -1])
def test_a_signal_that_cannot_be_is_refused_by_name(field, bad):
    with pytest.raises(InvalidValueError) as caught:
        Signals(**{field: bad})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"delivered": 1, "late": 2}, "late"),
        ({"complaints": 1, "resolved_complaints": 2}, "resolved_complaints"),
        ({"reviews": 2, "stars": 11}, "stars"),
        ({"reviews": 2, "stars": 1}, "stars"),
    ],
)
def test_a_part_does_not_exceed_its_whole(given, field):
    with pytest.raises(InvalidValueError) as caught:
        Signals(**given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "bad",
    [
        {"late": 1.1},
        {"stars": 0.5},
        {"stars_weight": 0},
        {"returns": nan},
    ],
)
def test_a_rate_that_cannot_be_is_refused(bad):
    with pytest.raises(InvalidValueError, match=next(iter(bad))):
        BaseRates(**bad)


@pytest.mark.parametrize(
    "bad",
    [
        {"kappa": 0},
        {"half_late": inf},
        {"resolved": 2},
        {"weights": {"returns": 1}},
        {"weights": dict.fromkeys(ShownAnchors().weights, 0)},
        {"weights": {**ShownAnchors().weights, "late": -1}},
    ],
)
def test_impossible_anchors_are_refused(bad):
    with pytest.raises(InvalidValueError, match=next(iter(bad))):
        ShownAnchors(**bad)


def test_the_mean_of_a_base_is_over_those_of_whom_something_was_seen():
    seen = behavioural_satisfaction(Signals(hours_over_sla=24), base_rates=RATES)
    unseen = behavioural_satisfaction(Signals(), base_rates=RATES)
    mean = mean_shown([seen, unseen])
    assert (mean.value, mean.n) == (50, 1)
    assert mean.notes[0] == "proxy; nothing observed of 1 of 2 customers"


def test_a_proxy_says_that_it_is_one_wherever_it_shows():
    shown = behavioural_satisfaction(Signals(hours_over_sla=24), base_rates=RATES)
    assert shown.label == "proxy"
    assert "proxy" in shown.sheet().title
    why = shown.explain()
    assert (why.figure, why.answer.partition(": ")[0]) == ("behavioural_satisfaction", "proxy")
    assert dict(why.inputs)["part: response"] == "0.5000"
    assert dict(why.inputs)["orders"] == "missing"
    assert why.coverage == "10% of the weight"
    assert pickle.loads(pickle.dumps(shown)) == shown


def test_asked_and_shown_stand_side_by_side_and_are_never_one_figure(answers):
    shown = behavioural_satisfaction(Signals(hours_over_sla=24), base_rates=RATES)
    both = customer_satisfaction(
        answers,
        shown=shown,
        trends={"csat/satisfaction": trend([("1", 0.1), ("2", 0.2), ("3", 0.3)])},
    )
    assert both.asked.csat.mean.value == 4
    assert both.stated == pytest.approx(0.75)
    assert both.shown.score.value == 50
    text = str(both)
    assert "asked: csat/satisfaction  4 on 1 to 5 (2026-01-01, 1 answer), rising" in text
    assert "shown (proxy)" in text
    assert [part.figure for part in both.explain().parts] == [
        "standing_answer",
        "satisfaction_trend",
        "behavioural_satisfaction",
    ]


def test_nothing_asked_and_nothing_judged_is_said():
    nothing = customer_satisfaction([])
    assert nothing.stated is None
    assert "no answer that counts" in str(nothing)
    assert "shown (proxy)  not judged" in str(nothing)
    assert nothing.explain().left_out == ("shown: not judged",)


@pytest.fixture
def answers():
    import runpy
    from datetime import date
    from pathlib import Path

    small = runpy.run_path(str(Path(__file__).parents[1] / "small_shop.py"))
    base = small["opened"](small["said"]("csat", "satisfaction", 4, (1, 5)))
    return asked(base.summary("ann", as_of=date(2026, 3, 1)))
