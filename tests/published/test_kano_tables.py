"""Kano against published tables and worked examples."""

import pytest

from crmkit.metrics import kano_continuous, kano_of_counts

LETTERS = "AOMIRQ"

TABLES = {
    "service app": (45, 123, 95, 33, 0, 0),
    "excellent service": (54, 54, 101, 81, 3, 3),
    "loan machine": (93, 87, 65, 51, 0, 0),
}


def found(name):
    return kano_of_counts(dict(zip(LETTERS, TABLES[name], strict=True)))


@pytest.mark.parametrize(
    ("name", "letter", "better", "worse", "lead", "needed", "significant"),
    [
        ("service app", "O", 0.568, -0.736, 28, 19.36, True),
        ("excellent service", "M", 0.372, -0.534, 20, 18.52, True),
        ("loan machine", "A", 0.608, -0.514, 6, 18.47, False),
    ],
)
def test_three_services_of_a_bank(name, letter, better, worse, lead, needed, significant):
    """Tables of 296 respondents, as the R package stp25kano works them.

    Coefficients as of Berger et al. (1993), test as of Fong (1996).
    """
    one = found(name)
    assert one.n == 296
    assert one.category.letter == letter
    assert round(one.better.value, 3) == better
    assert round(one.worse.value, 3) == worse
    assert one.lead == lead
    assert round(one.lead_needed, 2) == needed
    assert one.significant is significant
    assert one.unclear is not significant


def test_the_strengths_of_the_service_app():
    """Lee and Newcomb (1997): total strength 89 %, category strength 9 %."""
    one = found("service app")
    assert round(100 * one.total_strength.value) == 89
    assert round(100 * one.category_strength.value) == 9
    assert one.mixed is False


def test_the_loan_machine_is_mixed():
    """Lee and Newcomb (1997): a category strength below 6 % is no category."""
    one = found("loan machine")
    assert round(100 * one.category_strength.value, 1) == 2.0
    assert (one.mixed, one.told) == (True, "excitement (unclear, mixed)")


def test_five_respondents_on_dumouchels_scale():
    """DuMouchel (1993): both means 2.8, both standard deviations 1.789."""
    pairs = [
        ("like", "dislike"),
        ("like", "neutral"),
        ("must-be", "dislike"),
        ("like", "live-with"),
        ("neutral", "dislike"),
    ]
    point = kano_continuous(pairs)
    assert (point.functional.value, point.dysfunctional.value) == pytest.approx((2.8, 2.8))
    for error in (point.functional_error, point.dysfunctional_error):
        assert round(error * 5**0.5, 3) == 1.789
    assert point.category.letter == "O"
