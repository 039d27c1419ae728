"""The error of one person's score: by hand, at its limits, and by simulation."""

from math import nan, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.estimate import Estimate, undefined
from crmkit.metrics.reliability import measurement_error
from crmkit.metrics.seeds import plain_generator

SDS, SHARES = st.floats(0, 1e6), st.floats(0, 1)


def test_the_error_by_hand():
    found = measurement_error(10, 0.84)
    assert found.sem.value == pytest.approx(4)
    assert found.smallest_change.value == pytest.approx(1.959964 * sqrt(2) * 4, abs=1e-5)
    band = found.band(60)
    assert (band.low, band.high) == pytest.approx((60 - 7.839856, 60 + 7.839856))
    assert (band.value, band.unit, band.n) == (60, "points", 1)


def test_a_change_is_flagged_only_beyond_the_noise():
    found = measurement_error(10, 0.84)
    assert not found.is_change(50, 61)
    assert found.is_change(50, 62)
    assert found.is_change(62, 50)
    assert found.reliable_change(50, 62) == pytest.approx(12 / (4 * sqrt(2)))
    assert found.reliable_change(62, 50) == pytest.approx(-12 / (4 * sqrt(2)))
    assert found.change(50, 61).notes == ("within the noise",)
    beyond = found.change(50, 62)
    assert (beyond.value, beyond.notes) == (12, ())
    assert beyond.low > 0


@given(SDS, SHARES, SHARES)
def test_the_error_lies_between_nought_and_the_deviation_and_falls_with_reliability(sd, one, two):
    low, high = sorted((one, two))
    better, worse = measurement_error(sd, high), measurement_error(sd, low)
    assert 0 <= better.sem.value <= worse.sem.value <= sd
    assert better.smallest_change.value >= better.sem.value


@given(st.floats(0.1, 100), SHARES, st.floats(0.5, 100))
def test_the_error_scales_with_the_score(sd, reliability, times):
    one = measurement_error(sd, reliability).sem.value
    assert measurement_error(times * sd, reliability).sem.value == pytest.approx(times * one)


@given(st.floats(0.1, 30), SHARES, st.floats(0, 100), st.floats(0, 100))
def test_a_change_and_its_opposite_are_judged_alike(sd, reliability, before, after):
    found = measurement_error(sd, reliability, scale=(0, 100))
    assert found.is_change(before, after) == found.is_change(after, before)
    assert not found.is_change(before, before)
    assert 0 <= found.band(before).low <= before <= found.band(before).high <= 100


def test_a_perfect_score_has_no_error():
    found = measurement_error(10, 1)
    assert found.sem.value == 0
    assert found.is_change(50, 50.1)
    assert found.reliable_change(50, 51) is None
    assert found.reliable_change(50, 50) == 0


def test_the_interval_of_the_reliability_is_passed_on():
    omega = Estimate(value=0.84, low=0.75, high=0.91, n=80, unit="reliability", method="omega")
    found = measurement_error(10, omega)
    assert (found.sem.low, found.sem.high) == pytest.approx((3, 5))
    assert found.sem.n == 80
    alpha = Estimate(value=0.2, low=-0.5, high=0.6, n=9, unit="reliability", method="alpha")
    assert measurement_error(10, alpha).sem.high == 10


def test_an_unknown_reliability_flags_nothing():
    unknown = undefined(unit="reliability", method="omega", note="needs 2 items or more")
    found = measurement_error(10, unknown, scale=(0, 100))
    assert found.sem.value is found.smallest_change.value is None
    assert found.sem.notes == ("needs 2 items or more",)
    assert not found.is_change(0, 100)
    assert found.reliable_change(0, 100) is None
    band, change = found.band(50), found.change(0, 100)
    assert (band.value, band.low, band.high) == (50, 0, 100)
    assert (change.value, change.low, change.high) == (100, None, None)
    assert "unknown" in change.notes[0]
    assert "unknown" in str(found)


@pytest.mark.parametrize(
    ("sd", "reliability", "field"),
    [(-1, 0.5, "sd"), (nan, 0.5, "sd"), (1, 1.1, "reliability"), (1, -0.1, "reliability")],
)
def test_what_cannot_be_is_refused(sd, reliability, field):
    with pytest.raises(InvalidValueError) as caught:
        measurement_error(sd, reliability)
    assert caught.value.field == field


def test_a_negative_alpha_is_no_reliability_of_a_score():
    alpha = Estimate(value=-0.2, n=9, unit="reliability", method="alpha")
    with pytest.raises(InvalidValueError):
        measurement_error(10, alpha)


def test_a_score_off_its_scale_is_refused():
    found = measurement_error(10, 0.8, scale=(0, 100))
    with pytest.raises(InvalidValueError) as caught:
        found.change(50, 101)
    assert caught.value.field == "after"
    with pytest.raises(InvalidValueError):
        found.band(nan)
    with pytest.raises(InvalidValueError):
        measurement_error(10, 0.8, scale=(5, 5))


def test_bands_and_flags_are_right_as_often_as_they_say():
    """True scores 50 ± 10 √.84; the same person measured twice, nothing having changed."""
    random, found = plain_generator(3), measurement_error(10, 0.84)
    covered = flagged = 0
    for _ in range(4_000):
        truth = random.gauss(50, 10 * sqrt(0.84))
        first, second = (truth + random.gauss(0, 4) for _ in range(2))
        covered += found.band(first).low <= truth <= found.band(first).high
        flagged += found.is_change(first, second)
    assert 0.94 <= covered / 4_000 <= 0.96
    assert 0.04 <= flagged / 4_000 <= 0.06


def test_the_error_explains_itself():
    told = measurement_error(10, 0.84, unit="of 100").explain()
    assert [part.figure for part in told.parts] == ["sem", "smallest_change"]
    assert dict(told.inputs)["standard deviation"] == "10"
