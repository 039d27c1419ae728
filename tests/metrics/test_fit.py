"""A fit says what was fitted, how sure it is, and explains itself."""

from math import exp, log

import pytest

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics import BGNBD, Fit

CERTAIN = Fit(
    model=BGNBD(r=0.5, alpha=8.0, a=0.9, b=2.0),
    log_likelihood=-120.0,
    standard_errors={"r": 0.1, "alpha": 2.0, "a": None, "b": None},
    covariance=None,
    converged=False,
    n=50,
    notes=("a ran to the border",),
)


def test_an_interval_is_that_of_the_logarithm_carried_back():
    found = CERTAIN.interval("alpha")
    factor = exp(1.959963984540054 * 2.0 / 8.0)
    assert (found.value, found.n, found.level) == (8.0, 50, 0.95)
    assert found.low == pytest.approx(8 / factor)
    assert found.high == pytest.approx(8 * factor)
    wide = CERTAIN.interval("alpha", level=0.99)
    assert wide.low < found.low < found.high < wide.high


def test_what_the_data_do_not_tell_has_no_interval():
    found = CERTAIN.interval("a")
    assert (found.value, found.low, found.high) == (0.9, None, None)
    assert found.notes == ("no interval: the data do not tell how sure it is",)


def test_a_parameter_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(InvalidValueError, match="must be one of r, alpha, a, b"):
        CERTAIN.interval("beta")


def test_criteria_count_parameters_against_likelihood():
    assert CERTAIN.aic == 2 * 4 + 2 * 120
    assert CERTAIN.bic == pytest.approx(4 * log(50) + 2 * 120)


def test_it_shows_and_explains_itself():
    assert CERTAIN.line == (
        "BG/NBD: r 0.5, alpha 8, a 0.9, b 2 (n 50; it did not converge); a ran to the border"
    )
    text = str(CERTAIN)
    assert text.startswith("BG/NBD fitted to 50 customers: did not converge\n")
    assert text.endswith("a ran to the border")
    told = CERTAIN.explain()
    assert (told.figure, told.answer, told.model) == (
        "model_fit",
        "did not converge",
        CERTAIN.line,
    )
    assert dict(told.inputs)["notes"] == "a ran to the border"
