"""Employee lifetime value: the sum of the texts, by retention and by survival."""

from math import fsum

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import (
    employee_lifetime_value,
    employee_retention,
    kaplan_meier,
    retention_clv,
    undefined,
)

TERMS = {
    "productivity": 55_000,
    "compensation": 40_000,
    "discount": 0.08,
    "periods": 4,
    "currency": "EUR",
}
share = st.floats(0, 1)
money = st.floats(-1e6, 1e6)


def test_the_value_is_that_of_the_texts():
    found = employee_lifetime_value(**TERMS, retention=0.85, hiring=5_000, training=3_000)
    assert found.value == pytest.approx(41_165.00, abs=0.005)
    by_hand = 15_000 * fsum((0.85 / 1.08) ** t for t in range(5)) - 8_000
    assert found.value == pytest.approx(by_hand)
    assert found.span is None
    assert str(found).startswith("Employee lifetime value: EUR 41,165.00\n")


@given(share, st.integers(0, 20), st.floats(0, 2), money)
def test_steady_retention_is_the_survival_of_its_powers_and_the_sum_of_retention_clv(
    stay, ahead, discount, margin
):
    terms = {**TERMS, "productivity": margin, "compensation": 0, "discount": discount}
    terms["periods"] = ahead
    one = employee_lifetime_value(**terms, retention=stay)
    other = employee_lifetime_value(**terms, survival=[stay**t for t in range(ahead + 1)])
    assert other.value == pytest.approx(one.value, rel=1e-9, abs=1e-9)
    assert one.value == retention_clv(margin, stay, discount, currency="EUR", years=ahead).value


@given(share, share, st.integers(0, 12))
def test_staying_longer_is_worth_more_where_work_brings_more_than_it_costs(one, other, ahead):
    low, high = sorted((one, other))
    terms = {**TERMS, "periods": ahead}
    worth = [employee_lifetime_value(**terms, retention=r).value for r in (low, high)]
    assert worth[0] <= worth[1] + 1e-6
    turned = {**terms, "productivity": 40_000, "compensation": 55_000}
    lost = [employee_lifetime_value(**turned, retention=r).value for r in (low, high)]
    assert lost == pytest.approx([-one for one in worth])


def test_hiring_and_training_are_taken_off_once():
    bare = employee_lifetime_value(**TERMS, retention=0.85)
    paid = employee_lifetime_value(**TERMS, retention=0.85, hiring=700, training=50)
    assert bare.value - paid.value == pytest.approx(750)


def test_for_ever_is_the_limit_of_long():
    ever = employee_lifetime_value(**{**TERMS, "periods": None}, retention=0.85)
    assert ever.value == pytest.approx(15_000 * 1.08 / (1.08 - 0.85))
    assert "for ever" in str(ever)


def test_an_interval_of_retention_is_handed_on():
    staff = employee_retention(opening=map(str, range(100)), left=map(str, range(15)))
    found = employee_lifetime_value(**TERMS, retention=staff.retention, hiring=8_000)
    ends = [
        employee_lifetime_value(**TERMS, retention=end, hiring=8_000).value
        for end in (staff.retention.low, staff.retention.high)
    ]
    assert found.value == pytest.approx(41_165.00, abs=0.005)
    assert found.span == pytest.approx(tuple(ends))
    assert found.span[0] < found.value < found.span[1]
    assert "n 100" in found.stays
    loss = employee_lifetime_value(**{**TERMS, "productivity": 30_000}, retention=staff.retention)
    assert loss.span[0] < loss.value < loss.span[1] < 0
    bare = evolve(staff.retention, low=None)
    assert employee_lifetime_value(**TERMS, retention=bare).span is None


def test_a_survival_curve_counts_who_is_there_when_a_period_begins():
    years, gone = [0, 1, 1, 2, 3, 4, 4, 6, 7, 9], [True] * 5 + [False] * 5
    curve = kaplan_meier(years, ended=gone, unit="years")
    found = employee_lifetime_value(**TERMS, survival=curve)
    stays = [1.0, *(curve.at(t - 0.5).value for t in range(1, 5))]
    assert stays[:3] == pytest.approx([1, 0.9, 0.7])
    assert found.value == pytest.approx(employee_lifetime_value(**TERMS, survival=stays).value)
    assert found.span[0] < found.value < found.span[1]


def test_it_explains_itself_by_the_catalogue():
    found = employee_lifetime_value(**TERMS, survival=[1, 0.9, 0.8, 0.7, 0.6])
    told = found.explain()
    assert told.figure == "employee_lifetime_value"
    inputs = dict(told.inputs)
    assert inputs["stays"] == "0.9, 0.8, 0.7, 0.6"
    assert inputs["compensation"] == "EUR 40,000.00 a period"
    assert "the present period alone" in str(
        employee_lifetime_value(**{**TERMS, "periods": 0}, survival=[1])
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "give it or survival, and not both"),
        ({"retention": 0.9, "survival": [1] * 5}, "give it or survival, and not both"),
        ({"retention": 1.2}, "retention"),
        ({"retention": undefined(unit="share", method="m", note="n")}, "must be defined"),
        ({"survival": [1, 0.9]}, "must be 5 long or longer"),
        ({"survival": [1, 0.8, 0.9, 0.7, 0.6]}, "must begin with 1, and never rise"),
        ({"survival": [0.9] * 5}, "must begin with 1, and never rise"),
        ({"survival": [1, 1, 1, 1, 1.1]}, r"survival\[4\]"),
        ({"survival": [1] * 5, "periods": None}, "must be a number where survival is given"),
        ({"survival": kaplan_meier([1, 2], ended=[True, False])}, "must reach to period 4"),
        ({"retention": 0.9, "periods": -1}, "periods"),
        ({"retention": 0.9, "periods": 1.5}, "periods"),
        ({"retention": 0.9, "discount": -0.1}, "discount"),
        ({"retention": 0.9, "hiring": -1}, "hiring"),
        ({"retention": 0.9, "training": -1}, "training"),
        ({"retention": 0.9, "currency": "euro"}, "currency"),
        ({"retention": 0.9, "productivity": float("nan")}, "productivity"),
        ({"retention": 1, "periods": None, "discount": 0}, "retention"),
    ],
)
def test_what_has_no_value_is_refused(more, told):
    with pytest.raises(InvalidValueError, match=told):
        employee_lifetime_value(**{**TERMS, **more})
