"""Isotonic regression: monotone, nearest, and the mean kept."""

from itertools import pairwise
from math import fsum, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.domain.errors import InvalidValueError
from crmkit.metrics.isotonic import isotonic

NUMBERS = st.floats(-1e6, 1e6)
PAIRS = st.lists(st.tuples(NUMBERS, st.floats(0.01, 100)), min_size=1, max_size=25)


def split(pairs):
    return [value for value, _ in pairs], [weight for _, weight in pairs]


def nearest_by_max_min(values, weights):
    """Barlow et al. (1972), 1.9: the max-min formula, which needs no pooling."""

    def mean(a, b):
        part = range(a, b + 1)
        return fsum(values[i] * weights[i] for i in part) / fsum(weights[i] for i in part)

    n = len(values)
    return [max(min(mean(a, b) for b in range(i, n)) for a in range(i + 1)) for i in range(n)]


def test_what_breaks_the_order_is_pooled():
    assert isotonic([1, 2, 4, 3, 5]) == (1, 2, 3.5, 3.5, 5)
    assert isotonic([3, 2, 1]) == (2, 2, 2)
    assert isotonic([3, 2, 1], increasing=False) == (3, 2, 1)
    assert isotonic([0.9, 0.6, 0.8, 0.2], increasing=False) == pytest.approx((0.9, 0.7, 0.7, 0.2))


def test_a_weight_pulls_the_pool_towards_its_value():
    assert isotonic([2, 1], [3, 1]) == (1.75, 1.75)
    assert isotonic([1, 2], [1, 9], increasing=False) == pytest.approx((1.9, 1.9))


def test_of_no_values_there_is_no_sequence():
    assert isotonic([]) == ()
    assert isotonic([7]) == (7,)


@given(PAIRS)
def test_it_is_the_max_min_formula(pairs):
    values, weights = split(pairs)
    exact = nearest_by_max_min(values, weights)
    assert isotonic(values, weights) == pytest.approx(exact, rel=1e-9, abs=1e-6)


@given(PAIRS, st.booleans())
def test_it_never_turns(pairs, increasing):
    found = isotonic(*split(pairs), increasing=increasing)
    assert len(found) == len(pairs)
    assert all(a <= b if increasing else a >= b for a, b in pairwise(found))


@given(PAIRS, st.booleans())
def test_the_weighted_mean_stays(pairs, increasing):
    values, weights = split(pairs)
    found = isotonic(values, weights, increasing=increasing)
    before = fsum(w * y for w, y in zip(weights, values, strict=True))
    after = fsum(w * y for w, y in zip(weights, found, strict=True))
    assert after == pytest.approx(before, rel=1e-9, abs=1e-4)


@given(PAIRS, st.booleans())
def test_it_is_idempotent_and_stays_between_the_values(pairs, increasing):
    values, weights = split(pairs)
    found = isotonic(values, weights, increasing=increasing)
    assert isotonic(found, weights, increasing=increasing) == found
    assert min(values) <= min(found)
    assert max(found) <= max(values)


@given(st.lists(NUMBERS, max_size=20))
def test_falling_is_rising_upside_down(values):
    turned = isotonic([-value for value in values])
    assert isotonic(values, increasing=False) == tuple(-value for value in turned)


@pytest.mark.parametrize(
    ("values", "weights", "field"),
    [
        ([1, nan], None, "values[1]"),
        ([inf], None, "values[0]"),
        ([None], None, "values[0]"),
        ([1, 2], [1, 0], "weights[1]"),
        ([1, 2], [-1, 1], "weights[0]"),
        ([1, 2], [1], "weights"),
    ],
)
def test_what_cannot_be_weighed_is_refused(values, weights, field):
    with pytest.raises(InvalidValueError) as caught:
        isotonic(values, weights)
    assert caught.value.field == field
