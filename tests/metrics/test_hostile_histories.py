"""Columns no caller should send, and every history that can exist: errors by name, or numbers.

Whatever comes in, a fit or a score ends in one of crmkit's own errors or in finite figures.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import CrmkitError, InvalidValueError
from crmkit.metrics.value import BGNBD, MBGNBD, NBD, GammaGamma, ParetoNBD

MODELS = (BGNBD, MBGNBD)
ODD = st.sampled_from(
    [
        math.nan,
        math.inf,
        -math.inf,
        -1,
        1.5,
        1e300,
        2**70,
        None,
        "many",
        "",
        "7",
        True,
        [],
        {},
        b"x",
    ]
)
ORDINARY = st.integers(0, 5) | st.floats(0, 60)
COLUMNS = (
    st.lists(ORDINARY, max_size=12)
    | st.lists(ORDINARY | ODD, max_size=12)
    | ODD
    | st.integers(0, 5)
    | st.just([[1, 2], [3, 4]])
)


@st.composite
def histories(draw):
    """A history that can exist: from moments to centuries, once to a hundred thousand times."""
    repeats = draw(st.integers(0, 3) | st.integers(0, 100_000))
    age = draw(st.just(0.0) | st.floats(1e-9, 1e6)) if not repeats else draw(st.floats(1e-9, 1e6))
    recency = draw(st.sampled_from([age, age / 2, age * 1e-6]) | st.floats(1e-12, age or 1))
    return repeats, min(recency, age) * (repeats > 0), age


@st.composite
def models(draw):
    values = (10.0 ** draw(st.floats(-6, 4)) for _ in range(4))
    return draw(st.sampled_from(MODELS))(**dict(zip(("r", "alpha", "a", "b"), values, strict=True)))


@pytest.mark.parametrize("cls", MODELS)
@given(COLUMNS, COLUMNS, COLUMNS, st.none() | COLUMNS)
def test_a_fit_to_any_columns_ends_in_a_finite_fit_or_an_error_of_ours(
    cls, repeats, recency, age, weights
):
    try:
        fit = cls.fit(repeats, recency, age, weights=weights)
    except CrmkitError:
        return
    assert math.isfinite(fit.log_likelihood)


@given(COLUMNS, COLUMNS, st.none() | COLUMNS)
def test_a_spend_fit_to_any_columns_ends_in_a_finite_fit_or_an_error_of_ours(
    purchases, means, weights
):
    try:
        fit = GammaGamma.fit(purchases, means, weights=weights)
    except CrmkitError:
        return
    assert math.isfinite(fit.log_likelihood)


@given(models(), COLUMNS, COLUMNS, COLUMNS)
def test_scoring_any_columns_ends_in_finite_figures_or_an_error_of_ours(
    model, repeats, recency, age
):
    try:
        expected = model.expected_purchases(repeats, recency, age, weeks=39)
    except CrmkitError:
        return
    assert np.isfinite(expected).all()


@given(models(), st.lists(histories(), min_size=1, max_size=5), st.floats(0, 1e6))
def test_scoring_any_customers_that_can_exist_gives_finite_figures(model, customers, weeks):
    columns = [*zip(*customers, strict=True)]
    alive = model.probability_alive(*columns)
    assert ((alive >= 0) & (alive <= 1)).all()
    expected = model.expected_purchases(*columns, weeks=weeks)
    assert (np.isfinite(expected) & (expected >= 0)).all()
    worth = model.discounted_purchases(*columns, weeks=52, weekly_discount=0.0027)
    assert (np.isfinite(worth) & (worth >= 0)).all()


@pytest.mark.parametrize("cls", MODELS)
@given(st.lists(histories(), min_size=10, max_size=25))
def test_a_fit_to_any_customers_that_can_exist_is_finite_and_says_what_it_is(cls, customers):
    columns = [*zip(*customers, strict=True)]
    try:
        fit = cls.fit(*columns)
    except CrmkitError:
        return
    assert math.isfinite(fit.log_likelihood)
    assert fit.notes
    assert np.isfinite(fit.model.expected_purchases(*columns, weeks=39)).all()


@given(st.lists(st.tuples(st.integers(1, 1000), st.floats(1e-6, 1e9)), min_size=10, max_size=25))
def test_a_fit_to_any_spenders_that_can_exist_is_finite_and_says_what_it_is(spenders):
    try:
        fit = GammaGamma.fit(*zip(*spenders, strict=True))
    except CrmkitError:
        return
    assert math.isfinite(fit.log_likelihood)
    assert fit.notes
    assert fit.model.q > 1 or any("no mean" in note for note in fit.notes)


@pytest.mark.parametrize("cls", MODELS)
@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("bad", [math.nan, math.inf, None, "many", -3])
def test_one_bad_row_is_refused_under_the_name_of_its_column(cls, column, bad):
    columns = [[2] * 40, [3.0] * 40, [5.0] * 40]
    columns[column][17] = bad
    with pytest.raises(InvalidValueError) as refusal:
        cls.fit(*columns)
    assert refusal.value.field.startswith(("repeats", "recency", "age")[column])


@pytest.mark.parametrize("cls", MODELS)
def test_weights_of_0_leave_nobody_and_columns_of_unequal_length_nothing_to_read(cls):
    columns = [2, 0] * 20, [3.0, 0.0] * 20, [5.0] * 40
    with pytest.raises(CrmkitError, match="customers"):
        cls.fit(*columns, weights=[0] * 40)
    with pytest.raises(InvalidValueError, match="equally long"):
        cls.fit(columns[0], columns[1][:-1], columns[2])
    with pytest.raises(InvalidValueError, match="weights"):
        cls.fit(*columns, weights=[1] * 39)


@pytest.mark.parametrize("model", [NBD, BGNBD, MBGNBD, ParetoNBD])
def test_columns_that_can_be_read_once_only_are_read_once(model):
    drawn = MBGNBD(r=0.8, alpha=8.0, a=0.8, b=2.5).simulate(np.linspace(20, 60, 150), seed=1)
    columns = drawn.repeats, drawn.recency, drawn.age
    once = model.fit(*map(iter, columns), weights=iter([1.0] * 150))
    assert once == model.fit(*columns)
    assert model.fit(*(iter(column.tolist()) for column in columns)) == once
