"""The beta distribution and its quantiles against an independent library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.beta_distribution import beta_quantile, beta_share, f_quantile

shapes = st.floats(0, 5).map(lambda power: 10**power)
chances = st.floats(0.001, 0.999)


@given(shapes, shapes, chances)
def test_quantiles_are_those_of_scipy(a, b, p):
    assert beta_quantile(p, a, b) == pytest.approx(stats.beta.ppf(p, a, b), rel=1e-8)


@given(shapes, shapes, st.floats(0, 1))
def test_probabilities_are_those_of_scipy(a, b, x):
    assert beta_share(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-8, abs=1e-12)


@given(st.floats(1, 300), st.floats(1, 3_000), st.floats(0.01, 0.99))
def test_the_f_distribution_is_that_of_scipy(above, below, p):
    assert f_quantile(p, above, below) == pytest.approx(stats.f.ppf(p, above, below), rel=1e-8)


@pytest.mark.parametrize(
    ("p", "a", "b", "field"), [(0, 1, 1, "p"), (0.5, 0, 1, "a"), (0.5, 1, float("inf"), "b")]
)
def test_what_cannot_be_is_refused(p, a, b, field):
    with pytest.raises(InvalidValueError, match=rf"^{field} is"):
        beta_quantile(p, a, b)
    with pytest.raises(InvalidValueError, match=r"^x is"):
        beta_share(1.5, 1, 1)
