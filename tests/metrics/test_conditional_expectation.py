"""Classes add up to the whole, and what customers were expected to do is what they did."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    BGNBD,
    MBGNBD,
    NBD,
    SBG,
    ParetoNBD,
    calibration,
    conditional_expectation,
    holdout,
)
from crmkit.metrics.catalogue import CATALOGUE

START = date(2025, 1, 1)
SPLIT, UNTIL = START + timedelta(days=90), START + timedelta(days=90 + 7 * 8)
MODELS = (
    NBD(r=0.8, alpha=20.0),
    BGNBD(r=0.24, alpha=4.4, a=0.8, b=2.4),
    MBGNBD(r=0.5, alpha=6.2, a=0.9, b=1.6),
    ParetoNBD(r=0.55, alpha=10.6, s=0.6, beta=11.7),
)

histories = st.lists(
    st.lists(st.integers(0, 146).map(lambda day: START + timedelta(days=day)), max_size=20),
    max_size=25,
)


def on(*offsets):
    return [START + timedelta(days=day) for day in offsets]


def cut(some):
    return holdout(some, split=SPLIT, until=UNTIL)


@settings(max_examples=60, deadline=None)
@given(histories, st.sampled_from(MODELS), st.integers(1, 9))
def test_sums_of_classes_are_the_totals(some, model, last):
    held_out = cut(some)
    told = conditional_expectation(model, held_out, last_class=last)
    for classes in (told.by_frequency, told.by_recency):
        assert sum(one.customers for one in classes) == held_out.customers
        assert sum(one.bought for one in classes) == told.bought == held_out.total
        assert sum(one.expected_total for one in classes) == pytest.approx(told.expected)
        for one in classes:
            assert one.customers > 0
            assert one.actual.value == pytest.approx(one.bought / one.customers)
            assert one.expected == pytest.approx(one.expected_total / one.customers)
    assert len(told.by_frequency) <= last + 1
    assert len(told.by_recency) <= 6
    assert sum(group.n for group in told.activity.groups) == held_out.customers


@settings(max_examples=30, deadline=None)
@given(histories, st.randoms())
def test_the_order_of_customers_does_not_matter(some, random):
    mixed = list(some)
    random.shuffle(mixed)
    one, other = (conditional_expectation(MODELS[2], cut(each)) for each in (some, mixed))
    assert one == other


def test_classes_are_by_repeat_purchases_and_the_last_is_open():
    some = [
        on(0),
        on(5),
        on(0, 9),
        on(0, 9, 30, 100, 120),
        on(0, 1, 2, 3, 4),
        on(0, *range(10, 40)),
    ]
    told = conditional_expectation(MODELS[0], cut(some), last_class=4)
    assert [(one.label, one.customers, one.bought) for one in told.by_frequency] == [
        ("0 repeats", 2, 0),
        ("1 repeat", 1, 0),
        ("2 repeats", 1, 2),
        ("4+ repeats", 2, 0),
    ]
    assert [one.label for one in told.by_recency] == [
        "no repeat purchase",
        "recency 0.571 to 0.571 weeks",
        "recency 1.29 to 1.29 weeks",
        "recency 4.29 to 4.29 weeks",
        "recency 5.57 to 5.57 weeks",
    ]


def test_the_errors_are_those_of_single_customers():
    held_out = cut([on(0), on(5, 100), on(0, 9), on(0, 9, 30, 100, 120)])
    model = MODELS[1]
    each = model.expected_purchases(held_out.repeats, held_out.recency, held_out.age, weeks=8)
    off = each - np.array(held_out.bought)
    told = conditional_expectation(model, held_out)
    assert told.error.value == pytest.approx(abs(off).mean())
    assert told.rmse == pytest.approx(np.sqrt((off**2).mean()))
    assert told.correlation == pytest.approx(np.corrcoef(each, held_out.bought)[0, 1])
    assert told.expected == pytest.approx(each.sum())


def test_there_is_no_correlation_where_all_are_alike():
    told = conditional_expectation(MODELS[1], cut([on(0), on(0)]))
    assert (told.correlation, told.customers) == (None, 2)
    assert "correlation" not in str(told)


def test_without_customers_there_is_no_class():
    told = conditional_expectation(MODELS[1], cut([]))
    assert (told.by_frequency, told.by_recency, told.to_rows()) == ((), (), [])
    assert (told.expected, told.rmse, told.correlation, told.error.value) == (0, None, None, None)
    assert told.activity.groups == ()
    assert told.notes == (f"no customers: nobody had bought by {SPLIT}",)
    assert str(told)
    assert str(told.explain())


def test_a_hold_out_without_days_expects_nothing():
    held_out = holdout([on(0, 5), on(3)], split=SPLIT, until=SPLIT)
    told = conditional_expectation(MODELS[1], held_out)
    assert (told.expected, told.bought, told.error.value, told.correlation) == (0, 0, 0, None)
    assert told.notes == ("the hold-out has no days: the log is cut at its end",)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.NAME)
def test_chances_of_drawn_customers_lie_on_the_diagonal(model):
    """20,000 customers whose future is drawn from the model, in 20 groups.

    Σ n (ō - p̄)² ÷ p̄(1 - p̄) is near chi-square with 20 degrees: above 50 once in 4,000.
    """
    drawn = model.simulate(np.linspace(20, 60, 20_000), seed=3)
    history = (drawn.repeats, drawn.recency, drawn.age)
    future = model.simulate_ahead(*history, weeks=30, seed=4)
    chances = model.purchase_probability(*history, weeks=30).tolist()
    assert off_the_diagonal(calibration(chances, future > 0, groups=20)) < 50
    too_low = [0.85 * chance for chance in chances]
    assert off_the_diagonal(calibration(too_low, future > 0, groups=20)) > 100


def off_the_diagonal(told):
    return sum(
        group.n
        * (group.observed.value - group.predicted) ** 2
        / (group.predicted * (1 - group.predicted))
        for group in told.groups
    )


@pytest.mark.parametrize("last_class", [0, -1, 1.5, float("nan"), None])
def test_a_last_class_below_1_is_refused(last_class):
    with pytest.raises(InvalidValueError, match="last_class"):
        conditional_expectation(MODELS[0], cut([on(0)]), last_class=last_class)


def test_what_is_no_model_of_buying_is_refused():
    with pytest.raises(InvalidValueError, match=r"^model is SBG"):
        conditional_expectation(SBG(alpha=1.0, beta=2.0), cut([on(0)]))


def test_it_shows_and_explains_itself():
    told = conditional_expectation(MODELS[0], cut([on(0), on(5, 100), on(0, 9)]))
    assert str(told).startswith("0.8 purchases expected of 3 customers, 1 came\n")
    assert told.to_rows()[0] == {
        "by": "repeats",
        "label": "0 repeats",
        "customers": 2,
        "bought": 1,
        "expected_total": told.by_frequency[0].expected_total,
        "actual": 0.5,
        "low": 0,
        "high": told.by_frequency[0].actual.high,
        "expected": told.by_frequency[0].expected,
    }
    explained = told.explain()
    assert explained.formula == CATALOGUE["conditional_expectation"].formula
    assert [part.figure for part in explained.parts] == ["prediction_error", "calibration"]
