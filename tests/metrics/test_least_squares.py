"""A plane through observations has the coefficients and the errors of the textbooks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InsufficientDataError, InvalidValueError
from crmkit.metrics.least_squares import least_squares

EMPLOYEES = [60, 65, 70, 72, 75, 80, 82, 88]
CUSTOMERS = [70, 71, 74, 73, 78, 79, 83, 84]


def test_eight_units_of_the_service_profit_chain():
    line = least_squares([EMPLOYEES], CUSTOMERS)
    assert round(line.coefficients[1], 4) == 0.5572
    assert round(line.standard_errors[1], 4) == 0.0617
    low, high = line.interval(1)
    assert (round(low, 4), round(high, 4)) == (0.4063, 0.7081)


@st.composite
def problems(draw):
    k, seed = draw(st.integers(1, 4)), draw(st.integers(0, 10_000))
    n = draw(st.integers(k + 2, 40))
    source = np.random.default_rng(seed)
    x = source.normal(size=(n, k)) * 10 ** source.uniform(-3, 3, size=k) + source.normal(size=k)
    return x, source.normal(size=n) + x.sum(axis=1)


@given(problems())
def test_coefficients_and_errors_are_those_of_the_normal_equations(problem):
    x, y = problem
    n, full = len(y), np.column_stack([np.ones(len(y)), x])
    inverse = np.linalg.inv(full.T @ full)
    slopes = inverse @ full.T @ y
    rest = y - full @ slopes
    classical = np.sqrt(np.diag(inverse) * (rest @ rest) / (n - full.shape[1]))
    leverage = np.einsum("ij,jk,ik->i", full, inverse, full)
    bread = inverse @ full.T
    robust = np.sqrt(((bread * (rest / (1 - leverage))) ** 2).sum(axis=1))
    ours = least_squares(x.T.tolist(), y.tolist())
    assert ours.coefficients == pytest.approx(slopes, rel=1e-6, abs=1e-8)
    assert ours.standard_errors == pytest.approx(classical, rel=1e-6)
    assert ours.residuals == pytest.approx(rest, abs=1e-7)
    hc3 = least_squares(x.T.tolist(), y.tolist(), errors="hc3")
    assert hc3.standard_errors == pytest.approx(robust, rel=1e-5)


def test_r_squared_is_the_share_explained_and_undefined_of_a_constant_outcome():
    x = [one * one / 7 for one in range(20)]
    assert least_squares([x], [2 * one + 1 for one in x]).r_squared == pytest.approx(1)
    assert least_squares([x], [4.0] * 20).r_squared is None


@pytest.mark.parametrize(
    "predictors",
    [[[1, 1, 1, 1, 1]], [[1, 2, 3, 4, 5], [2, 4, 6, 8, 10]]],
    ids=["constant", "collinear"],
)
def test_predictors_that_tell_nothing_new_are_refused(predictors):
    with pytest.raises(InvalidValueError, match="must vary, and not add up from the others"):
        least_squares(predictors, [1, 2, 2, 3, 5])


def test_too_few_rows_and_unequal_columns_are_refused():
    with pytest.raises(InsufficientDataError, match="3"):
        least_squares([[1, 2]], [1, 2])
    with pytest.raises(InvalidValueError, match="must be 3 long"):
        least_squares([[1, 2]], [1, 2, 3])
