"""The response rate: completes of the eligible, and nothing made of nobody."""

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import metric, response_rate


def test_nobody_eligible_is_undefined_and_no_rate_of_0():
    told = response_rate(0, 0)
    assert (told.value, told.low, told.high, told.n) == (None, 0, 1, 0)
    assert told.notes == ("nobody was eligible",)


@given(st.integers(0, 500), st.integers(0, 500))
def test_it_lies_inside_its_interval_and_rises_with_every_complete(completes, silent):
    told = response_rate(completes, completes + silent + 1)
    assert 0 <= told.low <= told.value <= told.high <= 1
    assert response_rate(completes + 1, completes + silent + 1).value > told.value
    assert told.unit == metric("response_rate").unit


@pytest.mark.parametrize(
    ("completes", "eligible", "field"),
    [(3, 2, "completes"), (-1, 2, "completes"), (1.5, 2, "completes"), (1, nan, "eligible")],
)
def test_impossible_counts_are_refused_by_name(completes, eligible, field):
    with pytest.raises(InvalidValueError) as caught:
        response_rate(completes, eligible)
    assert caught.value.field == field


def test_it_explains_itself_by_the_catalogue():
    why = response_rate(45, 50).explain("response_rate")
    assert why.formula.startswith("completes ÷ eligible")
    assert "RR1" in why.source
