"""Answers are whole steps of their scale; instruments say what they feed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.domain.surveys import BUILT_IN, Answer, Indicator, Instrument, Scale, instrument

steps = st.integers(-50, 50)


@given(steps, steps, st.integers(-60, 60))
def test_a_scale_holds_its_whole_steps(low, high, value):
    if high <= low:
        with pytest.raises(InvalidValueError, match="rise"):
            Scale(low, high)
        return
    scale = Scale(low, high)
    assert (value in scale) == (low <= value <= high)
    if value in scale:
        assert Answer(item="q", value=value, scale=scale).value == value
    else:
        with pytest.raises(InvalidValueError, match=f"scale {low} to {high}"):
            Answer(item="q", value=value, scale=scale)


@pytest.mark.parametrize("value", [float("nan"), 3.5, "3"])
def test_what_is_no_step_is_refused(value):
    with pytest.raises(InvalidValueError):
        Answer(item="q", value=value, scale=Scale(1, 5))


def test_a_question_may_be_left_open():
    assert Answer(item="q", value=None, scale=Scale(1, 5)).value is None


def test_the_built_in_instruments_feed_what_they_measure():
    fed = {one.name: set(one.items.values()) for one in BUILT_IN}
    assert fed == {
        "nps": {Indicator.RECOMMEND},
        "csat": {Indicator.SATISFACTION},
        "ces": {Indicator.EASE},
        "repurchase": {Indicator.REPURCHASE},
    }
    assert instrument("nps").scale == Scale(0, 10)
    assert instrument("mine") is None


def test_a_shop_adds_its_own_instrument_as_data():
    own = Instrument(name="stars", scale=Scale(1, 5), items={"overall": Indicator.SATISFACTION})
    assert instrument("stars", (*BUILT_IN, own)) is own
