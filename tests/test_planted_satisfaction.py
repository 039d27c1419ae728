"""The calibrated proxy against the satisfaction planted in an invented shop."""

from datetime import timedelta
from math import sqrt
from statistics import fmean

import pytest

from crmkit import CustomerBase
from crmkit.metrics import ShownCalibration
from crmkit.synthetic import SyntheticShop

INVENTED = SyntheticShop(seed=5, customers=1_200, guests=10)
AS_OF = INVENTED.start + timedelta(days=INVENTED.days - 1)
TRUTH = {one.customer_id: one.satisfaction for one in INVENTED.planted()}


@pytest.fixture(scope="module")
def base():
    made = CustomerBase.open("memory:", shop=INVENTED.shop)
    made.load(INVENTED.interactions())
    return made


@pytest.fixture(scope="module")
def profiles(base):
    return base.profiles(as_of=AS_OF)


@pytest.fixture(scope="module")
def calibration(profiles):
    found = profiles.standards.calibration
    assert isinstance(found, ShownCalibration)
    return found


def root(errors):
    return sqrt(fmean(one * one for one in errors))


def test_calibration_lowers_the_error_below_that_of_the_mean_and_of_the_raw_proxy(
    profiles, calibration
):
    answered = [one for one in profiles if one.satisfied is not None]
    known = [one for one in answered if one.satisfaction_shown is not None]
    raw = root([one.satisfaction_shown / 100 - one.satisfied for one in known])
    assert calibration.n == len(known)
    assert calibration.beats_mean
    assert calibration.rmse.value < calibration.rmse_of_mean.value
    assert calibration.rmse.value < raw
    assert calibration.rank_correlation.low > 0.15


def test_it_lowers_the_error_against_what_was_planted_in_those_who_never_answered(profiles):
    """They are less satisfied than those who answered, which neither knows; the proxy sees it."""
    silent = [
        one for one in profiles if one.satisfied is None and one.satisfaction_shown is not None
    ]
    mean = fmean(one.satisfied for one in profiles if one.satisfied is not None)
    assert len(silent) > 200
    calibrated, raw, by_mean = (
        root([said(one) - TRUTH[one.customer_id] for one in silent])
        for said in (
            lambda one: one.satisfaction_expected,
            lambda one: one.satisfaction_shown / 100,
            lambda _: mean,
        )
    )
    assert calibrated < by_mean < raw
    true = fmean(TRUTH[one.customer_id] for one in silent)
    assert true < fmean(one.satisfaction_expected for one in silent) < mean


def test_one_customer_and_all_are_told_the_same(base, profiles):
    for row in list(profiles)[::60]:
        one = base.satisfaction(row.customer_id, as_of=AS_OF)
        assert one.expected.value == row.satisfaction_expected
        assert one.expected == profiles.standards.calibration.of(one.shown)
        assert base.card(row.customer_id, as_of=AS_OF).satisfaction.expected == one.expected


def test_what_is_expected_never_falls_with_the_proxy(profiles):
    known = sorted(
        (one.satisfaction_shown, one.satisfaction_expected)
        for one in profiles
        if one.satisfaction_shown is not None
    )
    expected = [answer for _, answer in known]
    assert expected == sorted(expected)
    assert all(0 <= answer <= 1 for answer in expected)
    assert {one.satisfaction_expected for one in profiles if one.satisfaction_shown is None} == {
        None
    }


def test_the_base_tells_what_to_expect_and_how_far_off_that_is(base, profiles, calibration):
    whole = base.satisfaction(as_of=AS_OF)
    assert whole.calibration == calibration
    known = [one.satisfaction_expected for one in profiles if one.satisfaction_shown is not None]
    assert whole.expected.value == pytest.approx(fmean(known))
    text = " ".join(str(whole).split())
    assert f"how far off {calibration.told}" in text
    assert "those who answered may not be like those who did not" in text
    assert [part.figure for part in whole.explain().parts][-2:] == [
        "satisfaction_expected",
        "shown_calibration",
    ]


def test_too_few_answers_leave_it_undefined_with_the_reason():
    few = SyntheticShop(seed=3, customers=60, guests=0)
    base = CustomerBase.open("memory:", shop=few.shop)
    base.load(few.interactions())
    as_of = few.start + timedelta(days=few.days - 1)
    profiles = base.profiles(as_of=as_of)
    assert {one.satisfaction_expected for one in profiles} == {None}
    one = base.satisfaction(profiles[0].customer_id, as_of=as_of)
    reason = "calibration of the proxy needs at least 200 customers"
    assert one.expected.value is None
    assert one.expected.notes[0].startswith(reason)
    assert "expected answer" not in str(one)
    whole = base.satisfaction(as_of=as_of)
    assert whole.calibration is None
    assert reason in " ".join(str(whole).split())
